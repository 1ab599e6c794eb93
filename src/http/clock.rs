//! What an answer says about time: its date, and when its server wants to be asked again.

use crate::host::Response;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// The moment that a server names in its `Date`, in milliseconds since the epoch.
pub fn date_of(answer: &Response) -> Option<i64> {
    moment(answer.header("date")?)
}

/// Whole seconds of `Retry-After`, which is a number or a date; never negative, at most a day.
pub fn retry_after(answer: &Response) -> Option<i64> {
    const MOST: i64 = 86_400;
    let text = answer.header("retry-after")?.trim();
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        // A date means something only beside the server's own.
        Err(_) => (moment(text)? - date_of(answer)? + 999) / 1000,
    };
    Some(seconds.clamp(0, MOST))
}

fn moment(text: &str) -> Option<i64> {
    const PARSER: DateTimeParser = DateTimeParser::new();
    PARSER.parse_timestamp(text.trim()).ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status: 429, headers, body: vec![], url: String::new() }
    }

    #[test]
    fn waits_are_numbers_or_dates() {
        assert_eq!(retry_after(&answer(&[("retry-after", " 7 ")])), Some(7));
        assert_eq!(retry_after(&answer(&[("retry-after", "-3")])), Some(0));
        assert_eq!(retry_after(&answer(&[("retry-after", "99999999999")])), Some(86_400));
        assert_eq!(retry_after(&answer(&[("retry-after", "soon")])), None);
        let date = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(retry_after(&answer(&[date, ("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT")])), Some(30));
        assert_eq!(date_of(&answer(&[date])), Some(1_445_412_480_000));
    }
}
