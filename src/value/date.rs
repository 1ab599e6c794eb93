//! DATE and DATE-TIME: a wall-clock moment in the application's zone, and whether it has a time part.
//!
//! The moment is kept as local milliseconds, so that reading parts, adding days and printing never
//! ask the zone; only the way to and from epoch milliseconds does. One bit tells the second
//! occurrence of an hour that clocks repeat.

use super::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

pub const DAY_MS: i64 = 86_400_000;

/// The local milliseconds of the years 1 to 9999: documented years have no more than four digits.
pub const LOCAL_RANGE: std::ops::Range<i64> = -719_162 * DAY_MS..2_932_897 * DAY_MS;

/// Local milliseconds since 1970-01-01 00:00, shifted left by two, and two flags.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DateTime(i64);

const DATE_ONLY: i64 = 1;
const FOLD: i64 = 2;

/// A calendar date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Civil {
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

impl DateTime {
    /// From local milliseconds; a DATE when `date_only`, whose time is then midnight.
    #[inline]
    pub fn from_local(local_ms: i64, date_only: bool) -> Self {
        match date_only {
            true => Self((local_ms.div_euclid(DAY_MS) * DAY_MS) << 2 | DATE_ONLY),
            false => Self(local_ms << 2),
        }
    }

    pub fn from_civil(date: Civil, ms_of_day: i64, date_only: bool) -> Self {
        Self::from_local(date.days() * DAY_MS + ms_of_day, date_only)
    }

    #[inline]
    pub fn local_ms(self) -> i64 {
        self.0 >> 2
    }

    #[inline]
    pub fn is_date_only(self) -> bool {
        self.0 & DATE_ONLY != 0
    }

    /// Days since 1970-01-01.
    #[inline]
    pub fn day_number(self) -> i64 {
        self.local_ms().div_euclid(DAY_MS)
    }

    #[inline]
    pub fn ms_of_day(self) -> i64 {
        self.local_ms().rem_euclid(DAY_MS)
    }

    pub fn civil(self) -> Civil {
        Civil::from_days(self.day_number())
    }

    /// 0 = Sunday … 6 = Saturday.
    pub fn weekday(self) -> u32 {
        (self.day_number() + 4).rem_euclid(7) as u32
    }

    /// The year that the week belongs to, and its number: week 1 holds 1 January
    /// (`deluge/help/functions/datetime/getweekofyear`). Weeks start on `first_day`, 0 = Sunday.
    pub fn week_of_year(self, first_day: u32) -> (i32, u32) {
        let date = self.civil();
        let behind = |weekday: u32| (weekday + 7 - first_day) % 7;
        let of_week = behind(self.weekday());
        let left = date.days_in_year() - date.day_of_year();
        if left + of_week < 6 {
            return (date.year + 1, 1);
        }
        let new_year = (of_week + 371 - (date.day_of_year() - 1)) % 7;
        (date.year, (date.day_of_year() - 1 + new_year) / 7 + 1)
    }

    /// The number of the week in its month; weeks start on Sunday.
    pub fn week_of_month(self) -> u32 {
        let day = self.civil().day;
        let first = (self.weekday() + 35 - (day - 1)) % 7;
        (day - 1 + first) / 7 + 1
    }

    /// The same kind of value at another local time, or none outside the years 1 to 9999.
    pub fn moved_to(self, local_ms: i64) -> Option<Self> {
        LOCAL_RANGE.contains(&local_ms).then(|| self.with_local(local_ms))
    }

    /// The same kind of value at another local time.
    pub fn with_local(self, local_ms: i64) -> Self {
        Self::from_local(local_ms, self.is_date_only())
    }

    /// From milliseconds since the epoch, as a DATE-TIME in a zone; none outside the years 1 to 9999.
    pub fn checked_from_epoch(epoch_ms: i64, zone: &TimeZone) -> Option<Self> {
        (clamp_epoch(epoch_ms) == epoch_ms).then(|| Self::from_epoch(epoch_ms, zone))
    }

    /// From milliseconds since the epoch, as a DATE-TIME in a zone; what lies outside the years 1 to 9999
    /// becomes their start or end.
    pub fn from_epoch(epoch_ms: i64, zone: &TimeZone) -> Self {
        let epoch_ms = clamp_epoch(epoch_ms);
        let offset = offset_ms(epoch_ms, zone);
        let plain = Self::from_local(epoch_ms + offset, false);
        // The second occurrence of a repeated hour needs its flag to find the way back.
        if plain.to_epoch(zone) == epoch_ms { plain } else { Self(plain.0 | FOLD) }
    }

    /// Milliseconds since the epoch. A time that the clocks skip counts from the offset before the gap.
    pub fn to_epoch(self, zone: &TimeZone) -> i64 {
        let local = self.local_ms();
        if *zone == TimeZone::UTC {
            return local;
        }
        if local < LOCAL_TIME_ENDS + DAY_MS {
            let epoch = local - standard_offset_ms(zone);
            if epoch < LOCAL_TIME_ENDS {
                return epoch;
            }
        }
        let civil = self.civil();
        let ms = self.ms_of_day();
        let date = civil::DateTime::new(
            i16::try_from(civil.year).unwrap_or(9999),
            civil.month as i8,
            civil.day as i8,
            (ms / 3_600_000) as i8,
            (ms / 60_000 % 60) as i8,
            (ms / 1000 % 60) as i8,
            (ms % 1000 * 1_000_000) as i32,
        );
        let Ok(date) = date else { return local };
        let ambiguous = zone.to_ambiguous_timestamp(date);
        let moment = if self.0 & FOLD != 0 { ambiguous.later() } else { ambiguous.compatible() };
        moment.map_or(local, |moment| moment.as_millisecond())
    }

