//! Mail as files: one RFC 5322 message in `.eml` form for each `sendmail`.

use crate::fault::Fault;
use crate::host::{Mail, Part, Reply};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes of base64 on one line.
const LINE: usize = 76;

/// Writes a mail into the outbox folder, named so that the order of sending is that of the names.
pub fn post(outbox: Option<&Path>, mail: &Mail, now: i64) -> Result<Reply, Fault> {
    static POSTED: AtomicU32 = AtomicU32::new(1);
    let Some(outbox) = outbox else {
        return Err(Fault::other("run.mail", "no mail can be sent: no outbox is configured")
            .help("write mail to files with `--outbox DIR`; sending over SMTP is not supported here yet"));
    };
    let number = POSTED.fetch_add(1, Ordering::Relaxed);
    let path = outbox.join(format!("{now}-{number:03}-{:08x}.eml", rand::random::<u32>()));
    let written = std::fs::create_dir_all(outbox).and_then(|()| std::fs::write(&path, message(mail, now)));
    written.map_err(|error| Fault::other("run.mail", format!("could not write {}: {error}", path.display())))?;
    Ok(Reply::Done)
}

/// The message as it would travel, recipients in blind copy included: an outbox is for reading.
pub fn message(mail: &Mail, now: i64) -> Vec<u8> {
    let mut out = String::new();
    header(&mut out, "Date", &date(now));
    address_header(&mut out, "From", std::slice::from_ref(&mail.from));
    address_header(&mut out, "To", &mail.to);
    address_header(&mut out, "Cc", &mail.cc);
    address_header(&mut out, "Bcc", &mail.bcc);
    address_header(&mut out, "Reply-To", &mail.reply_to);
    header(&mut out, "Subject", &encoded_word(&mail.subject));
    header(&mut out, "Message-ID", &format!("<{:032x}@ararat.local>", rand::random::<u128>()));
    header(&mut out, "MIME-Version", "1.0");
    let text_type = if mail.plain_text { "text/plain" } else { "text/html" };
    if mail.attachments.is_empty() {
        text_part(&mut out, text_type, &mail.message);
        return out.into_bytes();
    }
    let boundary = format!("=_ararat{:032x}", rand::random::<u128>());
    header(&mut out, "Content-Type", &format!("multipart/mixed; boundary=\"{boundary}\""));
    out.push_str(&format!("\r\n--{boundary}\r\n"));
    text_part(&mut out, text_type, &mail.message);
    for part in &mail.attachments {
        out.push_str(&format!("--{boundary}\r\n"));
        attachment(&mut out, part);
    }
    out.push_str(&format!("--{boundary}--\r\n"));
    out.into_bytes()
}

fn text_part(out: &mut String, text_type: &str, text: &str) {
    header(out, "Content-Type", &format!("{text_type}; charset=utf-8"));
    header(out, "Content-Transfer-Encoding", "base64");
    body(out, text.as_bytes());
}

fn attachment(out: &mut String, part: &Part) {
    let content_type = part.content_type.as_deref().unwrap_or("application/octet-stream");
    header(out, "Content-Type", content_type);
    header(out, "Content-Transfer-Encoding", "base64");
    let name = part.file_name.as_deref().unwrap_or(&part.name);
    let plain = name.chars().all(|c| c.is_ascii() && !c.is_control() && !matches!(c, '"' | '\\'));
    let file = if plain {
        format!("attachment; filename=\"{name}\"")
    } else {
        let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        format!("attachment; filename*=UTF-8''{encoded}")
    };
    header(out, "Content-Disposition", &file);
    body(out, &part.bytes);
}

fn body(out: &mut String, bytes: &[u8]) {
    out.push_str("\r\n");
    let encoded = STANDARD.encode(bytes);
    for line in encoded.as_bytes().chunks(LINE) {
        out.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        out.push_str("\r\n");
    }
}

fn address_header(out: &mut String, name: &str, addresses: &[String]) {
    let written: Vec<String> = addresses.iter().filter(|address| !address.is_empty()).map(|a| address(a)).collect();
    if !written.is_empty() {
        header(out, name, &written.join(",\r\n "));
    }
}

/// `Name <a@b>` with the name encoded at need; a bare address stays as it is.
fn address(text: &str) -> String {
    match text.rsplit_once('<') {
        Some((name, rest)) if !name.trim().is_empty() => format!("{} <{}", encoded_word(name.trim()), clean(rest)),
        Some(_) | None => clean(text),
    }
}

/// A header cannot carry a line break of its own into the next header.
fn header(out: &mut String, name: &str, value: &str) {
    let value = value.replace("\r\n ", "\u{0}").replace(['\r', '\n'], " ").replace('\u{0}', "\r\n ");
    out.push_str(&format!("{name}: {value}\r\n"));
}

fn clean(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], " ").trim().to_owned()
}

/// RFC 2047 for text beyond ASCII, in words of at most 45 bytes each.
fn encoded_word(text: &str) -> String {
    let text = clean(text);
    if text.is_ascii() && !text.contains("=?") {
        return text;
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > 45 {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let encoded: Vec<String> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    encoded.join("\r\n ")
}

fn date(now: i64) -> String {
    let time = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
    rfc2822::to_string(&time.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_headers_and_parts() {
        let mail = Mail {
            from: "me@example.com".into(),
            to: vec!["Zoë <zoe@example.com>".into(), "b@example.com".into()],
            subject: "hi\r\nBcc: evil@example.com".into(),
            message: "<b>hello</b>".into(),
            attachments: vec![Part {
                name: "f".into(),
                file_name: Some("a\"b.txt".into()),
                content_type: Some("text/plain".into()),
                bytes: b"content".to_vec(),
            }],
            ..Mail::default()
        };
        let text = String::from_utf8(message(&mail, 0)).expect("ASCII");
        assert!(text.starts_with("Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n"), "{text}");
        assert!(text.contains("To: =?UTF-8?B?Wm/Dqw==?= <zoe@example.com>,\r\n b@example.com\r\n"), "{text}");
        assert!(text.contains("Subject: hi  Bcc: evil@example.com\r\n"), "{text}");
        assert!(!text.contains("\r\nBcc:"), "{text}");
        assert!(text.contains(&STANDARD.encode("<b>hello</b>")));
        assert!(text.contains("filename*=UTF-8''a%22b%2Etxt"));
        assert!(text.contains(&STANDARD.encode("content")));
    }
}
