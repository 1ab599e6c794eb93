//! Schedules that a project declares, as `[[schedules]]` in its `ararat.toml`.
//!
//! An entry is applied when it is new or has changed, so what was switched off by hand stays off. A schedule
//! whose entry is gone is switched off and keeps its history.

use super::wish::ScheduleWish;
use crate::server::functions::folder::MARK;
use crate::server::store::ScheduleRow;
use crate::server::{App, Error};
use crate::source::Source;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;

/// What became of one declared schedule, or would become of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Applied {
    pub name: String,
    pub action: AppliedAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppliedAction {
    Create,
    Update,
    Unchanged,
    /// Its entry is gone.
    Disable,
}

/// The entries of a project's file, as JSON. A project without the file has none.
///
/// # Errors
/// That the file cannot be read or is no TOML.
pub fn entries(project: &Path) -> Result<Vec<Value>, String> {
    let text = match std::fs::read_to_string(project.join(MARK)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("cannot read {MARK}: {error}")),
    };
    let table: toml::Table = text.parse().map_err(|error| format!("{MARK}: {error}"))?;
    match table.get("schedules") {
        None => Ok(Vec::new()),
        Some(toml::Value::Array(entries)) => Ok(entries.iter().map(as_json).collect()),
        Some(_) => Err(format!("{MARK}: expected `[[schedules]]`, found something else under this name")),
    }
}

/// Dates and times become the texts that a wish has.
fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(truth) => (*truth).into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(name, value)| (name.clone(), as_json(value))).collect())
        }
    }
}

fn wish_of(entry: &Value) -> Result<ScheduleWish, Error> {
    let named = entry.get("name").and_then(Value::as_str).map_or_else(String::new, |name| format!(" `{name}`"));
    let wrong = |reason: String| Error::Invalid(format!("the schedule{named} in {MARK}: {reason}"));
    ScheduleWish::deserialize_entry(entry).map_err(wrong)
}

impl ScheduleWish {
    fn deserialize_entry(entry: &Value) -> Result<Self, String> {
        serde_json::from_value(entry.clone()).map_err(|error| error.to_string())
    }
}

impl App {
    /// Checks what a project declares, before its functions are published.
    ///
    /// # Errors
    /// What makes no sense in an entry, or that it names a function that there will not be.
    pub fn check_declared_schedules(&self, entries: &[Value], sources: &[Source]) -> Result<(), Error> {
        let published = self.published();
        let coming: HashSet<_> = sources
            .iter()
            .filter_map(|source| crate::check::declared_names(source.text()).into_iter().next())
            .map(|name| name.to_lowercase())
            .collect();
        let mut names = HashSet::new();
        for entry in entries {
            let wish = wish_of(entry)?;
            self.preview_schedule(&wish, 1).map_err(|error| of_schedule(&wish, &error))?;
            if published.find(&wish.function).is_none() && !coming.contains(&wish.function.to_lowercase()) {
                return Err(of_schedule(&wish, &self.unknown_function(&wish.function)));
            }
            if !names.insert(wish.name.to_lowercase()) {
                return Err(Error::Invalid(format!("two schedules in {MARK} are called `{}`", wish.name)));
            }
        }
        Ok(())
    }

    /// Applies what a project declares: all of its schedules, and no others that it declared before. A dry
    /// run only says what would be done.
    ///
    /// # Errors
    /// What makes no sense in an entry; those before it are applied.
    pub async fn declare_schedules(&self, entries: &[Value], by: &str, dry_run: bool) -> Result<Vec<Applied>, Error> {
        let mut applied = Vec::with_capacity(entries.len());
        for entry in entries {
            applied.push(self.declare_schedule(entry, by, dry_run).await?);
        }
        applied.extend(self.disable_undeclared(entries, by, dry_run).await?);
        Ok(applied)
    }

