//! Division of up to eight words by up to four: Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D, base 2^64, its digits by
//! Möller and Granlund, Improved division by invariant integers (IEEE Transactions on Computers 60, 2011): a division costs one division of
//! doubles, the rest are products.

use super::words::{join, minus, plus, split, times, times_plus};
use super::U256;
use crate::refusal::{Answer, Refusal};

/// Quotient of a 512-bit dividend and whether a remainder is left; refused where the quotient needs more than 256 bits or the divisor is 0.
pub(super) fn divide(dividend: &[u64; 8], divisor: &[u64; 4]) -> Answer<(U256, bool)> {
    let n = length(divisor);
    let m = length(dividend);
    if n == 0 {
        return Err(Refusal::Overflow);
    }
    if m < n {
        return Ok((U256::ZERO, m > 0));
    }
    if m == 1 {
        return Ok((U256::from(dividend[0] / divisor[0]), !dividend[0].is_multiple_of(divisor[0])));
    }
    match n {
        1 => by_word(dividend, divisor[0], m),
        2 => by_words(dividend, [divisor[0], divisor[1]], m),
        3 => by_words(dividend, [divisor[0], divisor[1], divisor[2]], m),
        _ => by_words(dividend, *divisor, m),
    }
}

/// A divisor whose reciprocal is computed once.
pub struct Divisor {
    /// Shifted so that its top bit is set.
    normalised: u64,
    shift: u32,
    reciprocal: u64,
}

impl Divisor {
    /// Of a number that is not 0.
    pub const fn new(divisor: u64) -> Self {
        let shift = divisor.leading_zeros();
        let normalised = divisor << shift;
        Self { normalised, shift, reciprocal: (u128::MAX / normalised as u128) as u64 }
    }

    /// Quotient, rounded down.
    #[inline]
    pub fn divide(&self, dividend: u128) -> u128 {
        let Self { normalised, shift, reciprocal } = *self;
        let [low, high] = split(dividend);
        let (upper, rest) = two_by_one(above(high, shift), high << shift | above(low, shift), normalised, reciprocal);
        let (lower, _) = two_by_one(rest, low << shift, normalised, reciprocal);
        join(lower, upper)
    }
}

/// Number of words up to the highest that is not 0.
#[inline(always)]
pub(super) fn length<const N: usize>(words: &[u64; N]) -> usize {
    words.iter().rposition(|word| *word != 0).map_or(0, |top| top + 1)
}

fn by_word(dividend: &[u64; 8], divisor: u64, m: usize) -> Answer<(U256, bool)> {
    let shift = divisor.leading_zeros();
    let d = divisor << shift;
    let reciprocal = reciprocal(d);
    let mut quotient = [0; 4];
    let mut rest = above(dividend[m - 1], shift);
    for i in (0..m).rev() {
        let digit;
        (digit, rest) = two_by_one(rest, shifted(dividend, i, shift), d, reciprocal);
        store(&mut quotient, i, digit)?;
    }
    Ok((U256(quotient), rest != 0))
}

/// By a divisor of `N` words, the highest not 0; `m` words of the dividend are significant.
fn by_words<const N: usize>(dividend: &[u64; 8], divisor: [u64; N], m: usize) -> Answer<(U256, bool)> {
    let shift = divisor[N - 1].leading_zeros();
    let mut d = [0; N];
    for i in 0..N {
        d[i] = if i == 0 { divisor[0] << shift } else { divisor[i] << shift | above(divisor[i - 1], shift) };
    }
    let (d1, d0) = (d[N - 1], d[N - 2]);
    let reciprocal = reciprocal_of_two(d1, d0);
    // The part of the dividend that is being divided: less than the divisor before each digit.
    let mut rest = [0; N];
    rest[N - 1] = above(dividend[m - 1], shift);
    for (i, word) in rest.iter_mut().enumerate().take(N - 1) {
        *word = shifted(dividend, m - N + 1 + i, shift);
    }
    let mut digits = m - N + 1;
    if rest[N - 1] == 0 {
        // The first digit is 0 where the highest words themselves are less than the divisor.
        let mut words = [0; N];
        words[0] = shifted(dividend, m - N, shift);
        words[1..].copy_from_slice(&rest[..N - 1]);
        if words.iter().rev().lt(d.iter().rev()) {
            rest = words;
            digits -= 1;
        }
    }
    let mut quotient = [0; 4];
    for j in (0..digits).rev() {
        let next = shifted(dividend, j, shift);
        let digit;
        (digit, rest) = digit_of(rest, next, &d, reciprocal);
        store(&mut quotient, j, digit)?;
    }
    Ok((U256(quotient), rest.iter().any(|word| *word != 0)))
}

