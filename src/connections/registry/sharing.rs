//! Connections as one user finds them: own, shared with his own sign-in, or run with the owner's.

use super::{Registry, check_host, new_id};
use crate::connections::connection::{Connection, State};
use crate::connections::link::check_display_name;
use crate::connections::service::Budget;
use crate::connections::template::Values;
use crate::connections::{Error, scope};
use std::collections::HashMap;

/// What a person changes about a connection; absent means as it was.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub scopes: Option<Vec<String>>,
    /// Laid over those that are there.
    pub params: Values,
    pub login_user: Option<bool>,
    pub rate: Option<Budget>,
}

impl Registry {
    /// Whether a connection is the acting user's own, as against one shared with him.
    pub fn is_mine(&self, connection: &Connection) -> bool {
        connection.owner == self.user()
    }

    /// Refuses a deletion by others than the owner, of what others sign in to; and of what is in use.
    pub async fn must_be_deletable(&self, link: &str) -> Result<Connection, Error> {
        let connection = self.shared_connection(link).await?;
        self.must_administer("delete connections").await?;
        if connection.login_user && !self.is_mine(&connection) {
            return Err(Error::usage_help(
                format!("`{link}` is shared by `{}`, who alone can delete it", connection.owner),
                format!("run `ararat connections revoke {link}` to end your own sign-in"),
            ));
        }
        self.must_be_unused(link).await?;
        Ok(connection)
    }

    /// Changes a connection that is not connected.
    pub async fn edit(&self, link: &str, changes: Changes) -> Result<Connection, Error> {
        self.must_administer("change connections").await?;
        let mut connection = self.shared_connection(link).await?;
        if connection.login_user && !self.is_mine(&connection) {
            let owner = &connection.owner;
            return Err(Error::usage(format!("`{link}` is shared by `{owner}`, who alone can change it")));
        }
        if connection.state == State::Connected {
            return Err(Error::usage_help(
                format!("the connection `{link}` cannot be changed while it is connected"),
                format!("run `ararat connections revoke {link}`, change it, and connect it again"),
            ));
        }
        if let Some(name) = changes.name {
            check_display_name(&name)?;
            connection.name = name;
        }
        if let Some(scopes) = changes.scopes {
            connection.scopes = scope::split(&scopes.join(" "));
        }
        connection.params.extend(changes.params);
        connection.login_user = changes.login_user.unwrap_or(connection.login_user);
        connection.rate = changes.rate.or(connection.rate);
        self.save(&connection, None).await?;
        self.log(link, "changed", None).await?;
        self.connection(link).await
    }

    /// Lets a connection send its credentials to one more host.
    pub async fn allow_host(&self, link: &str, host: &str) -> Result<(), Error> {
        self.must_administer("allow hosts").await?;
        check_host(host)?;
        let mut connection = self.shared_connection(link).await?;
        if connection.hosts.iter().any(|known| known == host) {
            return Ok(());
        }
        connection.hosts.push(host.to_owned());
        self.save(&connection, None).await?;
        self.log(link, "host allowed", Some(host)).await
    }

    /// Signs everyone out of a connection.
    pub(super) async fn forget_everyone(&self, link: &str, reason: &str) -> Result<(), Error> {
        let connection = self.shared_connection(link).await?;
        self.store().forget_sign_ins(&connection.id).await?;
        self.forget(connection, reason).await
    }

    /// Users with a sign-in of their own to a connection.
    pub async fn signed_in_users(&self, link: &str) -> Result<Vec<String>, Error> {
        let connection = self.shared_connection(link).await?;
        self.store().signed_in_users(&connection.id).await
    }

    pub(super) async fn mine(&self, base: Connection) -> Result<Connection, Error> {
        if !self.wants_own_sign_in(&base) {
            return Ok(base);
        }
        let own = self.store().sign_in(&base, self.user()).await?;
        Ok(own.unwrap_or_else(|| self.blank_sign_in(base)))
    }

    pub(super) async fn as_mine(&self, bases: Vec<Connection>) -> Result<Vec<Connection>, Error> {
        if !bases.iter().any(|base| self.wants_own_sign_in(base)) {
            return Ok(bases);
        }
        let own = self.store().sign_ins_of(self.user(), &bases).await?;
        let mut own: HashMap<_, _> = own.into_iter().map(|sign_in| (sign_in.base.clone(), sign_in)).collect();
        let mine = |base: Connection| match self.wants_own_sign_in(&base) {
            true => own.remove(&base.id).unwrap_or_else(|| self.blank_sign_in(base)),
            false => base,
        };
        Ok(bases.into_iter().map(mine).collect())
    }

    fn wants_own_sign_in(&self, base: &Connection) -> bool {
        base.login_user && !self.is_mine(base)
    }

    /// A sign-in that the user has not made yet.
    fn blank_sign_in(&self, base: Connection) -> Connection {
        Connection {
            id: new_id(),
            state: State::Draft,
            expires_at: None,
            lifetime: None,
            reason: None,
            retry_at: None,
            failures: 0,
            revision: 0,
            user: Some(self.user().to_owned()),
            ..base
        }
    }
}
