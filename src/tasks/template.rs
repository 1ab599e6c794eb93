//! The little language of rows: text with holes, and tables of such texts.
//!
//! `{module}` is an argument, `{options.trigger}` a key of one, `{module|lower}` a filtered one;
//! a group in square brackets vanishes when a hole in it has no value. A table's key `*` (or `*name`)
//! spreads a map over the table. An entry whose only hole has no value is left out.

use super::bind::Bound;
use super::kind;
use super::labels;
use crate::fault::Fault;
use crate::value::map::Pairs;
use crate::value::{List, Map, Settings, Text, Value, convert, json};

/// A place for an argument.
#[derive(Debug)]
pub struct Hole {
    pub param: String,
    keys: Vec<String>,
    filters: Vec<Filter>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// Lower case: Books calls its modules `invoices`, scripts `Invoices`.
    Lower,
    /// The JSON text of the value.
    Json,
    /// Nothing, if it is a text of nothing but blanks.
    Filled,
    /// Nothing, if it is a map or a list.
    Plain,
    /// Nothing, unless it is a map.
    Map,
    /// The text in a file; other values as they are.
    Content,
    /// A list: the value itself, or a list of it.
    List,
    /// A chat message: text becomes `{"text": …}`; files are no message.
    Message,
    /// The files in it; nothing, if there are none.
    Files,
    /// `<FL val="label">value</FL>` for each pair: version 1 of Zoho's APIs.
    Labels,
}

const FILTERS: &[(&str, Filter)] = &[
    ("lower", Filter::Lower),
    ("json", Filter::Json),
    ("filled", Filter::Filled),
    ("plain", Filter::Plain),
    ("map", Filter::Map),
    ("content", Filter::Content),
    ("list", Filter::List),
    ("message", Filter::Message),
    ("files", Filter::Files),
    ("labels", Filter::Labels),
];

#[derive(Debug)]
enum Piece {
    Literal(String),
    Hole(Hole),
    /// `[/{id}]`: left out as a whole when a hole in it has no value.
    Group(Vec<Piece>),
}

/// Text with holes.
#[derive(Debug)]
pub struct Line(Vec<Piece>);

/// A value with holes.
#[derive(Debug)]
pub enum Node {
    Constant(Constant),
    Hole(Hole),
    Line(Line),
    List(Vec<Node>),
    Table(Table),
}

#[derive(Debug)]
pub enum Constant {
    Bool(bool),
    Int(i64),
}

/// Named values with holes.
#[derive(Debug, Default)]
pub struct Table(Vec<(Key, Node)>);

#[derive(Debug)]
enum Key {
    Spread,
    Named(Line),
}

impl Hole {
    fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split('|').map(str::trim);
        let mut path = words.next().unwrap_or("").split('.').map(str::to_owned);
        let param = path.next().filter(|name| !name.is_empty()).ok_or("a hole `{}` names no parameter")?;
        let filters = words.map(|word| {
            let known = FILTERS.iter().find(|(name, _)| *name == word);
            known.map(|(_, filter)| *filter).ok_or_else(|| format!("no filter is called `{word}`"))
        });
        Ok(Self { param, keys: path.collect(), filters: filters.collect::<Result<_, _>>()? })
    }

    fn value(&self, bound: &Bound) -> Result<Option<Value>, Fault> {
        let mut value = bound.get(&self.param);
        for key in &self.keys {
            value = kind::map(&value).and_then(|map| map.get_str(key)).unwrap_or(Value::Null);
        }
        let mut value = Some(value).filter(|value| !value.is_null());
        for filter in &self.filters {
            value = match value {
                Some(value) => filter.apply(value, bound.settings)?,
                None => None,
            };
        }
        Ok(value)
    }
}

impl Filter {
    fn apply(self, value: Value, settings: &Settings) -> Result<Option<Value>, Fault> {
        Ok(match self {
            Filter::Lower => Some(owned(convert::to_text(&value, settings)?.to_lowercase())),
            Filter::Json => Some(owned(json_text(&value, settings)?)),
            Filter::Filled => Some(value).filter(|value| value.as_text().is_none_or(|text| !text.trim().is_empty())),
            Filter::Plain => kind::map(&value).is_none().then_some(value).filter(|value| value.as_list().is_none()),
            Filter::Map => kind::map(&value).map(Value::Map),
            Filter::Content => Some(match &value {
                Value::File(file) => owned(String::from_utf8_lossy(&file.borrow().bytes).into_owned()),
                _ => value,
            }),
            Filter::List => Some(Value::List(kind::list(&value).unwrap_or_else(|| List::from_vec(vec![value])))),
            Filter::Message => match &value {
                Value::Text(_) => Some(Value::Map(Map::from_iter([(Text::new("text"), value)]))),
                Value::File(_) => None,
                _ => Some(value),
            },
            Filter::Files => Some(value).filter(|value| !files(value).is_empty()),
            Filter::Labels => Some(owned(labels::write(&value, settings)?)),
        })
    }
}

