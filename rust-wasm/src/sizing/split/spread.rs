//! One hop over several pools, as one exchange: an amount goes to each of them up to the same marginal rate, which pays most; whole units are then
//! moved between them as long as that pays more.
//!
//! The units are those of the coarser of the two tokens. One of them more costs a pool more than the one before, or pays less: so no exchange of
//! single units gaining anything means that none of several does, and the best is found without trying all. Only where both tokens are coarse do the
//! other token's roundings disturb that by less than a unit for each pool.

use super::super::crossing::crossing;
use super::super::exchange::Exchange;
use super::leg::Leg;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use core::cmp::Reverse;

/// Units moved at the most: the doubles are off by a unit or so for each pool.
const MOST_MOVED: u32 = 64;
/// Larger amounts stay as the doubles have them, which no longer tell units apart: one is then less than 1e-15 of the amount.
const MOST_MOVABLE: f64 = 9e15;
/// One over the root of the lowest rate that is looked for.
const LARGEST_ROOT: f64 = 1e30;

pub(super) struct Spread<'a> {
    pub legs: Vec<Leg<'a>>,
    /// True where the token out is the coarser one and all pools follow formulas, whose inputs for an output are cheap to name.
    is_counted_in_output: bool,
}

/// What one of the pools takes and pays; both 0 where it is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    pub amount_in: U256,
    pub amount_out: U256,
}

const NOTHING: Filled = Filled { amount_in: U256::ZERO, amount_out: U256::ZERO };

impl<'a> Spread<'a> {
    pub fn new(legs: Vec<Leg<'a>>) -> Self {
        let best = legs.iter().map(Leg::first_rate).fold(0.0, f64::max);
        let spread = Self { legs, is_counted_in_output: false };
        Self { is_counted_in_output: best < 1.0 && spread.has_formulas(), ..spread }
    }

    pub fn has_formulas(&self) -> bool {
        self.legs.iter().all(Leg::has_formula)
    }

    /// Inputs of the pools at which their marginal rates are the same and which together give `total`, a sum that `of` takes of each pool's input;
    /// and one over the root of that rate.
    fn level(&self, total: f64, of: impl Fn(&Leg, f64) -> f64) -> Option<(Vec<f64>, f64)> {
        let inputs = |root: f64| self.legs.iter().map(|leg| leg.input_at(root)).collect::<Vec<_>>();
        let sum = |inputs: &[f64]| self.legs.iter().zip(inputs).map(|(leg, input)| of(leg, *input)).sum::<f64>();
        let first = 1.0 / self.legs.iter().map(Leg::first_rate).fold(0.0, f64::max).sqrt();
        let [low, high] = crossing(|root| sum(&inputs(root)), total, first * 1.001, LARGEST_ROOT)?;
        let (below, above) = (inputs(low), inputs(high));
        let (sum_below, sum_above) = (sum(&below), sum(&above));
        // Between the two lies what some pool takes at one and the same rate.
        let share = if sum_above > sum_below { ((total - sum_below) / (sum_above - sum_below)).clamp(0.0, 1.0) } else { 0.0 };
        Some((below.iter().zip(&above).map(|(a, b)| a + (b - a) * share).collect(), low))
    }

    /// What each of the pools takes of an amount, in doubles.
    pub fn inputs(&self, amount_in: f64) -> Option<Vec<f64>> {
        Some(self.level(amount_in, |_, input| input)?.0)
    }

