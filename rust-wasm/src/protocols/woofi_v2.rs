//! WOOFi's private pool (`WooPPV2`; woonetwork/WooPoolV2 at f73a0f6): one quote token and any number of base tokens, priced by the pool's oracle.
//! Tokens: the bases by their place in `bases`, then the quote token, so that a pool of one base has base 0 and quote 1.
//!
//! A swap of base moves the oracle's price by its `coeff` per quote unit and pays `spread` and a fee in the quote token; base to base goes through
//! the quote token with half of the larger spread on both legs and the larger fee once. The fee is rounded down to whole quote units: what is worth
//! less than one pays none. What the oracle itself demands (freshness, bounds against Chainlink) is summed up in `woFeasible` as of the state; pools
//! with balance caps (`capBal`) are a later version.

use super::family::{At, Direction, Family};
use crate::json;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// 1 for `spread`, `coeff` and gamma.
const ONE: u64 = 1_000_000_000_000_000_000;
/// 1 for fee rates.
const FEE_ONE: u32 = 100_000;

/// The state's JSON form.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PoolState {
    #[serde(deserialize_with = "json::integer")]
    quote_decimals: u32,
    quote_reserve: U256,
    bases: Vec<BaseState>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct BaseState {
    #[serde(deserialize_with = "json::integer")]
    decimals: u32,
    #[serde(deserialize_with = "json::integer")]
    price_decimals: u32,
    #[serde(deserialize_with = "json::integer")]
    price: u128,
    #[serde(deserialize_with = "json::integer")]
    spread: u64,
    #[serde(deserialize_with = "json::integer")]
    coeff: u64,
    wo_feasible: bool,
    reserve: U256,
    #[serde(deserialize_with = "json::integer")]
    fee_rate: u16,
    #[serde(deserialize_with = "json::integer")]
    max_gamma: u128,
    #[serde(deserialize_with = "json::integer")]
    max_notional_swap: u128,
}

impl TryFrom<PoolState> for WooPool {
    type Error = &'static str;

    fn try_from(state: PoolState) -> Result<Self, Self::Error> {
        // The contract raises 10 as a uint64.
        let unit = |decimals: u32, sentence| 10u64.checked_pow(decimals).map(U256::from).ok_or(sentence);
        let base = |base: BaseState| {
            if base.reserve.bits() > 192 {
                return Err("`bases`: `reserve` must fit uint192");
            }
            Ok(Base {
                unit: unit(base.decimals, "`bases`: `decimals` must be at most 19")?,
                price_unit: unit(base.price_decimals, "`bases`: `priceDecimals` must be at most 19")?,
                price: U256::from(base.price),
                spread: base.spread,
                coeff: U256::from(base.coeff),
                is_feasible: base.wo_feasible,
                reserve: base.reserve,
                fee_rate: base.fee_rate,
                max_gamma: U256::from(base.max_gamma),
                max_notional: U256::from(base.max_notional_swap),
            })
        };
        if state.quote_reserve.bits() > 192 {
            return Err("`quoteReserve` must fit uint192");
        }
        Ok(Self {
            quote_unit: unit(state.quote_decimals, "`quoteDecimals` must be at most 19")?,
            quote_reserve: state.quote_reserve,
            bases: state.bases.into_iter().map(base).collect::<Result<_, _>>()?,
        })
    }
}

/// A pool with its oracle's view of each base.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "PoolState")]
pub struct WooPool {
    /// 10^decimals of the quote token.
    quote_unit: U256,
    quote_reserve: U256,
    bases: Vec<Base>,
}

crate::json::schema_of!(WooPool, PoolState);

#[derive(Clone, Debug)]
struct Base {
    /// 10^decimals.
    unit: U256,
    price_unit: U256,
    price: U256,
    spread: u64,
    /// Relative move of the price per quote token.
    coeff: U256,
    is_feasible: bool,
    reserve: U256,
    fee_rate: u16,
    max_gamma: U256,
    /// Quote units of one swap.
    max_notional: U256,
}

/// What `query` answers and, in quote units, the fee inside.
#[derive(Clone, Copy, Debug)]
struct Deal {
    paid: U256,
    fee: U256,
}

