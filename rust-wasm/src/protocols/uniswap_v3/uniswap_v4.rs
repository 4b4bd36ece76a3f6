//! Uniswap V4 (@uniswap/v4-core 1.0.2, PoolManager and Pool.swap): the swap of Uniswap V3, with a fee made of the protocol's, by direction, and
//! the LPs'. A hook that is called around swaps may change their amounts or refuse them, so its pools are refused. A `dynamic` fee without such
//! a hook is the `lpFee` of slot0, which the hook may set whenever it likes.

use super::concentrated::{Concentrated, Fork};
use super::pool::{Stops, V3Pool};
use super::swap_math::PIPS;
use super::uniswap::Core;
use crate::json;
use crate::refusal::{Answer, Refusal};
use serde::Deserialize;

pub type UniswapV4Pool = Concentrated<UniswapV4>;

#[derive(Debug)]
pub struct UniswapV4;

/// Flags in a hook's address, library Hooks: BEFORE_SWAP, AFTER_SWAP and the deltas that these two may return.
const SWAP_FLAGS: u16 = 1 << 7 | 1 << 6 | 1 << 3 | 1 << 2;
/// ProtocolFeeLibrary.MAX_PROTOCOL_FEE, pips.
const MAX_PROTOCOL_FEE: u32 = 1_000;

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UniswapV4State {
    #[serde(flatten)]
    core: Core,
    /// slot0: twelve bits for each direction, token0 in first.
    #[serde(deserialize_with = "json::integer", default)]
    protocol_fee: u32,
    /// slot0, pips.
    #[serde(deserialize_with = "json::integer")]
    lp_fee: u32,
    /// The address of the pool's key.
    hooks: Option<String>,
}

impl UniswapV4State {
    /// Whether code of the hook runs in a swap.
    fn is_hooked(&self) -> Result<bool, &'static str> {
        let Some(hooks) = &self.hooks else { return Ok(false) };
        let digits = hooks.strip_prefix("0x").filter(|digits| digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let flags = digits.and_then(|digits| u16::from_str_radix(&digits[36..], 16).ok()).ok_or("`hooks` is no address")?;
        Ok(flags & SWAP_FLAGS != 0)
    }

    /// ProtocolFeeLibrary.calculateSwapFee, by input token.
    fn fees(&self) -> Result<[u32; 2], &'static str> {
        let protocol = [self.protocol_fee & 0xfff, self.protocol_fee >> 12];
        if self.lp_fee > PIPS || protocol.iter().any(|fee| *fee > MAX_PROTOCOL_FEE) {
            return Err("`lpFee` must not exceed 1,000,000 pips, `protocolFee` 1,000 in either direction");
        }
        // 1,000 × 1,000,000 fits 32 bits.
        Ok(protocol.map(|fee| fee + self.lp_fee - fee * self.lp_fee / PIPS))
    }
}

impl Fork for UniswapV4 {
    type State = UniswapV4State;
    const SILENT_INPUTS: &'static [&'static str] = &["lpFee", "protocolFee"];
    /// Balance deltas are int128.
    const AMOUNT_BITS: u32 = 127;

    fn pool(state: UniswapV4State) -> Result<Answer<V3Pool>, &'static str> {
        if state.is_hooked()? {
            return Ok(Err(Refusal::UnknownHook));
        }
        let fees = state.fees()?;
        if fees.contains(&PIPS) {
            // The whole input would be the fee.
            return Ok(Err(Refusal::InsufficientLiquidity));
        }
        state.core.pool(fees, Stops::Words)
    }
}

#[cfg(test)]
mod tests {
    use crate::protocols::family::Direction;
    use crate::protocols::registry::pool_from_json;
    use crate::refusal::Refusal;
    use crate::u256::U256;

    fn answer(hooks: &str, lp_fee: u32) -> Result<Result<U256, Refusal>, String> {
        let price = "79228162514264337593543950336";
        let state = format!(
            r#"{{"family": "uniswap-v4", "hooks": "{hooks}", "lpFee": {lp_fee}, "tickSpacing": 60, "sqrtPriceX96": "{price}", "tick": 0,
            "liquidity": "1000000000", "ticks": [[-60, "1000000000"], [60, "-1000000000"]]}}"#
        );
        Ok(pool_from_json(&state)?.quote(Direction { from: 0, to: 1 }, U256::from(1_000u32), None))
    }

    #[test]
    fn only_hooks_that_take_no_part_in_swaps_are_quoted() {
        let paid = Ok(Ok(U256::from(996u32)));
        for (hooks, expected) in [
            ("0x0000000000000000000000000000000000000000", paid.clone()),
            ("0x1111111111111111111111111111111111113f33", paid),
            ("0x1111111111111111111111111111111111110080", Ok(Err(Refusal::UnknownHook))),
            ("0x1111111111111111111111111111111111110040", Ok(Err(Refusal::UnknownHook))),
            ("0x11111111111111111111111111111111111100cc", Ok(Err(Refusal::UnknownHook))),
        ] {
            assert_eq!(answer(hooks, 3_000), expected, "{hooks}");
        }
        assert!(answer("0x12", 3_000).unwrap_err().contains("`hooks`"));
        assert!(answer("0x0000000000000000000000000000000000000000", 1_000_001).unwrap_err().contains("`lpFee`"));
        assert_eq!(answer("0x0000000000000000000000000000000000000000", 1_000_000), Ok(Err(Refusal::InsufficientLiquidity)));
    }
}
