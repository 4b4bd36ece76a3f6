//! What JavaScript calls: numbers and typed arrays in, typed arrays out, a refusal's number thrown. 256-bit integers are four 64-bit words, least
//! significant first; `engine.ts` is the other side.

use crate::market::{Edge, Market};
use crate::pool::Pool;
use crate::protocols::uniswap_v2::Pair;
use crate::protocols::uniswap_v3::{Exact, Shape, V3Pool};
use crate::refusal::{Answer, Refusal};
use crate::route::{optimise, quote_route, RouteQuote};
use crate::search::{search, Query};
use crate::u256::U256;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    market: Market,
}

#[wasm_bindgen]
impl Engine {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// `shape`: pool, token0, token1, fee in pips for each; `reserves`: two words for each reserve. All are checked before the first is changed.
    pub fn set_v2(&mut self, shape: &[u32], reserves: &[u64]) -> Result<(), u32> {
        let mut pairs = Vec::with_capacity(shape.len() / 4);
        for (of, words) in shape.chunks_exact(4).zip(reserves.chunks_exact(4)) {
            pairs.push((of[0], [of[1], of[2]], Pair::new(both(words), of[3]).map_err(number)?));
        }
        for (pool, tokens, pair) in pairs {
            self.market.insert(pool, tokens, Pool::V2(pair)).map_err(number)?;
        }
        Ok(())
    }

    pub fn set_reserves(&mut self, pools: &[u32], reserves: &[u64]) -> Result<(), u32> {
        for (pool, words) in pools.iter().zip(reserves.chunks_exact(4)) {
            let is_pair = matches!(self.market.slot(*pool).map(|slot| &slot.pool), Some(Pool::V2(_)));
            Pair::new(both(words), 0).and(if is_pair { Ok(()) } else { Err(Refusal::UnknownPool) }).map_err(number)?;
        }
        for (pool, words) in pools.iter().zip(reserves.chunks_exact(4)) {
            let change = |pool: &mut Pool| match pool {
                Pool::V2(pair) => pair.set_reserves(both(words)),
                Pool::V3(_) => Err(Refusal::UnknownPool),
            };
            self.market.update(*pool, change).map_err(number)?;
        }
        Ok(())
    }

    /// `shape`: fee in pips, tick spacing, tick, lowest and highest known tick; `words`: sqrtPriceX96 (4), liquidity (2); `nets`: two each.
    #[allow(clippy::too_many_arguments)]
    pub fn set_v3(&mut self, pool: u32, token0: u32, token1: u32, shape: &[i32], words: &[u64], ticks: &[i32], nets: &[u64]) -> Result<(), u32> {
        let state = v3(shape, words, ticks, nets).map_err(number)?;
        self.market.insert(pool, [token0, token1], Pool::V3(Box::new(state))).map_err(number)
    }

    pub fn remove(&mut self, pool: u32) {
        self.market.remove(pool);
    }

    pub fn quote(&self, edge: u32, amount: &[u64]) -> Result<Vec<u64>, u32> {
        let edge = Edge(edge);
        let quote = self.market.pool(edge).and_then(|pool| pool.quote(edge.zero_for_one(), U256::from_words(amount)));
        quote.map(|out| out.to_words().to_vec()).map_err(number)
    }

    /// Input taken, output, price (four words each), liquidity (two), tick. `limit` is empty for none.
    pub fn swap_v3(&self, edge: u32, amount: &[u64], limit: &[u64]) -> Result<Vec<u64>, u32> {
        let edge = Edge(edge);
        let limit = (!limit.is_empty()).then(|| U256::from_words(limit));
        let swap = match self.market.pool(edge).map_err(number)? {
            Pool::V3(pool) => pool.swap(edge.zero_for_one(), Exact::Input(U256::from_words(amount)), limit).map_err(number)?,
            Pool::V2(_) => return Err(number(Refusal::UnknownPool)),
        };
        let mut words = Vec::with_capacity(15);
        for value in [swap.amount_in, swap.amount_out, swap.sqrt_price] {
            words.extend(value.to_words());
        }
        words.extend([swap.liquidity as u64, (swap.liquidity >> 64) as u64, i64::from(swap.tick) as u64]);
        Ok(words)
    }

    /// Amounts (four words each, one more than hops), then one double's bits per hop.
    pub fn quote_route(&self, edges: &[u32], amount: &[u64]) -> Result<Vec<u64>, u32> {
        let quote = quote_route(&self.market, &route(edges), U256::from_words(amount)).map_err(number)?;
        Ok(route_words(&quote))
    }

    /// As `quote_route` at the best input, then input and profit (four words each, two's complement) of each alternative; empty for no profit.
    pub fn optimise(&self, edges: &[u32], bound: &[u64]) -> Result<Vec<u64>, u32> {
        let optimum = optimise(&self.market, &route(edges), U256::from_words(bound)).map_err(number)?;
        let Some(optimum) = optimum else { return Ok(Vec::new()) };
        let mut words = route_words(&optimum.quote);
        for (input, output) in optimum.alternatives {
            words.extend(input.to_words());
            words.extend(output.wrapping_sub(input).0.to_words());
        }
        Ok(words)
    }

    /// For each cycle: number of hops, the hops, input and profit (four words each).
    pub fn search(&self, changed: &[u32], starts: &[u32], max_hops: u32, limit: u32, overlapping: bool, bound: &[u64]) -> Vec<u64> {
        let max_amount_in = U256::from_words(bound);
        let query = Query { changed, starts, max_hops, limit: limit as usize, overlapping, max_amount_in };
        let mut words = Vec::new();
        for found in search(&self.market, &query) {
            words.push(found.edges.len() as u64);
            words.extend(found.edges.iter().map(|edge| u64::from(edge.0)));
            words.extend(found.size.amount_in.to_words());
            words.extend(found.size.profit().to_words());
        }
        words
    }
}

/// The tick at which a swap in the given state ends.
#[wasm_bindgen]
pub fn reach_v3(shape: &[i32], words: &[u64], ticks: &[i32], nets: &[u64], zero_for_one: bool, amount: &[u64]) -> Result<i32, u32> {
    v3(shape, words, ticks, nets).and_then(|pool| pool.reach(zero_for_one, U256::from_words(amount))).map_err(number)
}

fn v3(shape: &[i32], words: &[u64], ticks: &[i32], nets: &[u64]) -> Answer<V3Pool> {
    let (&[fee_pips, tick_spacing, tick, tick_lower, tick_upper], &[a, b, c, d, low, high]) = (shape, words) else {
        return Err(Refusal::InvalidState);
    };
    let fee_pips = u32::try_from(fee_pips).map_err(|_| Refusal::InvalidState)?;
    let nets = nets.chunks_exact(2).map(|pair| wide(pair[0], pair[1]) as i128).collect();
    let shape = Shape { fee_pips, tick_spacing, tick, tick_lower, tick_upper };
    V3Pool::new(shape, U256::from_words(&[a, b, c, d]), wide(low, high), ticks.to_vec(), nets)
}

fn route(edges: &[u32]) -> Vec<Edge> {
    edges.iter().map(|edge| Edge(*edge)).collect()
}

fn route_words(quote: &RouteQuote) -> Vec<u64> {
    let mut words: Vec<u64> = quote.amounts.iter().flat_map(|amount| amount.to_words()).collect();
    words.extend(quote.impacts.iter().map(|impact| impact.to_bits()));
    words
}

fn both(words: &[u64]) -> [u128; 2] {
    [wide(words[0], words[1]), wide(words[2], words[3])]
}

fn wide(low: u64, high: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

fn number(refusal: Refusal) -> u32 {
    refusal as u32
}
