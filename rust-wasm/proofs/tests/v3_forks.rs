//! Pools that share the call interface of Uniswap V3: `mint`, `swap` and a callback that pays.

use arb_engine::proof::{Level, Random};
use arb_engine::protocols::uniswap_v3::{Exact, Swap};
use arb_engine::u256::U256;
use arb_engine_proofs::abi::{call, negative, number, signed, tick, Argument, IntoWord, Word};
use arb_engine_proofs::artifact::creation_code;
use arb_engine_proofs::evm::{Done, Evm, Reverted, TIMESTAMP};
use arb_engine_proofs::stub;
use arb_engine_proofs::ticks::{prove, Start, Venue};
use revm::primitives::{address, keccak256, Address, Bytes};
use serde_json::{json, Value};
use std::collections::BTreeSet;

const TOKENS: [Address; 2] = [address!("1000000000000000000000000000000000000001"), address!("2000000000000000000000000000000000000002")];
const PAYER: Address = address!("00000000000000000000000000000000000000aa");
const DEPLOYER: Address = address!("00000000000000000000000000000000000000dd");
const FACTORY: Address = address!("00000000000000000000000000000000000000ff");
const PLUGIN: Address = address!("00000000000000000000000000000000000000ee");
const VAULT: Address = address!("00000000000000000000000000000000000000cc");

/// Two tokens, and one who pays and owns the factory.
fn world() -> Evm {
    let mut evm = Evm::new();
    TOKENS.iter().for_each(|token| evm.place(*token, stub::pool_token()));
    evm.place(PAYER, stub::payer(TOKENS));
    evm
}

/// What differs between the forks. `fees` of Algebra V1.9 and of Algebra Integral's plugin are by input token.
#[derive(Clone, Copy, PartialEq)]
enum Fork {
    Uniswap,
    Slipstream,
    Pancake,
    AlgebraV1 { fees: Option<[u16; 2]> },
    AlgebraIntegral { fees: Option<[PluginFee; 2]> },
}

#[derive(Clone, Copy, PartialEq)]
struct PluginFee {
    over: u32,
    own: u32,
}

impl Fork {
    fn family(self) -> &'static str {
        match self {
            Self::Uniswap => "uniswap-v3",
            Self::Slipstream => "slipstream-cl",
            Self::Pancake => "pancake-v3",
            Self::AlgebraV1 { .. } => "algebra-v1",
            Self::AlgebraIntegral { .. } => "algebra-integral",
        }
    }

    fn is_algebra(self) -> bool {
        matches!(self, Self::AlgebraV1 { .. } | Self::AlgebraIntegral { .. })
    }

    fn swap_event(self) -> &'static str {
        match self {
            Self::Pancake => "Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)",
            _ => "Swap(address,address,int256,int256,uint160,uint128,int24)",
        }
    }
}

struct Pool {
    evm: Evm,
    address: Address,
    fork: Fork,
    start: Start,
    now: u64,
}

impl Pool {
    fn view(&mut self, signature: &str, words: &[Argument]) -> Bytes {
        let done = self.evm.ask(PAYER, self.address, call(signature, words));
        done.unwrap_or_else(|Reverted(data)| panic!("{signature}: {data}")).answer
    }

    /// A call of the pool's owner.
    fn order(&mut self, signature: &str, words: &[Argument]) -> Done {
        let done = self.evm.send(PAYER, self.address, call(signature, words));
        done.unwrap_or_else(|Reverted(data)| panic!("{signature}: {data}"))
    }

    fn swap_call(&mut self, zero_for_one: bool, exact: Exact, limit: U256) -> Vec<u8> {
        let from = usize::from(!zero_for_one);
        match self.fork {
            Fork::AlgebraIntegral { fees: Some(fees) } => self.evm.place(PLUGIN, plugin(fees[from])),
            Fork::AlgebraV1 { fees: Some(fees) } => self.set_fee(fees[from]),
            _ => {}
        }
        let specified = match exact {
            Exact::Input(amount) => amount.word(),
            Exact::Output(amount) => negative(amount),
        };
        let words = [PAYER.into(), zero_for_one.into(), specified.into(), limit.into(), Argument::Bytes(Vec::new())];
        call("swap(address,bool,int256,uint160,bytes)", &words)
    }

