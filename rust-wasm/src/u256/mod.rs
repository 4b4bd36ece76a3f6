//! Unsigned 256-bit integers in four 64-bit words, least significant first. Checked against `ruint` by random tests.

mod decimal;
mod division;
mod product;
pub mod quotient;
#[cfg(test)]
mod tests;
pub mod words;

use crate::refusal::{Answer, Refusal};
use core::cmp::Ordering;
pub use decimal::NotAnInteger;
pub use division::Divisor;
use division::{divide, length};
pub use product::upper_half;
use product::{product, product_by_u128};
use words::{join, minus, plus, split};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct U256([u64; 4]);

impl PartialOrd for U256 {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for U256 {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.high_u128().cmp(&other.high_u128()).then_with(|| self.low_u128().cmp(&other.low_u128()))
    }
}

impl From<u128> for U256 {
    #[inline]
    fn from(value: u128) -> Self {
        let [low, high] = split(value);
        Self([low, high, 0, 0])
    }
}

impl From<u64> for U256 {
    #[inline]
    fn from(value: u64) -> Self {
        Self([value, 0, 0, 0])
    }
}

impl From<u32> for U256 {
    #[inline]
    fn from(value: u32) -> Self {
        Self::from(u64::from(value))
    }
}

impl U256 {
    pub const ZERO: Self = Self([0; 4]);
    pub const ONE: Self = Self([1, 0, 0, 0]);
    pub const MAX: Self = Self([u64::MAX; 4]);

    /// From four 64-bit words, least significant first; missing words are 0.
    #[inline]
    pub fn from_words(words: &[u64]) -> Self {
        let mut value = [0; 4];
        for (word, of) in value.iter_mut().zip(words) {
            *word = *of;
        }
        Self(value)
    }

    #[inline]
    pub fn to_words(self) -> [u64; 4] {
        self.0
    }

    #[inline]
    pub fn is_zero(self) -> bool {
        self.0.iter().fold(0, |all, word| all | word) == 0
    }

    /// Number of significant bits; 0 for 0.
    pub fn bits(self) -> u32 {
        match length(&self.0) {
            0 => 0,
            length => 64 * length as u32 - self.0[length - 1].leading_zeros(),
        }
    }

    /// The nearest double, within one unit in its last place.
    pub fn to_f64(self) -> f64 {
        // The conversion of a whole word is many instructions in WebAssembly's compilers, that of half a word one.
        let half = |half: u64| f64::from(half as u32);
        self.0.iter().rev().fold(0.0, |sum, word| (sum * TWO_32 + half(word >> 32)) * TWO_32 + half(*word))
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

    #[inline]
    pub fn low_u128(self) -> u128 {
        join(self.0[0], self.0[1])
    }

    #[inline]
    fn high_u128(self) -> u128 {
        join(self.0[2], self.0[3])
    }

    #[inline]
    pub fn wrapping_add(self, other: Self) -> (Self, bool) {
        let mut sum = [0; 4];
        let mut carry = false;
        for (word, (a, b)) in sum.iter_mut().zip(self.0.iter().zip(other.0)) {
            (*word, carry) = plus(*a, b, carry);
        }
        (Self(sum), carry)
    }

    #[inline]
    pub fn wrapping_sub(self, other: Self) -> (Self, bool) {
        let mut difference = [0; 4];
        let mut borrow = false;
        for (word, (a, b)) in difference.iter_mut().zip(self.0.iter().zip(other.0)) {
            (*word, borrow) = minus(*a, b, borrow);
        }
        (Self(difference), borrow)
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
        let [low @ .., a, b, c, d] = product(&self.0, &other.0);
        if a | b | c | d != 0 {
            return Err(Refusal::Overflow);
        }
        Ok(Self(low))
    }

    fn widened(self) -> [u64; 8] {
        let [a, b, c, d] = self.0;
        [a, b, c, d, 0, 0, 0, 0]
    }

    /// Quotient, rounded down; a division by zero is refused as an overflow, as the contracts revert on both.
    pub fn checked_div(self, divisor: Self) -> Answer<Self> {
        Ok(divide(&self.widened(), &divisor.0)?.0)
    }

    /// `ceil(self / divisor)`.
    pub fn div_ceil(self, divisor: Self) -> Answer<Self> {
        round_up(divide(&self.widened(), &divisor.0)?)
    }

    /// Remainder of a division; of one by zero refused as an overflow.
    pub fn checked_rem(self, divisor: Self) -> Answer<Self> {
        let quotient = self.checked_div(divisor)?;
        Ok(self.wrapping_sub(quotient.wrapping_mul(divisor)).0)
    }

    /// The product's low 256 bits.
    pub fn wrapping_mul(self, other: Self) -> Self {
        let [low @ .., _, _, _, _] = product(&self.0, &other.0);
        Self(low)
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
        if self.0[2] | self.0[3] != 0 {
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
        Ok(divide(&product(&self.0, &factor.0), &divisor.0)?.0)
    }

    /// `ceil(self × factor / divisor)` (FullMath.mulDivRoundingUp).
    pub fn mul_div_up(self, factor: Self, divisor: Self) -> Answer<Self> {
        round_up(divide(&product(&self.0, &factor.0), &divisor.0)?)
    }

    /// `(self × factor) >> 128`, which 256 bits always hold.
    pub fn mul_shift_128(self, factor: u128) -> Self {
        let [_, _, a, b, c, d] = product_by_u128(&self.0, factor);
        Self([a, b, c, d])
    }

    /// `floor(self × factor / 2^96)` and whether a remainder was lost.
    pub fn mul_shift_96(self, factor: Self) -> Answer<(Self, bool)> {
        let [a, b, c, d, e, f, g, h] = product(&self.0, &factor.0);
        if f >> 32 | g | h != 0 {
            return Err(Refusal::Overflow);
        }
        let middle = |low: u64, high: u64| low >> 32 | high << 32;
        Ok((Self([middle(b, c), middle(c, d), middle(d, e), middle(e, f)]), a != 0 || b as u32 != 0))
    }
}

const TWO_32: f64 = 4_294_967_296.0;

impl core::ops::Shl<u32> for U256 {
    type Output = Self;
    /// Bits above the 256th are lost.
    #[inline]
    fn shl(self, by: u32) -> Self {
        let (words, bits) = ((by / 64) as usize, by % 64);
        let mut shifted = [0; 4];
        for i in (words..4).rev() {
            let low = if bits > 0 && i > words { self.0[i - words - 1] >> (64 - bits) } else { 0 };
            shifted[i] = self.0[i - words] << bits | low;
        }
        Self(shifted)
    }
}

impl core::ops::Shr<u32> for U256 {
    type Output = Self;
    #[inline]
    fn shr(self, by: u32) -> Self {
        let (words, bits) = ((by / 64) as usize, by % 64);
        let mut shifted = [0; 4];
        for (i, word) in shifted.iter_mut().enumerate().take(4usize.saturating_sub(words)) {
            let high = if bits > 0 && i + words + 1 < 4 { self.0[i + words + 1] << (64 - bits) } else { 0 };
            *word = self.0[i + words] >> bits | high;
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
