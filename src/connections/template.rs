//! `{placeholder}`s in addresses: a service's dynamic parameters and its data centre.

use std::collections::BTreeMap;

/// Values of placeholders by name.
pub type Values = BTreeMap<String, String>;

/// Fills `{name}`s that have a value; others stay, for a script's URL may hold braces of its own.
pub fn fill(text: &str, values: &Values) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let name = rest.find('}').map(|close| &rest[1..close]);
        match name.and_then(|name| values.get(name).map(|value| (name, value))) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &rest[name.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Names in braces, in order, each once.
pub fn names(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for piece in text.split('{').skip(1) {
        if let Some((name, _)) = piece.split_once('}')
            && is_name(name)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_it_knows() {
        let values = Values::from([("a".to_owned(), "1".to_owned())]);
        assert_eq!(fill("x{a}y{b}{a}", &values), "x1y{b}1");
        assert_eq!(fill("{\"a\":{a}}", &values), "{\"a\":1}");
        assert_eq!(fill("{unclosed", &values), "{unclosed");
    }

    #[test]
    fn names_are_found_once() {
        assert_eq!(names("{a}/{b_c}/{a}?q={\"x\":1}"), ["a", "b_c"]);
    }
}