    async fn declare_schedule(&self, entry: &Value, by: &str, dry_run: bool) -> Result<Applied, Error> {
        let wish = wish_of(entry)?;
        let name = wish.name.clone();
        // The vault may hold what the entry shows; the database holds what tells entries apart.
        let declared = fingerprint(entry);
        let known = self.store().schedule(&name).await?.filter(|row| row.wish.name.eq_ignore_ascii_case(&name));
        let action = match &known {
            None => AppliedAction::Create,
            Some(row) if row.declared.as_ref() == Some(&declared) => AppliedAction::Unchanged,
            Some(_) => AppliedAction::Update,
        };
        if !dry_run && action != AppliedAction::Unchanged {
            let as_named = wish.clone();
            let done = match known {
                None => self.add_schedule(wish, Some(declared), by).await,
                Some(row) => self.change_schedule(row, wish, Some(declared), by).await,
            };
            done.map_err(|error| of_schedule(&as_named, &error))?;
        }
        Ok(Applied { name, action })
    }

    async fn disable_undeclared(&self, entries: &[Value], by: &str, dry_run: bool) -> Result<Vec<Applied>, Error> {
        let names: HashSet<_> = entries
            .iter()
            .filter_map(|entry| entry.get("name").and_then(Value::as_str))
            .map(str::to_lowercase)
            .collect();
        let gone = |row: &ScheduleRow| row.declared.is_some() && !names.contains(&row.wish.name.to_lowercase());
        let mut disabled = Vec::new();
        for row in self.store().schedules().await?.into_iter().filter(gone) {
            if !dry_run {
                self.undeclare(&row, by).await?;
            }
            disabled.push(Applied { name: row.wish.name, action: AppliedAction::Disable });
        }
        Ok(disabled)
    }

    /// Applies what the project in this engine's folder declares. What cannot be applied is told to the
    /// log, and the rest is applied all the same.
    pub(in crate::server) async fn apply_declared_schedules(&self) {
        let Some(project) = self.config().project.clone() else { return };
        let found = tokio::task::spawn_blocking(move || entries(&project)).await;
        let entries = match found.map_err(|error| error.to_string()).and_then(|found| found) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!("schedules are not applied: {error}");
                return;
            }
        };
        for entry in &entries {
            match self.declare_schedule(entry, PROJECT, false).await {
                Ok(Applied { action: AppliedAction::Unchanged, .. }) => {}
                Ok(applied) => tracing::info!(schedule = applied.name, "applied"),
                Err(error) => tracing::error!("not applied: {error}"),
            }
        }
        if let Err(error) = self.disable_undeclared(&entries, PROJECT, false).await {
            tracing::error!(%error, "schedules that are not declared any more could not be switched off");
        }
    }
}

const PROJECT: &str = "project folder";

fn of_schedule(wish: &ScheduleWish, error: &Error) -> Error {
    Error::Invalid(format!("the schedule `{}` in {MARK}: {error}", wish.name))
}

/// Tells entries apart without holding what they say.
fn fingerprint(entry: &Value) -> String {
    use sha2::{Digest, Sha256};
    crate::server::ids::hex(&Sha256::digest(entry.to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_file_are_those_of_a_wish() {
        let table: toml::Table = "[[schedules]]\nname = \"a\"\nfunction = \"schedule.a\"\nevery = \"month\"\non = 31\n\
             start = 2026-03-01T09:30:00\nend = 2026-12-31\narguments = { n = 1 }"
            .parse()
            .expect("a table");
        let wish = wish_of(&as_json(&table["schedules"][0])).expect("a wish");
        assert_eq!((wish.start.as_deref(), wish.end.as_deref()), (Some("2026-03-01T09:30:00"), Some("2026-12-31")));
        assert_eq!(wish.on, ["31"]);
        let error = wish_of(&as_json(&toml::Value::Table("name = \"b\"".parse().expect("a table"))));
        let message = error.expect_err("no function").to_string();
        assert_eq!(message, "the schedule `b` in ararat.toml: missing field `function`");
    }
}
