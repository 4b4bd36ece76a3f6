//! The oracle's price with the contract's limit on its moves, and the prices of bands, which grow with interest.

use super::{Llamma, Version, ONE};
use crate::i256::I256;
use crate::protocols::family::At;
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// Seconds over which the fee for a move of the oracle fades (PREV_P_O_DELAY).
const FADE: u64 = 120;
/// The largest move at once, up (MAX_P_O_CHG), and as a ratio of the lower to the higher price.
const MAX_MOVE: u64 = 1_250_000_000_000_000_000;
const LEAST_RATIO: u64 = 800_000_000_000_000_000;
/// ln 2 with 96 binary digits behind the point.
const LN2_96: &str = "54916777467707473351141471128";

/// What the contract knows of its oracle.
#[derive(Clone, Copy, Debug)]
pub struct Oracle {
    /// The oracle's own answer.
    pub external: U256,
    /// That answer within the limit, at the state's time.
    pub price: U256,
    /// The larger of the fee and that for the oracle's moves, at the state's time.
    pub fee: U256,
    pub limiter: Option<Limiter>,
}

/// What limits the oracle's next move: price, fee for moves and time of the last exchange.
#[derive(Clone, Copy, Debug)]
pub struct Limiter {
    pub price: U256,
    pub fee: U256,
    pub time: u64,
}

impl Llamma {
    /// Price of the oracle and fee at the time (limit_p_o).
    pub fn oracle_at(&self, at: At) -> Answer<[U256; 2]> {
        let Some(last) = self.oracle.limiter else { return Ok([self.oracle.price, self.oracle.fee]) };
        let one = U256::from(ONE);
        let elapsed = at.unwrap_or(self.timestamp).checked_sub(last.time).ok_or(Refusal::Overflow)?;
        let price = self.oracle.external;
        let rest = FADE - elapsed.min(FADE);
        if rest == 0 {
            return Ok([price, self.fee]);
        }
        let (lower, higher) = (price.min(last.price), price.max(last.price));
        let ratio = if higher.is_zero() { U256::ZERO } else { lower.mul_div(one, higher)? };
        let (limited, ratio) = if ratio >= U256::from(LEAST_RATIO) {
            (price, ratio)
        } else if price > last.price {
            (last.price.mul_div(U256::from(MAX_MOVE), one)?, U256::from(LEAST_RATIO))
        } else {
            (last.price.mul_div(one, U256::from(MAX_MOVE))?, U256::from(LEAST_RATIO))
        };
        // (old fee + 1 − ratio³) × rest ÷ FADE; the ratio is at most 1.
        let cube = ratio.checked_pow(3)?.checked_div(one.checked_pow(2)?)?;
        let fee = one.checked_add(last.fee)?.checked_sub(cube)?.mul_div(U256::from(rest), U256::from(FADE))?;
        // Beyond 1 the mint version's arithmetic wraps round: nobody should trade on that.
        match self.version {
            Version::Mint if fee >= one => Err(Refusal::LimitExceeded),
            _ => Ok([limited, fee.min(one.saturating_sub(U256::ONE)).max(self.fee)]),
        }
    }

    /// Upper price of a band at the time (_p_oracle_up): base price × ((A − 1) ÷ A)^n, with interest.
    pub fn upper_price(&self, n: i64, at: At) -> Answer<U256> {
        let one = U256::from(ONE);
        let elapsed = at.unwrap_or(self.timestamp).checked_sub(self.rate_time).ok_or(Refusal::Overflow)?;
        let growth = one.checked_add(self.rate.checked_mul(U256::from(elapsed))?)?;
        let multiplier = self.rate_mul.checked_mul(growth)?.checked_div(one)?;
        let base = self.base_price.checked_mul(multiplier)?.checked_div(one)?;
        let power = I256::from(n).wrapping_neg().checked_mul(self.log_a_ratio)?;
        base.checked_mul(exponential(self.version, power)?)?.checked_div(one)
    }
}

/// (A ÷ (A − 1))^50 of 10^18, by each version's own way; refused where the constructor overflows.
pub fn max_ratio(version: Version, amplification: u32) -> Answer<U256> {
    let (one, up) = (U256::from(ONE), U256::from(amplification));
    let below = up.checked_sub(U256::ONE)?;
    match version {
        Version::Mint => {
            let root = up.checked_pow(25)?.checked_mul(one)?.checked_div(below.checked_pow(25)?)?;
            // Unchecked, but 2^25 is the largest root, of 10^18.
            root.checked_mul(root)?.checked_div(one)
        }
        Version::Lending => (0..50).try_fold(one, |power, _| power.checked_mul(up)?.checked_div(below)),
    }
}

/// e^power, both of 10^18: solmate's approximation, as the contract has it, wrapping like it.
fn exponential(version: Version, power: I256) -> Answer<U256> {
    let lowest = match version {
        Version::Mint => "-42139678854452767551",
        Version::Lending => "-41446531673892821376",
    };
    if power <= constant(lowest)? || power >= constant("135305999368893231589")? {
        return Err(Refusal::Overflow);
    }
    let ln2 = constant(LN2_96)?;
    let two_96 = I256::from_bits(U256::ONE << 96);
    let scaled = |value: I256| value.wrapping_div(two_96);
    let x = power.wrapping_mul(two_96).wrapping_div(I256::from(ONE as i64))?;
    let k = scaled(x.wrapping_mul(two_96).wrapping_div(ln2)?.wrapping_add(I256::from_bits(U256::ONE << 95)))?;
    let x = x.wrapping_sub(k.wrapping_mul(ln2));

    // p ÷ q approximates e^x ÷ a constant, for x between −ln(2) ÷ 2 and ln(2) ÷ 2.
    let y = x.wrapping_add(constant("1346386616545796478920950773328")?);
    let y = scaled(y.wrapping_mul(x))?.wrapping_add(constant("57155421227552351082224309758442")?);
    let p = y.wrapping_add(x).wrapping_sub(constant("94201549194550492254356042504812")?);
    let p = scaled(p.wrapping_mul(y))?.wrapping_add(constant("28719021644029726153956944680412240")?);
    let p = p.wrapping_mul(x).wrapping_add(constant("4385272521454847904659076985693276")?.wrapping_mul(two_96));
    let mut q = x.wrapping_sub(constant("2855989394907223263936484059900")?);
    for coefficient in [
        "50020603652535783019961831881945",
        "-533845033583426703283633433725380",
        "3604857256930695427073651918091429",
        "-14423608567350463180887372962807573",
        "26449188498355588339934803723976023",
    ] {
        q = scaled(q.wrapping_mul(x))?.wrapping_add(constant(coefficient)?);
    }
    let scale = constant("3822833074963236453042738258902158003155416615667")?.to_bits();
    let product = p.wrapping_div(q)?.to_unsigned()?.wrapping_mul(scale);
    // k stays within ±195 between the limits above.
    let shift = I256::from(195).wrapping_sub(k).to_unsigned()?.low_u128();
    let result = product >> u32::try_from(shift).map_err(|_| Refusal::Overflow)?;
    if version == Version::Lending && result <= U256::from(1_000u32) {
        return Err(Refusal::Overflow);
    }
    Ok(result)
}

fn constant(text: &str) -> Answer<I256> {
    text.parse().map_err(|_| Refusal::InvalidState)
}
