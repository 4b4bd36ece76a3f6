//! All pools by number, and the graph of tokens that they span, kept so that the search reads numbers that lie side by side.

use crate::pool::Pool;
use crate::protocols::family::{At, Direction};
use crate::protocols::uniswap_v2::Pair;
use crate::refusal::{Answer, Refusal};

/// A pool and a direction in one number: the pool's number, then three bits each for the token in and the token out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge(pub u32);

impl Edge {
    pub fn new(pool: u32, direction: Direction) -> Self {
        Self(pool << 6 | (direction.from as u32 & 7) << 3 | (direction.to as u32 & 7))
    }

    pub fn pool(self) -> u32 {
        self.0 >> 6
    }

    pub fn direction(self) -> Direction {
        Direction { from: (self.0 >> 3 & 7) as usize, to: (self.0 & 7) as usize }
    }

    fn reversed(self) -> Self {
        let Direction { from, to } = self.direction();
        Self::new(self.pool(), Direction { from: to, to: from })
    }
}

/// Tokens by number and the natural logarithms of the best rates.
#[derive(Debug)]
enum Ends {
    /// Rates of token0 to token1 and back.
    Two([u32; 2], [f64; 2]),
    /// Rates by row of the token in.
    Many(Box<(Vec<u32>, Vec<f64>)>),
}

#[derive(Debug)]
pub struct Slot {
    ends: Ends,
    pub pool: Pool,
}

impl Slot {
    fn new(tokens: &[u32], pool: Pool, at: At) -> Self {
        let ends = match tokens {
            &[a, b] => Ends::Two([a, b], [0.0; 2]),
            _ => Ends::Many(Box::new((tokens.to_vec(), vec![0.0; tokens.len() * tokens.len()]))),
        };
        let mut slot = Self { ends, pool };
        slot.measure(at);
        slot
    }

    pub fn tokens(&self) -> &[u32] {
        match &self.ends {
            Ends::Two(tokens, _) => tokens,
            Ends::Many(many) => &many.0,
        }
    }

    fn log_rate(&self, direction: Direction) -> f64 {
        match &self.ends {
            Ends::Two(_, rates) => rates[direction.from & 1],
            Ends::Many(many) => many.1.get(direction.from * many.0.len() + direction.to).copied().unwrap_or(f64::NEG_INFINITY),
        }
    }

    /// Takes the rates from the pool's state.
    fn measure(&mut self, at: At) {
        let pool = &self.pool;
        let log_rate = |direction| match pool.rate(direction, at) {
            rate if rate.is_nan() => f64::INFINITY,
            rate => rate.ln(),
        };
        match &mut self.ends {
            Ends::Two(_, rates) => *rates = [Direction { from: 0, to: 1 }, Direction { from: 1, to: 0 }].map(log_rate),
            Ends::Many(many) => {
                let (tokens, rates) = many.as_mut();
                for (i, rate) in rates.iter_mut().enumerate() {
                    let direction = Direction { from: i / tokens.len(), to: i % tokens.len() };
                    *rate = if direction.from == direction.to { f64::NEG_INFINITY } else { log_rate(direction) };
                }
            }
        }
    }
}

/// A token's neighbour, the best rates of the pools that trade the two, and those pools.
#[derive(Debug)]
pub struct Link {
    pub token: u32,
    first: Edge,
    more: Vec<Edge>,
    /// Logarithm of the best rate to the neighbour, and from it.
    pub out: f64,
    pub back: f64,
}

impl Link {
    /// Edges to the neighbour.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        core::iter::once(self.first).chain(self.more.iter().copied())
    }
}

/// A token that cycles start from, with the best rates between it and every token in one array each: what most of the search reads.
#[derive(Debug)]
struct Start {
    token: u32,
    to: Vec<f64>,
    from: Vec<f64>,
}

