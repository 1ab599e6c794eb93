//! Built-ins that measure from one date to another.
//!
//! Two families of months and years, as documented: `monthsBetween` and `yearsBetween` divide days by 30
//! and 365, `totalMonths` and `totalYears` follow the calendar. All but `timeBetween` go negative.

use super::Cx;
use super::date_arithmetic::{HOUR_MS, MINUTE_MS};
use crate::fault::Fault;
use crate::value::DateTime;
use crate::value::date::DAY_MS;

builtins! { DIFFERENCE on Date {
    /// The days from one date to another; times do not count.
    ///
    /// ```dg
    /// info '1-Jan-2020'.daysBetween('31-Dec-2020');  // => 365
    /// info '31-Dec-2019'.daysBetween('1-Jan-2019');  // => -364
    /// ```
    "daysBetween" => fn days_between(start: DateTime, end: DateTime) -> i64 {
        days(start, end)
    }

    /// The same as `daysBetween`: not the 30/360 day count that the name suggests.
    ///
    /// ```dg
    /// info '31-Dec-1989'.days360('01-Jan-1990');  // => 1
    /// ```
    "days360" => fn days360(start: DateTime, end: DateTime) -> i64 {
        days(start, end)
    }

    /// The whole hours from one moment to another.
    ///
    /// ```dg
    /// info hoursBetween('18-Dec-2019 09:00:00', '19-Dec-2019 10:00:00');  // => 25
    /// info hoursBetween('18-Dec-2019 07:00:00', '18-Dec-2019 08:59:59');  // => 1
    /// ```
    "hoursBetween" => fn hours_between[cx](start: DateTime, end: DateTime) -> i64 {
        elapsed(start, end, cx) / HOUR_MS
    }

    /// The days from one date to another, divided by 30 and cut off.
    ///
    /// ```dg
    /// info '31-Dec-1989'.monthsBetween('01-Feb-1990');  // => 1
    /// info '01-Feb-2020'.monthsBetween('01-Mar-2020');  // => 0
    /// ```
    "monthsBetween" => fn months_between(start: DateTime, end: DateTime) -> i64 {
        days(start, end) / 30
    }

    /// The days from one date to another, divided by 365 and cut off.
    ///
    /// ```dg
    /// info '1-Jan-2020'.yearsBetween('31-Dec-2020');  // => 1
    /// info '1-Jan-2019'.yearsBetween('31-Dec-2019');  // => 0
    /// ```
    "yearsBetween" => fn years_between(start: DateTime, end: DateTime) -> i64 {
        days(start, end) / 365
    }

    /// The complete calendar months from one date to another.
    ///
    /// ```dg
    /// info '01-Feb-2020'.totalMonths('01-Mar-2020');  // => 1
    /// info '31-Dec-1989'.totalMonths('01-Jan-1990');  // => 0
    /// ```
    "totalMonths" | "totalMonth" | "monthsDiff" => fn total_months(start: DateTime, end: DateTime) -> i64 {
        complete_months(start, end)
    }

    /// The complete calendar years from one date to another.
    ///
    /// ```dg
    /// info '02-Jan-2020'.totalYears('01-Jan-2021');  // => 0
    /// info '01-Jan-2019'.totalYears('01-Jan-2021');  // => 2
    /// ```
    "totalYears" | "totalYear" | "yearsDiff" => fn total_years(start: DateTime, end: DateTime) -> i64 {
        complete_months(start, end) / 12
    }

    /// The elapsed time in years of 365 days, as a decimal.
    ///
    /// ```dg
    /// info '17-Jan-2019'.yearFraction('29-Jan-2019');  // => 0.03287671232876712
    /// ```
    "yearFraction" => fn year_fraction[cx](start: DateTime, end: DateTime) -> f64 {
        elapsed(start, end, cx) as f64 / DAY_MS as f64 / 365.0
    }

    /// The elapsed time as hours, minutes and seconds, parts that are zero left out at the end; the end must be later.
    ///
    /// ```dg
    /// info '6-Jan-2020 10:10:12'.timeBetween('7-Jan-2020 11:20:14');  // => 25:10:2
    /// info '6-Jan-2020 10:00:00'.timeBetween('7-Jan-2020 20:00:00');  // => 34
    /// ```
    "timeBetween" => fn time_between[cx](start: DateTime, end: DateTime) -> Result<String, Fault> {
        hours_minutes_seconds(elapsed(start, end, cx))
    }
}}

fn days(start: DateTime, end: DateTime) -> i64 {
    end.day_number() - start.day_number()
}

/// Milliseconds of real time.
fn elapsed(start: DateTime, end: DateTime, cx: &Cx<'_>) -> i64 {
    let zone = &cx.settings.zone;
    end.to_epoch(zone) - start.to_epoch(zone)
}

fn complete_months(start: DateTime, end: DateTime) -> i64 {
    let (from, to) = (start.civil(), end.civil());
    let months = (to.year as i64 * 12 + to.month as i64) - (from.year as i64 * 12 + from.month as i64);
    match months {
        1.. if to.day < from.day => months - 1,
        ..=-1 if to.day > from.day => months + 1,
        _ => months,
    }
}

/// `25:10:2`, `25:10`, `34`.
pub fn hours_minutes_seconds(ms: i64) -> Result<String, Fault> {
    if ms < 0 {
        return Err(Fault::value("expected the end to be later than the start, found an earlier one"));
    }
    let (hours, minutes, seconds) = (ms / HOUR_MS, ms / MINUTE_MS % 60, ms / 1000 % 60);
    Ok(match (minutes, seconds) {
        (0, 0) => hours.to_string(),
        (_, 0) => format!("{hours}:{minutes}"),
        _ => format!("{hours}:{minutes}:{seconds}"),
    })
}
