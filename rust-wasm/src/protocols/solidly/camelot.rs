//! Camelot V2 (`CamelotPair`, CamelotLabs/core 0fa055d): one fee per input token, of 100,000.
//!
//! Volatile quotes count the fee without rounding it, the swap rounds it down: the quote is safe, if not the most. Stable quotes round it down,
//! then solve by the loop of Solidly's first version with Solidity 0.5's arithmetic, which keeps the low 256 bits of what is larger: extreme
//! inputs give any number, and ordinary ones may ask for a few units too many. What is offered here is what the swap takes of that. The swap
//! computes with SafeMath. Of a stable pair's fee the owner's share leaves during the swap, the rest stays, as all of a volatile pair's does.

use super::stable::{first_y, one, Arithmetic, Wrapping};
use super::{stable_input, Curve, Sides};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// `FEE_DENOMINATOR`.
const UNITS: u32 = 100_000;
/// Reserves are uint112; `_update` reverts above.
const RESERVE_BITS: u32 = 112;

/// The state's JSON form. `ownerFeeShare` and `feeTo` (an address, or `set` or `zero`) are the factory's `feeInfo`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct CamelotState {
    reserve0: U256,
    reserve1: U256,
    #[serde(rename = "token0FeePercent", deserialize_with = "json::integer")]
    token0_fee_percent: u32,
    #[serde(rename = "token1FeePercent", deserialize_with = "json::integer")]
    token1_fee_percent: u32,
    precision_multiplier0: U256,
    precision_multiplier1: U256,
    stable_swap: bool,
    #[serde(deserialize_with = "json::integer")]
    owner_fee_share: u32,
    fee_to: String,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "CamelotState")]
pub struct Camelot {
    pub(super) curve: Curve,
    /// By input token.
    fees: [u32; 2],
    /// The owner's share of a stable pair's fee, of 100,000; 0 where nobody gets it.
    owner_share: u32,
}

crate::json::schema_of!(Camelot, CamelotState);

impl TryFrom<CamelotState> for Camelot {
    type Error = &'static str;
    fn try_from(state: CamelotState) -> Result<Self, Self::Error> {
        let reserves = [state.reserve0, state.reserve1];
        if reserves.iter().any(|reserve| reserve.bits() > RESERVE_BITS) {
            return Err("`reserve0` and `reserve1` must fit uint112");
        }
        let fees = [state.token0_fee_percent, state.token1_fee_percent];
        if fees.iter().any(|fee| *fee >= UNITS) || state.owner_fee_share > UNITS {
            return Err("`token0FeePercent` and `token1FeePercent` must be below 100,000, `ownerFeeShare` at most that");
        }
        let scales = [state.precision_multiplier0, state.precision_multiplier1];
        let curve = Curve::new(state.stable_swap, reserves, scales)
            .map_err(|_| "`precisionMultiplier0` and `precisionMultiplier1` are 10^decimals, never 0")?;
        let nobody = state.fee_to == "zero" || state.fee_to.trim_start_matches("0x").chars().all(|digit| digit == '0');
        let owner_share = if state.stable_swap && !nobody { state.owner_fee_share } else { 0 };
        Ok(Self { curve, fees, owner_share })
    }
}

impl Camelot {
    /// Of the input token, of 100,000.
    fn fee_units(&self, direction: Direction) -> u32 {
        self.fees[usize::from(!direction.zero_for_one())]
    }

    fn kept_share(&self, direction: Direction) -> f64 {
        1.0 - f64::from(self.fee_units(direction)) / f64::from(UNITS)
    }

    /// The fee as the swap takes it.
    fn fee_of(&self, direction: Direction, amount_in: U256) -> Answer<U256> {
        amount_in.checked_mul(U256::from(self.fee_units(direction)))?.checked_div(U256::from(UNITS))
    }

    /// `getAmountOut`.
    fn amount_out(&self, direction: Direction, amount_in: U256) -> Answer<U256> {
        let Sides { reserve_in, reserve_out, scale_in, scale_out } = self.curve.sides(direction)?;
        if !self.curve.stable {
            let kept = amount_in.checked_mul(U256::from(UNITS - self.fee_units(direction)))?;
            let denominator = reserve_in.checked_mul(U256::from(UNITS))?.checked_add(kept)?;
            return kept.checked_mul(reserve_out)?.checked_div(denominator);
        }
        let kept = amount_in.checked_sub(self.fee_of(direction, amount_in)?)?;
        let whole = |amount: U256, scale: U256| Wrapping::mul(amount, one())?.checked_div(scale);
        let x = Wrapping::add(whole(kept, scale_in)?, whole(reserve_in, scale_in)?)?;
        let y = whole(reserve_out, scale_out)?;
        let out = Wrapping::sub(y, first_y::<Wrapping>(x, self.curve.k?, y)?)?;
        Wrapping::scaled(out, scale_out)
    }
}

impl Family for Camelot {
    fn token_count(&self) -> usize {
        2
    }

    /// They decide only whether a reserve outgrows uint112.
    fn silent_inputs(&self) -> &'static [&'static str] {
        &["ownerFeeShare", "feeTo"]
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        let [reserve0, reserve1] = self.curve.reserves;
        vec![("reserve0", vec![reserve0]), ("reserve1", vec![reserve1])]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        let &[reserve0, reserve1] = values else { return Err(Refusal::InvalidState) };
        if reserve0.bits().max(reserve1.bits()) > RESERVE_BITS {
            return Err(Refusal::InvalidState);
        }
        let curve = Curve::new(self.curve.stable, [reserve0, reserve1], self.curve.scales)?;
        Ok(Box::new(Self { curve, fees: self.fees, owner_share: self.owner_share }))
    }

    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let Sides { reserve_in, .. } = self.curve.sides(direction)?;
        let balance = reserve_in.checked_add(amount_in)?;
        let proposed = self.amount_out(direction, amount_in)?;
        // The share of 100,000 times the fee of 100,000: one division, as in the contract.
        let owners = U256::from(u64::from(self.owner_share) * u64::from(self.fee_units(direction)));
        let leaving = amount_in.checked_mul(owners)?.checked_div(U256::from(u64::from(UNITS) * u64::from(UNITS)))?;
        if balance.checked_sub(leaving)?.bits() > RESERVE_BITS {
            return Err(Refusal::Overflow);
        }
        self.curve.safe(direction, amount_in.checked_sub(self.fee_of(direction, amount_in)?)?, proposed)
    }

    fn view(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        self.amount_out(direction, amount_in)
    }

    /// A stable pair's fee is rounded down, which spares up to one unit of the input; that is not in it.
    fn rate(&self, direction: Direction, _at: At) -> f64 {
        self.curve.rate(direction, self.kept_share(direction))
    }

    fn kept_share(&self, direction: Direction) -> Option<f64> {
        Some(Self::kept_share(self, direction))
    }

    fn is_concave(&self) -> bool {
        !self.curve.stable
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        self.curve.estimate(direction, amount_in, self.kept_share(direction))
    }

    fn input_for(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        if self.curve.stable {
            return stable_input(|amount| self.quote(direction, amount, at), amount_out);
        }
        let kept = self.curve.sides(direction)?.kept_for(amount_out, U256::from(UNITS))?;
        let input = kept.div_ceil(U256::from(UNITS - self.fee_units(direction)))?;
        self.quote(direction, input, at).map(|_| input)
    }
}
