//! What Aerodrome's pools on Base answered at block 46,875,151: `shared/data/golden/onchain`, with the states beside it. Passed over, saying so,
//! where that folder is absent.

use arb_engine::protocols::family::Direction;
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use std::fs::read_to_string;
use std::path::PathBuf;

/// The digits after a label. The files hold integers beyond 2^53 as JSON numbers, which a JSON reader may round.
fn integer_after<'a>(text: &'a str, label: &str) -> &'a str {
    let (_, rest) = text.split_once(label).unwrap_or_else(|| panic!("no {label}"));
    let rest = rest.trim_start_matches([' ', ':', '{', '"', '\n']);
    &rest[..rest.find(|of: char| !of.is_ascii_digit()).unwrap_or(rest.len())]
}

fn power_of_ten(exponent: &str) -> String {
    format!("1{}", "0".repeat(exponent.parse().unwrap()))
}

#[test]
fn pools_on_base_answered_the_same() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/golden");
    for (kind, first, state, answers) in
        [("stable", "DOLA", "aerodrome_v2_dola_usdbc_stable", 9), ("volatile", "tBTC v2", "aerodrome_v2_tbtc_weth_volatile", 8)]
    {
        let files = [format!("chain-state/8453/{state}_block_46875151.json"), format!("onchain/aerodrome_v2_{kind}_get_amount_out.json")];
        let [Ok(state), Ok(recorded)] = files.map(|file| read_to_string(folder.join(file))) else {
            println!("aerodrome-v2, {kind}: no recorded answers here");
            continue;
        };
        let [token0, token1] = ["\"token0\"", "\"token1\""].map(|label| integer_after(state.split_once(label).unwrap().1, "\"decimals\""));
        let pool = format!(
            r#"{{"family":"aerodrome-v2","stable":{},"reserve0":"{}","reserve1":"{}","decimals0":"{}","decimals1":"{}","fee":"{}"}}"#,
            kind == "stable",
            integer_after(&state, "\"reserves_token0\""),
            integer_after(&state, "\"reserves_token1\""),
            power_of_ten(token0),
            power_of_ten(token1),
            integer_after(&state, "\"fee_raw\""),
        );
        let pool = pool_from_json(&pool).unwrap();
        let mut matched = 0;
        for entry in recorded.split("|getAmountOut|").skip(1) {
            let from = usize::from(!entry.starts_with(first));
            let direction = Direction { from, to: 1 - from };
            let amount_in: U256 = integer_after(entry, "|").parse().unwrap();
            let amount_out: U256 = integer_after(entry, "\"value\"").parse().unwrap();
            assert_eq!(pool.view(direction, amount_in, None), Ok(amount_out), "{kind}: {amount_in} of token {from}");
            assert_eq!(pool.quote(direction, amount_in, None), Ok(amount_out), "{kind}: {amount_in} of token {from}");
            matched += 1;
        }
        assert_eq!(matched, answers);
        println!("aerodrome-v2, {kind}: {matched} answers of Base");
    }
}
