use super::*;
use crate::pool::Pool;
use crate::protocols::family::Direction;
use crate::protocols::uniswap_v2::Pair;
use crate::protocols::uniswap_v3::{Shape, V3Pool};
use proptest::prelude::*;

const FORTH: Direction = Direction { from: 0, to: 1 };
const BACK: Direction = Direction { from: 1, to: 0 };

/// Pairs in a row from token 0 back to token 0.
fn cycle_of(pools: Vec<Pool>) -> (Market, Vec<Edge>) {
    let mut market = Market::default();
    let hops = pools.len() as u32;
    for (i, pool) in pools.into_iter().enumerate() {
        let (from, to) = (i as u32, (i as u32 + 1) % hops);
        market.insert(i as u32, &[from, to], pool).unwrap();
    }
    (market, (0..hops).map(|i| Edge::new(i, FORTH)).collect())
}

fn pair(reserves: (u128, u128), fee_pips: u32) -> Pool {
    Pool::V2(Pair::new([reserves.0, reserves.1], fee_pips).unwrap())
}

fn profit_of(chain: &Chain<Hop>) -> f64 {
    chain.optimum().map_or(0.0, |size| size.profit().to_f64())
}

fn scan(chain: &Chain<Hop>, inputs: impl Iterator<Item = U256>) -> f64 {
    inputs.filter_map(|x| Some(Size { amount_in: x, amount_out: chain.output(x).ok()? }.profit().to_f64())).fold(0.0, f64::max)
}

