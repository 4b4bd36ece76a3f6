//! Balancer's V3 vault with weighted and stable pools, compiled from npm 1.0.0 of its packages: pools are registered, filled and swapped in, rates
//! move and yield fees fall due in between.

use arb_engine::proof::{cases, report, Level, Random};
use arb_engine::protocols::family::Direction;
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, number, Argument};
use arb_engine_proofs::artifact::compiled;
use arb_engine_proofs::evm::{Evm, TIMESTAMP};
use arb_engine_proofs::stub;
use revm::primitives::{address, Address, Bytes};
use serde_json::{json, Value};
use std::sync::OnceLock;

const ONE: u64 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;
const MINIMUM_TRADE: u64 = 1_000_000;
const OWNER: Address = address!("00000000000000000000000000000000000000aa");
/// Deploys the vault's parts, each of which must know the vault's address before it is there.
const DEPLOYER: Address = address!("00000000000000000000000000000000000000dd");
const DECIMALS: [u64; 8] = [18, 6, 18, 8, 18, 2, 18, 12];

struct Codes {
    vault: [Bytes; 3],
    weighted: Bytes,
    stable: Bytes,
    around: [Bytes; 3],
}

/// Compiled once: it takes a minute and a half.
fn codes() -> &'static Codes {
    static CODES: OnceLock<Codes> = OnceLock::new();
    CODES.get_or_init(|| {
        let names = ["VaultAdmin", "VaultExtension", "Vault", "WeightedPool", "StablePool", "Coin", "Fees", "Trader"];
        let [admin, extension, vault, weighted, stable, coin, fees, trader] = compiled("V3.sol", names, true);
        Codes { vault: [admin, extension, vault], weighted, stable, around: [coin, fees, trader] }
    })
}

struct Chain {
    evm: Evm,
    vault: Address,
    trader: Address,
    /// Ascending, with their decimals.
    coins: Vec<(Address, u64)>,
}

impl Chain {
    fn open() -> Self {
        let mut evm = Evm::new();
        let Codes { vault: [admin, extension, main], around: [coin, fees, trader], .. } = codes();
        let place: Argument = DEPLOYER.create(3).into();
        let admin = evm.deploy(DEPLOYER, admin, &[place.clone(), 0u64.into(), 0u64.into(), MINIMUM_TRADE.into(), MINIMUM_TRADE.into()]);
        let extension = evm.deploy(DEPLOYER, extension, &[place.clone(), admin.into()]);
        let fees = evm.deploy(DEPLOYER, fees, &[place]);
        let vault = evm.deploy(DEPLOYER, main, &[extension.into(), OWNER.into(), fees.into()]);
        let trader = evm.deploy(OWNER, trader, &[vault.into()]);
        let mut coins: Vec<_> = DECIMALS.iter().map(|decimals| (evm.deploy(OWNER, coin, &[(*decimals).into()]), *decimals)).collect();
        coins.sort();
        (0..coins.len()).for_each(|at| evm.place(provider(at), stub::constant()));
        Self { evm, vault, trader, coins }
    }

    fn ask(&mut self, signature: &str, arguments: &[Argument]) -> Vec<u8> {
        self.evm.ask(OWNER, self.vault, call(signature, arguments)).unwrap_or_else(|error| panic!("{signature}: {error:?}")).answer.to_vec()
    }
}

fn provider(at: usize) -> Address {
    Address::from_slice(&[&[0xb0 + at as u8], &[0; 19][..]].concat())
}

/// The array whose place is the answer's word `index`.
fn array(answer: &[u8], index: usize) -> Vec<U256> {
    let start = number(answer, index).low_u128() as usize / 32;
    let count = number(answer, start).low_u128() as usize;
    (0..count).map(|item| number(answer, start + 1 + item)).collect()
}

fn text(numbers: &[U256]) -> Vec<String> {
    numbers.iter().map(ToString::to_string).collect()
}

struct Pool {
    address: Address,
    coins: Vec<(Address, u64)>,
    rates: Vec<u64>,
    has_rate: Vec<bool>,
    pays: Vec<bool>,
    fee: u64,
    /// The fields of the family's own.
    own: Value,
}

