//! One of the parallel pools of a hop: how much of the input it takes at a given marginal rate.

use super::super::crossing::crossing;
use super::super::exchange::{Exchange, Hop};
use crate::market::Edge;
use crate::u256::U256;

/// Samples per factor of two and of factors of two, below and above the amount around which a pool without a formula is sampled.
const PER_OCTAVE: i32 = 8;
const OCTAVES_BELOW: i32 = 12;
const OCTAVES_ABOVE: i32 = 4;
/// Samples that a refinement adds, and factors of two that it reaches further where the last sample is still wanted.
const REFINED: u32 = 16;
const FURTHER: f64 = 4.0;
/// Inputs are not looked for beyond this: uint128.
const LARGEST: f64 = 3.4e38;

pub(super) struct Leg<'a> {
    pub edge: Edge,
    pub hop: Hop<'a>,
    /// An input of the right order of magnitude.
    scale: f64,
    /// For pools whose rate may rise with the amount, or follows no formula.
    samples: Option<Samples>,
}

/// Exact quotes, and the smallest concave curve above them: the amounts between its corners are not worth taking.
struct Samples {
    /// Inputs and outputs, ascending.
    quotes: Vec<[f64; 2]>,
    corners: Vec<[f64; 2]>,
}

impl<'a> Leg<'a> {
    pub fn new(edge: Edge, hop: Hop<'a>, scale: f64) -> Self {
        let samples = (!hop.is_concave()).then(|| Samples::around(&hop, scale));
        Self { edge, hop, scale, samples }
    }

    pub fn has_formula(&self) -> bool {
        self.samples.is_none()
    }

    /// The input after which the marginal rate is below `rate_root`⁻².
    pub fn input_at(&self, rate_root: f64) -> f64 {
        if let Some(samples) = &self.samples {
            return samples.input_at(rate_root.powi(-2));
        }
        let rising = |amount: f64| self.hop.estimate(amount).map_or(f64::INFINITY, |(_, rate)| 1.0 / rate.sqrt());
        // Nowhere below: the pool pays that rate for whatever there is.
        crossing(rising, rate_root, self.scale, LARGEST).map_or(LARGEST, |[low, _]| low)
    }

    /// Output in doubles; 0 for an input that the pool cannot pay for, which [`Leg::input_at`] never answers.
    pub fn output(&self, amount_in: f64) -> f64 {
        match &self.samples {
            _ if amount_in == 0.0 => 0.0,
            Some(samples) => samples.output(amount_in),
            None => self.hop.estimate(amount_in).map_or(0.0, |(out, _)| out),
        }
    }

    /// The marginal rate of the first unit.
    pub fn first_rate(&self) -> f64 {
        match &self.samples {
            Some(samples) => samples.corners.get(1).map_or(0.0, |[input, output]| output / input),
            None => self.hop.estimate(0.0).map_or(0.0, |(_, rate)| rate),
        }
    }

    /// Samples more closely around an input.
    pub fn refine(&mut self, amount_in: f64) {
        if let Some(samples) = &mut self.samples {
            samples.refine(&self.hop, amount_in);
        }
    }
}

impl Samples {
    fn around(hop: &Hop, scale: f64) -> Self {
        let mut samples = Self { quotes: vec![[0.0, 0.0]], corners: Vec::new() };
        for i in -OCTAVES_BELOW * PER_OCTAVE..=OCTAVES_ABOVE * PER_OCTAVE {
            samples.take(hop, scale * (f64::from(i) / f64::from(PER_OCTAVE)).exp2());
        }
        samples.raise();
        samples
    }

    /// Adds a quote of a whole number of units; one that is refused, or known, adds nothing.
    fn take(&mut self, hop: &Hop, amount_in: f64) {
        let amount_in = U256::from_f64(amount_in);
        let input = amount_in.to_f64();
        let at = self.quotes.partition_point(|[known, _]| *known < input);
        if self.quotes.get(at).is_none_or(|[known, _]| *known > input) {
            if let Ok(out) = hop.quote(amount_in) {
                self.quotes.insert(at, [input, out.to_f64()]);
            }
        }
    }

    /// Takes the corners from the quotes.
    fn raise(&mut self) {
        self.corners.clear();
        for point in &self.quotes {
            while let [.., a, b] = self.corners[..] {
                if slope(a, b) > slope(b, *point) {
                    break;
                }
                self.corners.pop();
            }
            self.corners.push(*point);
        }
        // Behind the highest output lies nothing.
        while matches!(self.corners[..], [.., a, b] if b[1] <= a[1]) {
            self.corners.pop();
        }
    }

    fn refine(&mut self, hop: &Hop, amount_in: f64) {
        let at = self.quotes.partition_point(|[input, _]| *input < amount_in);
        let low = at.checked_sub(1).and_then(|before| self.quotes.get(before)).map_or(0.0, |[input, _]| *input);
        let is_known = self.quotes.get(at).is_some_and(|[input, _]| *input == amount_in);
        let high = self.quotes.get(at + usize::from(is_known)).map_or(amount_in, |[input, _]| *input);
        for i in 1..=REFINED {
            let share = f64::from(i) / f64::from(REFINED + 1);
            self.take(hop, if high > amount_in { low + (high - low) * share } else { amount_in * (FURTHER * share).exp2() });
        }
        self.raise();
    }

    fn input_at(&self, rate: f64) -> f64 {
        let segments = self.corners.len().saturating_sub(1);
        // Slopes fall from corner to corner.
        let (mut low, mut high) = (0, segments);
        while low < high {
            let middle = (low + high) / 2;
            if slope(self.corners[middle], self.corners[middle + 1]) >= rate {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.corners.get(low).map_or(0.0, |[input, _]| *input)
    }

    fn output(&self, amount_in: f64) -> f64 {
        let after = self.corners.partition_point(|[input, _]| *input < amount_in);
        match (after.checked_sub(1).and_then(|before| self.corners.get(before)), self.corners.get(after)) {
            (Some(a), Some(b)) => a[1] + (amount_in - a[0]) * slope(*a, *b),
            (Some(last), None) => last[1],
            (None, _) => 0.0,
        }
    }
}

fn slope(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[1] - a[1]) / (b[0] - a[0])
}
