//! Names of modules that are most likely misspelt.

use super::{Cx, Family, loops, warning};
use crate::diagnostic::pages::Page;
use crate::syntax::ast::{Expr, ExprKind, Step};
use crate::tasks;

pub const MODULE: Page = Page {
    code: "DG414",
    kind: "lint.module",
    title: "a module's name looks misspelt",
    text: "Zoho refuses a module that the service does not have: `Invalid module name for the function … at index 1`. Which \
custom modules there are is not known here, so only near misses of the standard modules are reported.",
    wrong: "info zoho.crm.getRecords(\"Lead\");",
    right: "info zoho.crm.getRecords(\"Leads\");",
};

/// CRM's standard modules by API name.
const MODULES: &[&str] = &[
    "Accounts",
    "Activities",
    "Calls",
    "Campaigns",
    "Cases",
    "Contacts",
    "Deals",
    "Events",
    "Invoices",
    "Leads",
    "Notes",
    "Price_Books",
    "Products",
    "Purchase_Orders",
    "Quotes",
    "Sales_Orders",
    "Solutions",
    "Tasks",
    "Vendors",
];

pub struct Modules;

impl<'a> Family<'a> for Modules {
    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        let ExprKind::Chain { base, steps } = &expr.kind else { return };
        let (ExprKind::Name(name), Some(Step::Field(service))) = (&base.kind, steps.first()) else { return };
        if !name.eq_ignore_ascii_case("zoho") || !service.text.eq_ignore_ascii_case("crm") {
            return;
        }
        let Some(path) = loops::task(steps) else { return };
        let call = steps.iter().find_map(|step| match step {
            Step::Call { args, .. } => args.first(),
            Step::Field(_) | Step::Index { .. } | Step::Tail(_) => None,
        });
        let Some(module) = call else { return };
        let ExprKind::Text(written) = &module.value.kind else { return };
        let takes_module =
            tasks::find(&path).is_some_and(|task| task.params().first().is_some_and(|p| p.name == "module"));
        if let (true, Some(meant)) = (takes_module, near_miss(written)) {
            let message = format!("Invalid module name for the function {path} at index 1");
            cx.report(warning(&MODULE, module.value.span, message).help(format!("did you mean `{meant}`?")));
        }
    }
}

/// The standard module that differs only in case, in `_` or in the plural's `s`.
fn near_miss(written: &str) -> Option<&'static str> {
    if MODULES.contains(&written) {
        return None;
    }
    let bare = |name: &str| {
        let plain: String = name.chars().filter(|c| !matches!(c, '_' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
        plain.strip_suffix('s').map(str::to_owned).unwrap_or(plain)
    };
    let wanted = bare(written);
    MODULES.iter().copied().find(|known| bare(known) == wanted)
}
