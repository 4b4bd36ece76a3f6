//! Pools of concentrated liquidity: states that are reached by real mints and swaps, and swaps of every kind from them, by the contract and by
//! the engine.

use arb_engine::proof::{cases, report, Level, Random};
use arb_engine::protocols::family::{Direction, Family};
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::protocols::uniswap_v3::tick_math::{max_sqrt_ratio, min_sqrt_ratio, sqrt_ratio_at_tick, MAX_TICK};
use arb_engine::protocols::uniswap_v3::{Exact, Swap};
use arb_engine::u256::U256;
use serde_json::Value;
use std::collections::BTreeSet;

/// How a pool begins.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub tick_spacing: i32,
    pub fee: u32,
    pub sqrt_price: U256,
}

/// A pool on its chain.
pub trait Venue {
    /// False where the contract refuses the position.
    fn mint(&mut self, lower: i32, upper: i32, liquidity: u128) -> bool;

    /// A swap whose effects stay.
    fn swap(&mut self, zero_for_one: bool, exact: Exact, limit: U256);

    /// What a swap would do; nothing where it reverts.
    fn ask(&mut self, zero_for_one: bool, exact: Exact, limit: U256) -> Option<Swap>;

    /// The state in the engine's JSON form. `ticks` are those that a position has touched.
    fn state(&mut self, ticks: &BTreeSet<i32>) -> Value;

    fn spacing(&self) -> i32;

    /// Whether an input of token0 or token1 is more than the pool can hold beside its reserve, which no token's supply allows: the engine's
    /// state has no reserves, so that this refusal is the contract's alone.
    fn overflows(&mut self, _zero_for_one: bool, _amount_in: U256) -> bool {
        false
    }
}

/// Swaps that each state is asked for.
const SWAPS_PER_STATE: u32 = 20;

