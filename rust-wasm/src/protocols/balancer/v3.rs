//! Weighted and stable pools of Balancer V3 (`pkg/pool-weighted`, `pkg/pool-stable` of balancer-v3-monorepo; npm 1.0.0 of `@balancer-labs/v3-*`). The
//! pools of that package round the balance in up and keep a minimum of each token (weighted), or refuse what leaves one balance 10,000 times another
//! (stable); a state without `minTokenBalances` or `maxImbalanceRatio` is one of the deployments before, which have neither.

use super::amplification::Amplification;
use super::fixed_point::Powers;
use super::stable_math::{self, Curve, Edition};
use super::vault_v3::{Vault, VaultState};
use super::weighted_math::{check_weights, Sides};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// StableMath.MAX_STABLE_TOKENS, MAX_AMP.
const MAX_STABLE_TOKENS: usize = 5;
const MAX_AMP: u64 = 50_000;
/// What a swap depends on without a log of the pool.
const WITH_RATES: &[&str] = &["tokenRates"];

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct WeightedState {
    #[serde(flatten)]
    vault: VaultState,
    normalized_weights: Vec<U256>,
    /// With 18 decimals (WeightedPool.getMinTokenBalances).
    #[serde(default)]
    min_token_balances: Option<Vec<U256>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "WeightedState")]
pub struct WeightedV3 {
    vault: Vault,
    weights: Vec<U256>,
    minima: Option<Vec<U256>>,
}

crate::json::schema_of!(WeightedV3, WeightedState);

impl TryFrom<WeightedState> for WeightedV3 {
    type Error = &'static str;
    fn try_from(state: WeightedState) -> Result<Self, Self::Error> {
        let vault = Vault::try_from(state.vault)?;
        let count = vault.live.len();
        check_weights(&state.normalized_weights, count)?;
        if state.min_token_balances.as_ref().is_some_and(|minima| minima.len() != count) {
            return Err("`minTokenBalances`, where it is there, must be as many as `balancesRaw`");
        }
        Ok(Self { vault, weights: state.normalized_weights, minima: state.min_token_balances })
    }
}

impl WeightedV3 {
    /// The direction is one of the pool's.
    fn sides(&self, Direction { from, to }: Direction) -> Answer<Sides> {
        let raised = if self.minima.is_some() { U256::ONE } else { U256::ZERO };
        let balances = [self.vault.live[from].checked_add(raised)?, self.vault.live[to]];
        Ok(Sides { powers: Powers::Products, balances, weights: [self.weights[from], self.weights[to]] })
    }

    fn keep_minima(&self, direction: Direction, sides: &Sides, amount_out: U256) -> Answer<()> {
        let Some(minima) = &self.minima else { return Ok(()) };
        if sides.balances[0] < minima[direction.from] || sides.balances[1].checked_sub(amount_out)? < minima[direction.to] {
            return Err(Refusal::LimitExceeded);
        }
        Ok(())
    }
}

impl Family for WeightedV3 {
    fn token_count(&self) -> usize {
        self.weights.len()
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        WITH_RATES
    }

    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        self.vault.exact_in(direction, amount_in, |direction, given| {
            let sides = self.sides(direction)?;
            let paid = sides.out_given_in(given)?;
            self.keep_minima(direction, &sides, paid)?;
            Ok(paid)
        })
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        self.vault.exact_out(direction, amount_out, |direction, wanted| {
            let sides = self.sides(direction)?;
            let taken = sides.in_given_out(wanted)?;
            self.keep_minima(direction, &sides, wanted)?;
            Ok(taken)
        })
    }

    fn rate(&self, direction: Direction, _at: At) -> f64 {
        let Ok(sides) = direction.checked(self.token_count()).and_then(|direction| self.sides(direction)) else { return 0.0 };
        let [unit_in, unit_out] = self.vault.units(direction);
        sides.slope() * unit_in / unit_out
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        let sides = self.sides(direction.checked(self.token_count()).ok()?).ok()?;
        let [unit_in, unit_out] = self.vault.units(direction);
        let (out, slope) = sides.estimate(amount_in * unit_in)?;
        Some((out / unit_out, slope * unit_in / unit_out))
    }
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct StableState {
    #[serde(flatten)]
    vault: VaultState,
    #[serde(flatten)]
    amplification: Amplification,
    /// StableMath.MAX_IMBALANCE_RATIO: 10,000.
    #[serde(default)]
    max_imbalance_ratio: Option<U256>,
    /// Time of the block that the state was read at.
    #[serde(default, deserialize_with = "json::integer")]
    timestamp: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "StableState")]
pub struct StableV3 {
    vault: Vault,
    amplification: Amplification,
    max_imbalance: Option<U256>,
    timestamp: u64,
}

crate::json::schema_of!(StableV3, StableState);

impl TryFrom<StableState> for StableV3 {
    type Error = &'static str;
    fn try_from(state: StableState) -> Result<Self, Self::Error> {
        let vault = Vault::try_from(state.vault)?;
        if !(2..=MAX_STABLE_TOKENS).contains(&vault.live.len()) {
            return Err("`balancesRaw` must be two to five");
        }
        state.amplification.check(MAX_AMP)?;
        Ok(Self { vault, amplification: state.amplification, max_imbalance: state.max_imbalance_ratio, timestamp: state.timestamp })
    }
}

impl StableV3 {
    fn curve(&self, at: At) -> Answer<Curve> {
        Curve::through(Edition::V3, self.amplification.at(at.unwrap_or(self.timestamp)), &self.vault.live)
    }

    /// The widest that the balances are apart, before the swap or after it (StableMath.ensureBalancesWithinMaxImbalanceRange).
    fn keep_balance(&self, Direction { from, to }: Direction, amount_in: U256, amount_out: U256) -> Answer<()> {
        let Some(limit) = self.max_imbalance else { return Ok(()) };
        let after = [self.vault.live[from].checked_add(amount_in)?, self.vault.live[to].checked_sub(amount_out)?];
        let all = || self.vault.live.iter().copied().chain(after);
        let (least, most) = (all().fold(U256::MAX, U256::min), all().fold(U256::ZERO, U256::max));
        if most.checked_div(least)? >= limit {
            return Err(Refusal::LimitExceeded);
        }
        Ok(())
    }
}

impl Family for StableV3 {
    fn token_count(&self) -> usize {
        self.vault.live.len()
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["time", "tokenRates"]
    }

    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        self.vault.exact_in(direction, amount_in, |direction, given| {
            let mut balances = self.vault.live.clone();
            let paid = stable_math::out_given_in(self.curve(at)?, &mut balances, [direction.from, direction.to], given)?;
            self.keep_balance(direction, given, paid)?;
            Ok(paid)
        })
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        self.vault.exact_out(direction, amount_out, |direction, wanted| {
            let mut balances = self.vault.live.clone();
            let taken = stable_math::in_given_out(self.curve(at)?, &mut balances, [direction.from, direction.to], wanted)?;
            self.keep_balance(direction, taken, wanted)?;
            Ok(taken)
        })
    }

    fn rate(&self, direction: Direction, at: At) -> f64 {
        let Ok(curve) = direction.checked(self.token_count()).and_then(|_| self.curve(at)) else { return 0.0 };
        let [unit_in, unit_out] = self.vault.units(direction);
        stable_math::slope(curve, &self.vault.live, [direction.from, direction.to]) * unit_in / unit_out
    }
}

#[cfg(test)]
#[path = "v3_tests.rs"]
mod tests;
