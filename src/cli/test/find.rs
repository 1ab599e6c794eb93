//! Which tests there are, and which of them are meant.

use crate::server::functions::folder;
use std::io;
use std::path::{Path, PathBuf};

/// One test: a script below `tests`.
pub struct Case {
    /// The path below `tests`, without its ending: `orders/total`.
    pub name: String,
    pub path: PathBuf,
}

impl Case {
    /// A file that belongs to the test: `orders/total.out`.
    pub fn beside(&self, ending: &str) -> PathBuf {
        self.path.with_extension(ending)
    }

    /// Whether a word of the command line means it: its file, a folder above it, or a part of its name.
    fn is_meant_by(&self, word: &str) -> bool {
        let path = Path::new(word);
        self.path.starts_with(path.strip_prefix(".").unwrap_or(path)) || self.name.contains(word)
    }
}

/// The tests below a folder, in the order of their paths.
///
/// # Errors
/// That a folder cannot be read.
pub fn cases(tests: &Path) -> io::Result<Vec<Case>> {
    let case = |path: PathBuf| {
        let name = path.strip_prefix(tests).unwrap_or(&path).with_extension("");
        Case { name: name.display().to_string().replace('\\', "/"), path }
    };
    Ok(folder::scripts(tests)?.into_iter().map(case).collect())
}

/// Those that the words mean; all where there are none.
///
/// # Errors
/// The word that means no test.
pub fn named(cases: Vec<Case>, words: &[String]) -> Result<Vec<Case>, String> {
    if let Some(word) = words.iter().find(|word| !cases.iter().any(|case| case.is_meant_by(word))) {
        return Err(format!("no test is called `{word}`; `ararat test --list` lists them"));
    }
    let is_meant = |case: &Case| words.is_empty() || words.iter().any(|word| case.is_meant_by(word));
    Ok(cases.into_iter().filter(is_meant).collect())
}
