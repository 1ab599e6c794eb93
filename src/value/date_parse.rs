//! Text to DATE-TIME in the 41 formats of a date literal (`deluge/help/datatypes/date-time`).
//!
//! A time `HH:mm:ss` may follow, with `AM` or `PM`; a UTC offset behind it is read over. An
//! impossible hour, minute or second is set to zero, as documented; an impossible day or month is
//! no date. Which of two small numbers is the day: the order of the application's own format
//! decides, then day-month-year, month-day-year, year-month-day.

use super::date::{Civil, DAY_MS, DateTime};
use super::settings::{DATE_FORMAT, Settings};
use super::{date_names, date_pattern};

/// Two-digit years are the ones from here on: Java's window of 80 years back and 20 ahead as of
/// 2026. It stands still, so that a script reads the same date every year.
const CENTURY: i32 = 1946;

/// Why a text is no date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// It has the form of no date, or names a day that does not exist.
    NoDate,
    /// A day, month, hour, minute or second of more than two digits: null for functions that take a date apart.
    LongPart,
}

/// Reads a text in one of the documented formats. A text without a time part is midnight, and a
/// DATE-TIME all the same: only functions give a DATE.
#[inline]
pub fn parse(text: &str, settings: &Settings) -> Option<DateTime> {
    read(text, settings).ok()
}

/// As [`parse`], with the reason when it fails.
#[inline]
pub fn read(text: &str, settings: &Settings) -> Result<DateTime, Misfit> {
    match fixed(text.as_bytes(), settings) {
        Some(date) => Ok(date),
        None => general(text.trim(), settings),
    }
}

/// A year of two digits.
pub(super) fn expand_year(short: i32) -> i32 {
    let year = CENTURY / 100 * 100 + short;
    if year < CENTURY { year + 100 } else { year }
}

/// The two commonest formats, `yyyy-MM-dd` and `dd-MMM-yyyy`, by byte position; none says nothing.
#[inline]
fn fixed(text: &[u8], settings: &Settings) -> Option<DateTime> {
    let (civil, time) = match text {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, time @ ..] => {
            if !year_month_day(settings) {
                return None;
            }
            (Civil::new(four([y1, y2, y3, y4])? as i32, two(m1, m2)?, two(d1, d2)?)?, time)
        }
        [d1, d2, b'-', n1, n2, n3, b'-', y1, y2, y3, y4, time @ ..] => {
            let month = date_names::month(&[*n1, *n2, *n3])?;
            (Civil::new(four([y1, y2, y3, y4])? as i32, month, two(d1, d2)?)?, time)
        }
        _ => return None,
    };
    let ms = match time {
        [] => 0,
        [b' ', h1, h2, b':', m1, m2, b':', s1, s2] => {
            let (hour, minute, second) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
            of_day(hour, minute, second)
        }
        _ => return None,
    };
    (civil.year > 0).then(|| DateTime::from_local(civil.days() * DAY_MS + ms, false))
}

/// Whether four digits in front mean year-month-day, as everywhere but in an application that writes `yyyy-dd-MM`.
fn year_month_day(settings: &Settings) -> bool {
    let format = settings.date_format.as_bytes();
    format.first() != Some(&b'y') || format.get(5) != Some(&b'd')
}

#[inline]
fn two(tens: &u8, ones: &u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens as u32 * 10 + ones as u32)
}

#[inline]
fn four(digits: [&u8; 4]) -> Option<u32> {
    Some(two(digits[0], digits[1])? * 100 + two(digits[2], digits[3])?)
}

/// Milliseconds since midnight by the documented rules for impossible parts: an hour of 24 or more resets
/// the time, a minute of 60 or more itself and the seconds, a second of 60 or more itself.
pub(super) fn of_day(hour: u32, minute: u32, second: u32) -> i64 {
    let (hour, minute, second) = match (hour, minute, second) {
        (24.., _, _) => (0, 0, 0),
        (_, 60.., _) => (hour, 0, 0),
        (_, _, 60..) => (hour, minute, 0),
        _ => (hour, minute, second),
    };
    ((hour * 60 + minute) * 60 + second) as i64 * 1000
}

/// One of the three parts of a date.
#[derive(Clone, Copy)]
enum Part {
    Number { value: u32, digits: usize },
    Month(u32),
}

/// The order of the parts of an all-numeric date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
    YearDayMonth,
}

#[cold]
fn general(text: &str, settings: &Settings) -> Result<DateTime, Misfit> {
    match by_form(text.as_bytes(), settings) {
        Err(Misfit::NoDate) => in_own_format(text, settings).ok_or(Misfit::NoDate),
        other => other,
    }
}

