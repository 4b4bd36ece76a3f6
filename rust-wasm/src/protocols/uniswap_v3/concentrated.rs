//! The family's answers for every fork of these mathematics: what differs is how a state is written and what changes silently.

use super::pool::{Exact, Place, Swap, V3Pool};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use core::fmt::Debug;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::Deserialize;

/// One protocol of the family.
pub trait Fork: Debug + 'static {
    /// The state's JSON form.
    type State: DeserializeOwned;
    /// What changes the answer without a log of the pool.
    const SILENT_INPUTS: &'static [&'static str];
    /// Bits of the largest amount that a swap can take or pay: int256 unless the contract books in narrower integers.
    const AMOUNT_BITS: u32 = 255;

    /// The pool of a state, or why every swap in it is refused; the error of a state that no contract could be in names the field.
    fn pool(state: Self::State) -> Result<Answer<V3Pool>, &'static str>;
}

/// A pool of a fork.
#[derive(Debug)]
pub struct Concentrated<F: Fork> {
    pool: Answer<V3Pool>,
    fork: core::marker::PhantomData<F>,
}

/// An initialised tick as `[tick, liquidityNet]` or `[tick, liquidityGross, liquidityNet]`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TickRow(#[serde(deserialize_with = "json::integers")] Vec<i128>);

impl TickRow {
    /// Ticks and their net liquidities.
    pub fn columns(rows: &[Self]) -> Result<(Vec<i32>, Vec<i128>), &'static str> {
        let column = |Self(row): &Self| match row[..] {
            [tick, net] | [tick, _, net] => Ok((i32::try_from(tick).map_err(|_| "a tick of `ticks` does not fit int24")?, net)),
            _ => Err("`ticks` must hold [tick, liquidityNet] or [tick, liquidityGross, liquidityNet]"),
        };
        rows.iter().map(column).collect::<Result<Vec<_>, _>>().map(|rows| rows.into_iter().unzip())
    }
}

impl<'de, F: Fork> Deserialize<'de> for Concentrated<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pool = F::pool(F::State::deserialize(deserializer)?).map_err(D::Error::custom)?;
        Ok(Self { pool, fork: core::marker::PhantomData })
    }
}

impl<F: Fork> Concentrated<F> {
    fn pool(&self) -> Answer<&V3Pool> {
        self.pool.as_ref().map_err(|refusal| *refusal)
    }

    fn fitting(amount: U256) -> Answer<U256> {
        if amount.bits() > F::AMOUNT_BITS {
            return Err(Refusal::Overflow);
        }
        Ok(amount)
    }
}

impl<F: Fork> Family for Concentrated<F> {
    fn token_count(&self) -> usize {
        2
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        F::SILENT_INPUTS
    }

    /// `feeZto` and `feeOtz` are the fees in pips of a swap that pays in token 0 and of one that pays in token 1, however the fork's own state tells them.
    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        let Ok(pool) = &self.pool else { return Vec::new() };
        let [of_token0, of_token1] = pool.fees_by_input();
        let mut fields = pool.start().to_values();
        fields.extend([("feeZto", vec![U256::from(of_token0)]), ("feeOtz", vec![U256::from(of_token1)])]);
        fields
    }

    /// The first three alone leave the fees as they are: states of most forks do not write them as `feeZto` and `feeOtz`.
    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        let &[sqrt_price, liquidity, tick, ref fees @ ..] = values else { return Err(Refusal::InvalidState) };
        let moved = self.pool()?.moved(Place::from_values([sqrt_price, liquidity, tick])?)?;
        let pips = |fee: U256| fee.to_u128().ok().and_then(|fee| u32::try_from(fee).ok()).ok_or(Refusal::InvalidState);
        let pool = match *fees {
            [] => moved,
            [of_token0, of_token1] => moved.with_fees([pips(of_token0)?, pips(of_token1)?])?,
            _ => return Err(Refusal::InvalidState),
        };
        Ok(Box::new(Self { pool: Ok(pool), fork: core::marker::PhantomData }))
    }

    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let paid = self.pool()?.quote(direction.checked(2)?.zero_for_one(), Self::fitting(amount_in)?)?;
        Self::fitting(paid)
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        let taken = self.pool()?.quote_exact_output(direction.checked(2)?.zero_for_one(), Self::fitting(amount_out)?)?;
        Self::fitting(taken)
    }

    fn swap_to_limit(&self, direction: Direction, exact: Exact, limit: U256, _at: At) -> Answer<Swap> {
        let swap = self.pool()?.swap(direction.checked(2)?.zero_for_one(), exact, Some(limit))?;
        Self::fitting(swap.amount_in.max(swap.amount_out))?;
        Ok(swap)
    }

    fn rate(&self, direction: Direction, _at: At) -> f64 {
        self.pool().map_or(0.0, |pool| pool.rate(direction.zero_for_one()))
    }

    fn kept_share(&self, direction: Direction) -> Option<f64> {
        self.pool().ok().map(|pool| pool.kept_share(direction.zero_for_one()))
    }

    fn is_concave(&self) -> bool {
        true
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        self.pool().ok()?.estimate(direction.zero_for_one(), amount_in)
    }

    fn input_for(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        let input = self.pool()?.input_for(direction.checked(2)?.zero_for_one(), Self::fitting(amount_out)?)?;
        Self::fitting(input)
    }
}
