//! Keeps OAuth 2 tokens fresh: one request per connection at a time, here and among processes.
//!
//! Ahead of expiry, or once after a 401. Whoever waited reads the registry again and uses the
//! winner's token. A new token is written before it is first used, and a token server that says
//! no is believed only if the registry still holds the token it was asked with.

use super::auth::oauth2::{self, Ask, Granted, TokenFailure};
use super::connection::{CLOCK_TOLERANCE, Connection, State};
use super::credential::{Credential, Secret, Tokens};
use super::registry::Registry;
use super::service::{Grant, OAuth2, Service};
use super::template::Values;
use super::{Error, events};
use crate::http::Client;
use std::time::{Duration, Instant};

/// No token request within this time after one that failed; twice as long after the next one.
const COOLDOWN: i64 = 30_000;
const LONGEST_COOLDOWN: i64 = 15 * 60_000;
/// Token requests within one call, and the time after which no further one is begun.
const TRIES: usize = 3;
const QUICK: Duration = Duration::from_secs(8);

/// A connection and its credential, as they stand now.
pub struct Ready {
    pub connection: Connection,
    pub credential: Credential,
}

/// The connection with a credential that should work: refreshed if it is due, or if `rejected` is
/// the token it still has.
pub async fn ready(
    registry: &Registry,
    http: &Client,
    service: &Service,
    connection: Connection,
    rejected: Option<&Secret>,
) -> Result<Ready, Error> {
    let ready = read(registry, connection).await?;
    let (Some(row), Credential::OAuth2(tokens)) = (service.oauth2(), &ready.credential) else {
        return Ok(ready);
    };
    if !needs_refresh(&ready.connection, row, tokens, rejected, registry.time_for(&ready.connection)) {
        return Ok(ready);
    }
    let flight = registry.flight(&ready.connection).await?;
    let done = in_flight(registry, http, service, row, &ready.connection.link_name, rejected).await;
    flight.end().await;
    done
}

/// The part that one caller at a time goes through.
async fn in_flight(
    registry: &Registry,
    http: &Client,
    service: &Service,
    row: &OAuth2,
    link: &str,
    rejected: Option<&Secret>,
) -> Result<Ready, Error> {
    // Someone may have refreshed it while we waited.
    let ready = read(registry, registry.connection(link).await?).await?;
    let Credential::OAuth2(tokens) = &ready.credential else {
        return Ok(ready);
    };
    let now = registry.time_for(&ready.connection);
    if !needs_refresh(&ready.connection, row, tokens, rejected, now) {
        return Ok(ready);
    }
    let still_good = rejected.is_none() && tokens.access.is_some() && !ready.connection.is_expired(now);
    let before = ready.connection.clone();
    let kept = ready.credential.clone();
    match refresh(registry, http, service, row, ready).await {
        Ok(fresh) => Ok(fresh),
        // Refreshing ahead of time failed; the old token still has some life.
        Err(error @ (Error::Wait { .. } | Error::Http(_))) if still_good => {
            registry.note(link, &format!("its token could not be refreshed ahead of its end: {error}"));
            Ok(Ready { connection: before, credential: kept })
        }
        Err(error) => Err(error),
    }
}

async fn read(registry: &Registry, connection: Connection) -> Result<Ready, Error> {
    check_state(&connection)?;
    match registry.credential(&connection).await? {
        Some(credential) => Ok(Ready { connection, credential }),
        None => Err(Error::NotConnected { link: connection.link_name }),
    }
}

/// Only a connected connection can be used; the others say why not.
pub fn check_state(connection: &Connection) -> Result<(), Error> {
    let link = connection.link_name.clone();
    match connection.state {
        State::Connected => Ok(()),
        State::Draft => Err(match connection.user.clone() {
            Some(user) => Error::NotAuthorised { link, user },
            None => Error::NotConnected { link },
        }),
        State::Revoked => Err(Error::Revoked { link }),
        State::NeedsReauth => {
            let reason = connection.reason.clone().unwrap_or_else(|| "its token is no longer accepted".to_owned());
            Err(Error::NeedsSignIn { link, reason })
        }
    }
}

fn needs_refresh(connection: &Connection, row: &OAuth2, tokens: &Tokens, rejected: Option<&Secret>, now: i64) -> bool {
    match (&tokens.access, rejected) {
        (None, _) => true,
        (Some(access), Some(rejected)) => access == rejected,
        (Some(_), None) => connection.is_due(now, row.refresh_margin),
    }
}

