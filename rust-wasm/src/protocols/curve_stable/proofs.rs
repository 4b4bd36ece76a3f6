//! Every pool against the second implementation, over random states, and the properties that a search relies on.

use super::classic::Classic;
use super::classic_meta::ClassicMeta;
use super::ng::Ng;
use super::ng_meta::{Base, NgMeta, Path, BASE_TO_COIN};
use super::reference::{num, Figures, Meta, Num};
use super::reserves::{Fees, Reserves, FEE_DENOMINATOR};
use crate::proof::{cases, report, Level, Random};
use crate::protocols::family::{At, Direction, Family};
use crate::refusal::Answer;
use crate::u256::U256;
use serde::de::DeserializeOwned;
use serde_json::{json, Map, Value};
use std::borrow::Cow;

/// Amounts asked of each random state, per direction drawn.
const AMOUNTS: u32 = 5;

fn big(value: U256) -> Num {
    Num(Some(value.to_string().parse().unwrap()))
}

fn text(value: &Num) -> Value {
    Value::from(value.0.as_ref().expect("a state has no reverts in it").to_string())
}

fn approximate(value: f64) -> Num {
    big(U256::from_f64(value))
}

fn float(value: &Num) -> f64 {
    value.0.as_ref().map_or(0.0, |value| value.to_string().parse().unwrap())
}

/// A pool as one could be on a chain: of some worth, lopsided to some degree, seldom emptied or beyond all measure.
fn figures(random: &mut Random, contract: &'static str, coins: usize) -> Figures {
    let scale = if matches!(contract, "compound" | "3pool") { 1 } else { 100 };
    let whole = |random: &mut Random| (10f64.powf(random.share() * 4.3) as u64).max(1);
    let initial_a = whole(random) * scale + random.below(scale);
    let now = 1_700_000_000 + random.below(1_000_000);
    let is_ramping = contract != "compound" && random.below(3) == 0;
    let future_a = if is_ramping { (initial_a as f64 * 10f64.powf(random.share() * 2.0 - 1.0)).max(scale as f64) as u64 } else { initial_a };
    let (initial_time, future_time) =
        if is_ramping { (now - random.below(100_000), (now + 40_000).saturating_sub(random.below(60_000))) } else { (0, 0) };
    let fee = *random.pick(&[0, 1_000_000, 4_000_000, 3_000_000, 100_000_000]);
    let fee = if random.below(20) == 0 { random.below(5_000_000_001) } else { fee };
    let has_dynamic_fee = matches!(contract, "ng" | "aave") && random.below(3) > 0;
    let highest = (50_000_000_000_000_000_000u128 / u128::from(fee.max(100_000_000))) as u64;
    let offpeg = if has_dynamic_fee { *random.pick(&[0, 10_000_000_000, 20_000_000_000.min(highest), highest]) } else { 0 };
    let worth = 10f64.powf(random.share() * 14.0 - 3.0);
    let lopsided = *random.pick(&[0.0, 0.3, 1.0, 2.0, 3.0]);
    let (mut rates, mut balances) = (Vec::new(), Vec::new());
    for _ in 0..coins {
        let decimals = *random.pick(&[18, 18, 6, 6, 8, 2]);
        let drift = match contract {
            "ng" | "compound" if random.below(2) == 0 => 0.3 + 2.0 * random.share(),
            _ => 1.0,
        };
        let rate = if drift == 1.0 { num(10u128.pow(36 - decimals)) } else { approximate(drift * 10f64.powi(36 - decimals as i32)) };
        let tokens = worth * 10f64.powf(lopsided * (random.share() - 0.5)) / drift;
        let balance = match random.below(200) {
            0 => num(0),
            1 => big(random.wide(180)),
            _ => approximate(tokens * 10f64.powi(decimals as i32)) + num(random.below(1_000).into()),
        };
        rates.push(rate);
        balances.push(balance);
    }
    let mut pool = Figures { contract, initial_a, future_a, initial_time, future_time, now, fee, offpeg, rates, balances, supply: num(0) };
    let invariant = pool.xp().iter().map(float).sum::<f64>();
    pool.supply = approximate(invariant / (1.0 + 0.2 * random.share())) + num(1);
    pool
}

