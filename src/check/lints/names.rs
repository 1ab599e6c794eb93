//! Names of variables and parameters.

use super::{Cx, Family, Routine, warning};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::pages::Page;
use crate::source::Span;
use crate::syntax::ast::{Block, Name, Stmt, StmtKind, Target};

pub const RESERVED: Page = Page {
    code: "DG406",
    kind: "lint.reserved",
    title: "a reserved word as a name",
    text: "Zoho lists the word as reserved (`deluge/help/keywords`). Many scripts use such names all the same, so it is an \
error only with `--strict` (`save.reserved`).",
    wrong: "map = Map();\ninfo map;",
    right: "lead = Map();\ninfo lead;",
};

/// The documented list; the hard keywords among them cannot be names at all.
const WORDS: &[&str] = &[
    "bool",
    "collection",
    "date",
    "else",
    "false",
    "float",
    "from",
    "if",
    "ifnull",
    "in",
    "int",
    "is",
    "list",
    "map",
    "null",
    "permissions",
    "portal",
    "reload",
    "return",
    "string",
    "thisapp",
    "true",
    "void",
    "zoho",
];

#[derive(Default)]
pub struct Names {
    /// Words told about in the function at hand.
    told: Vec<&'static str>,
}

impl<'a> Family<'a> for Names {
    fn enter(&mut self, cx: &mut Cx<'_>, routine: &Routine<'a>) {
        self.told.clear();
        let params = routine.function.iter().flat_map(|function| &function.params);
        params.for_each(|param| self.name(cx, param.name));
    }

    fn stmt(&mut self, cx: &mut Cx<'_>, stmt: &'a Stmt<'a>) {
        match &stmt.kind {
            StmtKind::Assign { target: Target::Variable(name), .. } => self.name(cx, *name),
            StmtKind::ForEach { variable, .. } => self.name(cx, *variable),
            _ => {}
        }
    }

    fn catch(&mut self, cx: &mut Cx<'_>, at: Span, _block: &'a Block<'a>) {
        let text = cx.text(at).to_owned();
        self.name(cx, Name { text: &text, span: at });
    }
}

impl Names {
    fn name(&mut self, cx: &mut Cx<'_>, name: Name<'_>) {
        let Some(word) = WORDS.iter().find(|word| **word == name.text) else { return };
        if self.told.contains(word) {
            return;
        }
        self.told.push(word);
        let message = format!("`{word}` is a reserved word");
        let found = match cx.around.strict {
            true => Diagnostic::error("DG134", "save.reserved", name.span, message),
            false => warning(&RESERVED, name.span, message),
        };
        cx.report(found.help("take another name"));
    }
}
