//! Expressions: literals, operators, constructors, blocks.

use super::Lowerer;
use crate::program::{BlockCall, CollectionOf, Const, EntryOf, Expr, Operand, Pair, System, TypedOf};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, EntryValue, ExprKind, TaskKind, UnaryOp};
use crate::tasks::block::BlockKind;
use crate::value::list::Element;
use crate::value::{Time, date_parse};

impl Lowerer<'_> {
    /// An expression whose value is used.
    pub(super) fn expr(&mut self, expr: &ast::Expr<'_>) -> Expr {
        self.lower(expr, true)
    }

    /// An expression that stands alone as a statement.
    pub(super) fn effect(&mut self, expr: &ast::Expr<'_>) -> Expr {
        self.lower(expr, false)
    }

    /// Chains are flat in the tree and nested in the program, where they are walked and dropped by recursion.
    fn lower(&mut self, expr: &ast::Expr<'_>, used: bool) -> Expr {
        let levels = levels(&expr.kind);
        if self.levels + levels > MAX_LEVELS {
            self.too_long(expr.span);
            return self.literal(Const::Null);
        }
        self.levels += levels;
        let lowered = self.lower_kind(expr, used);
        self.levels -= levels;
        lowered
    }

    #[cold]
    fn too_long(&mut self, span: Span) {
        let message = format!("an expression has more than {MAX_LEVELS} operators and calls on one another");
        self.report(
            crate::diagnostic::Diagnostic::error("DG110", "save.depth", span, message)
                .help("put a part of it into a variable"),
        );
    }

    fn lower_kind(&mut self, expr: &ast::Expr<'_>, used: bool) -> Expr {
        match &expr.kind {
            ExprKind::Null => self.literal(Const::Null),
            ExprKind::Bool(value) => self.literal(Const::Bool(*value)),
            ExprKind::Int(value) => self.literal(Const::Int(*value)),
            ExprKind::Decimal(digits) => self.literal(Const::Decimal((*digits).to_owned())),
            ExprKind::Text(text) => self.literal(Const::Text(text.to_string())),
            ExprKind::Quoted(text) => self.quoted(text),
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::List(items) => Expr::List(items.iter().map(|item| self.expr(item)).collect()),
            ExprKind::Map(pairs) => {
                Expr::Map(pairs.iter().map(|(key, value)| (self.key(key), self.expr(value))).collect())
            }
            ExprKind::EmptyBraces => Expr::Braces,
            ExprKind::Typed { constructor, element, args } => self.typed(constructor, element, args, expr.span),
            ExprKind::Call { name, args } => self.free_call(name, args, expr.span, used),
            ExprKind::Chain { base, steps } => self.chain(base, steps, used),
            ExprKind::Binary { first, rest } => self.binary(first, rest),
            ExprKind::Unary { ops, operand } => self.unary(ops, operand),
            ExprKind::If(args) => self.conditional(args, expr.span),
            ExprKind::Task(block) => self.task_block(block, expr.span),
            ExprKind::Fetch(fetch) => self.fetch(fetch, expr.span),
            ExprKind::Insert { form, .. } => self.unsupported(format!("`insert into {}`", form.text), expr.span),
            ExprKind::DateSpan(_) => self.unsupported("a span of dates in criteria".to_owned(), expr.span),
        }
    }

    pub(super) fn literal(&mut self, value: Const) -> Expr {
        Expr::Const(self.constant(value))
    }

    pub(super) fn unsupported(&mut self, what: String, span: Span) -> Expr {
        let site = self.site(span);
        Expr::Unsupported(Box::new((what, site)))
    }

    /// `'…'`: a date or date-time, in Creator a time, else a text.
    fn quoted(&mut self, text: &str) -> Expr {
        let settings = self.options.settings;
        if let Some(time) = Time::parse(text)
            && settings.dialect.is_creator()
        {
            return self.literal(Const::Time(time));
        }
        match date_parse::parse(text, settings) {
            Some(date) => self.literal(Const::Date(date)),
            None => self.literal(Const::Text(text.to_owned())),
        }
    }

    /// A key of a map literal: a bare word is a key by its name unless it is a variable.
    fn key(&mut self, key: &ast::Expr<'_>) -> Expr {
        match key.kind {
            ExprKind::Name(name) if self.scope.get(name).is_none() && system(name).is_none() => {
                self.literal(Const::Text(name.to_owned()))
            }
            _ => self.expr(key),
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Expr {
        if let Some(slot) = self.scope.get(name) {
            return Expr::Local(slot);
        }
        if let Some(system) = system(name) {
            let site = self.site(span);
            return Expr::System(system, site);
        }
        match self.variable(name, span) {
            Some(slot) => Expr::Local(slot),
            None => self.literal(Const::Null),
        }
    }

    /// The slot of a variable that is read; in a bare body a new name is an input, in a function an error.
    pub(super) fn variable(&mut self, name: &str, span: Span) -> Option<u32> {
        if let Some(slot) = self.scope.get(name).or_else(|| self.scope.input(name, span)) {
            return Some(slot);
        }
        self.undefined(name, span);
        None
    }

    pub(super) fn undefined(&mut self, name: &str, span: Span) {
        let message = format!("Variable '{name}' is not defined");
        let near = crate::check::call::nearest(name, self.scope.names());
        let mut diagnostic = crate::diagnostic::Diagnostic::error("DG120", "save.undefined", span, message);
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
        // One message per name and function.
        self.scope.declare(name);
    }

    fn typed(
        &mut self,
        constructor: &ast::Name<'_>,
        element: &ast::Name<'_>,
        args: &[ast::Arg<'_>],
        span: Span,
    ) -> Expr {
        if constructor.text.eq_ignore_ascii_case("map") {
            return Expr::NewMap;
        }
        let kind = match element.text.to_ascii_lowercase().as_str() {
            "string" | "text" => Element::String,
            "int" | "long" | "bigint" | "number" => Element::Int,
            "float" | "decimal" => Element::Float,
            "date" | "datetime" => Element::Date,
            "bool" | "boolean" => Element::Bool,
            _ => {
                let message = format!("expected String, Int, Float, Date or Bool, found `{}`", element.text);
                self.error("DG121", "save.argtype", element.span, message);
                Element::Any
            }
        };
        match args {
            [] => Expr::NewList(kind),
            [first, ..] => {
                let site = self.site(span);
                let value = self.expr(&first.value);
                Expr::Typed(Box::new(TypedOf { element: kind, value, site }))
            }
        }
    }

    fn binary(&mut self, first: &ast::Expr<'_>, rest: &[(BinaryOp, Span, ast::Expr<'_>)]) -> Expr {
        let mut span = first.span;
        // What has been read so far: one operand, or the parts of a text that one node joins.
        let mut parts = vec![self.expr(first)];
        // Whether they are certainly a text: then `+` joins.
        let mut text = is_text(&first.kind);
        for (op, _, operand) in rest {
            span = span.to(operand.span);
            let right = self.expr(operand);
            if *op == BinaryOp::Add && (text || is_text(&operand.kind)) {
                parts.push(right);
                text = true;
                continue;
            }
            let left = joined(std::mem::take(&mut parts));
            text = false;
            let site = self.site(span);
            let pair = Box::new(Pair { left, right, site });
            parts.push(match op {
                BinaryOp::Mul => Expr::Mul(pair),
                BinaryOp::Div => Expr::Div(pair),
                BinaryOp::Rem => Expr::Rem(pair),
                BinaryOp::Add => Expr::Add(pair),
                BinaryOp::Sub => Expr::Sub(pair),
                BinaryOp::Lt => Expr::Lt(pair),
                BinaryOp::Le => Expr::Le(pair),
                BinaryOp::Gt => Expr::Gt(pair),
                BinaryOp::Ge => Expr::Ge(pair),
                BinaryOp::In => Expr::In(pair),
                BinaryOp::NotIn => Expr::NotIn(pair),
                BinaryOp::Eq => Expr::Eq(pair),
                BinaryOp::Ne => Expr::Ne(pair),
                BinaryOp::And => Expr::And(pair),
                BinaryOp::Or => Expr::Or(pair),
                BinaryOp::Criteria => Expr::Unsupported(Box::new(("a criteria word outside a fetch".to_owned(), site))),
            });
        }
        joined(parts)
    }

    fn unary(&mut self, ops: &[(UnaryOp, Span)], operand: &ast::Expr<'_>) -> Expr {
        // A negative literal is one constant, down to the smallest 64-bit number.
        if let ([(UnaryOp::Neg, _)], ExprKind::Int(value)) = (ops, &operand.kind) {
            return self.literal(Const::Int(value.wrapping_neg()));
        }
        if let ([(UnaryOp::Neg, _)], ExprKind::Decimal(digits)) = (ops, &operand.kind) {
            return self.literal(Const::Decimal(format!("-{digits}")));
        }
        let mut value = self.expr(operand);
        for (op, span) in ops.iter().rev() {
            let site = self.site(span.to(operand.span));
            let inner = Box::new(Operand { value, site });
            value = match op {
                UnaryOp::Not => Expr::Not(inner),
                UnaryOp::Neg => Expr::Neg(inner),
                UnaryOp::Plus => Expr::Plus(inner),
            };
        }
        value
    }

    fn conditional(&mut self, args: &[ast::Expr<'_>], span: Span) -> Expr {
        match args {
            [condition, yes, no] => Expr::If(Box::new((self.expr(condition), self.expr(yes), self.expr(no)))),
            _ => {
                self.report(
                    crate::diagnostic::Diagnostic::error("DG122", "save.args", span, "Number of Arguments mismatches")
                        .help("write `if(condition, valueWhenTrue, valueWhenFalse)`"),
                );
                self.literal(Const::Null)
            }
        }
    }

    pub(super) fn collection(&mut self, args: &[ast::Arg<'_>], span: Span) -> Expr {
        let items =
            args.iter().map(|arg| (arg.key.as_ref().map(|key| self.expr(key)), self.expr(&arg.value))).collect();
        let site = self.site(span);
        Expr::Collection(Box::new(CollectionOf { items, site }))
    }

    pub(super) fn fetch(&mut self, fetch: &ast::Fetch<'_>, span: Span) -> Expr {
        if self.scope.is_assigned(fetch.form.text) && fetch.criteria.is_some() {
            self.report(
                crate::diagnostic::Diagnostic::error("DG105", "save.statement", span, "Improper Statement")
                    .label("brackets do not read an element")
                    .help(format!("write `{}.get(…)`", fetch.form.text)),
            );
            return self.literal(Const::Null);
        }
        self.unsupported(format!("fetching records of the Creator form `{}`", fetch.form.text), span)
    }

    fn task_block(&mut self, block: &ast::TaskBlock<'_>, span: Span) -> Expr {
        let kind = match block.kind {
            TaskKind::InvokeUrl => BlockKind::InvokeUrl,
            TaskKind::InvokeApi => BlockKind::InvokeApi,
            TaskKind::SendMail => BlockKind::SendMail,
            TaskKind::SendSms => BlockKind::SendSms,
            TaskKind::Ftp => BlockKind::Ftp,
            TaskKind::Sftp => BlockKind::Sftp,
            TaskKind::Other => {
                return self.unsupported(format!("`{} [ … ]`", block.keyword.text), span);
            }
        };
        let entries = block.entries.iter().map(|entry| (entry.key.to_string(), self.entry(&entry.key, &entry.value)));
        let entries: Box<[_]> = entries.collect();
        self.check_block(kind, block, span);
        let site = self.site(span);
        Expr::Block(Box::new(BlockCall { kind, entries, site }))
    }

    fn entry(&mut self, key: &str, value: &EntryValue<'_>) -> EntryOf {
        match value {
            // `type : GET` is a word, not a variable.
            EntryValue::Expr(ast::Expr { kind: ExprKind::Name(word), .. })
                if matches!(key, "type" | "response-format" | "content type" | "action" | "service")
                    && self.scope.get(word).is_none() =>
            {
                EntryOf::Word((*word).to_owned())
            }
            EntryValue::Expr(expr) => EntryOf::Value(self.expr(expr)),
            EntryValue::Exprs(exprs) => EntryOf::Values(exprs.iter().map(|expr| self.expr(expr)).collect()),
            EntryValue::Attachments(files) => {
                let lower = |file: &ast::Attachment<'_>| (file.kind.text.to_ascii_lowercase(), self.expr(&file.value));
                EntryOf::Attachments(files.iter().map(lower).collect())
            }
            EntryValue::Words(words) => EntryOf::Word((*words).to_owned()),
        }
    }
}

/// The most operators and calls that may depend on one another within one expression.
const MAX_LEVELS: usize = 300;

/// How many levels of the program an expression adds to those of its parts.
fn levels(kind: &ExprKind<'_>) -> usize {
    match kind {
        ExprKind::Chain { steps, .. } => steps.len(),
        ExprKind::Unary { ops, .. } => ops.len(),
        // From the first text on, `+` joins in one node.
        ExprKind::Binary { first, rest } if rest.iter().all(|(op, ..)| *op == BinaryOp::Add) => {
            let operands = std::iter::once(&**first).chain(rest.iter().map(|(.., operand)| operand));
            operands.take_while(|operand| !is_text(&operand.kind)).count().clamp(1, rest.len())
        }
        ExprKind::Binary { rest, .. } => rest.len(),
        _ => 1,
    }
}

/// A system variable that is a bare word: `today`, `now`.
fn system(name: &str) -> Option<System> {
    let bare = System::ALL.iter().filter(|(known, _)| !known.contains('.'));
    bare.into_iter().find(|(known, _)| *known == name).map(|(_, system)| *system)
}

/// Whether an expression is a text for certain, so that `+` with it joins.
fn is_text(kind: &ExprKind<'_>) -> bool {
    matches!(kind, ExprKind::Text(_))
}

/// One operand as it is, several as a text.
fn joined(mut parts: Vec<Expr>) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            Expr::Concat(parts.into())
        }
        None => Expr::Concat(Box::new([])),
    }
}
