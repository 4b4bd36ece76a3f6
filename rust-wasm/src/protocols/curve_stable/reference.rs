//! A second implementation for the proofs, written from the contracts' text formula by formula on unbounded integers: a number that leaves 256 bits,
//! falls below 0 or is divided by 0 becomes a revert, which every later operation keeps.

use num_bigint::BigUint;
use std::ops::{Add, Div, Mul, Sub};

/// A `uint256`, or nothing once the call has reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Num(pub Option<BigUint>);

pub fn num(value: u128) -> Num {
    Num(Some(BigUint::from(value)))
}

pub fn revert() -> Num {
    Num(None)
}

fn both(a: &Num, b: &Num, with: impl Fn(&BigUint, &BigUint) -> Option<BigUint>) -> Num {
    let (Num(Some(a)), Num(Some(b))) = (a, b) else { return revert() };
    Num(with(a, b).filter(|value| value.bits() <= 256))
}

macro_rules! operator {
    ($trait:ident, $method:ident, $with:expr) => {
        impl $trait<&Num> for &Num {
            type Output = Num;
            fn $method(self, other: &Num) -> Num {
                both(self, other, $with)
            }
        }
        impl $trait<Num> for Num {
            type Output = Num;
            fn $method(self, other: Num) -> Num {
                both(&self, &other, $with)
            }
        }
        impl $trait<&Num> for Num {
            type Output = Num;
            fn $method(self, other: &Num) -> Num {
                both(&self, other, $with)
            }
        }
        impl $trait<Num> for &Num {
            type Output = Num;
            fn $method(self, other: Num) -> Num {
                both(self, &other, $with)
            }
        }
    };
}

operator!(Add, add, |a, b| Some(a + b));
operator!(Sub, sub, |a, b| (a >= b).then(|| a - b));
operator!(Mul, mul, |a, b| Some(a * b));
operator!(Div, div, |a, b| (b.bits() > 0).then(|| a / b));

impl Num {
    fn is_zero(&self) -> bool {
        self.0.as_ref().is_some_and(|value| value.bits() == 0)
    }

    fn exceeds(&self, other: &Num) -> bool {
        self.0 > other.0
    }

    /// The first where both calls went well, and the reason to revert otherwise.
    fn after(self, other: Num) -> Num {
        if other.0.is_none() {
            return other;
        }
        self
    }

    fn near(&self, other: &Num) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => (if a > b { a - b } else { b - a }) <= BigUint::from(1u32),
            _ => false,
        }
    }
}

fn e18() -> Num {
    num(10u128.pow(18))
}

fn e10() -> Num {
    num(10u128.pow(10))
}

/// A plain pool: `contract` is a `generation` of the first generation or "ng".
#[derive(Clone, Debug)]
pub struct Figures {
    pub contract: &'static str,
    pub initial_a: u64,
    pub future_a: u64,
    pub initial_time: u64,
    pub future_time: u64,
    pub now: u64,
    pub fee: u64,
    pub offpeg: u64,
    pub rates: Vec<Num>,
    pub balances: Vec<Num>,
    pub supply: Num,
}

impl Figures {
    fn n(&self) -> usize {
        self.balances.len()
    }

    fn a_precision(&self) -> u128 {
        if matches!(self.contract, "compound" | "3pool") {
            1
        } else {
            100
        }
    }

    pub fn a(&self) -> Num {
        let [a0, a1, t0, t1, t] = [self.initial_a, self.future_a, self.initial_time, self.future_time, self.now].map(|value| num(value.into()));
        if self.now >= self.future_time {
            a1
        } else if self.future_a > self.initial_a {
            &a0 + (a1 - &a0) * (t - &t0) / (t1 - t0)
        } else {
            &a0 - (&a0 - a1) * (t - &t0) / (t1 - t0)
        }
    }

    /// `A()` × 100.
    fn views_a(&self) -> Num {
        self.a() / num(self.a_precision()) * num(100)
    }

    fn xp_of(&self, balances: &[Num]) -> Vec<Num> {
        balances.iter().zip(&self.rates).map(|(balance, rate)| rate * balance / e18()).collect()
    }