/// The files that a value is or holds.
pub fn files(value: &Value) -> Vec<crate::value::File> {
    let of = |value: &Value| match value {
        Value::File(file) => Some(file.clone()),
        _ => None,
    };
    match value.as_list() {
        Some(list) => list.borrow().iter().filter_map(of).collect(),
        None => of(value).into_iter().collect(),
    }
}

fn owned(text: String) -> Value {
    Value::Text(text.into())
}

/// The JSON text of a value.
pub fn json_text(value: &Value, settings: &Settings) -> Result<String, Fault> {
    let mut text = String::new();
    json::write(value, settings, &mut text)?;
    Ok(text)
}

/// The text of a value in a query, a form field or a header: containers as JSON.
pub fn field_text(value: &Value, settings: &Settings) -> Result<String, Fault> {
    match value {
        Value::List(_) | Value::Map(_) | Value::Collection(_) => json_text(value, settings),
        _ => Ok(convert::to_text(value, settings)?.as_str().to_owned()),
    }
}

impl Line {
    /// Reads `text {hole} [group {hole}]`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (pieces, rest) = parse_pieces(text, false)?;
        if rest.is_empty() { Ok(Self(pieces)) } else { Err(format!("`]` without `[` in `{text}`")) }
    }

    /// The text, with every hole's value passed through `encode`; none when the only hole has no value.
    pub fn fill(&self, bound: &Bound, encode: Encode) -> Result<Option<String>, Fault> {
        let mut out = String::new();
        let complete = fill_pieces(&self.0, bound, encode, &mut out)?;
        Ok((complete || self.0.len() > 1).then_some(out))
    }

    /// The text, with values as they are.
    pub fn plain(&self, bound: &Bound) -> Result<Option<String>, Fault> {
        self.fill(bound, &|value| Ok(value.to_owned()))
    }

    pub fn holes<'a>(&'a self, out: &mut Vec<&'a Hole>) {
        holes_of(&self.0, out);
    }
}

fn parse_pieces(text: &str, in_group: bool) -> Result<(Vec<Piece>, &str), String> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let at = rest.find(['{', '[', ']']).unwrap_or(rest.len());
        if at > 0 {
            pieces.push(Piece::Literal(rest[..at].to_owned()));
        }
        rest = &rest[at..];
        if let Some(inner) = rest.strip_prefix('{') {
            let (hole, after) = inner.split_once('}').ok_or_else(|| format!("expected `}}` in `{text}`"))?;
            pieces.push(Piece::Hole(Hole::parse(hole)?));
            rest = after;
        } else if let Some(inner) = rest.strip_prefix('[') {
            let (group, after) = parse_pieces(inner, true)?;
            rest = after.strip_prefix(']').ok_or_else(|| format!("expected `]` in `{text}`"))?;
            pieces.push(Piece::Group(group));
        } else if rest.starts_with(']') {
            return if in_group { Ok((pieces, rest)) } else { Err(format!("`]` without `[` in `{text}`")) };
        }
    }
    Ok((pieces, rest))
}

type Encode<'a> = &'a dyn Fn(&str) -> Result<String, Fault>;

/// Appends the pieces; tells whether every hole outside of groups had a value.
fn fill_pieces(pieces: &[Piece], bound: &Bound, encode: Encode, out: &mut String) -> Result<bool, Fault> {
    let mut complete = true;
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Hole(hole) => match hole.value(bound)? {
                Some(value) => out.push_str(&encode(&field_text(&value, bound.settings)?)?),
                None => complete = false,
            },
            Piece::Group(group) => {
                let before = out.len();
                if !fill_pieces(group, bound, encode, out)? {
                    out.truncate(before);
                }
            }
        }
    }
    Ok(complete)
}

