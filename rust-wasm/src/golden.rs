//! Recorded answers of real contracts against the engine's: one JSON line holds a state, a question and what the contract said.

use crate::i256::I256;
use crate::protocols::family::{Direction, Family};
use crate::protocols::registry::pool_from_json;
use crate::protocols::uniswap_v3::Exact;
use crate::refusal::Answer;
use crate::u256::U256;
use serde_json::{json, Map, Value};

/// One question of a line and both answers; a refusal of either side has no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which of the contract's functions: `view` its quote, `swap` what it really paid, `exactOutput` the input for an output; `taken` and `paid` what it
    /// fills of an input, `priceAfter` and `liquidityAfter` where a swap up to a price limit left the pool.
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

/// [`check`] as JSON: `{family, answers: [{question, recorded, answer, refusal, matches, difference}]}`, amounts as decimal strings or null.
pub fn check_to_json(line: &str) -> Result<String, String> {
    let (family, answers) = check(line)?;
    let text = |amount: Option<U256>| amount.map_or(Value::Null, |amount| Value::from(amount.to_string()));
    let answers: Vec<Value> = answers
        .iter()
        .map(|of| {
            json!({
                "question": of.question, "recorded": text(of.recorded), "answer": text(of.answer.ok()),
                "refusal": of.answer.err().map(|refusal| refusal as u32), "matches": of.matches(), "difference": text(of.difference()),
            })
        })
        .collect();
    Ok(json!({ "family": family, "answers": answers }).to_string())
}

/// A line's family and its answers. An error says what the line lacks.
pub fn check(line: &str) -> Result<(String, Vec<Checked>), String> {
    let row: Map<String, Value> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let family = text(&row, "family")?.to_owned();
    let variant = row.get("variant").and_then(Value::as_str).unwrap_or_default();
    let mut state = row.get("state").and_then(Value::as_object).cloned().ok_or("`state` is missing or no object")?;
    state.insert("family".to_owned(), Value::from(family.as_str()));
    state.entry("variant".to_owned()).or_insert_with(|| Value::from(variant));
    if let Some(function) = row.get("fn").and_then(Value::as_str) {
        // Metapools: the coins of the base pool are meant.
        state.entry("underlying".to_owned()).or_insert_with(|| Value::from(function.ends_with("_underlying")));
    }
    let pool = pool_from_json(&Value::Object(state).to_string())?;
    let questions = match variant {
        _ if row.contains_key("dx") => curve(&row, pool.as_ref())?,
        _ if row.contains_key("amountSpecified") => limited(&row, pool.as_ref())?,
        "getSwapIn" | "exactOutput" => exact_output(&row, pool.as_ref())?,
        _ => two_sided(&row, pool.as_ref())?,
    };
    Ok((family, questions))
}

/// `tokenIn` 0 or 1, exact input, and what the swap paid where the line has it. `amountInLeft` is what the quote leaves over.
fn two_sided(row: &Map<String, Value>, pool: &dyn Family) -> Result<Vec<Checked>, String> {
    let direction = between_two(row)?;
    let mut checked = Vec::new();
    let amount_in = amount(row, "amountIn")?.ok_or("`amountIn` is missing")?;
    let amount_out = amount(row, "amountOut")?;
    checked.push(Checked { question: "view", recorded: amount_out, answer: pool.view(direction, amount_in, None) });
    if let Some(left) = amount(row, "amountInLeft")? {
        let taken = amount_in.checked_sub(left).map_err(|_| "`amountInLeft` exceeds `amountIn`")?;
        checked.extend(filled(pool, direction, amount_in, [Some(taken), amount_out]));
    }
    if let Some(paid) = swapped(row)? {
        checked.push(Checked { question: "swap", recorded: paid, answer: pool.quote(direction, amount_in, None) });
    }
    Ok(checked)
}

/// `amountIn` for `amountOut`. Where `amountOutLeft` cannot be had, the whole is refused and the rest has that input.
fn exact_output(row: &Map<String, Value>, pool: &dyn Family) -> Result<Vec<Checked>, String> {
    let direction = between_two(row)?;
    let wanted = amount(row, "amountOut")?.ok_or("`amountOut` is missing")?;
    let missing = amount(row, "amountOutLeft")?.unwrap_or(U256::ZERO);
    let had = wanted.checked_sub(missing).map_err(|_| "`amountOutLeft` exceeds `amountOut`")?;
    Ok(inputs(pool, direction, [wanted, had], amount(row, "amountIn")?))
}

