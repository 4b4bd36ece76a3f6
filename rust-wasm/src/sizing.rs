//! The input of a cycle that earns most.
//!
//! The profit as a real function of the input is concave: each hop's rate falls with the amount. So doubles find its top, by a formula where all
//! hops are constant-product pairs and by bisection of the marginal rate elsewhere, to about a billionth of the pools' depth: near the top
//! that error costs nothing. What is left is the staircase of rounding: a hop into a coarse token (USDC has 6 decimals) loses up to one of its
//! units, worth a billion base units of an 18-decimals token. So the size is chosen as an amount of the coarsest token on the way, with the
//! smallest input that reaches it. Where two coarse tokens follow each other, the second loses on its own: amounts of the first are looked at
//! outwards from the top until none further away could earn more than the best so far even without rounding, which proves that one the best.
//! Pools so deep that this would take thousands of amounts are walked along instead, in strides after which the second loses least: convergents
//! of the rate's continued fraction.

use crate::market::{Edge, Market};
use crate::pool::Pool;
use crate::protocols::family::{At, Direction};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// Hops of the longest cycle that can be sized.
pub const MAX_HOPS: usize = 8;

/// An exactly computed size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub amount_in: U256,
    pub amount_out: U256,
}

impl Size {
    /// 0 where the size loses.
    pub fn profit(&self) -> U256 {
        self.amount_out.saturating_sub(self.amount_in)
    }

    fn beats(&self, other: &Self) -> bool {
        (self.profit(), other.amount_in) > (other.profit(), self.amount_in)
    }
}

/// Where doubles see the top.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub amount_in: f64,
    /// There, as doubles see it.
    pub profit: f64,
    /// No integer size earns more than this: rounding of the doubles included.
    pub upper_profit: f64,
}

/// A cycle's hops, resolved.
pub struct Chain<'a> {
    hops: Vec<Hop<'a>>,
    bound: U256,
    is_concave: bool,
}

/// One swap of a chain.
#[derive(Clone, Copy)]
struct Hop<'a> {
    pool: &'a Pool,
    direction: Direction,
    at: At,
}

impl Hop<'_> {
    fn quote(self, amount_in: U256) -> Answer<U256> {
        self.pool.quote(self.direction, amount_in, self.at)
    }

    fn input_for(self, amount_out: U256) -> Answer<U256> {
        self.pool.input_for(self.direction, amount_out, self.at)
    }

    fn estimate(self, amount_in: f64) -> Option<(f64, f64)> {
        self.pool.estimate(self.direction, amount_in, self.at)
    }
}

impl<'a> Chain<'a> {
    /// `bound` is the largest input allowed.
    pub fn new(market: &'a Market, edges: &[Edge], bound: U256) -> Answer<Self> {
        if edges.is_empty() || edges.len() > MAX_HOPS {
            return Err(Refusal::BrokenRoute);
        }
        let at = market.at();
        let hops = edges.iter().map(|edge| Ok(Hop { pool: market.pool(*edge)?, direction: edge.direction(), at })).collect::<Answer<Vec<_>>>()?;
        let is_concave = hops.iter().all(|hop| hop.pool.is_concave());
        Ok(Self { hops, bound, is_concave })
    }

    /// Output for an input.
    pub fn output(&self, amount_in: U256) -> Answer<U256> {
        forward(&self.hops, amount_in)
    }

    /// No size earns more than this; nothing where none can earn a base unit. Infinity where no bound is known.
    pub fn upper_profit(&self) -> Option<f64> {
        if self.is_concave {
            return self.estimate().map(|estimate| estimate.upper_profit);
        }
        Some(f64::INFINITY)
    }

    /// The top in doubles; nothing where no amount is profitable. Only for chains of pools that are all concave.
    pub fn estimate(&self) -> Option<Estimate> {
        let bound = self.bound.to_f64();
        let top = match self.closed_form() {
            Some(top) => top,
            None => self.bisect(bound)?,
        };
        if top.is_nan() || top <= 0.0 {
            return None;
        }
        let amount_in = top.min(bound).max(1.0);
        let (output, _) = self.at(amount_in)?;
        // Each hop's formula is right to a few units in the last place of 53 bits.
        let profit = output - amount_in;
        let upper_profit = profit + output.max(amount_in) * 1e-13;
        (upper_profit >= 1.0).then_some(Estimate { amount_in, profit, upper_profit })
    }

