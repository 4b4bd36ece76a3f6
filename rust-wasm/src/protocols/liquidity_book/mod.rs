//! Liquidity Book 2.2 (`LBPair` with `BinHelper`, `PairParameterHelper`, `FeeHelper`; traderjoe-xyz/joe-v2 at 067c6cc). Token 0 is X, 1 is Y.
//!
//! Liquidity lies in bins of one constant price each. A swap takes bin after bin, away from the active one. The fee grows with the square of a
//! volatility accumulator, which is refreshed at each bin that pays, before its fee is taken, and which decays with time. `getSwapOut` names
//! what it leaves over; `swap` reverts where anything is left. A pair with hooks answers to its hooks too, which are not covered here.

mod price;
#[cfg(test)]
mod tests;

use super::family::{At, Direction, Family};
use crate::json;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use price::{bin_price, Price};
use serde::Deserialize;

/// Fees are shares of it (Constants.PRECISION).
const PRECISION: u128 = 1_000_000_000_000_000_000;
/// FeeHelper reverts above 10 % (Constants.MAX_FEE).
const MAX_FEE: u128 = PRECISION / 10;
const BASIS_POINT_MAX: u32 = 10_000;
/// Constants.MAX_LIQUIDITY_PER_BIN in 64-bit words: (2^256 − 1) ÷ (2 × log_1.0001(2^128)).
const MAX_LIQUIDITY_PER_BIN: [u64; 4] = [0x6d33_6ca2_a775_b611, 0xca44_773d_d596_d31a, 0xe0d0_f4e4_00fc_e79a, 0x0974_5258_e83d];

/// The state's JSON form.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct BookState {
    #[serde(deserialize_with = "json::integer")]
    bin_step: u16,
    #[serde(deserialize_with = "json::integer")]
    active_id: u32,
    #[serde(deserialize_with = "json::integer")]
    base_factor: u16,
    #[serde(deserialize_with = "json::integer")]
    filter_period: u16,
    #[serde(deserialize_with = "json::integer")]
    decay_period: u16,
    #[serde(deserialize_with = "json::integer")]
    reduction_factor: u32,
    #[serde(deserialize_with = "json::integer")]
    variable_fee_control: u32,
    #[serde(deserialize_with = "json::integer")]
    max_volatility_accumulator: u32,
    #[serde(deserialize_with = "json::integer")]
    volatility_accumulator: u32,
    #[serde(deserialize_with = "json::integer")]
    volatility_reference: u32,
    #[serde(deserialize_with = "json::integer")]
    id_reference: u32,
    #[serde(deserialize_with = "json::integer")]
    time_of_last_update: u64,
    #[serde(deserialize_with = "json::integer")]
    timestamp: u64,
    bins: Vec<BinState>,
}

/// `[id, reserveX, reserveY]`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct BinState(
    #[serde(deserialize_with = "json::integer")] u32,
    #[serde(deserialize_with = "json::integer")] u128,
    #[serde(deserialize_with = "json::integer")] u128,
);

impl TryFrom<BookState> for LiquidityBook {
    type Error = &'static str;

    fn try_from(state: BookState) -> Result<Self, Self::Error> {
        // The widths of PairParameterHelper's packed fields; they keep every fee below 2^97.
        let checks = [
            (state.bin_step > 0, "`binStep` must be above 0"),
            (state.active_id >> 24 == 0, "`activeId` must fit uint24"),
            (state.id_reference >> 24 == 0, "`idReference` must fit uint24"),
            (state.filter_period <= state.decay_period, "`filterPeriod` must not exceed `decayPeriod`"),
            (state.reduction_factor <= BASIS_POINT_MAX, "`reductionFactor` must be at most 10,000"),
            (state.variable_fee_control >> 24 == 0, "`variableFeeControl` must fit uint24"),
            (state.max_volatility_accumulator >> 20 == 0, "`maxVolatilityAccumulator` must fit uint20"),
            (state.volatility_accumulator >> 20 == 0, "`volatilityAccumulator` must fit uint20"),
            (state.volatility_reference >> 20 == 0, "`volatilityReference` must fit uint20"),
        ];
        if let Some((_, sentence)) = checks.iter().find(|(holds, _)| !holds) {
            return Err(sentence);
        }
        let mut bins = Vec::with_capacity(state.bins.len());
        let mut held = [0u128; 2];
        for BinState(id, x, y) in state.bins {
            let price = bin_price(state.bin_step, id).ok_or("`bins`: an id lies beyond the prices that the pair can compute")?;
            for (sum, reserve) in held.iter_mut().zip([x, y]) {
                *sum = sum.checked_add(reserve).ok_or("`bins`: the reserves of a token must fit uint128 together")?;
            }
            bins.push(Bin { id, price, reserves: [x, y] });
        }
        bins.sort_by_key(|bin| bin.id);
        if bins.windows(2).any(|pair| pair[0].id == pair[1].id) {
            return Err("`bins` must name each id once");
        }
        Ok(Self {
            bin_step: u128::from(state.bin_step),
            base_fee: u128::from(state.base_factor) * u128::from(state.bin_step) * 10_000_000_000,
            active_id: state.active_id,
            filter_period: u64::from(state.filter_period),
            decay_period: u64::from(state.decay_period),
            reduction_factor: state.reduction_factor,
            variable_fee_control: u128::from(state.variable_fee_control),
            max_accumulator: u64::from(state.max_volatility_accumulator),
            accumulator: state.volatility_accumulator,
            references: References { volatility: state.volatility_reference, id: state.id_reference },
            last_update: state.time_of_last_update,
            timestamp: state.timestamp,
            bins,
            held,
        })
    }
}

