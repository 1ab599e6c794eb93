//! Java's regular expressions for `matches` and the `replace…` built-ins.
//!
//! `regex_syntax` rewrites a Java pattern for the engine; compiled patterns are kept per thread.
//! Backtracking is bounded, so that no pattern runs forever, and so is the size of a result.

use super::regex_syntax::{self, Mode};
use crate::fault::Fault;
use crate::value::Text;
use fancy_regex::{Regex, RegexBuilder};
use std::cell::RefCell;
use std::rc::Rc;

/// Which hits to replace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hits {
    First,
    All,
}

/// Steps back that one search may take.
const BACKTRACK_LIMIT: usize = 2_000_000;

/// Bytes of one compiled pattern.
const PROGRAM_LIMIT: usize = 4 << 20;

/// Patterns kept compiled, per thread.
const CACHED: usize = 64;

/// The longest result of a replacement, in bytes.
const LONGEST: usize = 64 << 20;

/// Whether a Java pattern fits the whole text.
pub fn fits(text: &str, pattern: &str) -> Result<bool, Fault> {
    let mode = Mode { ignore_case: false, whole: true, before_line_end: before_line_end(text, pattern) };
    let compiled = compiled(pattern, mode)?;
    compiled.regex.is_match(text).map_err(|error| too_hard(pattern, &error))
}

/// Replaces hits of a Java pattern, or of plain text when `literal`.
pub fn replace(
    text: &Text,
    search: &str,
    replacement: &str,
    hits: Hits,
    literal: bool,
    ignore_case: bool,
) -> Result<Text, Fault> {
    let plain_search = literal || is_plain(search);
    let plain_replacement = literal || !replacement.contains(['$', '\\']);
    if plain_search && plain_replacement && !ignore_case {
        return replace_plain(text, search, replacement, hits);
    }
    let mode = Mode { ignore_case, whole: false, before_line_end: before_line_end(text, search) };
    let pattern = match literal {
        true => compiled(&quoted(search), mode)?,
        false => compiled(search, mode)?,
    };
    let found = |error: fancy_regex::Error| too_hard(search, &error);
    let Some(first) = pattern.regex.find(text.as_str()).map_err(found)? else { return Ok(text.clone()) };
    let pieces = match plain_replacement {
        true => vec![Piece::Literal(replacement)],
        false => template(replacement, &pattern.regex)?,
    };
    let mut out = String::with_capacity(text.len() + replacement.len());
    let (mut copied, mut at) = (0, first.start());
    while let Some(hit) = pattern.regex.captures_or_hit(text, at, &pieces).map_err(found)? {
        out.push_str(&text[copied..hit.start]);
        hit.write(text, &pieces, &mut out);
        check_size(out.len())?;
        copied = hit.end;
        at = if hit.start == hit.end { next_char(text, hit.end) } else { hit.end };
        if hits == Hits::First || at > text.len() {
            break;
        }
    }
    out.push_str(&text[copied..]);
    Ok(out.into())
}

fn replace_plain(text: &Text, search: &str, replacement: &str, hits: Hits) -> Result<Text, Fault> {
    if !text.contains(search) {
        return Ok(text.clone());
    }
    if hits == Hits::First {
        return Ok(text.replacen(search, replacement, 1).into());
    }
    if replacement.len() > search.len() {
        let count = text.matches(search).count();
        check_size(text.len().saturating_add(count.saturating_mul(replacement.len() - search.len())))?;
    }
    Ok(text.replace(search, replacement).into())
}

fn check_size(bytes: usize) -> Result<(), Fault> {
    if bytes <= LONGEST {
        return Ok(());
    }
    Err(Fault::limit("limit.size", format!("the replaced text is longer than {} MB", LONGEST >> 20)))
}

fn next_char(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// One hit: its place, and those of the groups that the replacement names.
struct Hit {
    start: usize,
    end: usize,
    groups: Vec<Option<(usize, usize)>>,
}

impl Hit {
    fn write(&self, text: &str, pieces: &[Piece<'_>], out: &mut String) {
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => out.push_str(literal),
                Piece::Char(c) => out.push(*c),
                Piece::Group(group) => {
                    if let Some(Some((start, end))) = self.groups.get(*group) {
                        out.push_str(&text[*start..*end]);
                    }
                }
            }
        }
    }
}

