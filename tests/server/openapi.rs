//! The OpenAPI document: its shape, its addresses against those of the routes, and answers against its schemas.
//!
//! [`fits`] is called by the tests' own client for every answer that it gets.

use super::support::Engine;
use fancy_regex::Regex;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../src/server/rest/openapi.json");
    serde_json::from_str(text).expect("JSON")
});

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What a schema of ours may say; another keyword needs a line in [`problems`].
const KEYWORDS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "example",
    "examples",
    "format",
    "items",
    "maxLength",
    "maximum",
    "minLength",
    "minimum",
    "oneOf",
    "properties",
    "required",
    "type",
];

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("expected an object: {value}"))
}

fn resolved(schema: &Value) -> &Value {
    match schema["$ref"].as_str() {
        Some(target) => DOCUMENT.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("no {target}")),
        None => schema,
    }
}

/// Operations with their paths and methods.
fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    object(&DOCUMENT["paths"]).iter().flat_map(|(path, item)| {
        let found = object(item).iter().filter(|(name, _)| METHODS.contains(&name.as_str()));
        found.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// Why a value does not fit a schema, with the place.
fn problems(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let schema = resolved(schema);
    let mut wrong = |message: String| found.push(format!("{at}: {message}"));
    let kinds: Vec<_> = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_kind(value, kind)) {
        wrong(format!("expected {kinds:?}, found {value}"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        wrong(format!("expected {}, found {value}", schema["const"]));
    }
    if schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
        wrong(format!("expected one of {}, found {value}", schema["enum"]));
    }
    let is_out = |bound: &str, out: fn(f64, f64) -> bool| {
        schema[bound].as_f64().zip(value.as_f64()).is_some_and(|(bound, value)| out(value, bound))
    };
    let length = value.as_str().map(|text| text.chars().count() as u64);
    let is_long = length.zip(schema["maxLength"].as_u64()).is_some_and(|(length, most)| length > most);
    if is_long || length.zip(schema["minLength"].as_u64()).is_some_and(|(length, least)| length < least) {
        wrong(format!("{value} is too long or too short"));
    }
    if is_out("minimum", |value, bound| value < bound) || is_out("maximum", |value, bound| value > bound) {
        wrong(format!("{value} is out of bounds"));
    }
    for (at_item, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(items) = schema.get("items") {
            problems(items, item, &format!("{at}/{at_item}"), found);
        }
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        problems(part, value, at, found);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting = choices.iter().filter(|choice| reasons(choice, value).is_empty()).count();
        if fitting != 1 {
            found.push(format!("{at}: fits {fitting} of {} choices: {value}", choices.len()));
        }
    }
    if schema["anyOf"].as_array().is_some_and(|choices| choices.iter().all(|choice| !reasons(choice, value).is_empty()))
    {
        found.push(format!("{at}: fits no choice: {value}"));
    }
    if let Some(members) = value.as_object() {
        members_fit(schema, members, at, found);
    }
}

fn members_fit(schema: &Value, members: &Map<String, Value>, at: &str, found: &mut Vec<String>) {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            found.push(format!("{at}: `{name}` is missing"));
        }
    }
    for (name, member) in members {
        let at = format!("{at}/{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(known), _) => problems(known, member, &at, found),
            (None, Value::Bool(false)) => found.push(format!("{at}: is not in the document")),
            (None, other @ Value::Object(_)) => problems(other, member, &at, found),
            (None, _) => {}
        }
    }
}

fn reasons(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    problems(schema, value, "", &mut found);
    found
}

fn is_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