    /// An exact size that earns the most, to within a billionth of that, one base unit of the route's coarsest token or the doubles' precision, whichever
    /// is most; nothing where none earns at least one base unit. A few evaluations: what ranking many cycles needs.
    pub fn size(&self) -> Option<Size> {
        if !self.is_concave {
            return Self::earning(self.by_quotes());
        }
        let (estimate, middle) = self.middle()?;
        let tolerance = (estimate.upper_profit * 1e-9).max(middle.unit_value);
        // What only the doubles' rounding may promise is not searched for: thousands of amounts would be looked at for it. A cycle that earns less
        // than the tolerance is profitable all the same.
        Self::earning(self.scan(&middle, (estimate.profit - tolerance).max(1.0)))
    }

    /// The size that earns most, to within a billionth or a base unit: all amounts of the coarsest token are looked at that could earn more than the best known one, outwards from the
    /// top, up to `MOST_SCANNED` on each side. Where the pools are deeper than that, better roundings further away are walked to as well.
    pub fn optimum(&self) -> Option<Size> {
        if !self.is_concave {
            return Self::earning(self.by_quotes());
        }
        let (estimate, middle) = self.middle()?;
        let enough = estimate.upper_profit * (1.0 - 1e-9);
        let mut best = self.scan(&middle, enough);
        self.climb(0, middle.start.amount_in, &[], &mut best);
        if middle.k > 0 {
            let values = self.unit_values(estimate.amount_in)?;
            // Rates between the coarse token and the others: whose rounding is to be dodged by walking along.
            let is_open = |j: &usize| *j != middle.k && values[*j] > 1e-4 && best.profit().to_f64() < enough;
            let slopes: Vec<f64> = (1..self.hops.len()).filter(is_open).map(|j| middle.unit_value / values[j]).collect();
            self.climb(middle.k, middle.centre, &strides(&slopes, 40), &mut best);
        }
        Self::earning(best)
    }

    /// By exact quotes alone, for pools whose rate may rise with the amount (fees that fall while a swap rebalances): the best of inputs a factor of
    /// two apart, then the top around it by golden sections, then around the top along the amounts of the coarsest token.
    fn by_quotes(&self) -> Size {
        let mut best = Size { amount_in: U256::ZERO, amount_out: U256::ZERO };
        let mut consider = |amount_in: U256| -> Option<Profit> {
            let amount_out = self.output(amount_in).ok()?;
            let size = Size { amount_in, amount_out };
            if size.beats(&best) {
                best = size;
            }
            Some(Profit::of(size))
        };
        let mut grid: Vec<(U256, Profit)> = Vec::new();
        for bit in 0..256 {
            let amount = (U256::ONE << bit).min(self.bound);
            match consider(amount) {
                Some(profit) => grid.push((amount, profit)),
                // Once a pool has refused a larger amount than one it took, it refuses all larger ones.
                None if !grid.is_empty() => break,
                None => {}
            }
            if amount == self.bound {
                break;
            }
        }
        let Some(top) = (0..grid.len()).max_by(|a, b| grid[*a].1.cmp(&grid[*b].1)) else { return best };
        let mut low = grid[top.saturating_sub(1)].0;
        let mut high = grid.get(top + 1).map_or_else(|| (grid[top].0 << 1).min(self.bound), |of| of.0);
        // A section takes the gap to 0.618 of itself.
        let inner = |gap: U256| gap.mul_div(U256::from(382u32), U256::from(1_000u32)).unwrap_or(U256::ZERO);
        for _ in 0..400 {
            let gap = high.saturating_sub(low);
            if gap.bits() <= 3 {
                break;
            }
            let (left, right) = (low.saturating_add(inner(gap)), high.saturating_sub(inner(gap)));
            match (consider(left), consider(right)) {
                (Some(a), Some(b)) if a < b => low = left,
                (None, Some(_)) => low = left,
                _ => high = right,
            }
        }
        for i in 0..=8u32 {
            consider(low.saturating_add(U256::from(i)));
        }
        self.along_coarse(best)
    }