/// A pair with all its bins that hold anything.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "BookState")]
pub struct LiquidityBook {
    bin_step: u128,
    /// Share of [`PRECISION`], as all fees here.
    base_fee: u128,
    active_id: u32,
    /// Seconds.
    filter_period: u64,
    decay_period: u64,
    reduction_factor: u32,
    variable_fee_control: u128,
    max_accumulator: u64,
    accumulator: u32,
    references: References,
    last_update: u64,
    timestamp: u64,
    /// By rising id.
    bins: Vec<Bin>,
    /// Sum of the bins, by token.
    held: [u128; 2],
}

crate::json::schema_of!(LiquidityBook, BookState);

#[derive(Clone, Debug)]
struct Bin {
    id: u32,
    price: Price,
    reserves: [u128; 2],
}

/// What the volatility accumulator is measured from.
#[derive(Clone, Copy, Debug)]
struct References {
    volatility: u32,
    id: u32,
}

/// What a swap takes and pays, in a bin or altogether.
#[derive(Clone, Copy, Debug, Default)]
struct Fill {
    taken: u128,
    paid: u128,
}

impl LiquidityBook {
    /// PairParameterHelper.updateReferences: within the filter period nothing decays, after the decay period nothing is left.
    fn references_at(&self, at: At) -> Answer<References> {
        let elapsed = at.unwrap_or(self.timestamp).checked_sub(self.last_update).ok_or(Refusal::Overflow)?;
        if elapsed < self.filter_period {
            return Ok(self.references);
        }
        // At most 2^20 × 10,000, and a quotient no larger than the accumulator.
        let decayed = u64::from(self.accumulator) * u64::from(self.reduction_factor) / u64::from(BASIS_POINT_MAX);
        let volatility = if elapsed < self.decay_period { decayed as u32 } else { 0 };
        Ok(References { volatility, id: self.active_id })
    }

    /// PairParameterHelper.updateVolatilityAccumulator and getTotalFee.
    fn fee(&self, bin: &Bin, references: References) -> u128 {
        let moved = u64::from(bin.id.abs_diff(references.id)) * u64::from(BASIS_POINT_MAX);
        let accumulator = (u64::from(references.volatility) + moved).min(self.max_accumulator);
        let product = u128::from(accumulator) * self.bin_step;
        // (2^20 × 2^16)² × 2^24 = 2^96.
        self.base_fee + (product * product * self.variable_fee_control).div_ceil(100)
    }

    /// The bins that pay, from the active one on, in the order of the swap.
    fn along(&self, direction: Direction) -> impl Iterator<Item = &Bin> {
        let (below, above) = if direction.zero_for_one() {
            (self.bins.partition_point(|bin| bin.id <= self.active_id), self.bins.len())
        } else {
            (0, self.bins.partition_point(|bin| bin.id < self.active_id))
        };
        let descending = self.bins[..below].iter().rev();
        descending.chain(&self.bins[above..]).filter(move |bin| bin.reserves[direction.to] > 0)
    }

    /// LBPair.getSwapOut.
    fn swap_out(&self, direction: Direction, amount_in: u128, at: At) -> Answer<Fill> {
        let references = self.references_at(at)?;
        let mut sum = Fill::default();
        for bin in self.along(direction) {
            let left = amount_in - sum.taken;
            let fill = bin.fill(direction, left, self.fee(bin, references))?;
            // Both below: the input is bounded by `amount_in`, the output by `held`.
            sum = Fill { taken: sum.taken + fill.taken, paid: sum.paid + fill.paid };
            if sum.taken == amount_in {
                break;
            }
        }
        Ok(sum)
    }

    /// LBPair.getSwapIn, but for inputs beyond uint128, which it truncates: no swap in that bin is possible, so refused.
    fn swap_in(&self, direction: Direction, amount_out: u128, at: At) -> Answer<Fill> {
        let references = self.references_at(at)?;
        let mut sum = Fill::default();
        for bin in self.along(direction) {
            let paid = (amount_out - sum.paid).min(bin.reserves[direction.to]);
            let taken = bin.input_with_fee(direction, paid, self.fee(bin, references))?;
            sum = Fill { taken: sum.taken.checked_add(taken).ok_or(Refusal::Overflow)?, paid: sum.paid + paid };
            if sum.paid == amount_out {
                break;
            }
        }
        Ok(sum)
    }

