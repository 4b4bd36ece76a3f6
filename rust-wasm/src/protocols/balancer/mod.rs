//! Balancer's pools and the arithmetic that they share: 18-decimal fixed point with every rounding direction explicit.

mod amplification;
mod fixed_point;
mod log_exp;
mod stable_math;
mod v2_stable;
mod v2_weighted;
mod v3;
mod vault_v2;
mod vault_v3;
mod weighted_math;

pub use v2_stable::StableV2;
pub use v2_weighted::WeightedV2;
pub use v3::{StableV3, WeightedV3};
