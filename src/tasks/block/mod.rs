//! Blocks: `invokeurl [ … ]`, `sendmail [ … ]` and their like: entries of key and value in, one effect out.
//!
//! Which keys a block knows and needs is one table, [`KEYS`], used when a script is checked and again
//! when it runs. Each block has its file.

mod entries;
pub(super) mod invoke_api;
pub(super) mod invoke_url;
pub(super) mod payload;
mod send_mail;
mod send_sms;

use crate::fault::Fault;
use crate::host::Host;
use crate::value::{Settings, Value};
use entries::Entries;

/// Which block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    InvokeUrl,
    InvokeApi,
    SendMail,
    SendSms,
    Ftp,
    Sftp,
}

/// What stands behind a key.
pub enum EntryValue {
    Value(Value),
    /// A bare word: `type : GET`, `content type : Plain Text`.
    Word(String),
    /// `to : a, b`.
    Values(Vec<Value>),
    /// `attachments : file : f, file : g`, with the word before each value.
    Attachments(Vec<(String, Value)>),
}

/// Carries out a block; keys are in lower case.
///
/// # Errors
/// Missing or unusable entries, and whatever the host reports.
pub fn perform(
    kind: BlockKind,
    entries: &[(String, EntryValue)],
    settings: &Settings,
    host: &mut dyn Host,
) -> Result<Value, Fault> {
    let entries = Entries(entries);
    if let Some(problem) = missing(kind, &|key| entries.has(key)) {
        return Err(Fault::other(kind.fault_kind(), problem));
    }
    match kind {
        BlockKind::InvokeUrl => invoke_url::perform(&entries, settings, host),
        BlockKind::InvokeApi => invoke_api::perform(&entries, settings, host),
        BlockKind::SendMail => send_mail::perform(&entries, settings, host),
        BlockKind::SendSms => send_sms::perform(&entries, settings, host),
        BlockKind::Ftp | BlockKind::Sftp => Err(Fault::unsupported(format!("`{}`", kind.word()))),
    }
}

struct Keys {
    needed: &'static [&'static str],
    others: &'static [&'static str],
}

/// The keys of each block.
const KEYS: [(BlockKind, Keys); 6] = [
    (
        BlockKind::InvokeUrl,
        Keys {
            needed: &["url"],
            others: &[
                "type",
                "headers",
                "content-type",
                "parameters",
                "body",
                "files",
                "connection",
                "detailed",
                "response-format",
                "response-decoding",
                "useraccess",
            ],
        },
    ),
    (
        BlockKind::InvokeApi,
        Keys {
            needed: &["service", "path"],
            others: &["type", "parameters", "body", "headers", "connection", "response-format", "response-decoding"],
        },
    ),
    (
        BlockKind::SendMail,
        Keys {
            needed: &["from", "to", "subject", "message"],
            others: &["cc", "bcc", "reply to", "content type", "attachments"],
        },
    ),
    (BlockKind::SendSms, Keys { needed: &["to", "message"], others: &["from", "connection"] }),
    (BlockKind::Ftp, Keys { needed: FILE_TRANSFER, others: &["port", "path", "connection"] }),
    (BlockKind::Sftp, Keys { needed: FILE_TRANSFER, others: &["port", "path", "connection"] }),
];

const FILE_TRANSFER: &[&str] = &["action", "host", "files"];

/// Finds missing, unknown and clashing keys, for the checker: the kind and the message of each.
pub fn check_keys(kind: BlockKind, keys: &[&str]) -> Vec<(&'static str, String)> {
    let given: Vec<String> = keys.iter().map(|key| key.to_ascii_lowercase()).collect();
    let has = |key: &str| given.iter().any(|known| known == key);
    let mut problems: Vec<_> = missing(kind, &has).into_iter().map(|message| (kind.save_kind(), message)).collect();
    let known = kind.keys();
    for (key, written) in given.iter().zip(keys) {
        if !known.needed.contains(&key.as_str()) && !known.others.contains(&key.as_str()) {
            let names: Vec<_> = known.needed.iter().chain(known.others).map(|name| format!("`{name}`")).collect();
            let message = format!("{} has no key `{written}`: expected one of {}", kind.word(), names.join(", "));
            problems.push((kind.save_kind(), message));
        }
    }
    if kind == BlockKind::InvokeUrl && has("body") && has("parameters") {
        problems.push((kind.save_kind(), CLASH.to_owned()));
    }
    problems
}

