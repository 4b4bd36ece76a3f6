//! The few contracts around a pool that are not its mathematics: a token, one who pays in callbacks, and registries of constants. Assembled here.

use crate::abi::{encode, selector, Argument};
use revm::primitives::Address;

const STOP: u8 = 0x00;
const ADD: u8 = 0x01;
const MUL: u8 = 0x02;
const SUB: u8 = 0x03;
const GT: u8 = 0x11;
const SLT: u8 = 0x12;
const EQ: u8 = 0x14;
const SHR: u8 = 0x1c;
const CALLDATALOAD: u8 = 0x35;
const CALLDATACOPY: u8 = 0x37;
const POP: u8 = 0x50;
const MSTORE: u8 = 0x52;
const SLOAD: u8 = 0x54;
const SSTORE: u8 = 0x55;
const JUMP: u8 = 0x56;
const JUMPI: u8 = 0x57;
const GAS: u8 = 0x5a;
const JUMPDEST: u8 = 0x5b;
const PUSH0: u8 = 0x5f;
const PUSH1: u8 = 0x60;
const PUSH2: u8 = 0x61;
const PUSH4: u8 = 0x63;
const PUSH20: u8 = 0x73;
const PUSH32: u8 = 0x7f;
const DUP1: u8 = 0x80;
const DUP2: u8 = 0x81;
const SWAP1: u8 = 0x90;
const CALL: u8 = 0xf1;
const RETURN: u8 = 0xf3;
const REVERT: u8 = 0xfd;

/// Every stub begins with a jump over a revert, which lies here.
const FAIL: u8 = 3;
const HEAD: [u8; 13] = [PUSH1, 7, JUMP, JUMPDEST, PUSH0, PUSH0, REVERT, JUMPDEST, PUSH0, CALLDATALOAD, PUSH1, 0xe0, SHR];

/// A contract of functions that are found by their selector; `otherwise` answers every other call.
pub fn functions(functions: &[(&str, Vec<u8>)], otherwise: &[u8]) -> Vec<u8> {
    const BRANCH: usize = 11;
    let mut code = HEAD.to_vec();
    let mut place = HEAD.len() + BRANCH * functions.len() + otherwise.len();
    for (signature, body) in functions {
        let [high, low] = u16::try_from(place).expect("a stub is small").to_be_bytes();
        code.extend([DUP1, PUSH4]);
        code.extend(selector(signature));
        code.extend([EQ, PUSH2, high, low, JUMPI]);
        place += 1 + body.len();
    }
    code.extend(otherwise);
    for (_, body) in functions {
        code.push(JUMPDEST);
        code.extend(body);
    }
    code
}

/// Answers with these values.
pub fn answer(values: &[Argument]) -> Vec<u8> {
    let (data, mut body) = (encode(values), Vec::new());
    for (index, word) in data.chunks_exact(32).enumerate() {
        let [high, low] = (32 * index as u16).to_be_bytes();
        body.push(PUSH32);
        body.extend(word);
        body.extend([PUSH2, high, low, MSTORE]);
    }
    let [high, low] = u16::try_from(data.len()).expect("an answer is small").to_be_bytes();
    body.extend([PUSH2, high, low, PUSH0, RETURN]);
    body
}

/// A token that knows one balance only, that of the pool (storage slot 0): `transfer` takes from it, `transferFrom` adds to it, and so does
/// every other call with its first word, where that is positive.
pub fn pool_token() -> Vec<u8> {
    let yes = || answer(&[true.into()]);
    let balance_of = constant();
    let mut transfer = vec![PUSH0, SLOAD, PUSH1, 36, CALLDATALOAD];
    transfer.extend([DUP2, DUP2, GT, PUSH1, FAIL, JUMPI]);
    transfer.extend([SWAP1, SUB, PUSH0, SSTORE]);
    transfer.extend(yes());
    let mut transfer_from = vec![PUSH0, SLOAD, PUSH1, 68, CALLDATALOAD, ADD, PUSH0, SSTORE];
    transfer_from.extend(yes());
    let receive = [PUSH0, CALLDATALOAD, DUP1, PUSH0, SLT, MUL, PUSH0, SLOAD, ADD, PUSH0, SSTORE, STOP];
    let own = [("balanceOf(address)", balance_of), ("transfer(address,uint256)", transfer), ("transferFrom(address,address,uint256)", transfer_from)];
    functions(&own, &receive)
}

/// Pays what a pool asks for in a callback, whose first two arguments are the amounts: the amounts are handed to the tokens.
pub fn payer(tokens: [Address; 2]) -> Vec<u8> {
    let mut code = Vec::new();
    for (token, offset) in tokens.iter().zip([4, 36]) {
        code.extend([PUSH1, 32, PUSH1, offset, PUSH0, CALLDATACOPY]);
        code.extend([PUSH0, PUSH0, PUSH1, 32, PUSH0, PUSH0, PUSH20]);
        code.extend(token.as_slice());
        code.extend([GAS, CALL, POP]);
    }
    code.push(STOP);
    code
}

/// A token without balances: `decimals` answers what it is made with, everything else `true`.
pub fn token(decimals: u8) -> Vec<u8> {
    functions(&[("decimals()", answer(&[u64::from(decimals).into()]))], &answer(&[true.into()]))
}

/// Answers every call with its storage slot 0: a rate provider, a registry with one number.
pub fn constant() -> Vec<u8> {
    vec![PUSH0, SLOAD, PUSH0, MSTORE, PUSH1, 32, PUSH0, RETURN]
}

/// The selector of a function as what it answers with: how hooks and plugins agree.
pub fn agreement(signature: &str) -> Argument {
    let mut word = [0; 32];
    word[..4].copy_from_slice(&selector(signature));
    word.into()
}
