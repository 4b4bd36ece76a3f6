//! What must hold of quotes whatever the family: they change nothing, small ones approach the rate that the search screens with, and a swap in two parts
//! pays no more than in one. That outputs grow with inputs and round trips gain nothing stands beside each family's second implementation.

mod states;

use arb_engine::i256::I256;
use arb_engine::protocols::family::{Direction, Family};
use arb_engine::protocols::uniswap_v3::Exact;
use arb_engine::u256::U256;
use serde_json::{Map, Value};
use states::{read, states};
use std::collections::BTreeMap;

/// Families whose fee falls while a swap brings the balances together.
const FEE_FOLLOWS_BALANCE: [&str; 5] = ["stableswap-ng", "stableswap-ng-meta", "tricrypto-ng", "twocrypto-ng", "curve-crypto-v1"];

fn directions(pool: &dyn Family) -> Vec<Direction> {
    let count = pool.token_count();
    (0..count).flat_map(|from| (0..count).map(move |to| Direction { from, to })).filter(|of| of.from != of.to).collect()
}

fn amounts() -> impl DoubleEndedIterator<Item = U256> {
    (0..110).step_by(3).map(|bits| U256::ONE << bits)
}

#[test]
fn quotes_change_no_state() {
    for (family, state) in states() {
        let pool = read(&state);
        for direction in directions(pool.as_ref()) {
            let up: Vec<_> = amounts().map(|amount| (pool.quote(direction, amount, None), pool.view(direction, amount, None))).collect();
            let mut down: Vec<_> = amounts().rev().map(|amount| (pool.quote(direction, amount, None), pool.view(direction, amount, None))).collect();
            down.reverse();
            assert_eq!(up, down, "{family} {direction:?}: {state:?}");
        }
        let whole = |pool: &dyn Family| (pool.moving(), directions(pool).into_iter().map(|of| pool.rate(of, None)).collect::<Vec<_>>());
        assert_eq!(format!("{:?}", whole(pool.as_ref())), format!("{:?}", whole(read(&state).as_ref())), "{family}: {state:?}");
    }
}

#[test]
fn small_quotes_approach_the_rate() {
    let mut widest = BTreeMap::<String, (f64, u32)>::new();
    for (family, state) in states() {
        let pool = read(&state);
        for direction in directions(pool.as_ref()) {
            // Infinite where no bound is known.
            let rate = pool.rate(direction, None);
            if rate.is_infinite() {
                continue;
            }
            let quoted =
                |amount: U256| pool.quote(direction, amount, None).ok().filter(|out| out.bits() > 30).map(|out| out.to_f64() / amount.to_f64());
            let is_flat = |bits: &u32| {
                let pair = quoted(U256::ONE << *bits).zip(quoted(U256::ONE << (bits + 1)));
                pair.is_some_and(|(small, double)| (small / double - 1.0).abs() < 1e-6)
            };
            let flat: Vec<f64> = (20..160).filter(is_flat).filter_map(|bits| quoted(U256::ONE << bits)).collect();
            let best = flat.iter().copied().fold(0.0, f64::max);
            // The largest amount that is small for the pool: there rounding blurs least, which in Newton's loops may be 10^-14 of a pool. What swallows the
            // pool may look flat as well.
            let Some(small) = flat.into_iter().rfind(|rate| *rate > best * 0.9) else { continue };
            assert!(small <= rate * (1.0 + 1e-8), "{family} {direction:?}: {small} above {rate}: {state:?}");
            let entry = widest.entry(family.clone()).or_default();
            *entry = (entry.0.max(1.0 - small / rate), entry.1 + 1);
        }
    }
    for (family, (deviation, measured)) in &widest {
        // The rate takes the lowest fee that a swap can attain; elsewhere only the amounts' own impact is left.
        let most = if FEE_FOLLOWS_BALANCE.contains(&family.as_str()) { 0.05 } else { 2e-6 };
        println!("{family}: {measured} directions, at most {deviation:e} below the rate");
        assert!(*deviation < most, "{family}: quotes stay {deviation} below the rate");
    }
    assert!(widest.len() > 20, "{widest:?}");
}