async fn refresh(
    registry: &Registry,
    http: &Client,
    service: &Service,
    row: &OAuth2,
    ready: Ready,
) -> Result<Ready, Error> {
    let Ready { mut connection, credential } = ready;
    let Credential::OAuth2(tokens) = credential else {
        return Ok(Ready { connection, credential });
    };
    check_cooldown(&connection, registry.now())?;
    let values = service.values(connection.dc.as_deref(), &connection.params)?;
    let Some(ask) = way_to_refresh(&connection, &tokens) else {
        return expired_for_good(registry, connection, tokens).await;
    };
    learn(http, &tokens);
    match ask_patiently(registry, http, row, &values, &connection, &tokens, ask).await? {
        Ok(granted) => {
            let tokens = take(registry, service, &mut connection, tokens, granted);
            learn(http, &tokens);
            let credential = Credential::OAuth2(tokens);
            registry.save(&connection, Some(&credential)).await?;
            connection.revision += 1;
            registry.log(&connection.link_name, events::REFRESHED, None).await?;
            Ok(Ready { connection, credential })
        }
        Err(failure) => fail(registry, http, connection, &tokens, failure).await,
    }
}

/// Asks up to three times, with growing pauses, as long as the server only says at once that it cannot.
async fn ask_patiently(
    registry: &Registry,
    http: &Client,
    row: &OAuth2,
    values: &Values,
    connection: &Connection,
    tokens: &Tokens,
    ask: Ask<'_>,
) -> Result<Result<Granted, TokenFailure>, Error> {
    let started = Instant::now();
    let mut pause = registry.backoff();
    for _ in 1..TRIES {
        record_request(registry, row, connection).await?;
        match oauth2::ask(http, row, values, tokens, ask.clone()).await {
            Err(TokenFailure::Transient { quick: true, .. }) if started.elapsed() < QUICK => {
                tokio::time::sleep(pause.mul_f64(rand::random_range(0.75..1.25))).await;
                pause *= 2;
            }
            other => return Ok(other),
        }
    }
    record_request(registry, row, connection).await?;
    Ok(oauth2::ask(http, row, values, tokens, ask).await)
}

/// Counts a token request, unless the provider's limit is reached.
pub async fn record_request(registry: &Registry, row: &OAuth2, connection: &Connection) -> Result<(), Error> {
    check_budget(registry, row, connection, registry.now()).await?;
    registry.log(&connection.link_name, &requested(connection), None).await
}

/// What the history calls a token request; the budget counts them for each sign-in on its own.
fn requested(connection: &Connection) -> String {
    match &connection.user {
        Some(user) => format!("token requested for {user}"),
        None => "token requested".to_owned(),
    }
}

fn way_to_refresh<'a>(connection: &'a Connection, tokens: &'a Tokens) -> Option<Ask<'a>> {
    if connection.grant.as_deref() == Some(Grant::ClientCredentials.word()) {
        return Some(Ask::ClientCredentials { scopes: &connection.scopes });
    }
    tokens.refresh.as_ref().map(|token| Ask::Refresh { token })
}

/// Without a refresh token, a token that ended or was rejected is the end.
async fn expired_for_good(registry: &Registry, connection: Connection, tokens: Tokens) -> Result<Ready, Error> {
    let now = registry.time_for(&connection);
    if tokens.access.is_some() && connection.expires_at.is_some() && !connection.is_expired(now) {
        // Only due, not yet ended: there is nothing better to use.
        return Ok(Ready { connection, credential: Credential::OAuth2(tokens) });
    }
    let reason = "its token ended, and the provider gave no refresh token";
    needs_reauth(registry, connection, reason).await
}

fn check_cooldown(connection: &Connection, now: i64) -> Result<(), Error> {
    match connection.retry_at {
        // A pause that was written in what is now the future ends when nobody knows.
        Some(retry_at) if retry_at > now && !connection.is_from_the_future(now) => Err(Error::Wait {
            link: connection.link_name.clone(),
            seconds: (retry_at - now + 999) / 1000,
            reason: connection.reason.clone().unwrap_or_else(|| "the last request failed".to_owned()),
        }),
        Some(_) | None => Ok(()),
    }
}

/// Counts token requests, so that the provider's own limit is never reached.
async fn check_budget(registry: &Registry, row: &OAuth2, connection: &Connection, now: i64) -> Result<(), Error> {
    let Some(budget) = row.budget else {
        return Ok(());
    };
    let span = i64::from(budget.seconds) * 1000;
    let mut times = registry.times_of(&connection.link_name, &requested(connection), now - span).await?;
    times.retain(|at| *at <= now + CLOCK_TOLERANCE);
    let allowed = budget.requests as usize;
    if times.len() < allowed {
        return Ok(());
    }
    let free_at = times[times.len() - allowed] + span;
    Err(Error::Wait {
        link: connection.link_name.clone(),
        seconds: ((free_at - now) / 1000).max(1),
        reason: format!("the provider allows {} token requests in {} s", budget.requests, budget.seconds),
    })
}

