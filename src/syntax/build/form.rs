//! Statements that act on forms, pages and records of Creator.

use super::{Builder, next, next_if};
use crate::syntax::ast::{Expr, ExprKind, Field, FormStmt, StmtKind};
use crate::syntax::parser::Rule;
use pest::iterators::{Pair, Pairs};

impl<'s, 't> Builder<'s, 't> {
    /// The statements of forms that begin with a word of their own
    pub(super) fn form_statement(&mut self, rule: Rule, pairs: &mut Pairs<'t, Rule>) -> FormStmt<'s> {
        match rule {
            Rule::alert => self.alert(pairs),
            Rule::cancel => FormStmt::Cancel(self.name(&next(pairs))),
            Rule::success => FormStmt::SuccessMessage(self.expr(next(pairs))),
            Rule::update => self.update(pairs),
            Rule::bulk => self.bulk(pairs),
            Rule::delete => FormStmt::Delete {
                form: self.form(&next(pairs)),
                criteria: next_if(pairs, Rule::criteria).map(|pair| self.criteria(pair)),
            },
            _ => FormStmt::Field { verb: self.name(&next(pairs)), path: self.path(next(pairs)) },
        }
    }

    /// `alert`
    fn alert(&mut self, pairs: &mut Pairs<'t, Rule>) -> FormStmt<'s> {
        let pair = next(pairs);
        match pair.as_rule() {
            Rule::args => FormStmt::Alert(self.args(pair).into_iter().map(|arg| arg.value).collect()),
            _ => FormStmt::Alert(vec![self.expr(pair)]),
        }
    }

    /// `update`
    fn update(&mut self, pairs: &mut Pairs<'t, Rule>) -> FormStmt<'s> {
        let form = self.form(&next(pairs));
        let criteria = next_if(pairs, Rule::criteria).map(|pair| self.criteria(pair));
        FormStmt::Update { form, criteria, fields: self.fields(next(pairs)) }
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
        let mut inner = pair.into_inner();
        let form = self.form(&next(&mut inner));
        ExprKind::Insert { form, fields: self.fields(next(&mut inner)) }
    }

    /// `fields`
    fn fields(&mut self, pair: Pair<'t, Rule>) -> Vec<Field<'s>> {
        pair.into_inner().map(|field| self.field(field)).collect()
    }

    /// `field`
    fn field(&mut self, pair: Pair<'t, Rule>) -> Field<'s> {
        let mut inner = pair.into_inner();
        let path = self.path(next(&mut inner));
        let mut value = next(&mut inner).into_inner();
        Field { path, value: self.operators(&mut value) }
    }

    /// `ui` behind its path
    pub(super) fn ui(&mut self, field: Expr<'s>, pair: Pair<'t, Rule>) -> StmtKind<'s> {
        let mut inner = pair.into_inner();
        let method = self.name(&next(&mut inner));
        let args = self.args(next(&mut inner));
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
    fn bulk(&mut self, pairs: &mut Pairs<'t, Rule>) -> FormStmt<'s> {
        match self.update(pairs) {
            FormStmt::Update { form, criteria: Some(criteria), fields } => {
                FormStmt::BulkAssign { form, criteria, fields }
            }
            update => update,
        }
    }
}
