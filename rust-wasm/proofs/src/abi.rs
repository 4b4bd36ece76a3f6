//! Calls with nested and dynamic arguments, and answers as numbers.

use arb_engine::u256::U256;
use revm::primitives::{keccak256, Address};

pub type Word = [u8; 32];

/// A value that fills one word.
pub trait IntoWord {
    fn word(self) -> Word;
}

impl IntoWord for Word {
    fn word(self) -> Word {
        self
    }
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
        i128::from(self).word()
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

/// An argument as the ABI sees it.
#[derive(Clone, Debug)]
pub enum Argument {
    Word(Word),
    Bytes(Vec<u8>),
    /// An array of a length that is not known from its type.
    List(Vec<Argument>),
    Tuple(Vec<Argument>),
}

impl<T: IntoWord> From<T> for Argument {
    fn from(value: T) -> Self {
        Self::Word(value.word())
    }
}

impl From<&str> for Argument {
    fn from(value: &str) -> Self {
        Self::Bytes(value.as_bytes().to_vec())
    }
}

impl<T: Into<Argument> + Clone> From<&[T]> for Argument {
    fn from(values: &[T]) -> Self {
        Self::List(values.iter().cloned().map(Into::into).collect())
    }
}

impl Argument {
    fn is_dynamic(&self) -> bool {
        match self {
            Self::Word(_) => false,
            Self::Bytes(_) | Self::List(_) => true,
            Self::Tuple(parts) => parts.iter().any(Self::is_dynamic),
        }
    }

    fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Word(word) => word.to_vec(),
            Self::Bytes(bytes) => {
                let mut data = (bytes.len() as u64).word().to_vec();
                data.extend(bytes);
                data.resize(data.len().next_multiple_of(32), 0);
                data
            }
            Self::List(items) => [(items.len() as u64).word().to_vec(), encode(items)].concat(),
            Self::Tuple(parts) => encode(parts),
        }
    }
}

/// Arguments in a row: what has no fixed size stands behind, its place in front.
pub fn encode(arguments: &[Argument]) -> Vec<u8> {
    let head: usize = arguments.iter().map(|of| if of.is_dynamic() { 32 } else { of.encoded().len() }).sum();
    let (mut front, mut behind) = (Vec::new(), Vec::new());
    for argument in arguments {
        if argument.is_dynamic() {
            front.extend(((head + behind.len()) as u64).word());
            behind.extend(argument.encoded());
        } else {
            front.extend(argument.encoded());
        }
    }
    [front, behind].concat()
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

pub fn call(signature: &str, arguments: &[Argument]) -> Vec<u8> {
    [selector(signature).to_vec(), encode(arguments)].concat()
}

/// The word of an answer as it is.
pub fn answer_word(answer: &[u8], index: usize) -> Word {
    answer[32 * index..32 * index + 32].try_into().expect("32 bytes")
}

/// The word of an answer, as an unsigned number.
pub fn number(answer: &[u8], index: usize) -> U256 {
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(answer_word(answer, index).rchunks(8)) {
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
    i32::from_be_bytes(answer_word(answer, index)[28..].try_into().expect("four bytes"))
}
