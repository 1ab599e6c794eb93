//! Task blocks: `invokeurl [ … ]`, `sendmail [ … ]` and others of their look.

use super::{Builder, Nodes};
use crate::source::Span;
use crate::syntax::ast::{Attachment, Entry, EntryValue, Expr, ExprKind, Name, Step, TaskBlock, TaskKind};
use crate::syntax::parser::Rule;
use pest::iterators::Pair;
use std::borrow::Cow;

/// The task that a word begins, if it begins one.
pub(super) fn keyword(word: &str) -> Option<TaskKind> {
    let known = [
        ("invokeurl", TaskKind::InvokeUrl),
        ("invokeapi", TaskKind::InvokeApi),
        ("sendmail", TaskKind::SendMail),
        ("sendsms", TaskKind::SendSms),
        ("ftp", TaskKind::Ftp),
        ("sftp", TaskKind::Sftp),
    ];
    known.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, kind)| *kind)
}

impl<'s, 't> Builder<'s, 't> {
    /// `task` behind its keyword
    pub(super) fn task(&mut self, keyword: Name<'s>, pair: Pair<'t, Rule>) -> Expr<'s> {
        let span = keyword.span.to(self.span(&pair));
        let kind = self::keyword(keyword.text).unwrap_or(TaskKind::Other);
        let entries = Nodes::of(pair).map(|entry| self.entry(entry)).collect();
        Expr { span, kind: ExprKind::Task(TaskBlock { kind, keyword, entries }) }
    }

    /// `old_mail`
    pub(super) fn old_mail(&mut self, pair: Pair<'t, Rule>) -> Expr<'s> {
        let span = self.span(&pair);
        let mut inner = Nodes::of(pair);
        let keyword = self.name(&inner.must());
        let entries = inner.map(|entry| self.entry(entry)).collect();
        Expr { span, kind: ExprKind::Task(TaskBlock { kind: TaskKind::SendMail, keyword, entries }) }
    }

    /// `task` behind a path, as in `zoho.sdp.invokeurl [ … ]`
    pub(super) fn qualified_task(&mut self, base: Expr<'s>, steps: &[Step<'s>], pair: Pair<'t, Rule>) -> Expr<'s> {
        let end = steps.iter().rev().find_map(|step| match step {
            Step::Field(name) => Some(name.span),
            Step::Call { .. } | Step::Index { .. } | Step::Tail(_) => None,
        });
        let span = base.span.to(end.unwrap_or(base.span));
        if !matches!(base.kind, ExprKind::Name(_)) || !steps.iter().all(|step| matches!(step, Step::Field(_))) {
            self.improper(span, "this is no task", None);
        }
        let keyword = Name { text: self.slice(span), span };
        self.task(keyword, pair)
    }

    /// `invokeurl []`
    pub(super) fn empty_task(&self, kind: TaskKind, keyword: Name<'s>, span: Span) -> Expr<'s> {
        Expr { span, kind: ExprKind::Task(TaskBlock { kind, keyword, entries: Vec::new() }) }
    }

    /// `entry`
    fn entry(&mut self, pair: Pair<'t, Rule>) -> Entry<'s> {
        let mut inner = Nodes::of(pair);
        let key = inner.must();
        let key_span = self.span(&key);
        let mut values = inner.peekable();
        let value = match values.peek().map(|pair| pair.as_rule()) {
            Some(Rule::plain_text) => EntryValue::Words(values.next().map_or("", |pair| self.slice(self.span(&pair)))),
            Some(Rule::attachment) => EntryValue::Attachments(values.map(|pair| self.attachment(pair)).collect()),
            _ => {
                let mut exprs: Vec<Expr<'s>> = values.map(|pair| self.expr(pair)).collect();
                match exprs.pop() {
                    Some(only) if exprs.is_empty() => EntryValue::Expr(only),
                    last => {
                        exprs.extend(last);
                        EntryValue::Exprs(exprs)
                    }
                }
            }
        };
        Entry { key: normal_key(self.slice(key_span)), key_span, value }
    }

    /// `attachment`
    fn attachment(&mut self, pair: Pair<'t, Rule>) -> Attachment<'s> {
        let mut inner = Nodes::of(pair);
        let kind = self.name(&inner.must());
        let value = self.expr(inner.must());
        let record = inner.accept(Rule::record).map(|record| {
            let mut parts = Nodes::of(record);
            let form = self.name(&parts.must());
            (form, self.expr(parts.must()))
        });
        Attachment { kind, value, record, format: inner.next().map(|name| self.name(&name)) }
    }
}

/// Lower case, single blanks.
fn normal_key(raw: &str) -> Cow<'_, str> {
    let is_normal = raw.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_');
    if is_normal {
        return Cow::Borrowed(raw);
    }
    let words: Vec<&str> = raw.split(|c: char| c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}').collect();
    let words: Vec<String> =
        words.iter().filter(|word| !word.is_empty()).map(|word| word.to_ascii_lowercase()).collect();
    Cow::Owned(words.join(" "))
}
