//! The full steps of swaps from one state in one direction. What a full step takes and pays does not depend on the swap's amount: only the last,
//! partial one does. So the steps are computed once, as far as any quote needed, and a quote is a search and one partial step.
//!
//! A step is full where `floor(remaining × (1 − fee)) ≥ amount_in`; that is the same as `remaining ≥ amount_in + ceil(amount_in × fee / (1 − fee))`,
//! the sum that the step then takes. So the comparison of the contract is one of running totals here.

use super::pool::{cross, end_of_range, is_behind, Place, V3Pool};
use super::sqrt_price_math::{amount0_delta, amount1_delta};
use super::swap_math::{Segment, PIPS};
use super::virtual_pair::VirtualPair;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

#[derive(Clone, Copy, Debug)]
pub(super) struct Rung {
    pub sqrt_price: U256,
    pub liquidity: u128,
    /// Totals of the rungs before, fees included, and with this one.
    pub in_before: U256,
    pub in_after: U256,
    pub out_before: U256,
    pub out_after: U256,
    /// Where the known ticks end on this rung.
    pub bound: Option<U256>,
    /// What answers for most amounts; nothing where the price after them matters.
    pair: Option<VirtualPair>,
    /// `in_before`, `in_after` and `out_before` in doubles.
    near: [f64; 3],
}

#[derive(Clone, Debug)]
pub(super) struct Ladder {
    zero_for_one: bool,
    rungs: Vec<Rung>,
    top: Place,
    /// Why there is no further rung.
    end: Option<Refusal>,
}

impl Rung {
    /// What the pool has paid after `amount_in` in all, which ends on this rung. A partial step never ends on its target: the input left for it
    /// is at least a unit less than the one that reaches it, which was rounded up.
    pub fn partial(&self, fee_pips: u32, zero_for_one: bool, amount_in: U256) -> Answer<U256> {
        if amount_in == self.in_after && self.bound.is_none() {
            return Ok(self.out_after);
        }
        let segment = Segment { sqrt_price: self.sqrt_price, liquidity: self.liquidity, fee_pips, zero_for_one };
        let remaining = amount_in.checked_sub(self.in_before)?;
        if let Some(pair) = &self.pair {
            if let Some(paid) = pair.paid(segment.after_fee(remaining)?) {
                return self.out_before.checked_add(U256::from(paid));
            }
        }
        let (sqrt_price, paid) = segment.paid(remaining)?;
        if is_behind(self.bound, sqrt_price, zero_for_one) {
            return Err(Refusal::UnknownTicks);
        }
        self.out_before.checked_add(paid)
    }

    /// About the input in all that has paid `amount_out` in all: by the contract's formulas for exact outputs, or the rung's end.
    pub fn guess_input(&self, fee_pips: u32, zero_for_one: bool, amount_out: U256) -> U256 {
        let wanted = amount_out.saturating_sub(self.out_before);
        let guess = || -> Answer<U256> {
            let liquidity = U256::from(self.liquidity);
            let amount = if zero_for_one {
                let price = self.sqrt_price.checked_sub(wanted.mul_div_up(U256::ONE << 96, liquidity)?)?;
                amount0_delta(price, self.sqrt_price, self.liquidity, true)?
            } else {
                let scaled = liquidity << 96;
                let price = scaled.mul_div_up(self.sqrt_price, scaled.checked_sub(wanted.checked_mul(self.sqrt_price)?)?)?;
                amount1_delta(price, self.sqrt_price, self.liquidity, true)?
            };
            self.in_before.checked_add(amount.mul_div_up(U256::from(PIPS), U256::from(PIPS - fee_pips))?)
        };
        guess().unwrap_or(U256::MAX)
    }

    pub fn estimate(&self, kept_share: f64, zero_for_one: bool, amount_in: f64) -> Option<(f64, f64)> {
        let liquidity = self.liquidity as f64;
        if liquidity == 0.0 {
            return None;
        }
        let price = self.sqrt_price.to_f64() / 2f64.powi(96);
        let kept = (amount_in - self.near[0]) * kept_share;
        let (out, rate) = if zero_for_one {
            let after = liquidity * price / (liquidity + kept * price);
            (kept * price * after, after * after)
        } else {
            let after = price + kept / liquidity;
            (kept / (price * after), 1.0 / (after * after))
        };
        Some((self.near[2] + out, rate * kept_share))
    }
}

