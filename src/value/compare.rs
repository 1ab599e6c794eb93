//! Equality and order, as the operators see them (`deluge/help/operators/relational-operators`)
//! and as the list functions do (typed and deep).

use super::collection::Contents;
use super::map::Pairs;
use super::settings::Settings;
use super::{Number, Value, date_parse, nesting};
use crate::fault::{Fault, FaultKind};
use std::cmp::Ordering;

/// `==` of the language: numbers by value, a numeric text equals its number, a list equals
/// its element, dates compare as dates; null equals only null.
pub fn loosely_equal(a: &Value, b: &Value, settings: &Settings) -> Result<bool, Fault> {
    loose(a, b, settings, 0)
}

fn loose(a: &Value, b: &Value, settings: &Settings, depth: usize) -> Result<bool, Fault> {
    use Value::*;
    nesting::check(depth)?;
    Ok(match (a, b) {
        (Null, Null) => true,
        (Null, _) | (_, Null) => false,
        (Bool(x), Bool(y)) => x == y,
        (Text(x), Text(y)) => x == y,
        (Bool(x), Text(y)) | (Text(y), Bool(x)) => y.eq_ignore_ascii_case(if *x { "true" } else { "false" }),
        (Date(x), Date(y)) => match x.is_date_only() != y.is_date_only() {
            // A DATE against a DATE-TIME compares only the date.
            true => x.day_number() == y.day_number(),
            false => x.local_ms() == y.local_ms(),
        },
        (Date(x), Text(y)) | (Text(y), Date(x)) => match date_parse::parse(y, settings) {
            Some(date) => return loose(&Date(*x), &Date(date), settings, depth),
            None => false,
        },
        (Time(x), Time(y)) => x.seconds == y.seconds,
        (Date(x), Time(y)) | (Time(y), Date(x)) => x.ms_of_day() / 1000 == y.seconds as i64,
        (Map(x), Map(y)) if a.as_list().is_none() && b.as_list().is_none() => {
            x.is(y) || x.with(|x| y.with(|y| same_pairs(x, y, |p, q| loose(p, q, settings, depth + 1))))?
        }
        (Collection(x), Collection(y)) => x.is(y) || same_contents(&x.borrow(), &y.borrow(), depth)?,
        (File(x), File(y)) => x.is(y) || *x.borrow() == *y.borrow(),
        (Error(x), Error(y)) => x == y,
        _ => match (a.as_list(), b.as_list()) {
            (Some(x), Some(y)) => {
                x.is(y) || {
                    let (x, y) = (x.snapshot(), y.snapshot());
                    x.len() == y.len() && all_same(&x, &y, |p, q| loose(p, q, settings, depth + 1))?
                }
            }
            (Some(list), None) => any_equal(&list.snapshot(), b, settings, depth)?,
            (None, Some(list)) => any_equal(&list.snapshot(), a, settings, depth)?,
            (None, None) => match (number_or_text(a), number_or_text(b)) {
                (Some(x), Some(y)) => x.compare(y) == Ordering::Equal,
                _ => false,
            },
        },
    })
}

