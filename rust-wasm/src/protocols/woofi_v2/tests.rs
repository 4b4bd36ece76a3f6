use super::*;
use crate::proof::{cases, report, Level, Random};
use num_bigint::BigUint;
use serde_json::json;

/// A state as the contracts store it.
#[derive(Clone, Debug)]
struct State {
    quote: (u32, U256),
    bases: Vec<Token>,
}

#[derive(Clone, Debug)]
struct Token {
    decimals: u32,
    price: u128,
    spread: u64,
    coeff: u64,
    feasible: bool,
    reserve: U256,
    fee_rate: u16,
    max_gamma: u128,
    max_notional: u128,
}

/// What prices have: WooracleV2.
const PRICE_DECIMALS: u32 = 8;

impl State {
    fn random(random: &mut Random) -> Self {
        let quote_decimals = *random.pick(&[6, 18]);
        let whole = 10f64.powi(quote_decimals as i32);
        let token = |random: &mut Random| {
            let (decimals, price) = (*random.pick(&[6, 8, 18]), 10f64.powf(random.share() * 13.0));
            let worth = 10f64.powf(2.0 + random.share() * 7.0);
            Token {
                decimals,
                price: if random.below(40) == 0 { random.wide(120).low_u128() } else { price as u128 },
                spread: *random.pick(&[0, ONE / 4_000, ONE / 100, ONE / 3]),
                coeff: *random.pick(&[0, 1_555_000_000, 25_447_464_340, 1_000_000_000_000]),
                feasible: random.below(30) > 0,
                reserve: U256::from_f64(worth / price * 10f64.powi(PRICE_DECIMALS as i32 + decimals as i32)),
                fee_rate: *random.pick(&[0, 10, 25, 500, u16::MAX]),
                max_gamma: *random.pick(&[3_000_000_000_000_000, 10_000_000_000_000_000, u128::from(ONE), u128::MAX]),
                max_notional: (worth * whole * random.share() * 2.0) as u128,
            }
        };
        let bases = (0..1 + random.below(3)).map(|_| token(random)).collect();
        Self { quote: (quote_decimals, U256::from_f64(10f64.powf(2.0 + random.share() * 7.0) * whole)), bases }
    }

    fn pool(&self) -> Result<WooPool, String> {
        let base = |token: &Token| {
            json!({
                "decimals": token.decimals, "priceDecimals": PRICE_DECIMALS, "price": token.price.to_string(), "spread": token.spread,
                "coeff": token.coeff, "woFeasible": token.feasible, "reserve": token.reserve.to_string(), "feeRate": token.fee_rate,
                "maxGamma": token.max_gamma.to_string(), "maxNotionalSwap": token.max_notional.to_string(),
            })
        };
        let bases: Vec<_> = self.bases.iter().map(base).collect();
        let state = json!({ "quoteDecimals": self.quote.0, "quoteReserve": self.quote.1.to_string(), "bases": bases });
        serde_json::from_str(&state.to_string()).map_err(|error| error.to_string())
    }

    fn base(&self, token: usize) -> Option<&Token> {
        self.bases.get(token)
    }
}

fn big(value: impl Into<BigUint>) -> BigUint {
    value.into()
}

fn of(value: U256) -> BigUint {
    value.to_string().parse().unwrap()
}

fn ten(exponent: u32) -> BigUint {
    big(10u32).pow(exponent)
}

/// The product, where it is a uint256.
fn product(factors: &[&BigUint]) -> Option<BigUint> {
    Some(factors.iter().copied().product()).filter(|value: &BigUint| value.bits() <= 256)
}

fn less(from: BigUint, take: &BigUint) -> Option<BigUint> {
    (from >= *take).then(|| from - take)
}

/// What remains of 1 after the move of the price and the spread, if the oracle and the limits allow the leg.
fn remaining(token: &Token, notional: &BigUint, gamma: &BigUint, spread: u64) -> Option<BigUint> {
    let allowed = token.feasible && token.price > 0 && *notional <= big(token.max_notional) && *gamma <= big(token.max_gamma);
    less(less(ten(18), gamma)?, &big(spread)).filter(|_| allowed)
}

/// Base for quote: the quote amount before any fee.
fn leg_in(token: &Token, quote_decimals: u32, amount: &BigUint, spread: u64) -> Option<BigUint> {
    let (price, unit, price_unit) = (big(token.price), ten(token.decimals), ten(PRICE_DECIMALS));
    let value = product(&[amount, &price, &ten(quote_decimals)])?;
    // Quotients of quotients are those of the product.
    let gamma = product(&[amount, &price, &big(token.coeff)])? / (&unit * &price_unit);
    let share = remaining(token, &(&value / (&unit * &price_unit)), &gamma, spread)?;
    Some(product(&[&(value / price_unit), &share])? / (ten(18) * unit))
}

/// Quote for base.
fn leg_out(token: &Token, quote_decimals: u32, quote: &BigUint, spread: u64) -> Option<BigUint> {
    let gamma = product(&[quote, &big(token.coeff)])? / ten(quote_decimals);
    let share = remaining(token, quote, &gamma, spread)?;
    let value = product(&[quote, &ten(token.decimals), &ten(PRICE_DECIMALS)])? / token.price;
    if gamma == ten(18) {
        return None;
    }
    Some(product(&[&value, &share])? / ten(18) / ten(quote_decimals))
}

fn charge(quote: &BigUint, rate: u16) -> Option<BigUint> {
    Some(product(&[quote, &big(rate)])? / 100_000u32)
}

