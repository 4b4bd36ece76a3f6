//! Weighted pools of Balancer V2: WeightedPool and WeightedPool2Tokens of balancer-v2-monorepo (`pkg/pool-weighted`), deployments
//! `20210418-weighted-pool`, `20220908-weighted-pool-v2` and later. A swap of more than 30 % of a balance is refused. The power function subtracts
//! its own error of 1e-14 of the power: a swap whose output is below 1e-14 of the balance pays nothing. Rate providers of later versions touch
//! protocol fees only.

use super::fixed_point::{self, div_down, div_up, mul_down, Powers};
use super::vault_v2::{Vault, VaultState};
use super::weighted_math::{check_weights, Sides};
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

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
        check_weights(&weights, vault.balances.len())?;
        let powers = match state.pow_version {
            1 => Powers::Logarithms,
            2 => Powers::Products,
            _ => return Err("`powVersion` must be 1 or 2"),
        };
        let scaled = scaled(&vault).map_err(|_| "`balances` are too large for their `scalingFactors`")?;
        Ok(Self { scaled, vault, weights, powers })
    }
}

fn scaled(vault: &Vault) -> Answer<Vec<U256>> {
    vault.balances.iter().zip(&vault.scaling_factors).map(|(balance, factor)| mul_down(*balance, *factor)).collect()
}

impl WeightedV2 {
    /// Both sides and their scaling factors; a direction that is none is refused.
    fn sides(&self, direction: Direction) -> Answer<(Sides, [U256; 2])> {
        let Direction { from, to } = direction.checked(self.weights.len())?;
        let of = |numbers: &[U256]| [numbers[from], numbers[to]];
        let sides = Sides { powers: self.powers, balances: of(&self.scaled), weights: of(&self.weights) };
        Ok((sides, of(&self.vault.scaling_factors)))
    }
}

impl Family for WeightedV2 {
    fn token_count(&self) -> usize {
        self.weights.len()
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        vec![("balances", self.vault.balances.clone())]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        let vault = self.vault.moved(values)?;
        let scaled = scaled(&vault).map_err(|_| Refusal::InvalidState)?;
        Ok(Box::new(Self { vault, scaled, ..self.clone() }))
    }

    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let direction = self.vault.admit(direction, amount_in)?;
        let (sides, [factor_in, factor_out]) = self.sides(direction)?;
        let swapped = mul_down(fixed_point::without_fee(amount_in, self.vault.fee)?, factor_in)?;
        let amount_out = div_down(sides.out_given_in(swapped)?, factor_out)?;
        self.vault.book(direction, amount_in, amount_out)?;
        Ok(amount_out)
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        let direction = self.vault.admit(direction, amount_out)?;
        let (sides, [factor_in, factor_out]) = self.sides(direction)?;
        let scaled = sides.in_given_out(mul_down(amount_out, factor_out)?)?;
        let amount_in = fixed_point::with_fee(div_up(scaled, factor_in)?, self.vault.fee)?;
        self.vault.book(direction, amount_in, amount_out)?;
        Ok(amount_in)
    }

    fn kept_share(&self, _direction: Direction) -> Option<f64> {
        Some(self.vault.kept_share())
    }

    fn rate(&self, direction: Direction, _at: At) -> f64 {
        self.sides(direction).map_or(0.0, |(sides, factors)| {
            let [factor_in, factor_out] = factors.map(U256::to_f64);
            sides.slope() * factor_in / factor_out * self.vault.kept_share()
        })
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        let (sides, factors) = self.sides(direction).ok()?;
        let [unit_in, unit_out] = factors.map(|factor| factor.to_f64() / fixed_point::one().to_f64());
        let kept = unit_in * self.vault.kept_share();
        let (out, slope) = sides.estimate(amount_in * kept)?;
        Some((out / unit_out, slope * kept / unit_out))
    }
}

#[cfg(test)]
#[path = "v2_weighted_tests.rs"]
pub(super) mod tests;
