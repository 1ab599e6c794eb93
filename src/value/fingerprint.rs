//! Hashes that agree with `compare::strictly_equal`: equal values have equal fingerprints.
//!
//! They let list functions such as `distinct` find equal elements without comparing all with all.

use super::collection::Contents;
use super::map::Pairs;
use super::{Value, compare, nesting};
use crate::fault::Fault;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash, Hasher};

/// A set of values by type and value, deep.
#[derive(Default)]
pub struct ValueSet {
    state: RandomState,
    /// The first value of each fingerprint.
    firsts: HashMap<u64, Value, RandomState>,
    /// Different values that share a fingerprint with a first one; hardly ever any.
    others: Vec<Value>,
}

impl ValueSet {
    pub fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Result<Self, Fault> {
        let mut set = Self::default();
        for value in values {
            set.insert(value)?;
        }
        Ok(set)
    }

    /// Adds a value; whether it was new.
    pub fn insert(&mut self, value: &Value) -> Result<bool, Fault> {
        let hash = self.hash(value)?;
        match self.firsts.entry(hash) {
            Entry::Vacant(free) => {
                free.insert(value.clone());
                return Ok(true);
            }
            Entry::Occupied(first) if compare::strictly_equal(first.get(), value)? => return Ok(false),
            Entry::Occupied(_) => {}
        }
        let new = !self.is_other(value)?;
        if new {
            self.others.push(value.clone());
        }
        Ok(new)
    }

    pub fn contains(&self, value: &Value) -> Result<bool, Fault> {
        match self.firsts.get(&self.hash(value)?) {
            None => Ok(false),
            Some(first) => Ok(compare::strictly_equal(first, value)? || self.is_other(value)?),
        }
    }

    fn is_other(&self, value: &Value) -> Result<bool, Fault> {
        for other in &self.others {
            if compare::strictly_equal(other, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn hash(&self, value: &Value) -> Result<u64, Fault> {
        let mut hasher = self.state.build_hasher();
        self.feed(value, &mut hasher, 0)?;
        Ok(hasher.finish())
    }

    fn feed(&self, value: &Value, hasher: &mut impl Hasher, depth: usize) -> Result<(), Fault> {
        nesting::check(depth)?;
        match value {
            Value::Null => {}
            Value::Bool(b) => b.hash(hasher),
            Value::Text(text) => text.hash(hasher),
            Value::Date(date) => date.local_ms().hash(hasher),
            Value::Time(time) => time.seconds.hash(hasher),
            Value::List(list) => self.feed_all(&list.borrow(), hasher, depth)?,
            Value::Map(map) => match map.became_list() {
                Some(list) => self.feed_all(&list.borrow(), hasher, depth)?,
                None => map.with(|pairs| self.feed_pairs(pairs, hasher, depth))?,
            },
            Value::Collection(collection) => match &*collection.borrow() {
                Contents::Undecided => {}
                Contents::Indexed(items) => self.feed_all(items, hasher, depth)?,
                Contents::Keyed(pairs) => self.feed_pairs(pairs, hasher, depth)?,
            },
            Value::File(file) => file.borrow().name.hash(hasher),
            Value::Error(caught) => caught.message.hash(hasher),
            Value::Int(n) => n.hash(hasher),
            Value::Decimal(_) | Value::Wide(_) | Value::Float(_) => feed_number(value, hasher),
        }
        Ok(())
    }

    fn feed_all(&self, items: &[Value], hasher: &mut impl Hasher, depth: usize) -> Result<(), Fault> {
        items.len().hash(hasher);
        items.iter().try_for_each(|item| self.feed(item, hasher, depth + 1))
    }

    /// Maps are equal whatever the order of their pairs.
    fn feed_pairs(&self, pairs: &Pairs, hasher: &mut impl Hasher, depth: usize) -> Result<(), Fault> {
        let mut sum = 0u64;
        for (key, value) in pairs.iter() {
            let mut pair = self.state.build_hasher();
            key.hash(&mut pair);
            self.feed(value, &mut pair, depth + 1)?;
            sum = sum.wrapping_add(pair.finish());
        }
        (pairs.len(), sum).hash(hasher);
        Ok(())
    }
}

/// `1.0` as `1`; what is not whole as the nearest double.
fn feed_number(value: &Value, hasher: &mut impl Hasher) {
    let Some(number) = value.number() else { return };
    let whole = number.exact().map(|wide| wide.normalised()).filter(|wide| wide.scale == 0);
    match whole.and_then(|wide| i64::try_from(wide.mantissa).ok()) {
        Some(n) => n.hash(hasher),
        None => number.to_f64().to_bits().hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_read;
    use super::*;

    #[test]
    fn equal_values_are_found_whatever_their_form() {
        let mut set = ValueSet::default();
        let read = |text: &str| json_read::read(text).expect("valid");
        for (text, new) in [
            ("1", true),
            ("1.0", false),
            ("\"1\"", true),
            ("0", true),
            ("-0.0", false),
            (r#"{"a":1,"b":[2]}"#, true),
            (r#"{"b":[2.0],"a":1}"#, false),
            (r#"{"b":[2,3],"a":1}"#, true),
            ("null", true),
            ("null", false),
        ] {
            assert_eq!(set.insert(&read(text)).expect("shallow"), new, "{text}");
        }
        assert!(set.contains(&Value::Float(1.0)).expect("shallow"));
        assert!(!set.contains(&Value::Float(1.5)).expect("shallow"));
    }

    #[test]
    fn neighbouring_ids_beyond_the_precision_of_doubles_do_not_clash() {
        let ids: Vec<Value> = (0..1_000).map(|n| Value::Int(500_000_000_000_000_000 + n)).collect();
        let set = ValueSet::of(&ids).expect("shallow");
        assert_eq!(set.firsts.len(), 1_000);
        assert!(set.others.is_empty());
    }
}