/// query and swap, in this order: either may be nothing.
fn contract(state: &State, from: usize, to: usize, amount: &BigUint) -> Option<(Option<BigUint>, Option<BigUint>)> {
    let (decimals, reserve) = (state.quote.0, of(state.quote.1));
    let (paid, fee, most, from_quote);
    match (state.base(from), state.base(to)) {
        (Some(token), None) => {
            let quote = leg_in(token, decimals, amount, token.spread)?;
            fee = charge(&quote, token.fee_rate)?;
            (paid, most, from_quote) = (&quote - &fee, reserve.clone(), quote);
        }
        (None, Some(token)) => {
            fee = charge(amount, token.fee_rate)?;
            paid = leg_out(token, decimals, &(amount - &fee), token.spread)?;
            (most, from_quote) = (of(token.reserve), big(0u32));
        }
        (Some(first), Some(second)) => {
            let spread = first.spread.max(second.spread) / 2;
            let quote = leg_in(first, decimals, amount, spread)?;
            fee = charge(&quote, first.fee_rate.max(second.fee_rate))?;
            paid = leg_out(second, decimals, &(quote - &fee), spread)?;
            (most, from_quote) = (of(second.reserve), fee.clone());
        }
        (None, None) => return None,
    }
    let queried = paid <= most && (state.base(from).is_none() || state.base(to).is_none() || fee <= reserve);
    let swapped = queried && from_quote <= reserve;
    Some((queried.then(|| paid.clone()), swapped.then_some(paid)))
}

fn text<T: ToString>(answer: Option<T>) -> Option<String> {
    answer.map(|value| value.to_string())
}

#[test]
fn answers_as_the_contract_does_and_keeps_its_order() {
    let mut random = Random::seeded("woofi-v2");
    let (cases, mut answered) = (cases(), 0);
    for _ in 0..cases {
        let state = State::random(&mut random);
        let pool = state.pool().unwrap();
        let tokens = state.bases.len() as u64 + 1;
        let from = random.below(tokens) as usize;
        let to = (from + 1 + random.below(tokens - 1) as usize) % tokens as usize;
        let direction = Direction { from, to };
        let held = state.base(from).map_or(state.quote.1, |token| token.reserve).to_f64();
        let amount = match random.below(4) {
            0 => random.wide(200),
            1 => U256::from(random.below(100)),
            _ => U256::from_f64(held * 10f64.powf(-4.0 * random.share())),
        };
        let seen = format!("{state:?} {direction:?} {amount}");
        let (query, swap) = contract(&state, from, to, &of(amount)).unwrap_or((None, None));
        let quote = pool.quote(direction, amount, None);
        assert_eq!(text(pool.view(direction, amount, None).ok()), text(query), "{seen}");
        assert_eq!(text(quote.ok()), text(swap), "{seen}");

        let Ok(paid) = quote else { continue };
        answered += 1;
        // A quote unit's fee that is rounded away, and the quote unit that the first leg's output is rounded to, in units of what is paid.
        let step = pool.bases.get(to).map_or(0.0, |token| 1.0 / pool.price_of(token));
        let rate = pool.rate(direction, None);
        assert!(paid.to_f64() <= amount.to_f64() * rate * (1.0 + 1e-9) + 2.0 + step, "{seen} {rate}");
        let (about, slope) = pool.estimate(direction, amount.to_f64(), None).unwrap_or((paid.to_f64(), 0.0));
        assert!((about - paid.to_f64()).abs() <= paid.to_f64() * 1e-9 + 2.0 + 2.0 * step, "{seen} {about} {paid}");
        assert!(slope <= rate * (1.0 + 1e-9), "{seen} {slope} {rate}");
        // The output is amount × (1 − spread − gamma), a parabola: it falls once gamma exceeds half of what the spread leaves, which only pools with
        // a `maxGamma` of that size allow. There is no such rise and fall where the slope is still positive.
        let more = amount.checked_add(random.wide(amount.bits().max(1))).unwrap();
        if let (Ok(further), Some((_, slope))) = (pool.quote(direction, more, None), pool.estimate(direction, more.to_f64(), None)) {
            // Gamma is rounded down: one step of it takes one share of 10^18.
            let dent = further.to_f64() * 4e-18 + step * 1.01;
            assert!(slope <= 0.0 || further.to_f64() + dent >= paid.to_f64(), "{seen} {more}");
        }
        let back = Direction { from: to, to: from };
        if let Ok(returned) = pool.quote(back, paid, None) {
            assert!(returned <= amount, "{seen} {returned}");
        }
    }
    assert!(answered > cases / 4, "only {answered} of {cases} answered");
    report("woofi-v2", Level::SecondImplementation, cases, U256::ZERO);
}

#[test]
fn a_state_that_the_contract_cannot_have_is_refused_with_its_field() {
    let state = State::random(&mut Random::seeded("woofi-v2 state"));
    let wide = U256::ONE << 192;
    let mut bases = [state.bases.clone(), state.bases.clone()];
    bases[0][0].reserve = wide;
    bases[1][0].decimals = 20;
    let [reserve, decimals] = bases;
    for (state, field) in [
        (State { quote: (6, wide), ..state.clone() }, "`quoteReserve`"),
        (State { quote: (20, U256::ONE), ..state.clone() }, "`quoteDecimals`"),
        (State { bases: reserve, ..state.clone() }, "`reserve`"),
        (State { bases: decimals, ..state.clone() }, "`decimals`"),
    ] {
        let message = state.pool().unwrap_err();
        assert!(message.contains(field), "{message}");
    }
}
