//! Pools in Uniswap V4's PoolManager, by the routers that its package publishes for tests.

use arb_engine::proof::{Level, Random};
use arb_engine::protocols::uniswap_v3::{Exact, Swap};
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, negative, number, signed, tick, Argument, IntoWord, Word};
use arb_engine_proofs::artifact::creation_code;
use arb_engine_proofs::evm::{Evm, Reverted};
use arb_engine_proofs::stub;
use arb_engine_proofs::ticks::{prove, Start, Venue};
use revm::primitives::{address, keccak256, Address, B256};
use serde_json::{json, Value};
use std::collections::BTreeSet;

const TOKENS: [Address; 2] = [address!("1000000000000000000000000000000000000001"), address!("2000000000000000000000000000000000000002")];
const OWNER: Address = address!("00000000000000000000000000000000000000aa");
/// LPFeeLibrary.DYNAMIC_FEE_FLAG.
const DYNAMIC_FEE: u32 = 1 << 23;
/// A hook that is asked before and after positions change only: `initialize` and swaps do not call it.
const IDLE_HOOK: Address = address!("1111111111111111111111111111111111110a00");

#[derive(Clone)]
struct Contracts {
    manager: Address,
    liquidity_router: Address,
    swap_router: Address,
}

struct Pool {
    evm: Evm,
    contracts: Contracts,
    key: [Word; 5],
    start: Start,
}

fn world() -> (Evm, Contracts) {
    let mut evm = Evm::new();
    TOKENS.iter().for_each(|token| evm.place(*token, stub::pool_token()));
    let code = |name: &str| creation_code(&format!("@uniswap/v4-core/out/{name}.sol/{name}.json"));
    let manager = evm.deploy(OWNER, &code("PoolManager"), &[OWNER.into()]);
    let liquidity_router = evm.deploy(OWNER, &code("PoolModifyLiquidityTestNoChecks"), &[manager.into()]);
    let swap_router = evm.deploy(OWNER, &code("SwapRouterNoChecks"), &[manager.into()]);
    evm.send(OWNER, manager, call("setProtocolFeeController(address)", &[OWNER.into()])).expect("the owner may set it");
    (evm, Contracts { manager, liquidity_router, swap_router })
}

impl Pool {
    fn open((world, contracts): &(Evm, Contracts), random: &mut Random, start: Start) -> Self {
        let mut evm = world.fork();
        // A static fee of the key, or one that the hook sets.
        let is_dynamic = random.below(3) == 0;
        let hooks = if is_dynamic { IDLE_HOOK } else { Address::ZERO };
        let fee = if is_dynamic { DYNAMIC_FEE } else { start.fee };
        let key = [TOKENS[0].word(), TOKENS[1].word(), u64::from(fee).word(), start.tick_spacing.word(), hooks.word()];
        let with_key = |last: Argument| [Argument::Tuple(key.map(Argument::from).to_vec()), last];
        evm.place(IDLE_HOOK, accepting_hook());
        let initialize = "initialize((address,address,uint24,int24,address),uint160)";
        evm.send(OWNER, contracts.manager, call(initialize, &with_key(start.sqrt_price.into()))).expect("the price is within the range");
        if is_dynamic {
            let update = "updateDynamicLPFee((address,address,uint24,int24,address),uint24)";
            evm.send(IDLE_HOOK, contracts.manager, call(update, &with_key(u64::from(start.fee).into()))).expect("the hook may set it");
        }
        if random.below(2) == 0 {
            let fee = random.below(1_001) | random.below(1_001) << 12;
            let set = "setProtocolFee((address,address,uint24,int24,address),uint24)";
            evm.send(OWNER, contracts.manager, call(set, &with_key(fee.into()))).expect("the controller may set it");
        }
        Self { evm, contracts: contracts.clone(), key, start }
    }

    fn key(&self) -> Argument {
        Argument::Tuple(self.key.map(Argument::from).to_vec())
    }

    fn swap_call(&self, zero_for_one: bool, exact: Exact, limit: U256) -> Vec<u8> {
        // Of the opposite sign in Uniswap V3.
        let specified = match exact {
            Exact::Input(amount) => negative(amount),
            Exact::Output(amount) => amount.word(),
        };
        let params = Argument::Tuple(vec![zero_for_one.into(), specified.into(), limit.into()]);
        call("swap((address,address,uint24,int24,address),(bool,int256,uint160))", &[self.key(), params])
    }