/// The best of every amount of the first token on the way within a tenth of the top, each with the smallest input for it.
fn around_the_top(chain: &Chain<Hop>, first: &Pool) -> f64 {
    let centre = chain.estimate().map_or(0.0, |estimate| estimate.amount_in);
    let middle = first.quote(FORTH, U256::from_f64(centre), None).unwrap_or(U256::ZERO).low_u128();
    scan(chain, (middle - middle / 10..=middle + middle / 10).filter_map(|m| first.input_for(FORTH, U256::from(m), None).ok()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn no_input_of_a_tiny_cycle_earns_more_than_one_unit_more(
        reserves in prop::collection::vec((20u128..4_000, 20u128..4_000), 2..=3), fee in 0u32..10_000, bound in 1u32..6_000,
    ) {
        let (market, edges) = cycle_of(reserves.into_iter().map(|pair_of| pair(pair_of, fee)).collect());
        let chain = Chain::new(&market, &edges, U256::from(bound)).unwrap();
        let best = scan(&chain, (1..=bound).map(U256::from));
        prop_assert!(profit_of(&chain) >= best - 1.0, "{} of {}", profit_of(&chain), best);
        let unit = chain.middle().map_or(1.0, |(_, middle)| middle.unit_value);
        let quick = chain.size().map_or(0.0, |size| size.profit().to_f64());
        prop_assert!(quick >= best - unit, "{} of {}, unit {}", quick, best, unit);
        if let Some(size) = chain.optimum() {
            prop_assert!(size.amount_in <= U256::from(bound));
            prop_assert_eq!(chain.output(size.amount_in), Ok(size.amount_out));
        }
    }

}

proptest! {
    // Each case is a scan of some hundred thousand amounts.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_amount_of_a_coarse_token_on_the_way_earns_a_billionth_more(
        coarse in prop::collection::vec(20_000_000u128..80_000_000, 2), depth in 1u128 << 60..1 << 70, gap in 1.01f64..1.2,
    ) {
        // 18 decimals > 6 decimals > 18 decimals.
        let back = (depth as f64 / coarse[0] as f64 * coarse[1] as f64 * gap) as u128;
        let (market, edges) = cycle_of(vec![pair((depth, coarse[0]), 500), pair((coarse[1], back), 500)]);
        let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
        let found = profit_of(&chain);
        let best = around_the_top(&chain, market.pool(edges[0]).unwrap());
        prop_assert!(found >= best - (best * 1e-9).max(1.0), "{} of {}", found, best);
    }

    #[test]
    fn no_amount_of_two_coarse_tokens_in_a_row_earns_a_billionth_more(
        coarse in prop::collection::vec(20_000_000u128..80_000_000, 4), depth in prop::collection::vec(1u128 << 60..1 << 70, 2), gap in 1.01f64..1.2,
    ) {
        // 18 decimals > 6 decimals > 6 decimals > 18 decimals, with a gap that leaves a profit.
        let price = depth[0] as f64 / coarse[0] as f64 * (coarse[1] as f64 / coarse[2] as f64);
        let last = (coarse[3], (coarse[3] as f64 * price * gap) as u128);
        let (market, edges) = cycle_of(vec![pair((depth[0], coarse[0]), 500), pair((coarse[1], coarse[2]), 500), pair(last, 500)]);
        let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
        let found = profit_of(&chain);
        let best = around_the_top(&chain, market.pool(edges[0]).unwrap());
        prop_assert!(found >= best - (best * 1e-9).max(1.0), "{} of {}", found, best);
        let unit = depth[0] as f64 / coarse[0] as f64 * (coarse[1] as f64 / coarse[2] as f64).max(1.0) * 1.3;
        let quick = chain.size().map_or(0.0, |size| size.profit().to_f64());
        prop_assert!(quick >= best - (best * 1e-9).max(unit), "{} of {}, unit {}", quick, best, unit);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_scan_around_and_far_from_the_optimum_finds_no_better_size_with_concentrated_liquidity(
        liquidity in prop::collection::vec(1u128 << 60..1 << 64, 3), tick in -300i32..-40, reserve in 1u128 << 60..1 << 64, fee in 0u32..1_000,
    ) {
        let shape = Shape { fee_pips: fee, tick_spacing: 10, tick, tick_lower: -887_272, tick_upper: 887_272 };
        let sqrt_price = crate::protocols::uniswap_v3::tick_math::sqrt_ratio_at_tick(tick).unwrap();
        let edge = tick.div_euclid(10) * 10;
        // Thick around the price, thinner further on: the optimum lies behind some of the ticks.
        let ticks = vec![-887_220 / 10 * 10, edge - 40, edge - 10, edge + 20, edge + 50, 887_270];
        let [a, b, c] = [liquidity[0] as i128, liquidity[1] as i128, liquidity[2] as i128];
        let pool = V3Pool::new(shape, sqrt_price, (a + b + c) as u128, ticks, vec![a, b, c, -c, -b, -a]).unwrap();
        let (market, edges) = cycle_of(vec![pair((reserve, reserve), fee), Pool::V3(Box::new(pool))]);
        for edges in [edges.clone(), edges.iter().rev().map(|edge| Edge::new(edge.pool(), BACK)).collect()] {
            let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
            let found = profit_of(&chain);
            let centre = chain.estimate().map_or(1.0, |estimate| estimate.amount_in);
            let near = (0..400u32).map(|i| U256::from_f64(centre).saturating_add(U256::from(i)).saturating_sub(U256::from(200u32)));
            let far = (1..400u32).map(|i| U256::from_f64(centre.max(1e12) * f64::from(i) / 133.0));
            let best = scan(&chain, near.chain(far));
            prop_assert!(found >= best - (best * 1e-9).max(1.0), "{} of {}", found, best);
        }
    }
}

#[test]
fn the_one_input_that_a_coarse_token_pays_for_is_found_though_the_top_in_doubles_pays_nothing() {
    let (market, edges) = cycle_of(vec![pair((3_385, 3_104), 0), pair((3_965, 65), 0), pair((54, 3_906), 0)]);
    let chain = Chain::new(&market, &edges, U256::from(69u32)).unwrap();
    let best = scan(&chain, (1..=69u32).map(U256::from));
    assert!(best > 0.0);
    assert_eq!(profit_of(&chain), best);
    assert_eq!(chain.size().map(|size| size.profit().to_f64()), Some(best));
}

#[test]
fn a_cycle_that_loses_has_no_optimum() {
    let (market, edges) = cycle_of(vec![pair((1_000_000, 1_000_000), 3_000), pair((1_000_000, 1_000_000), 3_000)]);
    let chain = Chain::new(&market, &edges, U256::MAX).unwrap();
    assert_eq!(chain.optimum(), None);
    assert!(chain.estimate().is_none());
}
