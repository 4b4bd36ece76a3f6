//! From a state's JSON form to a pool, by the name of its family.

use super::balancer::{StableV2, StableV3, WeightedV2, WeightedV3};
use super::curve_crypto;
use super::curve_stable::{classic::Classic, classic_meta::ClassicMeta, ng::Ng, ng_meta::NgMeta};
use super::dodo::Dodo;
use super::erc4626::Vault;
use super::family::Family;
use super::liquidity_book::LiquidityBook;
use super::llamma::Llamma;
use super::solidly::{AerodromeV2, Camelot, VelodromeV1, VelodromeV2};
use super::uniswap_v2::Pair;
use super::uniswap_v3::{AlgebraIntegralPool, AlgebraV1Pool, SlipstreamPool, UniswapV3, UniswapV4Pool};
use super::wombat_v2::WombatPool;
use super::woofi_v2::WooPool;
use super::wrapped_native::WrappedNative;
use serde::de::DeserializeOwned;
use serde::Deserialize;

/// A family's name and how its state is read.
type Reader = fn(&str) -> Result<Box<dyn Family>, String>;

/// Every family by its name, in the order of `docs/protocols.md`.
pub const FAMILIES: &[(&str, Reader)] = &[
    ("uniswap-v2", read::<Pair>),
    ("uniswap-v3", read::<UniswapV3>),
    ("pancake-v3", read::<UniswapV3>),
    ("slipstream-cl", read::<SlipstreamPool>),
    ("algebra-v1", read::<AlgebraV1Pool>),
    ("algebra-integral", read::<AlgebraIntegralPool>),
    ("uniswap-v4", read::<UniswapV4Pool>),
    ("balancer-v2-weighted", read::<WeightedV2>),
    ("balancer-v2-stable", read::<StableV2>),
    ("balancer-v3-weighted", read::<WeightedV3>),
    ("balancer-v3-stable", read::<StableV3>),
    ("liquidity-book-v2.2", read::<LiquidityBook>),
    ("wombat-v2", read::<WombatPool>),
    ("woofi-v2", read::<WooPool>),
    ("crvusd-llamma", read::<Llamma>),
    ("velodrome-v2", read::<VelodromeV2>),
    ("aerodrome-v2", read::<AerodromeV2>),
    ("velodrome-v1", read::<VelodromeV1>),
    ("camelot-v2", read::<Camelot>),
    ("dodo-v2", read::<Dodo>),
    ("curve-crypto-v1", curve_crypto::first_generation),
    ("tricrypto-ng", curve_crypto::tricrypto_ng),
    ("twocrypto-ng", curve_crypto::twocrypto_ng),
    ("curve-3pool", read::<Classic>),
    ("curve-meta", read::<ClassicMeta>),
    ("stableswap-ng", read::<Ng>),
    ("stableswap-ng-meta", read::<NgMeta>),
    ("erc4626", read::<Vault>),
    ("wrapped-native", read::<WrappedNative>),
];

/// The JSON Schema of each family's state.
#[cfg(feature = "schema")]
pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
    use super::uniswap_v3;
    use schemars::schema_for;
    vec![
        ("uniswap-v2", schema_for!(Pair)),
        ("uniswap-v3", schema_for!(uniswap_v3::UniswapState)),
        ("pancake-v3", schema_for!(uniswap_v3::UniswapState)),
        ("slipstream-cl", schema_for!(uniswap_v3::SlipstreamState)),
        ("algebra-v1", schema_for!(uniswap_v3::AlgebraState)),
        ("algebra-integral", schema_for!(uniswap_v3::AlgebraState)),
        ("uniswap-v4", schema_for!(uniswap_v3::UniswapV4State)),
        ("balancer-v2-weighted", schema_for!(WeightedV2)),
        ("balancer-v2-stable", schema_for!(StableV2)),
        ("balancer-v3-weighted", schema_for!(WeightedV3)),
        ("balancer-v3-stable", schema_for!(StableV3)),
        ("liquidity-book-v2.2", schema_for!(LiquidityBook)),
        ("wombat-v2", schema_for!(WombatPool)),
        ("woofi-v2", schema_for!(WooPool)),
        ("crvusd-llamma", schema_for!(Llamma)),
        ("velodrome-v2", schema_for!(VelodromeV2)),
        ("aerodrome-v2", schema_for!(AerodromeV2)),
        ("velodrome-v1", schema_for!(VelodromeV1)),
        ("camelot-v2", schema_for!(Camelot)),
        ("dodo-v2", schema_for!(Dodo)),
        ("curve-crypto-v1", schema_for!(curve_crypto::CryptoState)),
        ("tricrypto-ng", schema_for!(curve_crypto::CryptoState)),
        ("twocrypto-ng", schema_for!(curve_crypto::CryptoState)),
        ("curve-3pool", schema_for!(Classic)),
        ("curve-meta", schema_for!(ClassicMeta)),
        ("stableswap-ng", schema_for!(Ng)),
        ("stableswap-ng-meta", schema_for!(NgMeta)),
        ("erc4626", schema_for!(Vault)),
        ("wrapped-native", schema_for!(WrappedNative)),
    ]
}

/// Families that neither published bytecode nor enough recorded answers prove: their pools are taken only where that is asked for.
pub const EXPERIMENTAL: &[&str] = &[];

/// [`pool_from_json`], but a pool of an experimental family is refused unless `experimental` allows it.
pub fn tradable_pool_from_json(text: &str, experimental: bool) -> Result<Box<dyn Family>, String> {
    let name = family_name(text)?;
    if EXPERIMENTAL.contains(&name.as_str()) && !experimental {
        return Err(format!("`family` \"{name}\" is experimental: it is not proven against its contract, and off unless it is asked for"));
    }
    pool_from_json(text)
}

/// Reads a state in its documented JSON form: an object whose `family` names its form. The message of an error names the field.
pub fn pool_from_json(text: &str) -> Result<Box<dyn Family>, String> {
    let family = family_name(text)?;
    let (_, reader) =
        FAMILIES.iter().find(|(name, _)| *name == family).ok_or_else(|| format!("`family` \"{family}\" is not one that the engine knows"))?;
    reader(text)
}

fn family_name(text: &str) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Named {
        family: String,
    }
    serde_json::from_str::<Named>(text).map(|named| named.family).map_err(|error| error.to_string())
}

fn read<T: DeserializeOwned + Family + 'static>(text: &str) -> Result<Box<dyn Family>, String> {
    serde_json::from_str::<T>(text).map(|pool| Box::new(pool) as Box<dyn Family>).map_err(|error| error.to_string())
}
