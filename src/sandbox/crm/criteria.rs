//! Search criteria: `((Last_Name:equals:Lindt)and(Company:starts_with:Quiet\(Harbor\)))`.
//!
//! A backslash takes the special meaning from the character after it. Texts are compared whole and
//! without regard to case. A field that is empty never matches a comparison, `not_equal` included.

use super::super::exchange::Problem;
use super::super::world::World;
use super::compare::{self, Key};
use super::module::{Field, Kind, Module};
use super::problem;
use serde_json::{Value, json};
use std::cmp::Ordering;

const MOST_VALUES: usize = 100;
const DEEPEST: usize = 32;

/// A criteria, read.
#[derive(Debug)]
pub enum Criteria {
    /// Both hold.
    And(Box<Criteria>, Box<Criteria>),
    /// One holds.
    Or(Box<Criteria>, Box<Criteria>),
    /// A field compares so with these values.
    Test { field: Box<Field>, op: Op, values: Vec<Key> },
    /// The record's id is one of these, or is not.
    Id { among: Vec<String>, wanted: bool },
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// The same.
    Equals,
    /// Something, but not the same.
    NotEqual,
    /// One of several.
    In,
    /// Something, but none of several.
    NotIn,
    /// Begins like this.
    StartsWith,
    /// Ends like this.
    EndsWith,
    /// Has this in it.
    Contains,
    /// Has this not in it.
    NotContains,
    /// More.
    Greater,
    /// More or the same.
    GreaterEqual,
    /// Less.
    Less,
    /// Less or the same.
    LessEqual,
    /// From the first to the second, both included.
    Between,
    /// Outside of those.
    NotBetween,
}

/// The comparison of this name.
pub fn op(name: &str) -> Option<Op> {
    Some(match name {
        "equals" | "equal" => Op::Equals,
        "not_equal" | "not_equals" => Op::NotEqual,
        "in" => Op::In,
        "not_in" => Op::NotIn,
        "starts_with" => Op::StartsWith,
        "ends_with" => Op::EndsWith,
        "contains" => Op::Contains,
        "not_contains" => Op::NotContains,
        "greater_than" => Op::Greater,
        "greater_equal" => Op::GreaterEqual,
        "less_than" => Op::Less,
        "less_equal" => Op::LessEqual,
        "between" => Op::Between,
        "not_between" => Op::NotBetween,
        _ => return None,
    })
}

/// Reads a criteria for a module; `most` is how many comparisons it may have.
pub fn read(module: &Module, text: &str, most: usize) -> Result<Criteria, Problem> {
    let mut reader = Reader { module, rest: text.trim(), tests: 0, most };
    let criteria = reader.any(0)?;
    if reader.rest.trim().is_empty() { Ok(criteria) } else { Err(malformed(reader.rest)) }
}

fn malformed(near: &str) -> Problem {
    let near: String = near.chars().take(40).collect();
    problem::invalid_query(json!({"reason": "criteria is not well formed", "near": near}))
}

struct Reader<'a> {
    module: &'a Module,
    rest: &'a str,
    tests: usize,
    most: usize,
}

impl Reader<'_> {
    fn any(&mut self, depth: usize) -> Result<Criteria, Problem> {
        let mut left = self.all(depth)?;
        while self.word("or") {
            left = Criteria::Or(Box::new(left), Box::new(self.all(depth)?));
        }
        Ok(left)
    }

    fn all(&mut self, depth: usize) -> Result<Criteria, Problem> {
        let mut left = self.part(depth)?;
        while self.word("and") {
            left = Criteria::And(Box::new(left), Box::new(self.part(depth)?));
        }
        Ok(left)
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.rest = &rest[word.len()..];
        }
        found
    }

    fn part(&mut self, depth: usize) -> Result<Criteria, Problem> {
        if depth > DEEPEST {
            return Err(malformed(self.rest));
        }
        let rest = self.rest.trim_start();
        let inside = rest.strip_prefix('(').ok_or_else(|| malformed(rest))?;
        if inside.trim_start().starts_with('(') {
            self.rest = inside;
            let found = self.any(depth + 1)?;
            let rest = self.rest.trim_start();
            self.rest = rest.strip_prefix(')').ok_or_else(|| malformed(rest))?;
            return Ok(found);
        }
        let end = closing(inside).ok_or_else(|| malformed(rest))?;
        self.rest = &inside[end + 1..];
        self.tests += 1;
        if self.tests > self.most {
            let message = format!("no of criterium that can be given exceed the limit {}", self.most);
            return Err(Problem::new(400, "CRITERIA_LIMIT_EXCEEDED", message, json!({})));
        }
        test(self.module, &inside[..end])
    }
}

