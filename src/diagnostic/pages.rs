//! The page of every error code: what `ararat explain` prints and `docs/errors.md` holds.
//!
//! Errors of saving, of running, of limits and of tests are declared here, a file per family. A lint
//! declares its page beside its code, in `check::lints`; whoever shows pages puts both together.
//! The examples are checked: the wrong one gives the code, the right one does not.

mod run;
mod save;
mod test;

/// What there is to know about one code.
#[derive(Debug)]
pub struct Page {
    /// `DG124`: stable, and of one kind.
    pub code: &'static str,
    /// `save.type`: several codes may share one.
    pub kind: &'static str,
    /// A few words, without a full stop.
    pub title: &'static str,
    /// What it means, why it is so, and what to do.
    pub text: &'static str,
    /// A script that gets the code; empty where a script alone cannot. A first line `// with …` names options.
    pub wrong: &'static str,
    /// The same, put right.
    pub right: &'static str,
}

/// The pages of everything but lints, by code.
pub fn all() -> impl Iterator<Item = &'static Page> {
    save::PAGES.iter().chain(run::PAGES).chain(test::PAGES)
}

/// A page without an example: a script alone does not get the code.
const fn outside(code: &'static str, kind: &'static str, title: &'static str, text: &'static str) -> Page {
    Page { code, kind, title, text, wrong: "", right: "" }
}

impl Page {
    /// Whether a code or a kind, in any case, means this page.
    pub fn answers(&self, word: &str) -> bool {
        self.code.eq_ignore_ascii_case(word) || self.kind.eq_ignore_ascii_case(word)
    }

    /// The page as Markdown, under a heading of the second level.
    pub fn markdown(&self) -> String {
        let mut out = format!("## {} `{}`: {}\n\n{}\n", self.code, self.kind, self.title, self.text.trim());
        for (title, example) in [("Wrong", self.wrong), ("Right", self.right)] {
            if !example.is_empty() {
                out.push_str(&format!("\n{title}:\n\n```dg\n{}\n```\n", example.trim()));
            }
        }
        out
    }
}
