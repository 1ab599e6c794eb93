//! `ararat explain CODE`: the page of an error code.

use super::{Exit, bad_use};
use crate::check::lints;
use crate::diagnostic::pages::{self, Page};
use clap::Args;

#[derive(Args)]
pub struct Explain {
    /// A code such as DG203, or a kind such as run.null; without it, all codes are listed
    code: Option<String>,
    /// Print every page, as Markdown
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

impl Explain {
    pub fn main(self) -> Exit {
        match (self.all, self.code) {
            (true, _) => out!("{}", book()),
            (false, None) => {
                every_page().into_iter().for_each(|page| outln!("{}  {:<22} {}", page.code, page.kind, page.title))
            }
            (false, Some(word)) => {
                let pages: Vec<_> =
                    every_page().into_iter().filter(|page| page.answers(&word)).map(Page::markdown).collect();
                if pages.is_empty() {
                    return bad_use(format!("there is no code `{word}`; `ararat explain` lists them"));
                }
                out!("{}", pages.join("\n"));
            }
        }
        Exit::Ok
    }
}

/// The pages of every code there is, by code.
pub fn every_page() -> Vec<&'static Page> {
    let mut pages: Vec<_> = pages::all().chain(lints::pages()).collect();
    pages.sort_by_key(|page| page.code);
    pages
}

/// Every page in one Markdown text.
fn book() -> String {
    let mut out = String::from(
        "# Error codes\n\nEvery message of `ararat` carries a code, which never changes its meaning, and a kind. \
         DG1xx: the script would not be saved. DG2xx: it failed while running. DG3xx: it went over a limit. \
         DG4xx: it can be better. DG5xx: a test expected something else. This page is the output of `ararat explain --all`.\n",
    );
    for page in every_page() {
        out.push('\n');
        out.push_str(&page.markdown());
    }
    out
}
