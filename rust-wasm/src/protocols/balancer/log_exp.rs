//! LogExpMath of balancer-v2-monorepo (`pkg/solidity-utils/contracts/math`), unchanged in Balancer V3: x^y as e^(y × ln x) on signed integers.
//! The contract's operations are unchecked; its bounds keep each below 2^255, so that none wraps. Divisions truncate towards zero.

use crate::i256::I256;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

const ONE_18: i128 = 1_000_000_000_000_000_000;
const ONE_20: i128 = 100 * ONE_18;
const ONE_36: i128 = ONE_18 * ONE_18;

/// Between these, exclusive, the logarithm is computed with 36 decimals.
const LN_36_BOUNDS: [i128; 2] = [ONE_18 / 10 * 9, ONE_18 / 10 * 11];
/// Range of the natural exponent, 18 decimals.
const EXPONENT_BOUNDS: [i128; 2] = [-41 * ONE_18, 130 * ONE_18];

/// 2^7 and 2^6 with 18 decimals, and e to them without decimals.
const X0: i128 = 128 * ONE_18;
const X1: i128 = 64 * ONE_18;
const A1: i128 = 6_235_149_080_811_616_882_910_000_000;

/// 2^5, 2^4, … 2^-4 and e to them, 20 decimals both.
const POWERS: [[i128; 2]; 10] = [
    [32 * ONE_20, 7_896_296_018_268_069_516_100_000_000_000_000],
    [16 * ONE_20, 888_611_052_050_787_263_676_000_000],
    [8 * ONE_20, 298_095_798_704_172_827_474_000],
    [4 * ONE_20, 5_459_815_003_314_423_907_810],
    [2 * ONE_20, 738_905_609_893_065_022_723],
    [ONE_20, 271_828_182_845_904_523_536],
    [ONE_20 / 2, 164_872_127_070_012_814_685],
    [ONE_20 / 4, 128_402_541_668_774_148_407],
    [ONE_20 / 8, 113_314_845_306_682_631_683],
    [ONE_20 / 16, 106_449_445_891_785_942_956],
];
/// The exponential goes down to 2^-2 only.
const POWERS_OF_EXP: usize = 8;

fn int(value: i128) -> I256 {
    let magnitude = I256::from_bits(U256::from(value.unsigned_abs()));
    if value < 0 {
        magnitude.wrapping_neg()
    } else {
        magnitude
    }
}

/// e^128 without decimals: 38,877,084,059,945,950,922,200,000,000,000,000,000,000,000,000,000,000,000.
fn a0() -> I256 {
    int(388_770_840_599_459_509_222).wrapping_mul(int(10i128.pow(35)))
}

/// a × b / unit.
fn scaled(a: I256, b: I256, unit: i128) -> Answer<I256> {
    a.wrapping_mul(b).wrapping_div(int(unit))
}

/// x^y, both with 18 decimals (LogExpMath.pow). The error is below 1e-14 of the result on either side.
pub fn pow(x: U256, y: U256) -> Answer<U256> {
    if y.is_zero() {
        return Ok(U256::from(ONE_18 as u128));
    }
    if x.is_zero() {
        return Ok(U256::ZERO);
    }
    let base = I256::from_unsigned(x)?;
    let mild_bound = (U256::ONE << 254).checked_div(U256::from(ONE_20 as u128))?;
    if y >= mild_bound {
        return Err(Refusal::Overflow);
    }
    let y = I256::from_unsigned(y)?;
    let one = int(ONE_18);
    let product = if is_near_one(base) {
        let ln = ln_36(base)?;
        let whole = ln.wrapping_div(one)?;
        let rest = ln.wrapping_sub(whole.wrapping_mul(one));
        whole.wrapping_mul(y).wrapping_add(scaled(rest, y, ONE_18)?)
    } else {
        ln(base)?.wrapping_mul(y)
    };
    let exponent = product.wrapping_div(one)?;
    let [least, most] = EXPONENT_BOUNDS.map(int);
    if exponent < least || exponent > most {
        return Err(Refusal::Overflow);
    }
    Ok(exp(exponent)?.to_bits())
}

