//! CurveStableSwapMetaNG v7.0.0 (curvefi/stableswap-ng, commit 2abe778f4020): a coin against the pool token of a base pool, which is StableSwap-NG or
//! of the first generation.
//!
//! A state is one of two pools: coin 0 against the base's pool token (coin 1), or, with `underlying`, coin 0 and the base's coins 1, 2, … swapped
//! by `exchange_underlying`. The latter deposits into or withdraws from the base pool for real, where the views contract only foresees it.
//!
//! The recorded answers are those of the named commit. The text followed here is that of neighbouring commits (pool 0057a71f, metapool 02162cbd, views
//! 018f0121), of which the views differ in one point: they read `A_precision()` where the recorded ones take `A()` × 100.

use super::classic::Classic;
use super::invariant::unscaled;
use super::ng::{self, exchange, floored, input_view, share_of, swap, Ng};
use super::ramp::Ramp;
use super::reserves::{Fees, Reserves};
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;
use std::borrow::Cow;

/// A base pool's state names its kind.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind")]
enum BaseState {
    #[serde(rename = "stableswap_ng")]
    Ng(Ng),
    #[serde(rename = "legacy_3pool")]
    Classic(Classic),
}

/// The state's JSON form: the contract's own names. `rates[1]`, the base's virtual price, is computed from `base` for the target block.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct MetaState {
    #[serde(flatten)]
    ramp: Ramp,
    fee: U256,
    offpeg_fee_multiplier: U256,
    rates: Vec<U256>,
    balances: Vec<U256>,
    base: BaseState,
    #[serde(default)]
    underlying: bool,
}

impl TryFrom<MetaState> for NgMeta {
    type Error = &'static str;
    fn try_from(state: MetaState) -> Result<Self, Self::Error> {
        if state.balances.len() != 2 {
            return Err("`rates` and `balances` must have two entries: the coin and the base's pool token");
        }
        let fees = Fees::checked(state.fee, state.offpeg_fee_multiplier)?;
        let base = match state.base {
            BaseState::Ng(pool) => Base::Ng(pool),
            BaseState::Classic(pool) if pool.can_be_base() => {
                let Reserves { rates, balances, .. } = pool.reserves.clone();
                Base::Classic { seen_by_views: Reserves::new(ng::SOLVER, rates, balances, None)?, pool }
            }
            BaseState::Classic(_) => return Err("`base.generation` never was a base pool"),
        };
        let mut rates = state.rates;
        if let (Some(rate), Ok(price)) = (rates.get_mut(1), base.virtual_price(None)) {
            *rate = price;
        }
        let reserves = Reserves::new(ng::SOLVER, rates, state.balances, state.ramp.amp(None).ok())?;
        Ok(Self { ramp: state.ramp, fees, reserves, base, underlying: state.underlying })
    }
}

#[derive(Clone, Debug)]
pub(super) enum Base {
    Ng(Ng),
    /// The views contract solves a first-generation pool with its own rounding and `A()` × 100.
    Classic {
        pool: Classic,
        seen_by_views: Reserves,
    },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "MetaState")]
pub struct NgMeta {
    pub(super) ramp: Ramp,
    pub(super) fees: Fees,
    /// Of the coin and the base's pool token, at the virtual price of the state's own time.
    pub(super) reserves: Reserves,
    pub(super) base: Base,
    pub(super) underlying: bool,
}

crate::json::schema_of!(NgMeta, MetaState);

impl Base {
    fn as_family(&self) -> &dyn Family {
        match self {
            Self::Ng(pool) => pool,
            Self::Classic { pool, .. } => pool,
        }
    }

    fn virtual_price(&self, at: At) -> Answer<U256> {
        match self {
            Self::Ng(pool) => pool.virtual_price(at),
            Self::Classic { pool, .. } => pool.virtual_price(at),
        }
    }

    fn total_supply(&self) -> U256 {
        match self {
            Self::Ng(pool) => pool.total_supply,
            Self::Classic { pool, .. } => pool.total_supply,
        }
    }

