//! First-generation plain pools of Curve (curvefi/curve-contract, curvefi/curve-factory): StableSwap3Pool and its relatives of 2 to 8 coins, with
//! constant rates (10^(36 − decimals)) or rates of lending pools, which the state then gives for the target block.
//!
//! `get_dy` of the oldest contracts converts to tokens and then takes the fee, `exchange` the other way round: the swap pays what `get_dy` said or
//! one unit less. `generation` of a state names the contract whose text a pool follows; tokens that charge for transfers are
//! outside of it, and so is `get_dx`, which StableSwapCompound, USDT and IB have.

use super::invariant::{unscaled, Product, Solver};
use super::ramp::Ramp;
use super::reserves::{fee_of, Fees, Reserves};
use crate::json;
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// Whose text a pool follows. Named are the contracts whose text was read; a relative of theirs has to be compared before it is given one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Generation {
    /// StableSwapCompound, USDT, SUSD: no unit kept against rounding. Their A never ramps: `initial_A` = `future_A`.
    #[serde(rename = "compound")]
    Compound,
    /// StableSwap3Pool, Ren, HBTC. What a state without `generation` is.
    #[default]
    #[serde(rename = "3pool")]
    ThreePool,
    /// StableSwapAave: a dynamic fee by `offpeg_fee_multiplier`, no unit kept.
    #[serde(rename = "aave")]
    Aave,
    /// StableSwapSTETH.
    #[serde(rename = "steth")]
    Steth,
    /// SwapTemplateBase, StableSwapIB, the factory's Plain2Basic.
    #[serde(rename = "template")]
    Template,
    /// The factory's Plain2Optimized.
    #[serde(rename = "optimized")]
    Optimized,
}

impl Generation {
    pub fn solver(self) -> Solver {
        let product = match self {
            Self::Compound | Self::Aave | Self::Steth => Product::EachCoinPlusOne,
            Self::ThreePool | Self::Template => Product::EachCoin,
            Self::Optimized => Product::AllCoins,
        };
        let is_old = matches!(self, Self::Compound | Self::ThreePool);
        Solver { amp_scale: if is_old { 1 } else { 100 }, product, ends_silently: is_old }
    }

    /// Units of the common unit that the pool keeps of every output.
    fn spare(self) -> u32 {
        u32::from(!matches!(self, Self::Compound | Self::Aave))
    }

    /// Whether `get_dy` converts to tokens before it takes the fee.
    fn quotes_in_tokens(self) -> bool {
        matches!(self, Self::Compound | Self::ThreePool | Self::Aave)
    }
}

/// The state's JSON form: the contract's own names. `total_supply` is needed of base pools only.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ClassicState {
    #[serde(default)]
    generation: Generation,
    #[serde(deserialize_with = "json::integer")]
    n_coins: usize,
    #[serde(flatten)]
    ramp: Ramp,
    fee: U256,
    #[serde(default)]
    offpeg_fee_multiplier: U256,
    rates: Vec<U256>,
    balances: Vec<U256>,
    #[serde(default)]
    total_supply: U256,
}

impl TryFrom<ClassicState> for Classic {
    type Error = &'static str;
    fn try_from(state: ClassicState) -> Result<Self, Self::Error> {
        if state.n_coins != state.balances.len() {
            return Err("`n_coins` must be the number of `balances`");
        }
        if state.generation != Generation::Aave && !state.offpeg_fee_multiplier.is_zero() {
            return Err("`offpeg_fee_multiplier` belongs to the generation \"aave\" only");
        }
        let fees = Fees::checked(state.fee, state.offpeg_fee_multiplier)?;
        let reserves = Reserves::new(state.generation.solver(), state.rates, state.balances, state.ramp.amp(None).ok())?;
        Ok(Self { generation: state.generation, ramp: state.ramp, fees, reserves, total_supply: state.total_supply })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "ClassicState")]
pub struct Classic {
    pub(super) generation: Generation,
    pub(super) ramp: Ramp,
    pub(super) fees: Fees,
    pub(super) reserves: Reserves,
    pub(super) total_supply: U256,
}

crate::json::schema_of!(Classic, ClassicState);

