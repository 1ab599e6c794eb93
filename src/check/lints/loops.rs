//! Requests inside loops.

use super::{Cx, Family, warning};
use crate::builtins;
use crate::diagnostic::pages::Page;
use crate::program::{NetworkForm, System};
use crate::syntax::ast::{Expr, ExprKind, Step, TaskKind};

pub const LOOP: Page = Page {
    code: "DG403",
    kind: "lint.loop",
    title: "a request inside a loop",
    text: "Each turn waits for an answer and counts against the day's requests; with many elements the function runs out of \
time. Collect the records in a list and send them in one call (`bulkCreate`, `bulkUpdate`, 100 records a call), or fetch \
what the loop needs before it. Where a loop asks for one page after the other, the warning can be left as it is.",
    wrong: "for each id in {1,2,3}\n{\n\tinfo zoho.crm.getRecordById(\"Leads\",id);\n}",
    right: "leads = zoho.crm.getRecords(\"Leads\");\nfor each lead in leads\n{\n\tinfo lead.get(\"Last_Name\");\n}",
};

pub struct Loops;

impl<'a> Family<'a> for Loops {
    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        if cx.loops == 0 {
            return;
        }
        if let Some(what) = request(expr) {
            cx.report(
                warning(&LOOP, expr.span, format!("{what} is called in every turn of the loop"))
                    .help("collect in the loop and call once behind it, or fetch before the loop"),
            );
        }
    }
}

/// What an expression calls over the network.
pub fn request(expr: &Expr<'_>) -> Option<String> {
    match &expr.kind {
        ExprKind::Task(block) => match block.kind {
            TaskKind::Other => None,
            TaskKind::InvokeUrl
            | TaskKind::InvokeApi
            | TaskKind::SendMail
            | TaskKind::SendSms
            | TaskKind::Ftp
            | TaskKind::Sftp => Some(format!("`{}`", block.keyword.text)),
        },
        ExprKind::Call { name, .. } => {
            let word = name.text.to_ascii_lowercase();
            let form = NetworkForm::ALL.iter().find(|(known, ..)| *known == word)?.1;
            (form != NetworkForm::OpenUrl).then(|| format!("`{}`", name.text))
        }
        ExprKind::Chain { base, steps } => match base.kind {
            ExprKind::Name(name) if name.eq_ignore_ascii_case("zoho") => task(steps).map(|path| format!("`{path}`")),
            _ => None,
        },
        _ => None,
    }
}

/// The full name of the task that the steps behind `zoho` call.
pub fn task(steps: &[Step<'_>]) -> Option<String> {
    let mut path = "zoho".to_owned();
    for step in steps {
        let (Step::Field(part) | Step::Call { name: part, .. }) = step else { return None };
        path.push('.');
        path.push_str(part.text);
        let lower = path.to_ascii_lowercase();
        if System::ALL.iter().any(|(known, _)| *known == lower) {
            return None;
        }
        if matches!(step, Step::Call { .. }) {
            return builtins::find(&path).is_none().then_some(path);
        }
    }
    None
}
