//! The state's JSON form of all three families, and which contract its `variant` names.

use super::arithmetic::{uint, E18};
use super::first::{First, Tricrypto2};
use super::tricrypto::TricryptoNg;
use super::twocrypto::{Generation, Twocrypto};
use super::{Pool, Rules};
use crate::json;
use crate::protocols::family::Family;
use crate::refusal::Answer;
use crate::u256::U256;
use serde::Deserialize;

/// A and gamma, packed in pairs, between two moments. A time of 0 and, in the first generation, of 1 mark that there is no ramp.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    pub initial: U256,
    pub future: U256,
    pub start: u64,
    pub end: u64,
}

impl Ramp {
    /// `_A_gamma`: A × N^N × 10,000 and gamma.
    pub fn at(&self, now: u64) -> Answer<[U256; 2]> {
        let parts = |packed: U256| [packed >> 128, uint(packed.low_u128())];
        let [a, gamma] = parts(self.future);
        if now >= self.end {
            return Ok([a, gamma]);
        }
        let time = |seconds: u64| U256::from(seconds);
        let length = time(self.end).checked_sub(time(self.start))?;
        let passed = time(now).checked_sub(time(self.start))?;
        let [a0, gamma0] = parts(self.initial);
        let left = length.checked_sub(passed)?;
        let between = |from: U256, to: U256| from.checked_mul(left)?.checked_add(to.checked_mul(passed)?)?.checked_div(length);
        Ok([between(a0, a)?, between(gamma0, gamma)?])
    }
}

/// One price for two coins, a list for three.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
enum Prices {
    One(U256),
    List(Vec<U256>),
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CryptoState {
    variant: String,
    #[serde(rename = "initial_A_gamma")]
    initial: U256,
    #[serde(rename = "future_A_gamma")]
    future: U256,
    #[serde(rename = "initial_A_gamma_time", deserialize_with = "json::integer")]
    start: u64,
    #[serde(rename = "future_A_gamma_time", deserialize_with = "json::integer")]
    end: u64,
    #[serde(deserialize_with = "json::integer")]
    timestamp: u64,
    mid_fee: U256,
    out_fee: U256,
    fee_gamma: U256,
    allowed_extra_profit: U256,
    adjustment_step: U256,
    #[serde(alias = "ma_exp_time", deserialize_with = "json::integer")]
    ma_half_time: u64,
    balances: Vec<U256>,
    precisions: Vec<U256>,
    #[serde(rename = "D")]
    d: U256,
    price_scale: Prices,
    price_oracle: Prices,
    last_prices: Prices,
    #[serde(alias = "last_timestamp")]
    last_prices_timestamp: U256,
    virtual_price: U256,
    xcp_profit: U256,
    total_supply: U256,
}

/// The largest fee, of 10^10: 100 %.
const MAX_FEE: u128 = 10u128.pow(10);

/// Reads `curve-crypto-v1`: `tricrypto2` or `cryptoswap2eth`.
pub fn first_generation(text: &str) -> Result<Box<dyn Family>, String> {
    let state = read(text)?;
    match variant(&state) {
        "tricrypto2" => boxed(pool::<3, _>(state, Tricrypto2)),
        "cryptoswap2eth" => boxed(pool::<2, _>(state, First)),
        other => Err(unknown(other, "tricrypto2 or cryptoswap2eth")),
    }
}

/// Reads `tricrypto-ng`: with the native coin (`tricrypto-weth`) and without, which swap alike.
pub fn tricrypto_ng(text: &str) -> Result<Box<dyn Family>, String> {
    let state = read(text)?;
    match variant(&state) {
        "tricrypto-weth" | "tricrypto-noweth" => boxed(pool::<3, _>(state, TricryptoNg)),
        other => Err(unknown(other, "tricrypto-weth or tricrypto-noweth")),
    }
}

/// Reads `twocrypto-ng` in its three generations.
pub fn twocrypto_ng(text: &str) -> Result<Box<dyn Family>, String> {
    let state = read(text)?;
    let generation = match variant(&state) {
        "twocrypto-v2.0.0" => Generation::V200,
        "twocrypto-v2.1.0" => Generation::V210,
        "twocrypto-main2025" => Generation::Main2025,
        other => return Err(unknown(other, "twocrypto-v2.0.0, twocrypto-v2.1.0 or twocrypto-main2025")),
    };
    boxed(pool::<2, _>(state, Twocrypto(generation)))
}

fn read(text: &str) -> Result<CryptoState, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// The contract's name; a recorded state adds `-ramp` while A and gamma move, which the times tell as well.
fn variant(state: &CryptoState) -> &str {
    variant_of(&state.variant)
}

pub(super) fn variant_of(variant: &str) -> &str {
    variant.strip_suffix("-ramp").unwrap_or(variant)
}

fn unknown(variant: &str, known: &str) -> String {
    format!("`variant` \"{variant}\" is not {known}")
}

fn boxed<const N: usize, R: Rules<N> + 'static>(pool: Result<Pool<N, R>, String>) -> Result<Box<dyn Family>, String> {
    pool.map(|pool| Box::new(pool) as Box<dyn Family>)
}

