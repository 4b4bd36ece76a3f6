//! The native side of `npm run bench -- engine`: the same calls on the same data, read from the files that the benchmark writes. Prints one line of JSON.

use arb_engine::protocols::uniswap_v3::{Exact, Shape, V3Pool};
use arb_engine::u256::U256;
use arb_engine::Engine;
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 20;
const REPEATS: u32 = 200;

/// A file's arrays: their length in 32 bits, then their numbers, little-endian.
struct Input(std::vec::IntoIter<u8>);

impl Input {
    fn open(path: Option<String>) -> Self {
        let path = path.expect("usage: bench PAIRS CONCENTRATED");
        Self(std::fs::read(path).expect("the file can be read").into_iter())
    }

    fn array<T, const N: usize>(&mut self, number: impl Fn([u8; N]) -> T) -> Vec<T> {
        let length = u32::from_le_bytes(self.bytes());
        (0..length).map(|_| number(self.bytes())).collect()
    }

    fn u32s(&mut self) -> Vec<u32> {
        self.array(u32::from_le_bytes)
    }

    fn u64s(&mut self) -> Vec<u64> {
        self.array(u64::from_le_bytes)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.0.next().expect("the file is whole"))
    }
}

fn main() {
    let mut paths = std::env::args().skip(1);
    let mut input = Input::open(paths.next());
    let mut engine = Engine::new();
    engine.set_v2(&input.u32s(), &input.u64s()).expect("the states are valid");
    let starts = input.u32s();
    let (pools, reserves) = (input.u32s(), input.u64s());
    let bound = [0, 0, 1 << 32, 0];
    let bounds = bound.repeat(starts.len());
    engine.search(&pools[..1], &starts, 3, 4, false, false, &bounds).expect("a bound for each start");
    let start = Instant::now();
    for (pool, words) in pools.iter().zip(reserves.chunks_exact(4)) {
        engine.set_reserves(&[*pool], words).expect("the reserves are valid");
        engine.search(&[*pool], &starts, 3, 4, false, false, &bounds).expect("a bound for each start");
    }
    let search = start.elapsed().as_secs_f64() / pools.len() as f64;
    // With a limit of 0 nothing is sized: the screen in doubles alone.
    let screen = best(pools.len(), || {
        black_box(engine.search(&pools, &starts, 3, 0, false, false, &bounds).expect("a bound for each start"));
    });
    let (lengths, edges, amounts) = (input.u32s(), input.u32s(), input.u64s());
    let quote = best(lengths.len(), || {
        black_box(engine.quote_routes(&lengths, &edges, 1, &amounts));
    });
    let (swap, remembered, paid) = concentrated(Input::open(paths.next()));
    println!(
        r#"{{"screenUs":{},"searchUs":{},"quoteNs":{},"swapNs":{},"rememberedNs":{},"paid":"{paid}"}}"#,
        screen * 1e6,
        search * 1e6,
        quote * 1e9,
        swap * 1e9,
        remembered * 1e9
    );
}

/// Seconds for a swap by the contract's loop and for a quote by remembered steps, and the sum of what all amounts are paid.
fn concentrated(mut input: Input) -> (f64, f64, U256) {
    let shape = input.array(i32::from_le_bytes);
    let words = input.u64s();
    let ticks = input.array(i32::from_le_bytes);
    let nets = input.array(i128::from_le_bytes);
    let amounts = input.array(|bytes: [u8; 32]| {
        let words = bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect::<Vec<_>>();
        U256::from_words(&words)
    });
    let [fee_pips, tick_spacing, tick, tick_lower, tick_upper] = shape[..] else { panic!("a pool's shape has five numbers") };
    let shape = Shape { fee_pips: fee_pips as u32, tick_spacing, tick, tick_lower, tick_upper };
    let liquidity = u128::from(words[4]) | u128::from(words[5]) << 64;
    let pool = V3Pool::new(shape, U256::from_words(&words[..4]), liquidity, ticks, nets).expect("the state is valid");
    let swap = best(amounts.len(), || {
        for amount in &amounts {
            black_box(pool.swap(true, Exact::Input(black_box(*amount)), None).expect("the pool can pay"));
        }
    });
    let remembered = best(amounts.len(), || {
        for amount in &amounts {
            black_box(pool.quote(true, black_box(*amount)).expect("the pool can pay"));
        }
    });
    let paid = amounts.iter().map(|amount| pool.swap(true, Exact::Input(*amount), None).expect("the pool can pay").amount_out);
    (swap, remembered, paid.fold(U256::ZERO, U256::saturating_add))
}

/// Seconds for each of `count`, the best of some rounds.
fn best(count: usize, mut run: impl FnMut()) -> f64 {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        for _ in 0..REPEATS {
            run();
        }
        start.elapsed().as_secs_f64() / f64::from(REPEATS)
    });
    times.fold(f64::INFINITY, f64::min) / count as f64
}
