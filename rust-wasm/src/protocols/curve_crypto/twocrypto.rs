//! twocrypto-ng: `CurveTwocryptoOptimized` of v2.0.0 and v2.1.0, `Twocrypto` of April 2025, each with its math contract. They differ in their
//! limits, and the last one in its fee, its virtual price (rounded up) and its profit (a square root instead of a half).

use super::arithmetic::{abs, cbrt, fraction, int, isqrt, lax_div, lax_sdiv, negated, signed_cbrt, sorted, square, uint, within, E16, E18, E20, E36};
use super::first::{check_pair, equilibrium, evenness, has_profit, keeps_profit, newton_d_of_two};
use super::newton::{check_invariant, check_share, newton_y, spot_prices, Curve, Others};
use super::settlement::{towards, Trade};
use super::state::Ramp;
use super::tricrypto::divider;
use super::{Pool, Rules};
use crate::i256::I256;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

const A: (u128, u128) = (4 * 1_000, 4 * 10_000 * 1_000);
const MIN_GAMMA: u128 = 10u128.pow(10);
const MAX_GAMMA_SMALL: u128 = 2 * E16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    V200,
    V210,
    Main2025,
}

#[derive(Clone, Copy, Debug)]
pub struct Twocrypto(pub Generation);

impl Twocrypto {
    fn check(self, curve: &Curve) -> Answer<()> {
        let most = if self.0 == Generation::V200 { 2 * 10u128.pow(15) } else { 199 * 10u128.pow(15) };
        curve.check(A, (MIN_GAMMA, most))
    }

    /// How far a balance may lie from D / 2, as a factor of 18 decimals: 100, and less for a large gamma.
    fn limit(self, curve: &Curve) -> Answer<U256> {
        let hundred = uint(E20);
        if self.0 == Generation::V200 {
            return Ok(hundred.wrapping_mul(uint(2)));
        }
        if curve.gamma > uint(MAX_GAMMA_SMALL) {
            return fraction(hundred, uint(MAX_GAMMA_SMALL), curve.gamma);
        }
        Ok(hundred)
    }

    /// The smallest factor that goes with it: v2.0.0 has 1 % of D instead of 1 % of D / 2.
    fn least(self, limit: U256) -> U256 {
        if self.0 == Generation::V200 {
            return uint(2 * E16);
        }
        lax_div(uint(E36), limit)
    }
}

