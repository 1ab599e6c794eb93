//! What the chosen product does not have.

use super::{Cx, Family, warning};
use crate::diagnostic::pages::Page;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, FormStmt, Step, Stmt, StmtKind, TaskKind};
use crate::value::Time;
use crate::value::settings::Dialect;

pub const DIALECT: Page = Page {
    code: "DG412",
    kind: "lint.dialect",
    title: "the product does not have this",
    text: "Deluge differs from product to product. Forms, their records and TIME values belong to Creator; push \
notifications too; `openUrl` opens pages in Creator, CRM and Books; Creator sends messages by tasks such as \
`twilio.sms.send` rather than by `sendsms`. Name the product with `--dialect`.",
    wrong: "hide Stage;",
    right: "// with --dialect creator\nhide Stage;",
};

pub struct Dialects;

impl<'a> Family<'a> for Dialects {
    fn stmt(&mut self, cx: &mut Cx<'_>, stmt: &'a Stmt<'a>) {
        let StmtKind::Form(form) = &stmt.kind else { return };
        let what = match form {
            FormStmt::Alert(_) => "`alert`".to_owned(),
            FormStmt::Cancel(word) => format!("`cancel {}`", word.text),
            FormStmt::SuccessMessage(_) => "`success message`".to_owned(),
            FormStmt::Field { verb, .. } | FormStmt::Select { verb, .. } => format!("`{}` of a form field", verb.text),
            FormStmt::Ui { method, .. } => format!("`ui.{}` of a form field", method.text),
            FormStmt::Reload => "`reload`".to_owned(),
            FormStmt::Update { .. } | FormStmt::BulkAssign { .. } => "updating records of a form".to_owned(),
            FormStmt::Delete { .. } => "`delete from` a form".to_owned(),
        };
        creator_only(cx, stmt.span, &what);
    }

    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        let dialect = cx.around.settings.dialect;
        match &expr.kind {
            ExprKind::Fetch(_) => creator_only(cx, expr.span, "fetching records of a form"),
            ExprKind::Insert { .. } => creator_only(cx, expr.span, "`insert into` a form"),
            ExprKind::Quoted(text) if Time::parse(text).is_some() => {
                creator_only(cx, expr.span, "a TIME (this is read as text)");
            }
            ExprKind::Task(block) if block.kind == TaskKind::SendSms && dialect.is_creator() => {
                report(cx, expr.span, "creator has no `sendsms`: it has tasks such as `twilio.sms.send`".to_owned());
            }
            ExprKind::Call { name, .. } if name.text.eq_ignore_ascii_case("openUrl") => match dialect {
                Dialect::Crm | Dialect::Creator | Dialect::Books => {}
                Dialect::Desk | Dialect::Cliq | Dialect::Flow => {
                    report(cx, expr.span, format!("`openUrl` is not part of {}", word(dialect)));
                }
            },
            ExprKind::Chain { base, steps } => match (&base.kind, steps.first()) {
                (ExprKind::Name(name), _) if name.eq_ignore_ascii_case("thisapp") => {
                    creator_only(cx, expr.span, "`thisapp`");
                }
                (ExprKind::Name(name), Some(Step::Call { name: task, .. }))
                    if name.eq_ignore_ascii_case("zoho") && task.text.eq_ignore_ascii_case("pushNotification") =>
                {
                    creator_only(cx, expr.span, "`zoho.pushNotification`");
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn creator_only(cx: &mut Cx<'_>, span: Span, what: &str) {
    let dialect = cx.around.settings.dialect;
    if !dialect.is_creator() {
        report(cx, span, format!("{what} is part of Creator, not of {}", word(dialect)));
    }
}

fn report(cx: &mut Cx<'_>, span: Span, message: String) {
    cx.report(warning(&DIALECT, span, message).help("name the product with `--dialect`"));
}

fn word(dialect: Dialect) -> &'static str {
    Dialect::ALL.iter().find(|(_, known)| *known == dialect).map_or("this product", |(word, _)| word)
}