    /// The neighbours of a size along the amounts of the token on the way that is worth most per base unit.
    fn along_coarse(&self, size: Size) -> Size {
        let mut best = size;
        let mut amount = size.amount_in;
        let mut amounts = vec![amount];
        for hop in &self.hops {
            let Ok(out) = hop.quote(amount) else { return best };
            amount = out;
            amounts.push(out);
        }
        // The fewest base units: the coarsest token.
        let Some(k) = (1..self.hops.len()).min_by(|a, b| amounts[*a].cmp(&amounts[*b])).filter(|k| amounts[*k] < amounts[0]) else { return best };
        for distance in 0..=NEIGHBOURS {
            for amount in [amounts[k].saturating_add(U256::from(distance)), amounts[k].saturating_sub(U256::from(distance))] {
                if let Some(near) = self.through_middle(k, amount).filter(|near| near.beats(&best)) {
                    best = near;
                }
            }
        }
        best
    }

    fn earning(size: Size) -> Option<Size> {
        (!size.profit().is_zero()).then_some(size)
    }

    /// Where sizes are counted: after the hop that pays the coarsest token, or at the input where no token on the way is coarse.
    fn middle(&self) -> Option<(Estimate, Middle)> {
        let estimate = self.estimate()?;
        let values = self.unit_values(estimate.amount_in)?;
        // Ties go to the earlier token: its amounts are closer to the input.
        let coarsest = (1..self.hops.len()).rev().max_by(|a, b| values[*a].total_cmp(&values[*b])).filter(|k| values[*k] > 0.01);
        let k = coarsest.unwrap_or(0);
        let start = self.start(estimate);
        let centre = forward(&self.hops[..k], start.amount_in).unwrap_or(U256::ZERO).max(U256::ONE);
        Some((estimate, Middle { k, start, centre, unit_value: values[k].max(1.0), lost_before: values[1..k.max(1)].iter().sum() }))
    }

    /// The top in doubles as an exact size. Where the pools' known liquidity ends there, a little less; where it is too small to be paid anything, it
    /// stays, with an output of 0.
    fn start(&self, estimate: Estimate) -> Size {
        let top = U256::from_f64(estimate.amount_in).min(self.bound);
        let paid = [u32::MAX, 40, 30, 20, 10, 1].into_iter().find_map(|shift| {
            let amount_in = if shift == u32::MAX { top } else { top.saturating_sub(top >> shift) };
            Some(Size { amount_in, amount_out: self.output(amount_in).ok()? })
        });
        paid.unwrap_or(Size { amount_in: top, amount_out: U256::ZERO })
    }

    /// The best size among the amounts after `k` hops around the centre, outwards, until one earns `enough` or no amount further away can earn more.
    fn scan(&self, middle: &Middle, enough: f64) -> Size {
        let mut best = middle.start;
        if best.profit().to_f64() >= enough {
            return best;
        }
        let mut is_open = [true, true];
        for distance in 0..MOST_SCANNED {
            let amounts = [middle.centre.checked_add(U256::from(distance)), middle.centre.checked_sub(U256::from(distance))];
            for (open, amount) in is_open.iter_mut().zip(amounts) {
                if !*open {
                    continue;
                }
                let Some((amount_in, given)) = amount.ok().and_then(|amount| self.into_middle(middle.k, amount)) else {
                    *open = false;
                    continue;
                };
                // The profit without any rounding falls on both sides of the top: once that is below the best, nothing further away matters. Near
                // the centre the doubles may have missed the top by a little.
                let most = self.at_from(middle.k, given.to_f64()).map_or(f64::NEG_INFINITY, |out| out * (1.0 + 1e-14) - amount_in.to_f64());
                if most <= best.profit().to_f64() {
                    *open = distance < NEIGHBOURS || most + middle.lost_before > best.profit().to_f64();
                    continue;
                }
                let amount_out = forward(&self.hops[middle.k..], given).unwrap_or(U256::ZERO);
                let size = Size { amount_in, amount_out };
                if size.beats(&best) {
                    best = size;
                    if best.profit().to_f64() >= enough {
                        return best;
                    }
                }
            }
            if is_open == [false, false] {
                break;
            }
        }
        best
    }

