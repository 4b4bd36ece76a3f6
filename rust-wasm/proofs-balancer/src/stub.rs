//! The few contracts around a pool that are not its mathematics, assembled here.

use crate::abi::{selector, Word};

const EQ: u8 = 0x14;
const SHR: u8 = 0x1c;
const CALLDATALOAD: u8 = 0x35;
const MSTORE: u8 = 0x52;
const SLOAD: u8 = 0x54;
const JUMPI: u8 = 0x57;
const JUMPDEST: u8 = 0x5b;
const PUSH0: u8 = 0x5f;
const PUSH1: u8 = 0x60;
const PUSH4: u8 = 0x63;
const RETURN: u8 = 0xf3;

/// Answers the top of the stack.
const RETURN_WORD: [u8; 6] = [PUSH0, MSTORE, PUSH1, 32, PUSH0, RETURN];

/// A token without balances: `decimals` answers what it is made with, everything else 1, which is `true`.
pub fn token(decimals: u8) -> Vec<u8> {
    let mut code = vec![PUSH0, CALLDATALOAD, PUSH1, 0xe0, SHR, PUSH4];
    code.extend(selector("decimals()"));
    let place = code.len() as u8 + 4 + 2 + RETURN_WORD.len() as u8;
    code.extend([EQ, PUSH1, place, JUMPI, PUSH1, 1]);
    code.extend(RETURN_WORD);
    code.extend([JUMPDEST, PUSH1, decimals]);
    code.extend(RETURN_WORD);
    code
}

/// Answers every call with its storage slot 0: a rate provider, a registry with one number.
pub fn constant() -> Vec<u8> {
    let mut code = vec![PUSH0, SLOAD];
    code.extend(RETURN_WORD);
    code
}

/// A number as a storage value.
pub fn value(number: u64) -> Word {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}
