//! Guards for nested and for huge values.
//!
//! A script can nest lists a million deep, or put a list into itself. Walking such a value stops
//! at a depth with a fault; dropping one goes through a worklist instead of the stack.

use super::Value;
use crate::fault::Fault;
use std::cell::{Cell, RefCell};

/// The deepest nesting that is printed, compared or serialised.
pub const MAX_DEPTH: usize = 256;

/// Values that one comparison or one printing may visit: a value that holds another twice, forty
/// levels deep, is small in memory and endless to walk.
const MAX_VISITS: u32 = 20_000_000;

/// A fault when a walk has gone deeper than [`MAX_DEPTH`], or visited more than [`MAX_VISITS`] values
/// since its start at depth 0.
#[inline]
pub fn check(depth: usize) -> Result<(), Fault> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    let visits = if depth == 0 { 0 } else { VISITS.get() + 1 };
    VISITS.set(visits);
    if visits > MAX_VISITS { Err(too_many()) } else { Ok(()) }
}

#[cold]
fn too_many() -> Fault {
    VISITS.set(0);
    Fault::limit("limit.size", format!("comparing or printing one value visits at most {MAX_VISITS} others"))
}

/// The longest text that a script can make, in bytes. Each doubling step of `x = x + x` is small; the
/// thirtieth would take the machine's memory.
pub const MAX_TEXT: usize = 64 << 20;

/// A fault when a text under construction has grown beyond [`MAX_TEXT`]; a script cannot catch it.
#[inline]
pub fn check_size(bytes: usize) -> Result<(), Fault> {
    if bytes > MAX_TEXT { Err(too_long()) } else { Ok(()) }
}

#[cold]
fn too_long() -> Fault {
    Fault::limit("limit.size", format!("a text holds at most {} MB", MAX_TEXT >> 20))
}

#[cold]
fn too_deep() -> Fault {
    Fault::value(format!("the value is nested deeper than {MAX_DEPTH} levels, or contains itself"))
}

thread_local! {
    static VISITS: Cell<u32> = const { Cell::new(0) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static PENDING: RefCell<Vec<Vec<Value>>> = const { RefCell::new(Vec::new()) };
}

/// Drops the children of a container: directly while the nesting is shallow, later when it is deep.
pub fn drop_children(children: Vec<Value>) {
    const SHALLOW: usize = 64;
    let depth = DEPTH.with(|depth| depth.replace(depth.get() + 1));
    if depth < SHALLOW {
        drop(children);
    } else {
        PENDING.with_borrow_mut(|pending| pending.push(children));
    }
    DEPTH.set(depth);
    if depth == 0 {
        while let Some(next) = PENDING.with_borrow_mut(Vec::pop) {
            DEPTH.set(1);
            drop(next);
            DEPTH.set(0);
        }
    }
}

/// Whether a value holds others, and so may recurse when dropped.
pub fn is_container(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_) | Value::Collection(_))
}

#[cfg(test)]
mod tests {
    use super::super::{List, Value};

    #[test]
    fn a_million_nested_lists_are_dropped_without_deep_recursion() {
        let mut list = List::new();
        for _ in 0..1_000_000 {
            let outer = List::new();
            outer.push(Value::List(list));
            list = outer;
        }
        drop(list);
    }
}
