//! The stableswap invariant A·n·S + D = A·n·D + D^(n+1) / (n^n · Π x), solved by the contracts' own integer iterations. `A` is what Curve calls A,
//! that of its papers times n^(n−1). Balances `xp` are in the common unit of 18 decimals. Nothing here allocates.

use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// Scale of rates, virtual prices and of the common unit.
pub const PRECISION: u64 = 1_000_000_000_000_000_000;
const ROUNDS: u32 = 255;

/// How `get_D` rounds D^(n+1) / (n^n · Π x).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// A division by n·x for each coin.
    EachCoin,
    /// A division by n·x + 1 for each coin, which keeps an emptied pool from dividing by zero.
    EachCoinPlusOne,
    /// A division by x for each coin, then one by n^n.
    AllCoins,
}

/// What distinguishes one contract's iterations from another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solver {
    /// `A_PRECISION`: 100, or 1 in the first contracts.
    pub amp_scale: u32,
    pub product: Product,
    /// The first contracts answer with whatever the last of 255 rounds gave; later ones revert.
    pub ends_silently: bool,
}

impl Solver {
    /// `get_D`; 0 for an empty pool. `amp` carries the solver's scale.
    pub fn d(&self, xp: &[U256], amp: U256) -> Answer<U256> {
        let mut sum = U256::ZERO;
        for x in xp {
            sum = sum.checked_add(*x)?;
        }
        if sum.is_zero() {
            return Ok(U256::ZERO);
        }
        let coins = U256::from(xp.len() as u32);
        let coins_and_one = U256::from(xp.len() as u32 + 1);
        let scale = U256::from(self.amp_scale);
        let ann = amp.checked_mul(coins)?;
        let ann_less_one = ann.checked_sub(scale)?;
        let weighted_sum = ann.checked_mul(sum)?.checked_div(scale)?;
        let mut d = sum;
        for _ in 0..ROUNDS {
            let product = self.product(xp, d, coins)?;
            let numerator = weighted_sum.checked_add(product.checked_mul(coins)?)?.checked_mul(d)?;
            let denominator = ann_less_one.checked_mul(d)?.checked_div(scale)?.checked_add(coins_and_one.checked_mul(product)?)?;
            let previous = d;
            d = numerator.checked_div(denominator)?;
            if d.abs_diff(previous) <= U256::ONE {
                return Ok(d);
            }
        }
        self.unsettled(d)
    }

    /// `get_y`: coin `j`'s balance that keeps `d` once coin `i`'s is `x`. The caller has checked that `i` and `j` are two coins of `xp`.
    pub fn y(&self, [i, j]: [usize; 2], x: U256, xp: &[U256], amp: U256, d: U256) -> Answer<U256> {
        let others = xp.iter().enumerate().filter(|(k, _)| *k != j).map(|(k, balance)| if k == i { x } else { *balance });
        self.missing_balance(others, xp.len(), amp, d)
    }

    /// `get_y_D`: coin `i`'s balance that makes the invariant `d` while the others stay.
    pub fn y_for_d(&self, i: usize, xp: &[U256], amp: U256, d: U256) -> Answer<U256> {
        let others = xp.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, balance)| *balance);
        self.missing_balance(others, xp.len(), amp, d)
    }

    /// Newton's iteration for y² + (b − D)·y = c.
    fn missing_balance(&self, others: impl Iterator<Item = U256>, coins: usize, amp: U256, d: U256) -> Answer<U256> {
        let coins = U256::from(coins as u32);
        let scale = U256::from(self.amp_scale);
        let ann = amp.checked_mul(coins)?;
        let (mut sum, mut c) = (U256::ZERO, d);
        for x in others {
            sum = sum.checked_add(x)?;
            c = c.checked_mul(d)?.checked_div(x.checked_mul(coins)?)?;
        }
        c = c.checked_mul(d)?.checked_mul(scale)?.checked_div(ann.checked_mul(coins)?)?;
        let b = sum.checked_add(d.checked_mul(scale)?.checked_div(ann)?)?;
        let mut y = d;
        for _ in 0..ROUNDS {
            let denominator = y.checked_add(y)?.checked_add(b)?.checked_sub(d)?;
            let previous = y;
            y = y.checked_mul(y)?.checked_add(c)?.checked_div(denominator)?;
            if y.abs_diff(previous) <= U256::ONE {
                return Ok(y);
            }
        }
        self.unsettled(y)
    }

    fn product(&self, xp: &[U256], d: U256, coins: U256) -> Answer<U256> {
        let mut product = d;
        for x in xp {
            let divisor = match self.product {
                Product::EachCoin => x.checked_mul(coins)?,
                Product::EachCoinPlusOne => x.checked_mul(coins)?.checked_add(U256::ONE)?,
                Product::AllCoins => *x,
            };
            product = product.checked_mul(d)?.checked_div(divisor)?;
        }
        match self.product {
            Product::AllCoins => product.checked_div(coins.checked_pow(xp.len() as u32)?),
            _ => Ok(product),
        }
    }

    fn unsettled(&self, last: U256) -> Answer<U256> {
        if self.ends_silently {
            Ok(last)
        } else {
            Err(Refusal::NoConvergence)
        }
    }

    /// ∂D/∂x for every coin, in doubles: the worth of a coin at the margin.
    pub fn slopes(&self, xp: &[U256], amp: U256, d: U256) -> Vec<f64> {
        let coins = xp.len() as f64;
        let (ann, d) = (amp.to_f64() * coins / f64::from(self.amp_scale), d.to_f64());
        let product = xp.iter().fold(1.0, |product, x| product * d / (coins * x.to_f64()));
        let denominator = ann - 1.0 + (coins + 1.0) * product;
        xp.iter().map(|x| (ann + d * product / x.to_f64()) / denominator).collect()
    }
}

/// `amount · factor / 10^18`, as the contracts compute it: the product must fit 256 bits.
pub fn scaled(amount: U256, factor: U256) -> Answer<U256> {
    amount.checked_mul(factor)?.checked_div(U256::from(PRECISION))
}

/// `amount · 10^18 / factor`.
pub fn unscaled(amount: U256, factor: U256) -> Answer<U256> {
    amount.checked_mul(U256::from(PRECISION))?.checked_div(factor)
}
