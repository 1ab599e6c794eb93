//! A service defined by options, or by answers on a terminal: the fields of the service's file.

use crate::cli::connections::ask_line;
use crate::connections::link::link_name_from;
use crate::connections::{Error, Service};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

/// The fields of a service.
#[derive(Args)]
pub struct Definition {
    /// Name that people see, at most 50 characters
    #[arg(long)]
    name: Option<String>,
    /// Name that connections are made with; made from the name unless given
    #[arg(long)]
    link_name: Option<String>,
    /// How it is signed in to
    #[arg(long, value_enum)]
    auth: Option<Kind>,
    /// Where its API begins; the host of it may get the credentials
    #[arg(long, value_name = "URL")]
    api_base: Option<String>,
    /// A further host that may get the credentials
    #[arg(long = "host")]
    hosts: Vec<String>,
    /// An address whose answer shows that the credentials work
    #[arg(long, value_name = "URL")]
    test: Option<String>,
    /// A dynamic parameter, asked for each connection and filled into addresses as `{NAME}`
    #[arg(long = "param", value_name = "NAME")]
    params: Vec<String>,
    /// Where the credentials go
    #[arg(long, value_enum)]
    place: Option<Spot>,
    /// A parameter of an API key service: its name in the request, and what people are asked for
    #[arg(long = "key", value_name = "NAME=LABEL")]
    keys: Vec<String>,
    /// Grant types of OAuth 2: authorization_code, client_credentials, self_client, device_code
    #[arg(long = "grant", value_delimiter = ',')]
    grants: Vec<String>,
    #[arg(long, value_name = "URL")]
    authorize_url: Option<String>,
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    #[arg(long, value_name = "URL")]
    refresh_url: Option<String>,
    #[arg(long, value_name = "URL")]
    revoke_url: Option<String>,
    /// OAuth 1 only
    #[arg(long, value_name = "URL")]
    request_token_url: Option<String>,
    /// OAuth 1 only
    #[arg(long, value_name = "URL")]
    access_token_url: Option<String>,
    /// OAuth 1: HMAC-SHA1, HMAC-SHA256, HMAC-SHA512, RSA-SHA1 or PLAINTEXT
    #[arg(long)]
    signature: Option<String>,
    /// Scopes to choose from, separated by commas
    #[arg(long, value_delimiter = ',')]
    scope: Vec<String>,
    /// What stands between scopes
    #[arg(long, value_enum)]
    delimiter: Option<Delimiter>,
    /// The provider does not know PKCE
    #[arg(long)]
    no_pkce: bool,
    /// Where the client's id and secret go in token requests
    #[arg(long, value_enum)]
    client_auth: Option<ClientPlace>,
}

