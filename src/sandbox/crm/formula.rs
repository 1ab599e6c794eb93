//! Formulas over the numbers of a record: `+ - * /`, brackets, numbers and API names of fields.

use serde_json::{Value, json};

const DEEPEST: usize = 32;

/// What a formula gives for a record: a number, or null where a field is empty or the divisor zero.
pub fn value(text: &str, record: &Value) -> Value {
    let number = |name: &str| match &record[name] {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    let mut reader = Reader { rest: text, depth: 0, number: &number };
    match reader.sum() {
        Ok(Some(found)) if found.is_finite() => json!(found),
        Ok(_) | Err(_) => Value::Null,
    }
}

/// What is wrong with a formula, in words.
pub fn check(text: &str, is_field: impl Fn(&str) -> bool) -> Result<(), String> {
    let unknown = std::cell::RefCell::new(None);
    let number = |name: &str| {
        if !is_field(name) {
            unknown.borrow_mut().get_or_insert_with(|| name.to_owned());
        }
        Some(1.0)
    };
    let mut reader = Reader { rest: text, depth: 0, number: &number };
    reader.sum()?;
    if !reader.rest.trim().is_empty() {
        return Err(format!("expected an operator, found `{}`", reader.rest.trim()));
    }
    unknown.into_inner().map_or(Ok(()), |name| Err(format!("there is no field `{name}`")))
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    number: &'a dyn Fn(&str) -> Option<f64>,
}

type Number = Result<Option<f64>, String>;

impl Reader<'_> {
    fn sign(&mut self, signs: &[char]) -> Option<char> {
        let rest = self.rest.trim_start();
        let found = rest.chars().next().filter(|c| signs.contains(c))?;
        self.rest = &rest[found.len_utf8()..];
        Some(found)
    }

    fn sum(&mut self) -> Number {
        let mut left = self.product()?;
        while let Some(sign) = self.sign(&['+', '-']) {
            let right = self.product()?;
            left = left.zip(right).map(|(a, b)| if sign == '+' { a + b } else { a - b });
        }
        Ok(left)
    }

    fn product(&mut self) -> Number {
        let mut left = self.part()?;
        while let Some(sign) = self.sign(&['*', '/']) {
            let right = self.part()?;
            left = left.zip(right).map(|(a, b)| if sign == '*' { a * b } else { a / b });
        }
        Ok(left)
    }

    fn part(&mut self) -> Number {
        if self.sign(&['(']).is_some() {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err("there are too many brackets".to_owned());
            }
            let inside = self.sum()?;
            self.depth -= 1;
            return if self.sign(&[')']).is_some() { Ok(inside) } else { Err("expected `)`".to_owned()) };
        }
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        self.rest = after;
        if word.is_empty() {
            return Err(format!("expected a number or a field, found `{rest}`"));
        }
        Ok(word.parse().ok().or_else(|| (self.number)(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_come_before_sums() {
        let record = json!({"Amount": 200, "Probability": 50});
        assert_eq!(value("Amount * Probability / 100 + 1", &record), json!(101.0));
        assert_eq!(value("2 * (Amount - 100)", &record), json!(200.0));
        assert_eq!(value("Amount + Nothing", &record), Value::Null);
        assert_eq!(value("Amount / 0", &record), Value::Null);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let known = |name: &str| name == "Amount";
        assert_eq!(check("Amount * 2", known), Ok(()));
        assert!(check("Amount * Price", known).expect_err("unknown").contains("Price"));
        for wrong in ["", "Amount *", "(Amount", "Amount Amount", &"(".repeat(5000)] {
            assert!(check(wrong, known).is_err(), "{wrong}");
        }
    }
}
