//! Built-ins on COLLECTION that order, pick or compare elements.

use super::list_order::{common, unique, without};
use super::{Index, receiver};
use crate::fault::Fault;
use crate::value::collection::{Collection, Contents};
use crate::value::map::Pairs;
use crate::value::sort::{self, Order};
use crate::value::{List, Text, Value};

builtins! { COLLECTION_ORDER on Collection {
    /// The keys of a key-value collection; of an index-value one, its elements.
    ///
    /// ```dg
    /// info Collection("Creator":5, "CRM":2).keys();  // => Creator,CRM
    /// info Collection("Creator", "CRM").keys();      // => Creator,CRM
    /// ```
    "keys" => fn keys(collection: Collection) -> Vec<Value> {
        match &*collection.borrow() {
            Contents::Undecided => Vec::new(),
            Contents::Indexed(items) => items.clone(),
            Contents::Keyed(pairs) => pairs.iter().map(|(key, _)| Value::Text(key.clone())).collect(),
        }
    }

    /// The values, as a list.
    ///
    /// ```dg
    /// info Collection("Creator":5, "CRM":2).values();  // => 5,2
    /// ```
    "values" => fn values(collection: Collection) -> Vec<Value> {
        values_of(&collection.borrow())
    }

    /// A copy: of all, or of the elements from `start` up to, but not including, `end`.
    ///
    /// A negative index or one beyond the size fails. A key-value collection is copied whole, as a collection.
    ///
    /// ```dg
    /// info Collection("Creator", "CRM").duplicate(0, 1);  // => Creator
    /// ```
    "duplicate" => fn duplicate[cx](collection: Collection, start: Option<Index>, end: Option<Index>) -> Result<Value, Fault> {
        let contents = collection.borrow();
        if let (Contents::Keyed(_), None) = (&*contents, start) {
            return Ok(Value::Collection(Collection::new(contents.clone())));
        }
        let items = values_of(&contents);
        let range = receiver::range(start.map_or(0, |start| start.0), end.map(|end| end.0), items.len(), cx)?;
        Ok(Value::List(List::from_vec(items[range].to_vec())))
    }

    /// A list of the first of each set of equal values; type and case count.
    ///
    /// ```dg
    /// info Collection("Creator":5, "CRM":2, "Mail":5).distinct();  // => 5,2
    /// ```
    "distinct" => fn distinct(collection: Collection) -> Result<List, Fault> {
        unique(&values_of(&collection.borrow())).map(List::from_vec)
    }

    /// A list of the values that are in both collections, in the order of the first.
    ///
    /// ```dg
    /// one = Collection("Creator", "CRM", "Books");
    /// info one.intersect(Collection("Creator", "CRM", "Mail"));  // => Creator,CRM
    /// ```
    "intersect" => fn intersect(collection: Collection, other: List) -> Result<List, Fault> {
        common(&values_of(&collection.borrow()), &other.borrow()).map(List::from_vec)
    }

    /// Removes every element, or every pair whose value, is in a list.
    ///
    /// ```dg
    /// names = Collection("Creator", "CRM", "Mail");
    /// names.deleteAll({"CRM", "Mail"});
    /// info names;  // => Creator
    /// ```
    "deleteAll" => fn delete_all(collection: Collection, values: List) -> Result<(), Fault> {
        let values = values.snapshot();
        let kept = match &*collection.borrow() {
            Contents::Undecided => Contents::Undecided,
            Contents::Indexed(items) => Contents::Indexed(without(items, &values)?),
            Contents::Keyed(pairs) => Contents::Keyed(pairs_without(pairs, &values)?),
        };
        *collection.borrow_mut() = kept;
        Ok(())
    }

    /// Sorts by element, or by value in a key-value collection: ascending, or descending with `false`.
    ///
    /// Elements of different types stay as they are.
    ///
    /// ```dg
    /// prices = Collection("Creator":5, "CRM":2, "Mail":8);
    /// prices.sort();
    /// info prices;  // => {"CRM":2,"Creator":5,"Mail":8}
    /// ```
    "sort" => fn sort(collection: Collection, ascending: Option<bool>) -> () {
        let order = Order::of(ascending.unwrap_or(true));
        match &mut *collection.borrow_mut() {
            Contents::Undecided => {}
            Contents::Indexed(items) => {
                sort::sort(items, order);
            }
            Contents::Keyed(pairs) => sort_pairs(pairs, |all| {
                sort::sort_pairs(all, order);
            }),
        }
    }

    /// Sorts a key-value collection by key, an index-value one by element: ascending, or descending with `false`.
    ///
    /// ```dg
    /// prices = Collection("Mail":8, "Creator":5, "CRM":2);
    /// prices.sortKey();
    /// info prices;  // => {"CRM":2,"Creator":5,"Mail":8}
    /// ```
    "sortKey" => fn sort_key(collection: Collection, ascending: Option<bool>) -> () {
        let order = Order::of(ascending.unwrap_or(true));
        match &mut *collection.borrow_mut() {
            Contents::Undecided => {}
            Contents::Indexed(items) => {
                sort::sort(items, order);
            }
            Contents::Keyed(pairs) => sort_pairs(pairs, |all| match order {
                Order::Ascending => all.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes())),
                Order::Descending => all.sort_by(|a, b| b.0.as_bytes().cmp(a.0.as_bytes())),
            }),
        }
    }

    /// A collection: the collection itself.
    ///
    /// ```dg
    /// info Collection(1, 2).toCollection().size();  // => 2
    /// ```
    "toCollection" => fn to_collection(collection: Collection) -> Collection {
        collection
    }
}}

fn values_of(contents: &Contents) -> Vec<Value> {
    match contents {
        Contents::Undecided => Vec::new(),
        Contents::Indexed(items) => items.clone(),
        Contents::Keyed(pairs) => pairs.iter().map(|(_, value)| value.clone()).collect(),
    }
}

fn pairs_without(pairs: &Pairs, values: &[Value]) -> Result<Pairs, Fault> {
    let gone = crate::value::fingerprint::ValueSet::of(values)?;
    let mut kept = Pairs::default();
    for (key, value) in pairs.iter() {
        if !gone.contains(value)? {
            kept.put(key.clone(), value.clone());
        }
    }
    Ok(kept)
}

fn sort_pairs(pairs: &mut Pairs, sort: impl FnOnce(&mut Vec<(Text, Value)>)) {
    let mut all: Vec<(Text, Value)> = pairs.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    sort(&mut all);
    *pairs = all.into_iter().collect();
}
