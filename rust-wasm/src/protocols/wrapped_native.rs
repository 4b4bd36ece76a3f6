//! A chain's native currency and its wrapper (WETH9): 1 : 1 both ways, without a fee. Token 0 is the native currency.

use super::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

/// The state's JSON form: what the wrapper holds is what can be unwrapped (`totalSupply`).
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WrappedNative {
    total_supply: U256,
}

impl Family for WrappedNative {
    fn token_count(&self) -> usize {
        2
    }

    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let is_wrapping = direction.checked(2)?.zero_for_one();
        if !is_wrapping && amount_in > self.total_supply {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(amount_in)
    }

    fn quote_exact_output(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        self.quote(direction, amount_out, at)
    }

    fn rate(&self, direction: Direction, _at: At) -> f64 {
        f64::from(u8::from(direction.checked(2).is_ok()))
    }

    fn estimate(&self, _direction: Direction, amount_in: f64, _at: At) -> Option<(f64, f64)> {
        Some((amount_in, 1.0))
    }

    fn input_for(&self, direction: Direction, amount_out: U256, at: At) -> Answer<U256> {
        self.quote(direction, amount_out, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_comes_back() {
        let wrapper: WrappedNative = serde_json::from_str(r#"{"totalSupply": "1000"}"#).unwrap();
        let [wrap, unwrap] = [Direction { from: 0, to: 1 }, Direction { from: 1, to: 0 }];
        for amount in [U256::ZERO, U256::ONE, U256::from(1_000u32)] {
            assert_eq!(wrapper.quote(wrap, amount, None), Ok(amount));
            assert_eq!(wrapper.quote(unwrap, amount, None), Ok(amount));
            assert_eq!(wrapper.quote_exact_output(unwrap, amount, None), Ok(amount));
        }
        assert_eq!(wrapper.quote(unwrap, U256::from(1_001u32), None), Err(Refusal::InsufficientLiquidity));
        assert_eq!(wrapper.quote(Direction { from: 0, to: 2 }, U256::ONE, None), Err(Refusal::BrokenRoute));
    }
}
