//! What a function is: its definition, read from its source, and the set of published ones.

pub mod category;
mod definition;
mod diff;
pub mod folder;
mod header;
mod pace;
mod published;

pub use category::{CATEGORIES, Category};
pub use definition::{Argument, Definition};
pub use diff::diff;
pub use header::{Header, RestAccess, TAGS};
pub use pace::Pace;
pub use published::{Compiler, Deployed, Published};
