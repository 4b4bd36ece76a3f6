//! A second implementation of all three families for the proofs: plain big integers, any number of coins, one operation of the contract per
//! operation here.

mod cubics;
mod solvers;
mod words;

pub use solvers::Kind;
pub use words::{n, word, Word};

use num_bigint::BigInt;
use serde_json::Value;
use std::collections::HashMap;
use words::{power, ten, WAD};

/// A pool from its recorded state, every field by its name.
pub struct Model {
    pub kind: Kind,
    fields: HashMap<String, Vec<Word>>,
}

impl Model {
    pub fn new(kind: Kind, state: &Value) -> Self {
        let number = |value: &Value| Word::of(value.as_str().unwrap().parse().unwrap(), false);
        let fields = state.as_object().unwrap().iter().filter(|(name, _)| *name != "variant").map(|(name, value)| {
            let list = value.as_array().map_or_else(|| vec![number(value)], |list| list.iter().map(number).collect());
            (name.clone(), list)
        });
        Self { kind, fields: fields.collect() }
    }

    fn field(&self, name: &str) -> Word {
        self.fields[name][0].clone()
    }

    fn list(&self, name: &str) -> Vec<Word> {
        self.fields[name].clone()
    }

    fn time(&self, name: &str) -> u128 {
        u128::try_from(self.fields[name][0].get().unwrap()).unwrap()
    }

    pub fn amplification(&self, now: u128) -> (Word, Word) {
        let split = |packed: Word| {
            let packed = packed.get().unwrap().clone();
            (Word::of(&packed >> 128, false), Word::of(packed % (BigInt::from(1) << 128), false))
        };
        let (a1, gamma1) = split(self.field("future_A_gamma"));
        let (start, end) = (self.time("initial_A_gamma_time"), self.time("future_A_gamma_time"));
        if now >= end {
            return (a1, gamma1);
        }
        let (a0, gamma0) = split(self.field("initial_A_gamma"));
        let between = |from: Word, to: Word| (from * (end - now) + to * (now - start)) / (end - start);
        (between(a0, a1), between(gamma0, gamma1))
    }

    fn scale(&self, balances: &[Word]) -> Vec<Word> {
        let (precisions, prices) = (self.list("precisions"), self.list("price_scale"));
        balances
            .iter()
            .enumerate()
            .map(|(k, balance)| match k {
                0 => balance * &precisions[0],
                _ => balance * &prices[k - 1] * &precisions[k] / WAD,
            })
            .collect()
    }

    pub fn scaled(&self) -> Vec<Word> {
        self.scale(&self.list("balances"))
    }

    /// What all LP tokens together are worth at a D.
    pub fn worth(&self, d: &str) -> Option<String> {
        let worth = self.virtual_price(&Word::of(d.parse().ok()?, false), &self.list("price_scale"), &ten(18))?;
        Some(worth.get()?.to_string())
    }

    fn unscale(&self, k: usize, amount: Word) -> Word {
        let amount = if k == 0 { amount } else { amount * WAD / &self.list("price_scale")[k - 1] };
        amount / &self.list("precisions")[k]
    }

    pub fn fee(&self, x: &[Word]) -> Option<Word> {
        let sum = x.iter().fold(n(0), |sum, x| sum + x);
        let fee_gamma = self.field("fee_gamma");
        let even = if x.len() == 2 { n(4 * WAD) * &x[0] / &sum * &x[1] / &sum } else { x.iter().fold(ten(18), |even, x| even * 3 * x / &sum) };
        let middle = match self.kind {
            Kind::Main2025 => &fee_gamma * &even / (&fee_gamma * &even / WAD + WAD - &even),
            Kind::Tricrypto2 | Kind::TricryptoNg if fee_gamma.is_zero()? => even,
            _ => &fee_gamma * WAD / (&fee_gamma + WAD - even),
        };
        let fee = (self.field("mid_fee") * &middle + self.field("out_fee") * (ten(18) - &middle)) / WAD;
        fee.get()?;
        Some(fee)
    }

