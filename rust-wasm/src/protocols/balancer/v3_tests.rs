//! A second implementation of the V3 vault with `num-bigint` around the second implementations of weighted and stable mathematics, which differ
//! from V2's by a few roundings. Deployments without minima and limits of imbalance are proven here only; those of the packages by bytecode too.

use super::super::v2_stable::tests::{divided, fits, invariant, product, settled, wad};
use super::super::v2_weighted::tests::{power_up, up};
use super::{StableV3, WeightedV3};
use crate::proof::{cases, report, Level, Random};
use crate::protocols::family::{Direction, Family};
use crate::u256::U256;
use num_bigint::BigInt;
use serde_json::{json, Value};

fn big(value: U256) -> BigInt {
    value.to_string().parse().unwrap()
}

#[derive(Debug)]
struct Reference {
    raw: Vec<U256>,
    last: Vec<U256>,
    decimals: Vec<u32>,
    rates: Vec<u64>,
    fee: u64,
    yield_fee: u64,
    is_newest: bool,
    /// Weights, or nothing for a stable pool.
    weights: Option<Vec<u64>>,
    amp: u64,
}

const MINIMUM: u64 = 1_000_000;

impl Reference {
    fn random(random: &mut Random, is_weighted: bool) -> Self {
        let count = random.within(2, if is_weighted { 8 } else { 5 }) as usize;
        let decimals: Vec<u32> = (0..count).map(|_| *random.pick(&[6, 8, 18, 18])).collect();
        let (size, is_even) = (random.within(0, 24), random.below(4) > 0);
        let mut held = |decimals: &u32| {
            let value = if is_even { 10f64.powi(size as i32 - 4) * (0.02 + random.share()) } else { 10f64.powf(random.share() * 24.0 - 6.0) };
            U256::from_f64((value * 10f64.powi(*decimals as i32)).min(2f64.powi(120)))
        };
        let raw: Vec<U256> = decimals.iter().map(&mut held).collect();
        let last = decimals.iter().zip(&raw).map(|(decimals, raw)| raw.checked_mul(U256::from(10u64.pow(18 - decimals))).unwrap()).collect();
        let weights = is_weighted.then(|| {
            let mut weights = vec![10u64.pow(16) * (1 + random.below(10)); count];
            weights[0] += 10u64.pow(18) - weights.iter().sum::<u64>();
            weights
        });
        let rates =
            (0..count).map(|_| if random.below(2) == 0 { 10u64.pow(18) } else { 10u64.pow(18) / 2 + random.below(2 * 10u64.pow(18)) }).collect();
        Self {
            raw,
            last,
            decimals,
            rates,
            fee: random.below(10u64.pow(17)),
            yield_fee: *random.pick(&[0, 10u64.pow(17), 5 * 10u64.pow(17)]),
            is_newest: random.below(2) == 0,
            weights,
            amp: 1_000 * (1 + random.below(50_000)),
        }
    }

    fn state(&self) -> Value {
        let text = |numbers: &[U256]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
        let factors: Vec<u64> = self.decimals.iter().map(|decimals| 10u64.pow(18 - decimals)).collect();
        let mut state = json!({
            "balancesRaw": text(&self.raw), "lastBalancesLiveScaled18": text(&self.last), "decimalScalingFactors": factors, "tokenRates": self.rates,
            "paysYieldFees": vec![true; self.raw.len()], "aggregateYieldFeePercentage": self.yield_fee, "staticSwapFeePercentage": self.fee,
            "minimumTradeAmount": MINIMUM,
        });
        match &self.weights {
            Some(weights) => state["normalizedWeights"] = json!(weights),
            None => (state["startValue"], state["endValue"]) = (self.amp.into(), self.amp.into()),
        }
        if self.is_newest {
            match &self.weights {
                Some(weights) => state["minTokenBalances"] = json!(vec![MINIMUM; weights.len()]),
                None => state["maxImbalanceRatio"] = 10_000.into(),
            }
        }
        state
    }

    fn engine(&self) -> Box<dyn Family> {
        match self.weights {
            Some(_) => Box::new(serde_json::from_value::<WeightedV3>(self.state()).unwrap()),
            None => Box::new(serde_json::from_value::<StableV3>(self.state()).unwrap()),
        }
    }

