use super::*;
use crate::proof::{cases, report, Level, Random};
use num_bigint::BigUint;
use serde_json::json;
use std::collections::BTreeMap;

/// A state as the contract stores it.
#[derive(Clone, Debug)]
struct State {
    bin_step: u32,
    active_id: u32,
    /// baseFactor, filterPeriod, decayPeriod, reductionFactor, variableFeeControl, maxVolatilityAccumulator.
    fixed: [u32; 6],
    /// volatilityAccumulator, volatilityReference, idReference.
    volatile: [u32; 3],
    last_update: u64,
    timestamp: u64,
    bins: BTreeMap<u32, [u128; 2]>,
}

impl State {
    fn random(random: &mut Random) -> Self {
        let bin_step = *random.pick(&[1, 2, 5, 10, 15, 20, 25, 50, 100, 250]);
        // Prices up to 2^±100 now and then, else what pairs of usual tokens have.
        let span = if random.below(8) == 0 { 100 } else { 50 };
        let per_bit = core::f64::consts::LN_2 / (f64::from(bin_step) / 10_000.0).ln_1p();
        let active_id = ((1 << 23) + ((random.share() * 2.0 - 1.0) * f64::from(span) * per_bit) as i64) as u32;
        let filter_period = random.below(300) as u32;
        let mut state = Self {
            bin_step,
            active_id,
            fixed: [
                *random.pick(&[0, 1_000, 5_000, 8_000, 20_000, 65_535]),
                filter_period,
                filter_period + random.below(1_200) as u32,
                random.below(10_001) as u32,
                *random.pick(&[0, 7_500, 40_000, 1_000_000, 15_000_000]),
                random.below(1 << 20) as u32,
            ],
            volatile: [random.below(1 << 20) as u32, random.below(1 << 20) as u32, 0],
            last_update: 1_700_000_000,
            timestamp: 1_700_000_000 + random.below(2_000),
            bins: BTreeMap::new(),
        };
        if random.below(10) > 0 {
            // Usual fees: else the cap of a tenth is met too often.
            state.fixed[5] = (50_000_000.0 / f64::from(bin_step).powi(2)).min(300_000.0) as u32;
            state.fixed[4] = (state.fixed[4] / bin_step).min(40_000);
            state.fixed[0] = state.fixed[0].min(50_000 / bin_step);
        }
        state.volatile[2] = (i64::from(active_id) + random.within(-40, 40)) as u32;
        let widths = [(random.below(110) + 10) as u32, (random.below(110) + 10) as u32];
        if random.below(10) > 0 {
            state.bins.insert(active_id, [0, 1].map(|token| random.wide(widths[token]).low_u128()));
        }
        for step in [-1i64, 1] {
            let mut id = i64::from(active_id);
            let gap = *random.pick(&[1, 1, 4, 30]);
            for _ in 0..random.below(9) {
                id += step * random.within(1, gap);
                let token = usize::from(step < 0);
                let mut reserves = [0; 2];
                reserves[token] = random.wide(widths[token]).low_u128();
                state.bins.insert(id as u32, reserves);
            }
        }
        state
    }

    fn book(&self) -> Result<LiquidityBook, String> {
        let bins: Vec<_> = self.bins.iter().map(|(id, [x, y])| json!([id, x.to_string(), y.to_string()])).collect();
        let state = json!({
            "binStep": self.bin_step, "activeId": self.active_id, "timestamp": self.timestamp.to_string(),
            "baseFactor": self.fixed[0], "filterPeriod": self.fixed[1], "decayPeriod": self.fixed[2], "reductionFactor": self.fixed[3],
            "variableFeeControl": self.fixed[4], "maxVolatilityAccumulator": self.fixed[5], "volatilityAccumulator": self.volatile[0],
            "volatilityReference": self.volatile[1], "idReference": self.volatile[2], "timeOfLastUpdate": self.last_update, "bins": bins,
        });
        serde_json::from_str(&state.to_string()).map_err(|error| error.to_string())
    }
}

