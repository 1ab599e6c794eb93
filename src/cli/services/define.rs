//! A service defined by options, or by answers on a terminal: the fields of the service's file.

use crate::cli::connections::ask_line;
use crate::connections::service::{ClientAuth, Grant, KeyParam, Place};
use crate::connections::{Error, Service, definition};
use clap::{Args, ValueEnum};

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
        let kind = match self.auth {
            Some(kind) => kind,
            None => {
                let word = need(None, "auth type (api_key, basic, oauth1, oauth2, aws_sigv4)", "--auth")?;
                Kind::from_str(&word, false).map_err(Error::usage)?
            }
        };
        let mut fields = definition::Definition {
            link_name: self.link_name.clone(),
            api_base: Some(need(self.api_base.clone(), "address where its API begins", "--api-base")?),
            test: self.test.clone(),
            hosts: self.hosts.clone(),
            params: self.params.clone(),
            place: self.place(),
            ..definition::Definition::new(kind.kind(), name)
        };
        match kind {
            Kind::ApiKey => fields.keys = self.key_fields()?,
            Kind::OAuth1 => self.oauth1_fields(&mut fields)?,
            Kind::OAuth2 => self.oauth2_fields(&mut fields)?,
            Kind::Basic | Kind::AwsSigv4 => {}
        }
        fields.service()
    }

    fn key_fields(&self) -> Result<Vec<KeyParam>, Error> {
        let mut keys = self.keys.clone();
        if keys.is_empty() {
            keys.push(need(None, "parameter's name in the request", "--key NAME=LABEL")?);
        }
        let key = |key: &String| {
            let (name, label) = key.split_once('=').unwrap_or((key.as_str(), key.as_str()));
            KeyParam { name: name.to_owned(), label: label.to_owned(), place: self.place(), value: None }
        };
        Ok(keys.iter().map(key).collect())
    }

    fn oauth1_fields(&self, fields: &mut definition::Definition) -> Result<(), Error> {
        for (name, given, option, to) in [
            ("request token url", &self.request_token_url, "--request-token-url", &mut fields.request_token_url),
            ("authorize url", &self.authorize_url, "--authorize-url", &mut fields.authorize_url),
            ("access token url", &self.access_token_url, "--access-token-url", &mut fields.access_token_url),
        ] {
            *to = Some(need(given.clone(), name, option)?);
        }
        if let Some(word) = &self.signature {
            let read = serde_json::from_value(serde_json::Value::String(word.clone()));
            fields.signature = read.map_err(|error| Error::usage(error.to_string()))?;
        }
        Ok(())
    }

    fn oauth2_fields(&self, fields: &mut definition::Definition) -> Result<(), Error> {
        let unknown = |word: &String| Error::usage(format!("`{word}` is no grant type known here"));
        let read = |word: &String| Grant::parse(word).ok_or_else(|| unknown(word));
        fields.grants = self.grants.iter().map(read).collect::<Result<_, Error>>()?;
        if fields.grants.is_empty() || fields.grants.contains(&Grant::AuthorizationCode) {
            fields.authorize_url = Some(need(self.authorize_url.clone(), "authorize URL", "--authorize-url")?);
        }
        fields.token_url = Some(need(self.token_url.clone(), "access token URL", "--token-url")?);
        fields.refresh_url = self.refresh_url.clone();
        fields.revoke_url = self.revoke_url.clone();
        fields.scopes = self.scope.clone();
        fields.delimiter = self.delimiter.map(|delimiter| match delimiter {
            Delimiter::Comma => ",".to_owned(),
            Delimiter::Space => " ".to_owned(),
            Delimiter::Plus => "+".to_owned(),
        });
        fields.pkce = !self.no_pkce;
        fields.client_auth = match self.client_auth {
            Some(ClientPlace::Header) => ClientAuth::Header,
            Some(ClientPlace::Body) | None => ClientAuth::Body,
        };
        Ok(())
    }

    fn place(&self) -> Place {
        match self.place {
            Some(Spot::Query) => Place::Query,
            Some(Spot::Form) => Place::Form,
            Some(Spot::Header) | None => Place::Header,
        }
    }
}

impl Kind {
    fn kind(self) -> definition::Kind {
        match self {
            Kind::ApiKey => definition::Kind::ApiKey,
            Kind::Basic => definition::Kind::Basic,
            Kind::OAuth1 => definition::Kind::OAuth1,
            Kind::OAuth2 => definition::Kind::OAuth2,
            Kind::AwsSigv4 => definition::Kind::AwsSigv4,
        }
    }
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
