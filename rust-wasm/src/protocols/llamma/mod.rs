//! Curve's LLAMMA, the AMM of crvUSD and of Llamalend (`AMM.vy`, curvefi/curve-stablecoin): the mint markets' version (Vyper 0.3.7, a95d6c3) and
//! the lending markets' (0.3.10, afc2608), told apart by `variant`. Coin 0 is the borrowed one (x), coin 1 the collateral (y).
//!
//! Collateral lies in bands around the price of an oracle, each a shifted constant product whose price moves against the oracle's. A swap walks from
//! the active band: upwards when x is paid in, downwards for y. What cannot be filled is left with the sender: `exchange` takes less than it was
//! offered, and nothing at all where it would pay nothing; `quote` refuses both. Lending markets add a fee in each band, a quarter of its
//! distance from the oracle's price.

mod prices;
#[cfg(test)]
mod tests;
mod walk;

use super::family::{At, Direction, Family};
use crate::i256::I256;
use crate::json;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use prices::{Limiter, Oracle};
use serde::Deserialize;
use walk::Walk;

/// 1 for prices, fees and multipliers.
const ONE: u64 = 1_000_000_000_000_000_000;
/// Band numbers beyond it cannot be priced, long before they overflow.
const MAX_BAND: u64 = 1 << 40;

/// The state's JSON form. `price_oracle` and `dynamic_fee` are those at `timestamp`; with the three private fields that they come from they
/// follow the target block's time. So does `rate_mul`: stored at `rate_time`, or else read at `timestamp`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct MarketState {
    variant: String,
    #[serde(rename = "A", deserialize_with = "json::integer")]
    amplification: u32,
    #[serde(deserialize_with = "json::integer")]
    fee: u64,
    #[serde(deserialize_with = "json::integer")]
    admin_fee: u64,
    #[serde(rename = "BASE_PRICE", deserialize_with = "json::integer")]
    base_price: u128,
    #[serde(rename = "LOG_A_RATIO", deserialize_with = "json::integer")]
    log_a_ratio: u64,
    #[serde(deserialize_with = "json::integer")]
    borrowed_precision: u64,
    #[serde(deserialize_with = "json::integer")]
    collateral_precision: u64,
    #[serde(deserialize_with = "json::integer")]
    rate: u64,
    rate_mul: U256,
    rate_time: Option<Seconds>,
    #[serde(deserialize_with = "json::integer")]
    timestamp: u64,
    #[serde(deserialize_with = "json::integer")]
    oracle_price: u128,
    #[serde(deserialize_with = "json::integer")]
    price_oracle: u128,
    #[serde(deserialize_with = "json::integer")]
    dynamic_fee: u64,
    old_p_o: Option<U256>,
    old_dfee: Option<U256>,
    prev_p_o_time: Option<Seconds>,
    #[serde(deserialize_with = "json::integer")]
    active_band: i64,
    #[serde(deserialize_with = "json::integer")]
    min_band: i64,
    #[serde(deserialize_with = "json::integer")]
    max_band: i64,
    bands: Vec<BandState>,
}

#[derive(Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Seconds(#[serde(deserialize_with = "json::integer")] u64);

/// `[n, x, y]`, amounts with 18 decimals.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct BandState(
    #[serde(deserialize_with = "json::integer")] i64,
    #[serde(deserialize_with = "json::integer")] u128,
    #[serde(deserialize_with = "json::integer")] u128,
);

impl TryFrom<MarketState> for Llamma {
    type Error = &'static str;

