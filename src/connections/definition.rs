//! A custom service by the fields that people fill in: options of a command, or a form.

use super::Error;
use super::link::link_name_from;
use super::service::{Auth, ClientAuth, Grant, KeyParam, OAuth1, OAuth2, Place, Service, Signature};
use std::collections::BTreeMap;

/// How a service is signed in to, without the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    ApiKey,
    Basic,
    OAuth1,
    OAuth2,
    AwsSigv4,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::OAuth2, Kind::OAuth1, Kind::ApiKey, Kind::Basic, Kind::AwsSigv4];

    pub fn word(self) -> &'static str {
        match self {
            Kind::ApiKey => "api_key",
            Kind::Basic => "basic",
            Kind::OAuth1 => "oauth1",
            Kind::OAuth2 => "oauth2",
            Kind::AwsSigv4 => "aws_sigv4",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    pub fn of(auth: &Auth) -> Self {
        match auth {
            Auth::ApiKey(_) => Kind::ApiKey,
            Auth::Basic {} => Kind::Basic,
            Auth::OAuth1(_) => Kind::OAuth1,
            Auth::OAuth2(_) => Kind::OAuth2,
            Auth::AwsSigv4 => Kind::AwsSigv4,
        }
    }
}

/// Every field; those of other auth types are passed over.
#[derive(Debug, Clone)]
pub struct Definition {
    pub kind: Kind,
    pub name: String,
    /// Made from the name where absent.
    pub link_name: Option<String>,
    pub api_base: Option<String>,
    pub hosts: Vec<String>,
    pub test: Option<String>,
    pub params: Vec<String>,
    /// Where the credentials go, for OAuth.
    pub place: Place,
    pub keys: Vec<KeyParam>,
    pub grants: Vec<Grant>,
    pub authorize_url: Option<String>,
    pub token_url: Option<String>,
    pub refresh_url: Option<String>,
    pub revoke_url: Option<String>,
    pub request_token_url: Option<String>,
    pub access_token_url: Option<String>,
    pub signature: Signature,
    pub scopes: Vec<String>,
    /// Comma, space or plus; comma where absent.
    pub delimiter: Option<String>,
    pub pkce: bool,
    pub client_auth: ClientAuth,
}

