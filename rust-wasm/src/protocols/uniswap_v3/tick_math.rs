//! Prices of ticks: TickMath.sol.

use crate::refusal::{Answer, Refusal};
use crate::u256::{upper_half, U256};

pub const MIN_TICK: i32 = -887_272;
pub const MAX_TICK: i32 = 887_272;

/// TickMath.MIN_SQRT_RATIO.
pub fn min_sqrt_ratio() -> U256 {
    U256::from(4_295_128_739u128)
}

/// TickMath.MAX_SQRT_RATIO = 1461446703485210103287273052203988822378723970342.
pub fn max_sqrt_ratio() -> U256 {
    U256::from_words(&[0x5d95_1d52_6398_8d26, 0xefd1_fc6a_5064_8849, 0xfffd_8963])
}

/// 2^128 × 1.0001^(-2^i / 2) for i from 0: the constants of getSqrtRatioAtTick.
const FACTORS: [u128; 20] = [
    0xfffc_b933_bd6f_ad37_aa2d_162d_1a59_4001,
    0xfff9_7272_373d_4132_59a4_6990_580e_213a,
    0xfff2_e50f_5f65_6932_ef12_357c_f3c7_fdcc,
    0xffe5_caca_7e10_e4e6_1c36_24ea_a094_1cd0,
    0xffcb_9843_d60f_6159_c9db_5883_5c92_6644,
    0xff97_3b41_fa98_c081_472e_6896_dfb2_54c0,
    0xff2e_a164_66c9_6a38_43ec_78b3_26b5_2861,
    0xfe5d_ee04_6a99_a2a8_11c4_61f1_969c_3053,
    0xfcbe_86c7_900a_88ae_dcff_c83b_479a_a3a4,
    0xf987_a725_3ac4_1317_6f2b_074c_f781_5e54,
    0xf339_2b08_22b7_0005_940c_7a39_8e4b_70f3,
    0xe715_9475_a2c2_9b74_43b2_9c7f_a6e8_89d9,
    0xd097_f3bd_fd20_22b8_845a_d8f7_92aa_5825,
    0xa9f7_4646_2d87_0fdf_8a65_dc1f_90e0_61e5,
    0x70d8_69a1_56d2_a1b8_90bb_3df6_2baf_32f7,
    0x31be_135f_97d0_8fd9_8123_1505_542f_cfa6,
    0x09aa_508b_5b7a_84e1_c677_de54_f3e9_9bc9,
    0x005d_6af8_dedb_8119_6699_c329_225e_e604,
    0x0000_2216_e584_f5fa_1ea9_2604_1bed_fe98,
    0x0000_0000_048a_1703_91f7_dc42_444e_8fa2,
];

/// Square root of the price of a tick, Q64.96, rounded up. The tick must lie within MIN_TICK and MAX_TICK.
pub fn sqrt_ratio_at_tick(tick: i32) -> Answer<U256> {
    let distance = tick.unsigned_abs();
    if distance > MAX_TICK as u32 {
        return Err(Refusal::InvalidState);
    }
    // From 2^128 on, whose product by the first factor, shifted back, is that factor.
    let mut factors = FACTORS.iter().enumerate().filter(|(i, _)| distance >> i & 1 == 1).map(|(_, factor)| *factor);
    let mut ratio = match factors.next() {
        Some(first) => U256::from(factors.fold(first, upper_half)),
        None => U256::ONE << 128,
    };
    if tick > 0 {
        ratio = U256::MAX.checked_div(ratio)?;
    }
    let whole = ratio >> 32;
    if whole << 32 == ratio {
        Ok(whole)
    } else {
        whole.checked_add(U256::ONE)
    }
}

/// The greatest tick whose price is not above the given one (getTickAtSqrtRatio). The logarithm in doubles is right to about a billionth of a
/// tick, and the contract's ratios to one unit of their own, rounded up: where the price is further than that from any tick, it decides; else the
/// exact ratios of the neighbours do.
pub fn tick_at_sqrt_ratio(sqrt_price: U256) -> Answer<i32> {
    if sqrt_price < min_sqrt_ratio() || sqrt_price >= max_sqrt_ratio() {
        return Err(Refusal::PriceLimit);
    }
    let price = sqrt_price.to_f64();
    // Half the logarithm of a tick's 1.0001 is 5.0e-5: a unit of the price is as many ticks as 2.0e4 has of the price.
    let doubt = 1e-6 + 1e5 / price;
    let near = (price / 2f64.powi(96)).ln() / (1.0001f64.ln() / 2.0);
    let estimate = near.floor();
    let mut tick = (estimate as i32).clamp(MIN_TICK, MAX_TICK - 1);
    if (doubt..1.0 - doubt).contains(&(near - estimate)) {
        return Ok(tick);
    }
    while sqrt_ratio_at_tick(tick)? > sqrt_price {
        tick -= 1;
    }
    while sqrt_ratio_at_tick(tick + 1)? <= sqrt_price {
        tick += 1;
    }
    Ok(tick)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_of_the_range_are_the_constants_of_the_contract() {
        assert_eq!(sqrt_ratio_at_tick(MIN_TICK), Ok(min_sqrt_ratio()));
        assert_eq!(sqrt_ratio_at_tick(MAX_TICK), Ok(max_sqrt_ratio()));
        assert_eq!(sqrt_ratio_at_tick(0), Ok(U256::ONE << 96));
        assert_eq!(sqrt_ratio_at_tick(MAX_TICK + 1), Err(Refusal::InvalidState));
        assert_eq!(sqrt_ratio_at_tick(i32::MIN), Err(Refusal::InvalidState));
        assert_eq!(tick_at_sqrt_ratio(max_sqrt_ratio()), Err(Refusal::PriceLimit));
        assert_eq!(tick_at_sqrt_ratio(min_sqrt_ratio()), Ok(MIN_TICK));
        assert_eq!(tick_at_sqrt_ratio(max_sqrt_ratio().saturating_sub(U256::ONE)), Ok(MAX_TICK - 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_tick_is_found_again_from_its_price_and_from_the_unit_below_the_next(tick in MIN_TICK..MAX_TICK) {
            let price = sqrt_ratio_at_tick(tick).unwrap();
            prop_assert_eq!(tick_at_sqrt_ratio(price), Ok(tick));
            let next = sqrt_ratio_at_tick(tick + 1).unwrap();
            prop_assert!(next > price);
            prop_assert_eq!(tick_at_sqrt_ratio(next.saturating_sub(U256::ONE)), Ok(tick));
        }

        #[test]
        fn a_price_lies_between_its_tick_and_the_next(bits in 33u32..160, digits: [u64; 4]) {
            let price = U256::from_words(&[digits[0], digits[1], digits[2], digits[3] | 1 << 63]) >> (255 - bits);
            let tick = match tick_at_sqrt_ratio(price) { Ok(tick) => tick, Err(_) => return Ok(()) };
            prop_assert!(sqrt_ratio_at_tick(tick).unwrap() <= price);
            prop_assert!(sqrt_ratio_at_tick(tick + 1).unwrap() > price);
        }
    }
}