    /// Writes the fee into AlgebraPool.globalState (slot 2, above 160 bits of price and 24 of tick). It holds for the rest of the block: V1.9 takes
    /// `feeZto` or `feeOtz` at the same place of the same swap.
    fn set_fee(&mut self, fee: u16) {
        let mut word = self.evm.storage(self.address, 2u64);
        word[7..9].copy_from_slice(&fee.to_be_bytes());
        self.evm.set_storage(self.address, 2u64, word);
        assert_eq!(number(&self.view("globalState()", &[]), 2), U256::from(u32::from(fee)));
    }

    fn fees(&self, global_state: &[u8]) -> Value {
        match self.fork {
            Fork::AlgebraV1 { fees: None } => json!({ "fee": number(global_state, 2).to_string() }),
            Fork::AlgebraV1 { fees: Some([zto, otz]) } => json!({ "feeZto": zto, "feeOtz": otz }),
            Fork::AlgebraIntegral { fees: Some(fees) } => {
                let last = number(global_state, 2).low_u128() as u32;
                let [zto, otz] = fees.map(|fee| fee.own + if fee.over == 0 { last } else { fee.over });
                json!({ "feeZto": zto, "feeOtz": otz })
            }
            Fork::AlgebraIntegral { fees: None } => {
                json!({ "lastFee": number(global_state, 2).to_string(), "pluginConfig": number(global_state, 3).to_string() })
            }
            _ => json!({ "fee": self.start.fee }),
        }
    }
}

/// A plugin that names the fees of the next swap and lets its own be paid out.
fn plugin(fee: PluginFee) -> Vec<u8> {
    let [before_swap, handle_fee] = ["beforeSwap(address,address,bool,int256,uint160,bool,bytes)", "handlePluginFee(uint256,uint256)"];
    let fees = stub::answer(&[stub::agreement(before_swap), u64::from(fee.over).into(), u64::from(fee.own).into()]);
    stub::functions(&[(before_swap, fees), (handle_fee, stub::answer(&[stub::agreement(handle_fee)]))], &[])
}

impl Venue for Pool {
    fn mint(&mut self, lower: i32, upper: i32, liquidity: u128) -> bool {
        let [sender, owner] = [PAYER; 2].map(Argument::from);
        let position = [owner, lower.into(), upper.into(), liquidity.into(), Argument::Bytes(Vec::new())];
        let data = if self.fork.is_algebra() {
            call("mint(address,address,int24,int24,uint128,bytes)", &[&[sender], &position[..]].concat())
        } else {
            call("mint(address,int24,int24,uint128,bytes)", &position)
        };
        self.evm.send(PAYER, self.address, data).is_ok()
    }

    fn swap(&mut self, zero_for_one: bool, exact: Exact, limit: U256) {
        // Time passes, so that the first swap of a block sets the fee anew where it is dynamic. A refused swap leaves everything as it is.
        let later = self.now + 1 + number(&exact_word(exact), 0).low_u128() as u64 % 20_000;
        self.evm.set_time(later);
        let data = self.swap_call(zero_for_one, exact, limit);
        match self.evm.send(PAYER, self.address, data) {
            Ok(_) => self.now = later,
            Err(_) => self.evm.set_time(self.now),
        }
    }

    fn ask(&mut self, zero_for_one: bool, exact: Exact, limit: U256) -> Option<Swap> {
        let data = self.swap_call(zero_for_one, exact, limit);
        let done = self.evm.ask(PAYER, self.address, data).ok()?;
        let topic = keccak256(self.fork.swap_event());
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
            .map(|t| (t, self.view("ticks(int24)", &[(*t).into()])))
            .filter(|(_, row)| !number(row, 0).is_zero())
            .map(|(t, row)| {
                let net = i128::from_be_bytes(row[48..64].try_into().expect("sixteen bytes"));
                json!([t, net.to_string()])
            })
            .collect();
        let (signature, price) = if self.fork.is_algebra() { ("globalState()", "price") } else { ("slot0()", "sqrtPriceX96") };
        let global_state = self.view(signature, &[]);
        let mut state = self.fees(&global_state);
        state["family"] = json!(self.fork.family());
        state["tickSpacing"] = json!(self.start.tick_spacing);
        state[price] = json!(number(&global_state, 0).to_string());
        state["tick"] = json!(tick(&global_state, 1));
        state["liquidity"] = json!(number(&self.view("liquidity()", &[]), 0).to_string());
        state["ticks"] = json!(rows);
        state
    }

