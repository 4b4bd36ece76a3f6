//! Curve's pools of unpegged coins ("crypto"): one invariant around an internal price scale that follows the market, fees between `mid_fee` and
//! `out_fee` by balance, A and gamma that ramp with time.
//!
//! - `first`: curvefi/curve-crypto-contract, tricrypto2 (deployment log 2021-07-13) and `CurveCryptoSwap2ETH` (d7d04cd): Newton throughout.
//! - `tricrypto`: curvefi/tricrypto-ng 584591e, with native coin and without: a cubic in closed form, Newton where it has no real root.
//! - `twocrypto`: curvefi/twocrypto-ng v2.0.0 (6a87285), v2.1.0 (d21b270), main of April 2025 (0fcca0d).
//!
//! A swap ends with `tweak_price`, which reverts when the virtual price would not grow, so that amounts below some 1e-9 of the pool are often
//! refused although `get_dy` answers. [`Pool::quote`](Family::quote) runs all of it (`settlement`).

mod arithmetic;
mod doubles;
mod first;
mod newton;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod reference;
mod settlement;
mod state;
mod tricrypto;
mod twocrypto;

use super::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use arithmetic::{fraction, uint, E18};
use core::fmt::Debug;
use doubles::Doubles;
use newton::Curve;
use settlement::Trade;
#[cfg(feature = "schema")]
pub use state::CryptoState;
use state::Ramp;
pub use state::{first_generation, tricrypto_ng, twocrypto_ng};

/// One of the generations: what its contracts compute differently. Prices have one entry per coin; that of coin 0 is 1.
trait Rules<const N: usize>: Copy + Debug {
    /// Silent inputs besides the time.
    const SILENT: &'static [&'static str];
    /// The views contract has `get_dx`.
    const HAS_GET_DX: bool;

    /// `newton_D`; `k0` 0 where there is no guess.
    fn invariant(self, curve: &Curve, x: &[U256; N], k0: U256) -> Answer<U256>;

    /// `newton_y` or `get_y`: the balance of a coin on the curve, and K0 there (0 where Newton found it).
    fn balance(self, curve: &Curve, x: &[U256; N], d: U256, coin: usize) -> Answer<(U256, U256)>;

    /// Share of `mid_fee` in the fee, 18 decimals.
    fn middle(self, fee_gamma: U256, x: &[U256; N]) -> Answer<U256>;

    /// Evenness weighs twice in [`Rules::middle`].
    fn has_weighted_fee(self) -> bool {
        false
    }

    /// A swap computes D anew before anything else.
    fn is_ramping(self, ramp: &Ramp, now: u64) -> bool {
        ramp.end > now
    }

    /// `get_dy` does that too.
    fn view_follows_ramp(self) -> bool {
        true
    }

    /// Half of `tweak_price`: prices after a trade.
    fn last_prices(self, pool: &Pool<N, Self>, curve: &Curve, trade: &Trade<N>, d: U256) -> Answer<[U256; N]>;

    /// What the pool is worth, as a constant product: the mean of balances that are in equilibrium.
    fn worth(self, d: U256, prices: &[U256; N]) -> Answer<U256>;

    /// Virtual price from its quotient.
    fn rounded(self, virtual_price: U256) -> Answer<U256> {
        Ok(virtual_price)
    }

    /// Whether a virtual price after a swap passes.
    fn accepts(self, ramp: &Ramp, now: u64, old: U256, new: U256) -> bool;

    /// Enough profit to try a new price scale.
    fn has_profit(self, virtual_price: U256, profit: U256, allowed_extra: U256) -> Answer<bool>;

    /// The new price scale, where the oracle is far enough from it.
    fn moved_scale(self, scale: &[U256; N], oracle: &[U256; N], adjustment_step: U256) -> Answer<Option<[U256; N]>>;

    /// The asserts on balances at a new price scale.
    fn check_moved(self, _x: &[U256; N], _d: U256) -> Answer<()> {
        Ok(())
    }

    /// Enough profit is left to take the new price scale.
    fn keeps_profit(self, virtual_price: U256, profit: U256) -> Answer<bool>;

    /// A hidden flag may ask for a new price scale without profit.
    fn has_hidden_flag(self) -> bool {
        false
    }

    /// Price oracle at `now`.
    fn oracle(self, pool: &Pool<N, Self>, now: u64) -> Answer<[U256; N]>;
}

/// A pool of `N` coins at one moment. Checked when it is read: prices, precisions, supply and virtual price are not 0.
#[derive(Clone, Debug)]
struct Pool<const N: usize, R> {
    rules: R,
    ramp: Ramp,
    timestamp: u64,
    balances: [U256; N],
    /// 10^(18 − decimals)
    precisions: [U256; N],
    /// Price of each coin in coin 0, 18 decimals.
    price_scale: [U256; N],
    price_oracle: [U256; N],
    last_prices: [U256; N],
    last_trade: u64,
    averaging_time: U256,
    d: U256,
    virtual_price: U256,
    xcp_profit: U256,
    total_supply: U256,
    allowed_extra_profit: U256,
    adjustment_step: U256,
    mid_fee: U256,
    out_fee: U256,
    fee_gamma: U256,
}

