//! Records of version 1 of Zoho's APIs: `<FL val="label">value</FL>` out, `{"FL": [{"val", "content"}]}` in.

use crate::fault::Fault;
use crate::value::{List, Map, Settings, Text, Value, convert};

/// The pairs of a map as `FL` elements.
pub fn write(value: &Value, settings: &Settings) -> Result<String, Fault> {
    let Value::Map(map) = value else { return Ok(String::new()) };
    let mut out = String::new();
    for (label, value) in map.snapshot().iter().filter(|(label, _)| !label.is_empty()) {
        out.push_str("<FL val=\"");
        escape(label, &mut out);
        out.push_str("\">");
        escape(&convert::to_text(value, settings)?, &mut out);
        out.push_str("</FL>");
    }
    Ok(out)
}

/// Appends text as XML.
pub fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(letter),
        }
    }
}

/// The records in a reply of version 1; none where it holds no rows.
pub fn read(body: &Value) -> Option<Value> {
    let result = get(&get(body, "response")?, "result")?;
    let Value::Map(modules) = &result else { return None };
    let row = modules
        .snapshot()
        .iter()
        .find_map(|(_, module)| get(module, "row").or_else(|| get(module, "FL").map(|_| module.clone())))?;
    match row.as_list() {
        Some(rows) => Some(Value::List(List::from_json(rows.borrow().iter().map(record).collect()))),
        None => Some(record(&row)),
    }
}

fn get(value: &Value, key: &str) -> Option<Value> {
    match value {
        Value::Map(map) => map.get_str(key),
        _ => None,
    }
}

/// One row as a map from label to value.
fn record(row: &Value) -> Value {
    let fields = get(row, "FL").unwrap_or(Value::Null);
    let fields = fields.as_list().map_or_else(|| vec![fields.clone()], |list| list.borrow().to_vec());
    let pairs = fields.iter().filter_map(|field| {
        let label = get(field, "val")?;
        Some((Text::new(label.as_text()?), get(field, "content").unwrap_or(Value::Null)))
    });
    Value::Map(pairs.collect::<Map>())
}
