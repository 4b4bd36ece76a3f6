//! `DODOMath` and `DecimalMath`: the price i·(1 − k + k·(V0/V)²) integrated, and both quadratic equations that follow from it. SafeMath
//! reverts on every overflow and on a division by 0.

use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

const DECIMALS: u64 = 1_000_000_000_000_000_000;

/// `DecimalMath.ONE`: 1 with 18 decimals.
pub fn one() -> U256 {
    U256::from(DECIMALS)
}

/// `DecimalMath.ONE2`: 1 with 36 decimals.
pub fn one_squared() -> U256 {
    U256::from(u128::from(DECIMALS) * u128::from(DECIMALS))
}

/// `DecimalMath.mulFloor`.
pub fn mul_floor(a: U256, b: U256) -> Answer<U256> {
    a.checked_mul(b)?.checked_div(one())
}

fn div_floor(a: U256, b: U256) -> Answer<U256> {
    a.checked_mul(one())?.checked_div(b)
}

/// `_GeneralIntegrate`: what a way from `before` down to `after`, of a target not below, costs at the price `i`; rounded down.
pub fn integral(target: U256, before: U256, after: U256, i: U256, k: U256) -> Answer<U256> {
    if target.is_zero() {
        return Err(Refusal::InsufficientLiquidity);
    }
    let fair = i.checked_mul(before.checked_sub(after)?)?;
    if k.is_zero() {
        return fair.checked_div(one());
    }
    let ratio = div_floor(target.checked_mul(target)?.checked_div(before)?, after)?;
    let weight = one().checked_sub(k)?.checked_add(mul_floor(k, ratio)?)?;
    weight.checked_mul(fair)?.checked_div(one_squared())
}

/// `_SolveQuadraticFunctionForTarget`: the target of a reserve whose surplus in the other token is `delta`.
/// Some deployments (DSP 1.0.1) ask for the empty reserve first: their answers differ for pools with k = 0 that have nothing left of a token.
pub fn target_for(reserve: U256, delta: U256, i: U256, k: U256) -> Answer<U256> {
    if k.is_zero() {
        return reserve.checked_add(mul_floor(i, delta)?);
    }
    if reserve.is_zero() {
        return Ok(U256::ZERO);
    }
    let ki = k.checked_mul(U256::from(4u32))?.checked_mul(i)?;
    let root = if ki.is_zero() {
        one()
    } else {
        // The contract multiplies first where that fits a word, and rounds otherwise where it does not.
        let under = match ki.checked_mul(delta) {
            Ok(product) => product.checked_div(reserve)?,
            Err(_) => ki.checked_div(reserve)?.checked_mul(delta)?,
        };
        square_root(under.checked_add(one_squared())?)
    };
    let premium = div_floor(root.checked_sub(one())?, k.checked_mul(U256::from(2u32))?)?.checked_add(one())?;
    mul_floor(reserve, premium)
}

/// `_SolveQuadraticFunctionForTrade`: what a reserve pays for `delta` of the other token.
pub fn trade(target: U256, reserve: U256, delta: U256, i: U256, k: U256) -> Answer<U256> {
    if target.is_zero() {
        return Err(Refusal::InsufficientLiquidity);
    }
    if delta.is_zero() {
        return Ok(U256::ZERO);
    }
    if k.is_zero() {
        return Ok(mul_floor(i, delta)?.min(reserve));
    }
    let fair = i.checked_mul(delta)?;
    if k == one() {
        return trade_at_full_slope(target, reserve, delta, i, fair);
    }
    // a·V2² + b·V2 + c = 0 with a = 1 − k, b = k·V0²/V1 + i·Δ − (1 − k)·V1 and c = −k·V0².
    let flat = one().checked_sub(k)?;
    let rising = k.checked_mul(target)?.checked_div(reserve)?.checked_mul(target)?.checked_add(fair)?;
    let falling = flat.checked_mul(reserve)?;
    let b = rising.abs_diff(falling).checked_div(one())?;
    let four_ac = mul_floor(flat.checked_mul(U256::from(4u32))?, mul_floor(k, target)?.checked_mul(target)?)?;
    let root = square_root(b.checked_mul(b)?.checked_add(four_ac)?);
    let numerator = if rising > falling { root.checked_sub(b)? } else { b.checked_add(root)? };
    if numerator.is_zero() && rising > falling {
        // "DODOMath: should not be zero": nothing would be left of the reserve.
        return Err(Refusal::InsufficientLiquidity);
    }
    let left = numerator.checked_mul(one())?.div_ceil(flat.checked_mul(U256::from(2u32))?)?;
    Ok(reserve.saturating_sub(left))
}

/// The same for k = 1: V1·t / (1 + t) with t = i·Δ·V1/V0².
fn trade_at_full_slope(target: U256, reserve: U256, delta: U256, i: U256, fair: U256) -> Answer<U256> {
    // As above: another order of rounding where the product does not fit a word.
    let share = match fair.checked_mul(reserve) {
        Ok(product) => product.checked_div(target.checked_mul(target)?)?,
        Err(_) => delta.checked_mul(reserve)?.checked_div(target)?.checked_mul(i)?.checked_div(target)?,
    };
    reserve.checked_mul(share)?.checked_div(share.checked_add(one())?)
}

/// The square root rounded down, which is where `SafeMath.sqrt` ends as well; from a nearer start.
fn square_root(value: U256) -> U256 {
    if value.is_zero() {
        return value;
    }
    // Not below the root, and falling until it is reached: no more than a dozen steps.
    let mut root = U256::ONE << value.bits().div_ceil(2).min(255);
    loop {
        let Ok(quotient) = value.checked_div(root) else { return root };
        let next = quotient.wrapping_add(root).0 >> 1;
        if next >= root {
            return root;
        }
        root = next;
    }
}
