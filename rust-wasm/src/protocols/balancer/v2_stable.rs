//! Stable pools of Balancer V2: StablePool and MetaStablePool (deployments of 2021), whose invariant is rounded up, and ComposableStablePool
//! (2022 on; `pkg/pool-stable` of balancer-v2-monorepo), whose invariant is rounded down and whose own token (BPT) is one of the vault's tokens,
//! at `bptIndex`, without being part of the mathematics. A token may have a rate, which a pool caches for a while and asks its provider for in the
//! first swap after that.
//!
//! Swaps with the BPT are joins and exits of a single token and are not offered here: they would need the protocol's fees since the last one.

use super::amplification::Amplification;
use super::fixed_point::{self, div_down, div_up, mul_down};
use super::stable_math::{self, Curve, Edition};
use super::vault_v2::{Vault, VaultState};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// StableMath._MAX_STABLE_TOKENS, without the BPT.
const MAX_TOKENS: usize = 5;
/// StableMath._MAX_AMP.
const MAX_AMP: u64 = 5_000;
/// A cached rate has 128 bits at most (PriceRateCache).
const RATE_BITS: u32 = 128;

/// The state's JSON form. Lists have an entry for the BPT too, which is read and not used.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct StableState {
    #[serde(flatten)]
    vault: VaultState,
    /// 1: the invariant of composable pools, rounded down. 2: that of those before, rounded up.
    invariant_version: u8,
    #[serde(default)]
    bpt_index: Option<usize>,
    #[serde(flatten)]
    amplification: Amplification,
    /// getTokenRate of each token as cached: 10^18 without a provider. Absent: 10^18 for all.
    #[serde(default)]
    token_rates: Vec<U256>,
    /// Until when each cached rate holds, seconds; 0: for ever. Absent: for ever.
    #[serde(default, deserialize_with = "json::integers")]
    token_rate_expires: Vec<u64>,
    /// What each rate provider answers now (IRateProvider.getRate): counts after `tokenRateExpires`.
    #[serde(default)]
    provider_rates: Vec<U256>,
    /// Time of the block that the state was read at.
    #[serde(default, deserialize_with = "json::integer")]
    timestamp: u64,
}

#[derive(Clone, Copy, Debug)]
struct TokenRate {
    cached: U256,
    /// Seconds; nothing where no provider is asked.
    expires: Option<u64>,
    provided: U256,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "StableState")]
pub struct StableV2 {
    vault: Vault,
    edition: Edition,
    bpt: Option<usize>,
    amplification: Amplification,
    rates: Vec<TokenRate>,
    timestamp: u64,
}

crate::json::schema_of!(StableV2, StableState);

impl TryFrom<StableState> for StableV2 {
    type Error = &'static str;
    fn try_from(state: StableState) -> Result<Self, Self::Error> {
        let vault = Vault::try_from(state.vault)?;
        let count = vault.balances.len();
        if state.bpt_index.is_some_and(|index| index >= count) {
            return Err("`bptIndex` must be that of one of the `balances`");
        }
        if !(2..=MAX_TOKENS).contains(&(count - usize::from(state.bpt_index.is_some() && count > 0))) {
            return Err("`balances` must be two to five, without the BPT");
        }
        let edition = match state.invariant_version {
            1 => Edition::Composable,
            2 => Edition::Legacy,
            _ => return Err("`invariantVersion` must be 1 or 2"),
        };
        state.amplification.check(MAX_AMP)?;
        let absent_or_whole = |length: usize| length == 0 || length == count;
        if ![state.token_rates.len(), state.token_rate_expires.len(), state.provider_rates.len()].into_iter().all(absent_or_whole) {
            return Err("`tokenRates`, `tokenRateExpires` and `providerRates`, where they are there, must be as many as `balances`");
        }
        if state.token_rates.iter().chain(&state.provider_rates).any(|rate| rate.is_zero() || rate.bits() > RATE_BITS) {
            return Err("`tokenRates` and `providerRates` must be above 0 and fit 128 bits");
        }
        let rates = (0..count).map(|token| {
            let cached = state.token_rates.get(token).copied().unwrap_or_else(fixed_point::one);
            let expires = state.token_rate_expires.get(token).copied().filter(|expires| *expires > 0);
            TokenRate { cached, expires, provided: state.provider_rates.get(token).copied().unwrap_or(cached) }
        });
        let rates = rates.collect();
        Ok(Self { vault, edition, bpt: state.bpt_index, amplification: state.amplification, rates, timestamp: state.timestamp })
    }
}

