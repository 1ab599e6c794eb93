//! The body of an HTTP reply as a value, for tasks and `invokeurl` alike.
//!
//! JSON objects and lists become maps and lists, other text stays text, and what is no text becomes a FILE.

use crate::fault::Fault;
use crate::host::Response;
use crate::value::{File, Value, json_read};
use encoding_rs::{Encoding, UTF_8};
use percent_encoding::percent_decode_str;

/// What the script asked the body to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wish {
    /// By content.
    #[default]
    Automatic,
    /// `response-format : FILE`.
    File,
    /// `response-format : STRING`.
    Text,
    /// `response-format : NONE`.
    Nothing,
}

/// The body as a value.
pub fn value(response: &Response, wish: Wish) -> Result<Value, Fault> {
    decoded(response, wish, None)
}

/// The body as a value, its text in a given character set.
pub fn decoded(response: &Response, wish: Wish, charset: Option<&'static Encoding>) -> Result<Value, Fault> {
    match wish {
        Wish::Nothing => Ok(Value::Null),
        Wish::File => Ok(file(response)),
        Wish::Text => Ok(Value::Text(text(response, charset).into())),
        Wish::Automatic if is_file(response) => Ok(file(response)),
        Wish::Automatic => Ok(by_content(text(response, charset))),
    }
}

/// The body as text.
pub fn text(response: &Response, charset: Option<&'static Encoding>) -> String {
    let declared = || {
        let (_, parameters) = content_type(response).split_once(';')?;
        let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="))?;
        Encoding::for_label(charset.trim_matches('"').as_bytes())
    };
    let encoding = charset.or_else(declared).unwrap_or(UTF_8);
    let (text, _, _) = encoding.decode(&response.body);
    text.into_owned()
}

/// A list or map, where the text is one in JSON. Services often say `text/html` of their JSON.
fn by_content(text: String) -> Value {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(value @ (Value::Map(_) | Value::List(_))) = json_read::read(&text)
    {
        return value;
    }
    Value::Text(text.into())
}

fn content_type(response: &Response) -> &str {
    response.header("content-type").unwrap_or("")
}

/// The media type in lower case, without parameters.
fn media_type(response: &Response) -> String {
    content_type(response).split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn is_file(response: &Response) -> bool {
    if response.body.is_empty() {
        return false;
    }
    let media = media_type(response);
    // Zoho sends its JSON as an attachment called `response.json`.
    if media.ends_with("json") {
        return false;
    }
    if response
        .header("content-disposition")
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("attachment"))
    {
        return true;
    }
    let is_text = media.starts_with("text/")
        || media.ends_with("xml")
        || media.ends_with("javascript")
        || media == "application/x-www-form-urlencoded";
    match media.as_str() {
        "" => std::str::from_utf8(&response.body).is_err(),
        _ => !is_text,
    }
}

fn file(response: &Response) -> Value {
    let name = disposition_name(response).or_else(|| last_segment(&response.url)).unwrap_or_else(|| "file".to_owned());
    let media = media_type(response);
    let file = match media.is_empty() {
        true => File::new(name, response.body.as_slice()),
        false => File::with_type(name, media, response.body.as_slice()),
    };
    Value::File(file)
}

/// The name in `content-disposition: attachment; filename="report.pdf"`, without any folders.
fn disposition_name(response: &Response) -> Option<String> {
    let header = response.header("content-disposition")?;
    let parameter = |name: &str| {
        header.split(';').find_map(|part| {
            let (key, value) = part.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let encoded = value.rsplit_once("''").map_or(value.as_str(), |(_, encoded)| encoded).to_owned();
        percent_decode_str(&encoded).decode_utf8().ok().map(|name| name.into_owned())
    });
    let name = extended.or_else(|| parameter("filename"))?;
    let last = name.rsplit(['/', '\\']).next().unwrap_or("").trim();
    (!last.is_empty()).then(|| last.to_owned())
}

/// The last segment of a URL's path: the name of a file that brings none.
fn last_segment(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let path = path.split_once("://").map_or(path, |(_, rest)| rest).split_once('/')?.1;
    let last = path.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty())?;
    percent_decode_str(last).decode_utf8().ok().map(|name| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Kind, Settings, convert};

    fn reply(headers: &[(&str, &str)], body: &[u8], url: &str) -> Value {
        let headers = headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let response = Response { status: 200, headers, body: body.to_vec(), url: url.to_owned() };
        value(&response, Wish::Automatic).expect("a value")
    }

    fn shown(value: &Value) -> String {
        convert::to_text(value, &Settings::default()).expect("text").to_string()
    }

    #[test]
    fn json_is_a_map_even_as_an_attachment_or_under_another_type() {
        let headers =
            [("content-type", "application/json"), ("content-disposition", "attachment; filename=response.json")];
        assert_eq!(reply(&headers, b"{\"a\":1}", "https://a/b").kind(), Kind::Map);
        assert_eq!(reply(&[("content-type", "text/html")], b" [1]", "https://a/b").kind(), Kind::List);
        assert_eq!(reply(&[("content-type", "application/json")], b"{oops", "https://a/b").kind(), Kind::Text);
        assert_eq!(reply(&[], b"", "https://a/b").kind(), Kind::Text);
    }

    #[test]
    fn binary_is_a_file_named_by_the_header_or_the_url() {
        let png = [("content-type", "image/png")];
        assert_eq!(shown(&reply(&png, b"\x89PNG", "https://a.example/img/logo%20small.png?x=1")), "logo small.png");
        let named = [("content-type", "application/pdf"), ("content-disposition", "attachment; filename=\"../r.pdf\"")];
        assert_eq!(shown(&reply(&named, b"%PDF", "https://a.example/x")), "r.pdf");
        assert_eq!(reply(&[], b"\xff\xfe\x00", "https://a.example").kind(), Kind::File);
    }

    #[test]
    fn text_is_read_in_its_character_set() {
        let latin = [("content-type", "text/plain; charset=iso-8859-1")];
        assert_eq!(shown(&reply(&latin, b"caf\xe9", "https://a/b")), "café");
    }
}