fn holes_of<'a>(pieces: &'a [Piece], out: &mut Vec<&'a Hole>) {
    for piece in pieces {
        match piece {
            Piece::Literal(_) => {}
            Piece::Hole(hole) => out.push(hole),
            Piece::Group(group) => holes_of(group, out),
        }
    }
}

impl Node {
    /// Reads a TOML value; a text that is one hole keeps its argument's kind.
    pub fn parse(value: &toml::Value) -> Result<Self, String> {
        Ok(match value {
            toml::Value::String(text) => {
                let mut line = Line::parse(text)?;
                match line.0.as_slice() {
                    [Piece::Hole(_)] => match line.0.pop() {
                        Some(Piece::Hole(hole)) => Node::Hole(hole),
                        _ => Node::Line(line),
                    },
                    _ => Node::Line(line),
                }
            }
            toml::Value::Boolean(flag) => Node::Constant(Constant::Bool(*flag)),
            toml::Value::Integer(number) => Node::Constant(Constant::Int(*number)),
            toml::Value::Array(items) => Node::List(items.iter().map(Node::parse).collect::<Result<_, _>>()?),
            toml::Value::Table(table) => Node::Table(Table::parse(table)?),
            toml::Value::Float(_) | toml::Value::Datetime(_) => {
                return Err(format!("expected text, a number, a list or a table, found {}", value.type_str()));
            }
        })
    }

    /// The value; none when its only hole has none.
    pub fn fill(&self, bound: &Bound) -> Result<Option<Value>, Fault> {
        Ok(match self {
            Node::Constant(Constant::Bool(flag)) => Some(Value::Bool(*flag)),
            Node::Constant(Constant::Int(number)) => Some(Value::Int(*number)),
            Node::Hole(hole) => hole.value(bound)?,
            Node::Line(line) => line.plain(bound)?.map(owned),
            Node::List(nodes) => {
                let filled = nodes.iter().map(|node| node.fill(bound));
                let items: Vec<Value> = filled.filter_map(Result::transpose).collect::<Result<_, _>>()?;
                Some(Value::List(List::from_json(items)))
            }
            Node::Table(table) => Some(Value::Map(Map::from_pairs(table.fill(bound)?.into_iter().collect::<Pairs>()))),
        })
    }

    pub fn holes<'a>(&'a self, out: &mut Vec<&'a Hole>) {
        match self {
            Node::Constant(_) => {}
            Node::Hole(hole) => out.push(hole),
            Node::Line(line) => line.holes(out),
            Node::List(nodes) => nodes.iter().for_each(|node| node.holes(out)),
            Node::Table(table) => table.holes(out),
        }
    }
}

impl Table {
    pub fn parse(table: &toml::Table) -> Result<Self, String> {
        let entries = table.iter().map(|(key, value)| {
            let key = if key.starts_with('*') { Key::Spread } else { Key::Named(Line::parse(key)?) };
            Ok((key, Node::parse(value)?))
        });
        Ok(Self(entries.collect::<Result<_, String>>()?))
    }

    /// The entries that have a value, maps under `*` spread out.
    pub fn fill(&self, bound: &Bound) -> Result<Vec<(Text, Value)>, Fault> {
        let mut entries = Vec::new();
        for (key, node) in &self.0 {
            let Some(value) = node.fill(bound)? else { continue };
            match key {
                Key::Spread => spread(&value, &mut entries),
                Key::Named(line) => {
                    let name = line.plain(bound)?.unwrap_or_default();
                    entries.push((Text::from(name), value));
                }
            }
        }
        Ok(entries)
    }

    pub fn holes<'a>(&'a self, out: &mut Vec<&'a Hole>) {
        for (key, node) in &self.0 {
            if let Key::Named(line) = key {
                line.holes(out);
            }
            node.holes(out);
        }
    }
}

/// Adds a map's pairs, without the filler `{"":""}` and nulls; a text is read as a query (`a=1&b=2`).
fn spread(value: &Value, entries: &mut Vec<(Text, Value)>) {
    if let Some(map) = kind::map(value) {
        let pairs = map.snapshot();
        let real = pairs.iter().filter(|(key, value)| !key.is_empty() && !value.is_null());
        for (key, value) in real {
            entries.retain(|(name, _)| name != key);
            entries.push((key.clone(), value.clone()));
        }
    } else if let Some(text) = value.as_text() {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        entries.extend(pairs.map(|(key, value)| (Text::new(&key), Value::text(&value))));
    }
}
