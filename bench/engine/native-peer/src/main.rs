//! The peer's side of the native comparison: swaps of the concentrated pool that the benchmark writes, by the crate `uniswap-v3-sdk`. Prints one line
//! of JSON: nanoseconds for a swap, and the sum of what all of them pay.

use alloy_primitives::{aliases::U24, I256, U160, U256};
use std::future::Future;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use uniswap_v3_sdk::prelude::{v3_swap, Tick, TickListDataProvider};

const ROUNDS: u32 = 20;
const REPEATS: u32 = 200;

/// The file's arrays: their length in 32 bits, then their numbers, little-endian.
struct Input(std::vec::IntoIter<u8>);

impl Input {
    fn array<T, const N: usize>(&mut self, number: impl Fn([u8; N]) -> T) -> Vec<T> {
        let length = u32::from_le_bytes(self.bytes());
        (0..length).map(|_| number(self.bytes())).collect()
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.0.next().expect("the file is whole"))
    }
}

/// The crate's functions are asynchronous for providers that fetch ticks; a list in memory is ready at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a list of ticks waits for nothing"),
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("usage: engine_native_peer FILE");
    let mut input = Input(std::fs::read(path).expect("the file can be read").into_iter());
    let shape = input.array(i32::from_le_bytes);
    let words = input.array(u64::from_le_bytes);
    let ticks = input.array(i32::from_le_bytes);
    let nets = input.array(i128::from_le_bytes);
    let amounts: Vec<I256> = input.array(|bytes: [u8; 32]| I256::from_raw(U256::from_le_bytes(bytes)));
    let price = U160::from_limbs([words[0], words[1], words[2]]);
    let liquidity = u128::from(words[4]) | u128::from(words[5]) << 64;
    let list = ticks.iter().zip(&nets).map(|(tick, net)| Tick::new(*tick, net.unsigned_abs(), *net)).collect();
    let provider = TickListDataProvider::new(list, shape[1]);
    let fee = U24::from(shape[0]);
    let swap = |amount: I256| {
        let state = ready(v3_swap(fee, price, shape[2], liquidity, shape[1], &provider, true, amount, None)).expect("the pool can pay");
        -state.amount_calculated
    };
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..REPEATS {
            for amount in &amounts {
                black_box(swap(black_box(*amount)));
            }
        }
        best = best.min(start.elapsed().as_secs_f64() / f64::from(REPEATS) / amounts.len() as f64);
    }
    let paid: I256 = amounts.iter().map(|amount| swap(*amount)).fold(I256::ZERO, |sum, paid| sum + paid);
    println!(r#"{{"swapNs":{},"paid":"{paid}"}}"#, best * 1e9);
}
