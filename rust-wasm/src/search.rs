//! Cycles through changed pools, found by intersecting the neighbourhoods of their tokens; no list of cycles is stored.

use crate::market::{Edge, Link, Market, Rates};
use crate::protocols::family::Direction;
use crate::sizing::{Chain, Size};
use crate::u256::U256;
use core::cmp::Ordering;
use std::collections::BinaryHeap;

/// A cycle whose best rates multiply to less than 1 loses at any size: amounts only worsen rates, rounding too. The sum of logarithms is right to
/// a few units in the last place, so this margin is wide.
const LOG_MARGIN: f64 = -1e-9;
pub const MAX_SEARCH_HOPS: usize = 4;

/// A token that cycles start from and end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    pub token: u32,
    /// Bound on the input, base units: what can be borrowed of the token.
    pub max_amount_in: U256,
}

pub struct Query<'a> {
    pub changed: &'a [u32],
    /// One that is named twice counts once, with the smaller bound.
    pub starts: &'a [Start],
    pub max_hops: u32,
    pub limit: usize,
    /// May two results share a pool?
    pub overlapping: bool,
    /// Sizes that earn most, which takes longer, instead of ones within a base unit of the coarsest token.
    pub exact: bool,
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

/// Calls `visit` with each cycle of 2 to `max_hops` hops from a start token through a changed pool whose best rates multiply to more than 1,
/// once. A cycle uses a pool once and comes to its start token only at its end; another token may lie on it twice.
///
/// Nothing is stored but each token's neighbours: the hops beside the changed one are found by going through the neighbours of its tokens, and
/// the hop from or to the start token is one look into an array of the best rates. Those are of the best of parallel pools, so what a token path
/// promises is never less than what any choice of pools does; pools are chosen only on the paths that promise a profit.
pub fn cycles(market: &Market, query: &Query, mut visit: impl FnMut(&Start, &[Edge])) {
    let mut changed = query.changed.to_vec();
    changed.sort_unstable();
    changed.dedup();
    let mut starts = query.starts.to_vec();
    starts.sort_unstable();
    starts.dedup_by_key(|start| start.token);
    for pool in &changed {
        let Some(slot) = market.slot(*pool) else { continue };
        // A cycle with two changed pools belongs to the smaller number.
        let mut report = |start: &Start, edges: &[Edge]| {
            let is_taken = edges.iter().any(|edge| edge.pool() < *pool && changed.binary_search(&edge.pool()).is_ok());
            if !is_taken {
                visit(start, edges);
            }
        };
        let tokens = slot.tokens();
        for from in 0..tokens.len() {
            for to in (0..tokens.len()).filter(|to| *to != from) {
                let edge = Edge::new(*pool, Direction { from, to });
                let log_rate = market.log_rate(edge);
                if log_rate == f64::NEG_INFINITY {
                    continue;
                }
                for start in &starts {
                    let around = Around { market, start: start.token, rates: market.rates(start.token), edge, log_rate, max_hops: query.max_hops };
                    around.paths(tokens[from], tokens[to], &mut |path, at| around.choose(path, at, &mut |edges| report(start, edges)));
                }
            }
        }
    }
}

/// Cycles from one start token through one directed changed pool.
struct Around<'a> {
    market: &'a Market,
    start: u32,
    rates: Rates<'a>,
    edge: Edge,
    log_rate: f64,
    max_hops: u32,
}

