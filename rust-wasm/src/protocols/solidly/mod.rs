//! Pairs of the Solidly kind: constant product (volatile) or x³y + y³x (stable), after one fee on the input.
//!
//! What they share is here: both curves' k, the swap's acceptance test and the largest output that passes it. Each contract's own quote
//! function, Newton loop and fee rule is in `velodrome.rs` (Velodrome V1 and V2, Aerodrome V2) and `camelot.rs`. A swap of this kind is asked
//! for an output and takes it where k did not fall; the contract's quote function is a mere proposal, and may ask for too much.

mod camelot;
mod stable;
#[cfg(test)]
mod tests;
mod velodrome;

pub use camelot::Camelot;
pub use velodrome::{AerodromeV2, VelodromeV1, VelodromeV2};

use super::family::{input_by_bisection, Direction};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use stable::one;

/// The invariant of a pair and what it stands at. Amounts are base units, by token 0 and 1.
#[derive(Clone, Debug)]
struct Curve {
    stable: bool,
    reserves: [U256; 2],
    /// 10^decimals of each token: the stable invariant counts in units of 10^-18 whole tokens.
    scales: [U256; 2],
    /// `_k` of the reserves, or why the contract reverts on it.
    k: Answer<U256>,
}

/// What the two curves need of a direction.
struct Sides {
    reserve_in: U256,
    reserve_out: U256,
    scale_in: U256,
    scale_out: U256,
}

impl Curve {
    /// Refuses a scale of 0, on which the contracts divide.
    fn new(stable: bool, reserves: [U256; 2], scales: [U256; 2]) -> Answer<Self> {
        if scales.iter().any(|scale| scale.is_zero()) {
            return Err(Refusal::InvalidState);
        }
        let k = k(stable, reserves, scales);
        Ok(Self { stable, reserves, scales, k })
    }

