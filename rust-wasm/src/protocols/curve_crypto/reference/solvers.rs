//! The math contracts: means, Newton's iterations, and where the closed forms stand between their asserts.

use super::cubics::{cube_root, cubic_of_three, cubic_of_two};
use super::words::{n, power, ten, Word, WAD};
use num_bigint::BigInt;

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

    pub fn geometric_mean(self, x: &[Word]) -> Option<Word> {
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