/// Reads a text in the application's own formats, whatever they are.
fn in_own_format(text: &str, settings: &Settings) -> Option<DateTime> {
    let own = [&settings.datetime_format, &settings.date_format];
    own.into_iter().filter(|format| !format.starts_with(DATE_FORMAT)).find_map(|format| {
        let read = date_pattern::read(text, format)?;
        (read.rest == text.len()).then(|| read.moment(&settings.zone, &settings.zone))
    })
}

fn by_form(text: &[u8], settings: &Settings) -> Result<DateTime, Misfit> {
    let mut scan = Scan { text, at: 0 };
    let weekday = scan.weekday();
    let first = scan.part().ok_or(Misfit::NoDate)?;
    let before = scan.byte().ok_or(Misfit::NoDate)?;
    let second = scan.part().ok_or(Misfit::NoDate)?;
    let between = scan.byte().ok_or(Misfit::NoDate)?;
    let third = scan.part().ok_or(Misfit::NoDate)?;
    let time = match &text[scan.at..] {
        [] => Ok(0),
        [b' ', time @ ..] => read_time(time),
        _ => return Err(Misfit::NoDate),
    };
    let date = match (first, before, second, between, third) {
        (Part::Month(month), b' ', day, b',' | b' ', year) if !(weekday && between == b' ') => {
            named(day, month, year, weekday)
        }
        (day, b' ', Part::Month(month), b',' | b' ', year) if !weekday => named(day, month, year, false),
        (day, b'-', Part::Month(month), b'-', year) if !weekday => named(day, month, year, false),
        (Part::Number { .. }, b'-' | b'/' | b'.' | b' ', Part::Number { .. }, _, Part::Number { .. })
            if before == between && !weekday =>
        {
            numeric([first, second, third], before, settings)
        }
        _ => Err(Misfit::NoDate),
    }?;
    match date.year {
        ..=0 => Err(Misfit::NoDate),
        _ => Ok(DateTime::from_civil(date, time?, false)),
    }
}

/// A date whose month is a name.
fn named(day: Part, month: u32, year: Part, whole_year: bool) -> Result<Civil, Misfit> {
    let (Part::Number { value: day, digits }, Part::Number { value: year, digits: year_digits }) = (day, year) else {
        return Err(Misfit::NoDate);
    };
    let year = match year_digits {
        2 if !whole_year => expand_year(year as i32),
        4 => year as i32,
        _ => return Err(Misfit::NoDate),
    };
    match digits {
        1 | 2 => Civil::new(year, month, day).ok_or(Misfit::NoDate),
        _ => Err(Misfit::LongPart),
    }
}

/// A date of three numbers: the first order in which it exists.
fn numeric(parts: [Part; 3], separator: u8, settings: &Settings) -> Result<Civil, Misfit> {
    let numbers = parts.map(|part| match part {
        Part::Number { value, digits } => (value, digits),
        Part::Month(month) => (month, 2),
    });
    use Order::*;
    let orders: &[Order] = match numbers.map(|(_, digits)| digits) {
        // `dd MM yyyy` is the only form with blanks.
        [1 | 2, 1 | 2, 4] if separator == b' ' => &[DayMonthYear],
        [4, 1 | 2, 1 | 2] if separator != b' ' => &[YearMonthDay],
        [1 | 2, 1 | 2, 4] => &[DayMonthYear, MonthDayYear],
        [1 | 2, 1 | 2, 2] if separator != b' ' => &[DayMonthYear, MonthDayYear, YearMonthDay],
        [_, middle, _] if middle > 2 => return Err(Misfit::LongPart),
        [3, _, 4] | [4, _, 3] => return Err(Misfit::LongPart),
        _ => return Err(Misfit::NoDate),
    };
    let own = own_order(&settings.date_format).filter(|own| match numbers[0].1 {
        4 => matches!(own, YearMonthDay | YearDayMonth),
        _ => orders.contains(own),
    });
    let found = own.iter().chain(orders).find_map(|order| in_order(*order, numbers));
    found.ok_or(Misfit::NoDate)
}

fn in_order(order: Order, numbers: [(u32, usize); 3]) -> Option<Civil> {
    let [a, b, c] = numbers;
    let ((year, digits), (month, _), (day, _)) = match order {
        Order::DayMonthYear => (c, b, a),
        Order::MonthDayYear => (c, a, b),
        Order::YearMonthDay => (a, b, c),
        Order::YearDayMonth => (a, c, b),
    };
    let year = if digits == 4 { year as i32 } else { expand_year(year as i32) };
    Civil::new(year, month, day)
}

