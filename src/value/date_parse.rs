//! Text to DATE-TIME: the formats of a date literal (`deluge/help/datatypes/date-time`) and explicit patterns.

use super::date::{Civil, DateTime};
use super::settings::Settings;

/// Reads a text in one of the documented formats. A text without a time part is midnight, and a
/// DATE-TIME all the same: only functions give a DATE.
pub fn parse(text: &str, _settings: &Settings) -> Option<DateTime> {
    let (date, time) = text.trim().split_once(' ').unwrap_or((text.trim(), "00:00:00"));
    let mut parts = date.split('-');
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let civil = if a.len() == 4 {
        Civil::new(a.parse().ok()?, b.parse().ok()?, c.parse().ok()?)?
    } else {
        let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(b))? as u32 + 1;
        Civil::new(c.parse().ok()?, month, a.parse().ok()?)?
    };
    let time = super::Time::parse(time)?;
    Some(DateTime::from_civil(civil, time.seconds as i64 * 1000, false))
}
