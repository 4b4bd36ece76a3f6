//! StablePool and MetaStablePool of 2021, ComposableStablePool of 2022 and 2023 as published: rates that expire, amplification on its way, through
//! real joins and swaps in the vault and asked by the vault's address with balances of every size.

use arb_engine::proof::{cases, report, Level, Random};
use arb_engine::protocols::family::{Direction, Family};
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, number, Argument};
use arb_engine_proofs::evm::TIMESTAMP;
use arb_engine_proofs::stub;
use arb_engine_proofs::vault_v2::{scaling_factor, some_tokens, token, Balances, Pool, Vault, DECIMALS, FEES, OWNER};
use revm::primitives::Address;
use serde_json::json;

const ONE: u64 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Stable,
    Meta,
    Composable2022,
    Composable2023,
}

#[derive(Debug)]
struct Stable {
    kind: Kind,
    pool: Pool,
    fee: u64,
    amp: [u64; 2],
    times: [u64; 2],
    /// By token of the vault, the BPT among them.
    factors: Vec<U256>,
    bpt: Option<usize>,
    rates: Vec<u64>,
    expires: Vec<u64>,
    provided: Vec<u64>,
    now: u64,
}

fn provider(index: usize) -> Address {
    Address::from_slice(&[&[0xb0 + index as u8], &[0; 19][..]].concat())
}

fn rate(random: &mut Random) -> u64 {
    *random.pick(&[ONE, ONE / 10 * 11, ONE / 2, 2 * ONE]) + random.below(ONE / 10)
}

impl Stable {
    fn deploy(vault: &mut Vault, random: &mut Random) -> Self {
        let kind = *random.pick(&[Kind::Stable, Kind::Meta, Kind::Composable2022, Kind::Composable2023]);
        let count = if kind == Kind::Meta { 2 } else { random.within(2, 5) as usize };
        let tokens = some_tokens(random, count);
        let addresses: Vec<Address> = tokens.iter().map(|index| token(*index)).collect();
        let fee = ONE / 1_000_000 + random.below(ONE / 100);
        let raw_amp: u64 = *random.pick(&[1, 5, 50, 200, 1_000, 5_000]);
        let mut now = TIMESTAMP + random.below(1_000);
        vault.evm.set_time(now);
        let has_rates = kind != Kind::Stable;
        let has_provider: Vec<bool> = (0..count).map(|_| has_rates && random.below(2) == 0).collect();
        let durations: Vec<u64> = (0..count).map(|_| *random.pick(&[0, 100, 10 * DAY])).collect();
        let mut rates: Vec<u64> = (0..count).map(|at| if has_provider[at] { rate(random) } else { ONE }).collect();
        let mut provided = rates.clone();
        for (at, rate) in rates.iter().enumerate() {
            vault.evm.place(provider(at), stub::constant());
            vault.evm.set_storage(provider(at), 0u64, *rate);
        }
        let providers: Vec<Address> = (0..count).map(|at| if has_provider[at] { provider(at) } else { Address::ZERO }).collect();
        // A duration without a provider is refused by some.
        let asked: Vec<u64> = (0..count).map(|at| if has_provider[at] { durations[at] } else { 0 }).collect();
        let mut expires: Vec<u64> = (0..count).map(|at| if has_provider[at] { now + durations[at] } else { 0 }).collect();
        let named: [Argument; 3] = ["n".into(), "s".into(), addresses.as_slice().into()];
        let priced: [Argument; 2] = [providers.as_slice().into(), asked.as_slice().into()];
        let shape: [Argument; 4] = [raw_amp.into(), fee.into(), 0u64.into(), 0u64.into()];
        let whole = |parts: &[&[Argument]]| parts.concat();
        let exempt: [Argument; 1] = [vec![false; count].as_slice().into()];
        let at_vault: [Argument; 1] = [vault.address.into()];
        let [fees, owner, oracle]: [[Argument; 1]; 3] = [[FEES.into()], [OWNER.into()], [false.into()]];
        let pool = match kind {
            Kind::Stable => vault.deploy("deprecated/20210624-stable-pool/bytecode/StablePool.json", &whole(&[&at_vault, &named, &shape, &owner])),
            Kind::Meta => {
                let arguments = [Argument::Tuple(whole(&[&at_vault, &named, &priced, &shape, &oracle, &owner]))];
                vault.deploy("deprecated/20210727-meta-stable-pool/bytecode/MetaStablePool.json", &arguments)
            }
            Kind::Composable2022 => {
                let arguments = [Argument::Tuple(whole(&[&at_vault, &fees, &named, &priced, &exempt, &shape, &owner]))];
                vault.deploy("20220817-composable-stable-pool/bytecode/ComposableStablePool.json", &arguments)
            }
            Kind::Composable2023 => {
                let version: [Argument; 1] = ["v".into()];
                let arguments = [Argument::Tuple(whole(&[&at_vault, &fees, &named, &priced, &exempt, &shape, &owner, &version]))];
                vault.deploy("20230206-composable-stable-pool-v3/artifact/ComposableStablePool.json", &arguments)
            }
        };
        let bpt = pool.tokens.iter().position(|token| *token == pool.address);
        let mut factors: Vec<U256> = tokens.iter().map(|index| scaling_factor(DECIMALS[*index])).collect();
        // Amplification on its way, to twice or half at most.
        let (mut amp, mut times) = ([raw_amp * 1_000; 2], [now, now]);
        if random.below(2) == 0 {
            let target = if random.below(2) == 0 { (raw_amp * 2).min(5_000) } else { raw_amp.div_ceil(2) };
            let end = now + DAY + random.below(DAY);
            let data = call("startAmplificationParameterUpdate(uint256,uint256)", &[target.into(), end.into()]);
            vault.evm.send(OWNER, pool.address, data).expect("the owner may change the amplification");
            (amp, times) = ([raw_amp * 1_000, target * 1_000], [now, end]);
        }
        // Time passes; the providers' rates change.
        now += *random.pick(&[0, 100, 101, 40_000, 2 * DAY]);
        vault.evm.set_time(now);
        for at in (0..count).filter(|at| has_provider[*at]) {
            provided[at] = rate(random);
            vault.evm.set_storage(provider(at), 0u64, provided[at]);
        }
        if let Some(bpt) = bpt {
            factors.insert(bpt, U256::from(ONE));
            rates.insert(bpt, ONE);
            expires.insert(bpt, 0);
            provided.insert(bpt, ONE);
        }
        let this = Self { kind, pool, fee, amp, times, factors, bpt, rates, expires, provided, now };
        let answer = vault.ask(this.pool.address, "getAmplificationParameter()", &[]);
        assert!(number(&answer, 0) >= U256::from(amp[0].min(amp[1])) && number(&answer, 0) <= U256::from(amp[0].max(amp[1])));
        this
    }

