//! Bytecode of published packages.

use revm::primitives::{hex, Bytes};
use serde_json::Value;
use std::path::PathBuf;

/// The creation code of a contract, from its file below `node_modules`. Places of libraries that are never called are filled with zeros.
pub fn creation_code(path: &str) -> Bytes {
    let folder = std::env::var_os("NODE_MODULES").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../node_modules"), PathBuf::from);
    let file = folder.join(path);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}; install it, or set NODE_MODULES", file.display()));
    let artifact: Value = serde_json::from_str(&text).expect("an artifact is JSON");
    let code = [&artifact["bytecode"], &artifact["creationCode"]].into_iter().find_map(Value::as_str);
    let code = code.unwrap_or_else(|| panic!("{} has no bytecode", file.display())).trim_start_matches("0x");
    let mut filled = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, placeholder)) = rest.split_once("__$") {
        filled.push_str(before);
        filled.push_str(&"0".repeat(40));
        rest = &placeholder[37..];
    }
    filled.push_str(rest);
    hex::decode(filled).expect("bytecode is hexadecimal").into()
}
