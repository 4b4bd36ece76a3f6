//! Vyper's arithmetic where it differs from [`U256`]'s and [`I256`]'s own, and the roots that the math contracts take.

use crate::i256::I256;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

pub const E16: u128 = 10u128.pow(16);
pub const E18: u128 = 10u128.pow(18);
pub const E20: u128 = 10u128.pow(20);
pub const E36: u128 = 10u128.pow(36);

pub fn uint(value: u128) -> U256 {
    U256::from(value)
}

/// Constants of the contracts only: below 2^127 all of them.
pub fn int(value: u128) -> I256 {
    I256::from_bits(U256::from(value))
}

/// `a * b / c` as Vyper has it: the product must fit 256 bits.
pub fn fraction(a: U256, b: U256, c: U256) -> Answer<U256> {
    a.checked_mul(b)?.checked_div(c)
}

/// `unsafe_add`
pub fn lax_add(a: U256, b: U256) -> U256 {
    a.wrapping_add(b).0
}

/// `unsafe_sub`
pub fn lax_sub(a: U256, b: U256) -> U256 {
    a.wrapping_sub(b).0
}

/// `unsafe_div`: the EVM divides by zero to zero.
pub fn lax_div(a: U256, b: U256) -> U256 {
    a.checked_div(b).unwrap_or(U256::ZERO)
}

/// `unsafe_div` of signed values.
pub fn lax_sdiv(a: I256, b: I256) -> I256 {
    a.wrapping_div(b).unwrap_or(I256::ZERO)
}

/// `a ** 2`
pub fn square(a: I256) -> Answer<I256> {
    a.checked_mul(a)
}

/// `abs`, which reverts for the minimum.
pub fn abs(a: I256) -> Answer<I256> {
    I256::from_unsigned(a.unsigned_abs())
}

/// `-a`, which reverts for the minimum.
pub fn negated(a: I256) -> Answer<I256> {
    I256::ZERO.checked_sub(a)
}

/// The contracts' asserts that a value lies between two limits, both allowed.
pub fn within(value: U256, lowest: u128, highest: u128) -> Answer<()> {
    if value < uint(lowest) || value > uint(highest) {
        return Err(Refusal::LimitExceeded);
    }
    Ok(())
}

/// Vyper's `isqrt`: rounded down.
pub fn isqrt(value: U256) -> U256 {
    // From above, Newton's steps fall until they pass the root.
    let mut root = U256::ONE << value.bits().div_ceil(2);
    loop {
        let next = lax_add(root, lax_div(value, root)) >> 1;
        if next >= root {
            return if value.is_zero() { U256::ZERO } else { root };
        }
        root = next;
    }
}

/// `_cbrt` of the NG math contracts: the cubic root in 18 decimals, seven unchecked Newton steps from a power of two.
pub fn cbrt(x: U256) -> U256 {
    // 2^256 / 10^36, below which 36 more decimals fit.
    let small = lax_div(U256::MAX, uint(E36));
    let large = small.wrapping_mul(uint(E18));
    let (scaled, unit) = if x >= large {
        (x, 10u128.pow(12))
    } else if x >= small {
        (x.wrapping_mul(uint(E18)), 10u128.pow(6))
    } else {
        (x.wrapping_mul(uint(E36)), 1)
    };
    let log2 = scaled.bits().saturating_sub(1);
    let remainder = log2 % 3;
    let mut root = lax_div((U256::ONE << (log2 / 3)).wrapping_mul(uint(1260u128.pow(remainder))), uint(1000u128.pow(remainder)));
    for _ in 0..7 {
        root = lax_div(lax_add(root << 1, lax_div(scaled, root.wrapping_mul(root))), uint(3));
    }
    root.wrapping_mul(uint(unit))
}

/// `cbrt` of a signed value, with its sign.
pub fn signed_cbrt(value: I256) -> Answer<I256> {
    let root = I256::from_unsigned(cbrt(abs(value)?.to_bits()))?;
    Ok(if value.is_negative() { root.wrapping_neg() } else { root })
}

/// `geometric_mean` of the first generation: at most 255 steps from the largest, which comes first.
pub fn newton_mean<const N: usize>(sorted: &[U256; N]) -> Answer<U256> {
    let n = uint(N as u128);
    let mut mean = sorted[0];
    for _ in 0..255 {
        let previous = mean;
        mean = if let [x0, x1] = sorted[..] {
            mean.checked_add(fraction(x0, x1, mean)?)?.checked_div(n)?
        } else {
            let mut product = uint(E18);
            for x in sorted {
                product = fraction(product, *x, mean)?;
            }
            let weight = n.checked_sub(U256::ONE)?.checked_mul(uint(E18))?.checked_add(product)?;
            fraction(mean, weight, n.checked_mul(uint(E18))?)?
        };
        let step = mean.abs_diff(previous);
        if step <= U256::ONE || step.checked_mul(uint(E18))? < mean {
            return Ok(mean);
        }
    }
    Err(Refusal::NoConvergence)
}

/// Largest first.
pub fn sorted<const N: usize>(x: &[U256; N]) -> [U256; N] {
    let mut sorted = *x;
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted
}
