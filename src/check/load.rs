//! Where functions of other files come from.

use crate::source::Source;
use std::collections::HashMap;

/// Finds the source that declares a function.
pub trait Loader: Send + Sync {
    /// The source for `namespace.name` (any case); none when it is not known.
    fn load(&self, name: &str) -> Option<Source>;
}

/// No other functions.
pub struct NoFunctions;

impl Loader for NoFunctions {
    fn load(&self, _name: &str) -> Option<Source> {
        None
    }
}

/// The functions of a project folder, by lower-case full name. The folder is read by the door that owns it.
#[derive(Default)]
pub struct FunctionFolder {
    by_name: HashMap<String, Source>,
}

impl FunctionFolder {
    /// Takes the sources of a folder; each is known by the functions that its text declares.
    pub fn new(sources: Vec<Source>) -> Self {
        let mut by_name = HashMap::new();
        for source in sources {
            for name in declared_names(source.text()) {
                by_name.insert(name.to_ascii_lowercase(), source.clone());
            }
        }
        Self { by_name }
    }
}

impl Loader for FunctionFolder {
    fn load(&self, name: &str) -> Option<Source> {
        self.by_name.get(&name.to_ascii_lowercase()).cloned()
    }
}

/// The full names of the functions that a text declares, in order, as far as it can be read.
pub fn declared_names(text: &str) -> Vec<String> {
    let (file, _) = crate::syntax::parse(text, Default::default());
    file.functions.iter().map(super::full_name).collect()
}