    fn spacing(&self) -> i32 {
        self.start.tick_spacing
    }

    fn overflows(&mut self, zero_for_one: bool, amount_in: U256) -> bool {
        let reserve = |pool: &mut Self| number(&pool.view("getReserves()", &[]), usize::from(!zero_for_one));
        matches!(self.fork, Fork::AlgebraIntegral { .. }) && reserve(self).saturating_add(amount_in).bits() > 128
    }
}

fn exact_word(exact: Exact) -> Word {
    let (Exact::Input(amount) | Exact::Output(amount)) = exact;
    amount.word()
}

fn initialised(mut evm: Evm, address: Address, fork: Fork, start: Start) -> Pool {
    evm.send(PAYER, address, call("initialize(uint160)", &[start.sqrt_price.into()])).expect("the price is within the range");
    Pool { evm, address, fork, start, now: TIMESTAMP }
}

/// The pool asks its deployer for its parameters.
fn uniswap(world: &Evm, code: &Bytes, fork: Fork, start: Start) -> Pool {
    let mut evm = world.fork();
    let parameters = [FACTORY.into(), TOKENS[0].into(), TOKENS[1].into(), u64::from(start.fee).into(), start.tick_spacing.into()];
    evm.place(DEPLOYER, stub::functions(&[("parameters()", stub::answer(&parameters))], &[]));
    let address = evm.deploy(DEPLOYER, code, &[]);
    initialised(evm, address, fork, start)
}

/// The pool and its data storage know each other from their constructors; the fee's configuration is any that the contract admits.
fn algebra_v1(world: &Evm, [pool, storage]: &[Bytes; 2], random: &mut Random, start: Start) -> Pool {
    let mut evm = world.fork();
    let owned = [("owner()", stub::answer(&[PAYER.into()])), ("vaultAddress()", stub::answer(&[VAULT.into()]))];
    evm.place(FACTORY, stub::functions(&owned, &[]));
    let address = DEPLOYER.create(1);
    let storage = evm.deploy(FACTORY, storage, &[address.into()]);
    let parameters = [storage.into(), FACTORY.into(), TOKENS[0].into(), TOKENS[1].into()];
    evm.place(DEPLOYER, stub::functions(&[("parameters()", stub::answer(&parameters))], &[]));
    assert_eq!(evm.deploy(DEPLOYER, pool, &[]), address);
    let mut below = |end| random.below(end);
    // alpha1, alpha2, beta1, beta2, gamma1, gamma2, volumeBeta, volumeGamma, baseFee.
    let config =
        [below(20_000), below(40_000), below(1_000), below(100_000), 1 + below(100), 1 + below(10_000), below(10), 1 + below(100), below(5_000)];
    let signature = "changeFeeConfiguration((uint16,uint16,uint32,uint32,uint16,uint16,uint32,uint16,uint16))";
    evm.send(PAYER, storage, call(signature, &config.map(Argument::from))).expect("the owner may configure the fee");
    let community_fees = [below(251), below(251)];
    let fees = Some([(); 2].map(|_| random.below(1 << 16) as u16)).filter(|_| random.below(2) == 0);
    let mut pool = initialised(evm, address, Fork::AlgebraV1 { fees }, Start { tick_spacing: 60, ..start });
    let has_own = pool.view("globalState()", &[])[4 * 32..6 * 32].chunks(32).map(|word| number(word, 0)).eq(community_fees.map(U256::from));
    if !has_own {
        pool.order("setCommunityFee(uint8,uint8)", &community_fees.map(Argument::from));
    }
    pool
}

