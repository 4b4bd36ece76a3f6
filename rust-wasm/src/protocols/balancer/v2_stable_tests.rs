//! A second implementation of stable pools with `num-bigint`, written from the contracts' text: both invariants as one loop over closures, every
//! number checked against 256 bits as it is made.

use super::StableV2;
use crate::proof::{cases, report, Level, Random};
use crate::protocols::family::{Direction, Family};
use crate::refusal::Refusal;
use crate::u256::U256;
use num_bigint::{BigInt, Sign};
use serde_json::{json, Value};

fn big(value: U256) -> BigInt {
    value.to_string().parse().unwrap()
}

pub fn wad() -> BigInt {
    BigInt::from(10).pow(18)
}

/// What a word of the EVM holds; nothing where the contract reverts.
pub fn fits(value: BigInt) -> Option<BigInt> {
    (value.sign() != Sign::Minus && value.bits() <= 256).then_some(value)
}

pub fn divided(dividend: BigInt, divisor: &BigInt, is_up: bool) -> Option<BigInt> {
    let raised = if is_up { &dividend + divisor - 1 } else { dividend.clone() };
    (*divisor != BigInt::ZERO).then(|| if dividend == BigInt::ZERO { dividend } else { raised / divisor })
}

/// Products of many factors overflow as soon as a partial product does.
pub fn product<'a>(factors: impl IntoIterator<Item = &'a BigInt>) -> Option<BigInt> {
    factors.into_iter().try_fold(BigInt::from(1), |product, factor| fits(product * factor))
}

/// The first repetition within 1 of the step before.
pub fn settled(start: BigInt, step: impl Fn(&BigInt) -> Option<BigInt>) -> Option<BigInt> {
    let mut last = start;
    for _ in 0..255 {
        let next = step(&last)?;
        if (&next - &last).magnitude().bits() <= 1 {
            return Some(next);
        }
        last = next;
    }
    None
}

pub fn invariant(version: u8, amp: &BigInt, held: &[BigInt]) -> Option<BigInt> {
    let n = BigInt::from(held.len());
    let [total, one, thousand] = [amp * &n, BigInt::from(1), BigInt::from(1_000)];
    let sum = fits(held.iter().sum())?;
    if sum == BigInt::ZERO {
        return Some(sum);
    }
    settled(sum.clone(), |d| match version {
        2 => {
            let p = held[1..].iter().try_fold(&held[0] * &n, |p, x| divided(product([&p, x, &n])?, d, true))?;
            let above = product([&n, d, d])? + divided(product([&total, &sum, &p])?, &thousand, true)?;
            let below = fits((&n + &one) * d)? + divided(product([&(&total - &thousand), &p])?, &thousand, false)?;
            divided(fits(above)?, &fits(below)?, true)
        }
        _ => {
            let p = held.iter().try_fold(d.clone(), |p, x| divided(product([&p, d])?, &fits(x * &n)?, false))?;
            let above = fits(divided(product([&total, &sum])?, &thousand, false)? + fits(&p * &n)?)?;
            let below = divided(product([&(&total - &thousand), d])?, &thousand, false)? + fits((&n + &one) * &p)?;
            divided(product([&above, d])?, &fits(below)?, false)
        }
    })
}

fn balance(amp: &BigInt, held: &[BigInt], d: &BigInt, token: usize) -> Option<BigInt> {
    let n = BigInt::from(held.len());
    let [total, thousand] = [amp * &n, BigInt::from(1_000)];
    let p = held[1..].iter().try_fold(&held[0] * &n, |p, x| divided(product([&p, x, &n])?, d, false))?;
    let others = fits(held.iter().sum())? - &held[token];
    let square = product([d, d])?;
    let c = product([&divided(square.clone(), &product([&total, &p])?, true)?, &thousand, &held[token]])?;
    let b = fits(others + divided(d.clone(), &total, false)? * thousand)?;
    let start = divided(fits(&square + &c)?, &fits(d + &b)?, true)?;
    settled(start, |y| divided(fits(product([y, y])? + &c)?, &fits(fits(fits(y * 2)? + &b)? - d)?, true))
}

/// A state by its fields; lists have an entry for the BPT.
#[derive(Debug)]
struct Reference {
    balances: Vec<U256>,
    bpt: Option<usize>,
    version: u8,
    amp: [u64; 2],
    times: [u64; 2],
    fee: u64,
    decimals: Vec<u32>,
    rates: Vec<u64>,
    expires: Vec<u64>,
    provided: Vec<u64>,
}

const NOW: u64 = 1_770_000_000;

