//! What Balancer's V3 vault does around a pool's own answer (Vault.swap, PoolDataLib, ScalingHelpers of balancer-v3-monorepo): it scales balances by
//! decimals and rates, takes the protocol's share of the yield since the last operation out of them, rounds rates up where that favours the pool,
//! charges the fee and refuses amounts below its minimum. Rates are asked for in every swap. Pools with hooks are none of these families: a hook may
//! change fee and amounts.

use super::fixed_point::{self, complement, div_down, div_up, mul_down, mul_up};
use crate::protocols::family::Direction;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// Balances are packed, raw and scaled, in half a word each.
const BALANCE_BITS: u32 = 128;
/// A rate that leaves room for the scaling of a balance.
const RATE_BITS: u32 = 128;

/// The fields of a state that every kind of pool has.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VaultState {
    /// Vault.getPoolTokenInfo, as the lists below.
    balances_raw: Vec<U256>,
    /// The scaled balances after the last operation: yield fees are due on what they have grown since. Absent: no token pays them.
    #[serde(default)]
    last_balances_live_scaled_18: Vec<U256>,
    #[serde(default)]
    pays_yield_fees: Vec<bool>,
    /// 10^(18 − decimals) (Vault.getPoolTokenRates).
    decimal_scaling_factors: Vec<U256>,
    /// IRateProvider.getRate now; 10^18 for a token without a provider.
    token_rates: Vec<U256>,
    #[serde(default)]
    aggregate_yield_fee_percentage: U256,
    static_swap_fee_percentage: U256,
    /// Vault.getMinimumTradeAmount, with 18 decimals.
    minimum_trade_amount: U256,
    #[serde(default)]
    is_pool_paused: bool,
    #[serde(default)]
    is_pool_in_recovery_mode: bool,
}

#[derive(Clone, Debug)]
pub struct Vault {
    /// After the yield fees.
    raw: Vec<U256>,
    pub live: Vec<U256>,
    factors: Vec<U256>,
    rates: Vec<U256>,
    fee: U256,
    minimum: U256,
    is_paused: bool,
}

impl TryFrom<VaultState> for Vault {
    type Error = &'static str;
    fn try_from(state: VaultState) -> Result<Self, Self::Error> {
        let count = state.balances_raw.len();
        let [factors, rates] = [&state.decimal_scaling_factors, &state.token_rates];
        let [last, pays] = [state.last_balances_live_scaled_18.len(), state.pays_yield_fees.len()];
        if count > 8 || factors.len() != count || rates.len() != count || ![last, pays].into_iter().all(|length| length == 0 || length == count) {
            return Err("`balancesRaw` must be eight at most, and all lists as many");
        }
        let is_factor = |factor: &U256| (0..=18).any(|decimals| U256::from(10u32).checked_pow(decimals) == Ok(*factor));
        if !factors.iter().all(is_factor) {
            return Err("`decimalScalingFactors` must be powers of ten up to 10^18");
        }
        if state.balances_raw.iter().any(|balance| balance.bits() > BALANCE_BITS) {
            return Err("`balancesRaw` must fit 128 bits each");
        }
        if rates.iter().any(|rate| rate.is_zero() || rate.bits() > RATE_BITS) {
            return Err("`tokenRates` must be above 0 and fit 128 bits");
        }
        if [state.static_swap_fee_percentage, state.aggregate_yield_fee_percentage].into_iter().any(|share| share >= fixed_point::one()) {
            return Err("`staticSwapFeePercentage` and `aggregateYieldFeePercentage` must be below 10^18");
        }
        let mut vault = Self {
            raw: state.balances_raw,
            live: Vec::with_capacity(count),
            factors: state.decimal_scaling_factors,
            rates: state.token_rates,
            fee: state.static_swap_fee_percentage,
            minimum: state.minimum_trade_amount,
            is_paused: state.is_pool_paused,
        };
        let share = if state.is_pool_in_recovery_mode { U256::ZERO } else { state.aggregate_yield_fee_percentage };
        for token in 0..count {
            let last = state.last_balances_live_scaled_18.get(token).filter(|_| state.pays_yield_fees.get(token) == Some(&true));
            vault.load(token, last.copied(), share).map_err(|_| "`balancesRaw` are too large for their factors and rates")?;
        }
        Ok(vault)
    }
}

