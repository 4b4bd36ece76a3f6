//! One pool of any family: the only place that the search and the sizing ask.

use crate::protocols::uniswap_v2::Pair;
use crate::protocols::uniswap_v3::V3Pool;
use crate::refusal::Answer;
use crate::u256::U256;

#[derive(Clone, Debug)]
pub enum Pool {
    V2(Pair),
    V3(Box<V3Pool>),
}

impl Pool {
    /// Exact output for the whole input.
    pub fn quote(&self, zero_for_one: bool, amount_in: U256) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.quote(zero_for_one, amount_in),
            Self::V3(pool) => pool.quote(zero_for_one, amount_in),
        }
    }

    /// The smallest input that pays at least `amount_out`.
    pub fn input_for(&self, zero_for_one: bool, amount_out: U256) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.input_for(zero_for_one, amount_out),
            Self::V3(pool) => pool.input_for(zero_for_one, amount_out),
        }
    }

    /// Output per input for an infinitesimal amount after the fee: no amount gets a better rate.
    pub fn rate(&self, zero_for_one: bool) -> f64 {
        match self {
            Self::V2(pair) => pair.rate(zero_for_one),
            Self::V3(pool) => pool.rate(zero_for_one),
        }
    }

    /// Output and marginal rate in doubles; nothing where the pool cannot pay.
    pub fn estimate(&self, zero_for_one: bool, amount_in: f64) -> Option<(f64, f64)> {
        match self {
            Self::V2(pair) => pair.estimate(zero_for_one, amount_in),
            Self::V3(pool) => pool.estimate(zero_for_one, amount_in),
        }
    }
}
