//! The connections that a source names: what would miss them if they were deleted.

use super::lints::walk;
use super::lints::{Context, Cx, Family};
use crate::program::Program;
use crate::source::Source;
use crate::syntax::ast::{EntryValue, Expr, ExprKind, Step};
use crate::tasks;
use crate::tasks::bind::{CONNECTION, may_be_link};
use crate::value::Settings;
use std::collections::BTreeSet;

/// Link names that a source writes out, in `connection : "…"` and as the last argument of a task, by name.
/// Names that are put together while it runs are not among them.
pub fn written_links(source: &Source) -> Vec<String> {
    let (file, _) = crate::syntax::parse(source.text(), Default::default());
    let (program, settings) = (Program::default(), Settings::default());
    let around = Context { source, program: &program, settings: &settings, strict: false };
    let mut found = BTreeSet::new();
    let mut families: [Box<dyn Family<'_> + '_>; 1] = [Box::new(Links(&mut found))];
    walk::file(&file, &mut Cx::new(&around), &mut families);
    drop(families);
    found.into_iter().collect()
}

struct Links<'f>(&'f mut BTreeSet<String>);

impl Links<'_> {
    fn note(&mut self, value: &Expr<'_>) {
        if let ExprKind::Text(link) = &value.kind
            && !link.is_empty()
        {
            self.0.insert(link.to_string());
        }
    }
}

impl<'a> Family<'a> for Links<'_> {
    fn expr(&mut self, _: &mut Cx<'_>, expr: &'a Expr<'a>) {
        match &expr.kind {
            ExprKind::Task(block) => {
                for entry in block.entries.iter().filter(|entry| entry.key == CONNECTION) {
                    if let EntryValue::Expr(value) = &entry.value {
                        self.note(value);
                    }
                }
            }
            ExprKind::Chain { base, steps } => {
                if let ExprKind::Name(name) = &base.kind
                    && let Some(link) = link_of_task(name, steps)
                {
                    self.note(link);
                }
            }
            _ => {}
        }
    }
}

/// The last argument of `zoho.x.y(…)`, where a link name may stand there.
fn link_of_task<'a>(name: &str, steps: &'a [Step<'a>]) -> Option<&'a Expr<'a>> {
    let mut path = name.to_owned();
    for step in steps {
        let (Step::Field(part) | Step::Call { name: part, .. }) = step else { return None };
        path = format!("{path}.{}", part.text);
        if let Step::Call { args, .. } = step {
            let last = args.len().checked_sub(1)?;
            return may_be_link(tasks::find(&path)?.params(), last).then(|| &args[last].value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        written_links(&Source::new("test.dg", text))
    }

    #[test]
    fn connections_of_blocks_and_tasks_are_found_wherever_they_stand() {
        let text = "void standalone.f(string which)\n{\n\
            for each x in zoho.crm.getRecords(\"Leads\", 1, 10, {\"a\": 1}, \"crm_one\") {\n\
            if(zoho.crm.getRecordById(\"Leads\", 1, {\"a\": 1}, \"crm_two\").get(\"id\") == 1) { info 1; }\n}\n\
            try { info invokeurl [ url : \"https://example.com\" type : GET connection : \"meet\" ]; }\n\
            catch (e) { info invokeurl [ url : \"https://example.com\" connection : which ]; }\n}";
        assert_eq!(links(text), ["crm_one", "crm_two", "meet"]);
    }

    #[test]
    fn other_texts_are_no_connections() {
        let text = "info zoho.crm.searchRecords(\"Leads\", \"(Last_Name:equals:x)\");\n\
            info {\"connection\": \"no\"}.get(\"x\");\ninfo \"a\".subString(0, 1);";
        assert_eq!(links(text), Vec::<String>::new());
        assert_eq!(links("this is { no deluge"), Vec::<String>::new());
    }

    #[test]
    fn a_link_name_may_stand_before_its_own_place() {
        assert_eq!(links("info zoho.crm.getRecordById(\"Leads\", 1, \"crm_two\");"), ["crm_two"]);
    }
}
