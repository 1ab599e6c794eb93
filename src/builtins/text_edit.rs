//! Built-ins that give a changed TEXT: joined, cut down, replaced, padded, recased.

use super::Cx;
use super::fold;
use super::regex::{self, Hits};
use super::text::char_count;
use crate::fault::Fault;
use crate::value::Text;

/// The most characters that `repeat` gives and that padding pads to (`deluge/help/functions/string`).
const MOST_CHARACTERS: usize = 100_000;

builtins! { TEXT_EDIT on Text {
    /// The text with another one behind it.
    ///
    /// ```dg
    /// info "Zoho".concat("Deluge");  // => ZohoDeluge
    /// ```
    "concat" => fn concat(text: &Text, other: &str) -> Text {
        let mut joined = text.clone();
        joined.push_str(other);
        joined
    }

    /// The text without any hit of another one. Case matters; the search is no regular expression.
    ///
    /// ```dg
    /// info "a-b-c".remove("-");  // => abc
    /// ```
    "remove" => fn remove(text: &Text, search: &str) -> Text {
        match !search.is_empty() && text.contains(search) {
            true => Text::from(text.replace(search, "")),
            false => text.clone(),
        }
    }

    /// The text without the first hit of another one. Case matters.
    ///
    /// ```dg
    /// info "a-b-c".removeFirstOccurence("-");  // => ab-c
    /// ```
    "removeFirstOccurence" => fn remove_first_occurence(text: &Text, search: &str) -> Text {
        text.split_once(search).map_or_else(|| text.clone(), |(before, behind)| joined(before, behind))
    }

    /// The text without the last hit of another one. Case matters.
    ///
    /// ```dg
    /// info "a,b,c,".removeLastOccurence(",");  // => a,b,c
    /// ```
    "removeLastOccurence" => fn remove_last_occurence(text: &Text, search: &str) -> Text {
        text.rsplit_once(search).map_or_else(|| text.clone(), |(before, behind)| joined(before, behind))
    }

    /// The text without its letters.
    ///
    /// ```dg
    /// info "(a1) b2".removeAllAlpha();  // => (1) 2
    /// ```
    "removeAllAlpha" => fn remove_all_alpha(text: &str) -> String {
        text.chars().filter(|c| !c.is_alphabetic()).collect()
    }

    /// The text without its letters and digits.
    ///
    /// ```dg
    /// info "a1-b2!".removeAllAlphaNumeric();  // => -!
    /// ```
    "removeAllAlphaNumeric" => fn remove_all_alpha_numeric(text: &str) -> String {
        text.chars().filter(|c| !c.is_alphanumeric()).collect()
    }

    /// The text with every hit of a regular expression (Java's) replaced; `$1` in the replacement is the first
    /// group. With `true` as the third argument, search and replacement are plain text.
    ///
    /// ```dg
    /// info "+1 (555) 010".replaceAll("[^0-9]", "");                    // => 1555010
    /// info "2024-05".replaceAll("([0-9]+)-([0-9]+)", "$2/$1");         // => 05/2024
    /// info "a.b.c".replaceAll(".", "$", true);                         // => a$b$c
    /// ```
    "replaceAll" => fn replace_all(
        text: &Text,
        search: &str,
        replacement: &str,
        literal: Option<bool>,
    ) -> Result<Text, Fault> {
        regex::replace(text, search, replacement, Hits::All, literal.unwrap_or(false), false)
    }

    /// The text with the first hit of a regular expression (Java's) replaced; `$1` in the replacement is the
    /// first group. With `true` as the third argument, search and replacement are plain text.
    ///
    /// ```dg
    /// info "a1b2".replaceFirst("[0-9]", "-");  // => a-b2
    /// ```
    "replaceFirst" => fn replace_first(
        text: &Text,
        search: &str,
        replacement: &str,
        literal: Option<bool>,
    ) -> Result<Text, Fault> {
        regex::replace(text, search, replacement, Hits::First, literal.unwrap_or(false), false)
    }

    /// As `replaceAll`, whatever the case. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "Zoho Creator, Zoho Desk".replaceAllIgnoreCase("ZOHO ", "Z");  // => ZCreator, ZDesk
    /// ```
    "replaceAllIgnoreCase" => fn replace_all_ignore_case[cx](
        text: &Text,
        search: &str,
        replacement: &str,
        literal: Option<bool>,
    ) -> Result<Text, Fault> {
        fold::check_size(text, cx)?;
        regex::replace(text, search, replacement, Hits::All, literal.unwrap_or(false), true)
    }

    /// As `replaceFirst`, whatever the case. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "Zoho, zoho".replaceFirstIgnoreCase("ZOHO", "Z");  // => Z, zoho
    /// ```
    "replaceFirstIgnoreCase" => fn replace_first_ignore_case[cx](
        text: &Text,
        search: &str,
        replacement: &str,
        literal: Option<bool>,
    ) -> Result<Text, Fault> {
        fold::check_size(text, cx)?;
        regex::replace(text, search, replacement, Hits::First, literal.unwrap_or(false), true)
    }

    /// The text with blanks before it up to a total width; a longer text stays as it is. At most 100,000.
    ///
    /// ```dg
    /// info "7".leftpad(3).replaceAll(" ", "0");  // => 007
    /// ```
    "leftpad" => fn leftpad[cx](text: &Text, width: i64) -> Result<Text, Fault> {
        let missing = missing(text, width, cx)?;
        if missing == 0 {
            return Ok(text.clone());
        }
        let mut padded = String::with_capacity(missing + text.len());
        padded.extend(std::iter::repeat_n(' ', missing));
        padded.push_str(text);
        Ok(padded.into())
    }

    /// The text with blanks behind it up to a total width; a longer text stays as it is. At most 100,000.
    ///
    /// ```dg
    /// info "Right".rightpad(7) + "|";  // => Right  |
    /// ```
    "rightpad" => fn rightpad[cx](text: &Text, width: i64) -> Result<Text, Fault> {
        let missing = missing(text, width, cx)?;
        let mut padded = text.clone();
        if missing > 0 {
            padded.push_str(&" ".repeat(missing));
        }
        Ok(padded)
    }

    /// The text without white space at both ends.
    ///
    /// ```dg
    /// info "[" + "  Zoho ".trim() + "]";  // => [Zoho]
    /// ```
    "trim" => fn trim(text: &Text) -> Text {
        part(text, trim_end(trim_start(text)))
    }

    /// The text without white space at its beginning.
    ///
    /// ```dg
    /// info "[" + "  Zoho ".ltrim() + "]";  // => [Zoho ]
    /// ```
    "ltrim" => fn ltrim(text: &Text) -> Text {
        part(text, trim_start(text))
    }

    /// The text without white space at its end.
    ///
    /// ```dg
    /// info "[" + "  Zoho ".rtrim() + "]";  // => [  Zoho]
    /// ```
    "rtrim" => fn rtrim(text: &Text) -> Text {
        part(text, trim_end(text))
    }

    /// The text in upper case.
    ///
    /// ```dg
    /// info "Deluge".toUpperCase();  // => DELUGE
    /// info upper("a1");             // => A1
    /// ```
    "toUpperCase" | "upper" => fn to_upper_case(text: &Text) -> Text {
        match text.bytes().any(|byte| byte.is_ascii_lowercase() || !byte.is_ascii()) {
            true if text.is_ascii() => text.ascii_upper(),
            true => Text::from(text.to_uppercase()),
            false => text.clone(),
        }
    }

    /// The text in lower case.
    ///
    /// ```dg
    /// info "Deluge".toLowerCase();  // => deluge
    /// ```
    "toLowerCase" | "lower" => fn to_lower_case(text: &Text) -> Text {
        match text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
            true if text.is_ascii() => text.ascii_lower(),
            true => Text::from(text.to_lowercase()),
            false => text.clone(),
        }
    }

    /// The text with the first letter of each word in upper case and the others in lower case; words end at
    /// white space.
    ///
    /// ```dg
    /// info "zOHO creator".proper();  // => Zoho Creator
    /// ```
    "proper" => fn proper(text: &str) -> String {
        let mut cased = String::with_capacity(text.len());
        let mut at_start = true;
        for c in text.chars() {
            match at_start {
                true => cased.extend(c.to_uppercase()),
                false => cased.extend(c.to_lowercase()),
            }
            at_start = c.is_whitespace();
        }
        cased
    }

    /// The characters in opposite order; a value of another type is turned into text first.
    ///
    /// ```dg
    /// info "Deluge".reverse();    // => eguleD
    /// info reverse({1, 2, 13});   // => 31,2,1
    /// ```
    "reverse" => fn reverse(text: &str) -> String {
        text.chars().rev().collect()
    }

    /// The text `count` times over, up to 100,000 characters; the empty text for 0 and less.
    ///
    /// ```dg
    /// info "Zoho".repeat(3);  // => ZohoZohoZoho
    /// ```
    "repeat" => fn repeat[cx](text: &str, count: i64) -> Result<String, Fault> {
        let count = usize::try_from(count).unwrap_or(0);
        let characters = char_count(text).saturating_mul(count);
        check_characters(characters, cx)?;
        // An empty text fits any number of times.
        Ok(if text.is_empty() { String::new() } else { text.repeat(count) })
    }
}}

