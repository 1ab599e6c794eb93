//! `ararat connections users` and `role`.

use super::{print_json, print_table};
use crate::connections::{Error, Registry, Role};
use clap::ValueEnum;

/// A role as the command line writes it.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleName {
    Administrator,
    User,
}

pub async fn list(registry: &Registry, json: bool) -> Result<(), Error> {
    let users = registry.users().await?;
    if json {
        let rows: Vec<_> = users.iter().map(|(name, role)| serde_json::json!({"name": name, "role": role})).collect();
        return print_json(&rows);
    }
    if users.is_empty() {
        eprintln!("no one has a role yet; whoever first adds something becomes the administrator");
    }
    let rows: Vec<[&str; 2]> = users.iter().map(|(name, role)| [name.as_str(), role.word()]).collect();
    print_table(&rows);
    Ok(())
}

pub async fn give(registry: &Registry, user: &str, role: RoleName) -> Result<(), Error> {
    let role = match role {
        RoleName::Administrator => Role::Administrator,
        RoleName::User => Role::User,
    };
    registry.set_role(user, role).await?;
    eprintln!("`{user}` is now {} {}", if role == Role::User { "a" } else { "an" }, role.word());
    Ok(())
}
