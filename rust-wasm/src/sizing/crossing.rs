//! Where a rising function reaches a value.
//!
//! One over the square root of a pool's marginal rate is linear in the input, as long as the liquidity stays the same: for a pair everywhere, for a
//! concentrated pool between two ticks. It is linear for chains of them as well, and so is the sum of inputs of parallel pools at one rate. So
//! straight lines find the place in a few steps, and halving where the function jumps.

/// Steps before an end is found: each at least doubles the place.
const MOST_GALLOPS: u32 = 256;
/// Steps between the ends: as many as halving every second time needs.
const MOST_STEPS: u32 = 128;

/// Places on both sides of where `rising` first exceeds `target`, as close as doubles have them: it does not at the first, it does at the second.
/// Both are 0 where it does at 0; nothing where it does nowhere up to `limit`. `first` is where to look first. Infinity is a value like any other.
pub(super) fn crossing(rising: impl Fn(f64) -> f64, target: f64, first: f64, limit: f64) -> Option<[f64; 2]> {
    let (mut low, mut at_low) = (0.0, rising(0.0));
    if at_low > target {
        return Some([0.0, 0.0]);
    }
    let mut high = first.min(limit);
    let mut at_high = rising(high);
    for _ in 0..MOST_GALLOPS {
        if at_high > target {
            break;
        }
        if high >= limit {
            return None;
        }
        // A little further than the straight line through the last two: what bends, bends that way as often as the other.
        let line = 1.01 * (high + (target - at_high) * (high - low) / (at_high - at_low));
        (low, at_low) = (high, at_high);
        high = if line.is_finite() { line.clamp(2.0 * low, 64.0 * low) } else { 8.0 * low }.min(limit);
        at_high = rising(high);
    }
    if at_high <= target {
        return None;
    }
    let mut is_halved = true;
    for _ in 0..MOST_STEPS {
        let gap = high - low;
        // Never at an end, and a few doubles from it at the least: the next step then closes the gap from the other side.
        let least = (gap * 1e-12).max(high * 4e-16);
        if gap <= 2.0 * least {
            break;
        }
        let line = low + gap * (target - at_low) / (at_high - at_low);
        let place = if is_halved && at_high.is_finite() { line.max(low + least).min(high - least) } else { 0.5 * (low + high) };
        let value = rising(place);
        if value > target {
            (high, at_high) = (place, value);
        } else {
            (low, at_low) = (place, value);
        }
        is_halved = high - low <= 0.5 * gap;
    }
    Some([low, high])
}

#[cfg(test)]
mod tests {
    use super::crossing;

    #[test]
    fn lines_curves_jumps_and_walls_are_crossed_where_they_are() {
        type Case = (&'static str, fn(f64) -> f64, f64, f64);
        let cases: [Case; 7] = [
            ("a line", |x| 3.0 + 2e-9 * x, 7.0, 2e9),
            ("a bend", |x| if x < 5.0 { x } else { 5.0 + 1e6 * (x - 5.0) }, 1e6, 5.999_995),
            ("a curve", |x| x * x, 49.0, 7.0),
            ("a jump", |x| if x < 1e20 { 1.0 } else { 3.0 }, 2.0, 1e20),
            ("a wall", |x| if x < 12_345.678 { 1.0 + x * 1e-6 } else { f64::INFINITY }, 2.0, 12_345.678),
            ("a plateau at the value itself", |x| if x < 1e6 { x } else { (x - 1e6).max(1e6) }, 1e6, 2e6),
            ("steps", |x| (x / 10.0).floor(), 99.5, 1_000.0),
        ];
        for (name, rising, target, expected) in cases {
            for first in [1.0, expected, 1e9 * expected] {
                let [low, high] = crossing(rising, target, first, f64::MAX).unwrap();
                assert!(rising(low) <= target && rising(high) > target, "{name} from {first}");
                assert!((low - expected).abs() <= 1e-12 * expected && high - low <= 1e-12 * expected, "{name} from {first}: {low}, {high}");
            }
        }
    }

    #[test]
    fn what_exceeds_the_value_nowhere_or_at_once_says_so() {
        assert_eq!(crossing(|x| x, 5.0, 1.0, 4.0), None);
        assert_eq!(crossing(|_| 6.0, 5.0, 1.0, 4.0), Some([0.0, 0.0]));
    }
}
