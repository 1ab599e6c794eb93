//! Options that several commands share.

use crate::check::FunctionFolder;
use crate::engine::{Engine, Report};
use crate::eval::limits::Limits;
use crate::source::Source;
use crate::value::{Dialect, Settings, settings};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Settings of the application that scripts run in.
#[derive(Args, Clone)]
pub struct SettingsOptions {
    /// Time zone of the application, as in `Asia/Kolkata`
    #[arg(long, value_name = "ZONE", env = "ARARAT_TIMEZONE", default_value = "UTC")]
    timezone: String,
    /// Format of dates without a time
    #[arg(long, value_name = "PATTERN", default_value = settings::DATE_FORMAT)]
    date_format: String,
    /// Format of dates with a time; follows --date-format unless given
    #[arg(long, value_name = "PATTERN")]
    datetime_format: Option<String>,
    /// Product whose Deluge is spoken: crm, creator, books, desk, cliq, flow
    #[arg(long, default_value = "crm")]
    dialect: Dialect,
    /// Accept `while (…)`, which no Zoho product documents
    #[arg(long)]
    allow_while: bool,
}

/// How scripts are checked and run.
#[derive(Args, Clone)]
pub struct EngineOptions {
    #[command(flatten)]
    settings: SettingsOptions,
    /// Limits to enforce: none, crm, creator, generic
    #[arg(long, value_name = "PROFILE", default_value = "none")]
    limits: String,
    /// One limit of the profile set otherwise, as in `statements=1000` or `output=64KB`; may be repeated
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    limit: Vec<String>,
    /// Refuse what the editor would only warn about
    #[arg(long)]
    strict: bool,
    /// Folder with functions of other files
    #[arg(long, value_name = "DIR")]
    functions: Option<PathBuf>,
}

/// How diagnostics are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum ErrorFormat {
    #[default]
    Human,
    Json,
}

impl SettingsOptions {
    /// The settings that the options describe.
    ///
    /// # Errors
    /// That the time zone is none.
    pub fn settings(&self) -> Result<Settings, String> {
        let zone = crate::value::zone::known(&self.timezone).ok_or_else(|| {
            format!("`{}` is no known time zone; expected a name such as `Asia/Kolkata`", self.timezone)
        })?;
        let datetime_format = match &self.datetime_format {
            Some(format) => format.clone(),
            None => format!("{} HH:mm:ss", self.date_format),
        };
        Ok(Settings {
            zone,
            date_format: self.date_format.clone(),
            datetime_format,
            dialect: self.dialect,
            allow_while: self.allow_while,
        })
    }
}

impl EngineOptions {
    /// The engine that the options describe. `beside` is the script whose folder holds further functions.
    ///
    /// # Errors
    /// What is wrong with an option.
    pub fn engine(&self, beside: Option<&Path>) -> Result<Engine, String> {
        let mut limits = Limits::profile(&self.limits).ok_or_else(|| {
            let names: Vec<_> = Limits::PROFILES.iter().map(|(name, _)| *name).collect();
            format!("expected one of {} for --limits, found `{}`", names.join(", "), self.limits)
        })?;
        for assignment in &self.limit {
            limits.set(assignment)?;
        }
        let settings = self.settings.settings()?;
        let mut engine = Engine { settings, limits, strict: self.strict, ..Engine::default() };
        if let Some(folder) = self.folder(beside) {
            engine.loader = Box::new(FolderOnDemand::new(folder));
        }
        Ok(engine)
    }

    /// `--functions DIR`, or the `functions` folder of the project that the script lies in.
    fn folder(&self, beside: Option<&Path>) -> Option<PathBuf> {
        if let Some(folder) = &self.functions {
            return Some(folder.clone());
        }
        let start = beside?.parent()?;
        let project = start.ancestors().take(6).find(|folder| folder.join("ararat.toml").is_file())?;
        Some(project.join("functions"))
    }
}

/// Reads a folder of functions when the first call of another file's function needs it.
struct FolderOnDemand {
    path: PathBuf,
    folder: std::sync::OnceLock<FunctionFolder>,
}

impl FolderOnDemand {
    fn new(path: PathBuf) -> Self {
        Self { path, folder: Default::default() }
    }
}

impl crate::check::Loader for FolderOnDemand {
    fn load(&self, name: &str) -> Option<Source> {
        self.folder.get_or_init(|| FunctionFolder::new(sources_in(&self.path))).load(name)
    }
}

/// Every `.dg` and `.ds` file below a folder, in a fixed order.
fn sources_in(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "dg" || ending == "deluge")
                && let Ok(source) = read_source(&path)
            {
                sources.push(source);
            }
        }
    }
    sources
}

/// Reads a source file; `-` is standard input. Bytes that are no UTF-8 are refused with their place.
///
/// # Errors
/// Why the file cannot be read.
pub fn read_source(path: &Path) -> Result<Source, String> {
    let standard_input = path.as_os_str() == "-";
    let name = if standard_input { "<stdin>".to_owned() } else { path.display().to_string() };
    let bytes = if standard_input {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| format!("cannot read {name}: {error}"))?;
    if bytes.len() > u32::MAX as usize {
        return Err(format!("{name} is larger than 4 GB"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("{name} is not UTF-8: the first bad byte is in line {line}"))
        }
    }
}

/// Prints diagnostics to standard error.
pub fn print_reports(reports: &[Report], format: ErrorFormat) {
    for report in reports {
        match format {
            ErrorFormat::Human => errln!("{report}"),
            ErrorFormat::Json => errln!("{}", report.diagnostic.to_json(&report.source)),
        }
    }
}
