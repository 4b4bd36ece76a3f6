//! Recorded answers of real contracts against the engine's: one JSON line holds a state, a question and what the contract said.

use crate::i256::I256;
use crate::protocols::family::{Direction, Family};
use crate::protocols::registry::pool_from_json;
use crate::protocols::uniswap_v3::Exact;
use crate::refusal::Answer;
use crate::u256::U256;
use serde_json::{Map, Value};

/// One question of a line and both answers; a refusal of either side has no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which of the contract's functions: `view` its quote, `swap` what it really paid, `exactOutput` the input for an
    /// output; `taken`, `paid`, `priceAfter`, `liquidityAfter` those of a swap up to a price limit.
    pub question: &'static str,
    pub recorded: Option<U256>,
    pub answer: Answer<U256>,
}

impl Checked {
    /// Equal to the wei, or refused by both. A swap may be refused where the contract pays 0.
    pub fn matches(&self) -> bool {
        match (self.recorded, self.answer) {
            (Some(recorded), Ok(answer)) => recorded == answer,
            (None, Err(_)) => true,
            (Some(recorded), Err(_)) => recorded.is_zero() && self.question == "swap",
            (None, Ok(answer)) => answer.is_zero() && self.question == "swap",
        }
    }

    /// Distance in base units; nothing where one side refused.
    pub fn difference(&self) -> Option<U256> {
        Some(self.recorded?.abs_diff(self.answer.ok()?))
    }
}

/// A line's family and its answers. An error says what the line lacks.
pub fn check(line: &str) -> Result<(String, Vec<Checked>), String> {
    let row: Map<String, Value> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let family = text(&row, "family")?.to_owned();
    let variant = row.get("variant").and_then(Value::as_str).unwrap_or_default();
    let mut state = row.get("state").and_then(Value::as_object).cloned().ok_or("`state` is missing or no object")?;
    state.insert("family".to_owned(), Value::from(family.as_str()));
    state.entry("variant".to_owned()).or_insert_with(|| Value::from(variant));
    let pool = pool_from_json(&Value::Object(state).to_string())?;
    let questions = match &row {
        row if row.contains_key("dx") => curve(row, pool.as_ref())?,
        row if row.contains_key("amountSpecified") => limited(row, pool.as_ref())?,
        row => two_sided(row, pool.as_ref())?,
    };
    Ok((family, questions))
}

/// `tokenIn` 0 or 1, exact input or (variant or field) exact output, and what the swap paid where the line has it.
fn two_sided(row: &Map<String, Value>, pool: &dyn Family) -> Result<Vec<Checked>, String> {
    let from = index(row, "tokenIn")?;
    let direction = Direction { from, to: usize::from(from == 0) };
    let mut checked = Vec::new();
    let amount_in = amount(row, "amountIn")?.ok_or("`amountIn` is missing")?;
    checked.push(Checked { question: "view", recorded: amount(row, "amountOut")?, answer: pool.view(direction, amount_in, None) });
    if let Some(paid) = swapped(row)? {
        checked.push(Checked { question: "swap", recorded: paid, answer: pool.quote(direction, amount_in, None) });
    }
    Ok(checked)
}

