//! `ararat doc`: documentation from the declarations.

use super::{Exit, bad_use};
use crate::builtins::{self, Builtin, On, Use};
use crate::eval::limits::{self, Limits};
use crate::tasks;
use clap::{Args, Subcommand};

#[derive(Args)]
pub struct Doc {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Built-in functions, all of them or those of one name
    Builtins { name: Option<String> },
    /// Integration tasks, all of them or one
    Tasks { name: Option<String> },
    /// The limits of each profile
    Limits,
}

impl Doc {
    pub fn main(self) -> Exit {
        match self.what {
            What::Builtins { name: None } => {
                out!("{}", builtins_page());
                Exit::Ok
            }
            What::Builtins { name: Some(name) } => match named(&name).as_slice() {
                [] => bad_use(format!("there is no built-in `{name}`")),
                rows => {
                    rows.iter().for_each(|row| out!("{}", entry(row)));
                    Exit::Ok
                }
            },
            What::Limits => {
                out!("{}", limits_page());
                Exit::Ok
            }
            What::Tasks { name: None } => {
                tasks::all().for_each(|task| outln!("{}", task.signature()));
                Exit::Ok
            }
            What::Tasks { name: Some(name) } => match tasks::find(&name) {
                Some(task) => {
                    out!("{}", task_page(task));
                    Exit::Ok
                }
                None => bad_use(format!("there is no task `{name}`")),
            },
        }
    }
}

/// The built-ins of a name, or else those whose dotted name ends with it: `md5` for `zoho.encryption.md5`.
fn named(name: &str) -> Vec<&'static Builtin> {
    if let Some(method) = builtins::find(name) {
        return method.rows.to_vec();
    }
    let ends_so = |row: &&Builtin| row.name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(name));
    builtins::all().filter(ends_so).collect()
}

/// The table of limits as Markdown: what `docs/limits.md` holds.
pub fn limits_page() -> String {
    let mut page = String::from(
        "# Limits\n\n\
         Made by `ararat doc limits` from the declarations. `--limits PROFILE` chooses a profile, `--limit NAME=VALUE` changes \
         one limit of it; `none` is the default. Going over a limit ends the run with an error that names the limit, the line \
         and what was used so far; a script cannot catch it. Figures that a product gives per day bound one run.\n\n",
    );
    let names: Vec<_> = Limits::PROFILES.iter().map(|(name, _)| *name).collect();
    page.push_str(&format!("| limit | {} | counts |\n|{}\n", names.join(" | "), " --- |".repeat(names.len() + 2)));
    for field in limits::FIELDS {
        let shown = |limits: &Limits| (field.get)(limits).map_or_else(String::new, |amount| field.unit.shown(amount));
        let figures: Vec<_> = Limits::PROFILES.iter().map(|(_, limits)| shown(limits)).collect();
        page.push_str(&format!("| `{}` | {} | {} |\n", field.name, figures.join(" | "), field.doc));
    }
    page.push_str(
        "\nUnder every profile: 64 MB in one text, 200 levels of brackets and blocks in a source, 300 operators and calls that \
         depend on one another in one expression, 256 levels when a value is printed or compared. The sizes that belong to one \
         built-in or one kind of request stand with it.\n",
    );
    page
}

/// The headings of the page, in order: what is called on, and what is said about it.
const GROUPS: [(On, &str, &str); 10] = [
    (On::Text, "Text", "Indexes count characters from 0; an end is not included."),
    (On::Number, "Number", "On NUMBER and DECIMAL; angles are in radians."),
    (On::Date, "Date and time", "On DATE and DATE-TIME, and outside Creator on texts that hold one."),
    (On::Time, "Time of day", "On TIME, a type of Creator: `'10:00:00 PM'`."),
    (On::List, "List", "Indexes count from 0. Comma-separated text is taken for a list."),
    (On::Map, "Map", "Keys keep the order in which they were put."),
    (On::Collection, "Collection", "Elements or pairs, never both."),
    (On::File, "File", "Files come from requests, `toFile`, `extract` and base64, never from the disk."),
    (On::Any, "Any value", "Null included."),
    (On::Nothing, "Without a receiver", "Called by their full name."),
];

