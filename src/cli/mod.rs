//! The command line: a file per subcommand.
//!
//! Exit codes: 0 ran, 1 the script failed, 2 it did not compile, 3 bad use or configuration.
//! Standard output holds only what was asked for; messages go to standard error.

mod check;
#[cfg(feature = "http")]
mod connections;
#[cfg(feature = "server")]
mod deploy;
pub mod doc;
mod explain;
#[cfg(feature = "server")]
mod init;
pub(crate) mod options;
mod parallel;
#[cfg(feature = "server")]
mod project;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "http")]
mod services;
pub(crate) mod session;
#[cfg(feature = "server")]
mod test;
#[cfg(feature = "http")]
mod vault;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Runs Deluge scripts on your own machine.
#[derive(Parser)]
#[command(name = "ararat", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What a script's start waits for: read without describing all other subcommands, which takes a fifth of it.
#[derive(Parser)]
#[command(name = "ararat", version)]
struct QuickCli {
    #[command(subcommand)]
    command: Quick,
}

#[derive(Subcommand)]
enum Quick {
    /// Run a script, or a function of it
    Run(run::Run),
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Quick(Quick),
    /// Check scripts without running them
    Check(check::Check),
    /// Print the documentation of built-ins and tasks
    Doc(doc::Doc),
    /// Explain an error code, with examples
    Explain(explain::Explain),
    /// Try statements at a prompt
    #[cfg(feature = "repl")]
    Repl(crate::repl::Repl),
    /// Manage the connections that scripts use by link name
    #[cfg(feature = "http")]
    Connections(connections::Connections),
    /// List, search and define the services that connections are made on
    #[cfg(feature = "http")]
    Services(services::Services),
    /// See to the vault that keeps the secrets of connections
    #[cfg(feature = "http")]
    Vault(vault::Vault),
    /// Make a project of custom functions
    #[cfg(feature = "server")]
    Init(init::Init),
    /// Run the tests of a project
    #[cfg(feature = "server")]
    Test(test::Test),
    /// Publish a project's functions to a running engine
    #[cfg(feature = "server")]
    Deploy(deploy::Deploy),
    /// Run the engine of custom functions
    #[cfg(feature = "server")]
    Serve(serve::Serve),
    /// Serve the embedded imitation of Zoho
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Serve),
}

/// How a command ended; the number is the exit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Ok = 0,
    ScriptFailed = 1,
    NotCompiled = 2,
    BadUse = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Reads the arguments and runs the command they name.
pub fn main() -> ExitCode {
    let command = match parse() {
        Ok(command) => command,
        Err(exit) => return exit.into(),
    };
    let exit = match command {
        Command::Quick(Quick::Run(run)) => run.main(),
        Command::Check(check) => check.main(),
        Command::Doc(doc) => doc.main(),
        Command::Explain(explain) => explain.main(),
        #[cfg(feature = "repl")]
        Command::Repl(repl) => repl.main(),
        #[cfg(feature = "http")]
        Command::Connections(connections) => connections.main(),
        #[cfg(feature = "http")]
        Command::Services(services) => services.main(),
        #[cfg(feature = "http")]
        Command::Vault(vault) => vault.main(),
        #[cfg(feature = "server")]
        Command::Init(init) => init.main(),
        #[cfg(feature = "server")]
        Command::Test(test) => test.main(),
        #[cfg(feature = "server")]
        Command::Deploy(deploy) => deploy.main(),
        #[cfg(feature = "server")]
        Command::Serve(serve) => serve.main(),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(serve) => serve.main(),
    };
    exit.into()
}

/// The command that the arguments name; why there is none has been told.
fn parse() -> Result<Command, Exit> {
    let words: Vec<_> = std::env::args_os().collect();
    let parsed = if words.get(1).is_some_and(|word| word == "run") {
        QuickCli::try_parse_from(words).map(|cli| Command::Quick(cli.command))
    } else {
        #[cfg(feature = "server")]
        let words = project::with_settings(words, <Cli as clap::CommandFactory>::command)?;
        Cli::try_parse_from(words).map(|cli| cli.command)
    };
    parsed.map_err(|error| {
        // Help and version are answers, not mistakes.
        let exit = if error.use_stderr() { Exit::BadUse } else { Exit::Ok };
        let _ = error.print();
        exit
    })
}

/// Says what was wrong with the use of a command.
pub fn bad_use(message: impl std::fmt::Display) -> Exit {
    errln!("error: {message}");
    Exit::BadUse
}
