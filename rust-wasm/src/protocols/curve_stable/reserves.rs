//! A pool's balances in the invariant's common unit, and what every stableswap contract does with them: swap, deposit one coin, withdraw one coin.

use super::invariant::{scaled, unscaled, Solver, PRECISION};
use crate::protocols::family::Direction;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// Scale of fees.
pub const FEE_DENOMINATOR: u64 = 10_000_000_000;
/// `MAX_FEE` of every stableswap contract: 50 %.
const MAX_FEE: u64 = 5_000_000_000;

/// The swap fee, of 10^10, and the factor (of 10^10) to which it grows while a pool is off its peg; without a dynamic fee, 0.
#[derive(Clone, Copy, Debug)]
pub struct Fees {
    pub fee: U256,
    pub offpeg_multiplier: U256,
}

impl Fees {
    /// As the contracts' own limits: no fee can exceed half of an amount.
    pub fn checked(fee: U256, offpeg_multiplier: U256) -> Result<Self, &'static str> {
        let highest = offpeg_multiplier.max(U256::from(FEE_DENOMINATOR)).checked_mul(fee);
        if highest.is_ok_and(|highest| highest <= U256::from(u128::from(MAX_FEE) * u128::from(FEE_DENOMINATOR))) {
            return Ok(Self { fee, offpeg_multiplier });
        }
        Err("`fee` × `offpeg_fee_multiplier` must not exceed a fee of 50 %")
    }

    /// `_dynamic_fee` between two balances: lowest, the fee itself, where they are equal.
    pub fn between(self, a: U256, b: U256) -> Answer<U256> {
        let denominator = U256::from(FEE_DENOMINATOR);
        let Ok(surplus) = self.offpeg_multiplier.checked_sub(denominator) else { return Ok(self.fee) };
        if surplus.is_zero() {
            return Ok(self.fee);
        }
        let sum = a.checked_add(b)?;
        let balance = surplus.checked_mul(U256::from(4u32))?.checked_mul(a)?.checked_mul(b)?.checked_div(sum.checked_mul(sum)?)?;
        self.offpeg_multiplier.checked_mul(self.fee)?.checked_div(balance.checked_add(denominator)?)
    }

    /// The fee on what a deposit or withdrawal unbalances: fee · n / (4·(n − 1)).
    fn for_imbalance(self, coins: usize) -> Answer<Self> {
        let n = coins as u32;
        Ok(Self { fee: self.fee.checked_mul(U256::from(n))?.checked_div(U256::from(4 * (n - 1)))?, ..self })
    }

    /// Lowest share that a swap between two balances can be charged: a dynamic fee is lowest where they are equal, and rises from the first unit
    /// where the incoming coin is the more plentiful already.
    pub fn lowest(self, incoming: U256, outgoing: U256) -> f64 {
        let fee = match self.between(incoming, outgoing) {
            // One unit less: its integer may fall by one where the exact fee rises.
            Ok(fee) if incoming >= outgoing => fee.saturating_sub(U256::ONE).max(self.fee),
            _ => self.fee,
        };
        fee.to_f64() / FEE_DENOMINATOR as f64
    }
}

/// `amount · fee / 10^10`.
pub fn fee_of(amount: U256, fee: U256) -> Answer<U256> {
    amount.checked_mul(fee)?.checked_div(U256::from(FEE_DENOMINATOR))
}

/// Balances in tokens and in the common unit, their rates, and the invariant at the amplification that the state was read with.
#[derive(Clone, Debug)]
pub struct Reserves {
    pub solver: Solver,
    pub rates: Vec<U256>,
    pub balances: Vec<U256>,
    pub xp: Vec<U256>,
    known: Option<(U256, Answer<U256>)>,
}

/// Both balances after a swap, in the common unit, and the invariant.
#[derive(Clone, Copy, Debug)]
pub struct Swap {
    pub x: U256,
    pub y: U256,
    pub d: U256,
}

/// A deposit's or withdrawal's invariants before, after, and after its fees, and the balances from which the last was computed.
#[derive(Clone, Debug)]
pub struct Change {
    pub d_before: U256,
    pub d_after: U256,
    pub d_after_fees: U256,
    pub xp: Vec<U256>,
}

/// What burning pool tokens for one coin pays, and the balances and invariant that the contract's oracle then sees.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    pub amount: U256,
    pub xp: Vec<U256>,
    pub d: U256,
}

