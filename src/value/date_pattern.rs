//! Text to DATE-TIME by an explicit pattern (`deluge/help/functions/common/todate`).
//!
//! `y M d`, the letters of a time and of a zone are read as Java's `SimpleDateFormat` does, but
//! strictly: a day or a month that does not exist is no date. Separators must match exactly; text
//! behind the pattern is left over. `date_format` is the way back.

use super::date::{Civil, DateTime};
use super::{date_format, date_names, date_parse, zone};
use jiff::tz::{Offset, TimeZone};

/// What a pattern found in a text.
pub struct Read {
    date: Civil,
    ms: i64,
    /// The zone that the text names, for patterns with `z`, `Z` or `X`.
    zone: Option<TimeZone>,
    /// Whether the pattern has letters of a time.
    pub has_time: bool,
    /// Where the text behind the pattern starts.
    pub rest: usize,
}

impl Read {
    /// The moment, read on the clocks of the zone that the text names or else of `from`, on the clocks of `to`.
    pub fn moment(&self, from: &TimeZone, to: &TimeZone) -> DateTime {
        let local = DateTime::from_civil(self.date, self.ms, false);
        let from = self.zone.as_ref().unwrap_or(from);
        if from == to {
            return local;
        }
        DateTime::from_epoch(local.to_epoch(from), to)
    }

    /// Takes the time from the text behind a pattern without one, if one is there.
    pub fn with_time_behind(mut self, text: &str) -> Self {
        if let Some(behind) = text.get(self.rest..).and_then(|rest| rest.strip_prefix(' '))
            && !self.has_time
            && let Ok(ms) = date_parse::read_time(behind.trim_end().as_bytes())
        {
            self.ms = ms;
            self.has_time = true;
            self.rest = text.len();
        }
        self
    }
}

/// Reads the start of a text by a pattern; parts that the pattern does not name are those of 01-Jan-1970 00:00.
pub fn read(text: &str, pattern: &str) -> Option<Read> {
    let mut reader = Reader { text: text.as_bytes(), at: 0, parts: Parts::default() };
    let bytes = pattern.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {
                let count = bytes[at..].iter().take_while(|other| **other == byte).count();
                at += count;
                // `yyyyMMdd`: without a separator, each number is as long as its letters.
                let width = bytes.get(at).filter(|next| next.is_ascii_alphabetic()).map(|_| count);
                reader.field(byte, count, width)?;
            }
            b'\'' => {
                let mut matches = Some(());
                at = date_format::quoted(pattern, at, |piece| {
                    matches = matches.and_then(|()| reader.literal(piece.as_bytes()));
                })?;
                matches?;
            }
            _ => {
                reader.literal(&[byte])?;
                at += 1;
            }
        }
    }
    reader.parts.finish(reader.at)
}

/// The parts as they come; what the text does not say stays empty.
#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    hour: Option<u32>,
    minute: u32,
    second: u32,
    ms: u32,
    afternoon: Option<bool>,
    zone: Option<TimeZone>,
}

impl Parts {
    fn finish(self, rest: usize) -> Option<Read> {
        let date = Civil::new(self.year.unwrap_or(1970), self.month.unwrap_or(1), self.day.unwrap_or(1))?;
        let hour = match (self.hour.unwrap_or(0), self.afternoon) {
            (hour @ 0..=12, Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
            (hour, _) => hour,
        };
        let ms = date_parse::of_day(hour, self.minute, self.second) + self.ms as i64;
        (1..=9999).contains(&date.year).then_some(Read {
            date,
            ms,
            zone: self.zone,
            has_time: self.hour.is_some(),
            rest,
        })
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    parts: Parts,
}

impl Reader<'_> {
    /// Reads the field of a letter that stands `count` times, of exactly `width` digits if that is given.
    fn field(&mut self, letter: u8, count: usize, width: Option<usize>) -> Option<()> {
        match letter {
            b'y' => {
                let (year, digits) = self.number(width, 4)?;
                let short = count <= 2 && digits == 2;
                self.parts.year = Some(if short { date_parse::expand_year(year as i32) } else { year as i32 });
            }
            b'M' if count >= 3 => self.parts.month = Some(self.name(&date_names::MONTHS)? + 1),
            b'E' => drop(self.name(&date_names::DAYS)?),
            b'M' => self.parts.month = Some(self.number(width, 2)?.0),
            b'd' => self.parts.day = Some(self.number(width, 2)?.0),
            // The documented rule for impossible hours turns the 24 of `k` into 0.
            b'H' | b'K' | b'k' | b'h' => self.parts.hour = Some(self.number(width, 2)?.0),
            b'm' => self.parts.minute = self.number(width, 2)?.0,
            b's' => self.parts.second = self.number(width, 2)?.0,
            b'S' => self.parts.ms = self.number(width, 3)?.0,
            b'a' => self.parts.afternoon = Some(self.half()?),
            b'z' | b'Z' | b'X' => self.parts.zone = Some(self.zone()?),
            _ => return None,
        }
        Some(())
    }

    fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.text[self.at..].starts_with(literal).then(|| self.at += literal.len())
    }

    /// A number of up to `most` digits, blanks before it allowed, and how many digits it has.
    fn number(&mut self, width: Option<usize>, most: usize) -> Option<(u32, usize)> {
        let blanks = self.run(|byte| *byte == b' ');
        self.at += blanks;
        let digits = self.run(u8::is_ascii_digit);
        let digits = width.map_or(digits, |width| width.min(digits));
        if digits == 0 || digits > most {
            return None;
        }
        let run = &self.text[self.at..self.at + digits];
        self.at += digits;
        Some((run.iter().fold(0, |value, digit| value * 10 + (digit - b'0') as u32), digits))
    }

