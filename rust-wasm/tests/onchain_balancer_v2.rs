//! What Balancer's vault on Ethereum answered to querySwap at block 24,407,242: `shared/data/golden/onchain`, with the states in `chain-state`
//! beside it. Passed over, saying so, where that folder is absent.

use arb_engine::proof::{report, Level};
use arb_engine::protocols::family::Direction;
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use std::fs::{read_dir, read_to_string};
use std::path::PathBuf;

const ANSWERS: [(&str, &str); 9] = [
    ("balancer-v2-weighted", "usdc_weth_query_swap"),
    ("balancer-v2-weighted", "weth_bal_query_swap"),
    ("balancer-v2-weighted", "weth_rpl_query_swap"),
    ("balancer-v2-weighted", "expanded_two_token_given_in"),
    ("balancer-v2-weighted", "expanded_two_token_given_out"),
    ("balancer-v2-weighted", "expanded_multi_token_given_in"),
    ("balancer-v2-weighted", "expanded_multi_token_given_out"),
    ("balancer-v2-stable", "stable_query_swap_given_in"),
    ("balancer-v2-stable", "stable_query_swap_given_out"),
];

/// The text after a label. The files hold integers beyond 2^53 as JSON numbers, which a JSON reader may round: so they are read as text.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.split_once(&format!("\"{label}\":")).map(|(_, rest)| rest.trim_start())
}

fn digits(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '"', '\n', ':']);
    &text[..text.find(|of: char| !of.is_ascii_digit()).unwrap_or(text.len())]
}

/// `[1, 2]` after a label as decimal strings.
fn list(text: &str, label: &str) -> Option<Vec<String>> {
    let (items, _) = after(text, label)?.strip_prefix('[')?.split_once(']')?;
    Some(items.split(',').map(|item| item.trim().to_owned()).collect())
}

/// A recorded state of that repository in the engine's form, and the symbols of its tokens.
fn pool_of(state: &str) -> (String, Vec<String>) {
    let (numerator, denominator) = after(state, "fee").unwrap()[1..].split_once('/').unwrap();
    let fee = digits(numerator).parse::<u128>().unwrap() * 10u128.pow(18) / digits(denominator).parse::<u128>().unwrap();
    let quoted = |items: Vec<String>| format!("{items:?}");
    let each = |label: &str| -> Vec<String> { state.split(&format!("\"{label}\":")).skip(1).map(|rest| rest.trim_start().to_owned()).collect() };
    let factors = each("decimals").iter().map(|rest| format!("1{}", "0".repeat(36 - digits(rest).parse::<usize>().unwrap()))).collect();
    let symbols = each("symbol").iter().map(|rest| rest[1..].split_once('"').unwrap().0.to_owned()).collect();
    let balances = quoted(list(state, "balances").unwrap());
    let common = format!(r#""balances":{balances},"swapFeePercentage":"{fee}","scalingFactors":{}"#, quoted(factors));
    let own = match list(state, "weights") {
        Some(weights) => {
            let version = u8::from(after(state, "pow_version").unwrap().starts_with("\"v2")) + 1;
            format!(r#""family":"balancer-v2-weighted","normalizedWeights":{},"powVersion":{version}"#, quoted(weights))
        }
        None => {
            let amp = digits(after(state, "amp").unwrap());
            let bpt = Some(digits(after(state, "bpt_idx").unwrap())).filter(|index| !index.is_empty()).unwrap_or("null");
            let version = digits(after(state, "invariant_version").unwrap());
            let rates = quoted(list(state, "resolved_rates").unwrap());
            format!(
                r#""family":"balancer-v2-stable","startValue":{amp},"endValue":{amp},"bptIndex":{bpt},"invariantVersion":{version},"tokenRates":{rates}"#
            )
        }
    };
    (format!("{{{common},{own}}}"), symbols)
}

#[test]
fn pools_on_ethereum_answered_the_same() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/golden");
    let Ok(states) = read_dir(folder.join("chain-state/1")) else {
        println!("balancer-v2: no recorded answers here");
        return;
    };
    let states: Vec<String> = states.map(|file| read_to_string(file.unwrap().path()).unwrap()).collect();
    for family in ["balancer-v2-weighted", "balancer-v2-stable"] {
        let mut matched = 0;
        let files = ANSWERS.iter().filter(|(of, _)| *of == family).map(|(_, file)| format!("onchain/balancer_v2_{file}.json"));
        for recorded in files.map(|file| read_to_string(folder.join(file)).unwrap()) {
            // "address|querySwap|GIVEN_IN|i=0|j=1|amount": {"value": 1}, or a pair of symbols instead of the indices.
            for entry in recorded.split("\"0x").skip(1) {
                let (key, answer) = entry.split_once("\":").unwrap();
                let parts: Vec<&str> = key.split('|').collect();
                let state = states.iter().find(|state| state.contains(&format!("\"address\": \"0x{}\",\n  \"", parts[0]))).unwrap();
                let (pool, symbols) = pool_of(state);
                let token = |text: &str| match text.split_once('=') {
                    Some((_, index)) => index.parse().unwrap(),
                    None => symbols.iter().position(|symbol| symbol == text).unwrap_or_else(|| panic!("{text} of {symbols:?}")),
                };
                let (from, to) = parts[3].split_once("->").unwrap_or((parts[3], parts[4]));
                let direction = Direction { from: token(from), to: token(to) };
                let given: U256 = parts[parts.len() - 1].parse().unwrap();
                let pool = pool_from_json(&pool).unwrap();
                let answered = match parts[2] {
                    "GIVEN_IN" => pool.quote(direction, given, None),
                    _ => pool.quote_exact_output(direction, given, None),
                };
                let value: U256 = digits(after(answer, "value").unwrap_or_else(|| panic!("{answer}"))).parse().unwrap();
                assert_eq!(answered, Ok(value), "{key}");
                matched += 1;
            }
        }
        report(family, Level::Recorded, matched, U256::ZERO);
    }
}
