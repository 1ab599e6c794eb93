//! `ararat connections`: list, show, add, connect, test, revoke and delete connections.
//!
//! Secrets come from a prompt without echo or from a JSON object (`--secrets`), never from the
//! arguments, which other users of the machine can see; and none is ever printed.

mod add;
mod change;
mod connect;
mod secrets;
mod show;
mod users;

pub(super) use secrets::prompt_secret;
pub(super) use show::print_table;

use super::Exit;
use crate::connections::keep_alive::{self, Kept};
use crate::connections::registry::{Event, Settings};
use crate::connections::summary::{Affected, affected};
use crate::connections::{Connection, Error, Registry, refresh, registry, sign_in, zoho_export};
use crate::http::{Client, Options, runtime};
use clap::{Args, Subcommand};
use std::future::Future;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Manage the connections that scripts use by link name
#[derive(Args)]
pub struct Connections {
    #[command(flatten)]
    actor: Actor,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List connections
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show one connection, with sample code
    Show {
        link_name: String,
        /// Print only a sample: a script's, or the connection's part of it as JSON
        #[arg(long, value_enum, conflicts_with = "json")]
        sample: Option<show::Sample>,
        #[arg(long)]
        json: bool,
    },
    /// Make a connection on a service, and sign in
    Add(add::Add),
    /// Sign a connection in
    Connect(connect::Connect),
    /// Call the service to see whether the credentials work
    Test {
        link_name: String,
        /// Address to call, where the service names none
        #[arg(long)]
        url: Option<String>,
    },
    /// List the account's applications or portals, or choose the one to use, by id or name
    Portal { link_name: String, id: Option<String> },
    /// Get a new token now, also while a pause after a failure lasts; or one for every sign-in that was idle
    Refresh {
        #[arg(required_unless_present = "idle_days", conflicts_with = "idle_days")]
        link_name: Option<String>,
        /// Refresh everyone's sign-ins that had no new token for this many days
        #[arg(long, value_name = "DAYS")]
        idle_days: Option<u32>,
    },
    /// Change a connection that is not connected
    Edit(change::Edit),
    /// Let a connection send its credentials to one more host
    Allow { link_name: String, host: String },
    /// Sign a connection out, at the provider and here; or everything that a user has signed in to
    Revoke {
        #[arg(required_unless_present = "all_of", conflicts_with = "all_of")]
        link_name: Option<String>,
        /// Sign this user out of every connection, as after a password was lost
        #[arg(long, value_name = "USER")]
        all_of: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Remove a connection and its secrets
    Delete {
        link_name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Take over connections that Zoho exported as JSON; each one awaits its sign-in
    Import { file: PathBuf },
    /// List users and their roles
    Users {
        #[arg(long)]
        json: bool,
    },
    /// Give a user a role: administrators manage connections, users use them
    Role {
        user: String,
        #[arg(value_enum)]
        role: users::RoleName,
    },
    /// Show what happened to a connection, or to all
    History {
        link_name: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

impl Connections {
    pub fn main(self) -> Exit {
        finish(block_on(self.run()))
    }

    async fn run(self) -> Result<(), Error> {
        let registry = open_registry(&self.actor).await?;
        match self.command {
            Command::List { json } => show::list(&registry, json).await,
            Command::Show { link_name, sample: Some(sample), .. } => show::sample(&registry, &link_name, sample).await,
            Command::Show { link_name, json, sample: None } => show::one(&registry, &link_name, json).await,
            Command::Edit(edit) => edit.run(&registry).await,
            Command::Users { json } => users::list(&registry, json).await,
            Command::Role { user, role } => users::give(&registry, &user, role).await,
            Command::Add(add) => add.run(&registry).await,
            Command::Connect(connect) => connect.run(&registry).await,
            Command::Test { link_name, url } => connect::test(&registry, &link_name, url).await,
            Command::Portal { link_name, id } => connect::portal(&registry, &link_name, id.as_deref()).await,
            Command::Refresh { link_name: Some(link), .. } => refresh_one(&registry, &link).await,
            Command::Refresh { link_name: None, idle_days } => refresh_idle(&registry, idle_days.unwrap_or(0)).await,
            Command::Allow { link_name, host } => allow(&registry, &link_name, &host).await,
            Command::Revoke { all_of: Some(user), yes, .. } => users::disconnect(&registry, &user, yes).await,
            Command::Revoke { link_name, .. } => revoke(&registry, &link_name.unwrap_or_default()).await,
            Command::Delete { link_name, yes } => delete(&registry, &link_name, yes).await,
            Command::Import { file } => import(&registry, &file).await,
            Command::History { link_name, json } => show::history(&registry, link_name.as_deref(), json).await,
        }
    }
}

async fn import(registry: &Registry, file: &Path) -> Result<(), Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Error::usage(format!("could not read {}: {error}", file.display())))?;
    let done = zoho_export::import(registry, &text).await?;
    for link in &done.taken {
        errln!("left out `{link}`: the link name is taken");
    }
    for link in &done.added {
        errln!("added `{link}`; sign in with `ararat connections connect {link}`");
    }
    Ok(())
}

async fn refresh_one(registry: &Registry, link: &str) -> Result<(), Error> {
    refresh::force(registry, &client(), link).await?;
    errln!("`{link}` has a new token");
    Ok(())
}

async fn refresh_idle(registry: &Registry, days: u32) -> Result<(), Error> {
    let idle = Duration::from_secs(u64::from(days) * 86_400);
    let kept = keep_alive::keep_alive(registry, &client(), idle).await?;
    let mut failed = Ok(());
    for Kept { link_name, user, result } in kept {
        let whose = user.map_or(String::new(), |user| format!(" of `{user}`"));
        match result {
            Ok(()) => errln!("`{link_name}`{whose} has a new token"),
            Err(error) => {
                errln!("`{link_name}`{whose} has none: {error}");
                failed = Err(error);
            }
        }
    }
    failed
}

async fn allow(registry: &Registry, link: &str, host: &str) -> Result<(), Error> {
    registry.allow_host(link, host).await?;
    errln!("`{link}` may now send its credentials to `{host}`");
    Ok(())
}

async fn revoke(registry: &Registry, link: &str) -> Result<(), Error> {
    warn_others(registry, &registry.connection(link).await?).await?;
    let told = sign_in::revoke(registry, &client(), link).await?;
    if let Some(reason) = told {
        errln!("note: the provider was asked to end the sign-in and did not: {reason}");
    }
    errln!("`{link}` is signed out; `ararat connections connect {link}` signs it in again");
    Ok(())
}

/// Says who and what else loses the connection.
async fn warn_others(registry: &Registry, connection: &Connection) -> Result<(), Error> {
    let Affected { owner, users, uses } = affected(registry, connection).await?;
    if let Some(owner) = owner {
        errln!("note: it belongs to `{owner}`, and everyone's calls run with it");
    }
    for user in users {
        errln!("note: `{user}` has signed in to it too");
    }
    for by in uses {
        errln!("note: the {by} uses it");
    }
    Ok(())
}

async fn delete(registry: &Registry, link: &str, yes: bool) -> Result<(), Error> {
    let connection = registry.must_be_deletable(link).await?;
    warn_others(registry, &connection).await?;
    if !yes && !confirmed(&format!("delete `{link}` and its secrets?"))? {
        return Err(Error::usage_help("nothing was deleted", "answer `y`, or give --yes"));
    }
    // Signed out first, so that no token lives on without an owner.
    let told = sign_in::revoke(registry, &client(), link).await?;
    if let Some(reason) = told {
        errln!("note: the provider was asked to end the sign-in and did not: {reason}");
    }
    registry.delete(link).await?;
    errln!("`{link}` is deleted");
    Ok(())
}

/// Who acts, in which registry.
#[derive(Args)]
pub(super) struct Actor {
    /// User who acts; the system's user unless given here or in ARARAT_USER
    #[arg(long = "as", value_name = "USER", global = true)]
    acting: Option<String>,
    /// PostgreSQL database that holds the connections, as in `postgres://user@host/database`;
    /// a file of the data directory holds them unless given
    #[arg(long, value_name = "URL", env = "ARARAT_DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
}

/// The registry of the data directory; a passphrase is asked for on a terminal.
pub(super) async fn open_registry(actor: &Actor) -> Result<Registry, Error> {
    let (ask, user, database_url) = (asking(), actor.acting.clone(), actor.database_url.clone());
    let events = Some(notes());
    Registry::open_default(Settings { ask, user, database_url, events, ..Settings::default() }).await
}

/// Asks for secrets, where there is a terminal to ask on.
pub(super) fn asking() -> Option<registry::Ask> {
    let ask: registry::Ask = Arc::new(|question: &str| secrets::prompt_secret(question));
    std::io::stdin().is_terminal().then_some(ask)
}

/// Prints notes about connections to standard error.
pub(super) fn notes() -> registry::EventSink {
    Arc::new(|event: &Event<'_>| {
        if let Event::Note { link_name, text } = event {
            errln!("note: the connection `{link_name}`: {text}");
        }
    })
}

pub(super) fn client() -> Client {
    Client::new(Options::default())
}

/// Runs a command's work on the process-wide runtime.
pub(super) fn block_on<F: Future<Output = Result<(), Error>>>(work: F) -> Result<(), Error> {
    runtime::block_on(work).map_err(|error| Error::Store(format!("the runtime did not start: {error}")))?
}

/// Prints a failure with what to do about it, and chooses the exit code.
pub(super) fn finish(result: Result<(), Error>) -> Exit {
    let Err(error) = result else {
        return Exit::Ok;
    };
    errln!("error: {error}");
    if let Some(help) = error.help() {
        errln!("help: {help}");
    }
    if error.is_usage() { Exit::BadUse } else { Exit::ScriptFailed }
}

/// Writes a line to stdout.
pub(super) fn print(text: &str) {
    outln!("{text}");
}

/// Writes a value as JSON to stdout.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::Store(error.to_string()))?;
    print(&text);
    Ok(())
}

/// Asks yes or no on a terminal; elsewhere the answer is no.
pub(super) fn confirmed(question: &str) -> Result<bool, Error> {
    Ok(ask_line(&format!("{question} [y/N] "))?.is_some_and(|answer| matches!(answer.trim(), "y" | "Y" | "yes")))
}

/// Asks for a line on a terminal; elsewhere there is none.
pub(super) fn ask_line(question: &str) -> Result<Option<String>, Error> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    err!("{question}");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Error::usage(error.to_string()))?;
    Ok(Some(line.trim().to_owned()))
}

/// Asks for a passphrase twice.
pub(super) fn new_passphrase(question: &str) -> Result<Zeroizing<String>, Error> {
    let first = secrets::prompt_secret(question)?;
    let second = secrets::prompt_secret("once more: ")?;
    if *first != *second {
        return Err(Error::usage("the two passphrases differ"));
    }
    Ok(first)
}