impl Vault {
    /// Scales a balance, after the fee on its yield where it pays one (PoolDataLib.load).
    fn load(&mut self, token: usize, last: Option<U256>, share: U256) -> Answer<()> {
        let live = self.scaled(token, self.raw[token])?;
        let grown = last.map_or(U256::ZERO, |last| live.saturating_sub(last));
        let due = div_down(mul_up(grown, share)?, self.factors[token].checked_mul(self.rates[token])?)?;
        self.raw[token] = self.raw[token].checked_sub(due)?;
        let live = self.scaled(token, self.raw[token])?;
        if live.bits() > BALANCE_BITS {
            return Err(Refusal::Overflow);
        }
        self.live.push(live);
        Ok(())
    }

    fn scaled(&self, token: usize, raw: U256) -> Answer<U256> {
        mul_down(raw.checked_mul(self.factors[token])?, self.rates[token])
    }

    /// A rate, rounded up by its last digit unless it is whole (ScalingHelpers.computeRateRoundUp).
    fn rate_up(&self, token: usize) -> Answer<U256> {
        let rate = self.rates[token];
        if rate.checked_rem(fixed_point::one())?.is_zero() {
            Ok(rate)
        } else {
            rate.checked_add(U256::ONE)
        }
    }

    /// Refuses what no swap gets through with: a paused pool, a token that is none, nothing given.
    fn admit(&self, direction: Direction, given: U256) -> Answer<Direction> {
        if self.is_paused {
            return Err(Refusal::Paused);
        }
        if given.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        direction.checked(self.raw.len())
    }

    fn tradable(&self, amount: U256) -> Answer<U256> {
        if amount < self.minimum {
            return Err(Refusal::AmountTooSmall);
        }
        Ok(amount)
    }

    /// Refuses amounts that the vault cannot book. The protocol's share of the fee stays out of the balance, but is not known here.
    fn book(&self, Direction { from, to }: Direction, amount_in: U256, amount_out: U256) -> Answer<()> {
        let held = self.raw[from].checked_add(amount_in)?;
        if held.bits() > BALANCE_BITS || self.scaled(from, held)?.bits() > BALANCE_BITS {
            return Err(Refusal::Overflow);
        }
        if amount_out > self.raw[to] {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(())
    }

    /// The output for an exact input, by what the pool pays on scaled amounts (Vault._swap).
    pub fn exact_in(&self, direction: Direction, amount_in: U256, pool: impl FnOnce(Direction, U256) -> Answer<U256>) -> Answer<U256> {
        let direction = self.admit(direction, amount_in)?;
        let given = self.scaled(direction.from, amount_in)?;
        let swapped = self.tradable(given.checked_sub(mul_up(given, self.fee)?)?)?;
        let paid = self.tradable(pool(direction, swapped)?)?;
        let unit = self.factors[direction.to].checked_mul(self.rate_up(direction.to)?)?;
        let amount_out = div_down(paid, unit)?;
        self.book(direction, amount_in, amount_out)?;
        Ok(amount_out)
    }

    /// The input for an exact output, by what the pool takes on scaled amounts.
    pub fn exact_out(&self, direction: Direction, amount_out: U256, pool: impl FnOnce(Direction, U256) -> Answer<U256>) -> Answer<U256> {
        let direction = self.admit(direction, amount_out)?;
        let Direction { from, to } = direction;
        let wanted = mul_up(amount_out.checked_mul(self.factors[to])?, self.rate_up(to)?)?;
        let taken = self.tradable(pool(direction, self.tradable(wanted)?)?)?;
        let fee = taken.checked_mul(self.fee)?.div_ceil(complement(self.fee))?;
        let amount_in = div_up(taken.checked_add(fee)?, self.factors[from].checked_mul(self.rates[from])?)?;
        self.book(direction, amount_in, amount_out)?;
        Ok(amount_in)
    }

    /// Units with 18 decimals per base unit of the tokens in, after the fee, and out, in doubles.
    pub fn units(&self, Direction { from, to }: Direction) -> [f64; 2] {
        let one = fixed_point::one().to_f64();
        let unit = |token: usize| self.factors[token].to_f64() * self.rates[token].to_f64() / one;
        [unit(from) * (1.0 - self.fee.to_f64() / one), unit(to)]
    }
}
