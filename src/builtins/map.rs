//! Built-ins on MAP (KEY-VALUE).

use super::receiver;
use super::{Changed, Cx};
use crate::fault::Fault;
use crate::value::{Map, Text, Value, compare, convert};
use std::borrow::Cow;

builtins! { MAP on Map {
    /// Sets the value of a key; a key that exists keeps its place.
    ///
    /// Keys of any type are told apart by their text: `1` and `"1"` are one key.
    ///
    /// ```dg
    /// products = Map();
    /// products.put("Creator", 4);
    /// products.put("CRM", 3);
    /// products.put("Creator", 5);
    /// info products;  // => {"Creator":5,"CRM":3}
    /// ```
    "put" => fn put[cx](map: &Value, key: &Value, value: &Value) -> Result<(), Fault> {
        let map = receiver::map(map, cx)?;
        match key {
            Value::Text(text) => map.put(text.clone(), value.clone()),
            _ => map.put_odd(key.clone(), convert::to_text(key, cx.settings)?, value.clone()),
        }
        Ok(())
    }

    /// Sets all pairs of another map; its values win, new keys follow in its order.
    ///
    /// ```dg
    /// cities = {"Anchorage":"99501", "Phoenix":"85001"};
    /// cities.putAll({"Phoenix":"85002", "Austin":"73301"});
    /// info cities;  // => {"Anchorage":"99501","Phoenix":"85002","Austin":"73301"}
    /// ```
    "putAll" => fn put_all[cx](map: &Value, other: Map) -> Result<(), Fault> {
        let map = receiver::map(map, cx)?;
        let keys = other.keys();
        for (key, (text, value)) in keys.into_iter().zip(other.snapshot().iter()) {
            match key {
                Value::Text(_) => map.put(text.clone(), value.clone()),
                odd => map.put_odd(odd, text.clone(), value.clone()),
            }
        }
        Ok(())
    }

    /// The value of a key, or null; case counts.
    ///
    /// ```dg
    /// product = {"Product":"Creator", "Company":"Zoho"};
    /// info product.get("Product");  // => Creator
    /// info product.get("product");  // => null
    /// ```
    "get" => fn get[cx](map: &Value, key: &Value) -> Result<Value, Fault> {
        Ok(receiver::map(map, cx)?.get(&*key_text(key, cx)?).unwrap_or(Value::Null))
    }

    /// Whether the map has a key; case counts.
    ///
    /// ```dg
    /// product = {"Product":"Creator"};
    /// info product.containKey("Product");  // => true
    /// info product.containKey("product");  // => false
    /// ```
    "containKey" | "containsKey" => fn contain_key[cx](map: &Value, key: &Value) -> Result<bool, Fault> {
        Ok(receiver::map(map, cx)?.contains(&*key_text(key, cx)?))
    }

    /// Whether a key of the map has a value; type and case count.
    ///
    /// ```dg
    /// product = {"Product":"Creator"};
    /// info product.containValue("Creator");  // => true
    /// info product.containValue("creator");  // => false
    /// ```
    "containValue" | "containsValue" => fn contain_value(map: Map, value: &Value) -> Result<bool, Fault> {
        map.with(|pairs| {
            for (_, held) in pairs.iter() {
                if compare::strictly_equal(held, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Whether the map lacks a key; case counts.
    ///
    /// ```dg
    /// info {"product":"Creator"}.notContains("price");  // => true
    /// ```
    "notContains" => fn not_contains[cx](map: &Value, key: &Value) -> Result<bool, Fault> {
        Ok(!receiver::map(map, cx)?.contains(&*key_text(key, cx)?))
    }

    /// The keys in the order in which they were put, as a list.
    ///
    /// ```dg
    /// info {"Product":"Creator", 1:"Number"}.keys();  // => Product,1
    /// ```
    "keys" => fn keys(map: Map) -> Vec<Value> {
        map.keys()
    }

    /// Removes a key with its value and gives the map; nothing happens when the key is missing.
    ///
    /// ```dg
    /// details = {"Company":"Zoho", "Version":5};
    /// details.remove("Version");
    /// info details;  // => {"Company":"Zoho"}
    /// ```
    "remove" => fn remove[cx](map: &Value, key: &Value) -> Result<Changed<Map>, Fault> {
        let map = receiver::map(map, cx)?;
        map.remove(&*key_text(key, cx)?);
        Ok(Changed(map.clone()))
    }

    /// The number of pairs.
    ///
    /// ```dg
    /// info {"Product":"Creator", "Version":5}.size();  // => 2
    /// ```
    "size" => fn size(map: Map) -> i64 {
        map.len() as i64
    }

    /// Whether the map has no pairs.
    ///
    /// ```dg
    /// info Map().isEmpty();  // => true
    /// ```
    "isEmpty" => fn is_empty(map: Map) -> bool {
        map.is_empty()
    }

    /// Removes all pairs.
    ///
    /// ```dg
    /// details = {"Company":"Zoho"};
    /// details.clear();
    /// info details;  // => {}
    /// ```
    "clear" => fn clear[cx](map: &Value) -> Result<(), Fault> {
        receiver::map(map, cx)?.clear();
        Ok(())
    }
}}

/// The text by which a map knows a key.
#[inline]
fn key_text<'a>(key: &'a Value, cx: &Cx<'_>) -> Result<Cow<'a, Text>, Fault> {
    match key {
        Value::Text(text) => Ok(Cow::Borrowed(text)),
        _ => convert::to_text(key, cx.settings).map(Cow::Owned),
    }
}