/// The order in which the application's format names day, month and year.
fn own_order(format: &str) -> Option<Order> {
    let at = |letter: char| format.find(letter);
    let (day, month, year) = (at('d')?, at('M')?, at('y')?);
    match (day < month, month < year, day < year) {
        (true, true, _) => Some(Order::DayMonthYear),
        (false, _, true) => Some(Order::MonthDayYear),
        (false, false, false) => Some(Order::YearMonthDay),
        (true, false, false) => Some(Order::YearDayMonth),
        (true, false, true) | (false, true, false) => None,
    }
}

/// Reads `HH:mm:ss`, perhaps with `AM` or `PM`, as milliseconds since midnight. What scripts are
/// left with of an ISO text, `17:21:37.000-05:00`, reads too; the offset does not count.
pub(super) fn read_time(text: &[u8]) -> Result<i64, Misfit> {
    let mut scan = Scan { text, at: 0 };
    let mut parts = [0; 3];
    for (index, part) in parts.iter_mut().enumerate() {
        if index > 0 && scan.byte() != Some(b':') {
            return Err(Misfit::NoDate);
        }
        *part = match scan.number() {
            Some((value, 1 | 2)) => value,
            Some(_) => return Err(Misfit::LongPart),
            None => return Err(Misfit::NoDate),
        };
    }
    let [hour, minute, second] = parts;
    let hour = match &text[scan.at..] {
        [] => hour,
        [b' ', half, b'm' | b'M'] => match (half, hour) {
            (b'a' | b'A', 1..=12) => hour % 12,
            (b'p' | b'P', 1..=12) => hour % 12 + 12,
            _ => return Err(Misfit::NoDate),
        },
        suffix if is_iso_suffix(suffix) => hour,
        _ => return Err(Misfit::NoDate),
    };
    Ok(of_day(hour, minute, second))
}

