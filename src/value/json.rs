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
        nesting::check_size(out.len())?;
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
        nesting::check_size(out.len())?;
    }
    out.push('}');
    Ok(())
}

/// Appends a JSON string literal; runs without anything to escape are copied whole.
pub fn write_quoted(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some(at) = first_escaped(rest.as_bytes()) {
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

/// The first byte that a JSON string must escape: eight bytes are looked at in one step.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..at + 8).and_then(|chunk| <[u8; 8]>::try_from(chunk).ok()) {
        let word = u64::from_le_bytes(chunk);
        let quotes = has_zero(word ^ (ONES * b'"' as u64)) | has_zero(word ^ (ONES * b'\\' as u64));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let hits = quotes | controls;
        if hits != 0 {
            // The lowest hit is exact; only higher ones can be false.
            return Some(at + hits.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = &bytes[at..];
    rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\').map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_wherever_they_need_it() {
        for before in 0..18 {
            for (raw, escaped) in
                [("\"", "\\\""), ("\\", "\\\\"), ("\u{1}", "\\u0001"), ("\n", "\\n"), ("é€", "é€"), (" ", " ")]
            {
                let mut out = String::new();
                let (head, tail) = ("é".repeat(before / 2) + &"x".repeat(before), "tail of some length");
                write_quoted(&format!("{head}{raw}{tail}"), &mut out);
                assert_eq!(out, format!("\"{head}{escaped}{tail}\""));
            }
        }
    }
}
