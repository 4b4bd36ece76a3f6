//! A second implementation of all three families for the proofs: plain big integers, any number of coins, one operation of the contract per
//! operation here. A [`Word`] is a Vyper integer: an operation that would revert leaves nothing, and nothing stays nothing.

use crate::u256::U256;
use num_bigint::{BigInt, Sign};
use serde_json::Value;
use std::collections::HashMap;
use std::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    value: Option<BigInt>,
    is_signed: bool,
}

thread_local! {
    static POWERS: Vec<BigInt> = (0..=60).map(|exponent| BigInt::from(10).pow(exponent)).collect();
    /// 2^255
    static HALF: BigInt = BigInt::from(1) << 255;
}

fn power(exponent: u32) -> BigInt {
    POWERS.with(|powers| powers[exponent as usize].clone())
}

/// Unsigned constant.
pub fn n(value: u128) -> Word {
    Word::of(value.into(), false)
}

pub fn word(amount: U256) -> Word {
    Word::of(amount.to_string().parse().unwrap(), false)
}

/// 10^exponent
fn ten(exponent: u32) -> Word {
    Word::of(power(exponent), false)
}

impl Word {
    fn of(value: BigInt, is_signed: bool) -> Self {
        let fits = match (is_signed, value.bits()) {
            (true, 256) => HALF.with(|half| value == -half),
            (true, bits) => bits < 256,
            (false, bits) => bits <= 256 && value.sign() != Sign::Minus,
        };
        Self { value: fits.then_some(value), is_signed }
    }

    fn wrapped(value: BigInt, is_signed: bool) -> Self {
        if value.bits() < 256 && (is_signed || value.sign() != Sign::Minus) {
            return Self { value: Some(value), is_signed };
        }
        let modulus: BigInt = BigInt::from(1) << 256;
        let rest: BigInt = ((value % &modulus) + &modulus) % &modulus;
        let rest = if is_signed && rest.bits() == 256 { rest - modulus } else { rest };
        Self::of(rest, is_signed)
    }

    fn raw(&self, other: &Self, operation: impl Fn(&BigInt, &BigInt) -> BigInt) -> Self {
        match (&self.value, &other.value) {
            (Some(a), Some(b)) => Self::wrapped(operation(a, b), self.is_signed),
            _ => Self { value: None, is_signed: self.is_signed },
        }
    }

    fn raw_add(&self, other: &Self) -> Self {
        self.raw(other, |a, b| a + b)
    }

    fn raw_sub(&self, other: &Self) -> Self {
        self.raw(other, |a, b| a - b)
    }

    fn raw_mul(&self, other: &Self) -> Self {
        self.raw(other, |a, b| a * b)
    }

    fn raw_div(&self, other: &Self) -> Self {
        self.raw(other, |a, b| if b.sign() == Sign::NoSign { 0.into() } else { a / b })
    }

    fn signed(&self) -> Self {
        Self { value: None, is_signed: true }.with(self.value.clone())
    }

    fn unsigned(&self) -> Self {
        Self { value: None, is_signed: false }.with(self.value.clone())
    }

    fn abs(&self) -> Self {
        self.with(self.value.as_ref().map(|value| value.magnitude().clone().into()))
    }

    fn with(&self, value: Option<BigInt>) -> Self {
        match value {
            Some(value) => Self::of(value, self.is_signed),
            None => Self { value: None, is_signed: self.is_signed },
        }
    }

    fn neg(&self) -> Self {
        self.with(self.value.as_ref().map(|value| -value))
    }

    /// Floor of the square root.
    fn root(&self) -> Self {
        self.with(self.value.as_ref().map(|value| value.sqrt()))
    }

    pub fn get(&self) -> Option<&BigInt> {
        self.value.as_ref()
    }

    fn is_zero(&self) -> Option<bool> {
        Some(self.get()?.sign() == Sign::NoSign)
    }

    fn between(&self, low: &BigInt, high: &BigInt) -> Option<()> {
        (self.get()? >= low && self.get()? <= high).then_some(())
    }

