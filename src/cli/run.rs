//! `ararat run`: a script from a file or standard input.

use super::options::{EngineOptions, ErrorFormat, print_reports, read_source};
use super::session::{HostOptions, World};
use super::{Exit, bad_use};
use crate::engine::{self, Failure, Script};
use crate::eval::limits::Stats;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Run {
    /// The script; `-` reads standard input
    file: PathBuf,
    /// An argument of the function, or an input of the script
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// Arguments as one JSON object
    #[arg(long, value_name = "JSON")]
    args_json: Option<String>,
    /// The function to call, where the file has several
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Print statements, calls and requests used, to standard error
    #[arg(long)]
    stats: bool,
    /// How errors are printed
    #[arg(long, value_enum, default_value_t)]
    error_format: ErrorFormat,
    #[command(flatten)]
    engine: EngineOptions,
    #[command(flatten)]
    host: HostOptions,
}

impl Run {
    pub fn main(mut self) -> Exit {
        let (script, args) = match self.prepare() {
            Ok(ready) => ready,
            Err(exit) => return exit,
        };
        print_reports(script.warnings(), self.error_format);
        if self.function.is_none() && script.has_body() {
            print_reports(&script.missing_inputs(&args), self.error_format);
        }
        let mut world = match World::open(&self.host) {
            Ok(world) => world,
            Err(message) => return bad_use(message),
        };
        let outcome = match &self.function {
            Some(name) => script.call(name, world.host(), &args),
            None => script.run(world.host(), &args),
        };
        world.flush();
        world.ended(&script, &outcome);
        let (exit, stats) = match outcome {
            Ok(run) => {
                // The process ends right away; the system takes the memory back faster than we could.
                std::mem::forget(run.variables);
                (Exit::Ok, Some(run.stats))
            }
            Err(Failure::Script { report, stats, .. }) => {
                print_reports(std::slice::from_ref(&report), self.error_format);
                (Exit::ScriptFailed, Some(stats))
            }
            Err(Failure::Call(message)) => (bad_use(message), None),
        };
        if let (true, Some(stats)) = (self.stats, stats) {
            print_stats(&stats);
        }
        match world.close() {
            Ok(()) => exit,
            Err(message) => bad_use(message),
        }
    }

    fn prepare(&mut self) -> Result<(Script, engine::Args), Exit> {
        let source = read_source(&self.file).map_err(bad_use)?;
        let engine = self.engine.engine(Some(&self.file)).map_err(bad_use)?;
        let args = match self.recorded().map_err(bad_use)? {
            Some(args) => args,
            None => self.arguments().map_err(bad_use)?,
        };
        match engine.compile(source) {
            Ok(script) => Ok((script, args)),
            Err(not_compiled) => {
                print_reports(&not_compiled.0, self.error_format);
                Err(Exit::NotCompiled)
            }
        }
    }

    /// The call that a tape names, unless another one is given: also sets the function.
    #[cfg(feature = "http")]
    fn recorded(&mut self) -> Result<Option<engine::Args>, String> {
        if self.function.is_some() || !self.args.is_empty() || self.args_json.is_some() {
            return Ok(None);
        }
        let Some(header) = self.host.replayed()? else { return Ok(None) };
        self.function = header.function;
        let Some(arguments) = header.arguments else { return Ok(None) };
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(arguments.get())
            .map_err(|error| format!("expected an object of arguments on the tape: {error}"))?;
        let args = object.into_iter().fold(engine::Args::new(), |args, (name, value)| match value {
            serde_json::Value::String(text) => args.text(name, text),
            other => args.json(name, other.to_string()),
        });
        Ok(Some(args))
    }

    #[cfg(not(feature = "http"))]
    fn recorded(&mut self) -> Result<Option<engine::Args>, String> {
        Ok(None)
    }

    fn arguments(&self) -> Result<engine::Args, String> {
        let mut args = engine::Args::new();
        if let Some(json) = &self.args_json {
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(json).map_err(|error| format!("--args-json is no JSON object: {error}"))?;
            for (name, value) in object {
                args = args.json(name, value.to_string());
            }
        }
        for arg in &self.args {
            let (name, value) =
                arg.split_once('=').ok_or_else(|| format!("expected NAME=VALUE for --arg, found `{arg}`"))?;
            args = args.text(name, value);
        }
        Ok(args)
    }
}

fn print_stats(stats: &Stats) {
    errln!("statements     {}", stats.statements);
    errln!("function calls {}", stats.calls);
    errln!("requests       {}", stats.requests);
    errln!("output         {} bytes", stats.output);
    if let Some(kilobytes) = peak_memory() {
        errln!("peak memory    {kilobytes} kB");
    }
}

/// The process's largest resident size so far, in kB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
