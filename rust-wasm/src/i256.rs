//! Signed 256-bit integers as the EVM has them: two's complement, division truncated towards zero. Checked against `num-bigint` by random tests.

use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use core::cmp::Ordering;
use core::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct I256(U256);

impl I256 {
    pub const ZERO: Self = Self(U256::ZERO);
    pub const ONE: Self = Self(U256::ONE);

    /// Refuses values of 2^255 and more.
    pub fn from_unsigned(value: U256) -> Answer<Self> {
        if value.bits() > 255 {
            return Err(Refusal::Overflow);
        }
        Ok(Self(value))
    }

    /// Refuses negative values.
    pub fn to_unsigned(self) -> Answer<U256> {
        if self.is_negative() {
            return Err(Refusal::Overflow);
        }
        Ok(self.0)
    }

    /// The same 256 bits, read as signed.
    pub fn from_bits(bits: U256) -> Self {
        Self(bits)
    }

    /// The same 256 bits, read as unsigned.
    pub fn to_bits(self) -> U256 {
        self.0
    }

    pub fn is_negative(self) -> bool {
        self.0.bits() == 256
    }

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The magnitude; that of the minimum is 2^255.
    pub fn unsigned_abs(self) -> U256 {
        if self.is_negative() {
            U256::ZERO.wrapping_sub(self.0).0
        } else {
            self.0
        }
    }

    pub fn wrapping_neg(self) -> Self {
        Self(U256::ZERO.wrapping_sub(self.0).0)
    }

    pub fn wrapping_add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0).0)
    }

    pub fn wrapping_sub(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0).0)
    }

    pub fn wrapping_mul(self, other: Self) -> Self {
        Self(self.0.wrapping_mul(other.0))
    }

    /// As the EVM's SDIV, but a division by zero is refused: −2^255 ÷ −1 stays −2^255.
    pub fn wrapping_div(self, divisor: Self) -> Answer<Self> {
        let quotient = self.unsigned_abs().checked_div(divisor.unsigned_abs())?;
        let is_negative = self.is_negative() != divisor.is_negative();
        Ok(if is_negative { Self(quotient).wrapping_neg() } else { Self(quotient) })
    }

    pub fn checked_add(self, other: Self) -> Answer<Self> {
        let sum = self.wrapping_add(other);
        if self.is_negative() == other.is_negative() && sum.is_negative() != self.is_negative() {
            return Err(Refusal::Overflow);
        }
        Ok(sum)
    }

    pub fn checked_sub(self, other: Self) -> Answer<Self> {
        let difference = self.wrapping_sub(other);
        if self.is_negative() != other.is_negative() && difference.is_negative() != self.is_negative() {
            return Err(Refusal::Overflow);
        }
        Ok(difference)
    }

    pub fn checked_mul(self, other: Self) -> Answer<Self> {
        let magnitude = self.unsigned_abs().checked_mul(other.unsigned_abs())?;
        Self::signed(self.is_negative() != other.is_negative(), magnitude)
    }

    /// Truncated towards zero; refused for a division by zero and for −2^255 ÷ −1.
    pub fn checked_div(self, divisor: Self) -> Answer<Self> {
        let magnitude = self.unsigned_abs().checked_div(divisor.unsigned_abs())?;
        Self::signed(self.is_negative() != divisor.is_negative(), magnitude)
    }

    fn signed(is_negative: bool, magnitude: U256) -> Answer<Self> {
        let value = if is_negative { Self(magnitude).wrapping_neg() } else { Self(magnitude) };
        if !magnitude.is_zero() && value.is_negative() != is_negative || magnitude.bits() == 256 && !is_negative {
            return Err(Refusal::Overflow);
        }
        Ok(value)
    }

    pub fn to_f64(self) -> f64 {
        let magnitude = self.unsigned_abs().to_f64();
        if self.is_negative() {
            -magnitude
        } else {
            magnitude
        }
    }
}

/// From a small constant or a tick.
impl From<i64> for I256 {
    fn from(value: i64) -> Self {
        let magnitude = Self(U256::from(value.unsigned_abs()));
        if value < 0 {
            magnitude.wrapping_neg()
        } else {
            magnitude
        }
    }
}

impl PartialOrd for I256 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for I256 {
    fn cmp(&self, other: &Self) -> Ordering {
        other.is_negative().cmp(&self.is_negative()).then_with(|| self.0.cmp(&other.0))
    }
}

impl FromStr for I256 {
    type Err = crate::u256::NotAnInteger;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        Self::signed(is_negative, digits.parse()?).map_err(|_| crate::u256::NotAnInteger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::{BigInt, Sign};
    use proptest::prelude::*;

    fn big(value: I256) -> BigInt {
        let magnitude: BigInt = value.unsigned_abs().to_string().parse().unwrap();
        if value.is_negative() {
            -magnitude
        } else {
            magnitude
        }
    }

    fn ours(value: BigInt) -> Option<I256> {
        value.to_string().parse().ok()
    }

    fn number() -> impl Strategy<Value = I256> {
        let limb = prop_oneof![Just(0u64), Just(1), Just(u64::MAX), Just(1 << 63), any::<u64>()];
        (prop::array::uniform4(limb), 0usize..=4, any::<bool>()).prop_map(|(mut words, keep, flip)| {
            words[keep..].fill(0);
            let value = I256::from_bits(U256::from_words(&words));
            if flip {
                value.wrapping_neg()
            } else {
                value
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn sums_products_quotients_and_order_equal_the_reference(a in number(), b in number()) {
            let (x, y) = (big(a), big(b));
            prop_assert_eq!(a.checked_add(b).ok(), ours(&x + &y));
            prop_assert_eq!(a.checked_sub(b).ok(), ours(&x - &y));
            prop_assert_eq!(a.checked_mul(b).ok(), ours(&x * &y));
            let quotient = (y.sign() != Sign::NoSign).then(|| &x / &y);
            prop_assert_eq!(a.checked_div(b).ok(), quotient.clone().and_then(ours));
            if let Some(quotient) = quotient.and_then(ours) {
                prop_assert_eq!(a.wrapping_div(b), Ok(quotient));
            }
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
            prop_assert_eq!(I256::from_unsigned(a.to_bits()).is_ok(), !a.is_negative());
        }
    }
}
