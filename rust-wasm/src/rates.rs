//! What a swap does to a pool's price, in doubles: for impact and slippage, never for money.

use crate::pool::Pool;
use crate::protocols::family::{At, Direction};
use crate::protocols::uniswap_v3::Swap;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// Output per input, base units of both tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SwapRates {
    /// Of an infinitesimal amount before the LP fee: the spot price.
    pub spot: f64,
    /// The same after the fee, the lowest one where it varies.
    pub best: f64,
    /// Of the next unit on top of the amount, fee taken off.
    pub marginal: f64,
    /// The spot price once the swap is done.
    pub after: f64,
}

/// Refused as the swap itself is, and with `NotOffered` where the family knows no spot price for this state.
pub fn swap_rates(pool: &Pool, direction: Direction, amount_in: U256, at: At) -> Answer<SwapRates> {
    let out = pool.quote(direction, amount_in, at)?;
    let best = pool.rate(direction, at);
    let kept = kept_share(pool, direction, at);
    let (_, marginal) = pool.estimate(direction, amount_in.to_f64(), at).ok_or(Refusal::InsufficientLiquidity)?;
    let after = match pool {
        Pool::V2(pair) => {
            let (reserve_in, reserve_out) = pair.directed_f64(direction.zero_for_one()).ok_or(Refusal::InsufficientLiquidity)?;
            // The fee stays in the pair.
            (reserve_out - out.to_f64()) / (reserve_in + amount_in.to_f64())
        }
        pool => pool.swap(direction, amount_in, at).map_or(marginal / kept, |swap| price(&swap, direction)),
    };
    let rates = SwapRates { spot: best / kept, best, marginal, after };
    let is_known = [rates.spot, rates.best, rates.after].iter().all(|rate| rate.is_finite() && *rate > 0.0) && marginal.is_finite();
    if is_known {
        Ok(rates)
    } else {
        Err(Refusal::NotOffered)
    }
}

/// Share of the input that the fee leaves. Where a family does not name it, half of what an infinitesimal round trip costs: the spot price then is the
/// middle between both directions' rates, and the share exact where both directions pay the same.
fn kept_share(pool: &Pool, direction: Direction, at: At) -> f64 {
    pool.kept_share(direction).unwrap_or_else(|| {
        let back = Direction { from: direction.to, to: direction.from };
        (pool.rate(direction, at) * pool.rate(back, at)).sqrt()
    })
}

fn price(swap: &Swap, direction: Direction) -> f64 {
    let price = (swap.sqrt_price.to_f64() / 2f64.powi(96)).powi(2);
    if direction.zero_for_one() {
        price
    } else {
        1.0 / price
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::uniswap_v2::Pair;
    use crate::protocols::uniswap_v3::{tick_math::sqrt_ratio_at_tick, Shape, V3Pool};

    const FORTH: Direction = Direction { from: 0, to: 1 };
    const BACK: Direction = Direction { from: 1, to: 0 };

    fn is_near(a: f64, b: f64) -> bool {
        (a / b - 1.0).abs() < 1e-12
    }

    #[test]
    fn of_a_pair_are_its_reserves_before_and_after() {
        let pair = Pool::V2(Pair::new([1_000_000_000, 2_000_000_000], 3_000).unwrap());
        let rates = swap_rates(&pair, FORTH, U256::from(10_000_000u32), None).unwrap();
        let out = 2_000_000_000u128 * 9_970_000 / (1_000_000_000 + 9_970_000);
        assert!(is_near(rates.spot, 2.0) && is_near(rates.best, 1.994));
        assert!(is_near(rates.after, (2_000_000_000 - out) as f64 / 1_010_000_000.0));
        assert!(is_near(rates.marginal, 1.994 * (1.0f64 / 1.00997).powi(2)));
    }

    #[test]
    fn of_a_concentrated_pool_are_its_own_price() {
        let shape = Shape { fee_pips: 500, tick_spacing: 10, tick: 100, tick_lower: -887_272, tick_upper: 887_272 };
        let liquidity = 1i128 << 70;
        let pool =
            V3Pool::new(shape, sqrt_ratio_at_tick(100).unwrap(), liquidity as u128, vec![-887_270, 887_270], vec![liquidity, -liquidity]).unwrap();
        let swap = pool.swap(false, crate::protocols::uniswap_v3::Exact::Input(U256::from(1u128 << 66)), None).unwrap();
        let rates = swap_rates(&Pool::V3(Box::new(pool)), BACK, U256::from(1u128 << 66), None).unwrap();
        let spot = 1.0001f64.powi(-100);
        assert!(is_near(rates.spot, spot) && is_near(rates.best, spot * 0.9995));
        assert!(is_near(rates.after, (2f64.powi(96) / swap.sqrt_price.to_f64()).powi(2)));
        assert!(is_near(rates.marginal, rates.after * 0.9995));
    }

    #[test]
    fn of_a_family_without_a_named_fee_are_the_middle_of_both_directions() {
        #[derive(Debug)]
        struct Desk;
        impl crate::protocols::family::Family for Desk {
            fn token_count(&self) -> usize {
                2
            }
            fn quote(&self, _direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
                Ok(amount_in)
            }
            fn rate(&self, direction: Direction, _at: At) -> f64 {
                if direction == FORTH {
                    3.96
                } else {
                    0.99 / 4.0
                }
            }
        }
        let rates = swap_rates(&Pool::Other(Box::new(Desk)), FORTH, U256::from(1_000u32), None).unwrap();
        assert!(is_near(rates.spot, 4.0) && is_near(rates.best, 3.96));
    }

    #[test]
    fn are_refused_as_the_swap_is() {
        let empty = Pool::V2(Pair::new([0, 0], 3_000).unwrap());
        assert_eq!(swap_rates(&empty, FORTH, U256::ONE, None), Err(Refusal::InsufficientLiquidity));
    }
}
