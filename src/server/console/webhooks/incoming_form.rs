//! The form of an incoming webhook, and what it makes of what was filled in.

use super::rows::{Column, read, rows};
use super::{Part, form};
use crate::server::App;
use crate::server::console::page::Page;
use crate::server::console::parts::{self, Field};
use crate::server::console::{Fields, Refusal, Visitor};
use crate::server::webhooks::incoming::IncomingWish;
use maud::{Markup, html};
use serde_json::{Map, Value, json};

const METHODS: [&str; 3] = ["GET", "POST", "PUT"];

/// The page; `id` is that of the webhook, absent for a new one.
pub fn page(app: &App, visitor: &Visitor, id: Option<&str>, fields: &Fields, problem: Option<&Refusal>) -> Page {
    let about = "An address that nobody can guess, which runs a function with what others send there.";
    let inner = html! {
        (Field::text("name", "Name", fields.text("name")).required().max(100))
        (parts::select("function", "Function", "", fields.text("function"), &functions(app)))
        (mapping(fields))
        (verification(fields, id.is_some()))
        (more(fields))
        (parts::switch("enabled", "Switched on", "While it is off, its address leads nowhere.", fields.is_on("enabled")))
    };
    form(visitor, Part::Incoming, id, about, problem, inner)
}

pub fn functions(app: &App) -> Vec<(String, String)> {
    app.published().all().iter().map(|one| (one.definition.name.clone(), one.definition.name.clone())).collect()
}

fn mapping(fields: &Fields) -> Markup {
    let required = vec![(String::new(), "no".to_owned()), ("yes".to_owned(), "yes".to_owned())];
    let columns = [
        Column::text("argument", "Argument"),
        Column::text("from", "From"),
        Column::text("default", "Default (JSON)"),
        Column::choice("required", "Needed", required),
    ];
    let hint = "From: body.customer.email, body.lines.0.amount, query.page, header.x-event, raw, method or request.";
    rows("mapping-row", "Arguments", hint, &columns, fields)
}

fn verification(fields: &Fields, is_kept: bool) -> Markup {
    let kinds = [
        ("", "None: whoever has the address"),
        ("hmac_sha256", "A signature of the body (HMAC-SHA256)"),
        ("secret_header", "A secret in a header"),
    ];
    let encodings =
        [("hex", "Hexadecimal"), ("base64", "Base64")].map(|(word, text)| (word.to_owned(), text.to_owned()));
    let chosen = fields.text("verification");
    let secret = if is_kept {
        "The present one stays where it is empty."
    } else {
        "At least 12 characters; one is made where it is empty."
    };
    html! {
        div.field {
            label for="field-verification" { "What the sender has to show" }
            select id="field-verification" name="verification" data-chooses="verification" {
                @for (word, text) in kinds { option value=(word) selected[word == chosen] { (text) } }
            }
        }
        div data-for="verification" data-when="hmac_sha256 secret_header" {
            div.row.level {
                (Field::text("header", "Header", fields.text("header")).hint("As in X-Hub-Signature-256."))
                (Field::secret("secret", "Secret").hint(secret))
            }
        }
        div data-for="verification" data-when="hmac_sha256" {
            div.row.level {
                (Field::text("prefix", "Before the signature", fields.text("prefix")).hint("As in sha256=."))
                (parts::select("encoding", "Written in", "", fields.text("encoding"), &encodings))
            }
            (timestamp(fields))
        }
    }
}

fn timestamp(fields: &Fields) -> Markup {
    html! {
        (parts::switch("timestamp", "The time of sending is signed too",
            "A request that is older is refused, so that nobody can send it again.", fields.is_on("timestamp")))
        details open[fields.is_on("timestamp")] {
            summary { "Time of sending" }
            div.row.level {
                (Field::text("time_header", "Header with the time", fields.text("time_header"))
                    .hint("Empty where the signature's header has it, as in t=1700000000,v1=…"))
                (Field { kind: "number", ..Field::text("tolerance", "Seconds that it may differ", fields.text("tolerance")) }
                    .hint("300 where it is empty."))
            }
            (Field::text("signed", "What is signed", fields.text("signed")).hint("{timestamp}.{body} where it is empty."))
        }
    }
}

fn more(fields: &Fields) -> Markup {
    let answers = [("async", "At once, when the execution is on disk"), ("sync", "With what the function returns")];
    let answers = answers.map(|(word, text)| (word.to_owned(), text.to_owned()));
    let methods = fields.all("method");
    html! {
        fieldset {
            legend { "Methods" }
            @for method in METHODS {
                label.check { input type="checkbox" name="method" value=(method) checked[methods.contains(&method)]; span { (method) } }
            }
        }
        (parts::select("answer", "Answer", "", fields.text("answer"), &answers))
        details {
            summary { "More" }
            (Field::text("delivery_header", "Header that names a delivery", fields.text("delivery_header"))
                .hint("The same name again begins nothing new, for a day."))
            (Field::text("allow_from", "Addresses that it takes requests from", fields.text("allow_from"))
                .hint("Networks as 203.0.113.0/24, with commas between; from anywhere where it is empty."))
            div.row.level {
                (Field { kind: "number", ..Field::text("rate", "Requests per minute", fields.text("rate")) })
                (Field { kind: "number", ..Field::text("max_body", "Bytes of a body", fields.text("max_body")) })
            }
            (Field::text("description", "Description", fields.text("description")))
        }
    }
}

