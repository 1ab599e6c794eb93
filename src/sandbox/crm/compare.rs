//! How values are ordered and matched: by the kind of their field, texts without regard to case.

use super::super::world::World;
use super::module::{Field, Kind, Module};
use super::render;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use std::cmp::Ordering;

/// A value that can be compared with others of its field.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// No value; before all others.
    Empty,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A day.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
    /// A text, in lower case.
    Text(String),
}

impl Key {
    fn rank(&self) -> u8 {
        match self {
            Key::Empty => 0,
            Key::Bool(_) => 1,
            Key::Number(_) => 2,
            Key::Day(_) => 3,
            Key::Moment(_) => 4,
            Key::Text(_) => 5,
        }
    }

    /// Which of two comes first; keys of different kinds keep apart.
    pub fn order(&self, other: &Key) -> Ordering {
        match (self, other) {
            (Key::Bool(a), Key::Bool(b)) => a.cmp(b),
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Day(a), Key::Day(b)) => a.cmp(b),
            (Key::Moment(a), Key::Moment(b)) => a.cmp(b),
            (Key::Text(a), Key::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// The key of a text that a caller compares a field with; nothing where it cannot be one.
pub fn key_of_text(kind: Kind, text: &str) -> Option<Key> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("null") || text == "${EMPTY}" {
        return Some(Key::Empty);
    }
    match kind {
        Kind::Integer | Kind::Double | Kind::Percent | Kind::Currency | Kind::Formula => {
            text.parse().ok().map(Key::Number)
        }
        Kind::Boolean => text.to_ascii_lowercase().parse().ok().map(Key::Bool),
        Kind::Date => text.parse().ok().map(Key::Day),
        Kind::Datetime => text.parse().ok().map(Key::Moment),
        Kind::Text | Kind::Textarea | Kind::Email | Kind::Phone | Kind::Website => Some(text_key(text)),
        Kind::Picklist | Kind::Multiselectpicklist | Kind::Bigint | Kind::Autonumber => Some(text_key(text)),
        Kind::Lookup | Kind::Ownerlookup | Kind::Userlookup | Kind::Subform => Some(text_key(text)),
        Kind::Multiselectlookup | Kind::Multiuserlookup | Kind::Fileupload | Kind::Imageupload => Some(text_key(text)),
    }
}

fn text_key(text: &str) -> Key {
    Key::Text(text.to_lowercase())
}

/// The keys of what a record holds in a field: one, or several where it holds several.
pub fn keys(world: &World, field: &Field, record: &Value) -> Vec<Key> {
    let stored = record.get(&field.name).unwrap_or(&Value::Null);
    match field.kind {
        Kind::Multiselectpicklist => match stored.as_array() {
            Some(items) if !items.is_empty() => items.iter().filter_map(Value::as_str).map(text_key).collect(),
            Some(_) | None => vec![Key::Empty],
        },
        Kind::Multiselectlookup | Kind::Multiuserlookup => {
            let ids = stored.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str());
            let found: Vec<Key> = ids.map(text_key).collect();
            if found.is_empty() { vec![Key::Empty] } else { found }
        }
        Kind::Lookup => {
            let id = stored["id"].as_str().unwrap_or("");
            match render::target(world, field, record, id) {
                Some((module, found)) => vec![text_key(id), plain(field.kind, &render::title(module, found))],
                None => vec![Key::Empty],
            }
        }
        Kind::Ownerlookup | Kind::Userlookup => {
            let shown = render::user(world, stored, true);
            let parts = ["id", "name", "email"].map(|part| shown[part].as_str().map(text_key));
            let known: Vec<Key> = parts.into_iter().flatten().collect();
            if known.is_empty() { vec![Key::Empty] } else { known }
        }
        kind => vec![plain(kind, stored)],
    }
}

fn plain(kind: Kind, stored: &Value) -> Key {
    match stored {
        Value::Null if kind == Kind::Boolean => Key::Bool(false),
        Value::Null => Key::Empty,
        Value::Bool(value) => Key::Bool(*value),
        Value::Number(number) => number.as_f64().map_or(Key::Empty, Key::Number),
        Value::String(text) => key_of_text(kind, text).unwrap_or(Key::Empty),
        Value::Array(_) | Value::Object(_) => Key::Empty,
    }
}

/// The key by which a record is put into order.
pub fn sort_key(world: &World, module: &Module, record: &Value, by: &str) -> Key {
    let Some(field) = module.field(by) else {
        return Key::Text(record["id"].as_str().unwrap_or("").to_owned());
    };
    match field.kind {
        // People read names, so a list sorted by a lookup follows the names.
        Kind::Lookup | Kind::Ownerlookup | Kind::Userlookup => {
            keys(world, field, record).into_iter().nth(1).unwrap_or(Key::Empty)
        }
        _ => keys(world, field, record).into_iter().next().unwrap_or(Key::Empty),
    }
}

/// Puts records into the order of a field; equal ones into that of their ids.
pub fn sort(world: &World, module: &Module, records: &mut Vec<&Value>, by: &str, descending: bool) {
    let mut keyed: Vec<(Key, &str, &Value)> = records
        .iter()
        .map(|record| (sort_key(world, module, record, by), record["id"].as_str().unwrap_or(""), *record))
        .collect();
    keyed.sort_by(|a, b| {
        let order = a.0.order(&b.0).then_with(|| a.1.cmp(b.1));
        if descending { order.reverse() } else { order }
    });
    *records = keyed.into_iter().map(|(_, _, record)| record).collect();
}
