//! A request printed as one `curl` command, without its credentials.

use super::client::Hop;
use super::redact::{Redactor, is_secret_parameter};
use crate::host::{Body, Part};

/// Bodies longer than this are cut in the printed command.
const SHOWN: usize = 2000;

/// `curl -X POST 'https://…' -H '…' --data-raw '…'`, to be read and to be run again.
pub fn command(hop: &Hop, redactor: &Redactor) -> String {
    let mut line = format!("curl -X {} {}", hop.method.as_str(), quote(&redactor.url(&hop.url)));
    for (name, value) in &hop.headers {
        line.push_str(&format!(" -H {}", quote(&format!("{name}: {}", redactor.header(name, value)))));
    }
    match &hop.body {
        Body::Empty => {}
        Body::Bytes { content_type, bytes } => {
            if !hop.has_header("content-type") && !content_type.is_empty() {
                line.push_str(&format!(" -H {}", quote(&format!("Content-Type: {content_type}"))));
            }
            line.push_str(&format!(" --data-raw {}", quote(&shown_bytes(bytes, redactor))));
        }
        Body::Form(pairs) => {
            for (name, value) in pairs {
                let value = if is_secret_parameter(name) { "***".into() } else { redactor.clean(value) };
                line.push_str(&format!(" --data-urlencode {}", quote(&format!("{name}={value}"))));
            }
        }
        Body::Multipart(parts) => {
            for part in parts {
                line.push_str(&format!(" -F {}", quote(&shown_part(part, redactor))));
            }
        }
    }
    line
}

fn shown_part(part: &Part, redactor: &Redactor) -> String {
    match &part.file_name {
        Some(file) => format!("{}=@{file}", part.name),
        None if is_secret_parameter(&part.name) => format!("{}=***", part.name),
        None => format!("{}={}", part.name, shown_bytes(&part.bytes, redactor)),
    }
}

fn shown_bytes(bytes: &[u8], redactor: &Redactor) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return format!("({} bytes)", bytes.len());
    };
    // Redact first: a cut in the middle of a secret would leave its beginning.
    let clean = redactor.clean(text);
    match clean.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}… ({} bytes)", &clean[..cut], bytes.len()),
        None => clean.into_owned(),
    }
}

/// Single quotes of a POSIX shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Method;
    use url::Url;

    fn hop(body: Body) -> Hop {
        Hop {
            method: Method::Post,
            url: Url::parse("https://example.com/a?b=c%20d").expect("a url"),
            headers: vec![("Authorization".into(), "Bearer abc".into()), ("X-Note".into(), "it's".into())],
            body,
        }
    }

    #[test]
    fn prints_what_a_shell_can_run() {
        let body = Body::Form(vec![("a".into(), "1 2".into()), ("client_secret".into(), "s".into())]);
        assert_eq!(
            command(&hop(body), &Redactor::default()),
            r"curl -X POST 'https://example.com/a?b=c%20d' -H 'Authorization: Bearer ***' -H 'X-Note: it'\''s' --data-urlencode 'a=1 2' --data-urlencode 'client_secret=***'"
        );
    }

    #[test]
    fn names_bytes_that_are_not_text() {
        let body = Body::Bytes { content_type: "image/png".into(), bytes: vec![0xff, 0xfe] };
        let line = command(&hop(body), &Redactor::default());
        assert!(line.ends_with("-H 'Content-Type: image/png' --data-raw '(2 bytes)'"), "{line}");
    }
}
