//! Texts with merge fields: `${Leads.Email}`, `${!Leads.Email}`, `${execution.output}`.
//!
//! A field is looked up in the payload; under the module's name, or none, in its record. What is put in is
//! written as the place wants it, so that no value can change what stands around it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As they are.
    Plain,
    /// As a part of an address.
    Url,
    /// Inside of quotes as a part of a text, elsewhere as a value.
    Json,
    Xml,
}

/// What merge fields are looked up in.
pub struct Facts<'a> {
    pub payload: &'a Value,
    /// The module whose record it is.
    pub module: Option<&'a str>,
}

impl Facts<'_> {
    /// The record: the payload's own, or all of it.
    fn record(&self) -> &Value {
        self.payload.get("record").filter(|record| record.is_object()).unwrap_or(self.payload)
    }

    /// The value of a field of the record: `Email`, `Owner.name`.
    pub fn of_record(&self, path: &str) -> Option<&Value> {
        at(self.record(), path)
    }

    /// The value of a merge field.
    pub fn get(&self, path: &str) -> Option<&Value> {
        if let Some((first, rest)) = path.split_once('.') {
            let module = self.module.or_else(|| self.payload.get("module").and_then(Value::as_str));
            if module.is_some_and(|module| module.eq_ignore_ascii_case(first)) {
                return self.of_record(rest);
            }
        }
        at(self.payload, path).or_else(|| self.of_record(path))
    }
}

/// A name with dots in it is looked for first.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let step = |value: &'a Value, segment: &str| match value {
        Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
        other => other.get(segment),
    };
    path.split('.').try_fold(value, step)
}

/// A value as text: what is missing or null is empty.
pub fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// # Errors
/// That a merge field does not end.
pub fn check(text: &str) -> Result<(), String> {
    pieces(text).map(drop)
}

/// The text with its merge fields filled in.
pub fn render(text: &str, facts: &Facts<'_>, form: Form) -> String {
    // It was checked when it was made.
    let Ok(pieces) = pieces(text) else { return text.to_owned() };
    let mut rendered = String::with_capacity(text.len());
    let mut quoted = false;
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => {
                rendered.push_str(literal);
                quoted = ends_in_quotes(literal, quoted);
            }
            Piece::Field(path) => rendered.push_str(&written(facts.get(path), form, quoted)),
        }
    }
    rendered
}

fn written(value: Option<&Value>, form: Form, quoted: bool) -> String {
    match form {
        Form::Plain => text_of(value),
        Form::Url => utf8_percent_encode(&text_of(value), NON_ALPHANUMERIC).to_string(),
        Form::Xml => quick_xml::escape::escape(text_of(value)).into_owned(),
        Form::Json if quoted => {
            let json = Value::String(text_of(value)).to_string();
            json[1..json.len() - 1].to_owned()
        }
        Form::Json => value.unwrap_or(&Value::Null).to_string(),
    }
}

enum Piece<'a> {
    Literal(&'a str),
    Field(&'a str),
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let inner = &rest[start + 2..];
        let end = inner.find('}').ok_or_else(|| format!("expected `}}` after `${{`, found none in `{text}`"))?;
        let path = inner[..end].trim().trim_start_matches('!').trim();
        if path.is_empty() {
            return Err("expected a name such as `Leads.Email` in `${}`, found none".to_owned());
        }
        pieces.extend([Piece::Literal(&rest[..start]), Piece::Field(path)]);
        rest = &inner[end + 1..];
    }
    pieces.push(Piece::Literal(rest));
    Ok(pieces)
}

/// Whether JSON is inside of a text after this part of it.
fn ends_in_quotes(part: &str, mut quoted: bool) -> bool {
    let mut escaped = false;
    for letter in part.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rendered(text: &str, form: Form) -> String {
        let payload = json!({
            "module": "Leads",
            "record": { "Email": "a@b.c", "Name": "O\"Neil <&> \\", "Tags": ["x", 1], "Owner": { "name": "Ada" } },
            "count": 3,
        });
        render(text, &Facts { payload: &payload, module: None }, form)
    }

    #[test]
    fn fields_are_found_by_module_and_by_path() {
        let text =
            "${Leads.Email} ${!leads.Owner.name} ${record.Tags.1} ${count} ${Email} [${Leads.Nothing}] ${ count }";
        assert_eq!(rendered(text, Form::Plain), "a@b.c Ada 1 3 a@b.c [] 3");
        assert_eq!(rendered("no fields: $ {x} $", Form::Plain), "no fields: $ {x} $");
    }

    #[test]
    fn values_cannot_break_out_of_their_place() {
        let json = r#"{"name": "it is ${Leads.Name}!", "tags": ${Leads.Tags}, "none": ${Leads.None}, "\"": ${count}}"#;
        let read: Value = serde_json::from_str(&rendered(json, Form::Json)).expect("JSON");
        assert_eq!(read["name"], "it is O\"Neil <&> \\!");
        assert_eq!((&read["tags"], &read["none"], &read["\""]), (&json!(["x", 1]), &Value::Null, &json!(3)));
        assert_eq!(rendered("<n>${Leads.Name}</n>", Form::Xml), "<n>O&quot;Neil &lt;&amp;&gt; \\</n>");
        assert_eq!(
            rendered("/x/${Leads.Name}?e=${Leads.Email}", Form::Url),
            "/x/O%22Neil%20%3C%26%3E%20%5C?e=a%40b%2Ec"
        );
    }

    #[test]
    fn fields_end() {
        assert!(check("${Leads.Email").expect_err("no end").starts_with("expected `}`"));
        assert!(check("${ ! }").is_err() && check("${}").is_err());
        assert_eq!(check("${a} ${b}"), Ok(()));
    }
}
