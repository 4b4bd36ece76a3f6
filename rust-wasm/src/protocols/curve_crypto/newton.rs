//! Newton's iterations for the invariant D and for one balance, as all generations have them. The invariant (Curve v2 whitepaper) is
//! K·D^(N−1)·S + P = K·D^N + (D/N)^N with K = A·K0·γ² / (γ + 1 − K0)², K0 = P·N^N / D^N; S is the sum and P the product of the balances.

use super::arithmetic::{fraction, lax_add, lax_div, uint, within, E16, E18, E20, E36};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

pub const A_MULTIPLIER: u128 = 10_000;

/// A and gamma at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    /// A × N^N × [`A_MULTIPLIER`].
    pub ann: U256,
    /// 18 decimals.
    pub gamma: U256,
}

impl Curve {
    /// `|γ + 1 − K0| + 1`
    fn distance(&self, k0: U256) -> Answer<U256> {
        self.gamma.checked_add(uint(E18))?.abs_diff(k0).checked_add(U256::ONE)
    }

    /// `D / (A * N**N) * _g1k0**2 / gamma**2`
    fn mul1(&self, d: U256, distance: U256) -> Answer<U256> {
        let once = fraction(uint(E18).checked_mul(d)?.checked_div(self.gamma)?, distance, self.gamma)?;
        fraction(once.checked_mul(distance)?, uint(A_MULTIPLIER), self.ann)
    }

    /// The asserts on A and gamma that open the math contracts' functions.
    pub fn check(&self, a: (u128, u128), gamma: (u128, u128)) -> Answer<()> {
        within(self.ann, a.0, a.1)?;
        within(self.gamma, gamma.0, gamma.1)
    }
}

/// Where the iteration for a balance starts from, and what the other balances contribute.
#[derive(Clone, Copy, Debug)]
pub struct Others {
    pub start: U256,
    /// K0 without the unknown balance's factor.
    pub k0: U256,
    pub sum: U256,
    pub largest: U256,
}

impl Others {
    /// Two coins: from D² / (4·x).
    pub fn single(x: U256, d: U256) -> Answer<Self> {
        let start = d.checked_mul(d)?.checked_div(x.checked_mul(uint(4))?)?;
        Ok(Self { start, k0: fraction(uint(2 * E18), x, d)?, sum: x, largest: x })
    }

    /// Three coins, the other two in any order: small balances divide first, large ones multiply first.
    pub fn pair(a: U256, b: U256, d: U256) -> Answer<Self> {
        let (small, large, three) = (a.min(b), a.max(b), uint(3));
        let mut start = d.checked_div(three)?;
        for x in [small, large] {
            start = fraction(start, d, x.checked_mul(three)?)?;
        }
        let mut k0 = uint(E18);
        for x in [large, small] {
            k0 = k0.checked_mul(x)?.checked_mul(three)?.checked_div(d)?;
        }
        Ok(Self { start, k0, sum: small.checked_add(large)?, largest: large })
    }
}

/// `newton_y` after its asserts.
pub fn newton_y(curve: &Curve, n: u128, d: U256, others: &Others) -> Answer<U256> {
    let (one, precision) = (uint(E18), uint(10u128.pow(14)));
    let limit = others.largest.max(d).checked_div(precision)?.max(uint(100));
    let mut y = others.start;
    for _ in 0..255 {
        let previous = y;
        let k0 = others.k0.checked_mul(y)?.checked_mul(uint(n))?.checked_div(d)?;
        let sum = others.sum.checked_add(y)?;
        let distance = curve.distance(k0)?;
        let mul1 = curve.mul1(d, distance)?;
        let mul2 = one.checked_add(fraction(uint(2 * E18), k0, distance)?)?;
        let slope = one.checked_mul(y)?.checked_add(sum.checked_mul(mul2)?)?.checked_add(mul1)?;
        let Ok(slope) = slope.checked_sub(d.checked_mul(mul2)?) else {
            y = previous >> 1;
            continue;
        };
        let derivative = slope.checked_div(y)?;
        let share = mul1.checked_div(derivative)?;
        let up = slope.checked_add(one.checked_mul(d)?)?.checked_div(derivative)?.checked_add(fraction(share, one, k0)?)?;
        let down = share.checked_add(fraction(one, sum, derivative)?)?;
        y = up.checked_sub(down).unwrap_or(previous >> 1);
        if y.abs_diff(previous) < limit.max(y.checked_div(precision)?) {
            return Ok(y);
        }
    }
    Err(Refusal::NoConvergence)
}

