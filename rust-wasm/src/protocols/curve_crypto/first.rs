//! The first generation: tricrypto2 with its math contract (b14fa11) and views, and `CurveCryptoSwap2ETH`, the template of the factory's pools.
//!
//! Both treat a pool whose `future_A_gamma_time` is not 0 as ramping until the next trade clears it; then D is computed anew and the check for
//! losses is off. `get_dy` of tricrypto2 keeps to the stored D meanwhile. A private flag (`not_adjusted`) may ask for a new price scale; as no
//! getter shows it, a swap whose attempt would revert counts as refused.

use super::arithmetic::{fraction, newton_mean, sorted, uint, within, E18};
use super::newton::{check_invariant, check_share, newton_d, newton_y, Curve, Others};
use super::settlement::{deviation, towards, Trade};
use super::state::Ramp;
use super::{Pool, Rules};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

const GAMMA: (u128, u128) = (10u128.pow(10), 5 * 10u128.pow(16));
const A: (u128, u128) = (27 * 100, 27 * 10_000 * 1_000);
const GAMMA_OF_TWO: (u128, u128) = (10u128.pow(10), 2 * 10u128.pow(16));
const A_OF_TWO: (u128, u128) = (4 * 1_000, 4 * 10_000 * 100_000);

#[derive(Clone, Copy, Debug)]
pub struct Tricrypto2;

/// `CurveCryptoSwap2ETH`
#[derive(Clone, Copy, Debug)]
pub struct First;

/// What both have in common.
macro_rules! first_generation {
    () => {
        const SILENT: &'static [&'static str] = &["time", "balances"];
        const HAS_GET_DX: bool = false;

        fn is_ramping(self, ramp: &Ramp, _now: u64) -> bool {
            ramp.end > 0
        }

        fn accepts(self, ramp: &Ramp, _now: u64, old: U256, new: U256) -> bool {
            new >= old || ramp.end > 0
        }

        fn has_profit(self, virtual_price: U256, profit: U256, allowed_extra: U256) -> Answer<bool> {
            has_profit(virtual_price, profit, allowed_extra)
        }

        fn keeps_profit(self, virtual_price: U256, profit: U256) -> Answer<bool> {
            keeps_profit(virtual_price, profit)
        }

        fn has_hidden_flag(self) -> bool {
            true
        }
    };
}

/// `virtual_price * 2 - 10**18 > xcp_profit + 2 * allowed_extra_profit`
pub fn has_profit(virtual_price: U256, profit: U256, allowed_extra: U256) -> Answer<bool> {
    let twice = virtual_price.checked_mul(uint(2))?.checked_sub(uint(E18))?;
    Ok(twice > profit.checked_add(allowed_extra.checked_mul(uint(2))?)?)
}

/// `2 * virtual_price - 10**18 > xcp_profit`
pub fn keeps_profit(virtual_price: U256, profit: U256) -> Answer<bool> {
    has_profit(virtual_price, profit, U256::ZERO)
}

impl Rules<3> for Tricrypto2 {
    first_generation!();

    fn invariant(self, curve: &Curve, x: &[U256; 3], _k0: U256) -> Answer<U256> {
        curve.check(A, GAMMA)?;
        let x = sorted(x);
        within(x[0], 10u128.pow(9), 10u128.pow(33))?;
        for small in &x[1..] {
            within(fraction(*small, uint(E18), x[0])?, 10u128.pow(11), u128::MAX)?;
        }
        let start = newton_mean(&x)?.checked_mul(uint(3))?;
        let sum = x[0].checked_add(x[1])?.checked_add(x[2])?;
        let d = newton_d(curve, 3, sum, start, |d| x.iter().try_fold(uint(E18), |k0, x| k0.checked_mul(*x)?.checked_mul(uint(3))?.checked_div(d)))?;
        x.iter().try_for_each(|x| check_share(*x, d))?;
        Ok(d)
    }

    fn balance(self, curve: &Curve, x: &[U256; 3], d: U256, coin: usize) -> Answer<(U256, U256)> {
        curve.check(A, GAMMA)?;
        check_invariant(d)?;
        let [a, b] = others(x, coin);
        check_share(a, d)?;
        check_share(b, d)?;
        let y = newton_y(curve, 3, d, &Others::pair(a, b, d)?)?;
        check_share(y, d)?;
        Ok((y, U256::ZERO))
    }

    fn middle(self, fee_gamma: U256, x: &[U256; 3]) -> Answer<U256> {
        middle_of_three(fee_gamma, x)
    }

    fn view_follows_ramp(self) -> bool {
        false
    }