/// Asserts that an answer is one that the document tells of. Addresses that are not in it are nobody's concern.
pub fn fits(method: &str, path: &str, status: u16, content_type: &str, body: &str) {
    let segments: Vec<_> = path.split('/').collect();
    let matches = |template: &str| {
        let parts: Vec<_> = template.split('/').collect();
        let fit = |(part, segment): (&&str, &&str)| part == segment || part.starts_with('{') && !segment.is_empty();
        parts.len() == segments.len() && parts.iter().zip(&segments).all(fit)
    };
    // What is written out goes before what stands for anything.
    let found = operations().filter(|(template, _, _)| matches(template));
    let Some((template, _, _)) = found.min_by_key(|(template, _, _)| template.matches('{').count()) else { return };
    let operation = &DOCUMENT["paths"][template][method.to_ascii_lowercase()];
    if operation.is_null() {
        assert_eq!(status, 405, "{method} {template} is not in the document");
        return;
    }
    let responses = &operation["responses"];
    let response = responses.get(status.to_string()).unwrap_or(&responses["default"]);
    assert!(!response.is_null(), "{method} {template}: {status} is not in the document: {body}");
    let content = &response["content"];
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let is_anything = content.get("*/*").is_some() && content.get(kind).is_none();
    if content.is_null() || is_anything {
        return;
    }
    let described =
        content.get(kind).unwrap_or_else(|| panic!("{method} {template} {status}: `{kind}` is not in the document"));
    if kind == "application/json" {
        let value: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        let found = reasons(&described["schema"], &value);
        assert!(found.is_empty(), "{method} {template} {status}: {found:#?}\n{body}");
    }
}

#[test]
fn the_document_has_the_shape_of_openapi() {
    assert!(DOCUMENT["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let allowed = ["openapi", "info", "servers", "tags", "security", "paths", "components"];
    assert!(object(&DOCUMENT).keys().all(|name| allowed.contains(&name.as_str())));
    for name in ["title", "version"] {
        assert!(DOCUMENT["info"][name].is_string(), "{name}");
    }
    let tags: HashSet<_> = DOCUMENT["tags"].as_array().expect("tags").iter().map(|tag| tag["name"].as_str()).collect();
    let schemes = object(&DOCUMENT["components"]["securitySchemes"]);
    let mut ids = HashSet::new();
    for (path, method, operation) in operations() {
        let place = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{place} has no operationId"));
        assert!(ids.insert(id), "two operations are called {id}");
        assert!(operation["summary"].is_string(), "{place} has no summary");
        assert!(
            operation["tags"].as_array().is_some_and(|own| own.iter().all(|tag| tags.contains(&tag.as_str()))),
            "{place}: tags"
        );
        for needed in operation["security"].as_array().into_iter().flatten() {
            assert!(object(needed).keys().all(|name| schemes.contains_key(name)), "{place}: security");
        }
        parameters(path, &place, operation);
        let responses = object(&operation["responses"]);
        assert!(!responses.is_empty(), "{place} has no responses");
        for (status, response) in responses {
            assert!(
                status == "default" || status.parse::<u16>().is_ok_and(|status| (100..600).contains(&status)),
                "{place}: {status}"
            );
            assert!(response["description"].is_string(), "{place} {status} has no description");
            contents(&format!("{place} {status}"), &response["content"]);
        }
        contents(&place, &operation["requestBody"]["content"]);
    }
    for (name, schema) in object(&DOCUMENT["components"]["schemas"]) {
        checked(name, schema);
    }
}

/// Parameters are whole, and those of the path are the path's.
fn parameters(path: &str, place: &str, operation: &Value) {
    let own = operation["parameters"].as_array().cloned().unwrap_or_default();
    let mut names = HashSet::new();
    for parameter in &own {
        let (name, place_of) =
            (parameter["name"].as_str().expect("a name"), parameter["in"].as_str().expect("a place"));
        assert!(["path", "query", "header"].contains(&place_of), "{place}: {name} in {place_of}");
        assert!(names.insert((name, place_of)), "{place}: two parameters {name}");
        assert!(place_of != "path" || parameter["required"] == true, "{place}: {name} is required");
        checked(&format!("{place} {name}"), &parameter["schema"]);
    }
    let template: BTreeSet<_> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    let named: BTreeSet<_> = names.iter().filter(|(_, place)| *place == "path").map(|(name, _)| *name).collect();
    assert_eq!(named, template, "{place}");
}

fn contents(place: &str, content: &Value) {
    for (kind, described) in content.as_object().into_iter().flatten() {
        assert!(kind.contains('/'), "{place}: {kind}");
        let Some(schema) = described.get("schema") else { continue };
        checked(&format!("{place} {kind}"), schema);
        let examples = described["examples"].as_object().into_iter().flat_map(Map::values).map(|one| &one["value"]);
        for example in described.get("example").into_iter().chain(examples) {
            assert_eq!(reasons(schema, example), [""; 0], "{place}: an example does not fit");
        }
    }
}

/// A schema says what [`problems`] understands, refers to what there is, and its own examples fit it.
fn checked(place: &str, schema: &Value) {
    let members = object(schema);
    for name in members.keys() {
        assert!(KEYWORDS.contains(&name.as_str()), "{place}: unknown keyword `{name}`");
    }
    resolved(schema);
    for kind in schema["type"]
        .as_str()
        .into_iter()
        .chain(schema["type"].as_array().into_iter().flatten().filter_map(Value::as_str))
    {
        is_kind(&Value::Null, kind);
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        checked(&format!("{place}/{name}"), member);
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().expect("a name");
        assert!(schema["properties"].get(name).is_some(), "{place} requires `{name}`, which it does not describe");
    }
    for part in ["oneOf", "anyOf", "allOf"].iter().filter_map(|part| schema[*part].as_array()).flatten() {
        checked(place, part);
    }
    for part in
        ["items", "additionalProperties"].iter().filter_map(|part| schema.get(*part)).filter(|part| part.is_object())
    {
        checked(place, part);
    }
    let examples = schema["examples"].as_array().into_iter().flatten();
    for example in schema.get("example").into_iter().chain(examples).chain(schema.get("default")) {
        assert_eq!(reasons(schema, example), [""; 0], "{place}: an example does not fit");
    }
}

#[test]
fn the_checker_of_schemas_finds_mistakes() {
    let schema = json!({ "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": "integer", "minimum": 1 }, "b": { "oneOf": [{ "const": "x" }, { "type": "null" }] } } });
    assert!(reasons(&schema, &json!({ "a": 1, "b": null })).is_empty());
    for wrong in [
        json!({}),
        json!({ "a": 0 }),
        json!({ "a": "1" }),
        json!({ "a": 1, "c": 2 }),
        json!({ "a": 1, "b": 3 }),
        json!([]),
    ] {
        assert!(!reasons(&schema, &wrong).is_empty(), "{wrong}");
    }
}

