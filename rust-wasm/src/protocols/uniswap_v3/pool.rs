//! State of a pool and its swap loop.

use super::ladder::Ladder;
use super::swap_math::{Segment, PIPS};
use super::tick_math::{max_sqrt_ratio, min_sqrt_ratio, sqrt_ratio_at_tick, tick_at_sqrt_ratio, MAX_TICK, MIN_TICK};
use crate::i256::I256;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use core::cell::RefCell;

/// Ticks per word of the contract's bitmap: a step never goes beyond a word's edge.
const WORD: i32 = 256;
/// TickMath.MAX_TICK_SPACING of Uniswap V4, the widest of all: UniswapV3Factory.enableFeeAmount asks for less than 16,384.
const MAX_TICK_SPACING: i32 = i16::MAX as i32;

/// What does not change with a swap, and the tick. Ticks outside `tick_lower..=tick_upper` are not known.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub fee_pips: u32,
    pub tick_spacing: i32,
    pub tick: i32,
    pub tick_lower: i32,
    pub tick_upper: i32,
}

/// Where the steps of a swap end beside its last price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stops {
    /// At the next initialised tick within the bitmap's word, else at the word's edge (TickBitmap).
    Words,
    /// At the next initialised tick, however far: the contract keeps them as a list with both ends of the range in it (Algebra Integral).
    Ticks,
}

/// The amount that a swap is asked for; the other one follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exact {
    Input(U256),
    Output(U256),
}

/// What a swap did: `amount_in` (fee included) or `amount_out` is less than asked for where the price limit ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swap {
    pub amount_in: U256,
    pub amount_out: U256,
    pub sqrt_price: U256,
    pub tick: i32,
    pub liquidity: u128,
}

/// A place on the price axis in the course of a swap.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub sqrt_price: U256,
    pub tick: i32,
    pub liquidity: u128,
}

impl Place {
    /// Price, liquidity and tick as words of JavaScript tell them, the tick in two's complement.
    pub fn from_values([sqrt_price, liquidity, tick]: [U256; 3]) -> Answer<Self> {
        // A tick has 24 bits: beyond its sign nothing is left of 32.
        let low = tick.low_u128() as u32 as i32;
        if I256::from(i64::from(low)).to_bits() != tick {
            return Err(Refusal::InvalidState);
        }
        Ok(Self { sqrt_price, tick: low, liquidity: liquidity.to_u128().map_err(|_| Refusal::InvalidState)? })
    }

    /// The other way round, with the names of the state's fields.
    pub fn to_values(self) -> Vec<(&'static str, Vec<U256>)> {
        let tick = I256::from(i64::from(self.tick)).to_bits();
        vec![("sqrtPriceX96", vec![self.sqrt_price]), ("liquidity", vec![U256::from(self.liquidity)]), ("tick", vec![tick])]
    }
}

/// The tick that the next step goes to. `bound` is set where ticks on the way there are not known: prices behind it are refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct NextTick {
    pub tick: i32,
    pub target: U256,
    pub net: Option<i128>,
    pub bound: Option<U256>,
}

#[derive(Clone, Debug)]
pub struct V3Pool {
    shape: Shape,
    sqrt_price: U256,
    liquidity: u128,
    ticks: Vec<i32>,
    nets: Vec<i128>,
    /// Fees by direction, as the ladders.
    fees: [u32; 2],
    stops: Stops,
    /// Steps of swaps from this state, by direction (token1 in, token0 in), computed as far as asked for.
    ladders: [RefCell<Ladder>; 2],
}