    fn gap(&self, other: &Self) -> Self {
        self.with(self.value.as_ref().zip(other.value.as_ref()).map(|(a, b)| BigInt::from((a - b).magnitude().clone())))
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $operation:expr;)*) => {$(
        impl $trait<&Word> for &Word {
            type Output = Word;
            fn $method(self, other: &Word) -> Word {
                let operation: fn(&BigInt, &BigInt) -> Option<BigInt> = $operation;
                self.with(self.value.as_ref().zip(other.value.as_ref()).and_then(|(a, b)| operation(a, b)))
            }
        }
        impl $trait<&Word> for Word {
            type Output = Word;
            fn $method(self, other: &Word) -> Word {
                $trait::$method(&self, other)
            }
        }
        impl $trait<Word> for &Word {
            type Output = Word;
            fn $method(self, other: Word) -> Word {
                $trait::$method(self, &other)
            }
        }
        impl $trait<Word> for Word {
            type Output = Word;
            fn $method(self, other: Word) -> Word {
                $trait::$method(&self, &other)
            }
        }
        impl $trait<u128> for &Word {
            type Output = Word;
            fn $method(self, other: u128) -> Word {
                $trait::$method(self, &n(other))
            }
        }
        impl $trait<u128> for Word {
            type Output = Word;
            fn $method(self, other: u128) -> Word {
                $trait::$method(&self, &n(other))
            }
        }
    )*};
}

operators! {
    Add add |a, b| Some(a + b);
    Sub sub |a, b| Some(a - b);
    Mul mul |a, b| Some(a * b);
    Div div |a, b| (b.sign() != Sign::NoSign).then(|| a / b);
}

const WAD: u128 = 1_000_000_000_000_000_000;

/// `_cbrt`
fn cube_root(x: &Word) -> Option<Word> {
    let limit = BigInt::from(115_792_089_237_316_195_423_570_985_008_687u128) * power(9) + BigInt::from(907_853_269u32);
    let x = x.get()?;
    let (decimals_in, decimals_out) = if *x >= &limit * power(18) {
        (0, 12)
    } else if *x >= limit {
        (18, 6)
    } else {
        (36, 0)
    };
    let scaled = Word::wrapped(x * power(decimals_in), false);
    let log = scaled.get()?.bits().saturating_sub(1);
    let rest = (log % 3) as u32;
    let mut root = Word::wrapped((BigInt::from(1) << (log / 3)) * BigInt::from(1260).pow(rest), false).raw_div(&n(1000u128.pow(rest)));
    for _ in 0..7 {
        root = n(2).raw_mul(&root).raw_add(&scaled.raw_div(&root.raw_mul(&root))).raw_div(&n(3));
    }
    Some(root.raw_mul(&ten(decimals_out)))
}

fn signed_cube_root(x: &Word) -> Option<Word> {
    let root = cube_root(&x.abs().unsigned())?.signed();
    Some(if x.get()?.sign() == Sign::Minus { root.neg() } else { root })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tricrypto2,
    Swap2Eth,
    TricryptoNg,
    V200,
    V210,
    Main2025,
}

impl Kind {
    pub fn coins(self) -> usize {
        if matches!(self, Self::Tricrypto2 | Self::TricryptoNg) {
            3
        } else {
            2
        }
    }