impl Classic {
    /// Only contracts with `remove_liquidity_one_coin` and a constant fee ever were base pools.
    pub(super) fn can_be_base(&self) -> bool {
        matches!(self.generation, Generation::ThreePool | Generation::Template | Generation::Optimized)
    }

    /// What leaves the pool in the common unit, and the fee in force.
    fn swap(&self, direction: Direction, amount_in: U256, at: At) -> Answer<[U256; 2]> {
        let Direction { from, to } = direction.checked(self.reserves.count())?;
        let x = self.reserves.balance_after(from, amount_in)?;
        let swap = self.reserves.swap(direction, x, self.ramp.amp(at)?)?;
        let paid = self.reserves.paid(to, swap.y, self.generation.spare())?;
        let average = |old: U256, new: U256| Ok::<_, Refusal>(old.checked_add(new)? >> 1);
        let fee = match self.generation {
            Generation::Aave => self.fees.between(average(self.reserves.xp[from], x)?, average(self.reserves.xp[to], swap.y)?)?,
            _ => self.fees.fee,
        };
        Ok([paid, fee])
    }

    /// `get_virtual_price`.
    pub(super) fn virtual_price(&self, at: At) -> Answer<U256> {
        unscaled(self.reserves.d(self.ramp.amp(at)?)?, self.total_supply)
    }

    /// Pool tokens that `add_liquidity` of one coin mints.
    pub(super) fn minted(&self, i: usize, amount: U256, at: At) -> Answer<U256> {
        let change = self.reserves.change(self.fees, i, amount, true, self.ramp.amp(at)?)?;
        if change.d_after <= change.d_before {
            return Err(Refusal::AmountTooSmall);
        }
        let grown = change.d_after_fees.checked_sub(change.d_before).map_err(|_| Refusal::AmountTooSmall)?;
        self.total_supply.checked_mul(grown)?.checked_div(change.d_before)
    }

    /// `calc_token_amount` of a deposit of one coin: without fees.
    pub(super) fn minted_without_fees(&self, i: usize, amount: U256, at: At) -> Answer<U256> {
        let [before, after] = self.reserves.change_without_fees(i, amount, self.ramp.amp(at)?)?;
        after.checked_sub(before)?.checked_mul(self.total_supply)?.checked_div(before)
    }

    /// What `remove_liquidity_one_coin` pays, which is `calc_withdraw_one_coin`.
    pub(super) fn withdrawn(&self, i: usize, burned: U256, at: At) -> Answer<U256> {
        Ok(self.reserves.withdraw(self.fees, i, burned, self.total_supply, self.ramp.amp(at)?)?.amount)
    }

    pub(super) fn deposit_rate(&self, i: usize, at: At) -> f64 {
        self.reserves.deposit_rate(i, self.total_supply, self.ramp.amp(at))
    }

    pub(super) fn withdrawal_rate(&self, i: usize, at: At) -> f64 {
        self.reserves.withdrawal_rate(i, self.total_supply, self.ramp.amp(at))
    }
}

impl Family for Classic {
    fn token_count(&self) -> usize {
        self.reserves.count()
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["time", "rates"]
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        vec![("balances", self.reserves.balances.clone())]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        if values.len() != self.reserves.count() {
            return Err(Refusal::InvalidState);
        }
        Ok(Box::new(Self { reserves: self.reserves.moved(values)?, ..self.clone() }))
    }

    /// `exchange`: the fee in the common unit, then the conversion.
    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let [paid, fee] = self.swap(direction, amount_in, at)?;
        // The pool books the input before it pays.
        self.reserves.balances[direction.from].checked_add(amount_in)?;
        unscaled(paid.checked_sub(fee_of(paid, fee)?)?, self.reserves.rates[direction.to])
    }

    /// `get_dy`.
    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let [paid, fee] = self.swap(direction, amount_in, at)?;
        let rate = self.reserves.rates[direction.to];
        if self.generation.quotes_in_tokens() {
            let tokens = unscaled(paid, rate)?;
            return tokens.checked_sub(fee_of(tokens, fee)?);
        }
        unscaled(paid.checked_sub(fee_of(paid, fee)?)?, rate)
    }

    fn rate(&self, direction: Direction, at: At) -> f64 {
        self.reserves.rate(direction, self.fees, self.ramp.amp(at))
    }
}
