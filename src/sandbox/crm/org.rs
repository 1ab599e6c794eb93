//! The organisation, its roles and its profiles.

use super::super::exchange::Answer;
use super::{Ctx, Outcome, meta};
use serde_json::{Value, json};

/// `GET /org`.
pub fn get(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["org"], "READ")?;
    Ok(Answer::json(200, &json!({"org": [ctx.world.docs.get("org", "org")]})))
}

/// `GET /settings/roles[/{id}]`.
pub fn roles(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "roles"], "READ")?;
    meta::some("roles", all(ctx, "roles"), id)
}

/// `GET /settings/profiles[/{id}]`.
pub fn profiles(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "profiles"], "READ")?;
    meta::some("profiles", all(ctx, "profiles"), id)
}

fn all(ctx: &Ctx, kind: &str) -> Vec<Value> {
    ctx.world.docs.all(kind).map(|(_, body)| body.clone()).collect()
}
