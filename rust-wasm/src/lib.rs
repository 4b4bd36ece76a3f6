//! The engine: exact quotes, search and sizing over pool states that stay in memory. `boundary` is what JavaScript sees; the rest knows nothing of it.

mod boundary;
pub mod golden;
pub mod i256;
pub mod json;
pub mod loan;
pub mod market;
pub mod pool;
#[cfg(not(target_arch = "wasm32"))]
pub mod proof;
pub mod protocols;
pub mod rates;
pub mod refusal;
pub mod route;
pub mod search;
pub mod sizing;
pub mod u256;

pub use boundary::Engine;