impl V3Pool {
    /// `ticks` ascending, each with its `liquidityNet`. Refuses states that no contract could be in.
    pub fn new(shape: Shape, sqrt_price: U256, liquidity: u128, ticks: Vec<i32>, nets: Vec<i128>) -> Answer<Self> {
        let Shape { fee_pips, tick_spacing, tick, tick_lower, tick_upper } = shape;
        let fits = fee_pips < PIPS
            && (1..=MAX_TICK_SPACING).contains(&tick_spacing)
            && (MIN_TICK..=MAX_TICK).contains(&tick_lower)
            && (tick_lower..=MAX_TICK).contains(&tick_upper)
            && (tick_lower - 1..=tick_upper).contains(&tick)
            && ticks.len() == nets.len()
            && ticks.windows(2).all(|pair| pair[0] < pair[1])
            && ticks.iter().all(|t| t % tick_spacing == 0 && (tick_lower..=tick_upper).contains(t));
        if !fits {
            return Err(Refusal::InvalidState);
        }
        // A swap downwards that ends on a tick leaves `slot0.tick` one below the tick of the price.
        let above = tick_at_sqrt_ratio(sqrt_price).map_err(|_| Refusal::InvalidState)? - tick;
        if !(0..=1).contains(&above) {
            return Err(Refusal::InvalidState);
        }
        let start = Place { sqrt_price, tick, liquidity };
        let ladders = [false, true].map(|zero_for_one| RefCell::new(Ladder::new(start, zero_for_one)));
        Ok(Self { shape, sqrt_price, liquidity, ticks, nets, fees: [fee_pips; 2], stops: Stops::Words, ladders })
    }

    /// The same pool with a fee for each input token, in pips.
    pub fn with_fees(self, [of_token0, of_token1]: [u32; 2]) -> Answer<Self> {
        if of_token0.max(of_token1) >= PIPS {
            return Err(Refusal::InvalidState);
        }
        Ok(Self { shape: Shape { fee_pips: of_token0, ..self.shape }, fees: [of_token1, of_token0], ..self }.without_steps())
    }

    pub fn with_stops(self, stops: Stops) -> Self {
        Self { stops, ..self }.without_steps()
    }

    fn without_steps(self) -> Self {
        let start = self.start();
        Self { ladders: [false, true].map(|zero_for_one| RefCell::new(Ladder::new(start, zero_for_one))), ..self }
    }

    /// The same pool where a swap has left it.
    pub fn moved(&self, Place { sqrt_price, tick, liquidity }: Place) -> Answer<Self> {
        let shape = Shape { tick, ..self.shape };
        let pool = Self::new(shape, sqrt_price, liquidity, self.ticks.clone(), self.nets.clone())?;
        Ok(Self { fees: self.fees, stops: self.stops, ..pool }.without_steps())
    }

    /// Fees in pips of swaps that pay in token 0 and in token 1.
    pub(super) fn fees_by_input(&self) -> [u32; 2] {
        let [of_token1, of_token0] = self.fees;
        [of_token0, of_token1]
    }

    pub fn start(&self) -> Place {
        Place { sqrt_price: self.sqrt_price, tick: self.shape.tick, liquidity: self.liquidity }
    }

    /// Swaps as `UniswapV3Pool.swap` does, up to the price limit or the end of the price range.
    pub fn swap(&self, zero_for_one: bool, exact: Exact, limit: Option<U256>) -> Answer<Swap> {
        let (Exact::Input(amount) | Exact::Output(amount)) = exact;
        if amount.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        if amount.bits() > 255 {
            return Err(Refusal::Overflow);
        }
        let limit = limit.unwrap_or(end_of_range(zero_for_one));
        let on_the_way =
            if zero_for_one { limit < self.sqrt_price && limit > min_sqrt_ratio() } else { limit > self.sqrt_price && limit < max_sqrt_ratio() };
        if !on_the_way {
            return Err(Refusal::PriceLimit);
        }
        let mut place = self.start();
        let mut remaining = amount;
        let mut counterpart = U256::ZERO;
        while !remaining.is_zero() && place.sqrt_price != limit {
            let start = place.sqrt_price;
            let next = self.next_tick(place.tick, zero_for_one)?;
            let target = if zero_for_one { next.target.max(limit) } else { next.target.min(limit) };
            let segment = self.segment(place, zero_for_one);
            let step = match exact {
                Exact::Input(_) => segment.step(target, remaining)?,
                Exact::Output(_) => segment.step_to_output(target, remaining)?,
            };
            if is_behind(next.bound, step.sqrt_price, zero_for_one) {
                return Err(Refusal::UnknownTicks);
            }
            let taken = step.amount_in.checked_add(step.fee)?;
            let (specified, other) = match exact {
                Exact::Input(_) => (taken, step.amount_out),
                Exact::Output(_) => (step.amount_out, taken),
            };
            remaining = remaining.checked_sub(specified)?;
            counterpart = counterpart.checked_add(other)?;
            place.sqrt_price = step.sqrt_price;
            if place.sqrt_price == next.target {
                place = cross(place, next, zero_for_one)?;
            } else if place.sqrt_price != start {
                place.tick = tick_at_sqrt_ratio(place.sqrt_price)?;
            }
        }
        let done = amount.checked_sub(remaining)?;
        let (amount_in, amount_out) = match exact {
            Exact::Input(_) => (done, counterpart),
            Exact::Output(_) => (counterpart, done),
        };
        Ok(Swap { amount_in, amount_out, sqrt_price: place.sqrt_price, tick: place.tick, liquidity: place.liquidity })
    }