/// `body` is the newer name of what `parameters` is without it; the page rules out both together.
const CLASH: &str = "`body` and `parameters` do not go together in invokeurl: put the query into the URL";

/// The message for the first needed key that is not there; wordings of `deluge/help/error-messages`.
fn missing(kind: BlockKind, has: &dyn Fn(&str) -> bool) -> Option<String> {
    let key = kind.keys().needed.iter().find(|key| !has(key))?;
    Some(match (kind, *key) {
        (BlockKind::SendMail, "message") => "Error at 'SUBJECT' or 'MESSAGE' field".to_owned(),
        (BlockKind::SendMail, key) => format!("'{}' message is missing for sendmail task", key.to_ascii_uppercase()),
        (BlockKind::SendSms, "message") => "'MESSAGE' is missing for sendsms task".to_owned(),
        (BlockKind::SendSms, key) => format!("'{}' message is missing for sendsms task", key.to_ascii_uppercase()),
        (BlockKind::InvokeUrl | BlockKind::InvokeApi | BlockKind::Ftp | BlockKind::Sftp, key) => {
            format!("{} needs the key `{key}`", kind.word())
        }
    })
}

impl BlockKind {
    /// The keyword in lower case.
    pub fn word(self) -> &'static str {
        match self {
            BlockKind::InvokeUrl => "invokeurl",
            BlockKind::InvokeApi => "invokeapi",
            BlockKind::SendMail => "sendmail",
            BlockKind::SendSms => "sendsms",
            BlockKind::Ftp => "ftp",
            BlockKind::Sftp => "sftp",
        }
    }

    fn keys(self) -> &'static Keys {
        const NONE: Keys = Keys { needed: &[], others: &[] };
        static TABLE: [(BlockKind, Keys); 6] = KEYS;
        TABLE.iter().find(|(kind, _)| *kind == self).map_or(&NONE, |(_, keys)| keys)
    }

    fn save_kind(self) -> &'static str {
        match self {
            BlockKind::SendMail => "save.mail",
            BlockKind::SendSms => "save.sms",
            BlockKind::InvokeUrl | BlockKind::InvokeApi | BlockKind::Ftp | BlockKind::Sftp => "save.key",
        }
    }

    fn fault_kind(self) -> &'static str {
        match self {
            BlockKind::SendMail | BlockKind::SendSms => "run.mail",
            BlockKind::InvokeUrl | BlockKind::InvokeApi | BlockKind::Ftp | BlockKind::Sftp => "run.value",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_keys_are_said_in_the_documented_words() {
        let first = |kind, keys: &[&str]| check_keys(kind, keys).remove(0);
        let mail = |keys: &[&str]| first(BlockKind::SendMail, keys);
        assert_eq!(mail(&["to"]), ("save.mail", "'FROM' message is missing for sendmail task".to_owned()));
        assert_eq!(mail(&["From", "to"]).1, "'SUBJECT' message is missing for sendmail task");
        assert_eq!(mail(&["from", "to", "subject"]).1, "Error at 'SUBJECT' or 'MESSAGE' field");
        let sms = first(BlockKind::SendSms, &["to"]);
        assert_eq!(sms, ("save.sms", "'MESSAGE' is missing for sendsms task".to_owned()));
        assert_eq!(first(BlockKind::InvokeUrl, &["type"]), ("save.key", "invokeurl needs the key `url`".to_owned()));
    }

    #[test]
    fn unknown_and_clashing_keys_are_named() {
        let problems = check_keys(BlockKind::InvokeUrl, &["URL", "timeout", "body", "parameters"]);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].1.starts_with("invokeurl has no key `timeout`: expected one of `url`, `type`"));
        assert_eq!(problems[1].1, CLASH);
        assert!(check_keys(BlockKind::SendMail, &["from", "to", "subject", "message", "reply to"]).is_empty());
    }
}