#[inline(always)]
fn store(quotient: &mut [u64; 4], i: usize, digit: u64) -> Answer<()> {
    match quotient.get_mut(i) {
        Some(word) => *word = digit,
        None if digit != 0 => return Err(Refusal::Overflow),
        None => {}
    }
    Ok(())
}

/// Quotient and remainder of `rest × 2^64 + next` by the divisor, for a rest that is less than it.
#[inline(always)]
fn digit_of<const N: usize>(rest: [u64; N], next: u64, d: &[u64; N], reciprocal: u64) -> (u64, [u64; N]) {
    let (d1, d0) = (d[N - 1], d[N - 2]);
    // The dividend's words below the two highest of the rest.
    let mut below = [0; N];
    below[0] = next;
    below[1..].copy_from_slice(&rest[..N - 1]);
    if N == 2 {
        let (digit, top) = three_by_two([rest[1], rest[0], next], [d1, d0], reciprocal);
        let mut left = [0; N];
        left.copy_from_slice(&split(top));
        return (digit, left);
    }
    if rest[N - 1] == d1 && rest[N - 2] == d0 {
        return largest_digit(below, d);
    }
    let (mut digit, top) = three_by_two([rest[N - 1], rest[N - 2], below[N - 2]], [d1, d0], reciprocal);
    // What the lower words of the divisor take.
    let mut left = [0; N];
    let (mut carry, mut borrow) = (0, false);
    for i in 0..N - 2 {
        let low;
        (low, carry) = times_plus(digit, d[i], carry, 0);
        (left[i], borrow) = minus(below[i], low, borrow);
    }
    let [top_low, top_high] = split(top);
    (left[N - 2], borrow) = minus(top_low, carry, borrow);
    (left[N - 1], borrow) = minus(top_high, 0, borrow);
    if borrow {
        digit -= 1;
        add_back(&mut left, d);
    }
    (digit, left)
}

/// The digit where the two highest words are the divisor's, which then is 2^64 − 1: the rest is less than the divisor by less than 2^(64 (N − 2)), so
/// that `below − d × 2^64 + d`, what is left, lies between 0 and the divisor.
#[cold]
fn largest_digit<const N: usize>(below: [u64; N], d: &[u64; N]) -> (u64, [u64; N]) {
    let mut left = [0; N];
    let mut borrow = false;
    for i in 0..N {
        (left[i], borrow) = minus(below[i], if i == 0 { 0 } else { d[i - 1] }, borrow);
    }
    add_back(&mut left, d);
    (u64::MAX, left)
}

/// Adds the divisor, modulo 2^(64 N).
#[inline(always)]
fn add_back<const N: usize>(left: &mut [u64; N], d: &[u64; N]) {
    let mut carry = false;
    for (word, of) in left.iter_mut().zip(d) {
        (*word, carry) = plus(*word, *of, carry);
    }
}

/// Algorithm 4 of the paper: quotient and remainder of one word by a normalised one, the dividend's high word being less than it.
#[inline(always)]
fn two_by_one(high: u64, low: u64, d: u64, reciprocal: u64) -> (u64, u64) {
    let (q0, q1) = times(reciprocal, high);
    let (q0, carry) = q0.overflowing_add(low);
    let mut digit = q1.wrapping_add(high).wrapping_add(u64::from(carry)).wrapping_add(1);
    let mut rest = low.wrapping_sub(digit.wrapping_mul(d));
    if rest > q0 {
        digit = digit.wrapping_sub(1);
        rest = rest.wrapping_add(d);
    }
    if rest >= d {
        digit = digit.wrapping_add(1);
        rest -= d;
    }
    (digit, rest)
}

/// Algorithm 5 of the paper: quotient and remainder of three words (highest first) by two normalised ones, the two high words being less than them.
#[inline(always)]
fn three_by_two([u2, u1, u0]: [u64; 3], [d1, d0]: [u64; 2], reciprocal: u64) -> (u64, u128) {
    let d = join(d0, d1);
    let (q0, q1) = times(reciprocal, u2);
    let (q0, carry) = q0.overflowing_add(u1);
    let mut digit = q1.wrapping_add(u2).wrapping_add(u64::from(carry));
    let r1 = u1.wrapping_sub(digit.wrapping_mul(d1));
    let (t0, t1) = times(d0, digit);
    let mut rest = join(u0, r1).wrapping_sub(join(t0, t1)).wrapping_sub(d);
    digit = digit.wrapping_add(1);
    if (rest >> 64) as u64 >= q0 {
        digit = digit.wrapping_sub(1);
        rest = rest.wrapping_add(d);
    }
    if rest >= d {
        digit = digit.wrapping_add(1);
        rest -= d;
    }
    (digit, rest)
}