/// A factory that lets everyone administer, and in half of the cases a plugin that names the fees of each swap.
fn algebra_integral(world: &Evm, code: &Bytes, random: &mut Random, start: Start) -> Pool {
    let mut evm = world.fork();
    let defaults = [0u64.into(), start.tick_spacing.into(), u64::from(start.fee).into()];
    let functions = [
        ("defaultConfigurationForPool()", stub::answer(&defaults)),
        ("hasRoleOrOwner(bytes32,address)", stub::answer(&[true.into()])),
        ("owner()", stub::answer(&[PAYER.into()])),
    ];
    evm.place(FACTORY, stub::functions(&functions, &[]));
    let parameters = [Address::ZERO.into(), FACTORY.into(), TOKENS[0].into(), TOKENS[1].into()];
    evm.place(DEPLOYER, stub::functions(&[("getDeployParameters()", stub::answer(&parameters))], &[]));
    let address = evm.deploy(DEPLOYER, code, &[]);
    let mut fee = || PluginFee { over: random.below(2) as u32 * random.below(100_000) as u32, own: random.below(3_000) as u32 };
    let fees = Some([fee(), fee()]).filter(|_| random.below(2) == 0);
    let mut pool = initialised(evm, address, Fork::AlgebraIntegral { fees }, start);
    if fees.is_some() {
        pool.evm.place(PLUGIN, vec![0]);
        pool.order("setPlugin(address)", &[PLUGIN.into()]);
        // BEFORE_SWAP_FLAG and DYNAMIC_FEE: an override without the latter reverts with `dynamicFeeDisabled`.
        pool.order("setPluginConfig(uint8)", &[(1 | 1u64 << 7).into()]);
    }
    pool.order("setCommunityVault(address)", &[VAULT.into()]);
    pool.order("setCommunityFee(uint16)", &[(1 + random.below(1_000)).into()]);
    pool
}

const UNISWAP: &str = "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json";

#[test]
fn uniswap_v3() {
    let (world, code) = (world(), creation_code(UNISWAP));
    let open = |_: &mut Random, start| uniswap(&world, &code, Fork::Uniswap, start);
    prove("uniswap-v3", Level::Bytecode, &[100, 500, 3_000, 10_000], &[1, 10, 60, 200], open);
}

/// Slipstream's own bytecode is not published: here Uniswap's, with any fee, is a second implementation of the same swap.
#[test]
fn slipstream_cl() {
    let (world, code) = (world(), creation_code(UNISWAP));
    let open = |_: &mut Random, start| uniswap(&world, &code, Fork::Slipstream, start);
    prove("slipstream-cl", Level::SecondImplementation, &[0, 1, 80, 457, 3_333, 50_000, 100_000], &[1, 50, 100, 200, 2_000], open);
}

#[test]
fn pancake_v3() {
    let (world, code) = (world(), creation_code("@pancakeswap/v3-core/artifacts/contracts/PancakeV3Pool.sol/PancakeV3Pool.json"));
    let open = |_: &mut Random, start| uniswap(&world, &code, Fork::Pancake, start);
    prove("pancake-v3", Level::Bytecode, &[100, 500, 2_500, 10_000], &[1, 10, 50, 200], open);
}

#[test]
fn algebra_v1_with_the_fee_that_its_data_storage_sets_and_with_fees_by_direction() {
    let artifacts = ["AlgebraPool.sol/AlgebraPool.json", "DataStorageOperator.sol/DataStorageOperator.json"];
    let (world, codes) = (world(), artifacts.map(|name| creation_code(&format!("@cryptoalgebra/core/artifacts/contracts/{name}"))));
    prove("algebra-v1", Level::Bytecode, &[0], &[60], |random, start| algebra_v1(&world, &codes, random, start));
}

#[test]
fn algebra_integral_with_and_without_a_plugin() {
    let (world, code) = (world(), creation_code("@cryptoalgebra/integral-core/artifacts/contracts/AlgebraPool.sol/AlgebraPool.json"));
    let open = |random: &mut Random, start| algebra_integral(&world, &code, random, start);
    prove("algebra-integral", Level::Bytecode, &[0, 1, 100, 500, 3_000, 50_000], &[1, 5, 60, 200, 500], open);
}
