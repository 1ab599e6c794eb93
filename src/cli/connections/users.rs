//! `ararat connections users` and `role`, and what is done about a user as a whole.

use super::{client, confirmed, print_json, print_table};
use crate::connections::{Error, Registry, Role, sign_in};
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
        errln!("no one has a role yet; whoever first adds something becomes the administrator");
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
    errln!("`{user}` is now {} {}", if role == Role::User { "a" } else { "an" }, role.word());
    Ok(())
}

/// Signs a user out of everything, after saying what that is.
pub async fn disconnect(registry: &Registry, user: &str, yes: bool) -> Result<(), Error> {
    if user != registry.user() {
        registry.must_administer("sign others out").await?;
    }
    let theirs = registry.acting_as(user);
    let connections = theirs.signed_in_connections().await?;
    if connections.is_empty() {
        errln!("`{user}` is signed in to nothing");
        return Ok(());
    }
    for connection in &connections {
        let link = &connection.link_name;
        let shared = connection.user.is_none() && !connection.login_user;
        errln!("`{link}` will be signed out{}", if shared { ", for everyone whose calls run with it" } else { "" });
        for by in if shared { registry.uses(link).await? } else { Vec::new() } {
            errln!("    the {by} uses it");
        }
    }
    if !yes && !confirmed(&format!("sign `{user}` out of {}?", connections.len()))? {
        return Err(Error::usage_help("nobody was signed out", "answer `y`, or give --yes"));
    }
    let revoked = sign_in::revoke_all(&theirs, &client()).await?;
    registry.log("", "signed out everywhere", Some(&format!("`{user}`: {}", revoked.join(", ")))).await
}
