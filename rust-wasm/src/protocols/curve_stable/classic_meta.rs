//! First-generation metapools of Curve: a coin against the pool token of a first-generation base pool (curvefi/curve-contract SwapTemplateMeta and
//! StableSwapRAI; curvefi/curve-factory MetaUSD).
//!
//! The base's virtual price comes from a cache of 10 minutes where the contract has one. `get_dy_underlying` of a base coin foresees the deposit
//! without fees and then takes half a base fee off, whereas `exchange_underlying` makes the deposit: the two differ by more than rounding,
//! in both directions. The factory's `get_dy_underlying` of the coin multiplies by its rate ÷ 10^18, and so still answers where that swap and the view
//! here overflow: from about 2^170 on. A state is one of two pools, as in `ng_meta`: with `underlying`, coin 0 and the base's coins 1, 2, …

use super::classic::{Classic, Generation};
use super::invariant::{scaled, unscaled};
use super::ng_meta::{check_input, Path, BASE_TO_COIN, COIN_TO_BASE};
use super::ramp::Ramp;
use super::reserves::{fee_of, Fees, Reserves, FEE_DENOMINATOR};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;
use std::borrow::Cow;

/// `BASE_CACHE_EXPIRES`, seconds.
const CACHE_EXPIRES: u64 = 600;

/// The state's JSON form: the contract's own names.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ClassicMetaState {
    #[serde(default = "template")]
    generation: Generation,
    #[serde(flatten)]
    ramp: Ramp,
    fee: U256,
    /// Of coin 0: 10^(36 − decimals), or for RAI `snappedRedemptionPrice()` / 10^9. An entry for the pool token, if there is one, is not read.
    rates: Vec<U256>,
    balances: Vec<U256>,
    #[serde(flatten)]
    cache: Option<Cache>,
    base: Classic,
    #[serde(default)]
    underlying: bool,
}

fn template() -> Generation {
    Generation::Template
}

/// The base's virtual price as the metapool last stored it; the factory's metapools store none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Cache {
    base_virtual_price: U256,
    #[serde(deserialize_with = "json::integer")]
    base_cache_updated: u64,
}

impl TryFrom<ClassicMetaState> for ClassicMeta {
    type Error = &'static str;
    fn try_from(state: ClassicMetaState) -> Result<Self, Self::Error> {
        if state.balances.len() != 2 {
            return Err("`balances` must have two entries: the coin and the base's pool token");
        }
        if !state.base.can_be_base() {
            return Err("`base.generation` never was a base pool");
        }
        if !matches!(state.generation, Generation::Template | Generation::Optimized) {
            return Err("`generation` of a metapool is \"template\" or \"optimized\"");
        }
        let rate = *state.rates.first().ok_or("`rates` must name the coin's rate")?;
        let fees = Fees::checked(state.fee, U256::ZERO)?;
        let price = base_price(&state.base, state.cache, state.ramp.timestamp).unwrap_or(U256::ZERO);
        let reserves = Reserves::new(state.generation.solver(), vec![rate, price], state.balances, state.ramp.amp(None).ok())?;
        Ok(Self { ramp: state.ramp, fees, reserves, cache: state.cache, base: state.base, underlying: state.underlying })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "ClassicMetaState")]
pub struct ClassicMeta {
    pub(super) ramp: Ramp,
    pub(super) fees: Fees,
    /// Of the coin and the base's pool token, at the virtual price of the state's own time.
    pub(super) reserves: Reserves,
    pub(super) cache: Option<Cache>,
    pub(super) base: Classic,
    pub(super) underlying: bool,
}

crate::json::schema_of!(ClassicMeta, ClassicMetaState);

/// `_vp_rate`: the stored virtual price until it has expired.
fn base_price(base: &Classic, cache: Option<Cache>, now: u64) -> Answer<U256> {
    match cache {
        Some(cache) if now <= cache.base_cache_updated.saturating_add(CACHE_EXPIRES) => Ok(cache.base_virtual_price),
        _ => base.virtual_price(Some(now)),
    }
}

impl ClassicMeta {
    pub(super) fn path(&self, direction: Direction) -> Answer<Path> {
        Ok(Path::of(direction.checked(self.token_count())?, self.underlying))
    }

