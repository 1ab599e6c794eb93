//! The sandbox's whole state: JSON documents by kind and id, in memory, with a list of what changed.
//!
//! Everything that must survive a restart is a document here: records, tokens, tags, attachments.
//! `store` writes the changes to SQLite; `control` exports and imports the lot.

use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// One document that was written or removed.
#[derive(Debug, Clone)]
pub struct Change {
    /// The kind, such as `records/Leads`.
    pub kind: String,
    /// The id within the kind.
    pub id: String,
    /// The document, or nothing where it was removed.
    pub body: Option<String>,
}

/// All documents.
#[derive(Default)]
pub struct Docs {
    kinds: HashMap<String, IndexMap<String, Value>>,
    changes: Option<Vec<Change>>,
}

impl Docs {
    /// From now on, keeps a list of changes for [`Docs::take_changes`].
    pub fn record_changes(&mut self) {
        self.changes = Some(Vec::new());
    }

    /// What changed since the last time.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.changes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// One document.
    pub fn get(&self, kind: &str, id: &str) -> Option<&Value> {
        self.kinds.get(kind)?.get(id)
    }

    /// One document, read into a type.
    pub fn read<T: DeserializeOwned>(&self, kind: &str, id: &str) -> Option<T> {
        T::deserialize(self.get(kind, id)?).ok()
    }

    /// All documents of a kind, in the order in which they came.
    pub fn all<'a>(&'a self, kind: &str) -> impl DoubleEndedIterator<Item = (&'a str, &'a Value)> + use<'a> {
        self.kinds.get(kind).into_iter().flatten().map(|(id, body)| (id.as_str(), body))
    }

    /// All documents of a kind, read into a type.
    pub fn read_all<T: DeserializeOwned>(&self, kind: &str) -> Vec<(String, T)> {
        self.all(kind).filter_map(|(id, body)| Some((id.to_owned(), T::deserialize(body).ok()?))).collect()
    }

    /// Writes a document.
    pub fn put(&mut self, kind: &str, id: &str, body: Value) {
        if let Some(changes) = &mut self.changes {
            changes.push(Change { kind: kind.to_owned(), id: id.to_owned(), body: Some(body.to_string()) });
        }
        match self.kinds.get_mut(kind) {
            Some(documents) => documents.insert(id.to_owned(), body),
            None => self.kinds.entry(kind.to_owned()).or_default().insert(id.to_owned(), body),
        };
    }

    /// Writes a document from a type.
    pub fn write<T: Serialize>(&mut self, kind: &str, id: &str, body: &T) {
        self.put(kind, id, serde_json::to_value(body).unwrap_or(Value::Null));
    }

    /// Removes a document and hands it back.
    pub fn remove(&mut self, kind: &str, id: &str) -> Option<Value> {
        let gone = self.kinds.get_mut(kind)?.shift_remove(id)?;
        if let Some(changes) = &mut self.changes {
            changes.push(Change { kind: kind.to_owned(), id: id.to_owned(), body: None });
        }
        Some(gone)
    }

    /// Removes every document for which `gone` says so.
    pub fn remove_where(&mut self, kind: &str, gone: impl Fn(&Value) -> bool) {
        let ids: Vec<String> = self.all(kind).filter(|(_, body)| gone(body)).map(|(id, _)| id.to_owned()).collect();
        for id in ids {
            self.remove(kind, &id);
        }
    }

    /// Everything, as one JSON object of kinds.
    pub fn export(&self) -> Value {
        let mut names: Vec<&String> = self.kinds.keys().collect();
        names.sort();
        let kinds = names.into_iter().map(|name| {
            let documents: Map<String, Value> =
                self.all(name).map(|(id, body)| (id.to_owned(), body.clone())).collect();
            (name.clone(), Value::Object(documents))
        });
        Value::Object(kinds.collect())
    }

    /// Makes the state be exactly this: an object of kinds, each an object of documents.
    pub fn import(&mut self, state: &Map<String, Value>) {
        let old: Vec<(String, String)> =
            self.kinds.iter().flat_map(|(kind, docs)| docs.keys().map(move |id| (kind.clone(), id.clone()))).collect();
        for (kind, id) in old {
            self.remove(&kind, &id);
        }
        for (kind, documents) in state {
            for (id, body) in documents.as_object().into_iter().flatten() {
                self.put(kind, id, body.clone());
            }
        }
    }
}
