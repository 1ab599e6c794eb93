//! `sendmail [ … ]` (`deluge/help/misc-statements/send-mail`): a checked message for the host.

use super::EntryValue;
use super::entries::Entries;
use crate::fault::Fault;
use crate::host::{Account, Ask, Host, Mail, Part};
use crate::tasks::request::file_part;
use crate::tasks::{send, template};
use crate::value::{Settings, Value, convert};

/// More than this in attachments, and the message goes out without any.
const MOST_ATTACHED: usize = 15 * 1024 * 1024;
const MOST_REPLY_TO: usize = 20;

const INVALID: &str = "Invalid email address found";
const FOREIGN_TO: &str = "In cases where From: address is not a zoho.adminuserid or zoho.loginuserid, the To: address \
                          can only be zoho.adminuserid and the sendmail task cannot have any CC: or BCC: address.";

/// Carries out the block; it has no value.
pub fn perform(entries: &Entries, settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let mail = Mail {
        from: sender(&entries.value("from"))?,
        to: addresses(entries, "to")?,
        cc: addresses(entries, "cc")?,
        bcc: addresses(entries, "bcc")?,
        reply_to: addresses(entries, "reply to")?,
        subject: convert::to_text(&entries.value("subject"), settings)?.to_string(),
        message: convert::to_text(&entries.value("message"), settings)?.to_string(),
        plain_text: is_plain(entries, settings)?,
        attachments: attachments(entries)?,
    };
    if mail.to.is_empty() {
        return Err(fault(INVALID));
    }
    if mail.reply_to.len() > MOST_REPLY_TO {
        return Err(fault(format!(
            "`reply to` takes at most {MOST_REPLY_TO} addresses, found {}",
            mail.reply_to.len()
        )));
    }
    check_sender(&mail, &send::account(host)?)?;
    host.ask(Ask::Mail(mail))?;
    Ok(Value::Null)
}

fn fault(message: impl Into<String>) -> Fault {
    Fault::other("run.mail", message)
}

fn sender(value: &Value) -> Result<String, Fault> {
    let address = value.as_text().map(|text| text.trim().to_owned());
    address.filter(|address| !address.is_empty()).ok_or_else(|| fault(INVALID))
}

/// The addresses of a key: comma-separated text, a list, or several values.
fn addresses(entries: &Entries, key: &str) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    match entries.entry(key) {
        None => {}
        Some(EntryValue::Values(values)) => values.iter().try_for_each(|value| add_addresses(value, &mut all))?,
        Some(EntryValue::Value(_) | EntryValue::Word(_) | EntryValue::Attachments(_)) => {
            add_addresses(&entries.value(key), &mut all)?;
        }
    }
    Ok(all)
}

fn add_addresses(value: &Value, all: &mut Vec<String>) -> Result<(), Fault> {
    match value {
        Value::Null => {}
        Value::Text(text) => {
            let pieces = split_addresses(text);
            all.extend(pieces.into_iter().filter(|piece| !piece.is_empty()));
        }
        _ => {
            let list = crate::tasks::kind::list(value).ok_or_else(|| fault(INVALID))?;
            list.snapshot().iter().try_for_each(|item| match item {
                Value::Null | Value::Text(_) => add_addresses(item, all),
                _ => Err(fault(INVALID)),
            })?;
        }
    }
    Ok(())
}

/// Splits at commas, but not inside quotes: `"Boyle, Patricia" <p@zylker.com>`.
fn split_addresses(text: &str) -> Vec<String> {
    let (mut pieces, mut quoted) = (vec![String::new()], false);
    for letter in text.chars() {
        quoted ^= letter == '"';
        match pieces.last_mut() {
            Some(last) if letter != ',' || quoted => last.push(letter),
            _ => pieces.push(String::new()),
        }
    }
    pieces.iter().map(|piece| piece.trim().to_owned()).collect()
}

/// A sender who is not the user may only write to the administrator. Nobody is known as the user in an
/// account without addresses, and nothing is refused then.
fn check_sender(mail: &Mail, account: &Account) -> Result<(), Fault> {
    let known = [&account.admin_user_id, &account.login_user_id];
    let is = |address: &str, id: &str| !id.is_empty() && bare(address).eq_ignore_ascii_case(id);
    if known.iter().all(|id| id.is_empty()) || known.iter().any(|id| is(&mail.from, id)) {
        return Ok(());
    }
    if !mail.to.iter().all(|to| is(to, &account.admin_user_id)) {
        return Err(fault(FOREIGN_TO));
    }
    for (word, addresses) in [("CC", &mail.cc), ("BCC", &mail.bcc)] {
        if !addresses.is_empty() {
            let reason = "From address is not zoho.adminuserid or zoho.loginuserid";
            return Err(fault(format!("Invalid {word}: {reason} so {word} address is not allowed")));
        }
    }
    Ok(())
}

/// The address in `Name <address>`.
fn bare(address: &str) -> &str {
    let inner = address.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(address, |(inner, _)| inner).trim()
}

fn is_plain(entries: &Entries, settings: &Settings) -> Result<bool, Fault> {
    match entries.text("content type", settings)?.map(|word| word.to_ascii_lowercase()) {
        None => Ok(false),
        Some(word) if word == "html" => Ok(false),
        Some(word) if word == "plain text" => Ok(true),
        Some(word) => Err(fault(format!("`content type` expects HTML or Plain Text, found `{word}`"))),
    }
}

fn attachments(entries: &Entries) -> Result<Vec<Part>, Fault> {
    let values = match entries.entry("attachments") {
        Some(EntryValue::Attachments(values)) => {
            if let Some((word, _)) = values.iter().find(|(word, _)| !word.eq_ignore_ascii_case("file")) {
                return Err(Fault::unsupported(format!("an attachment of the kind `{word}`")));
            }
            values.iter().map(|(_, value)| value.clone()).collect()
        }
        Some(EntryValue::Value(_) | EntryValue::Word(_) | EntryValue::Values(_)) => vec![entries.value("attachments")],
        None => Vec::new(),
    };
    let mut parts = Vec::new();
    for value in values.iter().filter(|value| !value.is_null()) {
        let files = template::files(value);
        if files.is_empty() && value.as_list().is_none_or(|list| !list.is_empty()) {
            return Err(fault(format!("`attachments` expects files, found {}", value.kind().name())));
        }
        parts.extend(files.iter().map(|file| file_part("file", file)));
    }
    let total: usize = parts.iter().map(|part| part.bytes.len()).sum();
    Ok(if total > MOST_ATTACHED { Vec::new() } else { parts })
}
