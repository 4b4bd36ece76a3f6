//! `tweak_price`: what a swap does after it has paid, and what may still revert it.

use super::arithmetic::{fraction, uint, E18};
use super::newton::Curve;
use super::{Pool, Rules, Swapped};
use crate::protocols::family::Direction;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// What `tweak_price` needs to know of a swap.
pub struct Trade<const N: usize> {
    /// Scaled balances afterwards.
    pub x: [U256; N],
    pub direction: Direction,
    pub dx: U256,
    pub dy: U256,
}

/// The pool's numbers afterwards. The scale has moved where `moved` says so.
#[derive(Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "a quote only asks whether there is one; the proofs compare what it says"))]
pub struct Settled<const N: usize> {
    pub last_prices: [U256; N],
    pub xcp_profit: U256,
    pub still: Level<N>,
    pub moved: Option<Level<N>>,
    /// Only a flag that no getter shows could have asked for the move.
    pub is_doubtful: bool,
}

#[derive(Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "a quote only asks whether there is one; the proofs compare what it says"))]
pub struct Level<const N: usize> {
    pub price_scale: [U256; N],
    pub d: U256,
    pub virtual_price: U256,
}

impl<const N: usize, R: Rules<N>> Pool<N, R> {
    pub(super) fn settle(&self, swapped: &Swapped<N>, curve: &Curve, now: u64) -> Answer<Settled<N>> {
        let (rules, trade) = (self.rules, &swapped.trade);
        let d = rules.invariant(curve, &trade.x, swapped.k0)?;
        let last_prices = rules.last_prices(self, curve, trade, d)?;
        let virtual_price = rules.rounded(self.virtual_price_of(d, &self.price_scale)?)?;
        let xcp_profit = fraction(self.xcp_profit, virtual_price, self.virtual_price)?;
        if !rules.accepts(&self.ramp, now, self.virtual_price, virtual_price) {
            return Err(Refusal::InvariantBroken);
        }
        let still = Level { price_scale: self.price_scale, d, virtual_price };
        let has_profit = rules.has_profit(virtual_price, xcp_profit, self.allowed_extra_profit)?;
        let moved = if has_profit || rules.has_hidden_flag() { self.moved(&trade.x, curve, xcp_profit, now)? } else { None };
        Ok(Settled { last_prices, xcp_profit, still, moved, is_doubtful: !has_profit })
    }

    /// The attempt at a new price scale: refused where the contract reverts in it, nothing where it leaves the scale as it is.
    fn moved(&self, x: &[U256; N], curve: &Curve, xcp_profit: U256, now: u64) -> Answer<Option<Level<N>>> {
        let oracle = self.rules.oracle(self, now)?;
        let Some(price_scale) = self.rules.moved_scale(&self.price_scale, &oracle, self.adjustment_step)? else { return Ok(None) };
        let mut moved = *x;
        for (coin, x) in moved.iter_mut().enumerate().skip(1) {
            *x = fraction(*x, price_scale[coin], self.price_scale[coin])?;
        }
        let d = self.rules.invariant(curve, &moved, U256::ZERO)?;
        self.rules.check_moved(&moved, d)?;
        let virtual_price = self.virtual_price_of(d, &price_scale)?;
        let is_taken = virtual_price > uint(E18) && self.rules.keeps_profit(virtual_price, xcp_profit)?;
        Ok(is_taken.then_some(Level { price_scale, d, virtual_price }))
    }

    fn virtual_price_of(&self, d: U256, prices: &[U256; N]) -> Answer<U256> {
        fraction(uint(E18), self.rules.worth(d, prices)?, self.total_supply)
    }

    /// The oracle as its getter has it, carried on from the moment of the state. What it was before that moment's own averaging is not to be
    /// had, so doubles do: the result decides only how far a price scale moves after the swap, and by that whether the attempt reverts.
    /// `kept_by_unit` is the old price's weight after one averaging time.
    pub(super) fn carried_oracle(&self, now: u64, kept_by_unit: f64, newest: impl Fn(usize) -> U256) -> [U256; N] {
        let mut oracle = self.price_oracle;
        let since = self.timestamp.max(self.last_trade);
        if now > since {
            let kept = kept_by_unit.powf((now - since) as f64 / self.averaging_time.to_f64());
            for (coin, price) in oracle.iter_mut().enumerate().skip(1) {
                *price = U256::from_f64(newest(coin).to_f64() * (1.0 - kept) + price.to_f64() * kept);
            }
        }
        oracle
    }
}

/// `(price_scale * (norm - step) + step * price_oracle) / norm`
pub fn towards<const N: usize>(scale: &[U256; N], oracle: &[U256; N], norm: U256, step: U256) -> Answer<[U256; N]> {
    let mut moved = *scale;
    for (price, target) in moved.iter_mut().zip(oracle).skip(1) {
        let old = price.checked_mul(norm.checked_sub(step)?)?;
        *price = old.checked_add(step.checked_mul(*target)?)?.checked_div(norm)?;
    }
    Ok(moved)
}

/// `|oracle / scale - 1|`, 18 decimals.
pub fn deviation(scale: U256, oracle: U256) -> Answer<U256> {
    Ok(fraction(oracle, uint(E18), scale)?.abs_diff(uint(E18)))
}
