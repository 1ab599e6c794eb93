//! Built-ins that count working days and hours.
//!
//! `weekends` names weekdays in English and replaces Saturday and Sunday; `holidays` lists dates.
//! Null or an empty list stands for none given.

use super::date_arithmetic::{HOUR_MS, MINUTE_MS, date_only, plus_days, weekday};
use super::{Accepts, Cx, coerce};
use crate::fault::Fault;
use crate::value::collection::{Collection, Contents};
use crate::value::date::DAY_MS;
use crate::value::{DateTime, Number, Value, convert};

/// The longest `subBusinessDay`, as documented.
const MOST_BACK: i64 = 365;
/// The longest collection outside Creator, as documented.
const MOST_LISTED: usize = 50_000;

builtins! { BUSINESS on Date {
    /// The date a number of working days later, its time kept; a negative number changes nothing.
    ///
    /// ```dg
    /// info '15-Mar-2019 09:30:00'.addBusinessDay(1);                                         // => 18-Mar-2019 09:30:00
    /// info '23-May-2020'.addBusinessDay(5, {"Sunday"}, {'25-May-2020'}).toString("dd-MMM");  // => 30-May
    /// ```
    "addBusinessDay" => fn add_business_day[cx](
        date: DateTime, days: i64, weekends: Option<&Value>, holidays: Option<&Value>
    ) -> Result<DateTime, Fault> {
        Calendar::new(weekends, holidays, cx)?.step(date, days, 1)
    }

    /// The date a number of working days earlier, without its time; a negative number changes nothing. At most 365.
    ///
    /// ```dg
    /// info '21-Jul-2021'.subBusinessDay(5);                                              // => 14-Jul-2021
    /// info '21-Jul-2021'.subBusinessDay(5, {"Sunday"}, {'20-Jul-2021', '19-Jul-2021'});  // => 13-Jul-2021
    /// ```
    "subBusinessDay" => fn sub_business_day[cx](
        date: DateTime, days: i64, weekends: Option<&Value>, holidays: Option<&Value>
    ) -> Result<DateTime, Fault> {
        if days > MOST_BACK {
            return Err(Fault::value(format!("expected at most {MOST_BACK} days, found {days}")));
        }
        Calendar::new(weekends, holidays, cx)?.step(date, days, -1).map(date_only)
    }

    /// The date a number of working days later, without its time.
    ///
    /// ```dg
    /// info '15-Mar-2019'.workday(1);  // => 18-Mar-2019
    /// ```
    "workday" => fn workday[cx](
        date: DateTime, days: i64, weekends: Option<&Value>, holidays: Option<&Value>
    ) -> Result<DateTime, Fault> {
        Calendar::new(weekends, holidays, cx)?.step(date, days, 1).map(date_only)
    }

    /// The moment a number of working hours later, or earlier for a negative number.
    ///
    /// `hours` is the working day, `{"start":9,"end":17}` unless given. Digits behind the decimal
    /// point are minutes: `1.30` is an hour and a half.
    ///
    /// ```dg
    /// info '1-Jan-2020 16:00:00'.addBusinessHour(2);    // => 02-Jan-2020 10:00:00
    /// info '2-Jan-2020 10:00:00'.addBusinessHour(-2);   // => 01-Jan-2020 16:00:00
    /// info '1-Jan-2020 10:00:00'.addBusinessHour(0.1);  // => 01-Jan-2020 10:01:00
    /// ```
    "addBusinessHour" => fn add_business_hour[cx](
        date: DateTime, count: Number, weekends: Option<&Value>, holidays: Option<&Value>, hours: Option<&Value>
    ) -> Result<DateTime, Fault> {
        if cx.settings.dialect.is_creator() {
            return Err(Fault::unsupported("`addBusinessHour` in Creator"));
        }
        let open = Opening::new(hours, cx)?;
        Calendar::new(weekends, holidays, cx)?.spend(date, business_ms(count, cx)?, open)
    }

    /// The working days after one date up to and including another; negative when that is earlier.
    ///
    /// ```dg
    /// info '1-Jan-2020'.workDaysBetween('6-Jan-2020', {"Saturday", "Sunday"}, {'2-Jan-2020', '3-Jan-2020'});  // => 1
    /// ```
    "workDaysBetween" => fn work_days_between[cx](
        start: DateTime, end: DateTime, weekends: Option<&Value>, holidays: Option<&Value>
    ) -> Result<i64, Fault> {
        let calendar = Calendar::new(weekends, holidays, cx)?;
        let (from, to) = (start.day_number(), end.day_number());
        let count = |mut days: std::ops::Range<i64>| days.by_ref().filter(|day| calendar.is_working(*day)).count() as i64;
        Ok(if from <= to { count(from + 1..to + 1) } else { -count(to..from) })
    }

    /// The working days from one date to another, both included; empty when that is earlier.
    ///
    /// ```dg
    /// days = '3-Jan-2020'.workDaysList('6-Jan-2020');
    /// info days.size();  // => 2
    /// ```
    "workDaysList" => fn work_days_list[cx](
        start: DateTime, end: DateTime, weekends: Option<&Value>, holidays: Option<&Value>
    ) -> Result<Collection, Fault> {
        let calendar = Calendar::new(weekends, holidays, cx)?;
        let days = (start.day_number()..=end.day_number()).filter(|day| calendar.is_working(*day));
        let days: Vec<_> = days.take(MOST_LISTED + 1).map(midnight).collect();
        if days.len() > MOST_LISTED {
            return Err(Fault::value(format!("expected at most {MOST_LISTED} working days, found more")));
        }
        Ok(Collection::new(Contents::Indexed(days)))
    }
}}