impl Reference {
    /// Pools near parity and lopsided ones, of real sizes and of absurd ones.
    fn random(random: &mut Random) -> Self {
        let real = random.within(2, 5) as usize;
        let bpt = if random.below(2) == 0 { None } else { Some(random.below(real as u64 + 1) as usize) };
        let count = real + usize::from(bpt.is_some());
        let decimals: Vec<u32> = (0..count).map(|_| *random.pick(&[6, 8, 18, 18])).collect();
        let size = random.within(1, 30);
        let is_even = random.below(4) > 0;
        let balances = decimals.iter().map(|decimals| {
            let value = if is_even { 10f64.powi(size as i32 - 9) * (0.02 + random.share()) } else { 10f64.powf(random.share() * 30.0 - 14.0) };
            U256::from_f64((value * 10f64.powi(*decimals as i32)).min(2f64.powi(111)))
        });
        let balances = balances.collect();
        let rate = |random: &mut Random| 10u64.pow(18) / 100 * (50 + random.below(200)) + random.below(10u64.pow(16));
        let rates = (0..count).map(|_| if random.below(2) == 0 { 10u64.pow(18) } else { rate(random) }).collect();
        let from = 1_000 * (1 + random.below(5_000));
        let until = if random.below(2) == 0 { from } else { 1_000 * (1 + random.below(5_000)) };
        let start = NOW - random.below(1_000_000);
        Self {
            balances,
            bpt,
            version: 1 + random.below(2) as u8,
            amp: [from, until],
            times: [start, start + random.below(2_000_000)],
            fee: random.within(10i64.pow(12), 10i64.pow(16)) as u64,
            decimals,
            rates,
            expires: (0..count).map(|_| *random.pick(&[0, NOW - 1, NOW, NOW + 1_000])).collect(),
            provided: (0..count).map(|_| rate(random)).collect(),
        }
    }

    fn engine(&self) -> StableV2 {
        serde_json::from_value(self.state()).unwrap()
    }

    fn state(&self) -> Value {
        let balances: Vec<String> = self.balances.iter().map(ToString::to_string).collect();
        let factors: Vec<String> = self.decimals.iter().map(|decimals| format!("1{}", "0".repeat(36 - *decimals as usize))).collect();
        json!({
            "balances": balances, "bptIndex": self.bpt, "invariantVersion": self.version, "startValue": self.amp[0], "endValue": self.amp[1],
            "startTime": self.times[0], "endTime": self.times[1], "swapFeePercentage": self.fee, "scalingFactors": factors,
            "tokenRates": self.rates, "tokenRateExpires": self.expires, "providerRates": self.provided, "timestamp": NOW,
        })
    }

    fn amp(&self) -> BigInt {
        let [from, until] = self.amp.map(BigInt::from);
        let [start, end] = self.times;
        if NOW >= end {
            return until;
        }
        let moved = (until.clone().max(from.clone()) - until.clone().min(from.clone())) * (NOW - start) / (end - start);
        if until > from {
            from + moved
        } else {
            from - moved
        }
    }

    fn factor(&self, token: usize) -> BigInt {
        let is_old = self.expires[token] > 0 && self.expires[token] < NOW;
        let rate = if is_old { self.provided[token] } else { self.rates[token] };
        BigInt::from(10).pow(36 - self.decimals[token]) * rate / wad()
    }

    /// Balances with 18 decimals and the place of each token among them.
    fn held(&self) -> (Vec<BigInt>, Vec<usize>) {
        let real: Vec<usize> = (0..self.balances.len()).filter(|token| Some(*token) != self.bpt).collect();
        let held = real.iter().map(|token| big(self.balances[*token]) * self.factor(*token) / wad()).collect();
        let places = (0..self.balances.len()).map(|token| real.iter().position(|of| *of == token).unwrap_or(usize::MAX)).collect();
        (held, places)
    }

    fn out(&self, Direction { from, to }: Direction, amount: U256) -> Option<BigInt> {
        let (mut held, places) = self.held();
        let d = invariant(self.version, &self.amp(), &held)?;
        let given = big(amount);
        let fee = divided(fits(&given * self.fee)?, &wad(), true)?;
        held[places[from]] += fits((&given - fee) * self.factor(from))? / wad();
        fits(held[places[from]].clone())?;
        let left = balance(&self.amp(), &held, &d, places[to])?;
        let out = fits(fits(&held[places[to]] - left)? - 1)?;
        let out = fits(out * wad())? / self.factor(to);
        let is_booked = given != BigInt::ZERO && (big(self.balances[from]) + given).bits() <= 112 && out <= big(self.balances[to]);
        is_booked.then_some(out)
    }