    fn is_ramping(&self, now: u128) -> bool {
        let end = self.time("future_A_gamma_time");
        if self.kind.is_first_generation() {
            end > 0
        } else {
            end > now
        }
    }

    fn d(&self, now: u128) -> Option<Word> {
        if self.is_ramping(now) {
            let (a, gamma) = self.amplification(now);
            return self.kind.newton_d(&a, &gamma, &self.scale(&self.list("balances")), &n(0));
        }
        Some(self.field("D"))
    }

    /// Output, scaled balances with it gone, K0.
    fn trade(&self, i: usize, j: usize, dx: &Word, d: &Word, now: u128) -> Option<(Word, Vec<Word>, Word)> {
        if dx.is_zero()? {
            return None;
        }
        let (a, gamma) = self.amplification(now);
        let mut balances = self.list("balances");
        balances[i] = &balances[i] + dx;
        let mut x = self.scale(&balances);
        let (y, k0) = self.kind.balance(&a, &gamma, &x, d, j)?;
        let out = &x[j] - &y - 1;
        x[j] = y;
        let out = self.unscale(j, out);
        let out = &out - self.fee(&x)? * &out / 10_000_000_000;
        balances[j] = &balances[j] - &out;
        x[j] = self.scale(&balances)[j].clone();
        out.get()?;
        x[j].get()?;
        Some((out, x, k0))
    }

    pub fn get_dy(&self, i: usize, j: usize, dx: &Word, now: u128) -> Option<Word> {
        let d = if self.kind == Kind::Tricrypto2 { self.field("D") } else { self.d(now)? };
        Some(self.trade(i, j, dx, &d, now)?.0)
    }

    pub fn get_dx(&self, i: usize, j: usize, dy: &Word, now: u128) -> Option<Word> {
        let (a, gamma) = self.amplification(now);
        let d = self.d(now)?;
        let (mut wanted, mut dx) = (dy.clone(), n(0));
        for _ in 0..5 {
            if wanted.is_zero()? {
                return None;
            }
            let mut balances = self.list("balances");
            balances[j] = &balances[j] - &wanted;
            let mut x = self.scale(&balances);
            let (y, _) = self.kind.balance(&a, &gamma, &x, &d, i)?;
            dx = self.unscale(i, &y - &x[i]);
            dx.get()?;
            x[i] = y;
            wanted = dy + self.fee(&x)? * &wanted / 10_000_000_000 + 1;
        }
        Some(dx)
    }

    /// Worth of one LP token at a D and prices.
    pub fn virtual_price(&self, d: &Word, prices: &[Word], supply: &Word) -> Option<Word> {
        let worth = if self.kind == Kind::Main2025 {
            d * WAD / 2 / (&prices[0] * WAD).root()
        } else {
            let count = self.kind.coins() as u128;
            let mut x = vec![d / count];
            x.extend(prices.iter().map(|price| d * WAD / (price * count)));
            self.kind.geometric_mean(&x)?
        };
        let price = worth * WAD / supply;
        price.get()?;
        Some(price)
    }