    pub fn xp(&self) -> Vec<Num> {
        self.xp_of(&self.balances)
    }

    fn get_d(&self, xp: &[Num], amp: &Num) -> Num {
        let n = num(xp.len() as u128);
        let s = xp.iter().fold(num(0), |sum, x| sum + x);
        if s.is_zero() {
            return num(0);
        }
        let precision = num(self.a_precision());
        let ann = amp * &n;
        let mut d = s.clone();
        for _ in 0..255 {
            let mut dp = d.clone();
            for x in xp {
                dp = match self.contract {
                    "compound" | "aave" | "steth" => dp * &d / (x * &n + num(1)),
                    "3pool" | "template" => dp * &d / (x * &n),
                    _ => dp * &d / x,
                };
            }
            if matches!(self.contract, "optimized" | "ng") {
                dp = dp / num((xp.len() as u128).pow(xp.len() as u32));
            }
            let previous = d;
            d = (&ann * &s / &precision + &dp * &n) * &previous / ((&ann - &precision) * &previous / &precision + (&n + num(1)) * dp);
            if d.near(&previous) {
                return d;
            }
            if d.0.is_none() {
                return revert();
            }
        }
        self.unsettled(d)
    }

    fn get_y(&self, i: usize, j: usize, x: &Num, xp: &[Num], amp: &Num, d: &Num) -> Num {
        let n = num(xp.len() as u128);
        let ann = amp * &n;
        let mut c = d.clone();
        let mut sum = num(0);
        for (k, balance) in xp.iter().enumerate().filter(|(k, _)| *k != j) {
            let at = if k == i { x } else { balance };
            sum = sum + at;
            c = c * d / (at * &n);
        }
        self.newton_y(c * d * num(self.a_precision()) / (&ann * n), sum + d * num(self.a_precision()) / ann, d)
    }

    fn get_y_d(&self, i: usize, xp: &[Num], amp: &Num, d: &Num) -> Num {
        let n = num(xp.len() as u128);
        let ann = amp * &n;
        let mut c = d.clone();
        let mut sum = num(0);
        for k in (0..xp.len()).filter(|k| *k != i) {
            sum = sum + &xp[k];
            c = c * d / (&xp[k] * &n);
        }
        c = c * d * num(self.a_precision()) / (&ann * n);
        self.newton_y(c, sum + d * num(self.a_precision()) / ann, d)
    }

    fn newton_y(&self, c: Num, b: Num, d: &Num) -> Num {
        let mut y = d.clone();
        for _ in 0..255 {
            let next = (&y * &y + &c) / (num(2) * &y + &b - d);
            if next.near(&y) || next.0.is_none() {
                return next;
            }
            y = next;
        }
        self.unsettled(y)
    }

    fn unsettled(&self, last: Num) -> Num {
        if self.a_precision() == 1 {
            last
        } else {
            revert()
        }
    }

    fn dynamic_fee(&self, a: &Num, b: &Num, fee: &Num) -> Num {
        if self.offpeg <= 10u64.pow(10) {
            return fee.clone();
        }
        let multiplier = num(self.offpeg.into());
        let square = (a + b) * (a + b);
        (&multiplier * fee) / ((multiplier - e10()) * num(4) * a * b / square + e10())
    }

    fn fee_for_imbalance(&self) -> Num {
        num(self.fee.into()) * num(self.n() as u128) / num(4 * (self.n() as u128 - 1))
    }

    /// Units by which each output stays below the invariant's.
    fn spare(&self) -> Num {
        num(u128::from(!matches!(self.contract, "compound" | "aave")))
    }

    pub fn exchange(&self, i: usize, j: usize, dx: &Num) -> Num {
        if self.contract == "ng" {
            if dx.is_zero() {
                return revert();
            }
            let x = &self.xp()[i] + dx * &self.rates[i] / e18();
            return self.ng_exchange(i, j, &x);
        }
        let xp = self.xp();
        let x = &xp[i] + dx * &self.rates[i] / e18();
        let amp = self.a();
        let y = self.get_y(i, j, &x, &xp, &amp, &self.get_d(&xp, &amp));
        let dy = &xp[j] - &y - self.spare();
        let fee = match self.contract {
            "aave" => self.dynamic_fee(&((&xp[i] + x) / num(2)), &((&xp[j] + y) / num(2)), &num(self.fee.into())),
            _ => num(self.fee.into()),
        };
        let dy_fee = &dy * fee / e10();
        ((dy - dy_fee) * e18() / &self.rates[j]).after(&self.balances[i] + dx)
    }

