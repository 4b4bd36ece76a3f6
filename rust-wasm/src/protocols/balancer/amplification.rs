//! The amplification of a stable pool, which may be on its way from one value to another (StablePoolAmplification of V2, StablePool of V3).

use super::stable_math::AMP_PRECISION;
use crate::json;
use crate::u256::U256;
use serde::Deserialize;

/// As AmpUpdateStarted names it, times 1,000: from `startValue` at `startTime` to `endValue` at `endTime`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Amplification {
    #[serde(deserialize_with = "json::integer")]
    start_value: u64,
    #[serde(deserialize_with = "json::integer")]
    end_value: u64,
    /// Seconds.
    #[serde(default, deserialize_with = "json::integer")]
    start_time: u64,
    #[serde(default, deserialize_with = "json::integer")]
    end_time: u64,
}

impl Amplification {
    /// `most` without the factor of 1,000; the least is 1.
    pub fn check(&self, most: u64) -> Result<(), &'static str> {
        let precision = u64::from(AMP_PRECISION);
        let is_allowed = |value: u64| (precision..=precision * most).contains(&value);
        if !is_allowed(self.start_value) || !is_allowed(self.end_value) || self.start_time > self.end_time {
            return Err("`startValue` and `endValue` must be between 1,000 and what the pool allows, `startTime` not after `endTime`");
        }
        Ok(())
    }

    /// At a block's time.
    pub fn at(&self, time: u64) -> U256 {
        let Self { start_value, end_value, start_time, end_time } = *self;
        if time >= end_time {
            return U256::from(end_value);
        }
        let (passed, whole) = (u128::from(time.saturating_sub(start_time)), u128::from(end_time - start_time));
        let moved = u128::from(start_value.abs_diff(end_value)) * passed / whole.max(1);
        let start = u128::from(start_value);
        U256::from(if end_value > start_value { start + moved } else { start - moved })
    }
}
