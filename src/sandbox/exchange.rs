//! One request and its answer, as the imitation sees them: no sockets, no framework.
//!
//! A [`Call`] is a request already read into memory; an [`Answer`] is what goes back. A [`Problem`]
//! is an answer in the shape that Zoho gives its errors: `{"code","details","message","status":"error"}`.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use serde_json::{Value, json};

/// A request, read whole.
pub struct Call {
    /// GET, POST, …
    pub method: Method,
    /// The path as it was sent, still percent-encoded.
    pub path: String,
    /// The path's parts, decoded.
    pub segments: Vec<String>,
    /// The query string.
    pub query: Params,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Call {
    /// A call for `path_and_query`, such as `/crm/v8/Leads?page=2`.
    pub fn new(method: Method, path: &str, query: &str, headers: HeaderMap, body: Bytes) -> Call {
        // A HEAD is a GET whose body the server leaves out.
        let method = if method == Method::HEAD { Method::GET } else { method };
        Call { method, path: path.to_owned(), segments: segments(path), query: Params::parse(query), headers, body }
    }

    /// The text of a header, or nothing where it is absent or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The query's parameters followed by those of a form body: Zoho's accounts server reads both.
    pub fn form(&self) -> Params {
        let mut all = self.query.clone();
        let kind = self.header("content-type").unwrap_or("").to_ascii_lowercase();
        if kind.starts_with("multipart/") {
            all.0.extend(super::multipart::fields(self));
        } else if !kind.starts_with("application/json") {
            all.0.extend(Params::parse(&String::from_utf8_lossy(&self.body)).0);
        }
        all
    }

    /// The body as a JSON object, or Zoho's complaint about it.
    pub fn json_object(&self) -> Result<Value, Problem> {
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(value) if value.is_object() => Ok(value),
            Ok(_) | Err(_) => {
                Err(Problem::new(400, "INVALID_DATA", "body", json!({"expected_data_type": "jsonobject"})))
            }
        }
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect()
}

/// Parameters of a query or a form, in order; the first of a name wins.
#[derive(Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=1&b=2`.
    pub fn parse(text: &str) -> Params {
        Params(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of this name, or an empty text.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    /// The comma-separated values of this name, trimmed, without empty ones; a name may come several times.
    pub fn list(&self, name: &str) -> Vec<String> {
        let all = self.0.iter().filter(|(key, _)| key == name).flat_map(|(_, value)| value.split(','));
        all.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// All parameters in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// What goes back.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers beyond the usual.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A JSON body.
    pub fn json(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            headers: vec![("content-type", "application/json;charset=UTF-8".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    /// A page.
    pub fn html(status: u16, page: String) -> Answer {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        Answer {
            status,
            headers: vec![
                ("content-type", "text/html; charset=utf-8".to_owned()),
                ("content-security-policy", policy.to_owned()),
                ("referrer-policy", "no-referrer".to_owned()),
            ],
            body: page.into_bytes(),
        }
    }

    /// A status without a body, such as 204 and 304.
    pub fn empty(status: u16) -> Answer {
        Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    /// A redirect that a browser follows with GET.
    pub fn redirect(location: String) -> Answer {
        Answer { status: 302, headers: vec![("location", location)], body: Vec::new() }
    }

    /// A file to download.
    pub fn file(name: &str, bytes: Vec<u8>) -> Answer {
        let safe: String = name.chars().map(|c| if c == '"' || c.is_control() { '_' } else { c }).collect();
        Answer {
            status: 200,
            headers: vec![
                ("content-type", "application/x-download;charset=UTF-8".to_owned()),
                ("content-disposition", format!("attachment;filename=\"{safe}\"")),
            ],
            body: bytes,
        }
    }
}

/// An error in Zoho's shape.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status, where the problem is the whole answer.
    pub status: u16,
    /// Zoho's code, such as `INVALID_DATA`.
    pub code: &'static str,
    /// Zoho's message.
    pub message: String,
    /// What exactly.
    pub details: Box<Value>,
}

impl Problem {
    /// A problem with all its parts.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>, details: Value) -> Problem {
        Problem { status, code, message: message.into(), details: Box::new(details) }
    }

    /// The JSON of this problem.
    pub fn to_value(&self) -> Value {
        json!({"code": self.code, "details": *self.details, "message": self.message, "status": "error"})
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Answer {
        Answer::json(problem.status, &problem.to_value())
    }
}
