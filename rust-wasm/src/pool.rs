//! One pool of any family: the only place that the search and the sizing ask. The two families that most pools belong to are stored in place.

use crate::loan::Loan;
use crate::protocols::family::{At, Direction, Family};
use crate::protocols::uniswap_v2::Pair;
use crate::protocols::uniswap_v3::{end_of_range, Exact, Swap, V3Pool};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

#[derive(Debug)]
pub enum Pool {
    V2(Pair),
    V3(Box<V3Pool>),
    Other(Box<dyn Family>),
    /// A flash loan, at the head of a chain only: never in a market, whose pools its size must not widen.
    Loan(Box<Loan>),
}

impl Pool {
    pub fn token_count(&self) -> usize {
        match self {
            Self::V2(_) | Self::V3(_) | Self::Loan(_) => 2,
            Self::Other(pool) => pool.token_count(),
        }
    }

    /// Exact output for the whole input.
    pub fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.quote(direction.zero_for_one(), amount_in),
            Self::V3(pool) => pool.quote(direction.zero_for_one(), amount_in),
            Self::Other(pool) => pool.quote(direction, amount_in, at),
            Self::Loan(loan) => loan.borrowed(amount_in),
        }
    }

    /// The smallest input that pays at least `amount_out`.
    pub fn input_for(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.input_for(direction.zero_for_one(), amount_out),
            Self::V3(pool) => pool.input_for(direction.zero_for_one(), amount_out),
            Self::Other(pool) => pool.input_for(direction, amount_out, at),
            Self::Loan(loan) => loan.repayment(amount_out),
        }
    }

    /// The input that the contract itself names for an exact output, where it offers that.
    pub fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        match self {
            Self::V2(pair) => pair.quote_exact_output(direction.zero_for_one(), amount_out),
            Self::V3(pool) => pool.quote_exact_output(direction.zero_for_one(), amount_out),
            Self::Other(pool) => pool.quote_exact_output(direction, amount_out, at),
            Self::Loan(loan) => loan.repayment(amount_out),
        }
    }

    /// Output per input for an infinitesimal amount after the lowest fee: no amount gets a better rate.
    pub fn rate(&self, direction: Direction, at: At) -> f64 {
        match self {
            Self::V2(pair) => pair.rate(direction.zero_for_one()),
            Self::V3(pool) => pool.rate(direction.zero_for_one()),
            Self::Other(pool) => pool.rate(direction, at),
            Self::Loan(loan) => loan.rate(),
        }
    }

    /// Output and marginal rate in doubles; nothing where the pool cannot pay.
    pub fn estimate(&self, direction: Direction, amount_in: f64, at: At) -> Option<(f64, f64)> {
        match self {
            Self::V2(pair) => pair.estimate(direction.zero_for_one(), amount_in),
            Self::V3(pool) => pool.estimate(direction.zero_for_one(), amount_in),
            Self::Other(pool) => pool.estimate(direction, amount_in, at),
            Self::Loan(loan) => Some(loan.estimate(amount_in)),
        }
    }

    /// Share of the input that the LP fee leaves; nothing where the family does not name one.
    pub fn kept_share(&self, direction: Direction) -> Option<f64> {
        match self {
            Self::V2(pair) => Some(pair.kept_share()),
            Self::V3(pool) => Some(pool.kept_share(direction.zero_for_one())),
            Self::Other(pool) => pool.kept_share(direction),
            Self::Loan(_) => None,
        }
    }

    /// The swap with the price that it ends at; refused where the pool has no such price of its own.
    pub fn swap(&self, direction: Direction, amount_in: U256, at: At) -> Answer<Swap> {
        let zero_for_one = direction.zero_for_one();
        match self {
            Self::V3(pool) => pool.swap(zero_for_one, Exact::Input(amount_in), None),
            Self::Other(pool) => pool.swap_to_limit(direction, Exact::Input(amount_in), end_of_range(zero_for_one), at),
            Self::V2(_) | Self::Loan(_) => Err(Refusal::NotOffered),
        }
    }

    /// True where the rate only falls as the amount grows and [`Pool::estimate`] follows a formula: what finding the top by bisection needs.
    pub fn is_concave(&self) -> bool {
        match self {
            Self::V2(_) | Self::V3(_) | Self::Loan(_) => true,
            Self::Other(pool) => pool.is_concave(),
        }
    }
}
