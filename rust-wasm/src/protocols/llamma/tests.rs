use super::*;
use crate::proof::{cases, report, Level, Random};
use num_bigint::BigInt;
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// A state as the contract stores it.
#[derive(Clone, Debug)]
struct State {
    version: Version,
    a: u32,
    fee: u64,
    base_price: u128,
    log_a: u64,
    precisions: [u64; 2],
    rate: u64,
    rate_mul: u64,
    times: [u64; 3],
    oracle: u128,
    /// old_p_o, old_dfee: with them the third of the times.
    limiter: Option<(u128, u64)>,
    /// What is read instead where they are not known.
    read: (u128, u64),
    active: i64,
    edges: [i64; 2],
    bands: BTreeMap<i64, [u128; 2]>,
}

impl State {
    fn random(random: &mut Random) -> Self {
        let a = *random.pick(&[2, 10, 30, 50, 100, 100, 200]);
        let ratio = f64::from(a) / f64::from(a - 1);
        let active = random.within(-30, 40);
        let base = 10f64.powf(15.0 + random.share() * 8.0);
        // Most of the time the oracle's price lies about the active band.
        let bands_off = if random.below(8) == 0 { random.share() * 80.0 - 40.0 } else { random.share() * 3.0 - 1.0 };
        let oracle = (base * ratio.powf(-(active as f64 + bands_off))) as u128 + 1;
        let last = (oracle as f64 * (0.7 + random.share() * 0.6)) as u128;
        let size = 10f64.powf(10.0 + random.share() * 16.0);
        let mut bands = BTreeMap::new();
        let [down, up] = [0, 1].map(|_| {
            let reach = *random.pick(&[8, 8, 8, 8, 8, 60]);
            random.within(0, reach)
        });
        let gap = random.below(4) as i64;
        for n in active - down..=active + up {
            let mut amount = |worth: f64| (size * worth * random.share()) as u128;
            let held = [amount(oracle as f64 / 1e18), amount(1.0)];
            let is_skipped = n != active && gap == 0 && n % 3 == 0;
            let held = match n.cmp(&active) {
                _ if is_skipped => continue,
                std::cmp::Ordering::Less => [held[0], 0],
                std::cmp::Ordering::Equal => *random.pick(&[held, [held[0], 0], [0, held[1]], [0, 0]]),
                std::cmp::Ordering::Greater => [0, held[1]],
            };
            bands.insert(n, held);
        }
        let now = 1_700_000_000 + random.below(10_000);
        let fee = *random.pick(&[0, ONE / 10_000, ONE * 6 / 1_000, ONE / 100]);
        Self {
            version: *random.pick(&[Version::Mint, Version::Lending]),
            a,
            fee,
            base_price: base as u128,
            log_a: (ratio.ln() * 1e18) as u64,
            precisions: [*random.pick(&[1, 1_000_000_000_000]), *random.pick(&[1, 10_000_000_000])],
            rate: random.below(10_000_000_000),
            rate_mul: ONE + random.below(ONE),
            times: [1_700_000_000, now, now - random.below(200)],
            oracle,
            limiter: (random.below(2) == 0).then(|| (last, random.below(ONE / 2))),
            read: (oracle, fee.max(random.below(3) * ONE / 50)),
            active,
            edges: [active - down, active + up],
            bands,
        }
    }

    fn json(&self) -> Value {
        let [rate_time, timestamp, limiter_time] = self.times;
        let bands: Vec<_> = self.bands.iter().map(|(n, [x, y])| json!([n.to_string(), x.to_string(), y.to_string()])).collect();
        let mut state = json!({
            "variant": if self.version == Version::Mint { "llamma-v0.3.7-2023-05" } else { "llamma-v0.3.10-2024-03" },
            "A": self.a, "fee": self.fee, "admin_fee": "0", "BASE_PRICE": self.base_price.to_string(), "LOG_A_RATIO": self.log_a,
            "borrowed_precision": self.precisions[0], "collateral_precision": self.precisions[1], "rate": self.rate,
            "rate_mul": self.rate_mul, "rate_time": rate_time, "timestamp": timestamp, "oracle_price": self.oracle.to_string(),
            "price_oracle": self.read.0.to_string(), "dynamic_fee": self.read.1, "active_band": self.active, "min_band": self.edges[0],
            "max_band": self.edges[1], "bands": bands,
        });
        if let Some((price, fee)) = self.limiter {
            state["old_p_o"] = json!(price.to_string());
            state["old_dfee"] = json!(fee);
            state["prev_p_o_time"] = json!(limiter_time);
        }
        state
    }
}

