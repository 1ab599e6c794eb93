//! Reads a token server's reply as it comes, and writes it as the standard says.
//!
//! Providers answer in JSON or as a form, with life times as numbers or texts, without a token
//! type, with errors under status 200, or with a line of plain text. All of that ends here.

use serde_json::{Map, Value};

/// Replies larger than this are refused.
pub const LARGEST: usize = 1 << 20;

/// Objects in which some providers wrap the token.
const WRAPPERS: &[&str] = &["authed_user", "data", "response", "result"];

/// A reply in the standard's form.
#[derive(Debug, PartialEq)]
pub enum Reply {
    Token(Map<String, Value>),
    Error {
        code: String,
        description: Option<String>,
    },
    /// Nothing that can be read as either; the text says what was found, not what it held.
    Unreadable(String),
}

/// Reads a reply of any status.
pub fn read(status: u16, body: &[u8]) -> Reply {
    let Some(fields) = fields_of(body) else {
        return unreadable(status, body);
    };
    if let Some(error) = error_of(&fields) {
        return error;
    }
    let fields = unwrapped(fields);
    let token = fields.get("access_token").and_then(Value::as_str).unwrap_or_default();
    if token.is_empty() {
        return Reply::Unreadable(format!("status {status} and no `access_token`"));
    }
    if !(200..300).contains(&status) {
        return Reply::Unreadable(format!("status {status}"));
    }
    Reply::Token(standard(fields))
}

fn fields_of(body: &[u8]) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    // `=` must come before any space, or a sentence would pass for a form.
    let looks_like_form = text.split('&').all(|pair| pair.split_once('=').is_some_and(|(name, _)| is_word(name)));
    let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned();
    looks_like_form.then(|| pairs.map(|(name, value)| (name, Value::String(value))).collect())
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn error_of(fields: &Map<String, Value>) -> Option<Reply> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let code = match fields.get("error") {
        Some(Value::String(code)) => Some(code.clone()),
        // Google's and Facebook's APIs answer with an object.
        Some(Value::Object(inner)) => {
            let word = |name: &str| inner.get(name).and_then(Value::as_str).map(str::to_owned);
            word("type").or_else(|| word("status")).or_else(|| word("message")).or(Some("error".to_owned()))
        }
        Some(Value::Bool(true)) => Some("error".to_owned()),
        Some(_) | None if fields.get("ok") == Some(&Value::Bool(false)) => Some("not ok".to_owned()),
        Some(_) | None => None,
    }?;
    let description = text("error_description").or_else(|| text("message"));
    Some(Reply::Error { code, description })
}

/// The token's own object, where it is wrapped; what stands beside it is kept.
fn unwrapped(mut fields: Map<String, Value>) -> Map<String, Value> {
    if fields.contains_key("access_token") {
        return fields;
    }
    for wrapper in WRAPPERS {
        if let Some(Value::Object(inner)) = fields.get(*wrapper)
            && inner.contains_key("access_token")
        {
            let inner = inner.clone();
            fields.remove(*wrapper);
            fields.extend(inner);
            return fields;
        }
    }
    fields
}

/// `expires_in` as whole seconds, `token_type` and `scope` as texts.
fn standard(mut fields: Map<String, Value>) -> Map<String, Value> {
    let seconds = ["expires_in_sec", "expires_in", "expires"].iter().find_map(|name| seconds(fields.get(*name)?));
    fields.remove("expires_in");
    if let Some(seconds) = seconds {
        fields.insert("expires_in".to_owned(), Value::from(seconds));
    }
    // The header's scheme is the service's business, so the standard's word does.
    fields.insert("token_type".to_owned(), Value::from("bearer"));
    for name in ["refresh_token", "scope"] {
        let is_text = fields.get(name).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
        if is_text {
            continue;
        }
        if let Some(Value::Array(items)) = fields.remove(name) {
            let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            fields.insert(name.to_owned(), Value::from(words.join(" ")));
        }
    }
    fields
}

