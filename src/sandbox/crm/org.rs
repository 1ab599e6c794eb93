//! The organisation, its roles and its profiles.

use super::super::exchange::Answer;
use super::{Ctx, Outcome};
use serde_json::{Value, json};

/// `GET /org`.
pub fn get(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["org"], "READ")?;
    Ok(Answer::json(200, &json!({"org": [ctx.world.docs.get("org", "org")]})))
}

/// `GET /settings/roles`.
pub fn roles(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["settings", "roles"], "READ")?;
    Ok(all(ctx, "roles"))
}

/// `GET /settings/profiles`.
pub fn profiles(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["settings", "profiles"], "READ")?;
    Ok(all(ctx, "profiles"))
}

fn all(ctx: &Ctx, kind: &str) -> Answer {
    let found: Vec<Value> = ctx.world.docs.all(kind).map(|(_, body)| body.clone()).collect();
    let mut body = json!({});
    body[kind] = Value::Array(found);
    Answer::json(200, &body)
}