fn json_of(pool: &Figures) -> Map<String, Value> {
    let list = |values: &[Num]| values.iter().map(text).collect::<Vec<_>>();
    let mut state = json!({
        "n_coins": pool.balances.len(), "initial_A": pool.initial_a, "future_A": pool.future_a, "initial_A_time": pool.initial_time,
        "future_A_time": pool.future_time, "timestamp": pool.now, "fee": pool.fee, "offpeg_fee_multiplier": pool.offpeg,
        "rates": list(&pool.rates), "balances": list(&pool.balances), "total_supply": text(&pool.supply),
    });
    if pool.contract != "ng" {
        state["generation"] = Value::from(pool.contract);
    }
    state.as_object().unwrap().clone()
}

/// A metapool whose second coin is of a worth near its first, most of the time.
fn metapool(random: &mut Random, contract: &'static str) -> Meta {
    let is_ng = contract == "ng";
    let base = if is_ng && random.below(3) > 0 { "ng" } else { *random.pick(&["3pool", "3pool", "template", "optimized"]) };
    // The views contract knows first-generation bases by A() alone, and NG ones; recorded answers exist for 3pool.
    let base = if is_ng && base != "ng" { "3pool" } else { base };
    let coins = 2 + random.below(3) as usize;
    let mut base = figures(random, base, coins);
    let mut own = figures(random, contract, 2);
    base.now = own.now;
    let rate = if contract != "ng" && random.below(4) == 0 { approximate(2.8e18 * (1.0 + random.share())) } else { own.rates[0].clone() };
    own.rates = vec![rate, num(0)];
    let worth = float(&own.balances[0]) * float(&own.rates[0]) / 1e18;
    let held = (worth * 10f64.powf(random.share() * 2.0 - 1.0)).min(float(&base.supply) * random.share());
    own.balances[1] = approximate(held);
    let cache = (!is_ng && random.below(2) == 0).then(|| {
        let stored = approximate(float(&base.virtual_price()).max(1.0) * (1.0 - 1e-6 * random.share()));
        (stored, own.now - random.below(1_200))
    });
    Meta { own, base, cache }
}

fn json_of_meta(meta: &Meta, underlying: bool) -> Map<String, Value> {
    let mut state = json_of(&meta.own);
    let mut base = json_of(&meta.base);
    if meta.own.contract == "ng" {
        base.insert("kind".into(), Value::from(if meta.base.contract == "ng" { "stableswap_ng" } else { "legacy_3pool" }));
    }
    if let Some((price, updated)) = &meta.cache {
        state.insert("base_virtual_price".into(), text(price));
        state.insert("base_cache_updated".into(), Value::from(*updated));
    }
    state.insert("base".into(), Value::Object(base));
    state.insert("underlying".into(), Value::from(underlying));
    state
}

/// From nothing to far more than there is.
fn amount(random: &mut Random, balance: &Num) -> U256 {
    let balance = float(balance);
    match random.below(12) {
        0 => U256::ZERO,
        1 => U256::from(1 + random.below(2_000)),
        2 => random.wide(230),
        3 => U256::from_f64(balance * 10f64.powf(random.share() * 12.0)),
        _ => U256::from_f64(balance * 10f64.powf(-8.0 * random.share() * random.share())).saturating_add(U256::from(random.below(100))),
    }
}

fn assert_equal(answer: Answer<U256>, reference: Num, what: &str, state: &Map<String, Value>, direction: Direction, amount: U256) {
    let ours = answer.ok().map(|answer| answer.to_string());
    let theirs = reference.0.map(|answer| answer.to_string());
    assert_eq!(ours, theirs, "{what} {direction:?} of {amount}, {answer:?}: {}", Value::Object(state.clone()));
}