    fn try_from(state: MarketState) -> Result<Self, Self::Error> {
        let version = match state.variant.as_str() {
            "llamma-v0.3.7-2023-05" => Version::Mint,
            "llamma-v0.3.10-2024-03" => Version::Lending,
            _ => return Err("`variant` must be \"llamma-v0.3.7-2023-05\" or \"llamma-v0.3.10-2024-03\""),
        };
        let near = |band: i64| band.unsigned_abs() < MAX_BAND;
        let checks = [
            ((2..=10_000).contains(&state.amplification), "`A` must be from 2 to 10,000"),
            (state.fee < ONE, "`fee` must be below 10^18"),
            (state.dynamic_fee < ONE, "`dynamic_fee` must be below 10^18"),
            (state.admin_fee <= ONE, "`admin_fee` must be at most 10^18"),
            (state.log_a_ratio <= ONE, "`LOG_A_RATIO` must be at most 10^18"),
            (state.borrowed_precision > 0, "`borrowed_precision` must be above 0"),
            (state.collateral_precision > 0, "`collateral_precision` must be above 0"),
            (near(state.active_band) && near(state.min_band) && near(state.max_band), "`active_band`, `min_band` or `max_band` is too far away"),
        ];
        if let Some((_, sentence)) = checks.iter().find(|(holds, _)| !holds) {
            return Err(sentence);
        }
        let limiter = match (state.old_p_o, state.old_dfee, state.prev_p_o_time) {
            (None, None, None) => None,
            (Some(price), Some(fee), Some(Seconds(time))) if price.bits() <= 128 && fee <= U256::from(ONE) => Some(Limiter { price, fee, time }),
            _ => return Err("`old_p_o` (uint128), `old_dfee` (at most 10^18) and `prev_p_o_time` must be given together"),
        };
        let amplification = U256::from(state.amplification);
        let mut bands: Vec<Band> = state.bands.iter().map(|BandState(n, x, y)| Band { n: *n, held: [U256::from(*x), U256::from(*y)] }).collect();
        bands.sort_by_key(|band| band.n);
        if bands.windows(2).any(|pair| pair[0].n == pair[1].n) {
            return Err("`bands` must name each band once");
        }
        Ok(Self {
            version,
            amplification,
            below: amplification.saturating_sub(U256::ONE),
            max_ratio: prices::max_ratio(version, state.amplification).map_err(|_| "`A` is too large for this version's constructor")?,
            log_a_ratio: I256::from(state.log_a_ratio as i64),
            base_price: U256::from(state.base_price),
            precisions: [U256::from(state.borrowed_precision), U256::from(state.collateral_precision)],
            fee: U256::from(state.fee),
            rate: U256::from(state.rate),
            rate_mul: state.rate_mul,
            rate_time: state.rate_time.map_or(state.timestamp, |Seconds(time)| time),
            timestamp: state.timestamp,
            oracle: Oracle {
                external: U256::from(state.oracle_price),
                price: U256::from(state.price_oracle),
                fee: U256::from(state.dynamic_fee),
                limiter,
            },
            active_band: state.active_band,
            min_band: state.min_band,
            max_band: state.max_band,
            bands,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Mint,
    Lending,
}

/// A market's AMM. Prices and amounts of bands have 18 decimals.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "MarketState")]
pub struct Llamma {
    version: Version,
    /// A, and A − 1: a band reaches down to the (A − 1) ÷ A of its upper price.
    amplification: U256,
    below: U256,
    /// MAX_ORACLE_DN_POW, (A ÷ (A − 1))^50: no band further from the oracle's price is touched.
    max_ratio: U256,
    /// ln(A ÷ (A − 1)).
    log_a_ratio: I256,
    /// Upper price of band 0 at the start.
    base_price: U256,
    /// By coin: 10^(18 − decimals).
    precisions: [U256; 2],
    fee: U256,
    rate: U256,
    rate_mul: U256,
    rate_time: u64,
    timestamp: u64,
    oracle: Oracle,
    active_band: i64,
    min_band: i64,
    max_band: i64,
    /// By rising number.
    bands: Vec<Band>,
}

crate::json::schema_of!(Llamma, MarketState);

#[derive(Clone, Copy, Debug)]
struct Band {
    n: i64,
    held: [U256; 2],
}

impl Llamma {
    fn held(&self, n: i64) -> [U256; 2] {
        let place = self.bands.binary_search_by_key(&n, |band| band.n);
        place.ok().and_then(|place| self.bands.get(place)).map_or([U256::ZERO; 2], |band| band.held)
    }

    /// calc_swap_out in token units: what is taken of the input, rounded up, and what is paid for it, rounded down.
    fn swap_out(&self, direction: Direction, amount_in: U256, at: At) -> Answer<[U256; 2]> {
        let (unit_in, unit_out) = (self.precisions[direction.from], self.precisions[direction.to]);
        let offered = amount_in.checked_mul(unit_in)?;
        let (mut left, mut paid) = (offered, U256::ZERO);
        for level in Walk::new(self, direction, at)? {
            let level = level?;
            let cost = level.with_fee(level.full_input()?)?;
            if cost >= left {
                paid = paid.checked_add(level.output(left)?)?;
                left = U256::ZERO;
                break;
            }
            // One unit at least, so that no dust stays.
            left = left.checked_sub(cost.max(U256::ONE))?;
            paid = paid.checked_add(level.out_held)?;
        }
        Ok([offered.checked_sub(left)?.div_ceil(unit_in)?, paid.checked_div(unit_out)?])
    }

    /// calc_swap_in in token units: what is paid, and what it takes.
    fn swap_in(&self, direction: Direction, amount_out: U256, at: At) -> Answer<[U256; 2]> {
        let (unit_in, unit_out) = (self.precisions[direction.from], self.precisions[direction.to]);
        let wanted = amount_out.checked_mul(unit_out)?;
        let (mut left, mut taken) = (wanted, U256::ZERO);
        for level in Walk::new(self, direction, at)? {
            let level = level?;
            let part = left.min(level.out_held);
            let cost = level.with_fee(level.input(part)?)?;
            if part == left {
                taken = taken.checked_add(cost)?;
                left = U256::ZERO;
                break;
            }
            taken = taken.checked_add(cost.max(U256::ONE))?;
            left = left.checked_sub(part)?;
        }
        Ok([wanted.checked_sub(left)?.checked_div(unit_out)?, taken.div_ceil(unit_in)?])
    }

    /// Output units of a token per input unit of the other, from amounts with 18 decimals.
    fn units(&self, direction: Direction) -> f64 {
        self.precisions[direction.from].to_f64() / self.precisions[direction.to].to_f64()
    }
}

impl Family for Llamma {
    fn token_count(&self) -> usize {
        2
    }

    /// The oracle answers anew in each block; interest moves all bands; the fee for its moves fades within two minutes.
    fn silent_inputs(&self) -> &'static [&'static str] {
        &["oracle_price", "price_oracle", "dynamic_fee", "time"]
    }

    /// exchange, where it takes the whole input and pays something.
    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let [taken, paid] = self.partial(direction, amount_in, at)?;
        if taken < amount_in {
            return Err(Refusal::InsufficientLiquidity);
        }
        if paid.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        Ok(paid)
    }

    /// get_dy.
    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        self.partial(direction, amount_in, at).map(|[_, paid]| paid)
    }