/// Where the first bracket that is not escaped closes.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let closes = c == ')' && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}

fn test(module: &Module, text: &str) -> Result<Criteria, Problem> {
    let mut parts = text.splitn(3, ':');
    let (Some(name), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(malformed(text));
    };
    let (name, operator) = (name.trim(), operator.trim());
    let values = values(value);
    let details = |reason: &str| json!({"reason": reason, "api_name": name, "operator": operator});
    let op = op(operator).ok_or_else(|| problem::invalid_query(details("invalid operator found")))?;
    if values.len() > MOST_VALUES {
        let message = "Only 100 values are allowed in \"IN\" criteria";
        return Err(Problem::new(400, "INVALID_QUERY", message, json!({"api_name": name, "param_name": "criteria"})));
    }
    if name == "id" {
        return of_id(op, values).ok_or_else(|| problem::invalid_query(details("the operator does not fit the field")));
    }
    let field = module.field(name.strip_suffix(".id").unwrap_or(name));
    let field = field.ok_or_else(|| problem::invalid_query(details("the field is not available for search")))?;
    build(field, op, &values).ok_or_else(|| problem::invalid_query(details("the value does not fit the field")))
}

/// A comparison of the id with others; nothing where ids are not compared so.
pub fn of_id(op: Op, among: Vec<String>) -> Option<Criteria> {
    match op {
        Op::Equals | Op::In => Some(Criteria::Id { among, wanted: true }),
        Op::NotEqual | Op::NotIn => Some(Criteria::Id { among, wanted: false }),
        Op::StartsWith
        | Op::EndsWith
        | Op::Contains
        | Op::NotContains
        | Op::Greater
        | Op::GreaterEqual
        | Op::Less
        | Op::LessEqual
        | Op::Between
        | Op::NotBetween => None,
    }
}

/// A comparison of a field with values given as texts; nothing where they do not fit it.
pub fn build(field: &Field, op: Op, values: &[String]) -> Option<Criteria> {
    let textual = matches!(op, Op::StartsWith | Op::EndsWith | Op::Contains | Op::NotContains);
    let kind = if textual { Kind::Text } else { field.kind };
    let keys: Option<Vec<Key>> = values.iter().map(|value| compare::key_of_text(kind, value)).collect();
    let keys = keys?;
    let wanted = match op {
        Op::Between | Op::NotBetween => keys.len() == 2,
        _ => !keys.is_empty(),
    };
    wanted.then(|| Criteria::Test { field: Box::new(field.clone()), op, values: keys })
}

/// The values of a comparison, divided by commas that are not escaped.
fn values(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        let last = values.len() - 1;
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            ',' if !escaped => values.push(String::new()),
            _ => values[last].push(c),
        }
        escaped = false;
    }
    values
}

/// Whether a record fits.
pub fn fits(world: &World, criteria: &Criteria, record: &Value) -> bool {
    match criteria {
        Criteria::And(left, right) => fits(world, left, record) && fits(world, right, record),
        Criteria::Or(left, right) => fits(world, left, record) || fits(world, right, record),
        Criteria::Id { among, wanted } => among.iter().any(|id| record["id"] == id.trim()) == *wanted,
        Criteria::Test { field, op, values } => holds(*op, &compare::keys(world, field, record), values),
    }
}