    fn minted(&self, i: usize, amount: U256, at: At) -> Answer<U256> {
        match self {
            Self::Ng(pool) => pool.minted(i, amount, at),
            Self::Classic { pool, .. } => pool.minted(i, amount, at),
        }
    }

    fn withdrawn(&self, i: usize, burned: U256, at: At) -> Answer<U256> {
        match self {
            Self::Ng(pool) => pool.withdrawn(i, burned, at),
            Self::Classic { pool, .. } => pool.withdrawn(i, burned, at),
        }
    }

    fn withdrawal_view(&self, i: usize, burned: U256, at: At) -> Answer<U256> {
        match self {
            Self::Ng(pool) => pool.withdrawal_view(i, burned, at),
            Self::Classic { pool, .. } => pool.withdrawn(i, burned, at),
        }
    }

    /// `_base_calc_token_amount` of the views contract.
    fn share_view(&self, i: usize, amount: U256, is_deposit: bool, at: At) -> Answer<U256> {
        let (reserves, fees, supply, amp) = match self {
            Self::Ng(pool) => (&pool.reserves, pool.fees, pool.total_supply, floored(pool.ramp.amp(at)?)?),
            Self::Classic { pool, seen_by_views } => {
                let amp = pool.ramp.amp(at)?;
                let whole = if pool.reserves.solver.amp_scale == 1 { amp } else { amp.checked_div(U256::from(pool.reserves.solver.amp_scale))? };
                (seen_by_views, pool.fees, pool.total_supply, whole.checked_mul(U256::from(ng::A_PRECISION))?)
            }
        };
        share_of(&reserves.change(fees, i, amount, is_deposit, amp)?, supply, is_deposit)
    }

    fn deposit_rate(&self, i: usize, at: At) -> f64 {
        match self {
            Self::Ng(pool) => pool.reserves.deposit_rate(i, pool.total_supply, pool.ramp.amp(at)),
            Self::Classic { pool, .. } => pool.deposit_rate(i, at),
        }
    }

    fn withdrawal_rate(&self, i: usize, at: At) -> f64 {
        match self {
            Self::Ng(pool) => pool.reserves.withdrawal_rate(i, pool.total_supply, pool.ramp.amp(at)),
            Self::Classic { pool, .. } => pool.withdrawal_rate(i, at),
        }
    }
}

/// A swap by what it touches; coins of the base by their number there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path {
    /// Between the metapool's own two coins.
    Meta(Direction),
    CoinToBase(usize),
    BaseToCoin(usize),
    /// Inside the base pool.
    Base(Direction),
}

impl Path {
    pub(super) fn of(direction: Direction, underlying: bool) -> Self {
        match (underlying, direction) {
            (false, direction) => Self::Meta(direction),
            (true, Direction { from: 0, to }) => Self::CoinToBase(to - 1),
            (true, Direction { from, to: 0 }) => Self::BaseToCoin(from - 1),
            (true, Direction { from, to }) => Self::Base(Direction { from: from - 1, to: to - 1 }),
        }
    }
}

pub(super) const COIN_TO_BASE: Direction = Direction { from: 0, to: 1 };
pub(super) const BASE_TO_COIN: Direction = Direction { from: 1, to: 0 };

/// Whether the metapool can book an input of its own coins: nobody can bring more of the base's pool tokens than there are outside of it.
pub(super) fn check_input(direction: Direction, amount_in: U256, reserves: &Reserves, supply: U256) -> Answer<()> {
    let held = reserves.balances[direction.from].checked_add(amount_in)?;
    if direction == BASE_TO_COIN && held > supply {
        return Err(Refusal::LimitExceeded);
    }
    Ok(())
}

impl NgMeta {
    pub(super) fn path(&self, direction: Direction) -> Answer<Path> {
        Ok(Path::of(direction.checked(self.token_count())?, self.underlying))
    }

