//! Unsigned 256-bit integers in eight 32-bit limbs, least significant first. WASM multiplies 32 × 32 to 64 bits in one instruction and has
//! no wider product, so this is the widest limb without a library call. Checked against `ruint` by random tests.

use crate::refusal::{Answer, Refusal};
use core::cmp::Ordering;
use core::fmt;

const LIMBS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct U256([u32; LIMBS]);

impl PartialOrd for U256 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for U256 {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl From<u128> for U256 {
    fn from(value: u128) -> Self {
        let mut limbs = [0; LIMBS];
        for (i, limb) in limbs.iter_mut().take(4).enumerate() {
            *limb = (value >> (32 * i)) as u32;
        }
        Self(limbs)
    }
}

impl From<u64> for U256 {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl From<u32> for U256 {
    fn from(value: u32) -> Self {
        Self::from(u128::from(value))
    }
}

impl U256 {
    pub const ZERO: Self = Self([0; LIMBS]);
    pub const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0]);
    pub const MAX: Self = Self([u32::MAX; LIMBS]);

    /// From four 64-bit words, least significant first; missing words are 0.
    pub fn from_words(words: &[u64]) -> Self {
        let mut limbs = [0; LIMBS];
        for (pair, word) in limbs.chunks_exact_mut(2).zip(words) {
            pair[0] = *word as u32;
            pair[1] = (*word >> 32) as u32;
        }
        Self(limbs)
    }

    pub fn to_words(self) -> [u64; 4] {
        let mut words = [0; 4];
        for (word, pair) in words.iter_mut().zip(self.0.chunks_exact(2)) {
            *word = u64::from(pair[0]) | u64::from(pair[1]) << 32;
        }
        words
    }

    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// Number of significant bits; 0 for 0.
    pub fn bits(self) -> u32 {
        let length = length(&self.0);
        match length {
            0 => 0,
            _ => 32 * length as u32 - self.0[length - 1].leading_zeros(),
        }
    }

    /// The nearest double, within one unit in its last place.
    pub fn to_f64(self) -> f64 {
        self.0.iter().rev().fold(0.0, |sum, limb| sum * 4_294_967_296.0 + f64::from(*limb))
    }

    /// The integer part of a double; 0 for negative values and NaN, the maximum where it does not fit.
    pub fn from_f64(value: f64) -> Self {
        if value.is_nan() || value < 1.0 {
            return Self::ZERO;
        }
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
        let mantissa = Self::from(u128::from(bits & ((1 << 52) - 1) | 1 << 52));
        match exponent {
            e if e < 0 => mantissa >> (-e) as u32,
            e if e <= 203 => mantissa << e as u32,
            _ => Self::MAX,
        }
    }

    pub fn low_u128(self) -> u128 {
        self.0[..4].iter().rev().fold(0, |sum, limb| sum << 32 | u128::from(*limb))
    }

    pub fn wrapping_add(self, other: Self) -> (Self, bool) {
        let mut sum = [0; LIMBS];
        let mut carry = 0;
        for (limb, (a, b)) in sum.iter_mut().zip(self.0.iter().zip(other.0)) {
            let t = u64::from(*a) + u64::from(b) + carry;
            *limb = t as u32;
            carry = t >> 32;
        }
        (Self(sum), carry != 0)
    }

    pub fn wrapping_sub(self, other: Self) -> (Self, bool) {
        let mut difference = [0; LIMBS];
        let mut borrow = 0;
        for (limb, (a, b)) in difference.iter_mut().zip(self.0.iter().zip(other.0)) {
            let t = u64::from(*a).wrapping_sub(u64::from(b)).wrapping_sub(borrow);
            *limb = t as u32;
            borrow = t >> 63;
        }
        (Self(difference), borrow != 0)
    }

    pub fn checked_add(self, other: Self) -> Answer<Self> {
        match self.wrapping_add(other) {
            (sum, false) => Ok(sum),
            _ => Err(Refusal::Overflow),
        }
    }

    pub fn checked_sub(self, other: Self) -> Answer<Self> {
        match self.wrapping_sub(other) {
            (difference, false) => Ok(difference),
            _ => Err(Refusal::Overflow),
        }
    }