/// The three kinds of swap.
enum Trade<'a> {
    SellBase(&'a Base),
    SellQuote(&'a Base),
    BaseToBase(&'a Base, &'a Base),
}

impl WooPool {
    fn trade(&self, direction: Direction) -> Answer<Trade<'_>> {
        let Direction { from, to } = direction.checked(self.token_count())?;
        match (self.bases.get(from), self.bases.get(to)) {
            (Some(from), Some(to)) => Ok(Trade::BaseToBase(from, to)),
            (Some(base), None) => Ok(Trade::SellBase(base)),
            (None, Some(base)) => Ok(Trade::SellQuote(base)),
            (None, None) => Err(Refusal::BrokenRoute),
        }
    }

    /// tryQuery: no reserve is looked at.
    fn deal(&self, trade: &Trade, amount_in: U256) -> Answer<Deal> {
        match trade {
            Trade::SellBase(base) => {
                let quote = base.sell(amount_in, base.spread, self.quote_unit)?;
                let fee = fee(quote, base.fee_rate)?;
                Ok(Deal { paid: quote.checked_sub(fee)?, fee })
            }
            Trade::SellQuote(base) => {
                let fee = fee(amount_in, base.fee_rate)?;
                let paid = base.buy(amount_in.checked_sub(fee)?, base.spread, self.quote_unit)?;
                Ok(Deal { paid, fee })
            }
            Trade::BaseToBase(from, to) => {
                let spread = from.spread.max(to.spread) / 2;
                let quote = from.sell(amount_in, spread, self.quote_unit)?;
                let fee = fee(quote, from.fee_rate.max(to.fee_rate))?;
                let paid = to.buy(quote.checked_sub(fee)?, spread, self.quote_unit)?;
                Ok(Deal { paid, fee })
            }
        }
    }

    fn reserve_of(&self, trade: &Trade) -> U256 {
        match trade {
            Trade::SellBase(_) => self.quote_reserve,
            Trade::SellQuote(base) | Trade::BaseToBase(_, base) => base.reserve,
        }
    }

    /// Base units to quote units, or the other way round, at the oracle's price.
    fn price_of(&self, base: &Base) -> f64 {
        base.price.to_f64() / base.price_unit.to_f64() * self.quote_unit.to_f64() / base.unit.to_f64()
    }

    /// Move of the price per quote unit.
    fn move_of(&self, base: &Base) -> f64 {
        base.coeff.to_f64() / ONE as f64 / self.quote_unit.to_f64()
    }

    /// Output and marginal rate in doubles, of a sale of base for quote without a fee.
    fn sell_f64(&self, base: &Base, spread: u64, amount: f64) -> (f64, f64) {
        let price = self.price_of(base);
        let gamma = self.move_of(base) * price * amount;
        let kept = 1.0 - spread as f64 / ONE as f64;
        (amount * price * (kept - gamma), price * (kept - 2.0 * gamma))
    }

    /// The same for quote that buys base.
    fn buy_f64(&self, base: &Base, spread: u64, amount: f64) -> (f64, f64) {
        let price = self.price_of(base);
        let gamma = self.move_of(base) * amount;
        let kept = 1.0 - spread as f64 / ONE as f64;
        (amount / price * (kept - gamma), (kept - 2.0 * gamma) / price)
    }

    fn curve(&self, trade: &Trade, amount: f64) -> (f64, f64) {
        let kept = |rate: u16| 1.0 - f64::from(rate) / f64::from(FEE_ONE);
        match trade {
            Trade::SellBase(base) => {
                let (out, rate) = self.sell_f64(base, base.spread, amount);
                (out * kept(base.fee_rate), rate * kept(base.fee_rate))
            }
            Trade::SellQuote(base) => {
                let (out, rate) = self.buy_f64(base, base.spread, amount * kept(base.fee_rate));
                (out, rate * kept(base.fee_rate))
            }
            Trade::BaseToBase(from, to) => {
                let (spread, kept) = (from.spread.max(to.spread) / 2, kept(from.fee_rate.max(to.fee_rate)));
                let (quote, first) = self.sell_f64(from, spread, amount);
                let (out, second) = self.buy_f64(to, spread, quote * kept);
                (out, first * kept * second)
            }
        }
    }

    fn has_prices(trade: &Trade) -> bool {
        match trade {
            Trade::SellBase(base) | Trade::SellQuote(base) => base.check_price().is_ok(),
            Trade::BaseToBase(from, to) => from.check_price().and(to.check_price()).is_ok(),
        }
    }
}