impl Rules<2> for Twocrypto {
    const SILENT: &'static [&'static str] = &["time"];
    const HAS_GET_DX: bool = true;

    fn invariant(self, curve: &Curve, x: &[U256; 2], k0: U256) -> Answer<U256> {
        self.check(curve)?;
        let x = sorted(x);
        check_pair(&x)?;
        let start = if k0.is_zero() {
            isqrt(x[0].wrapping_mul(x[1])).checked_mul(uint(2))?
        } else {
            let product = lax_div(uint(4).wrapping_mul(x[0]).wrapping_mul(x[1]), k0);
            isqrt(product.wrapping_mul(uint(E18))).min(x[0].checked_add(x[1])?)
        };
        let d = newton_d_of_two(curve, &x, start)?;
        let (least, most) = if self.0 == Generation::V200 { (E16 - 1, E20) } else { (E16 / 2, E20 / 2) };
        for x in x {
            within(fraction(x, uint(E18), d)?, least, most)?;
        }
        Ok(d)
    }

    fn balance(self, curve: &Curve, x: &[U256; 2], d: U256, coin: usize) -> Answer<(U256, U256)> {
        self.check(curve)?;
        check_invariant(d)?;
        let other = x[1 - coin];
        let limit = self.limit(curve)?;
        let others = Others::single(other, d)?;
        if others.k0 < self.least(limit) || others.k0 > limit {
            return Err(Refusal::LimitExceeded);
        }
        let Some((y, k0)) = cubic(curve, other, d)? else {
            // Unlike in the other generations, without a look at where it ends.
            return Ok((newton_y(curve, 2, d, &others)?, U256::ZERO));
        };
        let share = lax_div(y.checked_mul(uint(E18))?, d);
        let least = if self.0 == Generation::V200 { uint(E16 - 1) } else { lax_div(uint(E36 / 2), limit) };
        if share < least || share > limit >> 1 {
            return Err(Refusal::LimitExceeded);
        }
        Ok((y, k0))
    }

    fn middle(self, fee_gamma: U256, x: &[U256; 2]) -> Answer<U256> {
        let (one, even) = (uint(E18), evenness(x)?);
        if self.0 == Generation::Main2025 {
            let weighted = fee_gamma.checked_mul(even)?;
            return weighted.checked_div(lax_div(weighted, one).checked_add(one)?.checked_sub(even)?);
        }
        fraction(fee_gamma, one, fee_gamma.checked_add(one)?.checked_sub(even)?)
    }

    fn has_weighted_fee(self) -> bool {
        self.0 == Generation::Main2025
    }

    fn last_prices(self, pool: &Pool<2, Self>, curve: &Curve, trade: &Trade<2>, d: U256) -> Answer<[U256; 2]> {
        let scale = pool.price_scale;
        Ok([scale[0], fraction(spot_prices(curve, &trade.x, d)?[1], scale[1], uint(E18))?])
    }

    fn worth(self, d: U256, prices: &[U256; 2]) -> Answer<U256> {
        if self.0 == Generation::Main2025 {
            let half = d.checked_mul(uint(E18))? >> 1;
            return half.checked_div(isqrt(uint(E18).checked_mul(prices[1])?));
        }
        let [x, y] = equilibrium(d, prices)?;
        Ok(isqrt(x.checked_mul(y)?))
    }

    fn rounded(self, virtual_price: U256) -> Answer<U256> {
        if self.0 == Generation::Main2025 {
            return virtual_price.checked_add(U256::ONE);
        }
        Ok(virtual_price)
    }

    fn accepts(self, ramp: &Ramp, now: u64, old: U256, new: U256) -> bool {
        let is_excused = if self.0 == Generation::Main2025 { ramp.end > now } else { ramp.end >= now };
        new > old || is_excused
    }

    fn has_profit(self, virtual_price: U256, profit: U256, allowed_extra: U256) -> Answer<bool> {
        if self.0 == Generation::Main2025 {
            return exceeds_root(virtual_price.checked_sub(allowed_extra)?, profit);
        }
        has_profit(virtual_price, profit, allowed_extra)
    }

    fn moved_scale(self, scale: &[U256; 2], oracle: &[U256; 2], step: U256) -> Answer<Option<[U256; 2]>> {
        let norm = lax_div(oracle[1].wrapping_mul(uint(E18)), scale[1]).abs_diff(uint(E18));
        let step = step.max(lax_div(norm, uint(5)));
        if norm <= step {
            return Ok(None);
        }
        towards(scale, oracle, norm, step).map(Some)
    }

    fn check_moved(self, x: &[U256; 2], d: U256) -> Answer<()> {
        if self.0 == Generation::Main2025 {
            return Ok(());
        }
        x.iter().try_for_each(|x| check_share(*x, d))
    }

    fn keeps_profit(self, virtual_price: U256, profit: U256) -> Answer<bool> {
        if self.0 == Generation::Main2025 {
            return exceeds_root(virtual_price, profit);
        }
        keeps_profit(virtual_price, profit)
    }

    fn oracle(self, pool: &Pool<2, Self>, now: u64) -> Answer<[U256; 2]> {
        let capped = pool.last_prices[1].min(pool.price_scale[1] << 1);
        let mut oracle = pool.carried_oracle(now, (-1f64).exp(), |_| capped);
        if let Some(price) = unhurried(pool, capped.to_f64(), oracle[1].to_f64()) {
            oracle[1] = U256::from_f64(price);
        }
        Ok(oracle)
    }
}

/// The last generation's getter averages over `ma_time`, 694 / 1000 of the time that a swap averages over: measured on the recorded swaps.
/// The distance between the oracle and its target falls by e^(−t/time) in both. Nothing where the getter is right.
fn unhurried(pool: &Pool<2, Twocrypto>, target: f64, shown: f64) -> Option<f64> {
    let seconds = pool.timestamp.saturating_sub(pool.last_trade) as f64;
    let passed = seconds / pool.averaging_time.to_f64();
    let hurried = seconds / (pool.averaging_time.to_f64() * 0.694).floor();
    // wad_exp is 0 from here on: nothing is left of the old price.
    if pool.rules.0 != Generation::Main2025 || seconds == 0.0 || hurried > 42.0 {
        return None;
    }
    Some(target + (shown - target) * (hurried - passed).exp())
}

/// `price ** 2 > xcp_profit * 10**18`
fn exceeds_root(price: U256, profit: U256) -> Answer<bool> {
    Ok(price.checked_mul(price)? > profit.checked_mul(uint(E18))?)
}

