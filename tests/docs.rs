//! Runs what the documentation shows: every `dg` example in the docs of built-ins, in README.md and
//! under docs/. `// => text` says what is printed, in order; an example that fails ends with
//! `// => error: message`. `UPDATE=1 cargo test --test docs` writes `docs/builtins.md` and `docs/limits.md` anew.

// A test may look at the environment and at the pages it checks.
#![allow(clippy::disallowed_methods)]

use ararat::builtins::On;
use ararat::hosts::Offline;
use ararat::value::settings::Dialect;
use ararat::{Args, Engine, Failure, Source, builtins, cli};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};

/// 2026-02-05 10:30:00 UTC: no example depends on the clock of the machine.
const NOW: i64 = 1_770_287_400_000;

/// An example: the text of one `dg` block.
struct Example {
    name: String,
    text: String,
    dialect: Dialect,
}

fn main() {
    let mut trials = vec![
        Trial::test("docs/builtins.md is what `ararat doc builtins` prints", || {
            is_current("docs/builtins.md", &cli::doc::builtins_page())
        }),
        Trial::test("docs/limits.md is what `ararat doc limits` prints", || {
            is_current("docs/limits.md", &cli::doc::limits_page())
        }),
        Trial::test("every built-in has an example", every_builtin_has_an_example),
        Trial::test("every built-in on a page says what it does in one sentence", every_builtin_has_a_sentence),
    ];
    let examples = of_builtins().into_iter().chain(of_pages());
    trials.extend(examples.map(|example| Trial::test(example.name.clone(), move || run(&example))));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn of_builtins() -> Vec<Example> {
    let mut examples = Vec::new();
    for row in builtins::all() {
        let doc: Vec<&str> = row.doc.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        for (index, text) in blocks(&doc.join("\n")).into_iter().enumerate() {
            // A time of day is a value of Creator's Deluge only.
            let dialect = if row.on == On::Time { Dialect::Creator } else { Dialect::Crm };
            examples.push(Example { name: format!("{:?}::{}::{index}", row.on, row.name), text, dialect });
        }
    }
    examples
}

/// Examples of the pages that say what they print.
fn of_pages() -> Vec<Example> {
    let docs = std::fs::read_dir(root().join("docs")).expect("docs/ is there");
    let mut pages: Vec<PathBuf> = docs.flatten().map(|entry| entry.path()).collect();
    pages.retain(|page| page.extension().is_some_and(|ending| ending == "md") && !page.ends_with("builtins.md"));
    pages.extend([root().join("README.md")].into_iter().filter(|page| page.exists()));
    pages.sort();
    let mut examples = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page is text");
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let shown = blocks(&text).into_iter().enumerate().filter(|(_, block)| block.contains("// =>"));
        examples.extend(shown.map(|(index, text)| Example {
            name: format!("{name}::{index}"),
            text,
            dialect: Dialect::Crm,
        }));
    }
    examples
}

/// The contents of the ```` ```dg ```` blocks.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match (&mut open, line.trim()) {
            (None, "```dg") => open = Some(String::new()),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some(block), _) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}

fn run(example: &Example) -> Result<(), Failed> {
    let wanted: Vec<&str> =
        example.text.lines().filter_map(|line| line.split_once("// =>")).map(|(_, shown)| shown.trim()).collect();
    let shown = output(example)?;
    let found: Vec<&str> = shown.lines().map(str::trim).collect();
    if wanted == found {
        return Ok(());
    }
    Err(format!("{}\n--- the example says\n{}\n--- it prints\n{shown}", example.text, wanted.join("\n")).into())
}

/// What an example prints; its error as a last line.
fn output(example: &Example) -> Result<String, Failed> {
    let mut engine = Engine::default();
    engine.settings.dialect = example.dialect;
    let script = match engine.compile(Source::new("example.dg", &*example.text)) {
        Ok(script) => script,
        Err(refused) => {
            let first = refused.0.iter().find(|report| report.diagnostic.is_error());
            return Ok(first.map_or_else(String::new, |report| format!("error: {}\n", report.diagnostic.message)));
        }
    };
    let mut host = Offline::new().at(NOW);
    let outcome = script.run(&mut host, &Args::new());
    let mut shown = host.printed().to_owned();
    match outcome {
        Ok(_) => Ok(shown),
        Err(Failure::Script { fault, .. }) => {
            shown.push_str(&format!("error: {fault}\n"));
            Ok(shown)
        }
        Err(Failure::Call(message)) => Err(message.into()),
    }
}

fn is_current(file: &str, page: &str) -> Result<(), Failed> {
    let path = root().join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, page)?;
    }
    match std::fs::read_to_string(&path)? == page {
        true => Ok(()),
        false => Err(format!("{file} is out of date: run `UPDATE=1 cargo test --test docs`").into()),
    }
}

fn every_builtin_has_an_example() -> Result<(), Failed> {
    let lacking = builtins::all().filter(|row| !row.doc.iter().any(|line| line.contains("// =>")));
    none(lacking.map(|row| format!("{:?} {}", row.on, row.name)).collect())
}

fn every_builtin_has_a_sentence() -> Result<(), Failed> {
    let lacking = builtins::all().filter(|row| row.doc.first().is_none_or(|line| line.trim().len() < 8));
    none(lacking.map(|row| format!("{:?} {}", row.on, row.name)).collect())
}

fn none(lacking: Vec<String>) -> Result<(), Failed> {
    if lacking.is_empty() { Ok(()) } else { Err(format!("lacking: {}", lacking.join(", ")).into()) }
}