/// The contract in plain big integers: whatever it answers is nothing where it reverts.
struct Contract<'a> {
    state: &'a State,
    now: u64,
}

fn big(value: impl Into<BigUint>) -> BigUint {
    value.into()
}

/// `ceil(a ÷ b)`.
fn ceiling(a: BigUint, b: &BigUint) -> BigUint {
    (a + b - 1u32) / b
}

impl Contract<'_> {
    /// PriceHelper.getPriceFromId and Uint128x128Math.pow.
    fn price(&self, id: u32) -> BigUint {
        let unit: BigUint = big(1u32) << 128;
        let base = &unit + big(self.state.bin_step) * &unit / 10_000u32;
        let exponent = i64::from(id) - (1 << 23);
        let mut factor = (big(1u32) << 256u32) - 1u32;
        factor /= base;
        let result = (0..20).fold(unit.clone(), |result, bit| {
            let next = if exponent.abs() >> bit & 1 == 1 { (result * &factor) >> 128 } else { result };
            factor = (&factor * &factor) >> 128;
            next
        });
        match exponent {
            0 => unit,
            e if e > 0 => ((big(1u32) << 256u32) - 1u32) / result,
            _ => result,
        }
    }

    /// Volatility and id that updateReferences leaves.
    fn references(&self) -> Option<(u64, i64)> {
        let [_, filter, decay, reduction, ..] = self.state.fixed.map(u64::from);
        let [accumulator, reference, id] = self.state.volatile.map(u64::from);
        let elapsed = self.now.checked_sub(self.state.last_update)?;
        Some(match elapsed {
            early if early < filter => (reference, id as i64),
            middle if middle < decay => (accumulator * reduction / 10_000, i64::from(self.state.active_id)),
            _ => (0, i64::from(self.state.active_id)),
        })
    }

    /// getTotalFee at a bin; nothing above a tenth.
    fn fee(&self, id: u32) -> Option<BigUint> {
        let (volatility, reference) = self.references()?;
        let accumulator = (volatility + 10_000 * (i64::from(id) - reference).unsigned_abs()).min(u64::from(self.state.fixed[5]));
        let variable = big(accumulator * u64::from(self.state.bin_step)).pow(2) * self.state.fixed[4];
        let base = big(self.state.fixed[0]) * self.state.bin_step * 10_000_000_000u64;
        Some(base + ceiling(variable, &big(100u32))).filter(|fee| *fee <= big(10u32).pow(17))
    }

    /// Bins with something of the token that is paid, nearest first.
    fn queue(&self, swap_for_y: bool) -> Vec<(u32, [BigUint; 2])> {
        let active = self.state.active_id;
        let mut ids: Vec<u32> = self.state.bins.keys().copied().filter(|id| if swap_for_y { *id <= active } else { *id >= active }).collect();
        ids.sort_by_key(|id| id.abs_diff(active));
        let bins = ids.into_iter().map(|id| (id, self.state.bins[&id].map(big)));
        bins.filter(|(_, reserves)| reserves[usize::from(swap_for_y)] > big(0u32)).collect()
    }

    /// What an output costs in a bin, with and without its fee, before any narrowing.
    fn cost(&self, swap_for_y: bool, price: &BigUint, out: &BigUint, fee: &BigUint) -> BigUint {
        let unit: BigUint = big(1u32) << 128;
        let plain = if swap_for_y { ceiling(out * &unit, price) } else { ceiling(out * price, &unit) };
        &plain + ceiling(&plain * fee, &(big(10u32).pow(18) - fee))
    }

    /// getSwapOut: what is left and what is paid.
    fn swap_out(&self, swap_for_y: bool, amount_in: &BigUint) -> Option<(BigUint, BigUint)> {
        let limit: BigUint = big(1u32) << 128;
        let most: BigUint = "65251743116719673010965625540244653191619923014385985379600384103134737".parse().unwrap();
        self.references()?;
        let (mut left, mut paid) = (amount_in.clone(), big(0u32));
        for (id, mut reserves) in self.queue(swap_for_y) {
            let (price, fee) = (self.price(id), self.fee(id)?);
            let (from, to) = if swap_for_y { (0, 1) } else { (1, 0) };
            let all = self.cost(swap_for_y, &price, &reserves[to], &fee);
            if all >= limit {
                return None;
            }
            let (taken, out) = if left >= all {
                (all, reserves[to].clone())
            } else {
                let kept = &left - ceiling(&left * &fee, &big(10u32).pow(18));
                let bought = if swap_for_y { kept * &price / &limit } else { kept * &limit / &price };
                if bought >= limit {
                    return None;
                }
                (left.clone(), bought.min(reserves[to].clone()))
            };
            reserves[from] += &taken;
            reserves[to] -= &out;
            if reserves[from] >= limit || &reserves[0] * &price + &reserves[1] * &limit > most {
                return None;
            }
            left -= taken;
            paid += out;
            if left == big(0u32) {
                break;
            }
        }
        Some((left, paid))
    }

    /// swap: all of it, and something for it.
    fn swap(&self, swap_for_y: bool, amount_in: &BigUint) -> Option<BigUint> {
        let token = usize::from(!swap_for_y);
        let held: BigUint = self.state.bins.values().map(|reserves| big(reserves[token])).sum();
        if held + amount_in >= big(1u32) << 128 || *amount_in == big(0u32) {
            return None;
        }
        self.swap_out(swap_for_y, amount_in).filter(|(left, paid)| *left == big(0u32) && *paid > big(0u32)).map(|(_, paid)| paid)
    }

    /// getSwapIn, where it leaves nothing.
    fn swap_in(&self, swap_for_y: bool, amount_out: &BigUint) -> Option<BigUint> {
        self.references()?;
        let (mut wanted, mut sum) = (amount_out.clone(), big(0u32));
        for (id, reserves) in self.queue(swap_for_y) {
            let out = wanted.clone().min(reserves[usize::from(swap_for_y)].clone());
            sum += self.cost(swap_for_y, &self.price(id), &out, &self.fee(id)?);
            wanted -= out;
            if sum >= big(1u32) << 128 || wanted == big(0u32) {
                break;
            }
        }
        (wanted == big(0u32) && sum < big(1u32) << 128).then_some(sum)
    }
}