    /// get_dxdy.
    fn partial(&self, direction: Direction, amount_in: U256, at: At) -> Answer<[U256; 2]> {
        let direction = direction.checked(2)?;
        if amount_in.is_zero() {
            return Ok([U256::ZERO; 2]);
        }
        self.swap_out(direction, amount_in, at)
    }

    /// get_dydx, where it reaches the whole output.
    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        let direction = direction.checked(2)?;
        if amount_out.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let [paid, taken] = self.swap_in(direction, amount_out, at)?;
        if paid < amount_out {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(taken)
    }

    /// Prices get worse from band to band, but the fee of a lending market's later band may be the lower one.
    fn rate(&self, direction: Direction, at: At) -> f64 {
        let Ok(direction) = direction.checked(2) else { return 0.0 };
        let Ok(walk) = Walk::new(self, direction, at) else { return 0.0 };
        let least_fee = walk.least_fee_factor();
        let mut best = 0.0f64;
        for level in walk.map_while(Result::ok) {
            if level.price() / least_fee <= best {
                break;
            }
            best = best.max(level.price() / level.fee_factor());
        }
        best * self.units(direction)
    }

    fn estimate(&self, direction: Direction, amount_in: f64, at: At) -> Option<(f64, f64)> {
        let direction = direction.checked(2).ok()?;
        let unit_out = self.precisions[direction.to].to_f64();
        let (mut left, mut paid) = (amount_in * self.precisions[direction.from].to_f64(), 0.0);
        for level in Walk::new(self, direction, at).ok()? {
            let level = level.ok()?;
            let (depth, factor) = (level.depth(), level.fee_factor());
            let out_held = level.out_held.to_f64();
            let full = depth * out_held / level.out_base.to_f64() * factor;
            if left <= full {
                let after = depth + left / factor;
                let out = level.price() * depth * (left / factor) / after;
                let slope = level.price() * depth * depth / (after * after) / factor;
                return Some(((paid + out) / unit_out, slope * self.units(direction)));
            }
            left -= full;
            paid += out_held;
        }
        None
    }
}
