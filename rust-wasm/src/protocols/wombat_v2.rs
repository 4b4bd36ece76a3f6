//! Wombat pools with a fee for high coverage (`HighCovRatioFeePoolV2` on `PoolV2` and `CoreV2`; wombat-exchange/v1-core at 5887ec5), without
//! relative prices: scale factor 1. Tokens by their place in `assets`.
//!
//! Each asset has cash and liability in 18 decimals, whatever its token has. The sum of L × (r − A ÷ r) over both assets is kept, r being
//! cash ÷ liability: the answer comes from a quadratic equation in r, whose last digit is worth liability ÷ 10^18. So amounts below that are paid
//! by chance, a few digits more or less, and a quote may answer 0 or a little too much for them; the swap pays the same. `WOMBAT_FORBIDDEN`,
//! coverage below 1 % afterwards, is of the swap alone.

use super::family::{At, Direction, Family};
use crate::i256::I256;
use crate::json;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

const WAD: u64 = 1_000_000_000_000_000_000;
/// The steps of the square root: from any guess the next value is at most half of a 256-bit number, and each further step halves the distance.
const MAX_STEPS: usize = 512;

/// `cash` and `liability` are stored as uint120.
const STORED_BITS: u32 = 120;

/// The state's JSON form.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct PoolState {
    #[serde(deserialize_with = "json::integer")]
    amp_factor: u64,
    #[serde(deserialize_with = "json::integer")]
    haircut_rate: u64,
    #[serde(deserialize_with = "json::integer")]
    start_cov_ratio: u128,
    #[serde(deserialize_with = "json::integer")]
    end_cov_ratio: u128,
    assets: Vec<AssetState>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct AssetState {
    #[serde(deserialize_with = "json::integer")]
    cash: u128,
    #[serde(deserialize_with = "json::integer")]
    liability: u128,
    #[serde(deserialize_with = "json::integer")]
    decimals: u32,
}

impl TryFrom<PoolState> for WombatPool {
    type Error = &'static str;

    fn try_from(state: PoolState) -> Result<Self, Self::Error> {
        let fits = |asset: &AssetState| asset.cash >> STORED_BITS == 0 && asset.liability >> STORED_BITS == 0;
        let checks = [
            (state.amp_factor <= WAD, "`ampFactor` must be at most 10^18"),
            (state.haircut_rate <= WAD, "`haircutRate` must be at most 10^18"),
            (state.start_cov_ratio >= u128::from(WAD), "`startCovRatio` must be at least 10^18"),
            (state.start_cov_ratio <= state.end_cov_ratio, "`startCovRatio` must not exceed `endCovRatio`"),
            (state.assets.iter().all(fits), "`assets`: `cash` and `liability` must fit uint120"),
            (state.assets.iter().all(|asset| asset.decimals <= 18), "`assets`: `decimals` must be at most 18"),
        ];
        if let Some((_, sentence)) = checks.iter().find(|(holds, _)| !holds) {
            return Err(sentence);
        }
        let asset = |AssetState { cash, liability, decimals }| Asset {
            cash: U256::from(cash),
            liability: U256::from(liability),
            unit: U256::from(10u64.pow(18 - decimals)),
        };
        Ok(Self {
            amp: I256::from(state.amp_factor as i64),
            haircut_rate: U256::from(state.haircut_rate),
            start_cov: U256::from(state.start_cov_ratio),
            end_cov: U256::from(state.end_cov_ratio),
            assets: state.assets.into_iter().map(asset).collect(),
        })
    }
}

/// A pool; shares and coverage ratios are of 10^18.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "PoolState")]
pub struct WombatPool {
    amp: I256,
    haircut_rate: U256,
    /// Coverage of the asset paid in, from which on an extra fee is taken.
    start_cov: U256,
    /// Coverage at which that fee reaches everything, and beyond which no swap leads.
    end_cov: U256,
    assets: Vec<Asset>,
}

crate::json::schema_of!(WombatPool, PoolState);

/// Cash and liability in 18 decimals.
#[derive(Clone, Copy, Debug)]
struct Asset {
    cash: U256,
    liability: U256,
    /// 10^(18 − decimals): the token's smallest unit in 18 decimals.
    unit: U256,
}

/// What a swap pays and what it keeps, 18 decimals.
#[derive(Clone, Copy, Debug)]
struct Sale {
    paid: U256,
    haircut: U256,
}

impl WombatPool {
    /// Both assets of a direction: the one paid in, then the one paid out.
    fn sides(&self, direction: Direction) -> Answer<[Asset; 2]> {
        let Direction { from, to } = direction.checked(self.assets.len())?;
        match (self.assets.get(from), self.assets.get(to)) {
            (Some(from), Some(to)) => Ok([*from, *to]),
            _ => Err(Refusal::BrokenRoute),
        }
    }