    /// Walks from an amount after `k` hops to better ones, several places at a time, until no stride from any of the best leads to a better one.
    fn climb(&self, k: usize, centre: U256, strides: &[U256], best: &mut Size) {
        let mut beam: Vec<Place> = Vec::new();
        let first = centre.saturating_sub(U256::from(NEIGHBOURS));
        for i in 0..=2 * NEIGHBOURS {
            self.visit(k, first.saturating_add(U256::from(i)), &mut beam);
        }
        for _ in 0..MAX_EXPANSIONS {
            let Some(place) = beam.iter_mut().find(|place| !place.is_expanded) else { break };
            place.is_expanded = true;
            let amount = place.amount;
            for stride in strides {
                self.visit(k, amount.saturating_add(*stride), &mut beam);
                self.visit(k, amount.saturating_sub(*stride), &mut beam);
            }
        }
        if let Some(place) = beam.first().filter(|place| place.size.beats(best)) {
            *best = place.size;
        }
    }

    /// Computes a size and keeps it where it is one of the best so far.
    fn visit(&self, k: usize, amount: U256, beam: &mut Vec<Place>) {
        let Some(size) = self.through_middle(k, amount) else { return };
        let at = beam.partition_point(|place| !size.beats(&place.size));
        let is_known = beam[..at].last().is_some_and(|place| place.size == size);
        if at < BEAM && !is_known {
            beam.truncate(BEAM - 1);
            beam.insert(at, Place { amount, size, is_expanded: false });
        }
    }

    /// The size with the smallest input that gives at least `amount` after `k` hops; nothing where that is not possible within the bound.
    fn through_middle(&self, k: usize, amount: U256) -> Option<Size> {
        let (amount_in, given) = self.into_middle(k, amount)?;
        Some(Size { amount_in, amount_out: forward(&self.hops[k..], given).ok()? })
    }

    /// The smallest input that gives at least `amount` after `k` hops, and what it gives: it may be a little more.
    fn into_middle(&self, k: usize, amount: U256) -> Option<(U256, U256)> {
        if amount.is_zero() {
            return None;
        }
        let amount_in = backward(&self.hops[..k], amount).ok()?;
        if amount_in > self.bound {
            return None;
        }
        Some((amount_in, if k == 0 { amount_in } else { forward(&self.hops[..k], amount_in).ok()? }))
    }

    /// Output in doubles for an amount after `k` hops.
    fn at_from(&self, k: usize, amount: f64) -> Option<f64> {
        self.hops[k..].iter().try_fold(amount, |amount, hop| Some(hop.estimate(amount)?.0))
    }

    /// A chain of constant-product pairs is itself of the form `n x / (d + e x)`, whose profit is highest at `(√(n d) − d) / e`.
    fn closed_form(&self) -> Option<f64> {
        let (mut n, mut d, mut e) = (1.0, 1.0, 0.0);
        for hop in &self.hops {
            let Pool::V2(pair) = hop.pool else { return None };
            let (reserve_in, reserve_out) = pair.directed_f64(hop.direction.zero_for_one())?;
            let kept = pair.kept_share();
            e = reserve_in * e + kept * n;
            n *= kept * reserve_out;
            d *= reserve_in;
        }
        Some(((n * d).sqrt() - d) / e)
    }

