//! One test: its run, and all that is wrong with it.

use super::find::Case;
use super::{Test, expect};
use crate::cli::options::read_source;
use crate::cli::session::{HostOptions, World, account};
use crate::engine::{self, Engine, Failure, Report, Script};
use crate::fault::{Fault, Place};
use crate::host::{Ask, Host, Reply};
use crate::hosts::system_time;
use crate::server::functions::diff;
use crate::source::Span;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What became of a test.
pub struct Outcome {
    pub name: String,
    pub file: String,
    pub took: Duration,
    /// All that it printed.
    pub printed: String,
    pub problems: Vec<Problem>,
}

impl Outcome {
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Why a test did not pass.
pub enum Problem {
    /// Something at a place.
    Report(Box<Report>),
    /// It printed something else than the file beside it says.
    Differs { file: String, diff: String },
    /// Something without a place.
    Other(String),
}

/// A line that `info` printed, and where it stands.
pub struct Printed {
    place: Option<Place>,
    pub text: String,
}

impl Printed {
    /// Whether it comes from this statement of the test itself.
    pub fn is_from(&self, statement: Span) -> bool {
        self.place
            .is_some_and(|place| place.source == 0 && (statement.start..statement.end).contains(&place.span.start))
    }
}

impl Test {
    /// Runs one test.
    pub fn run(&self, engine: &Engine, case: &Case) -> Outcome {
        let started = Instant::now();
        let mut outcome = Outcome {
            name: case.name.clone(),
            file: case.path.display().to_string(),
            took: Duration::ZERO,
            printed: String::new(),
            problems: Vec::new(),
        };
        if let Err(problems) = self.perform(engine, case, &mut outcome) {
            outcome.problems.extend(problems);
        }
        outcome.took = started.elapsed();
        outcome
    }

    /// The steps of a test; an error is a reason not to go on.
    fn perform(&self, engine: &Engine, case: &Case, outcome: &mut Outcome) -> Result<(), Vec<Problem>> {
        let script = compiled(engine, case)?;
        let source = &script.sources()[0];
        let expectations = expect::read(source);
        let at = |diagnostic| Problem::Report(Box::new(Report { source: source.clone(), diagnostic }));
        outcome.problems.extend(expectations.iter().filter_map(|one| one.misplaced()).map(at));
        let mut witness = self.witness(case).map_err(other)?;
        let ran = script.run(&mut witness, &engine::Args::new());
        witness.clean();
        outcome.printed = witness.lines.iter().map(|line| format!("{}\n", line.text)).collect();
        outcome.problems.extend(expectations.iter().filter_map(|one| one.unmet(&witness.lines, ran.is_ok())).map(at));
        let left = witness.end(ran.is_ok()).map_err(other)?;
        match ran {
            Ok(_) => {}
            Err(Failure::Script { report, .. }) => return Err(vec![Problem::Report(report)]),
            Err(Failure::Call(message)) => return Err(other(message)),
        }
        outcome.problems.extend(left.map(Problem::Other));
        outcome.problems.extend(self.compared(case, &outcome.printed)?);
        Ok(())
    }

    /// How the output differs from the file beside the test, where there is one.
    fn compared(&self, case: &Case, printed: &str) -> Result<Option<Problem>, Vec<Problem>> {
        let path = case.beside("out");
        if !path.is_file() {
            return Ok(None);
        }
        let file = path.display().to_string();
        if self.update {
            let written = std::fs::write(&path, printed);
            return written.map(|()| None).map_err(|error| other(format!("cannot write {file}: {error}")));
        }
        let expected = std::fs::read_to_string(&path).map_err(|error| other(format!("cannot read {file}: {error}")))?;
        // An editor may have given the file other line ends.
        let diff = diff(&expected.replace("\r\n", "\n"), printed, &file, "printed");
        Ok((!diff.is_empty()).then_some(Problem::Differs { file, diff }))
    }

