//! Built-ins that take a date apart.
//!
//! A text with an over-long day, hour, minute or second gives null here, where other date functions fail,
//! as the pages of these functions say.

use super::date_arithmetic::weekday;
use super::{Accepts, Cx, coerce};
use crate::fault::Fault;
use crate::value::date_parse::{self, Misfit};
use crate::value::{DateTime, Value};

builtins! { PARTS on Date {
    /// The day of the month.
    ///
    /// ```dg
    /// info '08-Jan-2019'.getDay();  // => 8
    /// ```
    "getDay" | "day" => fn day[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.civil().day as i64)
    }

    /// The month, 1 to 12.
    ///
    /// ```dg
    /// info '14-Dec-2023'.getMonth();  // => 12
    /// ```
    "getMonth" | "month" => fn month[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.civil().month as i64)
    }

    /// The year.
    ///
    /// ```dg
    /// info '08-Jan-2019'.getYear();  // => 2019
    /// ```
    "getYear" | "year" => fn year[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.civil().year as i64)
    }

    /// The hour, 0 to 23.
    ///
    /// ```dg
    /// info '01-Jan-2019 23:15:10'.getHour();  // => 23
    /// info '01-Jan-2019'.getHour();           // => 0
    /// ```
    "getHour" | "hour" => fn hour[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.ms_of_day() / 3_600_000)
    }

    /// The minute.
    ///
    /// ```dg
    /// info '01-Jan-2019 23:15:10'.getMinutes();  // => 15
    /// ```
    "getMinutes" | "minute" => fn minute[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.ms_of_day() / 60_000 % 60)
    }

    /// The second.
    ///
    /// ```dg
    /// info '01-Jan-2019 23:15:10'.getSeconds();  // => 10
    /// ```
    "getSeconds" | "second" => fn second[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.ms_of_day() / 1000 % 60)
    }

    /// The day of the week, 1 for Sunday to 7 for Saturday.
    ///
    /// ```dg
    /// info '15-Mar-2019'.getDayOfWeek();  // => 6
    /// ```
    "getDayOfWeek" | "weekday" => fn day_of_week[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.weekday() as i64 + 1)
    }

    /// The day of the year, 1 to 366.
    ///
    /// ```dg
    /// info '31-Dec-2020'.getDayOfYear();  // => 366
    /// ```
    "getDayOfYear" => fn day_of_year[cx](date: &Value) -> Result<Option<i64>, Fault> {
        part(cx, date, |date| date.civil().day_of_year() as i64)
    }

    /// The number of the week in its year; week 1 holds 1 January, and weeks start on Sunday or on `start_day`.
    ///
    /// ```dg
    /// info '7-Feb-2021'.getWeekOfYear();          // => 7
    /// info '7-Feb-2021'.getWeekOfYear("Monday");  // => 6
    /// ```
    "getWeekOfYear" => fn week_of_year[cx](date: &Value, start_day: Option<&str>) -> Result<Option<i64>, Fault> {
        let first = start_day.map_or(Ok(0), weekday)?;
        part(cx, date, |date| date.week_of_year(first).1 as i64)
    }
}}

/// A part of a date, or of the date that a text holds.
#[inline]
fn part(cx: &Cx<'_>, date: &Value, part: impl Fn(DateTime) -> i64) -> Result<Option<i64>, Fault> {
    match date {
        Value::Date(date) => Ok(Some(part(*date))),
        _ => Ok(from_text(cx, date)?.map(part)),
    }
}

#[cold]
fn from_text(cx: &Cx<'_>, value: &Value) -> Result<Option<DateTime>, Fault> {
    if let Value::Text(text) = value
        && date_parse::read(text, cx.settings).err() == Some(Misfit::LongPart)
    {
        return Ok(None);
    }
    let mut converted = value.clone();
    coerce::coerce(&mut converted, Accepts::Date, 0, cx)?;
    match converted {
        Value::Date(date) => Ok(Some(date)),
        _ => Ok(None),
    }
}