fn any_equal(items: &[Value], value: &Value, settings: &Settings, depth: usize) -> Result<bool, Fault> {
    for item in items {
        if loose(item, value, settings, depth + 1)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn number_or_text(value: &Value) -> Option<Number> {
    super::convert::to_number(value)
}

/// `a in b`: an element equal to `a`; for a list on the left, every element of it.
pub fn is_in(a: &Value, b: &Value, settings: &Settings) -> Result<bool, Fault> {
    let Some(list) = super::convert::to_list(b) else {
        return loosely_equal(a, b, settings);
    };
    let items = list.snapshot();
    match a.as_list() {
        Some(wanted) => {
            for value in wanted.snapshot().iter() {
                if !any_equal(&items, value, settings, 0)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        None => any_equal(&items, a, settings, 0),
    }
}

/// `<`, `<=`, `>`, `>=`: numbers (also spelled in text), dates, times. Anything else is Zoho's
/// `An error occurred while performing this action`.
pub fn order(a: &Value, b: &Value, op: &'static str, settings: &Settings) -> Result<Ordering, Fault> {
    use Value::*;
    match (a, b) {
        (Null, _) | (_, Null) => Err(FaultKind::NullOperand(op).into()),
        (Date(x), Date(y)) => Ok(match x.is_date_only() != y.is_date_only() {
            true => x.day_number().cmp(&y.day_number()),
            false => x.local_ms().cmp(&y.local_ms()),
        }),
        (Date(x), Text(y)) => match date_parse::parse(y, settings) {
            Some(y) => order(&Date(*x), &Date(y), op, settings),
            None => Err(FaultKind::NotComparable.into()),
        },
        (Text(_), Date(_)) => order(b, a, op, settings).map(Ordering::reverse),
        (Time(x), Time(y)) => Ok(x.seconds.cmp(&y.seconds)),
        (Date(x), Time(y)) => Ok((x.ms_of_day() / 1000).cmp(&(y.seconds as i64))),
        (Time(_), Date(_)) => order(b, a, op, settings).map(Ordering::reverse),
        _ => match (number_or_text(a), number_or_text(b)) {
            (Some(x), Some(y)) => Ok(x.compare(y)),
            _ => Err(FaultKind::NotComparable.into()),
        },
    }
}

/// Equality of list functions and of `equals`: same type and same value, deep and case-sensitive.
/// `1` and `1.0` are both numbers, `1` and `"1"` differ.
pub fn strictly_equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    strict(a, b, 0)
}

fn strict(a: &Value, b: &Value, depth: usize) -> Result<bool, Fault> {
    use Value::*;
    nesting::check(depth)?;
    Ok(match (a, b) {
        (Null, Null) => true,
        (Bool(x), Bool(y)) => x == y,
        (Text(x), Text(y)) => x == y,
        (Date(x), Date(y)) => x.local_ms() == y.local_ms(),
        (Time(x), Time(y)) => x.seconds == y.seconds,
        (Map(x), Map(y)) if a.as_list().is_none() && b.as_list().is_none() => {
            x.is(y) || x.with(|x| y.with(|y| same_pairs(x, y, |p, q| strict(p, q, depth + 1))))?
        }
        (Collection(x), Collection(y)) => x.is(y) || same_contents(&x.borrow(), &y.borrow(), depth)?,
        (File(x), File(y)) => x.is(y) || *x.borrow() == *y.borrow(),
        (Error(x), Error(y)) => x == y,
        _ => match (a.as_list(), b.as_list()) {
            (Some(x), Some(y)) => {
                x.is(y) || {
                    let (x, y) = (x.snapshot(), y.snapshot());
                    x.len() == y.len() && all_same(&x, &y, |p, q| strict(p, q, depth + 1))?
                }
            }
            (None, None) => match (a.number(), b.number()) {
                (Some(x), Some(y)) => x.compare(y) == Ordering::Equal,
                _ => false,
            },
            (Some(_), None) | (None, Some(_)) => false,
        },
    })
}

fn same_contents(a: &Contents, b: &Contents, depth: usize) -> Result<bool, Fault> {
    match (a, b) {
        (Contents::Indexed(x), Contents::Indexed(y)) => {
            Ok(x.len() == y.len() && all_same(x, y, |p, q| strict(p, q, depth + 1))?)
        }
        (Contents::Keyed(x), Contents::Keyed(y)) => same_pairs(x, y, |p, q| strict(p, q, depth + 1)),
        (Contents::Undecided, Contents::Undecided) => Ok(true),
        (Contents::Undecided | Contents::Indexed(_) | Contents::Keyed(_), _) => Ok(false),
    }
}

fn all_same(a: &[Value], b: &[Value], same: impl Fn(&Value, &Value) -> Result<bool, Fault>) -> Result<bool, Fault> {
    for (x, y) in a.iter().zip(b) {
        if !same(x, y)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_pairs(a: &Pairs, b: &Pairs, same: impl Fn(&Value, &Value) -> Result<bool, Fault>) -> Result<bool, Fault> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, value) in a.iter() {
        match b.get(key) {
            Some(other) if same(value, other)? => {}
            Some(_) | None => return Ok(false),
        }
    }
    Ok(true)
}
