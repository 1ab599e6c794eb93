//! `/actions/watch`: channels on which Zoho would call back when records change.
//!
//! Channels are kept, shown, changed and ended as documented; the sandbox calls nobody.

use super::super::exchange::{Answer, Problem};
use super::collection::{self, Done};
use super::validate::id_in;
use super::{Ctx, Outcome, operation, problem, write};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const NAME: &str = "watch";
const KIND: &str = "channels";

/// Answers a call.
pub fn answer(ctx: &mut Ctx, method: &str) -> Outcome {
    ctx.need(&["notifications"], operation(&ctx.call.method))?;
    match method {
        "GET" => {
            let channel = ctx.call.query.get("channel_id");
            let module = ctx.call.query.get("module");
            let all = ctx.world.docs.all(KIND).map(|(_, watch)| watch);
            let found: Vec<Value> = all
                .filter(|watch| channel.is_none_or(|id| watch["channel_id"] == id))
                .filter(|watch| {
                    module.is_none_or(|name| events(watch).any(|event| event.starts_with(&format!("{name}."))))
                })
                .cloned()
                .collect();
            if found.is_empty() {
                return Ok(Answer::empty(204));
            }
            let info = json!({"per_page": 200, "count": found.len(), "page": 1, "more_records": false});
            Ok(Answer::json(200, &json!({NAME: found, "info": info})))
        }
        "POST" => collection::each(ctx, NAME, 201, |ctx, row| put(ctx, row, false)),
        "PUT" => collection::each(ctx, NAME, 202, |ctx, row| put(ctx, row, true)),
        "PATCH" => collection::each(ctx, NAME, 202, patch),
        "DELETE" => {
            let ids = ctx.call.query.list("channel_ids");
            if ids.is_empty() {
                return Err(problem::param_missing("channel_ids"));
            }
            let done = ids.iter().map(|id| end(ctx, id)).collect();
            Ok(collection::rows(NAME, 200, done))
        }
        _ => Err(problem::invalid_method()),
    }
}

fn events(watch: &Value) -> impl Iterator<Item = &str> {
    watch["events"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn put(ctx: &mut Ctx, row: &Value, must_exist: bool) -> Done {
    let missing = |name: &str| problem::mandatory(json!({"api_name": name}));
    let id = row.get("channel_id").and_then(id_in).ok_or_else(|| missing("channel_id"))?;
    let url = row["notify_url"].as_str().ok_or_else(|| missing("notify_url"))?;
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(problem::invalid_data(json!({"api_name": "notify_url"})));
    }
    let watched = row["events"].as_array().filter(|events| !events.is_empty()).ok_or_else(|| missing("events"))?;
    let known = |event: &str| {
        let (module, what) = event.split_once('.').unwrap_or((event, ""));
        ctx.world.module(module).is_some() && ["all", "create", "edit", "delete"].contains(&what)
    };
    if !watched.iter().all(|event| event.as_str().is_some_and(known)) {
        return Err(problem::invalid_data(json!({"api_name": "events"})));
    }
    if must_exist && ctx.world.docs.get(KIND, &id).is_none() {
        return Err(not_subscribed(&id));
    }
    let day = ctx.world.now().checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    let expiry = row["channel_expiry"].as_str().map_or_else(|| ctx.world.show(day), str::to_owned);
    let first = row["events"][0].as_str().and_then(|event| event.split('.').next()).unwrap_or("");
    let watch = json!({
        "channel_id": id, "notify_url": url, "events": watched, "token": row["token"], "channel_expiry": expiry,
        "resource_name": first, "resource_uri": format!("{}/crm/v8/{first}", ctx.world.origin),
        "resource_id": null, "fields": null, "notify_on_related_action": false,
    });
    ctx.world.docs.put(KIND, &id, watch.clone());
    Ok(write::success(
        "Successfully subscribed for actions-watch of the given module",
        json!({"events": [subscribed(&watch)]}),
    ))
}

fn subscribed(watch: &Value) -> Value {
    json!({
        "channel_expiry": watch["channel_expiry"], "resource_uri": watch["resource_uri"],
        "resource_id": watch["resource_id"], "resource_name": watch["resource_name"], "channel_id": watch["channel_id"],
        "notification_condition": null,
    })
}

fn patch(ctx: &mut Ctx, row: &Value) -> Done {
    let id =
        row.get("channel_id").and_then(id_in).ok_or_else(|| problem::mandatory(json!({"api_name": "channel_id"})))?;
    let mut watch = ctx.world.docs.get(KIND, &id).cloned().ok_or_else(|| not_subscribed(&id))?;
    for name in ["events", "notify_url", "token", "channel_expiry"] {
        if let Some(value) = row.get(name) {
            watch[name] = value.clone();
        }
    }
    ctx.world.docs.put(KIND, &id, watch.clone());
    Ok(write::success("Successfully updated the subscribe details", json!({"events": [subscribed(&watch)]})))
}

fn end(ctx: &mut Ctx, id: &str) -> Done {
    let watch = ctx.world.docs.remove(KIND, id).ok_or_else(|| not_subscribed(id))?;
    let details = json!({"resource_uri": watch["resource_uri"], "resource_id": null, "resource_name": watch["resource_name"], "channel_id": id});
    Ok(write::success("Successfully un-subscribed from actions-watch", details))
}

fn not_subscribed(id: &str) -> Problem {
    Problem::new(
        400,
        "NOT_SUBSCRIBED",
        "Requested resource is not subscribed for actions-watch",
        json!({"channel_id": id}),
    )
}
