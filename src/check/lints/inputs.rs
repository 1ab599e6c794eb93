//! What a script without a function header reads from outside.

use super::Cx;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::pages::Page;

pub const INPUT: Page = Page {
    code: "DG413",
    kind: "lint.input",
    title: "a script reads an input",
    text: "Outside of functions, a name that is read before it is set is an input of the script: the product supplies it, and \
here you do, with `--arg NAME=VALUE`. This is a note, no fault; with `--strict` it is the error `save.undefined`.",
    wrong: "info invoice.get(\"total\");",
    right: "invoice = {\"total\":12};\ninfo invoice.get(\"total\");",
};

/// One note for each input.
pub fn report(cx: &mut Cx<'_>) {
    for input in &cx.around.program.inputs {
        let name = &input.name;
        let message = format!("reads input {name}; give it with --arg {name}=…");
        cx.found.push(Diagnostic::remark(INPUT.code, INPUT.kind, input.span, message));
    }
}
