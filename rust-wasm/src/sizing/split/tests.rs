use super::*;
use crate::pool::Pool;
use crate::proof::Random;
use crate::protocols::family::Direction;
use crate::protocols::registry::pool_from_json;
use crate::protocols::uniswap_v2::Pair;
use crate::protocols::uniswap_v3::{tick_math::sqrt_ratio_at_tick, Shape, V3Pool};

fn pair(reserves: [u128; 2], fee_pips: u32) -> Pool {
    Pool::V2(Pair::new(reserves, fee_pips).unwrap())
}

fn market_of(pools: Vec<([u32; 2], Pool)>) -> Market {
    let mut market = Market::default();
    for (i, (tokens, pool)) in pools.into_iter().enumerate() {
        market.insert(i as u32, &tokens, pool).unwrap();
    }
    market
}

fn edge(market: &Market, pool: u32, from: u32) -> Edge {
    let at = market.slot(pool).unwrap().tokens().iter().position(|token| *token == from).unwrap();
    Edge::new(pool, Direction { from: at, to: 1 - at })
}

/// Every leg's quote is its pool's own, every hop takes what the one before pays, no pool is used twice, nothing exceeds the bound, and the route alone
/// earns no more.
fn check(market: &Market, edges: &[Edge], bound: U256, split: &SplitRoute) {
    let mut amount = split.size.amount_in;
    let mut used: Vec<u32> = Vec::new();
    assert!(amount <= bound && !split.size.profit().is_zero());
    for parts in &split.hops {
        assert_eq!(parts.iter().fold(U256::ZERO, |sum, part| sum.saturating_add(part.amount_in)), amount);
        amount = parts.iter().fold(U256::ZERO, |sum, part| sum.saturating_add(part.amount_out));
        for part in parts {
            assert_eq!(market.pool(part.edge).unwrap().quote(part.edge.direction(), part.amount_in, None), Ok(part.amount_out));
            used.push(part.edge.pool());
        }
    }
    assert_eq!(amount, split.size.amount_out);
    let count = used.len();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), count, "a pool is used twice");
    let unsplit = Chain::new(market, edges, bound).unwrap().optimum().map_or(U256::ZERO, |size| size.profit());
    assert!(split.size.profit() >= unsplit);
    assert!(split.is_split == (split.size.profit() > unsplit));
}

/// The most that pools pay together for each input up to `most`, over all ways to spread it, from each pool's payments.
fn best_outputs(pools: &[Vec<u32>], most: usize) -> Vec<u32> {
    let mut best = vec![0u32; most + 1];
    for paid in pools {
        let with = (0..=most).map(|x| (0..=x.min(paid.len() - 1)).map(|of| best[x - of] + paid[of]).max().unwrap());
        best = with.collect();
    }
    best
}

fn payments(market: &Market, edge: Edge, most: usize) -> Vec<u32> {
    let quote = |x: usize| market.pool(edge).unwrap().quote(edge.direction(), U256::from(x as u32), None);
    (0..=most).map(|x| quote(x).map_or(0, |out| out.low_u128() as u32)).collect()
}

/// The highest profit over all inputs up to `bound`, all spreads of it, and all choices of the hop for each of the pools that could serve several.
fn brute_force(market: &Market, path: &[u32], pools: u32, bound: usize) -> u32 {
    let most = 4_096;
    let serves = |pool: u32, hop: usize| {
        let tokens = market.slot(pool).unwrap().tokens();
        tokens.contains(&path[hop]) && tokens.contains(&path[hop + 1])
    };
    let hops = path.len() - 1;
    let choices: Vec<Vec<usize>> = (0..pools).map(|pool| (0..hops).filter(|hop| serves(pool, *hop)).collect()).collect();
    let mut best = 0;
    for number in 0..choices.iter().map(|of| of.len()).product::<usize>() {
        let mut rest = number;
        let mut of_hop = vec![Vec::new(); hops];
        for (pool, of) in choices.iter().enumerate() {
            of_hop[of[rest % of.len()]].push(pool as u32);
            rest /= of.len();
        }
        let mut reach = bound;
        let mut tables = Vec::new();
        for (hop, pools) in of_hop.iter().enumerate() {
            let paid: Vec<Vec<u32>> = pools.iter().map(|pool| payments(market, edge(market, *pool, path[hop]), reach)).collect();
            let table = best_outputs(&paid, reach);
            reach = (*table.last().unwrap() as usize).min(most);
            tables.push(table);
        }
        for amount_in in 1..=bound {
            let out = tables.iter().try_fold(amount_in, |amount, table| table.get(amount).map(|out| *out as usize));
            best = best.max(out.unwrap_or(0).saturating_sub(amount_in) as u32);
        }
    }
    best
}

