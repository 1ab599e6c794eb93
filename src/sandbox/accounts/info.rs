//! `/oauth/serverinfo` and `/oauth/user/info`.

use super::super::exchange::{Answer, Call};
use super::super::world::World;
use super::{error, grant, scope};
use serde_json::json;

/// The accounts servers there are: this one.
pub fn servers(world: &World) -> Answer {
    Answer::json(200, &json!({"result": "success", "locations": {"us": world.origin}}))
}

/// Who granted the token.
pub fn user(world: &World, call: &Call) -> Answer {
    let bearer = call.header("authorization").and_then(|header| header.split_once(' ')).map(|(_, token)| token.trim());
    let Some(access) = bearer.and_then(|token| grant::live_access(world, token)) else {
        return error(401, "invalid_token");
    };
    if !scope::allows(&access.scopes, "AaaServer", &["profile"], "READ") {
        return error(401, "INVALID_OAUTHSCOPE");
    }
    let Some(user) = world.docs.get("users", &access.user) else {
        return error(401, "invalid_token");
    };
    let body = json!({
        "First_Name": user["first_name"],
        "Email": user["email"],
        "Last_Name": user["last_name"],
        "Display_Name": user["full_name"],
        "ZUID": user["zuid"].as_str().and_then(|zuid| zuid.parse::<u64>().ok()),
    });
    Answer::json(200, &body)
}
