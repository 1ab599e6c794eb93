//! Signs a connection in: keys are kept at once, consent leads over the provider's page.

use super::new::grant_text;
use super::{outbound, path};
use crate::connections::service::{Auth, Grant, KeyParam, OAuth2};
use crate::connections::sign_in::{self, loopback::PATH, underway};
use crate::connections::{Connection, Credential, Error, Registry, Secret, Service, State, account};
use crate::server::App;
use crate::server::app::hash_of;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Field, Tone};
use crate::server::console::{Fields, Refusal, Visitor};
use crate::server::store::ConsentRow;
use axum::Router;
use axum::extract::{Path, State as Has};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

/// How long a person has for the consent page.
const PATIENCE: i64 = 15 * 60_000;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/connections/{link}/connect", get(form).post(connect))
        .route("/connections/{link}/portal", get(portals).post(choose))
}

/// A connection about to be signed in.
struct Ready {
    registry: Registry,
    connection: Connection,
    service: Service,
    /// The public half of its client, where it has one.
    client_id: Option<String>,
}

async fn ready(visitor: &Visitor, link: &str) -> Result<Ready, Refusal> {
    let registry = visitor.registry().await?;
    let connection = registry.connection(link).await?;
    registry.must_own_credentials(&connection).await?;
    let service = registry.service(&connection.service).await?;
    let client_id = sign_in::client_id(&registry, &connection).await?;
    Ok(Ready { registry, connection, service, client_id })
}

async fn form(visitor: Visitor, Path(link): Path<String>) -> Result<Page, Refusal> {
    let ready = ready(&visitor, &link).await?;
    Ok(page(&visitor, &ready, None))
}

