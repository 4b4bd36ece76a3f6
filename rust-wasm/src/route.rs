//! Quotes along a route, and the optimum of a cycle with what is around it.

use crate::loan::Loan;
use crate::market::{Edge, Market};
use crate::pool::Pool;
use crate::protocols::uniswap_v2::Pair;
use crate::refusal::{Answer, Refusal};
use crate::sizing::Chain;
use crate::u256::U256;

pub struct RouteQuote {
    /// One more than there are hops; the first is the input.
    pub amounts: Vec<U256>,
    /// 1 − execution price ÷ spot price per hop, the LP fee taken off the input for both.
    pub impacts: Vec<f64>,
}

pub struct Optimum {
    pub quote: RouteQuote,
    /// Other inputs and what the cycle would pay for them.
    pub alternatives: Vec<(U256, U256)>,
}

/// Routes that are quoted side by side: enough to hide a quote's latency, few enough to stay in the nearest cache.
pub const SIDE_BY_SIDE: usize = 32;

/// A route and an input, on its way.
#[derive(Clone, Copy)]
pub struct Passage<'a> {
    edges: &'a [u32],
    amount: U256,
    refusal: Option<Refusal>,
}

impl<'a> Passage<'a> {
    pub fn new(edges: &'a [u32], amount_in: U256) -> Self {
        Self { edges, amount: amount_in, refusal: None }
    }

    pub fn amount(&self) -> Answer<U256> {
        self.refusal.map_or(Ok(self.amount), Err)
    }

    #[inline]
    fn pass(&mut self, market: &Market, edge: Edge, pair: Option<(&Pair, bool)>) {
        if self.refusal.is_some() {
            return;
        }
        // Pairs are quoted in 128 bits as long as that is enough, which is mostly so.
        if let (Some((pair, zero_for_one)), Ok(amount)) = (pair, self.amount.to_u128()) {
            if let Some(out) = pair.quote_u128(zero_for_one, amount) {
                self.amount = U256::from(out);
                return;
            }
        }
        match market.pool(edge).and_then(|pool| pool.quote(edge.direction(), self.amount, market.at())) {
            Ok(out) => self.amount = out,
            Err(refusal) => self.refusal = Some(refusal),
        }
    }
}

/// Takes up to [`SIDE_BY_SIDE`] of them through their routes, hop by hop: a quote waits for the one before it, but not for its neighbour's, so the
/// processor works on several at once. Their pools are looked up first, so that it waits for the memory of all together.
pub fn pass_all(market: &Market, passages: &mut [Passage]) {
    let hops = passages.iter().map(|passage| passage.edges.len()).max().unwrap_or(0);
    for hop in 0..hops {
        let mut pairs = [None; SIDE_BY_SIDE];
        for (passage, pair) in passages.iter().zip(&mut pairs) {
            *pair = passage.edges.get(hop).and_then(|edge| market.pair(Edge(*edge)));
        }
        for (passage, pair) in passages.iter_mut().zip(pairs) {
            if let Some(edge) = passage.edges.get(hop) {
                passage.pass(market, Edge(*edge), pair);
            }
        }
    }
}

pub fn quote_route(market: &Market, edges: &[Edge], amount_in: U256) -> Answer<RouteQuote> {
    let mut amounts = vec![amount_in];
    let mut impacts = Vec::with_capacity(edges.len());
    let mut amount = amount_in;
    for edge in edges {
        let pool = market.pool(*edge)?;
        let out = pool.quote(edge.direction(), amount, market.at())?;
        let at_spot = amount.to_f64() * pool.rate(edge.direction(), market.at());
        impacts.push((1.0 - out.to_f64() / at_spot).clamp(0.0, 1.0));
        amounts.push(out);
        amount = out;
    }
    Ok(RouteQuote { amounts, impacts })
}

/// The amount to borrow, at most `available`, that leaves most after the lender's fee, and the route's quote for it; nothing where none leaves anything.
pub fn optimise_loan(market: &Market, edges: &[Edge], loan: Loan, available: U256) -> Answer<Option<RouteQuote>> {
    let pool = Pool::Loan(Box::new(loan));
    let Some(best) = Chain::borrowing(market, edges, &pool, available)?.optimum() else { return Ok(None) };
    quote_route(market, edges, loan.borrowed(best.amount_in)?).map(Some)
}

/// Nothing where no input up to the bound earns anything.
pub fn optimise(market: &Market, edges: &[Edge], bound: U256) -> Answer<Option<Optimum>> {
    let chain = Chain::new(market, edges, bound)?;
    let Some(best) = chain.optimum() else { return Ok(None) };
    let quote = quote_route(market, edges, best.amount_in)?;
    if quote.amounts.last() != Some(&best.amount_out) {
        return Err(Refusal::InvalidState);
    }
    let mut alternatives = Vec::new();
    for (factor, divisor) in [(1u32, 4u32), (1, 2), (2, 1), (4, 1)] {
        let amount = best.amount_in.mul_div(U256::from(factor), U256::from(divisor)).unwrap_or(U256::MAX);
        if amount.is_zero() || amount > bound {
            continue;
        }
        if let Ok(output) = chain.output(amount) {
            alternatives.push((amount, output));
        }
    }
    Ok(Some(Optimum { quote, alternatives }))
}