/// `amountSpecified` (negative for an exact output) up to `sqrtPriceLimitX96`: what the swap took and paid, and where it left the price. Where
/// the whole amount was taken or paid, the answer without a limit must be the same.
fn limited(row: &Map<String, Value>, pool: &dyn Family) -> Result<Vec<Checked>, String> {
    let from = index(row, "tokenIn")?;
    let direction = Direction { from, to: usize::from(from == 0) };
    let specified: I256 = text(row, "amountSpecified")?.parse().map_err(|_| "`amountSpecified` is no integer")?;
    let size = specified.unsigned_abs();
    let exact = if specified.is_negative() { Exact::Output(size) } else { Exact::Input(size) };
    let limit = amount(row, "sqrtPriceLimitX96")?.ok_or("`sqrtPriceLimitX96` is missing")?;
    let swap = pool.swap_to_limit(direction, exact, limit, None);
    let recorded = |field| if row.contains_key("error") { Ok(None) } else { amount(row, field) };
    let [taken, paid] = [recorded("amountIn")?, recorded("amountOut")?];
    let mut checked = vec![
        Checked { question: "taken", recorded: taken, answer: swap.map(|swap| swap.amount_in) },
        Checked { question: "paid", recorded: paid, answer: swap.map(|swap| swap.amount_out) },
        Checked { question: "priceAfter", recorded: recorded("sqrtPriceX96After")?, answer: swap.map(|swap| swap.sqrt_price) },
        Checked { question: "liquidityAfter", recorded: recorded("liquidityAfter")?, answer: swap.map(|swap| U256::from(swap.liquidity)) },
    ];
    match exact {
        Exact::Input(whole) if taken == Some(whole) => {
            checked.push(Checked { question: "swap", recorded: paid, answer: pool.quote(direction, whole, None) });
        }
        Exact::Output(whole) if paid == Some(whole) => {
            checked.push(Checked { question: "exactOutput", recorded: taken, answer: pool.quote_exact_output(direction, whole, None) });
        }
        _ => {}
    }
    Ok(checked)
}

/// What the real swap paid: `swapAmountOut`, or the quote where the swap took it; nothing where the line says nothing of a swap.
fn swapped(row: &Map<String, Value>) -> Result<Option<Option<U256>>, String> {
    if let Some(paid) = amount(row, "swapAmountOut")? {
        return Ok(Some(Some(paid)));
    }
    let (quoted, most) = (amount(row, "amountOut")?, amount(row, "swapMaxOut")?);
    match (quoted, most) {
        // A pair pays what is asked for, up to its most: the quote, or less where the quote would be refused.
        (Some(quoted), Some(most)) => Ok(Some(Some(quoted.min(most)))),
        _ if row.contains_key("swapError") => Ok(Some(None)),
        _ => Ok(None),
    }
}

/// `i`, `j`, `dx`: `get_dy`, `exchange_dy`, and `get_dx` for `dy`.
fn curve(row: &Map<String, Value>, pool: &dyn Family) -> Result<Vec<Checked>, String> {
    let direction = Direction { from: index(row, "i")?, to: index(row, "j")? };
    let dx = amount(row, "dx")?.ok_or("`dx` is null")?;
    let mut checked = vec![Checked { question: "view", recorded: amount(row, "get_dy")?, answer: pool.view(direction, dx, None) }];
    if row.contains_key("exchange_dy") {
        checked.push(Checked { question: "swap", recorded: amount(row, "exchange_dy")?, answer: pool.quote(direction, dx, None) });
    }
    if let (Some(dy), true) = (amount(row, "dy")?, row.contains_key("get_dx")) {
        let answer = pool.quote_exact_output(direction, dy, None);
        checked.push(Checked { question: "exactOutput", recorded: amount(row, "get_dx")?, answer });
    }
    Ok(checked)
}

fn text<'a>(row: &'a Map<String, Value>, field: &str) -> Result<&'a str, String> {
    row.get(field).and_then(Value::as_str).ok_or_else(|| format!("`{field}` is missing or no string"))
}

fn index(row: &Map<String, Value>, field: &str) -> Result<usize, String> {
    let value = row.get(field).and_then(Value::as_u64).and_then(|value| usize::try_from(value).ok());
    value.ok_or_else(|| format!("`{field}` is missing or no token's number"))
}

/// Nothing where the field is absent or null.
fn amount(row: &Map<String, Value>, field: &str) -> Result<Option<U256>, String> {
    match row.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|error| format!("`{field}`: {error}")),
        Some(value) => value.to_string().parse().map(Some).map_err(|error| format!("`{field}`: {error}")),
    }
}
