//! Within constant liquidity a pool pays as a constant-product pair does, whose reserves are L ÷ √P and L × √P (whitepaper of Uniswap v3, 2.2). They
//! are no integers, and the contract rounds the price on the way; where both cannot change the result, the pair's quotient is the answer.

use crate::u256::quotient::{divide_product, to_f64, DOUBT};
use crate::u256::U256;

/// The larger reserve has this many bits: the more, the less its rounding matters, but products with amounts must stay below 2^174.
const BITS: i32 = 100;
const MOST_SHIFTED: i32 = 60;
/// Prices up to this many bits: their product with an amount of at most 112 bits then never overflows, where the contract computes less precisely.
const PRICE_BITS: u32 = 142;
const AMOUNT_BITS: u32 = 112;
const TWO_96: f64 = (1u128 << 96) as f64;
const TWO_120: f64 = (1u128 << 120) as f64;

/// Reserves at a price, by the swap's direction, times 2^shift and rounded down.
#[derive(Clone, Copy, Debug)]
pub(super) struct VirtualPair {
    input: u128,
    output: u128,
    near: [f64; 2],
    shift: u32,
    /// How much less than the pair the contract may pay because it rounds the price.
    price_rounding: f64,
    /// How much the reserves' own rounding changes the result, as a share of it.
    reserve_rounding: f64,
}

impl VirtualPair {
    /// Nothing where liquidity or price are beyond the usual.
    pub fn new(sqrt_price: U256, liquidity: u128, zero_for_one: bool) -> Option<Self> {
        if liquidity == 0 || sqrt_price.bits() > PRICE_BITS {
            return None;
        }
        let (near_price, near_liquidity) = (sqrt_price.to_f64(), liquidity as f64);
        let largest = near_liquidity * (near_price / TWO_96).max(TWO_96 / near_price);
        let exponent = (largest.to_bits() >> 52) as i32 - 1023;
        let shift = u32::try_from((BITS - 1 - exponent).min(MOST_SHIFTED)).ok()?;
        let of_liquidity = U256::from(liquidity);
        let reserve0 = of_liquidity.mul_div(U256::ONE << (96 + shift), sqrt_price).ok()?.to_u128().ok()?;
        let reserve1 = (sqrt_price << shift).mul_shift_96(of_liquidity).ok()?.0.to_u128().ok()?;
        let (input, output) = if zero_for_one { (reserve0, reserve1) } else { (reserve1, reserve0) };
        // A unit of the price is L / 2^96 of token1, and at most L × 2^96 / P² of token0.
        let price_rounding = if zero_for_one { near_liquidity / TWO_96 } else { near_liquidity / near_price * (TWO_96 / near_price) };
        let near = [input as f64, output as f64];
        Some(Self { input, output, near, shift, price_rounding, reserve_rounding: 2.0 / near[0] + 2.0 / near[1] })
    }

    /// What the contract pays for an input without its fee; nothing where the roundings might change it.
    #[inline]
    pub fn paid(&self, amount_in: U256) -> Option<u128> {
        let amount = amount_in.to_u128().ok().filter(|amount| amount >> AMOUNT_BITS == 0)?;
        let near_amount = to_f64(amount);
        let near_scaled = near_amount * (1u64 << self.shift) as f64;
        if near_scaled >= TWO_120 {
            return None;
        }
        let denominator = self.input + (amount << self.shift);
        let quotient = divide_product([amount, self.output], denominator, [near_amount, self.near[1], self.near[0] + near_scaled])?;
        quotient.floor(DOUBT + self.price_rounding + quotient.near * self.reserve_rounding)
    }
}