    fn unit(&self, token: usize) -> BigInt {
        BigInt::from(10u64.pow(18 - self.decimals[token])) * self.rates[token]
    }

    /// Raw and scaled balances after the fee on their yield.
    fn held(&self) -> Vec<[BigInt; 2]> {
        let each = |token: usize| {
            let raw = big(self.raw[token]);
            let grown = &raw * self.unit(token) / wad() - big(self.last[token]);
            let due = up(grown.max(BigInt::ZERO) * self.yield_fee, &wad()) * wad() / self.unit(token);
            let raw = raw - due;
            [raw.clone(), raw * self.unit(token) / wad()]
        };
        (0..self.raw.len()).map(each).collect()
    }

    /// A pool's answer on scaled amounts.
    fn on_swap(&self, Direction { from, to }: Direction, amount: &BigInt, is_given_in: bool) -> Option<BigInt> {
        let live: Vec<BigInt> = self.held().into_iter().map(|[_, live]| live).collect();
        let (amount_in, amount_out);
        if let Some(weights) = &self.weights {
            let [weight_in, weight_out] = [from, to].map(|token| BigInt::from(weights[token]));
            let [held_in, held_out] = [&live[from] + u32::from(self.is_newest), live[to].clone()];
            if *amount > (if is_given_in { &held_in } else { &held_out }) * 3 / 10 {
                return None;
            }
            let answer = if is_given_in {
                let base = divided(&held_in * wad(), &(&held_in + amount), true)?;
                let left = power_up(2, base, weight_in * wad() / weight_out)?;
                &held_out * (wad() - left).max(BigInt::ZERO) / wad()
            } else {
                let base = divided(&held_out * wad(), &(&held_out - amount), true)?;
                up(&held_in * fits(power_up(2, base, up(weight_out * wad(), &weight_in))? - wad())?, &wad())
            };
            amount_out = if is_given_in { &answer } else { amount };
            let is_kept = held_in >= MINIMUM.into() && held_out - amount_out >= MINIMUM.into();
            return (!self.is_newest || is_kept).then_some(answer);
        }
        let d = invariant(1, &self.amp.into(), &live)?;
        let mut after = live.clone();
        let token = if is_given_in { to } else { from };
        if is_given_in {
            after[from] += amount;
        } else {
            after[to] = fits(&after[to] - amount)?;
        }
        let balance = self.balance(&after, &d, token)?;
        let moved = if is_given_in { &live[to] - &balance } else { &balance - &live[from] };
        let answer = if is_given_in { fits(fits(moved)? - 1)? } else { fits(moved)? + 1 };
        (amount_in, amount_out) = if is_given_in { (amount, &answer) } else { (&answer, amount) };
        after = [live.clone(), vec![&live[from] + amount_in, fits(&live[to] - amount_out)?]].concat();
        let [least, most] = [after.iter().min()?, after.iter().max()?];
        let is_even = *least != BigInt::ZERO && most / least < BigInt::from(10_000);
        (!self.is_newest || is_even).then_some(answer)
    }

    fn balance(&self, held: &[BigInt], d: &BigInt, token: usize) -> Option<BigInt> {
        let n = BigInt::from(held.len());
        let [total, thousand] = [BigInt::from(self.amp) * &n, BigInt::from(1_000)];
        let p = held[1..].iter().try_fold(&held[0] * &n, |p, x| divided(product([&p, x, &n])?, d, false))?;
        let square = product([d, d])?;
        let c = fits(divided(product([&square, &thousand])?, &product([&total, &p])?, true)? * &held[token])?;
        let b = fits(fits(held.iter().sum())? - &held[token] + fits(d * thousand)? / total)?;
        let start = divided(fits(&square + &c)?, &fits(d + &b)?, true)?;
        settled(start, |y| divided(fits(product([y, y])? + &c)?, &fits(fits(y * 2)? + &b - d)?, true))
    }