fn joined(before: &str, behind: &str) -> Text {
    let mut text = String::with_capacity(before.len() + behind.len());
    text.push_str(before);
    text.push_str(behind);
    text.into()
}

/// A part of a text, sharing it when it is the whole.
fn part(text: &Text, part: &str) -> Text {
    if part.len() == text.len() { text.clone() } else { Text::new(part) }
}

/// White space as Java's `trim` sees it: blanks, tabs, line breaks and other controls, one byte each.
fn is_space(byte: u8) -> bool {
    byte <= b' '
}

fn trim_start(text: &str) -> &str {
    let spaces = text.bytes().take_while(|byte| is_space(*byte)).count();
    &text[spaces..]
}

fn trim_end(text: &str) -> &str {
    let spaces = text.bytes().rev().take_while(|byte| is_space(*byte)).count();
    &text[..text.len() - spaces]
}

/// How many blanks a text lacks to a width.
fn missing(text: &str, width: i64, cx: &Cx<'_>) -> Result<usize, Fault> {
    let width = usize::try_from(width).unwrap_or(0);
    check_characters(width, cx)?;
    Ok(width.saturating_sub(char_count(text)))
}

fn check_characters(characters: usize, cx: &Cx<'_>) -> Result<(), Fault> {
    if characters <= MOST_CHARACTERS {
        return Ok(());
    }
    let message = format!("expected at most 100,000 characters for the function {}, found {characters}", cx.function);
    Err(Fault::limit("limit.size", message))
}