    /// Output per input in a bin, after the fee.
    fn bin_rate(&self, bin: &Bin, direction: Direction, references: References) -> f64 {
        bin.price.rate(direction.zero_for_one()) * (1.0 - self.fee(bin, references) as f64 / PRECISION as f64)
    }
}

impl Bin {
    /// BinHelper.getAmounts: all that the bin holds where the input reaches for it, with the fee added to what the reserve costs; else the fee
    /// taken from the input.
    fn fill(&self, direction: Direction, left: u128, fee: u128) -> Answer<Fill> {
        let reserve = self.reserves[direction.to];
        let most = self.input_with_fee(direction, reserve, fee)?;
        let fill = if left >= most {
            Fill { taken: most, paid: reserve }
        } else {
            // FeeHelper.getFeeAmountFrom: below a tenth of `left`, rounded up.
            let fee_amount = U256::from(left).mul_div_up(U256::from(fee), U256::from(PRECISION))?.low_u128();
            let paid = self.price.output(direction.zero_for_one(), left - fee_amount)?.to_u128()?;
            Fill { taken: left, paid: paid.min(reserve) }
        };
        self.check_liquidity(direction, fill)?;
        Ok(fill)
    }

    /// What `paid` costs, fee included, both rounded up (FeeHelper.getFeeAmount).
    fn input_with_fee(&self, direction: Direction, paid: u128, fee: u128) -> Answer<u128> {
        let amount = self.price.input(direction.zero_for_one(), paid)?.to_u128()?;
        if fee > MAX_FEE {
            return Err(Refusal::LimitExceeded);
        }
        let fee_amount = U256::from(amount).mul_div_up(U256::from(fee), U256::from(PRECISION - fee))?.to_u128()?;
        amount.checked_add(fee_amount).ok_or(Refusal::Overflow)
    }

    /// The bin's liquidity after the swap, price × x + y × 2^128, has a cap.
    fn check_liquidity(&self, direction: Direction, fill: Fill) -> Answer<()> {
        let mut after = self.reserves;
        after[direction.from] = after[direction.from].checked_add(fill.taken).ok_or(Refusal::Overflow)?;
        after[direction.to] -= fill.paid;
        if self.price.liquidity(after)? > U256::from_words(&MAX_LIQUIDITY_PER_BIN) {
            return Err(Refusal::LimitExceeded);
        }
        Ok(())
    }
}

impl Family for LiquidityBook {
    fn token_count(&self) -> usize {
        2
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["time"]
    }

    fn quote(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        let direction = direction.checked(2)?;
        let amount_in = amount_in.to_u128()?;
        if amount_in == 0 {
            return Err(Refusal::AmountTooSmall);
        }
        // The pair adds the input to its reserves first. They also hold protocol fees, which the state does not name.
        self.held[direction.from].checked_add(amount_in).ok_or(Refusal::Overflow)?;
        let fill = self.swap_out(direction, amount_in, at)?;
        if fill.taken < amount_in {
            return Err(Refusal::InsufficientLiquidity);
        }
        if fill.paid == 0 {
            return Err(Refusal::AmountTooSmall);
        }
        Ok(U256::from(fill.paid))
    }

    fn view(&self, direction: Direction, amount_in: U256, at: At) -> Answer<U256> {
        self.partial(direction, amount_in, at).map(|[_, paid]| paid)
    }

    fn partial(&self, direction: Direction, amount_in: U256, at: At) -> Answer<[U256; 2]> {
        let fill = self.swap_out(direction.checked(2)?, amount_in.to_u128()?, at)?;
        Ok([U256::from(fill.taken), U256::from(fill.paid)])
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        let direction = direction.checked(2)?;
        let amount_out = amount_out.to_u128()?;
        let fill = self.swap_in(direction, amount_out, at)?;
        if fill.paid < amount_out {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(U256::from(fill.taken))
    }

    /// Not always the first bin's: the fee falls towards the reference id, so a later bin may be the better one.
    fn rate(&self, direction: Direction, at: At) -> f64 {
        let (Ok(direction), Ok(references)) = (direction.checked(2), self.references_at(at)) else { return 0.0 };
        let most_kept = 1.0 - self.base_fee as f64 / PRECISION as f64;
        let mut best = 0.0;
        for bin in self.along(direction) {
            if self.fee(bin, references) > MAX_FEE || bin.price.rate(direction.zero_for_one()) * most_kept < best {
                break;
            }
            best = self.bin_rate(bin, direction, references).max(best);
        }
        best
    }

    fn estimate(&self, direction: Direction, amount_in: f64, at: At) -> Option<(f64, f64)> {
        let direction = direction.checked(2).ok()?;
        let references = self.references_at(at).ok()?;
        let (mut left, mut paid) = (amount_in, 0.0);
        for bin in self.along(direction) {
            let rate = self.bin_rate(bin, direction, references);
            let reserve = bin.reserves[direction.to] as f64;
            if left * rate <= reserve {
                return Some((paid + left * rate, rate));
            }
            left -= reserve / rate;
            paid += reserve;
        }
        None
    }
}