fn read(state: &Value) -> Result<Llamma, String> {
    serde_json::from_str(&state.to_string()).map_err(|error| error.to_string())
}

fn int(value: impl Into<BigInt>) -> BigInt {
    value.into()
}

fn ten(exponent: u32) -> BigInt {
    int(10).pow(exponent)
}

/// A result of checked arithmetic on uint256.
fn fits(value: BigInt) -> Option<BigInt> {
    (value >= int(0) && value.bits() <= 256).then_some(value)
}

fn over(value: BigInt, by: &BigInt) -> Option<BigInt> {
    (*by != int(0)).then(|| value / by)
}

/// The contract in plain big integers; nothing where it reverts.
struct Contract<'a> {
    state: &'a State,
    now: u64,
}

/// A band of the walk: f, g, x, y, antifee.
type Band5 = [BigInt; 5];

impl Contract<'_> {
    fn a(&self) -> [BigInt; 2] {
        [int(self.state.a), int(self.state.a - 1)]
    }

    /// limit_p_o, with the fee of the pool below it.
    fn oracle(&self) -> Option<(BigInt, BigInt)> {
        let Some((old, old_fee)) = self.state.limiter else { return Some((int(self.state.read.0), int(self.state.read.1))) };
        let (price, old, fee) = (int(self.state.oracle), int(old), int(self.state.fee));
        let left = 120u64.saturating_sub(self.now.checked_sub(self.state.times[2])?);
        if left == 0 {
            return Some((price, fee));
        }
        let (mut limited, mut ratio) = (price.clone(), int(0));
        if old != int(0) || price != int(0) {
            ratio = if price > old { &old * ten(18) / &price } else { &price * ten(18) / &old };
        }
        if ratio < ten(18) * 4 / 5 {
            limited = if price > old { old * 5 / 4 } else { old * 4 / 5 };
            ratio = ten(18) * 4 / 5;
        }
        let moved: BigInt = (ten(18) + old_fee - ratio.pow(3) / ten(36)) * left / 120;
        match self.state.version {
            // Where the mint version would wrap round, the engine refuses.
            Version::Mint if moved >= ten(18) => None,
            Version::Mint => Some((limited, moved.max(fee))),
            Version::Lending => Some((limited, moved.min(ten(18) - 1).max(fee))),
        }
    }

    /// _p_oracle_up.
    fn upper(&self, n: i64) -> Option<BigInt> {
        let growth = ten(18) + int(self.state.rate) * self.now.checked_sub(self.state.times[0])?;
        let base = int(self.state.base_price) * (int(self.state.rate_mul) * growth / ten(18)) / ten(18);
        let power = int(-n) * self.state.log_a;
        let lowest: BigInt = if self.state.version == Version::Mint { "-42139678854452767551" } else { "-41446531673892821376" }.parse().unwrap();
        let highest: BigInt = "135305999368893231589".parse().unwrap();
        if power <= lowest || power >= highest {
            return None;
        }
        let unit: BigInt = int(1) << 96;
        let ln2: BigInt = "54916777467707473351141471128".parse().unwrap();
        let mut x = power * &unit / ten(18);
        let k = (&x * &unit / &ln2 + (int(1) << 95)) / &unit;
        x -= &k * ln2;
        let number = |text: &str| -> BigInt { text.parse().unwrap() };
        let y = (&x + number("1346386616545796478920950773328")) * &x / &unit + number("57155421227552351082224309758442");
        let p = (&y + &x - number("94201549194550492254356042504812")) * &y / &unit + number("28719021644029726153956944680412240");
        let p = p * &x + number("4385272521454847904659076985693276") * &unit;
        let terms = [
            "-2855989394907223263936484059900",
            "50020603652535783019961831881945",
            "-533845033583426703283633433725380",
            "3604857256930695427073651918091429",
            "-14423608567350463180887372962807573",
            "26449188498355588339934803723976023",
        ];
        let q = terms.into_iter().fold(unit.clone(), |q, term| q * &x / &unit + number(term));
        let e: BigInt = (p / q * number("3822833074963236453042738258902158003155416615667")) >> (195 - i64::try_from(k).unwrap());
        if self.state.version == Version::Lending && e <= int(1_000) {
            return None;
        }
        Some(base * e / ten(18))
    }

    fn held(&self, n: i64) -> [BigInt; 2] {
        self.state.bands.get(&n).map_or([int(0), int(0)], |held| held.map(int))
    }

    /// f, g and antifee of a band that holds x and y.
    fn band(&self, price: &BigInt, fee: &BigInt, upper: &BigInt, [x, y]: [BigInt; 2]) -> Option<Band5> {
        let [a, below] = self.a();
        if *price == int(0) {
            return None;
        }
        let mut b = fits(upper * &below * &x)? / price;
        if y != int(0) {
            b = fits(b + fits(over(fits(&a * price * price)?, upper)? * &y)? / ten(18))?;
        }
        let y0 = if x != int(0) && y != int(0) {
            let discriminant = fits(&b * &b + fits(fits(4 * &a * price * &y)? / ten(18) * &x)?)?;
            fits((b + discriminant.sqrt()) * ten(18))? / (2 * &a * price)
        } else {
            fits(b * ten(18))? / (&a * price)
        };
        let f = fits(over(fits(&a * &y0 * price)?, upper)? * price)? / ten(18);
        let g = fits(&below * &y0 * upper)? / price;
        fits((&f + &x) * (&g + &y))?;
        let mut fee = fee.clone();
        if self.state.version == Version::Lending {
            let low = over(fits(over(price * price, upper)? * price)?, upper)?;
            let high = fits(fits(&low * &a)? / &below * &a)? / &below;
            let quarter = ten(18) / 4;
            if *price < low {
                fee = fee.max(fits((&low - price) * quarter)? / low);
            } else if *price > high {
                fee = fee.max(fits((price - high) * quarter)? / price);
            }
        }
        Some([f, g, x, y, ten(36) / (ten(18) - fee.min(ten(18) - 1))])
    }

    /// Walks the bands until `visit` has enough: calc_swap_out and calc_swap_in around what they do in a band that pays.
    fn walk(&self, pump: bool, mut visit: impl FnMut(&Band5) -> Option<bool>) -> Option<()> {
        let [a, below] = self.a();
        let (price, fee) = self.oracle()?;
        let farthest = if self.state.version == Version::Mint {
            let root = a.pow(25) * ten(18) / below.pow(25);
            &root * &root / ten(18)
        } else {
            (0..50).fold(ten(18), |power, _| power * &a / &below)
        };
        let mut n = self.state.active;
        let mut upper = self.upper(n)?;
        let mut held = self.held(n);
        let mut first = None;
        for _ in 0..1_074 {
            let is_empty = held == [int(0), int(0)];
            if !is_empty {
                first = first.or(Some(n));
                let band = self.band(&price, &fee, &upper, held)?;
                let ratio_fits = fits(&upper * ten(18)).is_some();
                let (out, base) = if pump { (&band[3], &band[1]) } else { (&band[2], &band[0]) };
                if *out != int(0) && *base != int(0) && (!ratio_fits || visit(&band)?) {
                    return ratio_fits.then_some(());
                }
            }
            let ratio = over(fits(&upper * ten(18))?, &price).unwrap_or_default();
            let edge = self.state.edges[usize::from(pump)];
            let far = if pump { ratio < ten(36) / &farthest } else { ratio > farthest };
            if n == edge || far || first.is_some_and(|first| (n - first).abs() == 49) {
                break;
            }
            n += if pump { 1 } else { -1 };
            upper = if pump { fits(&upper * &below)? / &a } else { fits(&upper * &a)? / &below };
            let [x, y] = self.held(n);
            held = if pump { [int(0), y] } else { [x, int(0)] };
        }
        Some(())
    }

    /// In the order of input and output: both bases, both balances.
    fn sides(pump: bool, [f, g, x, y, _]: &Band5) -> [BigInt; 4] {
        let [f, g, x, y] = [f, g, x, y].map(BigInt::clone);
        if pump {
            [f, g, x, y]
        } else {
            [g, f, y, x]
        }
    }

    /// get_dxdy: taken and paid.
    fn swap_out(&self, pump: bool, amount: &BigInt) -> Option<[BigInt; 2]> {
        let [unit_in, unit_out] = if pump { self.state.precisions } else { [self.state.precisions[1], self.state.precisions[0]] }.map(int);
        if *amount == int(0) {
            return Some([int(0), int(0)]);
        }
        let offered = fits(amount * &unit_in)?;
        let (mut left, mut paid) = (offered.clone(), int(0));
        self.walk(pump, |band| {
            let [base_in, base_out, held_in, held_out] = Self::sides(pump, band);
            let kept = (&base_in + &held_in) * (&base_out + &held_out);
            let room = fits(&kept / &base_out - &base_in - &held_in)?;
            let cost = fits(room * &band[4])? / ten(18);
            if cost >= left {
                let net = fits(&left * ten(18))? / &band[4];
                let rest: BigInt = fits(over(kept, &(base_in + &held_in + net))? - base_out)? + 1;
                fits(held_in + &left)?;
                paid += &held_out - rest.min(held_out.clone());
                left = int(0);
                return Some(true);
            }
            left -= cost.max(int(1));
            paid += held_out;
            Some(false)
        })?;
        Some([(offered - left + &unit_in - 1) / unit_in, paid / unit_out])
    }

    /// get_dydx: paid and taken.
    fn swap_in(&self, pump: bool, amount: &BigInt) -> Option<[BigInt; 2]> {
        let [unit_in, unit_out] = if pump { self.state.precisions } else { [self.state.precisions[1], self.state.precisions[0]] }.map(int);
        let wanted = fits(amount * &unit_out)?;
        let (mut left, mut taken) = (wanted.clone(), int(0));
        self.walk(pump, |band| {
            let [base_in, base_out, held_in, held_out] = Self::sides(pump, band);
            let kept = (&base_in + &held_in) * (&base_out + &held_out);
            let is_last = held_out >= left;
            let rest = if is_last { &held_out - &left } else { int(0) };
            let cost = fits(fits(kept / (base_out + rest) - base_in - held_in)? * &band[4])? / ten(18);
            taken += if is_last { cost } else { cost.max(int(1)) };
            left = if is_last { int(0) } else { &left - held_out };
            Some(is_last)
        })?;
        Some([(wanted - left) / unit_out, (taken + &unit_in - 1) / unit_in])
    }
}