/// An auth type as the command line writes it.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Kind {
    ApiKey,
    Basic,
    #[value(name = "oauth1")]
    OAuth1,
    #[value(name = "oauth2")]
    OAuth2,
    AwsSigv4,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Spot {
    Header,
    Query,
    Form,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Delimiter {
    Comma,
    Space,
    Plus,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ClientPlace {
    Body,
    Header,
}

impl Definition {
    /// Whether any field was given.
    pub fn is_given(&self) -> bool {
        self.name.is_some() || self.auth.is_some() || self.api_base.is_some()
    }

    /// The service, asking on a terminal for what it cannot do without.
    pub fn service(self) -> Result<Service, Error> {
        let name = need(self.name.clone(), "name", "--name")?;
        let link_name = self.link_name.clone().unwrap_or_else(|| link_name_from(&name));
        let auth = match self.auth {
            Some(kind) => kind,
            None => {
                let word = need(None, "auth type (api_key, basic, oauth1, oauth2, aws_sigv4)", "--auth")?;
                Kind::from_str(&word, false).map_err(Error::usage)?
            }
        };
        let api_base = need(self.api_base.clone(), "address where its API begins", "--api-base")?;
        let mut params = self.params.clone();
        if auth == Kind::AwsSigv4 {
            params.extend(["aws_service".to_owned(), "aws_region".to_owned()]);
        }
        let mut fields = Map::new();
        put(&mut fields, "link_name", Some(link_name));
        put(&mut fields, "name", Some(name));
        put(&mut fields, "family", Some("custom"));
        put(&mut fields, "api_base", Some(api_base));
        put(&mut fields, "test", self.test.clone());
        put(&mut fields, "hosts", some(&self.hosts));
        put(&mut fields, "params", some(&params));
        fields.insert("auth".to_owned(), self.auth_fields(auth)?);
        serde_json::from_value(Value::Object(fields)).map_err(|error| Error::usage(error.to_string()))
    }

    fn auth_fields(&self, kind: Kind) -> Result<Value, Error> {
        match kind {
            Kind::ApiKey => Ok(json!({ "api_key": self.key_fields()? })),
            Kind::Basic => Ok(json!({ "basic": {} })),
            Kind::OAuth1 => Ok(json!({ "oauth1": self.oauth1_fields()? })),
            Kind::OAuth2 => Ok(json!({ "oauth2": self.oauth2_fields()? })),
            Kind::AwsSigv4 => Ok(json!("aws_sigv4")),
        }
    }

    fn key_fields(&self) -> Result<Vec<Value>, Error> {
        let mut keys = self.keys.clone();
        if keys.is_empty() {
            keys.push(need(None, "parameter's name in the request", "--key NAME=LABEL")?);
        }
        let place = self.place_word();
        let key = |key: &String| {
            let (name, label) = key.split_once('=').unwrap_or((key.as_str(), key.as_str()));
            json!({ "name": name, "label": label, "place": place })
        };
        Ok(keys.iter().map(key).collect())
    }

    fn oauth1_fields(&self) -> Result<Value, Error> {
        let mut fields = Map::new();
        for (name, given, option) in [
            ("request_token_url", &self.request_token_url, "--request-token-url"),
            ("authorize_url", &self.authorize_url, "--authorize-url"),
            ("access_token_url", &self.access_token_url, "--access-token-url"),
        ] {
            put(&mut fields, name, Some(need(given.clone(), &name.replace('_', " "), option)?));
        }
        put(&mut fields, "signature", Some(self.signature.clone().unwrap_or_else(|| "HMAC-SHA1".to_owned())));
        put(&mut fields, "place", Some(self.place_word()));
        Ok(Value::Object(fields))
    }

    fn oauth2_fields(&self) -> Result<Value, Error> {
        let grants = if self.grants.is_empty() { vec!["authorization_code".to_owned()] } else { self.grants.clone() };
        let asks_a_person = grants.iter().any(|grant| grant == "authorization_code");
        let mut fields = Map::new();
        put(&mut fields, "grants", Some(grants));
        if asks_a_person {
            let url = need(self.authorize_url.clone(), "authorize URL", "--authorize-url")?;
            put(&mut fields, "authorize_url", Some(url));
        }
        put(&mut fields, "token_url", Some(need(self.token_url.clone(), "access token URL", "--token-url")?));
        put(&mut fields, "refresh_url", self.refresh_url.clone());
        put(&mut fields, "revoke_url", self.revoke_url.clone());
        put(&mut fields, "place", Some(self.place_word()));
        if matches!(self.place, Some(Spot::Query)) {
            put(&mut fields, "parameter", Some("access_token"));
            put(&mut fields, "value", Some("{token}"));
        }
        put(&mut fields, "scopes", some(&self.scope));
        let delimiter = self.delimiter.map(|delimiter| match delimiter {
            Delimiter::Comma => ",",
            Delimiter::Space => " ",
            Delimiter::Plus => "+",
        });
        put(&mut fields, "scope_delimiter", delimiter);
        put(&mut fields, "pkce", Some(!self.no_pkce));
        let client_auth = self.client_auth.map(|place| match place {
            ClientPlace::Body => "body",
            ClientPlace::Header => "header",
        });
        put(&mut fields, "client_auth", client_auth);
        Ok(Value::Object(fields))
    }

    fn place_word(&self) -> &'static str {
        match self.place {
            Some(Spot::Query) => "query",
            Some(Spot::Form) => "form",
            Some(Spot::Header) | None => "header",
        }
    }
}

fn put(fields: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), value.into());
    }
}

fn some(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// What was given, or the answer of a person.
fn need(given: Option<String>, label: &str, option: &str) -> Result<String, Error> {
    if let Some(given) = given {
        return Ok(given);
    }
    match ask_line(&format!("{label}: "))? {
        Some(answer) if !answer.is_empty() => Ok(answer),
        Some(_) | None => Err(Error::usage_help(format!("the {label} is needed"), format!("give it with {option}"))),
    }
}
