//! The English names of months and days: Deluge speaks English for every user
//! (`deluge/help/functions/datetime/todatetimestring`).

pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From Sunday, as `DateTime::weekday` counts.
pub const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The month of a short or full name in any case, 1 to 12.
pub fn month(name: &[u8]) -> Option<u32> {
    let number = match &lower(name)? {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    };
    is_name(name, MONTHS[number - 1]).then_some(number as u32)
}

/// The day of a short or full name in any case, 0 = Sunday.
pub fn day(name: &[u8]) -> Option<u32> {
    DAYS.iter().position(|full| is_name(name, full)).map(|index| index as u32)
}

/// The first three letters, small.
#[inline]
fn lower(name: &[u8]) -> Option<[u8; 3]> {
    let start: [u8; 3] = name.get(..3)?.try_into().ok()?;
    Some(start.map(|byte| byte.to_ascii_lowercase()))
}

#[inline]
fn is_name(name: &[u8], full: &str) -> bool {
    let full = full.as_bytes();
    let expected = if name.len() == 3 { &full[..3] } else { full };
    name.eq_ignore_ascii_case(expected)
}
