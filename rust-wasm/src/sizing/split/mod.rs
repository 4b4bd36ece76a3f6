//! A cycle whose hops are each spread over the parallel pools of their two tokens.
//!
//! Parallel pools that are filled to the same marginal rate are, together, again an exchange whose rate falls with the amount. So a cycle of such
//! exchanges is sized as any other: doubles find the top, exact quotes decide around it. What each of them quotes is an exact sum of exact quotes.
//!
//! Pools whose rate may rise with the amount are taken by the smallest concave curve above their sampled quotes, sampled more closely around the
//! answer; the split is then a good one rather than the best. The cycle with one pool for each hop is sized as well, and stays where it earns more.

mod leg;
mod spread;
#[cfg(test)]
mod tests;

use super::exchange::{Exchange, Hop};
use super::{Chain, Size};
use crate::market::{Edge, Market};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use leg::Leg;
use spread::Spread;

/// Pools that a hop is spread over at the most.
pub const MAX_LEGS: usize = 8;
/// Times that pools without a formula are sampled more closely around the answer: each takes the gap between samples to a ninth or less.
const REFINEMENTS: u32 = 6;
/// Shares of a hop's amount, as shifts, at which pools are compared before some are chosen.
const COMPARED: [u32; 4] = [0, 2, 4, 6];

/// What one pool takes and pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub edge: Edge,
    pub amount_in: U256,
    pub amount_out: U256,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitRoute {
    /// For each hop its pools, largest input first; their inputs add up to what the hop before pays.
    pub hops: Vec<Vec<Part>>,
    pub size: Size,
    /// False where no split earns more than the best input through the route as it was given: `hops` are then that.
    pub is_split: bool,
}

/// The split of a cycle's hops over all parallel pools of the market, and the input up to `bound`, that earn most; each pool is used once. Nothing
/// where neither the route nor a split of it earns a base unit.
///
/// For V2 and V3 pools to within the larger of a billionth and, for each pool used, one base unit of the coarsest token on the way. Never less than
/// [`Chain::optimum`] of the route.
///
/// Costs four quotes for each parallel pool, of which the best eight are kept for each hop; up to 230 quotes for each of these without a formula; some
/// thousand evaluations in doubles for each amount looked at, and, with coarse tokens, some ten exact quotes for each pool. The amounts are at the most
/// 128 around the top and mostly fewer than 20. In WebAssembly that is about 4 ms for six pairs and 25 ms for those with two V3 pools.
///
/// Refused as a broken route where the hops do not make a cycle of different pools.
pub fn optimise_split(market: &Market, edges: &[Edge], bound: U256) -> Answer<Option<SplitRoute>> {
    let path = path_of(market, edges)?;
    let whole = Chain::new(market, edges, bound)?;
    let unsplit = whole.optimum();
    let near = match unsplit {
        Some(size) => Some((edges.to_vec(), size.amount_in)),
        None => best_rates(market, &path).and_then(|best| {
            let amount_in = Chain::new(market, &best, bound).ok()?.about_top()?;
            Some((best, amount_in))
        }),
    };
    let split = near.and_then(|(edges, amount_in)| split_near(market, &path, &edges, amount_in, bound));
    if let Some(split) = split.filter(|split| unsplit.is_none_or(|size| split.size.profit() > size.profit())) {
        return Ok(Some(split));
    }
    let Some(size) = unsplit else { return Ok(None) };
    let mut amount_in = size.amount_in;
    let mut hops = Vec::with_capacity(edges.len());
    for (edge, hop) in edges.iter().zip(&whole.hops) {
        let amount_out = hop.quote(amount_in)?;
        hops.push(vec![Part { edge: *edge, amount_in, amount_out }]);
        amount_in = amount_out;
    }
    Ok(Some(SplitRoute { hops, size, is_split: false }))
}

