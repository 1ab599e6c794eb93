//! Bodies of `multipart/form-data`, built whole so that a request can be sent a second time.

use crate::host::Part;

/// A body and the content type that names its boundary.
pub struct Multipart {
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// Joins parts with a boundary that none of them contains.
pub fn build(parts: &[Part]) -> Multipart {
    let boundary = boundary_for(parts);
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.bytes.len() + 200).sum());
    for part in parts {
        bytes.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        bytes.extend_from_slice(head(part).as_bytes());
        bytes.extend_from_slice(&part.bytes);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Multipart { content_type: format!("multipart/form-data; boundary={boundary}"), bytes }
}

fn head(part: &Part) -> String {
    let mut head = format!("Content-Disposition: form-data; name=\"{}\"", escaped(&part.name));
    if let Some(file) = &part.file_name {
        head.push_str(&format!("; filename=\"{}\"", escaped(file)));
    }
    head.push_str("\r\n");
    let content_type = match (&part.content_type, &part.file_name) {
        (Some(named), _) => Some(named.replace(['\r', '\n'], " ")),
        (None, Some(_)) => Some("application/octet-stream".to_owned()),
        (None, None) => None,
    };
    if let Some(content_type) = content_type {
        head.push_str(&format!("Content-Type: {content_type}\r\n"));
    }
    head.push_str("\r\n");
    head
}

/// The escapes that browsers use, which also keep a name from breaking out of its header.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn boundary_for(parts: &[Part]) -> String {
    loop {
        let boundary = format!("----ararat{:032x}", rand::random::<u128>());
        let taken = |part: &Part| part.bytes.windows(boundary.len()).any(|window| window == boundary.as_bytes());
        if !parts.iter().any(taken) {
            return boundary;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_stand_in_order() {
        let parts = [
            Part { name: "a".into(), file_name: None, content_type: None, bytes: b"1".to_vec() },
            Part {
                name: "f\"\r\nX: y".into(),
                file_name: Some("n.txt".into()),
                content_type: None,
                bytes: b"2".to_vec(),
            },
        ];
        let built = build(&parts);
        let boundary = built.content_type.split_once("boundary=").expect("a boundary").1;
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"f%22%0D%0AX: y\"; filename=\"n.txt\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n2\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8(built.bytes).expect("text"), expected);
    }
}
