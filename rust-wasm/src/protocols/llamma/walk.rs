//! The walk of a swap over the bands (the loop of calc_swap_out and calc_swap_in), and what one band sells.

use super::{Llamma, Version, ONE};
use crate::protocols::family::{At, Direction};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// MAX_TICKS + MAX_SKIP_TICKS: bands that the loop looks at.
const MAX_STEPS: u32 = 50 + 1_024;
/// MAX_TICKS: bands from the first that holds anything.
const MAX_TICKS: u32 = 50;

/// Yields the bands that pay, each as far as it is needed: an error ends the swap.
pub struct Walk<'a> {
    market: &'a Llamma,
    direction: Direction,
    price: U256,
    fee: U256,
    n: i64,
    upper: U256,
    held: [U256; 2],
    steps: u32,
    /// Bands since the first that holds anything, that one included.
    ticks: u32,
    ratio: U256,
}

/// A band that pays: (in_base + in_held) × (out_base + out_held) is kept. Amounts with 18 decimals.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    pub in_base: U256,
    pub in_held: U256,
    pub out_base: U256,
    pub out_held: U256,
    invariant: U256,
    /// Input with its fee per input without, of 10^18.
    antifee: U256,
}

impl<'a> Walk<'a> {
    pub fn new(market: &'a Llamma, direction: Direction, at: At) -> Answer<Self> {
        let [price, fee] = market.oracle_at(at)?;
        let n = market.active_band;
        let (upper, held) = (market.upper_price(n, at)?, market.held(n));
        Ok(Self { market, direction, price, fee, n, upper, held, steps: 0, ticks: 0, ratio: U256::ZERO })
    }

    /// Input with its fee per input without, where no band adds to the fee.
    pub fn least_fee_factor(&self) -> f64 {
        ONE as f64 / (ONE as f64 - self.fee.to_f64())
    }

    fn is_pump(&self) -> bool {
        self.direction.zero_for_one()
    }

    /// Whether there is a next band to look at, and if so goes there.
    fn advance(&mut self) -> Answer<bool> {
        if self.steps == 0 {
            return Ok(true);
        }
        let market = self.market;
        let (edge, is_too_far) = if self.is_pump() {
            let least = U256::from(ONE).checked_pow(2)?.checked_div(market.max_ratio)?;
            (market.max_band, self.ratio < least)
        } else {
            (market.min_band, self.ratio > market.max_ratio)
        };
        if self.steps == MAX_STEPS || self.n == edge || self.ticks == MAX_TICKS || is_too_far {
            return Ok(false);
        }
        let (up, below) = (market.amplification, market.below);
        // Beyond the active band only what is paid out is looked at.
        let step = if self.is_pump() {
            self.upper = self.upper.checked_mul(below)?.checked_div(up)?;
            1
        } else {
            self.upper = self.upper.checked_mul(up)?.checked_div(below)?;
            -1
        };
        self.n += step;
        self.held = market.held(self.n);
        self.held[self.direction.from] = U256::ZERO;
        Ok(true)
    }

    fn level(&mut self) -> Answer<Option<Level>> {
        loop {
            if !self.advance()? {
                return Ok(None);
            }
            self.steps += 1;
            let is_empty = self.held == [U256::ZERO; 2];
            if self.ticks > 0 || !is_empty {
                self.ticks += 1;
            }
            let level = if is_empty { None } else { Some(self.priced()?) };
            let scaled = self.upper.checked_mul(U256::from(ONE))?;
            self.ratio = if self.price.is_zero() { U256::ZERO } else { scaled.checked_div(self.price)? };
            if let Some(level) = level.filter(|level| !level.out_held.is_zero() && !level.out_base.is_zero()) {
                return Ok(Some(level));
            }
        }
    }

    /// The band's curve: f and g of (f + x) × (g + y).
    fn priced(&self) -> Answer<Level> {
        let (one, market) = (U256::from(ONE), self.market);
        let (a, below, price, upper) = (market.amplification, market.below, self.price, self.upper);
        let [x, y] = self.held;
        let y0 = self.collateral_at_top()?;
        let f = a.checked_mul(y0)?.checked_mul(price)?.checked_div(upper)?.checked_mul(price)?.checked_div(one)?;
        let g = below.checked_mul(y0)?.checked_mul(upper)?.checked_div(price)?;
        let (base, held) = ([f, g], [x, y]);
        let Direction { from, to } = self.direction;
        let fee = self.fee.max(self.distance_fee()?).min(one.saturating_sub(U256::ONE));
        Ok(Level {
            in_base: base[from],
            in_held: held[from],
            out_base: base[to],
            out_held: held[to],
            invariant: f.checked_add(x)?.checked_mul(g.checked_add(y)?)?,
            antifee: one.checked_mul(one)?.checked_div(one.checked_sub(fee)?)?,
        })
    }