    fn last_prices(self, pool: &Pool<3, Self>, curve: &Curve, trade: &Trade<3>, d: U256) -> Answer<[U256; 3]> {
        let prices = traded_prices(pool, curve, trade, d)?;
        // Packed in halves of a word.
        prices[1..].iter().try_for_each(|price| within(*price, 0, u128::MAX - 1))?;
        Ok(prices)
    }

    fn worth(self, d: U256, prices: &[U256; 3]) -> Answer<U256> {
        newton_mean(&sorted(&equilibrium(d, prices)?))
    }

    fn moved_scale(self, scale: &[U256; 3], oracle: &[U256; 3], step: U256) -> Answer<Option<[U256; 3]>> {
        let mut norm = U256::ZERO;
        for coin in 1..3 {
            let ratio = deviation(scale[coin], oracle[coin])?;
            norm = norm.checked_add(ratio.checked_mul(ratio)?)?;
        }
        if norm <= step.checked_mul(step)? {
            return Ok(None);
        }
        let moved = towards(scale, oracle, sqrt_int(norm.checked_div(uint(E18))?)?, step)?;
        Ok(Some(moved))
    }

    fn oracle(self, pool: &Pool<3, Self>, now: u64) -> Answer<[U256; 3]> {
        // The getter shows what is stored: the average of the trade before last.
        let mut oracle = pool.price_oracle;
        if now > pool.last_trade {
            let passed = U256::from(now - pool.last_trade).checked_mul(uint(E18))?;
            let kept = halfpow(passed.checked_div(pool.averaging_time)?)?;
            for (price, last) in oracle.iter_mut().zip(&pool.last_prices).skip(1) {
                let new = last.checked_mul(uint(E18).checked_sub(kept)?)?;
                *price = new.checked_add(price.checked_mul(kept)?)?.checked_div(uint(E18))?;
            }
        }
        Ok(oracle)
    }
}

impl Rules<2> for First {
    first_generation!();

    fn invariant(self, curve: &Curve, x: &[U256; 2], _k0: U256) -> Answer<U256> {
        curve.check(A_OF_TWO, GAMMA_OF_TWO)?;
        let x = sorted(x);
        check_pair(&x)?;
        let d = newton_d_of_two(curve, &x, newton_mean(&x)?.checked_mul(uint(2))?)?;
        x.iter().try_for_each(|x| check_share(*x, d))?;
        Ok(d)
    }

    fn balance(self, curve: &Curve, x: &[U256; 2], d: U256, coin: usize) -> Answer<(U256, U256)> {
        curve.check(A_OF_TWO, GAMMA_OF_TWO)?;
        check_invariant(d)?;
        let others = Others::single(x[1 - coin], d)?;
        within(others.k0, 2 * 10u128.pow(16), 2 * 10u128.pow(20))?;
        let y = newton_y(curve, 2, d, &others)?;
        check_share(y, d)?;
        Ok((y, U256::ZERO))
    }

    fn middle(self, fee_gamma: U256, x: &[U256; 2]) -> Answer<U256> {
        fraction(fee_gamma, uint(E18), fee_gamma.checked_add(uint(E18))?.checked_sub(evenness(x)?)?)
    }

    fn last_prices(self, pool: &Pool<2, Self>, curve: &Curve, trade: &Trade<2>, d: U256) -> Answer<[U256; 2]> {
        traded_prices(pool, curve, trade, d)
    }

    fn worth(self, d: U256, prices: &[U256; 2]) -> Answer<U256> {
        newton_mean(&sorted(&equilibrium(d, prices)?))
    }

    fn moved_scale(self, scale: &[U256; 2], oracle: &[U256; 2], step: U256) -> Answer<Option<[U256; 2]>> {
        let norm = deviation(scale[1], oracle[1])?;
        let step = step.max(norm.checked_div(uint(10))?);
        if norm <= step {
            return Ok(None);
        }
        towards(scale, oracle, norm, step).map(Some)
    }

    fn oracle(self, pool: &Pool<2, Self>, now: u64) -> Answer<[U256; 2]> {
        Ok(pool.carried_oracle(now, 0.5, |coin| pool.last_prices[coin]))
    }
}

/// The two balances besides one.
pub fn others(x: &[U256; 3], coin: usize) -> [U256; 2] {
    match coin {
        0 => [x[1], x[2]],
        1 => [x[0], x[2]],
        _ => [x[0], x[1]],
    }
}

/// The asserts on two balances, larger first, that open `newton_D`.
pub fn check_pair(x: &[U256; 2]) -> Answer<()> {
    within(x[0], 10u128.pow(9), 10u128.pow(33))?;
    within(fraction(x[1], uint(E18), x[0])?, 10u128.pow(14), u128::MAX)
}

