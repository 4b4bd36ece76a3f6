//! The closed forms of `get_y`, and the cubic root they need.

use super::words::{n, power, s, s10, ten, Word};
use num_bigint::{BigInt, Sign};

/// `_cbrt`
pub fn cube_root(x: &Word) -> Option<Word> {
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

pub fn signed_cube_root(x: &Word) -> Option<Word> {
    let root = cube_root(&x.abs().unsigned())?.signed();
    Some(if x.get()?.sign() == Sign::Minus { root.neg() } else { root })
}

/// The closed form of tricrypto-ng; an outer nothing is a revert, an inner one asks for Newton.
#[allow(clippy::type_complexity)]
pub fn cubic_of_three(ann: &Word, gamma: &Word, x_j: &Word, x_k: &Word, d: &Word) -> Option<Option<(Word, Word)>> {
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
pub fn cubic_of_two(ann: &Word, gamma: &Word, x_j: &Word, d: &Word) -> Option<Option<(Word, Word)>> {
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
