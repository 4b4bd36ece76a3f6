//! DODO V2 (DODOEX/contractV2 c58c067): vending machines (DVM), private pools (DPP) and stable pools (DSP) on one curve, `PMMPricing`.
//!
//! The price is `i` where the pool is balanced (R = 1), and moves with the reserve that is short of its target. DVM stores no targets: it is
//! always short of base against what its quote is worth. DPP and DSP store a target for the side that is not short, the other one is solved
//! anew for each quote. Token 0 is base, token 1 quote. Both fees are taken from the output; the liquidity providers' stays in the pool.
//! There is no exact output.

mod curve;
#[cfg(test)]
mod tests;

use super::family::{At, Direction, Family};
use crate::json;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use curve::{integral, mul_floor, one, one_squared, target_for, trade};
use serde::Deserialize;

/// Reserves and targets are uint112; `_setReserve` and the swap revert above.
const STORED_BITS: u32 = 112;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
enum Variant {
    Dvm,
    Dpp,
    Dsp,
}

/// `RState`: the price against `i`. Above one, base is short of its target; below one, quote is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ratio {
    One,
    AboveOne,
    BelowOne,
}

/// The state's JSON form. DVM has no targets and no `_RState_`. `mtFeeRate` is what `_MT_FEE_RATE_MODEL_` answers for the sender.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct DodoState {
    variant: Variant,
    #[serde(rename = "_BASE_RESERVE_")]
    base_reserve: U256,
    #[serde(rename = "_QUOTE_RESERVE_")]
    quote_reserve: U256,
    #[serde(rename = "_BASE_TARGET_")]
    base_target: Option<U256>,
    #[serde(rename = "_QUOTE_TARGET_")]
    quote_target: Option<U256>,
    #[serde(rename = "_RState_", default, deserialize_with = "json::integer")]
    ratio: u8,
    #[serde(rename = "_I_")]
    i: U256,
    #[serde(rename = "_K_")]
    k: U256,
    #[serde(rename = "_LP_FEE_RATE_")]
    lp_fee_rate: U256,
    #[serde(rename = "mtFeeRate")]
    mt_fee_rate: U256,
}

/// `PMMState` but for the reserves: by base and quote.
#[derive(Clone, Copy, Debug)]
struct Targets {
    targets: [U256; 2],
    ratio: Ratio,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "DodoState")]
pub struct Dodo {
    variant: Variant,
    reserves: [U256; 2],
    /// `getPMMState`, or why it reverts.
    adjusted: Answer<Targets>,
    /// Quote for base, 18 decimals, base units of both tokens.
    i: U256,
    /// 18 decimals, at most 1.
    k: U256,
    lp_fee_rate: U256,
    mt_fee_rate: U256,
}

crate::json::schema_of!(Dodo, DodoState);

impl TryFrom<DodoState> for Dodo {
    type Error = &'static str;
    fn try_from(state: DodoState) -> Result<Self, Self::Error> {
        let reserves = [state.base_reserve, state.quote_reserve];
        if reserves.iter().any(|reserve| reserve.bits() > STORED_BITS) {
            return Err("`_BASE_RESERVE_` and `_QUOTE_RESERVE_` must fit uint112");
        }
        if state.i.is_zero() || state.i > one_squared() || state.k > one() {
            return Err("`_I_` must be above 0 and at most 10^36, `_K_` at most 10^18");
        }
        let fees = state.lp_fee_rate.saturating_add(state.mt_fee_rate);
        if fees > one() {
            return Err("`_LP_FEE_RATE_` and `mtFeeRate` must be at most 10^18 together");
        }
        let (targets, ratio) = match (state.variant, state.base_target, state.quote_target, state.ratio) {
            (Variant::Dvm, ..) => ([U256::ZERO; 2], Ratio::AboveOne),
            (_, Some(base), Some(quote), code) if base.bits().max(quote.bits()) <= STORED_BITS => {
                let ratio = match code {
                    0 => Ratio::One,
                    1 => Ratio::AboveOne,
                    2 => Ratio::BelowOne,
                    _ => return Err("`_RState_` must be 0, 1 or 2"),
                };
                ([base, quote], ratio)
            }
            _ => return Err("`_BASE_TARGET_` and `_QUOTE_TARGET_` must be there and fit uint112 where `variant` is DPP or DSP"),
        };
        Ok(Self {
            variant: state.variant,
            reserves,
            adjusted: adjust(reserves, Targets { targets, ratio }, state.i, state.k),
            i: state.i,
            k: state.k,
            lp_fee_rate: state.lp_fee_rate,
            mt_fee_rate: state.mt_fee_rate,
        })
    }
}