/// `floor((2^128 − 1) / d) − 2^64` of a divisor with the top bit set. Doubles give 50 bits of it, what is left of the dividend the others.
#[inline(always)]
fn reciprocal(d: u64) -> u64 {
    const TWO_64: f64 = 18_446_744_073_709_551_616.0;
    // Conversions of signed words are one instruction, of unsigned ones many.
    let inverse = 0.5 / ((d >> 1) as i64 as f64);
    // (2^128 / d) / 2 is at most 2^64; half of it fits a signed word. Both conversions and the division are off by less than 2^-51 of their value, which
    // is 2^14 of the result: taken off, it is never too large.
    let quarter = (inverse * (TWO_64 * TWO_64 / 4.0)) as i64 as u64;
    let mut value = (quarter.wrapping_sub(1 << 62) << 2).saturating_sub(1 << 14);
    // A value just below the first would wrap around: there the true one is small.
    if quarter < 1 << 62 {
        value = 0;
    }
    // 2^128 − 1 − (2^64 + value) × d, which is less than 2^16 × d.
    let (low, high) = times(value, d);
    let mut rest = !join(low, high.wrapping_add(d));
    let further = ((rest >> 32) as i64 as f64 * 4_294_967_296.0 * inverse) as i64 as u64;
    value = value.wrapping_add(further);
    let (low, high) = times(further, d);
    rest = rest.wrapping_sub(join(low, high));
    if rest >> 127 != 0 {
        value = value.wrapping_sub(1);
        rest = rest.wrapping_add(u128::from(d));
    }
    if rest >= u128::from(d) {
        value = value.wrapping_add(1);
    }
    value
}

/// Algorithm 6 of the paper: `floor((2^192 − 1) / d) − 2^64` of two words, the high one with the top bit set.
#[inline(always)]
fn reciprocal_of_two(d1: u64, d0: u64) -> u64 {
    let mut value = reciprocal(d1);
    let (mut p, carry) = d1.wrapping_mul(value).overflowing_add(d0);
    if carry {
        value = value.wrapping_sub(1);
        if p >= d1 {
            value = value.wrapping_sub(1);
            p = p.wrapping_sub(d1);
        }
        p = p.wrapping_sub(d1);
    }
    let (t0, t1) = times(value, d0);
    let (p, carry) = p.overflowing_add(t1);
    if carry {
        value = value.wrapping_sub(1);
        if join(t0, p) >= join(d0, d1) {
            value = value.wrapping_sub(1);
        }
    }
    value
}

/// The bits of a word that a shift pushes out at its top.
#[inline(always)]
fn above(word: u64, shift: u32) -> u64 {
    // In two steps, as a shift by 64 is none.
    word >> 1 >> (63 - shift)
}

#[inline(always)]
fn shifted(words: &[u64; 8], i: usize, shift: u32) -> u64 {
    let below = if i == 0 { 0 } else { above(words[i - 1], shift) };
    words[i] << shift | below
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normalised() -> impl Strategy<Value = u64> {
        prop_oneof![any::<u64>(), (0u64..1 << 16), (0u64..1 << 16).prop_map(|distance| u64::MAX - distance)].prop_map(|word| word | 1 << 63)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200_000))]

        #[test]
        fn a_reciprocal_is_that_of_its_definition(d in normalised()) {
            prop_assert_eq!(u128::from(reciprocal(d)), u128::MAX / u128::from(d) - (1 << 64));
        }
    }

    proptest! {
        #[test]
        fn a_known_divisor_divides_as_any(divisor in 1u64.., dividend: u128, by in 0u32..128) {
            prop_assert_eq!(Divisor::new(divisor).divide(dividend >> by), (dividend >> by) / u128::from(divisor));
        }
    }

    #[test]
    fn the_reciprocals_at_both_ends_are_the_largest_and_the_smallest() {
        assert_eq!(reciprocal(1 << 63), u64::MAX);
        assert_eq!(reciprocal(u64::MAX), 1);
    }
}
