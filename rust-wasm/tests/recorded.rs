//! Every recorded answer of real contracts in `golden` and in `shared/data/golden/generated`, to the wei; a family without a file is passed over,
//! saying so.

use arb_engine::golden::check;
use arb_engine::proof::{report, Level};
use arb_engine::protocols::registry::FAMILIES;
use arb_engine::u256::U256;
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// `GOLDEN_DATA`, a folder, is read instead of what lies beside the repository.
fn folders() -> [PathBuf; 2] {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = std::env::var_os("GOLDEN_DATA").map_or_else(|| crate_folder.join("../../shared/data/golden/generated"), PathBuf::from);
    [crate_folder.join("golden"), beside]
}

#[test]
fn every_recorded_answer_is_given_to_the_wei() {
    // One family alone: RECORDED=curve-3pool cargo test --test recorded -- --nocapture
    let only = std::env::var("RECORDED").ok();
    let mut failures = Vec::new();
    for (family, _) in FAMILIES.iter().filter(|(family, _)| only.as_deref().is_none_or(|only| only == *family)) {
        let files: Vec<File> = folders().iter().filter_map(|folder| File::open(folder.join(format!("{family}.jsonl.gz"))).ok()).collect();
        if files.is_empty() {
            println!("{family}: no recorded answers here");
            continue;
        }
        let (mut answers, mut wrong, mut largest) = (0, 0, U256::ZERO);
        for line in files.into_iter().flat_map(|file| BufReader::new(GzDecoder::new(file)).lines()) {
            let line = line.unwrap();
            let (_, checked) = check(&line).unwrap_or_else(|error| panic!("{family}: {error}: {line}"));
            answers += checked.len() as u32;
            largest = checked.iter().filter_map(|of| of.difference()).fold(largest, U256::max);
            for of in checked.iter().filter(|of| !of.matches()) {
                wrong += 1;
                if wrong <= 3 {
                    println!("{family}: {of:?}\n  {line}");
                }
            }
        }
        println!("{family}: {answers} answers, {wrong} wrong");
        report(family, Level::Recorded, answers, largest);
        if wrong > 0 {
            failures.push(format!("{family}: {wrong} of {answers}"));
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}
