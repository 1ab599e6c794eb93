//! Text to tree: the grammar, the builder and the tree itself.
//!
//! Parsing always returns: a tree, in which what could not be read stands as `Broken`, and the
//! diagnostics. Knows nothing of values, names or built-ins; `check` is the next layer.

pub mod ast;
mod build;
mod complete;
mod parser;
mod prescan;
mod recover;
mod scan;

pub use complete::is_complete;
pub use parser::parse;
pub use recover::IMPROPER;
pub use scan::line_comments;

/// How to read a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// Creator evaluates `||` before `&&`; everywhere else `&&` comes first.
    pub or_binds_tighter: bool,
}