    pub fn get_dy(&self, i: usize, j: usize, dx: &Num) -> Num {
        let xp = self.xp();
        let x = &xp[i] + dx * &self.rates[i] / e18();
        if self.contract == "ng" {
            return self.ng_get_dy(i, j, &x);
        }
        let amp = self.a();
        let y = self.get_y(i, j, &x, &xp, &amp, &self.get_d(&xp, &amp));
        let dy = &xp[j] - &y - self.spare();
        let fee = num(self.fee.into());
        match self.contract {
            "compound" | "3pool" => {
                let dy = dy * e18() / &self.rates[j];
                &dy - fee * &dy / e10()
            }
            "aave" => {
                let dy = dy * e18() / &self.rates[j];
                &dy - self.dynamic_fee(&((&xp[i] + x) / num(2)), &((&xp[j] + y) / num(2)), &fee) * &dy / e10()
            }
            _ => (&dy - fee * &dy / e10()) * e18() / &self.rates[j],
        }
    }

    fn ng_exchange(&self, i: usize, j: usize, x: &Num) -> Num {
        let (xp, amp) = (self.xp(), self.a());
        let d = self.get_d(&xp, &amp);
        let y = self.get_y(i, j, x, &xp, &amp, &d);
        let dy = &xp[j] - &y - num(1);
        let fee = self.dynamic_fee(&((&xp[i] + x) / num(2)), &((&xp[j] + &y) / num(2)), &num(self.fee.into()));
        let out = (&dy - &dy * fee / e10()) * e18() / &self.rates[j];
        let mut after = xp;
        after[i] = x.clone();
        after[j] = y;
        out.after(self.upkeep_oracles(&after, &amp, &d))
    }

    fn ng_get_dy(&self, i: usize, j: usize, x: &Num) -> Num {
        let (xp, amp) = (self.xp(), self.views_a());
        let y = self.get_y(i, j, x, &xp, &amp, &self.get_d(&xp, &amp));
        let dy = &xp[j] - &y - num(1);
        let fee = self.dynamic_fee(&((&xp[i] + x) / num(2)), &((&xp[j] + &y) / num(2)), &num(self.fee.into())) * &dy / e10();
        (dy - fee) * e18() / &self.rates[j]
    }

    pub fn get_dx(&self, i: usize, j: usize, dy: &Num) -> Num {
        let (xp, amp) = (self.xp(), self.views_a());
        let d = self.get_d(&xp, &amp);
        let fee = self.dynamic_fee(&xp[i], &xp[j], &num(self.fee.into()));
        let y = &xp[j] - (dy * &self.rates[j] / e18() + num(1)) * e10() / (e10() - fee);
        (self.get_y(j, i, &y, &xp, &amp, &d) - &xp[i]) * e18() / &self.rates[i]
    }

    /// Some value where the contract's update of its oracles goes through.
    fn upkeep_oracles(&self, xp: &[Num], amp: &Num, d: &Num) -> Num {
        let n = xp.len() as u128;
        let mut dr = d / num(n.pow(n as u32));
        for x in xp {
            dr = dr * d / x;
        }
        let xp0_a = amp * num(n) * &xp[0] / num(100);
        let mut prices = num(0);
        for x in &xp[1..] {
            prices = prices.after(e18() * (&xp0_a + &dr * &xp[0] / x) / (&xp0_a + &dr));
        }
        prices.after(Num(d.0.clone().filter(|d| d.bits() <= 128)))
    }

    pub fn virtual_price(&self) -> Num {
        self.get_d(&self.xp(), &self.a()) * e18() / &self.supply
    }