/// Takes a grant over into the connection; the old refresh token stays where there is no new one.
pub fn take(
    registry: &Registry,
    service: &Service,
    connection: &mut Connection,
    tokens: Tokens,
    granted: Granted,
) -> Tokens {
    let now = registry.now();
    connection.state = State::Connected;
    connection.reason = None;
    connection.retry_at = None;
    connection.failures = 0;
    connection.lifetime = granted.lifetime;
    connection.expires_at = granted.lifetime.map(|life| now + life);
    // It is seen for the first time: from here on its age counts.
    registry.time_for(connection);
    if let Some(scopes) = granted.scopes {
        connection.scopes = scopes;
    }
    for name in &service.from_token {
        if let Some(value) = granted.others.fields.get(name).and_then(serde_json::Value::as_str) {
            connection.params.insert(name.clone(), value.to_owned());
        }
    }
    Tokens { access: Some(granted.access), refresh: granted.refresh.or(tokens.refresh.clone()), ..tokens }
}

async fn fail(
    registry: &Registry,
    http: &Client,
    mut connection: Connection,
    tokens: &Tokens,
    failure: TokenFailure,
) -> Result<Ready, Error> {
    let link = connection.link_name.clone();
    let reason = http.redactor().clean(failure.reason()).into_owned();
    registry.log(&link, events::REFRESH_FAILED, Some(&reason)).await?;
    match failure {
        TokenFailure::Dead(_) => {
            // A process without our lock may have used the refresh token up; then its token is there.
            let latest = registry.connection(&link).await?;
            if let Some(Credential::OAuth2(other)) = registry.credential(&latest).await?
                && other.refresh != tokens.refresh
                && other.access.is_some()
            {
                return Ok(Ready { connection: latest, credential: Credential::OAuth2(other) });
            }
            needs_reauth(registry, connection, &format!("the provider no longer accepts its token: {reason}")).await
        }
        TokenFailure::Throttled(_) => {
            connection.retry_at = Some(registry.now() + 600_000);
            connection.reason = Some(format!("the provider refuses more token requests: {reason}"));
            registry.try_save(&connection, None).await?;
            check_cooldown(&connection, registry.now())?;
            Err(Error::Provider { link, reason })
        }
        TokenFailure::Transient { retry_after, .. } => {
            connection.failures = connection.failures.saturating_add(1);
            let wait = retry_after.map_or_else(|| cooldown(connection.failures), |seconds| seconds * 1000);
            connection.retry_at = Some(registry.now() + wait);
            connection.reason = Some(reason.clone());
            registry.try_save(&connection, None).await?;
            Err(Error::Wait { link, seconds: (wait + 999) / 1000, reason })
        }
        TokenFailure::Refused(_) => Err(Error::Provider { link, reason }),
    }
}

/// 30 s after the first failure in a row, then 60 s, 120 s …, with a tenth at random, so that many
/// processes do not come back at once.
fn cooldown(failures: u32) -> i64 {
    let doubled = COOLDOWN.saturating_mul(1 << failures.saturating_sub(1).min(10));
    let wait = doubled.min(LONGEST_COOLDOWN);
    wait + rand::random_range(0..wait / 10)
}

/// Gets a new token now, whatever the old one's age; a pause after a failure is over with it.
pub async fn force(registry: &Registry, http: &Client, link: &str) -> Result<Connection, Error> {
    let mut connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    if service.oauth2().is_none() {
        let (name, word) = (&service.link_name, service.auth.word());
        return Err(Error::usage(format!("the service `{name}` is signed in to with {word}, which has no tokens")));
    }
    registry.must_own_credentials(&connection).await?;
    if connection.retry_at.take().is_some() {
        registry.save(&connection, None).await?;
        connection = registry.connection(link).await?;
    }
    let known = match registry.credential(&connection).await? {
        Some(Credential::OAuth2(tokens)) => tokens.access,
        Some(_) | None => None,
    };
    Ok(ready(registry, http, &service, connection, known.as_ref()).await?.connection)
}

async fn needs_reauth(registry: &Registry, mut connection: Connection, reason: &str) -> Result<Ready, Error> {
    let link = connection.link_name.clone();
    connection.state = State::NeedsReauth;
    connection.reason = Some(reason.to_owned());
    registry.try_save(&connection, None).await?;
    registry.log(&link, events::NEEDS_SIGN_IN, Some(reason)).await?;
    Err(Error::NeedsSignIn { link, reason: reason.to_owned() })
}

/// Makes the redactor know every secret that is about to travel.
pub fn learn(http: &Client, tokens: &Tokens) {
    for secret in [&tokens.client_secret, &tokens.access, &tokens.refresh].into_iter().flatten() {
        http.redactor().learn(secret.expose());
    }
}

/// Placeholder values of a connection.
pub fn values_of(service: &Service, connection: &Connection) -> Result<Values, Error> {
    service.values(connection.dc.as_deref(), &connection.params)
}