fn text<T: ToString>(answer: Option<T>) -> Option<String> {
    answer.map(|value| value.to_string())
}

#[test]
fn answers_as_the_contract_does_and_keeps_its_order() {
    let mut random = Random::seeded("crvusd-llamma");
    let (cases, mut answered, mut parts) = (cases(), 0, 0);
    for _ in 0..cases {
        let state = State::random(&mut random);
        let market = read(&state.json()).unwrap();
        let direction = *random.pick(&[Direction { from: 0, to: 1 }, Direction { from: 1, to: 0 }]);
        let pump = direction.zero_for_one();
        let now = state.times[1];
        let at = *random.pick(&[None, None, Some(now + 12), Some(now + 500), Some(state.times[0] - 1)]);
        let contract = Contract { state: &state, now: at.unwrap_or(now) };
        let most = market.swap_out(direction, U256::ONE << 150, at).map_or(1e20, |[taken, _]| taken.to_f64());
        let amount = match random.below(5) {
            0 => random.wide(220),
            1 => U256::from(random.below(50)),
            _ => U256::from_f64(most * random.share() * 1.1),
        };
        let seen = format!("{state:?} {direction:?} {amount} {at:?}");

        let partial = contract.swap_out(pump, &amount.to_string().parse().unwrap());
        let ours = market.partial(direction, amount, at).ok();
        assert_eq!(text(ours.map(|[taken, _]| taken)), text(partial.clone().map(|[taken, _]| taken)), "{seen}");
        assert_eq!(text(ours.map(|[_, paid]| paid)), text(partial.clone().map(|[_, paid]| paid)), "{seen}");
        let whole = partial.filter(|[taken, paid]| taken.to_string() == amount.to_string() && *paid > int(0));
        let quote = market.quote(direction, amount, at);
        assert_eq!(text(quote.ok()), text(whole.map(|[_, paid]| paid)), "{seen}");
        parts += u32::from(ours.is_some_and(|[taken, paid]| taken < amount && !paid.is_zero()));

        let wanted = quote.unwrap_or_else(|_| random.wide(80)).max(U256::ONE);
        let needed = contract.swap_in(pump, &wanted.to_string().parse().unwrap()).filter(|[paid, _]| paid.to_string() == wanted.to_string());
        assert_eq!(text(market.quote_exact_output(direction, wanted, at).ok()), text(needed.map(|[_, taken]| taken)), "{seen} {wanted}");

        let Ok(paid) = quote else { continue };
        answered += 1;
        let rate = market.rate(direction, at);
        // A band's full input is rounded down to 10^-18: as much of it as there are bands is had for nothing.
        let per_unit = rate / market.units(direction);
        let slack = 2.0 + 60.0 * per_unit / market.precisions[direction.to].to_f64();
        assert!(paid.to_f64() <= amount.to_f64() * rate * (1.0 + 1e-9) + slack, "{seen} {rate}");
        if let Some((about, slope)) = market.estimate(direction, amount.to_f64(), at) {
            assert!((about - paid.to_f64()).abs() <= paid.to_f64() * 1e-6 + slack + rate, "{seen} {about} {paid}");
            assert!(slope <= rate * (1.0 + 1e-9), "{seen} {slope} {rate}");
        }
        if let Ok(more) = market.quote(direction, amount.checked_add(random.wide(90)).unwrap(), at) {
            assert!(more >= paid, "{seen}");
        }
        // There and back wins no more than what both ways round.
        let back = Direction { from: direction.to, to: direction.from };
        if let Ok(returned) = market.quote(back, paid, at) {
            let rate_back = market.rate(back, at);
            let gain = 2.0 + slack * rate_back + 60.0 * rate_back / market.units(back) / market.precisions[direction.from].to_f64();
            assert!(returned.to_f64() <= amount.to_f64() * (1.0 + 1e-9) + gain, "{seen} {returned}");
        }
    }
    assert!(answered > cases / 4 && parts > cases / 20, "only {answered} whole and {parts} partial answers of {cases}");
    report("crvusd-llamma", Level::SecondImplementation, cases, U256::ZERO);
}

#[test]
fn a_state_that_the_contract_cannot_have_is_refused_with_its_field() {
    let state = State { version: Version::Mint, limiter: None, ..State::random(&mut Random::seeded("crvusd-llamma state")) }.json();
    for (field, value) in [
        ("variant", json!("v1")),
        ("A", json!(1)),
        ("A", json!(1_000)),
        ("fee", json!(ONE)),
        ("dynamic_fee", json!(ONE)),
        ("admin_fee", json!(ONE + 1)),
        ("borrowed_precision", json!(0)),
        ("active_band", json!(1u64 << 41)),
        ("bands", json!([["1", "1", "0"], ["1", "1", "0"]])),
        ("old_p_o", json!("1")),
    ] {
        let mut wrong = state.clone();
        wrong[field] = value;
        let message = read(&wrong).unwrap_err();
        assert!(message.contains(&format!("`{field}`")), "{message}");
    }
}
