//! What an application or organisation sets: time zone, formats, dialect.

use jiff::tz::TimeZone;
use std::str::FromStr;

/// The settings that values are read and printed under.
#[derive(Clone, Debug)]
pub struct Settings {
    pub zone: TimeZone,
    /// Pattern for a DATE, `dd-MMM-yyyy` unless set.
    pub date_format: String,
    /// Pattern for a DATE-TIME, `dd-MMM-yyyy HH:mm:ss` unless set.
    pub datetime_format: String,
    pub dialect: Dialect,
    /// `while (…)` is accepted although no product documents it.
    pub allow_while: bool,
}

pub const DATE_FORMAT: &str = "dd-MMM-yyyy";
pub const DATETIME_FORMAT: &str = "dd-MMM-yyyy HH:mm:ss";

impl Default for Settings {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            date_format: DATE_FORMAT.to_owned(),
            datetime_format: DATETIME_FORMAT.to_owned(),
            dialect: Dialect::Crm,
            allow_while: false,
        }
    }
}

/// The product whose Deluge is spoken. Deluge is not one engine: Creator differs from the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dialect {
    #[default]
    Crm,
    Creator,
    Books,
    Desk,
    Cliq,
    Flow,
}

impl Dialect {
    pub const ALL: [(&'static str, Dialect); 6] = [
        ("crm", Dialect::Crm),
        ("creator", Dialect::Creator),
        ("books", Dialect::Books),
        ("desk", Dialect::Desk),
        ("cliq", Dialect::Cliq),
        ("flow", Dialect::Flow),
    ];

    pub fn is_creator(self) -> bool {
        self == Dialect::Creator
    }
}

impl FromStr for Dialect {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        let names: Vec<_> = Self::ALL.iter().map(|(name, _)| *name).collect();
        found
            .map(|(_, dialect)| *dialect)
            .ok_or_else(|| format!("expected one of {}, found `{word}`", names.join(", ")))
    }
}
