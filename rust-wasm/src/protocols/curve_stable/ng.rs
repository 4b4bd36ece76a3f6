//! CurveStableSwapNG v7.0.0 with CurveStableSwapNGViews 1.2.0 (curvefi/stableswap-ng, commit 2abe778f4020): plain pools of 2 to 8 coins with rate
//! oracles, ERC-4626 shares or rebasing tokens.
//!
//! `exchange` uses A at its full precision, the views contract (`get_dy`, `get_dx`) the floored `A()` × 100: during a ramp they differ in both
//! directions. A swap that leaves a price or an invariant which the pool's oracle cannot store reverts. `rates` are those of the target block
//! (`stored_rates()`), `balances` those without the admin's share (`get_balances()`).
//!
//! The recorded answers are those of the named commit. The text followed here is that of neighbouring commits (pool 0057a71f, metapool 02162cbd, views
//! 018f0121), of which the views differ in one point: they read `A_precision()` where the recorded ones take `A()` × 100.

use super::invariant::{unscaled, Product, Solver, PRECISION};
use super::ramp::Ramp;
use super::reserves::{fee_of, Change, Fees, Reserves, FEE_DENOMINATOR};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

pub(super) const A_PRECISION: u32 = 100;
pub(super) const SOLVER: Solver = Solver { amp_scale: A_PRECISION, product: Product::AllCoins, ends_silently: false };

/// `A()` × 100, which the views contract computes with.
pub(super) fn floored(amp: U256) -> Answer<U256> {
    let scale = U256::from(A_PRECISION);
    amp.checked_div(scale)?.checked_mul(scale)
}

/// The state's JSON form: the contract's own names. `total_supply` is needed of base pools only.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct NgState {
    #[serde(deserialize_with = "json::integer")]
    n_coins: usize,
    #[serde(flatten)]
    ramp: Ramp,
    fee: U256,
    offpeg_fee_multiplier: U256,
    rates: Vec<U256>,
    balances: Vec<U256>,
    #[serde(default)]
    total_supply: U256,
}

impl TryFrom<NgState> for Ng {
    type Error = &'static str;
    fn try_from(state: NgState) -> Result<Self, Self::Error> {
        if state.n_coins != state.balances.len() {
            return Err("`n_coins` must be the number of `balances`");
        }
        let fees = Fees::checked(state.fee, state.offpeg_fee_multiplier)?;
        let reserves = Reserves::new(SOLVER, state.rates, state.balances, state.ramp.amp(None).ok())?;
        Ok(Self { ramp: state.ramp, fees, reserves, total_supply: state.total_supply })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "NgState")]
pub struct Ng {
    pub(super) ramp: Ramp,
    pub(super) fees: Fees,
    pub(super) reserves: Reserves,
    pub(super) total_supply: U256,
}

crate::json::schema_of!(Ng, NgState);

impl Ng {
    /// `get_virtual_price`.
    pub(super) fn virtual_price(&self, at: At) -> Answer<U256> {
        unscaled(self.reserves.d(self.ramp.amp(at)?)?, self.total_supply)
    }

    /// Pool tokens that `add_liquidity` of one coin mints.
    pub(super) fn minted(&self, i: usize, amount: U256, at: At) -> Answer<U256> {
        let amp = self.ramp.amp(at)?;
        let change = self.reserves.change(self.fees, i, amount, true, amp)?;
        if change.d_after <= change.d_before {
            return Err(Refusal::AmountTooSmall);
        }
        let minted = share_of(&change, self.total_supply, true)?;
        oracle_accepts(&change.xp, amp, change.d_after_fees)?;
        Ok(minted)
    }

    /// What `remove_liquidity_one_coin` pays.
    pub(super) fn withdrawn(&self, i: usize, burned: U256, at: At) -> Answer<U256> {
        if burned.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let amp = self.ramp.amp(at)?;
        let withdrawal = self.reserves.withdraw(self.fees, i, burned, self.total_supply, amp)?;
        oracle_accepts(&withdrawal.xp, amp, withdrawal.d)?;
        Ok(withdrawal.amount)
    }

    /// `calc_withdraw_one_coin` of the pool itself.
    pub(super) fn withdrawal_view(&self, i: usize, burned: U256, at: At) -> Answer<U256> {
        Ok(self.reserves.withdraw(self.fees, i, burned, self.total_supply, self.ramp.amp(at)?)?.amount)
    }
}

impl Family for Ng {
    fn token_count(&self) -> usize {
        self.reserves.count()
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["time", "rates", "balances"]
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        vec![("balances", self.reserves.balances.clone()), ("rates", self.reserves.rates.clone())]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        if values.len() != 2 * self.reserves.count() {
            return Err(Refusal::InvalidState);
        }
        Ok(Box::new(Self { reserves: self.reserves.moved(values)?, ..self.clone() }))
    }

