//! Everything that a Deluge expression can evaluate to.
//!
//! A [`Value`] is 16 bytes: numbers, dates and short texts in place, the rest behind a shared
//! pointer. Lists and maps are shared by reference, as in the Java engine that Deluge runs on:
//! `b = a` makes two names for one list. Values stay on the thread that made them.

pub mod collection;
pub mod compare;
pub mod convert;
pub mod date;
pub mod date_format;
pub mod date_names;
pub mod date_parse;
pub mod date_pattern;
pub mod file;
pub mod fingerprint;
pub mod json;
pub mod json_read;
pub mod keys;
pub mod list;
mod long;
pub mod map;
pub mod nesting;
pub mod number;
pub mod settings;
pub mod sort;
pub mod text;
pub mod time;
pub mod typed;
pub mod zone;

pub use collection::Collection;
pub use date::DateTime;
pub use file::File;
pub use list::List;
pub use map::Map;
pub use number::{Decimal, Number, Wide};
pub use settings::{Dialect, Settings};
pub use text::Text;
pub use time::Time;

use std::rc::Rc;

pub enum Value {
    /// No value: `null`, a missing key, a variable that no statement has set yet.
    Null,
    Bool(bool),
    /// A whole number (`NUMBER`).
    Int(i64),
    /// An exact decimal (`DECIMAL`) of up to 18 digits.
    Decimal(Decimal),
    /// An exact decimal of more digits.
    Wide(Rc<Wide>),
    /// What a floating-point function gave; prints as a Java double.
    Float(f64),
    Text(Text),
    /// `DATE` and `DATE-TIME`.
    Date(DateTime),
    /// `TIME`, Creator only.
    Time(Time),
    List(List),
    Map(Map),
    Collection(Collection),
    File(File),
    /// What `catch (e)` binds.
    Error(Rc<Caught>),
}

/// A caught fault: `e.message`, `e.lineNo`.
#[derive(Debug, PartialEq)]
pub struct Caught {
    pub message: String,
    pub line: u32,
}

/// The kind of a value, as built-ins and messages tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum Kind {
    Null,
    Bool,
    Int,
    Decimal,
    Text,
    Date,
    Time,
    List,
    Map,
    Collection,
    File,
    Error,
}

impl Kind {
    pub const COUNT: usize = 12;

    /// The word that cast messages use: `'TEXT' can not be cast to '[BIGINT]' …`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Null => "NULL",
            Kind::Bool => "BOOLEAN",
            Kind::Int => "NUMBER",
            Kind::Decimal => "DECIMAL",
            Kind::Text => "TEXT",
            Kind::Date => "DATE-TIME",
            Kind::Time => "TIME",
            Kind::List => "LIST",
            Kind::Map => "MAP",
            Kind::Collection => "COLLECTION",
            Kind::File => "FILE",
            Kind::Error => "ERROR",
        }
    }

    /// The word that operator messages use: `Left expression is of type TIMESTAMP …`.
    pub fn operand_name(self) -> &'static str {
        match self {
            Kind::Int => "BIGINT",
            Kind::Date => "TIMESTAMP",
            other => other.name(),
        }
    }
}

impl Clone for Value {
    /// A plain value is copied as one word of 16 bytes: copied field by field it is written in pieces
    /// that overlap, and the next reader waits until they have reached the cache.
    #[inline(always)]
    #[allow(unsafe_code)]
    fn clone(&self) -> Self {
        if self.is_plain() {
            // SAFETY: the variants that `is_plain` names hold `Copy` types alone, so a copy of the bits is a value.
            unsafe { std::ptr::read(self) }
        } else {
            self.share()
        }
    }
}