    /// The input at which the last unit earns nothing any more, or up to which the pools can pay.
    fn bisect(&self, bound: f64) -> Option<f64> {
        let earns = |x: f64| self.at(x).is_some_and(|(_, rate)| rate > 1.0);
        if !earns(1.0) {
            return None;
        }
        let (mut low, mut high) = (1.0, 1.0);
        while high < bound && earns(high) {
            low = high;
            high *= 8.0;
        }
        for _ in 0..64 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if earns(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(low)
    }

    /// Output and marginal rate of the whole chain.
    fn at(&self, amount_in: f64) -> Option<(f64, f64)> {
        let mut amount = amount_in;
        let mut rate = 1.0;
        for hop in &self.hops {
            let (out, hop_rate) = hop.estimate(amount)?;
            amount = out;
            rate *= hop_rate;
        }
        Some((amount, rate))
    }

    /// What one unit of each token on the way is worth at the end, in base units of the last token.
    fn unit_values(&self, amount_in: f64) -> Option<Vec<f64>> {
        let mut amount = amount_in;
        let mut rates = Vec::with_capacity(self.hops.len());
        for hop in &self.hops {
            let (out, rate) = hop.estimate(amount)?;
            amount = out;
            rates.push(rate);
        }
        let mut values = vec![1.0; self.hops.len() + 1];
        for k in (0..self.hops.len()).rev() {
            values[k] = values[k + 1] * rates[k];
        }
        Some(values)
    }
}

/// A profit or a loss: losses compare below every profit, larger ones lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Profit {
    Loss(core::cmp::Reverse<U256>),
    Gain(U256),
}

impl Profit {
    fn of(size: Size) -> Self {
        match size.amount_out.checked_sub(size.amount_in) {
            Ok(gain) => Self::Gain(gain),
            Err(_) => Self::Loss(core::cmp::Reverse(size.amount_in.saturating_sub(size.amount_out))),
        }
    }
}

/// Places kept while walking: one alone gets stuck where each stride loses a little.
const BEAM: usize = 8;
const MAX_EXPANSIONS: u32 = 64;
/// Looked at on both sides of the centre whatever they promise: all there is in the smallest pools.
const NEIGHBOURS: u32 = 8;
/// Amounts looked at on each side of the centre at the most.
const MOST_SCANNED: u32 = 2_048;

/// Where sizes are counted: amounts after `k` hops, around `centre`.
struct Middle {
    k: usize,
    /// The top in doubles, rounded to an input.
    start: Size,
    centre: U256,
    /// Of one base unit there, in base units of the last token; at least 1.
    unit_value: f64,
    /// What rounding on the way to the middle costs at the most, in base units of the last token.
    lost_before: f64,
}

struct Place {
    /// Of the token that is walked along.
    amount: U256,
    size: Size,
    is_expanded: bool,
}

fn forward(hops: &[Hop], amount_in: U256) -> Answer<U256> {
    hops.iter().try_fold(amount_in, |amount, hop| hop.quote(amount))
}

fn backward(hops: &[Hop], amount_out: U256) -> Answer<U256> {
    hops.iter().rev().try_fold(amount_out, |amount, hop| hop.input_for(amount))
}

