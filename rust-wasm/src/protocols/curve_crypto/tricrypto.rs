//! tricrypto-ng: `CurveTricryptoOptimizedWETH` and `CurveTricryptoOptimized` with `CurveCryptoMathOptimized3`. The two pools swap alike; without
//! the native coin the price that enters the oracle is capped at twice the scale, which a recorded oracle has in it.

use super::arithmetic::{abs, cbrt, fraction, int, isqrt, lax_add, lax_div, lax_sdiv, lax_sub, negated, signed_cbrt, sorted, square, uint};
use super::arithmetic::{within, E16, E18, E20, E36};
use super::first::{equilibrium, has_profit, keeps_profit, middle_of_three, others};
use super::newton::{check_invariant, check_share, newton_y, spot_prices, Curve, Others, A_MULTIPLIER};
use super::settlement::{deviation, towards, Trade};
use super::state::Ramp;
use super::{Pool, Rules};
use crate::i256::I256;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

const GAMMA: (u128, u128) = (10u128.pow(10), 5 * 10u128.pow(16));
const A: (u128, u128) = (27 * 100, 27 * 10_000 * 1_000);

#[derive(Clone, Copy, Debug)]
pub struct TricryptoNg;

impl Rules<3> for TricryptoNg {
    const SILENT: &'static [&'static str] = &["time", "balances"];
    const HAS_GET_DX: bool = true;

    fn invariant(self, curve: &Curve, x: &[U256; 3], k0: U256) -> Answer<U256> {
        newton_d(curve, &sorted(x), k0)
    }

    fn balance(self, curve: &Curve, x: &[U256; 3], d: U256, coin: usize) -> Answer<(U256, U256)> {
        curve.check(A, GAMMA)?;
        check_invariant(d)?;
        let [a, b] = others(x, coin);
        check_share(a, d)?;
        check_share(b, d)?;
        if let Some(root) = cubic(curve, a, b, d)? {
            return Ok(root);
        }
        let y = newton_y(curve, 3, d, &Others::pair(a, b, d)?)?;
        check_share(y, d)?;
        Ok((y, U256::ZERO))
    }

    fn middle(self, fee_gamma: U256, x: &[U256; 3]) -> Answer<U256> {
        middle_of_three(fee_gamma, x)
    }

    fn last_prices(self, pool: &Pool<3, Self>, curve: &Curve, trade: &Trade<3>, d: U256) -> Answer<[U256; 3]> {
        let mut prices = pool.price_scale;
        let spot = spot_prices(curve, &trade.x, d)?;
        for (price, spot) in prices.iter_mut().skip(1).zip(&spot[1..]) {
            *price = fraction(*spot, *price, uint(E18))?;
            // Packed in halves of a word.
            within(*price, 0, u128::MAX - 1)?;
        }
        Ok(prices)
    }

    fn worth(self, d: U256, prices: &[U256; 3]) -> Answer<U256> {
        geometric_mean(&equilibrium(d, prices)?)
    }

    fn accepts(self, ramp: &Ramp, now: u64, old: U256, new: U256) -> bool {
        new > old || ramp.end >= now
    }

    fn has_profit(self, virtual_price: U256, profit: U256, allowed_extra: U256) -> Answer<bool> {
        has_profit(virtual_price, profit, allowed_extra)
    }

    fn moved_scale(self, scale: &[U256; 3], oracle: &[U256; 3], step: U256) -> Answer<Option<[U256; 3]>> {
        let mut norm = U256::ZERO;
        for coin in 1..3 {
            let ratio = deviation(scale[coin], oracle[coin])?;
            norm = lax_add(norm, ratio.checked_mul(ratio)?);
        }
        let norm = isqrt(norm);
        let step = step.max(lax_div(norm, uint(5)));
        if norm <= step {
            return Ok(None);
        }
        towards(scale, oracle, norm, step).map(Some)
    }

    fn check_moved(self, x: &[U256; 3], d: U256) -> Answer<()> {
        x.iter().try_for_each(|x| check_share(*x, d))
    }

    fn keeps_profit(self, virtual_price: U256, profit: U256) -> Answer<bool> {
        keeps_profit(virtual_price, profit)
    }

    fn oracle(self, pool: &Pool<3, Self>, now: u64) -> Answer<[U256; 3]> {
        Ok(pool.carried_oracle(now, (-1f64).exp(), |coin| pool.last_prices[coin]))
    }
}