/// `adjustedTarget`; `calculateBase0` of DVM is the same with a quote target of 0.
fn adjust([base, quote]: [U256; 2], stored: Targets, i: U256, k: U256) -> Answer<Targets> {
    let [base_target, quote_target] = stored.targets;
    let targets = match stored.ratio {
        Ratio::One => stored.targets,
        Ratio::AboveOne => [target_for(base, quote.checked_sub(quote_target)?, reciprocal(i)?, k)?, quote_target],
        Ratio::BelowOne => [base_target, target_for(quote, base.checked_sub(base_target)?, i, k)?],
    };
    Ok(Targets { targets, ..stored })
}

/// `DecimalMath.reciprocalFloor`.
fn reciprocal(i: U256) -> Answer<U256> {
    one_squared().checked_div(i)
}

/// One swap seen from its own side: the direction that sells base is the other one mirrored, with the price turned over.
struct Sale {
    reserve_in: U256,
    reserve_out: U256,
    target_in: U256,
    target_out: U256,
    /// Output for input, 18 decimals.
    price: U256,
    /// Which side is short, as `R` in this direction: of the input where it pays to sell, of the output where it costs.
    short: Short,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    Neither,
    Input,
    Output,
}

impl Sale {
    /// `sellBaseToken` and `sellQuoteToken`: what is paid before fees, and which side is short then.
    fn pay(&self, amount_in: U256, k: U256) -> Answer<(U256, Short)> {
        let balanced = |amount: U256| trade(self.target_out, self.target_out, amount, self.price, k);
        if self.short == Short::Neither {
            return Ok((balanced(amount_in)?, Short::Output));
        }
        if self.short == Short::Output {
            return Ok((trade(self.target_out, self.reserve_out, amount_in, self.price, k)?, Short::Output));
        }
        let (to_balance, spare) = (self.target_in.checked_sub(self.reserve_in)?, self.reserve_out.checked_sub(self.target_out)?);
        if amount_in < to_balance {
            let paid = integral(self.target_in, self.reserve_in.checked_add(amount_in)?, self.reserve_in, self.price, k)?;
            // The contract's guard against rounding, which has not been seen to reach it: all of it goes the other way.
            return Ok((paid.min(spare), Short::Input));
        }
        if amount_in == to_balance {
            return Ok((spare, Short::Neither));
        }
        Ok((spare.checked_add(balanced(amount_in.checked_sub(to_balance)?)?)?, Short::Output))
    }
}

impl Sale {
    /// Output for input at the reserves, before fees, base units: nobody gets more but by rounding. Infinity where nothing of the input is there.
    ///
    /// The contract turns `i` over once and rounds down. It pays by the smaller of both prices, but in finding the target of a base that is
    /// short it counts by that: up to there it pays 10^36 over the turned price, which may be above `i`.
    fn rate(&self, i: U256, k: U256, direction: Direction) -> f64 {
        let square = |target: U256, reserve: U256| {
            let (ratio, k) = (target.to_f64() / reserve.to_f64(), k.to_f64() / 1e18);
            if k > 0.0 {
                1.0 - k + k * ratio * ratio
            } else {
                1.0
            }
        };
        let selling_base = direction.zero_for_one();
        let fair = if selling_base { i.to_f64() / 1e18 } else { 1e18 / i.to_f64() };
        match self.short {
            Short::Neither => fair,
            Short::Output => fair / square(self.target_out, self.reserve_out),
            Short::Input if self.reserve_in.is_zero() => f64::INFINITY,
            Short::Input => {
                let turned = if selling_base { reciprocal(i).map_or(f64::INFINITY, |price| 1e18 / price.to_f64()) } else { fair };
                fair.max(turned) * square(self.target_in, self.reserve_in)
            }
        }
    }