    /// A word of the manager's storage.
    fn load(&mut self, slot: Word) -> Word {
        let done = self.evm.ask(OWNER, self.contracts.manager, call("extsload(bytes32)", &[slot.into()]));
        done.unwrap_or_else(|Reverted(data)| panic!("extsload: {data}")).answer[..].try_into().expect("one word")
    }

    /// The slot of the pool's state, or of one of its members (StateLibrary).
    fn slot(&self, offset: u64) -> Word {
        let pool = keccak256([keccak256(self.key.concat()).0, 6u64.word()].concat());
        number(&pool.0, 0).wrapping_add(U256::from(offset)).0.word()
    }
}

/// Answers both calls around positions with their selectors: what it is called with begins with that.
fn accepting_hook() -> Vec<u8> {
    let signatures = ["beforeAddLiquidity", "beforeRemoveLiquidity"]
        .map(|name| format!("{name}(address,(address,address,uint24,int24,address),(int24,int24,int256,bytes32),bytes)"));
    let functions = signatures.each_ref().map(|signature| (signature.as_str(), stub::answer(&[stub::agreement(signature)])));
    stub::functions(&functions, &[])
}

impl Venue for Pool {
    fn mint(&mut self, lower: i32, upper: i32, liquidity: u128) -> bool {
        let change = Argument::Tuple(vec![lower.into(), upper.into(), liquidity.into(), 0u64.into()]);
        let signature = "modifyLiquidity((address,address,uint24,int24,address),(int24,int24,int256,bytes32),bytes)";
        self.evm.send(OWNER, self.contracts.liquidity_router, call(signature, &[self.key(), change, Argument::Bytes(Vec::new())])).is_ok()
    }

    fn swap(&mut self, zero_for_one: bool, exact: Exact, limit: U256) {
        // A refused one leaves the state as it is.
        let _ = self.evm.send(OWNER, self.contracts.swap_router, self.swap_call(zero_for_one, exact, limit));
    }

    fn ask(&mut self, zero_for_one: bool, exact: Exact, limit: U256) -> Option<Swap> {
        let done = self.evm.ask(OWNER, self.contracts.swap_router, self.swap_call(zero_for_one, exact, limit)).ok()?;
        let topic: B256 = keccak256("Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)");
        let log = done.logs.iter().find(|log| log.topics()[0] == topic).expect("a swap is logged");
        let data = &log.data.data;
        let [(amount0, _), (amount1, _)] = [signed(data, 0), signed(data, 1)];
        let (amount_in, amount_out) = if zero_for_one { (amount0, amount1) } else { (amount1, amount0) };
        Some(Swap { amount_in, amount_out, sqrt_price: number(data, 2), tick: tick(data, 4), liquidity: number(data, 3).low_u128() })
    }

    fn state(&mut self, ticks: &BTreeSet<i32>) -> Value {
        let slot0 = self.load(self.slot(0));
        let liquidity = self.load(self.slot(3));
        let ticks_slot = self.slot(4);
        let mut rows = Vec::new();
        for t in ticks {
            let word = self.load(keccak256([t.word(), ticks_slot].concat()).0);
            let (net, gross) = word.split_at(16);
            if gross.iter().any(|byte| *byte != 0) {
                let net = i128::from_be_bytes(net.try_into().expect("sixteen bytes"));
                rows.push(json!([t, net.to_string()]));
            }
        }
        // lpFee, protocolFee and tick have 24 bits each, above the price.
        let pips = |end: usize| u32::from_be_bytes([0, slot0[end - 3], slot0[end - 2], slot0[end - 1]]);
        let tick = (pips(12) << 8) as i32 >> 8;
        json!({
            "family": "uniswap-v4",
            "hooks": Address::from_word(B256::from(self.key[4])).to_string(),
            "tickSpacing": self.start.tick_spacing,
            "lpFee": pips(6),
            "protocolFee": pips(9),
            "tick": tick,
            "sqrtPriceX96": (number(&slot0, 0) << 96 >> 96).to_string(),
            "liquidity": number(&liquidity, 0).to_string(),
            "ticks": rows,
        })
    }

    fn spacing(&self) -> i32 {
        self.start.tick_spacing
    }
}

#[test]
fn uniswap_v4_with_protocol_and_dynamic_fees() {
    let world = world();
    let open = |random: &mut Random, start| Pool::open(&world, random, start);
    prove("uniswap-v4", Level::Bytecode, &[0, 1, 100, 500, 3_000, 10_000, 250_000, 999_000], &[1, 10, 60, 200, 16_383, 32_767], open);
}
