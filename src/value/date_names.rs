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
    index(&MONTHS, name).map(|index| index as u32 + 1)
}

/// The day of a short or full name in any case, 0 = Sunday.
pub fn day(name: &[u8]) -> Option<u32> {
    index(&DAYS, name).map(|index| index as u32)
}

fn index(names: &[&str], name: &[u8]) -> Option<usize> {
    names.iter().position(|full| {
        let full = full.as_bytes();
        name.eq_ignore_ascii_case(full) || name.eq_ignore_ascii_case(&full[..3])
    })
}