    /// _quoteFrom for an exact input in 18 decimals.
    fn sell(&self, from: Asset, to: Asset, amount_in: U256) -> Answer<Sale> {
        let ideal = swap_quote(from, to, I256::from_unsigned(amount_in)?, self.amp)?;
        // The contract takes an input of 0, which only its own search tries, for one of an exact output: no check, no haircut.
        let haircut = if amount_in.is_zero() { U256::ZERO } else { wmul(ideal, self.haircut_rate)? };
        if !amount_in.is_zero() && to.cash < ideal {
            return Err(Refusal::InsufficientLiquidity);
        }
        let kept = ideal.checked_sub(haircut)?;
        let coverage = wdiv(from.cash.checked_add(amount_in)?, from.liability)?;
        let fee = wmul(self.high_coverage_fee(wdiv(from.cash, from.liability)?, coverage)?, kept)?;
        Ok(Sale { paid: kept.checked_sub(fee)?, haircut: haircut.checked_add(fee)? })
    }

    /// _highCovRatioFee: the average of a fee that rises from 0 at the one coverage ratio to everything at the other.
    fn high_coverage_fee(&self, before: U256, after: U256) -> Answer<U256> {
        if after > self.end_cov {
            return Err(Refusal::LimitExceeded);
        }
        if after <= self.start_cov || after <= before {
            return Ok(U256::ZERO);
        }
        // Ratios below 2^128 each: their squares fit.
        let square_above = |ratio: U256| {
            let above = ratio.saturating_sub(self.start_cov);
            above.checked_mul(above)
        };
        let area = square_above(after)?.checked_sub(square_above(before)?)?;
        let average = area.checked_div(after.checked_sub(before)?)? >> 1;
        wdiv(average, self.end_cov.checked_sub(self.start_cov)?)
    }

    /// _quoteFrom for an exact output: the input that the contract names, in 18 decimals.
    fn buy(&self, from: Asset, to: Asset, amount_out: U256) -> Answer<U256> {
        let rate = I256::from_unsigned(U256::from(WAD).checked_sub(self.haircut_rate)?)?;
        let before_haircut = signed_wdiv(I256::from_unsigned(amount_out)?.wrapping_neg(), rate)?;
        let input = swap_quote(to, from, before_haircut, self.amp)?;
        if before_haircut.is_negative() && to.cash < before_haircut.unsigned_abs() {
            return Err(Refusal::InsufficientLiquidity);
        }
        // Named beside the input, so that its overflow reverts.
        wmul(before_haircut.unsigned_abs(), self.haircut_rate)?;
        if wdiv(from.cash.checked_add(input)?, from.liability)? <= self.start_cov {
            return Ok(input);
        }
        if wdiv(from.cash, from.liability)? >= self.end_cov {
            return Err(Refusal::LimitExceeded);
        }
        self.search_input(from, to, amount_out)
    }

    /// _findUpperBound: halving between 1 unit of the token and what brings its coverage to the end.
    fn search_input(&self, from: Asset, to: Asset, amount_out: U256) -> Answer<U256> {
        let mut high = wmul(from.liability, self.end_cov)?.checked_sub(from.cash)?.checked_div(from.unit)?;
        let mut low = U256::ONE;
        let pays = |units: U256| Ok(self.sell(from, to, units.checked_mul(from.unit)?)?.paid >= amount_out);
        if !pays(high)? {
            return Err(Refusal::LimitExceeded);
        }
        while low < high {
            let middle = low.checked_add(high)? >> 1;
            if pays(middle)? {
                high = middle;
            } else {
                low = middle.checked_add(U256::ONE)?;
            }
        }
        high.checked_mul(from.unit)
    }

    fn sell_units(&self, direction: Direction, amount_in: U256) -> Answer<([Asset; 2], U256, Sale)> {
        let [from, to] = self.sides(direction)?;
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let wad_in = amount_in.checked_mul(from.unit)?;
        Ok(([from, to], wad_in, self.sell(from, to, wad_in)?))
    }