    fn run(&self, class: fn(&u8) -> bool) -> usize {
        self.text[self.at..].iter().take_while(|byte| class(byte)).count()
    }

    /// A full or short name in any case: its position in the list.
    fn name(&mut self, names: &[&str]) -> Option<u32> {
        let text = &self.text[self.at..];
        let starts =
            |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
        let full = names.iter().position(|name| starts(name)).map(|index| (index, names[index].len()));
        let (index, length) = full.or_else(|| Some((names.iter().position(|name| starts(&name[..3]))?, 3)))?;
        self.at += length;
        Some(index as u32)
    }

    fn half(&mut self) -> Option<bool> {
        let afternoon = match self.text.get(self.at..self.at + 2)? {
            [b'a' | b'A', b'm' | b'M'] => false,
            [b'p' | b'P', b'm' | b'M'] => true,
            _ => return None,
        };
        self.at += 2;
        Some(afternoon)
    }

    /// `Z`, `-05:00`, `-0500`, `-05`, `GMT+5:30`, or a zone's name.
    fn zone(&mut self) -> Option<TimeZone> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-:/_".contains(byte);
        let length = self.run(is_part);
        let word = std::str::from_utf8(&self.text[self.at..self.at + length]).ok()?;
        self.at += length;
        match word.as_bytes() {
            [b'Z'] => Some(TimeZone::UTC),
            [sign @ (b'+' | b'-'), digits @ ..] => {
                let digits: Vec<u8> = digits.iter().copied().filter(|byte| *byte != b':').collect();
                let number: i32 = std::str::from_utf8(&digits).ok()?.parse().ok()?;
                let seconds = match digits.len() {
                    2 => number * 3600,
                    4 => number / 100 * 3600 + number % 100 * 60,
                    _ => return None,
                };
                let seconds = if *sign == b'-' { -seconds } else { seconds };
                Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?))
            }
            _ => zone::known(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, pattern: &str) -> Option<String> {
        let read = read(text, pattern)?.with_time_behind(text);
        let moment = read.moment(&TimeZone::UTC, &TimeZone::UTC);
        let mut out = String::new();
        date_format::write(moment, "yyyy-MM-dd HH:mm:ss", &TimeZone::UTC, &mut out).then_some(out)
    }

    #[test]
    fn patterns_are_read_as_documented() {
        let read = |text, pattern| shown(text, pattern).expect("a date");
        assert_eq!(read("01,11,2019 1:30:00 pm", "MM,d,yyyy"), "2019-01-11 13:30:00");
        assert_eq!(read("01-11-2019 13:30:00", "MM-d-yy"), "2019-01-11 13:30:00");
        assert_eq!(read("01,11,19 1:30:00 pm", "MM,d,yyyy hh:mm:ss a"), "0019-01-11 13:30:00");
        assert_eq!(read("20190111", "yyyyMMdd"), "2019-01-11 00:00:00");
        assert_eq!(read("Friday, 11 january 2019", "EEEE, d MMMM yyyy"), "2019-01-11 00:00:00");
        assert_eq!(read("2022-07-20T17:21:37-05:00", "yyyy-MM-dd'T'HH:mm:ss"), "2022-07-20 17:21:37");
        assert_eq!(read("2022-07-20T17:21:37-05:00", "yyyy-MM-dd'T'HH:mm:ssXXX"), "2022-07-20 22:21:37");
        assert_eq!(read("12:05 AM", "hh:mm a"), "1970-01-01 00:05:00");
        assert_eq!(read("11/01/19", "dd/MM/yy"), "2019-01-11 00:00:00");
    }

    #[test]
    fn what_does_not_match_is_no_date() {
        let cases = [
            ("hello", "dd-MM-yyyy"),
            ("31-02-2019", "dd-MM-yyyy"),
            ("01/02/2019", "dd-MM-yyyy"),
            ("01-13-2019", "dd-MM-yyyy"),
            ("01-02-20199", "dd-MM-yyyy"),
            ("001-02-2019", "dd-MM-yyyy"),
            ("2019-01-01", "yyyy-bb"),
            ("2019", "'open"),
            ("", "yyyy"),
            ("2019-01-01 10", "yyyy-MM-dd X"),
            ("2019é", "yyyyé é"),
            ("01-é-2019", "dd-MMM-yyyy"),
        ];
        for (text, pattern) in cases {
            assert_eq!(shown(text, pattern), None, "{text} by {pattern}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_and_no_pattern_panics(text in "[0-9a-zA-Z:/.,+é' -]{0,30}", pattern in "[yMdHhkKmsSaEzZXbé' :/,.-]{0,20}") {
            let settings = crate::value::Settings::default();
            date_parse::parse(&text, &settings);
            if let Some(read) = read(&text, &pattern) {
                read.with_time_behind(&text).moment(&TimeZone::UTC, &TimeZone::UTC);
            }
            date_format::format(DateTime::from_local(0, false), &pattern, &settings);
            zone::find(&text);
        }

        #[test]
        fn what_is_written_reads_back(local in crate::value::date::LOCAL_RANGE) {
            let settings = crate::value::Settings::default();
            let moment = DateTime::from_local(local, false);
            for pattern in ["yyyy-MM-dd'T'HH:mm:ss.SSS", "EEEE, MMMM d yyyy hh:mm:ss.SSS a", "ddMMyyyyHHmmssSSSXXX"] {
                let text = date_format::format(moment, pattern, &settings).expect("a known pattern");
                let back = read(&text, pattern).expect("its own text").moment(&TimeZone::UTC, &TimeZone::UTC);
                proptest::prop_assert_eq!(back.local_ms(), local);
            }
        }
    }
}