impl Base {
    fn check_price(&self) -> Answer<()> {
        if !self.is_feasible || self.price.is_zero() {
            return Err(Refusal::OracleUnavailable);
        }
        Ok(())
    }

    /// _calcQuoteAmountSellBase.
    fn sell(&self, amount: U256, spread: u64, quote_unit: U256) -> Answer<U256> {
        self.check_price()?;
        let value = amount.checked_mul(self.price)?;
        let scaled = value.checked_mul(quote_unit)?;
        self.check_notional(scaled.checked_div(self.unit)?.checked_div(self.price_unit)?)?;
        let gamma = value.checked_mul(self.coeff)?.checked_div(self.price_unit)?.checked_div(self.unit)?;
        let kept = self.kept(gamma, spread)?;
        scaled.checked_div(self.price_unit)?.checked_mul(kept)?.checked_div(U256::from(ONE))?.checked_div(self.unit)
    }

    /// _calcBaseAmountSellQuote.
    fn buy(&self, quote: U256, spread: u64, quote_unit: U256) -> Answer<U256> {
        self.check_price()?;
        self.check_notional(quote)?;
        let gamma = quote.checked_mul(self.coeff)?.checked_div(quote_unit)?;
        let kept = self.kept(gamma, spread)?;
        // The price that it posts is divided by 1 − gamma.
        if gamma == U256::from(ONE) {
            return Err(Refusal::Overflow);
        }
        let value = quote.checked_mul(self.unit)?.checked_mul(self.price_unit)?.checked_div(self.price)?;
        value.checked_mul(kept)?.checked_div(U256::from(ONE))?.checked_div(quote_unit)
    }

    fn check_notional(&self, quote: U256) -> Answer<()> {
        if quote > self.max_notional {
            return Err(Refusal::LimitExceeded);
        }
        Ok(())
    }

    /// Share that the move of the price and the spread leave.
    fn kept(&self, gamma: U256, spread: u64) -> Answer<U256> {
        if gamma > self.max_gamma {
            return Err(Refusal::LimitExceeded);
        }
        U256::from(ONE).checked_sub(gamma)?.checked_sub(U256::from(spread))
    }
}

fn fee(quote: U256, rate: u16) -> Answer<U256> {
    quote.checked_mul(U256::from(u32::from(rate)))?.checked_div(U256::from(FEE_ONE))
}

impl Family for WooPool {
    fn token_count(&self) -> usize {
        self.bases.len() + 1
    }

    /// The oracle's posts and the owner's setters leave no log of the pool, and a price gets too old.
    fn silent_inputs(&self) -> &'static [&'static str] {
        &["price", "spread", "coeff", "woFeasible", "feeRate", "maxGamma", "maxNotionalSwap", "time"]
    }

    /// swap: the fee leaves the quote reserve too, where base is paid in.
    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let trade = self.trade(direction)?;
        let Deal { paid, fee } = self.deal(&trade, amount_in)?;
        let from_quote = match trade {
            Trade::SellBase(_) => paid.checked_add(fee)?,
            Trade::SellQuote(_) => U256::ZERO,
            Trade::BaseToBase(..) => fee,
        };
        if paid > self.reserve_of(&trade) || from_quote > self.quote_reserve {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(paid)
    }

    /// query, which only looks at what is paid and, from base to base, at the fee.
    fn view(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let trade = self.trade(direction)?;
        let Deal { paid, fee } = self.deal(&trade, amount_in)?;
        let lacks_fee = matches!(trade, Trade::BaseToBase(..)) && fee > self.quote_reserve;
        if paid > self.reserve_of(&trade) || lacks_fee {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(paid)
    }

    /// Without any move of the price. An input that is worth less than a quote unit's fee may be paid that unit's worth more.
    fn rate(&self, direction: Direction, _at: At) -> f64 {
        match self.trade(direction) {
            Ok(trade) if Self::has_prices(&trade) => self.curve(&trade, 0.0).1.max(0.0),
            _ => 0.0,
        }
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        let trade = self.trade(direction).ok()?;
        if !Self::has_prices(&trade) {
            return None;
        }
        let (out, rate) = self.curve(&trade, amount_in);
        (out >= 0.0 && out <= self.reserve_of(&trade).to_f64()).then_some((out, rate.max(0.0)))
    }
}

#[cfg(test)]
mod tests;
