//! Quotients of a product of two 128-bit numbers, by doubles: several times faster than long division.

use super::words::{second_word, times_u128};

/// A quotient as the sum of three parts, to less than [`DOUBT`].
#[derive(Clone, Copy)]
pub struct Quotient {
    /// Its upper 49 bits.
    integer: u128,
    digits: i64,
    /// Between −0.5 and 0.5; 0 with digits of 0 where doubles do not reach that far.
    fraction: f64,
    /// The quotient to 49 bits.
    pub near: f64,
}

/// More than 2^40 × 2^-49 and 2^-11 together.
pub const DOUBT: f64 = 1.0 / 256.0;

const TWO_174: f64 = (1u128 << 87) as f64 * (1u128 << 87) as f64;
const TWO_102: f64 = (1u128 << 102) as f64;
const TWO_75: f64 = (1u128 << 75) as f64;
const TWO_64: f64 = (1u128 << 64) as f64;
const TWO_40: f64 = (1u64 << 40) as f64;

/// `a × b / divisor`; `near` are the three as doubles, each to 2^-51 of itself. Nothing where the product is not below 2^174 or the quotient not below
/// 2^102. Doubles give the quotient to 49 bits, so what is left of the product is less than 2^125 and its low 128 bits tell it whole; doubles divide
/// that again.
#[inline(always)]
pub fn divide_product([a, b]: [u128; 2], divisor: u128, near: [f64; 3]) -> Option<Quotient> {
    let inverse = 1.0 / near[2];
    let product = near[0] * near[1];
    let estimate = product * inverse;
    if product >= TWO_174 || estimate >= TWO_102 {
        return None;
    }
    let integer = from_f64(estimate);
    // Off by less than 2^-49 of itself, eight roundings of at most 2^-52 each; and by less than 2^-11 where the low word, less than 2^64, is left out.
    let near_rest = if near[2] >= TWO_75 { upper_rest([a, b], [integer, divisor]) } else { signed_to_f64(rest([a, b], [integer, divisor])) };
    let further = near_rest * inverse;
    let (whole, digits) = nearest(further);
    if further.abs() >= TWO_40 {
        return Some(Quotient { integer, digits: 0, fraction: 0.0, near: estimate });
    }
    Some(Quotient { integer, digits, fraction: further - whole, near: estimate })
}

impl Quotient {
    /// Rounded down, where the fraction is further from an integer than `doubt`.
    #[inline(always)]
    pub fn floor(self, doubt: f64) -> Option<u128> {
        (self.fraction.abs() > doubt).then(|| self.integer.wrapping_add_signed(i128::from(self.digits - i64::from(self.fraction < 0.0))))
    }

    /// Rounded down, by what exactly is left of the product.
    #[cold]
    #[inline(never)]
    pub fn settle(self, [a, b]: [u128; 2], divisor: u128) -> u128 {
        let further = (signed_to_f64(rest([a, b], [self.integer, divisor])) / divisor as f64) as i64;
        let mut quotient = self.integer.wrapping_add_signed(i128::from(further));
        let mut rest = rest([a, b], [quotient, divisor]);
        while rest < 0 {
            quotient -= 1;
            rest += divisor as i128;
        }
        while rest >= divisor as i128 {
            quotient += 1;
            rest -= divisor as i128;
        }
        quotient
    }
}

/// The difference of two products, of less than 2^127.
#[inline(always)]
fn rest([a, b]: [u128; 2], [c, d]: [u128; 2]) -> i128 {
    times_u128(a, b).wrapping_sub(times_u128(c, d)) as i128
}

/// The same by its second word alone, which is half of the work.
#[inline(always)]
fn upper_rest([a, b]: [u128; 2], [c, d]: [u128; 2]) -> f64 {
    (second_word(a, b).wrapping_sub(second_word(c, d)) as i64) as f64 * TWO_64
}

/// Conversions go by signed words of 62 bits: processors have those as one instruction, unsigned ones as many.
const SPLIT: u32 = 62;
const SPLIT_F64: f64 = (1u64 << SPLIT) as f64;

/// Of a value below 2^125, to 2^-52 of itself.
#[inline(always)]
pub fn to_f64(value: u128) -> f64 {
    let low = (value as u64 & ((1 << SPLIT) - 1)) as i64;
    (value >> SPLIT) as i64 as f64 * SPLIT_F64 + low as f64
}

/// Of a value of less than 125 bits beside the sign: the lower part has a sign of its own, so that nothing cancels.
#[inline(always)]
fn signed_to_f64(value: i128) -> f64 {
    let low = ((value as i64) << (64 - SPLIT)) >> (64 - SPLIT);
    let high = (value + (1 << (SPLIT - 1))) >> SPLIT;
    high as i64 as f64 * SPLIT_F64 + low as f64
}

/// 1.5 × 2^52: a sum with it has no bits for a fraction.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// The integer nearest to a double below 2^51, as a double and as a word: a few instructions, where a conversion checks for what does not fit.
#[inline(always)]
fn nearest(value: f64) -> (f64, i64) {
    let sum = value + ROUNDING;
    (sum - ROUNDING, (sum.to_bits() as i64).wrapping_sub(ROUNDING.to_bits() as i64))
}

/// The integer nearest to a double from 0 to 2^102.
#[inline(always)]
fn from_f64(value: f64) -> u128 {
    let (upper, digits) = nearest(value * TWO_MINUS_51);
    let (_, lower) = nearest(value - upper * TWO_51);
    (u128::from(digits as u64) << 51).wrapping_add_signed(i128::from(lower))
}

const TWO_51: f64 = (1u64 << 51) as f64;
const TWO_MINUS_51: f64 = 1.0 / TWO_51;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        #[test]
        fn doubles_are_within_their_precision_of_small_and_of_large_numbers(digits: i128, by in 4u32..128) {
            let value = digits >> by;
            let difference = (value as f64 - signed_to_f64(value)).abs();
            prop_assert!(difference <= (value as f64).abs() * f64::EPSILON, "{} {}", value, difference);
            let value = value.unsigned_abs();
            prop_assert!((value as f64 - to_f64(value)).abs() <= value as f64 * f64::EPSILON, "{}", value);
        }

        #[test]
        fn a_quotient_that_is_decided_is_right_and_any_other_settles(a: u128, b: u128, divisor: u128, by in prop::array::uniform3(7u32..128)) {
            let (a, b, divisor) = (a >> by[0], b >> by[1], (divisor >> by[2]).max(1));
            let Some(quotient) = divide_product([a, b], divisor, [a as f64, b as f64, divisor as f64]) else { return Ok(()) };
            let wide = ruint::aliases::U512::from(a) * ruint::aliases::U512::from(b) / ruint::aliases::U512::from(divisor);
            let floor = quotient.floor(DOUBT).unwrap_or_else(|| quotient.settle([a, b], divisor));
            prop_assert_eq!(ruint::aliases::U512::from(floor), wide);
        }
    }
}