    /// The reserves at the base's virtual price of a time.
    pub(super) fn reserves_at(&self, at: At) -> Answer<Cow<'_, Reserves>> {
        let price = self.base.virtual_price(at)?;
        if price == self.reserves.rates[1] {
            return Ok(Cow::Borrowed(&self.reserves));
        }
        let rates = vec![self.reserves.rates[0], price];
        let reserves = Reserves::new(ng::SOLVER, rates, self.reserves.balances.clone(), None).map_err(|_| Refusal::Overflow)?;
        Ok(Cow::Owned(reserves))
    }

    /// `exchange` between the metapool's own coins.
    fn exchanged(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let reserves = self.reserves_at(at)?;
        let x = reserves.balance_after(direction.from, amount_in)?;
        unscaled(exchange(&reserves, self.fees, direction, x, self.ramp.amp(at)?)?, reserves.rates[direction.to])
    }

    /// `get_dy` between the metapool's own coins.
    fn exchange_view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let reserves = self.reserves_at(at)?;
        let x = reserves.balance_after(direction.from, amount_in)?;
        let (paid, _) = swap(&reserves, self.fees, direction, x, floored(self.ramp.amp(at)?)?)?;
        unscaled(paid, reserves.rates[direction.to])
    }

    fn input_view(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        input_view(&*self.reserves_at(at)?, self.fees, direction, amount_out, floored(self.ramp.amp(at)?)?)
    }
}

impl Family for NgMeta {
    fn token_count(&self) -> usize {
        if self.underlying {
            1 + self.base.as_family().token_count()
        } else {
            2
        }
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["time", "rates", "balances", "base"]
    }

    /// `exchange` or `exchange_underlying`.
    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let path = self.path(direction)?;
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        match path {
            Path::Meta(direction) => {
                check_input(direction, amount_in, &self.reserves, self.base.total_supply())?;
                self.exchanged(direction, amount_in, at)
            }
            Path::CoinToBase(j) => self.base.withdrawn(j, self.exchanged(COIN_TO_BASE, amount_in, at)?, at),
            Path::BaseToCoin(i) => self.exchanged(BASE_TO_COIN, self.base.minted(i, amount_in, at)?, at),
            Path::Base(direction) => self.base.as_family().quote(direction, amount_in, at),
        }
    }

    /// `get_dy` or `get_dy_underlying`.
    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        match self.path(direction)? {
            Path::Meta(direction) => self.exchange_view(direction, amount_in, at),
            Path::CoinToBase(j) => self.base.withdrawal_view(j, self.exchange_view(COIN_TO_BASE, amount_in, at)?, at),
            Path::BaseToCoin(i) => self.exchange_view(BASE_TO_COIN, self.base.share_view(i, amount_in, true, at)?, at),
            Path::Base(direction) => self.base.as_family().view(direction, amount_in, at),
        }
    }

    /// `get_dx` or `get_dx_underlying`: estimates. Between coins of the base the contract refuses.
    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        match self.path(direction)? {
            Path::Meta(direction) => self.input_view(direction, amount_out, at),
            Path::CoinToBase(j) => self.input_view(COIN_TO_BASE, self.base.share_view(j, amount_out, false, at)?, at),
            Path::BaseToCoin(i) => self.base.withdrawal_view(i, self.input_view(BASE_TO_COIN, amount_out, at)?, at),
            Path::Base(_) => Err(Refusal::NotOffered),
        }
    }

    fn rate(&self, direction: Direction, at: At) -> f64 {
        let (Ok(path), Ok(reserves)) = (self.path(direction), self.reserves_at(at)) else { return 0.0 };
        let meta = |direction| reserves.rate(direction, self.fees, self.ramp.amp(at));
        match path {
            Path::Meta(direction) => meta(direction),
            Path::CoinToBase(j) => meta(COIN_TO_BASE) * self.base.withdrawal_rate(j, at),
            Path::BaseToCoin(i) => self.base.deposit_rate(i, at) * meta(BASE_TO_COIN),
            Path::Base(direction) => self.base.as_family().rate(direction, at),
        }
    }
}
