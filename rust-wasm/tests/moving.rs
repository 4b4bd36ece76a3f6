//! A pool that is moved is the pool that its state read anew gives, in every family that offers it.

use arb_engine::protocols::family::Family;
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::refusal::Refusal;
use arb_engine::u256::U256;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Recorded states of every family, derived from real contracts' answers.
const RECORDED: &str = include_str!("../../tests/fixtures/golden-families.jsonl");
/// Their swaps change bins, bands, oracles, targets or another pool.
const GIVEN_WHOLE: [&str; 5] = ["liquidity-book-v2.2", "woofi-v2", "crvusd-llamma", "dodo-v2", "stableswap-ng-meta"];
/// States of families that no recorded answers are kept of.
const MADE: [&str; 4] = [
    r#"{"family": "balancer-v2-weighted", "balances": ["1000000000", "5000000000000000000"], "managed": ["7", "0"], "swapFeePercentage": "3000000000000000",
        "scalingFactors": ["1000000000000000000000000000000", "1000000000000000000"], "normalizedWeights": ["200000000000000000", "800000000000000000"], "powVersion": 2}"#,
    r#"{"family": "balancer-v2-stable", "balances": ["1000000000000000000", "5000000000000000000"], "swapFeePercentage": "3000000000000000",
        "scalingFactors": ["1000000000000000000", "1000000000000000000"], "invariantVersion": 1, "startValue": 100000, "endValue": 100000}"#,
    r#"{"family": "erc4626", "totalAssets": "1000000", "totalSupply": "900000", "decimalsOffset": 6, "maxDeposit": "5", "maxRedeem": "9", "rounding": "openzeppelin",
        "codeHash": "0x0123456789012345678901234567890123456789012345678901234567890123"}"#,
    r#"{"family": "uniswap-v4", "sqrtPriceX96": "79228162514264337593543950336", "tick": 0, "liquidity": "1000000000000", "tickSpacing": 60, "protocolFee": 0,
        "lpFee": 500, "ticks": [[-600, "1000000000000"], [600, "-1000000000000"]]}"#,
];

fn states() -> Vec<(String, Map<String, Value>)> {
    let made = MADE.iter().map(|text| {
        let state: Map<String, Value> = serde_json::from_str(text).unwrap();
        (state["family"].as_str().unwrap().to_owned(), state)
    });
    let recorded = RECORDED.lines().map(|line| {
        let row: Map<String, Value> = serde_json::from_str(line).unwrap();
        let family = row["family"].as_str().unwrap().to_owned();
        let mut state = row["state"].as_object().unwrap().clone();
        state.insert("family".to_owned(), family.clone().into());
        state.entry("variant").or_insert_with(|| row.get("variant").cloned().unwrap_or_default());
        (family, state)
    });
    recorded.chain(made).collect()
}

fn read(state: &Map<String, Value>) -> Box<dyn Family> {
    pool_from_json(&Value::Object(state.clone()).to_string()).unwrap()
}

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
