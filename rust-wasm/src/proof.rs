//! What the proofs of the families share: how many cases, from which seed, random numbers, and where a result goes. Not part of the package.

use crate::u256::U256;
use std::io::Write;
use std::path::PathBuf;

/// Number of random cases: `ENGINE_CASES`, or 10,000.
pub fn cases() -> u32 {
    std::env::var("ENGINE_CASES").ok().map_or(10_000, |text| text.parse().expect("ENGINE_CASES is a number"))
}

/// Numbers that only depend on the seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From `ENGINE_SEED`, or 1, and the name of what it is for; the seed is printed, so that a failure can be had again.
    pub fn seeded(purpose: &str) -> Self {
        let seed: u64 = std::env::var("ENGINE_SEED").ok().map_or(1, |text| text.parse().expect("ENGINE_SEED is a number"));
        println!("{purpose}: ENGINE_SEED={seed}");
        Self(purpose.bytes().fold(seed, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// In `0..end`; 0 for an end of 0.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(end)) >> 64) as u64
    }

    /// In `low..=high`.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    pub fn share(&mut self) -> f64 {
        self.word() as f64 / 2f64.powi(64)
    }

    /// A number of every size: its length in bits is even over `1..=bits`.
    pub fn wide(&mut self, bits: u32) -> U256 {
        let length = 1 + self.below(u64::from(bits)) as u32;
        let words = [self.word(), self.word(), self.word(), self.word() | 1 << 63];
        U256::from_words(&words) >> (256 - length)
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}

/// How a family is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Against the published bytecode, run in this process.
    Bytecode,
    /// Against recorded answers of deployed or compiled contracts.
    Recorded,
    /// Against a second implementation, written apart from the first: what accompanies `Recorded`.
    SecondImplementation,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Bytecode => "bytecode",
            Self::Recorded => "recorded",
            Self::SecondImplementation => "secondImplementation",
        }
    }
}

/// Adds a line to `proofs.jsonl` below `ENGINE_PROOFS`, from which `docs/protocols.md` is made; only prints it where that is not set.
pub fn report(family: &str, level: Level, cases: u32, largest_difference: U256) {
    let line = format!(r#"{{"family":"{family}","level":"{}","cases":{cases},"largestDifference":"{largest_difference}"}}"#, level.name());
    println!("{line}");
    if let Some(folder) = std::env::var_os("ENGINE_PROOFS") {
        let path = PathBuf::from(folder).join("proofs.jsonl");
        let mut file = std::fs::File::options().create(true).append(true).open(path).expect("proofs.jsonl can be written");
        // One write: tests run side by side.
        file.write_all(format!("{line}\n").as_bytes()).expect("proofs.jsonl can be written");
    }
}