/// A swap before `tweak_price`.
struct Swapped<const N: usize> {
    paid: U256,
    trade: Trade<N>,
    /// K0 from the cubic, the guess for D.
    k0: U256,
}

impl<const N: usize, R: Rules<N>> Pool<N, R> {
    fn now(&self, at: At) -> u64 {
        at.unwrap_or(self.timestamp)
    }

    /// A balance in units of coin 0 at the price scale, 18 decimals.
    fn scaled(&self, coin: usize, balance: U256) -> Answer<U256> {
        if coin == 0 {
            return balance.checked_mul(self.precisions[0]);
        }
        balance.checked_mul(self.price_scale[coin])?.checked_mul(self.precisions[coin])?.checked_div(uint(E18))
    }

    /// Back to base units of a coin, rounded down twice as the contracts do.
    fn unscaled(&self, coin: usize, amount: U256) -> Answer<U256> {
        let amount = if coin == 0 { amount } else { fraction(amount, uint(E18), self.price_scale[coin])? };
        amount.checked_div(self.precisions[coin])
    }

    fn scaled_balances(&self, balances: &[U256; N]) -> Answer<[U256; N]> {
        let mut x = [U256::ZERO; N];
        for (coin, (scaled, balance)) in x.iter_mut().zip(balances).enumerate() {
            *scaled = self.scaled(coin, *balance)?;
        }
        Ok(x)
    }

    fn curve(&self, now: u64) -> Answer<Curve> {
        let [ann, gamma] = self.ramp.at(now)?;
        Ok(Curve { ann, gamma })
    }

    /// D that a swap starts from.
    fn invariant(&self, curve: &Curve, now: u64) -> Answer<U256> {
        if self.rules.is_ramping(&self.ramp, now) {
            return self.rules.invariant(curve, &self.scaled_balances(&self.balances)?, U256::ZERO);
        }
        Ok(self.d)
    }

    /// `_fee`: of 10^10, at scaled balances.
    fn fee(&self, x: &[U256; N]) -> Answer<U256> {
        let (one, middle) = (uint(E18), self.rules.middle(self.fee_gamma, x)?);
        let mid = self.mid_fee.checked_mul(middle)?;
        mid.checked_add(self.out_fee.checked_mul(one.checked_sub(middle)?)?)?.checked_div(one)
    }

    fn swapped(&self, direction: Direction, dx: U256, curve: &Curve, d: U256) -> Answer<Swapped<N>> {
        let Direction { from, to } = direction.checked(N)?;
        if dx.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let mut balances = self.balances;
        balances[from] = balances[from].checked_add(dx)?;
        let mut x = self.scaled_balances(&balances)?;
        let (y, k0) = self.rules.balance(curve, &x, d, to)?;
        // Not a wei to give: the contracts' subtraction underflows.
        let given = x[to].checked_sub(y)?.checked_sub(U256::ONE).map_err(|_| Refusal::AmountTooSmall)?;
        x[to] = y;
        let gross = self.unscaled(to, given)?;
        let paid = gross.checked_sub(fraction(self.fee(&x)?, gross, uint(10u128.pow(10)))?)?;
        x[to] = self.scaled(to, balances[to].checked_sub(paid).map_err(|_| Refusal::InsufficientLiquidity)?)?;
        Ok(Swapped { paid, trade: Trade { x, direction, dx, dy: paid }, k0 })
    }

    /// `get_dx` of the views contracts: five rounds towards the output before the fee.
    fn input_by_rounds(&self, direction: Direction, dy: U256, now: u64) -> Answer<U256> {
        let Direction { from, to } = direction.checked(N)?;
        let curve = self.curve(now)?;
        let d = self.invariant(&curve, now)?;
        let (mut dx, mut gross) = (U256::ZERO, dy);
        for _ in 0..5 {
            if gross.is_zero() {
                return Err(Refusal::AmountTooSmall);
            }
            let mut balances = self.balances;
            balances[to] = balances[to].checked_sub(gross).map_err(|_| Refusal::InsufficientLiquidity)?;
            let mut x = self.scaled_balances(&balances)?;
            let (needed, _) = self.rules.balance(&curve, &x, d, from)?;
            dx = self.unscaled(from, needed.checked_sub(x[from])?)?;
            x[from] = needed;
            let fee = fraction(self.fee(&x)?, gross, uint(10u128.pow(10)))?;
            gross = dy.checked_add(fee)?.checked_add(U256::ONE)?;
        }
        Ok(dx)
    }

    fn doubles(&self, direction: Direction, at: At) -> Answer<Doubles<N>> {
        let now = self.now(at);
        let direction = direction.checked(N)?;
        let curve = self.curve(now)?;
        let x = self.scaled_balances(&self.balances)?;
        Doubles::new(self, direction, &curve, &x, self.invariant(&curve, now)?)
    }
}

