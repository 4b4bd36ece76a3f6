//! An EVM whose calls come from anywhere and cost nothing.

use crate::abi::{encode, number, Argument, IntoWord, Word};
use arb_engine::u256::U256;
use revm::context::result::{ExecutionResult, Output};
use revm::context::{BlockEnv, CfgEnv, Context, Evm as Machine, Journal, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, EthPrecompiles};
use revm::interpreter::interpreter::EthInterpreter;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, Log, TxKind, U256 as Wide};
use revm::state::{AccountInfo, Bytecode};
use revm::{Database, DatabaseCommit, ExecuteEvm, MainBuilder, MainContext};

type State = CacheDB<EmptyDB>;
type Environment = Context<BlockEnv, TxEnv, CfgEnv, State, Journal<State>, ()>;

/// Enough for every swap across the whole range of ticks, and small enough that one which does not end is noticed.
const GAS: u64 = 2_000_000_000;
/// Unix time at which a chain begins, seconds.
pub const TIMESTAMP: u64 = 1_700_000_000;

pub struct Evm(Machine<Environment, (), EthInstructions<EthInterpreter, Environment>, EthPrecompiles, EthFrame<EthInterpreter>>);

/// What a call that did not revert left behind.
#[derive(Debug)]
pub struct Done {
    pub answer: Bytes,
    pub logs: Vec<Log>,
}

/// The data of a revert; empty where the contract gave none.
#[derive(Debug)]
pub struct Reverted(pub Bytes);

impl Default for Evm {
    fn default() -> Self {
        Self::new()
    }
}

impl Evm {
    /// Cancun rules. The limits of code size do not hold: some packages are published as compiled for tests.
    pub fn new() -> Self {
        let context = Context::mainnet().with_db(State::default()).modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::CANCUN);
            cfg.limit_contract_code_size = Some(usize::MAX);
            cfg.limit_contract_initcode_size = Some(usize::MAX);
            cfg.disable_nonce_check = true;
            cfg.disable_eip3607 = true;
            cfg.disable_block_gas_limit = true;
            cfg.disable_balance_check = true;
            cfg.disable_base_fee = true;
            cfg.tx_gas_limit_cap = Some(u64::MAX);
        });
        let context = context.modify_block_chained(|block| {
            block.timestamp = Wide::from(TIMESTAMP);
            block.basefee = 0;
        });
        Self(context.build_mainnet())
    }

    /// The same chain again: what happens on one does not happen on the other.
    pub fn fork(&self) -> Self {
        let mut evm = Self::new();
        evm.0.ctx.journaled_state.database = self.0.ctx.journaled_state.database.clone();
        evm
    }

    /// Puts code at an address, without a constructor.
    pub fn place(&mut self, address: Address, code: Vec<u8>) {
        let info = AccountInfo::from_bytecode(Bytecode::new_raw(code.into()));
        self.0.ctx.journaled_state.database.insert_account_info(address, info);
    }

    /// Sets the time of the next blocks, seconds.
    pub fn set_time(&mut self, timestamp: u64) {
        self.0.ctx.block.timestamp = Wide::from(timestamp);
    }

    /// Runs a constructor, sent by `from`.
    pub fn deploy(&mut self, from: Address, code: &Bytes, arguments: &[Argument]) -> Address {
        let (result, state) = self.run(from, TxKind::Create, [code.to_vec(), encode(arguments)].concat(), U256::ZERO);
        match result {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => {
                self.0.ctx.journaled_state.database.commit(state);
                address
            }
            failed => panic!("a constructor failed: {failed:?}"),
        }
    }

    /// A call whose effects stay.
    pub fn send(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Done, Reverted> {
        self.pay(from, to, data, U256::ZERO)
    }

    /// A call that brings wei along, and whose effects stay. The sender must hold them (`give`).
    pub fn pay(&mut self, from: Address, to: Address, data: Vec<u8>, wei: U256) -> Result<Done, Reverted> {
        assert!(wei <= self.balance(from), "the sender lacks {wei} wei");
        let (result, state) = self.run(from, TxKind::Call(to), data, wei);
        let done = told(result)?;
        self.0.ctx.journaled_state.database.commit(state);
        Ok(done)
    }

    /// A call whose effects are forgotten.
    pub fn ask(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Done, Reverted> {
        told(self.run(from, TxKind::Call(to), data, U256::ZERO).0)
    }

    /// A storage slot, of a mapping by its hash.
    pub fn set_storage(&mut self, address: Address, slot: impl IntoWord, value: impl IntoWord) {
        let [slot, value] = [slot.word(), value.word()].map(Wide::from_be_bytes);
        self.0.ctx.journaled_state.database.insert_account_storage(address, slot, value).expect("the database is in memory");
    }

    pub fn storage(&mut self, address: Address, slot: impl IntoWord) -> Word {
        let slot = Wide::from_be_bytes(slot.word());
        self.0.ctx.journaled_state.database.storage(address, slot).expect("the database is in memory").to_be_bytes()
    }

    /// Wei that an account holds.
    pub fn balance(&mut self, address: Address) -> U256 {
        let account = self.0.ctx.journaled_state.database.basic(address).expect("the database is in memory");
        account.map_or(U256::ZERO, |account| number(&account.balance.to_be_bytes::<32>(), 0))
    }

    /// Makes an account without code hold so many wei.
    pub fn give(&mut self, address: Address, wei: U256) {
        let info = AccountInfo::from_balance(Wide::from_be_bytes(wei.word()));
        self.0.ctx.journaled_state.database.insert_account_info(address, info);
    }

    fn run(&mut self, from: Address, kind: TxKind, data: Vec<u8>, wei: U256) -> (ExecutionResult, revm::state::EvmState) {
        let value = Wide::from_be_bytes(wei.word());
        let transaction = TxEnv { caller: from, kind, data: data.into(), value, gas_limit: GAS, gas_price: 0, ..TxEnv::default() };
        let outcome = self.0.transact(transaction).expect("the transaction itself is valid");
        (outcome.result, outcome.state)
    }
}

fn told(result: ExecutionResult) -> Result<Done, Reverted> {
    match result {
        ExecutionResult::Success { output, logs, .. } => Ok(Done { answer: output.into_data(), logs }),
        ExecutionResult::Revert { output, .. } => Err(Reverted(output)),
        // Before Solidity 0.8.0 `assert` is an invalid opcode.
        ExecutionResult::Halt { reason, .. } if format!("{reason:?}").contains("InvalidFEOpcode") => Err(Reverted(Bytes::new())),
        ExecutionResult::Halt { reason, .. } => panic!("the EVM halted: {reason:?}"),
    }
}