fn read<T: DeserializeOwned>(state: &Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(state.clone())).ok()
}

fn direction(random: &mut Random, count: usize) -> Direction {
    let from = random.below(count as u64) as usize;
    Direction { from, to: (from + 1 + random.below(count as u64 - 1) as usize) % count }
}

/// What a property has to allow for.
trait Allowances: Family {
    /// Base units of an output by which the integer solution may lie off the exact one. `get_D` ends within a few units of D per coin, each of which
    /// moves the outgoing balance by 1 / (∂D/∂x): much in a pool where that coin is plentiful and hardly worth anything at the margin.
    fn rounding(&self, direction: Direction) -> f64;

    /// Whether an output cannot fall by more than a unit when its input grows. It does where a dynamic fee rises faster than the input, and where a deposit into a base
    /// pool grows it so much that the fee on the imbalance, which is a share of the *grown* pool, eats up the other coins' balances.
    fn is_steady(&self, direction: Direction, amount: U256) -> bool;
}

const UNITS_OF_D: f64 = 4.0;

fn rounding_of(reserves: &Reserves, amp: Answer<U256>, to: usize) -> f64 {
    let (Ok(amp), Ok(d)) = (amp, amp.and_then(|amp| reserves.d(amp))) else { return 0.0 };
    let slope = reserves.solver.slopes(&reserves.xp, amp, d)[to];
    let units = 2.0 + (2.0 + UNITS_OF_D * reserves.count() as f64 / slope) * 1e18 / reserves.rates[to].to_f64();
    if units.is_nan() {
        f64::INFINITY
    } else {
        units
    }
}

fn has_static_fee(fees: Fees) -> bool {
    fees.offpeg_multiplier <= U256::from(FEE_DENOMINATOR)
}

impl Allowances for Classic {
    fn rounding(&self, direction: Direction) -> f64 {
        rounding_of(&self.reserves, self.ramp.amp(None), direction.to)
    }

    fn is_steady(&self, _direction: Direction, _amount: U256) -> bool {
        has_static_fee(self.fees)
    }
}

impl Allowances for Ng {
    fn rounding(&self, direction: Direction) -> f64 {
        rounding_of(&self.reserves, self.ramp.amp(None), direction.to)
    }

    fn is_steady(&self, _direction: Direction, _amount: U256) -> bool {
        has_static_fee(self.fees)
    }
}

/// What a metapool's rounding is made of: its own reserves, and those of its base with supply, amplification and fees.
struct Layers<'a> {
    path: Path,
    own: Cow<'a, Reserves>,
    amp: Answer<U256>,
    fees: Fees,
    base: &'a Reserves,
    supply: U256,
    base_amp: Answer<U256>,
    base_fees: Fees,
}

impl Layers<'_> {
    /// The first pool's rounding is an input of the second.
    fn rounding(&self) -> f64 {
        let own = |to| rounding_of(&self.own, self.amp, to);
        let base = |to| rounding_of(self.base, self.base_amp, to);
        match self.path {
            Path::Meta(direction) => own(direction.to),
            Path::Base(direction) => base(direction.to),
            Path::CoinToBase(j) => own(1) * self.base.withdrawal_rate(j, self.supply, self.base_amp) + base(j),
            Path::BaseToCoin(_) => {
                let d = self.base_amp.and_then(|amp| self.base.d(amp)).map_or(f64::INFINITY, U256::to_f64);
                let minted = 2.0 + UNITS_OF_D * self.base.count() as f64 * self.supply.to_f64() / d;
                minted * self.own.rate(BASE_TO_COIN, self.fees, self.amp) + own(0)
            }
        }
    }

    fn is_steady(&self, amount: U256) -> bool {
        let deposited = match self.path {
            Path::BaseToCoin(i) => amount.to_f64() * self.base.rates[i].to_f64() / 1e18,
            _ => 0.0,
        };
        let worth: f64 = self.base.xp.iter().map(|x| x.to_f64()).sum();
        has_static_fee(self.fees) && has_static_fee(self.base_fees) && deposited <= 4.0 * worth
    }
}

