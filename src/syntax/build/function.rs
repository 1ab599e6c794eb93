//! A whole source and its functions.

use super::{Builder, Nodes};
use crate::source::Span;
use crate::syntax::ast::{Function, Name, Param};
use crate::syntax::parser::Rule;
use pest::iterators::Pair;

impl<'s, 't> Builder<'s, 't> {
    /// What `file` consists of
    pub(super) fn items(&mut self, items: Nodes<'t>) {
        let mut flow = Default::default();
        for item in items {
            match item.as_rule() {
                Rule::function | Rule::untyped_function => {
                    flow = Default::default();
                    let function = self.function(item);
                    self.file.functions.push(function);
                }
                Rule::EOI => {}
                Rule::stray_close => self.improper(self.span(&item), "this brace closes nothing", Some("remove it")),
                _ => {
                    let statement = self.statement(item, &mut flow);
                    self.file.body.push(statement);
                }
            }
        }
    }

    /// `function`, `untyped_function`
    fn function(&mut self, pair: Pair<'t, Rule>) -> Function<'s> {
        let span = self.span(&pair);
        let mut inner = Nodes::of(pair).peekable();
        let kind = inner.next_if(|pair| pair.as_rule() == Rule::kind);
        let returns = match kind {
            Some(kind) => self.name(&kind),
            None => Name { text: "", span: Span { start: span.start, end: span.start } },
        };
        let mut namespace = inner.next().map(|path| self.path(path)).unwrap_or_default();
        let name = namespace.pop().unwrap_or(returns);
        let reported = self.diagnostics.len();
        let params = inner.next().map(|params| self.params(params)).unwrap_or_default();
        if returns.text.eq_ignore_ascii_case("function") {
            // Its parameters have no types either, which is the same mistake.
            self.diagnostics.truncate(reported);
            let help = format!("write `string {}(string a) {{ … }}`", name.text);
            self.improper(returns.span, "a function begins with the type of its result", Some(&help));
        }
        let body = inner.next().expect("a function ends with its block");
        Function { span, returns, namespace, name, params, body: self.block(body) }
    }

    /// `params`, `typed_params`
    fn params(&mut self, pair: Pair<'t, Rule>) -> Vec<Param<'s>> {
        Nodes::of(pair).map(|param| self.param(param)).collect()
    }

    /// `param`, `typed_param`
    fn param(&mut self, pair: Pair<'t, Rule>) -> Param<'s> {
        let mut inner = Nodes::of(pair);
        let kind = self.name(&inner.must());
        match inner.next() {
            Some(name) => Param { kind, name: self.name(&name) },
            None => {
                let help = format!("write its type first: `string {}`", kind.text);
                self.improper(kind.span, "a parameter has a type and a name", Some(&help));
                Param { kind: Name { text: "", span: kind.span }, name: kind }
            }
        }
    }
}
