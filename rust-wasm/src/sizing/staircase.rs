//! Amounts of the coarsest token around the top, each with the smallest input that reaches it.

use super::top::Estimate;
use super::{backward, forward, Chain, Exchange, Size};
use crate::u256::U256;

/// Looked at on both sides of the centre whatever they promise: all there is in the smallest pools.
pub(super) const NEIGHBOURS: u32 = 8;
/// Amounts looked at on each side of the centre at the most.
pub(super) const MOST_SCANNED: u32 = 2_048;
/// The same where each takes long.
pub(super) const FEW_SCANNED: u32 = 64;

/// Where sizes are counted: amounts after `k` hops, around `centre`.
pub(super) struct Middle {
    pub k: usize,
    /// The top in doubles, rounded to an input.
    pub start: Size,
    pub centre: U256,
    /// Of one base unit there, in base units of the last token; at least 1.
    pub unit_value: f64,
    /// What rounding on the way to the middle costs at the most, in base units of the last token.
    pub lost_before: f64,
}

impl<E: Exchange> Chain<E> {
    /// Where sizes are counted: after the hop that pays the coarsest token, or at the input where no token on the way is coarse.
    pub(super) fn middle(&self) -> Option<(Estimate, Middle)> {
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
    pub(super) fn scan(&self, middle: &Middle, enough: f64, most_scanned: u32) -> Size {
        let mut best = middle.start;
        if best.profit().to_f64() >= enough {
            return best;
        }
        let mut is_open = [true, true];
        for distance in 0..most_scanned {
            let amounts = [middle.centre.checked_add(U256::from(distance)), middle.centre.checked_sub(U256::from(distance))];
            for (open, amount) in is_open.iter_mut().zip(amounts) {
                if !*open {
                    continue;
                }
                let Some((amount_in, given)) = amount.ok().and_then(|amount| self.up_to_middle(middle.k, amount)) else {
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

    /// The size with the smallest input that gives at least `amount` after `k` hops; nothing where that is not possible within the bound.
    pub(super) fn through_middle(&self, k: usize, amount: U256) -> Option<Size> {
        let (amount_in, given) = self.up_to_middle(k, amount)?;
        Some(Size { amount_in, amount_out: forward(&self.hops[k..], given).ok()? })
    }

    /// The smallest input that gives at least `amount` after `k` hops, and what it gives: it may be a little more.
    pub(super) fn up_to_middle(&self, k: usize, amount: U256) -> Option<(U256, U256)> {
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
}
