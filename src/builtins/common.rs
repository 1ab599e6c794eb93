//! Built-ins on any value: null and type tests, equality.
//!
//! None of them fails on null. Conversions are in `conversion`.

use crate::fault::{Fault, FaultKind};
use crate::value::collection::Contents;
use crate::value::{Kind, Value, compare, date_parse};

builtins! { COMMON on Any {
    /// Whether there is no value: null, or the empty text. Creator gives null for a map of blank texts.
    ///
    /// ```dg
    /// info isNull("");   // => true
    /// info isNull(" ");  // => false
    /// ```
    "isNull" => fn is_null[cx](value: &Value) -> Option<bool> {
        match value {
            Value::Null => Some(true),
            Value::Text(text) => Some(text.is_empty()),
            _ if cx.settings.dialect.is_creator() && is_map_of_blanks(value) => None,
            _ => Some(false),
        }
    }

    /// Whether a text has nothing but white space, or a list, map or collection no element. Null is blank
    /// in Creator only, which gives null for a map of blank texts.
    ///
    /// ```dg
    /// info isBlank(" ");    // => true
    /// info {}.isBlank();    // => true
    /// info isBlank({" "});  // => false
    /// ```
    "isBlank" => fn is_blank[cx](value: &Value) -> Option<bool> {
        let creator = cx.settings.dialect.is_creator();
        match value {
            Value::Null => Some(creator),
            Value::Text(text) => Some(text.trim().is_empty()),
            _ if creator && is_map_of_blanks(value) => None,
            _ => Some(has_no_element(value)),
        }
    }

    /// Whether a text has no character, or a list, map or collection no element; true for null.
    ///
    /// ```dg
    /// info "".isEmpty();      // => true
    /// info " ".isEmpty();     // => false
    /// info {1, 2}.isEmpty();  // => false
    /// ```
    "isEmpty" => fn is_empty(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => has_no_element(value),
        }
    }

    /// Whether there is a value that is not empty.
    ///
    /// ```dg
    /// info "Zoho".isValidObject();  // => true
    /// info isValidObject("");       // => false
    /// ```
    "isValidObject" => fn is_valid_object(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::Text(text) => !text.is_empty(),
            _ => !has_no_element(value),
        }
    }

    /// The value, or another one in place of null. The other one is worked out only if needed; the empty text
    /// is no null.
    ///
    /// ```dg
    /// info ifNull(null, "Not found");   // => Not found
    /// info ifNull("Ann", "Not found");  // => Ann
    /// ```
    "ifNull" => fn if_null(value: &Value, other: &Value) -> Value {
        if value.is_null() { other.clone() } else { value.clone() }
    }

    /// Whether two values are of the same type and equal; dates are compared by their moment.
    ///
    /// ```dg
    /// info "Zoho".equals("zoho");                    // => false
    /// info "5".equals(5);                            // => false
    /// info '01-Jan-2017'.equals('2017-01-01');       // => true
    /// ```
    "equals" => fn equals(value: &Value, other: &Value) -> Result<bool, Fault> {
        compare::strictly_equal(value, other)
    }

    /// Whether the value is a text that spells no number; null for a list, map, collection, file, boolean or null.
    ///
    /// ```dg
    /// info isText("Hello");  // => true
    /// info isText("123");    // => false
    /// info isText({1, 2});   // => null
    /// ```
    "isText" => fn is_text(value: &Value) -> Option<bool> {
        match value.kind() {
            Kind::Text => Some(value.as_text().is_some_and(|text| !super::conversion::spells_number(text))),
            Kind::Int | Kind::Decimal | Kind::Date | Kind::Time => Some(false),
            Kind::Null | Kind::Bool | Kind::List | Kind::Map | Kind::Collection | Kind::File | Kind::Error => None,
        }
    }

    /// Whether the value is a number or a text that spells one; null for a list, map or collection.
    ///
    /// ```dg
    /// info isNumber("12.3");     // => true
    /// info isNumber("24/2*10");  // => false
    /// ```
    "isNumber" => fn is_number(value: &Value) -> Option<bool> {
        match value.kind() {
            Kind::Text => Some(value.as_text().is_some_and(|text| super::conversion::spells_number(text))),
            Kind::Int | Kind::Decimal => Some(true),
            Kind::List | Kind::Map | Kind::Collection => None,
            Kind::Null | Kind::Bool | Kind::Date | Kind::Time | Kind::File | Kind::Error => Some(false),
        }
    }

    /// Whether the value is a date or a text that holds one. Any other text is an error; null for a list, map or
    /// collection.
    ///
    /// ```dg
    /// info isDate("01-Jan-2019");  // => true
    /// info isDate(100);            // => false
    /// ```
    "isDate" => fn is_date[cx](value: &Value) -> Result<Option<bool>, Fault> {
        match value {
            Value::Text(text) => match date_parse::parse(text, cx.settings) {
                Some(_) => Ok(Some(true)),
                None => Err(FaultKind::Date.into()),
            },
            _ => Ok(match value.kind() {
                Kind::Date => Some(true),
                Kind::List | Kind::Map | Kind::Collection => None,
                Kind::Null | Kind::Bool | Kind::Int | Kind::Decimal | Kind::Text => Some(false),
                Kind::Time | Kind::File | Kind::Error => Some(false),
            }),
        }
    }

    /// Whether the value is a file.
    ///
    /// ```dg
    /// info isFile("report.pdf");  // => false
    /// ```
    "isFile" => fn is_file(value: &Value) -> bool {
        value.kind() == Kind::File
    }
}}

/// `{" ":" "}`, of which Creator cannot say whether it is null
/// (`deluge/help/functions/common/isnull-isblank-isempty-difference`).
fn is_map_of_blanks(value: &Value) -> bool {
    let Value::Map(map) = value else { return false };
    let blank = |value: &Value| value.as_text().is_some_and(|text| text.trim().is_empty());
    let all_blank = map.with(|pairs| pairs.iter().all(|(key, value)| key.as_str().trim().is_empty() && blank(value)));
    all_blank && !has_no_element(value)
}

/// Whether a value is a container without elements.
fn has_no_element(value: &Value) -> bool {
    match value {
        Value::List(list) => list.is_empty(),
        Value::Map(map) => match map.became_list() {
            Some(list) => list.is_empty(),
            None => map.is_empty(),
        },
        Value::Collection(collection) => match &*collection.borrow() {
            Contents::Undecided => true,
            Contents::Indexed(items) => items.is_empty(),
            Contents::Keyed(pairs) => pairs.is_empty(),
        },
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Decimal(_)
        | Value::Wide(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::File(_)
        | Value::Error(_) => false,
    }
}
