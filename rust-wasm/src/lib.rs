//! The engine: exact quotes, search and sizing over pool states that stay in memory. `boundary` is what JavaScript sees; the rest knows nothing of it.

mod boundary;
pub mod market;
pub mod pool;
pub mod protocols;
pub mod refusal;
pub mod route;
pub mod search;
pub mod sizing;
pub mod u256;

pub use boundary::Engine;
