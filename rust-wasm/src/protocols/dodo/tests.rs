//! The contracts once more in big integers, function by function and for either side, as pools that keep their own storage; and what must hold.

use super::{Dodo, Sale};
use crate::proof::{cases, report, Level, Random};
use crate::protocols::family::{Direction, Family};
use crate::u256::U256;
use num_bigint::BigUint;
use serde_json::json;

const SELL_BASE: Direction = Direction { from: 0, to: 1 };
const SELL_QUOTE: Direction = Direction { from: 1, to: 0 };

type Number = BigUint;

fn n(value: u64) -> Number {
    Number::from(value)
}

fn e(decimals: u32) -> Number {
    n(10).pow(decimals)
}

/// SafeMath: `None` is a revert.
fn mul(a: &Number, b: &Number) -> Option<Number> {
    let product = a * b;
    (product.bits() <= 256).then_some(product)
}

fn add(a: &Number, b: &Number) -> Option<Number> {
    let sum = a + b;
    (sum.bits() <= 256).then_some(sum)
}

fn sub(a: &Number, b: &Number) -> Option<Number> {
    (a >= b).then(|| a - b)
}

fn div(a: &Number, b: &Number) -> Option<Number> {
    (*b != n(0)).then(|| a / b)
}

fn sqrt(x: &Number) -> Number {
    let mut z = x / n(2) + n(1);
    let mut y = x.clone();
    while z < y {
        y = z.clone();
        z = (x / &z + &z) / n(2);
    }
    y
}

fn mul_floor(a: &Number, b: &Number) -> Option<Number> {
    Some(mul(a, b)? / e(18))
}

fn general_integrate(v0: &Number, v1: &Number, v2: &Number, i: &Number, k: &Number) -> Option<Number> {
    if *v0 == n(0) {
        return None;
    }
    let fair_amount = mul(i, &sub(v1, v2)?)?;
    if *k == n(0) {
        return Some(fair_amount / e(18));
    }
    let v0v0v1v2 = div(&mul(&div(&mul(v0, v0)?, v1)?, &e(18))?, v2)?;
    let penalty = mul_floor(k, &v0v0v1v2)?;
    Some(mul(&add(&sub(&e(18), k)?, &penalty)?, &fair_amount)? / e(36))
}

fn solve_for_target(v1: &Number, delta: &Number, i: &Number, k: &Number) -> Option<Number> {
    if *k == n(0) {
        return add(v1, &mul_floor(i, delta)?);
    }
    if *v1 == n(0) {
        return Some(n(0));
    }
    let word: Number = n(1) << 256;
    let ki = mul(&(n(4) * k), i)?;
    let root = if ki == n(0) {
        e(18)
    } else {
        let wrapped = (&ki * delta) % &word;
        if &(&wrapped / &ki) == delta {
            sqrt(&add(&(wrapped / v1), &e(36))?)
        } else {
            sqrt(&add(&mul(&(ki / v1), delta)?, &e(36))?)
        }
    };
    let premium = add(&(mul(&sub(&root, &e(18))?, &e(18))? / (k * n(2))), &e(18))?;
    mul_floor(v1, &premium)
}