fn is_near_one(x: I256) -> bool {
    let [low, high] = LN_36_BOUNDS.map(int);
    low < x && x < high
}

/// e^x for an `x` within [`EXPONENT_BOUNDS`] (LogExpMath.exp).
fn exp(x: I256) -> Answer<I256> {
    if x.is_negative() {
        return int(ONE_36).wrapping_div(exp_of_positive(x.wrapping_neg())?);
    }
    exp_of_positive(x)
}

fn exp_of_positive(x: I256) -> Answer<I256> {
    let (rest, first) = match x {
        x if x >= int(X0) => (x.wrapping_sub(int(X0)), a0()),
        x if x >= int(X1) => (x.wrapping_sub(int(X1)), int(A1)),
        x => (x, I256::ONE),
    };
    let mut x = rest.wrapping_mul(int(100));
    let mut product = int(ONE_20);
    for [power, exponential] in POWERS.iter().take(POWERS_OF_EXP).map(|row| row.map(int)) {
        if x >= power {
            x = x.wrapping_sub(power);
            product = scaled(product, exponential, ONE_20)?;
        }
    }
    // Taylor series of what is left, below 1/4: x^n / n! for n of 0 to 12.
    let (mut sum, mut term) = (int(ONE_20).wrapping_add(x), x);
    for n in 2..=12 {
        term = scaled(term, x, ONE_20)?.wrapping_div(int(n))?;
        sum = sum.wrapping_add(term);
    }
    scaled(product, sum, ONE_20)?.wrapping_mul(first).wrapping_div(int(100))
}

/// Natural logarithm with 18 decimals of a positive number (LogExpMath._ln).
fn ln(a: I256) -> Answer<I256> {
    if a < int(ONE_18) {
        return Ok(ln_of_one_and_more(int(ONE_36).wrapping_div(a)?)?.wrapping_neg());
    }
    ln_of_one_and_more(a)
}

fn ln_of_one_and_more(mut a: I256) -> Answer<I256> {
    let mut sum = I256::ZERO;
    for (power, exponential) in [(X0, a0()), (X1, int(A1))] {
        if a >= exponential.wrapping_mul(int(ONE_18)) {
            a = a.wrapping_div(exponential)?;
            sum = sum.wrapping_add(int(power));
        }
    }
    sum = sum.wrapping_mul(int(100));
    a = a.wrapping_mul(int(100));
    for [power, exponential] in POWERS.iter().map(|row| row.map(int)) {
        if a >= exponential {
            a = a.wrapping_mul(int(ONE_20)).wrapping_div(exponential)?;
            sum = sum.wrapping_add(power);
        }
    }
    let series = series_of_ln(a, ONE_20, 11)?;
    sum.wrapping_add(series).wrapping_div(int(100))
}

/// Natural logarithm with 36 decimals of a number with 18 near one (LogExpMath._ln_36).
fn ln_36(x: I256) -> Answer<I256> {
    series_of_ln(x.wrapping_mul(int(ONE_18)), ONE_36, 15)
}

/// ln a = 2 × (z + z³/3 + z⁵/5 + …) with z = (a − 1) / (a + 1), up to the power `last`.
fn series_of_ln(a: I256, one: i128, last: i128) -> Answer<I256> {
    let unit = int(one);
    let z = a.wrapping_sub(unit).wrapping_mul(unit).wrapping_div(a.wrapping_add(unit))?;
    let square = scaled(z, z, one)?;
    let (mut sum, mut power) = (z, z);
    for n in (3..=last).step_by(2) {
        power = scaled(power, square, one)?;
        sum = sum.wrapping_add(power.wrapping_div(int(n))?);
    }
    Ok(sum.wrapping_mul(int(2)))
}