impl Pool {
    fn register(chain: &mut Chain, random: &mut Random, count: usize, deploy: impl FnOnce(&mut Chain, &mut Random) -> (Address, Value)) -> Self {
        let mut coins = chain.coins.clone();
        while coins.len() > count {
            coins.remove(random.below(coins.len() as u64) as usize);
        }
        let has_rate: Vec<bool> = (0..count).map(|_| random.below(2) == 0).collect();
        let pays: Vec<bool> = has_rate.iter().map(|has_rate| *has_rate && random.below(2) == 0).collect();
        // The vault keeps fees in units of 10^11.
        let fee = (100 + random.below(1_000_000)) * 100_000_000_000;
        let (address, own) = deploy(chain, random);
        let mut pool = Self { address, coins, rates: vec![ONE; count], has_rate, pays, fee, own };
        pool.move_rates(chain, random);
        let tokens = (0..count).map(|at| {
            let provider = if pool.has_rate[at] { provider(at) } else { Address::ZERO };
            Argument::Tuple(vec![pool.coins[at].0.into(), u64::from(pool.has_rate[at]).into(), provider.into(), pool.pays[at].into()])
        });
        let tokens = Argument::List(tokens.collect());
        let data = call("register(address,(address,uint8,address,bool)[],uint256)", &[address.into(), tokens, fee.into()]);
        chain.evm.send(OWNER, chain.trader, data).expect("a pool is registered");
        pool
    }

    fn move_rates(&mut self, chain: &mut Chain, random: &mut Random) {
        for at in 0..self.rates.len() {
            if self.has_rate[at] {
                let part = if random.below(4) == 0 { 0 } else { random.below(ONE / 100) };
                self.rates[at] = *random.pick(&[ONE, ONE / 100 * 101, ONE / 2, 2 * ONE, 3 * ONE]) + part;
                chain.evm.set_storage(provider(at), 0u64, self.rates[at]);
            }
        }
    }

    /// Near parity, lopsided, or of any size.
    fn fill(&self, chain: &mut Chain, random: &mut Random) -> bool {
        let (size, is_any) = (random.within(0, 22), random.below(3) == 0);
        let amounts: Vec<U256> = (self.coins.iter())
            .map(|(_, decimals)| {
                let value = if is_any { 10f64.powf(random.share() * 24.0) } else { 10f64.powi(size as i32) * (0.02 + random.share()) };
                U256::from_f64(value * 10f64.powi(*decimals as i32 - 9))
            })
            .collect();
        let tokens: Vec<Address> = self.coins.iter().map(|(coin, _)| *coin).collect();
        let arguments = [self.address.into(), tokens.as_slice().into(), amounts.as_slice().into()];
        chain.evm.send(OWNER, chain.trader, call("initialise(address,address[],uint256[])", &arguments)).is_ok()
    }

    fn state(&self, chain: &mut Chain, family: &str) -> (Value, Vec<U256>) {
        let answer = chain.ask("getPoolTokenInfo(address)", &[self.address.into()]);
        let (raw, last) = (array(&answer, 2), array(&answer, 3));
        let factors: Vec<String> = self.coins.iter().map(|(_, decimals)| format!("1{}", "0".repeat(18 - *decimals as usize))).collect();
        let mut state = json!({
            "family": family, "balancesRaw": text(&raw), "lastBalancesLiveScaled18": text(&last), "paysYieldFees": self.pays,
            "decimalScalingFactors": factors, "tokenRates": self.rates, "aggregateYieldFeePercentage": ONE / 10,
            "staticSwapFeePercentage": self.fee, "minimumTradeAmount": MINIMUM_TRADE,
        });
        state.as_object_mut().unwrap().append(&mut self.own.as_object().unwrap().clone());
        (state, raw)
    }
}

fn deploy_weighted(count: usize) -> impl FnOnce(&mut Chain, &mut Random) -> (Address, Value) {
    move |chain, random| {
        let grain = *random.pick(&[1, ONE / 1_000, ONE / 20, ONE / 10]);
        let mut weights = vec![grain.max(ONE / 100); count];
        for at in 0..count {
            let left = ONE - weights.iter().sum::<u64>();
            weights[at] += if at + 1 == count { left } else { random.below(left / grain + 1) * grain };
        }
        if count == 2 && random.below(3) == 0 {
            let share = *random.pick(&[ONE / 2, ONE / 3 * 2, ONE / 5 * 4, ONE / 5]);
            weights = vec![share, ONE - share];
        }
        let minima: Vec<u64> = (0..count).map(|_| *random.pick(&[1_000_000, 1_000_000, ONE])).collect();
        let params =
            Argument::Tuple(vec!["n".into(), "s".into(), (count as u64).into(), weights.as_slice().into(), "v".into(), minima.as_slice().into()]);
        let vault = chain.vault;
        let address = chain.evm.deploy(OWNER, &codes().weighted, &[params, vault.into()]);
        (address, json!({ "normalizedWeights": weights, "minTokenBalances": minima }))
    }
}

