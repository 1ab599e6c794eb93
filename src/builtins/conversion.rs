//! Built-ins that turn values into texts and numbers.
//!
//! A pattern holding `0` or `#` is one of Java's `DecimalFormat`; any other is a date pattern, for which a
//! number counts milliseconds since the epoch. Rows on dates are in the date files.

use super::date::beyond_calendar;
use super::date_text::written;
use super::{Cx, decimal_format};
use crate::fault::Fault;
use crate::value::{DateTime, Number, Text, Value, convert, date_parse};

builtins! { CONVERSION on Any {
    /// The text form of a value, as `info` shows it; null stays null.
    ///
    /// ```dg
    /// info {1, 2}.toString();     // => 1,2
    /// info toText({"a": 1});      // => {"a":1}
    /// ```
    "toString" | "toText" => fn to_string[cx](
        value: &Value,
        format: Option<&str>,
        zone: Option<&str>,
    ) -> Result<Option<Text>, Fault> {
        if value.is_null() {
            return Ok(None);
        }
        match format.or(zone) {
            None => convert::to_text(value, cx.settings).map(Some),
            Some(_) => Err(cx.cast(value, FORMATTED)),
        }
    }

    /// A number, date or text that holds one, written by a pattern.
    ///
    /// ```dg
    /// info 2434.text("000000000");  // => 000002434
    /// ```
    "text" => fn text[cx](value: &Value, format: &str) -> Result<Option<Text>, Fault> {
        match value {
            Value::Null => Err(cx.null()),
            Value::Text(text) => formatted_text(text, format, None, cx),
            _ => match value.number() {
                Some(number) => formatted_number(number, format, None, cx),
                None => Err(cx.cast(value, FORMATTED)),
            },
        }
    }

    /// A value as a NUMBER: fractions are cut off, a date gives milliseconds since the epoch, a text must spell
    /// a number.
    ///
    /// ```dg
    /// info 99.9.toLong();        // => 99
    /// info "1234".toNumber();    // => 1234
    /// info toLong(-2.7);         // => -2
    /// ```
    "toNumber" | "toLong" => fn to_number[cx](value: &Value) -> Result<i64, Fault> {
        if let Value::Date(date) = value {
            return Ok(date.to_epoch(&cx.settings.zone));
        }
        let number = read_number(value, "BIGINT", cx)?;
        number.to_i64().ok_or_else(|| too_large(number))
    }

    /// A value as a DECIMAL, with the digits that it is written with; a text must spell a number.
    ///
    /// ```dg
    /// info "15.50".toDecimal();  // => 15.50
    /// info "100".toDecimal();    // => 100
    /// ```
    "toDecimal" => fn to_decimal[cx](value: &Value) -> Result<Number, Fault> {
        Ok(match read_number(value, "DECIMAL", cx)? {
            Number::Int(n) => Number::Exact(crate::value::Wide::new(n.into(), 0)),
            number @ (Number::Exact(_) | Number::Float(_)) => number,
        })
    }
}}

builtins! { TEXT_CONVERSION on Text {
    /// The text itself; with a format, the number or date that it holds, written by that pattern.
    ///
    /// ```dg
    /// info "Zoho".toString();                 // => Zoho
    /// info "1234.5".toString("#,##0.00");     // => 1,234.50
    /// ```
    "toString" | "toText" => fn text_to_string[cx](
        text: &Text,
        format: Option<&str>,
        zone: Option<&str>,
    ) -> Result<Option<Text>, Fault> {
        match format {
            None => Ok(Some(text.clone())),
            Some(format) => formatted_text(text, format, zone, cx),
        }
    }
}}

builtins! { NUMBER_CONVERSION on Number {
    /// The digits of a number; with a format, the number by that pattern, or the date that many milliseconds
    /// after the epoch, in a zone.
    ///
    /// ```dg
    /// info 100.toString();                  // => 100
    /// info 0.2.toString("0%");              // => 20%
    /// info 1234567.891.toText("#,##0.00");  // => 1,234,567.89
    /// ```
    "toString" | "toText" => fn number_to_string[cx](
        number: Number,
        format: Option<&str>,
        zone: Option<&str>,
    ) -> Result<Option<Text>, Fault> {
        match format {
            Some(format) => formatted_number(number, format, zone, cx),
            None => convert::to_text(&number.into(), cx.settings).map(Some),
        }
    }
}}

/// What a formatting function takes (`deluge/help/error-messages`).
const FORMATTED: &str = "DECIMAL, NUMBER, DATE, DATE-TIME";

fn formatted_text(text: &Text, format: &str, zone: Option<&str>, cx: &Cx<'_>) -> Result<Option<Text>, Fault> {
    if let Some(number) = spelled_number(text) {
        return formatted_number(number, format, zone, cx);
    }
    match date_parse::parse(text, cx.settings) {
        Some(date) => Ok(written(date, format, zone, cx.settings)),
        None => Err(cx.cast(&Value::Text(text.clone()), FORMATTED)),
    }
}

fn formatted_number(number: Number, format: &str, zone: Option<&str>, cx: &Cx<'_>) -> Result<Option<Text>, Fault> {
    if decimal_format::is_pattern(format) {
        return decimal_format::format(number, format)
            .map(|text| Some(text.into()))
            .map_err(|why| bad_format(format, &why));
    }
    let date = number.to_i64().and_then(|ms| DateTime::checked_from_epoch(ms, &cx.settings.zone));
    let date = date.ok_or_else(beyond_calendar)?;
    Ok(written(date, format, zone, cx.settings))
}

#[cold]
fn bad_format(format: &str, why: &str) -> Fault {
    Fault::value(format!("`{format}` is not a number format: {why}"))
}

#[cold]
fn too_large(number: Number) -> Fault {
    let mut shown = String::new();
    number.write(&mut shown);
    Fault::other("run.overflow", format!("{shown} does not fit into a NUMBER"))
}

/// The number that a text spells with a sign, digits and a point; no exponent.
fn spelled_number(text: &str) -> Option<Number> {
    let text = text.trim();
    if text.contains(['e', 'E']) { None } else { Number::parse(text) }
}

/// Whether a text spells a number.
pub fn spells_number(text: &str) -> bool {
    spelled_number(text).is_some()
}

fn read_number(value: &Value, expected: &'static str, cx: &Cx<'_>) -> Result<Number, Fault> {
    match value {
        Value::Null => Err(cx.null()),
        Value::Text(text) => spelled_number(text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            Fault::convert(format!("expected a number for the function {}, found the text `{shown}`", cx.function))
        }),
        _ => value.number().ok_or_else(|| cx.cast(value, expected)),
    }
}
