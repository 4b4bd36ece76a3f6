//! What every protocol family answers.

use super::uniswap_v3::{Exact, Swap};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// A hop's tokens by their index in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    pub from: usize,
    pub to: usize,
}

impl Direction {
    pub fn zero_for_one(self) -> bool {
        self.from == 0
    }

    /// Both tokens in `0..count` and different; refused as a broken route otherwise.
    pub fn checked(self, count: usize) -> Answer<Self> {
        if self.from == self.to || self.from.max(self.to) >= count {
            return Err(Refusal::BrokenRoute);
        }
        Ok(self)
    }
}

/// Time of the block that a quote is for, seconds; nothing: that of the block at which the state was read.
pub type At = Option<u64>;

/// A pool's mathematics. Amounts are base units of the tokens. No method changes the state, panics, or takes longer than the contract would.
pub trait Family: core::fmt::Debug {
    fn token_count(&self) -> usize;

    /// What changes the answer without a log of this pool.
    fn silent_inputs(&self) -> &'static [&'static str] {
        &[]
    }

    /// The fields of the state that swaps change, by the names of its JSON form, and what they stand at; signed numbers in two's complement. Empty where
    /// a changed state must be given whole.
    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        Vec::new()
    }

    /// The pool with other values in [`Family::moving`]'s fields, in that order, lists by their entries; held to what a state read from JSON is.
    fn moved(&self, _values: &[U256]) -> Answer<Box<dyn Family>> {
        Err(Refusal::NotOffered)
    }

    /// What a swap of the whole `amount_in` pays: never more than the contract does. Refused where the swap would revert; may be 0.
    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256>;

    /// The answer of the contract's own quote function, where that differs from what the swap pays (`get_dy` of old Curve pools).
    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        self.quote(direction, amount_in, at)
    }

    /// How much of `amount_in` the contract's quote function fills, and what it pays for that: the whole, but where a contract takes parts
    /// (`getSwapOut`, `get_dxdy`).
    fn partial(&self, direction: Direction, amount_in: U256, at: At) -> Answer<[U256; 2]> {
        Ok([amount_in, self.view(direction, amount_in, at)?])
    }

    /// The input that the contract itself names for an exact output, where it offers that (`getAmountsIn`, `get_dx`, exact-output swaps).
    fn quote_exact_output(&self, _direction: Direction, _amount_out: U256, _at: At) -> Answer<U256> {
        Err(Refusal::NotOffered)
    }

    /// A swap that a price limit (square root in Q64.96) may end before the whole amount, where the contract offers that.
    fn swap_to_limit(&self, _direction: Direction, _exact: Exact, _limit: U256, _at: At) -> Answer<Swap> {
        Err(Refusal::NotOffered)
    }

    /// No size gets a better rate: output per input of an infinitesimal amount, with the best fee that a swap in this direction can attain.
    /// 0 where nothing can be swapped; infinity where no bound is known.
    fn rate(&self, direction: Direction, at: At) -> f64;

    /// Share of the input that the LP fee leaves, the largest where it varies; nothing where the family does not name one.
    fn kept_share(&self, _direction: Direction) -> Option<f64> {
        None
    }

    /// True where the rate only falls as the amount grows and [`Family::estimate`] follows a formula: such pools are sized by bisection instead of quotes.
    fn is_concave(&self) -> bool {
        false
    }

    /// Output and marginal rate in doubles, near [`Family::quote`]; nothing where the pool cannot pay. For finding where to look, never for money.
    fn estimate(&self, direction: Direction, amount_in: f64, at: At) -> Option<(f64, f64)> {
        estimate_by_quotes(|amount| self.quote(direction, amount, at), amount_in)
    }

    /// The smallest input that [`Family::quote`] answers with at least `amount_out`.
    fn input_for(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        input_by_bisection(|amount| self.quote(direction, amount, at), amount_out)
    }
}

/// Output and its slope from two exact quotes a thousandth apart.
pub fn estimate_by_quotes(quote: impl Fn(U256) -> Answer<U256>, amount_in: f64) -> Option<(f64, f64)> {
    let amount = U256::from_f64(amount_in.max(1.0));
    let stride = (amount >> 10).max(U256::ONE);
    let out = quote(amount).ok()?.to_f64();
    let further = quote(amount.checked_add(stride).ok()?).ok()?.to_f64();
    let rate = (further - out) / stride.to_f64();
    Some((out + (amount_in - amount.to_f64()) * rate, rate.max(0.0)))
}

/// Galloping, then halving: `quote` must not fall with its input. An input that is too small counts as paying nothing; one that the pool refuses
/// as too large ends the search.
pub fn input_by_bisection(quote: impl Fn(U256) -> Answer<U256>, amount_out: U256) -> Answer<U256> {
    if amount_out.is_zero() {
        return Err(Refusal::AmountTooSmall);
    }
    let pays = |amount: U256| match quote(amount) {
        Ok(paid) => Ok(paid >= amount_out),
        Err(Refusal::AmountTooSmall | Refusal::InvariantBroken) => Ok(false),
        Err(refusal) => Err(refusal),
    };
    let (mut low, mut high) = (U256::ZERO, U256::ONE);
    // The pool refuses from `ceiling` on: what it pays below is searched for its edge.
    let mut ceiling: Option<(U256, Refusal)> = None;
    loop {
        match pays(high) {
            Ok(true) => break,
            Ok(false) => low = high,
            Err(refusal) => ceiling = Some((high, refusal)),
        }
        high = match ceiling {
            None if high.bits() > 254 => return Err(Refusal::InsufficientLiquidity),
            None => high << 1,
            Some((edge, refusal)) => {
                let gap = edge.saturating_sub(low);
                if gap <= U256::ONE {
                    return Err(refusal);
                }
                low.saturating_add(gap >> 1)
            }
        };
    }
    while high.saturating_sub(low) > U256::ONE {
        let middle = low.saturating_add(high.saturating_sub(low) >> 1);
        if pays(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}