    /// How an amount is spread. Refused where the pools together do not take it.
    pub fn fill(&self, amount_in: U256) -> Answer<Vec<Filled>> {
        if let [leg] = &self.legs[..] {
            return Ok(vec![leg.paying(amount_in)?]);
        }
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let inputs = self.inputs(amount_in.to_f64()).ok_or(Refusal::InsufficientLiquidity)?;
        let outputs: Vec<f64> = self.legs.iter().zip(&inputs).map(|(leg, input)| leg.output(*input)).collect();
        let mut filled;
        if self.is_counted_in_output && outputs.iter().sum::<f64>() < MOST_MOVABLE {
            filled = self.bought(&outputs)?;
            self.buy(&mut filled, amount_in);
            for (leg, of) in self.legs.iter().zip(&mut filled) {
                *of = leg.paying(of.amount_in)?;
            }
        } else {
            filled = self.legs.iter().zip(inputs).map(|(leg, input)| leg.paying(U256::from_f64(input))).collect::<Answer<Vec<_>>>()?;
            self.give_rest(&mut filled, amount_in)?;
            if amount_in.to_f64() < MOST_MOVABLE && self.has_formulas() {
                self.exchange(
                    &mut filled,
                    |i, of, is_more| self.legs[i].paying(stepped(of.amount_in, is_more)?),
                    |a, b| Reverse(a.amount_out.abs_diff(b.amount_out)),
                );
            }
        }
        // A swap that pays nothing reverts in most contracts.
        for of in filled.iter_mut().filter(|of| of.amount_out.is_zero()) {
            *of = NOTHING;
        }
        self.give_rest(&mut filled, amount_in)?;
        Ok(filled)
    }

    /// The smallest inputs for whole units of output.
    fn bought(&self, outputs: &[f64]) -> Answer<Vec<Filled>> {
        self.legs.iter().zip(outputs).map(|(leg, output)| leg.buying(U256::from_f64(*output))).collect()
    }

    /// Gives what is missing to a total input to the pool that has most, or takes from it what is too much.
    fn give_rest(&self, filled: &mut [Filled], amount_in: U256) -> Answer<()> {
        let taken = total(filled, |of| of.amount_in)?;
        if taken != amount_in {
            let most = (0..filled.len()).max_by_key(|i| filled[*i].amount_in).ok_or(Refusal::BrokenRoute)?;
            let input = filled[most].amount_in.checked_add(amount_in)?.checked_sub(taken)?;
            filled[most] = self.legs[most].paying(input)?;
        }
        Ok(())
    }

    /// Units of output for as much of the input as there is, each where it costs least.
    fn buy(&self, filled: &mut [Filled], amount_in: U256) {
        for _ in 0..MOST_MOVED {
            self.exchange(filled, |i, of, is_more| self.legs[i].buying(stepped(of.amount_out, is_more)?), cost);
            let Ok(taken) = total(filled, |of| of.amount_in) else { return };
            let is_over = taken > amount_in;
            match self.cheapest(filled, !is_over) {
                Some((i, changed)) if is_over || cost(filled[i], changed) <= amount_in.saturating_sub(taken) => filled[i] = changed,
                _ => return,
            }
        }
    }

    /// The unit of output that costs least to have more, or, fewer, that cost most.
    fn cheapest(&self, filled: &[Filled], is_more: bool) -> Option<(usize, Filled)> {
        let changed = |i: usize| Some((i, self.legs[i].buying(stepped(filled[i].amount_out, is_more).ok()?).ok()?));
        let by_cost = |(i, changed): &(usize, Filled)| cost(filled[*i], *changed);
        let changes = (0..filled.len()).filter_map(changed);
        if is_more {
            changes.min_by_key(by_cost)
        } else {
            changes.max_by_key(by_cost)
        }
    }