    /// The same equations in doubles.
    fn curve(&self, direction: Direction) -> Option<Curve> {
        let [from, to] = self.sides(direction).ok()?;
        let [x, lx, y, ly] = [from.cash, from.liability, to.cash, to.liability].map(|amount| amount.to_f64() / WAD as f64);
        let amp = self.amp.to_f64() / WAD as f64;
        let wad = |ratio: U256| ratio.to_f64() / WAD as f64;
        (x > 0.0 && y > 0.0 && lx > 0.0 && ly > 0.0).then(|| Curve {
            x,
            lx,
            y,
            ly,
            amp,
            kept: 1.0 - wad(self.haircut_rate),
            start: wad(self.start_cov),
            end: wad(self.end_cov),
            units_in: WAD as f64 / from.unit.to_f64(),
            units_out: WAD as f64 / to.unit.to_f64(),
        })
    }
}

/// CoreV2._swapQuoteFunc: the change of the cash of y for that of x, without its sign.
fn swap_quote(x: Asset, y: Asset, dx: I256, amp: I256) -> Answer<U256> {
    if x.liability.is_zero() || y.liability.is_zero() {
        return Err(Refusal::InsufficientLiquidity);
    }
    let [ax, ay, lx, ly] = [x.cash, y.cash, x.liability, y.liability].map(I256::from_bits);
    let squares = lx.checked_mul(lx)?.checked_div(ax)?.checked_add(ly.checked_mul(ly)?.checked_div(ay)?)?;
    let invariant = ax.checked_add(ay)?.checked_sub(signed_wmul(amp, squares)?)?;
    let rx = signed_wdiv(ax.checked_add(dx)?, lx)?;
    let weighted = lx.checked_mul(rx.checked_sub(signed_wdiv(amp, rx)?)?)?.checked_div(ly)?;
    let b = weighted.checked_sub(signed_wdiv(invariant, ly)?)?;
    let ry = solve_quadratic(b, amp)?;
    Ok(signed_wmul(ly, ry)?.checked_sub(ay)?.unsigned_abs())
}

/// CoreV2._solveQuad: the root of r² + b × r = c, all of 10^18.
fn solve_quadratic(b: I256, c: I256) -> Answer<I256> {
    let four = c.checked_mul(I256::from(4))?.checked_mul(I256::from(WAD as i64))?;
    let root = square_root(b.checked_mul(b)?.checked_add(four)?.to_unsigned()?, b.unsigned_abs())?;
    I256::from_unsigned(root)?.checked_sub(b)?.checked_div(I256::from(2))
}

/// SignedSafeMath.sqrt with a guess: Newton's iteration until it repeats. For k × (k + 2) it never does, going to and fro between k and k + 1 until
/// the gas is used up.
fn square_root(value: U256, guess: U256) -> Answer<U256> {
    if value <= U256::from(3u32) {
        return Ok(if value.is_zero() { U256::ZERO } else { U256::ONE });
    }
    let mut root = if guess.is_zero() || guess > value { value } else { guess };
    let mut before = U256::ZERO;
    for _ in 0..MAX_STEPS {
        let next = value.checked_div(root)?.checked_add(root)? >> 1;
        if next == root {
            return Ok(root);
        }
        if next == before {
            break;
        }
        (before, root) = (root, next);
    }
    Err(Refusal::NoConvergence)
}

/// DSMath.wmul and wdiv: rounded half up.
fn wmul(x: U256, y: U256) -> Answer<U256> {
    x.checked_mul(y)?.checked_add(U256::from(WAD / 2))?.checked_div(U256::from(WAD))
}

fn wdiv(x: U256, y: U256) -> Answer<U256> {
    x.checked_mul(U256::from(WAD))?.checked_add(y >> 1)?.checked_div(y)
}

/// SignedSafeMath.wmul and wdiv: half is added, then truncated towards zero, so that negative quotients round the other way.
fn signed_wmul(x: I256, y: I256) -> Answer<I256> {
    x.checked_mul(y)?.checked_add(I256::from(WAD as i64 / 2))?.checked_div(I256::from(WAD as i64))
}

fn signed_wdiv(x: I256, y: I256) -> Answer<I256> {
    x.checked_mul(I256::from(WAD as i64))?.checked_add(y.checked_div(I256::from(2))?)?.checked_div(y)
}

/// Both assets of a direction in whole tokens.
struct Curve {
    x: f64,
    lx: f64,
    y: f64,
    ly: f64,
    amp: f64,
    /// Share that the haircut leaves.
    kept: f64,
    start: f64,
    end: f64,
    units_in: f64,
    units_out: f64,
}

impl Curve {
    /// Output per input of an infinitesimal amount on top of `dx`, before fees, and the cash of y that is left.
    fn slope(&self, dx: f64) -> (f64, f64) {
        let invariant = self.x + self.y - self.amp * (self.lx * self.lx / self.x + self.ly * self.ly / self.y);
        let rx = (self.x + dx) / self.lx;
        let b = (self.lx * (rx - self.amp / rx) - invariant) / self.ly;
        let ry = if dx > 0.0 { ((b * b + 4.0 * self.amp).sqrt() - b) / 2.0 } else { self.y / self.ly };
        ((1.0 + self.amp / (rx * rx)) / (1.0 + self.amp / (ry * ry)), ry * self.ly)
    }

