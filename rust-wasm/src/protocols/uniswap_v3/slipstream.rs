//! Slipstream (aerodrome-finance/slipstream, CLPool): the swap of Uniswap V3 with a fee that the pool asks its factory for, once per swap. Where
//! a DynamicSwapFeeModule answers, that fee follows the distance of the tick from its mean over the last seconds, and the sender's discount:
//! `fee` is the one in force at the state's `timestamp`, and `dynamicFee`, where it is given, must explain it.

use super::concentrated::{Concentrated, Fork};
use super::pool::{Stops, V3Pool};
use super::swap_math::PIPS;
use super::uniswap::Core;
use crate::json;
use crate::refusal::Answer;
use serde::Deserialize;

pub type SlipstreamPool = Concentrated<Slipstream>;

#[derive(Debug)]
pub struct Slipstream;

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SlipstreamState {
    #[serde(flatten)]
    core: Core,
    #[serde(deserialize_with = "json::integer")]
    fee: u32,
    dynamic_fee: Option<DynamicFee>,
}

/// What DynamicSwapFeeModule.getFee reads. Fees in pips; the scaling factor is pips per tick of distance, times 1,000,000.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct DynamicFee {
    #[serde(deserialize_with = "json::integer")]
    base_fee: u32,
    #[serde(deserialize_with = "json::integer")]
    fee_cap: u32,
    #[serde(deserialize_with = "json::integer")]
    scaling_factor: u64,
    #[serde(deserialize_with = "json::integer")]
    tick_spacing_to_fee: u32,
    #[serde(deserialize_with = "json::integer")]
    default_fee_cap: u32,
    #[serde(deserialize_with = "json::integer")]
    default_scaling_factor: u64,
    #[serde(deserialize_with = "json::integer")]
    seconds_ago: u32,
    #[serde(deserialize_with = "json::integer")]
    observation_cardinality: u32,
    tick_cumulatives: Observed,
    /// Of the transaction's origin, millionths of the fee.
    #[serde(deserialize_with = "json::integer")]
    discounted: u32,
}

/// `observe([secondsAgo, 0])`, or why it reverted.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Observed {
    Cumulatives(#[serde(deserialize_with = "json::integers")] Vec<i64>),
    #[allow(dead_code)]
    Reverted(String),
}

impl DynamicFee {
    /// The base fee that stands for a fee of 0.
    const ZERO_FEE_INDICATOR: u32 = 420;
    const MIN_SECONDS_AGO: u32 = 2;

    fn at_tick(&self, tick: i32) -> u128 {
        if self.base_fee == Self::ZERO_FEE_INDICATOR {
            return 0;
        }
        let base = if self.base_fee == 0 { self.tick_spacing_to_fee } else { self.base_fee };
        let (scaling, cap) = match self.scaling_factor {
            0 => (self.default_scaling_factor, self.default_fee_cap),
            own => (own, self.fee_cap),
        };
        let distance = self.mean_tick().map_or(0, |mean| u128::from(mean.abs_diff(i64::from(tick))));
        let fee = (u128::from(base) + distance * u128::from(scaling) / u128::from(PIPS)).min(u128::from(cap));
        let discount = (fee * u128::from(self.discounted)).div_ceil(u128::from(PIPS));
        fee.saturating_sub(discount)
    }

    /// Truncated towards zero; nothing where the pool remembers too little.
    fn mean_tick(&self) -> Option<i64> {
        let Observed::Cumulatives(cumulatives) = &self.tick_cumulatives else { return None };
        if self.observation_cardinality < self.seconds_ago / Self::MIN_SECONDS_AGO {
            return None;
        }
        let [before, now] = cumulatives[..] else { return None };
        now.checked_sub(before)?.checked_div(i64::from(self.seconds_ago))
    }
}

impl Fork for Slipstream {
    type State = SlipstreamState;
    const SILENT_INPUTS: &'static [&'static str] = &["fee", "time", "sender"];

    fn pool(state: SlipstreamState) -> Result<Answer<V3Pool>, &'static str> {
        let explained = state.dynamic_fee.map(|dynamic| dynamic.at_tick(state.core.tick));
        if explained.is_some_and(|fee| fee != u128::from(state.fee)) {
            return Err("`fee` is not the one that `dynamicFee` gives at `tick`");
        }
        state.core.pool([state.fee; 2], Stops::Words)
    }
}
