//! Weighted pools of Balancer V2: WeightedPool and WeightedPool2Tokens of balancer-v2-monorepo (`pkg/pool-weighted`), deployments
//! `20210418-weighted-pool`, `20220908-weighted-pool-v2` and later. A swap of more than 30 % of a balance is refused. The power function subtracts
//! its own error of 1e-14 of the power: a swap whose output is below 1e-14 of the balance pays nothing. Rate providers of later versions touch
//! protocol fees only.

use super::fixed_point::{self, complement, div_down, div_up, mul_down, mul_up, Powers};
use super::vault_v2::{Vault, VaultState};
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// 30 %, of the balance in for an input and of the balance out for an output (WeightedMath._MAX_IN_RATIO, _MAX_OUT_RATIO).
const MAX_RATIO: u64 = fixed_point::ONE / 10 * 3;
/// WeightedMath._MIN_WEIGHT.
const MIN_WEIGHT: u64 = fixed_point::ONE / 100;
/// Relative error that the power function allows for, in doubles.
const POW_ERROR: f64 = 1e-14;

/// The state's JSON form.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WeightedState {
    #[serde(flatten)]
    vault: VaultState,
    normalized_weights: Vec<U256>,
    /// 1: the deployment of 2021-04-18, every power through logarithms. 2: later ones.
    pow_version: u8,
}

/// A pool with its balances scaled to 18 decimals.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "WeightedState")]
pub struct WeightedV2 {
    vault: Vault,
    scaled: Vec<U256>,
    weights: Vec<U256>,
    powers: Powers,
}

crate::json::schema_of!(WeightedV2, WeightedState);

impl TryFrom<WeightedState> for WeightedV2 {
    type Error = &'static str;
    fn try_from(state: WeightedState) -> Result<Self, Self::Error> {
        let vault = Vault::try_from(state.vault)?;
        let weights = state.normalized_weights;
        if weights.len() != vault.balances.len() || weights.len() < 2 {
            return Err("`normalizedWeights` must be as many as `balances`, two at least");
        }
        let sum = weights.iter().fold(U256::ZERO, |sum, weight| sum.saturating_add(*weight));
        if sum != fixed_point::one() || weights.iter().any(|weight| *weight < U256::from(MIN_WEIGHT)) {
            return Err("`normalizedWeights` must be 10^16 at least each and 10^18 together");
        }
        let powers = match state.pow_version {
            1 => Powers::Logarithms,
            2 => Powers::Products,
            _ => return Err("`powVersion` must be 1 or 2"),
        };
        let scaled = vault.balances.iter().zip(&vault.scaling_factors).map(|(balance, factor)| mul_down(*balance, *factor));
        let scaled = scaled.collect::<Answer<_>>().map_err(|_| "`balances` are too large for their `scalingFactors`")?;
        Ok(Self { scaled, vault, weights, powers })
    }
}

/// One side of a swap.
struct Side {
    balance: U256,
    weight: U256,
    scaling_factor: U256,
}

impl WeightedV2 {
    fn side(&self, token: usize) -> Answer<Side> {
        match (self.scaled.get(token), self.weights.get(token), self.vault.scaling_factors.get(token)) {
            (Some(balance), Some(weight), Some(factor)) => Ok(Side { balance: *balance, weight: *weight, scaling_factor: *factor }),
            _ => Err(Refusal::BrokenRoute),
        }
    }

    /// Balance in, balance out and weight in ÷ weight out, in doubles and base units.
    fn doubles(&self, direction: Direction) -> Option<[f64; 3]> {
        let Direction { from, to } = direction.checked(self.weights.len()).ok()?;
        let [balance_in, balance_out] = [from, to].map(|token| self.vault.balances[token].to_f64());
        let ratio = self.weights[from].to_f64() / self.weights[to].to_f64();
        (balance_in > 0.0 && balance_out > 0.0).then_some([balance_in, balance_out, ratio])
    }
}

impl Family for WeightedV2 {
    fn token_count(&self) -> usize {
        self.weights.len()
    }

    /// WeightedMath._calcOutGivenIn between BaseMinimalSwapInfoPool's fee and scaling.
    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let direction = self.vault.admit(direction, amount_in)?;
        let (input, output) = (self.side(direction.from)?, self.side(direction.to)?);
        let swapped = mul_down(fixed_point::without_fee(amount_in, self.vault.fee)?, input.scaling_factor)?;
        if swapped > mul_down(input.balance, U256::from(MAX_RATIO))? {
            return Err(Refusal::LimitExceeded);
        }
        let base = div_up(input.balance, input.balance.checked_add(swapped)?)?;
        let power = self.powers.pow_up(base, div_down(input.weight, output.weight)?)?;
        let scaled = mul_down(output.balance, complement(power))?;
        let amount_out = div_down(scaled, output.scaling_factor)?;
        self.vault.book(direction, amount_in, amount_out)?;
        Ok(amount_out)
    }

    /// WeightedMath._calcInGivenOut.
    fn quote_exact_output(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        let direction = self.vault.admit(direction, amount_out)?;
        let (input, output) = (self.side(direction.from)?, self.side(direction.to)?);
        let wanted = mul_down(amount_out, output.scaling_factor)?;
        if wanted > mul_down(output.balance, U256::from(MAX_RATIO))? {
            return Err(Refusal::LimitExceeded);
        }
        let base = div_up(output.balance, output.balance.checked_sub(wanted)?)?;
        let power = self.powers.pow_up(base, div_up(output.weight, input.weight)?)?;
        let scaled = mul_up(input.balance, power.checked_sub(fixed_point::one())?)?;
        let amount_in = fixed_point::with_fee(div_up(scaled, input.scaling_factor)?, self.vault.fee)?;
        self.vault.book(direction, amount_in, amount_out)?;
        Ok(amount_in)
    }

    fn rate(&self, direction: Direction, _at: At) -> f64 {
        self.doubles(direction).map_or(0.0, |[balance_in, balance_out, ratio]| balance_out / balance_in * ratio * self.vault.kept_share())
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        let [balance_in, balance_out, ratio] = self.doubles(direction)?;
        let kept = amount_in * self.vault.kept_share() / balance_in;
        if kept > 0.3 {
            return None;
        }
        let exponent = -ratio * kept.ln_1p();
        let power = exponent.exp();
        let is_exact = div_down(self.weights[direction.from], self.weights[direction.to]).is_ok_and(|exponent| self.powers.is_exact(exponent));
        let lost = if is_exact { 0.0 } else { POW_ERROR * power };
        let out = balance_out * (-exponent.exp_m1() - lost).max(0.0);
        Some((out, balance_out * ratio * power / (1.0 + kept) / balance_in * self.vault.kept_share()))
    }
}

#[cfg(test)]
#[path = "v2_weighted_tests.rs"]
mod tests;