/// Asks for groups only where the replacement needs them: plain hits are much cheaper.
trait Search {
    fn captures_or_hit(&self, text: &str, at: usize, pieces: &[Piece<'_>]) -> fancy_regex::Result<Option<Hit>>;
}

impl Search for Regex {
    fn captures_or_hit(&self, text: &str, at: usize, pieces: &[Piece<'_>]) -> fancy_regex::Result<Option<Hit>> {
        if !pieces.iter().any(|piece| matches!(piece, Piece::Group(_))) {
            let hit = self.find_from_pos(text, at)?;
            return Ok(hit.map(|hit| Hit { start: hit.start(), end: hit.end(), groups: Vec::new() }));
        }
        let Some(found) = self.captures_from_pos(text, at)? else { return Ok(None) };
        let groups: Vec<_> = found.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect();
        let whole = groups.first().copied().flatten();
        Ok(whole.map(|(start, end)| Hit { start, end, groups }))
    }
}

/// A piece of a replacement.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Literal(&'a str),
    Char(char),
    Group(usize),
}

/// Reads a replacement as Java does: `$1` and `${name}` are groups, a backslash takes the next character as it is.
fn template<'a>(replacement: &'a str, regex: &Regex) -> Result<Vec<Piece<'a>>, Fault> {
    let mut pieces = Vec::new();
    let mut rest = replacement;
    while let Some(at) = rest.find(['$', '\\']) {
        if at > 0 {
            pieces.push(Piece::Literal(&rest[..at]));
        }
        let (special, behind) = rest[at..].split_at(1);
        rest = match special {
            "\\" => {
                let mut chars = behind.chars();
                let Some(escaped) = chars.next() else {
                    return Err(bad_replacement(replacement, "expected a character after the last `\\`"));
                };
                pieces.push(Piece::Char(escaped));
                chars.as_str()
            }
            _ => {
                let (group, behind) =
                    group_reference(behind, regex).map_err(|why| bad_replacement(replacement, &why))?;
                pieces.push(Piece::Group(group));
                behind
            }
        };
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Ok(pieces)
}

/// The group behind a `$`, and what follows it. As many digits count as make the number of a group.
fn group_reference<'a>(behind: &'a str, regex: &Regex) -> Result<(usize, &'a str), String> {
    if let Some((name, rest)) = behind.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let group = regex.capture_names().position(|known| known == Some(name));
        return group.map(|group| (group, rest)).ok_or_else(|| format!("the pattern has no group named `{name}`"));
    }
    let digit =
        |at: usize| behind.as_bytes().get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| (byte - b'0') as usize);
    let Some(mut group) = digit(0) else {
        return Err("expected a group number or `{name}` after `$`".to_owned());
    };
    let groups = regex.captures_len() - 1;
    if group > groups {
        return Err(format!("the pattern has no group {group}"));
    }
    let mut length = 1;
    while let Some(longer) = digit(length).map(|digit| group * 10 + digit).filter(|longer| *longer <= groups) {
        group = longer;
        length += 1;
    }
    Ok((group, &behind[length..]))
}

#[cold]
fn bad_replacement(replacement: &str, why: &str) -> Fault {
    Fault::value(format!("{why}, in the replacement `{replacement}`"))
        .help("write `\\\\$` for a dollar sign and `\\\\\\\\` for a backslash, or pass `true` as the last argument")
}

#[cold]
fn too_hard(pattern: &str, _: &fancy_regex::Error) -> Fault {
    Fault::value(format!("the regular expression `{pattern}` takes too many steps on this text"))
        .help("repetitions inside repetitions, such as `(a+)+`, are the usual cause")
}

/// Whether a pattern means itself.
fn is_plain(pattern: &str) -> bool {
    !pattern.bytes().any(|byte| b"\\.[]{}()*+?^$|".contains(&byte))
}

/// A pattern that means a plain text.
fn quoted(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if "\\.[]{}()*+?^$|".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Java's `$` also fits before a line end at the very end; only then is the slower form of it needed.
fn before_line_end(text: &str, pattern: &str) -> bool {
    text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) && pattern.contains(['$', 'Z'])
}