    fn engine(&self, balances: &[U256]) -> Box<dyn Family> {
        let text = |numbers: &[U256]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
        let state = json!({
            "family": "balancer-v2-stable", "balances": text(balances), "bptIndex": self.bpt, "swapFeePercentage": self.fee,
            "invariantVersion": if self.bpt.is_some() { 1 } else { 2 }, "startValue": self.amp[0], "endValue": self.amp[1],
            "startTime": self.times[0], "endTime": self.times[1], "scalingFactors": text(&self.factors), "tokenRates": self.rates,
            "tokenRateExpires": self.expires, "providerRates": self.provided,
        });
        pool_from_json(&state.to_string()).expect("a state of the pool")
    }

    /// Near parity, lopsided, or of any size.
    fn balances(&self, random: &mut Random) -> Vec<U256> {
        let size = random.within(0, 28);
        let is_any = random.below(4) == 0;
        let held = |factor: &U256, random: &mut Random| {
            let value = if is_any { 10f64.powf(random.share() * 32.0) } else { 10f64.powi(size as i32) * (0.02 + random.share()) };
            U256::from_f64((value * 1e36 / factor.to_f64() / 1e9).min(2f64.powi(111)))
        };
        let mut balances: Vec<U256> = self.factors.iter().map(|factor| held(factor, random)).collect();
        if let Some(bpt) = self.bpt {
            balances[bpt] = U256::ONE << 111;
        }
        balances
    }
}

#[test]
fn balancer_v2_stable() {
    let random = &mut Random::seeded("balancer-v2-stable");
    let mut vault = Vault::open();
    let (mut done, mut real, mut paid, mut refused) = (0, [0; 4], 0, 0);
    while done < cases() {
        let of = Stable::deploy(&mut vault, random);
        let count = of.pool.tokens.len();
        let mut balances = of.balances(random);
        let is_live = vault.initialise(&of.pool, &balances);
        for _ in 0..20 {
            let is_through_vault = is_live && random.below(2) == 0;
            balances = if is_through_vault { vault.balances(&of.pool) } else { of.balances(random) };
            let tokens: Vec<usize> = (0..count).filter(|token| Some(*token) != of.bpt).collect();
            let from = random.below(tokens.len() as u64) as usize;
            let to = (from + 1 + random.below(tokens.len() as u64 - 1) as usize) % tokens.len();
            let direction = Direction { from: tokens[from], to: tokens[to] };
            let is_given_in = random.below(2) == 0;
            let limited = balances[if is_given_in { direction.from } else { direction.to }];
            let amount = if random.below(8) == 0 { random.wide(120) } else { random.wide(limited.bits().max(1)) };
            let pool = of.engine(&balances);
            let at = Some(of.now);
            let answer = if is_given_in { pool.quote(direction, amount, at) } else { pool.quote_exact_output(direction, amount, at) };
            let recorded = if is_through_vault {
                vault.swap(&of.pool, direction, is_given_in, amount)
            } else {
                let shown = if of.kind == Kind::Meta { Balances::Two(balances.clone()) } else { Balances::All(balances.clone()) };
                let recorded = vault.on_swap(&of.pool, direction, is_given_in, amount, &shown);
                // The pool itself does not see the vault's limits.
                let [amount_in, amount_out] = if is_given_in { [Some(amount), recorded] } else { [recorded, Some(amount)] };
                let fits = |amount_in: U256| balances[direction.from].saturating_add(amount_in).bits() <= 112;
                recorded.filter(|_| amount_in.is_some_and(fits) && amount_out.is_some_and(|amount| amount <= balances[direction.to]))
            };
            assert_eq!(answer.ok(), recorded, "{answer:?} {is_given_in} {direction:?} {amount} of {balances:?} {of:?}");
            done += 1;
            real[of.kind as usize] += u32::from(is_through_vault && answer.is_ok());
            paid += u32::from(answer.is_ok_and(|amount| !amount.is_zero()));
            refused += u32::from(answer.is_err());
        }
    }
    println!("{paid} paid, {refused} refused, {real:?} through the vault");
    assert!(real.into_iter().all(|of| of > done / 50), "every kind of pool is swapped in through the vault");
    report("balancer-v2-stable", Level::Bytecode, done, U256::ZERO);
}
