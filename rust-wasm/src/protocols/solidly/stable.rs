//! The stable curve x³y + y³x = k: its invariant, and the two Newton loops of the contracts, in units of 10^-18 whole tokens.

use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// Both the invariant and the amounts in it have 18 decimals.
const ONE: u64 = 1_000_000_000_000_000_000;
/// Both loops end after this many rounds.
const ROUNDS: usize = 255;

/// 10^18.
pub fn one() -> U256 {
    U256::from(ONE)
}

/// How sums and products beyond 256 bits end: Solidity 0.8 reverts, 0.5 and 0.6 keep the low bits. A division by 0 reverts in both.
pub trait Arithmetic {
    fn add(a: U256, b: U256) -> Answer<U256>;
    fn sub(a: U256, b: U256) -> Answer<U256>;
    fn mul(a: U256, b: U256) -> Answer<U256>;

    /// `a × b / 10^18`, the product in 256 bits.
    fn scaled(a: U256, b: U256) -> Answer<U256> {
        Self::mul(a, b)?.checked_div(one())
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Checked;

#[derive(Clone, Copy, Debug)]
pub struct Wrapping;

impl Arithmetic for Checked {
    fn add(a: U256, b: U256) -> Answer<U256> {
        a.checked_add(b)
    }

    fn sub(a: U256, b: U256) -> Answer<U256> {
        a.checked_sub(b)
    }

    fn mul(a: U256, b: U256) -> Answer<U256> {
        a.checked_mul(b)
    }
}

impl Arithmetic for Wrapping {
    fn add(a: U256, b: U256) -> Answer<U256> {
        Ok(a.wrapping_add(b).0)
    }

    fn sub(a: U256, b: U256) -> Answer<U256> {
        Ok(a.wrapping_sub(b).0)
    }

    fn mul(a: U256, b: U256) -> Answer<U256> {
        Ok(a.wrapping_mul(b))
    }
}

/// `_k` of every contract, and `_f` of Velodrome V2 and Aerodrome V2: (x·y) · (x² + y²).
pub fn invariant(x: U256, y: U256) -> Answer<U256> {
    let product = Checked::scaled(x, y)?;
    let squares = Checked::scaled(x, x)?.checked_add(Checked::scaled(y, y)?)?;
    Checked::scaled(product, squares)
}

/// `_d` of every contract: ∂k/∂y = 3·x·y² + x³.
fn slope_by_y<A: Arithmetic>(x: U256, y: U256) -> Answer<U256> {
    let cross = A::scaled(A::mul(U256::from(3u32), x)?, A::scaled(y, y)?)?;
    A::add(cross, A::scaled(A::scaled(x, x)?, x)?)
}

/// `_f` of Velodrome V1 and Camelot: x·y³ + x³·y. It rounds otherwise than `_k`, which is why their quotes may fail the swap's test.
fn sum_of_cubes<A: Arithmetic>(x: U256, y: U256) -> Answer<U256> {
    let y_cubed = A::scaled(A::scaled(y, y)?, y)?;
    let x_cubed = A::scaled(A::scaled(x, x)?, x)?;
    A::add(A::scaled(x, y_cubed)?, A::scaled(x_cubed, y)?)
}

/// `_get_y` of Solidly's first version (Velodrome V1, Camelot): ends where y moves by at most 1, or, without a word, after its rounds.
pub fn first_y<A: Arithmetic>(x: U256, k: U256, mut y: U256) -> Answer<U256> {
    for _ in 0..ROUNDS {
        let reached = sum_of_cubes::<A>(x, y)?;
        let slope = slope_by_y::<A>(x, y)?;
        let previous = y;
        y = if reached < k {
            A::add(y, A::mul(A::sub(k, reached)?, one())?.checked_div(slope)?)?
        } else {
            A::sub(y, A::mul(A::sub(reached, k)?, one())?.checked_div(slope)?)?
        };
        if y.abs_diff(previous) <= U256::ONE {
            break;
        }
    }
    Ok(y)
}

/// `_get_y` of Velodrome V2 and Aerodrome V2: the smallest y that reaches k, as far as Newton's steps tell; reverts where they do not end.
/// `exceeds` is the contract's own test whether one unit more is beyond k.
pub fn second_y(x: U256, k: U256, mut y: U256, exceeds: impl Fn(U256, U256) -> Answer<bool>) -> Answer<U256> {
    for _ in 0..ROUNDS {
        let reached = invariant(x, y)?;
        let distance = reached.abs_diff(k);
        let step = distance.checked_mul(one())?.checked_div(slope_by_y::<Checked>(x, y)?)?;
        if reached < k {
            if step.is_zero() && exceeds(x, y.checked_add(U256::ONE)?)? {
                return y.checked_add(U256::ONE);
            }
            y = y.checked_add(step.max(U256::ONE))?;
        } else {
            if step.is_zero() && (distance.is_zero() || invariant(x, y.checked_sub(U256::ONE)?)? < k) {
                return Ok(y);
            }
            y = y.checked_sub(step.max(U256::ONE))?;
        }
    }
    Err(Refusal::NoConvergence)
}

/// −dy/dx of the curve through (x, y), whole tokens.
pub fn slope(x: f64, y: f64) -> f64 {
    (3.0 * x * x * y + y * y * y) / (x * x * x + 3.0 * x * y * y)
}

/// Output and its slope for an input, whole tokens: Newton's steps on the output itself, which loses no digits for small inputs (but up to
/// half of them for those that take nearly all of a lopsided pair). From below, where the curve bends towards the steps, they never pass the
/// solution.
pub fn estimate(x: f64, y: f64, input: f64) -> (f64, f64) {
    let new_x = x + input;
    // new_x³·(y − out) + new_x·(y − out)³ = x³·y + x·y³, with the differences of cubes divided out.
    let gained = input * (y * (new_x * new_x + new_x * x + x * x) + y * y * y);
    let mut out = 0.0;
    for _ in 0..64 {
        let rest = (y - out).max(0.0);
        let lost = out * (new_x * new_x * new_x + new_x * (y * y + y * rest + rest * rest));
        let step = (gained - lost) / (new_x * new_x * new_x + 3.0 * new_x * rest * rest);
        out += step;
        if step.abs() <= out * 1e-15 {
            break;
        }
    }
    (out, slope(new_x, (y - out).max(0.0)))
}
