//! Walking along the staircase where it is too long to be looked at step by step.

use super::staircase::NEIGHBOURS;
use super::{Chain, Exchange, Size};
use crate::u256::U256;

/// Places kept while walking: one alone gets stuck where each stride loses a little.
const BEAM: usize = 8;
const MAX_EXPANSIONS: u32 = 64;

struct Place {
    /// Of the token that is walked along.
    amount: U256,
    size: Size,
    is_expanded: bool,
}

impl<E: Exchange> Chain<E> {
    /// Walks from an amount after `k` hops to better ones, several places at a time, until no stride from any of the best leads to a better one.
    pub(super) fn climb(&self, k: usize, centre: U256, strides: &[U256], best: &mut Size) {
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
}

/// Distances to walk: the denominators of the convergents of each slope's continued fraction (after `q` of them the other token's amount is
/// nearly whole again) and their doubles; at most `limit` per slope.
pub(super) fn strides(slopes: &[f64], limit: usize) -> Vec<U256> {
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