fn page(visitor: &Visitor, ready: &Ready, problem: Option<&Refusal>) -> Page {
    let Ready { connection, service, .. } = ready;
    let link = &connection.link_name;
    let body = html! {
        p.crumbs { a href="/console/connections" { "Connections" } " / " a href=(path(link)) { (connection.name) } }
        (parts::heading(&format!("Connect to {}", service.name), html! { "The connection " code { (link) } " signs in." }, html! {}))
        section.card.narrow {
            (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
            @if connection.user.is_some() {
                (parts::callout(Tone::Plain, html! { p { "You sign in for yourself: your calls run as you, and nobody else's do." } }))
            }
            @if !connection.scopes.is_empty() {
                h2 { (service.name) " is asked for" }
                ul.chips { @for scope in &connection.scopes { li { (scope) } } }
            }
            form method="post" action={ (path(link)) "/connect" } {
                (visitor.csrf())
                (questions(visitor, ready))
                div.buttons {
                    button.primary type="submit" { "Connect" }
                    a.button href=(path(link)) { "Later" }
                }
            }
        }
    };
    visitor.page(Section::Connections, "Connect", body)
}

/// What the auth type asks a person.
fn questions(visitor: &Visitor, ready: &Ready) -> Markup {
    let client_id = ready.client_id.as_deref().unwrap_or_default();
    let is_known = ready.client_id.is_some();
    match &ready.service.auth {
        Auth::ApiKey(params) => html! {
            @for param in params { (Field::secret(&format!("key:{}", param.name), &param.label).required()) }
        },
        Auth::Basic {} => html! {
            (Field::text("user", "User name", "").required())
            (Field::secret("password", "Password").required())
        },
        Auth::AwsSigv4 => html! {
            (Field::text("user", "Access key id", "").required())
            (Field::secret("password", "Secret access key").required())
            (Field::secret("session_token", "Session token"))
        },
        Auth::OAuth1(_) => html! {
            (Field::text("client_id", "Consumer key", client_id).required())
            (secret_field("Consumer secret", is_known))
            (redirect_note(visitor))
        },
        Auth::OAuth2(row) => {
            let grant = grant_of(&ready.connection, row);
            html! {
                p.muted { "Sign-in: " (grant_text(grant)) "." }
                (Field::text("client_id", "Client id", client_id).required()
                    .hint("Of the application that you registered with the provider."))
                (secret_field("Client secret", is_known))
                @match grant {
                    Grant::AuthorizationCode => (redirect_note(visitor)),
                    Grant::SelfClient => (Field::secret("code", "Code from the API console").required()),
                    Grant::ClientCredentials | Grant::DeviceCode => {}
                }
            }
        }
    }
}

fn secret_field(label: &str, is_known: bool) -> Markup {
    let hint = if is_known { "One is kept already; leave this empty to use it." } else { "" };
    html! { (Field::secret("client_secret", label).hint(hint)) }
}

fn redirect_note(visitor: &Visitor) -> Markup {
    html! {
        p.hint { "Register this redirect address with the provider:" }
        (parts::copyable("redirect", "Redirect address", &redirect(visitor)))
    }
}

/// Where providers send the browser back to.
fn redirect(visitor: &Visitor) -> String {
    format!("{}{PATH}", visitor.origin())
}

fn grant_of(connection: &Connection, row: &OAuth2) -> Grant {
    let chosen = connection.grant.as_deref().and_then(Grant::parse);
    chosen.or_else(|| row.grants.first().copied()).unwrap_or(Grant::AuthorizationCode)
}

async fn connect(
    Has(app): Has<App>,
    visitor: Visitor,
    Path(link): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let found = ready(&visitor, &link).await?;
    match signed_in(&app, &visitor, &found, &fields).await {
        Ok(response) => Ok(response),
        Err(error) => {
            let refusal = Refusal::from(error);
            // The client may have been kept before the provider refused.
            let found = ready(&visitor, &link).await?;
            Ok((refusal.status, page(&visitor, &found, Some(&refusal))).into_response())
        }
    }
}

async fn signed_in(app: &App, visitor: &Visitor, ready: &Ready, fields: &Fields) -> Result<Response, Error> {
    let Ready { registry, connection, service, .. } = ready;
    let link = connection.link_name.as_str();
    let http = app.outbound().client();
    match &service.auth {
        Auth::ApiKey(params) => drop(sign_in::with_keys(registry, link, keys(params, fields)?).await?),
        Auth::Basic {} => {
            let user = needed(fields, "user", "user name")?;
            let password = secret(fields, "password", "password")?;
            sign_in::with_keys(registry, link, Credential::Basic { user, password }).await?;
        }
        Auth::AwsSigv4 => {
            let access_key_id = needed(fields, "user", "access key id")?;
            let secret_access_key = secret(fields, "password", "secret access key")?;
            let session_token = Some(fields.raw("session_token")).filter(|text| !text.is_empty()).map(Secret::new);
            let credential = Credential::AwsSigv4 { access_key_id, secret_access_key, session_token };
            sign_in::with_keys(registry, link, credential).await?;
        }
        Auth::OAuth1(_) => {
            if ready.client_id.as_deref() != Some(fields.text("client_id")) || fields.is_on("client_secret") {
                let key = needed(fields, "client_id", "consumer key")?;
                sign_in::set_consumer(registry, link, &key, secret(fields, "client_secret", "consumer secret")?)
                    .await?;
            }
            return consent(app, visitor, ready).await;
        }
        Auth::OAuth2(row) => {
            set_client(ready, fields).await?;
            match grant_of(connection, row) {
                Grant::AuthorizationCode => return consent(app, visitor, ready).await,
                Grant::ClientCredentials => drop(sign_in::with_client_credentials(registry, http, link).await?),
                Grant::SelfClient => {
                    let code = secret(fields, "code", "code from the API console")?;
                    sign_in::with_self_client(registry, http, link, code.expose()).await?;
                }
                Grant::DeviceCode => return Err(Error::Unsupported("a sign-in by device code in the console".into())),
            }
        }
    }
    Ok(arrived(app, visitor, registry, link).await)
}

/// After a sign-in: on to the summary, or to the choice among several portals.
pub async fn arrived(app: &App, visitor: &Visitor, registry: &Registry, link: &str) -> Response {
    let choice = match account::choice(&outbound(app, registry), link).await {
        Ok(Some(choice)) => account::settle(registry, link, choice).await,
        other => other,
    };
    match choice {
        Ok(None) => visitor.go(&path(link), "Connected."),
        Ok(Some(choice)) => {
            visitor.go(&format!("{}/portal", path(link)), &format!("Connected. Now choose the {}.", choice.label))
        }
        Err(error) => {
            let reason = app.redactor().clean(&error.to_string()).into_owned();
            visitor.go(&path(link), &format!("Connected. What to choose from could not be listed: {reason}"))
        }
    }
}

fn keys(params: &[KeyParam], fields: &Fields) -> Result<Credential, Error> {
    let read = |param: &KeyParam| {
        let value = secret(fields, &format!("key:{}", param.name), &param.label)?;
        Ok((param.name.clone(), value))
    };
    Ok(Credential::ApiKey { values: params.iter().map(read).collect::<Result<_, Error>>()? })
}

fn needed(fields: &Fields, name: &str, label: &str) -> Result<String, Error> {
    fields.given(name).map(str::to_owned).ok_or_else(|| Error::usage(format!("the {label} is needed")))
}

fn secret(fields: &Fields, name: &str, label: &str) -> Result<Secret, Error> {
    match fields.raw(name) {
        "" => Err(Error::usage(format!("the {label} is needed"))),
        text => Ok(Secret::new(text)),
    }
}

/// Keeps the client where it is new; an empty secret leaves the one that is kept.
async fn set_client(ready: &Ready, fields: &Fields) -> Result<(), Error> {
    let id = needed(fields, "client_id", "client id")?;
    let given = Some(fields.raw("client_secret")).filter(|text| !text.is_empty()).map(Secret::new);
    if ready.client_id.as_deref() == Some(id.as_str()) && given.is_none() {
        return Ok(());
    }
    sign_in::set_client(&ready.registry, &ready.connection.link_name, &id, given).await
}

/// Leads to the provider's page. A form may not lead to another host, so a page of ours does.
async fn consent(app: &App, visitor: &Visitor, ready: &Ready) -> Result<Response, Error> {
    let link = ready.connection.link_name.as_str();
    let begun = underway::begin(&ready.registry, app.outbound().client(), link, &redirect(visitor)).await?;
    let row = ConsentRow {
        hash: hash_of(&begun.key),
        session: visitor.session.hash.clone(),
        link_name: link.to_owned(),
        sealed: begun.sealed,
        expires_at: app.now() + PATIENCE,
    };
    let kept = app.store().insert_consent(&row, app.now()).await;
    kept.map_err(|error| Error::Store(error.to_string()))?;
    let host = begun.page.host_str().unwrap_or_default().to_owned();
    let body = html! {
        (parts::heading(&format!("On to {}", ready.service.name), html! { "The consent page is at " code { (host) } "." }, html! {}))
        section.card.narrow {
            p { "You decide there whether " code { (link) } " gets what it asks for, and come back here." }
            p { a.button.primary #onward href=(begun.page.as_str()) rel="noreferrer" { "Go to " (host) } }
        }
    };
    Ok(visitor.page(Section::Connections, "On to the provider", body).onward(begun.page.as_str()).into_response())
}

async fn portals(Has(app): Has<App>, visitor: Visitor, Path(link): Path<String>) -> Result<Page, Refusal> {
    let registry = visitor.registry().await?;
    let connection = registry.connection(&link).await?;
    let choice = account::choice(&outbound(&app, &registry), &link).await?;
    let Some(choice) = choice else {
        return Err(Error::usage(format!("accounts of `{}` have nothing to choose from", connection.service)).into());
    };
    let body = html! {
        p.crumbs { a href="/console/connections" { "Connections" } " / " a href=(path(&link)) { (connection.name) } }
        (parts::heading(&format!("Choose the {}", choice.label), "The account has several; the connection uses one.", html! {}))
        section.card.narrow {
            form method="post" action={ (path(&link)) "/portal" } {
                (visitor.csrf())
                fieldset {
                    legend { (choice.label) }
                    @for (at, portal) in choice.portals.iter().enumerate() {
                        label.check {
                            input type="radio" name="id" value=(portal.id) required
                                checked[choice.chosen.as_ref().map_or(at == 0, |id| *id == portal.id)];
                            span { (portal.name) " " small.muted { (portal.id) } }
                        }
                    }
                }
                button.primary type="submit" { "Use it" }
            }
        }
    };
    Ok(visitor.page(Section::Connections, "Choose", body))
}

async fn choose(
    Has(app): Has<App>,
    visitor: Visitor,
    Path(link): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let registry = visitor.registry().await?;
    let choice = account::choice(&outbound(&app, &registry), &link).await?;
    let portals = choice.map(|choice| choice.portals).unwrap_or_default();
    let portal = portals.into_iter().find(|portal| portal.id == fields.text("id"));
    let portal = portal.ok_or_else(|| Error::usage("choose one of the list"))?;
    account::choose(&registry, &link, &portal).await?;
    Ok(visitor.go(&path(&link), &format!("The connection uses {}.", portal.name)))
}

/// Whether a connection can be signed in: the word on its button.
pub fn verb(connection: &Connection) -> Option<&'static str> {
    match connection.state {
        State::Draft => Some("Connect"),
        State::NeedsReauth | State::Revoked => Some("Connect again"),
        State::Connected => None,
    }
}
