//! From a state's JSON form to a pool, by the name of its family.

use super::balancer::{StableV2, StableV3, WeightedV2, WeightedV3};
use super::erc4626::Vault;
use super::family::Family;
use super::uniswap_v2::Pair;
use super::wrapped_native::WrappedNative;
use serde::de::DeserializeOwned;
use serde::Deserialize;

/// A family's name and how its state is read.
type Reader = fn(&str) -> Result<Box<dyn Family>, String>;

/// Every family by its name, in the order of `docs/protocols.md`.
pub const FAMILIES: &[(&str, Reader)] = &[
    ("uniswap-v2", read::<Pair>),
    ("balancer-v2-weighted", read::<WeightedV2>),
    ("balancer-v2-stable", read::<StableV2>),
    ("balancer-v3-weighted", read::<WeightedV3>),
    ("balancer-v3-stable", read::<StableV3>),
    ("erc4626", read::<Vault>),
    ("wrapped-native", read::<WrappedNative>),
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