    fn answer(&self, direction: Direction, amount: U256, is_given_in: bool) -> Option<BigInt> {
        let Direction { from, to } = direction;
        let given = big(amount);
        let is_traded = |amount: &BigInt| *amount >= MINIMUM.into();
        let rate = BigInt::from(self.rates[to]);
        let unit_out = BigInt::from(10u64.pow(18 - self.decimals[to])) * if &rate % wad() == BigInt::ZERO { rate } else { rate + 1 };
        let answer = if is_given_in {
            let scaled = fits(&given * self.unit(from))? / wad();
            let swapped = &scaled - up(fits(&scaled * self.fee)?, &wad());
            let paid = self.on_swap(direction, Some(&swapped).filter(|of| is_traded(of))?, true)?;
            fits(Some(paid).filter(is_traded)? * wad())? / unit_out
        } else {
            let wanted = up(fits(&given * unit_out)?, &wad());
            let taken = self.on_swap(direction, Some(&wanted).filter(|of| is_traded(of))?, false)?;
            let taken = Some(taken).filter(is_traded)?;
            let with_fee = &taken + up(fits(&taken * self.fee)?, &(wad() - self.fee));
            divided(fits(with_fee * wad())?, &self.unit(from), true)?
        };
        let (amount_in, amount_out) = if is_given_in { (&given, &answer) } else { (&answer, &given) };
        let held = self.held();
        let raw = &held[from][0] + amount_in;
        let is_booked = raw.bits() <= 128 && (&raw * self.unit(from) / wad()).bits() <= 128 && *amount_out <= held[to][0];
        (given != BigInt::ZERO && is_booked).then_some(answer)
    }
}

fn prove(family: &str, is_weighted: bool) {
    let random = &mut Random::seeded(family);
    let mut refused = 0;
    for _ in 0..cases() {
        let reference = Reference::random(random, is_weighted);
        let pool = reference.engine();
        let count = reference.raw.len();
        let from = random.below(count as u64) as usize;
        let direction = Direction { from, to: (from + 1 + random.below(count as u64 - 1) as usize) % count };
        for is_given_in in [true, false] {
            let held = reference.raw[if is_given_in { direction.from } else { direction.to }];
            let amount = match random.below(10) {
                0 => random.wide(256),
                1 => U256::ZERO,
                _ => random.wide(held.bits().max(2) - 1),
            };
            let answer = if is_given_in { pool.quote(direction, amount, None) } else { pool.quote_exact_output(direction, amount, None) };
            let expected = reference.answer(direction, amount, is_given_in);
            assert_eq!(answer.ok().map(big), expected, "{answer:?}: {amount} {is_given_in} {direction:?} of {reference:?}");
            refused += u32::from(answer.is_err());
            let (Ok(out), true) = (answer, is_given_in) else { continue };
            let gap = if random.below(2) == 0 { amount.bits() } else { amount.bits().min(8) };
            if let Ok(further) = pool.quote(direction, amount.saturating_add(random.wide(gap)), None) {
                assert!(further >= out, "{amount} of {reference:?}: {out} and {further}");
            }
            let most = amount.to_f64() * pool.rate(direction, None) * (1.0 + 1e-9) + 2.0;
            assert!(out.to_f64() <= most, "{amount} of {reference:?}: {out} above {most}");
            if let Ok(back) = pool.quote(Direction { from: direction.to, to: direction.from }, out, None) {
                assert!(back <= amount, "{amount} of {reference:?}: {out}, back {back}");
            }
        }
    }
    println!("{refused} of {} refused", 2 * cases());
    report(family, Level::SecondImplementation, cases(), U256::ZERO);
}

#[test]
fn weighted_pools_answer_as_a_second_implementation_does() {
    prove("balancer-v3-weighted", true);
}

#[test]
fn stable_pools_answer_as_a_second_implementation_does() {
    prove("balancer-v3-stable", false);
}

#[test]
fn states_that_no_pool_can_have_are_named() {
    let random = &mut Random::seeded("balancer-v3, states");
    let reference = Reference::random(random, false);
    for (field, value) in [
        ("balancesRaw", json!(["1"])),
        ("decimalScalingFactors", json!([3, 1])),
        ("tokenRates", json!([])),
        ("staticSwapFeePercentage", json!("1000000000000000000")),
        ("startValue", json!(999)),
    ] {
        let mut state = reference.state();
        state[field] = value;
        assert!(serde_json::from_value::<StableV3>(state).is_err(), "{field}");
    }
}
