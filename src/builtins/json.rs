//! Built-ins between JSON text and values.

use super::{Cx, receiver};
use crate::fault::{Fault, FaultKind};
use crate::value::collection::{Collection, Contents};
use crate::value::{List, Map, Value, convert, json_read};

/// `toMap` takes a text below this size (`deluge/help/functions/string/tomap`).
const TO_MAP: usize = 5 * 1024 * 1024;

builtins! { JSON on Text {
    /// The map in a text that holds a JSON object; keys and values may stand without quotes or in single ones.
    ///
    /// The text has less than 5 MB. Anything else fails.
    ///
    /// ```dg
    /// product = "{company:Zoho, \"versions\":[1,2]}".toMap();
    /// info product.get("company");   // => Zoho
    /// info product.get("versions");  // => [1,2]
    /// ```
    "toMap" => fn to_map[cx](text: &Value) -> Result<Map, Fault> {
        let Value::Text(text) = text else { return Err(receiver::no_map(text, cx)) };
        if text.len() >= TO_MAP {
            let found = text.len();
            return Err(Fault::value(format!("`toMap` takes a text of less than 5 MB, found {found} bytes")));
        }
        object(text)
    }

    /// The list in a text that holds a JSON array.
    ///
    /// ```dg
    /// info "[343,443,577]".toJSONList();  // => 343,443,577
    /// ```
    "toJSONList" => fn to_json_list(text: &str) -> Result<List, Fault> {
        match json_read::read(text)? {
            Value::List(list) => {
                list.forget_origin();
                Ok(list)
            }
            _ => Err(FaultKind::Json.into()),
        }
    }

    /// The value of a key in a text that holds a JSON object, or null.
    ///
    /// ```dg
    /// reply = "{\"response\":{\"id\":\"EMP-001\"}}";
    /// info reply.getJSON("response").getJSON("id");  // => EMP-001
    /// info reply.getJSON("error");                   // => null
    /// ```
    "getJSON" => fn get_json[cx](text: &str, key: &Value) -> Result<Value, Fault> {
        value_of(&object(text)?, key, cx)
    }

    /// The collection in a text: elements from `{a, b}` or `[a, b]`, pairs from `{a:1, b:2}`.
    ///
    /// ```dg
    /// info "{company:Zoho, product:Deluge}".toCollection().get("product");  // => Deluge
    /// info "{company, Zoho}".toCollection().size();                         // => 2
    /// ```
    "toCollection" => fn to_collection(text: &str) -> Result<Collection, Fault> {
        let contents = match json_read::read(text) {
            Ok(Value::Map(map)) => Contents::Keyed(map.snapshot()),
            Ok(Value::List(list)) => Contents::Indexed(list.borrow().to_vec()),
            Ok(_) | Err(_) => Contents::Indexed(json_read::read_elements(text)?),
        };
        Ok(Collection::new(contents))
    }
}}

builtins! { JSON_IN_MAP on Map {
    /// A map: the map itself.
    ///
    /// ```dg
    /// info {"a":1}.toMap();  // => {"a":1}
    /// ```
    "toMap" => fn same_map(map: Map) -> Map {
        map
    }

    /// The value of a key, or null.
    ///
    /// ```dg
    /// info {"a":{"b":1}}.getJSON("a").getJSON("b");  // => 1
    /// info {"a":1}.getJSON("zz");                    // => null
    /// ```
    "getJSON" => fn get_in_map[cx](map: Map, key: &Value) -> Result<Value, Fault> {
        value_of(&map, key, cx)
    }

    /// A key-value collection of the pairs.
    ///
    /// ```dg
    /// info {"a":1, "b":2}.toCollection().values();  // => 1,2
    /// ```
    "toCollection" => fn pairs_collected(map: Map) -> Collection {
        Collection::new(Contents::Keyed(map.snapshot()))
    }
}}

builtins! { JSON_IN_LIST on List {
    /// The list as one that the script made: it prints its elements joined by commas, not as JSON.
    ///
    /// ```dg
    /// rows = "{\"rows\":[1,2]}".toMap().get("rows");
    /// info rows;               // => [1,2]
    /// info rows.toJSONList();  // => 1,2
    /// ```
    "toJSONList" => fn native_list(list: List) -> List {
        // A copy where the print changes, so that the receiver keeps its own.
        if list.is_from_json() { List::from_vec(list.borrow().to_vec()) } else { list }
    }

    /// An index-value collection of the elements.
    ///
    /// ```dg
    /// info {"a", "b"}.toCollection().containsValue("b");  // => true
    /// ```
    "toCollection" => fn elements_collected(list: List) -> Collection {
        Collection::new(Contents::Indexed(list.borrow().to_vec()))
    }
}}

/// The map in a JSON text.
pub fn object(text: &str) -> Result<Map, Fault> {
    match json_read::read(text)? {
        Value::Map(map) => Ok(map),
        _ => Err(FaultKind::Json.into()),
    }
}

fn value_of(map: &Map, key: &Value, cx: &Cx<'_>) -> Result<Value, Fault> {
    Ok(map.get(&convert::to_text(key, cx.settings)?).unwrap_or(Value::Null))
}
