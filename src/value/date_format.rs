//! DATE-TIME to text by Java's `SimpleDateFormat` letters (`deluge/help/functions/common/tostring`).
//!
//! The pattern is read as it is written out: no compiled form, nothing allocated but the result.
//! Names are English. `date_pattern` is the way back.

use super::date::{self, Civil, DateTime};
use super::date_names::{DAYS, MONTHS};
use super::settings::Settings;
use super::zone::{self, push_two};
use jiff::tz::TimeZone;

/// A moment of the application's zone by a pattern; none when the pattern holds an unknown letter.
pub fn format(moment: DateTime, pattern: &str, settings: &Settings) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    write(moment, pattern, &settings.zone, &mut out).then_some(out)
}

/// Epoch milliseconds by a pattern, in a named zone or else the application's; none outside the years 1 to 9999.
pub fn format_in(epoch_ms: i64, pattern: &str, zone_name: Option<&str>, settings: &Settings) -> Option<String> {
    let named = zone_name.map(zone::find);
    let zone = named.as_ref().unwrap_or(&settings.zone);
    let mut out = String::with_capacity(pattern.len() + 8);
    write(DateTime::checked_from_epoch(epoch_ms, zone)?, pattern, zone, &mut out).then_some(out)
}

/// Appends a moment, whose wall clock is that of `zone`. False, and nothing appended, for a pattern
/// with an unknown letter or an open quote.
pub fn write(moment: DateTime, pattern: &str, zone: &TimeZone, out: &mut String) -> bool {
    let start = out.len();
    let fields = Fields { moment, zone, date: moment.civil(), ms: moment.ms_of_day() };
    let bytes = pattern.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {
                let count = bytes[at..].iter().take_while(|other| **other == byte).count();
                fields.write(byte, count, out).then_some(at + count)
            }
            b'\'' => write_quoted(pattern, at, out),
            _ => {
                let plain = |byte: &&u8| !byte.is_ascii_alphabetic() && **byte != b'\'';
                let end = at + bytes[at..].iter().take_while(plain).count();
                out.push_str(&pattern[at..end]);
                Some(end)
            }
        };
        match end {
            Some(end) => at = end,
            None => {
                out.truncate(start);
                return false;
            }
        }
    }
    true
}

/// Copies the quoted text that opens at `at`, and tells where it ends; `''` is one quote.
fn write_quoted(pattern: &str, at: usize, out: &mut String) -> Option<usize> {
    quoted(pattern, at, |piece| out.push_str(piece))
}

/// The pieces of the quoted text that opens at `at`, and the position behind it.
pub(super) fn quoted(pattern: &str, at: usize, mut piece: impl FnMut(&str)) -> Option<usize> {
    let rest = &pattern[at + 1..];
    if rest.starts_with('\'') {
        piece("'");
        return Some(at + 2);
    }
    let mut from = 0;
    loop {
        let close = from + rest[from..].find('\'')?;
        piece(&rest[from..close]);
        if !rest[close + 1..].starts_with('\'') {
            return Some(at + close + 2);
        }
        piece("'");
        from = close + 2;
    }
}

/// What the letters are written from.
struct Fields<'a> {
    moment: DateTime,
    zone: &'a TimeZone,
    date: Civil,
    ms: i64,
}

impl Fields<'_> {
    /// Appends the field of a letter that stands `count` times; false for an unknown letter.
    fn write(&self, letter: u8, count: usize, out: &mut String) -> bool {
        let hour = self.ms / 3_600_000;
        let number = match letter {
            b'd' => self.date.day as i64,
            b'M' if count >= 3 => return write_name(MONTHS[self.date.month as usize - 1], count, out),
            b'M' => self.date.month as i64,
            b'y' => return write_year(self.date.year, count, out),
            b'H' => hour,
            b'm' => self.ms / 60_000 % 60,
            b's' => self.ms / 1000 % 60,
            b'S' => self.ms % 1000,
            b'a' => {
                out.push_str(if hour < 12 { "AM" } else { "PM" });
                return true;
            }
            b'h' => (hour + 11) % 12 + 1,
            b'K' => hour % 12,
            b'k' => (hour + 23) % 24 + 1,
            b'E' => return write_name(DAYS[self.moment.weekday() as usize], count, out),
            b'u' => (self.moment.weekday() as i64 + 6) % 7 + 1,
            b'D' => self.date.day_of_year() as i64,
            b'w' => self.moment.week_of_year(0).1 as i64,
            b'Y' => return write_year(self.moment.week_of_year(0).0, count, out),
            b'W' => self.moment.week_of_month() as i64,
            b'F' => (self.date.day as i64 - 1) / 7 + 1,
            b'G' => {
                out.push_str(if self.date.year > 0 { "AD" } else { "BC" });
                return true;
            }
            b'z' | b'Z' | b'X' => return self.write_zone(letter, count, out),
            _ => return false,
        };
        write_padded(number, count, out);
        true
    }

    #[cold]
    fn write_zone(&self, letter: u8, count: usize, out: &mut String) -> bool {
        let epoch = self.moment.to_epoch(self.zone);
        let seconds = (date::offset_ms(epoch, self.zone) / 1000) as i32;
        match (letter, count) {
            (b'z', 4..) => zone::write_long_name(self.zone, epoch, out),
            (b'z', _) => zone::write_short_name(self.zone, epoch, out),
            (b'Z', _) => zone::write_offset(seconds, true, false, out),
            (_, 1..=3) if seconds == 0 => out.push('Z'),
            (_, 1..=3) => zone::write_offset(seconds, count > 1, count == 3, out),
            _ => return false,
        }
        true
    }
}