impl Definition {
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Definition {
            kind,
            name: name.into(),
            link_name: None,
            api_base: None,
            hosts: Vec::new(),
            test: None,
            params: Vec::new(),
            place: Place::Header,
            keys: Vec::new(),
            grants: Vec::new(),
            authorize_url: None,
            token_url: None,
            refresh_url: None,
            revoke_url: None,
            request_token_url: None,
            access_token_url: None,
            signature: Signature::HmacSha1,
            scopes: Vec::new(),
            delimiter: None,
            pkce: true,
            client_auth: ClientAuth::Body,
        }
    }

    /// A new service.
    pub fn service(&self) -> Result<Service, Error> {
        let link_name = self.link_name.clone().unwrap_or_else(|| link_name_from(&self.name));
        let blank = Service {
            link_name,
            name: String::new(),
            family: "custom".to_owned(),
            aliases: Vec::new(),
            notes: None,
            api_base: None,
            hosts: Vec::new(),
            covers: Vec::new(),
            test: None,
            whoami: Vec::new(),
            portals: None,
            params: Vec::new(),
            from_token: Vec::new(),
            rate: None,
            auth: self.blank_auth(),
            headers: BTreeMap::new(),
        };
        self.applied_to(&blank)
    }

    /// A service with these fields in place of its own; what the fields do not say stays.
    pub fn applied_to(&self, old: &Service) -> Result<Service, Error> {
        let mut service = old.clone();
        service.name = self.name.clone();
        service.api_base = self.api_base.clone();
        service.hosts = self.hosts.clone();
        service.test = self.test.clone();
        service.params = self.params.clone();
        if self.kind == Kind::AwsSigv4 {
            for name in ["aws_service", "aws_region"] {
                if !service.params.iter().any(|known| known == name) {
                    service.params.push(name.to_owned());
                }
            }
        }
        match &mut service.auth {
            Auth::ApiKey(keys) => *keys = self.keys.clone(),
            Auth::OAuth1(row) => self.put_oauth1(row)?,
            Auth::OAuth2(row) => self.put_oauth2(row)?,
            Auth::Basic {} | Auth::AwsSigv4 => {}
        }
        Ok(service)
    }

    fn put_oauth1(&self, row: &mut OAuth1) -> Result<(), Error> {
        row.request_token_url = needed(&self.request_token_url, "request token URL")?;
        row.authorize_url = needed(&self.authorize_url, "authorize URL")?;
        row.access_token_url = needed(&self.access_token_url, "access token URL")?;
        row.signature = self.signature;
        row.place = self.place;
        Ok(())
    }

    fn put_oauth2(&self, row: &mut OAuth2) -> Result<(), Error> {
        row.grants = if self.grants.is_empty() { vec![Grant::AuthorizationCode] } else { self.grants.clone() };
        let asks_a_person = row.grants.contains(&Grant::AuthorizationCode);
        row.authorize_url = if asks_a_person {
            Some(needed(&self.authorize_url, "authorize URL")?)
        } else {
            self.authorize_url.clone()
        };
        row.token_url = needed(&self.token_url, "access token URL")?;
        row.refresh_url = self.refresh_url.clone();
        row.revoke_url = self.revoke_url.clone();
        if row.place != self.place || row.value.is_empty() {
            let in_query = self.place == Place::Query;
            row.parameter = if in_query { "access_token" } else { "Authorization" }.to_owned();
            row.value = if in_query { "{token}" } else { "Bearer {token}" }.to_owned();
        }
        row.place = self.place;
        row.scopes = self.scopes.clone();
        row.scope_delimiter = self.delimiter.clone().unwrap_or_else(|| ",".to_owned());
        row.pkce = self.pkce;
        row.client_auth = self.client_auth;
        Ok(())
    }

    fn blank_auth(&self) -> Auth {
        match self.kind {
            Kind::ApiKey => Auth::ApiKey(Vec::new()),
            Kind::Basic => Auth::Basic {},
            Kind::AwsSigv4 => Auth::AwsSigv4,
            Kind::OAuth1 => Auth::OAuth1(OAuth1 {
                request_token_url: String::new(),
                authorize_url: String::new(),
                access_token_url: String::new(),
                signature: self.signature,
                place: self.place,
                authorize_params: BTreeMap::new(),
            }),
            Kind::OAuth2 => Auth::OAuth2(Box::new(OAuth2 {
                grants: Vec::new(),
                authorize_url: None,
                token_url: String::new(),
                refresh_url: None,
                revoke_url: None,
                device_code_url: None,
                device_token_url: None,
                place: self.place,
                parameter: String::new(),
                value: String::new(),
                scopes: Vec::new(),
                scope_delimiter: String::new(),
                pkce: self.pkce,
                client_auth: self.client_auth,
                token_body: Default::default(),
                refresh_margin: None,
                expires_in_ms: false,
                rotates: false,
                expired_signals: Vec::new(),
                budget: None,
                authorize_params: BTreeMap::new(),
                token_params: BTreeMap::new(),
                refresh_params: BTreeMap::new(),
            })),
        }
    }
}

fn needed(given: &Option<String>, what: &str) -> Result<String, Error> {
    given.clone().ok_or_else(|| Error::usage(format!("the {what} is needed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_the_service_that_a_file_would_be() {
        let definition = Definition {
            api_base: Some("https://api.example.com".into()),
            grants: vec![Grant::ClientCredentials],
            token_url: Some("https://example.com/token".into()),
            ..Definition::new(Kind::OAuth2, "Video Meetings")
        };
        let service = definition.service().expect("a service");
        let file: Service = serde_json::from_value(serde_json::json!({
            "link_name": "video_meetings", "name": "Video Meetings", "family": "custom",
            "api_base": "https://api.example.com",
            "auth": {"oauth2": {"grants": ["client_credentials"], "token_url": "https://example.com/token"}},
        }))
        .expect("a file");
        assert_eq!(service, file);
        assert!(service.problems().is_empty(), "{:?}", service.problems());
    }

    #[test]
    fn what_a_form_does_not_say_stays() {
        let mut old = Definition {
            token_url: Some("https://example.com/token".into()),
            authorize_url: Some("https://example.com/auth".into()),
            ..Definition::new(Kind::OAuth2, "Old")
        }
        .service()
        .expect("a service");
        old.whoami = vec!["email".into()];
        let new = Definition {
            place: Place::Query,
            token_url: Some("https://example.com/other".into()),
            authorize_url: Some("https://example.com/auth".into()),
            ..Definition::new(Kind::OAuth2, "New")
        };
        let changed = new.applied_to(&old).expect("a service");
        assert_eq!((changed.name.as_str(), changed.link_name.as_str()), ("New", "old"));
        assert_eq!(changed.whoami, old.whoami);
        let row = changed.oauth2().expect("OAuth 2");
        assert_eq!((row.parameter.as_str(), row.value.as_str()), ("access_token", "{token}"));
        let error = Definition::new(Kind::OAuth1, "None").service().expect_err("refused");
        assert_eq!(error.to_string(), "the request token URL is needed");
    }
}
