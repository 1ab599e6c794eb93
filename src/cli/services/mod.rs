//! `ararat services`: the default services and those you define.

mod define;

use super::Exit;
use super::connections::{Actor, block_on, confirmed, finish, open_registry, print, print_json, print_table};
use crate::connections::{Error, Registry, Service, catalogue};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

/// List, search and define the services that connections are made on
#[derive(Args)]
pub struct Services {
    #[command(flatten)]
    actor: Actor,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List services: your own first, then the default ones
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show one service as the file that defines it
    Show {
        link_name: String,
        #[arg(long)]
        json: bool,
    },
    /// Find default services by words of their names
    Search {
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Define a service from a TOML or JSON file, by options, or by answers on a terminal;
    /// `ararat services show` prints files to start from
    Add {
        file: Option<PathBuf>,
        #[command(flatten)]
        definition: Box<define::Definition>,
    },
    /// Change a service of your own by its edited file; its connections are revoked
    Edit {
        file: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Delete a service of your own; its connections are revoked
    Delete {
        link_name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl Services {
    pub fn main(self) -> Exit {
        finish(block_on(self.run()))
    }

    async fn run(self) -> Result<(), Error> {
        match self.command {
            Command::Search { words } => {
                let found = catalogue::search(&words.join(" "));
                if found.is_empty() {
                    errln!("no service has all of these words");
                }
                list(&found)
            }
            Command::List { json } => {
                let services = open_registry(&self.actor).await?.services().await?;
                if json { print_json(&services) } else { list(&services.iter().collect::<Vec<_>>()) }
            }
            Command::Show { link_name, json } => {
                let service = open_registry(&self.actor).await?.service(&link_name).await?;
                if json { print_json(&service) } else { show(&service) }
            }
            Command::Add { file, definition } => {
                let service = match (file, definition.is_given()) {
                    (Some(file), false) => read(&file)?,
                    (None, _) => definition.service()?,
                    (Some(_), true) => return Err(Error::usage("give a file or options, not both")),
                };
                add(&open_registry(&self.actor).await?, &service).await
            }
            Command::Edit { file, yes } => edit(&open_registry(&self.actor).await?, &file, yes).await,
            Command::Delete { link_name, yes } => delete(&open_registry(&self.actor).await?, &link_name, yes).await,
        }
    }
}

fn list(services: &[&Service]) -> Result<(), Error> {
    let rows: Vec<[&str; 3]> =
        services.iter().map(|s| [s.link_name.as_str(), s.auth.word(), s.name.as_str()]).collect();
    print_table(&rows);
    Ok(())
}

/// Default services as their own files, comments included; custom ones as JSON.
fn show(service: &Service) -> Result<(), Error> {
    match catalogue::text_of(&service.link_name) {
        Some(text) => print(text.trim_end()),
        None => print_json(service)?,
    }
    Ok(())
}

fn read(file: &Path) -> Result<Service, Error> {
    let bad = |error: &dyn std::fmt::Display| Error::usage(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| bad(&error))?;
    let is_json = file.extension().is_some_and(|ending| ending == "json");
    let mut service: Service = if is_json {
        serde_json::from_str(&text).map_err(|error| bad(&error))?
    } else {
        toml::from_str(&text).map_err(|error| bad(&error))?
    };
    // A service of one's own never counts as one of the provider's.
    service.family = "custom".to_owned();
    service.covers.clear();
    Ok(service)
}

async fn add(registry: &Registry, service: &Service) -> Result<(), Error> {
    registry.add_service(service).await?;
    errln!("added the service `{}`; connect with `ararat connections add {0}`", service.link_name);
    Ok(())
}

async fn edit(registry: &Registry, file: &Path, yes: bool) -> Result<(), Error> {
    let service = read(file)?;
    warn_dependents(registry, &service.link_name).await?;
    if !yes && !confirmed(&format!("change the service `{}`?", service.link_name))? {
        return Err(Error::usage_help("nothing was changed", "answer `y`, or give --yes"));
    }
    registry.edit_service(&service).await?;
    errln!("the service `{}` is changed", service.link_name);
    Ok(())
}

/// Names what a change or a deletion would sign out.
async fn warn_dependents(registry: &Registry, link: &str) -> Result<(), Error> {
    for dependent in registry.dependents(link).await? {
        errln!("the connection `{dependent}` is made from it and will be revoked");
    }
    Ok(())
}

async fn delete(registry: &Registry, link: &str, yes: bool) -> Result<(), Error> {
    warn_dependents(registry, link).await?;
    if !yes && !confirmed(&format!("delete the service `{link}`?"))? {
        return Err(Error::usage_help("nothing was deleted", "answer `y`, or give --yes"));
    }
    registry.delete_service(link).await?;
    errln!("the service `{link}` is deleted");
    Ok(())
}