impl<const N: usize, R: Rules<N> + 'static> Family for Pool<N, R> {
    fn token_count(&self) -> usize {
        N
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        R::SILENT
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        let one = |value: U256| vec![value];
        let prices = |prices: &[U256; N]| prices[1..].to_vec();
        vec![
            ("balances", self.balances.to_vec()),
            ("D", one(self.d)),
            ("price_scale", prices(&self.price_scale)),
            ("price_oracle", prices(&self.price_oracle)),
            ("last_prices", prices(&self.last_prices)),
            ("last_prices_timestamp", one(U256::from(self.last_trade))),
            ("virtual_price", one(self.virtual_price)),
            ("xcp_profit", one(self.xcp_profit)),
            ("total_supply", one(self.total_supply)),
        ]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        let mut rest = values;
        let mut list = |count: usize| -> Answer<&[U256]> {
            let (list, others) = rest.split_at_checked(count).ok_or(Refusal::InvalidState)?;
            rest = others;
            Ok(list)
        };
        let balances = list(N)?.try_into().map_err(|_| Refusal::InvalidState)?;
        let d = list(1)?[0];
        let mut prices = || -> Answer<[U256; N]> {
            let others = list(N - 1)?;
            let all: Vec<U256> = core::iter::once(self.price_scale[0]).chain(others.iter().copied()).collect();
            if all.iter().any(|price| price.is_zero()) {
                return Err(Refusal::InvalidState);
            }
            all.try_into().map_err(|_| Refusal::InvalidState)
        };
        let (price_scale, price_oracle, last_prices) = (prices()?, prices()?, prices()?);
        let &[last_trade, virtual_price, xcp_profit, total_supply] = list(4)? else { return Err(Refusal::InvalidState) };
        if virtual_price.is_zero() || total_supply.is_zero() || !rest.is_empty() {
            return Err(Refusal::InvalidState);
        }
        // As when read: the pools that keep two moments keep that of the prices in the low half.
        let last_trade = u64::try_from(last_trade.low_u128()).map_err(|_| Refusal::InvalidState)?;
        Ok(Box::new(Self {
            balances,
            d,
            price_scale,
            price_oracle,
            last_prices,
            last_trade,
            virtual_price,
            xcp_profit,
            total_supply,
            ..self.clone()
        }))
    }

    /// What `exchange` pays; refused where its `tweak_price` reverts.
    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let now = self.now(at);
        let curve = self.curve(now)?;
        let swapped = self.swapped(direction, amount_in, &curve, self.invariant(&curve, now)?)?;
        self.settle(&swapped, &curve, now)?;
        Ok(swapped.paid)
    }

    /// `get_dy`
    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let now = self.now(at);
        let curve = self.curve(now)?;
        let d = if self.rules.view_follows_ramp() { self.invariant(&curve, now)? } else { self.d };
        Ok(self.swapped(direction, amount_in, &curve, d)?.paid)
    }

    /// `get_dx`: an estimate; exchanging it may pay a little more or less.
    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        if !R::HAS_GET_DX {
            return Err(Refusal::NotOffered);
        }
        self.input_by_rounds(direction, amount_out, self.now(at))
    }

    fn rate(&self, direction: Direction, at: At) -> f64 {
        let Ok(doubles) = self.doubles(direction, at) else { return 0.0 };
        // After a ramp, D stays that of the last trade: until the next one, the first wei moves the pool onto another curve.
        let now = self.now(at);
        if self.ramp.end > 0 && !self.rules.is_ramping(&self.ramp, now) && !self.is_on_curve(now) {
            return f64::INFINITY;
        }
        let rate = doubles.spot() * (1.0 - self.lowest_fee(direction));
        if rate.is_nan() {
            return 0.0;
        }
        rate
    }

    fn estimate(&self, direction: Direction, amount_in: f64, at: At) -> Option<(f64, f64)> {
        self.doubles(direction, at).ok()?.swap(amount_in)
    }
}

impl<const N: usize, R: Rules<N>> Pool<N, R> {
    /// D is that of the balances, up to what its iteration leaves.
    fn is_on_curve(&self, now: u64) -> bool {
        let d = self.curve(now).and_then(|curve| self.rules.invariant(&curve, &self.scaled_balances(&self.balances)?, U256::ZERO));
        d.is_ok_and(|d| d.abs_diff(self.d) <= self.d >> 40)
    }

    /// The lowest fee of any swap in a direction, as a share. Where the coin that comes in is above the mean and the other one below, a swap only
    /// unbalances the pool: with shares u and v of the sum and a price p, ln K0 changes by (1/u − 3) + p·(3 − 1/v) ≤ 0 for three coins, and so on.
    fn lowest_fee(&self, direction: Direction) -> f64 {
        let lowest = self.mid_fee.min(self.out_fee);
        let now = self.scaled_balances(&self.balances).and_then(|x| {
            let sum = x.iter().try_fold(U256::ZERO, |sum, x| sum.checked_add(*x))?;
            let share = |coin: usize| x[coin].checked_mul(uint(N as u128));
            let is_leaving = share(direction.from)? >= sum && share(direction.to)? <= sum;
            Ok(if is_leaving { self.fee(&x)?.saturating_sub(U256::ONE) } else { lowest })
        });
        now.unwrap_or(lowest).to_f64() / 1e10
    }
}
