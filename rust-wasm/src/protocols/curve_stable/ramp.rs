//! The amplification coefficient over time (`_A` of every stableswap contract): linear between the ends of a ramp, its integers floored.

use crate::json;
use crate::protocols::family::At;
use crate::refusal::Answer;
use crate::u256::U256;
use serde::Deserialize;

/// Read as part of a pool's state. The values carry the contract's `A_PRECISION`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ramp {
    #[serde(rename = "initial_A")]
    pub initial: U256,
    #[serde(rename = "future_A")]
    pub future: U256,
    #[serde(rename = "initial_A_time", deserialize_with = "json::integer")]
    pub initial_time: u64,
    #[serde(rename = "future_A_time", deserialize_with = "json::integer")]
    pub future_time: u64,
    /// Time of the block at which the state was read.
    #[serde(deserialize_with = "json::integer")]
    pub timestamp: u64,
}

impl Ramp {
    /// A at a time. Refused, as in the contract, before the ramp's beginning.
    pub fn amp(&self, at: At) -> Answer<U256> {
        let now = at.unwrap_or(self.timestamp);
        if now >= self.future_time {
            return Ok(self.future);
        }
        let elapsed = U256::from(now).checked_sub(U256::from(self.initial_time))?;
        // Positive: `now` lies between both ends.
        let length = U256::from(self.future_time).checked_sub(U256::from(self.initial_time))?;
        let change = self.future.abs_diff(self.initial).checked_mul(elapsed)?.checked_div(length)?;
        if self.future > self.initial {
            self.initial.checked_add(change)
        } else {
            self.initial.checked_sub(change)
        }
    }
}