fn midnight(day: i64) -> Value {
    Value::Date(DateTime::from_local(day * DAY_MS, false))
}

/// Which days are worked.
struct Calendar {
    weekend: [bool; 7],
    /// Day numbers, sorted.
    holidays: Vec<i64>,
}

impl Calendar {
    fn new(weekends: Option<&Value>, holidays: Option<&Value>, cx: &Cx<'_>) -> Result<Self, Fault> {
        let mut weekend = [true, false, false, false, false, false, true];
        let names = items(weekends, cx)?;
        if !names.is_empty() {
            weekend = [false; 7];
            for name in &names {
                weekend[weekday(&convert::to_text(name, cx.settings)?)? as usize] = true;
            }
        }
        if weekend == [true; 7] {
            return Err(Fault::value("expected weekends that leave a day to work, found all seven days"));
        }
        let mut days = Vec::new();
        for mut day in items(holidays, cx)? {
            coerce::coerce(&mut day, Accepts::Date, 2, cx)?;
            if let Value::Date(date) = day {
                days.push(date.day_number());
            }
        }
        days.sort_unstable();
        Ok(Self { weekend, holidays: days })
    }

    fn is_working(&self, day: i64) -> bool {
        !self.weekend[(day + 4).rem_euclid(7) as usize] && self.holidays.binary_search(&day).is_err()
    }

    /// `count` working days on in a direction; nothing moves for a count below 1.
    fn step(&self, date: DateTime, count: i64, direction: i64) -> Result<DateTime, Fault> {
        let mut moved = date;
        let mut left = count;
        while left > 0 {
            moved = plus_days(moved, Some(direction))?;
            left -= self.is_working(moved.day_number()) as i64;
        }
        Ok(moved)
    }

    /// Spends working time from a moment on, forwards or backwards.
    fn spend(&self, date: DateTime, ms: i64, open: Opening) -> Result<DateTime, Fault> {
        let mut left = ms.abs();
        let mut at = DateTime::from_local(date.local_ms(), false);
        while left > 0 {
            let clock = at.ms_of_day().clamp(open.start, open.end);
            let free = if ms > 0 { open.end - clock } else { clock - open.start };
            let works = self.is_working(at.day_number());
            if works && free >= left {
                let clock = if ms > 0 { clock + left } else { clock - left };
                return Ok(DateTime::from_local(at.day_number() * DAY_MS + clock, false));
            }
            left -= if works { free } else { 0 };
            let (next, clock) = if ms > 0 { (1, open.start) } else { (-1, open.end.min(DAY_MS - 1)) };
            let day = plus_days(at, Some(next))?.day_number();
            at = DateTime::from_local(day * DAY_MS + clock, false);
        }
        Ok(at)
    }
}

/// The working hours of a day, in milliseconds since midnight.
#[derive(Clone, Copy)]
struct Opening {
    start: i64,
    end: i64,
}

impl Opening {
    fn new(hours: Option<&Value>, cx: &Cx<'_>) -> Result<Self, Fault> {
        let (start, end) = match hours {
            None | Some(Value::Null) => (9, 17),
            Some(Value::Map(map)) => (hour(map.get_str("start"), 9, cx)?, hour(map.get_str("end"), 17, cx)?),
            Some(other) => return Err(cx.cast(other, "MAP")),
        };
        if !(0 <= start && start < end && end <= 24) {
            let message = format!("expected business hours that start before they end, found {start} to {end}");
            return Err(Fault::value(message).help("hours are whole numbers from 0 to 24: `{\"start\":9,\"end\":17}`"));
        }
        Ok(Self { start: start * HOUR_MS, end: end * HOUR_MS })
    }
}

fn hour(value: Option<Value>, default: i64, cx: &Cx<'_>) -> Result<i64, Fault> {
    match value {
        None | Some(Value::Null) => Ok(default),
        Some(mut value) => {
            coerce::coerce(&mut value, Accepts::Index, 4, cx)?;
            match value {
                Value::Int(hour) => Ok(hour),
                other => Err(cx.cast(&other, "BIGINT")),
            }
        }
    }
}

/// The milliseconds of a count of hours, whose digits behind the point are minutes.
fn business_ms(count: Number, cx: &Cx<'_>) -> Result<i64, Fault> {
    let text = convert::to_text(&Value::from(count), cx.settings)?;
    let (hours, minutes) = text.split_once('.').unwrap_or((&text, "0"));
    let (sign, hours) = hours.strip_prefix('-').map_or((1, hours), |hours| (-1, hours));
    let read = |part: &str| part.parse::<i64>().ok().filter(|number| *number < 100_000_000);
    match (read(hours), read(minutes)) {
        (Some(hours), Some(minutes)) => Ok(sign * (hours * HOUR_MS + minutes * MINUTE_MS)),
        _ => Err(Fault::value(format!("expected a number of business hours, found {}", text.as_str()))),
    }
}

/// The elements of a list argument; none for null and for `{}`.
fn items(list: Option<&Value>, cx: &Cx<'_>) -> Result<Vec<Value>, Fault> {
    match list {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Map(map)) if map.became_list().is_none() && map.is_empty() => Ok(Vec::new()),
        Some(value) => match convert::to_list(value) {
            Some(list) => Ok(list.snapshot().to_vec()),
            None => Err(cx.cast(value, "LIST")),
        },
    }
}
