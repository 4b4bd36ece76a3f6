//! Curve's stableswap pools: first-generation plain pools (`classic`), their metapools (`classic_meta`), StableSwap-NG (`ng`) and its metapools
//! (`ng_meta`). Sources: curvefi/curve-contract `contracts/pools` and `contracts/pool-templates`, curvefi/curve-factory
//! `contracts/implementations`, curvefi/stableswap-ng `contracts/main`.
//!
//! All share one invariant (`invariant`) and one way to account for deposits and withdrawals (`reserves`); a contract differs from another by its
//! `Solver` (scale of A, how the product of balances is rounded, whether a loop that does not settle reverts) and by the order of its roundings.

pub mod classic;
pub mod classic_meta;
pub mod invariant;
pub mod ng;
pub mod ng_meta;
pub mod ramp;
pub mod reserves;

#[cfg(test)]
mod proofs;
#[cfg(test)]
mod reference;
