//! `/users`: who works with the CRM. Reading only; the seed makes them.

use super::super::exchange::Answer;
use super::records::Paging;
use super::{Ctx, Outcome, problem, records};
use serde_json::{Value, json};

/// `/users[/{id}]`.
pub fn answer(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    ctx.need(&["users"], "READ")?;
    match (method, rest) {
        ("GET", []) => list(ctx),
        ("GET", [id]) => match ctx.world.docs.get("users", id) {
            None if records::is_id(id) => Ok(Answer::empty(204)),
            None => Err(problem::invalid_id()),
            Some(user) => Ok(Answer::json(200, &json!({"users": [user]}))),
        },
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn list(ctx: &Ctx) -> Outcome {
    let wanted = ctx.call.query.get("type").unwrap_or("AllUsers");
    if !TYPES.contains(&wanted) {
        return Err(problem::invalid_param("type", TYPES[0]));
    }
    let ids = ctx.call.query.list("ids");
    let found: Vec<&Value> = ctx
        .world
        .docs
        .all("users")
        .filter(|(id, user)| fits(ctx, wanted, id, user) && (ids.is_empty() || ids.iter().any(|wanted| wanted == id)))
        .map(|(_, user)| user)
        .collect();
    let paging = Paging::plain(ctx)?;
    let shown = paging.of(&found);
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let info = records::info(ctx, &paging, shown.len(), found.len());
    Ok(Answer::json(200, &json!({"users": shown, "info": info})))
}

const TYPES: [&str; 11] = [
    "AllUsers",
    "ActiveUsers",
    "DeactiveUsers",
    "ConfirmedUsers",
    "NotConfirmedUsers",
    "DeletedUsers",
    "ActiveConfirmedUsers",
    "AdminUsers",
    "ActiveConfirmedAdmins",
    "CurrentUser",
    "CRMUsers",
];

fn fits(ctx: &Ctx, wanted: &str, id: &str, user: &Value) -> bool {
    let active = user["status"] == "active";
    let confirmed = user["confirm"] == true;
    let admin = user["profile"]["name"] == "Administrator";
    match wanted {
        "ActiveUsers" => active,
        "DeactiveUsers" => user["status"] == "disabled",
        "ConfirmedUsers" => confirmed,
        "NotConfirmedUsers" => !confirmed,
        "DeletedUsers" => user["status"] == "deleted",
        "ActiveConfirmedUsers" => active && confirmed,
        "AdminUsers" => admin,
        "ActiveConfirmedAdmins" => active && confirmed && admin,
        "CurrentUser" => id == ctx.access.user,
        _ => true,
    }
}
