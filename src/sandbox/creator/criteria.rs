//! Conditions of Creator: `Nights > 2 && (Guest == "Ada" || Guest.startsWith("B"))`.

use super::forms::{Form, Kind};
use super::values;
use super::{Trouble, trouble};
use serde_json::Value;
use std::cmp::Ordering;

const DEEPEST: usize = 32;

/// A condition, read.
pub enum Criteria {
    /// No condition.
    All,
    /// Both hold.
    And(Box<Criteria>, Box<Criteria>),
    /// One holds.
    Or(Box<Criteria>, Box<Criteria>),
    /// A field compares so with a text.
    Test { name: String, op: String, wanted: String },
}

/// Reads a condition; an empty one lets everything through.
pub fn read(form: &Form, text: &str) -> Result<Criteria, Trouble> {
    if text.trim().is_empty() {
        return Ok(Criteria::All);
    }
    let mut reader = Reader { form, rest: text.trim() };
    let found = reader.any(0)?;
    if reader.rest.trim().is_empty() { Ok(found) } else { Err(reader.wrong()) }
}

struct Reader<'a> {
    form: &'a Form,
    rest: &'a str,
}

impl Reader<'_> {
    fn wrong(&self) -> Trouble {
        let near: String = self.rest.chars().take(40).collect();
        trouble(400, 3330, format!("The criteria specified is invalid near `{near}`."))
    }

    fn eat(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.rest = &rest[word.len()..];
        }
        found
    }

    fn any(&mut self, depth: usize) -> Result<Criteria, Trouble> {
        let mut left = self.all(depth)?;
        while self.eat("||") || self.eat("or ") {
            left = Criteria::Or(Box::new(left), Box::new(self.all(depth)?));
        }
        Ok(left)
    }

    fn all(&mut self, depth: usize) -> Result<Criteria, Trouble> {
        let mut left = self.part(depth)?;
        while self.eat("&&") || self.eat("and ") {
            left = Criteria::And(Box::new(left), Box::new(self.part(depth)?));
        }
        Ok(left)
    }

    fn part(&mut self, depth: usize) -> Result<Criteria, Trouble> {
        if depth > DEEPEST {
            return Err(self.wrong());
        }
        if self.eat("(") {
            let inside = self.any(depth + 1)?;
            return if self.eat(")") { Ok(inside) } else { Err(self.wrong()) };
        }
        let name = self.name()?;
        let (op, closes) = self.op()?;
        let wanted = self.value()?;
        if closes && !self.eat(")") {
            return Err(self.wrong());
        }
        Ok(Criteria::Test { name, op, wanted })
    }

    fn name(&mut self) -> Result<String, Trouble> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name != "ID" && self.form.field(name).is_none() {
            return Err(trouble(400, 3330, format!("The criteria names the unknown field `{name}`.")));
        }
        self.rest = after;
        Ok(name.to_owned())
    }

    /// The comparison, and whether a bracket closes its value.
    fn op(&mut self) -> Result<(String, bool), Trouble> {
        for sign in ["==", "!=", ">=", "<=", ">", "<"] {
            if self.eat(sign) {
                return Ok((sign.to_owned(), false));
            }
        }
        for name in ["contains", "startsWith", "endsWith", "equalsIgnoreCase"] {
            if self.eat(&format!(".{name}(")) {
                return Ok((name.to_owned(), true));
            }
        }
        Err(self.wrong())
    }

    fn value(&mut self) -> Result<String, Trouble> {
        let rest = self.rest.trim_start();
        if let Some(quote) = rest.chars().next().filter(|c| *c == '"' || *c == '\'') {
            let inside = &rest[1..];
            let end = inside.find(quote).ok_or_else(|| self.wrong())?;
            let text = inside[..end].to_owned();
            self.rest = &inside[end + 1..];
            return Ok(text);
        }
        let end = rest.find(|c: char| c.is_whitespace() || ")&|".contains(c)).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.wrong());
        }
        let text = rest[..end].to_owned();
        self.rest = &rest[end..];
        Ok(if text == "null" { String::new() } else { text })
    }
}

/// Whether a record meets a condition.
pub fn fits(form: &Form, criteria: &Criteria, record: &Value) -> bool {
    match criteria {
        Criteria::All => true,
        Criteria::And(left, right) => fits(form, left, record) && fits(form, right, record),
        Criteria::Or(left, right) => fits(form, left, record) || fits(form, right, record),
        Criteria::Test { name, op, wanted } => {
            let is_day = form.field(name).is_some_and(|field| matches!(field.kind, Kind::Date | Kind::Datetime));
            let value = &record[name];
            let all: Vec<&str> = match value.as_array() {
                Some(items) => items.iter().filter_map(Value::as_str).collect(),
                None => vec![value.as_str().unwrap_or("")],
            };
            let holds = |ours: &&str| test(ours, op, wanted, is_day);
            if op == "!=" { all.iter().all(holds) } else { all.iter().any(holds) }
        }
    }
}

fn test(ours: &str, op: &str, wanted: &str, is_day: bool) -> bool {
    let order = || {
        let numbers = ours.parse::<f64>().ok().zip(wanted.parse::<f64>().ok());
        let days = is_day.then(|| values::day(ours).zip(values::day(wanted))).flatten();
        match (numbers, days) {
            (_, Some((a, b))) => a.cmp(&b),
            (Some((a, b)), None) => a.total_cmp(&b),
            (None, None) => ours.cmp(wanted),
        }
    };
    match op {
        "==" => order() == Ordering::Equal,
        "!=" => order() != Ordering::Equal,
        ">" => !ours.is_empty() && order() == Ordering::Greater,
        ">=" => !ours.is_empty() && order() != Ordering::Less,
        "<" => !ours.is_empty() && order() == Ordering::Less,
        "<=" => !ours.is_empty() && order() != Ordering::Greater,
        "contains" => ours.to_lowercase().contains(&wanted.to_lowercase()),
        "startsWith" => ours.to_lowercase().starts_with(&wanted.to_lowercase()),
        "endsWith" => ours.to_lowercase().ends_with(&wanted.to_lowercase()),
        _ => ours.eq_ignore_ascii_case(wanted),
    }
}