/// Whether what a record has compares so with what was given.
pub fn holds(op: Op, has: &[Key], given: &[Key]) -> bool {
    let any = |same: &dyn Fn(&Key, &Key) -> bool| has.iter().any(|ours| given.iter().any(|theirs| same(ours, theirs)));
    let filled = has.iter().any(|key| *key != Key::Empty);
    let ordered = |wanted: &[Ordering]| {
        any(&|ours, theirs| {
            *ours != Key::Empty
                && std::mem::discriminant(ours) == std::mem::discriminant(theirs)
                && wanted.contains(&ours.order(theirs))
        })
    };
    let within = || match given {
        [low, high] => has.iter().any(|ours| {
            let same_kind = std::mem::discriminant(ours) == std::mem::discriminant(low);
            same_kind && ours.order(low) != Ordering::Less && ours.order(high) != Ordering::Greater
        }),
        _ => false,
    };
    let asks_empty = given.contains(&Key::Empty);
    match op {
        Op::Equals | Op::In => any(&|ours, theirs| ours == theirs),
        Op::NotEqual | Op::NotIn => (filled || asks_empty) && !any(&|ours, theirs| ours == theirs),
        Op::StartsWith => any(&|ours, theirs| textual(ours, theirs, |a, b| a.starts_with(b))),
        Op::EndsWith => any(&|ours, theirs| textual(ours, theirs, |a, b| a.ends_with(b))),
        Op::Contains => any(&|ours, theirs| textual(ours, theirs, |a, b| a.contains(b))),
        Op::NotContains => filled && !any(&|ours, theirs| textual(ours, theirs, |a, b| a.contains(b))),
        Op::Greater => ordered(&[Ordering::Greater]),
        Op::GreaterEqual => ordered(&[Ordering::Greater, Ordering::Equal]),
        Op::Less => ordered(&[Ordering::Less]),
        Op::LessEqual => ordered(&[Ordering::Less, Ordering::Equal]),
        Op::Between => within(),
        Op::NotBetween => filled && !within(),
    }
}

fn textual(ours: &Key, theirs: &Key, test: fn(&str, &str) -> bool) -> bool {
    match (ours, theirs) {
        (Key::Text(ours), Key::Text(theirs)) => test(ours, theirs),
        (Key::Number(ours), Key::Text(theirs)) => test(&ours.to_string(), theirs),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads() -> Module {
        super::super::module::load(None).expect("the built-in modules load").swap_remove(0)
    }

    #[test]
    fn brackets_and_commas_may_be_escaped() {
        let criteria = read(&leads(), r"(Company:equals:Quiet Harbor \(North\)\, Ltd)", 10).expect("reads");
        let Criteria::Test { values, .. } = criteria else { panic!("expected one test") };
        assert_eq!(values, [Key::Text("quiet harbor (north), ltd".to_owned())]);
    }

    #[test]
    fn values_may_hold_colons() {
        let text = "(Created_Time:between:2026-01-01T00:00:00+05:30,2026-02-01T00:00:00+05:30)";
        let Criteria::Test { values, .. } = read(&leads(), text, 10).expect("reads") else { panic!("one test") };
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn and_binds_closer_than_or() {
        let text = "(City:equals:a)or(City:equals:b)and(Country:equals:c)";
        assert!(matches!(read(&leads(), text, 10), Ok(Criteria::Or(_, _))));
        let text = "(((City:equals:a) OR (City:equals:b)) AND (Country:equals:c))";
        assert!(matches!(read(&leads(), text, 10), Ok(Criteria::And(_, _))));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for text in
            ["", "(", "()", "(City)", "(City:like:a)", "(Nothing:equals:a)", "(City:equals:a", "(City:equals:a)x"]
        {
            assert_eq!(read(&leads(), text, 10).expect_err(text).code, "INVALID_QUERY");
        }
        let deep = "(".repeat(5000);
        assert_eq!(read(&leads(), &deep, 10).expect_err("too deep").code, "INVALID_QUERY");
        let many = ["(City:equals:a)"; 11].join("and");
        assert_eq!(read(&leads(), &many, 10).expect_err("too many").code, "CRITERIA_LIMIT_EXCEEDED");
    }
}
