//! What people write about a schedule, in JSON and in `ararat.toml`, and how it is read.

use super::calendar::{Calendar, DayOf, Unit};
use super::plan::{Plan, Repeat};
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// A schedule as it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleWish {
    /// Unique in any case, at most 100 characters.
    pub name: String,
    /// A published function of the category `schedule` or `standalone`.
    pub function: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `once`, `minute`, `hour`, `day`, `week`, `month` or `year`; or there is a `cron`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Every>,
    /// Every so many of them; 1 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<i64>,
    /// Days of the week, or a day of the month: `15`, `last`, `second tuesday`. That of the start where absent.
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
    /// Five fields: minute, hour, day of the month, month, day of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// `2026-03-01T09:30` or `2026-03-01`, in the zone: the earliest run, and the time of day of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Nothing runs later; a day alone is included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Ends after so many runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// An IANA time zone; the engine's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    #[serde(default)]
    pub missed: Missed,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub arguments: Map<String, Value>,
    #[serde(default = "on")]
    pub enabled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    Once,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// What becomes of runs whose time passed while no engine was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// They are passed over.
    Skip,
    /// The last of them runs, for all.
    #[default]
    Once,
    /// All of them run, the last hundred at most.
    All,
}

fn on() -> bool {
    true
}

/// A text, a number or a list of them.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!("expected a day in `on`, found `{other}`"))),
    };
    match Value::deserialize(deserializer)? {
        Value::Array(items) => items.iter().map(one).collect(),
        other => Ok(vec![one(&other)?]),
    }
}

const MINUTE: i64 = 60_000;
/// More than any calendar needs, less than what overflows.
const LONGEST_INTERVAL: i64 = 1_000_000;

impl ScheduleWish {
    /// When it runs. `zone` is that of the engine, `today` the day on which a cron expression without a
    /// start begins.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub fn plan(&self, zone: &TimeZone, today: Date) -> Result<Plan, String> {
        crate::server::names::check(&self.name)?;
        let zone = match &self.zone {
            None => zone.clone(),
            Some(name) => crate::value::zone::known(name)
                .ok_or_else(|| format!("expected a time zone such as `Europe/Berlin`, found `{name}`"))?,
        };
        let start = self.start.as_deref().map(|text| moment("start", text, midnight)).transpose()?;
        let end = self.end.as_deref().map(|text| moment("end", text, end_of_day)).transpose()?;
        if self.times == Some(0) {
            return Err("expected at least 1 in `times`, found 0".to_owned());
        }
        let (repeat, start) = match (self.every, &self.cron) {
            (Some(every), None) => {
                let start = start.ok_or("expected a `start`, the day and time from which runs are counted")?;
                (self.repeat(every, start)?, start)
            }
            (None, Some(expression)) => (self.cron(expression)?, start.unwrap_or(midnight(today))),
            (Some(_), Some(_)) => return Err("expected either `every` or `cron`, found both".to_owned()),
            (None, None) => return Err("expected `every` or `cron`, found neither".to_owned()),
        };
        if end.is_some_and(|end| end < start) {
            return Err("expected an `end` after the `start`, found an earlier one".to_owned());
        }
        Ok(Plan { repeat, start, end, zone })
    }

    fn repeat(&self, every: Every, start: DateTime) -> Result<Repeat, String> {
        let interval = self.interval.unwrap_or(1);
        if !(1..=LONGEST_INTERVAL).contains(&interval) {
            return Err(format!("expected 1 to {LONGEST_INTERVAL} in `interval`, found {interval}"));
        }
        let calendar = |unit| Repeat::Calendar(Calendar { unit, interval });
        match every {
            Every::Week => Ok(calendar(Unit::Week(self.weekdays(start)?))),
            Every::Month => Ok(calendar(Unit::Month(self.day_of_month(start)?))),
            Every::Year => Ok(calendar(Unit::Year(start.month(), self.day_of_month(start)?))),
            Every::Once | Every::Minute | Every::Hour | Every::Day if !self.on.is_empty() => {
                Err("`on` goes with `every` week, month or year".to_owned())
            }
            Every::Once if self.interval.is_some() => Err("`interval` does not go with `every` once".to_owned()),
            Every::Once => Ok(Repeat::Once),
            Every::Minute => Ok(Repeat::Elapsed(interval * MINUTE)),
            Every::Hour => Ok(Repeat::Elapsed(interval * 60 * MINUTE)),
            Every::Day => Ok(calendar(Unit::Day)),
        }
    }

    fn weekdays(&self, start: DateTime) -> Result<Vec<Weekday>, String> {
        let mut days = self.on.iter().map(|word| weekday(word)).collect::<Result<Vec<_>, _>>()?;
        if days.is_empty() {
            days.push(start.weekday());
        }
        days.sort_by_key(|day| day.to_monday_zero_offset());
        days.dedup();
        Ok(days)
    }

    fn day_of_month(&self, start: DateTime) -> Result<DayOf, String> {
        match self.on.as_slice() {
            [] => Ok(DayOf::Number(start.day())),
            [word] => day_of_month(word),
            _ => Err("expected one day of the month in `on`, found more".to_owned()),
        }
    }

    fn cron(&self, expression: &str) -> Result<Repeat, String> {
        if self.interval.is_some() || !self.on.is_empty() {
            return Err("`interval` and `on` do not go with `cron`".to_owned());
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(|error| {
            format!("expected a cron expression such as `30 9 * * MON-FRI`, found `{expression}`: {error}")
        })?;
        Ok(Repeat::Cron(Box::new(cron)))
    }
}