/// Rates between a start token and all others.
#[derive(Clone, Copy, Debug)]
pub struct Rates<'a> {
    to: &'a [f64],
    from: &'a [f64],
}

impl Rates<'_> {
    /// Logarithm of the best rate from a token to the start token; minus infinity where no pool trades them.
    pub fn to(self, token: u32) -> f64 {
        self.to.get(token as usize).copied().unwrap_or(f64::NEG_INFINITY)
    }

    pub fn from(self, token: u32) -> f64 {
        self.from.get(token as usize).copied().unwrap_or(f64::NEG_INFINITY)
    }
}

/// Numbers above this are refused: a wrong number would otherwise ask for all of the memory.
const MAX_NUMBER: u32 = (1 << 24) - 1;
/// As many tokens as an [`Edge`] can tell apart.
pub const MAX_TOKENS: usize = 8;

#[derive(Debug, Default)]
pub struct Market {
    slots: Vec<Option<Slot>>,
    /// By token; each list ascending by neighbour.
    links: Vec<Vec<Link>>,
    starts: Vec<Start>,
    /// Of the block that quotes are for.
    at: At,
    journal: Journal,
}

/// What blocks have replaced, newest last: enough to take them back.
#[derive(Debug, Default)]
struct Journal {
    blocks: Vec<u64>,
    /// The block's place in `blocks`, the pool, its slot before.
    replaced: Vec<(u64, u32, Option<Slot>)>,
    /// Blocks kept; none: nothing is recorded.
    depth: usize,
}

impl Market {
    pub fn insert(&mut self, number: u32, tokens: &[u32], pool: Pool) -> Answer<()> {
        let is_repeated = (1..tokens.len()).any(|i| tokens[..i].contains(&tokens[i]));
        let fits = (2..=MAX_TOKENS).contains(&tokens.len()) && pool.token_count() == tokens.len();
        if is_repeated || !fits || tokens.iter().any(|token| *token > MAX_NUMBER) || number > MAX_NUMBER {
            return Err(Refusal::InvalidState);
        }
        let slot = Slot::new(tokens, pool, self.at);
        self.replace(number, Some(slot));
        Ok(())
    }

    /// Makes room for pools up to this number at once: growing step by step would leave holes in a memory that never shrinks.
    pub fn reserve(&mut self, number: u32) {
        let wanted = (number.min(MAX_NUMBER) as usize + 1).saturating_sub(self.slots.len());
        self.slots.reserve_exact(wanted);
    }

    /// Changes a pool in place; its rates follow. A refused change must leave the pool as it was.
    pub fn update(&mut self, number: u32, change: impl FnOnce(&Pool) -> Answer<Pool>) -> Answer<()> {
        let slot = self.slot(number).ok_or(Refusal::UnknownPool)?;
        let pool = change(&slot.pool)?;
        if self.journal.depth > 0 {
            let slot = Slot::new(slot.tokens(), pool, self.at);
            self.replace(number, Some(slot));
            return Ok(());
        }
        let at = self.at;
        if let Some(slot) = self.slots[number as usize].as_mut() {
            slot.pool = pool;
            slot.measure(at);
        }
        self.refresh_pool(number);
        Ok(())
    }

    pub fn remove(&mut self, number: u32) {
        if self.slot(number).is_some() {
            self.replace(number, None);
        }
    }

    /// The block time that quotes and rates are for; nothing: each state's own.
    pub fn set_time(&mut self, at: At) {
        self.at = at;
        for number in 0..self.slots.len() as u32 {
            let Some(slot) = self.slots[number as usize].as_mut() else { continue };
            if matches!(slot.pool, Pool::Other(_)) {
                slot.measure(at);
                self.refresh_pool(number);
            }
        }
    }

    pub fn at(&self) -> At {
        self.at
    }

    /// How many blocks can be taken back; 0 forgets what was recorded.
    pub fn keep_blocks(&mut self, depth: usize) {
        self.journal = Journal { depth, ..Journal::default() };
    }

