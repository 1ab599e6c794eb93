//! Completion, and when an input is complete.

use super::command::COMMANDS;
use crate::engine::Session;
use crate::program::{NetworkForm, System};
use crate::{builtins, syntax, tasks};
use rustyline::completion::Completer;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper as RustylineHelper, Highlighter, Hinter, Result};

/// What the editor asks while a line is typed.
#[derive(Default, RustylineHelper, Highlighter, Hinter)]
pub(crate) struct Helper {
    variables: Vec<String>,
    functions: Vec<String>,
    link_names: Vec<String>,
}

impl Helper {
    /// Takes in what the last input made.
    pub fn refresh(&mut self, session: &Session, link_names: Vec<String>) {
        self.variables = session.variables().map(|(name, _)| name.to_owned()).collect();
        self.functions = session.functions().map(str::to_owned).collect();
        self.link_names = link_names;
    }

    /// Where the word before the cursor starts, and what it could become.
    pub fn candidates(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let before = &line[..at];
        if let Some(word) = before.trim_start().strip_prefix(':') {
            let start = at - word.len();
            let words = COMMANDS.iter().map(|command| command.word.to_owned());
            return (start, starting_with(words, word));
        }
        if let Some(quote) = open_text(before) {
            let word = &before[quote + 1..];
            return (quote + 1, starting_with(self.link_names.iter().cloned(), word));
        }
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .map_or(0, |found| found + before[found..].chars().next().map_or(1, char::len_utf8));
        let word = &before[start..];
        let lower = word.to_ascii_lowercase();
        if lower.starts_with("zoho.") {
            let names = tasks::all().map(|task| task.name().to_owned());
            let names =
                names.chain(builtins::all().map(|row| row.name.to_owned()).filter(|name| name.starts_with("zoho.")));
            let names = names.chain(System::ALL.iter().map(|(name, _)| (*name).to_owned()));
            return (start, starting_with(names, word));
        }
        if let Some(dot) = word.rfind('.') {
            let names = builtins::all().map(|row| row.name.to_owned()).filter(|name| !name.contains('.'));
            return (start + dot + 1, starting_with(names, &word[dot + 1..]));
        }
        const WORDS: [&str; 12] = [
            "info",
            "if",
            "else",
            "for each",
            "in",
            "try",
            "catch",
            "return",
            "invokeurl",
            "sendmail",
            "null",
            "zoho.",
        ];
        let names = self.variables.iter().chain(&self.functions).cloned();
        let names = names.chain(WORDS.iter().map(|word| (*word).to_owned()));
        let names = names.chain(builtins::all().map(|row| row.name.to_owned()).filter(|name| !name.contains('.')));
        let names = names.chain(NetworkForm::ALL.iter().map(|(name, ..)| (*name).to_owned()));
        (start, starting_with(names, word))
    }
}

/// The names that begin with a word (any case), each once, in order.
fn starting_with(names: impl Iterator<Item = String>, word: &str) -> Vec<String> {
    let matches = |name: &String| name.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let mut found: Vec<_> = names.filter(matches).collect();
    found.sort();
    found.dedup();
    found
}

/// Where a text that the cursor stands in was opened.
fn open_text(before: &str) -> Option<usize> {
    let mut open = None;
    let mut escaped = false;
    for (at, letter) in before.char_indices() {
        match letter {
            '\\' if open.is_some() && !escaped => {
                escaped = true;
                continue;
            }
            '"' if !escaped => open = if open.is_some() { None } else { Some(at) },
            _ => {}
        }
        escaped = false;
    }
    open
}

/// Whether an input is the head of a statement whose block is still to come: `for each x in list`.
fn lacks_block(input: &str) -> bool {
    let parses = |text: &str| syntax::parse(text, Default::default()).1.is_empty();
    let with = |block: &str| parses(&format!("{input}{block}"));
    const HEADS: [&str; 4] = ["if", "for", "while", "try"];
    let head = input.trim_start().to_ascii_lowercase();
    HEADS.iter().any(|word| head.starts_with(word))
        && !input.trim_end().ends_with(';')
        && !parses(input)
        && (with("\n{}") || with("\ncatch(e){}"))
}

impl Completer for Helper {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> Result<(usize, Vec<String>)> {
        Ok(self.candidates(line, at))
    }
}

impl Validator for Helper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        let input = context.input();
        let command = input.trim_start().starts_with(':');
        Ok(match command || (syntax::is_complete(input) && !lacks_block(input)) {
            true => ValidationResult::Valid(None),
            false => ValidationResult::Incomplete,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(line: &str) -> (usize, Vec<String>) {
        let helper = Helper {
            variables: vec!["leads".into(), "lead_id".into()],
            link_names: vec!["zoho_crm".into()],
            ..Helper::default()
        };
        helper.candidates(line, line.len())
    }

    #[test]
    fn variables_methods_tasks_and_link_names_complete() {
        let (start, found) = complete("info lead");
        assert_eq!((start, found), (5, vec!["lead_id".to_owned(), "leads".to_owned()]));
        assert!(complete("x.subS").1.contains(&"subString".to_owned()));
        assert_eq!(complete("zoho.crm.getRecordById(\"Leads\", 1, Map(), \"zoho_").1, ["zoho_crm"]);
        assert_eq!(complete(":conn").1, ["connections"]);
    }

    #[test]
    fn a_head_waits_for_its_block() {
        for head in ["for each x in {1, 2}", "if(a == 1)", "try {\ninfo 1;\n}"] {
            assert!(lacks_block(head), "{head}");
        }
        for whole in ["if(a, 1, 2)", "for each x in {1} {\n}", "format = 1;", "if(a == 1) {}", "try"] {
            assert!(!lacks_block(whole), "{whole}");
        }
    }
}
