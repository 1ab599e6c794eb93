//! Statements that act on forms, pages and records of Creator.

use super::{Builder, Nodes};
use crate::syntax::ast::{Expr, ExprKind, Field, FormStmt, StmtKind};
use crate::syntax::parser::Rule;
use pest::iterators::Pair;

impl<'s, 't> Builder<'s, 't> {
    /// The statements of forms that begin with a word of their own
    pub(super) fn form_statement(&mut self, rule: Rule, pairs: &mut Nodes<'t>) -> FormStmt<'s> {
        match rule {
            Rule::alert => self.alert(pairs),
            Rule::cancel => FormStmt::Cancel(self.name(&pairs.must())),
            Rule::success => FormStmt::SuccessMessage(self.expr(pairs.must())),
            Rule::update => self.update(pairs),
            Rule::bulk => self.bulk(pairs),
            Rule::delete => FormStmt::Delete {
                form: self.name(&pairs.must()),
                criteria: pairs.accept(Rule::criteria).map(|pair| self.criteria(pair)),
            },
            _ => FormStmt::Field { verb: self.name(&pairs.must()), path: self.path(pairs.must()) },
        }
    }

    /// `alert`
    fn alert(&mut self, pairs: &mut Nodes<'t>) -> FormStmt<'s> {
        let pair = pairs.must();
        match pair.as_rule() {
            Rule::args => FormStmt::Alert(self.args(pair).into_iter().map(|arg| arg.value).collect()),
            _ => FormStmt::Alert(vec![self.expr(pair)]),
        }
    }

    /// `update`
    fn update(&mut self, pairs: &mut Nodes<'t>) -> FormStmt<'s> {
        let form = self.name(&pairs.must());
        let criteria = pairs.accept(Rule::criteria).map(|pair| self.criteria(pair));
        FormStmt::Update { form, criteria, fields: self.fields(pairs.must()) }
    }

    /// `criteria`
    fn criteria(&mut self, pair: Pair<'t, Rule>) -> Expr<'s> {
        self.criteria += 1;
        let criteria = self.only_expr(pair);
        self.criteria -= 1;
        criteria
    }

    /// `insert`
    pub(super) fn insert(&mut self, pair: Pair<'t, Rule>) -> ExprKind<'s> {
        let mut inner = Nodes::of(pair);
        let form = self.name(&inner.must());
        ExprKind::Insert { form, fields: self.fields(inner.must()) }
    }

    /// `fields`
    fn fields(&mut self, pair: Pair<'t, Rule>) -> Vec<Field<'s>> {
        Nodes::of(pair).map(|field| self.field(field)).collect()
    }

    /// `field`
    fn field(&mut self, pair: Pair<'t, Rule>) -> Field<'s> {
        let mut inner = Nodes::of(pair);
        let path = self.path(inner.must());
        let mut value = Nodes::of(inner.must());
        Field { path, value: self.operators(&mut value) }
    }

    /// `ui` behind its path
    pub(super) fn ui(&mut self, field: Expr<'s>, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let mut inner = Nodes::of(pair);
        let method = self.name(&inner.must());
        let args = self.args(inner.must());
        let Some(path) = self.as_path(&field) else {
            self.improper(field.span, "expected the name of a field", None);
            return StmtKind::Broken;
        };
        StmtKind::Form(FormStmt::Ui { path, method, args })
    }

    /// An expression that stands alone: mostly a call, sometimes a statement of forms in disguise
    pub(super) fn expression_statement(&mut self, expr: Expr<'s>) -> StmtKind<'s> {
        if self.as_name(&expr).is_some_and(|name| name.text.eq_ignore_ascii_case("reload")) {
            return StmtKind::Form(FormStmt::Reload);
        }
        if let Some(path) = self.as_path(&expr)
            && let [path @ .., verb] = path.as_slice()
            && !path.is_empty()
            && ["selectall", "deselectall"].iter().any(|word| verb.text.eq_ignore_ascii_case(word))
        {
            return StmtKind::Form(FormStmt::Select { path: path.to_vec(), verb: *verb });
        }
        StmtKind::Expr(expr)
    }

    /// `bulk`
    fn bulk(&mut self, pairs: &mut Nodes<'t>) -> FormStmt<'s> {
        match self.update(pairs) {
            FormStmt::Update { form, criteria: Some(criteria), fields } => {
                FormStmt::BulkAssign { form, criteria, fields }
            }
            update => update,
        }
    }
}