    /// The moment `ms` milliseconds of real time later: an hour is an hour, whatever the clocks do.
    pub fn plus_elapsed(self, ms: i64, settings: &Settings) -> Self {
        if settings.zone == TimeZone::UTC {
            return Self::from_local(self.local_ms() + ms, false);
        }
        Self::from_epoch(self.to_epoch(&settings.zone) + ms, &settings.zone)
    }
}

/// Epoch milliseconds brought into the years 1 to 9999 of every zone.
fn clamp_epoch(epoch_ms: i64) -> i64 {
    epoch_ms.clamp(LOCAL_RANGE.start + DAY_MS, LOCAL_RANGE.end - DAY_MS - 1)
}

/// The zone's offset from UTC at a moment, in milliseconds.
pub fn offset_ms(epoch_ms: i64, zone: &TimeZone) -> i64 {
    if *zone == TimeZone::UTC {
        return 0;
    }
    if epoch_ms < LOCAL_TIME_ENDS {
        return standard_offset_ms(zone);
    }
    at(epoch_ms, zone)
}

/// The start of 1900. Before it towns kept the time of their own sun; Java, and so the platform, reckons with
/// the zone's standard time of today there (`deluge/help/functions/common/totime` shows a date of the year 19).
const LOCAL_TIME_ENDS: i64 = -2_208_988_800_000;

/// The zone's offset today, when no summer time is kept.
fn standard_offset_ms(zone: &TimeZone) -> i64 {
    const JANUARY: i64 = 1_767_225_600_000;
    const JULY: i64 = 1_782_864_000_000;
    at(JANUARY, zone).min(at(JULY, zone))
}

fn at(epoch_ms: i64, zone: &TimeZone) -> i64 {
    Timestamp::from_millisecond(epoch_ms).map_or(0, |moment| zone.to_offset(moment).seconds() as i64 * 1000)
}

impl Civil {
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        ((1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month)).then_some(Self {
            year,
            month,
            day,
        })
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    #[inline]
    pub fn days(self) -> i64 {
        // Years from March, so that the leap day is the last of its year; eras of 400 years.
        let year = self.year as i64 - (self.month <= 2) as i64;
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let from_march = (self.month as i64 + 9) % 12;
        let of_year = (153 * from_march + 2) / 5 + self.day as i64 - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    #[inline]
    pub fn from_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = (of_year - (153 * from_march + 2) / 5 + 1) as u32;
        let month = ((from_march + 2) % 12 + 1) as u32;
        let year = (year_of_era + era * 400 + (month <= 2) as i64) as i32;
        Self { year, month, day }
    }

    /// 1 to 366.
    pub fn day_of_year(self) -> u32 {
        (self.days() - Civil { month: 1, day: 1, ..self }.days()) as u32 + 1
    }

    pub fn days_in_year(self) -> u32 {
        if is_leap(self.year) { 366 } else { 365 }
    }

    /// The date `months` calendar months later, the day clamped to the month's end.
    pub fn plus_months(self, months: i64) -> Self {
        let index = self.year as i64 * 12 + self.month as i64 - 1 + months;
        let (year, month) = (index.div_euclid(12) as i32, index.rem_euclid(12) as u32 + 1);
        Self { year, month, day: self.day.min(days_in_month(year, month)) }
    }
}

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates_and_day_numbers_agree_over_eight_centuries() {
        let mut days = Civil { year: 1600, month: 1, day: 1 }.days();
        for year in 1600..2400 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let date = Civil { year, month, day };
                    assert_eq!(date.days(), days);
                    assert_eq!(Civil::from_days(days), date);
                    days += 1;
                }
            }
        }
        assert_eq!(Civil { year: 1970, month: 1, day: 1 }.days(), 0);
        assert_eq!(Civil { year: 1, month: 1, day: 1 }.days() * DAY_MS, LOCAL_RANGE.start);
        assert_eq!(Civil { year: 10_000, month: 1, day: 1 }.days() * DAY_MS, LOCAL_RANGE.end);
    }

    #[test]
    fn epoch_and_wall_clock_agree_in_both_occurrences_of_a_repeated_hour() {
        let zone = TimeZone::get("America/Los_Angeles").expect("bundled");
        // 2020-11-01 09:30Z is the second 01:30 in Los Angeles.
        for epoch in [1_604_219_400_000, 1_604_223_000_000, 1_580_681_892_000] {
            assert_eq!(DateTime::from_epoch(epoch, &zone).to_epoch(&zone), epoch);
        }
        assert_eq!(DateTime::from_epoch(0, &zone).civil(), Civil { year: 1969, month: 12, day: 31 });
    }
}