/// `_geometric_mean`
fn geometric_mean(x: &[U256; 3]) -> Answer<U256> {
    let product = x[0].checked_mul(x[1])?.checked_div(uint(E18))?.checked_mul(x[2])?.checked_div(uint(E18))?;
    Ok(if product.is_zero() { product } else { cbrt(product) })
}

/// `10**48 > ...`: what brings coefficients near 18 digits, by the size of the cubic's first discriminant.
const DIVIDERS: [(u32, u32); 8] = [(48, 30), (44, 26), (40, 22), (36, 18), (32, 14), (28, 10), (24, 6), (20, 2)];

/// `get_y` between its asserts: balance and K0 from the closed form; nothing where it has no real root.
fn cubic(curve: &Curve, x_j: U256, x_k: U256, d_: U256) -> Answer<Option<(U256, U256)>> {
    let signed = I256::from_unsigned;
    let [ann, gamma, d_signed, x_j, x_k] = [signed(curve.ann)?, signed(curve.gamma)?, signed(d_)?, signed(x_j)?, signed(x_k)?];
    let (one, ninth, square_of_27) = (int(E18), int(E36 / 9), int(729));
    let (multiplier, twenty_seven, three) = (int(A_MULTIPLIER), int(27), int(3));
    let gamma2 = gamma.wrapping_mul(gamma);

    // a·K0³ + b·K0² + c·K0 + d = 0 in 36 decimals, all divided by 27.
    let mut a = int(E36 / 27);
    let amplified = lax_sdiv(d_signed.wrapping_mul(d_signed), x_j).wrapping_mul(gamma2).checked_mul(ann)?;
    let amplified = lax_sdiv(lax_sdiv(lax_sdiv(amplified, square_of_27), multiplier), x_k);
    let mut b = ninth.wrapping_add(lax_sdiv(int(2 * E18).wrapping_mul(gamma), twenty_seven)).checked_sub(amplified)?;
    let imbalance = gamma2.checked_mul(x_j.wrapping_add(x_k).wrapping_sub(d_signed))?;
    let imbalance = lax_sdiv(lax_sdiv(lax_sdiv(imbalance, d_signed).wrapping_mul(ann), twenty_seven), multiplier);
    let mut c = ninth.wrapping_add(lax_sdiv(gamma.wrapping_mul(gamma.wrapping_add(int(4 * E18))), twenty_seven)).checked_add(imbalance)?;
    let mut d = lax_sdiv(square(one.wrapping_add(gamma))?, twenty_seven);

    let size = abs(three.wrapping_mul(a).checked_mul(c)?.checked_div(b)?.checked_sub(b)?)?;
    let divider = divider(size, &DIVIDERS);
    if abs(a)? > abs(b)? {
        let more = abs(lax_sdiv(a, b))?;
        a = lax_sdiv(a.wrapping_mul(more), divider);
        b = lax_sdiv(b.checked_mul(more)?, divider);
        c = lax_sdiv(c.checked_mul(more)?, divider);
        d = lax_sdiv(d.checked_mul(more)?, divider);
    } else {
        let less = abs(lax_sdiv(b, a))?;
        a = lax_sdiv(a.checked_div(less)?, divider);
        b = lax_sdiv(lax_sdiv(b, less), divider);
        c = lax_sdiv(lax_sdiv(c, less), divider);
        d = lax_sdiv(lax_sdiv(d, less), divider);
    }

    let product = three.wrapping_mul(a).checked_mul(c)?;
    let delta0 = lax_sdiv(product, b).checked_sub(b)?;
    let last = lax_sdiv(lax_sdiv(twenty_seven.checked_mul(square(a)?)?, b).checked_mul(d)?, b);
    let delta1 = lax_sdiv(three.checked_mul(product)?, b).checked_sub(int(2).wrapping_mul(b))?.checked_sub(last)?;
    let four = int(4).checked_mul(square(delta0)?)?;
    let discriminant = square(delta1)?.checked_add(lax_sdiv(four, b).checked_mul(delta0)?)?;
    if discriminant <= I256::ZERO {
        return Ok(None);
    }
    let root = signed(isqrt(discriminant.to_bits()))?;

    let cbrt_of_b = signed_cbrt(b)?;
    let second = if delta1 > I256::ZERO {
        signed(cbrt(delta1.checked_add(root)?.to_unsigned()? >> 1))?
    } else {
        negated(signed(cbrt(negated(delta1.checked_sub(root)?)?.to_unsigned()? >> 1))?)?
    };
    let c1 = lax_sdiv(lax_sdiv(square(cbrt_of_b)?, one).checked_mul(second)?, one);
    let k0 = lax_sdiv(b.checked_add(b.checked_mul(delta0)?.checked_div(c1)?)?.checked_sub(c1)?, three);

    // D³ / (27·x_j·x_k) · K0
    let unit = lax_sdiv(lax_sdiv(lax_sdiv(square(d_signed)?, twenty_seven), x_k).checked_mul(d_signed)?, x_j);
    let y = lax_sdiv(unit.checked_mul(k0)?, a).to_unsigned()?;
    let k0 = lax_sdiv(one.checked_mul(k0)?, a).to_unsigned()?;
    // One unit more is let through below than by the other asserts.
    within(lax_div(y.checked_mul(uint(E18))?, d_), E16 - 1, E20)?;
    Ok(Some((y, k0)))
}