    /// Refused for a pair without liquidity: it has no supply either, by which the swap's bookkeeping of fees divides.
    fn sides(&self, direction: Direction) -> Answer<Sides> {
        let ([reserve0, reserve1], [scale0, scale1]) = (self.reserves, self.scales);
        if reserve0.is_zero() || reserve1.is_zero() {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(if direction.checked(2)?.zero_for_one() {
            Sides { reserve_in: reserve0, reserve_out: reserve1, scale_in: scale0, scale_out: scale1 }
        } else {
            Sides { reserve_in: reserve1, reserve_out: reserve0, scale_in: scale1, scale_out: scale0 }
        })
    }

    /// Whether the swap takes an output for an input that is counted as `kept`: `_k` of the balances after it, less the fee, must not be
    /// below that of the reserves.
    fn accepts(&self, direction: Direction, kept: U256, output: U256) -> Answer<bool> {
        let Sides { reserve_in, reserve_out, .. } = self.sides(direction)?;
        let (balance_in, balance_out) = (reserve_in.checked_add(kept)?, reserve_out.checked_sub(output)?);
        let balances = if direction.zero_for_one() { [balance_in, balance_out] } else { [balance_out, balance_in] };
        Ok(k(self.stable, balances, self.scales)? >= self.k?)
    }

    /// The largest output up to `proposed` that the swap takes; 0 where it takes none.
    ///
    /// k of the balances falls with the output, rounding included, as every step of `_k` rounds down: so the accepted outputs are an
    /// interval from below, and halving finds its end. Balances too large for `_k` count as accepted until the end is known.
    fn safe(&self, direction: Direction, kept: U256, proposed: U256) -> Answer<U256> {
        let most = self.sides(direction)?.reserve_out.saturating_sub(U256::ONE);
        let proposed = proposed.min(most);
        self.k?;
        let too_much = |output: U256| matches!(self.accepts(direction, kept, output), Ok(false));
        // Almost always the proposal itself, or one a few units below.
        let (mut refused, mut stride) = (None, U256::ONE);
        let mut output = proposed;
        while too_much(output) {
            if output.is_zero() {
                return Ok(U256::ZERO);
            }
            refused = Some(output);
            output = proposed.saturating_sub(stride);
            stride = stride.saturating_add(stride);
        }
        if let Some(mut high) = refused {
            while high.saturating_sub(output) > U256::ONE {
                let middle = output.saturating_add(high.saturating_sub(output) >> 1);
                if too_much(middle) {
                    high = middle;
                } else {
                    output = middle;
                }
            }
        }
        // Nothing is asked for: no swap happens, so none reverts.
        if !output.is_zero() {
            self.accepts(direction, kept, output)?;
        }
        Ok(output)
    }

    /// Output per input at the reserves, before fees, in base units; nothing without liquidity. The curves are convex: no amount gets more,
    /// but for [`Curve::rounding_gain`].
    fn spot(&self, direction: Direction) -> Option<f64> {
        let sides = self.sides(direction).ok()?;
        let (x, y) = sides.whole();
        let per_whole = if self.stable { stable::slope(x, y) } else { y / x };
        Some(per_whole * sides.scale_out.to_f64() / sides.scale_in.to_f64())
    }

    /// What rounding in `_k` may give away in one swap, base units of the output.
    ///
    /// k = x·y·(x² + y²) loses less than x² + y² + 2·x·y units of 10^-18 and one more to its three roundings, which is worth that over
    /// ∂k/∂y = x³ + 3·x·y² in output: at most 4/3·x⁻¹ + x⁻³ of its units of 10^-18, x in whole tokens (the first at x = 3·y, the second where
    /// y is gone). Tokens of more than 18 decimals lose what is below 10^-18 as well.
    fn rounding_gain(&self, direction: Direction) -> f64 {
        let Ok(sides) = self.sides(direction) else { return 0.0 };
        if !self.stable {
            return 0.0;
        }
        let ((x, y), scale_out) = (sides.whole(), sides.scale_out.to_f64());
        let finer = |scale: U256| if scale > one() { 1.0 } else { 0.0 };
        let invariant = 4.0 / 3.0 / x + 1.0 / (x * x * x);
        let decimals = finer(sides.scale_out) + finer(sides.scale_in) * stable::slope(x, y);
        (invariant + decimals) * scale_out / 1e18
    }

    /// [`Family::rate`](super::family::Family::rate) for a share of the input that is kept. Infinity where the reserves are so small that
    /// rounding could give away more than two units and a billionth of the pool.
    fn rate(&self, direction: Direction, kept_share: f64) -> f64 {
        let Some(spot) = self.spot(direction) else { return 0.0 };
        let reserve_out = self.sides(direction).map_or(0.0, |sides| sides.reserve_out.to_f64());
        if self.rounding_gain(direction) > 2.0 + 1e-9 * reserve_out {
            return f64::INFINITY;
        }
        spot * kept_share
    }

    /// Output and marginal rate in doubles for an input of which a share is kept.
    fn estimate(&self, direction: Direction, amount_in: f64, kept_share: f64) -> Option<(f64, f64)> {
        let sides = self.sides(direction).ok()?;
        let ((x, y), scale_in, scale_out) = (sides.whole(), sides.scale_in.to_f64(), sides.scale_out.to_f64());
        let kept = amount_in * kept_share / scale_in;
        let (out, slope) = if self.stable { stable::estimate(x, y, kept) } else { (y * kept / (x + kept), x * y / ((x + kept) * (x + kept))) };
        Some((out * scale_out, slope * kept_share * scale_out / scale_in))
    }
}

impl Sides {
    /// The reserves in whole tokens.
    fn whole(&self) -> (f64, f64) {
        (self.reserve_in.to_f64() / self.scale_in.to_f64(), self.reserve_out.to_f64() / self.scale_out.to_f64())
    }

    /// `ceil(factor × amount_out × reserve_in / (reserve_out − amount_out))`: the smallest input, after its fee and times `factor`, for which
    /// a constant product pays `amount_out`.
    fn kept_for(&self, amount_out: U256, factor: U256) -> Answer<U256> {
        if amount_out.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        if amount_out >= self.reserve_out {
            return Err(Refusal::InsufficientLiquidity);
        }
        amount_out.mul_div_up(self.reserve_in.checked_mul(factor)?, self.reserve_out.checked_sub(amount_out)?)
    }
}

/// The smallest input for an output from a stable pair. A few of its quotes revert between others that do not (Newton's way goes through too
/// large a y, or does not end): a search that meets one goes on as if that amount paid too little.
fn stable_input(quote: impl Fn(U256) -> Answer<U256>, amount_out: U256) -> Answer<U256> {
    let passed_over = |amount: U256| quote(amount).map_err(|_| Refusal::AmountTooSmall);
    input_by_bisection(&quote, amount_out).or_else(|refusal| input_by_bisection(passed_over, amount_out).map_err(|_| refusal))
}

/// `_k`: the product of the balances, or x³y + y³x in units of 10^-18. Every overflow reverts.
fn k(stable: bool, balances: [U256; 2], scales: [U256; 2]) -> Answer<U256> {
    let [x, y] = balances;
    if !stable {
        return x.checked_mul(y);
    }
    stable::invariant(x.checked_mul(one())?.checked_div(scales[0])?, y.checked_mul(one())?.checked_div(scales[1])?)
}
