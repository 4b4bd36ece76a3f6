//! Concentrated liquidity as in Uniswap V3's core (v3-core 1.0.1, libraries TickMath, SqrtPriceMath, SwapMath, TickBitmap and the loop of
//! `UniswapV3Pool.swap`). Forks with the same mathematics share it.

mod algebra;
mod concentrated;
mod ladder;
mod pool;
mod slipstream;
pub mod sqrt_price_math;
pub mod swap_math;
pub mod tick_math;
mod uniswap;
mod uniswap_v4;
mod virtual_pair;

#[cfg(feature = "schema")]
pub use algebra::AlgebraState;
pub use algebra::{AlgebraIntegralPool, AlgebraV1Pool};
pub use concentrated::{Concentrated, Fork, TickRow};
pub use pool::{end_of_range, Exact, Place, Shape, Stops, Swap, V3Pool};
pub use slipstream::SlipstreamPool;
#[cfg(feature = "schema")]
pub use slipstream::SlipstreamState;
#[cfg(feature = "schema")]
pub use uniswap::UniswapState;
pub use uniswap::UniswapV3;
pub use uniswap_v4::UniswapV4Pool;
#[cfg(feature = "schema")]
pub use uniswap_v4::UniswapV4State;