fn deploy_stable(chain: &mut Chain, random: &mut Random) -> (Address, Value) {
    let amp = *random.pick(&[1, 5, 50, 200, 1_000, 5_000, 50_000]);
    let params = Argument::Tuple(vec!["n".into(), "s".into(), amp.into(), "v".into()]);
    let vault = chain.vault;
    let address = chain.evm.deploy(OWNER, &codes().stable, &[params, vault.into()]);
    (address, json!({ "startValue": amp * 1_000, "endValue": amp * 1_000, "maxImbalanceRatio": 10_000 }))
}

/// Pools of a family, each filled and swapped in; what every swap answered is what the engine answers.
fn prove(family: &str, most_tokens: i64, deploy: impl Fn(usize, &mut Chain, &mut Random) -> (Address, Value)) {
    let random = &mut Random::seeded(family);
    let mut chain = Chain::open();
    let (mut done, mut paid, mut refused) = (0, 0, 0);
    while done < cases() {
        let mut now = TIMESTAMP;
        chain.evm.set_time(now);
        let count = if random.below(2) == 0 { 2 } else { random.within(2, most_tokens) as usize };
        let mut pool = Pool::register(&mut chain, random, count, |chain, random| deploy(count, chain, random));
        if !pool.fill(&mut chain, random) {
            continue;
        }
        // Amplification on its way, to twice or half at most.
        let start = pool.own["startValue"].as_u64();
        if let Some(start) = start.filter(|_| random.below(2) == 0) {
            let target = if random.below(2) == 0 { (start / 500).min(50_000) } else { (start / 1_000).div_ceil(2) };
            let end = now + DAY + random.below(DAY);
            let data = call("startAmplificationParameterUpdate(uint256,uint256)", &[target.into(), end.into()]);
            chain.evm.send(OWNER, pool.address, data).expect("the swap fee manager may change the amplification");
            for (field, value) in [("endValue", target * 1_000), ("startTime", now), ("endTime", end)] {
                pool.own[field] = value.into();
            }
        }
        for _ in 0..20 {
            if random.below(3) == 0 {
                pool.move_rates(&mut chain, random);
                now += random.below(DAY / 4);
                chain.evm.set_time(now);
            }
            let (state, balances) = pool.state(&mut chain, family);
            let from = random.below(count as u64) as usize;
            let direction = Direction { from, to: (from + 1 + random.below(count as u64 - 1) as usize) % count };
            let is_given_in = random.below(2) == 0;
            let limited = balances[if is_given_in { direction.from } else { direction.to }];
            let amount = match random.below(10) {
                0 => random.wide(130),
                1..=2 => random.wide(limited.bits().max(1)),
                _ => random.wide(limited.bits().saturating_sub(2).max(1)),
            };
            let engine = pool_from_json(&state.to_string()).expect("a state of the pool");
            let at = Some(now);
            let answer = if is_given_in { engine.quote(direction, amount, at) } else { engine.quote_exact_output(direction, amount, at) };
            let [token_in, token_out] = [direction.from, direction.to].map(|token| pool.coins[token].0);
            let arguments = [u64::from(!is_given_in).into(), pool.address.into(), token_in.into(), token_out.into(), amount.into()];
            let data = call("swap(uint8,address,address,address,uint256)", &arguments);
            let recorded = chain.evm.send(OWNER, chain.trader, data).ok().map(|done| number(&done.answer, 0));
            assert_eq!(answer.ok(), recorded, "{answer:?} {is_given_in} {direction:?} {amount} at {now} of {state}");
            done += 1;
            paid += u32::from(answer.is_ok_and(|amount| !amount.is_zero()));
            refused += u32::from(answer.is_err());
        }
    }
    println!("{paid} paid, {refused} refused");
    report(family, Level::Bytecode, done, U256::ZERO);
}

#[test]
fn balancer_v3_weighted() {
    prove("balancer-v3-weighted", 8, |count, chain, random| deploy_weighted(count)(chain, random));
}

#[test]
fn balancer_v3_stable() {
    prove("balancer-v3-stable", 5, |_, chain, random| deploy_stable(chain, random));
}