    /// The reserves at the base's virtual price of a time.
    pub(super) fn reserves_at(&self, at: At) -> Answer<Cow<'_, Reserves>> {
        let price = base_price(&self.base, self.cache, at.unwrap_or(self.ramp.timestamp))?;
        if price == self.reserves.rates[1] {
            return Ok(Cow::Borrowed(&self.reserves));
        }
        let rates = vec![self.reserves.rates[0], price];
        let reserves = Reserves::new(self.reserves.solver, rates, self.reserves.balances.clone(), None);
        reserves.map(Cow::Owned).map_err(|_| Refusal::Overflow)
    }

    /// `exchange` and `get_dy` agree in this generation: the fee, then the conversion.
    fn exchanged(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let reserves = self.reserves_at(at)?;
        let x = reserves.balance_after(direction.from, amount_in)?;
        self.paid(&reserves, direction, x, at)
    }

    fn paid(&self, reserves: &Reserves, direction: Direction, x: U256, at: At) -> Answer<U256> {
        let swap = reserves.swap(direction, x, self.ramp.amp(at)?)?;
        let paid = reserves.paid(direction.to, swap.y, 1)?;
        unscaled(paid.checked_sub(fee_of(paid, self.fees.fee)?)?, reserves.rates[direction.to])
    }

    /// `get_dy_underlying` of a base coin: the deposit's worth without fees, less half a base fee.
    fn base_to_coin_view(&self, i: usize, amount_in: U256, at: At) -> Answer<U256> {
        let reserves = self.reserves_at(at)?;
        let worth = scaled(self.base.minted_without_fees(i, amount_in, at)?, reserves.rates[1])?;
        let half_fee = worth.checked_mul(self.base.fees.fee)?.checked_div(U256::from(2 * FEE_DENOMINATOR))?;
        let x = worth.checked_sub(half_fee)?.checked_add(reserves.xp[1])?;
        self.paid(&reserves, BASE_TO_COIN, x, at)
    }
}

impl Family for ClassicMeta {
    fn token_count(&self) -> usize {
        if self.underlying {
            1 + self.base.token_count()
        } else {
            2
        }
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["time", "rates", "base"]
    }

    /// `exchange` or `exchange_underlying`.
    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        match self.path(direction)? {
            Path::Meta(direction) => {
                check_input(direction, amount_in, &self.reserves, self.base.total_supply)?;
                self.exchanged(direction, amount_in, at)
            }
            Path::CoinToBase(j) => {
                check_input(COIN_TO_BASE, amount_in, &self.reserves, self.base.total_supply)?;
                self.base.withdrawn(j, self.exchanged(COIN_TO_BASE, amount_in, at)?, at)
            }
            Path::BaseToCoin(i) => self.exchanged(BASE_TO_COIN, self.base.minted(i, amount_in, at)?, at),
            Path::Base(direction) => self.base.quote(direction, amount_in, at),
        }
    }

    /// `get_dy` or `get_dy_underlying`.
    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        match self.path(direction)? {
            Path::BaseToCoin(i) => self.base_to_coin_view(i, amount_in, at),
            Path::Base(direction) => self.base.view(direction, amount_in, at),
            Path::Meta(direction) => self.exchanged(direction, amount_in, at),
            Path::CoinToBase(j) => self.base.withdrawn(j, self.exchanged(COIN_TO_BASE, amount_in, at)?, at),
        }
    }

    fn rate(&self, direction: Direction, at: At) -> f64 {
        let (Ok(path), Ok(reserves)) = (self.path(direction), self.reserves_at(at)) else { return 0.0 };
        let meta = |direction| reserves.rate(direction, self.fees, self.ramp.amp(at));
        match path {
            Path::Meta(direction) => meta(direction),
            Path::CoinToBase(j) => meta(COIN_TO_BASE) * self.base.withdrawal_rate(j, at),
            Path::BaseToCoin(i) => self.base.deposit_rate(i, at) * meta(BASE_TO_COIN),
            Path::Base(direction) => self.base.rate(direction, at),
        }
    }
}