impl Value {
    /// A clone of what is not cloned in line.
    #[inline(never)]
    fn share(&self) -> Self {
        match self {
            Value::Null => Value::Null,
            Value::Bool(b) => Value::Bool(*b),
            Value::Int(n) => Value::Int(*n),
            Value::Decimal(decimal) => Value::Decimal(*decimal),
            Value::Wide(wide) => Value::Wide(Rc::clone(wide)),
            Value::Float(x) => Value::Float(*x),
            Value::Text(text) => Value::Text(text.clone()),
            Value::Date(date) => Value::Date(*date),
            Value::Time(time) => Value::Time(*time),
            Value::List(list) => Value::List(list.clone()),
            Value::Map(map) => Value::Map(map.clone()),
            Value::Collection(collection) => Value::Collection(collection.clone()),
            Value::File(file) => Value::File(file.clone()),
            Value::Error(caught) => Value::Error(Rc::clone(caught)),
        }
    }

    /// Whether dropping the value does nothing.
    #[inline(always)]
    pub fn is_plain(&self) -> bool {
        matches!(
            self,
            Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Decimal(_)
                | Value::Float(_)
                | Value::Text(Text::Short(_))
                | Value::Date(_)
                | Value::Time(_)
        )
    }

    /// Puts a value in the place of another; the usual drop, of a plain value, is seen not to be one.
    #[inline(always)]
    pub fn replace_with(&mut self, value: Value) {
        if self.is_plain() {
            std::mem::forget(std::mem::replace(self, value));
        } else {
            *self = value;
        }
    }

    /// Drops, without a call where there is nothing to drop.
    #[inline(always)]
    pub fn discard(self) {
        if self.is_plain() {
            std::mem::forget(self);
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) => Kind::Int,
            Value::Decimal(_) | Value::Wide(_) | Value::Float(_) => Kind::Decimal,
            Value::Text(_) => Kind::Text,
            Value::Date(_) => Kind::Date,
            Value::Time(_) => Kind::Time,
            Value::List(_) => Kind::List,
            Value::Map(map) => match map.became_list() {
                Some(_) => Kind::List,
                None => Kind::Map,
            },
            Value::Collection(_) => Kind::Collection,
            Value::File(_) => Kind::File,
            Value::Error(_) => Kind::Error,
        }
    }

    pub fn text(text: &str) -> Self {
        Value::Text(Text::new(text))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The number in a numeric value; none for texts, however numeric.
    #[inline]
    pub fn number(&self) -> Option<Number> {
        match self {
            Value::Int(n) => Some(Number::Int(*n)),
            Value::Decimal(d) => Some(Number::Exact(Wide::new(d.mantissa() as i128, d.scale()))),
            Value::Wide(wide) => Some(Number::Exact(**wide)),
            Value::Float(x) => Some(Number::Float(*x)),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Collection(_)
            | Value::File(_)
            | Value::Error(_) => None,
        }
    }

    /// The list in a list value, or in `{}` that became one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(list) => Some(list),
            Value::Map(map) => map.became_list(),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        match number.pack() {
            number::Packed::Int(n) => Value::Int(n),
            number::Packed::Decimal(decimal) => Value::Decimal(decimal),
            number::Packed::Wide(wide) => Value::Wide(wide),
            number::Packed::Float(x) => Value::Float(x),
        }
    }
}

/// For tests and panics of tests; scripts print through `convert`.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match convert::to_text(self, &Settings::default()) {
            Ok(text) => write!(f, "{}({:?})", self.kind().name(), text.as_str()),
            Err(fault) => write!(f, "{}(<{fault}>)", self.kind().name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_sixteen_bytes_and_a_result_no_more_than_twenty_four() {
        assert_eq!(size_of::<Value>(), 16);
        assert!(size_of::<Result<Value, crate::fault::Fault>>() <= 24);
    }

    #[test]
    fn a_clone_is_the_value_and_outlives_it() {
        let list = List::from_vec(vec![Value::Int(1)]);
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Float(0.1),
            Value::text("short"),
            Value::text("a text that does not fit in place"),
            Value::Date(DateTime::from_epoch(0, &Settings::default().zone)),
            Value::List(list.clone()),
        ];
        let shown = |values: &[Value]| values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>();
        let before = shown(&values);
        let clones = values.to_vec();
        drop(values);
        assert_eq!(shown(&clones), before);
        list.push(Value::Int(2));
        assert!(matches!(&clones[7], Value::List(other) if other.is(&list) && other.len() == 2));
    }
}
