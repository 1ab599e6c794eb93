//! Entries of a block, asked for by key.

use super::EntryValue;
use crate::fault::Fault;
use crate::tasks::kind::ParamKind;
use crate::value::{Settings, Value, convert};

/// The entries as written; where a key stands twice, the last one counts.
pub struct Entries<'a>(pub &'a [(String, EntryValue)]);

impl<'a> Entries<'a> {
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    pub fn entry(&self, key: &str) -> Option<&'a EntryValue> {
        self.0.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The value of a key; a bare word is a text, several values are a list. Null where there is none.
    pub fn value(&self, key: &str) -> Value {
        match self.entry(key) {
            None => Value::Null,
            Some(EntryValue::Value(value)) => value.clone(),
            Some(EntryValue::Word(word)) => Value::text(word),
            Some(EntryValue::Values(values)) => match values.as_slice() {
                [single] => single.clone(),
                _ => Value::List(values.iter().cloned().collect()),
            },
            Some(EntryValue::Attachments(files)) => Value::List(files.iter().map(|(_, value)| value.clone()).collect()),
        }
    }

    /// The text form of a key's value; none where it is missing, null or empty.
    pub fn text(&self, key: &str, settings: &Settings) -> Result<Option<String>, Fault> {
        match self.value(key) {
            Value::Null => Ok(None),
            value => {
                let text = convert::to_text(&value, settings)?;
                Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
            }
        }
    }

    /// Whether a key says `true`; false where it is missing.
    pub fn flag(&self, key: &str, settings: &Settings) -> Result<bool, Fault> {
        let value = self.value(key);
        match ParamKind::Bool.take(&value, settings) {
            Some(Value::Bool(flag)) => Ok(flag),
            _ if value.is_null() => Ok(false),
            _ => Err(Fault::value(format!("`{key}` expects true or false, found {}", value.kind().name()))),
        }
    }
}
