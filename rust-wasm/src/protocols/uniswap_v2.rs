//! Constant-product pairs (UniswapV2Pair, UniswapV2Library.getAmountOut) with any fee in millionths. For 3,000 pips the quotient is that of
//! the library's 997 / 1000: both sides of the fraction carry the same further factor of 1,000.

use super::family::{At, Direction, Family};
use crate::json;
use crate::refusal::{Answer, Refusal};
use crate::u256::quotient::{divide_product, to_f64, DOUBT};
use crate::u256::words::{join, split, times};
use crate::u256::U256;
use serde::Deserialize;

const PIPS: u32 = 1_000_000;
const THOUSAND: u32 = 1_000;
/// The pair stores its reserves as uint112 and reverts with `UniswapV2: OVERFLOW` above it.
const MAX_RESERVE: u128 = (1 << 112) - 1;

/// The state's JSON form.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PairState {
    #[serde(deserialize_with = "json::integer")]
    reserve0: u128,
    #[serde(deserialize_with = "json::integer")]
    reserve1: u128,
    #[serde(deserialize_with = "json::integer")]
    fee_pips: u32,
}

impl TryFrom<PairState> for Pair {
    type Error = &'static str;
    fn try_from(state: PairState) -> Result<Self, Self::Error> {
        let refused = "`reserve0` and `reserve1` must fit uint112, `feePips` must be below 1,000,000";
        Self::new([state.reserve0, state.reserve1], state.fee_pips).map_err(|_| refused)
    }
}

/// Reserves of a pair, by token0 and token1.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "PairState")]
pub struct Pair {
    /// Two words each, the lower first: without the alignment of u128 a pool takes a quarter less memory.
    reserves: [[u64; 2]; 2],
    /// The same as doubles.
    near: [f64; 2],
    /// Share of the input that is swapped, `keep / whole`: in thousandths where that is exact, as the quotient is the same and the numbers smaller.
    keep: u32,
    whole: u32,
}

crate::json::schema_of!(Pair, PairState);

impl Pair {
    /// Refuses reserves above uint112 and fees of 100 % and more.
    pub fn new(reserves: [u128; 2], fee_pips: u32) -> Answer<Self> {
        check(reserves)?;
        if fee_pips >= PIPS {
            return Err(Refusal::InvalidState);
        }
        let keep = PIPS - fee_pips;
        let by = if keep.is_multiple_of(THOUSAND) { THOUSAND } else { 1 };
        Ok(Self { reserves: reserves.map(split), near: reserves.map(|reserve| reserve as f64), keep: keep / by, whole: PIPS / by })
    }

    pub fn with_reserves(&self, reserves: [u128; 2]) -> Answer<Self> {
        check(reserves)?;
        Ok(Self { reserves: reserves.map(split), near: reserves.map(|reserve| reserve as f64), ..*self })
    }

    /// What the pair pays for `amount_in`, rounded down; may be 0.
    pub fn quote(&self, zero_for_one: bool, amount_in: U256) -> Answer<U256> {
        let [reserve_in, reserve_out] = self.directed(zero_for_one)?;
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        if amount_in > U256::from(MAX_RESERVE - reserve_in) {
            return Err(Refusal::Overflow);
        }
        if let Some(out) = self.quote_narrow(zero_for_one, [reserve_in, reserve_out], amount_in.low_u128()) {
            return Ok(U256::from(out));
        }
        // Widths: 112 + 20 bits, then 112 more: the product stays below 2^244.
        let kept = amount_in.checked_mul(U256::from(self.keep))?;
        let denominator = U256::from(reserve_in).checked_mul(U256::from(self.whole))?.checked_add(kept)?;
        kept.mul_div(U256::from(reserve_out), denominator)
    }

    /// [`Pair::quote`] for amounts and reserves of a usual size; nothing where that needs wider numbers, or refuses.
    #[inline]
    pub fn quote_u128(&self, zero_for_one: bool, amount_in: u128) -> Option<u128> {
        let [reserve_in, reserve_out] = self.directed(zero_for_one).ok()?;
        if amount_in == 0 || (amount_in | reserve_in.wrapping_add(amount_in)) > MAX_RESERVE {
            return None;
        }
        self.quote_narrow(zero_for_one, [reserve_in, reserve_out], amount_in)
    }

    /// The quote without long division, where its numbers are of a usual size.
    #[inline]
    fn quote_narrow(&self, zero_for_one: bool, [reserve_in, reserve_out]: [u128; 2], amount_in: u128) -> Option<u128> {
        if self.whole == PIPS && (reserve_in | amount_in) >> 103 != 0 {
            return None;
        }
        let (near_in, near_out) = self.directed_near(zero_for_one);
        let near_kept = to_f64(amount_in) * f64::from(self.keep);
        let near_denominator = near_in * f64::from(self.whole) + near_kept;
        let kept = times_small(amount_in, self.keep);
        let denominator = times_small(reserve_in, self.whole) + kept;
        let quotient = divide_product([kept, reserve_out], denominator, [near_kept, near_out, near_denominator])?;
        Some(quotient.floor(DOUBT).unwrap_or_else(|| quotient.settle([kept, reserve_out], denominator)))
    }

