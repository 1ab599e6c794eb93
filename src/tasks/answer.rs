//! Where in a reply the value of a task is.
//!
//! `answer = "data[0].details if data[0].status is success or data[0]"`: alternatives in order; a reply
//! that has none of them (an error, mostly) is the value as a whole, as scripts test for its `code`.

use super::bind::Bound;
use super::labels;
use super::reply;
use super::template::{Hole, Table, json_text};
use crate::fault::Fault;
use crate::host::Response;
use crate::value::{List, Map, Settings, Text, Value, convert};

/// How a reply becomes a value.
#[derive(Debug)]
pub struct Answer {
    shape: Shape,
    /// The value of a reply without a body.
    empty: Option<toml::Value>,
    /// What a success says in place of the service's own words (`crm.set`), or parts of those under other names:
    /// `{ groups = "{reply.userGroups.groups}" }`.
    response: Option<Table>,
}

#[derive(Debug)]
enum Shape {
    /// The body, or the first of these that it has.
    Body(Vec<Choice>),
    /// `{"status_code": 200, "response": "<the body's text>"}`.
    Envelope,
    /// Records of version 1, whose fields stand under their labels.
    Labels,
}

#[derive(Debug)]
struct Choice {
    path: Path,
    condition: Option<(Path, String)>,
}

/// What holes in `response` call the reply's body.
pub const REPLY: &str = "reply";

/// A way into a value: `data[0].details`.
#[derive(Debug)]
pub struct Path(Vec<Step>);

#[derive(Debug)]
enum Step {
    Key(String),
    Index(usize),
}

impl Path {
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        for piece in text.split('.') {
            let (key, indices) = piece.split_once('[').map_or((piece, ""), |(key, _)| (key, &piece[key.len()..]));
            if key.is_empty() {
                return Err(format!("expected a key in `{text}`"));
            }
            steps.push(Step::Key(key.to_owned()));
            for index in indices.split('[').skip(1) {
                let number = index.strip_suffix(']').and_then(|digits| digits.parse().ok());
                steps.push(Step::Index(number.ok_or_else(|| format!("expected `[0]` in `{text}`"))?));
            }
        }
        Ok(Self(steps))
    }

    /// The value at the end of the way; none where a step leads nowhere.
    pub fn walk(&self, value: &Value) -> Option<Value> {
        let mut value = value.clone();
        for step in &self.0 {
            value = match (step, &value) {
                (Step::Key(key), Value::Map(map)) => map.get_str(key)?,
                (Step::Index(index), _) => value.as_list()?.get(*index)?,
                (Step::Key(_), _) => return None,
            };
        }
        Some(value)
    }
}

impl Answer {
    pub fn read(
        text: Option<&str>,
        empty: Option<toml::Value>,
        response: Option<&toml::Table>,
    ) -> Result<Self, String> {
        let shape = match text {
            None => Shape::Body(Vec::new()),
            Some("envelope") => Shape::Envelope,
            Some("labels") => Shape::Labels,
            Some(text) => Shape::Body(text.split(" or ").map(Choice::parse).collect::<Result<_, _>>()?),
        };
        Ok(Self { shape, empty, response: response.map(Table::parse).transpose()? })
    }

    pub fn holes<'a>(&'a self, out: &mut Vec<&'a Hole>) {
        self.response.iter().for_each(|table| table.holes(out));
    }
}

impl Choice {
    fn parse(text: &str) -> Result<Self, String> {
        let (path, condition) = match text.trim().split_once(" if ") {
            Some((path, condition)) => {
                let (place, word) = condition.split_once(" is ").ok_or("expected `path if path is word`")?;
                (path, Some((Path::parse(place.trim())?, word.trim().to_owned())))
            }
            None => (text.trim(), None),
        };
        Ok(Self { path: Path::parse(path)?, condition })
    }

    fn take(&self, body: &Value) -> Option<Value> {
        let holds = self
            .condition
            .as_ref()
            .is_none_or(|(place, word)| place.walk(body).is_some_and(|found| is_word(&found, word)));
        holds.then(|| self.path.walk(body)).flatten()
    }
}

/// Whether a value is a word, in any case; numbers and booleans count as their text.
pub fn is_word(value: &Value, word: &str) -> bool {
    let text = convert::to_text(value, &Settings::default());
    text.is_ok_and(|text| text.eq_ignore_ascii_case(word))
}

/// The value of a reply.
pub fn read(answer: &Answer, response: &Response, bound: &mut Bound) -> Result<Value, Fault> {
    let body = match (&answer.empty, response.body.is_empty()) {
        (Some(empty), true) => return Ok(constant(empty)),
        _ => reply::value(response, reply::Wish::Automatic)?,
    };
    match &answer.shape {
        Shape::Body(choices) if choices.is_empty() => renamed(answer, body, bound),
        Shape::Body(choices) => Ok(choices.iter().find_map(|choice| choice.take(&body)).unwrap_or(body)),
        Shape::Envelope => envelope(answer, response, bound),
        Shape::Labels => Ok(labels::read(&body).unwrap_or(body)),
    }
}

/// Parts of the body under the names that the task gives them; the body, where it has none of them.
fn renamed(answer: &Answer, body: Value, bound: &mut Bound) -> Result<Value, Fault> {
    let Some(table) = &answer.response else { return Ok(body) };
    bound.add(REPLY, body.clone());
    let map: Map = table.fill(bound)?.into_iter().collect();
    Ok(if map.is_empty() { body } else { Value::Map(map) })
}

fn envelope(answer: &Answer, response: &Response, bound: &Bound) -> Result<Value, Fault> {
    let text = match &answer.response {
        Some(table) if (200..300).contains(&response.status) => {
            let map: Map = table.fill(bound)?.into_iter().collect();
            json_text(&Value::Map(map), bound.settings)?
        }
        _ => reply::text(response, None),
    };
    let map = Map::new();
    map.put_str("status_code", Value::Int(response.status.into()));
    map.put_str("response", Value::Text(text.into()));
    Ok(Value::Map(map))
}

fn constant(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::text(text),
        toml::Value::Integer(number) => Value::Int(*number),
        toml::Value::Boolean(flag) => Value::Bool(*flag),
        toml::Value::Array(items) => Value::List(List::from_json(items.iter().map(constant).collect())),
        toml::Value::Table(table) => {
            Value::Map(table.iter().map(|(key, value)| (Text::new(key), constant(value))).collect())
        }
        toml::Value::Float(number) => Value::Float(*number),
        toml::Value::Datetime(date) => Value::text(&date.to_string()),
    }
}
