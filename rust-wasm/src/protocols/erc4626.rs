//! ERC-4626 vaults: token 0 is the asset, token 1 the share; a deposit and a redemption are swaps without a fee. Two forms of rounding: OpenZeppelin's
//! ERC4626 since 4.9 (`token/ERC20/extensions`), with virtual shares and one virtual asset, and solmate's (`src/tokens/ERC4626.sol`), where the
//! first deposit is 1 : 1 and what comes out as 0 is refused.
//!
//! The standard lets a vault do anything, and `previewDeposit` is code of its own: only a vault whose code hash is known to be of one of these forms may
//! be read as a state of this family. The caller holds that list; here the hash must be one of code. Nothing in a vault's logs need say that its
//! assets grew or its caps moved.

use super::family::{At, Direction, Family};
use crate::refusal::{Answer, Refusal};
use crate::u256::U256;
use serde::Deserialize;

const ASSET: usize = 0;
/// OpenZeppelin's offset adds to the asset's decimals in a uint8; 10 to it must fit.
const MAX_OFFSET: u32 = 77;
/// Hash of empty code: an address without a contract.
const EMPTY_CODE: &str = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Rounding {
    OpenZeppelin,
    Solmate,
}

/// The state's JSON form.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct VaultState {
    total_assets: U256,
    total_supply: U256,
    /// Of OpenZeppelin's form; 0 by default.
    #[serde(default)]
    decimals_offset: u32,
    /// Assets that can still be deposited (`maxDeposit` of the receiver).
    max_deposit: U256,
    /// Shares that can be redeemed by who has as many (`maxRedeem`): the vault's own cap.
    max_redeem: U256,
    code_hash: String,
    rounding: Rounding,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "VaultState")]
pub struct Vault {
    total_assets: U256,
    total_supply: U256,
    /// Shares and assets that conversions reckon with.
    shares: U256,
    assets: U256,
    max_deposit: U256,
    max_redeem: U256,
    rounding: Rounding,
}

crate::json::schema_of!(Vault, VaultState);

impl TryFrom<VaultState> for Vault {
    type Error = &'static str;
    fn try_from(state: VaultState) -> Result<Self, Self::Error> {
        let hash = state.code_hash.strip_prefix("0x").unwrap_or_default().to_ascii_lowercase();
        let is_hash = hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_hash || hash == EMPTY_CODE || hash.bytes().all(|digit| digit == b'0') {
            return Err("`codeHash` must be the hash of a contract's code");
        }
        let virtual_amounts = match state.rounding {
            Rounding::OpenZeppelin if state.decimals_offset <= MAX_OFFSET => {
                U256::from(10u32).checked_pow(state.decimals_offset).map(|shares| [shares, U256::ONE])
            }
            Rounding::Solmate if state.decimals_offset == 0 => Ok([U256::ZERO; 2]),
            _ => return Err("`decimalsOffset` must be 0 to 77, and 0 for solmate's rounding"),
        };
        let totals =
            virtual_amounts.and_then(|[shares, assets]| Ok([state.total_supply.checked_add(shares)?, state.total_assets.checked_add(assets)?]));
        let [shares, assets] = totals.map_err(|_| "`totalSupply` and `totalAssets` must leave room for the virtual ones")?;
        let VaultState { total_assets, total_supply, max_deposit, max_redeem, rounding, .. } = state;
        Ok(Self { total_assets, total_supply, shares, assets, max_deposit, max_redeem, rounding })
    }
}

#[derive(Clone, Copy)]
enum Towards {
    Pool,
    Taker,
}

impl Vault {
    /// `amount` of one in the other. Solmate's product must fit 256 bits; OpenZeppelin's has 512.
    fn converted(&self, amount: U256, [from, to]: [U256; 2], towards: Towards) -> Answer<U256> {
        let is_solmate = self.rounding == Rounding::Solmate;
        if is_solmate && self.total_supply.is_zero() {
            return Ok(amount);
        }
        if is_solmate {
            amount.checked_mul(to)?;
        }
        match towards {
            Towards::Pool => amount.mul_div(to, from),
            Towards::Taker => amount.mul_div_up(to, from),
        }
    }

    fn deposited(&self, assets: U256, shares: U256) -> Answer<()> {
        if assets > self.max_deposit {
            return Err(Refusal::LimitExceeded);
        }
        self.total_assets.checked_add(assets)?;
        self.total_supply.checked_add(shares)?;
        Ok(())
    }

    fn redeemed(&self, shares: U256, assets: U256) -> Answer<()> {
        if shares > self.max_redeem {
            return Err(Refusal::LimitExceeded);
        }
        if shares > self.total_supply || assets > self.total_assets {
            return Err(Refusal::InsufficientLiquidity);
        }
        Ok(())
    }
}