    /// `exchange`.
    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let direction = direction.checked(self.reserves.count())?;
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let x = self.reserves.balance_after(direction.from, amount_in)?;
        let paid = exchange(&self.reserves, self.fees, direction, x, self.ramp.amp(at)?)?;
        unscaled(paid, self.reserves.rates[direction.to])
    }

    /// `get_dy`.
    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let direction = direction.checked(self.reserves.count())?;
        let x = self.reserves.balance_after(direction.from, amount_in)?;
        let (paid, _) = swap(&self.reserves, self.fees, direction, x, floored(self.ramp.amp(at)?)?)?;
        unscaled(paid, self.reserves.rates[direction.to])
    }

    /// `get_dx`: an estimate with the fee of the balances before the swap, which may pay more or less than asked.
    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        input_view(&self.reserves, self.fees, direction.checked(self.reserves.count())?, amount_out, floored(self.ramp.amp(at)?)?)
    }

    fn rate(&self, direction: Direction, at: At) -> f64 {
        self.reserves.rate(direction, self.fees, self.ramp.amp(at))
    }
}

/// What leaves after the fee, in the common unit, and the balances after the swap.
pub(super) fn swap(reserves: &Reserves, fees: Fees, direction: Direction, x: U256, amp: U256) -> Answer<(U256, super::reserves::Swap)> {
    let Direction { from, to } = direction;
    let swap = reserves.swap(direction, x, amp)?;
    let paid = reserves.paid(to, swap.y, 1)?;
    let averages = [reserves.xp[from].checked_add(x)? >> 1, reserves.xp[to].checked_add(swap.y)? >> 1];
    let fee = fee_of(paid, fees.between(averages[0], averages[1])?)?;
    Ok((paid.checked_sub(fee)?, swap))
}

/// `__exchange`: [`swap`] at full precision, refused where the oracle's update reverts.
pub(super) fn exchange(reserves: &Reserves, fees: Fees, direction: Direction, x: U256, amp: U256) -> Answer<U256> {
    let (paid, swap) = swap(reserves, fees, direction, x, amp)?;
    let mut xp = reserves.xp.clone();
    xp[direction.from] = swap.x;
    xp[direction.to] = swap.y;
    oracle_accepts(&xp, amp, swap.d)?;
    Ok(paid)
}

/// `_get_dx` of the views contract.
pub(super) fn input_view(reserves: &Reserves, fees: Fees, direction: Direction, amount_out: U256, amp: U256) -> Answer<U256> {
    let Direction { from, to } = direction;
    let d = reserves.d(amp)?;
    let wanted = super::invariant::scaled(amount_out, reserves.rates[to])?.checked_add(U256::ONE)?;
    let fee = fees.between(reserves.xp[from], reserves.xp[to])?;
    let denominator = U256::from(FEE_DENOMINATOR);
    let with_fee = wanted.checked_mul(denominator)?.checked_div(denominator.checked_sub(fee)?)?;
    let y = reserves.xp[to].checked_sub(with_fee).map_err(|_| Refusal::InsufficientLiquidity)?;
    let x = reserves.solver.y([to, from], y, &reserves.xp, amp, d)?;
    unscaled(x.checked_sub(reserves.xp[from])?, reserves.rates[from])
}

/// Pool tokens for a deposit, or for a withdrawal that `_calc_token_amount` foresees.
pub(super) fn share_of(change: &Change, supply: U256, is_deposit: bool) -> Answer<U256> {
    let (more, less) = if is_deposit { (change.d_after_fees, change.d_before) } else { (change.d_before, change.d_after_fees) };
    let difference = more.checked_sub(less).map_err(|_| Refusal::AmountTooSmall)?;
    difference.checked_mul(supply)?.checked_div(change.d_before)
}

/// `upkeep_oracles`: reverts where a state price overflows on its way or the invariant exceeds 128 bits. The averages themselves always fit.
pub(super) fn oracle_accepts(xp: &[U256], amp: U256, d: U256) -> Answer<()> {
    let coins = U256::from(xp.len() as u32);
    let mut reduced = d.checked_div(coins.checked_pow(xp.len() as u32)?)?;
    for x in xp {
        reduced = reduced.checked_mul(d)?.checked_div(*x)?;
    }
    let first = xp[0];
    // `unsafe_mul`: cannot wrap, A is far below 2^253.
    let weighted = amp.wrapping_mul(coins).checked_mul(first)?.checked_div(U256::from(A_PRECISION))?;
    for x in &xp[1..] {
        let numerator = weighted.checked_add(reduced.checked_mul(first)?.checked_div(*x)?)?;
        U256::from(PRECISION).checked_mul(numerator)?.checked_div(weighted.checked_add(reduced)?)?;
    }
    d.to_u128().map(|_| ())
}