    /// `add_liquidity` of one coin.
    pub fn add_liquidity(&self, i: usize, dx: &Num) -> Num {
        let amp = self.a();
        let Some((d0, d1, d2, xp)) = self.with_imbalance_fees(i, dx, true, &amp) else { return revert() };
        if !d1.exceeds(&d0) {
            return revert();
        }
        let minted = &self.supply * (&d2 - &d0) / d0;
        if self.contract == "ng" {
            return minted.after(self.upkeep_oracles(&xp, &amp, &d2));
        }
        minted
    }

    fn with_imbalance_fees(&self, i: usize, amount: &Num, is_deposit: bool, amp: &Num) -> Option<(Num, Num, Num, Vec<Num>)> {
        let mut new = self.balances.clone();
        new[i] = if is_deposit { &new[i] + amount } else { &new[i] - amount };
        let (d0, d1) = (self.get_d(&self.xp(), amp), self.get_d(&self.xp_of(&new), amp));
        let ys = (&d0 + &d1) / num(self.n() as u128);
        let base_fee = self.fee_for_imbalance();
        for (k, new_balance) in new.iter_mut().enumerate() {
            let ideal = &d1 * &self.balances[k] / &d0;
            let difference = if ideal.exceeds(new_balance) { &ideal - &*new_balance } else { &*new_balance - &ideal };
            let fee = if self.contract == "ng" {
                self.dynamic_fee(&(&self.rates[k] * (&self.balances[k] + &*new_balance) / e18()), &ys, &base_fee)
            } else {
                base_fee.clone()
            };
            *new_balance = &*new_balance - fee * difference / e10();
        }
        let xp = self.xp_of(&new);
        let d2 = self.get_d(&xp, amp);
        let went_well = [&d0, &d1, &d2].iter().all(|d| d.0.is_some());
        went_well.then_some((d0, d1, d2, xp))
    }

    /// `calc_token_amount` of the first generation.
    pub fn calc_token_amount(&self, i: usize, dx: &Num) -> Num {
        let amp = self.a();
        let d0 = self.get_d(&self.xp(), &amp);
        let mut new = self.balances.clone();
        new[i] = &new[i] + dx;
        (self.get_d(&self.xp_of(&new), &amp) - &d0) * &self.supply / d0
    }

    /// `_calc_token_amount` of the views contract, which solves every pool as one of its own.
    fn views_token_amount(&self, i: usize, amount: &Num, is_deposit: bool) -> Num {
        let amp = self.views_a();
        let seen = Figures { contract: "ng", offpeg: if self.contract == "ng" { self.offpeg } else { 0 }, ..self.clone() };
        let Some((d0, _, d2, _)) = seen.with_imbalance_fees(i, amount, is_deposit, &amp) else { return revert() };
        let difference = if is_deposit { d2 - &d0 } else { &d0 - d2 };
        difference * &self.supply / d0
    }

    pub fn calc_withdraw_one_coin(&self, i: usize, burned: &Num) -> Num {
        self.withdrawal(i, burned, false)
    }

    pub fn remove_liquidity_one_coin(&self, i: usize, burned: &Num) -> Num {
        self.withdrawal(i, burned, true)
    }

    fn withdrawal(&self, i: usize, burned: &Num, for_real: bool) -> Num {
        let is_ng = self.contract == "ng";
        if is_ng && for_real && burned.is_zero() {
            return revert();
        }
        let (xp, amp) = (self.xp(), self.a());
        let d0 = self.get_d(&xp, &amp);
        let d1 = &d0 - burned * &d0 / &self.supply;
        let new_y = self.get_y_d(i, &xp, &amp, &d1);
        let ys = (&d0 + &d1) / num(2 * self.n() as u128);
        let base_fee = self.fee_for_imbalance();
        let mut reduced = Vec::new();
        for (j, balance) in xp.iter().enumerate() {
            let proportional = balance * &d1 / &d0;
            let expected = if j == i { proportional - &new_y } else { balance - proportional };
            let average = if j == i { (balance + &new_y) / num(2) } else { balance.clone() };
            let fee = if is_ng { self.dynamic_fee(&average, &ys, &base_fee) } else { base_fee.clone() };
            reduced.push(balance - fee * expected / e10());
        }
        if reduced.iter().any(|balance| balance.0.is_none()) {
            return revert();
        }
        let dy = &reduced[i] - self.get_y_d(i, &reduced, &amp, &d1);
        let dy_0 = (&xp[i] - &new_y) * e18() / &self.rates[i];
        let dy = (dy - num(1)) * e18() / &self.rates[i];
        let out = dy.clone().after(dy_0 - dy);
        if is_ng && for_real {
            let mut after = xp;
            after[i] = new_y;
            return out.after(self.upkeep_oracles(&after, &amp, &d1));
        }
        out
    }
}

