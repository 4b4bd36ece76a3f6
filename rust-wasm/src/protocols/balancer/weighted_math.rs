//! WeightedMath, the same in V2 and V3: what a swap pays and takes on balances of 18 decimals, without a fee.

use super::fixed_point::{self, complement, div_down, div_up, mul_down, mul_up, Powers};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// 30 %, of the balance in for an input and of the balance out for an output (_MAX_IN_RATIO, _MAX_OUT_RATIO).
const MAX_RATIO: u64 = fixed_point::ONE / 10 * 3;
/// _MIN_WEIGHT: 1 %.
const MIN_WEIGHT: u64 = fixed_point::ONE / 100;
/// Relative error that the power function allows for, in doubles.
const POW_ERROR: f64 = 1e-14;

/// Both sides of a swap.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    pub powers: Powers,
    /// Of the tokens in and out.
    pub balances: [U256; 2],
    pub weights: [U256; 2],
}

impl Sides {
    /// _calcOutGivenIn, computeOutGivenExactIn.
    pub fn out_given_in(&self, amount_in: U256) -> Answer<U256> {
        let ([balance_in, balance_out], [weight_in, weight_out]) = (self.balances, self.weights);
        if amount_in > mul_down(balance_in, U256::from(MAX_RATIO))? {
            return Err(Refusal::LimitExceeded);
        }
        let base = div_up(balance_in, balance_in.checked_add(amount_in)?)?;
        let power = self.powers.pow_up(base, div_down(weight_in, weight_out)?)?;
        mul_down(balance_out, complement(power))
    }

    /// _calcInGivenOut, computeInGivenExactOut.
    pub fn in_given_out(&self, amount_out: U256) -> Answer<U256> {
        let ([balance_in, balance_out], [weight_in, weight_out]) = (self.balances, self.weights);
        if amount_out > mul_down(balance_out, U256::from(MAX_RATIO))? {
            return Err(Refusal::LimitExceeded);
        }
        let base = div_up(balance_out, balance_out.checked_sub(amount_out)?)?;
        let power = self.powers.pow_up(base, div_up(weight_out, weight_in)?)?;
        mul_up(balance_in, power.checked_sub(fixed_point::one())?)
    }

    /// What an infinitesimal input pays per unit.
    pub fn slope(&self) -> f64 {
        let ([balance_in, balance_out], [weight_in, weight_out]) = (self.balances.map(U256::to_f64), self.weights.map(U256::to_f64));
        if balance_in > 0.0 {
            balance_out / balance_in * (weight_in / weight_out)
        } else {
            0.0
        }
    }

    /// Output and slope in doubles; nothing above the limit.
    pub fn estimate(&self, amount_in: f64) -> Option<(f64, f64)> {
        let ([balance_in, balance_out], [weight_in, weight_out]) = (self.balances.map(U256::to_f64), self.weights.map(U256::to_f64));
        let (share, ratio) = (amount_in / balance_in, weight_in / weight_out);
        if share.is_nan() || share > 0.3 {
            return None;
        }
        let exponent = -ratio * share.ln_1p();
        let power = exponent.exp();
        let is_exact = div_down(self.weights[0], self.weights[1]).is_ok_and(|exponent| self.powers.is_exact(exponent));
        let lost = if is_exact { 0.0 } else { POW_ERROR * power };
        Some((balance_out * (-exponent.exp_m1() - lost).max(0.0), balance_out * ratio * power / (1.0 + share) / balance_in))
    }
}

/// A pool's weights, as a pool's constructor admits them.
pub fn check_weights(weights: &[U256], count: usize) -> Result<(), &'static str> {
    if weights.len() != count || count < 2 {
        return Err("`normalizedWeights` must be as many as the balances, two at least");
    }
    let sum = weights.iter().fold(U256::ZERO, |sum, weight| sum.saturating_add(*weight));
    if sum != fixed_point::one() || weights.iter().any(|weight| *weight < U256::from(MIN_WEIGHT)) {
        return Err("`normalizedWeights` must be 10^16 at least each and 10^18 together");
    }
    Ok(())
}