    /// The smallest input that pays at least `amount_out`.
    pub fn input_for(&self, zero_for_one: bool, amount_out: U256) -> Answer<U256> {
        let [reserve_in, reserve_out] = self.directed(zero_for_one)?;
        if amount_out.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let rest = U256::from(reserve_out).checked_sub(amount_out).map_err(|_| Refusal::InsufficientLiquidity)?;
        if rest.is_zero() {
            return Err(Refusal::InsufficientLiquidity);
        }
        // kept × out ≥ amount_out × (in × whole + kept)  ⇔  kept ≥ amount_out × in × whole / (out − amount_out).
        let scaled = U256::from(reserve_in).checked_mul(U256::from(self.whole))?;
        let kept = amount_out.mul_div_up(scaled, rest)?;
        kept.div_ceil(U256::from(self.keep))
    }

    /// What UniswapV2Library.getAmountIn names: the quotient rounded down and 1 more, so 1 above [`Pair::input_for`] where nothing is rounded.
    /// Refused where the pair cannot take it.
    pub fn quote_exact_output(&self, zero_for_one: bool, amount_out: U256) -> Answer<U256> {
        let [reserve_in, reserve_out] = self.directed(zero_for_one)?;
        if amount_out.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        if amount_out >= U256::from(reserve_out) {
            return Err(Refusal::InsufficientLiquidity);
        }
        // 112 + 20 bits, and by the amount 112 more.
        let scaled = U256::from(reserve_in).checked_mul(U256::from(self.whole))?;
        let rest = U256::from(reserve_out).checked_sub(amount_out)?.checked_mul(U256::from(self.keep))?;
        let amount_in = scaled.mul_div(amount_out, rest)?.checked_add(U256::ONE)?;
        if amount_in > U256::from(MAX_RESERVE - reserve_in) {
            return Err(Refusal::Overflow);
        }
        Ok(amount_in)
    }

    /// Output per input for an infinitesimal amount after the fee, in doubles.
    pub fn rate(&self, zero_for_one: bool) -> f64 {
        match self.directed(zero_for_one) {
            Ok(_) => {
                let (reserve_in, reserve_out) = self.directed_near(zero_for_one);
                reserve_out / reserve_in * self.kept_share()
            }
            Err(_) => 0.0,
        }
    }

    /// Share of the input that is swapped: 0.997 for a fee of 0.3 %.
    pub fn kept_share(&self) -> f64 {
        f64::from(self.keep) / f64::from(self.whole)
    }

    /// Reserves by direction, in doubles; nothing for an empty pair.
    pub fn directed_f64(&self, zero_for_one: bool) -> Option<(f64, f64)> {
        self.directed(zero_for_one).ok().map(|_| self.directed_near(zero_for_one))
    }

    /// Output and marginal rate for an input, in doubles: for finding where to look, never for money.
    pub fn estimate(&self, zero_for_one: bool, amount_in: f64) -> Option<(f64, f64)> {
        let (x, y) = self.directed_f64(zero_for_one)?;
        let kept = amount_in * self.kept_share();
        Some((y * kept / (x + kept), y * x * self.kept_share() / ((x + kept) * (x + kept))))
    }

    fn directed_near(&self, zero_for_one: bool) -> (f64, f64) {
        let [near0, near1] = self.near;
        if zero_for_one {
            (near0, near1)
        } else {
            (near1, near0)
        }
    }

    fn directed(&self, zero_for_one: bool) -> Answer<[u128; 2]> {
        let [reserve0, reserve1] = self.reserves.map(|[low, high]| join(low, high));
        if reserve0 == 0 || reserve1 == 0 {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(if zero_for_one { [reserve0, reserve1] } else { [reserve1, reserve0] })
    }
}

/// A product that fits: of at most 112 and 10 bits, or 103 and 20.
#[inline(always)]
fn times_small(a: u128, b: u32) -> u128 {
    let [low, high] = split(a);
    let (low, carry) = times(low, u64::from(b));
    join(low, high * u64::from(b) + carry)
}

impl Family for Pair {
    fn token_count(&self) -> usize {
        2
    }

    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        Self::quote(self, direction.checked(2)?.zero_for_one(), amount_in)
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        Self::quote_exact_output(self, direction.checked(2)?.zero_for_one(), amount_out)
    }

