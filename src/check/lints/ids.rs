//! Ids of records written into the script.

use super::{Cx, Family, warning};
use crate::diagnostic::pages::Page;
use crate::syntax::ast::{Expr, ExprKind};

pub const ID: Page = Page {
    code: "DG401",
    kind: "lint.id",
    title: "a record's id in the source",
    text: "Ids differ between a sandbox, a copy and the live organisation, and a record may be deleted. Pass the id in, \
look the record up by a name, or keep the id in an organisation variable.",
    wrong: "owner = \"4876876000000333001\";\ninfo owner;",
    right: "owner = zoho.crm.getOrgVariable(\"default_owner\");\ninfo owner;",
};

/// The fewest digits of a record's id.
const DIGITS: usize = 15;
const LEAST: i64 = 100_000_000_000_000;

pub struct Ids;

impl<'a> Family<'a> for Ids {
    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        let is_id = match &expr.kind {
            ExprKind::Int(number) => *number >= LEAST && *number != i64::MAX,
            ExprKind::Text(text) => {
                (DIGITS..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
            }
            _ => false,
        };
        if is_id {
            cx.report(
                warning(&ID, expr.span, "a record's id stands in the source")
                    .help("pass it in, look it up, or keep it in an organisation variable"),
            );
        }
    }
}