/// What was filled in, as the engine wants it.
///
/// # Errors
/// What cannot be read.
pub fn wish(fields: &Fields) -> Result<IncomingWish, String> {
    let mut wish = json!({
        "name": fields.text("name"),
        "description": fields.text("description"),
        "function": fields.text("function"),
        "arguments": arguments(fields)?,
        "methods": fields.all("method"),
        "enabled": fields.is_on("enabled"),
    });
    if let Some(answer) = fields.given("answer") {
        wish["answer"] = answer.into();
    }
    if let Some(header) = fields.given("delivery_header") {
        wish["delivery_header"] = header.into();
    }
    for (name, label) in [("rate", "Requests per minute"), ("max_body", "Bytes of a body")] {
        if let Some(text) = fields.given(name) {
            wish[name] = text.parse::<u32>().map_err(|_| format!("“{label}” is a whole number."))?.into();
        }
    }
    if let Some(kind) = fields.given("verification") {
        wish["verification"] = shown(kind, fields)?;
    }
    let networks: Vec<_> = fields.text("allow_from").split([',', ' ']).filter(|text| !text.is_empty()).collect();
    if !networks.is_empty() {
        wish["allow_from"] = networks.into();
    }
    serde_json::from_value(wish).map_err(|error| format!("This webhook cannot be read: {error}."))
}

fn arguments(fields: &Fields) -> Result<Map<String, Value>, String> {
    let mut arguments = Map::new();
    for [name, from, default, required] in read(["argument", "from", "default", "required"], fields) {
        let mut entry = Map::new();
        if !from.is_empty() {
            entry.insert("from".to_owned(), from.into());
        }
        if !default.is_empty() {
            let json = serde_json::from_str(&default)
                .map_err(|error| format!("The default of “{name}” is JSON, as in \"text\" or 5: {error}."))?;
            entry.insert("default".to_owned(), json);
        }
        if !required.is_empty() {
            entry.insert("required".to_owned(), true.into());
        }
        arguments.insert(name, entry.into());
    }
    Ok(arguments)
}

fn shown(kind: &str, fields: &Fields) -> Result<Value, String> {
    let mut verification = json!({ "type": kind, "header": fields.text("header") });
    if kind == "hmac_sha256" {
        verification["prefix"] = fields.text("prefix").into();
        verification["encoding"] = fields.given("encoding").unwrap_or("hex").into();
        if fields.is_on("timestamp") {
            verification["timestamp"] = signed_time(fields)?;
        }
    }
    if !fields.raw("secret").is_empty() {
        verification["secret"] = fields.raw("secret").into();
    }
    Ok(verification)
}

fn signed_time(fields: &Fields) -> Result<Value, String> {
    let mut timestamp = Map::new();
    for (name, field) in [("header", "time_header"), ("signed", "signed")] {
        timestamp.extend(fields.given(field).map(|text| (name.to_owned(), text.into())));
    }
    if let Some(text) = fields.given("tolerance") {
        let seconds: u32 = text.parse().map_err(|_| "“Seconds that it may differ” is a whole number.".to_owned())?;
        timestamp.insert("tolerance".to_owned(), seconds.into());
    }
    Ok(timestamp.into())
}

/// A webhook as the form shows it; its secret is not among it.
pub fn fields_of(wish: &IncomingWish) -> Fields {
    let mut fields = Fields::default();
    let json = serde_json::to_value(wish).unwrap_or_default();
    let text = |value: &Value| {
        value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
    };
    for name in ["name", "description", "function", "answer", "delivery_header", "rate", "max_body"] {
        fields.put(name, text(&json[name]));
    }
    for method in json["methods"].as_array().into_iter().flatten() {
        fields.add("method", text(method));
    }
    for (name, mapping) in json["arguments"].as_object().into_iter().flatten() {
        fields.add("argument", name.as_str());
        fields.add("from", if mapping.is_string() { text(mapping) } else { text(&mapping["from"]) });
        fields.add("default", mapping.get("default").map(ToString::to_string).unwrap_or_default());
        fields.add("required", if mapping["required"] == true { "yes" } else { "" });
    }
    fields.put("verification", text(&json["verification"]["type"]));
    for name in ["header", "prefix", "encoding"] {
        fields.put(name, text(&json["verification"][name]));
    }
    let timestamp = &json["verification"]["timestamp"];
    fields.put("timestamp", if timestamp.is_null() { "" } else { "on" });
    for (name, field) in [("header", "time_header"), ("signed", "signed"), ("tolerance", "tolerance")] {
        fields.put(field, text(&timestamp[name]));
    }
    let networks: Vec<_> = wish.allow_from.iter().map(ToString::to_string).collect();
    fields.put("allow_from", networks.join(", "));
    fields.put("enabled", if wish.enabled { "on" } else { "" });
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_comes_back_from_its_form_without_its_secret() {
        let written = json!({ "name": "payments", "function": "automation.paid", "methods": ["POST", "PUT"], "answer": "sync", "rate": 60,
            "arguments": { "email": { "from": "body.email", "required": true }, "page": { "from": "query.page", "default": 1 } },
            "verification": { "type": "hmac_sha256", "header": "X-Sign", "prefix": "sha256=", "encoding": "base64", "secret": "planted",
                "timestamp": { "header": "X-Time", "signed": "v0:{timestamp}:{body}", "tolerance": 60 } },
            "allow_from": ["203.0.113.0/24", "::1"] });
        let mut before: IncomingWish = serde_json::from_value(written).expect("a wish");
        let after = wish(&fields_of(&before)).expect("a wish");
        before.verification.as_mut().expect("a verification").take_secret();
        let mut shown = serde_json::to_value(&before).expect("JSON");
        shown["verification"].as_object_mut().expect("members").remove("secret");
        assert_eq!(serde_json::to_value(&after).expect("JSON"), shown);
    }

    #[test]
    fn says_what_cannot_be_read() {
        let fields = Fields::read(b"argument=a&from=&default=oops&required=");
        assert!(wish(&fields).expect_err("no JSON").contains("default of “a”"));
    }
}
