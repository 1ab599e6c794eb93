//! Time zones by the names that scripts use, and the names that zones print under.
//!
//! Accepted are TZ database ids, `GMT` with an offset (`GMT-8`, `GMT+5:30`, `GMT-04:00`) and Java's
//! legacy three-letter ids. Any other name is GMT, silently, as documented on
//! `deluge/help/functions/datetime/unix-epoch`; like Java's, ids are case-sensitive.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use std::cell::RefCell;

/// How many names a thread remembers.
const REMEMBERED: usize = 8;

thread_local! {
    /// The zones asked for last, newest first.
    static LAST: RefCell<Vec<(String, TimeZone)>> = const { RefCell::new(Vec::new()) };
}

/// The zone of a name; GMT for a name that is none.
pub fn find(name: &str) -> TimeZone {
    let remembered =
        LAST.with_borrow(|last| last.iter().find(|(known, _)| known == name).map(|(_, zone)| zone.clone()));
    if let Some(zone) = remembered {
        return zone;
    }
    let zone = known(name).or_else(|| TimeZone::get("GMT").ok()).unwrap_or(TimeZone::UTC);
    if name.len() <= 64 {
        LAST.with_borrow_mut(|last| {
            last.truncate(REMEMBERED - 1);
            last.insert(0, (name.to_owned(), zone.clone()));
        });
    }
    zone
}

/// The zone of a name, or none: for settings, where a slip of the pen should be an error.
pub fn known(name: &str) -> Option<TimeZone> {
    let id = JAVA_IDS.iter().find(|(legacy, _)| *legacy == name).map_or(name, |(_, id)| id);
    if id == "UTC" {
        return Some(TimeZone::UTC);
    }
    custom(id).or_else(|| TimeZone::get(id).ok().filter(|zone| zone.iana_name() == Some(id)))
}