    pub fn saturating_add(self, other: Self) -> Self {
        self.checked_add(other).unwrap_or(Self::MAX)
    }

    pub fn saturating_sub(self, other: Self) -> Self {
        self.checked_sub(other).unwrap_or(Self::ZERO)
    }

    pub fn checked_mul(self, other: Self) -> Answer<Self> {
        let (low, high) = widening_mul(&self.0, &other.0);
        if length(&high) > 0 {
            return Err(Refusal::Overflow);
        }
        Ok(Self(low))
    }

    /// Quotient, rounded down; a division by zero is refused as an overflow, as the contracts revert on both.
    pub fn checked_div(self, divisor: Self) -> Answer<Self> {
        let mut dividend = [0; 2 * LIMBS];
        dividend[..LIMBS].copy_from_slice(&self.0);
        Ok(divide(dividend, &divisor.0)?.0)
    }

    /// `ceil(self / divisor)`.
    pub fn div_ceil(self, divisor: Self) -> Answer<Self> {
        let mut dividend = [0; 2 * LIMBS];
        dividend[..LIMBS].copy_from_slice(&self.0);
        round_up(divide(dividend, &divisor.0)?)
    }

    /// Remainder of a division; of one by zero refused as an overflow.
    pub fn checked_rem(self, divisor: Self) -> Answer<Self> {
        let quotient = self.checked_div(divisor)?;
        Ok(self.wrapping_sub(quotient.wrapping_mul(divisor)).0)
    }

    /// The product's low 256 bits.
    pub fn wrapping_mul(self, other: Self) -> Self {
        Self(widening_mul(&self.0, &other.0).0)
    }

    /// The power, by squaring.
    pub fn checked_pow(self, exponent: u32) -> Answer<Self> {
        let (mut power, mut base, mut rest) = (Self::ONE, self, exponent);
        while rest > 0 {
            if rest & 1 == 1 {
                power = power.checked_mul(base)?;
            }
            rest >>= 1;
            if rest > 0 {
                base = base.checked_mul(base)?;
            }
        }
        Ok(power)
    }

    /// Narrowed, or refused as an overflow.
    pub fn to_u128(self) -> Answer<u128> {
        if self.bits() > 128 {
            return Err(Refusal::Overflow);
        }
        Ok(self.low_u128())
    }

    /// The distance between two values.
    pub fn abs_diff(self, other: Self) -> Self {
        if self > other {
            self.wrapping_sub(other).0
        } else {
            other.wrapping_sub(self).0
        }
    }

    /// `floor(self × factor / divisor)` with a 512-bit product; refused where the result needs more than 256 bits (FullMath.mulDiv).
    pub fn mul_div(self, factor: Self, divisor: Self) -> Answer<Self> {
        Ok(divide(product(&self.0, &factor.0), &divisor.0)?.0)
    }

    /// `ceil(self × factor / divisor)` (FullMath.mulDivRoundingUp).
    pub fn mul_div_up(self, factor: Self, divisor: Self) -> Answer<Self> {
        round_up(divide(product(&self.0, &factor.0), &divisor.0)?)
    }

    /// `(self × factor) >> 128` for factors below 2^128 and values below 2^256: the step of TickMath.
    pub fn mul_shift_128(self, factor: u128) -> Self {
        let wide = product(&self.0, &Self::from(factor).0);
        let mut shifted = [0; LIMBS];
        shifted.copy_from_slice(&wide[4..12]);
        Self(shifted)
    }

    /// `floor(self × factor / 2^96)` and whether a remainder was lost.
    pub fn mul_shift_96(self, factor: Self) -> Answer<(Self, bool)> {
        let wide = product(&self.0, &factor.0);
        if wide[11..].iter().any(|limb| *limb != 0) {
            return Err(Refusal::Overflow);
        }
        let mut shifted = [0; LIMBS];
        shifted.copy_from_slice(&wide[3..11]);
        Ok((Self(shifted), wide[..3].iter().any(|limb| *limb != 0)))
    }
}

/// Why a text is no unsigned 256-bit integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnInteger;

