//! All pools by number, and the graph of tokens that they span.

use crate::pool::Pool;
use crate::refusal::{Answer, Refusal};

/// A pool and a direction in one number: twice the pool's number, plus 1 for token1 to token0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge(pub u32);

impl Edge {
    pub fn new(pool: u32, zero_for_one: bool) -> Self {
        Self(pool * 2 + u32::from(!zero_for_one))
    }

    pub fn pool(self) -> u32 {
        self.0 / 2
    }

    pub fn zero_for_one(self) -> bool {
        self.0 & 1 == 0
    }
}

#[derive(Debug)]
pub struct Slot {
    pub tokens: [u32; 2],
    pub pool: Pool,
    /// Natural logarithms of the best rates, token0 to token1 and back.
    log_rates: [f64; 2],
}

/// A token's neighbour and the pools that trade the two.
#[derive(Debug)]
struct Link {
    token: u32,
    pools: Vec<u32>,
}

/// Numbers above this are refused: a wrong number would otherwise ask for all of the memory.
const MAX_NUMBER: u32 = 1 << 24;

#[derive(Debug, Default)]
pub struct Market {
    slots: Vec<Option<Slot>>,
    /// By token; each list ascending by neighbour, so that two of them can be intersected in one pass.
    links: Vec<Vec<Link>>,
}

impl Market {
    pub fn insert(&mut self, number: u32, tokens: [u32; 2], pool: Pool) -> Answer<()> {
        let [a, b] = tokens;
        if a == b || a.max(b) > MAX_NUMBER || number > MAX_NUMBER {
            return Err(Refusal::InvalidState);
        }
        let log_rates = log_rates(&pool);
        if self.slots.len() <= number as usize {
            self.slots.resize_with(number as usize + 1, || None);
        }
        let known = self.slots[number as usize].as_ref().map(|slot| slot.tokens);
        if known != Some(tokens) {
            self.remove(number);
            self.link(number, a, b);
            self.link(number, b, a);
        }
        self.slots[number as usize] = Some(Slot { tokens, pool, log_rates });
        Ok(())
    }

    /// Changes a pool in place; its rates follow.
    pub fn update(&mut self, number: u32, change: impl FnOnce(&mut Pool) -> Answer<()>) -> Answer<()> {
        let slot = self.slots.get_mut(number as usize).and_then(Option::as_mut).ok_or(Refusal::UnknownPool)?;
        change(&mut slot.pool)?;
        slot.log_rates = log_rates(&slot.pool);
        Ok(())
    }

    pub fn remove(&mut self, number: u32) {
        if let Some(Slot { tokens: [a, b], .. }) = self.slots.get_mut(number as usize).and_then(Option::take) {
            self.unlink(number, a, b);
            self.unlink(number, b, a);
        }
    }

    pub fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(number as usize)?.as_ref()
    }

    pub fn pool(&self, edge: Edge) -> Answer<&Pool> {
        Ok(&self.slot(edge.pool()).ok_or(Refusal::UnknownPool)?.pool)
    }

    pub fn log_rate(&self, edge: Edge) -> f64 {
        self.slot(edge.pool()).map_or(f64::NEG_INFINITY, |slot| slot.log_rates[usize::from(!edge.zero_for_one())])
    }

    /// Edges from one token to another, in the order of the pools' insertion.
    pub fn edges(&self, from: u32, to: u32) -> impl Iterator<Item = Edge> + '_ {
        let links = self.neighbours(from);
        let pools = links.binary_search_by_key(&to, |link| link.token).map_or(&[][..], |i| &links[i].pools);
        pools.iter().map(move |pool| self.leaving(*pool, from))
    }

    /// Tokens that trade with both, ascending.
    pub fn common_neighbours(&self, a: u32, b: u32) -> Vec<u32> {
        let (mut left, mut right) = (self.neighbours(a), self.neighbours(b));
        if left.len() > right.len() {
            (left, right) = (right, left);
        }
        let mut common = Vec::new();
        for link in left {
            // The longer list is searched from where the last one was found.
            let at = right.partition_point(|other| other.token < link.token);
            right = &right[at..];
            if right.first().is_some_and(|other| other.token == link.token) {
                common.push(link.token);
            }
        }
        common
    }

    fn leaving(&self, pool: u32, from: u32) -> Edge {
        Edge::new(pool, self.slot(pool).is_some_and(|slot| slot.tokens[0] == from))
    }

    fn neighbours(&self, token: u32) -> &[Link] {
        self.links.get(token as usize).map_or(&[], Vec::as_slice)
    }

    fn link(&mut self, number: u32, from: u32, to: u32) {
        if self.links.len() <= from as usize {
            self.links.resize_with(from as usize + 1, Vec::new);
        }
        let links = &mut self.links[from as usize];
        match links.binary_search_by_key(&to, |link| link.token) {
            Ok(i) => links[i].pools.push(number),
            Err(i) => links.insert(i, Link { token: to, pools: vec![number] }),
        }
    }

    fn unlink(&mut self, number: u32, from: u32, to: u32) {
        let links = &mut self.links[from as usize];
        if let Ok(i) = links.binary_search_by_key(&to, |link| link.token) {
            links[i].pools.retain(|pool| *pool != number);
            if links[i].pools.is_empty() {
                links.remove(i);
            }
        }
    }
}

fn log_rates(pool: &Pool) -> [f64; 2] {
    [pool.rate(true).ln(), pool.rate(false).ln()]
}
