//! Algebra: the swap of Uniswap V3 with a fee that changes from block to block.
//!
//! V1 (@cryptoalgebra/core 2.0.0, AlgebraPool and its TickTable) steps by words of 256 ticks. The first swap of a block writes a timepoint and
//! sets the fee anew from its data storage, so `fee` must be the one of the block that a quote is for. The directional V1.9, whose
//! bytecode is not published, has `feeZto` and `feeOtz` in its globalState instead, and the same swap with the one of its direction.
//!
//! Integral (@cryptoalgebra/integral-core 1.2.10, SwapCalculation) keeps its initialised ticks as a list and steps from one to the next. Its
//! plugin may name the fee of each swap: an override or `lastFee`, plus the plugin's own share. That sum is `fee`, or `feeZto` and `feeOtz` where
//! it depends on the direction; `lastFee` alone will do where no plugin takes part.

use super::concentrated::{Concentrated, Fork};
use super::pool::{Stops, V3Pool};
use super::uniswap::Core;
use crate::json;
use crate::refusal::{Answer, Refusal};
use serde::Deserialize;

pub type AlgebraV1Pool = Concentrated<AlgebraV1>;
pub type AlgebraIntegralPool = Concentrated<AlgebraIntegral>;

#[derive(Debug)]
pub struct AlgebraV1;

#[derive(Debug)]
pub struct AlgebraIntegral;

/// Flags of `pluginConfig`, library Plugins.
const BEFORE_SWAP_FLAG: u8 = 1;
const DYNAMIC_FEE: u8 = 1 << 7;

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AlgebraState {
    #[serde(flatten)]
    core: Core,
    fee: Option<Pips>,
    fee_zto: Option<Pips>,
    fee_otz: Option<Pips>,
    last_fee: Option<Pips>,
    #[serde(deserialize_with = "json::integer", default)]
    plugin_config: u8,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Pips(#[serde(deserialize_with = "json::integer")] u32);

impl AlgebraState {
    fn pool(self, stops: Stops) -> Result<Answer<V3Pool>, &'static str> {
        let fees = match (self.fee_zto, self.fee_otz, self.fee, self.last_fee) {
            (Some(Pips(of_token0)), Some(Pips(of_token1)), ..) => [of_token0, of_token1],
            (_, _, Some(Pips(fee)), _) => [fee; 2],
            (_, _, _, Some(_)) if self.plugin_config & (BEFORE_SWAP_FLAG | DYNAMIC_FEE) != 0 => return Ok(Err(Refusal::UnknownHook)),
            (_, _, _, Some(Pips(fee))) => [fee; 2],
            _ => return Err("`fee`, or `feeZto` and `feeOtz`, or `lastFee` is missing"),
        };
        self.core.pool(fees, stops)
    }
}

impl Fork for AlgebraV1 {
    type State = AlgebraState;
    const SILENT_INPUTS: &'static [&'static str] = &["fee", "time"];

    fn pool(state: AlgebraState) -> Result<Answer<V3Pool>, &'static str> {
        state.pool(Stops::Words)
    }
}

impl Fork for AlgebraIntegral {
    type State = AlgebraState;
    const SILENT_INPUTS: &'static [&'static str] = &["fee", "time", "plugin"];
    /// ReservesManager keeps the reserves as uint128: with an input of this size already in the pool, even less is refused.
    const AMOUNT_BITS: u32 = 128;

    fn pool(state: AlgebraState) -> Result<Answer<V3Pool>, &'static str> {
        state.pool(Stops::Ticks)
    }
}
