//! FixedPoint of balancer-v2-monorepo: numbers with 18 decimals, each operation in its rounding direction. Reverts are refused as overflows,
//! divisions by zero too.

use super::log_exp;
use crate::refusal::Answer;
use crate::u256::U256;

/// 1.0.
pub const ONE: u64 = 1_000_000_000_000_000_000;
/// Bound of the error of LogExpMath.pow, relative: 1e-14.
const MAX_POW_RELATIVE_ERROR: u32 = 10_000;

pub fn one() -> U256 {
    U256::from(ONE)
}

pub fn mul_down(a: U256, b: U256) -> Answer<U256> {
    a.checked_mul(b)?.checked_div(one())
}

pub fn mul_up(a: U256, b: U256) -> Answer<U256> {
    a.checked_mul(b)?.div_ceil(one())
}

pub fn div_down(a: U256, b: U256) -> Answer<U256> {
    a.checked_mul(one())?.checked_div(b)
}

pub fn div_up(a: U256, b: U256) -> Answer<U256> {
    a.checked_mul(one())?.div_ceil(b)
}

/// 1 − x, or 0.
pub fn complement(x: U256) -> U256 {
    one().saturating_sub(x)
}

/// How a pool raises to a power: pools of 2021 always through logarithms; later ones multiply for the exponents 1, 2 and 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Powers {
    Logarithms,
    Products,
}

impl Powers {
    /// x^y, not below the true value.
    pub fn pow_up(self, x: U256, y: U256) -> Answer<U256> {
        match self.product(y) {
            Some(1) => Ok(x),
            Some(2) => mul_up(x, x),
            Some(_) => {
                let square = mul_up(x, x)?;
                mul_up(square, square)
            }
            None => {
                let raw = log_exp::pow(x, y)?;
                let error = mul_up(raw, U256::from(MAX_POW_RELATIVE_ERROR))?.checked_add(U256::ONE)?;
                raw.checked_add(error)
            }
        }
    }

    /// The exponent as a number of factors, where the pool multiplies.
    fn product(self, y: U256) -> Option<u32> {
        if self == Self::Logarithms {
            return None;
        }
        [1, 2, 4].into_iter().find(|factors| y == U256::from(u64::from(*factors) * ONE))
    }

    /// Whether x^y is computed without the error of logarithms.
    pub fn is_exact(self, y: U256) -> bool {
        self.product(y).is_some()
    }
}

/// What is left of an input after the fee, which is rounded up (BasePool._subtractSwapFeeAmount).
pub fn without_fee(amount: U256, fee: U256) -> Answer<U256> {
    amount.checked_sub(mul_up(amount, fee)?)
}

/// The input with the fee added (BasePool._addSwapFeeAmount).
pub fn with_fee(amount: U256, fee: U256) -> Answer<U256> {
    div_up(amount, one().checked_sub(fee)?)
}
