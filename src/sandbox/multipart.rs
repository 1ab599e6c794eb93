//! Fields and files in a `multipart/form-data` body, read by hand: bodies are in memory already.

use super::exchange::Call;

/// A file that was sent.
pub struct File {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The file in the field of this name; the first file at all where no field has it.
pub fn file(call: &Call, field: &str) -> Option<File> {
    let boundary = boundary(call.header("content-type")?)?;
    let parts = parts(&call.body, &boundary).into_iter().filter_map(part);
    let mut files: Vec<(String, File)> =
        parts.filter_map(|part| Some((part.field, File { name: part.file?, bytes: part.bytes }))).collect();
    let at = files.iter().position(|(name, _)| name == field).or((!files.is_empty()).then_some(0))?;
    Some(files.swap_remove(at).1)
}

/// The fields that are no files, by name.
pub fn fields(call: &Call) -> Vec<(String, String)> {
    let Some(boundary) = call.header("content-type").and_then(boundary) else { return Vec::new() };
    let parts = parts(&call.body, &boundary).into_iter().filter_map(part).filter(|part| part.file.is_none());
    parts.map(|part| (part.field, String::from_utf8_lossy(&part.bytes).into_owned())).collect()
}

fn boundary(kind: &str) -> Option<String> {
    let (name, parameters) = kind.split_once(';')?;
    if !name.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    Some(value.trim_matches('"').to_owned())
}

/// The parts between the boundaries, head and content together.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mark = format!("--{boundary}");
    let starts = positions(body, mark.as_bytes());
    starts
        .windows(2)
        .filter_map(|pair| {
            let inside = body.get(pair[0] + mark.len()..pair[1])?;
            let inside = inside.strip_prefix(b"\r\n")?;
            inside.strip_suffix(b"\r\n")
        })
        .collect()
}

/// Where a run of bytes stands at the beginning of a line.
fn positions(body: &[u8], mark: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = body.get(at..).and_then(|rest| rest.windows(mark.len()).position(|part| part == mark)) {
        let place = at + next;
        if place == 0 || body[..place].ends_with(b"\r\n") {
            found.push(place);
        }
        at = place + mark.len();
    }
    found
}

/// A part: its field, the file's name where it is one, its content.
struct Part {
    field: String,
    file: Option<String>,
    bytes: Vec<u8>,
}

fn part(bytes: &[u8]) -> Option<Part> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let field = parameter(line, "name").unwrap_or_default();
    Some(Part { field, file: parameter(line, "filename"), bytes: bytes[end + 4..].to_vec() })
}

/// `name="value"` of a header line.
fn parameter(line: &str, name: &str) -> Option<String> {
    let start = line.find(&format!("; {name}=\"")).map(|at| at + name.len() + 4)?;
    let rest = &line[start..];
    Some(rest[..rest.find('"')?].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use axum::http::{HeaderMap, HeaderValue, Method};

    fn call(body: &'static [u8]) -> Call {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("multipart/form-data; boundary=\"x1\""));
        Call::new(Method::POST, "/", "", headers, Bytes::from_static(body))
    }

    #[test]
    fn a_file_keeps_its_bytes() {
        let body = b"--x1\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n--x1\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: x/y\r\n\r\n\
            \x00\r\n--x\r\n\r\n\xff\r\n--x1--\r\n";
        let file = file(&call(body), "file").expect("a file");
        assert_eq!(fields(&call(body)), [("note".to_owned(), "hi".to_owned())]);
        assert_eq!(file.name, "a.bin");
        assert_eq!(file.bytes, b"\x00\r\n--x\r\n\r\n\xff");
    }

    #[test]
    fn broken_bodies_hold_no_file() {
        for body in [&b""[..], b"--x1", b"--x1\r\n--x1--", b"--x1\r\nContent-Disposition: form-data\r\n\r\n"] {
            assert!(file(&call(body), "file").is_none());
        }
    }
}
