//! Built-ins on any value: null tests, conversions.

use crate::value::Value;

builtins! { COMMON on Any {
    /// Whether there is no value: null, or the empty text.
    ///
    /// ```dg
    /// info isNull("");   // => true
    /// info isNull(" ");  // => false
    /// ```
    "isNull" => fn is_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}}
