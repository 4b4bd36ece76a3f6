//! WeightedPool of 2021 and of 2023 as published: through real joins and swaps in the vault, and asked by the vault's address with balances of
//! every size.

use arb_engine::proof::{cases, report, Level, Random};
use arb_engine::protocols::family::{Direction, Family};
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use arb_engine_proofs::abi::Argument;
use arb_engine_proofs::vault_v2::{scaling_factor, some_tokens, token, Balances, Pool, Vault, DECIMALS, FEES, OWNER};
use revm::primitives::Address;
use serde_json::json;

const ONE: u64 = 1_000_000_000_000_000_000;

struct Weighted {
    pool: Pool,
    weights: Vec<u64>,
    fee: u64,
    factors: Vec<U256>,
    version: u8,
}

impl Weighted {
    /// Round weights as often as crooked ones: exponents of 1, 2 and 4 have a way of their own.
    fn deploy(vault: &mut Vault, random: &mut Random) -> Self {
        let count = if random.below(2) == 0 { 2 } else { random.within(3, 8) as usize };
        let tokens = some_tokens(random, count);
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
        let any_fee = ONE / 1_000_000 + random.below(ONE / 10 - ONE / 1_000_000);
        let fee = *random.pick(&[ONE / 1_000_000, ONE / 10, ONE / 1_000 * 3, any_fee]);
        let version = 1 + random.below(2) as u8;
        let addresses: Vec<Address> = tokens.iter().map(|index| token(*index)).collect();
        let none = vec![Address::ZERO; count];
        let pool = if version == 1 {
            let arguments: [Argument; 9] = [
                vault.address.into(),
                "n".into(),
                "s".into(),
                addresses.as_slice().into(),
                weights.as_slice().into(),
                fee.into(),
                0u64.into(),
                0u64.into(),
                OWNER.into(),
            ];
            vault.deploy("20210418-weighted-pool/bytecode/WeightedPool.json", &arguments)
        } else {
            let params = Argument::Tuple(vec![
                "n".into(),
                "s".into(),
                addresses.as_slice().into(),
                weights.as_slice().into(),
                none.as_slice().into(),
                none.as_slice().into(),
                fee.into(),
            ]);
            let arguments = [params, vault.address.into(), FEES.into(), 0u64.into(), 0u64.into(), OWNER.into(), "v".into()];
            vault.deploy("20230206-weighted-pool-v3/artifact/WeightedPool.json", &arguments)
        };
        assert_eq!(pool.tokens, addresses);
        let factors = tokens.iter().map(|index| scaling_factor(DECIMALS[*index])).collect();
        Self { pool, weights, fee, factors, version }
    }

    fn engine(&self, balances: &[U256]) -> Box<dyn Family> {
        let text = |numbers: &[U256]| numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
        let state = json!({
            "family": "balancer-v2-weighted", "balances": text(balances), "normalizedWeights": self.weights, "swapFeePercentage": self.fee,
            "scalingFactors": text(&self.factors), "powVersion": self.version,
        });
        pool_from_json(&state.to_string()).expect("a state of the pool")
    }
}

#[test]
fn balancer_v2_weighted() {
    let random = &mut Random::seeded("balancer-v2-weighted");
    let mut vault = Vault::open();
    let (mut done, mut real, mut paid, mut refused) = (0, 0, 0, 0);
    while done < cases() {
        let of = Weighted::deploy(&mut vault, random);
        let count = of.pool.tokens.len();
        let bits = *random.pick(&[40, 70, 90, 112]);
        let mut balances: Vec<U256> = (0..count).map(|_| random.wide(bits)).collect();
        let is_live = vault.initialise(&of.pool, &balances);
        for _ in 0..20 {
            let is_through_vault = is_live && random.below(2) == 0;
            if is_through_vault {
                balances = vault.balances(&of.pool);
            } else {
                balances = (0..count).map(|_| random.wide(112)).collect();
            }
            let from = random.below(count as u64) as usize;
            let direction = Direction { from, to: (from + 1 + random.below(count as u64 - 1) as usize) % count };
            let is_given_in = random.below(2) == 0;
            let limited = balances[if is_given_in { direction.from } else { direction.to }];
            // Mostly within the 30 % that a swap may move.
            let amount = if random.below(8) == 0 { random.wide(120) } else { random.wide(limited.bits().saturating_sub(1).max(1)) };
            let pool = of.engine(&balances);
            let answer = if is_given_in { pool.quote(direction, amount, None) } else { pool.quote_exact_output(direction, amount, None) };
            if is_through_vault {
                let recorded = vault.swap(&of.pool, direction, is_given_in, amount);
                assert_eq!(answer.ok(), recorded, "{answer:?} {is_given_in} {direction:?} {amount} of {balances:?} {pool:?}");
            } else {
                let all = Balances::Two(balances.clone());
                let recorded = vault.on_swap(&of.pool, direction, is_given_in, amount, &all);
                // The pool itself does not see the vault's limits of 112 bits.
                let [amount_in, amount_out] = if is_given_in { [Some(amount), recorded] } else { [recorded, Some(amount)] };
                let fits = |amount_in: U256| balances[direction.from].saturating_add(amount_in).bits() <= 112;
                let booked = recorded.filter(|_| amount_in.is_some_and(fits) && amount_out.is_some_and(|amount| amount <= balances[direction.to]));
                assert_eq!(answer.ok(), booked, "{answer:?} {is_given_in} {direction:?} {amount} of {balances:?} {pool:?}");
            }
            done += 1;
            real += u32::from(is_through_vault);
            paid += u32::from(answer.is_ok_and(|amount| !amount.is_zero()));
            refused += u32::from(answer.is_err());
        }
    }
    println!("{paid} paid, {refused} refused, {real} through the vault");
    report("balancer-v2-weighted", Level::Bytecode, done, U256::ZERO);
}
