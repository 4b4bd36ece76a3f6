//! An EVM whose calls come from anywhere and cost nothing.

use revm::context::result::{ExecutionResult, Output};
use revm::context::{BlockEnv, CfgEnv, Context, Evm as Machine, Journal, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, EthPrecompiles};
use revm::interpreter::interpreter::EthInterpreter;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, Log, TxKind};
use revm::state::{AccountInfo, Bytecode};
use revm::{DatabaseCommit, ExecuteEvm, MainBuilder, MainContext};

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
            block.timestamp = revm::primitives::U256::from(TIMESTAMP);
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
        self.0.ctx.block.timestamp = revm::primitives::U256::from(timestamp);
    }

    /// Runs a constructor, sent by `from`.
    pub fn deploy(&mut self, from: Address, code: &Bytes, arguments: &[[u8; 32]]) -> Address {
        let mut data = code.to_vec();
        arguments.iter().for_each(|word| data.extend_from_slice(word));
        let (result, state) = self.run(from, TxKind::Create, data);
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
        let (result, state) = self.run(from, TxKind::Call(to), data);
        let done = told(result)?;
        self.0.ctx.journaled_state.database.commit(state);
        Ok(done)
    }

    /// A call whose effects are forgotten.
    pub fn ask(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Done, Reverted> {
        told(self.run(from, TxKind::Call(to), data).0)
    }

    pub fn set_storage(&mut self, address: Address, slot: u64, value: [u8; 32]) {
        let (slot, value) = (revm::primitives::U256::from(slot), revm::primitives::U256::from_be_bytes(value));
        self.0.ctx.journaled_state.database.insert_account_storage(address, slot, value).expect("the database is in memory");
    }

    /// A storage slot by its hash: a mapping's value.
    pub fn set_word(&mut self, address: Address, slot: [u8; 32], value: [u8; 32]) {
        let (slot, value) = (revm::primitives::U256::from_be_bytes(slot), revm::primitives::U256::from_be_bytes(value));
        self.0.ctx.journaled_state.database.insert_account_storage(address, slot, value).expect("the database is in memory");
    }

    fn run(&mut self, from: Address, kind: TxKind, data: Vec<u8>) -> (ExecutionResult, revm::state::EvmState) {
        let transaction = TxEnv { caller: from, kind, data: data.into(), gas_limit: GAS, gas_price: 0, ..TxEnv::default() };
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
