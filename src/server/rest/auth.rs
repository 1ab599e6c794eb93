//! Who calls.

use super::problem::Problem;
use crate::server::App;
use crate::server::app::{Caller, Role};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

/// A caller with any key in force.
pub struct Known(pub Caller);

/// A caller with an administrator's key.
pub struct Administrator(pub Caller);

impl FromRequestParts<App> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(Problem::unauthorized)?;
        let caller = app.caller_of_token(token).await?.ok_or_else(Problem::unauthorized)?;
        caller.admit()?;
        Ok(Known(caller))
    }
}

impl FromRequestParts<App> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Known(caller) = Known::from_request_parts(parts, app).await?;
        if caller.role == Role::Administrator { Ok(Self(caller)) } else { Err(Problem::forbidden()) }
    }
}

/// What stands behind `Bearer` or `Zoho-oauthtoken` in the header `Authorization`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    let is_known = ["bearer", "zoho-oauthtoken"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    is_known.then(|| token.trim())
}
