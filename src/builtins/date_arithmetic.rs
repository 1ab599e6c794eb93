//! Built-ins that give another date: steps in both directions, starts and ends.
//!
//! Steps of a day or more keep the receiver's kind, DATE or DATE-TIME, and its clock time; an hour,
//! a minute or a second is real time, whatever the clocks do, and gives a DATE-TIME.

use super::Cx;
use crate::fault::Fault;
use crate::value::date::{Civil, DAY_MS, LOCAL_RANGE, days_in_month};
use crate::value::{DateTime, date_names};

pub const HOUR_MS: i64 = 3_600_000;
pub const MINUTE_MS: i64 = 60_000;
pub const SECOND_MS: i64 = 1000;

builtins! { ARITHMETIC on Date {
    /// The date a number of days later; a negative number goes back.
    ///
    /// ```dg
    /// info '01-Jan-2019'.addDay(11);           // => 12-Jan-2019 00:00:00
    /// info '01-Jan-2019 15:00:00'.addDay(-1);  // => 31-Dec-2018 15:00:00
    /// ```
    "addDay" => fn add_day(date: DateTime, days: i64) -> Result<DateTime, Fault> {
        plus_days(date, Some(days))
    }

    /// The date a number of weeks later.
    ///
    /// ```dg
    /// info '01-Jan-2019'.addWeek(10);  // => 12-Mar-2019 00:00:00
    /// ```
    "addWeek" => fn add_week(date: DateTime, weeks: i64) -> Result<DateTime, Fault> {
        plus_days(date, weeks.checked_mul(7))
    }

    /// The date a number of calendar months later; a day that the month lacks becomes its last one.
    ///
    /// ```dg
    /// info '01-Jan-2019 15:00:00'.addMonth(13);  // => 01-Feb-2020 15:00:00
    /// info '31-Jan-2019'.addMonth(1);            // => 28-Feb-2019 00:00:00
    /// ```
    "addMonth" => fn add_month(date: DateTime, months: i64) -> Result<DateTime, Fault> {
        plus_months(date, Some(months))
    }

    /// The date a number of calendar years later; 29 February becomes 28 February where the year has none.
    ///
    /// ```dg
    /// info '01-Jan-2019'.addYear(100);  // => 01-Jan-2119 00:00:00
    /// info '29-Feb-2020'.addYear(1);    // => 28-Feb-2021 00:00:00
    /// ```
    "addYear" => fn add_year(date: DateTime, years: i64) -> Result<DateTime, Fault> {
        plus_months(date, years.checked_mul(12))
    }

    /// The moment a number of hours later.
    ///
    /// ```dg
    /// info '01-Jan-2019 23:15:10'.addHour(2);  // => 02-Jan-2019 01:15:10
    /// ```
    "addHour" => fn add_hour[cx](date: DateTime, hours: i64) -> Result<DateTime, Fault> {
        plus_elapsed(date, hours.checked_mul(HOUR_MS), cx)
    }

    /// The moment a number of minutes later.
    ///
    /// ```dg
    /// info '01-Jan-2019 23:59:10'.addMinutes(2);  // => 02-Jan-2019 00:01:10
    /// ```
    "addMinutes" => fn add_minutes[cx](date: DateTime, minutes: i64) -> Result<DateTime, Fault> {
        plus_elapsed(date, minutes.checked_mul(MINUTE_MS), cx)
    }

    /// The moment a number of seconds later.
    ///
    /// ```dg
    /// info '01-Jan-2019'.addSeconds(70);  // => 01-Jan-2019 00:01:10
    /// ```
    "addSeconds" => fn add_seconds[cx](date: DateTime, seconds: i64) -> Result<DateTime, Fault> {
        plus_elapsed(date, seconds.checked_mul(SECOND_MS), cx)
    }

    /// The date a number of days earlier; a negative number goes forward.
    ///
    /// ```dg
    /// info '01-Jan-2019'.subDay(1);  // => 31-Dec-2018 00:00:00
    /// ```
    "subDay" => fn sub_day(date: DateTime, days: i64) -> Result<DateTime, Fault> {
        plus_days(date, days.checked_neg())
    }

    /// The date a number of weeks earlier.
    ///
    /// ```dg
    /// info '01-May-2019'.subWeek(4);  // => 03-Apr-2019 00:00:00
    /// ```
    "subWeek" => fn sub_week(date: DateTime, weeks: i64) -> Result<DateTime, Fault> {
        plus_days(date, weeks.checked_mul(-7))
    }

    /// The date a number of calendar months earlier; a day that the month lacks becomes its last one.
    ///
    /// ```dg
    /// info '01-Jan-2019'.subMonth(1);  // => 01-Dec-2018 00:00:00
    /// info '31-May-2019'.subMonth(1);  // => 30-Apr-2019 00:00:00
    /// ```
    "subMonth" => fn sub_month(date: DateTime, months: i64) -> Result<DateTime, Fault> {
        plus_months(date, months.checked_neg())
    }

    /// The date a number of calendar years earlier.
    ///
    /// ```dg
    /// info '01-Jan-2019'.subYear(1);  // => 01-Jan-2018 00:00:00
    /// ```
    "subYear" => fn sub_year(date: DateTime, years: i64) -> Result<DateTime, Fault> {
        plus_months(date, years.checked_mul(-12))
    }

    /// The moment a number of hours earlier.
    ///
    /// ```dg
    /// info '02-Jan-2019'.subHour(1);  // => 01-Jan-2019 23:00:00
    /// ```
    "subHour" => fn sub_hour[cx](date: DateTime, hours: i64) -> Result<DateTime, Fault> {
        plus_elapsed(date, hours.checked_mul(-HOUR_MS), cx)
    }

    /// The moment a number of minutes earlier.
    ///
    /// ```dg
    /// info '02-Jan-2019'.subMinutes(1);  // => 01-Jan-2019 23:59:00
    /// ```
    "subMinutes" => fn sub_minutes[cx](date: DateTime, minutes: i64) -> Result<DateTime, Fault> {
        plus_elapsed(date, minutes.checked_mul(-MINUTE_MS), cx)
    }

    /// The moment a number of seconds earlier.
    ///
    /// ```dg
    /// info '02-Jan-2019'.subSeconds(70);  // => 01-Jan-2019 23:58:50
    /// ```
    "subSeconds" => fn sub_seconds[cx](date: DateTime, seconds: i64) -> Result<DateTime, Fault> {
        plus_elapsed(date, seconds.checked_mul(-SECOND_MS), cx)
    }

    /// The date a number of calendar months later, without its time.
    ///
    /// ```dg
    /// info '01-Jan-2019 15:00:00'.edate(13);  // => 01-Feb-2020
    /// ```
    "edate" => fn edate(date: DateTime, months: i64) -> Result<DateTime, Fault> {
        plus_months(date, Some(months)).map(date_only)
    }

    /// The last day of the month that lies a number of months ahead; 0 is the date's own month.
    ///
    /// ```dg
    /// info '01-Jan-2019'.eomonth(1);  // => 28-Feb-2019
    /// info '15-Jan-2020'.eomonth(0);  // => 31-Jan-2020
    /// ```
    "eomonth" => fn eomonth(date: DateTime, months: i64) -> Result<DateTime, Fault> {
        let there = plus_months(date, Some(months))?.civil();
        let last = Civil { day: days_in_month(there.year, there.month), ..there };
        Ok(DateTime::from_civil(last, 0, true))
    }

    /// Midnight of the first day of the date's month.
    ///
    /// ```dg
    /// info '15-Mar-2019 15:00:00'.toStartOfMonth();  // => 01-Mar-2019 00:00:00
    /// ```
    "toStartOfMonth" => fn to_start_of_month(date: DateTime) -> DateTime {
        date.with_local(Civil { day: 1, ..date.civil() }.days() * DAY_MS)
    }

    /// Midnight of the Sunday on which the date's week starts; a Sunday is its own week's start.
    ///
    /// ```dg
    /// info '15-Mar-2019 15:00:00'.toStartOfWeek();  // => 10-Mar-2019 00:00:00
    /// ```
    "toStartOfWeek" => fn to_start_of_week(date: DateTime) -> Result<DateTime, Fault> {
        at_local(date, Some((date.day_number() - date.weekday() as i64) * DAY_MS))
    }

    /// The next date after this one on a weekday, named in English.
    ///
    /// ```dg
    /// info '20-Jul-2021'.nextWeekDay("Tuesday");  // => 27-Jul-2021
    /// info '20-Jul-2021'.nextWeekDay("Monday");   // => 26-Jul-2021
    /// ```
    "nextWeekDay" => fn next_week_day(date: DateTime, day: &str) -> Result<DateTime, Fault> {
        let ahead = (weekday(day)? + 6 - date.weekday()) % 7 + 1;
        plus_days(date, Some(ahead as i64)).map(date_only)
    }

    /// The last date before this one on a weekday, named in English.
    ///
    /// ```dg
    /// info '21-Jul-2021'.previousWeekDay("Wednesday");  // => 14-Jul-2021
    /// info '21-Jul-2021'.previousWeekDay("Monday");     // => 19-Jul-2021
    /// ```
    "previousWeekDay" => fn previous_week_day(date: DateTime, day: &str) -> Result<DateTime, Fault> {
        let back = (date.weekday() + 6 - weekday(day)?) % 7 + 1;
        plus_days(date, Some(-(back as i64))).map(date_only)
    }
}}

