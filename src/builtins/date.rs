//! Built-ins that turn other values into dates, and texts of dates into milliseconds.
//!
//! `toNumber`, `isDate` and the rows of `toString` on other values are in `conversion` and `common`. The rest of
//! the family: `date_arithmetic`, `date_business`, `date_difference`, `date_parts`, `date_text`.

use super::Cx;
use super::date_arithmetic::date_only;
use crate::fault::{Fault, FaultKind};
use crate::value::{DateTime, Number, Value, date_parse, date_pattern, zone};

builtins! { DATE on Any {
    /// A text, epoch milliseconds or a DATE-TIME as a DATE, which has no time.
    ///
    /// `format` says how a text is written; what stands behind it is not looked at.
    /// A text that is no date is the error `UnParsable date`.
    ///
    /// ```dg
    /// info "2019-01-11 13:30:00".toDate();                       // => 11-Jan-2019
    /// info toDate("01,11,2019 1:30:00 pm", "MM,d,yyyy");         // => 11-Jan-2019
    /// info '11-Jan-2019 13:30:00'.toDate();                      // => 11-Jan-2019
    /// ```
    "toDate" => fn to_date[cx](value: &Value, format: Option<&str>) -> Result<DateTime, Fault> {
        moment(value, format, None, false, cx).map(date_only)
    }

    /// A text or epoch milliseconds as a DATE-TIME.
    ///
    /// A time behind the part that `format` describes is kept.
    ///
    /// ```dg
    /// info "01-11-2019 13:30:00".toDateTime("MM-d-yy");                      // => 11-Jan-2019 13:30:00
    /// info "2022-07-20T17:21:37Z".toDateTime("yyyy-MM-dd'T'HH:mm:ss");       // => 20-Jul-2022 17:21:37
    /// ```
    "toDateTime" => fn to_date_time[cx](value: &Value, format: Option<&str>) -> Result<DateTime, Fault> {
        moment(value, format, None, true, cx).map(with_time)
    }

    /// A text, read on the clocks of a time zone, as a DATE-TIME of the application's zone.
    ///
    /// ```dg
    /// info "01,11,2019 1:30:00 pm".toTime("MM,d,yyyy hh:mm:ss a");                   // => 11-Jan-2019 13:30:00
    /// info "01,11,2019 1:30:00 pm".toTime("MM,d,yyyy hh:mm:ss a", "Europe/Moscow");  // => 11-Jan-2019 10:30:00
    /// ```
    "toTime" => fn to_time[cx](value: &Value, format: Option<&str>, zone: Option<&str>) -> Result<DateTime, Fault> {
        moment(value, format, zone, true, cx).map(with_time)
    }
}}

builtins! { EPOCH on Text {
    /// Milliseconds since 1970 at the date that a text holds, read in a time zone or else the application's.
    ///
    /// Only a text will do, not a date; a text that holds no date is given back as it is, and an
    /// unknown zone is GMT.
    ///
    /// ```dg
    /// info "03-Feb-2020 03:48:12".unixEpoch("Asia/Calcutta");  // => 1580681892000
    /// info "03-Feb-2020 03:48:12".unixEpoch("GMT-8");          // => 1580730492000
    /// ```
    "unixEpoch" => fn unix_epoch[cx](text: &Value, zone: Option<&str>) -> Result<Value, Fault> {
        let Value::Text(read) = text else {
            return Err(if text.is_null() { cx.null() } else { cx.cast(text, "TEXT") });
        };
        let Some(date) = date_parse::parse(read, cx.settings) else { return Ok(text.clone()) };
        let named = zone.map(zone::find);
        Ok(Value::Int(date.to_epoch(named.as_ref().unwrap_or(&cx.settings.zone))))
    }
}}

/// Reads any value as a moment of the application's zone.
fn moment(
    value: &Value,
    format: Option<&str>,
    zone_name: Option<&str>,
    time_behind: bool,
    cx: &Cx<'_>,
) -> Result<DateTime, Fault> {
    let settings = cx.settings;
    match value {
        Value::Text(text) => {
            let named = zone_name.map(zone::find);
            let from = named.as_ref().unwrap_or(&settings.zone);
            match format {
                None => {
                    let date = date_parse::parse(text, settings).ok_or_else(|| unparsable(text))?;
                    Ok(if from == &settings.zone { date } else { shifted(date, from, cx) })
                }
                Some(format) => {
                    let read = date_pattern::read(text, format).ok_or_else(|| unparsable_by(text, format))?;
                    let read = if time_behind { read.with_time_behind(text) } else { read };
                    Ok(read.moment(from, &settings.zone))
                }
            }
        }
        Value::Date(date) => Ok(*date),
        Value::Null => Err(cx.null()),
        _ => {
            let number = value.number().ok_or_else(|| cx.cast(value, "DATE-TIME, DATE"))?;
            let date = number_ms(number).and_then(|ms| DateTime::checked_from_epoch(ms, &settings.zone));
            date.ok_or_else(beyond_calendar)
        }
    }
}

/// The fault of milliseconds that no calendar year has.
#[cold]
pub fn beyond_calendar() -> Fault {
    Fault::value("expected milliseconds of the years 1 to 9999, found a number beyond")
}

fn number_ms(number: Number) -> Option<i64> {
    match number {
        Number::Int(ms) => Some(ms),
        Number::Exact(wide) => i64::try_from(wide.trunc()).ok(),
        Number::Float(ms) => Number::Float(ms.trunc()).to_i64(),
    }
}

/// A wall-clock time of another zone on the application's clocks.
fn shifted(date: DateTime, from: &jiff::tz::TimeZone, cx: &Cx<'_>) -> DateTime {
    DateTime::from_epoch(date.to_epoch(from), &cx.settings.zone)
}

fn with_time(date: DateTime) -> DateTime {
    match date.is_date_only() {
        true => DateTime::from_local(date.local_ms(), false),
        false => date,
    }
}

#[cold]
fn unparsable(text: &str) -> Fault {
    let fault = Fault::new(FaultKind::Date);
    let iso = text.as_bytes().get(10) == Some(&b'T');
    match iso {
        true => fault.help(format!("`{}` has a `T` before its time: replace it by a blank", shortened(text))),
        false => fault.help(format!(
            "`{}` is in none of the date formats; name its own: `toDate(\"dd|MM|yyyy\")`",
            shortened(text)
        )),
    }
}

#[cold]
fn unparsable_by(text: &str, format: &str) -> Fault {
    let help = format!("`{}` is not written as `{}`", shortened(text), shortened(format));
    Fault::new(FaultKind::Date).help(help)
}

/// The start of a text that a message can show.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
