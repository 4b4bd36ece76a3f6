//! What JavaScript calls: numbers and typed arrays in, typed arrays out, a refusal's number thrown. 256-bit integers are four 64-bit words, least
//! significant first; `engine.ts` is the other side.

use crate::golden;
use crate::loan::Loan;
use crate::market::{Edge, Market};
use crate::pool::Pool;
use crate::protocols::family::{At, Direction, Family};
use crate::protocols::registry::{tradable_pool_from_json, EXPERIMENTAL, FAMILIES};
use crate::protocols::uniswap_v2::Pair;
use crate::protocols::uniswap_v3::{Exact, Place, Shape, V3Pool};
use crate::rates::swap_rates;
use crate::refusal::{Answer, Refusal};
use crate::route::{optimise, optimise_loan, pass_all, quote_route, Passage, RouteQuote, SIDE_BY_SIDE};
use crate::search::{search, Query, Start};
use crate::sizing::{optimise_split, Chain};
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
        let pairs = || shape.chunks_exact(4).zip(reserves.chunks_exact(4));
        for (of, words) in pairs() {
            Pair::new(both(words), of[3]).map_err(number)?;
        }
        self.market.reserve(shape.chunks_exact(4).map(|of| of[0]).max().unwrap_or(0));
        for (of, words) in pairs() {
            let pair = Pair::new(both(words), of[3]).map_err(number)?;
            self.market.insert(of[0], &[of[1], of[2]], Pool::V2(pair)).map_err(number)?;
        }
        Ok(())
    }

    pub fn set_reserves(&mut self, pools: &[u32], reserves: &[u64]) -> Result<(), u32> {
        for (pool, words) in pools.iter().zip(reserves.chunks_exact(4)) {
            let is_pair = matches!(self.market.slot(*pool).map(|slot| &slot.pool), Some(Pool::V2(_)));
            Pair::new(both(words), 0).and(if is_pair { Ok(()) } else { Err(Refusal::UnknownPool) }).map_err(number)?;
        }
        for (pool, words) in pools.iter().zip(reserves.chunks_exact(4)) {
            let change = |pool: &Pool| match pool {
                Pool::V2(pair) => pair.with_reserves(both(words)).map(Pool::V2),
                _ => Err(Refusal::UnknownPool),
            };
            self.market.update(*pool, change).map_err(number)?;
        }
        Ok(())
    }

    /// `shape`: fee in pips, tick spacing, tick, lowest and highest known tick; `words`: sqrtPriceX96 (4), liquidity (2); `nets`: two each.
    #[allow(clippy::too_many_arguments)]
    pub fn set_v3(&mut self, pool: u32, token0: u32, token1: u32, shape: &[i32], words: &[u64], ticks: &[i32], nets: &[u64]) -> Result<(), u32> {
        let state = v3(shape, words, ticks, nets).map_err(number)?;
        self.market.insert(pool, &[token0, token1], Pool::V3(Box::new(state))).map_err(number)
    }

    /// A pool of any family from its state's JSON form; throws a sentence that names the field instead of a number where that is wrong.
    pub fn set_pool(&mut self, pool: u32, tokens: &[u32], state: &str, experimental: bool) -> Result<(), JsValue> {
        let family = tradable_pool_from_json(state, experimental).map_err(|message| JsValue::from_str(&message))?;
        self.market.insert(pool, tokens, Pool::Other(family)).map_err(|refusal| JsValue::from_f64(f64::from(number(refusal))))
    }

    /// Changes what swaps change in pools that [`Engine::set_v3`] or [`Engine::set_pool`] took: `lengths` are the numbers of values per pool, each of four words. All are checked
    /// before the first is changed.
    pub fn move_pools(&mut self, pools: &[u32], lengths: &[u32], words: &[u64]) -> Result<(), u32> {
        let mut rest = words;
        let mut moved = Vec::with_capacity(pools.len());
        for (pool, length) in pools.iter().zip(lengths) {
            let (own, others) = rest.split_at_checked(*length as usize * 4).ok_or(number(Refusal::InvalidState))?;
            rest = others;
            let values: Vec<U256> = own.chunks_exact(4).map(U256::from_words).collect();
            let next = match self.market.slot(*pool).map(|slot| &slot.pool) {
                Some(Pool::Other(family)) => family.moved(&values).map(Pool::Other),
                Some(Pool::V3(state)) => match <[U256; 3]>::try_from(values) {
                    Ok(place) => Place::from_values(place).and_then(|place| state.moved(place)).map(|state| Pool::V3(Box::new(state))),
                    Err(_) => Err(Refusal::InvalidState),
                },
                _ => Err(Refusal::UnknownPool),
            };
            moved.push((*pool, next.map_err(number)?));
        }
        for (pool, next) in moved {
            self.market.update(pool, |_| Ok(next)).map_err(number)?;
        }
        Ok(())
    }

    /// The fields that [`Engine::move_pools`] changes in a pool, each on a line with its number of values; empty where a changed state must be given whole.
    pub fn moving(&self, pool: u32) -> Result<String, u32> {
        let fields = match self.market.slot(pool).map(|slot| &slot.pool) {
            Some(Pool::Other(family)) => family.moving(),
            Some(Pool::V3(state)) => state.start().to_values(),
            _ => return Err(number(Refusal::UnknownPool)),
        };
        Ok(fields.iter().map(|(name, values)| format!("{name} {}", values.len())).collect::<Vec<_>>().join("\n"))
    }

    pub fn remove(&mut self, pool: u32) {
        self.market.remove(pool);
    }

    /// Time of the block that quotes are for, seconds; 0: each state's own.
    pub fn set_time(&mut self, timestamp: f64) {
        self.market.set_time(time(timestamp));
    }

    pub fn keep_blocks(&mut self, depth: u32) {
        self.market.keep_blocks(depth as usize);
    }

    pub fn begin_block(&mut self, block: f64) {
        self.market.begin_block(block as u64);
    }

    /// Pools that changed by taking the blocks back.
    pub fn roll_back(&mut self, block: f64) -> Result<Vec<u32>, u32> {
        self.market.roll_back(block as u64).map_err(number)
    }

    pub fn quote(&self, edge: u32, amount: &[u64]) -> Result<Vec<u64>, u32> {
        let edge = Edge(edge);
        let quote = self.market.pool(edge).and_then(|pool| pool.quote(edge.direction(), U256::from_words(amount), self.market.at()));
        quote.map(|out| out.to_words().to_vec()).map_err(number)
    }

    /// The contract's own quote function, which may differ from what its swap pays.
    pub fn view(&self, edge: u32, amount: &[u64]) -> Result<Vec<u64>, u32> {
        let (edge, amount) = (Edge(edge), U256::from_words(amount));
        let answer = self.market.pool(edge).and_then(|pool| match pool {
            Pool::Other(pool) => pool.view(edge.direction(), amount, self.market.at()),
            pool => pool.quote(edge.direction(), amount, self.market.at()),
        });
        answer.map(|out| out.to_words().to_vec()).map_err(number)
    }

    /// The input that the contract names for an exact output.
    pub fn quote_exact_output(&self, edge: u32, amount: &[u64]) -> Result<Vec<u64>, u32> {
        let (edge, amount) = (Edge(edge), U256::from_words(amount));
        let answer = self.market.pool(edge).and_then(|pool| pool.quote_exact_output(edge.direction(), amount, self.market.at()));
        answer.map(|out| out.to_words().to_vec()).map_err(number)
    }

    /// Input taken, output, price (four words each), liquidity (two), tick. `limit` is empty for none.
    pub fn swap_v3(&self, edge: u32, amount: &[u64], limit: &[u64]) -> Result<Vec<u64>, u32> {
        let edge = Edge(edge);
        let limit = (!limit.is_empty()).then(|| U256::from_words(limit));
        let swap = match self.market.pool(edge).map_err(number)? {
            Pool::V3(pool) => pool.swap(edge.direction().zero_for_one(), Exact::Input(U256::from_words(amount)), limit).map_err(number)?,
            _ => return Err(number(Refusal::UnknownPool)),
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

    /// Outputs (four words each) of many routes, `sizes` inputs for each; `lengths` are the routes' numbers of hops. A refusal is the maximum minus its
    /// number, which no pool pays.
    pub fn quote_routes(&self, lengths: &[u32], edges: &[u32], sizes: u32, amounts: &[u64]) -> Vec<u64> {
        let mut words = Vec::with_capacity(amounts.len());
        let mut passages = Vec::with_capacity(SIDE_BY_SIDE);
        let mut finish = |passages: &mut Vec<Passage>| {
            pass_all(&self.market, passages);
            for passage in passages.drain(..) {
                let amount = passage.amount().unwrap_or_else(|refusal| U256::MAX.saturating_sub(U256::from(number(refusal))));
                words.extend(amount.to_words());
            }
        };
        let mut inputs = amounts.chunks_exact(4);
        let mut rest = edges;
        for length in lengths {
            let (hops, others) = rest.split_at((*length as usize).min(rest.len()));
            rest = others;
            for input in inputs.by_ref().take(sizes as usize) {
                passages.push(Passage::new(hops, U256::from_words(input)));
                if passages.len() == SIDE_BY_SIDE {
                    finish(&mut passages);
                }
            }
        }
        finish(&mut passages);
        words
    }

    /// Input and profit (four words each) of many cycles, within the larger of a billionth and a base unit of the coarsest token; zeros for no profit.
    pub fn size_cycles(&self, lengths: &[u32], edges: &[u32], bound: &[u64]) -> Vec<u64> {
        let bound = U256::from_words(bound);
        let mut words = Vec::with_capacity(lengths.len() * 8);
        let mut rest = edges;
        for length in lengths {
            let (hops, others) = rest.split_at((*length as usize).min(rest.len()));
            rest = others;
            let size = Chain::new(&self.market, &route(hops), bound).ok().and_then(|chain| chain.size());
            let (amount_in, profit) = size.map_or((U256::ZERO, U256::ZERO), |size| (size.amount_in, size.profit()));
            words.extend(amount_in.to_words());
            words.extend(profit.to_words());
        }
        words
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

    /// As `quote_route` at the amount that leaves most after the lender's fee; empty for none. `fee` is share, whole and rounding (four words each).
    pub fn optimise_loan(&self, edges: &[u32], fee: &[u64], available: &[u64]) -> Result<Vec<u64>, u32> {
        let terms: Vec<U256> = fee.chunks_exact(4).map(U256::from_words).collect();
        let &[share, of, rounding] = terms.as_slice() else { return Err(number(Refusal::InvalidState)) };
        let loan = Loan::new(share, of, rounding).map_err(number)?;
        let quote = optimise_loan(&self.market, &route(edges), loan, U256::from_words(available)).map_err(number)?;
        Ok(quote.map_or_else(Vec::new, |quote| route_words(&quote)))
    }

    /// Output per input: spot price, the same after the fee, of the next unit on top of the amount, spot price after the swap.
    pub fn swap_rates(&self, edge: u32, amount: &[u64]) -> Result<Vec<f64>, u32> {
        let edge = Edge(edge);
        let pool = self.market.pool(edge).map_err(number)?;
        let rates = swap_rates(pool, edge.direction(), U256::from_words(amount), self.market.at()).map_err(number)?;
        Ok(vec![rates.spot, rates.best, rates.marginal, rates.after])
    }

    /// Empty for no profit. Else whether it is a split, input and output (four words each), then for each hop its number of pools and for each of these
    /// the edge, input and output.
    pub fn optimise_split(&self, edges: &[u32], bound: &[u64]) -> Result<Vec<u64>, u32> {
        let Some(split) = optimise_split(&self.market, &route(edges), U256::from_words(bound)).map_err(number)? else { return Ok(Vec::new()) };
        let mut words = vec![u64::from(split.is_split)];
        words.extend(split.size.amount_in.to_words());
        words.extend(split.size.amount_out.to_words());
        for parts in &split.hops {
            words.push(parts.len() as u64);
            for part in parts {
                words.push(u64::from(part.edge.0));
                words.extend(part.amount_in.to_words());
                words.extend(part.amount_out.to_words());
            }
        }
        Ok(words)
    }

    /// `bounds`: of each start's input, four words. For each cycle: number of hops, the hops, input and profit (four words each).
    #[allow(clippy::too_many_arguments)]
    pub fn search(
        &mut self,
        changed: &[u32],
        starts: &[u32],
        max_hops: u32,
        limit: u32,
        overlapping: bool,
        exact: bool,
        bounds: &[u64],
    ) -> Result<Vec<u64>, u32> {
        if bounds.len() != starts.len() * 4 {
            return Err(number(Refusal::InvalidState));
        }
        let of_start = |(token, words): (&u32, &[u64])| Start { token: *token, max_amount_in: U256::from_words(words) };
        let starts: Vec<Start> = starts.iter().zip(bounds.chunks_exact(4)).map(of_start).collect();
        let query = Query { changed, starts: &starts, max_hops, limit: limit as usize, overlapping, exact };
        let mut words = Vec::new();
        for found in search(&mut self.market, &query) {
            words.push(found.edges.len() as u64);
            words.extend(found.edges.iter().map(|edge| u64::from(edge.0)));
            words.extend(found.size.amount_in.to_words());
            words.extend(found.size.profit().to_words());
        }
        Ok(words)
    }
}

/// One pool by itself, without any search around it.
#[wasm_bindgen]
pub struct SinglePool(Box<dyn Family>);

#[wasm_bindgen]
impl SinglePool {
    /// Throws a sentence that names the field where the state is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(state: &str, experimental: bool) -> Result<SinglePool, JsValue> {
        tradable_pool_from_json(state, experimental).map(Self).map_err(|message| JsValue::from_str(&message))
    }

    pub fn token_count(&self) -> u32 {
        self.0.token_count() as u32
    }

    /// `at` is the block's time in seconds; 0: the state's own.
    pub fn quote(&self, from: u32, to: u32, amount: &[u64], at: f64) -> Result<Vec<u64>, u32> {
        self.answer(self.0.quote(direction(from, to), U256::from_words(amount), time(at)))
    }

    pub fn view(&self, from: u32, to: u32, amount: &[u64], at: f64) -> Result<Vec<u64>, u32> {
        self.answer(self.0.view(direction(from, to), U256::from_words(amount), time(at)))
    }

    pub fn quote_exact_output(&self, from: u32, to: u32, amount: &[u64], at: f64) -> Result<Vec<u64>, u32> {
        self.answer(self.0.quote_exact_output(direction(from, to), U256::from_words(amount), time(at)))
    }
}

impl SinglePool {
    fn answer(&self, answer: Answer<U256>) -> Result<Vec<u64>, u32> {
        answer.map(|amount| amount.to_words().to_vec()).map_err(number)
    }
}

fn direction(from: u32, to: u32) -> Direction {
    Direction { from: from as usize, to: to as usize }
}

fn time(seconds: f64) -> At {
    (seconds > 0.0).then_some(seconds as u64)
}

/// One line of recorded answers, checked: JSON with the family and, for each question, both answers. Throws a sentence where the line is wrong.
#[wasm_bindgen]
pub fn check_golden(line: &str) -> Result<String, JsValue> {
    golden::check_to_json(line).map_err(|message| JsValue::from_str(&message))
}

/// Names of the families, each on a line, those that are experimental with that word behind the name.
#[wasm_bindgen]
pub fn families() -> String {
    let line = |name: &str| if EXPERIMENTAL.contains(&name) { format!("{name} experimental") } else { name.to_owned() };
    FAMILIES.iter().map(|(name, _)| line(name)).collect::<Vec<_>>().join("\n")
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
