//! Who a mail comes from and where it may go.

use super::{Cx, Family, warning};
use crate::diagnostic::pages::Page;
use crate::syntax::ast::{EntryValue, Expr, ExprKind, TaskBlock, TaskKind};

pub const MAIL: Page = Page {
    code: "DG415",
    kind: "lint.mail",
    title: "a mail from a foreign address",
    text: "A mail from an address other than `zoho.adminuserid` and `zoho.loginuserid` can only go to `zoho.adminuserid`, \
without cc and bcc, unless the address has been verified. Whether it has is not known here.",
    wrong: "sendmail\n[\n\tfrom :\"ada@example.com\"\n\tto :\"grace@example.com\"\n\tsubject :\"News\"\n\tmessage :\"Hello\"\n]",
    right: "sendmail\n[\n\tfrom :zoho.adminuserid\n\tto :\"grace@example.com\"\n\tsubject :\"News\"\n\tmessage :\"Hello\"\n]",
};

const FOREIGN_TO: &str = "In cases where From: address is not a zoho.adminuserid or zoho.loginuserid, the To: address can \
only be zoho.adminuserid and the sendmail task cannot have any CC: or BCC: address.";

pub struct Mail;

impl<'a> Family<'a> for Mail {
    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        let ExprKind::Task(block) = &expr.kind else { return };
        let foreign = block.kind == TaskKind::SendMail && is_text(block, "from");
        if !foreign {
            return;
        }
        for entry in &block.entries {
            let message = match &*entry.key {
                "to" if is_text(block, "to") => FOREIGN_TO.to_owned(),
                key @ ("cc" | "bcc") => {
                    let key = key.to_ascii_uppercase();
                    format!(
                        "Invalid {key}: From address is not zoho.adminuserid or zoho.loginuserid so {key} address is not allowed"
                    )
                }
                _ => continue,
            };
            let help = "write `from : zoho.adminuserid`, unless the address has been verified";
            cx.report(warning(&MAIL, entry.key_span, message).help(help));
        }
    }
}

/// Whether a key holds a text literal.
fn is_text(block: &TaskBlock<'_>, key: &str) -> bool {
    block.entries.iter().filter(|entry| entry.key == key).any(|entry| match &entry.value {
        EntryValue::Expr(expr) => matches!(expr.kind, ExprKind::Text(_)),
        EntryValue::Exprs(_) | EntryValue::Attachments(_) | EntryValue::Words(_) => false,
    })
}