    fn needed(&self, Direction { from, to }: Direction, amount: U256) -> Option<BigInt> {
        let (mut held, places) = self.held();
        let d = invariant(self.version, &self.amp(), &held)?;
        let wanted = big(amount);
        let rest = fits(&held[places[to]] - fits(&wanted * self.factor(to))? / wad())?;
        held[places[to]] = rest;
        let grown = balance(&self.amp(), &held, &d, places[from])?;
        let input = fits(grown - &held[places[from]])? + 1;
        let input = divided(fits(input * wad())?, &self.factor(from), true)?;
        let input = divided(fits(input * wad())?, &(wad() - self.fee), true)?;
        let is_booked = wanted != BigInt::ZERO && (big(self.balances[from]) + &input).bits() <= 112 && wanted <= big(self.balances[to]);
        is_booked.then_some(input)
    }

    fn direction(&self, random: &mut Random) -> Direction {
        let real: Vec<usize> = (0..self.balances.len()).filter(|token| Some(*token) != self.bpt).collect();
        let from = random.below(real.len() as u64) as usize;
        let to = (from + 1 + random.below(real.len() as u64 - 1) as usize) % real.len();
        Direction { from: real[from], to: real[to] }
    }
}

fn amount(random: &mut Random, held: U256) -> U256 {
    match random.below(10) {
        0 => random.wide(256),
        1 => U256::ZERO,
        _ => {
            let further = random.below(3) as u32;
            random.wide(held.bits().max(1) + further)
        }
    }
}

#[test]
fn a_second_implementation_answers_the_same() {
    let random = &mut Random::seeded("balancer-v2-stable, second implementation");
    let mut refused = 0;
    for _ in 0..cases() {
        let reference = Reference::random(random);
        let pool = reference.engine();
        let direction = reference.direction(random);
        let given = amount(random, reference.balances[direction.from]);
        let out = pool.quote(direction, given, None);
        assert_eq!(out.ok().map(big), reference.out(direction, given), "{given} of {direction:?} of {reference:?}: {out:?}");
        let wanted = amount(random, reference.balances[direction.to]);
        let input = pool.quote_exact_output(direction, wanted, None);
        assert_eq!(input.ok().map(big), reference.needed(direction, wanted), "{wanted} of {direction:?} of {reference:?}: {input:?}");
        refused += u32::from(out.is_err());
    }
    println!("{refused} inputs refused");
    report("balancer-v2-stable", Level::SecondImplementation, cases(), U256::ZERO);
}

#[test]
fn outputs_grow_stay_below_the_rate_and_gain_nothing_on_the_way_back() {
    let random = &mut Random::seeded("balancer-v2-stable, properties");
    for _ in 0..cases() {
        let reference = Reference::random(random);
        let pool = reference.engine();
        let direction = reference.direction(random);
        let given = random.wide(reference.balances[direction.from].bits().max(1));
        let Ok(out) = pool.quote(direction, given, None) else { continue };
        let gap = if random.below(2) == 0 { given.bits() } else { given.bits().min(8) };
        let more = given.saturating_add(random.wide(gap));
        if let Ok(further) = pool.quote(direction, more, None) {
            assert!(further >= out, "{given} and {more} of {reference:?}: {out} and {further}");
        }
        let most = given.to_f64() * pool.rate(direction, None) * (1.0 + 1e-9) + 2.0;
        assert!(out.to_f64() <= most, "{given} of {reference:?}: {out} above {most}");
        if let Ok(back) = pool.quote(Direction { from: direction.to, to: direction.from }, out, None) {
            assert!(back <= given, "{given} of {reference:?}: {out}, back {back}");
        }
    }
}

#[test]
fn swaps_with_the_bpt_are_not_offered_and_wrong_states_are_named() {
    let random = &mut Random::seeded("balancer-v2-stable, states");
    let reference = Reference { bpt: Some(0), ..Reference::random(random) };
    if reference.balances.len() > 2 {
        assert_eq!(reference.engine().quote(Direction { from: 0, to: 1 }, U256::ONE, None), Err(Refusal::NotOffered));
    }
    let reference = Reference { bpt: None, ..Reference::random(random) };
    for (field, value) in [
        ("balances", json!(["1"])),
        ("bptIndex", json!(9)),
        ("startValue", json!(0)),
        ("endTime", json!(0)),
        ("tokenRates", json!([1])),
        ("providerRates", json!([0])),
        ("invariantVersion", json!(0)),
    ] {
        let mut state = reference.state();
        state[field] = value;
        let message = serde_json::from_value::<StableV2>(state).unwrap_err().to_string();
        assert!(message.contains(&format!("`{field}`")), "{field}: {message}");
    }
}