impl fmt::Display for NotAnInteger {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("not an unsigned integer of at most 256 bits in decimal digits")
    }
}

impl core::str::FromStr for U256 {
    type Err = NotAnInteger;
    /// Decimal digits only.
    fn from_str(text: &str) -> Result<Self, NotAnInteger> {
        if text.is_empty() {
            return Err(NotAnInteger);
        }
        let mut value = Self::ZERO;
        // Nine digits at a time fit a limb.
        let first = text.len() % 9;
        let (head, tail) = text.as_bytes().split_at(first);
        for digits in core::iter::once(head).filter(|head| !head.is_empty()).chain(tail.chunks_exact(9)) {
            let mut limb = 0u32;
            for digit in digits {
                if !digit.is_ascii_digit() {
                    return Err(NotAnInteger);
                }
                limb = limb * 10 + u32::from(digit - b'0');
            }
            let scale = Self::from(10u32.pow(digits.len() as u32));
            value = value.checked_mul(scale).and_then(|scaled| scaled.checked_add(Self::from(limb))).map_err(|_| NotAnInteger)?;
        }
        Ok(value)
    }
}

impl fmt::Display for U256 {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut rest = self.0;
        let mut groups = Vec::new();
        while length(&rest) > 0 {
            let mut carry = 0u64;
            for limb in rest.iter_mut().rev() {
                let t = carry << 32 | u64::from(*limb);
                *limb = (t / 1_000_000_000) as u32;
                carry = t % 1_000_000_000;
            }
            groups.push(carry as u32);
        }
        let mut text = groups.pop().unwrap_or(0).to_string();
        for group in groups.iter().rev() {
            text.push_str(&format!("{group:09}"));
        }
        formatter.pad_integral(true, "", &text)
    }
}

impl core::ops::Shl<u32> for U256 {
    type Output = Self;
    /// Bits above the 256th are lost.
    fn shl(self, by: u32) -> Self {
        let (limbs, bits) = ((by / 32) as usize, by % 32);
        let mut shifted = [0; LIMBS];
        for i in (limbs..LIMBS).rev() {
            let low = if bits > 0 && i > limbs { self.0[i - limbs - 1] >> (32 - bits) } else { 0 };
            shifted[i] = self.0[i - limbs] << bits | low;
        }
        Self(shifted)
    }
}

impl core::ops::Shr<u32> for U256 {
    type Output = Self;
    fn shr(self, by: u32) -> Self {
        let (limbs, bits) = ((by / 32) as usize, by % 32);
        let mut shifted = [0; LIMBS];
        for (i, limb) in shifted.iter_mut().enumerate().take(LIMBS.saturating_sub(limbs)) {
            let high = if bits > 0 && i + limbs + 1 < LIMBS { self.0[i + limbs + 1] << (32 - bits) } else { 0 };
            *limb = self.0[i + limbs] >> bits | high;
        }
        Self(shifted)
    }
}

fn round_up((quotient, has_remainder): (U256, bool)) -> Answer<U256> {
    if has_remainder {
        quotient.checked_add(U256::ONE)
    } else {
        Ok(quotient)
    }
}

/// Number of limbs up to the highest that is not 0.
#[inline]
fn length(limbs: &[u32]) -> usize {
    limbs.iter().rposition(|limb| *limb != 0).map_or(0, |top| top + 1)
}

/// Schoolbook product of the significant limbs only.
#[inline]
fn product(a: &[u32; LIMBS], b: &[u32; LIMBS]) -> [u32; 2 * LIMBS] {
    let mut wide = [0u32; 2 * LIMBS];
    let (len_a, len_b) = (length(a), length(b));
    for i in 0..len_a {
        let factor = u64::from(a[i]);
        let mut carry = 0u64;
        for j in 0..len_b {
            let t = factor * u64::from(b[j]) + u64::from(wide[i + j]) + carry;
            wide[i + j] = t as u32;
            carry = t >> 32;
        }
        wide[i + len_b] = carry as u32;
    }
    wide
}