/// A metapool: `own` holds coin 0 and, with its rate still to be filled in, the base's pool token.
#[derive(Clone, Debug)]
pub struct Meta {
    pub own: Figures,
    pub base: Figures,
    /// Stored virtual price and its time, where the contract has a cache.
    pub cache: Option<(Num, u64)>,
}

impl Meta {
    fn own_at_virtual_price(&self) -> Figures {
        let price = match &self.cache {
            Some((stored, updated)) if self.own.now <= updated + 600 => stored.clone(),
            _ => self.base.virtual_price(),
        };
        Figures { rates: vec![self.own.rates[0].clone(), price], ..self.own.clone() }
    }

    pub fn exchange(&self, i: usize, j: usize, dx: &Num) -> Num {
        if i == 1 && (dx + &self.own.balances[1]).exceeds(&self.base.supply) {
            return revert();
        }
        self.own_at_virtual_price().exchange(i, j, dx)
    }

    pub fn get_dy(&self, i: usize, j: usize, dx: &Num) -> Num {
        self.own_at_virtual_price().get_dy(i, j, dx)
    }

    pub fn get_dx(&self, i: usize, j: usize, dy: &Num) -> Num {
        self.own_at_virtual_price().get_dx(i, j, dy)
    }

    pub fn exchange_underlying(&self, i: usize, j: usize, dx: &Num) -> Num {
        let own = self.own_at_virtual_price();
        if self.own.contract == "ng" && dx.is_zero() {
            return revert();
        }
        if i > 0 && j > 0 {
            return self.base.exchange(i - 1, j - 1, dx);
        }
        if i == 0 {
            let lp = own.exchange(0, 1, dx);
            return self.base.remove_liquidity_one_coin(j - 1, &lp);
        }
        let lp = self.base.add_liquidity(i - 1, dx);
        if self.own.contract == "ng" {
            // `__exchange` is reached without the check for an input of 0.
            let x = &own.xp()[1] + &lp * &own.rates[1] / e18();
            return own.ng_exchange(1, 0, &x);
        }
        own.exchange(1, 0, &lp)
    }

    pub fn get_dy_underlying(&self, i: usize, j: usize, dx: &Num) -> Num {
        let own = self.own_at_virtual_price();
        if i > 0 && j > 0 {
            return self.base.get_dy(i - 1, j - 1, dx);
        }
        if i == 0 {
            return self.base.calc_withdraw_one_coin(j - 1, &own.get_dy(0, 1, dx));
        }
        if self.own.contract == "ng" {
            let x = &own.xp()[1] + self.base.views_token_amount(i - 1, dx, true) * &own.rates[1] / e18();
            return own.ng_get_dy(1, 0, &x);
        }
        let worth = self.base.calc_token_amount(i - 1, dx) * &own.rates[1] / e18();
        let x = &worth - &worth * num(self.base.fee.into()) / (num(2) * e10()) + &own.xp()[1];
        let (xp, amp) = (own.xp(), own.a());
        let y = own.get_y(1, 0, &x, &xp, &amp, &own.get_d(&xp, &amp));
        let dy = &xp[0] - y - num(1);
        (&dy - num(own.fee.into()) * &dy / e10()) * e18() / &own.rates[0]
    }

    pub fn get_dx_underlying(&self, i: usize, j: usize, dy: &Num) -> Num {
        if i > 0 && j > 0 {
            return revert();
        }
        if i == 0 {
            return self.get_dx(0, 1, &self.base.views_token_amount(j - 1, dy, false));
        }
        self.base.calc_withdraw_one_coin(i - 1, &self.get_dx(1, 0, dy))
    }
}
