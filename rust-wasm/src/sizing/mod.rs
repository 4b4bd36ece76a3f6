//! The input of a cycle that earns most.
//!
//! The profit as a real function of the input is concave: each hop's rate falls with the amount. So doubles find its top, by a formula where all
//! hops are constant-product pairs and where the marginal rate is 1 elsewhere, to about a billionth of the pools' depth: near the top
//! that error costs nothing. What is left is the staircase of rounding: a hop into a coarse token (USDC has 6 decimals) loses up to one of its
//! units, worth a billion base units of an 18-decimals token. So the size is chosen as an amount of the coarsest token on the way, with the
//! smallest input that reaches it. Where two coarse tokens follow each other, the second loses on its own: amounts of the first are looked at
//! outwards from the top until none further away could earn more than the best so far even without rounding, which proves that one the best.
//! Pools so deep that this would take thousands of amounts are walked along instead, in strides after which the second loses least: convergents
//! of the rate's continued fraction.

mod crossing;
mod exchange;
mod quotes;
mod split;
mod staircase;
mod top;
mod walk;

use crate::market::{Edge, Market};
use crate::pool::Pool;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use exchange::{Exchange, Hop};
use staircase::{FEW_SCANNED, MOST_SCANNED};
use walk::strides;

pub use split::{optimise_split, Part, SplitRoute, MAX_LEGS};

/// Hops of the longest cycle that can be sized.
pub const MAX_HOPS: usize = 8;

/// An exactly computed size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub amount_in: U256,
    pub amount_out: U256,
}

impl Size {
    /// 0 where the size loses.
    pub fn profit(&self) -> U256 {
        self.amount_out.saturating_sub(self.amount_in)
    }

    fn beats(&self, other: &Self) -> bool {
        (self.profit(), other.amount_in) > (other.profit(), self.amount_in)
    }
}

/// A cycle's hops, resolved.
pub struct Chain<E> {
    hops: Vec<E>,
    bound: U256,
    is_concave: bool,
}

impl<'a> Chain<Hop<'a>> {
    /// `bound` is the largest input allowed.
    pub fn new(market: &'a Market, edges: &[Edge], bound: U256) -> Answer<Self> {
        if edges.is_empty() || edges.len() > MAX_HOPS {
            return Err(Refusal::BrokenRoute);
        }
        let hops = edges.iter().map(|edge| Hop::new(market, *edge)).collect::<Answer<Vec<_>>>()?;
        let is_concave = hops.iter().all(Hop::is_concave);
        Ok(Self { hops, bound, is_concave })
    }

    /// The chain behind a loan, whose input then is what is paid back: at most what is owed for `available`.
    pub fn borrowing(market: &'a Market, edges: &[Edge], loan: &'a Pool, available: U256) -> Answer<Self> {
        let loan = Hop::of_loan(loan, market.at());
        let mut chain = Self::new(market, edges, loan.input_for(available)?)?;
        chain.hops.insert(0, loan);
        Ok(chain)
    }
}

impl<E: Exchange> Chain<E> {
    /// Output for an input.
    pub fn output(&self, amount_in: U256) -> Answer<U256> {
        forward(&self.hops, amount_in)
    }

    /// No size earns more than this; nothing where none can earn a base unit. Infinity where no bound is known.
    pub fn upper_profit(&self) -> Option<f64> {
        if self.is_concave {
            return self.estimate().map(|estimate| estimate.upper_profit);
        }
        Some(f64::INFINITY)
    }

    /// An exact size that earns the most, to within a billionth of that, one base unit of the route's coarsest token or the doubles' precision, whichever
    /// is most; nothing where none earns at least one base unit. A few evaluations: what ranking many cycles needs.
    pub fn size(&self) -> Option<Size> {
        if !self.is_concave {
            return Self::earning(self.by_quotes());
        }
        let (estimate, middle) = self.middle()?;
        let tolerance = (estimate.upper_profit * 1e-9).max(middle.unit_value);
        // What only the doubles' rounding may promise is not searched for: thousands of amounts would be looked at for it. A cycle that earns less
        // than the tolerance is profitable all the same.
        Self::earning(self.scan(&middle, (estimate.profit - tolerance).max(1.0), MOST_SCANNED))
    }

    /// The size that earns most, to within a billionth or a base unit: all amounts of the coarsest token are looked at that could earn more than the best known one, outwards from the
    /// top, up to `MOST_SCANNED` on each side. Where the pools are deeper than that, better roundings further away are walked to as well.
    pub fn optimum(&self) -> Option<Size> {
        if !self.is_concave {
            return Self::earning(self.by_quotes());
        }
        let (estimate, middle) = self.middle()?;
        let enough = estimate.upper_profit * (1.0 - 1e-9);
        let mut best = self.scan(&middle, enough, MOST_SCANNED);
        self.climb(0, middle.start.amount_in, &[], &mut best);
        if middle.k > 0 {
            let values = self.unit_values(estimate.amount_in)?;
            // Rates between the coarse token and the others: whose rounding is to be dodged by walking along.
            let is_open = |j: &usize| *j != middle.k && values[*j] > 1e-4 && best.profit().to_f64() < enough;
            let slopes: Vec<f64> = (1..self.hops.len()).filter(is_open).map(|j| middle.unit_value / values[j]).collect();
            self.climb(middle.k, middle.centre, &strides(&slopes, 40), &mut best);
        }
        Self::earning(best)
    }

    /// As [`Chain::optimum`] without the walks, with fewer amounts looked at, and with a unit of the coarsest token forgone where that is less than a
    /// millionth of the profit: for chains whose quotes take long.
    fn near_top(&self) -> Option<Size> {
        let (estimate, middle) = self.middle()?;
        let forgone = if middle.unit_value < estimate.upper_profit * 1e-6 { middle.unit_value } else { 0.0 };
        let mut best = self.scan(&middle, estimate.upper_profit - forgone.max(estimate.upper_profit * 1e-9), FEW_SCANNED);
        self.climb(0, middle.start.amount_in, &[], &mut best);
        Self::earning(best)
    }

    fn earning(size: Size) -> Option<Size> {
        (!size.profit().is_zero()).then_some(size)
    }
}

fn forward<E: Exchange>(hops: &[E], amount_in: U256) -> Answer<U256> {
    hops.iter().try_fold(amount_in, |amount, hop| hop.quote(amount))
}

fn backward<E: Exchange>(hops: &[E], amount_out: U256) -> Answer<U256> {
    hops.iter().rev().try_fold(amount_out, |amount, hop| hop.input_for(amount))
}

#[cfg(test)]
mod tests;
