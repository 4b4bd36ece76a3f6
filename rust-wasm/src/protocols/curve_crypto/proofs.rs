//! Proofs of all three families. The recorded swaps themselves are checked in `tests/recorded.rs`; here, what they left behind.

use super::arithmetic::{fraction, uint, E18};
use super::first::{First, Tricrypto2};
use super::settlement::Level;
use super::state::{parsed, variant_of};
use super::tricrypto::TricryptoNg;
use super::twocrypto::{Generation, Twocrypto};
use super::{Pool, Rules};
use crate::protocols::family::Direction;
use crate::u256::U256;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

fn golden() -> PathBuf {
    std::env::var_os("GOLDEN_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/golden/generated"), PathBuf::from)
}

/// Counts of swaps whose aftermath is right, wrong, not decided by the recorded state, near (the recorded oracle is not what the swap uses), and with a claim of fees.
#[derive(Debug, Default)]
struct Tally {
    right: u32,
    wrong: u32,
    doubtful: u32,
    near: u32,
    claimed: u32,
}

fn compare<const N: usize, R: Rules<N>>(row: &Value, rules: R, tally: &mut Tally) {
    let mut state = row["state"].clone();
    state["variant"] = row["variant"].clone();
    let pool: Pool<N, R> = parsed(&state.to_string(), rules).unwrap();
    let number = |value: &Value| value.as_str().unwrap().parse::<U256>().unwrap();
    let prices = |value: &Value| match value.as_array() {
        Some(list) => list.iter().map(number).collect(),
        None => vec![number(value)],
    };
    let index = |field: &str| row[field].as_u64().unwrap() as usize;
    let direction = Direction { from: index("i"), to: index("j") };
    let now = pool.timestamp;
    let curve = pool.curve(now).unwrap();
    let d = pool.invariant(&curve, now).unwrap();
    let swapped = pool.swapped(direction, number(&row["dx"]), &curve, d).unwrap();
    let settled = pool.settle(&swapped, &curve, now).unwrap();
    let after = &row["after"];
    let is = |level: &Level<N>| {
        level.price_scale[1..] == prices(&after["price_scale"])[..]
            && level.d == number(&after["D"])
            && level.virtual_price == number(&after["virtual_price"])
    };
    let profit_is = |profit: U256| number(&after["xcp_profit"]) == profit;
    let is_right = match &settled.moved {
        Some(moved) if settled.is_doubtful && is(&settled.still) => {
            tally.doubtful += 1;
            !is(moved) && profit_is(settled.xcp_profit)
        }
        Some(moved) if row["variant"].as_str().unwrap().contains("main2025") && pool.timestamp > pool.last_trade => {
            tally.near += 1;
            let is_near = |a: U256, b: U256| (a.to_f64() / b.to_f64() - 1.0).abs() < 1e-9;
            let scale = moved.price_scale[1..].iter().zip(prices(&after["price_scale"]));
            scale.into_iter().all(|(a, b)| is_near(*a, b))
                && is_near(moved.d, number(&after["D"]))
                && is_near(moved.virtual_price, number(&after["virtual_price"]))
                && profit_is(settled.xcp_profit)
        }
        Some(moved) => is(moved) && profit_is(settled.xcp_profit),
        None if is(&settled.still) => profit_is(settled.xcp_profit),
        // `CurveCryptoSwap2ETH` claims the admin's fees where its attempt at a new scale comes to nothing: LP tokens are minted.
        None => {
            let still = &settled.still;
            let earned = settled.xcp_profit.checked_sub(number(&state["xcp_profit_a"])).unwrap();
            let fees = fraction(earned, number(&state["admin_fee"]), uint(2 * 10u128.pow(10))).unwrap();
            let diluted = fraction(still.virtual_price, uint(E18), still.virtual_price.checked_sub(fees).unwrap()).unwrap();
            let minted = fraction(pool.total_supply, diluted.checked_sub(uint(E18)).unwrap(), uint(E18)).unwrap();
            let worth = rules.worth(still.d, &still.price_scale).unwrap();
            let virtual_price = fraction(uint(E18), worth, pool.total_supply.checked_add(minted).unwrap()).unwrap();
            tally.claimed += 1;
            is(&Level { virtual_price, ..*still }) && profit_is(settled.xcp_profit.checked_sub(fees << 1).unwrap())
        }
    };
    let is_right = is_right && settled.last_prices[1..] == prices(&after["last_prices"])[..];
    if is_right {
        tally.right += 1;
    } else {
        tally.wrong += 1;
        if tally.wrong <= 3 {
            println!("{settled:?}\n  {row}");
        }
    }
}

#[test]
fn a_swap_leaves_the_recorded_prices_invariant_and_profit() {
    for family in ["curve-crypto-v1", "tricrypto-ng", "twocrypto-ng"] {
        let Ok(file) = std::fs::File::open(golden().join(format!("{family}.jsonl.gz"))) else {
            println!("{family}: no recorded answers here");
            continue;
        };
        let mut tally = Tally::default();
        for line in BufReader::new(flate2::read::GzDecoder::new(file)).lines() {
            let row: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if row["after"].is_null() {
                continue;
            }
            match variant_of(row["variant"].as_str().unwrap()) {
                "tricrypto2" => compare(&row, Tricrypto2, &mut tally),
                "cryptoswap2eth" => compare(&row, First, &mut tally),
                "tricrypto-weth" | "tricrypto-noweth" => compare(&row, TricryptoNg, &mut tally),
                "twocrypto-v2.0.0" => compare(&row, Twocrypto(Generation::V200), &mut tally),
                "twocrypto-v2.1.0" => compare(&row, Twocrypto(Generation::V210), &mut tally),
                "twocrypto-main2025" => compare(&row, Twocrypto(Generation::Main2025), &mut tally),
                other => panic!("{other}"),
            }
        }
        println!("{family}: {tally:?}");
        assert_eq!(tally.wrong, 0);
    }
}
