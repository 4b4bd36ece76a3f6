//! The top in doubles: by a formula where all hops are constant-product pairs, where the marginal rate is 1 elsewhere.

use super::crossing::crossing;
use super::{Chain, Exchange};

/// An input to begin with: small beside most tops, large beside a base unit.
const FIRST_LOOK: f64 = 1e9;

/// Where doubles see the top.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    pub amount_in: f64,
    /// There, as doubles see it.
    pub profit: f64,
    /// No integer size earns more than this: rounding of the doubles included.
    pub upper_profit: f64,
}

impl<E: Exchange> Chain<E> {
    /// The top in doubles; nothing where no amount is profitable. Only for chains of pools that are all concave.
    pub fn estimate(&self) -> Option<Estimate> {
        let bound = self.bound.to_f64();
        let top = match self.closed_form() {
            Some(top) => top,
            None => self.crossing_of_rates(bound)?,
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

    /// A chain of constant-product pairs is itself of the form `n x / (d + e x)`, whose profit is highest at `(√(n d) − d) / e`.
    fn closed_form(&self) -> Option<f64> {
        let (mut n, mut d, mut e) = (1.0, 1.0, 0.0);
        for hop in &self.hops {
            let [reserve_in, reserve_out, kept] = hop.constant_product()?;
            e = reserve_in * e + kept * n;
            n *= kept * reserve_out;
            d *= reserve_in;
        }
        Some(((n * d).sqrt() - d) / e)
    }

    /// The input at which the last unit earns nothing any more, or up to which the pools can pay.
    fn crossing_of_rates(&self, bound: f64) -> Option<f64> {
        if !self.at(1.0).is_some_and(|(_, rate)| rate > 1.0) {
            return None;
        }
        let rising = |x: f64| self.at(x).map_or(f64::INFINITY, |(_, rate)| 1.0 / rate.sqrt());
        Some(crossing(rising, 1.0, FIRST_LOOK, bound).map_or(bound, |[low, _]| low))
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
    pub(super) fn unit_values(&self, amount_in: f64) -> Option<Vec<f64>> {
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