#[test]
fn no_split_of_small_pools_earns_more_by_brute_force() {
    let mut random = Random::seeded("splits of small pools");
    let (mut split_ones, mut exact, mut worst) = (0, 0, 0i64);
    for case in 0..600 {
        let hops = random.within(2, 3) as u32;
        let path: Vec<u32> = (0..=hops).map(|i| i % hops).collect();
        let pools: Vec<([u32; 2], Pool)> = (0..random.within(i64::from(hops), 5))
            .map(|i| {
                let from = i as u32 % hops;
                let depth = random.within(100, 1_200) as u128;
                let gap = random.within(if from == 0 { 100 } else { 70 }, 140) as u128;
                ([from, (from + 1) % hops], pair([depth, depth * gap / 100], *random.pick(&[0, 500, 3_000])))
            })
            .collect();
        let count = pools.len() as u32;
        let market = market_of(pools);
        let bound = if random.below(3) == 0 { random.within(1, 60) } else { 500 } as usize;
        let edges: Vec<Edge> = (0..hops).map(|hop| edge(&market, hop, path[hop as usize])).collect();
        let found = optimise_split(&market, &edges, U256::from(bound as u32)).unwrap();
        if let Some(split) = &found {
            check(&market, &edges, U256::from(bound as u32), split);
        }
        let profit = found.as_ref().map_or(0, |split| split.size.profit().low_u128() as i64);
        let best = i64::from(brute_force(&market, &path, count, bound));
        split_ones += i32::from(found.as_ref().is_some_and(|split| split.is_split));
        exact += i32::from(profit == best);
        let used = found.as_ref().map_or(2, |split| split.hops.iter().flatten().count());
        assert!(best - profit <= used as i64, "case {case}: {profit} of {best} with {used} pools");
        worst = worst.max(best - profit);
    }
    println!("{split_ones} split, {exact} exactly as brute force, the others at the most {worst} units less");
    assert!(split_ones > 200 && exact > 500);
}

/// Two pools of each family for each hop of a cycle through a token with 6 decimals, or of one through tokens with 18.
fn deep_market(random: &mut Random, coarse: bool, with_other: bool) -> Market {
    let mut pools = Vec::new();
    for hop in 0..2u32 {
        let tokens = [hop, 1 - hop];
        // Base units of the token of each side that are worth the same.
        let unit = |token: u32| if coarse && token == 1 { 1_000_000u128 } else { 1_000_000_000_000_000_000 };
        for kind in 0..if with_other { 3 } else { 2 } {
            let depth = random.within(100, 100_000) as u128;
            let gap = random.within(if hop == 0 { 10_000 } else { 9_950 }, 10_200) as u128;
            let (x, y) = (depth * unit(tokens[0]), depth * unit(tokens[1]) / 10_000 * gap);
            let pool = match kind {
                0 => pair([x, y], 3_000),
                1 => concentrated(random, [x, y]),
                _ => stable(random, [x, y]),
            };
            pools.push((tokens, pool));
        }
    }
    market_of(pools)
}

/// Around the price of the reserves, with thicker liquidity near it.
fn concentrated(random: &mut Random, [x, y]: [u128; 2]) -> Pool {
    let price = y as f64 / x as f64;
    let tick = (price.ln() / 1.000_1f64.ln()).floor() as i32;
    let liquidity = ((x as f64).sqrt() * (y as f64).sqrt()) as i128 * random.within(1, 20) as i128;
    let edge = tick.div_euclid(10) * 10;
    let ticks = vec![-887_270, edge - 60, edge - 10, edge + 20, edge + 50, 887_270];
    let nets = vec![liquidity, 2 * liquidity, 3 * liquidity, -3 * liquidity, -2 * liquidity, -liquidity];
    let shape = Shape { fee_pips: *random.pick(&[100, 500]), tick_spacing: 10, tick, tick_lower: -887_272, tick_upper: 887_272 };
    Pool::V3(Box::new(V3Pool::new(shape, sqrt_ratio_at_tick(tick).unwrap(), (6 * liquidity) as u128, ticks, nets).unwrap()))
}

fn stable(random: &mut Random, [x, y]: [u128; 2]) -> Pool {
    let (amp, fee) = (random.within(50, 2_000) * 100, random.within(1, 4) * 1_000_000);
    let [rate_x, rate_y] = [x, y].map(|amount| if amount < 1 << 60 { "1000000000000000000000000000000" } else { "1000000000000000000" });
    let state = format!(
        r#"{{"family": "stableswap-ng", "n_coins": "2", "A": "{0}", "A_precise": "{amp}", "initial_A": "{amp}", "future_A": "{amp}", "initial_A_time": "0",
        "future_A_time": "0", "timestamp": "1700000000", "fee": "{fee}", "offpeg_fee_multiplier": "20000000000", "total_supply": "{x}",
        "rates": ["{rate_x}", "{rate_y}"], "balances": ["{x}", "{y}"]}}"#,
        amp / 100
    );
    Pool::Other(pool_from_json(&state).unwrap())
}

fn output_of(market: &Market, parts: &[(Edge, U256)]) -> Option<U256> {
    let quoted = |(edge, amount): &(Edge, U256)| {
        if amount.is_zero() {
            return Some(U256::ZERO);
        }
        market.pool(*edge).ok()?.quote(edge.direction(), *amount, None).ok()
    };
    parts.iter().try_fold(U256::ZERO, |sum, part| sum.checked_add(quoted(part)?).ok())
}