/// A day with a time, or a day alone.
fn moment(field: &str, text: &str, of_day: impl Fn(Date) -> DateTime) -> Result<DateTime, String> {
    let text = text.trim();
    if let (10, Ok(day)) = (text.len(), text.parse::<Date>()) {
        return Ok(of_day(day));
    }
    let expected = || format!("expected a time such as `2026-03-01T09:30` in `{field}`, found `{text}`");
    let time = text.parse::<DateTime>().map_err(|_| expected())?;
    if text.ends_with(['Z', 'z', ']']) || time.subsec_nanosecond() != 0 {
        return Err(format!("{}; the zone is `zone`, and seconds are whole", expected()));
    }
    Ok(time)
}

fn midnight(day: Date) -> DateTime {
    day.at(0, 0, 0, 0)
}

fn end_of_day(day: Date) -> DateTime {
    day.at(23, 59, 59, 0)
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];
const ORDINALS: [(&str, i8); 5] = [("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("last", -1)];

/// A weekday, whole or its first three letters, in any case.
fn weekday(word: &str) -> Result<Weekday, String> {
    let lower = word.to_ascii_lowercase();
    let known = WEEKDAYS.iter().find(|(name, _)| *name == lower || name[..3] == lower);
    known.map(|(_, day)| *day).ok_or_else(|| format!("expected a weekday such as `monday` in `on`, found `{word}`"))
}

fn day_of_month(text: &str) -> Result<DayOf, String> {
    let lower = text.to_ascii_lowercase();
    if lower == "last" {
        return Ok(DayOf::Last);
    }
    if let Some(day) = lower.parse::<i8>().ok().filter(|day| (1..=31).contains(day)) {
        return Ok(DayOf::Number(day));
    }
    let wrong = || format!("expected a day such as `15`, `last` or `second tuesday` in `on`, found `{text}`");
    let (nth, day) = lower.split_once(' ').ok_or_else(wrong)?;
    let (_, nth) = ORDINALS.iter().find(|(name, _)| *name == nth).ok_or_else(wrong)?;
    Ok(DayOf::Weekday(*nth, weekday(day.trim()).map_err(|_| wrong())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    fn planned(mut wish: Value) -> Result<Plan, String> {
        wish["name"] = "x".into();
        wish["function"] = "schedule.x".into();
        let wish: ScheduleWish = serde_json::from_value(wish).map_err(|error| error.to_string())?;
        wish.plan(&TimeZone::UTC, date(2026, 1, 2))
    }

    fn shown(wish: Value) -> String {
        match planned(wish) {
            Ok(plan) => format!("{:?} from {}", plan.repeat, plan.start),
            Err(error) => error,
        }
    }

    #[test]
    fn reads_recurrences() {
        let start = "2026-01-05T09:30";
        for (wish, expected) in [
            (json!({ "every": "once" }), "Once from"),
            (json!({ "every": "minute", "interval": 5 }), "Elapsed(300000)"),
            (json!({ "every": "hour", "interval": 2 }), "Elapsed(7200000)"),
            (json!({ "every": "day" }), "Calendar { unit: Day, interval: 1 }"),
            (json!({ "every": "week" }), "Week([Monday])"),
            (json!({ "every": "week", "on": ["fri", "Monday", "mon"] }), "Week([Monday, Friday])"),
            (json!({ "every": "month", "on": 31 }), "Month(Number(31))"),
            (json!({ "every": "month", "on": "last" }), "Month(Last)"),
            (json!({ "every": "year", "on": "second tuesday" }), "Year(1, Weekday(2, Tuesday))"),
            (json!({ "every": "month", "on": ["last Friday"] }), "Month(Weekday(-1, Friday))"),
        ] {
            let mut wish = wish;
            wish["start"] = start.into();
            let found = shown(wish);
            assert!(found.contains(expected), "{found}");
            assert!(found.ends_with("from 2026-01-05T09:30:00"), "{found}");
        }
        assert!(shown(json!({ "cron": "*/5 * * * *" })).ends_with("from 2026-01-02T00:00:00"));
    }

    #[test]
    fn says_what_makes_no_sense() {
        for (wish, expected) in [
            (json!({}), "expected `every` or `cron`, found neither"),
            (json!({ "every": "day" }), "expected a `start`"),
            (json!({ "every": "day", "start": "tomorrow" }), "expected a time such as `2026-03-01T09:30` in `start`"),
            (json!({ "every": "day", "start": "2026-01-01T09:00Z" }), "expected a time"),
            (json!({ "every": "day", "start": "2026-02-30" }), "expected a time"),
            (json!({ "every": "day", "start": "2026-01-01", "zone": "Mars/Base" }), "expected a time zone"),
            (json!({ "every": "day", "start": "2026-01-01", "interval": 0 }), "expected 1 to"),
            (json!({ "every": "day", "start": "2026-01-01", "on": "monday" }), "`on` goes with"),
            (json!({ "every": "month", "start": "2026-01-01", "on": "fifth monday" }), "expected a day such as"),
            (json!({ "every": "month", "start": "2026-01-01", "on": 32 }), "expected a day such as"),
            (json!({ "every": "week", "start": "2026-01-01", "on": "someday" }), "expected a weekday"),
            (json!({ "every": "day", "start": "2026-01-02", "end": "2026-01-01" }), "expected an `end` after"),
            (json!({ "every": "day", "start": "2026-01-02", "times": 0 }), "expected at least 1"),
            (json!({ "every": "day", "cron": "* * * * *", "start": "2026-01-02" }), "found both"),
            (json!({ "cron": "61 * * * *" }), "expected a cron expression"),
            (json!({ "cron": "0 0 0 * * *" }), "expected a cron expression"),
            (json!({ "cron": "0 0 * * *", "interval": 2 }), "do not go with `cron`"),
            (json!({ "every": "fortnight", "start": "2026-01-02" }), "unknown variant `fortnight`"),
            (json!({ "every": "day", "color": 1 }), "unknown field `color`"),
        ] {
            let found = shown(wish);
            assert!(found.contains(expected), "expected `{expected}`, found `{found}`");
        }
        let wish = ScheduleWish {
            name: "a/b".into(),
            ..serde_json::from_value(json!({ "name": "", "function": "", "cron": "* * * * *" })).expect("a wish")
        };
        assert!(wish.plan(&TimeZone::UTC, date(2026, 1, 1)).expect_err("no name").contains("without `/`"));
    }

    #[test]
    fn an_end_without_a_time_is_included() {
        let plan =
            planned(json!({ "every": "day", "start": "2026-01-01T09:30", "end": "2026-01-02" })).expect("a plan");
        assert_eq!(plan.upcoming(0, 10).len(), 2);
    }
}