fn text<T: ToString>(answer: Option<T>) -> Option<String> {
    answer.map(|value| value.to_string())
}

/// An amount of a size that means something to the pair: up to twice what all of its bins take, or any.
fn amount(random: &mut Random, book: &LiquidityBook, direction: Direction, at: At) -> U256 {
    let all = book.swap_out(direction, u128::MAX, at).map_or(u128::MAX, |fill| fill.taken);
    match random.below(4) {
        0 => random.wide(130),
        1 => U256::from(random.below(20)),
        _ => U256::from_f64(all as f64 * random.share() * 1.3).checked_add(U256::from(random.below(3))).unwrap(),
    }
}

#[test]
fn answers_as_the_contract_does_and_keeps_its_order() {
    let mut random = Random::seeded("liquidity-book-v2.2");
    let (cases, mut answered) = (cases(), 0);
    for _ in 0..cases {
        let state = State::random(&mut random);
        let book = state.book().unwrap();
        let direction = *random.pick(&[Direction { from: 0, to: 1 }, Direction { from: 1, to: 0 }]);
        let swap_for_y = direction.zero_for_one();
        let at = *random.pick(&[None, Some(state.timestamp + 150), Some(state.timestamp - 1), Some(state.last_update - 1)]);
        let contract = Contract { state: &state, now: at.unwrap_or(state.timestamp) };
        let input = amount(&mut random, &book, direction, at);
        let plain: BigUint = input.to_string().parse().unwrap();
        let fits = plain < big(1u32) << 128;
        let seen = format!("{state:?} {direction:?} {input} {at:?}");

        let quote = book.quote(direction, input, at);
        assert_eq!(text(quote.ok()), text(contract.swap(swap_for_y, &plain)), "{seen}");
        let out = fits.then(|| contract.swap_out(swap_for_y, &plain)).flatten();
        let partial = book.partial(direction, input, at).ok().map(|[taken, paid]| (input.checked_sub(taken).unwrap(), paid));
        assert_eq!(text(partial.map(|(left, _)| left)), text(out.clone().map(|(left, _)| left)), "{seen}");
        assert_eq!(text(partial.map(|(_, paid)| paid)), text(out.map(|(_, paid)| paid)), "{seen}");

        let wanted = match random.below(3) {
            0 => random.wide(110),
            _ => quote.unwrap_or(U256::ONE).checked_add(U256::from(random.below(2))).unwrap(),
        };
        let exact = book.quote_exact_output(direction, wanted, at);
        assert_eq!(text(exact.ok()), text(contract.swap_in(swap_for_y, &wanted.to_string().parse().unwrap())), "{seen} {wanted}");
        if let Some(Ok(paid)) = exact.ok().map(|needed| book.quote(direction, needed, at)) {
            assert!(paid >= wanted, "{seen} {wanted}");
        }

        let Ok(paid) = quote else { continue };
        answered += 1;
        let rate = book.rate(direction, at);
        assert!(paid.to_f64() <= input.to_f64() * rate * (1.0 + 1e-9) + 2.0, "{seen} {rate}");
        if let Ok(more) = book.quote(direction, input.checked_add(random.wide(100)).unwrap(), at) {
            assert!(more >= paid, "{seen}");
        }
        // Back at the same state, each bin pays no more than its price, downwards, and the fee is no gain: nothing can be won.
        let back = Direction { from: direction.to, to: direction.from };
        if let Ok(returned) = book.quote(back, paid, at) {
            assert!(returned <= input, "{seen}");
        }
        let (about, slope) = book.estimate(direction, input.to_f64(), at).unwrap_or((paid.to_f64(), 0.0));
        // Every bin rounds once; a unit of input may be worth much.
        let slack = 32.0 * (1.0 + rate) + paid.to_f64() * 1e-9;
        assert!((about - paid.to_f64()).abs() <= slack && slope <= rate * (1.0 + 1e-9), "{seen} {about} {paid}");
        if let (Ok(least), 0) = (book.input_for(direction, paid, at), random.below(10)) {
            assert!(least <= input && book.quote(direction, least, at).unwrap() >= paid, "{seen}");
        }
    }
    assert!(answered > cases / 3, "only {answered} of {cases} answered");
    report("liquidity-book-v2.2", Level::SecondImplementation, cases, U256::ZERO);
}

#[test]
fn a_state_that_the_contract_cannot_have_is_refused_with_its_field() {
    let state = || State::random(&mut Random::seeded("liquidity-book-v2.2 state"));
    let messages = [
        State { bin_step: 0, ..state() },
        State { active_id: 1 << 24, ..state() },
        State { fixed: [0, 2, 1, 0, 0, 0], ..state() },
        State { fixed: [0, 0, 0, 10_001, 0, 0], ..state() },
        State { fixed: [0, 0, 0, 0, 1 << 24, 0], ..state() },
        State { fixed: [0, 0, 0, 0, 0, 1 << 20], ..state() },
        State { bins: BTreeMap::from([(0, [1, 1])]), ..state() },
        State { bins: BTreeMap::from([(1 << 23, [u128::MAX, 0]), ((1 << 23) + 1, [1, 0])]), ..state() },
    ];
    let fields =
        ["`binStep`", "`activeId`", "`filterPeriod`", "`reductionFactor`", "`variableFeeControl`", "`maxVolatilityAccumulator`", "`bins`", "`bins`"];
    for (state, field) in messages.iter().zip(fields) {
        let message = state.book().unwrap_err();
        assert!(message.contains(field), "{message}");
    }
}
