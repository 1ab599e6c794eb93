//! Who looks at a page.

use super::page::{Frame, Page, Section};
use super::refusal::Refusal;
use super::{cookies, guard};
use crate::connections::{Registry, Role};
use crate::server::App;
use crate::server::app::{Caller, Session};
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

/// Someone who has signed in. A page that asks for one sends strangers to the sign-in.
#[derive(Clone)]
pub struct Visitor {
    pub session: Session,
    app: App,
    csrf: String,
    theme: Option<&'static str>,
    notice: Option<String>,
    host: String,
}

/// A visitor with the role of an administrator.
pub struct Administrator(pub Visitor);

impl Visitor {
    pub fn name(&self) -> &str {
        &self.session.user
    }

    pub fn is_administrator(&self) -> bool {
        self.session.role == Role::Administrator
    }

    /// As the engine's calls want it.
    pub fn caller(&self) -> Caller {
        let role = match self.session.role {
            Role::Administrator => crate::server::app::Role::Administrator,
            Role::User => crate::server::app::Role::Execute,
        };
        Caller::person(self.name(), role)
    }

    /// The registry of connections, acting as this person.
    pub async fn registry(&self) -> Result<Registry, Refusal> {
        Ok(self.app.registry_for(self.name()).await?)
    }

    /// The hidden field that every form needs.
    pub fn csrf(&self) -> Markup {
        maud::html! { input type="hidden" name=(guard::FIELD) value=(self.csrf); }
    }

    /// What an administrator does with a thing that can be switched, changed and removed; nothing for others.
    pub fn controls(&self, base: &str, enabled: bool, warning: &str) -> Markup {
        maud::html! {
            @if self.is_administrator() {
                form method="post" action={ (base) "/switch" } {
                    (self.csrf())
                    @if enabled { button type="submit" { "Switch off" } }
                    @else { input type="hidden" name="on" value="on"; button type="submit" { "Switch on" } }
                }
                a.button href={ (base) "/edit" } { "Edit" }
                form method="post" action={ (base) "/delete" } data-confirm=(warning) {
                    (self.csrf()) button.danger type="submit" { "Delete" }
                }
            }
        }
    }

    /// Where this console is for the browser: `http://127.0.0.1:8080`.
    pub fn origin(&self) -> String {
        match &self.app.config().public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.host),
        }
    }

    /// A page of a section.
    pub fn page(&self, section: Section, title: &str, body: Markup) -> Page {
        let frame = Frame {
            user: Some((self.name().to_owned(), self.session.role)),
            csrf: Some(self.csrf.clone()),
            theme: self.theme,
            notice: self.notice.clone(),
            section: Some(section),
        };
        Page::new(&self.app, frame, title, body)
    }

    /// Goes on to another page, which shows the notice.
    pub fn go(&self, path: &str, notice: &str) -> Response {
        let mut response = Redirect::to(path).into_response();
        if let Some(cookie) = cookies::leave_notice(&self.app, notice) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match find(&parts.headers, app).await {
            Ok(Some(visitor)) => Ok(visitor),
            Ok(None) => {
                // A nested router sees only the rest of the path.
                let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
                Err(to_sign_in(uri, parts.method == axum::http::Method::GET))
            }
            Err(refusal) => Err(refusal.into_response()),
        }
    }
}

impl FromRequestParts<App> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        if visitor.is_administrator() {
            return Ok(Self(visitor));
        }
        let refusal = Refusal::new(axum::http::StatusCode::FORBIDDEN, "This page is for administrators.");
        Err(refusal.help("Ask an administrator to do this, or to give you the role.").into_response())
    }
}

/// The visitor of a session in force.
async fn find(headers: &HeaderMap, app: &App) -> Result<Option<Visitor>, Refusal> {
    let Some(token) = cookies::session(app, headers) else { return Ok(None) };
    let Some(session) = app.session(token).await? else { return Ok(None) };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    Ok(Some(Visitor {
        session,
        app: app.clone(),
        csrf: guard::token(token),
        theme: cookies::theme(headers),
        notice: cookies::notice(headers),
        host: host.to_owned(),
    }))
}

/// To the sign-in, which leads back to the page that was asked for.
fn to_sign_in(uri: &Uri, comes_back: bool) -> Response {
    let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", wanted).finish();
    let path = if comes_back { format!("/console/sign-in?{query}") } else { "/console/sign-in".to_owned() };
    let mut response = Redirect::to(&path).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
