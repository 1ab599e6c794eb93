//! `sendsms [ … ]` (`deluge/help/send-sms`): a text message for the host.

use super::entries::Entries;
use crate::fault::Fault;
use crate::host::{Ask, Host, Sms};
use crate::value::{Settings, Value, convert};

/// Carries out the block; it has no value.
pub fn perform(entries: &Entries, settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    let sms = Sms {
        from: entries.text("from", settings)?,
        to: numbers(&entries.value("to"), settings)?,
        message: convert::to_text(&entries.value("message"), settings)?.to_string(),
        connection: entries.text("connection", settings)?,
    };
    host.ask(Ask::Sms(sms))?;
    Ok(Value::Null)
}

/// The numbers: one, comma-separated text, a list or a collection. `+9199…` without quotes is a number.
fn numbers(value: &Value, settings: &Settings) -> Result<Vec<String>, Fault> {
    let numbers: Vec<String> = match convert::to_list(value) {
        Some(list) => {
            let texts = list.snapshot();
            texts
                .iter()
                .map(|item| Ok(number(&convert::to_text(item, settings)?, item)))
                .collect::<Result<_, Fault>>()?
        }
        None if value.number().is_some() => vec![number(&convert::to_text(value, settings)?, value)],
        None => Vec::new(),
    };
    let numbers: Vec<String> = numbers.into_iter().filter(|number| !number.is_empty()).collect();
    if numbers.is_empty() {
        return Err(Fault::other("run.mail", format!("`to` expects phone numbers, found {}", value.kind().name())));
    }
    Ok(numbers)
}

fn number(text: &str, value: &Value) -> String {
    if value.number().is_some() { format!("+{text}") } else { text.trim().to_owned() }
}
