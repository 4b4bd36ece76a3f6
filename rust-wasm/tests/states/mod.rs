//! States of every family to try properties on.

use arb_engine::protocols::family::Family;
use arb_engine::protocols::registry::pool_from_json;
use serde_json::{Map, Value};

/// Recorded states of every family, derived from real contracts' answers.
const RECORDED: &str = include_str!("../../../tests/fixtures/golden-families.jsonl");
/// States of families that no recorded answers are kept of.
const MADE: [&str; 6] = [
    r#"{"family": "balancer-v2-weighted", "balances": ["1000000000000000", "5000000000000000000000000000"], "managed": ["7", "0"], "swapFeePercentage": "3000000000000000",
        "scalingFactors": ["1000000000000000000000000000000", "1000000000000000000"], "normalizedWeights": ["200000000000000000", "800000000000000000"], "powVersion": 2}"#,
    r#"{"family": "balancer-v2-stable", "balances": ["1000000000000000000000000000", "5000000000000000000000000000"], "swapFeePercentage": "3000000000000000",
        "scalingFactors": ["1000000000000000000", "1000000000000000000"], "invariantVersion": 1, "startValue": 100000, "endValue": 100000}"#,
    r#"{"family": "erc4626", "totalAssets": "1000000000000000000000000", "totalSupply": "900000000000000000000000000000", "decimalsOffset": 6, "maxDeposit": "1000000000000000000000", "maxRedeem": "1000000000000000000000000000", "rounding": "openzeppelin",
        "codeHash": "0x0123456789012345678901234567890123456789012345678901234567890123"}"#,
    r#"{"family": "uniswap-v4", "sqrtPriceX96": "79228162514264337593543950336", "tick": 0, "liquidity": "1000000000000000000000000", "tickSpacing": 60, "protocolFee": 0,
        "lpFee": 500, "ticks": [[-600, "1000000000000000000000000"], [600, "-1000000000000000000000000"]]}"#,
    r#"{"family": "uniswap-v2", "reserve0": "35225154292772", "reserve1": "18963010004796065227343", "feePips": 3000}"#,
    r#"{"family": "algebra-v1", "sqrtPriceX96": "79228162514264337593543950336", "tick": 0, "liquidity": "1000000000000000000000000", "tickSpacing": 60, "feeZto": 100, "feeOtz": 900,
        "ticks": [[-600, "1000000000000000000000000"], [600, "-1000000000000000000000000"]]}"#,
];

pub fn states() -> Vec<(String, Map<String, Value>)> {
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

pub fn read(state: &Map<String, Value>) -> Box<dyn Family> {
    pool_from_json(&Value::Object(state.clone()).to_string()).unwrap()
}
