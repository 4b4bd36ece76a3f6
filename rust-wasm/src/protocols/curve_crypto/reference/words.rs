//! Vyper's integers: an operation that would revert leaves nothing, and nothing stays nothing.

use crate::u256::U256;
use num_bigint::{BigInt, Sign};
use std::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    value: Option<BigInt>,
    is_signed: bool,
}

thread_local! {
    static POWERS: Vec<BigInt> = (0..=60).map(|exponent| BigInt::from(10).pow(exponent)).collect();
    /// 2^255
    static HALF: BigInt = BigInt::from(1) << 255;
}

pub fn power(exponent: u32) -> BigInt {
    POWERS.with(|powers| powers[exponent as usize].clone())
}

/// Unsigned constant.
pub fn n(value: u128) -> Word {
    Word::of(value.into(), false)
}

pub fn word(amount: U256) -> Word {
    Word::of(amount.to_string().parse().unwrap(), false)
}

/// 10^exponent
pub fn ten(exponent: u32) -> Word {
    Word::of(power(exponent), false)
}

impl Word {
    pub fn of(value: BigInt, is_signed: bool) -> Self {
        let fits = match (is_signed, value.bits()) {
            (true, 256) => HALF.with(|half| value == -half),
            (true, bits) => bits < 256,
            (false, bits) => bits <= 256 && value.sign() != Sign::Minus,
        };
        Self { value: fits.then_some(value), is_signed }
    }

    pub fn wrapped(value: BigInt, is_signed: bool) -> Self {
        if value.bits() < 256 && (is_signed || value.sign() != Sign::Minus) {
            return Self { value: Some(value), is_signed };
        }
        let modulus: BigInt = BigInt::from(1) << 256;
        let rest: BigInt = ((value % &modulus) + &modulus) % &modulus;
        let rest = if is_signed && rest.bits() == 256 { rest - modulus } else { rest };
        Self::of(rest, is_signed)
    }

    fn raw(&self, other: &Self, operation: impl Fn(&BigInt, &BigInt) -> BigInt) -> Self {
        match (&self.value, &other.value) {
            (Some(a), Some(b)) => Self::wrapped(operation(a, b), self.is_signed),
            _ => Self { value: None, is_signed: self.is_signed },
        }
    }

    pub fn raw_add(&self, other: &Self) -> Self {
        self.raw(other, |a, b| a + b)
    }

    pub fn raw_sub(&self, other: &Self) -> Self {
        self.raw(other, |a, b| a - b)
    }

    pub fn raw_mul(&self, other: &Self) -> Self {
        self.raw(other, |a, b| a * b)
    }

    pub fn raw_div(&self, other: &Self) -> Self {
        self.raw(other, |a, b| if b.sign() == Sign::NoSign { 0.into() } else { a / b })
    }

    pub fn signed(&self) -> Self {
        Self { value: None, is_signed: true }.with(self.value.clone())
    }

    pub fn unsigned(&self) -> Self {
        Self { value: None, is_signed: false }.with(self.value.clone())
    }

    pub fn abs(&self) -> Self {
        self.with(self.value.as_ref().map(|value| value.magnitude().clone().into()))
    }

    fn with(&self, value: Option<BigInt>) -> Self {
        match value {
            Some(value) => Self::of(value, self.is_signed),
            None => Self { value: None, is_signed: self.is_signed },
        }
    }

    pub fn neg(&self) -> Self {
        self.with(self.value.as_ref().map(|value| -value))
    }

    /// Floor of the square root.
    pub fn root(&self) -> Self {
        self.with(self.value.as_ref().map(|value| value.sqrt()))
    }

    pub fn get(&self) -> Option<&BigInt> {
        self.value.as_ref()
    }

    pub fn is_zero(&self) -> Option<bool> {
        Some(self.get()?.sign() == Sign::NoSign)
    }

    pub fn between(&self, low: &BigInt, high: &BigInt) -> Option<()> {
        (self.get()? >= low && self.get()? <= high).then_some(())
    }

    pub fn gap(&self, other: &Self) -> Self {
        self.with(self.value.as_ref().zip(other.value.as_ref()).map(|(a, b)| BigInt::from((a - b).magnitude().clone())))
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $operation:expr;)*) => {$(
        impl $trait<&Word> for &Word {
            type Output = Word;
            fn $method(self, other: &Word) -> Word {
                let operation: fn(&BigInt, &BigInt) -> Option<BigInt> = $operation;
                self.with(self.value.as_ref().zip(other.value.as_ref()).and_then(|(a, b)| operation(a, b)))
            }
        }
        impl $trait<&Word> for Word {
            type Output = Word;
            fn $method(self, other: &Word) -> Word {
                $trait::$method(&self, other)
            }
        }
        impl $trait<Word> for &Word {
            type Output = Word;
            fn $method(self, other: Word) -> Word {
                $trait::$method(self, &other)
            }
        }
        impl $trait<Word> for Word {
            type Output = Word;
            fn $method(self, other: Word) -> Word {
                $trait::$method(&self, &other)
            }
        }
        impl $trait<u128> for &Word {
            type Output = Word;
            fn $method(self, other: u128) -> Word {
                $trait::$method(self, &n(other))
            }
        }
        impl $trait<u128> for Word {
            type Output = Word;
            fn $method(self, other: u128) -> Word {
                $trait::$method(&self, &n(other))
            }
        }
    )*};
}

operators! {
    Add add |a, b| Some(a + b);
    Sub sub |a, b| Some(a - b);
    Mul mul |a, b| Some(a * b);
    Div div |a, b| (b.sign() != Sign::NoSign).then(|| a / b);
}

/// A signed constant.
pub fn s(value: i128) -> Word {
    Word::of(value.into(), true)
}

pub fn s10(exponent: u32) -> Word {
    ten(exponent).signed()
}

/// 1 in 18 decimals.
pub const WAD: u128 = 1_000_000_000_000_000_000;
