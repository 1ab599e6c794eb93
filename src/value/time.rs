//! TIME: a time of day, Creator only; keeps the 12- or 24-hour form of its literal.

/// Seconds since midnight, and the form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Time {
    pub seconds: u32,
    pub twelve_hour: bool,
}

impl Time {
    /// Reads `HH:mm:ss` or `hh:mm:ss AM`; all three parts are needed.
    pub fn parse(text: &str) -> Option<Self> {
        let (clock, half) = match text.trim().split_once(' ') {
            Some((clock, half)) => (clock, Some(half.trim().to_ascii_uppercase())),
            None => (text.trim(), None),
        };
        let mut parts = clock.split(':').map(|part| match part.len() {
            1 | 2 if part.bytes().all(|byte| byte.is_ascii_digit()) => part.parse::<u32>().ok(),
            _ => None,
        });
        let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
        if parts.next().is_some() || minute > 59 || second > 59 {
            return None;
        }
        let hour = match half.as_deref() {
            None if hour < 24 => hour,
            Some("AM") if (1..=12).contains(&hour) => hour % 12,
            Some("PM") if (1..=12).contains(&hour) => hour % 12 + 12,
            _ => return None,
        };
        Some(Self { seconds: hour * 3600 + minute * 60 + second, twelve_hour: half.is_some() })
    }

    pub fn hour(self) -> u32 {
        self.seconds / 3600
    }

    pub fn minute(self) -> u32 {
        self.seconds / 60 % 60
    }

    pub fn second(self) -> u32 {
        self.seconds % 60
    }
}

/// `13:15:10`, or `01:15:10 PM` for a 12-hour value.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (minute, second) = (self.minute(), self.second());
        if !self.twelve_hour {
            return write!(f, "{:02}:{minute:02}:{second:02}", self.hour());
        }
        let hour = (self.hour() + 11) % 12 + 1;
        let half = if self.hour() < 12 { "AM" } else { "PM" };
        write!(f, "{hour:02}:{minute:02}:{second:02} {half}")
    }
}
