//! Built-ins on COLLECTION: reading and changing. Order and sets are in `collection_order`.
//!
//! An index-value collection is read by index, a key-value one by key; no collection is both.

use super::{Cx, Rest, receiver};
use crate::fault::Fault;
use crate::value::collection::{Collection, Contents};
use crate::value::map::Pairs;
use crate::value::{Text, Value, compare, convert};

builtins! { COLLECTION on Collection {
    /// Adds elements to an index-value collection, or pairs (`insert(key: value)`) to a key-value one.
    ///
    /// A pair into an index-value collection fails, as does a single element into a key-value one. A collection
    /// holds at most 50,000 elements, 25,000 in Creator.
    ///
    /// ```dg
    /// things = Collection("Mobile phone", "Laptop");
    /// things.insert("Hard disk", "Camera");
    /// info things;  // => Mobile phone,Laptop,Hard disk,Camera
    /// prices = Collection("Creator":5);
    /// prices.insert("CRM":7);
    /// info prices;  // => {"Creator":5,"CRM":7}
    /// ```
    "insert" => fn insert[cx](collection: Collection, elements: Rest<'_>) -> Result<(), Fault> {
        room(&collection, elements.0.len(), cx)?;
        collection.borrow_mut().indexed()?.extend_from_slice(elements.0);
        Ok(())
    }

    /// Adds the elements of a list or the pairs of a map.
    ///
    /// ```dg
    /// names = Collection("Creator");
    /// names.insertAll({"Analytics", "Connect"});
    /// info names;  // => Creator,Analytics,Connect
    /// ```
    "insertAll" => fn insert_all[cx](collection: Collection, elements: &Value) -> Result<(), Fault> {
        let added = contents_of(elements, cx)?;
        match added {
            Contents::Undecided => {}
            Contents::Indexed(items) => {
                room(&collection, items.len(), cx)?;
                collection.borrow_mut().indexed()?.extend(items);
            }
            Contents::Keyed(pairs) => {
                room(&collection, pairs.len(), cx)?;
                let mut contents = collection.borrow_mut();
                let held = contents.keyed()?;
                pairs.iter().for_each(|(key, value)| held.put(key.clone(), value.clone()));
            }
        }
        Ok(())
    }

    /// Replaces the value at an index or under a key; a missing index fails, a missing key is added.
    ///
    /// ```dg
    /// names = Collection("Creator", "CRM");
    /// names.update(1, "Analytics");
    /// info names;  // => Creator,Analytics
    /// ```
    "update" => fn update[cx](collection: Collection, key: &Value, value: &Value) -> Result<(), Fault> {
        if let Contents::Indexed(items) = &mut *collection.borrow_mut() {
            let at = place(key, items.len(), cx)?;
            items[at] = value.clone();
            return Ok(());
        }
        let key = convert::to_text(key, cx.settings)?;
        room(&collection, 1, cx)?;
        collection.borrow_mut().keyed()?.put(key, value.clone());
        Ok(())
    }

    /// The value at an index or under a key; a missing index fails, a missing key gives null.
    ///
    /// ```dg
    /// names = Collection("name10", "name2");
    /// info names.get(0);  // => name10
    /// owners = Collection("name1":"John");
    /// info owners.get("name3");  // => null
    /// ```
    "get" => fn get[cx](collection: Collection, key: &Value) -> Result<Value, Fault> {
        value_at(&collection, key, cx)
    }

    /// The value at an index or under a key, as text.
    ///
    /// ```dg
    /// numbers = Collection(123, 456, 120);
    /// info numbers.getAsString(2) + 1;  // => 1201
    /// ```
    "getAsString" => fn get_as_string[cx](collection: Collection, key: &Value) -> Result<Option<Text>, Fault> {
        match value_at(&collection, key, cx)? {
            Value::Null => Ok(None),
            value => convert::to_text(&value, cx.settings).map(Some),
        }
    }

    /// The first index of a value, or -1; in a key-value collection its first key, or null.
    ///
    /// ```dg
    /// info Collection("Creator", "CRM").getKey("CRM");  // => 1
    /// info Collection("Creator":5).getKey(5);           // => Creator
    /// ```
    "getKey" => fn get_key(collection: Collection, value: &Value) -> Result<Value, Fault> {
        let keys = keys_of(&collection, value)?;
        Ok(keys.into_iter().next().unwrap_or_else(|| no_key(&collection)))
    }

    /// The last index of a value, or -1; in a key-value collection its last key, or null.
    ///
    /// ```dg
    /// info Collection("Creator":5, "CRM":2, "Mail":5).getLastKey(5);  // => Mail
    /// ```
    "getLastKey" => fn get_last_key(collection: Collection, value: &Value) -> Result<Value, Fault> {
        let keys = keys_of(&collection, value)?;
        Ok(keys.into_iter().next_back().unwrap_or_else(|| no_key(&collection)))
    }

    /// Whether there is such an index or key; case counts.
    ///
    /// ```dg
    /// info Collection("Creator", "CRM").containsKey(2);  // => false
    /// info Collection("CRM":2).containsKey("CRM");       // => true
    /// ```
    "containsKey" | "containKey" => fn contains_key[cx](collection: Collection, key: &Value) -> Result<bool, Fault> {
        has_key(&collection, key, cx)
    }

    /// Whether a value is in the collection; type and case count.
    ///
    /// ```dg
    /// info Collection("Creator":5, "CRM":2).containsValue(2);  // => true
    /// ```
    "containsValue" | "containValue" => fn contains_value(collection: Collection, value: &Value) -> Result<bool, Fault> {
        Ok(!keys_of(&collection, value)?.is_empty())
    }

    /// Whether an index-value collection lacks an element, or a key-value one a key; type and case count.
    ///
    /// ```dg
    /// info Collection("Creator", "CRM").notContains("Books");  // => true
    /// info Collection("Creator":5).notContains("Creator");     // => false
    /// ```
    "notContains" => fn not_contains[cx](collection: Collection, value: &Value) -> Result<bool, Fault> {
        let keyed = matches!(&*collection.borrow(), Contents::Keyed(_));
        if keyed { Ok(!has_key(&collection, value, cx)?) } else { Ok(keys_of(&collection, value)?.is_empty()) }
    }

    /// Removes the first element equal to a value, or the first pair that holds it; nothing happens without one.
    ///
    /// ```dg
    /// names = Collection("Creator", "CRM", "Campaigns");
    /// names.delete("CRM");
    /// info names;  // => Creator,Campaigns
    /// ```
    "delete" => fn delete(collection: Collection, value: &Value) -> Result<(), Fault> {
        if let Some(key) = keys_of(&collection, value)?.first() {
            remove_keys(&collection, std::slice::from_ref(key));
        }
        Ok(())
    }

    /// Removes the element at an index or the pair of a key; a missing index fails, a missing key does nothing.
    ///
    /// ```dg
    /// prices = Collection("Creator":5, "CRM":2);
    /// prices.deleteKey("CRM");
    /// info prices;  // => {"Creator":5}
    /// ```
    "deleteKey" => fn delete_key[cx](collection: Collection, key: &Value) -> Result<(), Fault> {
        let keys = [checked_key(&collection, key, cx)?];
        remove_keys(&collection, &keys);
        Ok(())
    }

    /// Removes the elements at indexes, all counted before the call, or the pairs of keys.
    ///
    /// ```dg
    /// names = Collection("Creator", "CRM", "Mail");
    /// names.deleteKeys({1, 2});
    /// info names;  // => Creator
    /// ```
    "deleteKeys" => fn delete_keys[cx](collection: Collection, keys: crate::value::List) -> Result<(), Fault> {
        let keys = keys.snapshot();
        let keys: Result<Vec<Value>, Fault> = keys.iter().map(|key| checked_key(&collection, key, cx)).collect();
        remove_keys(&collection, &keys?);
        Ok(())
    }

    /// The number of elements or pairs.
    ///
    /// ```dg
    /// info Collection("Creator":5, "CRM":2, "Mail":8).size();  // => 3
    /// ```
    "size" => fn size(collection: Collection) -> i64 {
        collection.len() as i64
    }

    /// Whether nothing is in the collection.
    ///
    /// ```dg
    /// info Collection().isEmpty();  // => true
    /// ```
    "isEmpty" => fn is_empty(collection: Collection) -> bool {
        collection.is_empty()
    }

    /// Removes everything; the collection stays of its kind.
    ///
    /// ```dg
    /// prices = Collection("Creator":5);
    /// prices.clear();
    /// info prices;  // => {}
    /// ```
    "clear" => fn clear(collection: Collection) -> () {
        let emptied = match &*collection.borrow() {
            Contents::Undecided => Contents::Undecided,
            Contents::Indexed(_) => Contents::Indexed(Vec::new()),
            Contents::Keyed(_) => Contents::Keyed(Pairs::default()),
        };
        *collection.borrow_mut() = emptied;
    }
}}