    pub fn variant(self) -> &'static str {
        match self {
            Self::Tricrypto2 => "tricrypto2",
            Self::Swap2Eth => "cryptoswap2eth",
            Self::TricryptoNg => "tricrypto-noweth",
            Self::V200 => "twocrypto-v2.0.0",
            Self::V210 => "twocrypto-v2.1.0",
            Self::Main2025 => "twocrypto-main2025",
        }
    }

    pub fn is_first_generation(self) -> bool {
        matches!(self, Self::Tricrypto2 | Self::Swap2Eth)
    }

    /// Least and most A and gamma.
    pub fn limits(self) -> [[u128; 2]; 2] {
        let gamma = 10u128.pow(10);
        match self {
            Self::Tricrypto2 | Self::TricryptoNg => [[2_700, 270_000_000], [gamma, 50_000_000_000_000_000]],
            Self::Swap2Eth => [[4_000, 4_000_000_000], [gamma, 20_000_000_000_000_000]],
            Self::V200 => [[4_000, 40_000_000], [gamma, 2_000_000_000_000_000]],
            Self::V210 | Self::Main2025 => [[4_000, 40_000_000], [gamma, 199_000_000_000_000_000]],
        }
    }

    fn check(self, a: &Word, gamma: &Word) -> Option<()> {
        let [a_limits, gamma_limits] = self.limits();
        a.between(&a_limits[0].into(), &a_limits[1].into())?;
        gamma.between(&gamma_limits[0].into(), &gamma_limits[1].into())
    }

    /// Largest gamma times 100 over gamma, 18 decimals: `lim_mul`.
    fn spread(self, gamma: &Word) -> Word {
        let hundred = ten(20);
        if gamma.get() > Some(&(2 * power(16))) {
            return hundred * 20_000_000_000_000_000 / gamma;
        }
        hundred
    }

    fn geometric_mean(self, x: &[Word]) -> Option<Word> {
        match self {
            Self::TricryptoNg => {
                let product = (&x[0] * &x[1] / WAD * &x[2]).raw_div(&ten(18));
                if product.is_zero()? {
                    return Some(product);
                }
                cube_root(&product)
            }
            Self::V200 | Self::V210 | Self::Main2025 => Some((&x[0] * &x[1]).root()),
            Self::Tricrypto2 | Self::Swap2Eth => {
                let mut x = x.to_vec();
                x.sort_by(|a, b| b.get().cmp(&a.get()));
                let count = x.len() as u128;
                let mut mean = x[0].clone();
                for _ in 0..255 {
                    let before = mean.clone();
                    mean = if count == 2 {
                        (&mean + &x[0] * &x[1] / &mean) / 2
                    } else {
                        let product = x.iter().fold(ten(18), |product, x| product * x / &mean);
                        &mean * (n(2 * WAD) + product) / (3 * WAD)
                    };
                    let step = mean.gap(&before);
                    if step.get()? <= &BigInt::from(1) || (&step * WAD).get()? < mean.get()? {
                        return Some(mean);
                    }
                }
                None
            }
        }
    }

    pub fn newton_d(self, a: &Word, gamma: &Word, x: &[Word], guess: &Word) -> Option<Word> {
        let is_lax = self == Self::TricryptoNg;
        if !is_lax {
            self.check(a, gamma)?;
        }
        let count = x.len() as u128;
        let mut x = x.to_vec();
        x.sort_by(|a, b| b.get().cmp(&a.get()));
        if is_lax {
            let most = ((BigInt::from(1) << 256) - 1) / power(18) * 27 - 1;
            x[0].between(&1.into(), &most)?;
        } else {
            x[0].between(&power(9), &power(33))?;
            let least = if self == Self::Tricrypto2 { power(11) } else { power(14) };
            for x_i in &x[1..] {
                (x_i * WAD / &x[0]).between(&least, &power(60))?;
            }
        }
        let sum = x.iter().fold(n(0), |sum, x| if is_lax { sum.raw_add(x) } else { sum + x });
        let has_guess = !guess.is_zero()?;
        let mut d = match self {
            Self::Tricrypto2 | Self::Swap2Eth => self.geometric_mean(&x)? * count,
            Self::TricryptoNg if !has_guess => self.geometric_mean(&x)?.raw_mul(&n(3)),
            Self::TricryptoNg => {
                let size = sum.get()?;
                let (down, up) = if *size > power(36) {
                    (36, 12)
                } else if *size > power(24) {
                    (24, 6)
                } else {
                    (18, 0)
                };
                cube_root(&((&x[0] * &x[1] / ten(down) * &x[2]).raw_div(guess) * 27 * ten(up)))?
            }
            _ if !has_guess => x[0].raw_mul(&x[1]).root() * 2,
            _ => {
                let root = n(4).raw_mul(&x[0]).raw_mul(&x[1]).raw_div(guess).raw_mul(&ten(18)).root();
                if sum.get()? < root.get()? {
                    sum.clone()
                } else {
                    root
                }
            }
        };
        let add = |a: &Word, b: &Word| if is_lax { a.raw_add(b) } else { a + b };
        let sub = |a: &Word, b: &Word| if is_lax { a.raw_sub(b) } else { a - b };
        let mul = |a: &Word, b: &Word| if is_lax { a.raw_mul(b) } else { a * b };
        let div = |a: &Word, b: &Word| if is_lax { a.raw_div(b) } else { a / b };
        let one = ten(18);
        for _ in 0..255 {
            let before = d.clone();
            let k0 = if count == 2 {
                n(4 * WAD) * &x[0] / &d * &x[1] / &d
            } else {
                x.iter().fold(one.clone(), |k0, x| div(&mul(&mul(&k0, x), &n(3)), &d))
            };
            let g = add(&add(gamma, &one).gap(&k0), &n(1));
            let ratio = div(&mul(&div(&mul(&one, &d), gamma), &g), gamma);
            let mul1 = div(&mul(&mul(&ratio, &g), &n(10_000)), a);
            let mul2 = div(&mul(&n(2 * WAD * count), &k0), &g);
            let gained = add(&add(&sum, &div(&mul(&sum, &mul2), &one)), &div(&mul(&mul1, &n(count)), &k0));
            let slope = sub(&gained, &div(&mul(&mul2, &d), &one));
            let plus = div(&(&d * add(&slope, &sum)), &slope);
            let mut minus = div(&(&d * &d), &slope);
            let share = div(&mul(&div(&(&d * div(&mul1, &slope)), &one), &k0.gap(&one)), &k0);
            minus = if k0.get()? < one.get()? { minus + share } else { minus - share };
            d = if plus.get()? > minus.get()? { &plus - &minus } else { (&minus - &plus) / 2 };
            let step = mul(&d.gap(&before), &ten(14));
            if step.get()? < d.get()?.max(&power(16)) {
                let (least, most) = match self {
                    Self::TricryptoNg | Self::V200 => (power(16) - 1, power(20)),
                    Self::V210 | Self::Main2025 => (power(16) / 2, power(20) / 2),
                    _ => (power(16), power(20)),
                };
                for x in &x {
                    div(&mul(x, &one), &d).between(&least, &most)?;
                }
                return Some(d);
            }
        }
        None
    }

    fn newton_y(self, a: &Word, gamma: &Word, x: &[Word], d: &Word, i: usize) -> Option<Word> {
        let count = x.len() as u128;
        let mut others: Vec<&Word> = x.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, x)| x).collect();
        others.sort_by(|a, b| b.get().cmp(&a.get()));
        let (mut y, mut k0_i, mut sum) = (d / count, ten(18), n(0));
        if count == 2 {
            (y, k0_i, sum) = (d * d / (others[0] * 4), n(2 * WAD) * others[0] / d, others[0].clone());
        } else {
            for x in others.iter().rev() {
                y = y * d / (*x * count);
                sum = sum + *x;
            }
            for x in &others {
                k0_i = k0_i * *x * count / d;
            }
        }
        let widest = others[0].get()?.max(d.get()?) / power(14);
        let limit = widest.max(100.into());
        for _ in 0..255 {
            let before = y.clone();
            let k0 = &k0_i * &y * count / d;
            let total = &sum + &y;
            let g = (gamma + WAD).gap(&k0) + 1;
            let mul1 = d * WAD / gamma * &g / gamma * &g * 10_000 / a;
            let mul2 = n(2 * WAD) * &k0 / &g + WAD;
            let rising = &y * WAD + &total * &mul2 + &mul1;
            let falling = d * &mul2;
            if rising.get()? < falling.get()? {
                y = before / 2;
                continue;
            }
            let slope = rising - falling;
            let derivative = &slope / &y;
            let share = &mul1 / &derivative;
            let plus = (&slope + d * WAD) / &derivative + &share * WAD / &k0;
            let minus = share + &total * WAD / &derivative;
            y = if plus.get()? < minus.get()? { &before / 2 } else { plus - minus };
            if y.gap(&before).get()? < &limit.clone().max(y.get()? / power(14)) {
                return Some(y);
            }
        }
        None
    }

    /// `newton_y` or `get_y` with their asserts: y and K0.
    pub fn balance(self, a: &Word, gamma: &Word, x: &[Word], d: &Word, i: usize) -> Option<(Word, Word)> {
        self.check(a, gamma)?;
        d.between(&power(17), &power(33))?;
        let share = |x: &Word| (x * WAD / d).get().cloned();
        let in_range = |x: &Word, least: BigInt, most: BigInt| share(x).is_some_and(|share| share >= least && share <= most).then_some(());
        let others = || x.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, x)| x);
        if self.coins() == 3 {
            others().try_for_each(|x| in_range(x, power(16), power(20)))?;
            if self == Self::TricryptoNg {
                let [j, k]: [&Word; 2] = others().collect::<Vec<_>>().try_into().ok()?;
                if let Some((y, k0)) = cubic_of_three(a, gamma, j, k, d)? {
                    y.raw_mul(&n(1)).between(&0.into(), &(BigInt::from(1) << 256))?;
                    in_range(&y, power(16) - 1, power(20))?;
                    return Some((y, k0));
                }
            }
            let y = self.newton_y(a, gamma, x, d, i)?;
            in_range(&y, power(16), power(20))?;
            return Some((y, n(0)));
        }
        let k0 = n(2 * WAD) * &x[1 - i] / d;
        let spread = self.spread(gamma).get()?.clone();
        match self {
            Self::Swap2Eth | Self::V200 => k0.between(&(2 * power(16)), &(2 * power(20)))?,
            _ => k0.between(&(power(36) / &spread), &spread)?,
        }
        if self != Self::Swap2Eth {
            if let Some((y, k0)) = cubic_of_two(a, gamma, &x[1 - i], d)? {
                match self {
                    Self::V200 => in_range(&y, power(16) - 1, power(20))?,
                    _ => in_range(&y, power(36) / 2 / &spread, &spread / 2)?,
                }
                return Some((y, k0));
            }
            return Some((self.newton_y(a, gamma, x, d, i)?, n(0)));
        }
        let y = self.newton_y(a, gamma, x, d, i)?;
        in_range(&y, power(16), power(20))?;
        Some((y, n(0)))
    }
}

