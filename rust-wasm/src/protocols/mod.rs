//! One file or folder per protocol family: its exact mathematics on plain values, without any knowledge of search or of the boundary.

pub mod balancer;
pub mod erc4626;
pub mod family;
pub mod registry;
pub mod uniswap_v2;
pub mod uniswap_v3;
pub mod wrapped_native;
