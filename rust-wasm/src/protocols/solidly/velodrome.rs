//! Velodrome V1 (`Pair`, velodrome-finance/v1 de6b2a1), Velodrome V2 (`Pool`, velodrome-finance/contracts 1ea5fee) and Aerodrome V2 (`Pool`,
//! aerodrome-finance/contracts a5fae2e). Other forks of Solidly share the first one's arithmetic.
//!
//! The fee, basis points rounded down, leaves the pair during the swap: the reserve grows by what is kept of the input. V1's stable
//! `getAmountOut` may ask for more than `swap` takes; the later loop never did in the recorded answers, but every quote here is put to the
//! swap's own test. Stable quotes are not quite monotone: Newton's loop ends within a unit of 10^-18 or so of its solution, from either side.

use super::stable::{first_y, invariant, one, second_y, Checked};
use super::{k, stable_input, Curve, Sides};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use core::fmt::Debug;
use core::marker::PhantomData;
use serde::Deserialize;

/// The fee's unit: basis points.
const BASIS: u32 = 10_000;

/// What differs between the contracts: how `_get_y` finds y on the stable curve.
pub trait Version: Debug + 'static {
    /// y for x and k, from `y`; all in units of 10^-18, `scales` of token 0 and 1.
    fn solve(x: U256, k: U256, y: U256, scales: [U256; 2]) -> Answer<U256>;
}

#[derive(Debug)]
pub struct FirstLoop;

#[derive(Debug)]
pub struct SecondLoop;

#[derive(Debug)]
pub struct AerodromeLoop;

pub type VelodromeV1 = Pair<FirstLoop>;
pub type VelodromeV2 = Pair<SecondLoop>;
pub type AerodromeV2 = Pair<AerodromeLoop>;

impl Version for FirstLoop {
    fn solve(x: U256, k: U256, y: U256, _scales: [U256; 2]) -> Answer<U256> {
        first_y::<Checked>(x, k, y)
    }
}

impl Version for SecondLoop {
    fn solve(x: U256, k: U256, y: U256, _scales: [U256; 2]) -> Answer<U256> {
        second_y(x, k, y, |x, y| Ok(invariant(x, y)? > k))
    }
}

impl Version for AerodromeLoop {
    /// The test for one unit more calls `_k`, which scales x as token 0's and y as token 1's, though both are scaled already and may be the
    /// other way round.
    fn solve(x: U256, target: U256, y: U256, scales: [U256; 2]) -> Answer<U256> {
        second_y(x, target, y, |x, y| Ok(k(true, [x, y], scales)? > target))
    }
}

/// The state's JSON form. `fee` is the factory's `getFee` for this pair, custom fees included.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct PairState {
    stable: bool,
    reserve0: U256,
    reserve1: U256,
    decimals0: U256,
    decimals1: U256,
    #[serde(deserialize_with = "json::integer")]
    fee: u32,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "PairState", bound(deserialize = ""))]
pub struct Pair<V> {
    pub(super) curve: Curve,
    fee: u32,
    version: PhantomData<V>,
}

crate::json::schema_of!(impl<V> for Pair<V>, PairState);

impl<V> TryFrom<PairState> for Pair<V> {
    type Error = &'static str;
    fn try_from(state: PairState) -> Result<Self, Self::Error> {
        if state.fee > BASIS {
            return Err("`fee` must be at most 10,000 basis points");
        }
        let (reserves, scales) = ([state.reserve0, state.reserve1], [state.decimals0, state.decimals1]);
        let curve = Curve::new(state.stable, reserves, scales).map_err(|_| "`decimals0` and `decimals1` are 10^decimals, never 0")?;
        Ok(Self { curve, fee: state.fee, version: PhantomData })
    }
}

impl<V: Version> Pair<V> {
    fn fee_of(&self, amount_in: U256) -> Answer<U256> {
        amount_in.checked_mul(U256::from(self.fee))?.checked_div(U256::from(BASIS))
    }

    fn kept_share(&self) -> f64 {
        1.0 - f64::from(self.fee) / f64::from(BASIS)
    }

    /// `getAmountOut`.
    fn amount_out(&self, direction: Direction, amount_in: U256) -> Answer<U256> {
        let Sides { reserve_in, reserve_out, scale_in, scale_out } = self.curve.sides(direction)?;
        let kept = amount_in.checked_sub(self.fee_of(amount_in)?)?;
        if !self.curve.stable {
            return kept.checked_mul(reserve_out)?.checked_div(reserve_in.checked_add(kept)?);
        }
        let whole = |amount: U256, scale: U256| amount.checked_mul(one())?.checked_div(scale);
        let x = whole(kept, scale_in)?.checked_add(whole(reserve_in, scale_in)?)?;
        let y = whole(reserve_out, scale_out)?;
        let out = y.checked_sub(V::solve(x, self.curve.k?, y, self.curve.scales)?)?;
        out.checked_mul(scale_out)?.checked_div(one())
    }
}

impl<V: Version> Family for Pair<V> {
    fn token_count(&self) -> usize {
        2
    }

    /// The factory's fees, and its switch that pauses all swaps.
    fn silent_inputs(&self) -> &'static [&'static str] {
        &["fee", "isPaused"]
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        let [reserve0, reserve1] = self.curve.reserves;
        vec![("reserve0", vec![reserve0]), ("reserve1", vec![reserve1])]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        let &[reserve0, reserve1] = values else { return Err(Refusal::InvalidState) };
        let curve = Curve::new(self.curve.stable, [reserve0, reserve1], self.curve.scales)?;
        Ok(Box::new(Self { curve, fee: self.fee, version: PhantomData }))
    }

    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let proposed = self.amount_out(direction, amount_in)?;
        let fee = self.fee_of(amount_in)?;
        // `_update0` and `_update1` spread the fee over the supply with 18 decimals.
        fee.checked_mul(one())?;
        self.curve.safe(direction, amount_in.checked_sub(fee)?, proposed)
    }

    fn view(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        self.amount_out(direction, amount_in)
    }

    /// The fee's rounding down is not in it: it spares up to one unit of the input, an amount below `10,000 / fee` even pays none.
    fn rate(&self, direction: Direction, _at: At) -> f64 {
        self.curve.rate(direction, self.kept_share())
    }

    fn kept_share(&self, _direction: Direction) -> Option<f64> {
        Some(Self::kept_share(self))
    }

    fn is_concave(&self) -> bool {
        !self.curve.stable
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        self.curve.estimate(direction, amount_in, self.kept_share())
    }

    fn input_for(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        if self.curve.stable || self.fee >= BASIS {
            return stable_input(|amount| self.quote(direction, amount, at), amount_out);
        }
        let kept = self.curve.sides(direction)?.kept_for(amount_out, U256::ONE)?;
        // kept = ceil(input × share / 10,000) for the share that the fee leaves, so input × share > (kept − 1) × 10,000.
        let below = kept.saturating_sub(U256::ONE).mul_div(U256::from(BASIS), U256::from(BASIS - self.fee))?;
        let input = below.checked_add(U256::ONE)?;
        self.quote(direction, input, at).map(|_| input)
    }
}