/// `.123`, `Z`, `-05:00`, `+0530`, or a fraction with an offset.
fn is_iso_suffix(suffix: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let offset = match suffix {
        [b'.', rest @ ..] if digits(rest) > 0 => &rest[digits(rest)..],
        _ => suffix,
    };
    match offset {
        [] | [b'Z'] => true,
        [b'+' | b'-', a, b, b':', c, d] | [b'+' | b'-', a, b, c, d] => [a, b, c, d].into_iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// A place in the text.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// The length of the run of letters or digits that starts here.
    fn run(&self, class: fn(&u8) -> bool) -> usize {
        self.text[self.at..].iter().take_while(|byte| class(byte)).count()
    }

    /// Reads over `Fri,`; which day it names is not checked, as in Java.
    fn weekday(&mut self) -> bool {
        let letters = self.run(u8::is_ascii_alphabetic);
        let word = &self.text[self.at..self.at + letters];
        let found = date_names::day(word).is_some() && self.text.get(self.at + letters) == Some(&b',');
        if found {
            self.at += letters + 1;
        }
        found
    }

    fn part(&mut self) -> Option<Part> {
        match self.number() {
            Some((value, digits)) => Some(Part::Number { value, digits }),
            None => {
                let letters = self.run(u8::is_ascii_alphabetic);
                let month = date_names::month(&self.text[self.at..self.at + letters])?;
                self.at += letters;
                Some(Part::Month(month))
            }
        }
    }

    /// A number and how many digits it has; its value is only good for up to nine.
    fn number(&mut self) -> Option<(u32, usize)> {
        let digits = self.run(u8::is_ascii_digit);
        let run = &self.text[self.at..self.at + digits];
        self.at += digits;
        let value = run.iter().take(9).fold(0, |value, digit| value * 10 + (digit - b'0') as u32);
        (digits > 0).then_some((value, digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> Option<(i32, u32, u32, i64)> {
        with_format(text, DATE_FORMAT)
    }

    fn with_format(text: &str, format: &str) -> Option<(i32, u32, u32, i64)> {
        let settings = Settings { date_format: format.to_owned(), ..Settings::default() };
        let date = parse(text, &settings)?;
        assert!(!date.is_date_only());
        let civil = date.civil();
        Some((civil.year, civil.month, civil.day, date.ms_of_day() / 1000))
    }

    #[test]
    fn the_documented_formats_are_read() {
        let forms = [
            "15-Aug-47",
            "15-Aug-1947",
            "15-August-47",
            "15-August-1947",
            "08-15-47",
            "15-08-47",
            "15-08-1947",
            "08-15-1947",
            "1947-08-15",
            "15/08/47",
            "08/15/47",
            "1947/08/15",
            "08/15/1947",
            "15/08/1947",
            "15 Aug,47",
            "Aug 15,47",
            "15 Aug,1947",
            "Aug 15,1947",
            "15 August,47",
            "August 15,47",
            "15 August,1947",
            "August 15,1947",
            "Fri,August 15,1947",
            "Fri,Aug 15,1947",
            "Aug 15 47",
            "15 Aug 47",
            "Aug 15 1947",
            "15 Aug 1947",
            "August 15 47",
            "15 August 47",
            "15 August 1947",
            "August 15 1947",
            "15.08.47",
            "08.15.47",
            "15 08 1947",
            "15.08.1947",
            "08.15.1947",
            "1947.08.15",
        ];
        for form in forms {
            assert_eq!(local(form), Some((1947, 8, 15, 0)), "{form}");
            assert_eq!(local(&format!("{form} 19:00:01")), Some((1947, 8, 15, 68_401)), "{form} with a time");
        }
        // A year of two digits in front is tried last.
        for form in ["47-08-15", "47/08/15", "47.08.15"] {
            assert_eq!(local(form), Some((1947, 8, 15, 0)), "{form}");
        }
    }

    #[test]
    fn small_variations_are_read_too() {
        assert_eq!(local(" 1-jan-2019 "), Some((2019, 1, 1, 0)));
        assert_eq!(local("2019-1-5 7:06:05"), Some((2019, 1, 5, 25_565)));
        assert_eq!(local("01-Jan-2019 01:30:00 pm"), Some((2019, 1, 1, 48_600)));
        assert_eq!(local("2022-07-20 17:21:37-05:00"), Some((2022, 7, 20, 62_497)));
        assert_eq!(local("2022-07-20 17:21:37.000Z"), Some((2022, 7, 20, 62_497)));
    }

    #[test]
    fn other_texts_are_no_dates() {
        let texts = [
            "",
            "hello",
            "2022-07-20T17:21:37-05:00",
            "2022-07-20 17:21",
            "31-Feb-2020",
            "00-Jan-2020",
            "2019-13-01",
            "13-13-2019",
            "15-Aug-19477",
            "15-Aug-194",
            "15-Aug 1947",
            "15-08/1947",
            "1947 08 15",
            "15-Aug-1947x",
            "15-Aug-1947 10:00:00 XM",
            "15-Aug-1947 13:00:00 PM",
            "Foo,Aug 15,1947",
            "0000-01-01",
            "15-Aug-1947 10:00:00é",
            "é",
            "1.2.3",
            "192.168.1.10",
            "10:00:00",
            "99999999999-01-01",
            "5",
            "-",
            "- - -",
        ];
        for text in texts {
            assert_eq!(local(text), None, "{text}");
        }
    }

    #[test]
    fn impossible_times_are_reset_and_long_parts_told_apart() {
        assert_eq!(local("01-Jan-2019 25:10:10"), Some((2019, 1, 1, 0)));
        assert_eq!(local("01-Jan-2019 10:75:30"), Some((2019, 1, 1, 36_000)));
        assert_eq!(local("2019-01-01 10:20:75"), Some((2019, 1, 1, 37_200)));
        let settings = Settings::default();
        for text in ["001-Jan-2019", "01-Jan-2019 010:00:00", "2019-001-01", "01-Jan-2019 10:00:000"] {
            assert_eq!(read(text, &settings).err(), Some(Misfit::LongPart), "{text}");
        }
    }

    #[test]
    fn the_applications_order_decides_between_day_and_month() {
        assert_eq!(local("05-06-2024"), Some((2024, 6, 5, 0)));
        assert_eq!(with_format("02/04/2020", "MM/dd/yyyy"), Some((2020, 2, 4, 0)));
        assert_eq!(with_format("13/04/2020", "MM/dd/yyyy"), Some((2020, 4, 13, 0)));
        assert_eq!(with_format("2020-02-04", "yyyy-dd-MM"), Some((2020, 4, 2, 0)));
        assert_eq!(with_format("20-02-04", "yy-MM-dd"), Some((2020, 2, 4, 0)));
        assert_eq!(with_format("2020.02.04.", "yyyy.MM.dd."), Some((2020, 2, 4, 0)));
    }

    #[test]
    fn two_digit_years_fall_into_a_fixed_window() {
        assert_eq!([46, 47, 99, 0, 45].map(expand_year), [1946, 1947, 1999, 2000, 2045]);
    }
}
