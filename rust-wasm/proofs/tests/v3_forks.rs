//! Pools that share the call interface of Uniswap V3: `mint`, `swap` and a callback that pays.

use arb_engine::protocols::uniswap_v3::{Exact, Swap};
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, negative, number, signed, tick, IntoWord, Word};
use arb_engine_proofs::artifact::creation_code;
use arb_engine_proofs::evm::{Evm, Reverted};
use arb_engine_proofs::stub;
use arb_engine_proofs::ticks::{prove, Start, Venue};
use revm::primitives::{address, keccak256, Address, Bytes};
use serde_json::{json, Value};
use std::collections::BTreeSet;

const TOKENS: [Address; 2] = [address!("1000000000000000000000000000000000000001"), address!("2000000000000000000000000000000000000002")];
const PAYER: Address = address!("00000000000000000000000000000000000000aa");
const DEPLOYER: Address = address!("00000000000000000000000000000000000000dd");
const FACTORY: Address = address!("00000000000000000000000000000000000000ff");

/// Two tokens and one who pays.
fn world() -> Evm {
    let mut evm = Evm::new();
    TOKENS.iter().for_each(|token| evm.place(*token, stub::token()));
    evm.place(PAYER, stub::payer(TOKENS));
    evm
}

#[derive(Clone, Copy, PartialEq)]
enum Fork {
    Uniswap,
    Pancake,
}

struct Pool {
    evm: Evm,
    address: Address,
    fork: Fork,
    start: Start,
}

impl Pool {
    fn view(&mut self, signature: &str, words: &[Word]) -> Bytes {
        let done = self.evm.ask(PAYER, self.address, call(signature, words));
        done.unwrap_or_else(|Reverted(data)| panic!("{signature}: {data}")).answer
    }

    fn swap_call(zero_for_one: bool, exact: Exact, limit: U256) -> Vec<u8> {
        let specified = match exact {
            Exact::Input(amount) => amount.word(),
            Exact::Output(amount) => negative(amount),
        };
        let words = [PAYER.word(), zero_for_one.word(), specified, limit.word(), 160u64.word(), 0u64.word()];
        call("swap(address,bool,int256,uint160,bytes)", &words)
    }
}

impl Venue for Pool {
    fn mint(&mut self, lower: i32, upper: i32, liquidity: u128) -> bool {
        let words = [PAYER.word(), lower.word(), upper.word(), liquidity.word(), 160u64.word(), 0u64.word()];
        self.evm.send(PAYER, self.address, call("mint(address,int24,int24,uint128,bytes)", &words)).is_ok()
    }

    fn swap(&mut self, zero_for_one: bool, exact: Exact, limit: U256) {
        // A refused one leaves the state as it is.
        let _ = self.evm.send(PAYER, self.address, Self::swap_call(zero_for_one, exact, limit));
    }

    fn ask(&mut self, zero_for_one: bool, exact: Exact, limit: U256) -> Option<Swap> {
        let done = self.evm.ask(PAYER, self.address, Self::swap_call(zero_for_one, exact, limit)).ok()?;
        let topic = keccak256(match self.fork {
            Fork::Uniswap => "Swap(address,address,int256,int256,uint160,uint128,int24)",
            Fork::Pancake => "Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)",
        });
        let log = done.logs.iter().find(|log| log.topics()[0] == topic).expect("a swap is logged");
        let data = &log.data.data;
        let [(amount0, paid0), (amount1, paid1)] = [signed(data, 0), signed(data, 1)];
        assert!(paid0 != paid1 || amount0.is_zero() || amount1.is_zero(), "one token comes in and one goes out");
        let (amount_in, amount_out) = if zero_for_one { (amount0, amount1) } else { (amount1, amount0) };
        Some(Swap { amount_in, amount_out, sqrt_price: number(data, 2), tick: tick(data, 4), liquidity: number(data, 3).low_u128() })
    }

    fn state(&mut self, ticks: &BTreeSet<i32>) -> Value {
        let rows: Vec<Value> = ticks
            .iter()
            .map(|t| (t, self.view("ticks(int24)", &[t.word()])))
            .filter(|(_, row)| !number(row, 0).is_zero())
            .map(|(t, row)| {
                let net = i128::from_be_bytes(row[48..64].try_into().expect("sixteen bytes"));
                json!([t, net.to_string()])
            })
            .collect();
        let slot0 = self.view("slot0()", &[]);
        let family = match self.fork {
            Fork::Uniswap => "uniswap-v3",
            Fork::Pancake => "pancake-v3",
        };
        json!({
            "family": family,
            "fee": self.start.fee,
            "tickSpacing": self.start.tick_spacing,
            "sqrtPriceX96": number(&slot0, 0).to_string(),
            "tick": tick(&slot0, 1),
            "liquidity": number(&self.view("liquidity()", &[]), 0).to_string(),
            "ticks": rows,
        })
    }

    fn spacing(&self) -> i32 {
        self.start.tick_spacing
    }
}

/// The pool asks its deployer for its parameters, and its factory for the owner.
fn open(world: &Evm, code: &Bytes, fork: Fork, start: Start) -> Pool {
    let mut evm = world.fork();
    let parameters = [FACTORY.word(), TOKENS[0].word(), TOKENS[1].word(), u64::from(start.fee).word(), start.tick_spacing.word()];
    evm.place(DEPLOYER, stub::functions(&[("parameters()", stub::answer(&parameters))], &[]));
    let address = evm.deploy(DEPLOYER, code, &[]);
    evm.send(PAYER, address, call("initialize(uint160)", &[start.sqrt_price.word()])).expect("the price is within the range");
    Pool { evm, address, fork, start }
}

#[test]
fn uniswap_v3() {
    let (world, code) = (world(), creation_code("@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json"));
    prove("uniswap-v3", &[100, 500, 3_000, 10_000], &[1, 10, 60, 200], |_, start| open(&world, &code, Fork::Uniswap, start));
}

#[test]
fn pancake_v3() {
    let (world, code) = (world(), creation_code("@pancakeswap/v3-core/artifacts/contracts/PancakeV3Pool.sol/PancakeV3Pool.json"));
    prove("pancake-v3", &[100, 500, 2_500, 10_000], &[1, 10, 50, 200], |_, start| open(&world, &code, Fork::Pancake, start));
}