    /// The host of a test: its tape, or the world that the options name, or none.
    fn witness(&self, case: &Case) -> Result<Witness, String> {
        let (tape, fresh) = (case.beside("tape"), case.beside("tape.new"));
        let mut options = HostOptions::default();
        options.world.clone_from(&self.world);
        let mut recording = None;
        if self.record {
            recording = Some(Recording { fresh: fresh.clone(), tape });
            options.record = Some(fresh);
        } else if tape.is_file() {
            options.replay = Some(tape);
            options.world.leave_sandbox();
        }
        let has_world = options.replay.is_some() || self.record || self.live || self.world.has_sandbox();
        let world = has_world.then(|| World::open(&options)).transpose()?;
        Ok(Witness { world, recording, now: self.world.now, place: None, lines: Vec::new(), asked: false })
    }
}

fn compiled(engine: &Engine, case: &Case) -> Result<Script, Vec<Problem>> {
    let source = read_source(&case.path).map_err(other)?;
    let as_problems = |reports: Vec<Report>| reports.into_iter().map(|report| Problem::Report(Box::new(report)));
    let script = engine.compile(source).map_err(|refused| {
        let errors = refused.0.into_iter().filter(|report| report.diagnostic.is_error()).collect();
        as_problems(errors).collect::<Vec<_>>()
    })?;
    let unset: Vec<_> = script.missing_inputs(&engine::Args::new()).into_iter().map(refused_input).collect();
    if unset.is_empty() { Ok(script) } else { Err(as_problems(unset).collect()) }
}

/// Nobody gives a test its inputs: what has no value there is a mistake.
fn refused_input(report: Report) -> Report {
    let name = report.source.slice(report.diagnostic.span).to_owned();
    let message = format!("`{name}` has no value: a test gets no inputs");
    let diagnostic = crate::diagnostic::Diagnostic::error("DG503", "test.input", report.diagnostic.span, message);
    Report { diagnostic: diagnostic.help(format!("set it first: `{name} = …;`")), ..report }
}

fn other(message: String) -> Vec<Problem> {
    vec![Problem::Other(message)]
}

/// A tape that is being recorded; it takes the old one's place when the test has ended well.
struct Recording {
    fresh: PathBuf,
    tape: PathBuf,
}

/// Keeps what a test prints, and lets it reach its world, if it has one.
struct Witness {
    world: Option<World>,
    recording: Option<Recording>,
    now: Option<i64>,
    place: Option<Place>,
    lines: Vec<Printed>,
    /// Whether something was asked that a tape repeats.
    asked: bool,
}

impl Witness {
    /// Takes secrets out of what was printed.
    fn clean(&mut self) {
        let Some(world) = &self.world else { return };
        for line in &mut self.lines {
            line.text = world.clean(&line.text);
        }
    }

    /// Ends the world and its tape. Says what a replayed tape has left.
    fn end(&mut self, is_good: bool) -> Result<Option<String>, String> {
        let Some(world) = self.world.take() else { return Ok(None) };
        let left = world.left_over();
        world.end()?;
        if let Some(Recording { fresh, tape }) = self.recording.take() {
            let kept = match is_good && self.asked {
                true => std::fs::rename(&fresh, &tape),
                false => std::fs::remove_file(&fresh),
            };
            kept.map_err(|error| format!("cannot write {}: {error}", tape.display()))?;
        }
        Ok(left)
    }
}

impl Host for Witness {
    fn standing_at(&mut self, place: Place) {
        self.place = Some(place);
        if let Some(world) = &mut self.world {
            world.host().standing_at(place);
        }
    }

    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        self.asked |= matches!(ask, Ask::Http(_) | Ask::Mail(_) | Ask::Sms(_) | Ask::Push { .. });
        match (ask, &mut self.world) {
            (Ask::Print(line), _) => {
                self.lines.push(Printed { place: self.place, text: line.to_owned() });
                Ok(Reply::Done)
            }
            (ask, Some(world)) => world.host().ask(ask),
            (Ask::Now, None) => Ok(Reply::Now(self.now.unwrap_or_else(system_time))),
            (Ask::Account, None) => Ok(Reply::Account(account())),
            (Ask::OpenUrl { .. } | Ask::Breathe, None) => Ok(Reply::Done),
            (Ask::Http(request), None) => Err(no_world("run.http", &format!("`{}`", request.origin))),
            (Ask::Mail(_), None) => Err(no_world("run.mail", "`sendmail`")),
            (Ask::Sms(_) | Ask::Push { .. }, None) => Err(no_world("run.mail", "a message")),
        }
    }
}

/// A script cannot catch it, for it would go on with a world that never was.
fn no_world(kind: &'static str, what: &str) -> Fault {
    let help = "record one with `ararat test --record`, or run the tests with `--sandbox` or `--live`";
    Fault::limit(kind, format!("{what} needs the network, and the test has no tape")).help(help)
}