/// The found split, changed: the input by a share, and of each hop a share of what its pools get moved from one to another.
fn varied(market: &Market, random: &mut Random, split: &SplitRoute, share: f64) -> Option<f64> {
    let scaled = |amount: U256, factor: f64| U256::from_f64(amount.to_f64() * factor);
    let amount_in = scaled(split.size.amount_in, 1.0 + share * (2.0 * random.share() - 1.0));
    let mut amount = amount_in;
    for (hop, parts) in split.hops.iter().enumerate() {
        let of = |pool: u32| market.slot(pool).unwrap().tokens()[0] == hop as u32;
        let pools: Vec<u32> = (0..).take_while(|pool| market.slot(*pool).is_some()).filter(|pool| of(*pool)).collect();
        let total = parts.iter().map(|part| part.amount_in.to_f64()).sum::<f64>();
        let known = |pool: u32| parts.iter().find(|part| part.edge.pool() == pool).map_or(0.0, |part| part.amount_in.to_f64() / total);
        let mut shares: Vec<f64> = pools.iter().map(|pool| (known(*pool) + share * (2.0 * random.share() - 1.0)).max(0.0)).collect();
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|of| *of /= sum);
        let mut inputs: Vec<(Edge, U256)> =
            pools.iter().zip(&shares).map(|(pool, of)| (edge(market, *pool, hop as u32), scaled(amount, *of))).collect();
        let given = inputs.iter().fold(U256::ZERO, |sum, part| sum.saturating_add(part.1));
        let largest = (0..inputs.len()).max_by_key(|i| inputs[*i].1)?;
        inputs[largest].1 = inputs[largest].1.checked_add(amount).ok()?.checked_sub(given).ok()?;
        amount = output_of(market, &inputs)?;
    }
    Some(amount.to_f64() - amount_in.to_f64())
}

#[test]
fn no_varied_split_of_deep_pools_earns_a_billionth_more() {
    let mut random = Random::seeded("splits of deep pools");
    let (mut split_ones, mut gained, mut worst) = (0, 0, 0.0f64);
    let mut spent = std::time::Duration::ZERO;
    for case in 0..60 {
        let coarse = case % 2 == 0;
        let market = deep_market(&mut random, coarse, false);
        let edges = [edge(&market, 0, 0), edge(&market, 2, 1)];
        let before = std::time::Instant::now();
        let Some(split) = optimise_split(&market, &edges, U256::MAX).unwrap() else { continue };
        spent += before.elapsed();
        check(&market, &edges, U256::MAX, &split);
        if !split.is_split {
            continue;
        }
        split_ones += 1;
        let profit = split.size.profit().to_f64();
        let unsplit = Chain::new(&market, &edges, U256::MAX).unwrap().optimum().map_or(0.0, |size| size.profit().to_f64());
        gained += i32::from(profit > 1.1 * unsplit);
        // Of the token with 6 decimals: for each of the four pools one may be lost.
        let unit = if coarse { 1e12 } else { 1.0 };
        for share in [1e-9, 1e-7, 1e-5, 1e-3, 0.05, 0.5] {
            for _ in 0..400 {
                if let Some(other) = varied(&market, &mut random, &split, share) {
                    let more = other - profit;
                    worst = worst.max(more / (profit * 1e-9).max(unit));
                }
            }
        }
    }
    println!("{split_ones} split, {gained} of them earn a tenth more and beyond, others find {worst} of the tolerance more, {spent:?} for all");
    assert!(split_ones > 50 && gained > 25);
    assert!(worst <= 4.0);
}

#[test]
fn pools_of_other_families_take_part_and_never_make_it_worse() {
    let mut random = Random::seeded("splits with stable pools");
    let (mut split_ones, mut with_stable, mut worst) = (0, 0, 0.0f64);
    let started = std::time::Instant::now();
    let mut spent = std::time::Duration::ZERO;
    for case in 0..40 {
        let market = deep_market(&mut random, case % 2 == 0, true);
        let edges = [edge(&market, 0, 0), edge(&market, 3, 1)];
        let before = started.elapsed();
        let found = optimise_split(&market, &edges, U256::MAX).unwrap();
        spent += started.elapsed() - before;
        let Some(split) = found else { continue };
        check(&market, &edges, U256::MAX, &split);
        split_ones += i32::from(split.is_split);
        with_stable += i32::from(split.hops.iter().flatten().any(|part| matches!(market.pool(part.edge), Ok(Pool::Other(_)))));
        let profit = split.size.profit().to_f64();
        for share in [1e-5, 1e-3, 0.05, 0.5] {
            for _ in 0..200 {
                if let Some(other) = varied(&market, &mut random, &split, share) {
                    worst = worst.max((other - profit) / profit);
                }
            }
        }
    }
    println!("{split_ones} split, {with_stable} with stable pools, others find {worst} of the profit more, {spent:?} for all");
    assert!(split_ones > 30 && with_stable > 30);
    assert!(worst < 1e-6);
}
