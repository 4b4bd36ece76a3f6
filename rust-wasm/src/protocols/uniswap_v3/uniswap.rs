//! Uniswap V3 (v3-core 1.0.1, UniswapV3Pool) and PancakeSwap V3 (@pancakeswap/v3-core 1.0.2, PancakeV3Pool: other fee tiers, and a protocol
//! fee that is part of the fee, so that it changes no amount).

use super::concentrated::{Concentrated, Fork, TickRow};
use super::pool::{Shape, Stops, V3Pool};
use super::tick_math::{MAX_TICK, MIN_TICK};
use crate::json;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

pub type UniswapV3 = Concentrated<Uniswap>;

/// Uniswap V3 and PancakeSwap V3.
#[derive(Debug)]
pub struct Uniswap;

/// What every fork's state has. Ticks outside `tickLower..=tickUpper` are unknown; without them `ticks` is complete.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Core {
    #[serde(alias = "price")]
    pub sqrt_price_x96: U256,
    #[serde(deserialize_with = "json::integer")]
    pub tick: i32,
    #[serde(deserialize_with = "json::integer")]
    pub liquidity: u128,
    #[serde(deserialize_with = "json::integer")]
    pub tick_spacing: i32,
    #[serde(deserialize_with = "json::integer", default = "lowest")]
    pub tick_lower: i32,
    #[serde(deserialize_with = "json::integer", default = "highest")]
    pub tick_upper: i32,
    pub ticks: Vec<TickRow>,
}

fn lowest() -> i32 {
    MIN_TICK
}

fn highest() -> i32 {
    MAX_TICK
}

impl Core {
    /// The pool with a fee by input token, in pips.
    pub fn pool(self, [of_token0, of_token1]: [u32; 2], stops: Stops) -> Result<Answer<V3Pool>, &'static str> {
        if self.sqrt_price_x96.is_zero() {
            return Ok(Err(Refusal::NotInitialised));
        }
        let (ticks, nets) = TickRow::columns(&self.ticks)?;
        let shape =
            Shape { fee_pips: of_token0, tick_spacing: self.tick_spacing, tick: self.tick, tick_lower: self.tick_lower, tick_upper: self.tick_upper };
        let pool = V3Pool::new(shape, self.sqrt_price_x96, self.liquidity, ticks, nets);
        let pool = pool.and_then(|pool| pool.with_fees([of_token0, of_token1])).map(|pool| pool.with_stops(stops));
        pool.map(Ok).map_err(|_| {
            "fees must be below 1,000,000 pips, `ticks` ascending multiples of `tickSpacing` within `tickLower` and `tickUpper`, and `tick` that of the price"
        })
    }
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UniswapState {
    #[serde(flatten)]
    core: Core,
    #[serde(alias = "fee", deserialize_with = "json::integer")]
    fee_pips: u32,
}

impl Fork for Uniswap {
    type State = UniswapState;
    const SILENT_INPUTS: &'static [&'static str] = &[];

    fn pool(state: UniswapState) -> Result<Answer<V3Pool>, &'static str> {
        state.core.pool([state.fee_pips; 2], Stops::Words)
    }
}
