//! What a source declares: the name, category, arguments and header of its function.

use super::category::{CATEGORIES, Category};
use super::header::Header;
use crate::diagnostic::Diagnostic;
use crate::engine::{Engine, NotCompiled, Report, Script};
use crate::source::{Source, Span};
use serde::{Deserialize, Serialize};

/// The declaration of one function. The first function of a source is the one that it publishes;
/// any others help it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// With its namespace: `standalone.hello`.
    pub name: String,
    pub category: Category,
    pub arguments: Vec<Argument>,
    /// The type it returns, as messages name it: `VOID`, `TEXT` …
    pub returns: String,
    #[serde(flatten)]
    pub header: Header,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    pub name: String,
    /// As messages name it: `TEXT`, `BIGINT` …
    pub kind: String,
    /// The JSON of what it is when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

impl Definition {
    /// Compiles a source and reads what it declares.
    ///
    /// # Errors
    /// What is wrong with it, with places.
    pub fn read(engine: &Engine, source: &Source) -> Result<(Definition, Script), NotCompiled> {
        let script = engine.compile(source.clone())?;
        let (header, problems) = Header::read(source.text());
        let mut problems: Vec<_> = problems;
        let definition = declared(&script, header, &mut problems);
        match definition {
            Some(definition) if problems.is_empty() => Ok((definition, script)),
            _ => {
                let report = |diagnostic| Report { source: source.clone(), diagnostic };
                Err(NotCompiled(problems.into_iter().map(report).collect()))
            }
        }
    }

    /// The name without its namespace.
    pub fn short_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }
}

fn declared(script: &Script, header: Header, problems: &mut Vec<Diagnostic>) -> Option<Definition> {
    let mut refuse = |span, message: String| problems.push(Diagnostic::error("DG191", "save.function", span, message));
    let Some(function) = script.functions().next() else {
        let example = "string standalone.hello(String name)";
        refuse(Span::default(), format!("expected a function such as `{example}`, found none"));
        return None;
    };
    let namespace = function.name.rsplit_once('.').map_or("", |(namespace, _)| namespace);
    let Some(category) = Category::of_namespace(namespace) else {
        let known: Vec<_> = CATEGORIES.iter().map(|row| format!("`{}`", row.namespace)).collect();
        let found = if namespace.is_empty() { "none".to_owned() } else { format!("`{namespace}`") };
        refuse(function.span, format!("expected one of the namespaces {}, found {found}", known.join(", ")));
        return None;
    };
    if script.has_body() {
        refuse(function.span, "statements outside of a function would never run".to_owned());
    }
    let mut arguments: Vec<Argument> = function
        .params
        .iter()
        .map(|param| Argument { name: param.name.clone(), kind: param.kind.name().to_owned(), default: None })
        .collect();
    for (name, json) in &header.defaults {
        match arguments.iter_mut().find(|argument| argument.name == *name) {
            Some(argument) => argument.default = Some(json.clone()),
            None => refuse(function.span, format!("`@default` names `{name}`, and the function has no such argument")),
        }
    }
    let returns = function.returns.name().to_owned();
    Some(Definition { name: function.name.clone(), category, arguments, returns, header })
}
