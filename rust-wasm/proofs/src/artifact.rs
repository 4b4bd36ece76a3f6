//! Bytecode of published packages.

use revm::primitives::{hex, Bytes};
use serde_json::Value;
use std::path::PathBuf;

/// The creation code of a contract, from its artifact's path below `node_modules`.
pub fn creation_code(path: &str) -> Bytes {
    let folder = std::env::var_os("NODE_MODULES").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("node_modules"), PathBuf::from);
    let file = folder.join(path);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}; install it, or set NODE_MODULES", file.display()));
    let artifact: Value = serde_json::from_str(&text).expect("an artifact is JSON");
    // Hardhat writes the code itself, Foundry an object that holds it.
    let code = [&artifact["bytecode"], &artifact["bytecode"]["object"]].into_iter().find_map(Value::as_str);
    let code = code.unwrap_or_else(|| panic!("{} has no bytecode", file.display()));
    hex::decode(code).expect("bytecode without links to libraries").into()
}