fn solve_for_trade(v0: &Number, v1: &Number, delta: &Number, i: &Number, k: &Number) -> Option<Number> {
    if *v0 == n(0) {
        return None;
    }
    if *delta == n(0) {
        return Some(n(0));
    }
    if *k == n(0) {
        let fair = mul_floor(i, delta)?;
        return Some(if fair > *v1 { v1.clone() } else { fair });
    }
    let idelta = mul(i, delta)?;
    if *k == e(18) {
        let temp = if idelta == n(0) {
            n(0)
        } else {
            let wrapped = (&idelta * v1) % (n(1) << 256);
            if &(&wrapped / &idelta) == v1 {
                div(&wrapped, &mul(v0, v0)?)?
            } else {
                div(&mul(&div(&mul(delta, v1)?, v0)?, i)?, v0)?
            }
        };
        return div(&mul(v1, &temp)?, &add(&temp, &e(18))?);
    }
    let part2 = add(&mul(&div(&mul(k, v0)?, v1)?, v0)?, &idelta)?;
    let part1 = mul(&sub(&e(18), k)?, v1)?;
    let positive = part1 < part2;
    let b_abs = if positive { &part2 - &part1 } else { &part1 - &part2 } / e(18);
    let four_ac = mul_floor(&mul(&sub(&e(18), k)?, &n(4))?, &mul(&mul_floor(k, v0)?, v0)?)?;
    let square_root = sqrt(&add(&mul(&b_abs, &b_abs)?, &four_ac)?);
    let denominator = mul(&sub(&e(18), k)?, &n(2))?;
    let numerator = if positive { sub(&square_root, &b_abs)? } else { add(&b_abs, &square_root)? };
    if positive && numerator == n(0) {
        return None;
    }
    let scaled = mul(&numerator, &e(18))?;
    let v2 = (&scaled + &denominator - n(1)) / denominator;
    Some(sub(v1, &v2).unwrap_or(n(0)))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum R {
    One,
    Above,
    Below,
}

#[derive(Clone, Debug)]
struct Storage {
    variant: &'static str,
    b: Number,
    q: Number,
    b0: Number,
    q0: Number,
    r: R,
    i: Number,
    k: Number,
    lp: Number,
    mt: Number,
}

/// What a query answers: to the trader, to the maintainer, the new R, and the target that goes with it.
type Query = (Number, Number, R, Number);

impl Storage {
    /// `getPMMState`.
    fn pmm(&self) -> Option<Self> {
        let mut state = self.clone();
        if self.variant == "DVM" {
            state.q0 = n(0);
            state.r = R::Above;
            state.b0 = solve_for_target(&self.b, &self.q, &(e(36) / &self.i), &self.k)?;
        } else if self.r == R::Below {
            state.q0 = solve_for_target(&self.q, &sub(&self.b, &self.b0)?, &self.i, &self.k)?;
        } else if self.r == R::Above {
            state.b0 = solve_for_target(&self.b, &sub(&self.q, &self.q0)?, &(e(36) / &self.i), &self.k)?;
        }
        Some(state)
    }

    fn after_fees(&self, amount: Number, r: R, target: Number) -> Option<Query> {
        let maintainer = mul_floor(&amount, &self.mt)?;
        let trader = sub(&sub(&amount, &mul_floor(&amount, &self.lp)?)?, &maintainer)?;
        Some((trader, maintainer, r, target))
    }

    fn query_sell_base(&self, pay: &Number) -> Option<Query> {
        let s = self.pmm()?;
        let (receive, r) = match s.r {
            R::One => (solve_for_trade(&s.q0, &s.q0, pay, &s.i, &s.k)?, R::Below),
            R::Above => {
                let (back_pay, back_receive) = (sub(&s.b0, &s.b)?, sub(&s.q, &s.q0)?);
                match pay.cmp(&back_pay) {
                    core::cmp::Ordering::Less => {
                        let receive = general_integrate(&s.b0, &add(&s.b, pay)?, &s.b, &s.i, &s.k)?;
                        (if receive > back_receive { back_receive } else { receive }, R::Above)
                    }
                    core::cmp::Ordering::Equal => (back_receive, R::One),
                    core::cmp::Ordering::Greater => {
                        let beyond = solve_for_trade(&s.q0, &s.q0, &sub(pay, &back_pay)?, &s.i, &s.k)?;
                        (add(&back_receive, &beyond)?, R::Below)
                    }
                }
            }
            R::Below => (solve_for_trade(&s.q0, &s.q, pay, &s.i, &s.k)?, R::Below),
        };
        self.after_fees(receive, r, s.b0)
    }

    fn query_sell_quote(&self, pay: &Number) -> Option<Query> {
        let s = self.pmm()?;
        let reciprocal = e(36) / &s.i;
        let (receive, r) = match s.r {
            R::One => (solve_for_trade(&s.b0, &s.b0, pay, &reciprocal, &s.k)?, R::Above),
            R::Above => (solve_for_trade(&s.b0, &s.b, pay, &reciprocal, &s.k)?, R::Above),
            R::Below => {
                let (back_pay, back_receive) = (sub(&s.q0, &s.q)?, sub(&s.b, &s.b0)?);
                if *pay < back_pay {
                    let receive = general_integrate(&s.q0, &add(&s.q, pay)?, &s.q, &reciprocal, &s.k)?;
                    (if receive > back_receive { back_receive } else { receive }, R::Below)
                } else if *pay == back_pay {
                    (back_receive, R::One)
                } else {
                    let beyond = solve_for_trade(&s.b0, &s.b0, &sub(pay, &back_pay)?, &reciprocal, &s.k)?;
                    (add(&back_receive, &beyond)?, R::Above)
                }
            }
        };
        self.after_fees(receive, r, s.q0)
    }

    /// `sellBase` or `sellQuote`: what the trader gets and the storage after it.
    fn swap(&self, direction: Direction, pay: &Number) -> Option<(Number, Self)> {
        let mut next = self.clone();
        let selling_base = direction == SELL_BASE;
        let (trader, maintainer, r, target) = if selling_base { self.query_sell_base(pay)? } else { self.query_sell_quote(pay)? };
        let out = &trader + maintainer;
        if selling_base {
            (next.b, next.q) = (&self.b + pay, sub(&self.q, &out)?);
        } else {
            (next.b, next.q) = (sub(&self.b, &out)?, &self.q + pay);
        }
        if self.variant != "DVM" && self.r != r {
            if target.bits() > 112 {
                return None;
            }
            next.r = r;
            *(if selling_base { &mut next.b0 } else { &mut next.q0 }) = target;
        }
        (next.b.bits() <= 112 && next.q.bits() <= 112).then_some((trader, next))
    }

    fn pool(&self) -> Dodo {
        let code = match self.r {
            R::One => "0",
            R::Above => "1",
            R::Below => "2",
        };
        let text = |value: &Number| value.to_string();
        let mut state = json!({
            "variant": self.variant, "_BASE_RESERVE_": text(&self.b), "_QUOTE_RESERVE_": text(&self.q), "_I_": text(&self.i),
            "_K_": text(&self.k), "_LP_FEE_RATE_": text(&self.lp), "mtFeeRate": text(&self.mt),
        });
        if self.variant != "DVM" {
            state["_BASE_TARGET_"] = json!(text(&self.b0));
            state["_QUOTE_TARGET_"] = json!(text(&self.q0));
            state["_RState_"] = json!(code);
        }
        serde_json::from_value(state).unwrap()
    }
}

fn number(value: U256) -> Number {
    Number::parse_bytes(value.to_string().as_bytes(), 10).unwrap()
}

fn amount_of(value: &Number) -> U256 {
    value.to_string().parse().unwrap()
}

/// Pools as their owners open them, after up to three swaps; one in eight with any numbers at all.
fn storage(random: &mut Random) -> Storage {
    let variant = *random.pick(&["DVM", "DPP", "DSP"]);
    let [base, quote] = [0, 1].map(|_| *random.pick(&[6u32, 8, 18, 18]));
    let i = (n(random.below(1_000_000) + 1) * e(random.below(9) as u32) * e(12 + quote) / e(base + 6)).clamp(n(1), e(36));
    let k = match random.below(10) {
        0 => n(0),
        1 => e(18),
        2 => n(*random.pick(&[1, 1_000_000_000_000_000_000 - 1, 1_000])),
        3 | 4 => n(random.below(1_000_000_000_000_000_000)),
        _ => e(13 + random.below(5) as u32) * n(1 + random.below(9)),
    };
    let fee = |random: &mut Random| if random.below(3) == 0 { n(0) } else { number(random.wide(54)) };
    let (lp, mt) = (fee(random), fee(random));
    let most: Number = (n(1) << 112) - n(1);
    if random.below(8) == 0 {
        let [b, q, b0, q0] = [0, 1, 2, 3].map(|_| number(random.wide(112)));
        return Storage { variant, b, q, b0, q0, r: *random.pick(&[R::One, R::Above, R::Below]), i, k, lp, mt };
    }
    let b = (e(base) * n(1 + random.below(10_000)) * e(random.below(5) as u32) / n(100)).min(most.clone());
    let q = (&b * &i / e(18) * n(1 + random.below(20_000)) / n(10_000)).min(most);
    let mut storage = Storage { variant, b0: b.clone(), q0: q.clone(), b, q, r: R::One, i, k, lp, mt };
    for _ in 0..random.below(4) {
        let direction = *random.pick(&[SELL_BASE, SELL_QUOTE]);
        let reserve = if direction == SELL_BASE { &storage.b } else { &storage.q };
        let pay = reserve * n(random.below(1_000_000)) / n(*random.pick(&[1_000_000, 100_000_000]));
        if let Some((_, next)) = storage.swap(direction, &pay) {
            storage = next;
        }
    }
    storage
}

/// Of every size, and often next to where R returns to one.
fn amount(random: &mut Random, storage: &Storage, direction: Direction) -> U256 {
    let back = storage.pmm().and_then(|s| if direction == SELL_BASE { sub(&s.b0, &s.b) } else { sub(&s.q0, &s.q) });
    let reserve = if direction == SELL_BASE { &storage.b } else { &storage.q };
    match (random.below(16), back) {
        (0, _) => random.wide(256),
        (1, _) => U256::from(random.below(3)),
        (2..=5, Some(back)) => amount_of(&(back + n(random.below(3)))).saturating_sub(U256::ONE),
        (6..=8, _) => random.wide(112),
        _ => amount_of(&(reserve * number(random.wide(24)) / n(1_000_000) + n(1))),
    }
}

#[test]
fn a_second_implementation_agrees_on_every_variant() {
    let mut random = Random::seeded("dodo-v2");
    let (mut refused, mut ratios) = (0, [0; 3]);
    for case in 0..cases() {
        let storage = storage(&mut random);
        let direction = *random.pick(&[SELL_BASE, SELL_QUOTE]);
        let amount_in = amount(&mut random, &storage, direction);
        let pool = storage.pool();
        let pay = number(amount_in);
        let query = if direction == SELL_BASE { storage.query_sell_base(&pay) } else { storage.query_sell_quote(&pay) };
        let expected = [query.map(|(trader, ..)| trader), storage.swap(direction, &pay).map(|(trader, _)| trader)];
        let answers = [pool.view(direction, amount_in, None), pool.quote(direction, amount_in, None)];
        assert_eq!(answers.map(|answer| answer.ok().map(number)), expected, "case {case}: {answers:?} for {amount_in} {direction:?} of {storage:?}");
        refused += u32::from(answers[1].is_err());
        ratios[storage.r as usize] += 1;
    }
    println!("dodo-v2: {refused} of {} refused; R = 1, above, below: {ratios:?}", cases());
    assert!(refused < cases() / 3 && ratios.iter().all(|count| *count > cases() / 10));
    report("dodo-v2", Level::SecondImplementation, cases(), U256::ZERO);
}

#[test]
fn no_pool_gains_beyond_its_rounding() {
    let mut random = Random::seeded("dodo-v2: properties");
    let (mut held, mut missed) = (0, 0);
    for case in 0..cases() {
        let storage = storage(&mut random);
        let direction = *random.pick(&[SELL_BASE, SELL_QUOTE]);
        let back = Direction { from: direction.to, to: direction.from };
        let amount_in = amount(&mut random, &storage, direction);
        let pool = storage.pool();
        let (rate, rate_back) = (pool.rate(direction, None), pool.rate(back, None));
        let Ok(out) = pool.quote(direction, amount_in, None) else { continue };
        if rate.is_infinite() || rate_back.is_infinite() {
            continue;
        }
        held += 1;
        let said = || format!("case {case}: {out} for {amount_in} {direction:?} of {storage:?}");
        let gain = |sale: Sale, direction| sale.rounding_gain(pool.i, pool.k, direction) + 2.0;
        let gains = [direction, back].map(|direction| gain(pool.sale(direction).unwrap(), direction));
        let most = amount_in.to_f64() * rate * (1.0 + 1e-9) + gains[0];
        assert!(out.to_f64() <= most, "{} exceeds {most}", said());
        // There and back at the same state; the price that is turned over in between is rounded down.
        let turned = 1.0 + 1.0 / (1e36 / pool.i.to_f64()).floor();
        assert!(rate * rate_back <= turned * (1.0 + 1e-9), "{rate} × {rate_back}, {}", said());
        if let Ok(returned) = pool.quote(back, out, None) {
            let most = (amount_in.to_f64() * turned + gains[0] * rate_back) * (1.0 + 1e-9) + gains[1];
            assert!(returned.to_f64() <= most, "{} returns {returned}", said());
        }
        let more = amount_in.saturating_add(amount_in >> random.below(40) as u32).saturating_add(U256::ONE);
        if let Ok(further) = pool.quote(direction, more, None) {
            assert!(further.saturating_add(U256::from_f64(gains[0])) >= out, "{further} for {more}, {}", said());
        }
        let wanted = out.saturating_sub(out >> random.below(8) as u32);
        match pool.input_for(direction, wanted, None) {
            Ok(input) => assert!(pool.quote(direction, input, None).unwrap() >= wanted, "input {input} for {wanted}, {}", said()),
            // A target whose square does not fit a word reverts for small amounts only, which the search meets first.
            Err(_) => missed += u32::from(!wanted.is_zero()),
        }
    }
    assert!(missed <= cases() / 2_000, "{missed} outputs without an input");
    assert!(held > cases() / 3, "{held}");
}

#[test]
fn a_state_that_no_pool_has_is_refused_by_its_field() {
    let base = json!({
        "variant": "DSP", "_BASE_RESERVE_": "1", "_QUOTE_RESERVE_": "1", "_BASE_TARGET_": "1", "_QUOTE_TARGET_": "1", "_RState_": "0",
        "_I_": "1000000000000000000", "_K_": "0", "_LP_FEE_RATE_": "0", "mtFeeRate": "0",
    });
    for (field, value) in [
        ("_BASE_RESERVE_", json!("5192296858534827628530496329220096")),
        ("_QUOTE_TARGET_", json!("5192296858534827628530496329220096")),
        ("_BASE_TARGET_", json!(null)),
        ("_RState_", json!("3")),
        ("_I_", json!("0")),
        ("_K_", json!("1000000000000000001")),
        ("mtFeeRate", json!("1000000000000000001")),
    ] {
        let mut state = base.clone();
        state[field] = value;
        let message = serde_json::from_value::<Dodo>(state).unwrap_err().to_string();
        assert!(message.contains(field), "{message}");
    }
}
