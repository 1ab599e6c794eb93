//! `sendmail` as a message of RFC 5322: what goes to a server, and what an outbox keeps.

use crate::host::{Mail, Part};
use lettre::Message;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use std::time::{Duration, SystemTime};

/// Zoho's words for an address that is none (`deluge/help/error-messages`).
const INVALID: &str = "Invalid email address found";

/// Where a message goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To its recipients: none sees who gets a blind copy.
    Travel,
    /// To a person who reads what was sent: blind copies are named.
    Reading,
}

/// The message of a `sendmail`, dated `now` (milliseconds since the epoch).
///
/// # Errors
/// An address that is none, in Zoho's words.
pub fn message(mail: &Mail, now: i64, purpose: Purpose) -> Result<Message, String> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(now.max(0).unsigned_abs());
    let id = format!("<{:032x}@ararat.local>", rand::random::<u128>());
    let mut builder = Message::builder().date(time).message_id(Some(id)).subject(one_line(&mail.subject));
    builder = builder.from(mailbox(&mail.from)?);
    for to in &mail.to {
        builder = builder.to(mailbox(to)?);
    }
    for cc in &mail.cc {
        builder = builder.cc(mailbox(cc)?);
    }
    for bcc in &mail.bcc {
        builder = builder.bcc(mailbox(bcc)?);
    }
    for reply_to in &mail.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    if purpose == Purpose::Reading {
        builder = builder.keep_bcc();
    }
    let text = text(mail);
    let built = match mail.attachments.as_slice() {
        [] => builder.singlepart(text),
        files => {
            let whole = MultiPart::mixed().singlepart(text);
            builder.multipart(files.iter().fold(whole, |whole, part| whole.singlepart(attachment(part))))
        }
    };
    built.map_err(|error| error.to_string())
}

fn mailbox(address: &str) -> Result<Mailbox, String> {
    one_line(address).trim().parse().map_err(|_| format!("{INVALID}: `{}`", address.escape_debug()))
}

fn text(mail: &Mail) -> SinglePart {
    if mail.plain_text { SinglePart::plain(mail.message.clone()) } else { SinglePart::html(mail.message.clone()) }
}

fn attachment(part: &Part) -> SinglePart {
    let content_type = part.content_type.as_deref().and_then(|kind| ContentType::parse(kind).ok());
    let content_type = content_type.or_else(|| ContentType::parse("application/octet-stream").ok());
    let name = one_line(part.file_name.as_deref().unwrap_or(&part.name));
    Attachment::new(name).body(part.bytes.clone(), content_type.unwrap_or(ContentType::TEXT_PLAIN))
}

/// A header cannot carry a line break of its own into the next header.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        Mail {
            from: "me@example.com".into(),
            to: vec!["Zoë <zoe@example.com>".into(), "\"Boyle, P\" <b@example.com>".into()],
            bcc: vec!["hidden@example.com".into()],
            reply_to: vec!["r1@example.com".into(), "r2@example.com".into()],
            subject: "hi\r\nBcc: evil@example.com".into(),
            message: "<b>hello</b>".into(),
            ..Mail::default()
        }
    }

    fn written(mail: &Mail, purpose: Purpose) -> String {
        let bytes = message(mail, 0, purpose).expect("a message").formatted();
        String::from_utf8(bytes).expect("ASCII").replace("\r\n ", " ")
    }

    #[test]
    fn a_message_has_its_headers_and_no_more() {
        let text = written(&mail(), Purpose::Travel);
        assert!(text.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"), "{text}");
        assert!(
            text.contains("To: =?utf-8?b?Wm/Dqw==?= <zoe@example.com>, =?utf-8?b?Qm95bGUsIFA=?= <b@example.com>\r\n"),
            "{text}"
        );
        assert!(text.contains("Reply-To: r1@example.com, r2@example.com\r\n"), "{text}");
        assert!(text.contains("Subject: hi  Bcc: evil@example.com\r\n"), "{text}");
        assert!(text.contains("Content-Type: text/html; charset=utf-8\r\n"), "{text}");
        assert!(text.trim_end().ends_with("\r\n\r\n<b>hello</b>"), "{text}");
        assert!(!text.contains("\r\nBcc:"), "{text}");
        assert!(written(&mail(), Purpose::Reading).contains("\r\nBcc: hidden@example.com\r\n"));
        let plain = Mail { plain_text: true, ..mail() };
        assert!(written(&plain, Purpose::Travel).contains("Content-Type: text/plain; charset=utf-8\r\n"));
    }

    #[test]
    fn files_are_attached_under_their_names() {
        let part = Part {
            name: "f".into(),
            file_name: Some("über\r\n.pdf".into()),
            content_type: Some("application/pdf".into()),
            bytes: vec![0, 159, 146, 150],
        };
        let text = written(&Mail { attachments: vec![part], ..mail() }, Purpose::Travel);
        assert!(text.contains("Content-Type: multipart/mixed; boundary="), "{text}");
        assert!(text.contains("Content-Type: application/pdf\r\n") && text.contains("AJ+Slg=="), "{text}");
        assert!(text.contains("attachment; filename*0*=utf-8''%C3%BCber%20%20.pdf\r\n"), "{text}");
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        let mail = Mail { cc: vec!["nobody".into()], ..mail() };
        assert_eq!(message(&mail, 0, Purpose::Travel).expect_err("a refusal"), "Invalid email address found: `nobody`");
    }
}