/// Distances to walk: the denominators of the convergents of each slope's continued fraction (after `q` of them the other token's amount is
/// nearly whole again) and their doubles; at most `limit` per slope.
fn strides(slopes: &[f64], limit: usize) -> Vec<U256> {
    let mut found: Vec<U256> = Vec::new();
    for slope in slopes {
        let (mut before, mut q) = (0.0f64, 1.0f64);
        let mut rest = slope.fract();
        let mut count = 0;
        while count < limit && q < 1e12 {
            let inverse = if rest > 1e-12 { 1.0 / rest } else { f64::INFINITY };
            let next = q * inverse.floor() + before;
            let mut double = q;
            while double < next && double < 1e12 && count < limit {
                found.push(U256::from_f64(double));
                double *= 2.0;
                count += 1;
            }
            before = q;
            q = next;
            rest = inverse.fract();
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::uniswap_v2::Pair;
    use crate::protocols::uniswap_v3::{Shape, V3Pool};
    use proptest::prelude::*;

    const FORTH: Direction = Direction { from: 0, to: 1 };
    const BACK: Direction = Direction { from: 1, to: 0 };

    /// Pairs in a row from token 0 back to token 0.
    fn cycle_of(pools: Vec<Pool>) -> (Market, Vec<Edge>) {
        let mut market = Market::default();
        let hops = pools.len() as u32;
        for (i, pool) in pools.into_iter().enumerate() {
            let (from, to) = (i as u32, (i as u32 + 1) % hops);
            market.insert(i as u32, &[from, to], pool).unwrap();
        }
        (market, (0..hops).map(|i| Edge::new(i, FORTH)).collect())
    }

    fn pair(reserves: (u128, u128), fee_pips: u32) -> Pool {
        Pool::V2(Pair::new([reserves.0, reserves.1], fee_pips).unwrap())
    }

    fn profit_of(chain: &Chain) -> f64 {
        chain.optimum().map_or(0.0, |size| size.profit().to_f64())
    }

    fn scan(chain: &Chain, inputs: impl Iterator<Item = U256>) -> f64 {
        inputs.filter_map(|x| Some(Size { amount_in: x, amount_out: chain.output(x).ok()? }.profit().to_f64())).fold(0.0, f64::max)
    }

    /// The best of every amount of the first token on the way within a tenth of the top, each with the smallest input for it.
    fn around_the_top(chain: &Chain, first: &Pool) -> f64 {
        let centre = chain.estimate().map_or(0.0, |estimate| estimate.amount_in);
        let middle = first.quote(FORTH, U256::from_f64(centre), None).unwrap_or(U256::ZERO).low_u128();
        scan(chain, (middle - middle / 10..=middle + middle / 10).filter_map(|m| first.input_for(FORTH, U256::from(m), None).ok()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_500))]

        #[test]
        fn no_input_of_a_tiny_cycle_earns_more_than_one_unit_more(
            reserves in prop::collection::vec((20u128..4_000, 20u128..4_000), 2..=3), fee in 0u32..10_000, bound in 1u32..6_000,
        ) {
            let (market, edges) = cycle_of(reserves.into_iter().map(|pair_of| pair(pair_of, fee)).collect());
            let chain = Chain::new(&market, &edges, U256::from(bound)).unwrap();
            let best = scan(&chain, (1..=bound).map(U256::from));
            prop_assert!(profit_of(&chain) >= best - 1.0, "{} of {}", profit_of(&chain), best);
            let unit = chain.middle().map_or(1.0, |(_, middle)| middle.unit_value);
            let quick = chain.size().map_or(0.0, |size| size.profit().to_f64());
            prop_assert!(quick >= best - unit, "{} of {}, unit {}", quick, best, unit);
            if let Some(size) = chain.optimum() {
                prop_assert!(size.amount_in <= U256::from(bound));
                prop_assert_eq!(chain.output(size.amount_in), Ok(size.amount_out));
            }
        }

    }

    proptest! {
        // Each case is a scan of some hundred thousand amounts.
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn no_amount_of_a_coarse_token_on_the_way_earns_a_billionth_more(
            coarse in prop::collection::vec(20_000_000u128..80_000_000, 2), depth in 1u128 << 60..1 << 70, gap in 1.01f64..1.2,
        ) {
            // 18 decimals > 6 decimals > 18 decimals.
            let back = (depth as f64 / coarse[0] as f64 * coarse[1] as f64 * gap) as u128;
            let (market, edges) = cycle_of(vec![pair((depth, coarse[0]), 500), pair((coarse[1], back), 500)]);
            let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
            let found = profit_of(&chain);
            let best = around_the_top(&chain, market.pool(edges[0]).unwrap());
            prop_assert!(found >= best - (best * 1e-9).max(1.0), "{} of {}", found, best);
        }

        #[test]
        fn no_amount_of_two_coarse_tokens_in_a_row_earns_a_billionth_more(
            coarse in prop::collection::vec(20_000_000u128..80_000_000, 4), depth in prop::collection::vec(1u128 << 60..1 << 70, 2), gap in 1.01f64..1.2,
        ) {
            // 18 decimals > 6 decimals > 6 decimals > 18 decimals, with a gap that leaves a profit.
            let price = depth[0] as f64 / coarse[0] as f64 * (coarse[1] as f64 / coarse[2] as f64);
            let last = (coarse[3], (coarse[3] as f64 * price * gap) as u128);
            let (market, edges) = cycle_of(vec![pair((depth[0], coarse[0]), 500), pair((coarse[1], coarse[2]), 500), pair(last, 500)]);
            let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
            let found = profit_of(&chain);
            let best = around_the_top(&chain, market.pool(edges[0]).unwrap());
            prop_assert!(found >= best - (best * 1e-9).max(1.0), "{} of {}", found, best);
            let unit = depth[0] as f64 / coarse[0] as f64 * (coarse[1] as f64 / coarse[2] as f64).max(1.0) * 1.3;
            let quick = chain.size().map_or(0.0, |size| size.profit().to_f64());
            prop_assert!(quick >= best - (best * 1e-9).max(unit), "{} of {}, unit {}", quick, best, unit);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn a_scan_around_and_far_from_the_optimum_finds_no_better_size_with_concentrated_liquidity(
            liquidity in prop::collection::vec(1u128 << 60..1 << 64, 3), tick in -300i32..-40, reserve in 1u128 << 60..1 << 64, fee in 0u32..1_000,
        ) {
            let shape = Shape { fee_pips: fee, tick_spacing: 10, tick, tick_lower: -887_272, tick_upper: 887_272 };
            let sqrt_price = crate::protocols::uniswap_v3::tick_math::sqrt_ratio_at_tick(tick).unwrap();
            let edge = tick.div_euclid(10) * 10;
            // Thick around the price, thinner further on: the optimum lies behind some of the ticks.
            let ticks = vec![-887_220 / 10 * 10, edge - 40, edge - 10, edge + 20, edge + 50, 887_270];
            let [a, b, c] = [liquidity[0] as i128, liquidity[1] as i128, liquidity[2] as i128];
            let pool = V3Pool::new(shape, sqrt_price, (a + b + c) as u128, ticks, vec![a, b, c, -c, -b, -a]).unwrap();
            let (market, edges) = cycle_of(vec![pair((reserve, reserve), fee), Pool::V3(Box::new(pool))]);
            for edges in [edges.clone(), edges.iter().rev().map(|edge| Edge::new(edge.pool(), BACK)).collect()] {
                let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
                let found = profit_of(&chain);
                let centre = chain.estimate().map_or(1.0, |estimate| estimate.amount_in);
                let near = (0..400u32).map(|i| U256::from_f64(centre).saturating_add(U256::from(i)).saturating_sub(U256::from(200u32)));
                let far = (1..400u32).map(|i| U256::from_f64(centre.max(1e12) * f64::from(i) / 133.0));
                let best = scan(&chain, near.chain(far));
                prop_assert!(found >= best - (best * 1e-9).max(1.0), "{} of {}", found, best);
            }
        }
    }

    #[test]
    fn the_one_input_that_a_coarse_token_pays_for_is_found_though_the_top_in_doubles_pays_nothing() {
        let (market, edges) = cycle_of(vec![pair((3_385, 3_104), 0), pair((3_965, 65), 0), pair((54, 3_906), 0)]);
        let chain = Chain::new(&market, &edges, U256::from(69u32)).unwrap();
        let best = scan(&chain, (1..=69u32).map(U256::from));
        assert!(best > 0.0);
        assert_eq!(profit_of(&chain), best);
        assert_eq!(chain.size().map(|size| size.profit().to_f64()), Some(best));
    }

    #[test]
    fn a_cycle_that_loses_has_no_optimum() {
        let (market, edges) = cycle_of(vec![pair((1_000_000, 1_000_000), 3_000), pair((1_000_000, 1_000_000), 3_000)]);
        let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
        assert_eq!(chain.optimum(), None);
        assert!(chain.estimate().is_none());
    }
}
