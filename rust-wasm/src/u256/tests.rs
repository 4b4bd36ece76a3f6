use super::*;
use proptest::prelude::*;
use ruint::aliases::{U256 as Reference, U512};

fn reference(value: U256) -> Reference {
    Reference::from_limbs(value.to_words())
}

fn ours(value: Reference) -> U256 {
    U256::from_words(value.as_limbs())
}

/// Half words near the corners of the digit estimate: 0, 1, all ones, the top bit alone; and every length.
fn half() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0u32), Just(1), Just(u32::MAX), Just(u32::MAX - 1), Just(1 << 31), Just((1 << 31) - 1), any::<u32>()]
}

fn number() -> impl Strategy<Value = U256> {
    (prop::array::uniform8(half()), 0usize..=8).prop_map(|(mut halves, keep)| {
        halves[keep..].fill(0);
        U256(core::array::from_fn(|i| u64::from(halves[2 * i]) | u64::from(halves[2 * i + 1]) << 32))
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
    fn quotients_of_the_largest_digits_equal_the_reference(d in number(), less in 0u32..4, by in 0u32..256) {
        let a = d.saturating_sub(U256::from(less));
        let b = U256::MAX >> by;
        prop_assert_eq!(a.mul_div(b, d), full_quotient(a, b, d, false));
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
        let wide = U512::from(a.low_u128()) * U512::from(b.low_u128());
        prop_assert_eq!(U512::from(upper_half(a.low_u128(), b.low_u128())), wide >> 128);
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
