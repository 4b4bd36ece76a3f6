//! The native side of `npm run bench -- engine`: the same calls on the same data, read from the file that the benchmark writes. Prints one line of JSON.

use arb_engine::Engine;
use std::time::Instant;

struct Input(std::vec::IntoIter<u8>);

impl Input {
    fn u32s(&mut self) -> Vec<u32> {
        let length = self.number();
        (0..length).map(|_| u32::from_le_bytes(self.bytes())).collect()
    }

    fn u64s(&mut self) -> Vec<u64> {
        let length = self.number();
        (0..length).map(|_| u64::from_le_bytes(self.bytes())).collect()
    }

    fn number(&mut self) -> usize {
        u32::from_le_bytes(self.bytes()) as usize
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.0.next().expect("the file is whole"))
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("usage: bench FILE");
    let mut input = Input(std::fs::read(path).expect("the file can be read").into_iter());
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
    let (lengths, edges, amounts) = (input.u32s(), input.u32s(), input.u64s());
    let start = Instant::now();
    let rounds = 200;
    for _ in 0..rounds {
        std::hint::black_box(engine.quote_routes(&lengths, &edges, 1, &amounts));
    }
    let quote = start.elapsed().as_secs_f64() / f64::from(rounds) / lengths.len() as f64;
    println!(r#"{{"searchUs":{},"quoteNs":{}}}"#, search * 1e6, quote * 1e9);
}