/// A signed constant.
fn s(value: i128) -> Word {
    Word::of(value.into(), true)
}

fn s10(exponent: u32) -> Word {
    ten(exponent).signed()
}

/// The closed form of tricrypto-ng; an outer nothing is a revert, an inner one asks for Newton.
#[allow(clippy::type_complexity)]
fn cubic_of_three(ann: &Word, gamma: &Word, x_j: &Word, x_k: &Word, d: &Word) -> Option<Option<(Word, Word)>> {
    let (ann, g, x_j, x_k, d_) = (&ann.signed(), &gamma.signed(), &x_j.signed(), &x_k.signed(), &d.signed());
    let g2 = &g.raw_mul(g);
    let mut a = s10(36).raw_div(&s(27));
    let b_part = (d_.raw_mul(d_).raw_div(x_j).raw_mul(g2) * ann).raw_div(&s(729)).raw_div(&s(10_000)).raw_div(x_k);
    let mut b = s10(36).raw_div(&s(9)).raw_add(&s10(18).raw_mul(&s(2)).raw_mul(g).raw_div(&s(27))) - b_part;
    let c_part = (g2 * x_j.raw_add(x_k).raw_sub(d_)).raw_div(d_).raw_mul(ann).raw_div(&s(27)).raw_div(&s(10_000));
    let mut c = s10(36).raw_div(&s(9)).raw_add(&g.raw_mul(&g.raw_add(&s10(18).raw_mul(&s(4)))).raw_div(&s(27))) + c_part;
    let gamma_and_one = s10(18).raw_add(g);
    let mut last = (&gamma_and_one * &gamma_and_one).raw_div(&s(27));
    let size = (a.raw_mul(&s(3)) * &c / &b - &b).abs();
    let size = size.get()?;
    let mut by = 0;
    for step in 0..8 {
        if *size > power(48 - 4 * step) {
            by = if step == 7 { 2 } else { 30 - 4 * step };
            break;
        }
    }
    let by = &s10(by);
    if a.abs().get()? > b.abs().get()? {
        let times = &a.raw_div(&b).abs();
        a = a.raw_mul(times).raw_div(by);
        b = (&b * times).raw_div(by);
        c = (&c * times).raw_div(by);
        last = (&last * times).raw_div(by);
    } else {
        let over = &b.raw_div(&a).abs();
        a = (&a / over).raw_div(by);
        b = b.raw_div(over).raw_div(by);
        c = c.raw_div(over).raw_div(by);
        last = last.raw_div(over).raw_div(by);
    }
    let ac3 = a.raw_mul(&s(3)) * &c;
    let delta0 = ac3.raw_div(&b) - &b;
    let delta1 = (s(3) * &ac3).raw_div(&b) - b.raw_mul(&s(2)) - ((&a * &a * s(27)).raw_div(&b) * &last).raw_div(&b);
    let square = &delta1 * &delta1 + (&delta0 * &delta0 * s(4)).raw_div(&b) * &delta0;
    if square.get()?.sign() != Sign::Plus {
        return Some(None);
    }
    let root = square.root();
    let b_root = signed_cube_root(&b)?;
    let second = if delta1.get()?.sign() == Sign::Plus {
        cube_root(&(&delta1 + &root).unsigned().raw_div(&n(2)))?.signed()
    } else {
        cube_root(&(&delta1 - &root).neg().unsigned().raw_div(&n(2)))?.signed().neg()
    };
    let c1 = ((&b_root * &b_root).raw_div(&s10(18)) * second).raw_div(&s10(18));
    let k0 = (&b + &b * &delta0 / &c1 - &c1).raw_div(&s(3));
    let y = (((d_ * d_).raw_div(&s(27)).raw_div(x_k) * d_).raw_div(x_j) * &k0).raw_div(&a).unsigned();
    let k0 = (s10(18) * &k0).raw_div(&a).unsigned();
    y.get()?;
    k0.get()?;
    Some(Some((y, k0)))
}

