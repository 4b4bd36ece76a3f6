//! One file or folder per protocol family: its exact mathematics on plain values, without any knowledge of search or of the boundary.

pub mod balancer;
pub mod curve_crypto;
pub mod curve_stable;
pub mod dodo;
pub mod erc4626;
pub mod family;
pub mod liquidity_book;
pub mod llamma;
pub mod registry;
pub mod solidly;
pub mod uniswap_v2;
pub mod uniswap_v3;
pub mod wombat_v2;
pub mod woofi_v2;
pub mod wrapped_native;
