//! Amounts between prices and prices after amounts: SqrtPriceMath.sol. Prices are square roots in Q64.96, 160 bits.

use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// token0 between two prices.
pub fn amount0_delta(a: U256, b: U256, liquidity: u128, round_up: bool) -> Answer<U256> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    let scaled = U256::from(liquidity) << 96;
    let difference = high.checked_sub(low)?;
    if round_up {
        scaled.mul_div_up(difference, high)?.div_ceil(low)
    } else {
        scaled.mul_div(difference, high)?.checked_div(low)
    }
}

/// token1 between two prices.
pub fn amount1_delta(a: U256, b: U256, liquidity: u128, round_up: bool) -> Answer<U256> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    let (amount, lost) = high.checked_sub(low)?.mul_shift_96(U256::from(liquidity))?;
    if round_up && lost {
        amount.checked_add(U256::ONE)
    } else {
        Ok(amount)
    }
}

/// The price after `amount_in` (fee taken off) comes in: getNextSqrtPriceFromInput.
pub fn next_sqrt_price_from_input(sqrt_price: U256, liquidity: u128, amount_in: U256, zero_for_one: bool) -> Answer<U256> {
    if liquidity == 0 || sqrt_price.is_zero() {
        return Err(Refusal::InsufficientLiquidity);
    }
    if zero_for_one {
        after_amount0(sqrt_price, liquidity, amount_in)
    } else {
        after_amount1(sqrt_price, liquidity, amount_in)
    }
}

/// The price after `amount_out` has left: getNextSqrtPriceFromOutput.
pub fn next_sqrt_price_from_output(sqrt_price: U256, liquidity: u128, amount_out: U256, zero_for_one: bool) -> Answer<U256> {
    if liquidity == 0 || sqrt_price.is_zero() {
        return Err(Refusal::InsufficientLiquidity);
    }
    if zero_for_one {
        without_amount1(sqrt_price, liquidity, amount_out)
    } else {
        without_amount0(sqrt_price, liquidity, amount_out)
    }
}

fn after_amount0(sqrt_price: U256, liquidity: u128, amount: U256) -> Answer<U256> {
    if amount.is_zero() {
        return Ok(sqrt_price);
    }
    let scaled = U256::from(liquidity) << 96;
    if let Ok(product) = amount.checked_mul(sqrt_price) {
        if let Ok(denominator) = scaled.checked_add(product) {
            return scaled.mul_div_up(sqrt_price, denominator);
        }
    }
    // The contract's less precise form where the product or the sum overflows.
    scaled.div_ceil(scaled.checked_div(sqrt_price)?.checked_add(amount)?)
}

fn after_amount1(sqrt_price: U256, liquidity: u128, amount: U256) -> Answer<U256> {
    let quotient = amount.mul_div(U256::ONE << 96, U256::from(liquidity))?;
    let price = sqrt_price.checked_add(quotient)?;
    if price.bits() > 160 {
        return Err(Refusal::Overflow);
    }
    Ok(price)
}

fn without_amount0(sqrt_price: U256, liquidity: u128, amount: U256) -> Answer<U256> {
    if amount.is_zero() {
        return Ok(sqrt_price);
    }
    let scaled = U256::from(liquidity) << 96;
    let product = amount.checked_mul(sqrt_price)?;
    if scaled <= product {
        return Err(Refusal::InsufficientLiquidity);
    }
    let price = scaled.mul_div_up(sqrt_price, scaled.checked_sub(product)?)?;
    if price.bits() > 160 {
        return Err(Refusal::Overflow);
    }
    Ok(price)
}

fn without_amount1(sqrt_price: U256, liquidity: u128, amount: U256) -> Answer<U256> {
    let quotient = amount.mul_div_up(U256::ONE << 96, U256::from(liquidity))?;
    if sqrt_price <= quotient {
        return Err(Refusal::InsufficientLiquidity);
    }
    sqrt_price.checked_sub(quotient)
}
