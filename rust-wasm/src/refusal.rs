/// Why there is no answer. The number crosses the boundary: `refusal.ts` lists the same names in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Refusal {
    InsufficientLiquidity = 0,
    AmountTooSmall = 1,
    PriceLimit = 2,
    UnknownTicks = 3,
    /// A sum, product or narrowing that reverts in the contract, or does not fit its storage.
    Overflow = 4,
    UnknownPool = 5,
    InvalidState = 6,
    BrokenRoute = 7,
    NotInitialised = 8,
    Paused = 9,
    /// The contract has no function for this: exact outputs, mostly.
    NotOffered = 10,
    /// The contract's own iteration does not end, and reverts.
    NoConvergence = 11,
    /// A cap of the contract's own: coverage ratio, notional value, deviation from an oracle, deposit cap.
    LimitExceeded = 12,
    /// The contract has no usable oracle price now.
    OracleUnavailable = 13,
    /// The swap would leave the pool's invariant smaller, and reverts.
    InvariantBroken = 14,
    /// Foreign code that the engine does not know takes part in the swap: a hook of Uniswap V4.
    UnknownHook = 15,
}

pub type Answer<T> = Result<T, Refusal>;
