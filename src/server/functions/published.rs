//! The published functions: an unchanging set that is swapped whole. Each is compiled once, when it
//! is first called, against the sources of all.

use super::category::Category;
use super::definition::Definition;
use super::pace::Pace;
use crate::check::Loader;
use crate::engine::{Engine, NotCompiled, Script};
use crate::source::Source;
use crate::value::Settings;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// One published version of a function.
pub struct Deployed {
    pub id: String,
    pub version: i64,
    pub definition: Arc<Definition>,
    pub source: Source,
    script: OnceLock<Result<Script, Arc<NotCompiled>>>,
    pub pace: Arc<Pace>,
}

/// Makes engines for sources.
#[derive(Clone)]
pub struct Compiler {
    pub settings: Arc<Settings>,
}

/// All published functions.
pub struct Published {
    /// By full name in lower case.
    by_name: HashMap<String, Arc<Deployed>>,
    sources: Arc<Sources>,
    compiler: Compiler,
}

/// The sources that functions find each other in.
struct Sources(HashMap<String, Source>);

impl Loader for Sources {
    fn load(&self, name: &str) -> Option<Source> {
        self.0.get(&name.to_ascii_lowercase()).cloned()
    }
}

struct Shared(Arc<Sources>);

impl Loader for Shared {
    fn load(&self, name: &str) -> Option<Source> {
        self.0.load(name)
    }
}

impl Compiler {
    fn engine(&self, category: Category, sources: &Arc<Sources>) -> Engine {
        Engine {
            settings: Settings::clone(&self.settings),
            limits: category.limits(),
            strict: false,
            loader: Box::new(Shared(sources.clone())),
        }
    }
}

impl Deployed {
    pub fn new(id: String, version: i64, definition: Definition, source: Source) -> Self {
        Self { id, version, definition: Arc::new(definition), source, script: OnceLock::new(), pace: Arc::default() }
    }

    /// Whether it is compiled and leans on no other source.
    fn stands_alone(&self) -> bool {
        matches!(self.script.get(), Some(Ok(script)) if script.stands_alone())
    }
}

impl Published {
    /// The set of some functions.
    pub fn new(functions: Vec<Arc<Deployed>>, compiler: Compiler) -> Self {
        let key = |function: &Arc<Deployed>| function.definition.name.to_ascii_lowercase();
        let sources = functions.iter().map(|function| (key(function), function.source.clone())).collect();
        let by_name = functions.into_iter().map(|function| (key(&function), function)).collect();
        Self { by_name, sources: Arc::new(Sources(sources)), compiler }
    }

    /// A function by its full name, in any case.
    pub fn find_exact(&self, name: &str) -> Option<&Arc<Deployed>> {
        self.by_name.get(&name.to_ascii_lowercase())
    }

    /// A function by its full name, or by its name alone where that is one function's only. Any case.
    pub fn find(&self, name: &str) -> Option<&Arc<Deployed>> {
        let name = name.to_ascii_lowercase();
        if let Some(found) = self.by_name.get(&name) {
            return Some(found);
        }
        let mut called = self.by_name.values().filter(|one| one.definition.short_name().eq_ignore_ascii_case(&name));
        match (called.next(), called.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// All, by name.
    pub fn all(&self) -> Vec<Arc<Deployed>> {
        let mut all: Vec<_> = self.by_name.values().cloned().collect();
        all.sort_by(|a, b| a.definition.name.cmp(&b.definition.name));
        all
    }

    /// The script of a function, compiled now if it was not before. Not to be called from a coroutine.
    ///
    /// # Errors
    /// That it does not compile any more, since another function has changed.
    pub fn script(&self, function: &Deployed) -> Result<Script, Arc<NotCompiled>> {
        let compile = || {
            let engine = self.compiler.engine(function.definition.category, &self.sources);
            engine.compile(function.source.clone()).map_err(Arc::new)
        };
        function.script.get_or_init(compile).clone()
    }

    /// Whether a function is compiled already.
    pub fn is_compiled(&self, function: &Deployed) -> bool {
        function.script.get().is_some()
    }

    /// Compiles a source as if it were published, and reads what it declares.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(&self, source: &Source) -> Result<(Definition, Script), NotCompiled> {
        let names = crate::check::declared_names(source.text());
        let namespace = names.first().and_then(|name| name.rsplit_once('.')).map_or("", |(space, _)| space);
        let category = Category::of_namespace(namespace).unwrap_or(Category::Standalone);
        Definition::read(&self.compiler.engine(category, &self.sources), source)
    }

    /// This set with further sources to be found by others, which are not published yet.
    pub fn among(&self, sources: impl Iterator<Item = (String, Source)>) -> Arc<Self> {
        let mut all = self.sources.0.clone();
        all.extend(sources.map(|(name, source)| (name.to_ascii_lowercase(), source)));
        let (by_name, compiler) = (self.by_name.clone(), self.compiler.clone());
        Arc::new(Self { by_name, sources: Arc::new(Sources(all)), compiler })
    }

    /// The set of the functions given. What is compiled here and would compile to the same is kept.
    pub fn renewed(&self, functions: Vec<Deployed>) -> Self {
        let kept = |new: Deployed| match self.find_exact(&new.definition.name) {
            Some(old) if old.version == new.version && old.stands_alone() => old.clone(),
            _ => Arc::new(new),
        };
        Self::new(functions.into_iter().map(kept).collect(), self.compiler.clone())
    }
}