/// 10 to a power, from a table of (size above which, power); 1 below.
pub fn divider(size: I256, table: &[(u32, u32)]) -> I256 {
    let power = |exponent: u32| uint(10u128.pow(exponent / 2)).wrapping_mul(uint(10u128.pow(exponent - exponent / 2)));
    let found = table.iter().find(|(above, _)| size > I256::from_bits(power(*above)));
    int(10u128.pow(found.map_or(0, |(_, exponent)| *exponent)))
}

/// `newton_D`, mostly unchecked; `x` is sorted.
fn newton_d(curve: &Curve, x: &[U256; 3], k0_guess: U256) -> Answer<U256> {
    let (one, n) = (uint(E18), uint(3));
    let limit = lax_div(U256::MAX, one).wrapping_mul(uint(27));
    if x[0] >= limit || x[0].is_zero() {
        return Err(Refusal::LimitExceeded);
    }
    let sum = lax_add(lax_add(x[0], x[1]), x[2]);
    let mut d = if k0_guess.is_zero() {
        geometric_mean(x)?.wrapping_mul(n)
    } else {
        let (unit, back) = match sum {
            sum if sum > uint(E36) => (E36, 27 * 10u128.pow(12)),
            sum if sum > uint(10u128.pow(24)) => (10u128.pow(24), 27 * 10u128.pow(6)),
            _ => (E18, 27),
        };
        let product = lax_div(x[0].checked_mul(x[1])?, uint(unit)).checked_mul(x[2])?;
        cbrt(lax_div(product, k0_guess).checked_mul(uint(back))?)
    };
    for _ in 0..255 {
        let previous = d;
        let k0 = x.iter().fold(one, |k0, x| lax_div(k0.wrapping_mul(*x).wrapping_mul(n), d));
        let distance = lax_add(lax_add(curve.gamma, one).abs_diff(k0), U256::ONE);
        let once = lax_div(lax_div(one.wrapping_mul(d), curve.gamma).wrapping_mul(distance), curve.gamma);
        let mul1 = lax_div(once.wrapping_mul(distance).wrapping_mul(uint(A_MULTIPLIER)), curve.ann);
        let mul2 = lax_div(uint(6 * E18).wrapping_mul(k0), distance);
        let slope = lax_add(sum, lax_div(sum.wrapping_mul(mul2), one));
        let slope = lax_add(slope, lax_div(mul1.wrapping_mul(n), k0));
        let slope = lax_sub(slope, lax_div(mul2.wrapping_mul(d), one));
        let up = lax_div(d.checked_mul(lax_add(slope, sum))?, slope);
        let down = lax_div(d.checked_mul(d)?, slope);
        let share = lax_div(d.checked_mul(lax_div(mul1, slope))?, one);
        let share = lax_div(share.wrapping_mul(one.abs_diff(k0)), k0);
        let down = if one > k0 { down.checked_add(share)? } else { down.checked_sub(share)? };
        d = if up > down { lax_sub(up, down) } else { lax_sub(down, up) >> 1 };
        if d.abs_diff(previous).wrapping_mul(uint(10u128.pow(14))) < d.max(uint(E16)) {
            for x in x {
                within(lax_div(x.wrapping_mul(one), d), E16 - 1, E20)?;
            }
            return Ok(d);
        }
    }
    Err(Refusal::NoConvergence)
}