/// The closed form of twocrypto-ng.
#[allow(clippy::type_complexity)]
fn cubic_of_two(ann: &Word, gamma: &Word, x_j: &Word, d: &Word) -> Option<Option<(Word, Word)>> {
    let (ann, g, x_j, d_) = (&ann.signed(), &gamma.signed(), &x_j.signed(), &d.signed());
    let g2 = g.raw_mul(g);
    let ag2 = ann * &g2;
    let mut a = s10(32);
    let mut b = d_ * &ag2 / s(400_000_000) / x_j - s10(32).raw_mul(&s(3)) - s(2).raw_mul(g).raw_mul(&s10(14));
    let flat = s(4).raw_mul(&ag2).raw_div(&s(400_000_000));
    let mut c = s10(32).raw_mul(&s(3)) + s(4).raw_mul(g).raw_mul(&s10(14)) + g2.raw_div(&s10(4)) + (&flat * x_j).raw_div(d_) - &flat;
    let gamma_and_one = s10(18).raw_add(g);
    let mut last = (&gamma_and_one * &gamma_and_one).raw_div(&s10(4)).neg();
    let delta0 = s(3) * &a * &c / &b - &b;
    let delta1 = s(3) * &delta0 + &b - s(27) * (&a * &a) / &b * &last / &b;
    let size = delta0.abs().get()?.clone().min(delta1.abs().get()?.clone()).min(a.get()?.clone());
    let mut by = 0;
    for exponent in (24..=48).rev().step_by(2) {
        if size > power(exponent) {
            by = exponent - 18;
            break;
        }
    }
    if by == 0 && size > power(20) {
        by = 2;
    }
    let by = &s10(by);
    a = a.raw_div(by);
    b = b.raw_div(by);
    c = c.raw_div(by);
    last = last.raw_div(by);
    let delta0 = s(3).raw_mul(&a).raw_mul(&c).raw_div(&b) - &b;
    let delta1 = s(3) * &delta0 + &b - s(27).raw_mul(&(&a * &a)).raw_div(&b).raw_mul(&last).raw_div(&b);
    let square = &delta1 * &delta1 + (s(4) * (&delta0 * &delta0)).raw_div(&b).raw_mul(&delta0);
    if square.get()?.sign() != Sign::Plus {
        return Some(None);
    }
    let root = square.root();
    let b_root = signed_cube_root(&b)?;
    let second = if delta1.get()?.sign() == Sign::Plus {
        cube_root(&(delta1.raw_add(&root).unsigned() / 2))?.signed()
    } else {
        cube_root(&root.raw_sub(&delta1).unsigned().raw_div(&n(2)))?.signed().neg()
    };
    let c1 = (&b_root * &b_root).raw_div(&s10(18)).raw_mul(&second).raw_div(&s10(18));
    let wide_b = s10(18).raw_mul(&b);
    let k0 = (s10(18).raw_mul(&c1) - &wide_b - &wide_b / &c1 * &delta0) / s(3).raw_mul(&a);
    let y = (d_ * d_).raw_div(x_j).raw_mul(&k0).raw_div(&s(4)).raw_div(&s10(18)).unsigned();
    let k0 = k0.unsigned();
    y.get()?;
    k0.get()?;
    Some(Some((y, k0)))
}

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
            x[i] = y;
            wanted = dy + self.fee(&x)? * &wanted / 10_000_000_000 + 1;
        }
        dx.get()?;
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