    /// Prices of the first generation: the trade's own, or those of a small one.
    fn check_last_prices(&self, (i, j): (usize, usize), (dx, dy): (&Word, &Word), x: &[Word], d: &Word, now: u128) -> Option<()> {
        let (a, gamma) = self.amplification(now);
        if !self.kind.is_first_generation() {
            d.between(&power(17), &power(33))?;
            let count = x.len() as u128;
            let mut k0 = &x[0] * count.pow(count as u32) * &x[1];
            if let Some(x) = x.get(2) {
                k0 = k0 / d * x;
            }
            let k0 = k0 / d * ten(36) / d;
            let cubed = (&k0 * 2 * &k0).raw_div(&ten(36)) * &k0 / ten(36);
            let g = cubed + (&gamma + WAD) * (&gamma + WAD) - k0.raw_mul(&k0).raw_div(&ten(36)) * (&gamma * 2 + 3 * WAD) / WAD;
            let strength = a * &gamma * &gamma / 10_000;
            let part = |x: &Word| &g + &strength * x / d * &k0 / ten(36);
            for (y, scale) in x[1..].iter().zip(self.list("price_scale")) {
                let price = (&x[0] * part(y) / y * WAD).raw_div(&part(&x[0])) * scale / WAD;
                price.get()?;
                if count == 3 {
                    price.between(&0.into(), &((BigInt::from(1) << 128) - 2))?;
                }
            }
            return Some(());
        }
        let precisions = self.list("precisions");
        let mut prices = self.list("last_prices");
        let dust = BigInt::from(100_000);
        let mut has_price = false;
        if *dx.get()? > dust && *dy.get()? > dust {
            let (sold, bought) = (dx * &precisions[i], dy * &precisions[j]);
            let (at, price) = match (i, j) {
                (0, _) => (j - 1, sold * WAD / bought),
                (_, 0) => (i - 1, bought * WAD / sold),
                _ => (j - 1, &prices[i - 1] * sold / bought),
            };
            has_price = !price.is_zero()?;
            if has_price {
                prices[at] = price;
            }
        }
        if !has_price {
            let mut moved = x.to_vec();
            let step = &moved[0] / 1_000_000;
            moved[0] = &moved[0] + &step;
            for (k, scale) in self.list("price_scale").iter().enumerate() {
                let (y, _) = self.kind.balance(&a, &gamma, &moved, d, k + 1)?;
                prices[k] = scale * &step / (&x[k + 1] - y);
            }
        }
        for price in prices {
            price.get()?;
            if x.len() == 3 {
                price.between(&0.into(), &((BigInt::from(1) << 128) - 2))?;
            }
        }
        Some(())
    }

    fn oracle(&self, now: u128) -> Option<Vec<Word>> {
        let mut oracle = self.list("price_oracle");
        let last = self.time("last_prices_timestamp");
        if self.kind == Kind::Tricrypto2 && now > last {
            let kept = half_power(&(n(now - last) * WAD / self.field("ma_half_time")))?;
            for (price, last) in oracle.iter_mut().zip(self.list("last_prices")) {
                *price = (last * (ten(18) - &kept) + &*price * &kept) / WAD;
            }
        }
        Some(oracle)
    }

    /// The new price scale; an inner nothing leaves it.
    fn target(&self, oracle: &[Word]) -> Option<Option<Vec<Word>>> {
        let (scale, step) = (self.list("price_scale"), self.field("adjustment_step"));
        let deviation = |k: usize| match self.kind {
            Kind::V200 | Kind::V210 | Kind::Main2025 => oracle[k].raw_mul(&ten(18)).raw_div(&scale[k]).gap(&ten(18)),
            _ => (&oracle[k] * WAD / &scale[k]).gap(&ten(18)),
        };
        let squares = || (0..scale.len()).fold(n(0), |sum, k| sum + deviation(k) * deviation(k));
        let larger = |a: Word, b: Word| if a.get() > b.get() { a } else { b };
        let (norm, step) = match self.kind {
            Kind::Tricrypto2 => {
                let squares = squares();
                if squares.get()? <= (&step * &step).get()? {
                    return Some(None);
                }
                (decimal_root(&(squares / WAD))?, step)
            }
            Kind::Swap2Eth => (deviation(0), larger(step, deviation(0) / 10)),
            Kind::TricryptoNg => (squares().root(), larger(step, squares().root() / 5)),
            _ => (deviation(0), larger(step, deviation(0) / 5)),
        };
        if self.kind != Kind::Tricrypto2 && norm.get()? <= step.get()? {
            return Some(None);
        }
        Some(Some(scale.iter().zip(oracle).map(|(scale, oracle)| (scale * (&norm - &step) + &step * oracle) / &norm).collect()))
    }