impl Reserves {
    /// `amp` is the amplification of the state's own time, whose invariant is kept for the quotes to come.
    pub fn new(solver: Solver, rates: Vec<U256>, balances: Vec<U256>, amp: Option<U256>) -> Result<Self, &'static str> {
        if rates.len() != balances.len() || !(2..=8).contains(&rates.len()) {
            return Err("`rates` and `balances` must have an entry for each of 2 to 8 coins");
        }
        let xp = rates.iter().zip(&balances).map(|(rate, balance)| scaled(*balance, *rate)).collect::<Answer<Vec<_>>>();
        let xp = xp.map_err(|_| "`balances` × `rates` must fit 256 bits")?;
        let known = amp.map(|amp| (amp, solver.d(&xp, amp)));
        Ok(Self { solver, rates, balances, xp, known })
    }

    /// With other balances, and other rates where `values` goes on with them.
    pub fn moved(&self, values: &[U256]) -> Answer<Self> {
        let (balances, rates) = values.split_at_checked(self.balances.len()).ok_or(Refusal::InvalidState)?;
        let rates = if rates.is_empty() { &self.rates } else { rates };
        let amp = self.known.as_ref().map(|(amp, _)| *amp);
        Self::new(self.solver, rates.to_vec(), balances.to_vec(), amp).map_err(|_| Refusal::InvalidState)
    }

    pub fn count(&self) -> usize {
        self.xp.len()
    }

    pub fn d(&self, amp: U256) -> Answer<U256> {
        match self.known {
            Some((known, d)) if known == amp => d,
            _ => self.solver.d(&self.xp, amp),
        }
    }

    /// The balance of coin `i`, in the common unit, once `amount` tokens came in.
    pub fn balance_after(&self, i: usize, amount: U256) -> Answer<U256> {
        self.xp[i].checked_add(scaled(amount, self.rates[i])?)
    }

    /// Solves for the other coin. `direction` has been checked against [`Self::count`].
    pub fn swap(&self, direction: Direction, x: U256, amp: U256) -> Answer<Swap> {
        let d = self.d(amp)?;
        let y = self.solver.y([direction.from, direction.to], x, &self.xp, amp, d)?;
        Ok(Swap { x, y, d })
    }

    /// What leaves coin `j`, in the common unit, before fees; `spare` is the unit that most contracts keep against rounding.
    pub fn paid(&self, j: usize, y: U256, spare: u32) -> Answer<U256> {
        let kept = y.checked_add(U256::from(spare))?;
        self.xp[j].checked_sub(kept).map_err(|_| Refusal::AmountTooSmall)
    }

    /// `add_liquidity` of one coin, or its reverse for `is_deposit` = false, with the fee on the imbalance.
    pub fn change(&self, fees: Fees, i: usize, amount: U256, is_deposit: bool, amp: U256) -> Answer<Change> {
        let fees = fees.for_imbalance(self.count())?;
        let mut balances = self.balances.clone();
        balances[i] = if is_deposit { balances[i].checked_add(amount)? } else { balances[i].checked_sub(amount)? };
        let d_before = self.d(amp)?;
        let d_after = self.solver.d(&self.in_common_unit(&balances)?, amp)?;
        let ideal_double = d_before.checked_add(d_after)?.checked_div(U256::from(self.count() as u32))?;
        for (k, balance) in balances.iter_mut().enumerate() {
            let old = self.balances[k];
            let ideal = d_after.checked_mul(old)?.checked_div(d_before)?;
            let double = scaled(old.checked_add(*balance)?, self.rates[k])?;
            let fee = fees.between(double, ideal_double)?;
            *balance = balance.checked_sub(fee_of(ideal.abs_diff(*balance), fee)?)?;
        }
        let xp = self.in_common_unit(&balances)?;
        let d_after_fees = self.solver.d(&xp, amp)?;
        Ok(Change { d_before, d_after, d_after_fees, xp })
    }

    /// The invariant before and after a change of one balance, without fees (`calc_token_amount` of the first generation).
    pub fn change_without_fees(&self, i: usize, amount: U256, amp: U256) -> Answer<[U256; 2]> {
        let mut balances = self.balances.clone();
        balances[i] = balances[i].checked_add(amount)?;
        Ok([self.d(amp)?, self.solver.d(&self.in_common_unit(&balances)?, amp)?])
    }

    /// `_calc_withdraw_one_coin`: burning `burned` of `supply` pool tokens for coin `i`.
    pub fn withdraw(&self, fees: Fees, i: usize, burned: U256, supply: U256, amp: U256) -> Answer<Withdrawal> {
        let fees = fees.for_imbalance(self.count())?;
        let d_before = self.d(amp)?;
        let share = burned.checked_mul(d_before)?.checked_div(supply)?;
        let d = d_before.checked_sub(share).map_err(|_| Refusal::InsufficientLiquidity)?;
        let y = self.solver.y_for_d(i, &self.xp, amp, d)?;
        let ideal = d_before.checked_add(d)?.checked_div(U256::from(2 * self.count() as u32))?;
        let mut reduced = self.xp.clone();
        for (k, balance) in reduced.iter_mut().enumerate() {
            let left = balance.checked_mul(d)?.checked_div(d_before)?;
            let (unbalanced, average) =
                if k == i { (left.checked_sub(y)?, balance.checked_add(y)? >> 1) } else { (balance.checked_sub(left)?, *balance) };
            *balance = balance.checked_sub(fee_of(unbalanced, fees.between(average, ideal)?)?)?;
        }
        let paid = reduced[i].checked_sub(self.solver.y_for_d(i, &reduced, amp, d)?)?;
        let paid = paid.checked_sub(U256::ONE).map_err(|_| Refusal::AmountTooSmall)?;
        let amount = unscaled(paid, self.rates[i])?;
        // The contract computes the fee as the difference to this, and reverts where it is negative.
        unscaled(self.xp[i].checked_sub(y)?, self.rates[i])?.checked_sub(amount)?;
        let mut xp = self.xp.clone();
        xp[i] = y;
        Ok(Withdrawal { amount, xp, d })
    }

    /// Output per input, in tokens, of an infinitesimal swap at the lowest fee that its direction can attain. 0 where the pool cannot swap.
    pub fn rate(&self, direction: Direction, fees: Fees, amp: Answer<U256>) -> f64 {
        let Ok(Direction { from, to }) = direction.checked(self.count()) else { return 0.0 };
        let (Ok(d), Ok(amp)) = (amp.and_then(|amp| self.d(amp)), amp) else { return 0.0 };
        if d.is_zero() {
            return 0.0;
        }
        let slopes = self.solver.slopes(&self.xp, amp, d);
        let price = slopes[from] * self.rates[from].to_f64() / (slopes[to] * self.rates[to].to_f64());
        bound(price * (1.0 - fees.lowest(self.xp[from], self.xp[to])))
    }

    /// Pool tokens per token of coin `i` for an infinitesimal deposit. Without its fee, at most half a swap's: it is rounded down in each coin's own
    /// units, so that it vanishes for small deposits.
    pub fn deposit_rate(&self, i: usize, supply: U256, amp: Answer<U256>) -> f64 {
        self.worth(i, amp).map_or(0.0, |worth| bound(supply.to_f64() * worth))
    }

    /// Tokens of coin `i` per pool token for an infinitesimal withdrawal. Without its fee, at most half a swap's: in a lopsided pool a large
    /// withdrawal pays a lower share than a small one.
    pub fn withdrawal_rate(&self, i: usize, supply: U256, amp: Answer<U256>) -> f64 {
        self.worth(i, amp).map_or(0.0, |worth| bound(1.0 / (supply.to_f64() * worth)))
    }

    /// A token of coin `i` at the margin as a share of the pool's worth, (∂D/∂x) / D.
    fn worth(&self, i: usize, amp: Answer<U256>) -> Option<f64> {
        let amp = amp.ok()?;
        let d = self.d(amp).ok().filter(|d| !d.is_zero())?;
        let slope = self.solver.slopes(&self.xp, amp, d)[i];
        Some(slope * self.rates[i].to_f64() / PRECISION as f64 / d.to_f64())
    }

    fn in_common_unit(&self, balances: &[U256]) -> Answer<Vec<U256>> {
        balances.iter().zip(&self.rates).map(|(balance, rate)| scaled(*balance, *rate)).collect()
    }
}

/// An emptied coin has no price, so that no bound is known (only contracts that divide by n·x + 1 swap with one).
fn bound(value: f64) -> f64 {
    if value.is_nan() {
        f64::INFINITY
    } else {
        value
    }
}