fn between_two(row: &Map<String, Value>) -> Result<Direction, String> {
    let from = index(row, "tokenIn")?;
    Ok(Direction { from, to: usize::from(from == 0) })
}

/// The recorded input belongs to what can be had of the wanted output; more than that is refused.
fn inputs(pool: &dyn Family, direction: Direction, [wanted, had]: [U256; 2], recorded: Option<U256>) -> Vec<Checked> {
    let ask = |amount_out, recorded| Checked { question: "exactOutput", recorded, answer: pool.quote_exact_output(direction, amount_out, None) };
    let whole = (had < wanted).then(|| ask(wanted, None));
    whole.into_iter().chain([ask(had, recorded)]).collect()
}

/// What the contract's quote takes of an input, and pays for it.
fn filled(pool: &dyn Family, direction: Direction, amount_in: U256, [taken, paid]: [Option<U256>; 2]) -> [Checked; 2] {
    let answer = pool.partial(direction, amount_in, None);
    let taken = Checked { question: "taken", recorded: taken, answer: answer.map(|[taken, _]| taken) };
    [taken, Checked { question: "paid", recorded: paid, answer: answer.map(|[_, paid]| paid) }]
}

/// `amountSpecified` (negative for an exact output) up to `sqrtPriceLimitX96`: what the swap took and paid, and where it left the price. Where
/// the whole amount was taken or paid, the answer without a limit must be the same.
fn limited(row: &Map<String, Value>, pool: &dyn Family) -> Result<Vec<Checked>, String> {
    let direction = between_two(row)?;
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

/// `i`, `j`, `dx`: `get_dy`, `exchange_dy`, and `get_dx` for `dy`. Where a pool fills in part, `get_dxdy` and `get_dydx` name both amounts, and
/// `exchange_dx` what was taken: a swap of less than `dx` is none of `dx`.
fn curve(row: &Map<String, Value>, pool: &dyn Family) -> Result<Vec<Checked>, String> {
    let direction = Direction { from: index(row, "i")?, to: index(row, "j")? };
    let dx = amount(row, "dx")?.ok_or("`dx` is null")?;
    let mut checked = vec![Checked { question: "view", recorded: amount(row, "get_dy")?, answer: pool.view(direction, dx, None) }];
    if row.contains_key("exchange_dy") {
        let took_all = amount(row, "exchange_dx")?.is_none_or(|taken| taken == dx);
        let recorded = amount(row, "exchange_dy")?.filter(|_| took_all);
        checked.push(Checked { question: "swap", recorded, answer: pool.quote(direction, dx, None) });
    }
    if let (Some(dy), true) = (amount(row, "dy")?, row.contains_key("get_dx")) {
        let answer = pool.quote_exact_output(direction, dy, None);
        checked.push(Checked { question: "exactOutput", recorded: amount(row, "get_dx")?, answer });
    }
    if let Some(pair) = pair(row, "get_dxdy")? {
        checked.extend(filled(pool, direction, dx, pair));
    }
    if let (Some(dy), Some([had, needed])) = (amount(row, "dy")?, pair(row, "get_dydx")?) {
        let recorded = needed.filter(|_| had == Some(dy));
        checked.push(Checked { question: "exactOutput", recorded, answer: pool.quote_exact_output(direction, dy, None) });
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

/// Two amounts, or null where the call reverted; nothing where the field is absent.
fn pair(row: &Map<String, Value>, field: &str) -> Result<Option<[Option<U256>; 2]>, String> {
    let part = |value: &Value| match value.as_str().map(str::parse) {
        Some(Ok(amount)) => Ok(Some(amount)),
        _ => Err(format!("`{field}` is no pair of integers")),
    };
    match row.get(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some([None, None])),
        Some(Value::Array(values)) if values.len() == 2 => Ok(Some([part(&values[0])?, part(&values[1])?])),
        Some(_) => Err(format!("`{field}` is no pair of integers")),
    }
}

/// Nothing where the field is absent or null.
fn amount(row: &Map<String, Value>, field: &str) -> Result<Option<U256>, String> {
    match row.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|error| format!("`{field}`: {error}")),
        Some(value) => value.to_string().parse().map(Some).map_err(|error| format!("`{field}`: {error}")),
    }
}
