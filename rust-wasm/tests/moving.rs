//! A pool that is moved is the pool that its state read anew gives, in every family that offers it.

mod states;

use arb_engine::protocols::registry::pool_from_json;
use arb_engine::refusal::Refusal;
use arb_engine::u256::U256;
use serde_json::{Map, Value};
use states::{read, states};
use std::collections::BTreeMap;

/// Pairs have typed arrays of their own; the others' swaps change bins, bands, oracles, targets or another pool.
const GIVEN_WHOLE: [&str; 6] = ["uniswap-v2", "liquidity-book-v2.2", "woofi-v2", "crvusd-llamma", "dodo-v2", "stableswap-ng-meta"];
/// Puts values into a field of the JSON form: a number, a list, or a field of each of `assets`.
fn put(state: &mut Map<String, Value>, field: &str, values: &[U256]) {
    let text = |value: &U256| Value::from(value.to_string());
    if let Some(Value::Array(assets)) = state.get_mut("assets") {
        for (asset, value) in assets.iter_mut().zip(values) {
            asset[field] = text(value);
        }
        return;
    }
    let name = if field == "last_prices_timestamp" && state.contains_key("last_timestamp") { "last_timestamp" } else { field };
    let whole = match state.get(name) {
        Some(Value::Array(_)) => Value::Array(values.iter().map(text).collect()),
        _ => text(&values[0]),
    };
    state.insert(name.to_owned(), whole);
}

/// A value that a swap could have left: prices and ticks of concentrated liquidity stay, as one follows from the other.
fn after_a_swap(field: &str, value: U256, salt: u32) -> U256 {
    match field {
        "sqrtPriceX96" | "tick" | "feeZto" | "feeOtz" => value,
        _ => value.saturating_sub(value >> (10 + salt % 5)).saturating_add(U256::from(salt % 2)),
    }
}

#[test]
fn a_moved_pool_is_the_pool_of_the_moved_state() {
    let mut counts = BTreeMap::<String, u32>::new();
    for (salt, (family, state)) in states().into_iter().enumerate() {
        let before = read(&state);
        let moving = before.moving();
        *counts.entry(family.clone()).or_default() += u32::from(!moving.is_empty());
        if moving.is_empty() {
            assert_eq!(before.moved(&[]).err(), Some(Refusal::NotOffered), "{family}");
            continue;
        }
        let (mut moved_state, mut values) = (state, Vec::new());
        for (field, standing) in &moving {
            let after: Vec<U256> = standing.iter().map(|value| after_a_swap(field, *value, salt as u32)).collect();
            if !field.starts_with("fee") && *field != "tick" {
                put(&mut moved_state, field, &after);
            }
            values.extend(after);
        }
        let (moved, anew) = (before.moved(&values).unwrap(), read(&moved_state));
        assert_eq!(format!("{moved:?}"), format!("{anew:?}"), "{family}: {moved_state:?}");
        values.push(U256::ZERO);
        assert_eq!(before.moved(&values).err(), Some(Refusal::InvalidState), "{family} takes a value too many");
    }
    let still: Vec<&String> =
        counts.iter().filter(|(family, moved)| **moved == 0 && !GIVEN_WHOLE.contains(&family.as_str())).map(|(family, _)| family).collect();
    println!("{counts:?}");
    assert!(still.is_empty(), "{still:?} are never moved");
}

#[test]
fn a_price_a_tick_and_fees_move_and_a_tick_that_is_not_the_prices_is_refused() {
    let ticks = r#"[[-600, "1000000000000"], [600, "-1000000000000"]]"#;
    let state = |price: &str, tick: i32, fee: u32| {
        let text = format!(
            r#"{{"family": "pancake-v3", "sqrtPriceX96": "{price}", "tick": {tick}, "liquidity": "1000000000000", "tickSpacing": 60, "feePips": {fee}, "ticks": {ticks}}}"#
        );
        pool_from_json(&text).unwrap()
    };
    let (before, after) = (state("79228162514264337593543950336", 0, 500), state("78833030112140176575862854579", -100, 2500));
    let values: Vec<U256> = after.moving().into_iter().flat_map(|(_, values)| values).collect();
    assert_eq!(format!("{:?}", before.moved(&values).unwrap()), format!("{after:?}"));
    let of = |change: fn(&mut Vec<U256>)| {
        let mut values = values.clone();
        change(&mut values);
        before.moved(&values).err()
    };
    assert_eq!(of(|values| values[2] = U256::from(7u32)), Some(Refusal::InvalidState));
    assert_eq!(of(|values| values[2] = U256::ONE << 40), Some(Refusal::InvalidState));
    assert_eq!(of(|values| values[3] = U256::from(1_000_000u32)), Some(Refusal::InvalidState));
    assert_eq!(of(|values| values[1] = U256::ONE << 130), Some(Refusal::InvalidState));
}