/// What a swap computes with: everything without the BPT.
struct Scaled {
    balances: Vec<U256>,
    /// Of the tokens in and out.
    factors: [U256; 2],
    /// Indices in and out.
    between: [usize; 2],
    curve: Curve,
}

impl StableV2 {
    /// A token's scaling factor with its rate (ComposableStablePoolRates._scalingFactors).
    fn factor(&self, token: usize, time: u64) -> Answer<U256> {
        let (Some(factor), Some(rate)) = (self.vault.scaling_factors.get(token), self.rates.get(token)) else {
            return Err(Refusal::BrokenRoute);
        };
        let is_stale = rate.expires.is_some_and(|expires| time > expires);
        mul_down(*factor, if is_stale { rate.provided } else { rate.cached })
    }

    fn scaled(&self, direction: Direction, at: At) -> Answer<Scaled> {
        let time = at.unwrap_or(self.timestamp);
        let Direction { from, to } = direction;
        if [from, to].into_iter().any(|token| Some(token) == self.bpt) {
            return Err(Refusal::NotOffered);
        }
        let mut balances = Vec::with_capacity(MAX_TOKENS);
        for (token, balance) in self.vault.balances.iter().enumerate().filter(|(token, _)| Some(*token) != self.bpt) {
            balances.push(mul_down(*balance, self.factor(token, time)?)?);
        }
        let without_bpt = |token: usize| token - usize::from(self.bpt.is_some_and(|bpt| bpt < token));
        let curve = Curve::through(self.edition, self.amplification.at(time), &balances)?;
        let factors = [self.factor(from, time)?, self.factor(to, time)?];
        Ok(Scaled { balances, factors, between: [without_bpt(from), without_bpt(to)], curve })
    }
}

impl Family for StableV2 {
    fn token_count(&self) -> usize {
        self.vault.balances.len()
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["time", "providerRates"]
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        vec![("balances", self.vault.balances.clone())]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        Ok(Box::new(Self { vault: self.vault.moved(values)?, ..self.clone() }))
    }

    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let direction = self.vault.admit(direction, amount_in)?;
        let Scaled { mut balances, factors: [factor_in, factor_out], between, curve } = self.scaled(direction, at)?;
        let swapped = mul_down(fixed_point::without_fee(amount_in, self.vault.fee)?, factor_in)?;
        let scaled = stable_math::out_given_in(curve, &mut balances, between, swapped)?;
        let amount_out = div_down(scaled, factor_out)?;
        self.vault.book(direction, amount_in, amount_out)?;
        Ok(amount_out)
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        let direction = self.vault.admit(direction, amount_out)?;
        let Scaled { mut balances, factors: [factor_in, factor_out], between, curve } = self.scaled(direction, at)?;
        let wanted = mul_down(amount_out, factor_out)?;
        let scaled = stable_math::in_given_out(curve, &mut balances, between, wanted)?;
        let amount_in = fixed_point::with_fee(div_up(scaled, factor_in)?, self.vault.fee)?;
        self.vault.book(direction, amount_in, amount_out)?;
        Ok(amount_in)
    }

    fn kept_share(&self, _direction: Direction) -> Option<f64> {
        Some(self.vault.kept_share())
    }

    /// The slope of the invariant's curve at the balances, after the fee.
    fn rate(&self, direction: Direction, at: At) -> f64 {
        let Ok(Scaled { balances, factors, between, curve }) = direction.checked(self.token_count()).and_then(|direction| self.scaled(direction, at))
        else {
            return 0.0;
        };
        let [factor_in, factor_out] = factors.map(U256::to_f64);
        stable_math::slope(curve, &balances, between) * factor_in / factor_out * self.vault.kept_share()
    }
}

#[cfg(test)]
#[path = "v2_stable_tests.rs"]
pub(super) mod tests;