/// A fault when `more` elements would leave the documented size (`deluge/help/datatypes/collection`).
fn room(collection: &Collection, more: usize, cx: &Cx<'_>) -> Result<(), Fault> {
    let most = if cx.settings.dialect.is_creator() { 25_000 } else { 50_000 };
    if collection.len() + more > most {
        return Err(Fault::value(format!("a collection holds at most {most} elements")));
    }
    Ok(())
}

/// What `insertAll` adds.
fn contents_of(value: &Value, cx: &Cx<'_>) -> Result<Contents, Fault> {
    match value {
        Value::Null => Err(cx.null()),
        Value::Map(map) if map.became_list().is_none() => {
            // `{}` adds nothing to a collection of either kind.
            Ok(if map.is_empty() { Contents::Undecided } else { Contents::Keyed(map.snapshot()) })
        }
        Value::Collection(other) => Ok(other.borrow().clone()),
        _ => match convert::to_list(value) {
            Some(list) => Ok(Contents::Indexed(list.snapshot().to_vec())),
            None => Err(cx.cast(value, "LIST, MAP")),
        },
    }
}

/// An index in a value, as a place among `len` elements.
fn place(key: &Value, len: usize, cx: &Cx<'_>) -> Result<usize, Fault> {
    let index = convert::to_number(key).filter(|_| !key.is_null()).and_then(|number| number.to_i64());
    receiver::place(index.ok_or_else(|| cx.cast(key, "BIGINT"))?, len, cx)
}