impl Ladder {
    pub fn new(start: Place, zero_for_one: bool) -> Self {
        Self { zero_for_one, rungs: Vec::new(), top: start, end: None }
    }

    /// The rung on which an input ends.
    pub fn by_input(&mut self, pool: &V3Pool, amount_in: U256) -> Answer<&Rung> {
        self.grow_until(pool, |rung| rung.in_after >= amount_in)
    }

    /// The rung on which an output is reached.
    pub fn by_output(&mut self, pool: &V3Pool, amount_out: U256) -> Answer<&Rung> {
        self.grow_until(pool, |rung| rung.out_after >= amount_out)
    }

    pub fn by_estimated_input(&mut self, pool: &V3Pool, amount_in: f64) -> Option<&Rung> {
        let zero_for_one = self.zero_for_one;
        let rung = self.grow_until(pool, |rung| rung.near[1] > amount_in).ok()?;
        // On an open rung the doubles end where the known ticks do.
        Some(rung).filter(|rung| rung.bound.is_none() || amount_in <= rung.known_input(pool, zero_for_one))
    }

    /// The first rung for which a condition holds that goes on holding for all further ones.
    fn grow_until(&mut self, pool: &V3Pool, holds: impl Fn(&Rung) -> bool) -> Answer<&Rung> {
        while !self.rungs.last().is_some_and(&holds) {
            self.grow(pool)?;
        }
        let first = self.rungs.partition_point(|rung| !holds(rung));
        self.rungs.get(first).ok_or(Refusal::InsufficientLiquidity)
    }

    fn grow(&mut self, pool: &V3Pool) -> Answer<()> {
        if let Some(end) = self.end {
            return Err(end);
        }
        let limit = end_of_range(self.zero_for_one);
        let is_over = if self.zero_for_one { self.top.sqrt_price <= limit } else { self.top.sqrt_price >= limit };
        if is_over {
            self.end = Some(Refusal::InsufficientLiquidity);
            return Err(Refusal::InsufficientLiquidity);
        }
        if self.top.liquidity == 0 {
            // Thousands of empty words may lie ahead; where no tick brings liquidity back, they pay nothing.
            if let Some(end) = pool.end_of_liquidity(self.top.tick, self.zero_for_one) {
                self.end = Some(end);
                return Err(end);
            }
        }
        let next = pool.next_tick(self.top.tick, self.zero_for_one)?;
        let target = if self.zero_for_one { next.target.max(limit) } else { next.target.min(limit) };
        let step = pool.segment(self.top, self.zero_for_one).full_step(target)?;
        let (in_before, out_before) = match self.rungs.last() {
            Some(rung) => (rung.in_after, rung.out_after),
            None => (U256::ZERO, U256::ZERO),
        };
        let in_after = in_before.checked_add(step.amount_in)?.checked_add(step.fee)?;
        let out_after = out_before.checked_add(step.amount_out)?;
        self.rungs.push(Rung {
            sqrt_price: self.top.sqrt_price,
            liquidity: self.top.liquidity,
            in_before,
            in_after,
            out_before,
            out_after,
            bound: next.bound,
            pair: next.bound.is_none().then(|| VirtualPair::new(self.top.sqrt_price, self.top.liquidity, self.zero_for_one)).flatten(),
            near: [in_before.to_f64(), in_after.to_f64(), out_before.to_f64()],
        });
        if next.bound.is_some() {
            self.end = Some(Refusal::UnknownTicks);
            return Ok(());
        }
        self.top.sqrt_price = target;
        if target == next.target {
            self.top = cross(self.top, next, self.zero_for_one)?;
        }
        Ok(())
    }
}

impl Rung {
    /// About the input in all at which the known ticks end.
    fn known_input(&self, pool: &V3Pool, zero_for_one: bool) -> f64 {
        let place = Place { sqrt_price: self.sqrt_price, tick: 0, liquidity: self.liquidity };
        let known = self.bound.map(|bound| pool.segment(place, zero_for_one).full_step(bound));
        match known {
            Some(Ok(step)) => self.near[0] + step.amount_in.saturating_add(step.fee).to_f64() * (1.0 - 1e-9),
            _ => self.near[1],
        }
    }
}