/// The checked loop of `newton_D` from `start`; `k0` is K0 for a D.
pub fn newton_d(curve: &Curve, n: u128, sum: U256, start: U256, k0: impl Fn(U256) -> Answer<U256>) -> Answer<U256> {
    let one = uint(E18);
    let mut d = start;
    for _ in 0..255 {
        let previous = d;
        let k0 = k0(d)?;
        let distance = curve.distance(k0)?;
        let mul1 = curve.mul1(d, distance)?;
        let mul2 = fraction(uint(2 * E18 * n), k0, distance)?;
        let slope = sum.checked_add(fraction(sum, mul2, one)?)?.checked_add(fraction(mul1, uint(n), k0)?)?;
        let slope = slope.checked_sub(fraction(mul2, d, one)?)?;
        let up = fraction(d, slope.checked_add(sum)?, slope)?;
        let down = fraction(d, d, slope)?;
        let share = fraction(fraction(d, mul1.checked_div(slope)?, one)?, one.abs_diff(k0), k0)?;
        let down = if one > k0 { down.checked_add(share)? } else { down.checked_sub(share)? };
        d = up.checked_sub(down).unwrap_or(down.saturating_sub(up) >> 1);
        if d.abs_diff(previous).checked_mul(uint(10u128.pow(14)))? < d.max(uint(E16)) {
            return Ok(d);
        }
    }
    Err(Refusal::NoConvergence)
}

/// `frac > 10**16 - 1 and frac < 10**20 + 1`: no balance beyond 1 % and 100 times D.
pub fn check_share(balance: U256, d: U256) -> Answer<()> {
    within(fraction(balance, uint(E18), d)?, E16, E20)
}

/// The assert on D that opens `newton_y` and `get_y`.
pub fn check_invariant(d: U256) -> Answer<()> {
    within(d, 10u128.pow(17), 10u128.pow(33))
}

/// `get_p` of the NG math contracts: price of each coin in coin 0 at scaled balances, in units of the price scale.
pub fn spot_prices<const N: usize>(curve: &Curve, x: &[U256; N], d: U256) -> Answer<[U256; N]> {
    check_invariant(d)?;
    let (one, e36) = (uint(E18), uint(E36));
    let mut k0 = uint(if N == 2 { 4 } else { 27 }).checked_mul(x[0])?.checked_mul(x[1])?;
    for x in &x[2..] {
        k0 = lax_div(k0, d).checked_mul(*x)?;
    }
    let k0 = lax_div(lax_div(k0, d).checked_mul(e36)?, d);
    let gamma_and_one = lax_add(curve.gamma, one);
    let slope = lax_add(curve.gamma << 1, uint(3 * E18));
    let g = lax_div(lax_div(k0.checked_mul(k0)?.checked_mul(uint(2))?, e36).checked_mul(k0)?, e36)
        .checked_add(gamma_and_one.wrapping_mul(gamma_and_one))?
        .checked_sub(lax_div(lax_div(k0.wrapping_mul(k0), e36).checked_mul(slope)?, one))?;
    let amplification = lax_div(curve.ann.wrapping_mul(curve.gamma.wrapping_mul(curve.gamma)), uint(A_MULTIPLIER));
    let part = |x: U256| g.checked_add(lax_div(lax_div(amplification.checked_mul(x)?, d).checked_mul(k0)?, e36));
    let denominator = part(x[0])?;
    let mut prices = [one; N];
    for (price, y) in prices.iter_mut().zip(x).skip(1) {
        *price = lax_div(fraction(x[0], part(*y)?, *y)?.checked_mul(one)?, denominator);
    }
    Ok(prices)
}