fn value_at(collection: &Collection, key: &Value, cx: &Cx<'_>) -> Result<Value, Fault> {
    match &*collection.borrow() {
        Contents::Indexed(items) => Ok(items[place(key, items.len(), cx)?].clone()),
        Contents::Keyed(pairs) => Ok(pairs.get(&convert::to_text(key, cx.settings)?).cloned().unwrap_or(Value::Null)),
        // Nothing has decided the kind: a number asks for an index, anything else for a key.
        Contents::Undecided => match key.number() {
            Some(_) => place(key, 0, cx).map(|_| Value::Null),
            None => Ok(Value::Null),
        },
    }
}

fn has_key(collection: &Collection, key: &Value, cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(match &*collection.borrow() {
        Contents::Undecided => false,
        Contents::Indexed(items) => convert::to_number(key)
            .and_then(|number| number.to_i64())
            .and_then(|index| usize::try_from(index).ok())
            .is_some_and(|at| at < items.len()),
        Contents::Keyed(pairs) => pairs.get(&convert::to_text(key, cx.settings)?).is_some(),
    })
}

/// The indexes or keys that hold a value.
fn keys_of(collection: &Collection, value: &Value) -> Result<Vec<Value>, Fault> {
    let mut keys = Vec::new();
    match &*collection.borrow() {
        Contents::Undecided => {}
        Contents::Indexed(items) => {
            for (at, item) in items.iter().enumerate() {
                if compare::strictly_equal(item, value)? {
                    keys.push(Value::Int(at as i64));
                }
            }
        }
        Contents::Keyed(pairs) => {
            for (key, held) in pairs.iter() {
                if compare::strictly_equal(held, value)? {
                    keys.push(Value::Text(key.clone()));
                }
            }
        }
    }
    Ok(keys)
}

/// What a search without a hit gives.
fn no_key(collection: &Collection) -> Value {
    match &*collection.borrow() {
        Contents::Undecided | Contents::Indexed(_) => Value::Int(-1),
        Contents::Keyed(_) => Value::Null,
    }
}

/// A key in the form in which `remove_keys` takes it; an index must exist.
fn checked_key(collection: &Collection, key: &Value, cx: &Cx<'_>) -> Result<Value, Fault> {
    match &*collection.borrow() {
        Contents::Undecided => Ok(Value::Null),
        Contents::Indexed(items) => place(key, items.len(), cx).map(|at| Value::Int(at as i64)),
        Contents::Keyed(_) => convert::to_text(key, cx.settings).map(Value::Text),
    }
}

/// Removes indexes (as they are before the call) or keys.
fn remove_keys(collection: &Collection, keys: &[Value]) {
    match &mut *collection.borrow_mut() {
        Contents::Undecided => {}
        Contents::Indexed(items) => {
            let mut gone = vec![false; items.len()];
            for key in keys {
                if let Value::Int(at) = key {
                    gone[*at as usize] = true;
                }
            }
            let mut gone = gone.into_iter();
            items.retain(|_| !gone.next().unwrap_or(false));
        }
        Contents::Keyed(pairs) => {
            let gone: std::collections::HashSet<&str> =
                keys.iter().filter_map(Value::as_text).map(Text::as_str).collect();
            let kept = std::mem::take(pairs);
            *pairs = kept
                .iter()
                .filter(|(key, _)| !gone.contains(key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
        }
    }
}