/// `GMT+5:30`, `GMT-8`, `GMT-0430`.
fn custom(name: &str) -> Option<TimeZone> {
    let rest = name.strip_prefix("GMT")?;
    let (sign, rest) = match rest.as_bytes().first()? {
        b'+' => (1, &rest[1..]),
        b'-' => (-1, &rest[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if rest.len() > 2 => rest.split_at_checked(rest.len() - 2)?,
        None => (rest, "0"),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i32>().ok())?;
    let (hours, minutes) = (digits(hours).filter(|_| hours.len() <= 2)?, digits(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    match sign * (hours * 3600 + minutes * 60) {
        0 => TimeZone::get("GMT").ok(),
        seconds => Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?)),
    }
}

/// Appends the short name that a zone goes by at a moment: `PST`, `IST`, `GMT+05:30`.
pub fn write_short_name(zone: &TimeZone, epoch_ms: i64, out: &mut String) {
    let Some((name, offset)) = abbreviation(zone, epoch_ms) else { return out.push_str("GMT") };
    match unnumbered(zone, &name) {
        Some((short, _)) => out.push_str(short),
        None if is_numeric(&name) => write_gmt(offset, out),
        None => out.push_str(&name),
    }
}

/// Appends the long name that a zone goes by at a moment: `Pacific Standard Time`.
pub fn write_long_name(zone: &TimeZone, epoch_ms: i64, out: &mut String) {
    let Some((name, offset)) = abbreviation(zone, epoch_ms) else { return out.push_str("Greenwich Mean Time") };
    let region = zone.iana_name().unwrap_or_default();
    let long = LONG_NAMES.iter().find(|(short, prefix, _)| *short == name && region.starts_with(prefix));
    match (unnumbered(zone, &name), long) {
        (Some((_, long)), _) => out.push_str(long),
        (None, Some((_, _, long))) => out.push_str(long),
        (None, None) => write_gmt(offset, out),
    }
}

fn abbreviation(zone: &TimeZone, epoch_ms: i64) -> Option<(String, i32)> {
    let moment = Timestamp::from_millisecond(epoch_ms).ok()?;
    let info = zone.to_offset_info(moment);
    Some((info.abbreviation().to_owned(), info.offset().seconds()))
}

/// The TZ database gives many zones only a number, `+04`; Java names the usual ones.
fn unnumbered(zone: &TimeZone, name: &str) -> Option<(&'static str, &'static str)> {
    let region = zone.iana_name().filter(|_| is_numeric(name))?;
    UNNUMBERED.iter().find(|(id, _, _)| *id == region).map(|(_, short, long)| (*short, *long))
}

fn is_numeric(name: &str) -> bool {
    name.starts_with(['+', '-'])
}

/// `GMT+05:30`
fn write_gmt(seconds: i32, out: &mut String) {
    out.push_str("GMT");
    if seconds != 0 {
        write_offset(seconds, true, true, out);
    }
}

/// Appends an offset: `-0800`, with a colon `-08:00`, without minutes `-08`.
pub fn write_offset(seconds: i32, minutes: bool, colon: bool, out: &mut String) {
    out.push(if seconds < 0 { '-' } else { '+' });
    let total = seconds.unsigned_abs() / 60;
    push_two(total / 60, out);
    if minutes {
        if colon {
            out.push(':');
        }
        push_two(total % 60, out);
    }
}

/// The numbers from 00 to 99.
const PAIRS: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839\
    40414243444546474849505152535455565758596061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899";

/// Appends a number below 100 as two digits.
#[inline]
pub(super) fn push_two(number: u32, out: &mut String) {
    let at = number as usize % 100 * 2;
    out.push_str(&PAIRS[at..at + 2]);
}

/// Java's legacy ids, as `java.util.TimeZone` maps them.
const JAVA_IDS: &[(&str, &str)] = &[
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// Zones that the TZ database only numbers: id, short and long name.
const UNNUMBERED: &[(&str, &str, &str)] = &[
    ("America/Argentina/Buenos_Aires", "ART", "Argentine Time"),
    ("America/Bogota", "COT", "Colombia Time"),
    ("America/Lima", "PET", "Peru Time"),
    ("America/Sao_Paulo", "BRT", "Brasilia Time"),
    ("Asia/Bangkok", "ICT", "Indochina Time"),
    ("Asia/Colombo", "IST", "India Standard Time"),
    ("Asia/Dhaka", "BDT", "Bangladesh Time"),
    ("Asia/Dubai", "GST", "Gulf Standard Time"),
    ("Asia/Ho_Chi_Minh", "ICT", "Indochina Time"),
    ("Asia/Kathmandu", "NPT", "Nepal Time"),
    ("Asia/Kuala_Lumpur", "MYT", "Malaysia Time"),
    ("Asia/Riyadh", "AST", "Arabia Standard Time"),
    ("Asia/Singapore", "SGT", "Singapore Time"),
    ("Asia/Tashkent", "UZT", "Uzbekistan Time"),
    ("Asia/Yerevan", "AMT", "Armenia Time"),
    ("Europe/Istanbul", "TRT", "Turkey Time"),
    ("Pacific/Guadalcanal", "SBT", "Solomon Is. Time"),
];

/// Abbreviation, the start of the zone ids it is meant for, long name.
const LONG_NAMES: &[(&str, &str, &str)] = &[
    ("ACDT", "", "Australian Central Daylight Time"),
    ("ACST", "", "Australian Central Standard Time"),
    ("ADT", "", "Atlantic Daylight Time"),
    ("AEDT", "", "Australian Eastern Daylight Time"),
    ("AEST", "", "Australian Eastern Standard Time"),
    ("AKDT", "", "Alaska Daylight Time"),
    ("AKST", "", "Alaska Standard Time"),
    ("AST", "", "Atlantic Standard Time"),
    ("AWST", "", "Australian Western Standard Time"),
    ("BST", "Europe/", "British Summer Time"),
    ("CAT", "", "Central African Time"),
    ("CDT", "America/", "Central Daylight Time"),
    ("CEST", "", "Central European Summer Time"),
    ("CET", "", "Central European Time"),
    ("CST", "America/", "Central Standard Time"),
    ("CST", "Asia/", "China Standard Time"),
    ("EAT", "", "Eastern African Time"),
    ("EDT", "", "Eastern Daylight Time"),
    ("EEST", "", "Eastern European Summer Time"),
    ("EET", "", "Eastern European Time"),
    ("EST", "", "Eastern Standard Time"),
    ("GMT", "", "Greenwich Mean Time"),
    ("HKT", "", "Hong Kong Time"),
    ("HST", "", "Hawaii Standard Time"),
    ("IDT", "", "Israel Daylight Time"),
    ("IST", "Asia/Jerusalem", "Israel Standard Time"),
    ("IST", "Europe/", "Irish Summer Time"),
    ("IST", "", "India Standard Time"),
    ("JST", "", "Japan Standard Time"),
    ("KST", "", "Korea Standard Time"),
    ("MDT", "", "Mountain Daylight Time"),
    ("MSK", "", "Moscow Standard Time"),
    ("MST", "", "Mountain Standard Time"),
    ("NDT", "", "Newfoundland Daylight Time"),
    ("NST", "", "Newfoundland Standard Time"),
    ("NZDT", "", "New Zealand Daylight Time"),
    ("NZST", "", "New Zealand Standard Time"),
    ("PDT", "", "Pacific Daylight Time"),
    ("PKT", "", "Pakistan Time"),
    ("PST", "America/", "Pacific Standard Time"),
    ("SAST", "", "South Africa Standard Time"),
    ("UTC", "", "Coordinated Universal Time"),
    ("WAT", "", "Western African Time"),
    ("WEST", "", "Western European Summer Time"),
    ("WET", "", "Western European Time"),
    ("WIB", "", "West Indonesia Time"),
];

#[cfg(test)]
mod tests {
    use super::super::date::offset_ms;
    use super::*;

    /// 2020-02-03 03:48:12 UTC.
    const FEBRUARY: i64 = 1_580_701_692_000;

    fn hours(name: &str) -> f64 {
        offset_ms(FEBRUARY, &find(name)) as f64 / 3_600_000.0
    }

    #[test]
    fn names_of_every_documented_shape_are_found() {
        assert_eq!(hours("Asia/Calcutta"), 5.5);
        assert_eq!(hours("GMT+5:30"), 5.5);
        assert_eq!(hours("GMT-04:00"), -4.0);
        assert_eq!(hours("GMT-8"), -8.0);
        assert_eq!(hours("GMT+0530"), 5.5);
        assert_eq!(hours("EST"), -5.0);
        assert_eq!(hours("SST"), 11.0);
        assert_eq!(hours("IST"), 5.5);
        assert_eq!(hours("BST"), 6.0);
    }

    #[test]
    fn every_java_id_names_a_zone_of_the_database() {
        for (legacy, id) in JAVA_IDS {
            assert!(known(legacy).is_some(), "{legacy} = {id}");
        }
        for (id, _, _) in UNNUMBERED {
            assert!(known(id).is_some(), "{id}");
        }
    }

    #[test]
    fn unknown_names_are_gmt() {
        for name in ["UTC+8", "Hello", "", "asia/kolkata", "GMT+25", "GMT+5:3", "GMT+é", "GMT+1é"] {
            assert_eq!(hours(name), 0.0, "{name}");
            assert!(known(name).is_none(), "{name}");
        }
    }

    #[test]
    fn zones_print_under_their_java_names() {
        let short = |name: &str| {
            let mut out = String::new();
            write_short_name(&find(name), FEBRUARY, &mut out);
            out
        };
        let names = ["America/Los_Angeles", "IST", "Asia/Dubai", "GMT+5:30", "GMT", "UTC", "Europe/Moscow"];
        assert_eq!(names.map(short), ["PST", "IST", "GST", "GMT+05:30", "GMT", "UTC", "MSK"]);
        let mut out = String::new();
        write_long_name(&find("PST"), FEBRUARY, &mut out);
        assert_eq!(out, "Pacific Standard Time");
    }
}
