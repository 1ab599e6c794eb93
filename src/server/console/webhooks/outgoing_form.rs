//! The form of an outgoing webhook, and what it makes of what was filled in.

use super::incoming_form::functions;
use super::rows::{Column, read, rows};
use super::{Part, form};
use crate::server::App;
use crate::server::console::page::Page;
use crate::server::console::parts::{self, Field};
use crate::server::console::{Fields, Refusal, Visitor};
use crate::server::webhooks::outgoing::OutgoingWish;
use maud::{Markup, html};
use serde_json::{Value, json};

const METHODS: [&str; 5] = ["POST", "GET", "PUT", "PATCH", "DELETE"];
const BODIES: [(&str, &str); 6] = [
    ("payload", "The payload as JSON"),
    ("json", "JSON with merge fields"),
    ("xml", "XML with merge fields"),
    ("text", "Text with merge fields"),
    ("form", "A form"),
    ("none", "Nothing"),
];
/// The prefixes of the rows of parameters.
const PARAMETERS: &str = "parameter";
const HEADERS: &str = "header";
const FORM: &str = "form";

/// The page; `id` is that of the webhook, absent for a new one.
pub async fn page(
    app: &App,
    visitor: &Visitor,
    id: Option<&str>,
    fields: &Fields,
    problem: Option<&Refusal>,
) -> Result<Page, Refusal> {
    let links = links(visitor).await?;
    let about = "It tells others: when somebody triggers it, or when a function ends.";
    let inner = html! {
        (Field::text("name", "Name", fields.text("name")).required().max(100))
        div.row.level {
            (parts::select("method", "Method", "", fields.given("method").unwrap_or("POST"), &METHODS.map(|word| (word.to_owned(), word.to_owned()))))
            (Field::text("module", "Module", fields.text("module")).hint("As in Leads; that of the payload where empty."))
        }
        (Field::text("url", "Address", fields.text("url")).required()
            .hint("Merge fields may stand behind the host: https://api.example.com/leads/${Leads.id}"))
        (authorization(fields, &links))
        (parameters(PARAMETERS, "URL parameters", fields))
        (parameters(HEADERS, "Headers", fields))
        (content(fields))
        (triggers(app, fields))
        details {
            summary { "More" }
            (Field { kind: "number", ..Field::text("timeout", "Seconds to wait", fields.text("timeout")) }.hint("30 where empty, 60 at most."))
            (Field::text("description", "Description", fields.text("description")))
        }
        (parts::switch("enabled", "Switched on", "", fields.is_on("enabled")))
    };
    Ok(form(visitor, Part::Outgoing, id, about, problem, inner))
}

/// The connections that there are, by link name.
async fn links(visitor: &Visitor) -> Result<Vec<(String, String)>, Refusal> {
    let all = visitor.registry().await?.connections().await?;
    Ok(all.into_iter().map(|one| (one.link_name.clone(), format!("{} ({})", one.name, one.link_name))).collect())
}

fn authorization(fields: &Fields, links: &[(String, String)]) -> Markup {
    let chosen = fields.given("authorization").unwrap_or("general");
    html! {
        div.field {
            label for="field-authorization" { "Authorization type" }
            select id="field-authorization" name="authorization" data-chooses="authorization" {
                @for (word, text) in [("general", "General"), ("connection", "Connections")] { option value=(word) selected[word == chosen] { (text) } }
            }
            p.hint { "General: what headers and parameters say. Connections: the credentials of a connection, which go to its hosts alone." }
        }
        div data-for="authorization" data-when="connection" { (parts::select("link", "Connection", "", fields.text("link"), links)) }
    }
}

/// The names of the columns of rows of parameters.
fn columns_of(prefix: &str) -> [String; 3] {
    ["name", "kind", "value"].map(|column| format!("{prefix}_{column}"))
}

fn parameters(prefix: &str, legend: &str, fields: &Fields) -> Markup {
    let kinds = [("custom", "Text"), ("module", "Field of the record"), ("user_defined", "Text with merge fields")];
    let kinds = kinds.map(|(word, text)| (word.to_owned(), text.to_owned())).to_vec();
    let [name, kind, value] = columns_of(prefix);
    let columns = [Column::text(&name, "Name"), Column::choice(&kind, "Type", kinds), Column::text(&value, "Value")];
    rows(&format!("{prefix}-row"), legend, "", &columns, fields)
}

fn content(fields: &Fields) -> Markup {
    let chosen = fields.given("body").unwrap_or("payload");
    html! {
        div.field {
            label for="field-body" { "Body" }
            select id="field-body" name="body" data-chooses="body" {
                @for (word, text) in BODIES { option value=(word) selected[word == chosen] { (text) } }
            }
        }
        div data-for="body" data-when="json xml text" {
            (parts::textarea("text", "Text of the body", fields.raw("text"), "As in {\"name\": \"${Leads.Last_Name}\"}.", 6))
        }
        div data-for="body" data-when="form" { (parameters(FORM, "Fields of the form", fields)) }
    }
}

