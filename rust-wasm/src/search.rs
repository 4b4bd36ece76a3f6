//! Cycles through changed pools, found by intersecting neighbour lists; nothing is stored between searches.

use crate::market::{Edge, Market};
use crate::sizing::{Chain, Size};
use crate::u256::U256;
use core::cmp::Ordering;
use std::collections::BinaryHeap;

/// A cycle whose best rates multiply to less than 1 loses at any size: amounts only worsen rates, rounding too. The sum of logarithms is right to
/// a few units in the last place, so this margin is wide.
const LOG_MARGIN: f64 = -1e-9;

pub struct Query<'a> {
    pub changed: &'a [u32],
    pub starts: &'a [u32],
    pub max_hops: u32,
    pub limit: usize,
    /// May two results share a pool?
    pub overlapping: bool,
    pub max_amount_in: U256,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub edges: Vec<Edge>,
    pub size: Size,
}

impl Ord for Found {
    /// By profit; equal ones by their hops, so that the order never depends on chance.
    fn cmp(&self, other: &Self) -> Ordering {
        self.size.profit().cmp(&other.size.profit()).then_with(|| other.edges.cmp(&self.edges))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Calls `visit` with each cycle of 2 to `max_hops` hops from a start token through a changed pool, once.
pub fn cycles(market: &Market, query: &Query, mut visit: impl FnMut(&[Edge])) {
    let mut changed = query.changed.to_vec();
    changed.sort_unstable();
    changed.dedup();
    let mut starts = query.starts.to_vec();
    starts.sort_unstable();
    starts.dedup();
    for pool in &changed {
        let Some(slot) = market.slot(*pool) else { continue };
        // A cycle with two changed pools belongs to the smaller number.
        let mut report = |edges: &[Edge]| {
            let is_taken = edges.iter().any(|edge| edge.pool() < *pool && changed.binary_search(&edge.pool()).is_ok());
            if !is_taken {
                visit(edges);
            }
        };
        let [token0, token1] = slot.tokens;
        for (from, to, zero_for_one) in [(token0, token1, true), (token1, token0, false)] {
            let edge = Edge::new(*pool, zero_for_one);
            for start in &starts {
                if from == *start {
                    through_first(market, query, edge, to, *start, &mut report);
                } else if to == *start {
                    through_last(market, query, edge, from, *start, &mut report);
                } else if query.max_hops >= 3 {
                    for first in market.edges(*start, from) {
                        for last in market.edges(to, *start) {
                            report(&[first, edge, last]);
                        }
                    }
                }
            }
        }
    }
}

fn through_first(market: &Market, query: &Query, edge: Edge, to: u32, start: u32, report: &mut impl FnMut(&[Edge])) {
    for back in market.edges(to, start).filter(|back| back.pool() != edge.pool()) {
        report(&[edge, back]);
    }
    if query.max_hops < 3 {
        return;
    }
    for token in market.common_neighbours(to, start) {
        for middle in market.edges(to, token) {
            for last in market.edges(token, start) {
                report(&[edge, middle, last]);
            }
        }
    }
}

fn through_last(market: &Market, query: &Query, edge: Edge, from: u32, start: u32, report: &mut impl FnMut(&[Edge])) {
    for first in market.edges(start, from).filter(|first| first.pool() != edge.pool()) {
        report(&[first, edge]);
    }
    if query.max_hops < 3 {
        return;
    }
    for token in market.common_neighbours(start, from) {
        for first in market.edges(start, token) {
            for middle in market.edges(token, from) {
                report(&[first, middle, edge]);
            }
        }
    }
}

/// The most profitable cycles, best first.
pub fn search(market: &Market, query: &Query) -> Vec<Found> {
    let mut candidates = Vec::new();
    cycles(market, query, |edges| {
        let log_rate: f64 = edges.iter().map(|edge| market.log_rate(*edge)).sum();
        if log_rate > LOG_MARGIN {
            if let Some(estimate) = Chain::new(market, edges, query.max_amount_in).ok().and_then(|chain| chain.estimate()) {
                candidates.push((estimate.upper_profit, edges.to_vec()));
            }
        }
    });
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    rank(market, query, candidates)
}

/// Sizes candidates exactly in the order of their upper bounds, only as far as the best results need it: an exactly sized cycle is next when no
/// bound of an unsized one is above its profit.
fn rank(market: &Market, query: &Query, candidates: Vec<(f64, Vec<Edge>)>) -> Vec<Found> {
    let mut results: Vec<Found> = Vec::new();
    let mut taken: Vec<u32> = Vec::new();
    let mut sized: BinaryHeap<Found> = BinaryHeap::new();
    let mut unsized_ones = candidates.into_iter().peekable();
    while results.len() < query.limit {
        let best = sized.peek().map_or(-1.0, |found| found.size.profit().to_f64() * (1.0 - 1e-15));
        let is_free = |edges: &[Edge], taken: &[u32]| query.overlapping || !edges.iter().any(|edge| taken.contains(&edge.pool()));
        if let Some((_, edges)) = unsized_ones.next_if(|(upper, _)| *upper >= best) {
            if is_free(&edges, &taken) {
                let size = Chain::new(market, &edges, query.max_amount_in).ok().and_then(|chain| chain.optimum());
                sized.extend(size.map(|size| Found { edges, size }));
            }
            continue;
        }
        let Some(found) = sized.pop() else { break };
        if is_free(&found.edges, &taken) {
            taken.extend(found.edges.iter().map(|edge| edge.pool()));
            results.push(found);
        }
    }
    results
}
