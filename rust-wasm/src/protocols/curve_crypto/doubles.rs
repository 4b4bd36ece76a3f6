//! The curve in doubles: spot price and estimates. With balances and D in units of D, a = A·N^N, k = K0 and s the sum of the balances, the
//! invariant is a·γ²·k·(s − 1) + (k − 1)·(γ + 1 − k)² = 0; as k is linear in one balance, that is a cubic in it.

use super::arithmetic::{uint, E18, E36};
use super::newton::{Curve, A_MULTIPLIER};
use super::{Pool, Rules};
use crate::protocols::family::Direction;
use crate::refusal::Answer;
use crate::u256::U256;

#[derive(Clone, Copy, Debug)]
pub struct Doubles<const N: usize> {
    x: [f64; N],
    direction: Direction,
    gamma: f64,
    /// A · N^N · γ²
    amplification: f64,
    /// γ + 1 − K0, which doubles would not keep in a balanced pool.
    distance: f64,
    /// Base units of either coin per unit of x.
    units: [f64; 2],
    fees: [f64; 2],
    fee_gamma: f64,
    /// Fee's shape of the newest generation.
    is_weighted: bool,
}

impl<const N: usize> Doubles<N> {
    pub(super) fn new<R: Rules<N>>(pool: &Pool<N, R>, direction: Direction, curve: &Curve, x: &[U256; N], d: U256) -> Answer<Self> {
        let n = uint(N as u128);
        let k0 = x.iter().try_fold(uint(E36), |k0, x| k0.mul_div(x.checked_mul(n)?, d))?;
        let limit = curve.gamma.checked_add(uint(E18))?.checked_mul(uint(E18))?;
        let distance = limit.abs_diff(k0).to_f64() / 1e36 * if k0 > limit { -1.0 } else { 1.0 };
        let gamma = curve.gamma.to_f64() / 1e18;
        let unit = |coin: usize| d.to_f64() * 1e18 / pool.price_scale[coin].to_f64() / pool.precisions[coin].to_f64();
        Ok(Self {
            x: x.map(|x| x.to_f64() / d.to_f64()),
            direction,
            gamma,
            amplification: curve.ann.to_f64() / A_MULTIPLIER as f64 * gamma * gamma,
            distance,
            units: [unit(direction.from), unit(direction.to)],
            fees: [pool.mid_fee.to_f64() / 1e10, pool.out_fee.to_f64() / 1e10],
            fee_gamma: pool.fee_gamma.to_f64() / 1e18,
            is_weighted: pool.rules.has_weighted_fee(),
        })
    }

    /// Output per input of an infinitesimal swap before fees, in base units.
    pub fn spot(&self) -> f64 {
        self.marginal(&self.x, self.distance) * self.units[1] / self.units[0]
    }

    /// −dx_to / dx_from: F_from / F_to with F_i = k/x_i · (a·γ²·(s − 1 + x_i) + (γ + 1 − k)·(γ + 3 − 3k)).
    fn marginal(&self, x: &[f64; N], distance: f64) -> f64 {
        let Direction { from, to } = self.direction;
        // γ + 3 − 3k = 3·(γ + 1 − k) − 2γ
        let bend = distance * (3.0 * distance - 2.0 * self.gamma);
        let excess = x.iter().sum::<f64>() - 1.0;
        let part = |x: f64| self.amplification * (excess + x) + bend;
        x[to] / x[from] * part(x[from]) / part(x[to])
    }

    /// Output and marginal rate in base units after the fee; nothing where no balance is left to pay.
    pub fn swap(&self, amount_in: f64) -> Option<(f64, f64)> {
        let Direction { from, to } = self.direction;
        let mut x = self.x;
        x[from] += amount_in / self.units[0];
        x[to] = self.balance(&x)?;
        let out = self.x[to] - x[to];
        let k = self.k(&x);
        let price = self.marginal(&x, self.gamma + 1.0 - k);
        let fee = self.fee(&x);
        // The fee's own slope, from a step along the curve.
        let step = 1e-6 * x[from];
        let mut next = x;
        next[from] += step;
        next[to] -= step * price;
        let slope = (self.fee(&next) - fee) / step;
        let rate = price * (1.0 - fee) - out * slope;
        let paid = out * (1.0 - fee) * self.units[1];
        (paid.is_finite() && rate.is_finite() && paid >= 0.0).then(|| (paid, rate.max(0.0) * self.units[1] / self.units[0]))
    }

    fn k(&self, x: &[f64; N]) -> f64 {
        x.iter().map(|x| x * N as f64).product()
    }

    /// The balance of the coin that goes out: between 0 and that of K0 = 1, where the invariant is positive. Newton from above, halves where it leaves.
    fn balance(&self, x: &[f64; N]) -> Option<f64> {
        let to = self.direction.to;
        let (mut rest, mut k) = (-1.0, N as f64);
        for (_, x) in x.iter().enumerate().filter(|(coin, _)| *coin != to) {
            rest += x;
            k *= x * N as f64;
        }
        let (mut low, mut high) = (0.0, 1.0 / k);
        let mut y = x[to].min(high);
        let q = self.gamma + 1.0;
        for _ in 0..80 {
            let u = k * y;
            let value = self.amplification * u * (rest + y) + (u - 1.0) * (q - u) * (q - u);
            if value > 0.0 {
                high = y;
            } else {
                low = y;
            }
            let slope = k * (self.amplification * (rest + 2.0 * y) + (q - u) * (q + 2.0 - 3.0 * u));
            let newton = y - value / slope;
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if (next - y).abs() <= 1e-15 * y {
                return Some(next);
            }
            y = next;
        }
        y.is_finite().then_some(y)
    }

    fn fee(&self, x: &[f64; N]) -> f64 {
        let sum: f64 = x.iter().sum();
        let even: f64 = x.iter().map(|x| x * N as f64 / sum).product();
        let weight = if self.is_weighted { self.fee_gamma * even } else { self.fee_gamma };
        let middle = weight / (weight + 1.0 - even);
        let middle = if middle.is_finite() { middle } else { 1.0 };
        self.fees[0] * middle + self.fees[1] * (1.0 - middle)
    }
}
