//! UniswapV2Pair and UniswapV2Router02: what the engine quotes is the most that the pair pays, what it sizes by is the least that the pair takes, and
//! what it names for an exact output is what the router's library names.

use arb_engine::proof::{cases, report, Level, Random};
use arb_engine::protocols::family::Direction;
use arb_engine::protocols::registry::pool_from_json;
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, number, Argument};
use arb_engine_proofs::artifact::creation_code;
use arb_engine_proofs::evm::Evm;
use arb_engine_proofs::stub;
use revm::primitives::{address, Address};
use serde_json::json;

const TOKENS: [Address; 2] = [address!("1000000000000000000000000000000000000001"), address!("2000000000000000000000000000000000000002")];
const FACTORY: Address = address!("00000000000000000000000000000000000000ff");
const TAKER: Address = address!("00000000000000000000000000000000000000aa");

struct Pair {
    evm: Evm,
    address: Address,
    router: Address,
    reserves: [U256; 2],
}

impl Pair {
    /// The pair takes its reserves from the balances.
    fn open(reserves: [U256; 2]) -> Self {
        let mut evm = Evm::new();
        TOKENS.iter().for_each(|token| evm.place(*token, stub::pool_token()));
        let address = evm.deploy(FACTORY, &creation_code("@uniswap/v2-core/build/UniswapV2Pair.json"), &[]);
        evm.send(FACTORY, address, call("initialize(address,address)", &TOKENS.map(Argument::from))).expect("the factory may initialise it");
        let router = evm.deploy(TAKER, &creation_code("@uniswap/v2-periphery/build/UniswapV2Router02.json"), &[FACTORY.into(), Address::ZERO.into()]);
        let mut pair = Self { evm, address, router, reserves };
        pair.hold(reserves);
        pair
    }

    fn hold(&mut self, reserves: [U256; 2]) {
        self.reserves = reserves;
        self.balance(reserves);
        self.evm.send(TAKER, self.address, call("sync()", &[])).expect("the reserves fit uint112");
        let read = self.evm.ask(TAKER, self.address, call("getReserves()", &[])).expect("a view").answer;
        assert_eq!([number(&read, 0), number(&read, 1)], reserves);
    }

    fn balance(&mut self, balances: [U256; 2]) {
        TOKENS.iter().zip(balances).for_each(|(token, balance)| self.evm.set_storage(*token, 0u64, balance));
    }

    /// Whether the pair pays `amount_out` when `amount_in` has been sent to it.
    fn pays(&mut self, zero_for_one: bool, amount_in: U256, amount_out: U256) -> bool {
        let [mut balances, mut out] = [self.reserves, [U256::ZERO; 2]];
        let from = usize::from(!zero_for_one);
        balances[from] = balances[from].checked_add(amount_in).expect("a balance");
        out[1 - from] = amount_out;
        self.balance(balances);
        let words = [out[0].into(), out[1].into(), TAKER.into(), Argument::Bytes(Vec::new())];
        self.evm.ask(TAKER, self.address, call("swap(uint256,uint256,address,bytes)", &words)).is_ok()
    }

    /// `getAmountIn` of the router; nothing where it reverts.
    fn named_input(&mut self, zero_for_one: bool, amount_out: U256) -> Option<U256> {
        let from = usize::from(!zero_for_one);
        let arguments = [amount_out, self.reserves[from], self.reserves[1 - from]].map(Argument::from);
        let done = self.evm.ask(TAKER, self.router, call("getAmountIn(uint256,uint256,uint256)", &arguments));
        done.ok().map(|done| number(&done.answer, 0))
    }
}

#[test]
fn uniswap_v2() {
    let random = &mut Random::seeded("uniswap-v2");
    let mut pair = Pair::open([U256::ONE; 2]);
    let (mut exact, mut beyond, mut whole) = (0, 0, 0);
    for case in 0..cases() {
        if case % 10 == 0 {
            // Multiples of 997 leave `getAmountIn` nothing to round where what remains of the other token divides 1,000 too.
            let grain = U256::from(*random.pick(&[1u32, 997]));
            pair.hold([(); 2].map(|_| random.wide(102).checked_mul(grain).expect("below 112 bits")));
            if random.below(2) == 0 {
                pair.hold([(); 2].map(|_| random.wide(112)));
            }
        }
        let [reserve0, reserve1] = pair.reserves;
        let state = json!({"family": "uniswap-v2", "reserve0": reserve0.to_string(), "reserve1": reserve1.to_string(), "feePips": 3_000});
        let pool = pool_from_json(&state.to_string()).expect("a state of the pair");
        let zero_for_one = random.below(2) == 0;
        let from = usize::from(!zero_for_one);
        let direction = Direction { from, to: 1 - from };
        let amount_in = random.wide(113);
        let reserve_in = pair.reserves[from];
        match pool.quote(direction, amount_in, None) {
            Ok(paid) => {
                let more = paid.saturating_add(U256::ONE);
                assert!(paid.is_zero() || pair.pays(zero_for_one, amount_in, paid), "{amount_in} of {state} pays less than {paid}");
                assert!(!pair.pays(zero_for_one, amount_in, more), "{amount_in} of {state} pays more than {paid}");
            }
            // Only an input that the reserve cannot take is refused.
            Err(refusal) => {
                assert!(reserve_in.saturating_add(amount_in).bits() > 112, "{refusal:?}");
                assert!(!pair.pays(zero_for_one, amount_in, U256::ONE));
            }
        }
        let reserve_out = pair.reserves[1 - from];
        // Nearly everything costs more than the pair can take.
        let wanted = match random.below(4) {
            0 => reserve_out.saturating_sub(U256::from(*random.pick(&[0u32, 1, 2, 3, 4, 8, 1_000]))),
            _ => random.wide(reserve_out.bits() + 1),
        };
        match pool.input_for(direction, wanted, None) {
            Ok(input) if reserve_in.saturating_add(input).bits() <= 112 => {
                assert!(pair.pays(zero_for_one, input, wanted), "{input} of {state} does not pay {wanted}");
                assert!(!pair.pays(zero_for_one, input.saturating_sub(U256::ONE), wanted), "less than {input} of {state} pays {wanted}");
            }
            Ok(input) => assert!(!pair.pays(zero_for_one, input, wanted)),
            Err(refusal) => assert!(wanted.is_zero() || wanted >= reserve_out, "{refusal:?} for {wanted} of {state}"),
        }
        let named = pair.named_input(zero_for_one, wanted);
        let taken = named.filter(|input| reserve_in.saturating_add(*input).bits() <= 112);
        assert_eq!(pool.quote_exact_output(direction, wanted, None).ok(), taken, "{wanted} of {state}");
        exact += u32::from(named.is_some());
        whole += u32::from(taken.is_some() && pool.input_for(direction, wanted, None).ok() != taken);
        beyond += u32::from(named != taken);
        if let Some(input) = named {
            assert_eq!(pair.pays(zero_for_one, input, wanted), taken.is_some(), "{input} of {state} for {wanted}");
        }
    }
    println!("{exact} exact outputs, {beyond} of them more than the pair can take, {whole} without a remainder");
    assert!(exact * 4 > cases() && beyond > 0 && whole > 0, "exact outputs of every kind are asked for");
    report("uniswap-v2", Level::Bytecode, cases(), U256::ZERO);
}