/// The tokens of a cycle, the start token first and last.
fn path_of(market: &Market, edges: &[Edge]) -> Answer<Vec<u32>> {
    let mut path: Vec<u32> = Vec::with_capacity(edges.len() + 1);
    for (i, edge) in edges.iter().enumerate() {
        let tokens = market.slot(edge.pool()).ok_or(Refusal::UnknownPool)?.tokens();
        let direction = edge.direction().checked(tokens.len())?;
        let is_joined = path.last().is_none_or(|last| *last == tokens[direction.from]);
        if !is_joined || edges[..i].iter().any(|other| other.pool() == edge.pool()) {
            return Err(Refusal::BrokenRoute);
        }
        if i == 0 {
            path.push(tokens[direction.from]);
        }
        path.push(tokens[direction.to]);
    }
    if path.len() < 2 || path.first() != path.last() {
        return Err(Refusal::BrokenRoute);
    }
    Ok(path)
}

/// The pool with the best rate for each hop.
fn best_rates(market: &Market, path: &[u32]) -> Option<Vec<Edge>> {
    let best = |from: u32, to: u32| market.link(from, to)?.edges().max_by(|a, b| market.log_rate(*a).total_cmp(&market.log_rate(*b)));
    path.windows(2).map(|ends| best(ends[0], ends[1])).collect()
}

/// The best split of a cycle of which one choice of pools has its top about at a known input.
fn split_near(market: &Market, path: &[u32], edges: &[Edge], amount_in: U256, bound: U256) -> Option<SplitRoute> {
    let mut amount = amount_in;
    let mut spreads = Vec::with_capacity(edges.len());
    for (edge, ends) in edges.iter().zip(path.windows(2)) {
        let hop = Hop::new(market, *edge).ok()?;
        let (_, rate) = hop.estimate(amount.to_f64())?;
        let legs = parallel(market, [ends[0], ends[1]], *edge, amount, rate).into_iter();
        let legs = legs.filter_map(|edge| Some(Leg::new(edge, Hop::new(market, edge).ok()?, amount.to_f64())));
        spreads.push(Spread::new(legs.collect()));
        amount = hop.quote(amount).unwrap_or(U256::ZERO).max(U256::ONE);
    }
    let mut chain = Chain { hops: spreads, bound, is_concave: true };
    let inputs = chain.inputs_of_legs()?;
    chain.settle(&inputs);
    let has_formulas = chain.hops.iter().all(Spread::has_formulas);
    if !has_formulas {
        for _ in 0..REFINEMENTS {
            let inputs = chain.inputs_of_legs()?;
            for (spread, inputs) in chain.hops.iter_mut().zip(inputs) {
                for (leg, input) in spread.legs.iter_mut().zip(inputs) {
                    leg.refine(input);
                }
            }
        }
    }
    let size = if has_formulas { chain.thin() } else { chain.at_top() }?;
    let mut amount = size.amount_in;
    let mut hops = Vec::with_capacity(chain.hops.len());
    for spread in &chain.hops {
        let filled = spread.fill(amount).ok()?;
        let parts = spread.legs.iter().zip(&filled).filter(|(_, of)| !of.amount_in.is_zero());
        let mut parts: Vec<Part> = parts.map(|(leg, of)| Part { edge: leg.edge, amount_in: of.amount_in, amount_out: of.amount_out }).collect();
        parts.sort_by(|a, b| b.amount_in.cmp(&a.amount_in).then_with(|| a.edge.cmp(&b.edge)));
        amount = parts.iter().try_fold(U256::ZERO, |sum, part| sum.checked_add(part.amount_out)).ok()?;
        hops.push(parts);
    }
    (amount == size.amount_out).then_some(SplitRoute { hops, size, is_split: true })
}

/// The pools for a hop's tokens that earn most over a rate with shares of an amount, best first; the route's own is always among them.
fn parallel(market: &Market, [from, to]: [u32; 2], own: Edge, amount_in: U256, rate: f64) -> Vec<Edge> {
    let earned = |edge: Edge| -> Option<f64> {
        let hop = Hop::new(market, edge).ok()?;
        let with = |shift: u32| {
            let share = (amount_in >> shift).max(U256::ONE);
            Some(hop.quote(share).ok()?.to_f64() - rate * share.to_f64())
        };
        COMPARED.into_iter().filter_map(with).reduce(f64::max)
    };
    let others = market.link(from, to).into_iter().flat_map(|link| link.edges()).filter(|edge| *edge != own);
    let mut others: Vec<(f64, Edge)> = others.filter_map(|edge| Some((earned(edge)?, edge))).collect();
    others.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    core::iter::once(own).chain(others.into_iter().map(|(_, edge)| edge)).take(MAX_LEGS).collect()
}