impl NgMeta {
    fn layers(&self, direction: Direction) -> Option<Layers<'_>> {
        let (base, supply, base_amp, base_fees) = match &self.base {
            Base::Ng(pool) => (&pool.reserves, pool.total_supply, pool.ramp.amp(None), pool.fees),
            Base::Classic { pool, .. } => (&pool.reserves, pool.total_supply, pool.ramp.amp(None), pool.fees),
        };
        let (path, own) = (self.path(direction).ok()?, self.reserves_at(None).ok()?);
        Some(Layers { path, own, amp: self.ramp.amp(None), fees: self.fees, base, supply, base_amp, base_fees })
    }
}

impl ClassicMeta {
    fn layers(&self, direction: Direction) -> Option<Layers<'_>> {
        let (base, supply, base_amp, base_fees) = (&self.base.reserves, self.base.total_supply, self.base.ramp.amp(None), self.base.fees);
        let (path, own) = (self.path(direction).ok()?, self.reserves_at(None).ok()?);
        Some(Layers { path, own, amp: self.ramp.amp(None), fees: self.fees, base, supply, base_amp, base_fees })
    }
}

macro_rules! allowances_by_layers {
    ($($pool:ty),*) => {$(
        impl Allowances for $pool {
            fn rounding(&self, direction: Direction) -> f64 {
                self.layers(direction).map_or(0.0, |layers| layers.rounding())
            }

            fn is_steady(&self, direction: Direction, amount: U256) -> bool {
                self.layers(direction).is_some_and(|layers| layers.is_steady(amount))
            }
        }
    )*};
}

allowances_by_layers!(NgMeta, ClassicMeta);

fn properties(pool: &impl Allowances, direction: Direction, amount: U256, state: &Map<String, Value>) {
    let Ok(paid) = pool.quote(direction, amount, None) else { return };
    let context = || format!("{direction:?} of {amount}: {}", Value::Object(state.clone()));
    let more = amount.saturating_add(amount >> 3).saturating_add(U256::ONE);
    if let (true, Ok(for_more)) = (pool.is_steady(direction, more), pool.quote(direction, more, None)) {
        // One unit: the iterations end within one of where they would settle, from wherever they began.
        assert!(for_more.saturating_add(U256::ONE) >= paid, "falls from {paid} to {for_more}, {}", context());
    }
    let bound = amount.to_f64() * pool.rate(direction, None) * (1.0 + 1e-9) + pool.rounding(direction);
    // Not a number for an input of 0 at an unbounded rate.
    assert!(paid.to_f64() <= bound || bound.is_nan(), "{paid} above the bound {bound}, {}", context());
    let back = Direction { from: direction.to, to: direction.from };
    if let Ok(returned) = pool.quote(back, paid, None) {
        let bound = amount.to_f64() * (1.0 + 1e-9) + pool.rounding(back) + pool.rounding(direction) * pool.rate(back, None);
        assert!(returned.to_f64() <= bound || bound.is_nan(), "{returned} comes back for {amount}, {}", context());
    }
}

/// The time of the state itself, or a later block for which it is quoted.
fn later(random: &mut Random, now: &mut u64) -> At {
    if random.below(2) == 0 {
        return None;
    }
    *now += random.below(50_000);
    Some(*now)
}