const DIVIDERS: [(u32, u32); 14] =
    [(48, 30), (46, 28), (44, 26), (42, 24), (40, 22), (38, 20), (36, 18), (34, 16), (32, 14), (30, 12), (28, 10), (26, 8), (24, 6), (20, 2)];

/// `get_y` between its asserts: balance and K0 from the closed form; nothing where it has no real root.
fn cubic(curve: &Curve, x: U256, d_: U256) -> Answer<Option<(U256, U256)>> {
    let signed = I256::from_unsigned;
    let [ann, gamma, d_signed, x] = [signed(curve.ann)?, signed(curve.gamma)?, signed(d_)?, signed(x)?];
    let (one, three, twenty_seven, e14) = (int(E18), int(3), int(27), int(10u128.pow(14)));
    // 4 (coins squared) × the multiplier × 10^4, what 36 decimals are shortened by.
    let (shortened, e4) = (int(400_000_000), int(10_000));
    let gamma2 = gamma.wrapping_mul(gamma);
    let amplified = ann.checked_mul(gamma2)?;
    let d_squared = square(d_signed)?;

    // a·K0³ + b·K0² + c·K0 + d = 0 in 32 decimals.
    let mut a = int(10u128.pow(32));
    let mut b = d_signed
        .checked_mul(amplified)?
        .checked_div(shortened)?
        .checked_div(x)?
        .checked_sub(three.wrapping_mul(a))?
        .checked_sub(int(2).wrapping_mul(gamma).wrapping_mul(e14))?;
    let fourfold = lax_sdiv(int(4).wrapping_mul(amplified), shortened);
    let mut c = three
        .wrapping_mul(a)
        .checked_add(int(4).wrapping_mul(gamma).wrapping_mul(e14))?
        .checked_add(lax_sdiv(gamma2, e4))?
        .checked_add(lax_sdiv(fourfold.checked_mul(x)?, d_signed))?
        .checked_sub(fourfold)?;
    let mut d = negated(lax_sdiv(square(one.wrapping_add(gamma))?, e4))?;

    let delta0 = three.checked_mul(a)?.checked_mul(c)?.checked_div(b)?.checked_sub(b)?;
    let last = twenty_seven.checked_mul(square(a)?)?.checked_div(b)?.checked_mul(d)?.checked_div(b)?;
    let delta1 = three.checked_mul(delta0)?.checked_add(b)?.checked_sub(last)?;
    let divider = divider(abs(delta0)?.min(abs(delta1)?).min(a), &DIVIDERS);
    for coefficient in [&mut a, &mut b, &mut c, &mut d] {
        *coefficient = lax_sdiv(*coefficient, divider);
    }

    let delta0 = lax_sdiv(three.wrapping_mul(a).wrapping_mul(c), b).checked_sub(b)?;
    let last = lax_sdiv(lax_sdiv(twenty_seven.wrapping_mul(square(a)?), b).wrapping_mul(d), b);
    let delta1 = three.checked_mul(delta0)?.checked_add(b)?.checked_sub(last)?;
    let four = int(4).checked_mul(square(delta0)?)?;
    let discriminant = square(delta1)?.checked_add(lax_sdiv(four, b).wrapping_mul(delta0))?;
    if discriminant <= I256::ZERO {
        return Ok(None);
    }
    let root = signed(isqrt(discriminant.to_bits()))?;

    let cbrt_of_b = signed_cbrt(b)?;
    let second = if delta1 > I256::ZERO {
        signed(cbrt(delta1.wrapping_add(root).to_unsigned()? >> 1))?
    } else {
        negated(signed(cbrt(root.wrapping_sub(delta1).to_unsigned()? >> 1))?)?
    };
    let c1 = lax_sdiv(lax_sdiv(square(cbrt_of_b)?, one).wrapping_mul(second), one);
    let scaled_b = one.wrapping_mul(b);
    let k0 = one
        .wrapping_mul(c1)
        .checked_sub(scaled_b)?
        .checked_sub(scaled_b.checked_div(c1)?.checked_mul(delta0)?)?
        .checked_div(three.wrapping_mul(a))?;

    // D² / (4·x) · K0
    let y = lax_sdiv(lax_sdiv(lax_sdiv(d_squared, x).wrapping_mul(k0), int(4)), one).to_unsigned()?;
    Ok(Some((y, k0.to_unsigned()?)))
}
