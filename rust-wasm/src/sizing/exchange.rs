//! What a chain is made of: one swap in one pool, or one amount spread over several (`split.rs`).

use crate::market::{Edge, Market};
use crate::pool::Pool;
use crate::protocols::family::{At, Direction};
use crate::refusal::Answer;
use crate::u256::U256;

/// One token for another; the same answers as [`Pool`]'s.
pub trait Exchange {
    fn quote(&self, amount_in: U256) -> Answer<U256>;

    /// The smallest input that pays at least `amount_out`.
    fn input_for(&self, amount_out: U256) -> Answer<U256>;

    /// Output and marginal rate in doubles; nothing where the input cannot be paid for.
    fn estimate(&self, amount_in: f64) -> Option<(f64, f64)>;

    /// Reserves of the tokens in and out and the share of the input that is swapped, where it is one constant-product pair.
    fn constant_product(&self) -> Option<[f64; 3]> {
        None
    }
}

/// A swap in one pool.
#[derive(Clone, Copy, Debug)]
pub struct Hop<'a> {
    pool: &'a Pool,
    direction: Direction,
    at: At,
}

impl<'a> Hop<'a> {
    pub(super) fn new(market: &'a Market, edge: Edge) -> Answer<Self> {
        Ok(Self { pool: market.pool(edge)?, direction: edge.direction(), at: market.at() })
    }

    /// The first hop of a chain that is paid for by a loan.
    pub(super) fn of_loan(loan: &'a Pool, at: At) -> Self {
        Self { pool: loan, direction: Direction { from: 0, to: 1 }, at }
    }

    /// As [`Pool::is_concave`].
    pub(super) fn is_concave(&self) -> bool {
        self.pool.is_concave()
    }
}

impl Exchange for Hop<'_> {
    fn quote(&self, amount_in: U256) -> Answer<U256> {
        self.pool.quote(self.direction, amount_in, self.at)
    }

    fn input_for(&self, amount_out: U256) -> Answer<U256> {
        self.pool.input_for(self.direction, amount_out, self.at)
    }

    fn estimate(&self, amount_in: f64) -> Option<(f64, f64)> {
        self.pool.estimate(self.direction, amount_in, self.at)
    }

    fn constant_product(&self) -> Option<[f64; 3]> {
        let Pool::V2(pair) = self.pool else { return None };
        let (reserve_in, reserve_out) = pair.directed_f64(self.direction.zero_for_one())?;
        Some([reserve_in, reserve_out, pair.kept_share()])
    }
}