    /// What rounding may add to one swap, base units of the output.
    ///
    /// The quadratic equation loses up to a unit each to b and to the root, and the root of (1 − k)/k to k·V0, all of it over 2·(1 − k). A target
    /// solved from a root that is a unit of 10^-18 short is that over 2·k short, and what was missing there is paid for nothing.
    fn rounding_gain(&self, i: U256, k: U256, direction: Direction) -> f64 {
        let share = k.to_f64() / 1e18;
        let flat = 1.0 - share;
        let equation = if k.is_zero() || k == one() { 0.0 } else { (3.0 + (flat / share).sqrt()) / (2.0 * flat) };
        let premium = if k.is_zero() { 0.0 } else { 1e-18 + 0.75e-18 / share };
        let target = match self.short {
            Short::Input => (self.reserve_in.to_f64() * premium + 1.0) * self.rate(i, k, direction),
            _ => 0.0,
        };
        equation + target
    }
}

impl Dodo {
    fn sale(&self, direction: Direction) -> Answer<Sale> {
        let selling_base = direction.checked(2)?.zero_for_one();
        let ([base, quote], Targets { targets: [base_target, quote_target], ratio }) = (self.reserves, self.adjusted?);
        let short = match ratio {
            Ratio::One => Short::Neither,
            Ratio::AboveOne if selling_base => Short::Input,
            Ratio::BelowOne if !selling_base => Short::Input,
            _ => Short::Output,
        };
        Ok(if selling_base {
            Sale { reserve_in: base, reserve_out: quote, target_in: base_target, target_out: quote_target, price: self.i, short }
        } else {
            Sale { reserve_in: quote, reserve_out: base, target_in: quote_target, target_out: base_target, price: reciprocal(self.i)?, short }
        })
    }

    /// Both fees of an output, each rounded down, and what is left of it: to the maintainer, to the trader.
    fn shared(&self, paid: U256) -> Answer<[U256; 2]> {
        let maintainer = mul_floor(paid, self.mt_fee_rate)?;
        let trader = paid.checked_sub(mul_floor(paid, self.lp_fee_rate)?)?.checked_sub(maintainer)?;
        Ok([maintainer, trader])
    }
}

impl Family for Dodo {
    fn token_count(&self) -> usize {
        2
    }

    /// The maintainer's fee is by sender; `sync` stores balances and a private pool's owner resets everything without an event that says to what.
    fn silent_inputs(&self) -> &'static [&'static str] {
        const ALL: &[&str] =
            &["mtFeeRate", "_BASE_RESERVE_", "_QUOTE_RESERVE_", "_BASE_TARGET_", "_QUOTE_TARGET_", "_RState_", "_I_", "_K_", "_LP_FEE_RATE_"];
        match self.variant {
            Variant::Dvm | Variant::Dsp => &ALL[..3],
            Variant::Dpp => ALL,
        }
    }

    /// `sellBase` and `sellQuote`: the query's answer, unless what they store would outgrow uint112.
    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let sale = self.sale(direction)?;
        let (paid, short) = sale.pay(amount_in, self.k)?;
        let [maintainer, trader] = self.shared(paid)?;
        let reserve = sale.reserve_in.checked_add(amount_in)?;
        // The transfers fail where the pool has less.
        let paid_out = trader.checked_add(maintainer)?;
        if paid_out > sale.reserve_out {
            return Err(Refusal::InsufficientLiquidity);
        }
        let stores_target = self.variant != Variant::Dvm && short != sale.short;
        if reserve.bits() > STORED_BITS || (stores_target && sale.target_in.bits() > STORED_BITS) {
            return Err(Refusal::Overflow);
        }
        Ok(trader)
    }

    /// `querySellBase` and `querySellQuote`.
    fn view(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let (paid, _) = self.sale(direction)?.pay(amount_in, self.k)?;
        Ok(self.shared(paid)?[1])
    }

    /// The price at the reserves. It falls with the amount; `Sale::rounding_gain` says what rounding may add, and where that is more than two
    /// units and a billionth of the pool (`_K_` next to 0 or 1), no bound is known.
    fn rate(&self, direction: Direction, _at: At) -> f64 {
        let Ok(sale) = self.sale(direction) else { return 0.0 };
        if sale.reserve_out.is_zero() {
            return 0.0;
        }
        if sale.rounding_gain(self.i, self.k, direction) > 2.0 + 1e-9 * sale.reserve_out.to_f64() {
            return f64::INFINITY;
        }
        let fees = (self.lp_fee_rate.to_f64() + self.mt_fee_rate.to_f64()) / 1e18;
        sale.rate(self.i, self.k, direction) * (1.0 - fees)
    }
}
