use super::*;
use crate::proof::{cases, report, Level, Random};
use num_bigint::BigInt;
use serde_json::json;

/// A state as the contracts store it; cash and liability with 18 decimals.
#[derive(Clone, Debug)]
struct State {
    amp: u64,
    haircut: u64,
    start: u64,
    end: u64,
    /// cash, liability, decimals.
    assets: Vec<(u128, u128, u32)>,
}

impl State {
    fn random(random: &mut Random) -> Self {
        let scale = 8.0 + random.share() * 24.0;
        let asset = |random: &mut Random| {
            let liability = 10f64.powf(scale + random.share() * 2.0 - 1.0);
            let coverage = match random.below(6) {
                0 => random.share() * 0.3,
                1 => 1.4 + random.share(),
                _ => 0.5 + random.share(),
            };
            let cash = (liability * coverage) as u128 + u128::from(random.below(100));
            (cash, liability as u128 + u128::from(random.below(100)), *random.pick(&[6, 8, 18]))
        };
        let start = *random.pick(&[WAD, WAD / 2 * 3, WAD / 10 * 17]);
        Self {
            amp: *random.pick(&[0, WAD / 2_000, WAD / 4_000, WAD / 100, WAD / 3, WAD]),
            haircut: *random.pick(&[0, WAD / 10_000, WAD / 2_500, WAD / 50]),
            start,
            end: start + random.below(WAD),
            assets: (0..2 + random.below(3)).map(|_| asset(random)).collect(),
        }
    }

    fn pool(&self) -> Result<WombatPool, String> {
        let asset = |(cash, liability, decimals): &(u128, u128, u32)| json!({ "cash": cash.to_string(), "liability": liability.to_string(), "decimals": decimals.to_string() });
        let assets: Vec<_> = self.assets.iter().map(asset).collect();
        let state = json!({
            "ampFactor": self.amp.to_string(), "haircutRate": self.haircut.to_string(), "startCovRatio": self.start.to_string(),
            "endCovRatio": self.end.to_string(), "assets": assets,
        });
        serde_json::from_str(&state.to_string()).map_err(|error| error.to_string())
    }
}

/// The contracts in plain big integers; nothing where they revert.
struct Contract<'a>(&'a State);

fn int(value: impl Into<BigInt>) -> BigInt {
    value.into()
}

fn wad() -> BigInt {
    int(WAD)
}

/// A result of checked arithmetic on int256.
fn signed(value: BigInt) -> Option<BigInt> {
    let edge: BigInt = int(1) << 255;
    (value < edge && value >= -edge).then_some(value)
}

/// And on uint256.
fn unsigned(value: BigInt) -> Option<BigInt> {
    (value >= int(0) && value < int(1) << 256).then_some(value)
}

/// Solidity's division: BigInt truncates as it does.
fn over(value: BigInt, by: &BigInt) -> Option<BigInt> {
    (*by != int(0)).then(|| value / by)
}

/// Products and quotients of 18 decimals, `limit` telling which of the two libraries.
fn times(x: &BigInt, y: &BigInt, limit: fn(BigInt) -> Option<BigInt>) -> Option<BigInt> {
    over(limit(limit(x * y)? + wad() / 2)?, &wad())
}

fn per(x: &BigInt, y: &BigInt, limit: fn(BigInt) -> Option<BigInt>) -> Option<BigInt> {
    over(limit(limit(x * wad())? + over(y.clone(), &int(2))?)?, y)
}

