//! Sizes by exact quotes alone, for pools whose rate may rise with the amount.

use super::staircase::NEIGHBOURS;
use super::{Chain, Exchange, Size};
use crate::u256::U256;

/// Inputs looked at one by one: where a base unit is much, a single one may pay.
const FIRST_INPUTS: u32 = 16;

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

impl<E: Exchange> Chain<E> {
    /// By exact quotes alone, for pools whose rate may rise with the amount (fees that fall while a swap rebalances): the best of inputs a factor of
    /// two apart, then the top around it by golden sections, then around the top along the amounts of the coarsest token.
    pub(super) fn by_quotes(&self) -> Size {
        let mut best = Size { amount_in: U256::ZERO, amount_out: U256::ZERO };
        let mut consider = |amount_in: U256| -> Option<Profit> {
            let amount_out = self.output(amount_in).ok()?;
            let size = Size { amount_in, amount_out };
            if size.beats(&best) {
                best = size;
            }
            Some(Profit::of(size))
        };
        for amount in 1..=FIRST_INPUTS {
            consider(U256::from(amount).min(self.bound));
        }
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
}
