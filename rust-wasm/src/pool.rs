//! One pool of any family: the only place that the search and the sizing ask. The two families that most pools belong to are stored in place.

use crate::protocols::family::{At, Direction, Family};
use crate::protocols::uniswap_v2::Pair;
use crate::protocols::uniswap_v3::V3Pool;
use crate::refusal::Answer;
use crate::u256::U256;

#[derive(Debug)]
pub enum Pool {
    V2(Pair),
    V3(Box<V3Pool>),
    Other(Box<dyn Family>),
}

impl Pool {
    pub fn token_count(&self) -> usize {
        match self {
            Self::V2(_) | Self::V3(_) => 2,
            Self::Other(pool) => pool.token_count(),
        }
    }

    /// Exact output for the whole input.
    pub fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.quote(direction.zero_for_one(), amount_in),
            Self::V3(pool) => pool.quote(direction.zero_for_one(), amount_in),
            Self::Other(pool) => pool.quote(direction, amount_in, at),
        }
    }

    /// The smallest input that pays at least `amount_out`.
    pub fn input_for(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.input_for(direction.zero_for_one(), amount_out),
            Self::V3(pool) => pool.input_for(direction.zero_for_one(), amount_out),
            Self::Other(pool) => pool.input_for(direction, amount_out, at),
        }
    }

    /// The input that the contract itself names for an exact output, where it offers that.
    pub fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.quote_exact_output(direction.zero_for_one(), amount_out),
            Self::V3(pool) => pool.quote_exact_output(direction.zero_for_one(), amount_out),
            Self::Other(pool) => pool.quote_exact_output(direction, amount_out, at),
        }
    }

    /// Output per input for an infinitesimal amount after the lowest fee: no amount gets a better rate.
    pub fn rate(&self, direction: Direction, at: At) -> f64 {
        match self {
            Self::V2(pair) => pair.rate(direction.zero_for_one()),
            Self::V3(pool) => pool.rate(direction.zero_for_one()),
            Self::Other(pool) => pool.rate(direction, at),
        }
    }

    /// Output and marginal rate in doubles; nothing where the pool cannot pay.
    pub fn estimate(&self, direction: Direction, amount_in: f64, at: At) -> Option<(f64, f64)> {
        match self {
            Self::V2(pair) => pair.estimate(direction.zero_for_one(), amount_in),
            Self::V3(pool) => pool.estimate(direction.zero_for_one(), amount_in),
            Self::Other(pool) => pool.estimate(direction, amount_in, at),
        }
    }

    /// True where the rate only falls as the amount grows and [`Pool::estimate`] follows a formula: what finding the top by bisection needs.
    pub fn is_concave(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}
