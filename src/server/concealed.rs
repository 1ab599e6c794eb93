//! Values of schedules and webhooks that hold secrets: the database has them masked, the vault has them whole.

use super::app::masked;
use super::{App, Error};
use crate::http::Redactor;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

impl App {
    /// Masks the secrets among some values. Where there are any, the values are kept in the vault under a
    /// name; says whether they are.
    ///
    /// # Errors
    /// That there are secrets, and the vault does not open.
    pub(in crate::server) async fn conceal(
        &self,
        name: &str,
        exact: &Map<String, Value>,
        redactor: &Redactor,
    ) -> Result<(Map<String, Value>, bool), Error> {
        let shown = masked(exact, redactor);
        let kept = shown != *exact;
        if kept {
            self.keep_text(name, &Value::from(exact.clone()).to_string()).await?;
        }
        Ok((shown, kept))
    }

    /// The values as they were concealed.
    ///
    /// # Errors
    /// That the vault does not open.
    pub(in crate::server) async fn reveal(
        &self,
        name: &str,
        shown: &Map<String, Value>,
        kept: bool,
    ) -> Result<Map<String, Value>, Error> {
        if !kept {
            return Ok(shown.clone());
        }
        let plain = self.kept_text(name).await?;
        serde_json::from_str(&plain).map_err(|_| Error::System(format!("the secrets of `{name}` cannot be read")))
    }

    /// Keeps a secret in the vault under a name.
    ///
    /// # Errors
    /// That the vault does not open.
    pub(in crate::server) async fn keep_text(&self, name: &str, text: &str) -> Result<(), Error> {
        let registry = self.outbound().registry().await.map_err(no_vault)?;
        registry.keep_secret(name, text).await.map_err(no_vault)
    }

    /// The secret under a name.
    ///
    /// # Errors
    /// That it is gone, or that the vault does not open.
    pub(in crate::server) async fn kept_text(&self, name: &str) -> Result<Zeroizing<String>, Error> {
        let registry = self.outbound().registry().await.map_err(no_vault)?;
        let kept = registry.kept_secret(name).await.map_err(no_vault)?;
        kept.ok_or_else(|| {
            Error::System(format!("the secrets of `{name}` are not in the vault any more; give them anew"))
        })
    }

    /// Removes what was kept under a name.
    pub(in crate::server) async fn forget_concealed(&self, name: &str) -> Result<(), Error> {
        let registry = self.outbound().registry().await.map_err(no_vault)?;
        registry.forget_secret(name).await.map_err(no_vault)
    }
}

fn no_vault(error: crate::connections::Error) -> Error {
    Error::System(format!("the vault that keeps secrets is not at hand: {error}"))
}

/// New values, with what is still masked in them as it was before.
pub(in crate::server) fn restored(new: Value, shown: &Value, exact: &Value) -> Value {
    if new == *shown {
        return exact.clone();
    }
    match (new, shown, exact) {
        (Value::Object(new), Value::Object(shown), Value::Object(exact)) => {
            let member = |(name, value): (String, Value)| match (shown.get(&name), exact.get(&name)) {
                (Some(shown), Some(exact)) => (name, restored(value, shown, exact)),
                _ => (name, value),
            };
            Value::Object(new.into_iter().map(member).collect())
        }
        (Value::Array(new), Value::Array(shown), Value::Array(exact)) => {
            let item = |item: Value| {
                let before = shown.iter().zip(exact).find(|(shown, _)| **shown == item);
                before.map_or(item, |(_, exact)| exact.clone())
            };
            Value::Array(new.into_iter().map(item).collect())
        }
        (new, _, _) => new,
    }
}

#[cfg(test)]
mod tests {
    use super::restored;
    use serde_json::json;

    #[test]
    fn what_is_still_masked_stays_as_it_was() {
        let shown = json!({ "password": "***", "user": "ada", "list": [{ "token": "***" }, 2] });
        let exact = json!({ "password": "s3cret", "user": "ada", "list": [{ "token": "t0ken" }, 2] });
        let new = json!({ "password": "***", "user": "bob", "list": [3, { "token": "***" }] });
        let expected = json!({ "password": "s3cret", "user": "bob", "list": [3, { "token": "t0ken" }] });
        assert_eq!(restored(new, &shown, &exact), expected);
        assert_eq!(restored(json!({ "password": "other" }), &shown, &exact), json!({ "password": "other" }));
    }
}
