//! `/users`: who works with the CRM.

use super::super::exchange::{Answer, Problem};
use super::collection::{self, Done};
use super::records::Paging;
use super::validate::id_in;
use super::{Ctx, Outcome, operation, problem, records, write};
use serde_json::{Value, json};

const NAME: &str = "users";

/// `/users[/{id}]`.
pub fn answer(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    ctx.need(&["users"], operation(&ctx.call.method))?;
    match (method, rest) {
        ("GET", []) => list(ctx),
        ("GET", ["actions", "count"]) => {
            let count = of_type(ctx)?.len();
            Ok(Answer::json(200, &json!({"count": count.to_string()})))
        }
        ("POST", []) => collection::each(ctx, NAME, 201, create),
        ("PUT", []) => collection::each(ctx, NAME, 200, |ctx, row| {
            let id = row.get("id").and_then(id_in).ok_or_else(|| problem::mandatory(json!({"api_name": "id"})))?;
            change(ctx, &id, row)
        }),
        ("PUT", [id]) => collection::each(ctx, NAME, 200, |ctx, row| change(ctx, id, row)),
        ("DELETE", [id]) => {
            let done = vec![delete(ctx, id)];
            Ok(collection::rows(NAME, 200, done))
        }
        ("GET", [id]) => match ctx.world.docs.get("users", id) {
            None if records::is_id(id) => Ok(Answer::empty(204)),
            None => Err(problem::invalid_id()),
            Some(user) => {
                let info = json!({"per_page": 200, "count": 1, "page": 1, "more_records": false});
                Ok(Answer::json(200, &json!({"users": [user], "info": info})))
            }
        },
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

/// The users that the `type` and `ids` parameters name.
fn of_type<'c>(ctx: &'c Ctx) -> Result<Vec<&'c Value>, Problem> {
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
    Ok(found)
}

fn list(ctx: &Ctx) -> Outcome {
    let mut found = of_type(ctx)?;
    if let Some(since) = records::modified_since(ctx)? {
        found.retain(|user| records::modified(user) > since);
        if found.is_empty() {
            return Ok(Answer::empty(304));
        }
    }
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

/// What callers may set of a user.
const SETTABLE: [&str; 25] = [
    "first_name",
    "last_name",
    "email",
    "alias",
    "phone",
    "mobile",
    "fax",
    "website",
    "street",
    "city",
    "state",
    "zip",
    "country",
    "dob",
    "signature",
    "language",
    "locale",
    "country_locale",
    "time_zone",
    "time_format",
    "date_format",
    "Reporting_To",
    "Currency",
    "status",
    "decimal_separator",
];

fn create(ctx: &mut Ctx, row: &Value) -> Done {
    for name in ["last_name", "email", "role", "profile"] {
        if row[name].is_null() {
            return Err(problem::mandatory(json!({"api_name": name})));
        }
    }
    check_email(ctx, row, None)?;
    let template = ctx.world.docs.get(NAME, &ctx.access.user).cloned().unwrap_or_else(|| json!({}));
    let mut user = template;
    for name in SETTABLE.iter().filter(|name| {
        !["language", "locale", "country_locale", "time_zone", "time_format", "date_format", "Currency", "country"]
            .contains(*name)
    }) {
        user[*name] = Value::Null;
    }
    let id = ctx.world.new_id();
    let now = json!(ctx.world.now_text());
    let maker = super::render::user(ctx.world, &json!({"id": ctx.access.user}), false);
    user["id"] = json!(id);
    user["zuid"] = Value::Null;
    user["confirm"] = json!(false);
    user["created_time"] = now;
    user["created_by"] = maker;
    fill(ctx, &mut user, row)?;
    user["status"] = json!("active");
    ctx.world.docs.put(NAME, &id, user);
    Ok(write::success("User added", json!({"id": id})))
}

fn check_email(ctx: &Ctx, row: &Value, own: Option<&str>) -> Result<(), Problem> {
    let Some(email) = row["email"].as_str() else { return Ok(()) };
    if !super::validate::is_email(email) {
        return Err(problem::invalid_data(json!({"api_name": "email", "expected_data_type": "email"})));
    }
    let mut all = ctx.world.docs.all(NAME);
    let twin = all.find(|(id, user)| {
        Some(*id) != own && user["email"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(email))
    });
    if twin.is_some() {
        let message = "Failed to add user since same email id is already present";
        return Err(Problem::new(400, "DUPLICATE_DATA", message, json!({"api_name": "email"})));
    }
    Ok(())
}

/// Writes what a row holds into a user.
fn fill(ctx: &Ctx, user: &mut Value, row: &Value) -> Result<(), Problem> {
    for name in SETTABLE {
        if let Some(value) = row.get(name) {
            user[name] = value.clone();
        }
    }
    for (name, kind) in [("role", "roles"), ("profile", "profiles")] {
        let Some(given) = row.get(name).filter(|given| !given.is_null()) else { continue };
        let known = id_in(given).and_then(|id| ctx.world.docs.get(kind, &id));
        let known = known.ok_or_else(|| problem::invalid_data(json!({"api_name": name})))?;
        user[name] = json!({"name": known["name"], "id": known["id"]});
    }
    let parts = ["first_name", "last_name"].map(|name| user[name].as_str().unwrap_or("").trim().to_owned());
    user["full_name"] = json!(parts.join(" ").trim());
    user["Modified_Time"] = json!(ctx.world.now_text());
    let me = ctx.world.docs.get(NAME, &ctx.access.user).unwrap_or(&Value::Null);
    let parts = ["id", "first_name", "last_name"].map(|name| (name.to_owned(), me[name].clone()));
    user["Modified_By"] =
        Value::Object(parts.into_iter().chain([("name".to_owned(), me["full_name"].clone())]).collect());
    Ok(())
}

fn change(ctx: &mut Ctx, id: &str, row: &Value) -> Done {
    let mut user = ctx.world.docs.get(NAME, id).cloned().ok_or_else(problem::invalid_id)?;
    check_email(ctx, row, Some(id))?;
    fill(ctx, &mut user, row)?;
    ctx.world.docs.put(NAME, id, user);
    Ok(write::success("User updated", json!({"id": id})))
}

/// A deleted user stays, so that what they owned still names them.
fn delete(ctx: &mut Ctx, id: &str) -> Done {
    if id == ctx.access.user {
        return Err(Problem::new(400, "INVALID_REQUEST", "Primary Contact cannot be deleted", json!({"id": id})));
    }
    let mut user = ctx.world.docs.get(NAME, id).cloned().ok_or_else(problem::invalid_id)?;
    user["status"] = json!("deleted");
    user["Modified_Time"] = json!(ctx.world.now_text());
    ctx.world.docs.put(NAME, id, user);
    Ok(write::success("User deleted", json!({"id": id})))
}

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