/// The addresses that the sources of the routes name, with constants put in.
fn routed() -> BTreeSet<String> {
    let mut sources = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/rest")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|ending| ending == "rs") => {
                    sources.push(std::fs::read_to_string(path).expect("a source"));
                }
                false => {}
            }
        }
    }
    let mut paths = BTreeSet::new();
    for source in &sources {
        let constants = groups(r#"const (\w+): &str = "(/[^"]*)";"#, source);
        let value_of = |name: &str| constants.iter().find(|constant| constant[1] == name).map(|constant| &constant[2]);
        for route in groups(r#"\.route\(\s*(?:&format!\()?("[^"]*"|\w+)"#, source) {
            paths.insert(match route[1].strip_prefix('"').and_then(|word| word.strip_suffix('"')) {
                None => value_of(&route[1]).unwrap_or_else(|| panic!("unknown {}", route[1])).clone(),
                Some(text) => {
                    let fill = |text: String, one: &Vec<String>| text.replace(&format!("{{{}}}", one[1]), &one[2]);
                    constants.iter().fold(text.to_owned(), fill).replace("{{", "{").replace("}}", "}")
                }
            });
        }
    }
    paths
}

/// What the groups of a pattern match, for each match.
fn groups(pattern: &str, text: &str) -> Vec<Vec<String>> {
    let pattern = Regex::new(pattern).expect("a pattern");
    let found = pattern.captures_iter(text).map(|found| found.expect("no limit is reached"));
    found.map(|found| found.iter().map(|part| part.map_or("", |part| part.as_str()).to_owned()).collect()).collect()
}

#[test]
fn every_route_is_in_the_document_and_the_reverse() {
    let documented: BTreeSet<_> = object(&DOCUMENT["paths"]).keys().cloned().collect();
    assert_eq!(routed(), documented);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_of_an_address_is_in_the_document_and_the_reverse() {
    let engine = Engine::start().await;
    for (path, item) in object(&DOCUMENT["paths"]) {
        let filled =
            path.replace("{version}", "v7").replace("{name}", "x").replace("{id}", "x").replace("{token}", "x");
        for method in METHODS {
            let name = reqwest::Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
            let request = reqwest::Client::new().request(name, format!("{}{filled}", engine.url));
            let status = request.send().await.expect("an answer").status().as_u16();
            assert_eq!(status != 405, item.get(method).is_some(), "{method} {path}: {status}");
        }
    }
}
