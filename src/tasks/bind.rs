//! Arguments of a call, put under the names of the row's parameters.
//!
//! Arguments are positional. A trailing text where a map or a number is expected is the connection:
//! scripts leave out the optional arguments before it. That rule is inferred; the pages ask for fillers.

use super::kind::ParamKind;
use super::row::{Param, Task};
use crate::fault::{Fault, FaultKind};
use crate::value::{Settings, Value};

/// A call's arguments by parameter name, and what look-ups have found.
pub struct Bound<'a> {
    pub task: &'a Task,
    pub settings: &'a Settings,
    values: Vec<Value>,
    found: Vec<(String, Value)>,
}

/// The name of the parameter that holds a connection's link name.
pub const CONNECTION: &str = "connection";

/// Matches arguments to parameters and converts them to the kinds declared.
///
/// # Errors
/// A wrong number of arguments, or one that is of no declared kind.
pub fn bind<'a>(task: &'a Task, args: &[Value], settings: &'a Settings) -> Result<Bound<'a>, Fault> {
    let (least, most) = task.arity();
    if args.len() < least || args.len() > most {
        return Err(wrong_count(task));
    }
    let params = task.params();
    let mut values = vec![Value::Null; params.len()];
    let early = early_connection(params, args);
    let positional = if early.is_some() { args.len() - 1 } else { args.len() };
    for (index, param) in params.iter().enumerate() {
        let given = args[..positional].get(index).unwrap_or(&Value::Null);
        let given = match &early {
            Some(link) if param.name == CONNECTION => link,
            _ => given,
        };
        values[index] = take(task, param, index, given, settings)?;
    }
    Ok(Bound { task, settings, values, found: Vec::new() })
}

fn wrong_count(task: &Task) -> Fault {
    Fault::other("run.function", format!("Number of Arguments mismatches for the task {}", task.name()))
        .help(format!("it is `{}`", task.signature()))
}

/// The last argument, where it is a link name standing before the connection's own place.
fn early_connection(params: &[Param], args: &[Value]) -> Option<Value> {
    let last = args.len().checked_sub(1)?;
    let is_early = params.get(last)?.name != CONNECTION && may_be_link(params, last);
    (is_early && is_link_name(args[last].as_text()?)).then(|| args[last].clone())
}

/// Whether a text in the last place of a call is the link name of a connection.
pub fn may_be_link(params: &[Param], last: usize) -> bool {
    let Some(place) = params.iter().position(|param| param.name == CONNECTION) else { return false };
    let Some(param) = params.get(last) else { return false };
    last == place || (param.optional && last < place && !param.kinds.iter().any(|kind| takes_word(*kind)))
}

fn takes_word(kind: ParamKind) -> bool {
    match kind {
        ParamKind::Text | ParamKind::Id | ParamKind::Any => true,
        ParamKind::Number | ParamKind::Bool | ParamKind::Map | ParamKind::List | ParamKind::File => false,
    }
}

/// Link names are a letter, then letters, digits and underscores (`deluge/help/connections`).
fn is_link_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-')
        && !matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "null")
}

fn take(task: &Task, param: &Param, index: usize, given: &Value, settings: &Settings) -> Result<Value, Fault> {
    let is_filler = param.optional && given.as_text().is_some_and(|text| text.is_empty());
    if given.is_null() || is_filler {
        return match &param.default {
            Some(default) => Ok(default_value(default)),
            None if param.optional => Ok(Value::Null),
            None => Err(Fault::other("run.null", null_message(task, param))),
        };
    }
    param.kinds.iter().find_map(|kind| kind.take(given, settings)).ok_or_else(|| {
        let required = param.kinds.first().map_or("ANY", |kind| kind.message_name());
        let kind = FaultKind::Incompatible { index: index + 1, required, found: given.kind().name() };
        Fault::new(kind).help(format!("`{}` of `{}`", param.name, task.signature()))
    })
}

fn null_message(task: &Task, param: &Param) -> String {
    let kinds: Vec<_> = param.kinds.iter().map(|kind| kind.word()).collect();
    format!("expected {} for `{}` of {}, found null", kinds.join(" or "), param.name, task.name())
}

fn default_value(default: &str) -> Value {
    match default.parse::<i64>() {
        Ok(number) => Value::Int(number),
        Err(_) => default.parse::<bool>().map_or_else(|_| Value::text(default), Value::Bool),
    }
}

impl Bound<'_> {
    /// The value under a name; null where it was left out.
    pub fn get(&self, name: &str) -> Value {
        let place = self.task.params().iter().position(|param| param.name == name);
        let value = place.and_then(|at| self.values.get(at));
        value
            .or_else(|| self.found.iter().find(|(known, _)| known == name).map(|(_, value)| value))
            .cloned()
            .unwrap_or(Value::Null)
    }

    /// Adds what a look-up has found.
    pub fn add(&mut self, name: &str, value: Value) {
        self.found.push((name.to_owned(), value));
    }

    /// The link name, if the call has one.
    pub fn connection(&self) -> Option<String> {
        match self.get(CONNECTION) {
            Value::Text(link) if !link.trim().is_empty() => Some(link.trim().to_owned()),
            _ => None,
        }
    }
}
