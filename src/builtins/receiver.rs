//! Receivers that a built-in changes: the very list or map, never a converted copy.

use super::Cx;
use crate::fault::{Fault, FaultKind};
use crate::value::{Kind, List, Map, Value, convert};

/// The list itself. Comma-separated text counts as a list only where nothing is changed.
#[inline]
pub fn list<'a>(value: &'a Value, cx: &Cx<'_>) -> Result<&'a List, Fault> {
    match value.as_list() {
        Some(list) => Ok(list),
        None if value.is_null() => Err(cx.null()),
        None => Err(cx.cast(value, "LIST")),
    }
}

/// The map itself. JSON text counts as a map only where nothing is changed.
#[inline]
pub fn map<'a>(value: &'a Value, cx: &Cx<'_>) -> Result<&'a Map, Fault> {
    match value {
        Value::Map(map) if map.became_list().is_none() => Ok(map),
        _ => Err(no_map(value, cx)),
    }
}

/// Zoho's message for a value where a map is needed.
#[cold]
pub fn no_map(value: &Value, cx: &Cx<'_>) -> Fault {
    match value.kind() {
        Kind::Null => cx.null(),
        Kind::Int | Kind::Decimal => match convert::to_text(value, cx.settings) {
            Ok(shown) => FaultKind::NotAMap(shown.as_str().to_owned()).into(),
            Err(fault) => fault,
        },
        Kind::Bool
        | Kind::Text
        | Kind::Date
        | Kind::Time
        | Kind::List
        | Kind::Map
        | Kind::Collection
        | Kind::File
        | Kind::Error => cx.cast(value, "MAP"),
    }
}

/// An index as a place among `len` elements.
///
/// # Errors
/// Zoho's message for an index beyond the end, ours for a negative one.
#[inline]
pub fn place(index: i64, len: usize, cx: &Cx<'_>) -> Result<usize, Fault> {
    match usize::try_from(index) {
        Ok(at) if at < len => Ok(at),
        Ok(_) => Err(FaultKind::ListIndex(index).into()),
        Err(_) => Err(negative(index, cx)),
    }
}

#[cold]
pub fn negative(index: i64, cx: &Cx<'_>) -> Fault {
    Fault::other("run.index", format!("expected an index of 0 or more in `{}`, found {index}", cx.function))
}

/// A half-open range of `len` elements, with no end up to the last one.
pub fn range(from: i64, to: Option<i64>, len: usize, cx: &Cx<'_>) -> Result<std::ops::Range<usize>, Fault> {
    let to = to.unwrap_or(len as i64);
    if from < 0 || to < 0 {
        return Err(negative(from.min(to), cx));
    }
    if to as usize > len || from as usize > len {
        return Err(FaultKind::ListIndex(from.max(to)).into());
    }
    if from > to {
        let message = format!("expected a start up to the end in `{}`, found {from} and {to}", cx.function);
        return Err(Fault::other("run.index", message));
    }
    Ok(from as usize..to as usize)
}