#[test]
fn classic_pools_answer_as_the_second_implementation() {
    let mut random = Random::seeded("curve-3pool");
    let mut asked = 0;
    while asked < cases() {
        let contract = *random.pick(&["3pool", "3pool", "compound", "aave", "steth", "template", "optimized"]);
        let coins = 2 + random.below(3) as usize;
        let mut reference = figures(&mut random, contract, coins);
        let state = json_of(&reference);
        let Some(pool) = read::<Classic>(&state) else { continue };
        let later = later(&mut random, &mut reference.now);
        for _ in 0..AMOUNTS {
            let at = direction(&mut random, coins);
            let amount = amount(&mut random, &reference.balances[at.from]);
            assert_equal(pool.quote(at, amount, later), reference.exchange(at.from, at.to, &big(amount)), "exchange", &state, at, amount);
            assert_equal(pool.view(at, amount, later), reference.get_dy(at.from, at.to, &big(amount)), "get_dy", &state, at, amount);
            properties(&pool, at, amount, &state);
            asked += 1;
        }
    }
    report("curve-3pool", Level::SecondImplementation, asked, U256::ZERO);
}

#[test]
fn ng_pools_answer_as_the_second_implementation() {
    let mut random = Random::seeded("stableswap-ng");
    let mut asked = 0;
    while asked < cases() {
        let coins = 2 + (random.below(3) + random.below(5) * u64::from(random.below(4) == 0)) as usize;
        let mut reference = figures(&mut random, "ng", coins);
        let state = json_of(&reference);
        let Some(pool) = read::<Ng>(&state) else { continue };
        let later = later(&mut random, &mut reference.now);
        for _ in 0..AMOUNTS {
            let at = direction(&mut random, coins);
            let amount = amount(&mut random, &reference.balances[at.from]);
            assert_equal(pool.quote(at, amount, later), reference.exchange(at.from, at.to, &big(amount)), "exchange", &state, at, amount);
            assert_equal(pool.view(at, amount, later), reference.get_dy(at.from, at.to, &big(amount)), "get_dy", &state, at, amount);
            assert_equal(pool.quote_exact_output(at, amount, later), reference.get_dx(at.from, at.to, &big(amount)), "get_dx", &state, at, amount);
            properties(&pool, at, amount, &state);
            asked += 1;
        }
    }
    report("stableswap-ng", Level::SecondImplementation, asked, U256::ZERO);
}

/// Balance by which the size of an input is chosen.
fn measure(meta: &Meta, underlying: bool, from: usize) -> &Num {
    if underlying && from > 0 {
        &meta.base.balances[from - 1]
    } else {
        &meta.own.balances[from]
    }
}

fn metapools<T: DeserializeOwned + Allowances>(contract: &'static str, family: &str) {
    let mut random = Random::seeded(family);
    let mut asked = 0;
    while asked < cases() {
        let mut reference = metapool(&mut random, contract);
        let underlying = random.below(3) > 0;
        let state = json_of_meta(&reference, underlying);
        let Some(pool) = read::<T>(&state) else { continue };
        let later = later(&mut random, &mut reference.own.now);
        reference.base.now = reference.own.now;
        for _ in 0..AMOUNTS {
            let at = direction(&mut random, pool.token_count());
            let amount = amount(&mut random, measure(&reference, underlying, at.from));
            let (i, j, dx) = (at.from, at.to, big(amount));
            let [exchanged, viewed] = if underlying {
                [reference.exchange_underlying(i, j, &dx), reference.get_dy_underlying(i, j, &dx)]
            } else {
                [reference.exchange(i, j, &dx), reference.get_dy(i, j, &dx)]
            };
            assert_equal(pool.quote(at, amount, later), exchanged, "exchange", &state, at, amount);
            assert_equal(pool.view(at, amount, later), viewed, "get_dy", &state, at, amount);
            if contract == "ng" {
                let input = if underlying { reference.get_dx_underlying(i, j, &dx) } else { reference.get_dx(i, j, &dx) };
                assert_equal(pool.quote_exact_output(at, amount, later), input, "get_dx", &state, at, amount);
            }
            properties(&pool, at, amount, &state);
            asked += 1;
        }
    }
    report(family, Level::SecondImplementation, asked, U256::ZERO);
}