    /// What the pool pays for the whole `amount_in`: that of [`V3Pool::swap`] without a limit, by the steps remembered from earlier quotes.
    pub fn quote(&self, zero_for_one: bool, amount_in: U256) -> Answer<U256> {
        if amount_in.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        if amount_in.bits() > 255 {
            return Err(Refusal::Overflow);
        }
        let mut ladder = self.ladders[usize::from(zero_for_one)].borrow_mut();
        let rung = ladder.by_input(self, amount_in)?;
        rung.partial(self.fee(zero_for_one), zero_for_one, amount_in)
    }

    /// The input that the contract takes for the whole `amount_out`: its exact-output swap.
    pub fn quote_exact_output(&self, zero_for_one: bool, amount_out: U256) -> Answer<U256> {
        let swap = self.swap(zero_for_one, Exact::Output(amount_out), None)?;
        if swap.amount_out != amount_out {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(swap.amount_in)
    }

    /// The smallest input that pays at least `amount_out`.
    pub fn input_for(&self, zero_for_one: bool, amount_out: U256) -> Answer<U256> {
        if amount_out.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        let (mut low, mut high, guess) = {
            let mut ladder = self.ladders[usize::from(zero_for_one)].borrow_mut();
            let rung = ladder.by_output(self, amount_out)?;
            (rung.in_before, rung.in_after, rung.guess_input(self.fee(zero_for_one), zero_for_one, amount_out))
        };
        // `low` pays too little, `high` enough (or lies behind unknown ticks): gallop from the guess, then halve.
        let pays = |amount: U256| match self.quote(zero_for_one, amount) {
            Ok(paid) => Ok(paid >= amount_out),
            Err(Refusal::UnknownTicks) => Ok(true),
            Err(refusal) => Err(refusal),
        };
        let mut probe = guess.clamp(low.saturating_add(U256::ONE), high);
        let mut stride = U256::ONE;
        while probe > low && probe < high {
            if pays(probe)? {
                high = probe;
                probe = probe.saturating_sub(stride);
            } else {
                low = probe;
                probe = probe.saturating_add(stride);
            }
            stride = stride << 1;
        }
        while high.saturating_sub(low) > U256::ONE {
            let middle = low.saturating_add(high.saturating_sub(low) >> 1);
            if pays(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        self.quote(zero_for_one, high)?;
        Ok(high)
    }

    /// The tick at which a swap ends; the last known one in its direction where it would go further.
    pub fn reach(&self, zero_for_one: bool, amount_in: U256) -> Answer<i32> {
        match self.swap(zero_for_one, Exact::Input(amount_in), None) {
            Ok(swap) => Ok(swap.tick),
            Err(Refusal::UnknownTicks) => Ok(if zero_for_one { self.shape.tick_lower } else { self.shape.tick_upper }),
            Err(refusal) => Err(refusal),
        }
    }

    /// Output per input for an infinitesimal amount after the fee, in doubles.
    pub fn rate(&self, zero_for_one: bool) -> f64 {
        let price = (self.sqrt_price.to_f64() / 2f64.powi(96)).powi(2);
        self.kept_share(zero_for_one) * if zero_for_one { price } else { 1.0 / price }
    }

    /// Output and marginal rate for an input, in doubles; nothing where the known liquidity ends before.
    pub fn estimate(&self, zero_for_one: bool, amount_in: f64) -> Option<(f64, f64)> {
        let mut ladder = self.ladders[usize::from(zero_for_one)].borrow_mut();
        let rung = ladder.by_estimated_input(self, amount_in)?;
        rung.estimate(self.kept_share(zero_for_one), zero_for_one, amount_in)
    }

    fn fee(&self, zero_for_one: bool) -> u32 {
        self.fees[usize::from(zero_for_one)]
    }

    /// Share of the input that is swapped: 0.9995 for a fee of 0.05 %.
    pub fn kept_share(&self, zero_for_one: bool) -> f64 {
        f64::from(PIPS - self.fee(zero_for_one)) / f64::from(PIPS)
    }

    pub(super) fn segment(&self, place: Place, zero_for_one: bool) -> Segment {
        Segment { sqrt_price: place.sqrt_price, liquidity: place.liquidity, fee_pips: self.fee(zero_for_one), zero_for_one }
    }

    /// Why a swap cannot go on where no liquidity is left and no known tick ahead brings any; nothing where one does.
    pub(super) fn end_of_liquidity(&self, tick: i32, zero_for_one: bool) -> Option<Refusal> {
        let after = self.ticks.partition_point(|t| *t <= tick);
        let is_empty = if zero_for_one { after == 0 } else { after == self.ticks.len() };
        let refusal = if self.knows_the_rest(zero_for_one) { Refusal::InsufficientLiquidity } else { Refusal::UnknownTicks };
        is_empty.then_some(refusal)
    }

    /// True where the known ticks go to the end of the range: between the last usable tick and that end nothing can be initialised.
    fn knows_the_rest(&self, zero_for_one: bool) -> bool {
        let Shape { tick_spacing, tick_lower, tick_upper, .. } = self.shape;
        if zero_for_one {
            tick_lower - tick_spacing < MIN_TICK
        } else {
            tick_upper + tick_spacing > MAX_TICK
        }
    }

    /// The next tick that a step stops at: TickBitmap.nextInitializedTickWithinOneWord, or the next of the list.
    pub(super) fn next_tick(&self, tick: i32, zero_for_one: bool) -> Answer<NextTick> {
        let Shape { tick_spacing, tick_lower, tick_upper, .. } = self.shape;
        let compressed = tick.div_euclid(tick_spacing);
        let after = self.ticks.partition_point(|t| *t <= tick);
        let candidate = if zero_for_one { after.checked_sub(1) } else { Some(after).filter(|i| *i < self.ticks.len()) };
        let edge = match (self.stops, zero_for_one) {
            (Stops::Words, true) => compressed.div_euclid(WORD) * WORD * tick_spacing,
            (Stops::Words, false) => ((compressed + 1).div_euclid(WORD) * WORD + WORD - 1) * tick_spacing,
            (Stops::Ticks, true) => MIN_TICK,
            (Stops::Ticks, false) => MAX_TICK,
        };
        let within = |t: i32| if zero_for_one { t >= edge } else { t <= edge };
        let found = candidate.filter(|i| within(self.ticks[*i]));
        let next = found.map_or(edge, |i| self.ticks[i]).clamp(MIN_TICK, MAX_TICK);
        let is_known = self.knows_the_rest(zero_for_one) || if zero_for_one { next >= tick_lower } else { next <= tick_upper };
        let bound = match is_known {
            true => None,
            false => Some(sqrt_ratio_at_tick(if zero_for_one { tick_lower } else { tick_upper })?),
        };
        Ok(NextTick { tick: next, target: sqrt_ratio_at_tick(next)?, net: found.map(|i| self.nets[i]), bound })
    }
}

/// The last price a swap may go to: one within TickMath's range.
pub fn end_of_range(zero_for_one: bool) -> U256 {
    if zero_for_one {
        min_sqrt_ratio().saturating_add(U256::ONE)
    } else {
        max_sqrt_ratio().saturating_sub(U256::ONE)
    }
}

pub(super) fn is_behind(bound: Option<U256>, sqrt_price: U256, zero_for_one: bool) -> bool {
    bound.is_some_and(|bound| if zero_for_one { sqrt_price < bound } else { sqrt_price > bound })
}

/// The place behind a tick that has been reached.
pub(super) fn cross(place: Place, next: NextTick, zero_for_one: bool) -> Answer<Place> {
    let liquidity = match next.net {
        None => Some(place.liquidity),
        Some(net) if zero_for_one => place.liquidity.checked_add_signed(net.checked_neg().ok_or(Refusal::InvalidState)?),
        Some(net) => place.liquidity.checked_add_signed(net),
    };
    let tick = if zero_for_one { next.tick - 1 } else { next.tick };
    Ok(Place { tick, liquidity: liquidity.ok_or(Refusal::InvalidState)?, ..place })
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A pool with up to six positions around a price; what lies outside `reach` ticks of it is cut off and unknown.
    pub fn pool(spacings: impl Strategy<Value = i32>, reach: impl Strategy<Value = i32>) -> impl Strategy<Value = V3Pool> {
        let positions = prop::collection::vec((-60i32..60, 1i32..60, 1u128..1 << 90), 1..6);
        (spacings, -200_000i32..200_000, positions, 0u32..20_000, 0.0f64..1.0, reach).prop_map(
            |(spacing, centre, positions, fee_pips, share, reach)| {
                let low = sqrt_ratio_at_tick(centre).unwrap();
                let high = sqrt_ratio_at_tick(centre + 1).unwrap();
                let sqrt_price = low.saturating_add(U256::from_f64(high.saturating_sub(low).to_f64() * share)).min(high.saturating_sub(U256::ONE));
                let mut nets = std::collections::BTreeMap::<i32, i128>::new();
                let mut liquidity = 0u128;
                for (from, width, amount) in positions {
                    let from = (centre.div_euclid(spacing) + from) * spacing;
                    let to = from + width * spacing;
                    *nets.entry(from).or_default() += amount as i128;
                    *nets.entry(to).or_default() -= amount as i128;
                    if from <= centre && centre < to {
                        liquidity += amount;
                    }
                }
                let shape = Shape {
                    fee_pips,
                    tick_spacing: spacing,
                    tick: centre,
                    tick_lower: centre - reach * spacing,
                    tick_upper: centre + reach * spacing,
                };
                nets.retain(|tick, _| (shape.tick_lower..=shape.tick_upper).contains(tick));
                V3Pool::new(shape, sqrt_price, liquidity, nets.keys().copied().collect(), nets.values().copied().collect()).unwrap()
            },
        )
    }

    /// The quote by the loop alone.
    fn whole_swap(pool: &V3Pool, zero_for_one: bool, amount: U256) -> Answer<U256> {
        let swap = pool.swap(zero_for_one, Exact::Input(amount), None)?;
        if swap.amount_in != amount {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(swap.amount_out)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_500))]

        #[test]
        fn a_quote_by_remembered_steps_is_that_of_the_swap_loop(
            pool in pool(prop_oneof![Just(1), Just(10), Just(60), Just(200)], 1i32..2_000),
            amounts in prop::collection::vec((any::<bool>(), 0u32..130, any::<u128>()), 1..6),
        ) {
            for (zero_for_one, bits, digits) in amounts {
                let amount = U256::from(digits >> (128 - bits.clamp(1, 128))).saturating_add(U256::ONE);
                let by_loop = whole_swap(&pool, zero_for_one, amount);
                prop_assert_eq!(pool.quote(zero_for_one, amount), by_loop, "amount {:?}", amount);
            }
        }

        #[test]
        fn the_input_for_an_output_is_the_smallest_that_pays_it(
            pool in pool(prop_oneof![Just(1), Just(10), Just(60)], 50i32..500), zero_for_one: bool, bits in 1u32..100, digits: u128,
        ) {
            let probe = U256::from(digits >> (128 - bits)).saturating_add(U256::ONE);
            let Ok(wanted) = pool.quote(zero_for_one, probe) else { return Ok(()) };
            prop_assume!(!wanted.is_zero());
            let input = pool.input_for(zero_for_one, wanted).unwrap();
            prop_assert!(input <= probe);
            prop_assert!(pool.quote(zero_for_one, input).unwrap() >= wanted);
            if input > U256::ONE {
                prop_assert!(pool.quote(zero_for_one, input.saturating_sub(U256::ONE)).unwrap() < wanted);
            }
        }

        #[test]
        fn more_never_pays_less_and_a_round_trip_never_gains(
            pool in pool(prop_oneof![Just(1), Just(10), Just(60)], 50i32..500), zero_for_one: bool, bits in 1u32..100, digits: u128, more in 0u32..100,
        ) {
            let amount = U256::from(digits >> (128 - bits)).saturating_add(U256::ONE);
            let Ok(paid) = pool.quote(zero_for_one, amount) else { return Ok(()) };
            if let Ok(further) = pool.quote(zero_for_one, amount.saturating_add(U256::ONE << more)) {
                prop_assert!(further >= paid);
            }
            prop_assert!(paid.to_f64() <= amount.to_f64() * pool.rate(zero_for_one) * (1.0 + 1e-9) + 2.0);
            // Both ways start at the same price, so that what comes back has lost both fees.
            if let Ok(back) = pool.quote(!zero_for_one, paid) {
                prop_assert!(back <= amount);
            }
        }

        #[test]
        fn the_estimate_in_doubles_follows_the_exact_output(pool in pool(Just(10), 100i32..500), zero_for_one: bool, bits in 40u32..90) {
            let amount = U256::ONE << bits;
            let (Ok(exact), Some((near, rate))) = (pool.quote(zero_for_one, amount), pool.estimate(zero_for_one, amount.to_f64())) else { return Ok(()) };
            let exact = exact.to_f64();
            prop_assert!(near + 1e-9 * near >= exact && near <= exact * (1.0 + 1e-9) + 300.0 * (1.0 + rate), "{} {}", near, exact);
            prop_assert!(rate <= pool.rate(zero_for_one) * (1.0 + 1e-9));
        }
    }

    #[test]
    fn refuses_states_that_no_contract_could_be_in() {
        let good = Shape { fee_pips: 500, tick_spacing: 10, tick: 0, tick_lower: -1_000, tick_upper: 1_000 };
        let price = U256::ONE << 96;
        let make = |shape, ticks: &[i32]| V3Pool::new(shape, price, 1, ticks.to_vec(), vec![1; ticks.len()]).err();
        assert_eq!(make(good, &[-10, 10]), None);
        for (shape, ticks) in [
            (Shape { fee_pips: 1_000_000, ..good }, &[][..]),
            (Shape { tick_spacing: 0, ..good }, &[]),
            (Shape { tick: 5, ..good }, &[]),
            (Shape { tick_lower: 10, ..good }, &[]),
            (good, &[10, -10]),
            (good, &[15]),
            (good, &[2_000]),
        ] {
            assert_eq!(make(shape, ticks), Some(Refusal::InvalidState), "{shape:?} {ticks:?}");
        }
        assert_eq!(V3Pool::new(good, U256::ZERO, 1, vec![], vec![]).err(), Some(Refusal::InvalidState));
    }

    #[test]
    fn a_tick_that_would_take_more_liquidity_than_there_is_refuses_instead_of_wrapping() {
        let shape = Shape { fee_pips: 500, tick_spacing: 10, tick: 0, tick_lower: -1_000, tick_upper: 1_000 };
        let pool = V3Pool::new(shape, U256::ONE << 96, 1_000, vec![10], vec![-1_001]).unwrap();
        assert_eq!(pool.quote(false, U256::from(1_000_000u32)), Err(Refusal::InvalidState));
    }

    #[test]
    fn amounts_at_the_ends_of_the_range_are_refused_by_name() {
        let full = Shape { fee_pips: 3_000, tick_spacing: 60, tick: 0, tick_lower: -887_220, tick_upper: 887_220 };
        let pool = V3Pool::new(full, U256::ONE << 96, 1 << 60, vec![-887_220, 887_220], vec![1 << 60, -(1 << 60)]).unwrap();
        assert_eq!(pool.quote(true, U256::ZERO), Err(Refusal::AmountTooSmall));
        assert_eq!(pool.quote(true, U256::MAX), Err(Refusal::Overflow));
        assert_eq!(pool.quote(true, U256::ONE << 200), Err(Refusal::InsufficientLiquidity));
        assert_eq!(pool.quote(false, U256::ONE << 200), Err(Refusal::InsufficientLiquidity));
        assert_eq!(pool.swap(true, Exact::Input(U256::ONE), Some(U256::ONE << 96)), Err(Refusal::PriceLimit));
        let cut = Shape { tick_lower: -60, tick_upper: 60, ..full };
        let pool = V3Pool::new(cut, U256::ONE << 96, 1 << 60, vec![], vec![]).unwrap();
        assert_eq!(pool.quote(true, U256::ONE << 60), Err(Refusal::UnknownTicks));
        assert!(pool.quote(true, U256::from(1_000_000u32)).is_ok());
    }
}
