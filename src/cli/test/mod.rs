//! `ararat test`: runs the tests of a project, each a script that calls the project's functions.
//!
//! `find` lists the tests, `expect` reads what their comments say that they print, `case` runs one,
//! `report` and `junit` tell of all. Exit codes: 0 all passed, 1 one failed, 3 bad use or nothing to run.

mod case;
mod expect;
mod find;
mod junit;
mod report;

use super::options::EngineOptions;
use super::parallel::in_parallel;
use super::project::SETTINGS;
use super::session::WorldOptions;
use super::{Exit, bad_use};
use crate::engine::Engine;
use crate::server::functions::folder;
use case::Outcome;
use clap::{Args, ValueEnum};
use find::Case;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a test may run where no limit says otherwise: one that never ends must not hold up a CI.
const TIME_LIMIT: Duration = Duration::from_secs(60);

#[derive(Args)]
pub struct Test {
    /// Tests to run, by their files or by parts of their names; all where none is named
    names: Vec<String>,
    /// The project folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// Print the names of the tests instead of running them
    #[arg(long)]
    list: bool,
    /// Take replies from the tapes beside the tests and from nothing else, as without this option
    #[arg(long, conflicts_with_all = ["live", "record"])]
    #[cfg_attr(feature = "sandbox", arg(conflicts_with = "sandbox"))]
    replay: bool,
    /// Let tests without a tape use your own connections
    #[arg(long)]
    #[cfg_attr(feature = "sandbox", arg(conflicts_with = "sandbox"))]
    live: bool,
    /// Record a tape beside each test that makes a request, without secrets; with --sandbox from the sandbox
    #[arg(long)]
    record: bool,
    /// Write what the tests print into the `.out` files that are there
    #[arg(long)]
    update: bool,
    /// How to print what became of them
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write it into this file, and print it for people
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten, next_help_heading = SETTINGS)]
    engine: EngineOptions,
    #[command(flatten)]
    world: WorldOptions,
}

/// How results are told.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON object per test and line, and one for all at the end
    Json,
    /// JUnit's XML, for a CI
    Junit,
}

impl Test {
    pub fn main(self) -> Exit {
        let cases = match self.cases() {
            Ok(cases) => cases,
            Err(message) => return bad_use(message),
        };
        if self.list {
            cases.iter().for_each(|case| outln!("{}", case.name));
            return Exit::Ok;
        }
        let engine = match self.engine(&cases) {
            Ok(engine) => engine,
            Err(message) => return bad_use(message),
        };
        let started = Instant::now();
        let outcomes = in_parallel(&cases, 1, |case| self.run(&engine, case));
        if let Err(message) = self.tell(&outcomes, started.elapsed()) {
            return bad_use(message);
        }
        if outcomes.iter().all(Outcome::passed) { Exit::Ok } else { Exit::ScriptFailed }
    }

    /// The tests that are meant.
    fn cases(&self) -> Result<Vec<Case>, String> {
        // Without the dot, so that places read `tests/hello.dg`.
        let dir = if self.dir == Path::new(".") { Path::new("") } else { &self.dir };
        let mark = dir.join(folder::MARK);
        if !mark.is_file() {
            return Err(format!("expected a project, and {} is not there; `ararat init` makes one", mark.display()));
        }
        let tests = dir.join(folder::TESTS);
        let found = find::cases(&tests).map_err(|error| format!("cannot read {}: {error}", tests.display()))?;
        if found.is_empty() {
            return Err(format!("expected tests, scripts below {}, found none", tests.display()));
        }
        find::named(found, &self.names)
    }

    fn engine(&self, cases: &[Case]) -> Result<Engine, String> {
        let mut engine = self.engine.engine(cases.first().map(|case| case.path.as_path()))?;
        engine.limits.time.get_or_insert(TIME_LIMIT);
        Ok(engine)
    }

    fn tell(&self, outcomes: &[Outcome], took: Duration) -> Result<(), String> {
        let told = |format| match format {
            Format::Human => report::human(outcomes, took),
            Format::Json => report::json(outcomes, took),
            Format::Junit => junit::xml(outcomes, took),
        };
        let Some(path) = &self.output else {
            out!("{}", told(self.format));
            return Ok(());
        };
        out!("{}", told(Format::Human));
        std::fs::write(path, told(self.format)).map_err(|error| format!("cannot write {}: {error}", path.display()))
    }
}
