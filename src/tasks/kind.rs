//! The kinds that parameters of tasks declare, and what each takes from a script.

use crate::value::collection::Contents;
use crate::value::{File, List, Map, Settings, Value, convert, json_read};

/// What a parameter takes. A parameter may name several: `search: map|text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    Text,
    /// A record's id: a number, or text as JSON brings it.
    Id,
    Number,
    Bool,
    Map,
    List,
    File,
    Any,
}

impl ParamKind {
    const WORDS: [(&'static str, ParamKind); 8] = [
        ("text", ParamKind::Text),
        ("id", ParamKind::Id),
        ("number", ParamKind::Number),
        ("bool", ParamKind::Bool),
        ("map", ParamKind::Map),
        ("list", ParamKind::List),
        ("file", ParamKind::File),
        ("any", ParamKind::Any),
    ];

    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }

    /// The word that rows and signatures use.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("any", |(word, _)| word)
    }

    /// The word that messages use for the kind.
    pub fn message_name(self) -> &'static str {
        match self {
            ParamKind::Text => "TEXT",
            ParamKind::Id | ParamKind::Number => "NUMBER",
            ParamKind::Bool => "BOOLEAN",
            ParamKind::Map => "MAP",
            ParamKind::List => "LIST",
            ParamKind::File => "FILE",
            ParamKind::Any => "ANY",
        }
    }

    /// The value as this kind; none when it cannot be one.
    pub fn take(self, value: &Value, settings: &Settings) -> Option<Value> {
        match self {
            ParamKind::Any => Some(value.clone()),
            ParamKind::Text => plain_text(value, settings),
            ParamKind::Id => id(value, settings),
            ParamKind::Number => convert::to_number(value).map(Value::from),
            ParamKind::Bool => boolean(value),
            ParamKind::Map => map(value).map(Value::Map),
            ParamKind::List => list(value).map(Value::List),
            ParamKind::File => file(value).map(Value::File),
        }
    }
}

fn plain_text(value: &Value, settings: &Settings) -> Option<Value> {
    match value {
        Value::Text(_) => Some(value.clone()),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Collection(_) | Value::File(_) | Value::Error(_) => None,
        Value::Bool(_)
        | Value::Int(_)
        | Value::Decimal(_)
        | Value::Wide(_)
        | Value::Float(_)
        | Value::Date(_)
        | Value::Time(_) => convert::to_text(value, settings).ok().map(Value::Text),
    }
}

fn id(value: &Value, settings: &Settings) -> Option<Value> {
    match plain_text(value, settings)? {
        Value::Text(text) => (!text.trim().is_empty()).then(|| Value::text(text.trim())),
        _ => None,
    }
}

fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        _ => match value.as_text()?.to_ascii_lowercase().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
    }
}

/// A map, a keyed collection, or the JSON text of a map.
pub fn map(value: &Value) -> Option<Map> {
    match value {
        Value::Map(map) => map.became_list().is_none().then(|| map.clone()),
        Value::Collection(collection) => match &*collection.borrow() {
            Contents::Undecided => Some(Map::new()),
            Contents::Keyed(pairs) => Some(Map::from_pairs(pairs.clone())),
            Contents::Indexed(_) => None,
        },
        Value::Text(text) if text.trim_start().starts_with('{') => match json_read::read(text) {
            Ok(Value::Map(map)) => Some(map),
            _ => None,
        },
        _ => None,
    }
}

/// A list, an indexed collection, the JSON text of a list, or `{}`.
pub fn list(value: &Value) -> Option<List> {
    match value {
        Value::Map(map) if map.is_empty() => Some(map.became_list().cloned().unwrap_or_default()),
        Value::Text(text) if text.trim_start().starts_with('[') => match json_read::read(text) {
            Ok(Value::List(list)) => Some(list),
            _ => None,
        },
        Value::Text(_) => None,
        Value::Collection(collection) => match &*collection.borrow() {
            Contents::Keyed(_) => None,
            Contents::Undecided | Contents::Indexed(_) => convert::to_list(value),
        },
        _ => convert::to_list(value),
    }
}

fn file(value: &Value) -> Option<File> {
    match value {
        Value::File(file) => Some(file.clone()),
        _ => None,
    }
}