/// A date `days` days on; none stands for a count beyond all numbers.
#[inline]
pub fn plus_days(date: DateTime, days: Option<i64>) -> Result<DateTime, Fault> {
    let ms = days.and_then(|days| days.checked_mul(DAY_MS));
    at_local(date, ms.and_then(|ms| date.local_ms().checked_add(ms)))
}

fn plus_months(date: DateTime, months: Option<i64>) -> Result<DateTime, Fault> {
    const ALL_YEARS: i64 = 12 * 10_000;
    let there = months
        .filter(|months| (-ALL_YEARS..=ALL_YEARS).contains(months))
        .map(|months| date.civil().plus_months(months).days() * DAY_MS + date.ms_of_day());
    at_local(date, there)
}

/// A moment `ms` milliseconds of real time on.
pub fn plus_elapsed(date: DateTime, ms: Option<i64>, cx: &Cx<'_>) -> Result<DateTime, Fault> {
    let there = ms.filter(|ms| LOCAL_RANGE.contains(&date.local_ms().saturating_add(*ms)));
    let there = there.map(|ms| date.plus_elapsed(ms, cx.settings)).ok_or_else(out_of_calendar)?;
    at_local(there, Some(there.local_ms())).map(|_| there)
}

pub fn date_only(date: DateTime) -> DateTime {
    DateTime::from_local(date.local_ms(), true)
}

#[inline]
fn at_local(date: DateTime, local_ms: Option<i64>) -> Result<DateTime, Fault> {
    local_ms.and_then(|ms| date.moved_to(ms)).ok_or_else(out_of_calendar)
}

#[cold]
fn out_of_calendar() -> Fault {
    Fault::value("expected a date between the years 1 and 9999, found one beyond")
}

/// The number of a weekday, 0 = Sunday.
pub fn weekday(name: &str) -> Result<u32, Fault> {
    date_names::day(name.trim().as_bytes())
        .ok_or_else(|| Fault::value(format!("expected the English name of a weekday, found `{name}`")))
}
