//! Zoho Cliq, REST API version 2: messages to channels, chats, bots and people; records of databases.
//!
//! What is posted goes into the outbox and is kept as a message of its chat.

mod storage;

use super::accounts::{self, grant, scope};
use super::docs::Docs;
use super::exchange::{Answer, Call};
use super::world::World;
use crate::sandbox::multipart;
use serde_json::{Value, json};

const LONGEST: usize = 5000;

/// A call to Cliq with all that its topic needs.
struct Ctx<'a> {
    world: &'a mut World,
    call: &'a Call,
    access: grant::Access,
}

/// An error: the status, Cliq's code and its message.
struct Trouble(u16, &'static str, String);

type Outcome = Result<Answer, Trouble>;

impl From<Trouble> for Answer {
    fn from(Trouble(status, code, message): Trouble) -> Answer {
        Answer::json(status, &json!({"code": code, "message": message}))
    }
}

/// Answers a call below `/api/v2`.
pub fn answer(world: &mut World, call: &Call) -> Answer {
    outcome(world, call).unwrap_or_else(Answer::from)
}

fn outcome(world: &mut World, call: &Call) -> Outcome {
    let rest: Vec<&str> = call.segments.iter().skip(2).map(String::as_str).collect();
    let access = accounts::caller(world, call)
        .ok_or_else(|| Trouble(401, "oauthtoken_invalid", "Invalid OAuth token passed.".to_owned()))?;
    let mut ctx = Ctx { world, call, access };
    let ctx = &mut ctx;
    match (call.method.as_str(), rest.as_slice()) {
        ("POST", ["channelsbyname", name, "message"]) => post(ctx, "channels", name),
        ("POST", ["channels", id, "message"]) => post(ctx, "channels", id),
        ("POST", ["chats", id, "message"]) => post(ctx, "chats", id),
        ("POST", ["bots", name, "message"]) => post(ctx, "bots", name),
        ("POST", ["buddies", who, "message"]) => post(ctx, "users", who),
        ("GET", ["chats", id, "messages"]) => messages(ctx, id),
        ("PUT", ["chats", id, "messages", message]) => edit(ctx, id, message),
        ("DELETE", ["chats", id, "messages", message]) => delete(ctx, id, message),
        ("GET", [list @ ("channels" | "users" | "bots" | "chats")]) => listed(ctx, list),
        ("GET", [list @ ("channels" | "users" | "bots"), id]) => {
            let found = find(ctx, list, id)?;
            Ok(Answer::json(200, &json!({"type": list.trim_end_matches('s'), "data": found})))
        }
        (method, ["storages", name, "records", rest @ ..]) => storage::answer(ctx, method, name, rest),
        _ => Err(Trouble(404, "url_not_found", "Invalid URL: the sandbox does not imitate it.".to_owned())),
    }
}

impl Ctx<'_> {
    fn need(&self, resources: &[&str], operation: &str) -> Result<(), Trouble> {
        let allowed =
            resources.iter().any(|resource| scope::allows(&self.access.scopes, "ZohoCliq", &[resource], operation));
        if allowed { Ok(()) } else { Err(Trouble(401, "oauthtoken_scope_invalid", "Invalid OAuth scope.".to_owned())) }
    }

    fn body(&self) -> Result<Value, Trouble> {
        serde_json::from_slice(&self.call.body).map_err(|_| invalid("The request body is no JSON."))
    }
}

fn invalid(message: &str) -> Trouble {
    Trouble(400, "inputstream_invalid", message.to_owned())
}

fn kind(list: &str) -> String {
    format!("cliq/{list}")
}

/// A channel, chat, bot or user by its id, its name or its address.
fn find(ctx: &Ctx, list: &str, key: &str) -> Result<Value, Trouble> {
    let keys = ["id", "unique_name", "name", "chat_id", "email_id", "zuid"];
    let mut all = ctx.world.docs.all(&kind(list)).map(|(_, row)| row);
    let found = all
        .find(|row| keys.iter().any(|name| row[*name].as_str().is_some_and(|known| known.eq_ignore_ascii_case(key))));
    let what = list.trim_end_matches('s');
    found.cloned().ok_or_else(|| Trouble(404, "resource_not_found", format!("There is no {what} named `{key}`.")))
}

fn listed(ctx: &Ctx, list: &str) -> Outcome {
    ctx.need(
        &[match list {
            "users" => "Users",
            "chats" => "Chats",
            _ => "Channels",
        }],
        "READ",
    )?;
    let all: Vec<Value> = ctx.world.docs.all(&kind(list)).map(|(_, row)| row.clone()).collect();
    Ok(Answer::json(200, &json!({list: all, "has_more": false})))
}