fn seconds(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().filter(|n| *n > 0.0).map(|n| n as u64)),
        Value::String(text) => text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0).map(|n| n as u64),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
    .filter(|seconds| *seconds > 0)
}

fn unreadable(status: u16, body: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    // Zoho's throttle is this line, under status 200.
    if text.eq_ignore_ascii_case("access denied") {
        return Reply::Error { code: "access_denied".to_owned(), description: Some("Access Denied".to_owned()) };
    }
    let what = match text {
        "" => "an empty body".to_owned(),
        html if html.starts_with('<') => "an HTML page".to_owned(),
        other => format!("{} bytes of text", other.len()),
    };
    Reply::Unreadable(format!("status {status} and {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(body: &str) -> Map<String, Value> {
        match read(200, body.as_bytes()) {
            Reply::Token(fields) => fields,
            other => panic!("expected a token, found {other:?}"),
        }
    }

    #[test]
    fn json_and_forms_with_any_life_time() {
        let cases = [
            (r#"{"access_token":"a","expires_in":3600}"#, Some(3600)),
            (r#"{"access_token":"a","expires_in":"3600"}"#, Some(3600)),
            (r#"{"access_token":"a","expires_in":3599.5}"#, Some(3599)),
            (r#"{"access_token":"a","expires_in":3600000,"expires_in_sec":3600}"#, Some(3600)),
            (r#"{"access_token":"a","expires_in":null}"#, None),
            (r#"{"access_token":"a","expires_in":"never"}"#, None),
            (r#"{"access_token":"a","expires_in":-1}"#, None),
            (r#"{"access_token":"a"}"#, None),
            ("access_token=a&expires_in=3600&scope=x%20y", Some(3600)),
        ];
        for (body, expected) in cases {
            let fields = token(body);
            assert_eq!(fields["access_token"], "a", "{body}");
            assert_eq!(fields["token_type"], "bearer", "{body}");
            assert_eq!(fields.get("expires_in").and_then(Value::as_u64), expected, "{body}");
        }
    }

    #[test]
    fn unknown_fields_are_kept_and_wrappers_opened() {
        assert_eq!(token(r#"{"access_token":"a","api_domain":"https://x"}"#)["api_domain"], "https://x");
        let slack = token(r#"{"ok":true,"team":{"id":"T"},"authed_user":{"access_token":"a","id":"U"}}"#);
        assert_eq!((&slack["access_token"], &slack["team"]["id"]), (&Value::from("a"), &Value::from("T")));
        assert_eq!(token(r#"{"access_token":"a","scope":["x","y"]}"#)["scope"], "x y");
        assert!(!token(r#"{"access_token":"a","scope":"","refresh_token":null}"#).contains_key("scope"));
    }

    #[test]
    fn errors_count_under_any_status() {
        let error = |status, body: &str| match read(status, body.as_bytes()) {
            Reply::Error { code, .. } => code,
            other => panic!("expected an error, found {other:?}"),
        };
        assert_eq!(error(200, r#"{"error":"invalid_code"}"#), "invalid_code");
        assert_eq!(error(400, r#"{"error":"invalid_grant","error_description":"x"}"#), "invalid_grant");
        assert_eq!(error(200, "error=bad_verification_code&error_description=x"), "bad_verification_code");
        assert_eq!(error(200, r#"{"ok":false,"error":"token_expired"}"#), "token_expired");
        assert_eq!(error(200, "Access Denied"), "access_denied");
    }

    #[test]
    fn what_cannot_be_read_is_named_but_not_quoted() {
        assert_eq!(read(502, b"<html>secret</html>"), Reply::Unreadable("status 502 and an HTML page".into()));
        assert_eq!(read(200, b""), Reply::Unreadable("status 200 and an empty body".into()));
        assert_eq!(read(200, b"{}"), Reply::Unreadable("status 200 and no `access_token`".into()));
        assert_eq!(read(500, br#"{"access_token":"a"}"#), Reply::Unreadable("status 500".into()));
    }
}
