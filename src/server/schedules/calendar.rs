//! Recurrences on the calendar: which days, counted from a first one. Knows no clock and no time zone.

use jiff::civil::{Date, Weekday, date};

/// Every so many days, weeks, months or years.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    pub unit: Unit,
    /// At least 1.
    pub interval: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    Day,
    /// On these days of the week, Monday first; never empty.
    Week(Vec<Weekday>),
    Month(DayOf),
    /// In this month, 1 to 12.
    Year(i8, DayOf),
}

/// A day of a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DayOf {
    /// 1 to 31; the last day where the month is shorter.
    Number(i8),
    Last,
    /// The first to fourth of a weekday, or -1 for the last.
    Weekday(i8, Weekday),
}

impl Calendar {
    /// The days of one period, in order; the period of the first day is number 0. Days before the first
    /// one may be among them. None beyond the calendar's end.
    pub fn days(&self, first: Date, period: i64) -> Option<Vec<Date>> {
        let steps = period.checked_mul(self.interval)?;
        match &self.unit {
            Unit::Day => Some(vec![plus_days(first, steps)?]),
            Unit::Week(weekdays) => {
                let monday = plus_days(monday_of(first), steps.checked_mul(7)?)?;
                let day = |weekday: &Weekday| plus_days(monday, i64::from(weekday.to_monday_zero_offset()));
                weekdays.iter().map(day).collect()
            }
            Unit::Month(day) => Some(vec![day.of(month_number(first).checked_add(steps)?)?]),
            Unit::Year(month, day) => {
                let january = i64::from(first.year()).checked_add(steps)?.checked_mul(12)?;
                Some(vec![day.of(january + i64::from(*month) - 1)?])
            }
        }
    }

    /// The number of the period that a day lies in, or of the last one before it.
    pub fn period_of(&self, first: Date, day: Date) -> i64 {
        let units = match &self.unit {
            Unit::Day => days_between(first, day),
            Unit::Week(_) => days_between(monday_of(first), day).div_euclid(7),
            Unit::Month(_) => month_number(day) - month_number(first),
            Unit::Year(..) => i64::from(day.year()) - i64::from(first.year()),
        };
        units.div_euclid(self.interval)
    }
}

impl DayOf {
    /// This day in a month, which is counted from the year 0.
    fn of(self, month: i64) -> Option<Date> {
        let year = i16::try_from(month.div_euclid(12)).ok().filter(|year| (0..=9999).contains(year))?;
        let first = date(year, i8::try_from(month.rem_euclid(12)).ok()? + 1, 1);
        match self {
            DayOf::Number(day) => Some(date(year, first.month(), day.clamp(1, first.days_in_month()))),
            DayOf::Last => Some(first.last_of_month()),
            DayOf::Weekday(nth, weekday) => first.nth_weekday_of_month(nth, weekday).ok(),
        }
    }
}

fn month_number(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

fn monday_of(day: Date) -> Date {
    plus_days(day, -i64::from(day.weekday().to_monday_zero_offset())).unwrap_or(day)
}

fn plus_days(day: Date, days: i64) -> Option<Date> {
    day.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_days(calendar: &Calendar, first: Date, periods: i64) -> Vec<String> {
        let days = (0..periods).flat_map(|period| calendar.days(first, period).expect("days"));
        days.map(|day| day.to_string()).collect()
    }

    fn every(interval: i64, unit: Unit) -> Calendar {
        Calendar { unit, interval }
    }

    #[test]
    fn the_31st_is_the_last_day_of_shorter_months() {
        let days = first_days(&every(1, Unit::Month(DayOf::Number(31))), date(2024, 1, 31), 5);
        assert_eq!(days, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]);
    }

    #[test]
    fn leap_days_fall_on_the_28th_in_other_years() {
        let days = first_days(&every(1, Unit::Year(2, DayOf::Number(29))), date(2096, 2, 29), 9);
        assert_eq!(days[0], "2096-02-29");
        // 2100 is no leap year.
        assert_eq!(days[4], "2100-02-28");
        assert_eq!(days[8], "2104-02-29");
    }

    #[test]
    fn weekdays_of_months_are_counted_from_either_end() {
        let tuesday = DayOf::Weekday(2, Weekday::Tuesday);
        let days = first_days(&every(1, Unit::Month(tuesday)), date(2026, 1, 1), 3);
        assert_eq!(days, ["2026-01-13", "2026-02-10", "2026-03-10"]);
        let friday = DayOf::Weekday(-1, Weekday::Friday);
        let days = first_days(&every(2, Unit::Month(friday)), date(2026, 11, 5), 3);
        assert_eq!(days, ["2026-11-27", "2027-01-29", "2027-03-26"]);
    }

    #[test]
    fn weeks_are_counted_from_monday() {
        // A Thursday: the Tuesday of its week is before it.
        let first = date(2026, 1, 1);
        let calendar = every(2, Unit::Week(vec![Weekday::Tuesday, Weekday::Sunday]));
        let days = first_days(&calendar, first, 2);
        assert_eq!(days, ["2025-12-30", "2026-01-04", "2026-01-13", "2026-01-18"]);
        assert_eq!(calendar.period_of(first, date(2026, 1, 11)), 0);
        assert_eq!(calendar.period_of(first, date(2026, 1, 12)), 1);
    }

    #[test]
    fn years_end() {
        let days = first_days(&every(1, Unit::Day), date(2027, 12, 30), 4);
        assert_eq!(days, ["2027-12-30", "2027-12-31", "2028-01-01", "2028-01-02"]);
        assert_eq!(every(1, Unit::Month(DayOf::Last)).days(date(9999, 12, 1), 1), None);
        assert_eq!(every(i64::MAX, Unit::Day).days(date(2026, 1, 1), 2), None);
    }

    #[test]
    fn a_day_lies_in_its_period() {
        let calendars = [
            every(3, Unit::Day),
            every(2, Unit::Week(vec![Weekday::Monday, Weekday::Friday])),
            every(5, Unit::Month(DayOf::Number(31))),
            every(1, Unit::Month(DayOf::Weekday(-1, Weekday::Sunday))),
            every(4, Unit::Year(2, DayOf::Last)),
        ];
        let first = date(2023, 12, 31);
        for calendar in calendars {
            for period in 0..60 {
                for day in calendar.days(first, period).expect("days") {
                    assert_eq!(calendar.period_of(first, day), period, "{calendar:?} {day}");
                }
            }
        }
    }
}
