//! JSON text into values, in one pass.

use super::map::Pairs;
use super::text::Text;
use super::{List, Map, Number, Value};
use crate::fault::{Fault, FaultKind};

/// Reads a JSON text the way `toMap` does. Lists and maps inside are marked as born from JSON.
///
/// # Errors
/// [`FaultKind::Json`] when the text is no JSON.
pub fn read(text: &str) -> Result<Value, Fault> {
    let parsed: serde_json::Value = serde_json::from_str(text).map_err(|_| Fault::new(FaultKind::Json))?;
    Ok(from_serde(parsed))
}

fn from_serde(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(b) => Value::Bool(b),
        serde_json::Value::Number(n) => Number::parse(&n.to_string()).map_or(Value::Null, Value::from),
        serde_json::Value::String(s) => Value::Text(s.into()),
        serde_json::Value::Array(items) => Value::List(List::from_json(items.into_iter().map(from_serde).collect())),
        serde_json::Value::Object(pairs) => {
            let pairs: Pairs = pairs.into_iter().map(|(key, value)| (Text::from(key), from_serde(value))).collect();
            Value::Map(Map::from_pairs(pairs))
        }
    }
}
