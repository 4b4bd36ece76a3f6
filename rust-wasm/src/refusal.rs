/// Why there is no answer. The number crosses the boundary: `refusal.ts` lists the same names in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Refusal {
    InsufficientLiquidity = 0,
    AmountTooSmall = 1,
    PriceLimit = 2,
    UnknownTicks = 3,
    Overflow = 4,
    UnknownPool = 5,
    InvalidState = 6,
    BrokenRoute = 7,
}

pub type Answer<T> = Result<T, Refusal>;
