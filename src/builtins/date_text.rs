//! Built-ins that write a date out.

use super::Cx;
use super::date::beyond_calendar;
use crate::fault::Fault;
use crate::value::{DateTime, Settings, Text, Value, convert, date_format, date_names, zone};
use std::cell::RefCell;

builtins! { WRITTEN on Date {
    /// The date as text, by a pattern of Java's letters and in a named time zone.
    ///
    /// Without a pattern it is the application's format. A pattern with a letter that means nothing gives null.
    ///
    /// ```dg
    /// when = '29-Jan-2019 14:07:09';
    /// info when.toString("yyyy-MM-dd'T'HH:mm:ss");  // => 2019-01-29T14:07:09
    /// info when.toString("EEEE, d MMMM, hh:mm a");  // => Tuesday, 29 January, 02:07 PM
    /// info when.toString("HH:mm z", "IST");         // => 19:37 IST
    /// info when.toString("b");                      // => null
    /// ```
    "toString" | "toText" => fn to_string[cx](
        date: DateTime, format: Option<&str>, zone: Option<&str>
    ) -> Result<Option<Text>, Fault> {
        match format {
            None => convert::to_text(&Value::Date(date), cx.settings).map(Some),
            Some(format) => Ok(written(date, format, zone, cx.settings)),
        }
    }

    /// The date as text, by a pattern of Java's letters.
    ///
    /// ```dg
    /// info '29-Jan-2019'.text("EEEE");  // => Tuesday
    /// ```
    "text" => fn text[cx](date: DateTime, format: &str) -> Option<Text> {
        written(date, format, None, cx.settings)
    }

    /// The day with its ordinal, the month and the year.
    ///
    /// ```dg
    /// info '17-Jan-2018 10:10:37'.getDate();  // => 17th January 2018
    /// ```
    "getDate" => fn get_date(date: DateTime) -> String {
        long_date(date)
    }

    /// The date and the time on a 12- or 24-hour clock, 12 unless given, with seconds if asked for.
    ///
    /// ```dg
    /// info '17-Jan-2018 09:00:59'.getDateTime();          // => 17th January 2018,09:00 AM
    /// info '17-Jan-2018 10:10:37'.getDateTime(24, true);  // => 17th January 2018,10:10:37
    /// ```
    "getDateTime" => fn get_date_time[cx](
        date: DateTime, clock: Option<i64>, show_seconds: Option<bool>
    ) -> Result<String, Fault> {
        Ok(format!("{},{}", long_date(date), clock_time(date, clock, show_seconds, cx)?))
    }

    /// The time on a 12- or 24-hour clock, 12 unless given, with seconds if asked for.
    ///
    /// ```dg
    /// info '17-Jan-2018 09:00:59'.getTime();          // => 09:00 AM
    /// info '17-Jan-2018 18:10:37'.getTime(24, true);  // => 18:10:37
    /// ```
    "getTime" => fn get_time[cx](
        date: DateTime, clock: Option<i64>, show_seconds: Option<bool>
    ) -> Result<String, Fault> {
        clock_time(date, clock, show_seconds, cx)
    }
}}

builtins! { MILLISECONDS on Number {
    /// Milliseconds since 1970 as text, by a pattern and in a named time zone.
    ///
    /// ```dg
    /// ms = 1693905560373;
    /// info ms.toDateTimeString("MMM dd, yy 'at' hh:mm:ss z, E", "IST");  // => Sep 05, 23 at 02:49:20 IST, Tue
    /// ```
    "toDateTimeString" => fn to_date_time_string[cx](
        milliseconds: i64, format: &str, zone: Option<&str>
    ) -> Result<Option<Text>, Fault> {
        let date = DateTime::checked_from_epoch(milliseconds, &cx.settings.zone).ok_or_else(beyond_calendar)?;
        Ok(written(date, format, zone, cx.settings))
    }
}}

thread_local! {
    /// Where a short text is put together, so that it needs no memory of its own.
    static DRAFT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A date by a pattern, in a named zone or else the application's; none when the pattern holds an unknown letter.
pub fn written(date: DateTime, pattern: &str, zone_name: Option<&str>, settings: &Settings) -> Option<Text> {
    DRAFT.with_borrow_mut(|draft| {
        draft.clear();
        let own = &settings.zone;
        let known = match zone_name.map(zone::find) {
            Some(zone) if zone != *own => {
                date_format::write(DateTime::from_epoch(date.to_epoch(own), &zone), pattern, &zone, draft)
            }
            Some(_) | None => date_format::write(date, pattern, own, draft),
        };
        known.then(|| Text::new(draft))
    })
}

/// `17th January 2018`
fn long_date(date: DateTime) -> String {
    let civil = date.civil();
    let ending = match (civil.day % 10, civil.day / 10) {
        (1, tens) if tens != 1 => "st",
        (2, tens) if tens != 1 => "nd",
        (3, tens) if tens != 1 => "rd",
        _ => "th",
    };
    format!("{}{ending} {} {}", civil.day, date_names::MONTHS[civil.month as usize - 1], civil.year)
}

fn clock_time(date: DateTime, clock: Option<i64>, seconds: Option<bool>, cx: &Cx<'_>) -> Result<String, Fault> {
    let pattern = match (clock.unwrap_or(12), seconds.unwrap_or(false)) {
        (12, false) => "hh:mm a",
        (12, true) => "hh:mm:ss a",
        (24, false) => "HH:mm",
        (24, true) => "HH:mm:ss",
        (other, _) => return Err(Fault::value(format!("expected a 12 or 24 hour clock, found {other}"))),
    };
    Ok(date_format::format(date, pattern, cx.settings).unwrap_or_default())
}
