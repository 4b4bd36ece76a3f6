//! Decimal digits.

use super::U256;
use core::fmt;

/// Why a text is no unsigned 256-bit integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnInteger;

impl fmt::Display for NotAnInteger {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("not an unsigned integer of at most 256 bits in decimal digits")
    }
}

impl core::str::FromStr for U256 {
    type Err = NotAnInteger;
    /// Decimal digits only.
    fn from_str(text: &str) -> Result<Self, NotAnInteger> {
        if text.is_empty() {
            return Err(NotAnInteger);
        }
        let mut value = Self::ZERO;
        // Nine digits at a time fit 32 bits.
        let first = text.len() % 9;
        let (head, tail) = text.as_bytes().split_at(first);
        for digits in core::iter::once(head).filter(|head| !head.is_empty()).chain(tail.chunks_exact(9)) {
            let mut group = 0u32;
            for digit in digits {
                if !digit.is_ascii_digit() {
                    return Err(NotAnInteger);
                }
                group = group * 10 + u32::from(digit - b'0');
            }
            let scale = Self::from(10u32.pow(digits.len() as u32));
            value = value.checked_mul(scale).and_then(|scaled| scaled.checked_add(Self::from(group))).map_err(|_| NotAnInteger)?;
        }
        Ok(value)
    }
}

impl fmt::Display for U256 {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut halves = self.to_words().map(|word| [word as u32, (word >> 32) as u32]);
        let mut groups = Vec::new();
        while halves != [[0; 2]; 4] {
            let mut carry = 0u64;
            for half in halves.as_flattened_mut().iter_mut().rev() {
                let t = carry << 32 | u64::from(*half);
                *half = (t / 1_000_000_000) as u32;
                carry = t % 1_000_000_000;
            }
            groups.push(carry as u32);
        }
        let mut text = groups.pop().unwrap_or(0).to_string();
        for group in groups.iter().rev() {
            text.push_str(&format!("{group:09}"));
        }
        formatter.pad_integral(true, "", &text)
    }
}