    /// What `exchange` pays; nothing where it reverts. The first generation's hidden flag counts as set.
    pub fn exchange(&self, i: usize, j: usize, dx: &Word, now: u128) -> Option<Word> {
        let (a, gamma) = self.amplification(now);
        let (out, x, k0) = self.trade(i, j, dx, &self.d(now)?, now)?;
        let d = self.kind.newton_d(&a, &gamma, &x, &k0)?;
        self.check_last_prices((i, j), (dx, &out), &x, &d, now)?;
        let (scale, supply, old) = (self.list("price_scale"), self.field("total_supply"), self.field("virtual_price"));
        let mut price = self.virtual_price(&d, &scale, &supply)?;
        if self.kind == Kind::Main2025 {
            price = price + 1;
        }
        let profit = self.field("xcp_profit") * &price / &old;
        profit.get()?;
        let end = self.time("future_A_gamma_time");
        let may_pass = match self.kind {
            Kind::Tricrypto2 | Kind::Swap2Eth => price.get()? >= old.get()? || end != 0,
            Kind::Main2025 => price.get()? > old.get()? || end > now,
            _ => price.get()? > old.get()? || end >= now,
        };
        if !may_pass {
            return None;
        }
        let extra = self.field("allowed_extra_profit");
        let is_rich = if self.kind == Kind::Main2025 {
            let rest = &price - &extra;
            (&rest * &rest).get()? > (&profit * WAD).get()?
        } else {
            (&price * 2 - WAD).get()? > (&profit + extra * 2).get()?
        };
        if is_rich || self.kind.is_first_generation() {
            if let Some(target) = self.target(&self.oracle(now)?)? {
                let mut moved = vec![x[0].clone()];
                moved.extend(x[1..].iter().zip(target.iter().zip(&scale)).map(|(x, (new, old))| x * new / old));
                let d = self.kind.newton_d(&a, &gamma, &moved, &n(0))?;
                if matches!(self.kind, Kind::TricryptoNg | Kind::V200 | Kind::V210) {
                    moved.iter().try_for_each(|x| (x * WAD / &d).between(&power(16), &power(20)))?;
                }
                let price = self.virtual_price(&d, &target, &supply)?;
                if *price.get()? > power(18) {
                    if self.kind == Kind::Main2025 {
                        (&price * &price).get()?;
                        (&profit * WAD).get()?;
                    } else {
                        (&price * 2 - WAD).get()?;
                    }
                }
            }
        }
        Some(out)
    }
}

fn decimal_root(x: &Word) -> Option<Word> {
    if x.is_zero()? {
        return Some(x.clone());
    }
    let (mut z, mut y) = ((x + WAD) / 2, x.clone());
    for _ in 0..256 {
        if z == y {
            return Some(y);
        }
        y = z.clone();
        z = (x * WAD / &z + &z) / 2;
    }
    None
}

fn half_power(power_: &Word) -> Option<Word> {
    let whole = power_ / WAD;
    if *whole.get()? > BigInt::from(59) {
        return Some(n(0));
    }
    let part = power_ - &whole * WAD;
    let result = ten(18) / Word::of(BigInt::from(2).pow(u32::try_from(whole.get()?).ok()?), false);
    if part.is_zero()? {
        return Some(result);
    }
    let (mut term, mut sum, mut is_negative) = (ten(18), ten(18), false);
    for i in 1..256u128 {
        let (k, c) = (n(i * WAD), n((i - 1) * WAD));
        if part.get()? > c.get()? {
            is_negative = !is_negative;
        }
        term = term * (part.gap(&c) * (WAD / 2) / WAD) / k;
        sum = if is_negative { sum - &term } else { sum + &term };
        if *term.get()? < power(10) {
            return Some(result * sum / WAD);
        }
    }
    None
}