/// The pool after a swap, where that follows from the amounts, the fee kept or sent away as the contract does it. Of Curve's pools the fee is sent away: kept
/// in the pool it is given back in part by the next swap, there as here. Where fees follow the balance a second swap may meet a lower one.
fn after(
    family: &str,
    pool: &dyn Family,
    state: &Map<String, Value>,
    direction: Direction,
    amount_in: U256,
    amount_out: U256,
) -> Option<Box<dyn Family>> {
    let mut values: Vec<U256> = pool.moving().into_iter().flat_map(|(_, values)| values).collect();
    let kept = match family {
        "velodrome-v1" | "velodrome-v2" | "aerodrome-v2" => {
            let fee: u32 = state["fee"].to_string().trim_matches('"').parse().unwrap();
            amount_in.saturating_sub(amount_in.mul_div(U256::from(fee), U256::from(10_000u32)).unwrap())
        }
        "camelot-v2" | "balancer-v2-weighted" | "balancer-v2-stable" | "curve-3pool" => amount_in,
        "slipstream-cl" | "algebra-v1" | "uniswap-v4" => {
            let limit = U256::from(4_295_128_740u64);
            let limit = if direction.zero_for_one() { limit } else { U256::ONE << 159 };
            let swap = pool.swap_to_limit(direction, Exact::Input(amount_in), limit, None).ok()?;
            let tick = I256::from(i64::from(swap.tick)).to_bits();
            values.splice(..3, [swap.sqrt_price, U256::from(swap.liquidity), tick]);
            return pool.moved(&values).ok();
        }
        _ => return None,
    };
    let amount_out = match family {
        "curve-3pool" => {
            let fee: u64 = state["fee"].to_string().trim_matches('"').parse().unwrap();
            let whole = U256::from(10_000_000_000u64);
            amount_out.mul_div_up(whole, whole.saturating_sub(U256::from(fee))).ok()?
        }
        _ => amount_out,
    };
    values[direction.from] = values[direction.from].checked_add(kept).ok()?;
    values[direction.to] = values[direction.to].checked_sub(amount_out).ok()?;
    pool.moved(&values).ok()
}

#[test]
fn a_swap_in_two_parts_pays_no_more_than_in_one() {
    let mut tried = BTreeMap::<String, u32>::new();
    for (family, state) in states() {
        let pool = read(&state);
        // Invariants are integers: beside large balances they tell less than a unit of each output apart.
        let of_pool =
            pool.moving().into_iter().filter(|(field, _)| *field == "balances").flat_map(|(_, values)| values).fold(U256::ZERO, U256::max) >> 80;
        for direction in directions(pool.as_ref()) {
            for whole in amounts() {
                for part in [whole >> 1, whole >> 4, whole.saturating_sub(whole >> 7)] {
                    let rest = whole.saturating_sub(part);
                    let Ok(first) = pool.quote(direction, part, None) else { continue };
                    let Some(moved) = after(&family, pool.as_ref(), &state, direction, part, first) else { continue };
                    let (Ok(second), Ok(at_once)) = (moved.quote(direction, rest, None), pool.quote(direction, whole, None)) else { continue };
                    let in_two = first.saturating_add(second);
                    // A unit of either token for each quote (fees are rounded in the one, outputs in the other), and 10^-12 for powers and Newton's loops.
                    let of_input = at_once.checked_div(whole).unwrap_or(U256::ZERO).saturating_add(U256::ONE);
                    let rounding = U256::from(3u32).checked_mul(of_input).unwrap_or(U256::MAX).saturating_add(at_once >> 40).saturating_add(of_pool);
                    assert!(
                        in_two <= at_once.saturating_add(rounding),
                        "{family} {direction:?}: {part} of {whole} pays {in_two}, not {at_once}: {state:?}"
                    );
                    *tried.entry(family.clone()).or_default() += 1;
                }
            }
        }
    }
    println!("{tried:?}");
    assert!(tried.len() >= 10, "{tried:?}");
}
