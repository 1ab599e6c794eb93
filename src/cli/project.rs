//! Settings of a project: what `ararat.toml` says in place of options that are not given.
//!
//! A section holds options of one command, by their names with `_` for `-`. Which options may stand there
//! their command says with the heading [`SETTINGS`]; nothing is declared twice. What stands on the command
//! line or in the environment goes before the file.

use super::options::{ErrorFormat, print_reports};
use super::{Exit, bad_use};
use crate::check::nearest;
use crate::diagnostic::Diagnostic;
use crate::engine::Report;
use crate::server::functions::folder::MARK;
use crate::source::{Source, Span};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use url::Url;

/// The heading of options that may stand in the file.
pub const SETTINGS: &str = "Settings, also in ararat.toml";

/// Sections, and the commands whose options they hold.
const SECTIONS: &[(&str, &str)] = &[("engine", "serve"), ("test", "test"), ("deploy", "deploy")];
/// Sections that are no options.
const OTHERS: &[&str] = &["schedules"];

/// The words of a command line, with what its project says besides.
///
/// # Errors
/// The exit code, where the file is wrong; it has been told why.
pub fn with_settings(mut words: Vec<OsString>, cli: impl FnOnce() -> Command) -> Result<Vec<OsString>, Exit> {
    let called = words.get(1).and_then(|word| word.to_str());
    let Some((section, command)) = SECTIONS.iter().find(|(_, command)| Some(*command) == called) else {
        return Ok(words);
    };
    let mut cli = cli();
    cli.build();
    // A line that cannot be read is complained of by whoever reads it next.
    let Ok(matches) = cli.clone().try_get_matches_from(&words) else { return Ok(words) };
    let (Some((_, given)), Some(command)) = (matches.subcommand(), cli.find_subcommand(command)) else {
        return Ok(words);
    };
    let dir = given.get_one::<PathBuf>("dir").map_or(Path::new(""), PathBuf::as_path);
    let Some(source) = read(dir).map_err(bad_use)? else { return Ok(words) };
    let settings = File { dir, source: &source, section, command }.settings().map_err(|problem| {
        print_reports(&[Report { source: source.clone(), diagnostic: *problem }], ErrorFormat::Human);
        Exit::BadUse
    })?;
    let added = settings.into_iter().filter(|setting| setting.counts(given, &cli, &words));
    let added: Vec<_> = added.flat_map(|setting| setting.words).collect();
    // Behind the command, before what may follow a `--`.
    words.splice(2..2, added);
    Ok(words)
}

