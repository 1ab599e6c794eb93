//! The fields of a form, in the order in which they came.

use super::refusal::Refusal;
use crate::server::App;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use url::form_urlencoded;

/// What a person filled in. Names may come more than once.
#[derive(Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn read(text: &[u8]) -> Self {
        Fields(form_urlencoded::parse(text).into_owned().collect())
    }

    /// A field without the space around it; empty where it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A field letter by letter, as passwords want it.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// A field that has something in it.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.trim()).collect()
    }

    /// A box that is ticked.
    pub fn is_on(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// Fields whose names begin so, without that beginning.
    pub fn under(&self, prefix: &str) -> Vec<(&str, &str)> {
        self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value.trim()))).collect()
    }

    /// Puts a field in place of what was there: how a form is filled before it is shown.
    pub fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// Adds one more value of a name.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refusal> {
        let unreadable = |_| Refusal::new(StatusCode::BAD_REQUEST, "This form could not be read.");
        let body = Bytes::from_request(request, app).await.map_err(unreadable)?;
        Ok(Fields::read(&body))
    }
}