struct Compiled {
    pattern: Box<str>,
    mode: Mode,
    regex: Regex,
}

thread_local! {
    /// The most recently used first.
    static COMPILED: RefCell<Vec<Rc<Compiled>>> = const { RefCell::new(Vec::new()) };
}

fn compiled(pattern: &str, mode: Mode) -> Result<Rc<Compiled>, Fault> {
    let known = COMPILED.with_borrow_mut(|cache| {
        let at = cache.iter().position(|known| known.mode == mode && &*known.pattern == pattern)?;
        cache[..=at].rotate_right(1);
        Some(Rc::clone(&cache[0]))
    });
    if let Some(known) = known {
        return Ok(known);
    }
    let regex = compile(pattern, mode)?;
    let fresh = Rc::new(Compiled { pattern: pattern.into(), mode, regex });
    COMPILED.with_borrow_mut(|cache| {
        cache.truncate(CACHED - 1);
        cache.insert(0, Rc::clone(&fresh));
    });
    Ok(fresh)
}

fn compile(pattern: &str, mode: Mode) -> Result<Regex, Fault> {
    let invalid = |why: String| {
        Fault::value(format!("`{pattern}` is not a valid regular expression: {why}"))
            .help("to search for plain text with `replaceAll` or `replaceFirst`, pass `true` as the last argument")
    };
    let translated = regex_syntax::translate(pattern, mode).map_err(invalid)?;
    let mut builder = RegexBuilder::new(&translated);
    builder.backtrack_limit(BACKTRACK_LIMIT).delegate_size_limit(PROGRAM_LIMIT).max_prog_size(PROGRAM_LIMIT);
    builder.build().map_err(|error| invalid(reason(&error)))
}

/// What is wrong, without the engine's view of the translated pattern, which the script's author has never seen.
fn reason(error: &fancy_regex::Error) -> String {
    let message = error.to_string();
    let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it cannot be read");
    let reason = last.rsplit(": ").next().unwrap_or(last);
    if reason.starts_with("error parsing pattern") {
        return "it names a class, property or range that does not exist".to_owned();
    }
    let mut chars = reason.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str, pattern: &str, replacement: &str) -> String {
        match replace(&Text::new(text), pattern, replacement, Hits::All, false, false) {
            Ok(text) => text.as_str().to_owned(),
            Err(fault) => format!("error: {fault}"),
        }
    }

    #[test]
    fn empty_hits_fall_where_java_puts_them() {
        assert_eq!(replaced("baac", "a*", "-"), "-b--c-");
        assert_eq!(replaced("äb", "", "-"), "-ä-b-");
        assert_eq!(replaced("abc", "x*", "-"), "-a-b-c-");
        assert_eq!(replaced("abc\n", "$", "-"), "abc-\n-");
        assert_eq!(replaced("abc", "$", "-"), "abc-");
    }

    #[test]
    fn replacements_follow_java() {
        assert_eq!(replaced("2024-05", "(\\d+)-(\\d+)", "$2/$1"), "05/2024");
        assert_eq!(replaced("ab", "(a)(b)", "$11$2"), "a1b");
        assert_eq!(replaced("ab", "(?<first>a)", "<${first}>"), "<a>b");
        assert_eq!(replaced("5 EUR", "EUR", "\\$"), "5 $");
        assert_eq!(replaced("b", "(a)|b", "[$1]"), "[]");
        assert!(replaced("a", "a", "$1").contains("no group 1"));
        assert!(replaced("a", "a", "US$").contains("expected a group number"));
        assert_eq!(replaced("x", "a", "$1"), "x");
    }

    #[test]
    fn runaway_patterns_end_with_a_fault() {
        let text = "a".repeat(40) + "!c";
        assert!(fits(&text, "(?:(a|aa)+\\1)+c").is_err_and(|fault| fault.message().contains("too many steps")));
        assert!(!fits("a", "a{100000}{1000}").unwrap_or(false));
        assert!(!fits("a", "(?:(?:[a-z]{1000}){1000}){1000}").unwrap_or(false));
        assert!(fits("a{b", "{").is_err_and(|fault| fault.message().contains("not a valid regular expression")));
        assert!(fits("a", &"(".repeat(5000)).is_err());
    }
}