fn read(dir: &Path) -> Result<Option<Source>, String> {
    let path = dir.strip_prefix(".").unwrap_or(dir).join(MARK);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(Source::new(path.display().to_string(), text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}

/// An option as it would be given.
struct Setting {
    id: String,
    words: Vec<OsString>,
}

impl Setting {
    /// Whether nothing that was given goes before it.
    fn counts(&self, given: &ArgMatches, cli: &Command, words: &[OsString]) -> bool {
        let is_given =
            matches!(given.value_source(&self.id), Some(ValueSource::CommandLine | ValueSource::EnvVariable));
        let mut words = words.to_vec();
        words.splice(2..2, self.words.clone());
        let contradicts = |error: clap::Error| error.kind() == ErrorKind::ArgumentConflict;
        !is_given && !cli.clone().try_get_matches_from(words).is_err_and(contradicts)
    }
}

/// A project's file, read for one command.
struct File<'a> {
    dir: &'a Path,
    source: &'a Source,
    section: &'a str,
    command: &'a Command,
}

/// What is wrong with the file.
type Refused = Box<Diagnostic>;

/// A value, and where it stands.
type Value<'t> = toml::Spanned<DeValue<'t>>;

impl File<'_> {
    fn settings(&self) -> Result<Vec<Setting>, Refused> {
        let table = DeTable::parse(self.source.text())
            .map_err(|error| wrong(error.span().unwrap_or_default(), error.message().trim().replace('\n', "; ")))?;
        for name in table.get_ref().keys() {
            let sections = SECTIONS.iter().map(|(section, _)| *section).chain(OTHERS.iter().copied());
            known(name, sections, "section")?;
        }
        let Some(section) = table.get_ref().get(self.section) else { return Ok(Vec::new()) };
        let Some(entries) = section.get_ref().as_table() else {
            return Err(wrong(section.span(), format!("expected a table, `[{}]`", self.section)));
        };
        let options: Vec<_> = self.command.get_arguments().filter(|option| is_setting(option)).collect();
        let setting = |(name, value): (&toml::Spanned<_>, _)| {
            known(name, options.iter().map(|option| option.get_id().as_str()), "setting")?;
            let option = options.iter().find(|option| option.get_id().as_str() == *name.get_ref());
            option.map(|option| self.setting(option, value)).transpose()
        };
        entries.iter().filter_map(|entry| setting(entry).transpose()).collect()
    }

    fn setting(&self, option: &Arg, value: &Value<'_>) -> Result<Setting, Refused> {
        let words = match (option.get_action(), value.get_ref()) {
            (ArgAction::SetTrue, DeValue::Boolean(false)) => Vec::new(),
            (ArgAction::SetTrue, DeValue::Boolean(true)) => vec![format!("--{}", long(option)).into()],
            (ArgAction::SetTrue, _) => return Err(wrong(value.span(), "expected true or false".to_owned())),
            (ArgAction::Append, DeValue::Array(items)) => {
                items.iter().map(|item| self.word(option, item)).collect::<Result<_, _>>()?
            }
            _ => vec![self.word(option, value)?],
        };
        Ok(Setting { id: option.get_id().to_string(), words })
    }

    /// `--option=value`, where the option takes the value.
    fn word(&self, option: &Arg, value: &Value<'_>) -> Result<OsString, Refused> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Datetime(time) => time.to_string(),
            DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
                let found = value.get_ref().type_str();
                return Err(wrong(
                    value.span(),
                    format!("expected one value for `{}`, found {found}", option.get_id()),
                ));
            }
        };
        if option.is_hide_env_values_set() && holds_secret(&text) {
            return Err(secret(option, value.span()));
        }
        let text = match option.get_value_hint() {
            // What a file names lies beside it, from wherever the command is called.
            ValueHint::AnyPath => self.dir.join(text).into_os_string(),
            _ => text.into(),
        };
        let mut word = OsString::from(format!("--{}=", long(option)));
        word.push(text);
        match self.command.clone().try_get_matches_from([OsString::from("ararat"), word.clone()]) {
            Err(error) if matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) => {
                Err(wrong(value.span(), first_line(&error)))
            }
            // What is missing or contradicts is for the whole line to say.
            Ok(_) | Err(_) => Ok(word),
        }
    }
}

fn is_setting(option: &Arg) -> bool {
    option.get_help_heading() == Some(SETTINGS) && option.get_long().is_some()
}

fn long(option: &Arg) -> &str {
    option.get_long().unwrap_or_default()
}

/// Refuses a name that is not among the known ones.
fn known<'n>(
    name: &toml::Spanned<impl AsRef<str>>,
    names: impl Iterator<Item = &'n str> + Clone,
    what: &str,
) -> Result<(), Refused> {
    let word = name.get_ref().as_ref();
    if names.clone().any(|known| known == word) {
        return Ok(());
    }
    let refused = *wrong(name.span(), format!("there is no {what} `{word}`"));
    let all: Vec<_> = names.clone().map(|name| format!("`{name}`")).collect();
    let near = nearest(&word.replace('-', "_"), names);
    let help = near.map_or(format!("expected one of {}", all.join(", ")), |near| format!("did you mean `{near}`?"));
    Err(Box::new(refused.help(help)))
}

/// A secret, or an address with a password in it.
fn holds_secret(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return true };
    url.password().is_some() || url.query_pairs().any(|(name, _)| name.to_ascii_lowercase().contains("password"))
}

fn secret(option: &Arg, span: std::ops::Range<usize>) -> Refused {
    let message = format!("a secret does not belong in {MARK}, which others read");
    let variable = option.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let refused = wrong(span, message).help(format!("take it out, and set {variable} in the environment"));
    Box::new(Diagnostic { masked: true, ..refused })
}

fn wrong(span: std::ops::Range<usize>, message: String) -> Refused {
    Box::new(Diagnostic::error("DG192", "save.project", Span::new(span.start, span.end), message))
}

/// What is wrong with a value, in clap's words.
fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let mut seen = HashSet::new();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("For more"));
    let lines: Vec<_> = lines.filter(|line| seen.insert(line.to_owned())).collect();
    lines.join("; ").trim_start_matches("error: ").to_owned()
}
