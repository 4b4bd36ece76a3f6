//! One step of a swap within constant liquidity: SwapMath.computeSwapStep.

use super::sqrt_price_math::{amount0_delta, amount1_delta, next_sqrt_price_from_input, next_sqrt_price_from_output};
use crate::refusal::Answer;
use crate::u256::words::times_u128;
use crate::u256::{Divisor, U256};

pub const PIPS: u32 = 1_000_000;
const BY_PIPS: Divisor = Divisor::new(PIPS as u64);

/// What a step takes and pays.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub sqrt_price: U256,
    /// Without the fee.
    pub amount_in: U256,
    pub amount_out: U256,
    pub fee: U256,
}

/// Where a step starts: price, liquidity, fee in pips, direction.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub sqrt_price: U256,
    pub liquidity: u128,
    pub fee_pips: u32,
    pub zero_for_one: bool,
}

impl Segment {
    /// The step up to `target` or until `remaining` (fee included) is used up, whichever comes first.
    pub fn step(self, target: U256, remaining: U256) -> Answer<Step> {
        let amount_in = self.amount_in(target)?;
        if self.after_fee(remaining)? >= amount_in {
            return self.step_of(target, amount_in);
        }
        self.partial_step(remaining)
    }

    /// The step that reaches the target.
    pub fn full_step(self, target: U256) -> Answer<Step> {
        self.step_of(target, self.amount_in(target)?)
    }

    fn step_of(self, target: U256, amount_in: U256) -> Answer<Step> {
        Ok(Step { sqrt_price: target, amount_in, amount_out: self.amount_out(target)?, fee: self.fee_on(amount_in)? })
    }

    /// The step up to `target` or until `wanted` has been paid, whichever comes first.
    pub fn step_to_output(self, target: U256, wanted: U256) -> Answer<Step> {
        let full = self.full_step(target)?;
        if wanted >= full.amount_out {
            return Ok(full);
        }
        let sqrt_price = next_sqrt_price_from_output(self.sqrt_price, self.liquidity, wanted, self.zero_for_one)?;
        let amount_in = self.amount_in(sqrt_price)?;
        // The price is rounded against the taker, so that it would pay a little more than is wanted.
        let amount_out = self.amount_out(sqrt_price)?.min(wanted);
        Ok(Step { sqrt_price, amount_in, amount_out, fee: self.fee_on(amount_in)? })
    }

    /// The step in which `remaining` is used up before the target: what is left over by rounding is the fee's.
    pub fn partial_step(self, remaining: U256) -> Answer<Step> {
        let (sqrt_price, amount_out) = self.paid(remaining)?;
        let amount_in = self.amount_in(sqrt_price)?;
        Ok(Step { sqrt_price, amount_in, amount_out, fee: remaining.checked_sub(amount_in)? })
    }

    /// The price after a partial step and what it pays.
    pub fn paid(self, remaining: U256) -> Answer<(U256, U256)> {
        let sqrt_price = next_sqrt_price_from_input(self.sqrt_price, self.liquidity, self.after_fee(remaining)?, self.zero_for_one)?;
        Ok((sqrt_price, self.amount_out(sqrt_price)?))
    }

    /// What is left of an input when the fee is taken off, rounded down.
    pub fn after_fee(self, amount: U256) -> Answer<U256> {
        let kept = PIPS - self.fee_pips;
        match amount.to_u128() {
            Ok(amount) if amount >> 108 == 0 => Ok(U256::from(BY_PIPS.divide(times_u128(amount, u128::from(kept))))),
            _ => amount.mul_div(U256::from(kept), U256::from(PIPS)),
        }
    }

    fn fee_on(self, amount_in: U256) -> Answer<U256> {
        amount_in.mul_div_up(U256::from(self.fee_pips), U256::from(PIPS - self.fee_pips))
    }

    fn amount_in(self, target: U256) -> Answer<U256> {
        if self.zero_for_one {
            amount0_delta(target, self.sqrt_price, self.liquidity, true)
        } else {
            amount1_delta(target, self.sqrt_price, self.liquidity, true)
        }
    }

    fn amount_out(self, target: U256) -> Answer<U256> {
        if self.zero_for_one {
            amount1_delta(target, self.sqrt_price, self.liquidity, false)
        } else {
            amount0_delta(target, self.sqrt_price, self.liquidity, false)
        }
    }
}
