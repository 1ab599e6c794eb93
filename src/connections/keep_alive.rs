//! Sign-ins that nobody uses die at some providers; a token now and then keeps them alive.

use super::connection::{Connection, State};
use super::registry::Registry;
use super::service::Grant;
use super::{Credential, Error, refresh};
use crate::http::Client;
use std::time::Duration;

/// One sign-in that got a new token, or did not.
#[derive(Debug)]
pub struct Kept {
    pub link_name: String,
    /// Whose sign-in it is, where it is not the owner's.
    pub user: Option<String>,
    pub result: Result<(), Error>,
}

/// Gets a new token for every OAuth 2 sign-in that has had none for this long, one after the other.
/// Those of all users, so it is for an administrator.
pub async fn keep_alive(registry: &Registry, http: &Client, idle: Duration) -> Result<Vec<Kept>, Error> {
    registry.must_administer("refresh everyone's tokens").await?;
    keep_everyones_alive(registry, http, idle).await
}

/// The same for a server, whose user need not be an administrator.
pub async fn keep_everyones_alive(registry: &Registry, http: &Client, idle: Duration) -> Result<Vec<Kept>, Error> {
    let before = registry.now() - i64::try_from(idle.as_millis()).unwrap_or(i64::MAX);
    let mut kept = Vec::new();
    for (registry, connection) in everyones(registry).await? {
        if connection.updated_at > before || !can_fade(&registry, &connection).await {
            continue;
        }
        let result = refresh::force(&registry, http, &connection.link_name).await.map(drop);
        kept.push(Kept { link_name: connection.link_name, user: connection.user, result });
    }
    Ok(kept)
}

/// Every sign-in, as its user has it.
async fn everyones(registry: &Registry) -> Result<Vec<(Registry, Connection)>, Error> {
    let bases = registry.store().connections().await?;
    let mut all: Vec<_> = bases.iter().map(|base| (registry.acting_as(&base.owner), base.clone())).collect();
    for (user, id) in registry.store().all_sign_ins().await? {
        if let Some(base) = bases.iter().find(|base| base.id == id && base.login_user) {
            let acting = registry.acting_as(&user);
            let own = acting.connection(&base.link_name).await?;
            all.push((acting, own));
        }
    }
    Ok(all)
}

/// Whether there is a refresh token that could end for want of use.
async fn can_fade(registry: &Registry, connection: &Connection) -> bool {
    let by_client = connection.grant.as_deref() == Some(Grant::ClientCredentials.word());
    connection.state == State::Connected
        && !by_client
        && matches!(registry.credential(connection).await, Ok(Some(Credential::OAuth2(tokens))) if tokens.refresh.is_some())
}
