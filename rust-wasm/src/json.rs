//! Integers in JSON: decimal strings, as everything beyond 2^53 must be, or JSON integers.

use crate::u256::U256;
use core::fmt::{self, Display};
use core::marker::PhantomData;
use core::str::FromStr;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};

/// Any integer type that reads its decimal form: `#[serde(deserialize_with = "json::integer")]`.
pub fn integer<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error>
where
    T::Err: Display,
{
    deserializer.deserialize_any(Integer(PhantomData))
}

/// A list of them: `#[serde(deserialize_with = "json::integers")]`.
pub fn integers<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T::Err: Display,
{
    struct Element<T>(T);
    impl<'de, T: FromStr> Deserialize<'de> for Element<T>
    where
        T::Err: Display,
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            integer(deserializer).map(Self)
        }
    }
    struct List<T>(PhantomData<T>);
    impl<'de, T: FromStr> Visitor<'de> for List<T>
    where
        T::Err: Display,
    {
        type Value = Vec<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a list of integers")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut values = Vec::new();
            while let Some(Element(value)) = list.next_element()? {
                values.push(value);
            }
            Ok(values)
        }
    }
    deserializer.deserialize_seq(List(PhantomData))
}

struct Integer<T>(PhantomData<T>);

impl<T: FromStr> Visitor<'_> for Integer<T>
where
    T::Err: Display,
{
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an integer as a decimal string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        value.to_string().parse().map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        value.to_string().parse().map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }
}

impl<'de> Deserialize<'de> for U256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        integer(deserializer)
    }
}

/// The JSON Schema of a pool is that of the state that it is made from.
macro_rules! schema_of {
    (impl<$parameter:ident> for $pool:ty, $state:ty) => {
        #[cfg(feature = "schema")]
        impl<$parameter> schemars::JsonSchema for $pool {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$state as schemars::JsonSchema>::schema_name()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$state as schemars::JsonSchema>::json_schema(generator)
            }
        }
    };
    ($pool:ident, $state:ty) => {
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $pool {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$state as schemars::JsonSchema>::schema_name()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$state as schemars::JsonSchema>::json_schema(generator)
            }
        }
    };
}
pub(crate) use schema_of;

/// Integers of every width are read alike: see [`integer`].
#[cfg(feature = "schema")]
impl schemars::JsonSchema for U256 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Integer".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Form {
        wide: U256,
        #[serde(deserialize_with = "integer")]
        tick: i32,
        #[serde(deserialize_with = "integers")]
        list: Vec<u8>,
    }

    fn read(text: &str) -> Result<Form, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn strings_and_integers_are_read_and_other_values_named() {
        let form = Form { wide: U256::MAX, tick: -7, list: vec![1, 2] };
        let max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(read(&format!(r#"{{"wide": "{max}", "tick": "-7", "list": ["1", 2]}}"#)), Ok(form));
        for (wrong, expected) in [
            (r#"{"wide": "-1", "tick": 0, "list": []}"#, "\"-1\""),
            (r#"{"wide": "1e3", "tick": 0, "list": []}"#, "\"1e3\""),
            (r#"{"wide": "1", "tick": 0, "list": ["256"]}"#, "\"256\""),
            (r#"{"wide": "1", "list": []}"#, "`tick`"),
            (&format!(r#"{{"wide": "{max}0", "tick": 0, "list": []}}"#), "invalid value"),
        ] {
            let message = read(wrong).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
