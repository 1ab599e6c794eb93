//! The ready-made client with its tokens, made at the first start and kept with the data.

use super::accounts::{grant, scope};
use super::seed::ADMIN;
use super::world::{World, random_hex};
use serde_json::json;

/// What a program needs to call the sandbox.
pub struct Keys {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// A refresh token with all scopes.
    pub refresh_token: String,
    /// A self client's code with all scopes; new at every start.
    pub grant_token: String,
    /// A redirect address that the client may use.
    pub redirect_uri: String,
}

impl Keys {
    /// The keys of this world, made where they are missing.
    pub fn ready(world: &mut World) -> Keys {
        let scopes: Vec<String> = scope::ALL.iter().map(|scope| (*scope).to_owned()).collect();
        let known = world.docs.get("secrets", "keys").and_then(|keys| {
            Some((keys["client_id"].as_str()?.to_owned(), keys["refresh_token"].as_str()?.to_owned()))
        });
        let alive = known.filter(|(id, token)| {
            world.docs.get("clients", id).is_some() && world.docs.get("refresh", token).is_some()
        });
        let (client_id, refresh_token) = alive.unwrap_or_else(|| make(world, &scopes));
        let client_secret = world
            .docs
            .read::<grant::Client>("clients", &client_id)
            .map(|client| client.client_secret)
            .unwrap_or_default();
        let code = grant::Code {
            client_id: client_id.clone(),
            scopes,
            user: ADMIN.to_owned(),
            made_ms: world.now_ms(),
            offline: true,
            ..grant::Code::default()
        };
        let grant_token = grant::give_code(world, &code);
        let redirect_uri = "http://127.0.0.1:8765/oauth/callback".to_owned();
        Keys { client_id, client_secret, refresh_token, grant_token, redirect_uri }
    }
}

fn make(world: &mut World, scopes: &[String]) -> (String, String) {
    let client = grant::Client {
        client_id: grant::new_client_id(),
        client_secret: random_hex(21),
        name: "Sandbox client".to_owned(),
        redirect_uris: vec!["*".to_owned()],
    };
    world.docs.write("clients", &client.client_id, &client);
    let refresh_token = grant::give_refresh(world, &client.client_id, ADMIN, scopes);
    let keys = json!({"client_id": client.client_id, "refresh_token": refresh_token});
    world.docs.put("secrets", "keys", keys);
    (client.client_id, refresh_token)
}