impl Chain<Hop<'_>> {
    /// Where the top is, about; nothing where no amount is profitable even without rounding.
    fn about_top(&self) -> Option<U256> {
        if self.is_concave {
            return self.estimate().map(|estimate| U256::from_f64(estimate.amount_in).max(U256::ONE));
        }
        self.optimum().map(|size| size.amount_in)
    }
}

impl Chain<Spread<'_>> {
    /// The size that earns most, after leaving out the pools that earn less than rounding takes from them.
    fn thin(&mut self) -> Option<Size> {
        let mut best = self.near_top();
        let earned = self.earned(&self.inputs_of_legs()?)?;
        let (_, middle) = self.middle()?;
        let mut doubtful: Vec<&Earned> = earned.iter().filter(|of| of.amount < 2.0 * middle.unit_value).collect();
        doubtful.sort_by(|a, b| a.amount.total_cmp(&b.amount));
        for Earned { hop, pool, .. } in doubtful {
            let legs = &mut self.hops[*hop].legs;
            let Some(at) = legs.iter().position(|leg| leg.edge.pool() == *pool).filter(|_| legs.len() > 1) else { continue };
            let leg = legs.remove(at);
            let without = self.near_top();
            if without.map(|size| size.profit()) >= best.map(|size| size.profit()) {
                best = without;
            } else {
                self.hops[*hop].legs.insert(at, leg);
            }
        }
        best
    }

    /// The top in doubles, as whole units: what there is to know where the doubles follow samples.
    fn at_top(&self) -> Option<Size> {
        Some(self.middle()?.1.start).filter(|size| !size.profit().is_zero())
    }

    /// What each pool takes at the top, in doubles; nothing where no amount is profitable.
    fn inputs_of_legs(&self) -> Option<Vec<Vec<f64>>> {
        let mut amount = self.estimate()?.amount_in;
        let mut inputs = Vec::with_capacity(self.hops.len());
        for spread in &self.hops {
            inputs.push(spread.inputs(amount)?);
            amount = spread.estimate(amount)?.0;
        }
        Some(inputs)
    }

    /// What each pool earns at the top, with the tokens on the way valued by the rates there.
    fn earned(&self, inputs: &[Vec<f64>]) -> Option<Vec<Earned>> {
        let values = self.unit_values(inputs.first()?.iter().sum())?;
        let mut earned = Vec::new();
        for (hop, (spread, inputs)) in self.hops.iter().zip(inputs).enumerate() {
            for (leg, input) in spread.legs.iter().zip(inputs) {
                earned.push(Earned {
                    hop,
                    pool: leg.edge.pool(),
                    amount: leg.output(*input) * values[hop + 1] - input * values[hop],
                    promise: leg.first_rate() * values[hop + 1] / values[hop],
                });
            }
        }
        Some(earned)
    }

    /// Leaves a pool that several hops have to the one where it earns most.
    ///
    /// Two hops that trade the same tokens in opposite directions never both use a pool at the top: its rates would multiply to more than 1.
    fn settle(&mut self, inputs: &[Vec<f64>]) {
        let Some(earned) = self.earned(inputs) else { return };
        let is_better = |a: &Earned, b: &Earned| {
            let order = a.amount.total_cmp(&b.amount).then(a.promise.total_cmp(&b.promise)).then(b.hop.cmp(&a.hop));
            a.pool == b.pool && a.hop != b.hop && order.is_gt()
        };
        for Earned { hop, pool, .. } in earned.iter().filter(|a| earned.iter().any(|b| is_better(b, a))) {
            let legs = core::mem::take(&mut self.hops[*hop].legs).into_iter().filter(|leg| leg.edge.pool() != *pool).collect();
            self.hops[*hop] = Spread::new(legs);
        }
    }
}

struct Earned {
    hop: usize,
    pool: u32,
    /// Base units of the start token.
    amount: f64,
    /// Value of the first unit's output over that of its input.
    promise: f64,
}