impl Contract<'_> {
    fn asset(&self, token: usize) -> [BigInt; 3] {
        let (cash, liability, decimals) = self.0.assets[token];
        [int(cash), int(liability), int(10).pow(18 - decimals)]
    }

    /// _swapQuoteFunc; the root from the library of big integers, nothing for k (k + 2), where the contract's Newton never settles.
    fn change(&self, x: usize, y: usize, dx: &BigInt) -> Option<BigInt> {
        let ([ax, lx, _], [ay, ly, _]) = (self.asset(x), self.asset(y));
        if lx == int(0) || ly == int(0) {
            return None;
        }
        let amp = int(self.0.amp);
        let squares = signed(over(signed(&lx * &lx)?, &ax)? + over(signed(&ly * &ly)?, &ay)?)?;
        let kept = signed(signed(&ax + &ay)? - times(&amp, &squares, signed)?)?;
        let ratio = per(&signed(&ax + dx)?, &lx, signed)?;
        let inner = signed(&ratio - per(&amp, &ratio, signed)?)?;
        let b = signed(over(signed(&lx * inner)?, &ly)? - per(&kept, &ly, signed)?)?;
        let under = signed(signed(&b * &b)? + signed(signed(&amp * 4)? * wad())?)?;
        let root = under.sqrt();
        if under > int(3) && &root * (&root + 2) == under {
            return None;
        }
        let ratio_after = over(signed(root - b)?, &int(2))?;
        let change = signed(times(&ly, &ratio_after, signed)? - ay)?;
        Some(if change < int(0) { -change } else { change })
    }

    /// Both _quoteFrom for an input of 18 decimals: paid and haircut.
    fn sell(&self, from: usize, to: usize, input: &BigInt) -> Option<(BigInt, BigInt)> {
        let ideal = self.change(from, to, &signed(input.clone())?)?;
        let (mut paid, mut haircut) = (ideal.clone(), int(0));
        if *input > int(0) {
            if self.asset(to)[0] < ideal {
                return None;
            }
            haircut = times(&ideal, &int(self.0.haircut), unsigned)?;
            paid = unsigned(ideal - &haircut)?;
        }
        let [cash, liability, _] = self.asset(from);
        let after = per(&unsigned(&cash + input)?, &liability, unsigned)?;
        let (start, end) = (int(self.0.start), int(self.0.end));
        if after > start {
            let before = per(&cash, &liability, unsigned)?;
            if after > end {
                return None;
            }
            if after > before {
                let area = (&after - &start).pow(2) - if before > start { (&before - &start).pow(2) } else { int(0) };
                let share = per(&(area / (after - before) / 2), &(end - start), unsigned)?;
                let fee = times(&share, &paid, unsigned)?;
                paid = unsigned(paid - &fee)?;
                haircut += fee;
            }
        }
        Some((paid, haircut))
    }

    /// quotePotentialSwap.
    fn quote(&self, from: usize, to: usize, input: &BigInt) -> Option<BigInt> {
        let (paid, _) = self.sell(from, to, &unsigned(input * &self.asset(from)[2])?).filter(|_| *input != int(0))?;
        Some(paid / &self.asset(to)[2])
    }

    /// swap: cash in uint120, and 1 % of coverage left.
    fn swap(&self, from: usize, to: usize, input: &BigInt) -> Option<BigInt> {
        let paid = self.quote(from, to, input)?;
        let added = input * &self.asset(from)[2];
        let (out, haircut) = self.sell(from, to, &added)?;
        let left = unsigned(&self.asset(to)[0] - out - haircut)?;
        let most: BigInt = int(1) << 120;
        let enough = per(&left, &self.asset(to)[1], unsigned)? >= wad() / 100;
        (enough && &self.asset(from)[0] + &added < most && added < most).then_some(paid)
    }

    /// quoteAmountIn.
    fn input(&self, from: usize, to: usize, out: &BigInt) -> Option<BigInt> {
        let [cash, liability, unit] = self.asset(from);
        let out = signed(out * &self.asset(to)[2])?;
        let gross = per(&-&out, &(wad() - self.0.haircut), signed)?;
        let input = self.change(to, from, &gross)?;
        if out == int(0) || (gross < int(0) && self.asset(to)[0] < -&gross) {
            return None;
        }
        times(&-gross, &int(self.0.haircut), unsigned)?;
        if per(&unsigned(&cash + &input)?, &liability, unsigned)? <= int(self.0.start) {
            return Some(input / unit);
        }
        if per(&cash, &liability, unsigned)? >= int(self.0.end) {
            return None;
        }
        let (mut low, mut high) = (int(1), unsigned(times(&liability, &int(self.0.end), unsigned)? - &cash)? / &unit);
        if self.sell(from, to, &(&high * &unit))?.0 < out {
            return None;
        }
        while low < high {
            let middle: BigInt = (&low + &high) / 2;
            if self.sell(from, to, &(&middle * &unit))?.0 >= out {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(high)
    }
}

fn text<T: ToString>(answer: Option<T>) -> Option<String> {
    answer.map(|value| value.to_string())
}

/// How far the last digits of the ratios reach into an output, in units of its token: each is worth liability ÷ 10^18, and the input's ratio weighs
/// more where its coverage is low.
fn noise(state: &State, from: usize, to: usize) -> f64 {
    let ((cash, lx, _), (_, ly, decimals)) = (state.assets[from], state.assets[to]);
    let amp = state.amp as f64 / WAD as f64;
    let ratio = cash as f64 / lx as f64;
    let digits = lx as f64 / ly as f64 * (1.0 + amp / (ratio * ratio)) + 6.0;
    (ly as f64 / WAD as f64 * digits + 10.0) / 10f64.powi(18 - decimals as i32) + 2.0
}

#[test]
fn answers_as_the_contract_does_and_keeps_its_order() {
    let mut random = Random::seeded("wombat-v2");
    let (cases, mut answered, mut inputs) = (cases(), 0, 0);
    for _ in 0..cases {
        let state = State::random(&mut random);
        let (pool, contract) = (state.pool().unwrap(), Contract(&state));
        let from = random.below(state.assets.len() as u64) as usize;
        let to = (from + 1 + random.below(state.assets.len() as u64 - 1) as usize) % state.assets.len();
        let direction = Direction { from, to };
        let unit = 10f64.powi(18 - state.assets[from].2 as i32);
        let amount = match random.below(5) {
            0 => random.wide(256),
            1 => U256::from(random.below(10)),
            2 => U256::from_f64(state.assets[from].1 as f64 / unit * random.share() * 1e-6),
            _ => U256::from_f64(state.assets[from].1 as f64 / unit * random.share() * 1.2),
        };
        let plain: BigInt = amount.to_string().parse().unwrap();
        let seen = format!("{state:?} {direction:?} {amount}");
        let quote = pool.quote(direction, amount, None);
        assert_eq!(text(pool.view(direction, amount, None).ok()), text(contract.quote(from, to, &plain)), "{seen}");
        assert_eq!(text(quote.ok()), text(contract.swap(from, to, &plain)), "{seen}");
        let wanted = quote.unwrap_or_else(|_| random.wide(100));
        let exact = pool.quote_exact_output(direction, wanted, None);
        assert_eq!(text(exact.ok()), text(contract.input(from, to, &wanted.to_string().parse().unwrap())), "{seen} {wanted}");
        inputs += u32::from(exact.is_ok());

        let Ok(paid) = quote else { continue };
        answered += 1;
        let paid = paid.to_f64();
        let slack = noise(&state, from, to) + paid * 1e-9;
        let rate = pool.rate(direction, None);
        // The bound holds but for the last digits of the ratios, see `noise`.
        assert!(paid <= amount.to_f64() * rate + slack, "{seen} {rate}");
        let Some((about, slope)) = pool.estimate(direction, amount.to_f64(), None) else { continue };
        assert!((about - paid).abs() <= slack + paid * 1e-6, "{seen} {about} {paid}");
        assert!(slope <= rate * (1.0 + 1e-9), "{seen} {slope} {rate}");
        // The output never falls before the fee for high coverage sets in. There it may: the average fee is taken of the whole output, so that
        // near the end a further input costs more than it brings. And below the last digits of the ratios the sign of the change is lost.
        let more = amount.checked_add(random.wide(amount.bits().max(1))).unwrap();
        let covered = (state.assets[from].0 as f64 + more.to_f64() * unit) / state.assets[from].1 as f64;
        if let (Ok(further), true) = (pool.quote(direction, more, None), covered < state.start as f64 / WAD as f64) {
            assert!(further.to_f64() + noise(&state, from, to) >= paid, "{seen} {more}");
            assert!(paid < 2.0 * noise(&state, from, to) || further.to_f64() >= paid, "{seen} {more}");
        }
        // There and back at the same state wins no more than both roundings, and the prices of both directions are each other's inverse.
        let back = Direction { from: to, to: from };
        if let Ok(returned) = pool.quote(back, quote.unwrap(), None) {
            let gain = noise(&state, to, from) + slack * pool.rate(back, None);
            assert!(returned.to_f64() <= amount.to_f64() * (1.0 + 1e-9) + gain, "{seen} {returned}");
        }
    }
    assert!(answered > cases / 3 && inputs > cases / 3, "only {answered} and {inputs} of {cases} answered");
    report("wombat-v2", Level::SecondImplementation, cases, U256::ZERO);
}

#[test]
fn the_root_that_the_contract_never_finds_is_refused() {
    for k in [2u64, 3, 1_000_000_007] {
        let never = U256::from(k).checked_mul(U256::from(k + 2)).unwrap();
        assert_eq!(square_root(never, U256::from(k)), Err(Refusal::NoConvergence));
        assert_eq!(square_root(never.saturating_sub(U256::ONE), U256::ONE), Ok(U256::from(k)));
    }
    let widest = square_root(U256::MAX >> 1, U256::ONE).unwrap();
    assert_eq!(widest.checked_mul(widest).unwrap().bits(), 255);
}

#[test]
fn a_state_that_the_contract_cannot_have_is_refused_with_its_field() {
    let state = State { amp: 1, haircut: 1, start: WAD, end: WAD, assets: vec![(1, 1, 6); 2] };
    assert!(state.pool().is_ok());
    for (state, field) in [
        (State { amp: WAD + 1, ..state.clone() }, "`ampFactor`"),
        (State { haircut: WAD + 1, ..state.clone() }, "`haircutRate`"),
        (State { start: 1, ..state.clone() }, "`startCovRatio`"),
        (State { end: 1, ..state.clone() }, "`startCovRatio`"),
        (State { assets: vec![(1 << 120, 1, 6)], ..state.clone() }, "`assets`"),
        (State { assets: vec![(1, 1, 19)], ..state.clone() }, "`assets`"),
    ] {
        let message = state.pool().unwrap_err();
        assert!(message.contains(field), "{message}");
    }
}
