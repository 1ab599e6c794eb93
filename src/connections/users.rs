//! Who may do what: an administrator manages connections, a user uses them.
//!
//! Roles guard against mistakes among people who share a data directory. They are no wall against
//! someone who can read its files: that is the vault's business.

use super::Error;
use super::connection::{Connection, State};
use super::registry::Registry;
use serde::Serialize;

/// What the history calls it; such a line belongs to no connection.
const ROLE_GIVEN: &str = "role given";

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Makes, changes and deletes services and connections, and gives roles.
    Administrator,
    /// Uses connections, and signs in to those that use the credentials of the login user.
    User,
}

impl Role {
    pub fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::User => "user",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Role::Administrator, Role::User].into_iter().find(|role| role.word() == word)
    }
}

impl Registry {
    /// Everyone who was given a role, by name.
    pub async fn users(&self) -> Result<Vec<(String, Role)>, Error> {
        self.store().users().await
    }

    /// What the acting user may do; someone unknown is a plain user.
    pub async fn role(&self) -> Result<Role, Error> {
        let known = self.users().await?;
        let mine = known.into_iter().find(|(name, _)| name == self.user());
        Ok(mine.map_or(Role::User, |(_, role)| role))
    }

    /// Gives someone a role.
    pub async fn set_role(&self, user: &str, role: Role) -> Result<(), Error> {
        self.must_administer("give roles").await?;
        if user.trim().is_empty() || user.chars().any(char::is_control) {
            return Err(Error::usage("a user's name is one line and not empty"));
        }
        if !self.store().set_role(user, role, self.now()).await? {
            return Err(Error::usage_help(
                format!("`{user}` is the only administrator"),
                "make someone else administrator first",
            ));
        }
        self.log("", ROLE_GIVEN, Some(&format!("`{user}` is now {}", role.word()))).await
    }

    /// Refuses everyone but administrators; the first to ask becomes one.
    pub async fn must_administer(&self, what: &str) -> Result<(), Error> {
        let mut users = self.users().await?;
        if users.is_empty() {
            self.claim_administration().await?;
            users = self.users().await?;
        }
        if users.iter().any(|(name, role)| name == self.user() && *role == Role::Administrator) {
            return Ok(());
        }
        let administrators: Vec<String> =
            users.into_iter().filter(|(_, role)| *role == Role::Administrator).map(|(name, _)| name).collect();
        Err(Error::NotAllowed { user: self.user().to_owned(), what: what.to_owned(), administrators })
    }

    /// Makes the acting user an administrator without asking anyone: for whoever holds the machine.
    pub async fn install_administrator(&self) -> Result<(), Error> {
        self.store().set_role(self.user(), Role::Administrator, self.now()).await?;
        let what = format!("`{}`, who set up the console, is now {}", self.user(), Role::Administrator.word());
        self.log("", ROLE_GIVEN, Some(&what)).await
    }

    async fn claim_administration(&self) -> Result<(), Error> {
        if self.store().claim_administration(self.user(), self.now()).await? {
            let what = format!("`{}`, the first user, is now {}", self.user(), Role::Administrator.word());
            self.log("", ROLE_GIVEN, Some(&what)).await?;
        }
        Ok(())
    }

    /// Connections that the acting user is signed in to with credentials of his own.
    pub async fn signed_in_connections(&self) -> Result<Vec<Connection>, Error> {
        let own = |connection: &Connection| match &connection.user {
            Some(user) => user == self.user(),
            None => self.is_mine(connection),
        };
        let is_signed_in = |connection: &Connection| matches!(connection.state, State::Connected | State::NeedsReauth);
        let all = self.connections().await?;
        Ok(all.into_iter().filter(|connection| own(connection) && is_signed_in(connection)).collect())
    }

    /// Refuses to change credentials that everyone's calls run with, unless they are one's own.
    pub async fn must_own_credentials(&self, connection: &Connection) -> Result<(), Error> {
        if connection.user.is_some() || connection.owner == self.user() {
            return Ok(());
        }
        self.must_administer(&format!(
            "change the sign-in of `{}`, which belongs to `{}`",
            connection.link_name, connection.owner
        ))
        .await
    }
}