    fn rate(&self, direction: Direction, _at: At) -> f64 {
        Self::rate(self, direction.zero_for_one())
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        Self::estimate(self, direction.zero_for_one(), amount_in)
    }

    fn input_for(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        Self::input_for(self, direction.checked(2)?.zero_for_one(), amount_out)
    }
}

fn check(reserves: [u128; 2]) -> Answer<()> {
    if reserves.iter().any(|reserve| *reserve > MAX_RESERVE) {
        return Err(Refusal::Overflow);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ruint::aliases::U512;

    /// UniswapV2Library.getAmountOut as it is written: 997 / 1000.
    fn library(amount_in: u128, reserve_in: u128, reserve_out: u128) -> U512 {
        let kept = U512::from(amount_in) * U512::from(997);
        kept * U512::from(reserve_out) / (U512::from(reserve_in) * U512::from(1000) + kept)
    }

    fn reserve() -> impl Strategy<Value = u128> {
        (1u32..=112).prop_flat_map(|bits| 1..1u128 << bits)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_fee_of_3000_pips_rounds_as_997_of_1000(a in reserve(), b in reserve(), x in reserve()) {
            prop_assume!(x <= MAX_RESERVE - a);
            let out = Pair::new([a, b], 3_000).unwrap().quote(true, U256::from(x)).unwrap();
            prop_assert_eq!(U512::from(out.low_u128()), library(x, a, b));
        }

        #[test]
        fn the_narrow_quote_is_that_of_the_wide_arithmetic(a in reserve(), b in reserve(), x in reserve(), fee in prop_oneof![Just(3_000u32), Just(0), 0..PIPS]) {
            let pair = Pair::new([a, b], fee).unwrap();
            let kept = U512::from(x) * U512::from(PIPS - fee);
            let expected = kept * U512::from(b) / (U512::from(a) * U512::from(PIPS) + kept);
            if let Some(out) = pair.quote_narrow(true, [a, b], x) {
                prop_assert_eq!(U512::from(out), expected);
            }
        }

        #[test]
        fn input_for_is_the_smallest_input_that_pays_the_amount(a in reserve(), b in 2..MAX_RESERVE, fee in 0u32..PIPS, share in 0.0f64..1.0) {
            let pair = Pair::new([a, b], fee).unwrap();
            let wanted = U256::from(1 + ((b - 2) as f64 * share) as u128);
            let input = match pair.input_for(true, wanted) { Ok(input) => input, Err(_) => return Ok(()) };
            if let Ok(paid) = pair.quote(true, input) {
                prop_assert!(paid >= wanted);
            }
            let less = input.saturating_sub(U256::ONE);
            if let Ok(paid) = pair.quote(true, less) {
                prop_assert!(paid < wanted);
            }
        }
    }

    #[test]
    fn the_librarys_input_is_one_more_than_enough_where_nothing_is_rounded() {
        // 1,000 × 500 × 1,000 ÷ (500 × 997) is not whole; without a fee, 1,000 × 500 ÷ 500 is.
        let [with_fee, without] = [3_000, 0].map(|fee| Pair::new([1_000, 1_000], fee).unwrap());
        let wanted = U256::from(500u32);
        assert_eq!([with_fee.input_for(true, wanted), with_fee.quote_exact_output(true, wanted)], [Ok(U256::from(1_004u32)); 2]);
        assert_eq!(without.input_for(true, wanted), Ok(U256::from(1_000u32)));
        assert_eq!(without.quote_exact_output(true, wanted), Ok(U256::from(1_001u32)));
        assert_eq!(without.quote_exact_output(true, U256::ZERO), Err(Refusal::AmountTooSmall));
        assert_eq!(without.quote_exact_output(true, U256::from(1_000u32)), Err(Refusal::InsufficientLiquidity));
        let full = Pair::new([MAX_RESERVE, 1_000], 0).unwrap();
        assert_eq!(full.quote_exact_output(true, U256::ONE), Err(Refusal::Overflow));
    }

    #[test]
    fn refuses_what_the_pair_would_revert_on() {
        let pair = Pair::new([1_000, 2_000], 3_000).unwrap();
        assert_eq!(pair.quote(true, U256::ZERO), Err(Refusal::AmountTooSmall));
        assert_eq!(pair.quote(true, U256::from(MAX_RESERVE)), Err(Refusal::Overflow));
        assert_eq!(pair.input_for(true, U256::from(2_000u32)), Err(Refusal::InsufficientLiquidity));
        assert_eq!(Pair::new([0, 2_000], 3_000).unwrap().quote(true, U256::ONE), Err(Refusal::InsufficientLiquidity));
        assert_eq!(Pair::new([1 << 112, 2_000], 3_000).err(), Some(Refusal::Overflow));
        assert_eq!(Pair::new([1, 1], PIPS).err(), Some(Refusal::InvalidState));
    }
}
