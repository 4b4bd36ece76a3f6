//! From a state's JSON form to a pool, by the name of its family.

use super::family::Family;
use super::uniswap_v2::Pair;
use super::uniswap_v3::{AlgebraIntegralPool, AlgebraV1Pool, SlipstreamPool, UniswapV3, UniswapV4Pool};
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
];

/// Reads a state in its documented JSON form: an object whose `family` names its form. The message of an error names the field.
pub fn pool_from_json(text: &str) -> Result<Box<dyn Family>, String> {
    #[derive(Deserialize)]
    struct Named {
        family: String,
    }
    let Named { family } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let (_, reader) =
        FAMILIES.iter().find(|(name, _)| *name == family).ok_or_else(|| format!("`family` \"{family}\" is not one that the engine knows"))?;
    reader(text)
}

fn read<T: DeserializeOwned + Family + 'static>(text: &str) -> Result<Box<dyn Family>, String> {
    serde_json::from_str::<T>(text).map(|pool| Box::new(pool) as Box<dyn Family>).map_err(|error| error.to_string())
}