#[test]
fn ng_metapools_answer_as_the_second_implementation() {
    metapools::<NgMeta>("ng", "stableswap-ng-meta");
}

#[test]
fn classic_metapools_answer_as_the_second_implementation() {
    metapools::<ClassicMeta>("template", "curve-meta");
}

#[test]
fn states_that_no_contract_has_are_refused_with_the_field_named() {
    let state = json!({
        "n_coins": 2, "initial_A": "100", "future_A": "100", "initial_A_time": 0, "future_A_time": 0, "timestamp": 1_700_000_000, "fee": "4000000",
        "offpeg_fee_multiplier": "0", "rates": ["1000000000000000000", "1000000000000000000"], "balances": ["1000", "1000"],
    });
    let with = |field: &str, value: Value| {
        let mut state = state.clone();
        state[field] = value;
        state
    };
    let all = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    for (field, value, expected) in [
        ("n_coins", json!(3), "`n_coins`"),
        ("fee", json!("5000000001"), "`fee`"),
        ("rates", json!(["1000000000000000000"]), "`rates`"),
        ("balances", json!([all, "1"]), "`balances`"),
        ("initial_A", json!("-1"), "-1"),
        ("timestamp", Value::Null, "integer"),
    ] {
        for message in [
            serde_json::from_value::<Classic>(with(field, value.clone())).unwrap_err().to_string(),
            serde_json::from_value::<Ng>(with(field, value.clone())).unwrap_err().to_string(),
        ] {
            assert!(message.contains(expected), "{field}: {message}");
        }
    }
    let message = serde_json::from_value::<Classic>(with("offpeg_fee_multiplier", json!("20000000000"))).unwrap_err().to_string();
    assert!(message.contains("`offpeg_fee_multiplier`"), "{message}");
    let message = serde_json::from_value::<NgMeta>(with("balances", json!(["1", "1", "1"]))).unwrap_err().to_string();
    assert!(message.contains("base"), "{message}");
    let pool: Classic = serde_json::from_value(state).unwrap();
    assert!(pool.quote(Direction { from: 0, to: 2 }, U256::ONE, None).is_err() && pool.quote(Direction { from: 1, to: 1 }, U256::ONE, None).is_err());
}

#[test]
fn a_stored_virtual_price_holds_for_ten_minutes_and_not_a_second_more() {
    let one = "1000000000000000000";
    let terms =
        json!({"initial_A": 20_000, "future_A": 20_000, "initial_A_time": 0, "future_A_time": 0, "timestamp": 1_700_000_600, "fee": 4_000_000});
    let mut base = terms.clone();
    base["generation"] = json!("template");
    base["n_coins"] = json!(2);
    base["rates"] = json!([one, one]);
    base["balances"] = json!(["1000000000000000000000", "1000000000000000000000"]);
    base["total_supply"] = json!("1900000000000000000000");
    let mut state = terms;
    state["rates"] = json!([one]);
    state["balances"] = json!(["100000000000000000000", "100000000000000000000"]);
    state["base"] = base;
    state["base_virtual_price"] = json!(one);
    state["base_cache_updated"] = json!(1_700_000_000);
    let quote = |state: &Value, at: u64| {
        let pool: ClassicMeta = serde_json::from_value(state.clone()).unwrap();
        pool.quote(Direction { from: 1, to: 0 }, U256::from(1_000_000_000_000_000_000u64), Some(at)).unwrap()
    };
    let [held, expired] = [1_700_000_600, 1_700_000_601].map(|at| quote(&state, at));
    assert!(held < expired, "{held} {expired}");
    // The factory's metapools store none.
    state.as_object_mut().unwrap().retain(|field, _| !field.starts_with("base_"));
    assert_eq!(quote(&state, 1_700_000_600), expired);
}
