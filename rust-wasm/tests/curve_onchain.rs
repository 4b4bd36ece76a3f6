//! What Curve's 3pool and its RAI metapool answered on Ethereum mainnet, from their states at the same blocks; passed over, saying so, where the
//! recorded files are absent.

use arb_engine::proof::{report, Level};
use arb_engine::protocols::family::{Direction, Family};
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use serde_json::{json, Map, Value};
use std::path::PathBuf;

const COINS: [&str; 3] = ["DAI", "USDC", "USDT"];

fn folder() -> PathBuf {
    std::env::var_os("ONCHAIN_DATA").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/golden"), PathBuf::from)
}

/// The files write integers beyond 2^53 as bare numbers: they are read as strings, so that no digit is lost.
fn read(path: &str) -> Option<Value> {
    let text = std::fs::read_to_string(folder().join(path)).ok()?;
    let (mut quoted, mut inside, mut digits) = (String::new(), false, false);
    for character in text.chars() {
        let is_digit = !inside && character.is_ascii_digit();
        if is_digit != digits {
            quoted.push('"');
        }
        digits = is_digit;
        inside ^= character == '"';
        quoted.push(character);
    }
    Some(serde_json::from_str(&quoted).expect(path))
}

fn member(value: &Value, path: &str) -> Value {
    value.pointer(path).unwrap_or_else(|| panic!("{path} is missing")).clone()
}

fn tripool(state: &Value, prefix: &str, fee: Value) -> Value {
    let of = |field: &str| member(state, &format!("/{prefix}{field}"));
    json!({
        "family": "curve-3pool", "n_coins": 3, "fee": fee, "balances": of("balances"),
        "rates": ["1000000000000000000", "1000000000000000000000000000000", "1000000000000000000000000000000"],
        "initial_A": of("initial_a"), "future_A": of("future_a"), "initial_A_time": of("initial_a_time"), "future_A_time": of("future_a_time"),
        "timestamp": member(state, "/block_timestamp"), "total_supply": of("lp_token_total_supply"),
    })
}

/// RAI against 3Crv or, with `underlying`, against the coins of 3pool.
fn metapool(state: &Value, fee: Value, base: Value, underlying: bool) -> Value {
    let of = |field: &str| member(state, &format!("/{field}"));
    json!({
        "family": "curve-meta", "fee": fee, "balances": of("balances"), "rates": [of("redemption_price")],
        "base_virtual_price": of("base_virtual_price"), "base_cache_updated": of("base_cache_updated"),
        "initial_A": of("initial_a"), "future_A": of("future_a"), "initial_A_time": of("initial_a_time"), "future_A_time": of("future_a_time"),
        "timestamp": of("block_timestamp"), "base": base, "underlying": underlying,
    })
}

fn pool(state: &Value) -> Box<dyn Family> {
    pool_from_json(&state.to_string()).unwrap()
}

fn index(coin: &str, underlying: bool) -> usize {
    match coin {
        "RAI" => 0,
        "3Crv" => 1,
        coin => COINS.iter().position(|name| *name == coin).unwrap() + usize::from(underlying),
    }
}

/// Asks a pool what `contract|function|FROM->TO|…|amount` asked of the contract.
fn differs(pool: &dyn Family, key: &str, value: &Value) -> bool {
    let parts: Vec<&str> = key.split('|').collect();
    let (from, to) = parts[2].split_once("->").unwrap();
    let underlying = parts[1] == "get_dy_underlying";
    let direction = Direction { from: index(from, underlying), to: index(to, underlying) };
    let recorded: U256 = member(value, "/value").as_str().unwrap().parse().unwrap();
    let answer = pool.view(direction, parts.last().unwrap().parse().unwrap(), None);
    let is_wrong = answer != Ok(recorded);
    if is_wrong {
        println!("{key}: {recorded} on chain, {answer:?} here");
    }
    is_wrong
}

fn entries(answers: &Value) -> &Map<String, Value> {
    answers["entries"].as_object().unwrap()
}

#[test]
fn the_tripool_answers_as_it_did_on_chain() {
    let files = (read("chain-state/1/curve_tripool_block_24407242.json"), read("onchain/curve_tripool_get_dy.json"));
    let (Some(state), Some(answers)) = files else {
        println!("curve-3pool: no answers from the chain here");
        return;
    };
    let pool = pool(&tripool(&state, "", member(&state, "/fee")));
    let wrong = entries(&answers).iter().filter(|(key, value)| differs(pool.as_ref(), key, value)).count();
    assert_eq!(wrong, 0);
    println!("curve-3pool on chain: {} answers", entries(&answers).len());
}

#[test]
fn the_rai_metapool_answers_as_it_did_on_chain() {
    let (mut asked, mut wrong) = (0, 0);
    let mut ask = |pools: [Value; 2], answers: &[(&String, &Value)]| {
        let pools = pools.map(|state| pool(&state));
        for (key, value) in answers {
            asked += 1;
            wrong += usize::from(differs(pools[usize::from(key.contains("|get_dy_underlying|"))].as_ref(), key, value));
        }
    };
    let files = (read("chain-state/1/curve_metapool_rai_3crv_block_25144000.json"), read("onchain/curve_metapool_get_dy.json"));
    if let (Some(state), Some(answers)) = files {
        let base = tripool(&member(&state, "/base_pool"), "", member(&state, "/base_pool/fee"));
        let pools = [false, true].map(|underlying| metapool(&state, member(&state, "/fee"), base.clone(), underlying));
        ask(pools, &entries(&answers).iter().collect::<Vec<_>>());
    }
    let files =
        (read("chain-state/1/curve_metapool_rai_3crv_multiblock_18850030_18850480.json"), read("onchain/curve_metapool_multiblock_get_dy.json"));
    if let (Some(history), Some(answers)) = files {
        for (block, state) in member(&history, "/states").as_object().unwrap() {
            let base = tripool(state, "base_", member(&history, "/immutable/base_pool/fee"));
            let pools = [false, true].map(|underlying| metapool(state, member(&history, "/immutable/fee"), base.clone(), underlying));
            let tag = format!("|blk{block}|");
            ask(pools, &entries(&answers).iter().filter(|(key, _)| key.contains(&tag)).collect::<Vec<_>>());
        }
    }
    if asked == 0 {
        println!("curve-meta: no answers from the chain here");
        return;
    }
    println!("curve-meta on chain: {asked} answers, {wrong} wrong");
    assert_eq!(wrong, 0);
    report("curve-meta", Level::Recorded, asked, U256::ZERO);
}