/// Compares [`cases`] swaps to the wei, refusals included, and reports them.
pub fn prove<V: Venue>(family: &str, level: Level, fees: &[u32], spacings: &[i32], open: impl Fn(&mut Random, Start) -> V) {
    let random = &mut Random::seeded(family);
    let (mut done, mut paid, mut largest) = (0, 0, U256::ZERO);
    while done < cases() {
        let (mut venue, ticks) = populated(random, fees, spacings, &open);
        let json = venue.state(&ticks).to_string();
        let pool = pool_from_json(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
        for _ in 0..SWAPS_PER_STATE {
            let Question { zero_for_one, exact, limit } = question(random, &ticks, venue.spacing());
            let told = venue.ask(zero_for_one, exact, limit);
            let direction = direction(zero_for_one);
            let answer = pool.swap_to_limit(direction, exact, limit, None);
            if let (Some(told), Ok(answer)) = (&told, &answer) {
                largest = largest.max(told.amount_in.abs_diff(answer.amount_in)).max(told.amount_out.abs_diff(answer.amount_out));
                paid += 1;
            }
            if told.is_none() && answer.is_ok_and(|answer| venue.overflows(zero_for_one, answer.amount_in)) {
                continue;
            }
            assert_eq!(answer.ok(), told, "{exact:?} zero_for_one {zero_for_one} limit {limit} answer {answer:?}: {json}");
            if limit == end_of_range(zero_for_one) {
                whole_amounts(&mut venue, pool.as_ref(), zero_for_one, exact, told, &json);
            }
            done += 1;
        }
    }
    println!("{family}: {paid} of {done} swaps paid, the others reverted");
    assert!(paid * 2 > done, "most swaps must be answered");
    report(family, level, done, largest);
}

/// Without a limit: quotes of whole amounts, and the smallest input for an output.
fn whole_amounts(venue: &mut impl Venue, pool: &dyn Family, zero_for_one: bool, exact: Exact, told: Option<Swap>, json: &str) {
    let direction = direction(zero_for_one);
    match exact {
        Exact::Input(amount) => {
            let whole = told.filter(|swap| swap.amount_in == amount).map(|swap| swap.amount_out);
            assert_eq!(pool.quote(direction, amount, None).ok(), whole, "quote {amount} {zero_for_one}: {json}");
            let Some(out) = whole.filter(|out| !out.is_zero()) else { return };
            let bound = amount.to_f64() * pool.rate(direction, None) * (1.0 + 1e-9) + 2.0;
            assert!(out.to_f64() <= bound, "{out} is above the rate {bound}: {json}");
            let input = pool.input_for(direction, out, None).unwrap_or_else(|refusal| panic!("input for {out}: {refusal:?}: {json}"));
            let pays = |venue: &mut dyn FnMut(U256) -> Option<Swap>, input| venue(input).is_some_and(|swap| swap.amount_out >= out);
            let mut ask = |input| venue.ask(zero_for_one, Exact::Input(input), end_of_range(zero_for_one));
            assert!(pays(&mut ask, input), "{input} does not pay {out}: {json}");
            assert!(!pays(&mut ask, input.saturating_sub(U256::ONE)), "less than {input} pays {out}: {json}");
        }
        Exact::Output(amount) => {
            let whole = told.filter(|swap| swap.amount_out == amount).map(|swap| swap.amount_in);
            assert_eq!(pool.quote_exact_output(direction, amount, None).ok(), whole, "exact output {amount} {zero_for_one}: {json}");
        }
    }
}

fn direction(zero_for_one: bool) -> Direction {
    Direction { from: usize::from(!zero_for_one), to: usize::from(zero_for_one) }
}

fn end_of_range(zero_for_one: bool) -> U256 {
    match zero_for_one {
        true => min_sqrt_ratio().saturating_add(U256::ONE),
        false => max_sqrt_ratio().saturating_sub(U256::ONE),
    }
}

/// A pool with positions and a past, and the ticks that it may have initialised.
fn populated<V: Venue>(random: &mut Random, fees: &[u32], spacings: &[i32], open: impl Fn(&mut Random, Start) -> V) -> (V, BTreeSet<i32>) {
    let tick_spacing = *random.pick(spacings);
    // Prices of real pairs mostly (6 and 18 decimals: about tick ±276,000), some up to the ends of the range.
    let reach = *random.pick(&[100, 20_000, 300_000, 300_000, 887_000]);
    let tick = random.within(-reach, reach) as i32;
    let start = Start { tick_spacing, fee: *random.pick(fees), sqrt_price: price_within(random, tick) };
    let mut venue = open(random, start);
    let spacing = venue.spacing();
    let end = MAX_TICK / spacing * spacing;
    let mut ticks = BTreeSet::new();
    let widest = 10 + random.below(2_000) as i64;
    let size = 20 + random.below(80) as u32;
    for _ in 0..1 + random.below(12) {
        let centre = (tick.div_euclid(spacing) as i64) + random.within(-widest, widest) / 2;
        let (lower, upper) = match random.below(8) {
            0 => (-end, end),
            _ => ((centre - random.within(0, widest)) as i32 * spacing, (centre + 1 + random.within(0, widest)) as i32 * spacing),
        };
        let (lower, upper) = (lower.clamp(-end, end - spacing), upper.clamp(spacing - end, end));
        let liquidity = random.wide(size).low_u128();
        if lower < upper && venue.mint(lower, upper, liquidity) {
            ticks.extend([lower, upper]);
        }
    }
    for _ in 0..random.below(4) {
        // A limit keeps the price among the positions.
        let Question { zero_for_one, exact, .. } = question(random, &ticks, spacing);
        let limit = limit_near(random, &ticks, spacing).unwrap_or(end_of_range(zero_for_one));
        venue.swap(zero_for_one, exact, limit);
    }
    (venue, ticks)
}

struct Question {
    zero_for_one: bool,
    exact: Exact,
    limit: U256,
}

/// Amounts of every size; limits at the range's end, on initialised ticks, between them, or on the wrong side.
fn question(random: &mut Random, ticks: &BTreeSet<i32>, spacing: i32) -> Question {
    let zero_for_one = random.below(2) == 0;
    // The largest cross the whole range, which takes the contract thousands of steps.
    let bits = if random.below(20) == 0 { 255 } else { *random.pick(&[60, 90, 90, 120]) };
    let amount = if random.below(200) == 0 { U256::ZERO } else { random.wide(bits) };
    let exact = if random.below(3) == 0 { Exact::Output(amount) } else { Exact::Input(amount) };
    let limit = match random.below(4) {
        0 => limit_near(random, ticks, spacing),
        _ => None,
    };
    let limit = limit.unwrap_or(end_of_range(zero_for_one));
    Question { zero_for_one, exact, limit }
}

/// The price of an initialised tick, or one near it; nothing where there is no position.
fn limit_near(random: &mut Random, ticks: &BTreeSet<i32>, spacing: i32) -> Option<U256> {
    let known: Vec<i32> = ticks.iter().copied().collect();
    if known.is_empty() {
        return None;
    }
    let tick = *random.pick(&known);
    if random.below(2) == 0 {
        return sqrt_ratio_at_tick(tick).ok();
    }
    let tick = tick.saturating_add(random.within(-300, 300) as i32 * spacing);
    Some(price_within(random, tick))
}

/// A price at a tick or above it, below the next.
fn price_within(random: &mut Random, tick: i32) -> U256 {
    let tick = tick.clamp(-MAX_TICK, MAX_TICK - 1);
    let price = |tick| sqrt_ratio_at_tick(tick).expect("a tick of the range");
    let gap = price(tick + 1).saturating_sub(price(tick));
    match random.below(4) {
        0 => price(tick),
        _ => price(tick).saturating_add(gap.mul_div(U256::from(random.word()), U256::ONE << 64).expect("a share of the gap")),
    }
}
