//! The arguments of a function as fields of a form, and back.

use crate::server::app::Given;
use crate::server::console::Fields;
use crate::server::functions::{Argument, Definition};
use maud::{Markup, html};

/// Before the names of arguments among the fields.
const PREFIX: &str = "argument:";

/// A field for each argument; `form` names the form that they belong to.
pub fn inputs(definition: &Definition, fields: &Fields, form: &str) -> Markup {
    html! {
        @if definition.arguments.is_empty() { p.muted { "It takes no arguments." } }
        @for argument in &definition.arguments { (input(argument, fields.raw(&format!("{PREFIX}{}", argument.name)), form)) }
    }
}

fn input(argument: &Argument, value: &str, form: &str) -> Markup {
    let name = format!("{PREFIX}{}", argument.name);
    let id = format!("argument-{}", argument.name);
    let hint = format!("{id}-hint");
    html! {
        div.field {
            label for=(id) { (argument.name) " " span.optional { (argument.kind.to_lowercase()) } }
            @match argument.kind.as_str() {
                "BOOLEAN" => {
                    select id=(id) name=(name) form=(form) aria-describedby=(hint) {
                        @for word in ["", "true", "false"] { option value=(word) selected[word == value] { (word) } }
                    }
                }
                "MAP" | "LIST" | "COLLECTION" => {
                    textarea.code id=(id) name=(name) form=(form) rows="3" spellcheck="false" aria-describedby=(hint) { "\n" (value) }
                }
                _ => { input id=(id) name=(name) form=(form) value=(value) autocomplete="off" spellcheck="false" aria-describedby=(hint); }
            }
            p.hint id=(hint) { (about(argument)) }
        }
    }
}

fn about(argument: &Argument) -> String {
    match (&argument.default, argument.kind.as_str()) {
        (Some(default), _) => format!("Where it is empty: {default}"),
        (None, "MAP" | "LIST" | "COLLECTION") => "As JSON; null where it is empty.".to_owned(),
        (None, "TEXT") => String::new(),
        (None, _) => "Null where it is empty.".to_owned(),
    }
}

/// What was filled in. Empty fields are the argument's default; a text without one is empty.
pub fn given(definition: &Definition, fields: &Fields) -> Vec<(String, Given)> {
    let one = |argument: &Argument| {
        let text = fields.raw(&format!("{PREFIX}{}", argument.name));
        let is_given = !text.is_empty() || (argument.kind == "TEXT" && argument.default.is_none());
        is_given.then(|| (argument.name.clone(), read(argument, text)))
    };
    definition.arguments.iter().filter_map(one).collect()
}

/// Lists and maps as what they are, so that the log shows them so; the rest by the argument's type.
fn read(argument: &Argument, text: &str) -> Given {
    let is_json = || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    match argument.kind.as_str() {
        "MAP" | "LIST" | "COLLECTION" if is_json() => Given::Json(text.to_owned()),
        _ => Given::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_defaults() {
        let argument = |name: &str, kind: &str, default: Option<&str>| Argument {
            name: name.into(),
            kind: kind.into(),
            default: default.map(str::to_owned),
        };
        let definition = Definition {
            name: "standalone.x".into(),
            category: crate::server::functions::Category::Standalone,
            arguments: vec![
                argument("a", "TEXT", None),
                argument("b", "TEXT", Some("\"x\"")),
                argument("c", "BIGINT", None),
            ],
            returns: "TEXT".into(),
            header: crate::server::functions::Header::default(),
        };
        let found = given(&definition, &Fields::default());
        assert_eq!(found, [("a".to_owned(), Given::Text(String::new()))]);
        let found = given(&definition, &Fields::read(b"argument%3Ac=7&argument%3Ab=+y"));
        assert_eq!(found[1..], [("b".to_owned(), Given::Text(" y".into())), ("c".to_owned(), Given::Text("7".into()))]);
    }
}