    /// What changes from here on belongs to this block. Blocks beyond the depth are forgotten, oldest first.
    pub fn begin_block(&mut self, block: u64) {
        let journal = &mut self.journal;
        if journal.depth == 0 {
            return;
        }
        journal.blocks.push(block);
        if journal.blocks.len() > journal.depth {
            let oldest = journal.blocks.remove(0);
            let kept = journal.replaced.iter().position(|(of, ..)| *of != oldest).unwrap_or(journal.replaced.len());
            journal.replaced.drain(..kept);
        }
    }

    /// Takes back every change since `block` began, itself included; the pools that changed by it. Refused where the block is not recorded.
    pub fn roll_back(&mut self, block: u64) -> Answer<Vec<u32>> {
        let from = self.journal.blocks.iter().position(|of| *of == block).ok_or(Refusal::UnknownPool)?;
        let undone = self.journal.blocks.split_off(from);
        let first = self.journal.replaced.iter().position(|(of, ..)| undone.contains(of)).unwrap_or(self.journal.replaced.len());
        let replaced = self.journal.replaced.split_off(first);
        let depth = core::mem::take(&mut self.journal.depth);
        let mut changed = Vec::new();
        for (_, number, slot) in replaced.into_iter().rev() {
            changed.push(number);
            self.replace(number, slot);
        }
        self.journal.depth = depth;
        changed.sort_unstable();
        changed.dedup();
        Ok(changed)
    }

