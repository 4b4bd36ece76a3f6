//! StableMath of Balancer in its three editions, by whose invariant is rounded up or down and in which order the operations come:
//! balancer-v2-monorepo `pkg/pool-stable` before and since composable pools, balancer-v3-monorepo `pkg/solidity-utils`. Balances have 18 decimals;
//! `amp` is A × n^(n−1) × 1,000.

use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

pub const AMP_PRECISION: u32 = 1_000;
/// What the contract gives both of its iterations.
const MAX_STEPS: usize = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// Pools of 2021: the invariant is rounded up.
    Legacy,
    /// Composable pools of 2022 and later.
    Composable,
    V3,
}

/// What a swap keeps: the invariant of the balances before it.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    edition: Edition,
    amp: U256,
    invariant: U256,
}

impl Curve {
    pub fn through(edition: Edition, amp: U256, balances: &[U256]) -> Answer<Self> {
        Ok(Self { edition, amp, invariant: invariant(edition, amp, balances)? })
    }
}

/// D such that A n^n S + D = A D n^n + D^(n+1) / (n^n P) (StableMath._calculateInvariant); 0 for empty balances.
fn invariant(edition: Edition, amp: U256, balances: &[U256]) -> Answer<U256> {
    let sum = balances.iter().try_fold(U256::ZERO, |sum, balance| sum.checked_add(*balance))?;
    if sum.is_zero() {
        return Ok(U256::ZERO);
    }
    let mut d = sum;
    for _ in 0..MAX_STEPS {
        let next = match edition {
            Edition::Legacy => step_up(amp, balances, sum, d)?,
            Edition::Composable | Edition::V3 => step_down(amp, balances, sum, d)?,
        };
        if next.abs_diff(d) <= U256::ONE {
            return Ok(next);
        }
        d = next;
    }
    Err(Refusal::NoConvergence)
}

fn step_up(amp: U256, balances: &[U256], sum: U256, d: U256) -> Answer<U256> {
    let n = U256::from(balances.len() as u64);
    let amp_times_total = amp.checked_mul(n)?;
    let precision = U256::from(AMP_PRECISION);
    let [first, others @ ..] = balances else { return Err(Refusal::InvalidState) };
    let product = others.iter().try_fold(first.checked_mul(n)?, |p, balance| p.checked_mul(*balance)?.checked_mul(n)?.div_ceil(d))?;
    let above = n.checked_mul(d)?.checked_mul(d)?.checked_add(amp_times_total.checked_mul(sum)?.checked_mul(product)?.div_ceil(precision)?)?;
    let below = (n.checked_add(U256::ONE)?.checked_mul(d)?)
        .checked_add(amp_times_total.checked_sub(precision)?.checked_mul(product)?.checked_div(precision)?)?;
    above.div_ceil(below)
}

fn step_down(amp: U256, balances: &[U256], sum: U256, d: U256) -> Answer<U256> {
    let n = U256::from(balances.len() as u64);
    let amp_times_total = amp.checked_mul(n)?;
    let precision = U256::from(AMP_PRECISION);
    let product = balances.iter().try_fold(d, |p, balance| p.checked_mul(d)?.checked_div(balance.checked_mul(n)?))?;
    let above = amp_times_total.checked_mul(sum)?.checked_div(precision)?.checked_add(product.checked_mul(n)?)?.checked_mul(d)?;
    let below = (amp_times_total.checked_sub(precision)?.checked_mul(d)?.checked_div(precision)?)
        .checked_add(n.checked_add(U256::ONE)?.checked_mul(product)?)?;
    above.checked_div(below)
}

/// The balance of `token` that keeps the invariant with the others as they are, rounded up
/// (StableMath._getTokenBalanceGivenInvariantAndAllOtherBalances).
fn balance(Curve { edition, amp, invariant }: Curve, balances: &[U256], token: usize) -> Answer<U256> {
    let n = U256::from(balances.len() as u64);
    let amp_times_total = amp.checked_mul(n)?;
    let precision = U256::from(AMP_PRECISION);
    let [first, others @ ..] = balances else { return Err(Refusal::InvalidState) };
    let own = *balances.get(token).ok_or(Refusal::BrokenRoute)?;
    let (mut sum, mut product) = (*first, first.checked_mul(n)?);
    for balance in others {
        product = product.checked_mul(*balance)?.checked_mul(n)?.checked_div(invariant)?;
        sum = sum.checked_add(*balance)?;
    }
    let rest = sum.checked_sub(own)?;
    let square = invariant.checked_mul(invariant)?;
    let whole = amp_times_total.checked_mul(product)?;
    // V3 multiplies before it divides.
    let [share, part] = match edition {
        Edition::V3 => [square.checked_mul(precision)?.div_ceil(whole)?, invariant.checked_mul(precision)?.checked_div(amp_times_total)?],
        _ => [square.div_ceil(whole)?.checked_mul(precision)?, invariant.checked_div(amp_times_total)?.checked_mul(precision)?],
    };
    // The token's own balance is taken out of the product by multiplying with it.
    let c = share.checked_mul(own)?;
    let b = rest.checked_add(part)?;
    let mut y = square.checked_add(c)?.div_ceil(invariant.checked_add(b)?)?;
    for _ in 0..MAX_STEPS {
        let below = y.checked_mul(U256::from(2u32))?.checked_add(b)?.checked_sub(invariant)?;
        let next = y.checked_mul(y)?.checked_add(c)?.div_ceil(below)?;
        if next.abs_diff(y) <= U256::ONE {
            return Ok(next);
        }
        y = next;
    }
    Err(Refusal::NoConvergence)
}

/// Output for an input, both with 18 decimals and without a fee (StableMath._calcOutGivenIn).
pub fn out_given_in(curve: Curve, balances: &mut [U256], [from, to]: [usize; 2], amount_in: U256) -> Answer<U256> {
    let before = *balances.get(to).ok_or(Refusal::BrokenRoute)?;
    let held = balances.get_mut(from).ok_or(Refusal::BrokenRoute)?;
    *held = held.checked_add(amount_in)?;
    let after = balance(curve, balances, to)?;
    before.checked_sub(after)?.checked_sub(U256::ONE)
}

/// Input for an output, both with 18 decimals and without a fee (StableMath._calcInGivenOut).
pub fn in_given_out(curve: Curve, balances: &mut [U256], [from, to]: [usize; 2], amount_out: U256) -> Answer<U256> {
    let before = *balances.get(from).ok_or(Refusal::BrokenRoute)?;
    let held = balances.get_mut(to).ok_or(Refusal::BrokenRoute)?;
    *held = held.checked_sub(amount_out)?;
    let after = balance(curve, balances, from)?;
    after.checked_sub(before)?.checked_add(U256::ONE)
}

/// What an infinitesimal input pays per unit, in doubles: the ratio of the invariant's derivatives. 0 where nothing is held.
pub fn slope(Curve { amp, invariant, .. }: Curve, balances: &[U256], [from, to]: [usize; 2]) -> f64 {
    let n = balances.len() as f64;
    let d = invariant.to_f64();
    let amp_times_total = amp.to_f64() * n / f64::from(AMP_PRECISION);
    // D^(n+1) / (n^n P)
    let product = balances.iter().fold(d, |product, balance| product * d / (n * balance.to_f64()));
    let derivative = |token: usize| balances.get(token).map(|balance| amp_times_total + product / balance.to_f64());
    match (derivative(from), derivative(to)) {
        (Some(input), Some(output)) if product.is_finite() => input / output,
        _ => 0.0,
    }
}