/// Posts a message: `{"text": …}`, a card, or files.
fn post(ctx: &mut Ctx, list: &str, key: &str) -> Outcome {
    ctx.need(&["Webhooks", "Messages", "Channels", "Chats"], "CREATE")?;
    let to = find(ctx, list, key)?;
    let message = match multipart::file(ctx.call, "files") {
        Some(file) => {
            json!({"type": "file", "content": {"file": {"name": file.name, "dimensions": {"size": file.bytes.len()}}}})
        }
        None => content(&ctx.body()?)?,
    };
    let id = format!("{}%20{}", ctx.world.now_ms(), ctx.world.new_id());
    let chat = if list == "chats" { to["id"].clone() } else { to["chat_id"].clone() };
    let sender = ctx.world.docs.get("users", &ctx.access.user).map(|user| user["full_name"].clone());
    let entry = json!({
        "id": id, "chat": chat, "time": ctx.world.now_ms().to_string(), "type": message["type"],
        "sender": {"name": sender, "id": ctx.access.user}, "content": message["content"],
    });
    ctx.world.docs.put("cliq/messages", &id, entry);
    let sent = json!({"id": id, "time": ctx.world.now_text(), "module": kind(list), "record": to["id"], "mail": message["content"]});
    ctx.world.docs.put("outbox", &id, sent);
    // Only a caller that asks to wait is told the message's id.
    let waits = serde_json::from_slice::<Value>(&ctx.call.body).is_ok_and(|body| body["sync_message"] == true);
    if waits { Ok(Answer::json(200, &json!({"message_id": id}))) } else { Ok(Answer::empty(204)) }
}

fn content(body: &Value) -> Result<Value, Trouble> {
    let text = body["text"].as_str();
    if text.is_none() && body.get("card").is_none() && body.get("slides").is_none() {
        return Err(invalid("A message needs `text`, a `card` or `slides`."));
    }
    if text.is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(Trouble(400, "message_maxlength_exceeded", format!("A message may have {LONGEST} characters.")));
    }
    let kind = if body.get("card").is_some() || body.get("slides").is_some() { "card" } else { "text" };
    Ok(json!({"type": kind, "content": body}))
}

fn messages(ctx: &Ctx, chat: &str) -> Outcome {
    ctx.need(&["Messages"], "READ")?;
    let all = ctx.world.docs.all("cliq/messages").filter(|(_, message)| message["chat"] == chat);
    let shown: Vec<Value> = all.map(|(_, message)| message.clone()).collect();
    Ok(Answer::json(200, &json!({"data": shown})))
}

/// A message of a chat; its id may have come percent-encoded once or twice.
fn message(ctx: &Ctx, chat: &str, id: &str) -> Result<(String, Value), Trouble> {
    let same = |known: &str| known == id || known.replace("%20", " ") == id;
    let mut all = ctx.world.docs.all("cliq/messages");
    let found = all.find(|(known, message)| same(known) && message["chat"] == chat);
    let found = found.map(|(known, message)| (known.to_owned(), message.clone()));
    found.ok_or_else(|| Trouble(404, "resource_not_found", "There is no such message in the chat.".to_owned()))
}

fn edit(ctx: &mut Ctx, chat: &str, id: &str) -> Outcome {
    ctx.need(&["Messages"], "UPDATE")?;
    let (id, mut message) = message(ctx, chat, id)?;
    message["content"] = content(&ctx.body()?)?["content"].clone();
    ctx.world.docs.put("cliq/messages", &id, message);
    Ok(Answer::empty(204))
}

fn delete(ctx: &mut Ctx, chat: &str, id: &str) -> Outcome {
    ctx.need(&["Messages"], "DELETE")?;
    let (id, _) = message(ctx, chat, id)?;
    ctx.world.docs.remove("cliq/messages", &id);
    Ok(Answer::empty(204))
}

/// Puts a few channels, a bot, the users and a database into the documents.
pub fn plant(docs: &mut Docs) {
    for (at, name) in ["announcements", "harbor", "deals"].iter().enumerate() {
        let id = format!("T40000000040{at}");
        let channel = json!({
            "id": id, "name": format!("#{name}"), "unique_name": name, "chat_id": format!("CT_40000000050{at}"),
            "level": "organization", "status": "created", "participant_count": "4", "creator_name": "Mara Lindt",
        });
        docs.put("cliq/channels", &id, channel);
        let chat = format!("CT_40000000050{at}");
        docs.put(
            "cliq/chats",
            &chat,
            json!({"id": chat, "name": name, "chat_type": "channel", "participant_count": 4}),
        );
    }
    docs.put(
        "cliq/bots",
        "B400000000601",
        json!({
            "id": "B400000000601", "name": "Harbor master", "unique_name": "harbormaster", "chat_id": "CT_400000000602",
        }),
    );
    let people: Vec<Value> = docs.all("users").map(|(_, user)| user.clone()).collect();
    for (at, user) in people.iter().enumerate().filter(|(_, user)| user["status"] == "active") {
        let id = user["zuid"].as_str().unwrap_or("").to_owned();
        let row = json!({
            "id": id, "zuid": id, "email_id": user["email"], "name": user["full_name"], "chat_id": format!("CT_40000000070{at}"),
        });
        docs.put("cliq/users", &id, row);
    }
    storage::plant(docs);
}
