//! Built-ins on LIST that order, pick or compare elements.

use super::receiver;
use super::{Changed, Index};
use crate::fault::Fault;
use crate::value::fingerprint::ValueSet;
use crate::value::sort::{self, Order};
use crate::value::{List, Value};

builtins! { LIST_ORDER on List {
    /// Sorts the list in place and gives it: ascending, or descending with `false`.
    ///
    /// Texts sort by code point, numbers by value; elements of different types give null and stay as they are.
    ///
    /// ```dg
    /// names = {"Creator", "crm", "Zoho Creator"};
    /// info names.sort(true);       // => Creator,Zoho Creator,crm
    /// info {10, 9, 100}.sort();    // => 9,10,100
    /// info {1, 2, 3}.sort(false);  // => 3,2,1
    /// info {"b", 1, "a"}.sort();   // => null
    /// ```
    "sort" => fn sort[cx](list: &Value, ascending: Option<bool>) -> Result<Changed<Option<List>>, Fault> {
        let list = receiver::list(list, cx)?;
        let order = Order::of(ascending.unwrap_or(true));
        let sorted = list.change(|items| sort::sort(items, order));
        Ok(Changed(sorted.then(|| list.clone())))
    }

    /// A new list with the first of each set of equal elements; type and case count.
    ///
    /// ```dg
    /// info {"1", 1, 1, 2, 2, 3}.distinct();  // => 1,1,2,3
    /// ```
    "distinct" => fn distinct(list: List) -> Result<List, Fault> {
        unique(&list.borrow()).map(List::from_vec)
    }

    /// A new list of the elements that are in both lists, in the order of the first.
    ///
    /// ```dg
    /// one = {"Zoho Creator", "Zoho CRM"};
    /// info one.intersect({"Zoho Mail", "Zoho Creator"});  // => Zoho Creator
    /// ```
    "intersect" => fn intersect(list: List, other: List) -> Result<List, Fault> {
        common(&list.borrow(), &other.borrow()).map(List::from_vec)
    }

    /// Removes every element that is in another list.
    ///
    /// ```dg
    /// products = {"Creator", "CRM", "Projects"};
    /// products.removeAll({"CRM", "Projects"});
    /// info products;  // => Creator
    /// ```
    "removeAll" => fn remove_all[cx](list: &Value, elements: List) -> Result<(), Fault> {
        let list = receiver::list(list, cx)?;
        let rest = without(&list.borrow(), &elements.borrow())?;
        list.change(|items| *items = rest);
        Ok(())
    }

    /// A new list of the elements from `start` up to, but not including, `end` (without it: up to the last one).
    ///
    /// A negative index or one beyond the size fails.
    ///
    /// ```dg
    /// info {1, 2, 3, 4}.subList(0, 3);  // => 1,2,3
    /// info {1, 2, 3, 4}.subList(2);     // => 3,4
    /// ```
    "subList" => fn sub_list[cx](list: List, start: Index, end: Option<Index>) -> Result<List, Fault> {
        let range = receiver::range(start.0, end.map(|end| end.0), list.len(), cx)?;
        Ok(List::from_vec(list.borrow()[range].to_vec()))
    }
}}

/// The first of each set of equal values.
pub fn unique(items: &[Value]) -> Result<Vec<Value>, Fault> {
    let mut seen = ValueSet::default();
    let mut kept = Vec::new();
    for item in items {
        if seen.insert(item)? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

/// The values of `items` that are in `others`, once each.
pub fn common(items: &[Value], others: &[Value]) -> Result<Vec<Value>, Fault> {
    let others = ValueSet::of(others)?;
    let mut kept = Vec::new();
    for item in unique(items)? {
        if others.contains(&item)? {
            kept.push(item);
        }
    }
    Ok(kept)
}

/// The values of `items` that are not in `others`.
pub fn without(items: &[Value], others: &[Value]) -> Result<Vec<Value>, Fault> {
    let others = ValueSet::of(others)?;
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        if !others.contains(item)? {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}
