//! Products of 64-bit words. WebAssembly multiplies no wider than to one word, and the compiler's own 128-bit product is a call there: four
//! products of half words, in line.

/// Low and high word of the product.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
pub fn times(a: u64, b: u64) -> (u64, u64) {
    const HALF: u64 = 0xffff_ffff;
    let (a_low, a_high, b_low, b_high) = (a & HALF, a >> 32, b & HALF, b >> 32);
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 32);
    let middle_low = a_low * b_high + (middle & HALF);
    let high = a_high * b_high + (middle >> 32) + (middle_low >> 32);
    (middle_low << 32 | low & HALF, high)
}

/// Low and high word of the product.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
pub fn times(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    (product as u64, (product >> 64) as u64)
}

/// `a × b + c + d`, which two words always hold.
#[inline(always)]
pub fn times_plus(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let (low, high) = times(a, b);
    let (low, first) = low.overflowing_add(c);
    let (low, second) = low.overflowing_add(d);
    (low, high + u64::from(first) + u64::from(second))
}

/// Sum of two words and a carry, with the carry out.
#[inline(always)]
pub fn plus(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    (sum, first | second)
}

/// Difference of two words and a borrow, with the borrow out.
#[inline(always)]
pub fn minus(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(u64::from(borrow));
    (difference, first | second)
}

/// The word above the lowest of the product.
#[inline(always)]
pub fn second_word(a: u128, b: u128) -> u64 {
    let ([a_low, a_high], [b_low, b_high]) = (split(a), split(b));
    let (_, high) = times(a_low, b_low);
    high.wrapping_add(a_low.wrapping_mul(b_high)).wrapping_add(a_high.wrapping_mul(b_low))
}

/// The product's low 128 bits.
#[inline(always)]
pub fn times_u128(a: u128, b: u128) -> u128 {
    let ([a_low, a_high], [b_low, b_high]) = (split(a), split(b));
    let (low, high) = times(a_low, b_low);
    let cross = a_low.wrapping_mul(b_high).wrapping_add(a_high.wrapping_mul(b_low));
    join(low, high.wrapping_add(cross))
}

/// Low and high word.
#[inline(always)]
pub fn split(value: u128) -> [u64; 2] {
    [value as u64, (value >> 64) as u64]
}

#[inline(always)]
pub fn join(low: u64, high: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}
