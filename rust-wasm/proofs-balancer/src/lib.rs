//! Balancer's published contracts, run in this process: what the engine is compared with. Bytecode is read from npm packages in `node_modules`
//! (`NODE_MODULES`, by default that of the repository).

pub mod abi;
pub mod artifact;
pub mod evm;
pub mod stub;
pub mod v2;
