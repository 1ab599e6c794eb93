//! Link names and display names: their rules, and the nearest name to a mistyped one.

use super::Error;

/// Characters a link name or a display name may have.
pub const MAX_NAME: usize = 50;

/// Checks a link name (`^[a-z][a-z0-9_]{0,49}$`) and names the rule it breaks.
pub fn check_link_name(name: &str) -> Result<(), Error> {
    let rule = |message: String| Error::usage_help(message, suggestion(name));
    let Some(first) = name.chars().next() else {
        return Err(Error::usage("a link name cannot be empty"));
    };
    if !first.is_ascii_lowercase() {
        return Err(rule(format!("a link name begins with a lower-case letter, `{name}` begins with `{first}`")));
    }
    if let Some(other) = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_')) {
        return Err(rule(format!("a link name has only lower-case letters, digits and `_`, `{name}` has `{other}`")));
    }
    let length = name.chars().count();
    if length > MAX_NAME {
        return Err(rule(format!("a link name has at most {MAX_NAME} characters, `{name}` has {length}")));
    }
    Ok(())
}

fn suggestion(name: &str) -> String {
    format!("`{}` would do", link_name_from(name))
}

/// Checks a display name: not empty, at most 50 characters, one line.
pub fn check_display_name(name: &str) -> Result<(), Error> {
    if name.trim().is_empty() {
        return Err(Error::usage("a name cannot be empty"));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::usage("a name cannot have line breaks or control characters"));
    }
    let length = name.chars().count();
    if length > MAX_NAME {
        return Err(Error::usage(format!("a name has at most {MAX_NAME} characters, this one has {length}")));
    }
    Ok(())
}

/// The link name that a display name suggests: `My CRM (EU)` → `my_crm_eu`.
pub fn link_name_from(name: &str) -> String {
    let mut link = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || (c.is_ascii_digit() && !link.is_empty()) {
            link.push(c);
        } else if !link.is_empty() && !link.ends_with('_') {
            link.push('_');
        }
    }
    link.truncate(MAX_NAME);
    let link = link.trim_end_matches('_');
    if link.is_empty() { "connection".to_owned() } else { link.to_owned() }
}

/// The known name that a mistyped one is closest to, if close at all.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).clamp(1, 3);
    let best = known.map(|known| (distance(&wanted, &known.to_lowercase()), known)).min_by_key(|(far, _)| *far)?;
    (best.0 <= allowed).then(|| best.1.to_owned())
}

/// Insertions, deletions and replacements between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(name: &str) -> String {
        check_link_name(name).expect_err("refused").to_string()
    }

    #[test]
    fn each_rule_has_its_own_message() {
        assert!(check_link_name("a").is_ok());
        assert!(check_link_name("zoho_crm2").is_ok());
        assert!(check_link_name(&"a".repeat(50)).is_ok());
        assert_eq!(broken(""), "a link name cannot be empty");
        assert_eq!(broken("Zoho"), "a link name begins with a lower-case letter, `Zoho` begins with `Z`");
        assert_eq!(broken("1a"), "a link name begins with a lower-case letter, `1a` begins with `1`");
        assert_eq!(broken("_a"), "a link name begins with a lower-case letter, `_a` begins with `_`");
        assert_eq!(broken("a-b"), "a link name has only lower-case letters, digits and `_`, `a-b` has `-`");
        assert_eq!(broken("aB"), "a link name has only lower-case letters, digits and `_`, `aB` has `B`");
        assert!(broken(&"a".repeat(51)).starts_with("a link name has at most 50 characters"));
        assert_eq!(check_link_name("My CRM").expect_err("refused").help().as_deref(), Some("`my_crm` would do"));
    }

    #[test]
    fn link_names_come_from_names() {
        assert_eq!(link_name_from("My CRM (EU)"), "my_crm_eu");
        assert_eq!(link_name_from("  9 lives "), "lives");
        assert_eq!(link_name_from("漢字"), "connection");
        assert!(check_link_name(&link_name_from(&"x y".repeat(40))).is_ok());
    }

    #[test]
    fn display_names_are_short_lines() {
        assert!(check_display_name(&"é".repeat(50)).is_ok());
        assert!(check_display_name(&"é".repeat(51)).is_err());
        assert!(check_display_name("a\nb").is_err());
        assert!(check_display_name(" ").is_err());
    }

    #[test]
    fn nearest_finds_slips_only() {
        let known = ["zoho_crm", "zoho_books"];
        assert_eq!(nearest("zoho_cmr", known.into_iter()).as_deref(), Some("zoho_crm"));
        assert_eq!(nearest("github", known.into_iter()), None);
    }
}
