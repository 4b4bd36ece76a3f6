//! Bytecode: of published packages as it is, or compiled from their sources by `compile.mjs`.

use revm::primitives::{hex, Bytes};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders of npm packages: `NODE_MODULES`, parted by colons, or that of the repository and that of `package.json` beside this crate.
fn folders() -> Vec<PathBuf> {
    let own = || ["../../node_modules", "node_modules"].map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).to_vec();
    std::env::var_os("NODE_MODULES").map_or_else(own, |folders| std::env::split_paths(&folders).collect())
}

/// The creation code of a contract, from its artifact's path in a package. Places of libraries that are never called are filled with zeros.
pub fn creation_code(path: &str) -> Bytes {
    let text = folders().iter().find_map(|folder| std::fs::read_to_string(folder.join(path)).ok());
    let text = text.unwrap_or_else(|| panic!("{path} is missing: install it, or set NODE_MODULES"));
    let artifact: Value = serde_json::from_str(&text).expect("an artifact is JSON");
    // Hardhat and Truffle write the code itself, Foundry an object that holds it, Balancer's deployments name it otherwise.
    let code = [&artifact["bytecode"], &artifact["bytecode"]["object"], &artifact["creationCode"]].into_iter().find_map(Value::as_str);
    let mut rest = code.unwrap_or_else(|| panic!("{path} has no bytecode")).trim_start_matches("0x");
    let mut filled = String::with_capacity(rest.len());
    while let Some((before, placeholder)) = rest.split_once("__$") {
        filled.push_str(before);
        filled.push_str(&"0".repeat(40));
        rest = &placeholder[37..];
    }
    filled.push_str(rest);
    hex::decode(filled).expect("bytecode is hexadecimal").into()
}

/// The creation codes of contracts of a file, compiled now.
pub fn compiled<const N: usize>(file: &str, contracts: [&str; N], is_via_ir: bool) -> [Bytes; N] {
    let mut command = Command::new("node");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("compile.mjs")).arg(file).args(contracts);
    command.env("VIA_IR", if is_via_ir { "1" } else { "0" });
    let output = command.output().expect("node runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let codes: Value = serde_json::from_slice(&output.stdout).expect("compile.mjs writes JSON");
    contracts.map(|name| hex::decode(codes[name].as_str().expect("a contract's code")).expect("bytecode is hexadecimal").into())
}