impl Family for Vault {
    fn token_count(&self) -> usize {
        2
    }

    fn silent_inputs(&self) -> &'static [&'static str] {
        &["totalAssets", "maxDeposit", "maxRedeem"]
    }

    fn moving(&self) -> Vec<(&'static str, Vec<U256>)> {
        let one = |value: U256| vec![value];
        vec![
            ("totalAssets", one(self.total_assets)),
            ("totalSupply", one(self.total_supply)),
            ("maxDeposit", one(self.max_deposit)),
            ("maxRedeem", one(self.max_redeem)),
        ]
    }

    fn moved(&self, values: &[U256]) -> Answer<Box<dyn Family>> {
        let &[total_assets, total_supply, max_deposit, max_redeem] = values else { return Err(Refusal::InvalidState) };
        let with_virtual = |total: U256, reckoned: U256, was: U256| total.checked_add(reckoned.checked_sub(was)?).map_err(|_| Refusal::InvalidState);
        let shares = with_virtual(total_supply, self.shares, self.total_supply)?;
        let assets = with_virtual(total_assets, self.assets, self.total_assets)?;
        Ok(Box::new(Self { total_assets, total_supply, shares, assets, max_deposit, max_redeem, rounding: self.rounding }))
    }

    /// `previewDeposit` and `previewRedeem`, both rounded down, as `deposit` and `redeem` then pay.
    fn quote(&self, direction: Direction, amount_in: U256, _at: At) -> Answer<U256> {
        let is_deposit = direction.checked(2)?.from == ASSET;
        let amounts = if is_deposit { [self.assets, self.shares] } else { [self.shares, self.assets] };
        let amount_out = self.converted(amount_in, amounts, Towards::Pool)?;
        if self.rounding == Rounding::Solmate && amount_out.is_zero() {
            return Err(Refusal::AmountTooSmall);
        }
        if is_deposit {
            self.deposited(amount_in, amount_out)?;
        } else {
            self.redeemed(amount_in, amount_out)?;
        }
        Ok(amount_out)
    }

    /// `previewMint` and `previewWithdraw`, both rounded up, as `mint` and `withdraw` then take.
    fn quote_exact_output(&self, direction: Direction, amount_out: U256, _at: At) -> Answer<U256> {
        let is_deposit = direction.checked(2)?.from == ASSET;
        let amounts = if is_deposit { [self.shares, self.assets] } else { [self.assets, self.shares] };
        let amount_in = self.converted(amount_out, amounts, Towards::Taker)?;
        if is_deposit {
            self.deposited(amount_in, amount_out)?;
        } else {
            self.redeemed(amount_in, amount_out)?;
        }
        Ok(amount_in)
    }

    fn rate(&self, direction: Direction, _at: At) -> f64 {
        if self.rounding == Rounding::Solmate && self.total_supply.is_zero() {
            return 1.0;
        }
        let shares_per_asset = self.shares.to_f64() / self.assets.to_f64();
        match direction.checked(2) {
            Ok(direction) if direction.from == ASSET => {
                if shares_per_asset.is_finite() {
                    shares_per_asset
                } else {
                    0.0
                }
            }
            Ok(_) => 1.0 / shares_per_asset,
            Err(_) => 0.0,
        }
    }

    fn estimate(&self, direction: Direction, amount_in: f64, at: At) -> Option<(f64, f64)> {
        let cap = if direction.from == ASSET { self.max_deposit } else { self.max_redeem.min(self.total_supply) };
        let rate = self.rate(direction, at);
        (rate > 0.0 && amount_in <= cap.to_f64()).then_some((amount_in * rate, rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::{cases, report, Level, Random};
    use num_bigint::BigUint;
    use serde_json::json;

    const HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";
    const DEPOSIT: Direction = Direction { from: 0, to: 1 };
    const REDEEM: Direction = Direction { from: 1, to: 0 };

    fn big(value: U256) -> BigUint {
        value.to_string().parse().unwrap()
    }

    #[derive(Debug)]
    struct Reference {
        assets: U256,
        supply: U256,
        offset: u32,
        caps: [U256; 2],
        is_solmate: bool,
    }

    impl Reference {
        fn random(random: &mut Random) -> Self {
            let bits = *random.pick(&[64, 128, 255]);
            let supply = if random.below(10) == 0 { U256::ZERO } else { random.wide(bits) };
            let assets = match random.below(10) {
                0 => U256::ZERO,
                1..=3 => random.wide(bits),
                // A share is worth about as much as its asset.
                _ => supply.saturating_add(supply.mul_div(U256::from(random.below(100)), U256::from(100u32)).unwrap()),
            };
            let is_solmate = random.below(2) == 0;
            let caps = [0, 1].map(|_| if random.below(3) == 0 { random.wide(128) } else { U256::MAX });
            Self { assets, supply, offset: if is_solmate { 0 } else { *random.pick(&[0, 0, 3, 6, 12]) }, caps, is_solmate }
        }

        fn engine(&self) -> Vault {
            let state = json!({
                "totalAssets": self.assets.to_string(), "totalSupply": self.supply.to_string(), "decimalsOffset": self.offset,
                "maxDeposit": self.caps[0].to_string(), "maxRedeem": self.caps[1].to_string(), "codeHash": HASH,
                "rounding": if self.is_solmate { "solmate" } else { "openzeppelin" },
            });
            serde_json::from_value(state).unwrap()
        }

        /// The answer of deposit, redeem, mint or withdraw.
        fn answer(&self, direction: Direction, amount: U256, is_exact_output: bool) -> Option<BigUint> {
            let extra = if self.is_solmate { [0u32.into(), BigUint::from(0u32)] } else { [BigUint::from(10u32).pow(self.offset), 1u32.into()] };
            let [shares, assets] = [big(self.supply) + &extra[0], big(self.assets) + &extra[1]];
            let is_to_shares = (direction == DEPOSIT) != is_exact_output;
            let (factor, divisor) = if is_to_shares { (shares, assets) } else { (assets, shares) };
            let given = big(amount);
            let answer = if self.is_solmate && self.supply.is_zero() {
                given.clone()
            } else {
                let product = &given * factor;
                if divisor == BigUint::ZERO || self.is_solmate && product.bits() > 256 {
                    return None;
                }
                let rounded = if is_exact_output { (product + &divisor - 1u32) / divisor } else { product / divisor };
                (rounded.bits() <= 256).then_some(rounded)?
            };
            if self.is_solmate && !is_exact_output && answer == BigUint::ZERO {
                return None;
            }
            let (taken, paid) = if is_exact_output { (&answer, &given) } else { (&given, &answer) };
            let is_allowed = if direction == DEPOSIT {
                *taken <= big(self.caps[0]) && (big(self.assets) + taken).bits() <= 256 && (big(self.supply) + paid).bits() <= 256
            } else {
                *taken <= big(self.caps[1]) && *taken <= big(self.supply) && *paid <= big(self.assets)
            };
            is_allowed.then_some(answer)
        }
    }

    #[test]
    fn a_second_implementation_answers_the_same() {
        let random = &mut Random::seeded("erc4626, second implementation");
        for _ in 0..cases() {
            let reference = Reference::random(random);
            let vault = reference.engine();
            for direction in [DEPOSIT, REDEEM] {
                let amount = match random.below(8) {
                    0 => U256::ZERO,
                    1 => random.wide(256),
                    _ => random.wide(reference.supply.bits().max(1)),
                };
                let quotes = [vault.quote(direction, amount, None), vault.quote_exact_output(direction, amount, None)];
                for (answer, is_exact_output) in quotes.into_iter().zip([false, true]) {
                    let expected = reference.answer(direction, amount, is_exact_output);
                    assert_eq!(answer.ok().map(big), expected, "{answer:?}: {amount} {direction:?} {is_exact_output} of {reference:?}");
                }
                let Ok(out) = quotes[0] else { continue };
                assert!(out.to_f64() <= amount.to_f64() * vault.rate(direction, None) * (1.0 + 1e-9) + 2.0);
                if let Ok(more) = vault.quote(direction, amount.saturating_add(random.wide(64)), None) {
                    assert!(more >= out);
                }
                if let Ok(back) = vault.quote(Direction { from: direction.to, to: direction.from }, out, None) {
                    assert!(back <= amount, "{amount} of {reference:?}: {out}, back {back}");
                }
            }
        }
        report("erc4626", Level::SecondImplementation, cases(), U256::ZERO);
    }

    #[test]
    fn states_without_known_code_are_refused() {
        for (field, value) in [
            ("codeHash", json!(format!("0x{EMPTY_CODE}"))),
            ("codeHash", json!("0x12")),
            ("codeHash", json!(format!("0x{}", "0".repeat(64)))),
            ("decimalsOffset", json!(78)),
            ("totalAssets", json!(U256::MAX.to_string())),
        ] {
            let mut state = json!({
                "totalAssets": 1, "totalSupply": 1, "maxDeposit": 1, "maxRedeem": 1, "codeHash": HASH, "rounding": "openzeppelin",
            });
            assert!(serde_json::from_value::<Vault>(state.clone()).is_ok());
            state[field] = value;
            let message = serde_json::from_value::<Vault>(state).unwrap_err().to_string();
            assert!(message.contains(&format!("`{field}`")), "{field}: {message}");
        }
    }
}
