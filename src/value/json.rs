//! JSON text out of values. Reading is in `json_read`.
//!
//! Maps and lists of any origin serialise compactly, dates as quoted text in the application's
//! format, files by name.

use super::collection::Contents;
use super::map::Pairs;
use super::settings::Settings;
use super::{Value, convert, nesting};
use crate::fault::Fault;

/// Appends the JSON form of a value.
pub fn write(value: &Value, settings: &Settings, out: &mut String) -> Result<(), Fault> {
    write_nested(value, settings, out, 0)
}

pub fn write_nested(value: &Value, settings: &Settings, out: &mut String, depth: usize) -> Result<(), Fault> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Wide(_) => {
            convert::write_text(value, settings, out)?;
        }
        Value::Float(x) if x.is_finite() => convert::write_text(value, settings, out)?,
        Value::Float(_) => out.push_str("null"),
        Value::Text(text) => write_quoted(text, out),
        Value::List(list) => write_list(&list.borrow(), settings, out, depth)?,
        Value::Map(map) => match map.became_list() {
            Some(list) => write_list(&list.borrow(), settings, out, depth)?,
            None => map.with(|pairs| write_pairs(pairs, settings, out, depth))?,
        },
        Value::Collection(collection) => match &*collection.borrow() {
            Contents::Undecided => out.push_str("[]"),
            Contents::Indexed(items) => write_list(items, settings, out, depth)?,
            Contents::Keyed(pairs) => write_pairs(pairs, settings, out, depth)?,
        },
        Value::Date(_) | Value::Time(_) | Value::File(_) | Value::Error(_) => {
            let mut text = String::new();
            convert::write_text(value, settings, &mut text)?;
            write_quoted(&text, out);
        }
    }
    Ok(())
}

pub fn write_list(items: &[Value], settings: &Settings, out: &mut String, depth: usize) -> Result<(), Fault> {
    nesting::check(depth)?;
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_nested(item, settings, out, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

pub fn write_pairs(pairs: &Pairs, settings: &Settings, out: &mut String, depth: usize) -> Result<(), Fault> {
    nesting::check(depth)?;
    out.push('{');
    for (index, (key, value)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_quoted(key, out);
        out.push(':');
        write_nested(value, settings, out, depth + 1)?;
    }
    out.push('}');
    Ok(())
}

/// Appends a JSON string literal; runs without anything to escape are copied whole.
pub fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            control => out.push_str(&format!("\\u{control:04x}")),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}
