//! Published contracts, run in this process: what the engine is compared with. The tests reach states through the contracts' own functions and
//! compare every amount to the wei.

pub mod abi;
pub mod artifact;
pub mod evm;
pub mod stub;
pub mod ticks;
pub mod vault_v2;
