//! `ararat doc`: documentation from the declarations.

use super::{Exit, bad_use};
use crate::builtins::{self, Builtin};
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
}

impl Doc {
    pub fn main(self) -> Exit {
        match self.what {
            What::Builtins { name: None } => {
                print!("{}", builtins_page());
                Exit::Ok
            }
            What::Builtins { name: Some(name) } => match builtins::find(&name) {
                Some(method) => {
                    method.rows.iter().for_each(|row| print!("{}", entry(row)));
                    Exit::Ok
                }
                None => bad_use(format!("there is no built-in `{name}`")),
            },
            What::Tasks { name: None } => {
                tasks::all().for_each(|task| println!("{}", task.signature()));
                Exit::Ok
            }
            What::Tasks { name: Some(name) } => match tasks::find(&name) {
                Some(task) => {
                    print!("{}", task_page(task));
                    Exit::Ok
                }
                None => bad_use(format!("there is no task `{name}`")),
            },
        }
    }
}

/// All built-ins as Markdown, grouped by receiver: what `docs/builtins.md` holds.
pub fn builtins_page() -> String {
    let mut page = String::from(
        "# Built-in functions\n\nMade by `ararat doc builtins` from the declarations; every example is run as a test.\n",
    );
    let mut heading = String::new();
    let mut rows: Vec<_> = builtins::all().collect();
    rows.sort_by_key(|row| (format!("{:?}", row.on), row.name.to_ascii_lowercase()));
    for row in rows {
        let on = format!("{:?}", row.on);
        if on != heading {
            let title = if on == "Nothing" { "Without a receiver".to_owned() } else { format!("On {on}") };
            page.push_str(&format!("\n## {title}\n"));
            heading = on;
        }
        page.push_str(&entry(row));
    }
    page
}

/// One task: signature, what it gives, where that is known from.
fn task_page(task: &tasks::Task) -> String {
    let mut page = format!("{}\n\n{}\n\n", task.signature(), task.doc);
    if task.cases.is_empty() {
        page.push_str("known, not mapped yet: a call is refused\n");
    }
    for case in &task.cases {
        page.push_str(&format!("request     {}\n", case.request));
    }
    page.push_str(&format!("source      {}\nconfidence  {:?}\n", task.source, task.confidence));
    page
}

/// One built-in as Markdown.
fn entry(row: &Builtin) -> String {
    let mut out = format!("\n### `{}`\n", row.signature());
    if !row.aliases.is_empty() {
        out.push_str(&format!("\nAlso `{}`.\n", row.aliases.join("`, `")));
    }
    out.push('\n');
    for line in row.doc {
        out.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
        out.push('\n');
    }
    out
}