    /// Share that the high-coverage fee takes of a marginal input at this coverage.
    fn marginal_fee(&self, coverage: f64) -> f64 {
        if coverage <= self.start {
            return 0.0;
        }
        ((coverage - self.start) / (self.end - self.start)).min(1.0)
    }

    /// Its average from one coverage to a higher one.
    fn average_fee(&self, before: f64, after: f64) -> f64 {
        let mean = (self.marginal_fee(before) + self.marginal_fee(after)) / 2.0;
        if before < self.start && after > self.start {
            return mean * (after - self.start) / (after - before);
        }
        mean
    }
}

impl Family for WombatPool {
    fn token_count(&self) -> usize {
        self.assets.len()
    }

    /// `mintFee` turns collected fees into cash and liability, and the coverage ratios have a setter, both without a log of the pool.
    fn silent_inputs(&self) -> &'static [&'static str] {
        &["cash", "liability", "startCovRatio", "endCovRatio"]
    }

    /// Of `assets`: all cash, then all liabilities.
    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        let all = |of: fn(&Asset) -> U256| self.assets.iter().map(of).collect();
        vec![("cash", all(|asset| asset.cash)), ("liability", all(|asset| asset.liability))]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        let count = self.assets.len();
        if values.len() != 2 * count || values.iter().any(|value| value.bits() > STORED_BITS) {
            return Err(Refusal::InvalidState);
        }
        let (cash, liabilities) = values.split_at(count);
        let assets = self.assets.iter().zip(cash).zip(liabilities);
        let assets = assets.map(|((asset, cash), liability)| Asset { cash: *cash, liability: *liability, ..*asset }).collect();
        Ok(Box::new(Self { assets, ..self.clone() }))
    }

    /// PoolV2.swap.
    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let ([from, to], wad_in, sale) = self.sell_units(direction, amount_in)?;
        // Asset.addCash and removeCash.
        if wad_in.bits() > 120 || from.cash.checked_add(wad_in)?.bits() > 120 {
            return Err(Refusal::Overflow);
        }
        let rest = to.cash.checked_sub(sale.paid.checked_add(sale.haircut)?).map_err(|_| Refusal::InsufficientLiquidity)?;
        if wdiv(rest, to.liability)? < U256::from(WAD / 100) {
            return Err(Refusal::LimitExceeded);
        }
        sale.paid.checked_div(to.unit)
    }

    /// PoolV2.quotePotentialSwap.
    fn view(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let ([_, to], _, sale) = self.sell_units(direction, amount_in)?;
        sale.paid.checked_div(to.unit)
    }

    /// PoolV2.quoteAmountIn. Rounded down, so that it may buy a little less.
    fn quote_exact_output(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        let [from, to] = self.sides(direction)?;
        if amount_out.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        self.buy(from, to, amount_out.checked_mul(to.unit)?)?.checked_div(from.unit)
    }

    /// The first amount gets the best price, and the average fee is at least that of the coverage before. Amounts below the last digit of a ratio
    /// may be paid a few such digits more.
    fn rate(&self, direction: Direction, _at: At) -> f64 {
        self.curve(direction).map_or(0.0, |curve| {
            let kept = curve.kept * (1.0 - curve.marginal_fee(curve.x / curve.lx));
            curve.slope(0.0).0 * kept * curve.units_out / curve.units_in
        })
    }

    fn estimate(&self, direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        let curve = self.curve(direction)?;
        let dx = amount_in / curve.units_in;
        let (before, after) = (curve.x / curve.lx, (curve.x + dx) / curve.lx);
        let (slope, rest) = curve.slope(dx);
        if after > curve.end || rest / curve.ly < 0.01 {
            return None;
        }
        // Between both slopes, for the difference of two large numbers has few digits where the amount is small.
        let out = (curve.y - rest).clamp(dx * slope, dx * curve.slope(0.0).0.max(slope)) * curve.kept;
        let average = curve.average_fee(before, after);
        let growth = if dx > 0.0 { (curve.marginal_fee(after) - average) / dx } else { 0.0 };
        let marginal = slope * curve.kept * (1.0 - average) - out * growth;
        Some((out * (1.0 - average) * curve.units_out, marginal.max(0.0) * curve.units_out / curve.units_in))
    }
}

#[cfg(test)]
mod tests;
