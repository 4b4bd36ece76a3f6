//! Calls with nested and dynamic arguments, and answers as numbers.

use arb_engine::u256::U256;
use revm::primitives::{keccak256, Address};

pub type Word = [u8; 32];

/// An argument as the ABI sees it.
#[derive(Clone, Debug)]
pub enum Argument {
    Word(Word),
    Bytes(Vec<u8>),
    /// An array of a length that is not known from its type.
    List(Vec<Argument>),
    Tuple(Vec<Argument>),
}

impl From<U256> for Argument {
    fn from(value: U256) -> Self {
        let mut bytes = [0; 32];
        for (chunk, limb) in bytes.rchunks_mut(8).zip(value.to_words()) {
            chunk.copy_from_slice(&limb.to_be_bytes());
        }
        Self::Word(bytes)
    }
}

impl From<u64> for Argument {
    fn from(value: u64) -> Self {
        U256::from(value).into()
    }
}

impl From<bool> for Argument {
    fn from(value: bool) -> Self {
        u64::from(value).into()
    }
}

impl From<Address> for Argument {
    fn from(value: Address) -> Self {
        Self::Word(value.into_word().0)
    }
}

impl From<Word> for Argument {
    fn from(value: Word) -> Self {
        Self::Word(value)
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
                let mut data = word(bytes.len()).to_vec();
                data.extend(bytes);
                data.resize(data.len().next_multiple_of(32), 0);
                data
            }
            Self::List(items) => [word(items.len()).to_vec(), encode(items)].concat(),
            Self::Tuple(parts) => encode(parts),
        }
    }
}

fn word(value: usize) -> Word {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&(value as u64).to_be_bytes());
    word
}

/// Arguments in a row: what has no fixed size stands behind, its place in front.
pub fn encode(arguments: &[Argument]) -> Vec<u8> {
    let head: usize = arguments.iter().map(|of| if of.is_dynamic() { 32 } else { of.encoded().len() }).sum();
    let (mut front, mut behind) = (Vec::new(), Vec::new());
    for argument in arguments {
        if argument.is_dynamic() {
            front.extend(word(head + behind.len()));
            behind.extend(argument.encoded());
        } else {
            front.extend(argument.encoded());
        }
    }
    [front, behind].concat()
}

/// The same as words, for a constructor.
pub fn words(arguments: &[Argument]) -> Vec<Word> {
    encode(arguments).chunks_exact(32).map(|chunk| chunk.try_into().expect("32 bytes")).collect()
}

/// The four bytes that name a function by its signature.
pub fn selector(signature: &str) -> [u8; 4] {
    let hash = keccak256(signature);
    [hash[0], hash[1], hash[2], hash[3]]
}

pub fn call(signature: &str, arguments: &[Argument]) -> Vec<u8> {
    [selector(signature).to_vec(), encode(arguments)].concat()
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

/// The word of an answer as it is.
pub fn answer_word(answer: &[u8], index: usize) -> Word {
    answer[32 * index..32 * index + 32].try_into().expect("32 bytes")
}