fn write_name(name: &str, count: usize, out: &mut String) -> bool {
    out.push_str(if count > 3 { name } else { &name[..3] });
    true
}

/// `yy` is the last two digits, any other count the whole year, filled with zeros.
fn write_year(year: i32, count: usize, out: &mut String) -> bool {
    let shown = if year > 0 { year as i64 } else { 1 - year as i64 };
    match count {
        2 => push_two((shown % 100) as u32, out),
        ..=4 if (1000..10_000).contains(&shown) => {
            push_two(shown as u32 / 100, out);
            push_two(shown as u32 % 100, out);
        }
        _ => write_padded(shown, count, out),
    }
    true
}

fn write_padded(number: i64, width: usize, out: &mut String) {
    if width == 2 && number < 100 {
        return push_two(number as u32, out);
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number);
    for _ in digits.len()..width {
        out.push('0');
    }
    out.push_str(digits);
}

#[cfg(test)]
mod tests {
    use super::super::date_parse;
    use super::*;

    fn shown(text: &str, pattern: &str, zone: &str) -> Option<String> {
        let settings = Settings { zone: zone::find(zone), ..Settings::default() };
        format(date_parse::parse(text, &settings).expect("a date"), pattern, &settings)
    }

    fn utc(text: &str, pattern: &str) -> String {
        shown(text, pattern, "UTC").expect("a known pattern")
    }

    #[test]
    fn every_letter_prints_as_in_java() {
        let when = "05-Mar-2021 14:07:09";
        assert_eq!(utc(when, "yyyy-MM-dd'T'HH:mm:ss"), "2021-03-05T14:07:09");
        assert_eq!(utc(when, "G y yy yyy yyyyy"), "AD 2021 21 2021 02021");
        assert_eq!(utc(when, "M MM MMM MMMM"), "3 03 Mar March");
        assert_eq!(utc(when, "D/d/F/w/W"), "64/5/1/10/1");
        assert_eq!(utc(when, "E EEEE u"), "Fri Friday 5");
        assert_eq!(utc(when, "H k K h a"), "14 14 2 2 PM");
        assert_eq!(utc("05-Mar-2021 00:07:09", "H k K h a"), "0 24 0 12 AM");
        assert_eq!(utc(when, "m mm s ss S SSS"), "7 07 9 09 0 000");
        assert_eq!(utc("29-Dec-2019", "YYYY yyyy w"), "2020 2019 1");
        assert_eq!(utc("31-Dec-2022", "YYYY w"), "2022 53");
    }

    #[test]
    fn zones_print_in_three_forms() {
        let when = "05-Jul-2021 14:07:09";
        let pattern = "z|zzzz|Z|X|XX|XXX";
        assert_eq!(utc(when, pattern), "UTC|Coordinated Universal Time|+0000|Z|Z|Z");
        let los_angeles = shown(when, pattern, "America/Los_Angeles");
        assert_eq!(los_angeles.as_deref(), Some("PDT|Pacific Daylight Time|-0700|-07|-0700|-07:00"));
        assert_eq!(shown(when, "z XXX", "GMT+5:30").as_deref(), Some("GMT+05:30 +05:30"));
    }

    #[test]
    fn quotes_hold_literal_text() {
        assert_eq!(utc("05-Mar-2021", "'at' d 'o''clock' ''yy'' é"), "at 5 o'clock '21' é");
    }

    #[test]
    fn unknown_letters_and_open_quotes_give_nothing_and_leave_nothing() {
        let moment = DateTime::from_local(0, false);
        for pattern in ["dd b", "dd 'open", "XXXX", "L", "yyyy-MM-ddTHH"] {
            let mut out = String::from("before");
            assert!(!write(moment, pattern, &TimeZone::UTC, &mut out), "{pattern}");
            assert_eq!(out, "before");
        }
    }

    #[test]
    fn epoch_milliseconds_print_in_a_named_zone() {
        let settings = Settings::default();
        let pattern = "MMM dd, yy 'at' hh:mm:ss z, E";
        let shown = format_in(1_693_905_560_373, pattern, Some("IST"), &settings);
        assert_eq!(shown.as_deref(), Some("Sep 05, 23 at 02:49:20 IST, Tue"));
        assert_eq!(format_in(i64::MAX, "yyyy", None, &settings), None);
    }
}
