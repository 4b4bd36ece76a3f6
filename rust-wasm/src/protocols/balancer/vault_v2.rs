//! What every pool of Balancer's V2 vault has: balances of at most 112 bits, a swap fee, scaling factors. And what the vault checks around the
//! pool's own answer (PoolBalances, BalanceAllocation): a swap of 0 is refused, the balance that comes in must stay below 2^112, and only what no
//! asset manager holds can go out.

use super::fixed_point::{self, ONE};
use crate::protocols::family::Direction;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

const BALANCE_BITS: u32 = 112;
/// 10 % (BasePool._MAX_SWAP_FEE_PERCENTAGE).
const MAX_SWAP_FEE: u64 = ONE / 10;

/// The fields of a state that every kind of pool has.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct VaultState {
    /// Vault.getPoolTokens, in the vault's order.
    balances: Vec<U256>,
    /// What asset managers hold of the balances (Vault.getPoolTokenInfo); nothing where absent.
    #[serde(default)]
    managed: Vec<U256>,
    swap_fee_percentage: U256,
    /// 10^(36 − decimals) each: 18 decimals for a token of 18.
    scaling_factors: Vec<U256>,
    #[serde(default)]
    paused: bool,
}

#[derive(Clone, Debug)]
pub struct Vault {
    pub balances: Vec<U256>,
    payable: Vec<U256>,
    pub fee: U256,
    pub scaling_factors: Vec<U256>,
    is_paused: bool,
}

impl TryFrom<VaultState> for Vault {
    type Error = &'static str;
    fn try_from(state: VaultState) -> Result<Self, Self::Error> {
        let VaultState { balances, managed, swap_fee_percentage: fee, scaling_factors, paused } = state;
        if balances.iter().any(|balance| balance.bits() > BALANCE_BITS) {
            return Err("`balances` must fit 112 bits each");
        }
        if scaling_factors.len() != balances.len() || !(managed.is_empty() || managed.len() == balances.len()) {
            return Err("`scalingFactors` and `managed`, where it is there, must be as many as `balances`");
        }
        let is_factor = |factor: &U256| (0..=18).any(|decimals| Ok(*factor) == U256::from(10u32).checked_pow(36 - decimals));
        if !scaling_factors.iter().all(is_factor) {
            return Err("`scalingFactors` must be powers of ten from 10^18 to 10^36");
        }
        if fee > U256::from(MAX_SWAP_FEE) {
            return Err("`swapFeePercentage` must be at most 10^17");
        }
        let held = managed.iter().copied().chain(core::iter::repeat(U256::ZERO));
        let payable = balances.iter().zip(held).map(|(balance, held)| balance.checked_sub(held)).collect::<Answer<_>>();
        let payable = payable.map_err(|_| "`managed` must not exceed `balances`")?;
        Ok(Self { balances, payable, fee, scaling_factors, is_paused: paused })
    }
}

impl Vault {
    /// With other balances; what asset managers hold stays.
    pub fn moved(&self, balances: &[U256]) -> Answer<Self> {
        if balances.len() != self.balances.len() || balances.iter().any(|balance| balance.bits() > BALANCE_BITS) {
            return Err(Refusal::InvalidState);
        }
        let held = self.balances.iter().zip(&self.payable).map(|(balance, payable)| balance.checked_sub(*payable));
        let payable = balances.iter().zip(held).map(|(balance, held)| balance.checked_sub(held?)).collect::<Answer<_>>();
        Ok(Self { balances: balances.to_vec(), payable: payable.map_err(|_| Refusal::InvalidState)?, ..self.clone() })
    }

    /// Refuses what no swap gets through with: a paused pool, a token that is none, nothing given.
    pub fn admit(&self, direction: Direction, given: U256) -> Answer<Direction> {
        if self.is_paused {
            return Err(Refusal::Paused);
        }
        if given.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        direction.checked(self.balances.len())
    }

    /// Refuses amounts that the vault cannot book.
    pub fn book(&self, direction: Direction, amount_in: U256, amount_out: U256) -> Answer<()> {
        let (Some(held), Some(payable)) = (self.balances.get(direction.from), self.payable.get(direction.to)) else {
            return Err(Refusal::BrokenRoute);
        };
        if held.checked_add(amount_in)?.bits() > BALANCE_BITS {
            return Err(Refusal::Overflow);
        }
        if amount_out > *payable {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(())
    }

    /// Share of an input that is swapped, in doubles.
    pub fn kept_share(&self) -> f64 {
        1.0 - self.fee.to_f64() / fixed_point::one().to_f64()
    }
}
