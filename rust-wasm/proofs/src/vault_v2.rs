//! Balancer's V2 vault as published, with pools of any kind in it.

use crate::abi::{answer_word, call, number, Argument, Word};
use crate::artifact::creation_code;
use crate::evm::Evm;
use crate::stub;
use arb_engine::proof::Random;
use arb_engine::protocols::family::Direction;
use arb_engine::u256::U256;
use revm::primitives::{address, Address};

pub const TASKS: &str = "@balancer-labs/v2-deployments/dist/tasks";
/// Owner of every pool, and who swaps.
pub const OWNER: Address = address!("00000000000000000000000000000000000000aa");
/// Answers half as every protocol fee.
pub const FEES: Address = address!("00000000000000000000000000000000000000fe");
/// Decimals of the tokens, whose addresses ascend.
pub const DECIMALS: [u8; 8] = [18, 6, 18, 8, 18, 0, 18, 12];

pub struct Vault {
    pub evm: Evm,
    pub address: Address,
}

/// A registered pool: its tokens in the vault's order.
#[derive(Clone, Debug)]
pub struct Pool {
    pub address: Address,
    pub id: Word,
    pub tokens: Vec<Address>,
}

pub fn token(index: usize) -> Address {
    let mut bytes = [0; 20];
    bytes[0] = index as u8 + 1;
    Address::new(bytes)
}

/// 10^(36 − decimals).
pub fn scaling_factor(decimals: u8) -> U256 {
    U256::from(10u32).checked_pow(36 - u32::from(decimals)).expect("fits")
}

/// So many tokens, by their index, ascending.
pub fn some_tokens(random: &mut Random, count: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..DECIMALS.len()).collect();
    while left.len() > count {
        left.remove(random.below(left.len() as u64) as usize);
    }
    left
}

impl Vault {
    pub fn open() -> Self {
        let mut evm = Evm::new();
        for (index, decimals) in DECIMALS.into_iter().enumerate() {
            evm.place(token(index), stub::token(decimals));
        }
        evm.place(FEES, stub::constant());
        evm.set_storage(FEES, 0u64, 500_000_000_000_000_000u64);
        let arguments = [OWNER.into(), OWNER.into(), 0u64.into(), 0u64.into()];
        let address = evm.deploy(OWNER, &creation_code(&format!("{TASKS}/20210418-vault/bytecode/Vault.json")), &arguments);
        Self { evm, address }
    }

    pub fn deploy(&mut self, path: &str, arguments: &[Argument]) -> Pool {
        let address = self.evm.deploy(OWNER, &creation_code(&format!("{TASKS}/{path}")), arguments);
        let id = answer_word(&self.ask(address, "getPoolId()", &[]), 0);
        let answer = self.ask(self.address, "getPoolTokens(bytes32)", &[id.into()]);
        let count = number(&answer, 3).low_u128() as usize;
        let tokens = (0..count).map(|token| Address::from_word(answer_word(&answer, 4 + token).into())).collect();
        Pool { address, id, tokens }
    }

    /// A view that cannot fail.
    pub fn ask(&mut self, to: Address, signature: &str, arguments: &[Argument]) -> Vec<u8> {
        self.evm.ask(OWNER, to, call(signature, arguments)).unwrap_or_else(|error| panic!("{signature}: {error:?}")).answer.to_vec()
    }

    pub fn balances(&mut self, pool: &Pool) -> Vec<U256> {
        let answer = self.ask(self.address, "getPoolTokens(bytes32)", &[pool.id.into()]);
        (0..pool.tokens.len()).map(|token| number(&answer, 5 + pool.tokens.len() + token)).collect()
    }

    /// The first join, with these balances; false where the pool refuses it.
    pub fn initialise(&mut self, pool: &Pool, balances: &[U256]) -> bool {
        let user_data = crate::abi::encode(&[0u64.into(), balances.into()]);
        let most = vec![U256::MAX; balances.len()];
        let request = Argument::Tuple(vec![pool.tokens.as_slice().into(), most.as_slice().into(), Argument::Bytes(user_data), false.into()]);
        let signature = "joinPool(bytes32,address,address,(address[],uint256[],bytes,bool))";
        self.evm.send(OWNER, self.address, call(signature, &[pool.id.into(), OWNER.into(), OWNER.into(), request])).is_ok()
    }

    /// A swap through the vault, whose effects stay; nothing where it reverts.
    pub fn swap(&mut self, pool: &Pool, direction: Direction, is_given_in: bool, amount: U256) -> Option<U256> {
        let Direction { from, to } = direction;
        let kind = u64::from(!is_given_in);
        let single = Argument::Tuple(vec![
            pool.id.into(),
            kind.into(),
            pool.tokens[from].into(),
            pool.tokens[to].into(),
            amount.into(),
            Argument::Bytes(Vec::new()),
        ]);
        let funds = Argument::Tuple(vec![OWNER.into(), false.into(), OWNER.into(), false.into()]);
        let limit = if is_given_in { U256::ZERO } else { U256::MAX };
        let signature = "swap((bytes32,uint8,address,address,uint256,bytes),(address,bool,address,bool),uint256,uint256)";
        let data = call(signature, &[single, funds, limit.into(), U256::MAX.into()]);
        self.evm.send(OWNER, self.address, data).ok().map(|done| number(&done.answer, 0))
    }

    /// What the pool answers to the vault for balances that it does not have; nothing where it reverts.
    pub fn on_swap(&mut self, pool: &Pool, direction: Direction, is_given_in: bool, amount: U256, balances: &Balances) -> Option<U256> {
        let Direction { from, to } = direction;
        let request = Argument::Tuple(vec![
            u64::from(!is_given_in).into(),
            pool.tokens[from].into(),
            pool.tokens[to].into(),
            amount.into(),
            pool.id.into(),
            0u64.into(),
            OWNER.into(),
            OWNER.into(),
            Argument::Bytes(Vec::new()),
        ]);
        const REQUEST: &str = "(uint8,address,address,uint256,bytes32,uint256,address,address,bytes)";
        let data = match balances {
            Balances::Two(of) => call(&format!("onSwap({REQUEST},uint256,uint256)"), &[request, of[from].into(), of[to].into()]),
            Balances::All(of) => {
                let arguments = [request, of.as_slice().into(), (from as u64).into(), (to as u64).into()];
                call(&format!("onSwap({REQUEST},uint256[],uint256,uint256)"), &arguments)
            }
        };
        self.evm.ask(self.address, pool.address, data).ok().map(|done| number(&done.answer, 0))
    }
}

/// Which balances the vault shows a pool of its specialisation.
pub enum Balances {
    Two(Vec<U256>),
    All(Vec<U256>),
}
