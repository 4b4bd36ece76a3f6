//! Prices of bins: Y per X with 128 binary digits behind the point (PriceHelper, Uint128x128Math.pow), and amounts at a price (Uint256x256Math).

use crate::refusal::Answer;
use crate::u256::U256;

/// The bin whose price is 1.
const REAL_ID_SHIFT: i64 = 1 << 23;
/// Exponents reach up to it, exclusive.
const MAX_EXPONENT: u64 = 1 << 20;
const BASIS_POINT_MAX: u128 = 10_000;

/// Never 0.
#[derive(Clone, Copy, Debug)]
pub struct Price(U256);

/// `(1 + binStep / 10,000) ^ (id − 2^23)`; nothing where the contract's power underflows and reverts.
pub fn bin_price(bin_step: u16, id: u32) -> Option<Price> {
    let exponent = i64::from(id) - REAL_ID_SHIFT;
    let one = U256::ONE << 128;
    if exponent == 0 {
        return Some(Price(one));
    }
    if exponent.unsigned_abs() >= MAX_EXPONENT {
        return None;
    }
    // Rounded down; below 2^16 × 2^128 ÷ 10,000.
    let step = U256::from(u128::from(bin_step)).mul_div(one, U256::from(BASIS_POINT_MAX)).ok()?;
    let base = one.saturating_add(step);
    // The contract raises the inverse, which stays below 1, and inverts the result of a positive exponent. Its products lose all bits above 2^256:
    // none, as both factors stay below 2^128, but for the first power, whose factor is 1.
    let mut square = U256::MAX.checked_div(base).ok()?;
    let (mut power, mut rest) = (one, exponent.unsigned_abs());
    while rest > 0 {
        if rest & 1 == 1 {
            power = power.wrapping_mul(square) >> 128;
        }
        square = square.wrapping_mul(square) >> 128;
        rest >>= 1;
    }
    if power.is_zero() {
        return None;
    }
    let price = if exponent > 0 { U256::MAX.checked_div(power).ok()? } else { power };
    Some(Price(price))
}

impl Price {
    /// What `amount_in` without its fee buys, rounded down.
    pub fn output(self, zero_for_one: bool, amount_in: u128) -> Answer<U256> {
        if zero_for_one {
            Ok(self.0.mul_shift_128(amount_in))
        } else {
            (U256::from(amount_in) << 128).checked_div(self.0)
        }
    }

    /// What `amount_out` costs before the fee, rounded up.
    pub fn input(self, zero_for_one: bool, amount_out: u128) -> Answer<U256> {
        if zero_for_one {
            return (U256::from(amount_out) << 128).div_ceil(self.0);
        }
        let is_exact = self.0.wrapping_mul(U256::from(amount_out)).low_u128() == 0;
        let floor = self.0.mul_shift_128(amount_out);
        if is_exact {
            Ok(floor)
        } else {
            floor.checked_add(U256::ONE)
        }
    }

    /// BinHelper.getLiquidity: price × x + y × 2^128.
    pub fn liquidity(self, [x, y]: [u128; 2]) -> Answer<U256> {
        self.0.checked_mul(U256::from(x))?.checked_add(U256::from(y) << 128)
    }

    /// Output per input before the fee, in doubles.
    pub fn rate(self, zero_for_one: bool) -> f64 {
        let price = self.0.to_f64() / 2f64.powi(128);
        if zero_for_one {
            price
        } else {
            1.0 / price
        }
    }
}
