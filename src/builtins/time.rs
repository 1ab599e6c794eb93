//! Built-ins on TIME, a value that only Creator has.
//!
//! A step that leaves the day is Zoho's `Invalid Operation. Value outside 24 hour range`.

use super::date_difference::hours_minutes_seconds;
use crate::fault::{Fault, FaultKind};
use crate::value::{DateTime, Time, date_format};

builtins! { TIME on Time {
    /// The time a number of hours later on the same day.
    ///
    /// ```dg
    /// info '13:15:10'.addHour(1);  // => 14:15:10
    /// ```
    "addHour" => fn add_hour(time: Time, hours: i64) -> Result<Time, Fault> {
        plus(time, hours.checked_mul(3600))
    }

    /// The time a number of minutes later on the same day.
    ///
    /// ```dg
    /// info '13:15:10'.addMinutes(1);  // => 13:16:10
    /// ```
    "addMinutes" => fn add_minutes(time: Time, minutes: i64) -> Result<Time, Fault> {
        plus(time, minutes.checked_mul(60))
    }

    /// The time a number of seconds later on the same day.
    ///
    /// ```dg
    /// info '10:00:00 PM'.addSeconds(4);  // => 10:00:04 PM
    /// ```
    "addSeconds" => fn add_seconds(time: Time, seconds: i64) -> Result<Time, Fault> {
        plus(time, Some(seconds))
    }

    /// The time a number of hours earlier on the same day.
    ///
    /// ```dg
    /// info '10:00:00 PM'.subHour(4);  // => 06:00:00 PM
    /// ```
    "subHour" => fn sub_hour(time: Time, hours: i64) -> Result<Time, Fault> {
        plus(time, hours.checked_mul(-3600))
    }

    /// The time a number of minutes earlier on the same day.
    ///
    /// ```dg
    /// info '00:00:00'.subMinutes(-4);  // => 00:04:00
    /// ```
    "subMinutes" => fn sub_minutes(time: Time, minutes: i64) -> Result<Time, Fault> {
        plus(time, minutes.checked_mul(-60))
    }

    /// The time a number of seconds earlier on the same day.
    ///
    /// ```dg
    /// info '13:15:10'.subSeconds(1000);  // => 12:58:30
    /// ```
    "subSeconds" => fn sub_seconds(time: Time, seconds: i64) -> Result<Time, Fault> {
        plus(time, seconds.checked_neg())
    }

    /// The hour as the time shows it: 10 for `'10:00:00 PM'`, 22 for `'22:00:00'`.
    ///
    /// ```dg
    /// info '10:00:00 PM'.getHour();  // => 10
    /// ```
    "getHour" => fn hour(time: Time) -> i64 {
        match time.twelve_hour {
            true => (time.hour() as i64 + 11) % 12 + 1,
            false => time.hour() as i64,
        }
    }

    /// The minute of a time.
    ///
    /// ```dg
    /// info '13:15:10'.getMinutes();  // => 15
    /// ```
    "getMinutes" => fn minute(time: Time) -> i64 {
        time.minute() as i64
    }

    /// The second of a time.
    ///
    /// ```dg
    /// info '13:15:10'.getSeconds();  // => 10
    /// ```
    "getSeconds" => fn second(time: Time) -> i64 {
        time.second() as i64
    }

    /// The time as text, by a pattern of Java's letters if one is given.
    ///
    /// ```dg
    /// info '13:15:10'.toString("hh:mm a");  // => 01:15 PM
    /// ```
    "toString" | "toText" => fn to_string[cx](time: Time, format: Option<&str>) -> Option<String> {
        match format {
            None => Some(time.to_string()),
            Some(format) => {
                let moment = DateTime::from_local(time.seconds as i64 * 1000, false);
                date_format::format(moment, format, cx.settings)
            }
        }
    }

    /// The time from one time to a later one, as hours, minutes and seconds without zeros at the end.
    ///
    /// ```dg
    /// info '10:00:00'.timeBetween('12:30:00');  // => 2:30
    /// ```
    "timeBetween" => fn time_between(start: Time, end: Time) -> Result<String, Fault> {
        hours_minutes_seconds((end.seconds as i64 - start.seconds as i64) * 1000)
    }
}}

fn plus(time: Time, seconds: Option<i64>) -> Result<Time, Fault> {
    let there = seconds.and_then(|seconds| seconds.checked_add(time.seconds as i64));
    match there {
        Some(seconds @ 0..86_400) => Ok(Time { seconds: seconds as u32, ..time }),
        Some(_) | None => Err(FaultKind::TimeRange.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, change: fn(Time) -> Result<Time, Fault>) -> Result<String, String> {
        let time = Time::parse(text).expect("a time");
        change(time).map(|time| time.to_string()).map_err(|fault| fault.message())
    }

    #[test]
    fn times_keep_their_form_and_stay_in_the_day() {
        let ok = |text: &str| Ok(text.to_owned());
        let outside = Err("Invalid Operation. Value outside 24 hour range".to_owned());
        assert_eq!(shown("13:15:10", |time| add_hour(time, 1)), ok("14:15:10"));
        assert_eq!(shown("10:00:00 PM", |time| sub_hour(time, 4)), ok("06:00:00 PM"));
        assert_eq!(shown("10:00:00 PM", |time| add_hour(time, 4)), outside);
        assert_eq!(shown("00:00:00", |time| sub_minutes(time, -4)), ok("00:04:00"));
        assert_eq!(shown("00:00:00", |time| add_minutes(time, -4)), outside);
        assert_eq!(shown("13:15:10", |time| sub_seconds(time, 1000)), ok("12:58:30"));
        assert_eq!(shown("13:15:10", |time| add_seconds(time, i64::MAX)), outside);
        assert_eq!(hour(Time::parse("10:00:00 PM").expect("a time")), 10);
        assert_eq!(hour(Time::parse("12:30:00 AM").expect("a time")), 12);
    }
}
