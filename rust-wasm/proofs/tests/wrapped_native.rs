//! WETH9 as published: what is wrapped and unwrapped, in wei and in the wrapper's own balances.

use arb_engine::proof::{cases, report, Level, Random};
use arb_engine::protocols::family::Direction;
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, number};
use arb_engine_proofs::artifact::creation_code;
use arb_engine_proofs::evm::Evm;
use revm::primitives::{address, Address};
use serde_json::json;

const DEPLOYER: Address = address!("00000000000000000000000000000000000000dd");
/// Holds everything that is wrapped.
const HOLDER: Address = address!("00000000000000000000000000000000000000aa");
const WRAP: Direction = Direction { from: 0, to: 1 };
const UNWRAP: Direction = Direction { from: 1, to: 0 };

struct Wrapper {
    evm: Evm,
    address: Address,
}

impl Wrapper {
    fn view(&mut self, signature: &str, holder: Option<Address>) -> U256 {
        let arguments: Vec<_> = holder.into_iter().map(Into::into).collect();
        number(&self.evm.ask(HOLDER, self.address, call(signature, &arguments)).expect("a view").answer, 0)
    }

    /// The holder's wei, the holder's wrapped balance, and what the wrapper holds.
    fn balances(&mut self) -> [U256; 3] {
        [self.evm.balance(HOLDER), self.view("balanceOf(address)", Some(HOLDER)), self.view("totalSupply()", None)]
    }

    /// What a swap took from the holder and what it paid; nothing where it reverts.
    fn swap(&mut self, direction: Direction, amount: U256) -> Option<[U256; 2]> {
        let before = self.balances();
        let done = match direction {
            WRAP => self.evm.pay(HOLDER, self.address, call("deposit()", &[]), amount),
            _ => self.evm.send(HOLDER, self.address, call("withdraw(uint256)", &[amount.into()])),
        };
        let after = self.balances();
        let Direction { from, to } = direction;
        if done.is_err() {
            assert_eq!(before, after, "a refused swap moves nothing");
            return None;
        }
        assert_eq!(after[1], after[2], "the holder has all of it");
        Some([before[from].checked_sub(after[from]), after[to].checked_sub(before[to])].map(|moved| moved.expect("in goes down, out goes up")))
    }
}

#[test]
fn wrapped_native() {
    let random = &mut Random::seeded("wrapped-native");
    let mut evm = Evm::new();
    let address = evm.deploy(DEPLOYER, &creation_code("canonical-weth/build/contracts/WETH9.json"), &[]);
    // More than any chain has, so that amounts of up to 128 bits can be wrapped.
    evm.give(HOLDER, U256::ONE << 160);
    let mut wrapper = Wrapper { evm, address };
    let (mut paid, mut refused) = ([0; 2], 0);
    for _ in 0..cases() {
        let supply = wrapper.view("totalSupply()", None);
        let pool =
            pool_from_json(&json!({ "family": "wrapped-native", "totalSupply": supply.to_string() }).to_string()).expect("a state of the wrapper");
        let direction = *random.pick(&[WRAP, UNWRAP]);
        let amount = match random.below(8) {
            0 => supply,
            1 => supply.saturating_add(U256::from(random.below(2))),
            2 => U256::from(random.below(2)),
            _ if direction == WRAP => random.wide(128),
            _ => random.wide(supply.bits().max(1)),
        };
        let quote = pool.quote(direction, amount, None).ok();
        let input = pool.quote_exact_output(direction, amount, None).ok();
        assert_eq!([quote, input], [pool.view(direction, amount, None).ok(), pool.input_for(direction, amount, None).ok()]);
        let moved = wrapper.swap(direction, amount);
        assert_eq!(quote.map(|out| [amount, out]), moved, "{amount} {direction:?} of {supply}");
        assert_eq!(input.map(|taken| [taken, amount]), moved, "{direction:?} for {amount} of {supply}");
        paid[direction.from] += u32::from(moved.is_some());
        refused += u32::from(moved.is_none());
    }
    println!("{} wrapped, {} unwrapped, {refused} refused", paid[0], paid[1]);
    assert!(paid.into_iter().all(|of| of > cases() / 4) && refused > 0, "both ways are proven, and refusals");
    report("wrapped-native", Level::Bytecode, cases(), U256::ZERO);
}
