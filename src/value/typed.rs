//! Typed lists: what `List:Int()` and its like take, converted on entry
//! (`deluge/help/create-list-datatype`).

use super::list::{Element, List};
use super::settings::Settings;
use super::{DateTime, Number, Value, convert, date_parse};
use crate::fault::{Fault, FaultKind};

/// A value as an element of a list of that type.
///
/// # Errors
/// The cast fault of `function` when the type does not take the value.
#[inline]
pub fn accept(element: Element, value: Value, settings: &Settings, function: &str) -> Result<Value, Fault> {
    match element {
        Element::Any => Ok(value),
        Element::String | Element::Int | Element::Float | Element::Date | Element::Bool => {
            let taken = match element {
                Element::Any => None,
                Element::String => text(&value, settings)?,
                Element::Int => whole(&value),
                Element::Float => number(&value, settings),
                Element::Date => date(&value, settings),
                Element::Bool => truth(&value),
            };
            taken.ok_or_else(|| refused(element, &value, function))
        }
    }
}

/// A typed list from a list, or from comma-separated text: `List:Int({1, "2"})`.
pub fn list_of(element: Element, items: &Value, settings: &Settings) -> Result<List, Fault> {
    const NAME: &str = "List";
    let items = convert::to_list(items).ok_or_else(|| cast(items, "LIST", NAME))?;
    let taken: Result<Vec<Value>, Fault> =
        items.borrow().iter().map(|item| accept(element, item.clone(), settings, NAME)).collect();
    let (list, taken) = (List::typed(element), taken?);
    list.change(|all| *all = taken);
    Ok(list)
}

#[cold]
fn refused(element: Element, value: &Value, function: &str) -> Fault {
    let expected = match element {
        Element::Any => "ANY",
        Element::String => "TEXT",
        Element::Int => "BIGINT",
        Element::Float => "DECIMAL, NUMBER",
        Element::Date => "DATE-TIME, DATE",
        Element::Bool => "BOOLEAN",
    };
    cast(value, expected, function)
}

fn cast(value: &Value, expected: &'static str, function: &str) -> Fault {
    let (found, function) = (value.kind().name().to_owned(), function.to_owned());
    // The page calls it a failed conversion; the wording is that of a cast.
    Fault::convert(FaultKind::Cast { found, expected, function }.to_string())
}

/// Texts, and the text form of everything else that has a value.
fn text(value: &Value, settings: &Settings) -> Result<Option<Value>, Fault> {
    match value {
        Value::Null => Ok(None),
        _ => Ok(Some(Value::Text(convert::to_text(value, settings)?))),
    }
}

fn whole(value: &Value) -> Option<Value> {
    match convert::to_number(value)? {
        Number::Int(n) => Some(Value::Int(n)),
        Number::Exact(wide) if wide.is_whole() => i64::try_from(wide.trunc()).ok().map(Value::Int),
        Number::Exact(_) | Number::Float(_) => None,
    }
}

/// Numbers, also in quotes; a date is its milliseconds since the epoch.
fn number(value: &Value, settings: &Settings) -> Option<Value> {
    match value {
        Value::Date(date) => Some(Value::Int(date.to_epoch(&settings.zone))),
        _ => convert::to_number(value).map(Value::from),
    }
}

/// Dates, also in double quotes; a bare number is milliseconds since the epoch.
fn date(value: &Value, settings: &Settings) -> Option<Value> {
    match value {
        Value::Date(date) => Some(Value::Date(DateTime::from_local(date.local_ms(), false))),
        Value::Int(ms) => DateTime::checked_from_epoch(*ms, &settings.zone).map(Value::Date),
        Value::Text(text) if Number::parse(text.trim()).is_none() => date_parse::parse(text, settings).map(Value::Date),
        _ => None,
    }
}

fn truth(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(b) => Some(Value::Bool(*b)),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(element: Element, value: Value) -> String {
        match accept(element, value, &Settings::default(), "add") {
            Ok(value) => format!("{value:?}"),
            Err(fault) => fault.message(),
        }
    }

    #[test]
    fn each_type_takes_what_its_page_says_and_refuses_the_rest() {
        assert_eq!(taken(Element::String, Value::Int(1)), r#"TEXT("1")"#);
        assert_eq!(taken(Element::Int, Value::text("12")), r#"NUMBER("12")"#);
        assert_eq!(
            taken(Element::Int, Value::text("abc")),
            "'TEXT' can not be cast to '[BIGINT]' for the function 'add'"
        );
        assert_eq!(taken(Element::Float, Value::text("1.50")), r#"DECIMAL("1.50")"#);
        assert_eq!(taken(Element::Bool, Value::text("TRUE")), r#"BOOLEAN("true")"#);
        assert!(taken(Element::Date, Value::text("1000")).contains("can not be cast"));
        assert_eq!(taken(Element::Date, Value::Int(1000)), r#"DATE-TIME("01-Jan-1970 00:00:01")"#);
        assert!(taken(Element::String, Value::Null).contains("can not be cast"));
        let list = list_of(Element::Int, &Value::text("1,2"), &Settings::default()).expect("numbers");
        assert_eq!(format!("{:?}", list.get(1)), r#"Some(NUMBER("2"))"#);
    }
}