    /// Moves single units from one pool to another as long as what one more costs somewhere is less than what one fewer saves elsewhere.
    fn exchange<C: Ord>(&self, filled: &mut [Filled], step: impl Fn(usize, Filled, bool) -> Answer<Filled>, cost: impl Fn(Filled, Filled) -> C) {
        let mut more: Vec<_> = filled.iter().enumerate().map(|(i, of)| step(i, *of, true).ok()).collect();
        let mut less: Vec<_> = filled.iter().enumerate().map(|(i, of)| step(i, *of, false).ok()).collect();
        for _ in 0..MOST_MOVED {
            let costs = (0..filled.len()).filter_map(|i| more[i].map(|with| (cost(filled[i], with), i, with)));
            let Some((cost_of_more, to, with)) = costs.min_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1))) else { return };
            let savings = (0..filled.len()).filter(|i| *i != to).filter_map(|i| less[i].map(|without| (cost(filled[i], without), i, without)));
            let Some((saved, from, without)) = savings.max_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1))) else { return };
            if cost_of_more >= saved {
                return;
            }
            (filled[to], filled[from]) = (with, without);
            for i in [to, from] {
                (more[i], less[i]) = (step(i, filled[i], true).ok(), step(i, filled[i], false).ok());
            }
        }
    }

    /// The smallest input near the doubles' guess that pays at least `amount_out`, by quotes.
    fn input_by_fill(&self, amount_out: U256, guess: U256) -> Answer<U256> {
        let pays = |amount_in: U256| match self.quote(amount_in) {
            Err(Refusal::AmountTooSmall) => Ok(false),
            paid => paid.map(|paid| paid >= amount_out),
        };
        let (mut low, mut high) = (guess, guess.max(U256::ONE));
        let mut stride = U256::ONE;
        while !pays(high)? {
            (low, high) = (high, high.checked_add(stride)?);
            stride = stride << 1;
        }
        if low == high {
            low = high.saturating_sub(U256::ONE);
            while pays(low)? {
                stride = stride << 1;
                (high, low) = (low, low.saturating_sub(stride));
            }
        }
        while high.saturating_sub(low) > U256::ONE {
            let middle = low.saturating_add(high.saturating_sub(low) >> 1);
            if pays(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(high)
    }
}

impl Exchange for Spread<'_> {
    fn quote(&self, amount_in: U256) -> Answer<U256> {
        total(&self.fill(amount_in)?, |of| of.amount_out)
    }

    fn input_for(&self, amount_out: U256) -> Answer<U256> {
        if let [leg] = &self.legs[..] {
            return leg.hop.input_for(amount_out);
        }
        let (inputs, _) = self.level(amount_out.to_f64(), |leg, input| leg.output(input)).ok_or(Refusal::InsufficientLiquidity)?;
        if !self.is_counted_in_output || amount_out.to_f64() >= MOST_MOVABLE {
            return self.input_by_fill(amount_out, U256::from_f64(inputs.iter().sum()));
        }
        let outputs: Vec<f64> = self.legs.iter().zip(&inputs).map(|(leg, input)| leg.output(*input)).collect();
        let mut filled = self.bought(&outputs)?;
        for _ in 0..MOST_MOVED {
            let paid = total(&filled, |of| of.amount_out)?;
            if paid == amount_out {
                break;
            }
            let (i, changed) = self.cheapest(&filled, paid < amount_out).ok_or(Refusal::InsufficientLiquidity)?;
            filled[i] = changed;
        }
        self.exchange(&mut filled, |i, of, is_more| self.legs[i].buying(stepped(of.amount_out, is_more)?), cost);
        total(&filled, |of| of.amount_in)
    }

    fn estimate(&self, amount_in: f64) -> Option<(f64, f64)> {
        match &self.legs[..] {
            [leg] if leg.has_formula() => leg.hop.estimate(amount_in),
            _ => {
                let (inputs, root) = self.level(amount_in, |_, input| input)?;
                Some((self.legs.iter().zip(inputs).map(|(leg, input)| leg.output(input)).sum(), root.powi(-2)))
            }
        }
    }
}

impl Leg<'_> {
    fn paying(&self, amount_in: U256) -> Answer<Filled> {
        match self.hop.quote(amount_in) {
            Ok(amount_out) => Ok(Filled { amount_in, amount_out }),
            Err(_) if amount_in.is_zero() => Ok(NOTHING),
            Err(Refusal::AmountTooSmall) => Ok(Filled { amount_in, amount_out: U256::ZERO }),
            Err(refusal) => Err(refusal),
        }
    }

    fn buying(&self, amount_out: U256) -> Answer<Filled> {
        if amount_out.is_zero() {
            return Ok(NOTHING);
        }
        Ok(Filled { amount_in: self.hop.input_for(amount_out)?, amount_out })
    }
}

fn cost(of: Filled, changed: Filled) -> U256 {
    of.amount_in.abs_diff(changed.amount_in)
}

fn stepped(amount: U256, is_more: bool) -> Answer<U256> {
    if is_more {
        amount.checked_add(U256::ONE)
    } else {
        amount.checked_sub(U256::ONE)
    }
}

fn total(filled: &[Filled], of: impl Fn(&Filled) -> U256) -> Answer<U256> {
    filled.iter().try_fold(U256::ZERO, |sum, each| sum.checked_add(of(each)))
}