/// The pool itself, for the proofs.
#[cfg(test)]
pub(super) fn parsed<const N: usize, R: Rules<N>>(text: &str, rules: R) -> Result<Pool<N, R>, String> {
    pool(read(text)?, rules)
}

fn pool<const N: usize, R: Rules<N>>(state: CryptoState, rules: R) -> Result<Pool<N, R>, String> {
    let list = |field: &str, list: Vec<U256>| list.try_into().map_err(|_| format!("`{field}` must have {N} entries"));
    let prices = |field: &str, prices: Prices| {
        let rest = match prices {
            Prices::One(price) => vec![price],
            Prices::List(list) => list,
        };
        if rest.iter().any(|price| price.is_zero()) {
            return Err(format!("`{field}` must not be 0"));
        }
        let all: Vec<U256> = core::iter::once(uint(E18)).chain(rest).collect();
        all.try_into().map_err(|_| format!("`{field}` must have {} entries", N - 1))
    };
    let precisions: [U256; N] = list("precisions", state.precisions)?;
    if precisions.iter().any(|precision| precision.is_zero()) {
        return Err("`precisions` must not be 0".to_owned());
    }
    for (field, value) in [("virtual_price", state.virtual_price), ("total_supply", state.total_supply)] {
        if value.is_zero() {
            return Err(format!("`{field}` is 0: the pool is empty"));
        }
    }
    if state.ma_half_time == 0 {
        return Err("`ma_half_time` or `ma_exp_time` must not be 0".to_owned());
    }
    if state.mid_fee.max(state.out_fee) > uint(MAX_FEE) {
        return Err("`mid_fee` and `out_fee` must be at most 10^10".to_owned());
    }
    if state.end > 1 && state.start >= state.end {
        return Err("`initial_A_gamma_time` must be before `future_A_gamma_time`".to_owned());
    }
    Ok(Pool {
        rules,
        ramp: Ramp { initial: state.initial, future: state.future, start: state.start, end: state.end },
        timestamp: state.timestamp,
        balances: list("balances", state.balances)?,
        precisions,
        price_scale: prices("price_scale", state.price_scale)?,
        price_oracle: prices("price_oracle", state.price_oracle)?,
        last_prices: prices("last_prices", state.last_prices)?,
        // Two moments of 128 bits in the pools that also keep an xcp oracle: that of the prices is the low one.
        last_trade: u64::try_from(state.last_prices_timestamp.low_u128()).map_err(|_| "`last_timestamp` is no time".to_owned())?,
        averaging_time: U256::from(state.ma_half_time),
        d: state.d,
        virtual_price: state.virtual_price,
        xcp_profit: state.xcp_profit,
        total_supply: state.total_supply,
        allowed_extra_profit: state.allowed_extra_profit,
        adjustment_step: state.adjustment_step,
        mid_fee: state.mid_fee,
        out_fee: state.out_fee,
        fee_gamma: state.fee_gamma,
    })
}
