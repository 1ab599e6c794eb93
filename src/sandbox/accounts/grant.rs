//! Clients, codes and tokens as documents, and how they are made and ended.

use super::super::world::{World, random_capitals, random_hex};
use serde::{Deserialize, Serialize};

/// How long a code lives, in milliseconds.
pub const CODE_LIFE_MS: i64 = 3 * 60 * 1000;
/// How long an access token lives, in seconds.
pub const ACCESS_LIFE_S: i64 = 3600;
/// The span in which tokens are counted, in milliseconds.
pub const COUNTED_MS: i64 = 10 * 60 * 1000;
/// How many access tokens one refresh token gives in that span, and how many codes one client is given.
pub const PER_SPAN: usize = 10;
/// How many access tokens of one refresh token may be alive.
const ALIVE: usize = 15;
/// How many refresh tokens one user may have with one client.
const REFRESH_TOKENS: usize = 20;

/// An application that asks for access.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Client {
    /// The id, `1000.` and thirty capitals.
    pub client_id: String,
    /// The secret.
    pub client_secret: String,
    /// What the consent page calls it.
    pub name: String,
    /// Where it may be sent back to; with `*` any loopback address.
    pub redirect_uris: Vec<String>,
}

impl Client {
    /// Whether the user may be sent back to this address.
    pub fn may_return_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|known| known == uri || (known == "*" && is_loopback(uri)))
    }
}

fn is_loopback(uri: &str) -> bool {
    let Ok(url) = url::Url::parse(uri) else { return false };
    url.scheme() == "http"
        && url.fragment().is_none()
        && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// A code on its way to becoming tokens.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Code {
    /// The client that asked.
    pub client_id: String,
    /// What was granted.
    pub scopes: Vec<String>,
    /// The user who granted it.
    pub user: String,
    /// Where the user was sent back to; nothing for a self client's code.
    pub redirect_uri: Option<String>,
    /// When it was made, in milliseconds.
    pub made_ms: i64,
    /// Whether a refresh token comes with the access token.
    pub offline: bool,
    /// The PKCE challenge, and whether it is the verifier's SHA-256.
    pub challenge: Option<(String, bool)>,
}

/// A token from which access tokens are made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refresh {
    /// The client.
    pub client_id: String,
    /// The user.
    pub user: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// When access tokens were made from it, lately.
    #[serde(default)]
    pub given_ms: Vec<i64>,
}

/// A token that opens the API.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Access {
    /// The client.
    pub client_id: String,
    /// The user.
    pub user: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// The refresh token it came from.
    pub refresh: Option<String>,
    /// When it ends, in milliseconds.
    pub ends_ms: i64,
}

/// A new token or code: `1000.` and two runs of hexadecimal.
pub fn new_token() -> String {
    format!("1000.{}.{}", random_hex(16), random_hex(16))
}

/// A new client id.
pub fn new_client_id() -> String {
    format!("1000.{}", random_capitals(30))
}

/// Makes a code.
pub fn give_code(world: &mut World, code: &Code) -> String {
    let text = new_token();
    world.docs.write("codes", &text, code);
    text
}

/// Makes a refresh token; the oldest goes, with its access tokens, where there are too many.
pub fn give_refresh(world: &mut World, client_id: &str, user: &str, scopes: &[String]) -> String {
    let mine: Vec<String> = world
        .docs
        .read_all::<Refresh>("refresh")
        .into_iter()
        .filter(|(_, token)| token.client_id == client_id && token.user == user)
        .map(|(text, _)| text)
        .collect();
    let surplus = (mine.len() + 1).saturating_sub(REFRESH_TOKENS);
    for old in mine.iter().take(surplus) {
        end_refresh(world, old);
    }
    let text = new_token();
    let token = Refresh {
        client_id: client_id.to_owned(),
        user: user.to_owned(),
        scopes: scopes.to_vec(),
        given_ms: Vec::new(),
    };
    world.docs.write("refresh", &text, &token);
    text
}

/// Makes an access token; the oldest of the same refresh token goes where there are too many.
pub fn give_access(world: &mut World, access: Access) -> String {
    let now = world.now_ms();
    world.docs.remove_where("access", |token| token["ends_ms"].as_i64().is_none_or(|ends| ends <= now));
    if let Some(refresh) = &access.refresh {
        let alive: Vec<String> = world
            .docs
            .all("access")
            .filter(|(_, token)| token["refresh"] == refresh.as_str())
            .map(|(text, _)| text.to_owned())
            .collect();
        for old in alive.iter().take((alive.len() + 1).saturating_sub(ALIVE)) {
            world.docs.remove("access", old);
        }
    }
    let text = new_token();
    world.docs.write("access", &text, &access);
    text
}

/// Ends a refresh token and everything made from it.
pub fn end_refresh(world: &mut World, token: &str) -> bool {
    world.docs.remove_where("access", |access| access["refresh"] == token);
    world.docs.remove("refresh", token).is_some()
}

/// The access token of this text, if it still opens anything.
pub fn live_access(world: &World, text: &str) -> Option<Access> {
    let access: Access = world.docs.read("access", text)?;
    (access.ends_ms > world.now_ms()).then_some(access)
}