fn triggers(app: &App, fields: &Fields) -> Markup {
    let mut names = vec![(String::new(), "none".to_owned())];
    names.extend(functions(app));
    let when = [("end", "ends"), ("success", "succeeds"), ("failure", "fails")];
    let when = when.map(|(word, text)| (word.to_owned(), text.to_owned())).to_vec();
    let columns = [Column::choice("on_function", "Function", names), Column::choice("on_when", "When it", when)];
    rows("trigger-row", "Tells of executions", "", &columns, fields)
}

/// What was filled in, as the engine wants it.
///
/// # Errors
/// What cannot be read.
pub fn wish(fields: &Fields) -> Result<OutgoingWish, String> {
    let trigger = |[function, when]: [String; 2]| json!({ "function": function, "when": when });
    let triggers: Vec<_> = read(["on_function", "on_when"], fields).into_iter().map(trigger).collect();
    let mut wish = json!({
        "name": fields.text("name"),
        "description": fields.text("description"),
        "method": fields.given("method").unwrap_or("POST"),
        "url": fields.text("url"),
        "authorization": match fields.text("authorization") {
            "connection" => json!({ "type": "connection", "link": fields.text("link") }),
            _ => json!({ "type": "general" }),
        },
        "parameters": list(PARAMETERS, fields),
        "headers": list(HEADERS, fields),
        "body": body(fields),
        "on": triggers,
        "enabled": fields.is_on("enabled"),
    });
    if let Some(module) = fields.given("module") {
        wish["module"] = module.into();
    }
    if let Some(text) = fields.given("timeout") {
        wish["timeout"] = text.parse::<u32>().map_err(|_| "“Seconds to wait” is a whole number.")?.into();
    }
    serde_json::from_value(wish).map_err(|error| format!("This webhook cannot be read: {error}."))
}

fn list(prefix: &str, fields: &Fields) -> Value {
    let names = columns_of(prefix);
    let one = |[name, kind, value]: [String; 3]| {
        let kind = if kind.is_empty() { "custom".to_owned() } else { kind };
        json!({ "name": name, "type": kind, "value": value })
    };
    read(names.each_ref().map(String::as_str), fields).into_iter().map(one).collect()
}

fn body(fields: &Fields) -> Value {
    match fields.given("body").unwrap_or("payload") {
        kind @ ("json" | "xml" | "text") => json!({ "type": kind, "text": fields.raw("text").replace("\r\n", "\n") }),
        "form" => json!({ "type": "form", "parameters": list(FORM, fields) }),
        kind => json!({ "type": kind }),
    }
}

/// A webhook as the form shows it, secrets masked; what stays masked stays as it was.
pub fn fields_of(wish: &OutgoingWish) -> Fields {
    let mut fields = Fields::default();
    let json = serde_json::to_value(wish).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for name in ["name", "description", "method", "url", "module"] {
        fields.put(name, text(&json[name]));
    }
    fields.put("timeout", wish.timeout.map(|seconds| seconds.to_string()).unwrap_or_default());
    fields.put("authorization", text(&json["authorization"]["type"]));
    fields.put("link", text(&json["authorization"]["link"]));
    fields.put("body", text(&json["body"]["type"]));
    fields.put("text", text(&json["body"]["text"]));
    let lists = [(PARAMETERS, &json["parameters"]), (HEADERS, &json["headers"]), (FORM, &json["body"]["parameters"])];
    for (prefix, list) in lists {
        let [name, kind, value] = columns_of(prefix);
        for one in list.as_array().into_iter().flatten() {
            fields.add(&name, text(&one["name"]));
            fields.add(&kind, text(&one["type"]));
            fields.add(&value, text(&one["value"]));
        }
    }
    for one in json["on"].as_array().into_iter().flatten() {
        fields.add("on_function", text(&one["function"]));
        fields.add("on_when", text(&one["when"]));
    }
    fields.put("enabled", if wish.enabled { "on" } else { "" });
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_comes_back_from_its_form() {
        for written in [
            json!({ "name": "a", "url": "https://api.example.com/${Leads.id}", "method": "PUT", "module": "Leads", "timeout": 5,
                "authorization": { "type": "connection", "link": "example" },
                "parameters": [{ "name": "email", "type": "module", "value": "Email" }, { "name": "x", "type": "custom", "value": "" }],
                "headers": [{ "name": "X-Source", "value": "***" }],
                "body": { "type": "form", "parameters": [{ "name": "p", "type": "user_defined", "value": "${a}" }] },
                "on": [{ "function": "automation.qualify", "when": "failure" }], "enabled": false }),
            json!({ "name": "b", "url": "https://b.example", "body": { "type": "json", "text": "{\n}" } }),
            json!({ "name": "c", "url": "https://c.example", "description": "<b>" }),
        ] {
            let before: OutgoingWish = serde_json::from_value(written).expect("a wish");
            assert_eq!(wish(&fields_of(&before)), Ok(before));
        }
    }
}
