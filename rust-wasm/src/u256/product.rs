//! Products wider than 256 bits.

use super::division::length;
use super::words::{join, split, times, times_plus};

/// The whole product, of the significant words only.
pub(super) fn product(a: &[u64; 4], b: &[u64; 4]) -> [u64; 8] {
    let (len_a, len_b) = (length(a), length(b));
    let (short, long) = if len_a > len_b { (b, a) } else { (a, b) };
    // Loops of known lengths are unrolled and keep their words out of memory.
    match (len_a.min(len_b), len_a.max(len_b)) {
        (0, _) => [0; 8],
        (1, 1) => schoolbook::<1, 1>(short, long),
        (1, 2) => schoolbook::<1, 2>(short, long),
        (1, 3) => schoolbook::<1, 3>(short, long),
        (1, _) => schoolbook::<1, 4>(short, long),
        (2, 2) => schoolbook::<2, 2>(short, long),
        (2, 3) => schoolbook::<2, 3>(short, long),
        (2, _) => schoolbook::<2, 4>(short, long),
        (3, 3) => schoolbook::<3, 3>(short, long),
        (3, _) => schoolbook::<3, 4>(short, long),
        _ => schoolbook::<4, 4>(short, long),
    }
}

#[inline(always)]
fn schoolbook<const A: usize, const B: usize>(a: &[u64; 4], b: &[u64; 4]) -> [u64; 8] {
    let mut wide = [0; 8];
    for i in 0..A {
        let mut carry = 0;
        for j in 0..B {
            (wide[i + j], carry) = times_plus(a[i], b[j], wide[i + j], carry);
        }
        wide[i + B] = carry;
    }
    wide
}

/// The upper half of a product of two 128-bit numbers.
#[inline]
pub fn upper_half(a: u128, b: u128) -> u128 {
    let ([a0, a1], [b0, b1]) = (split(a), split(b));
    let (_, carry) = times(a0, b0);
    let (middle, high) = times_plus(a1, b0, carry, 0);
    let (_, carry) = times_plus(a0, b1, middle, 0);
    let (low, high) = times_plus(a1, b1, high, carry);
    join(low, high)
}

/// The whole product by at most 128 bits.
#[inline(always)]
pub(super) fn product_by_u128(a: &[u64; 4], factor: u128) -> [u64; 6] {
    let mut wide = [0; 6];
    for (i, factor) in split(factor).into_iter().enumerate() {
        let mut carry = 0;
        for j in 0..4 {
            (wide[i + j], carry) = times_plus(a[j], factor, wide[i + j], carry);
        }
        wide[i + 4] = carry;
    }
    wide
}