fn widening_mul(a: &[u32; LIMBS], b: &[u32; LIMBS]) -> ([u32; LIMBS], [u32; LIMBS]) {
    let wide = product(a, b);
    let (mut low, mut high) = ([0; LIMBS], [0; LIMBS]);
    low.copy_from_slice(&wide[..LIMBS]);
    high.copy_from_slice(&wide[LIMBS..]);
    (low, high)
}

/// Quotient of a 512-bit dividend and whether a remainder is left: Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D, base 2^32.
fn divide(mut dividend: [u32; 2 * LIMBS], divisor: &[u32; LIMBS]) -> Answer<(U256, bool)> {
    let n = length(divisor);
    let m = length(&dividend);
    if n == 0 {
        return Err(Refusal::Overflow);
    }
    let mut quotient = [0u32; LIMBS];
    if m < n {
        return Ok((U256(quotient), m > 0));
    }
    if n == 1 {
        let by = u64::from(divisor[0]);
        let mut rest = 0u64;
        for i in (0..m).rev() {
            let t = rest << 32 | u64::from(dividend[i]);
            let digit = (t / by) as u32;
            rest = t % by;
            if i < LIMBS {
                quotient[i] = digit;
            } else if digit != 0 {
                return Err(Refusal::Overflow);
            }
        }
        return Ok((U256(quotient), rest != 0));
    }
    // D1: shift so that the divisor's top bit is set; the dividend gets one limb more.
    let shift = divisor[n - 1].leading_zeros();
    let mut v = [0u32; LIMBS];
    for i in (0..n).rev() {
        let low = if shift > 0 && i > 0 { divisor[i - 1] >> (32 - shift) } else { 0 };
        v[i] = divisor[i] << shift | low;
    }
    let mut top = if shift > 0 { dividend[m - 1] >> (32 - shift) } else { 0 };
    if shift > 0 {
        for i in (0..m).rev() {
            let low = if i > 0 { dividend[i - 1] >> (32 - shift) } else { 0 };
            dividend[i] = dividend[i] << shift | low;
        }
    }
    let (v1, v2) = (u64::from(v[n - 1]), u64::from(v[n - 2]));
    for j in (0..=m - n).rev() {
        // D3: estimate a digit from the top limbs; at most one too large after the correction.
        let u0 = u64::from(top);
        let u1 = u64::from(dividend[j + n - 1]);
        let u2 = u64::from(dividend[j + n - 2]);
        let numerator = u0 << 32 | u1;
        let (mut digit, mut rest) =
            if u0 >= v1 { (u64::from(u32::MAX), numerator - u64::from(u32::MAX) * v1) } else { (numerator / v1, numerator % v1) };
        while rest <= u64::from(u32::MAX) && digit * v2 > (rest << 32 | u2) {
            digit -= 1;
            rest += v1;
        }
        // D4: multiply and subtract.
        let mut borrow = 0i64;
        let mut carry = 0u64;
        for i in 0..n {
            let p = digit * u64::from(v[i]) + carry;
            carry = p >> 32;
            let t = i64::from(dividend[i + j]) - borrow - (p & 0xffff_ffff) as i64;
            dividend[i + j] = t as u32;
            borrow = i64::from(t < 0);
        }
        let t = u0 as i64 - borrow - carry as i64;
        if t < 0 {
            // D6: the digit was one too large, add the divisor back.
            digit -= 1;
            let mut carry = 0u64;
            for i in 0..n {
                let s = u64::from(dividend[i + j]) + u64::from(v[i]) + carry;
                dividend[i + j] = s as u32;
                carry = s >> 32;
            }
        }
        top = dividend[j + n - 1];
        if j < LIMBS {
            quotient[j] = digit as u32;
        } else if digit != 0 {
            return Err(Refusal::Overflow);
        }
    }
    Ok((U256(quotient), dividend[..n].iter().any(|limb| *limb != 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ruint::aliases::{U256 as Reference, U512};

    fn reference(value: U256) -> Reference {
        Reference::from_limbs(value.to_words())
    }

    fn ours(value: Reference) -> U256 {
        U256::from_words(value.as_limbs())
    }

    /// Limbs near the corners of the digit estimate: 0, 1, all ones, the top bit alone; and every length.
    fn limb() -> impl Strategy<Value = u32> {
        prop_oneof![Just(0u32), Just(1), Just(u32::MAX), Just(u32::MAX - 1), Just(1 << 31), Just((1 << 31) - 1), any::<u32>()]
    }

    fn number() -> impl Strategy<Value = U256> {
        (prop::array::uniform8(limb()), 0usize..=8).prop_map(|(mut limbs, keep)| {
            limbs[keep..].fill(0);
            U256(limbs)
        })
    }

    fn full_quotient(a: U256, b: U256, d: U256, up: bool) -> Answer<U256> {
        if d.is_zero() {
            return Err(Refusal::Overflow);
        }
        let wide = U512::from(reference(a)) * U512::from(reference(b));
        let divisor = U512::from(reference(d));
        let quotient = wide / divisor + U512::from(u8::from(up && wide % divisor != U512::ZERO));
        if quotient > U512::from(Reference::MAX) {
            return Err(Refusal::Overflow);
        }
        Ok(ours(quotient.to::<Reference>()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn mul_div_equals_the_reference(a in number(), b in number(), d in number()) {
            prop_assert_eq!(a.mul_div(b, d), full_quotient(a, b, d, false));
            prop_assert_eq!(a.mul_div_up(b, d), full_quotient(a, b, d, true));
            prop_assert_eq!(a.checked_div(d), full_quotient(a, U256::ONE, d, false));
            prop_assert_eq!(a.div_ceil(d), full_quotient(a, U256::ONE, d, true));
        }

        #[test]
        fn sums_products_and_shifts_equal_the_reference(a in number(), b in number(), by in 0u32..256) {
            let (x, y) = (reference(a), reference(b));
            prop_assert_eq!(a.checked_add(b).ok(), x.checked_add(y).map(ours));
            prop_assert_eq!(a.checked_sub(b).ok(), x.checked_sub(y).map(ours));
            prop_assert_eq!(a.checked_mul(b).ok(), x.checked_mul(y).map(ours));
            prop_assert_eq!(a.checked_rem(b).ok(), x.checked_rem(y).map(ours));
            prop_assert_eq!(a.wrapping_mul(b), ours(x.wrapping_mul(y)));
            prop_assert_eq!(a.checked_pow(by % 20).ok(), x.checked_pow(Reference::from(by % 20)).map(ours));
            prop_assert_eq!(a.abs_diff(b), ours(x.abs_diff(y)));
            prop_assert_eq!(a.to_string(), x.to_string());
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a << by, ours(x << by as usize));
            prop_assert_eq!(a >> by, ours(x >> by as usize));
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
            prop_assert_eq!(a.bits() as usize, x.bit_len());
            let wide = U512::from(x) * U512::from(y);
            let shifted: U512 = wide >> 96;
            let expected = (shifted <= U512::from(Reference::MAX)).then(|| ours(shifted.to::<Reference>()));
            prop_assert_eq!(a.mul_shift_96(b).ok().map(|(value, _)| value), expected);
            if let Ok((_, lost)) = a.mul_shift_96(b) {
                prop_assert_eq!(lost, (shifted << 96) != wide);
            }
            let factor = b.low_u128();
            let by_factor: U512 = (U512::from(x) * U512::from(factor)) >> 128;
            prop_assert_eq!(a.mul_shift_128(factor), ours(by_factor.to::<Reference>()));
        }

        #[test]
        fn doubles_are_near_and_come_back_exactly_where_they_hold_the_value(a in number(), small in 0u64..1 << 53, by in 0u32..203) {
            let back = U256::from_f64(a.to_f64());
            let distance = if back > a { back.saturating_sub(a) } else { a.saturating_sub(back) };
            prop_assert!(distance <= a >> 50);
            let exact = U256::from(u128::from(small)) << by;
            prop_assert_eq!(U256::from_f64(exact.to_f64()), exact);
        }
    }

    #[test]
    fn a_double_that_is_no_amount_becomes_zero_or_the_maximum() {
        assert_eq!(U256::from_f64(f64::NAN), U256::ZERO);
        assert_eq!(U256::from_f64(-5.0), U256::ZERO);
        assert_eq!(U256::from_f64(f64::INFINITY), U256::MAX);
    }
}