/// All built-ins as Markdown, grouped by receiver: what `docs/builtins.md` holds.
pub fn builtins_page() -> String {
    let mut page = String::from(
        "# Built-in functions\n\n\
         Made by `ararat doc builtins` from the declarations; every example is run as a test.\n\n\
         A function of a value is written behind it, `\"abc\".length()`, or around it, `length(\"abc\")`. Names are found in \
         any case. `[x]` may be left out.\n\n",
    );
    for (on, title, _) in GROUPS {
        page.push_str(&format!("**[{title}](#{})**: {}\n\n", anchor(title), names(on).join(", ")));
    }
    for (on, title, about) in GROUPS {
        page.push_str(&format!("## {title}\n\n{about}\n"));
        let mut rows: Vec<_> = builtins::all().filter(|row| row.on == on).collect();
        rows.sort_by_key(|row| row.name.to_ascii_lowercase());
        rows.into_iter().for_each(|row| page.push_str(&entry(row)));
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The names and aliases of a group, each once.
fn names(on: On) -> Vec<String> {
    let rows = builtins::all().filter(|row| row.on == on);
    let all = rows.flat_map(|row| std::iter::once(&row.name).chain(row.aliases));
    let mut names: Vec<_> = all.map(|name| format!("`{name}`")).collect();
    names.sort_by_key(|name| name.to_ascii_lowercase());
    names.dedup();
    names
}

/// As Markdown viewers make anchors of headings.
fn anchor(title: &str) -> String {
    title.to_ascii_lowercase().replace(' ', "-")
}

/// What a function gives, in the words of the reference; none when it gives nothing or it varies.
fn gives(row: &Builtin) -> Option<&'static str> {
    let word = match row.returns {
        _ if row.used == Use::Effect => return None,
        kind if kind.contains("bool") => "BOOLEAN",
        kind if kind.contains("i64") => "NUMBER",
        kind if kind.contains("f64") || kind.contains("Number") => "DECIMAL",
        kind if kind.contains("String") || kind.contains("Text") => "TEXT",
        kind if kind.contains("DateTime") => "DATE-TIME",
        kind if kind.contains("Time") => "TIME",
        kind if kind.contains("List") || kind.contains("Vec") => "LIST",
        kind if kind.contains("Map") => "KEY-VALUE",
        kind if kind.contains("Collection") => "COLLECTION",
        kind if kind.contains("File") => "FILE",
        _ => return None,
    };
    Some(word)
}

/// One task: signature, what it gives, where that is known from.
fn task_page(task: &tasks::Task) -> String {
    let mut page = format!("{}\n\n{}\n\n", task.signature(), task.doc);
    if task.cases.is_empty() {
        page.push_str("known, not mapped yet: a call is refused\n");
    }
    for case in &task.cases {
        page.push_str(&format!("request     {}\n", case.request));
        if !case.scope.is_empty() {
            page.push_str(&format!("scope       {}\n", case.scope));
        }
    }
    page.push_str(&format!("source      {}\nconfidence  {}\n", task.source, task.confidence.word()));
    page
}

/// One built-in as Markdown.
fn entry(row: &Builtin) -> String {
    let mut out = format!("\n### `{}`\n", row.signature());
    let also = (!row.aliases.is_empty()).then(|| format!("also `{}`", row.aliases.join("`, `")));
    let notes: Vec<_> = gives(row).map(|word| format!("gives {word}")).into_iter().chain(also).collect();
    if !notes.is_empty() {
        out.push_str(&format!("\n*{}*\n", notes.join("; ")));
    }
    out.push('\n');
    for line in row.doc {
        out.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
        out.push('\n');
    }
    out
}