    /// _get_y0: the band's collateral if all of it were collateral, with the oracle's and the band's price at the band's upper edge.
    fn collateral_at_top(&self) -> Answer<U256> {
        let (one, a, price) = (U256::from(ONE), self.market.amplification, self.price);
        if price.is_zero() {
            return Err(Refusal::OracleUnavailable);
        }
        let [x, y] = self.held;
        let mut b = U256::ZERO;
        if !x.is_zero() {
            b = self.upper.checked_mul(self.market.below)?.checked_mul(x)?.checked_div(price)?;
        }
        if !y.is_zero() {
            let weighted = a.checked_mul(price.checked_mul(price)?)?.checked_div(self.upper)?.checked_mul(y)?;
            b = b.checked_add(weighted.checked_div(one)?)?;
        }
        let scaled = a.checked_mul(price)?;
        if x.is_zero() || y.is_zero() {
            return b.checked_mul(one)?.checked_div(scaled);
        }
        let four = U256::from(4u32).checked_mul(scaled)?.checked_mul(y)?.checked_div(one)?.checked_mul(x)?;
        let root = square_root(b.checked_mul(b)?.checked_add(four)?)?;
        b.checked_add(root)?.checked_mul(one)?.checked_div(scaled.checked_mul(U256::from(2u32))?)
    }

    /// get_dynamic_fee: a quarter of the distance between the band's prices and the oracle's; of lending markets alone.
    fn distance_fee(&self) -> Answer<U256> {
        if self.market.version == Version::Mint {
            return Ok(U256::ZERO);
        }
        let (a, below, price, upper) = (self.market.amplification, self.market.below, self.price, self.upper);
        let quarter = U256::from(ONE / 4);
        let low = price.checked_mul(price)?.checked_div(upper)?.checked_mul(price)?.checked_div(upper)?;
        let high = low.checked_mul(a)?.checked_div(below)?.checked_mul(a)?.checked_div(below)?;
        if price < low {
            low.checked_sub(price)?.checked_mul(quarter)?.checked_div(low)
        } else if price > high {
            price.checked_sub(high)?.checked_mul(quarter)?.checked_div(price)
        } else {
            Ok(U256::ZERO)
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Answer<Level>;

    fn next(&mut self) -> Option<Answer<Level>> {
        self.level().transpose()
    }
}

impl Level {
    /// Input without its fee that takes everything that the band holds.
    pub fn full_input(&self) -> Answer<U256> {
        self.input(self.out_held)
    }

    /// Input without its fee that leaves the band with `paid` less.
    pub fn input(&self, paid: U256) -> Answer<U256> {
        let after = self.out_base.checked_add(self.out_held.checked_sub(paid)?)?;
        self.invariant.checked_div(after)?.checked_sub(self.in_base)?.checked_sub(self.in_held)
    }

    pub fn with_fee(&self, input: U256) -> Answer<U256> {
        input.checked_mul(self.antifee)?.checked_div(U256::from(ONE))
    }

    /// What an input with its fee takes out, one unit less than the curve says.
    pub fn output(&self, amount_in: U256) -> Answer<U256> {
        let kept = amount_in.checked_mul(U256::from(ONE))?.checked_div(self.antifee)?;
        let depth = self.in_base.checked_add(self.in_held.checked_add(kept)?)?;
        let rest = self.invariant.checked_div(depth)?.checked_sub(self.out_base)?.checked_add(U256::ONE)?.min(self.out_held);
        // The band's new balance must fit.
        self.in_held.checked_add(amount_in)?;
        self.out_held.checked_sub(rest)
    }

    /// The input's side of the invariant.
    pub fn depth(&self) -> f64 {
        self.in_base.to_f64() + self.in_held.to_f64()
    }

    /// Output per input before the fee, at the band's present price: no amount gets a better one.
    pub fn price(&self) -> f64 {
        (self.out_base.to_f64() + self.out_held.to_f64()) / self.depth()
    }

    pub fn fee_factor(&self) -> f64 {
        self.antifee.to_f64() / ONE as f64
    }
}

/// Rounded down. Two of Newton's steps from the double's root leave at most one unit of error.
fn square_root(value: U256) -> Answer<U256> {
    if value.is_zero() {
        return Ok(value);
    }
    let mut root = U256::from_f64(value.to_f64().sqrt()).max(U256::ONE);
    for _ in 0..2 {
        root = root.checked_add(value.checked_div(root)?)? >> 1;
    }
    // The quotient is below the root exactly where the root is too large.
    Ok(if value.checked_div(root)? < root { root.saturating_sub(U256::ONE) } else { root })
}
