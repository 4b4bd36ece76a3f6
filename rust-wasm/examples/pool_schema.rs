//! Writes the JSON Schema of every family's state to standard output, as `arb schema pool` prints it:
//! `cargo run --profile proof --features schema --example pool_schema > rust-wasm/pool-schema.json`.

use arb_engine::protocols::registry::schemas;
use serde_json::{json, Map, Value};

/// What the second generation of crypto pools calls the same fields.
type Aliases = (&'static [&'static str], &'static [(&'static str, &'static str)]);
const ALIASES: &[Aliases] = &[(&["tricrypto-ng", "twocrypto-ng"], &[("ma_half_time", "ma_exp_time"), ("last_prices_timestamp", "last_timestamp")])];

fn main() {
    let mut definitions = Map::new();
    let mut forms = Vec::new();
    for (family, schema) in schemas() {
        // Families have definitions of the same name: each gets the family's before it.
        let text = Value::from(schema).to_string().replace("#/$defs/", &format!("#/$defs/{family}."));
        let mut schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
        for (ours, theirs) in ALIASES.iter().filter(|(families, ..)| families.contains(&family)).flat_map(|(_, names)| names.iter()) {
            rename(&mut schema, ours, theirs);
        }
        let nested = schema.as_object_mut().and_then(|of| of.remove("$defs"));
        for (name, definition) in nested.as_ref().and_then(Value::as_object).into_iter().flatten() {
            definitions.insert(format!("{family}.{name}"), definition.clone());
        }
        if let Some(of) = schema.as_object_mut() {
            of.remove("$schema");
            of.remove("title");
        }
        forms.push(json!({ "allOf": [{ "$ref": "#/$defs/Identity" }, { "properties": { "family": { "const": family } } }, schema] }));
    }
    let address = json!({ "type": "string" });
    definitions.insert(
        "Identity".to_owned(),
        json!({
            "type": "object",
            "properties": {
                "family": { "type": "string" },
                "address": address,
                "dex": { "type": "string" },
                "tokens": { "type": "array", "items": address, "minItems": 2, "maxItems": 8, "description": "Addresses by their index in the pool." },
                "token0": address,
                "token1": address,
            },
            "required": ["family"],
        }),
    );
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "State of a pool",
        "description": "Integers are decimal strings, or JSON integers where those hold them.",
        "anyOf": forms,
        "$defs": definitions,
    });
    widen_integers(&mut whole);
    println!("{}", serde_json::to_string_pretty(&whole).expect("a schema is JSON"));
}

/// Gives a property another name.
fn rename(schema: &mut Value, from: &str, to: &str) {
    if let Some(properties) = schema["properties"].as_object_mut() {
        if let Some(property) = properties.remove(from) {
            properties.insert(to.to_owned(), property);
        }
    }
    for name in schema["required"].as_array_mut().into_iter().flatten().filter(|name| *name == from) {
        *name = Value::from(to);
    }
}

/// Every integer may be a decimal string: bounds and formats of Rust's types say nothing of that.
fn widen_integers(value: &mut Value) {
    match value {
        Value::Object(of) => {
            let names: Vec<Value> = match of.get("type") {
                Some(Value::String(name)) => vec![Value::from(name.as_str())],
                Some(Value::Array(names)) => names.clone(),
                _ => Vec::new(),
            };
            if names.iter().any(|name| name == "integer") {
                let wider: Vec<Value> = [Value::from("string")].into_iter().chain(names).collect();
                of.insert("type".to_owned(), Value::from(wider));
                of.insert("pattern".to_owned(), Value::from("^-?[0-9]+$"));
                for field in ["format", "minimum", "maximum"] {
                    of.remove(field);
                }
            }
            of.values_mut().for_each(widen_integers);
        }
        Value::Array(of) => of.iter_mut().for_each(widen_integers),
        _ => {}
    }
}