    pub fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(number as usize)?.as_ref()
    }

    pub fn pool(&self, edge: Edge) -> Answer<&Pool> {
        let slot = self.slot(edge.pool()).ok_or(Refusal::UnknownPool)?;
        edge.direction().checked(slot.tokens().len())?;
        Ok(&slot.pool)
    }

    /// The pair that an edge goes through, and whether its token0 comes in; nothing where the pool is none, or the edge not one of it.
    #[inline]
    pub fn pair(&self, edge: Edge) -> Option<(&Pair, bool)> {
        let Pool::V2(pair) = &self.slot(edge.pool())?.pool else { return None };
        match edge.direction() {
            Direction { from: 0, to: 1 } => Some((pair, true)),
            Direction { from: 1, to: 0 } => Some((pair, false)),
            _ => None,
        }
    }

    pub fn log_rate(&self, edge: Edge) -> f64 {
        self.slot(edge.pool()).map_or(f64::NEG_INFINITY, |slot| slot.log_rate(edge.direction()))
    }

    /// A token's neighbours, ascending.
    pub fn links(&self, token: u32) -> &[Link] {
        self.links.get(token as usize).map_or(&[], Vec::as_slice)
    }

    pub fn link(&self, from: u32, to: u32) -> Option<&Link> {
        let links = self.links(from);
        links.binary_search_by_key(&to, |link| link.token).ok().map(|i| &links[i])
    }

    /// Rates between a token and all others; built at the first call for a token and kept from then on.
    pub fn watch_start(&mut self, token: u32) {
        if token > MAX_NUMBER || self.starts.iter().any(|start| start.token == token) {
            return;
        }
        let mut start = Start { token, to: Vec::new(), from: Vec::new() };
        for link in self.links(token) {
            start.set(link.token, link.back, link.out);
        }
        self.starts.push(start);
    }

    pub fn rates(&self, start: u32) -> Rates<'_> {
        self.starts.iter().find(|of| of.token == start).map_or(Rates { to: &[], from: &[] }, |of| Rates { to: &of.to, from: &of.from })
    }

    fn replace(&mut self, number: u32, slot: Option<Slot>) {
        if self.slots.len() <= number as usize {
            self.slots.resize_with(number as usize + 1, || None);
        }
        let is_same_graph = match (&self.slots[number as usize], &slot) {
            (Some(before), Some(after)) => before.tokens() == after.tokens(),
            _ => false,
        };
        if !is_same_graph {
            self.for_each_pair(number, Self::unlink);
        }
        let before = core::mem::replace(&mut self.slots[number as usize], slot);
        if let (true, Some(block)) = (self.journal.depth > 0, self.journal.blocks.last()) {
            self.journal.replaced.push((*block, number, before));
        }
        if !is_same_graph {
            self.for_each_pair(number, Self::link_up);
        }
        self.refresh_pool(number);
    }

    /// Calls with the edge and its tokens for each pair of the pool's tokens.
    fn for_each_pair(&mut self, number: u32, mut call: impl FnMut(&mut Self, Edge, [u32; 2])) {
        let Some(tokens) = self.slot(number).map(|slot| slot.tokens().to_vec()) else { return };
        for from in 0..tokens.len() {
            for to in from + 1..tokens.len() {
                call(self, Edge::new(number, Direction { from, to }), [tokens[from], tokens[to]]);
            }
        }
    }

    fn refresh_pool(&mut self, number: u32) {
        if let Some(Slot { ends: Ends::Two(tokens, _), .. }) = self.slot(number) {
            self.refresh(*tokens);
        } else {
            self.for_each_pair(number, |market, _, tokens| market.refresh(tokens));
        }
    }

    /// Takes the best rates between two tokens from their pools.
    fn refresh(&mut self, [a, b]: [u32; 2]) {
        let Some(link) = self.link(a, b) else { return };
        let (mut out, mut back) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for edge in link.edges() {
            out = out.max(self.log_rate(edge));
            back = back.max(self.log_rate(edge.reversed()));
        }
        for (from, to, out, back) in [(a, b, out, back), (b, a, back, out)] {
            if let Some(link) = self.link_mut(from, to) {
                (link.out, link.back) = (out, back);
            }
            if let Some(start) = self.starts.iter_mut().find(|start| start.token == from) {
                start.set(to, back, out);
            }
        }
    }

    fn link_mut(&mut self, from: u32, to: u32) -> Option<&mut Link> {
        let links = self.links.get_mut(from as usize)?;
        links.binary_search_by_key(&to, |link| link.token).ok().map(|i| &mut links[i])
    }

    fn link_up(&mut self, edge: Edge, [a, b]: [u32; 2]) {
        for (from, to, edge) in [(a, b, edge), (b, a, edge.reversed())] {
            if self.links.len() <= from as usize {
                self.links.resize_with(from as usize + 1, Vec::new);
            }
            let links = &mut self.links[from as usize];
            match links.binary_search_by_key(&to, |link| link.token) {
                Ok(i) => links[i].more.push(edge),
                Err(i) => {
                    links.insert(i, Link { token: to, first: edge, more: Vec::new(), out: f64::NEG_INFINITY, back: f64::NEG_INFINITY });
                }
            }
        }
    }

    fn unlink(&mut self, edge: Edge, [a, b]: [u32; 2]) {
        for (from, to) in [(a, b), (b, a)] {
            let links = &mut self.links[from as usize];
            let Ok(i) = links.binary_search_by_key(&to, |link| link.token) else { continue };
            let link = &mut links[i];
            if link.first.pool() != edge.pool() {
                link.more.retain(|other| other.pool() != edge.pool());
            } else if link.more.is_empty() {
                links.remove(i);
                for start in self.starts.iter_mut().filter(|start| start.token == from) {
                    start.set(to, f64::NEG_INFINITY, f64::NEG_INFINITY);
                }
            } else {
                link.first = link.more.remove(0);
            }
        }
        self.refresh([a, b]);
    }
}

impl Start {
    fn set(&mut self, token: u32, to: f64, from: f64) {
        if self.to.len() <= token as usize {
            self.to.resize(token as usize + 1, f64::NEG_INFINITY);
            self.from.resize(token as usize + 1, f64::NEG_INFINITY);
        }
        self.to[token as usize] = to;
        self.from[token as usize] = from;
    }
}