pub fn newton_d_of_two(curve: &Curve, x: &[U256; 2], start: U256) -> Answer<U256> {
    newton_d(curve, 2, x[0].checked_add(x[1])?, start, |d| fraction(fraction(uint(4 * E18), x[0], d)?, x[1], d))
}

/// `10**18 * N**N * x0 / S * x1 / S`: 1 where both are equal.
pub fn evenness(x: &[U256; 2]) -> Answer<U256> {
    let sum = x[0].checked_add(x[1])?;
    fraction(fraction(uint(4 * E18), x[0], sum)?, x[1], sum)
}

/// `reduction_coefficient` of three coins.
pub fn middle_of_three(fee_gamma: U256, x: &[U256; 3]) -> Answer<U256> {
    let sum = x[0].checked_add(x[1])?.checked_add(x[2])?;
    let even = x.iter().try_fold(uint(E18), |k, x| k.checked_mul(uint(3))?.checked_mul(*x)?.checked_div(sum))?;
    if fee_gamma.is_zero() {
        return Ok(even);
    }
    fraction(fee_gamma, uint(E18), fee_gamma.checked_add(uint(E18))?.checked_sub(even)?)
}

/// Balances in equilibrium: D / N each, at their prices.
pub fn equilibrium<const N: usize>(d: U256, prices: &[U256; N]) -> Answer<[U256; N]> {
    let n = uint(N as u128);
    let mut x = [U256::ZERO; N];
    for (coin, x) in x.iter_mut().enumerate() {
        *x = if coin == 0 { d.checked_div(n)? } else { fraction(d, uint(E18), prices[coin].checked_mul(n)?)? };
    }
    Ok(x)
}

/// The price of the trade itself, or for dust that of a millionth of coin 0.
fn traded_prices<const N: usize, R: Rules<N>>(pool: &Pool<N, R>, curve: &Curve, trade: &Trade<N>, d: U256) -> Answer<[U256; N]> {
    let mut prices = pool.last_prices;
    let (from, to) = (trade.direction.from, trade.direction.to);
    let dust = uint(100_000);
    if trade.dx > dust && trade.dy > dust {
        let (dx, dy) = (trade.dx.checked_mul(pool.precisions[from])?, trade.dy.checked_mul(pool.precisions[to])?);
        let (coin, price) = match (from, to) {
            (0, _) => (to, fraction(dx, uint(E18), dy)?),
            (_, 0) => (from, fraction(dy, uint(E18), dx)?),
            _ => (to, fraction(prices[from], dx, dy)?),
        };
        if !price.is_zero() {
            prices[coin] = price;
            return Ok(prices);
        }
    }
    let mut x = trade.x;
    let step = x[0].checked_div(uint(1_000_000))?;
    x[0] = x[0].checked_add(step)?;
    for (coin, price) in prices.iter_mut().enumerate().skip(1) {
        let (y, _) = pool.rules.balance(curve, &x, d, coin)?;
        *price = fraction(pool.price_scale[coin], step, trade.x[coin].checked_sub(y)?)?;
    }
    Ok(prices)
}

/// `sqrt_int`: the root in 18 decimals.
fn sqrt_int(x: U256) -> Answer<U256> {
    if x.is_zero() {
        return Ok(x);
    }
    let (mut z, mut y) = (x.checked_add(uint(E18))? >> 1, x);
    for _ in 0..256 {
        if z == y {
            return Ok(y);
        }
        y = z;
        z = fraction(x, uint(E18), z)?.checked_add(z)? >> 1;
    }
    Err(Refusal::NoConvergence)
}

/// `halfpow`: 0.5 ^ power, 18 decimals, to ten of them.
fn halfpow(power: U256) -> Answer<U256> {
    let (one, whole) = (uint(E18), power.checked_div(uint(E18))?);
    if whole > uint(59) {
        return Ok(U256::ZERO);
    }
    let part = power.checked_sub(whole.checked_mul(one)?)?;
    let result = one >> whole.low_u128() as u32;
    if part.is_zero() {
        return Ok(result);
    }
    let (mut term, mut sum, mut is_negative) = (one, one, false);
    for i in 1..256u128 {
        let k = uint(i * E18);
        let passed = uint((i - 1) * E18);
        if part > passed {
            is_negative = !is_negative;
        }
        term = fraction(term, fraction(part.abs_diff(passed), uint(E18 / 2), one)?, k)?;
        sum = if is_negative { sum.checked_sub(term)? } else { sum.checked_add(term)? };
        if term < uint(10u128.pow(10)) {
            return fraction(result, sum, one);
        }
    }
    Err(Refusal::NoConvergence)
}
