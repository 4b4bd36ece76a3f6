//! Published contracts, run in this process: what the engine is compared with. Bytecode is read from npm packages in `node_modules`
//! (`NODE_MODULES`, by default those of `package.json` beside this crate). The tests reach states through the contracts' own functions and compare every
//! amount to the wei.

pub mod abi;
pub mod artifact;
pub mod evm;
pub mod stub;
pub mod ticks;
