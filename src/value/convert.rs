//! How values become text, and how other values are read as numbers, texts, lists and maps.
//!
//! The text form is what `info`, `+` and `toString` show (`deluge/help/debug/info`, and section
//! by section the data-type pages): a list made by the script is its elements joined by commas,
//! a list that came out of JSON is JSON, a map is compact JSON.

use super::collection::Contents;
use super::date::DateTime;
use super::list::List;
use super::settings::Settings;
use super::text::Text;
use super::{Number, Value, date_format, json, nesting};
use crate::fault::Fault;

/// The text form of a value.
pub fn to_text(value: &Value, settings: &Settings) -> Result<Text, Fault> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Int(n) => Ok(Text::new(itoa::Buffer::new().format(*n))),
        _ => {
            let mut out = String::new();
            write_text(value, settings, &mut out)?;
            Ok(Text::from(out))
        }
    }
}

/// Appends the text form of a value.
pub fn write_text(value: &Value, settings: &Settings, out: &mut String) -> Result<(), Fault> {
    write_nested(value, settings, out, 0)?;
    nesting::check_size(out.len())
}

fn write_nested(value: &Value, settings: &Settings, out: &mut String, depth: usize) -> Result<(), Fault> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(n) => out.push_str(itoa::Buffer::new().format(*n)),
        Value::Text(text) => out.push_str(text),
        Value::Decimal(_) | Value::Wide(_) | Value::Float(_) => {
            if let Some(number) = value.number() {
                number.write(out);
            }
        }
        Value::Date(date) => write_date(*date, settings, out),
        Value::Time(time) => out.push_str(&time.to_string()),
        Value::List(list) => write_list(list, settings, out, depth)?,
        Value::Map(map) => match map.became_list() {
            Some(list) => write_list(list, settings, out, depth)?,
            None => json::write(value, settings, out)?,
        },
        Value::Collection(collection) => match &*collection.borrow() {
            Contents::Undecided => {}
            Contents::Indexed(items) => write_joined(items, settings, out, depth)?,
            Contents::Keyed(pairs) => json::write_pairs(pairs, settings, out, depth)?,
        },
        Value::File(file) => out.push_str(&file.borrow().name),
        Value::Error(caught) => {
            out.push_str("Error at line : ");
            out.push_str(itoa::Buffer::new().format(caught.line));
            out.push_str(", ");
            out.push_str(&caught.message);
        }
    }
    Ok(())
}

fn write_list(list: &List, settings: &Settings, out: &mut String, depth: usize) -> Result<(), Fault> {
    match list.is_from_json() {
        true => json::write_list(&list.borrow(), settings, out, depth),
        false => write_joined(&list.borrow(), settings, out, depth),
    }
}

/// Elements joined by commas; containers among them as JSON, dates as Java prints them.
fn write_joined(items: &[Value], settings: &Settings, out: &mut String, depth: usize) -> Result<(), Fault> {
    nesting::check(depth)?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        match item {
            // The only documented print of dates in a list is Java's own (`functions/datetime/work-days-list`).
            Value::Date(date) => {
                date_format::write(*date, "EEE MMM dd HH:mm:ss zzz yyyy", &settings.zone, out);
            }
            Value::List(_) | Value::Map(_) | Value::Collection(_) => {
                json::write_nested(item, settings, out, depth + 1)?
            }
            _ => write_nested(item, settings, out, depth + 1)?,
        }
        nesting::check_size(out.len())?;
    }
    Ok(())
}

/// Appends a date in the application's format.
pub fn write_date(date: DateTime, settings: &Settings, out: &mut String) {
    let pattern = if date.is_date_only() { &settings.date_format } else { &settings.datetime_format };
    date_format::write(date, pattern, &settings.zone, out);
}

/// The number that a value is or that a text spells; none otherwise.
pub fn to_number(value: &Value) -> Option<Number> {
    match value {
        Value::Text(text) => Number::parse(text.trim()),
        _ => value.number(),
    }
}

/// Comma-separated text as a list; empty pieces are kept, `""` is one empty piece.
pub fn split_commas(text: &str) -> List {
    text.split(',').map(Value::text).collect()
}

/// A value where a list is expected: a list, an indexed collection's elements, or comma-separated text.
pub fn to_list(value: &Value) -> Option<List> {
    match value {
        Value::List(list) => Some(list.clone()),
        Value::Map(map) => map.became_list().cloned(),
        Value::Text(text) => Some(split_commas(text)),
        Value::Collection(collection) => match &*collection.borrow() {
            Contents::Undecided => Some(List::new()),
            Contents::Indexed(items) => Some(List::from_vec(items.clone())),
            Contents::Keyed(pairs) => Some(pairs.iter().map(|(_, value)| value.clone()).collect()),
        },
        _ => None,
    }
}
