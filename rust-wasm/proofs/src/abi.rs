//! Calls and answers as 32-byte words: enough for functions whose arguments are plain values.

use arb_engine::u256::U256;
use revm::primitives::{keccak256, Address};

pub type Word = [u8; 32];

/// A value that fills one word.
pub trait IntoWord {
    fn word(self) -> Word;
}

impl IntoWord for U256 {
    fn word(self) -> Word {
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.rchunks_mut(8).zip(self.to_words()) {
            chunk.copy_from_slice(&limb.to_be_bytes());
        }
        bytes
    }
}

impl IntoWord for i32 {
    fn word(self) -> Word {
        let mut bytes = [if self < 0 { 0xff } else { 0 }; 32];
        bytes[28..].copy_from_slice(&self.to_be_bytes());
        bytes
    }
}

impl IntoWord for i128 {
    fn word(self) -> Word {
        let mut bytes = [if self < 0 { 0xff } else { 0 }; 32];
        bytes[16..].copy_from_slice(&self.to_be_bytes());
        bytes
    }
}

impl IntoWord for u64 {
    fn word(self) -> Word {
        U256::from(self).word()
    }
}

impl IntoWord for u128 {
    fn word(self) -> Word {
        U256::from(self).word()
    }
}

impl IntoWord for bool {
    fn word(self) -> Word {
        u64::from(self).word()
    }
}

impl IntoWord for Address {
    fn word(self) -> Word {
        self.into_word().0
    }
}

/// A number in two's complement that is negative.
pub fn negative(value: U256) -> Word {
    U256::ZERO.wrapping_sub(value).0.word()
}

/// The four bytes that name a function by its signature.
pub fn selector(signature: &str) -> [u8; 4] {
    let hash = keccak256(signature);
    [hash[0], hash[1], hash[2], hash[3]]
}

pub fn call(signature: &str, words: &[Word]) -> Vec<u8> {
    let mut data = selector(signature).to_vec();
    words.iter().for_each(|word| data.extend_from_slice(word));
    data
}

/// The word of an answer, as an unsigned number.
pub fn number(answer: &[u8], index: usize) -> U256 {
    let bytes = &answer[32 * index..32 * index + 32];
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(bytes.rchunks(8)) {
        *word = u64::from_be_bytes(chunk.try_into().expect("eight bytes"));
    }
    U256::from_words(&words)
}

/// A signed word's size and whether it is negative.
pub fn signed(answer: &[u8], index: usize) -> (U256, bool) {
    let value = number(answer, index);
    match value.bits() {
        256 => (U256::ZERO.wrapping_sub(value).0, true),
        _ => (value, false),
    }
}

/// A small signed word: a tick.
pub fn tick(answer: &[u8], index: usize) -> i32 {
    i32::from_be_bytes(answer[32 * index + 28..32 * index + 32].try_into().expect("four bytes"))
}