impl Around<'_> {
    /// Calls with each promising token path, start token first and last, and the place of the changed hop in it.
    fn paths(&self, from: u32, to: u32, call: &mut impl FnMut(&[u32], usize)) {
        let Self { market, start, rates, log_rate, max_hops, .. } = *self;
        if from == start {
            if log_rate + rates.to(to) > LOG_MARGIN {
                call(&[start, to, start], 0);
            }
            for link in self.links(to).filter(|_| max_hops >= 3) {
                let so_far = log_rate + link.out;
                if so_far + rates.to(link.token) > LOG_MARGIN {
                    call(&[start, to, link.token, start], 0);
                }
                for next in self.links(link.token).filter(|_| max_hops >= 4) {
                    if so_far + next.out + rates.to(next.token) > LOG_MARGIN {
                        call(&[start, to, link.token, next.token, start], 0);
                    }
                }
            }
        } else if to == start {
            if rates.from(from) + log_rate > LOG_MARGIN {
                call(&[start, from, start], 1);
            }
            for link in self.links(from).filter(|_| max_hops >= 3) {
                let so_far = log_rate + link.back;
                if rates.from(link.token) + so_far > LOG_MARGIN {
                    call(&[start, link.token, from, start], 2);
                }
                for before in self.links(link.token).filter(|_| max_hops >= 4) {
                    if rates.from(before.token) + before.back + so_far > LOG_MARGIN {
                        call(&[start, before.token, link.token, from, start], 3);
                    }
                }
            }
        } else if max_hops >= 3 {
            let (first, last) = (rates.from(from), rates.to(to));
            if first + log_rate + last > LOG_MARGIN {
                call(&[start, from, to, start], 1);
            }
            if max_hops >= 4 && first > f64::NEG_INFINITY {
                for link in market.links(to).iter().filter(|link| link.token != start) {
                    if first + log_rate + link.out + rates.to(link.token) > LOG_MARGIN {
                        call(&[start, from, to, link.token, start], 1);
                    }
                }
            }
            if max_hops >= 4 && last > f64::NEG_INFINITY {
                for link in market.links(from).iter().filter(|link| link.token != start) {
                    if rates.from(link.token) + link.back + log_rate + last > LOG_MARGIN {
                        call(&[start, link.token, from, to, start], 2);
                    }
                }
            }
        }
    }

    fn links(&self, token: u32) -> impl Iterator<Item = &Link> {
        self.market.links(token).iter().filter(|link| link.token != self.start)
    }

    /// Every choice of pools along a token path with the changed hop at `at`, of those that still promise a profit.
    fn choose(&self, path: &[u32], at: usize, report: &mut impl FnMut(&[Edge])) {
        let mut edges = [self.edge; MAX_SEARCH_HOPS];
        let hops = path.len() - 1;
        // What the hops from each place on promise with their best pools.
        let mut promised = [0.0; MAX_SEARCH_HOPS + 1];
        for i in (0..hops).rev() {
            let best = if i == at { self.log_rate } else { self.market.link(path[i], path[i + 1]).map_or(f64::NEG_INFINITY, |link| link.out) };
            promised[i] = promised[i + 1] + best;
        }
        self.choose_from(path, at, &promised, 0, 0.0, &mut edges, report);
    }

    #[allow(clippy::too_many_arguments)]
    fn choose_from(
        &self,
        path: &[u32],
        at: usize,
        promised: &[f64],
        i: usize,
        so_far: f64,
        edges: &mut [Edge; MAX_SEARCH_HOPS],
        report: &mut impl FnMut(&[Edge]),
    ) {
        if i + 1 == path.len() {
            report(&edges[..i]);
            return;
        }
        if i == at {
            edges[i] = self.edge;
            return self.choose_from(path, at, promised, i + 1, so_far + self.log_rate, edges, report);
        }
        let Some(link) = self.market.link(path[i], path[i + 1]) else { return };
        for edge in link.edges() {
            let with = so_far + self.market.log_rate(edge);
            let is_used = edge.pool() == self.edge.pool() || edges[..i].iter().any(|other| other.pool() == edge.pool());
            if !is_used && with + promised[i + 1] > LOG_MARGIN {
                edges[i] = edge;
                self.choose_from(path, at, promised, i + 1, with, edges, report);
            }
        }
    }
}

/// The most profitable cycles, best first. Start tokens are remembered: the first search from one builds its arrays.
pub fn search(market: &mut Market, query: &Query) -> Vec<Found> {
    for start in query.starts {
        market.watch_start(start.token);
    }
    let market = &*market;
    let mut candidates = Vec::new();
    cycles(market, query, |start, edges| {
        if let Some(upper) = Chain::new(market, edges, start.max_amount_in).ok().and_then(|chain| chain.upper_profit()) {
            candidates.push(Candidate { upper, bound: start.max_amount_in, edges: edges.to_vec() });
        }
    });
    candidates.sort_by(|a, b| b.upper.total_cmp(&a.upper).then_with(|| a.edges.cmp(&b.edges)));
    rank(market, query, candidates)
}

/// A cycle that is not sized yet.
struct Candidate {
    /// No size earns more.
    upper: f64,
    /// Of its start token.
    bound: U256,
    edges: Vec<Edge>,
}

/// Sizes candidates exactly in the order of their upper bounds, only as far as the best results need it: an exactly sized cycle is next when no
/// bound of an unsized one is above its profit.
fn rank(market: &Market, query: &Query, candidates: Vec<Candidate>) -> Vec<Found> {
    let mut results: Vec<Found> = Vec::new();
    let mut taken: Vec<u32> = Vec::new();
    let mut sized: BinaryHeap<Found> = BinaryHeap::new();
    let mut unsized_ones = candidates.into_iter().peekable();
    while results.len() < query.limit {
        let best = sized.peek().map_or(-1.0, |found| found.size.profit().to_f64() * (1.0 - 1e-15));
        let is_free = |edges: &[Edge], taken: &[u32]| query.overlapping || !edges.iter().any(|edge| taken.contains(&edge.pool()));
        if let Some(Candidate { bound, edges, .. }) = unsized_ones.next_if(|candidate| candidate.upper >= best) {
            if is_free(&edges, &taken) {
                let chain = Chain::new(market, &edges, bound).ok();
                let size = chain.and_then(|chain| if query.exact { chain.optimum() } else { chain.size() });
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
