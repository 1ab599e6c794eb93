//! Rust types of built-in parameters and results, and what each takes from a script.

use super::Accepts;
use crate::fault::Fault;
use crate::value::{Collection, DateTime, File, List, Map, Number, Text, Time, Value, Wide, nesting};

/// A parameter type. Arguments have been converted to what `ACCEPTS` says before `take`.
pub trait FromArg<'a>: Sized {
    const ACCEPTS: Accepts;
    const OPTIONAL: bool = false;

    /// Reads the argument at a position; the count has been checked.
    fn take(args: &'a [Value], at: usize) -> Self;
}

/// Declares how a type is read from a converted value; the last arm stands for what conversion rules out.
macro_rules! from_arg {
    ($($type:ty : $accepts:ident, $pattern:pat => $value:expr, else $other:expr;)*) => { $(
        impl<'a> FromArg<'a> for $type {
            const ACCEPTS: Accepts = Accepts::$accepts;

            #[inline]
            fn take(args: &'a [Value], at: usize) -> Self {
                match &args[at] {
                    $pattern => $value,
                    _ => $other,
                }
            }
        }
    )* };
}

from_arg! {
    &'a str: Text, Value::Text(text) => text.as_str(), else "";
    &'a Text: Text, Value::Text(text) => text, else &Text::EMPTY;
    i64: Int, Value::Int(n) => *n, else 0;
    Index: Index, Value::Int(n) => Index(*n), else Index(0);
    bool: Bool, Value::Bool(b) => *b, else false;
    DateTime: Date, Value::Date(date) => *date, else DateTime::from_local(0, false);
    Time: Time, Value::Time(time) => *time, else Time { seconds: 0, twelve_hour: false };
    List: List, Value::List(list) => list.clone(), else List::new();
    Map: Map, Value::Map(map) => map.clone(), else Map::new();
    Collection: Collection, Value::Collection(collection) => collection.clone(), else Collection::new(Default::default());
    File: File, Value::File(file) => file.clone(), else File::new("", []);
}

impl<'a> FromArg<'a> for Number {
    const ACCEPTS: Accepts = Accepts::Number;

    fn take(args: &'a [Value], at: usize) -> Self {
        args[at].number().unwrap_or(Number::Int(0))
    }
}

impl<'a> FromArg<'a> for &'a Value {
    const ACCEPTS: Accepts = Accepts::Any;

    fn take(args: &'a [Value], at: usize) -> Self {
        &args[at]
    }
}

impl<'a, T: FromArg<'a>> FromArg<'a> for Option<T> {
    const ACCEPTS: Accepts = T::ACCEPTS;
    const OPTIONAL: bool = true;

    fn take(args: &'a [Value], at: usize) -> Self {
        (at < args.len()).then(|| T::take(args, at))
    }
}

/// A whole number that a script may also spell in text, as the index of `get`.
#[derive(Clone, Copy)]
pub struct Index(pub i64);

/// All remaining arguments.
pub struct Rest<'a>(pub &'a [Value]);

impl<'a> FromArg<'a> for Rest<'a> {
    const ACCEPTS: Accepts = Accepts::Rest;
    const OPTIONAL: bool = true;

    fn take(args: &'a [Value], at: usize) -> Self {
        Rest(args.get(at..).unwrap_or_default())
    }
}

/// How a script uses what a built-in gives back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// The value is the point: as a bare statement it does nothing.
    Value,
    /// It changes its receiver and gives nothing back.
    Effect,
    /// It changes its receiver and gives a value back.
    Both,
}

/// A result that comes with a change of the receiver, such as what `list.remove(0)` took out.
pub struct Changed<T>(pub T);

/// A result type.
pub trait IntoValue {
    const USE: Use = Use::Value;

    fn into_value(self) -> Result<Value, Fault>;
}

/// Declares how a plain result type becomes a value.
macro_rules! into_value {
    ($($type:ty : $name:ident => $value:expr;)*) => { $(
        impl IntoValue for $type {
            #[inline]
            fn into_value(self) -> Result<Value, Fault> {
                let $name = self;
                Ok($value)
            }
        }
    )* };
}

into_value! {
    Value: value => bounded(value)?;
    bool: b => Value::Bool(b);
    i64: n => Value::Int(n);
    f64: x => Value::Float(x);
    Number: number => number.into();
    Wide: wide => Number::Exact(wide).into();
    String: text => text_within_bounds(&text)?;
    &str: text => text_within_bounds(text)?;
    Text: text => bounded(Value::Text(text))?;
    DateTime: date => Value::Date(date);
    Time: time => Value::Time(time);
    List: list => Value::List(list);
    Vec<Value>: items => Value::List(List::from_vec(items));
    Map: map => Value::Map(map);
    Collection: collection => Value::Collection(collection);
    File: file => Value::File(file);
}

/// A value, unless it is a text that has grown too long.
#[inline]
fn bounded(value: Value) -> Result<Value, Fault> {
    if let Value::Text(text) = &value {
        nesting::check_size(text.len())?;
    }
    Ok(value)
}

#[inline]
fn text_within_bounds(text: &str) -> Result<Value, Fault> {
    nesting::check_size(text.len())?;
    Ok(Value::text(text))
}

impl IntoValue for () {
    const USE: Use = Use::Effect;

    fn into_value(self) -> Result<Value, Fault> {
        Ok(Value::Null)
    }
}

/// `None` is null.
impl<T: IntoValue> IntoValue for Option<T> {
    const USE: Use = T::USE;

    fn into_value(self) -> Result<Value, Fault> {
        self.map_or(Ok(Value::Null), T::into_value)
    }
}

impl<T: IntoValue> IntoValue for Result<T, Fault> {
    const USE: Use = T::USE;

    fn into_value(self) -> Result<Value, Fault> {
        self.and_then(T::into_value)
    }
}

impl<T: IntoValue> IntoValue for Changed<T> {
    const USE: Use = Use::Both;

    fn into_value(self) -> Result<Value, Fault> {
        self.0.into_value()
    }
}
