//! Names with dots and parentheses: methods, functions, built-ins, tasks, system variables.

use super::Lowerer;
use crate::builtins::{self, Method, Use};
use crate::diagnostic::Diagnostic;
use crate::program::{Const, Expr, FieldOf, FormCall, MethodCall, NetworkForm, System, TaskCall, UserCall};
use crate::source::Span;
use crate::syntax::ast::{self, Arg, ExprKind, Step};
use crate::tasks::{self, block::BlockKind};
use crate::value::keys::Guess;
use crate::value::list::Element;

impl Lowerer<'_> {
    /// `name(args)` without a receiver.
    pub(super) fn free_call(&mut self, name: &ast::Name<'_>, args: &[Arg<'_>], span: Span, used: bool) -> Expr {
        let word = name.text.to_ascii_lowercase();
        if let Some(function) = self.function(name.text) {
            return self.user_call(function, args, span, used);
        }
        match (word.as_str(), args) {
            ("map", []) => return Expr::NewMap,
            ("map", [value]) => return self.expr(&value.value),
            ("list", []) => return Expr::NewList(Element::Any),
            ("collection", _) => return self.collection(args, span),
            ("ifnull", [value, other]) => {
                return Expr::IfNull(Box::new((self.expr(&value.value), self.expr(&other.value))));
            }
            _ => {}
        }
        if let Some((_, form, least, most)) = NetworkForm::ALL.iter().find(|(known, ..)| *known == word) {
            return self.network_form(*form, *least..=*most, name.text, args, span);
        }
        let target = if word == "list" { "toList" } else { name.text };
        match builtins::find(target) {
            Some(method) => self.builtin(method, name.text, None, args, span, used),
            None => self.unknown_function(name.text, name.span, args),
        }
    }

    /// `base.step.step(…)`: decides what the dots mean, then applies the steps from left to right.
    pub(super) fn chain(&mut self, base: &ast::Expr<'_>, steps: &[Step<'_>], used: bool) -> Expr {
        if let ExprKind::Fetch(fetch) = &base.kind {
            // What the dots mean on records is the fetch's business, and it is refused whole.
            return self.fetch(fetch, base.span);
        }
        let is_input = matches!(base.kind, ExprKind::Name(name) if name.eq_ignore_ascii_case("input"));
        if let (true, None, Some(Step::Field(field))) = (is_input, self.scope.get("input"), steps.first()) {
            // A function's arguments are also fields of `input`.
            if let Some(slot) = self.scope.get(field.text) {
                return self.steps(Expr::Local(slot), field.span, &steps[1..], used);
            }
        }
        let (value, rest, span) = match base.kind {
            ExprKind::Name(name) if self.scope.get(name).is_none() => {
                match self.namespace(name, base.span, steps, used) {
                    Some((value, taken)) => (value, &steps[taken..], base.span),
                    None => (self.expr(base), steps, base.span),
                }
            }
            _ => (self.expr(base), steps, base.span),
        };
        if let (true, Some(Step::Field(field))) = (is_input, rest.first()) {
            let site = self.site(field.span);
            let value = Expr::Field(Box::new(FieldOf { value, name: field.text.into(), on_input: true, site }));
            return self.steps(value, span, &rest[1..], used);
        }
        self.steps(value, span, rest, used)
    }

    /// Applies dots and calls to a value, from left to right.
    fn steps(&mut self, mut value: Expr, mut span: Span, steps: &[Step<'_>], used: bool) -> Expr {
        for (index, step) in steps.iter().enumerate() {
            let last = index + 1 == steps.len();
            value = match step {
                Step::Call { name, args, span: step_span } => {
                    span = span.to(*step_span);
                    self.method(value, name, args, *step_span, used || !last)
                }
                Step::Field(name) => {
                    let site = self.site(name.span);
                    Expr::Field(Box::new(FieldOf { value, name: name.text.into(), on_input: false, site }))
                }
                Step::Index { span, .. } => {
                    self.report(
                        Diagnostic::error("DG105", "save.statement", *span, "Improper Statement")
                            .label("brackets do not read an element")
                            .help("write `.get(…)`"),
                    );
                    value
                }
                Step::Tail(_) => self.unsupported("`sort by` and `range` on records".to_owned(), span),
            };
        }
        value
    }

    /// `zoho.…`, `thisapp.…`, `namespace.function(…)`: the value, and how many steps it took.
    fn namespace(&mut self, name: &str, span: Span, steps: &[Step<'_>], used: bool) -> Option<(Expr, usize)> {
        if name.eq_ignore_ascii_case("zoho") {
            return Some(self.zoho(span, steps, used));
        }
        let mut path = String::new();
        if !name.eq_ignore_ascii_case("thisapp") {
            path.push_str(name);
        }
        for (index, step) in steps.iter().enumerate() {
            match step {
                Step::Field(field) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(field.text);
                }
                Step::Call { name: function, args, span: call } => {
                    let full =
                        if path.is_empty() { function.text.to_owned() } else { format!("{path}.{}", function.text) };
                    let whole = span.to(*call);
                    if let Some(found) = self.function(&full) {
                        return Some((self.user_call(found, args, whole, used || index + 1 < steps.len()), index + 1));
                    }
                    if FIELD_METHODS.iter().any(|method| method.eq_ignore_ascii_case(function.text)) {
                        return Some((
                            self.unsupported(format!("`{}` on a form field", function.text), whole),
                            index + 1,
                        ));
                    }
                    let held = ["permissions", "portal"].iter().any(|held| path.eq_ignore_ascii_case(held));
                    if held && name.eq_ignore_ascii_case("thisapp") {
                        return Some((self.unsupported(format!("`thisapp.{full}`"), whole), index + 1));
                    }
                    if self.options.settings.dialect.is_creator() && args.is_empty() && index == 0 {
                        return Some((
                            self.unsupported(format!("a new row of the subform `{full}`"), whole),
                            index + 1,
                        ));
                    }
                    let method = builtins::find(function.text).is_some();
                    if method && !name.eq_ignore_ascii_case("thisapp") {
                        return None;
                    }
                    let may_be_row = args.is_empty() && index == 0 && !name.eq_ignore_ascii_case("thisapp");
                    let help = may_be_row
                        .then(|| "in Creator this would be a new row of a subform: `--dialect creator`".to_owned());
                    return Some((self.unknown(&full, whole, args, help), index + 1));
                }
                Step::Index { .. } | Step::Tail(_) => return None,
            }
        }
        match name.eq_ignore_ascii_case("thisapp") {
            true => Some((self.unsupported(format!("`thisapp.{path}`"), span), steps.len())),
            false => None,
        }
    }

    /// A dotted name that starts with `zoho`.
    fn zoho(&mut self, span: Span, steps: &[Step<'_>], used: bool) -> (Expr, usize) {
        let mut path = "zoho".to_owned();
        for (index, step) in steps.iter().enumerate() {
            match step {
                Step::Field(field) => {
                    path.push('.');
                    path.push_str(field.text);
                    let lower = path.to_ascii_lowercase();
                    if let Some((_, system)) = System::ALL.iter().find(|(known, _)| *known == lower) {
                        let site = self.site(span.to(field.span));
                        return (Expr::System(*system, site), index + 1);
                    }
                }
                Step::Call { name, args, span: call } => {
                    path.push('.');
                    path.push_str(name.text);
                    let used = used || index + 1 < steps.len();
                    return (self.zoho_call(&path, args, span.to(*call), used), index + 1);
                }
                Step::Index { .. } | Step::Tail(_) => break,
            }
        }
        (self.unsupported(format!("`{path}`"), span), steps.len())
    }

    fn zoho_call(&mut self, path: &str, args: &[Arg<'_>], span: Span, used: bool) -> Expr {
        let lower = path.to_ascii_lowercase();
        if let Some((_, system)) = System::ALL.iter().find(|(known, _)| *known == lower) {
            // Old help pages write `zoho.currentdate()`.
            let site = self.site(span);
            return Expr::System(*system, site);
        }
        if let Some((_, form, least, most)) = NetworkForm::ALL.iter().find(|(known, ..)| *known == lower) {
            return self.network_form(*form, *least..=*most, path, args, span);
        }
        if let Some(method) = builtins::find(path) {
            return self.builtin(method, path, None, args, span, used);
        }
        let Some(task) = tasks::find(path) else {
            let near = nearest(path, tasks::all().map(|task| task.name()));
            let mut diagnostic =
                Diagnostic::error("DG125", "save.function", span, format!("Not able to find '{path}' function"));
            if let Some(near) = near {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            self.report(diagnostic);
            return self.literal(Const::Null);
        };
        let (least, most) = task.arity();
        if args.len() < least || args.len() > most {
            self.report(
                Diagnostic::error("DG122", "save.args", span, "Number of Arguments mismatches")
                    .help(format!("it is `{}`", task.signature())),
            );
        }
        let args = args.iter().map(|arg| self.expr(&arg.value)).collect();
        let site = self.site(span);
        Expr::Task(Box::new(TaskCall { task, args, site }))
    }

    fn network_form(
        &mut self,
        form: NetworkForm,
        arity: std::ops::RangeInclusive<usize>,
        name: &str,
        args: &[Arg<'_>],
        span: Span,
    ) -> Expr {
        if !arity.contains(&args.len()) {
            let message = format!("No. of arguments mismatches for the function {name}");
            self.error("DG122", "save.args", span, message);
        }
        let args = args.iter().map(|arg| self.expr(&arg.value)).collect();
        let site = self.site(span);
        Expr::Form(Box::new(FormCall { form, args, site }))
    }

    /// `.name(args)` on a value.
    fn method(&mut self, receiver: Expr, name: &ast::Name<'_>, args: &[Arg<'_>], span: Span, used: bool) -> Expr {
        if let ("ifnull", [other]) = (name.text.to_ascii_lowercase().as_str(), args) {
            return Expr::IfNull(Box::new((receiver, self.expr(&other.value))));
        }
        match builtins::find(name.text) {
            Some(method) => self.builtin(method, name.text, Some(receiver), args, span, used),
            None => self.unknown_function(name.text, name.span, args),
        }
    }

    fn builtin(
        &mut self,
        method: &'static Method,
        name: &str,
        receiver: Option<Expr>,
        args: &[Arg<'_>],
        span: Span,
        used: bool,
    ) -> Expr {
        let mut lowered: Vec<Expr> = receiver.into_iter().collect();
        let mut method = method;
        if args.iter().any(|arg| arg.key.is_some()) {
            // `insert(k: v)` inserts the pairs of a collection made of them.
            lowered.push(self.collection(args, span));
            method = builtins::find("insertAll").unwrap_or(method);
        } else {
            lowered.extend(args.iter().map(|arg| self.expr(&arg.value)));
        }
        let (least, most) = method.arity();
        if lowered.len() < least || lowered.len() > most {
            let message = format!("No. of arguments mismatches for the function {name}");
            let signatures: Vec<_> = method.rows.iter().map(|row| format!("`{}`", row.signature())).collect();
            self.report(
                Diagnostic::error("DG122", "save.args", span, message)
                    .help(format!("it is {}", signatures.join(" or "))),
            );
        }
        if used && method.rows.iter().all(|row| row.used == Use::Effect) {
            let message = format!("{name} function cant be assigned to variable or used in expression");
            self.report(
                Diagnostic::error("DG127", "save.novalue", span, message).help("write it as a statement of its own"),
            );
        }
        let site = self.site(span);
        let call =
            Box::new(MethodCall { method, name: name.into(), args: lowered.into(), site, guess: Guess::default() });
        match (call.args.len(), name.to_ascii_lowercase().as_str()) {
            (2, "get") => Expr::Get(call),
            (3, "put") => Expr::Put(call),
            (2, "add") => Expr::Push(call),
            _ => Expr::Method(call),
        }
    }

    fn user_call(&mut self, function: u32, args: &[Arg<'_>], span: Span, used: bool) -> Expr {
        let declared = &self.program.functions[function as usize];
        let (wanted, void) = (declared.params.len(), declared.returns == crate::program::Type::Void);
        let name = declared.name.clone();
        let params: Vec<_> = declared.params.iter().map(|param| param.name.clone()).collect();
        if wanted != args.len() {
            self.report(
                Diagnostic::error("DG122", "save.args", span, "Number of Arguments mismatches")
                    .help(format!("it is `{name}({})`", params.join(", "))),
            );
        }
        if used && void {
            let message = format!("{name} function cant be assigned to variable or used in expression");
            self.report(
                Diagnostic::error("DG127", "save.novalue", span, message).label("a void function gives no value"),
            );
        }
        let args = args.iter().map(|arg| self.expr(&arg.value)).collect();
        let site = self.site(span);
        Expr::Call(Box::new(UserCall { function, args, site }))
    }

    fn unknown_function(&mut self, name: &str, span: Span, args: &[Arg<'_>]) -> Expr {
        self.unknown(name, span, args, None)
    }

    /// A function that nobody knows; `help` is told where no better guess is at hand.
    fn unknown(&mut self, name: &str, span: Span, args: &[Arg<'_>], help: Option<String>) -> Expr {
        for arg in args {
            self.expr(&arg.value);
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let near = || nearest(last, builtins::all().map(|row| row.name)).map(|near| format!("did you mean `{near}`?"));
        let mut diagnostic =
            Diagnostic::error("DG125", "save.function", span, format!("Not able to find '{name}' function"));
        diagnostic.help = stranger(last).map(str::to_owned).or_else(near).or(help);
        self.report(diagnostic);
        self.literal(Const::Null)
    }

    /// Keys that a block lacks or does not know.
    pub(super) fn check_block(&mut self, kind: BlockKind, block: &ast::TaskBlock<'_>, span: Span) {
        let keys: Vec<_> = block.entries.iter().map(|entry| entry.key.as_ref()).collect();
        for (kind, message) in tasks::block::check_keys(kind, &keys) {
            let code = match kind {
                "save.mail" => "DG128",
                "save.sms" => "DG129",
                _ => "DG132",
            };
            self.error(code, kind, span, message);
        }
    }
}

/// Creator's functions on the choices of a form field.
const FIELD_METHODS: [&str; 4] = ["select", "deselect", "selectAll", "deselectAll"];

/// Functions that people expect and Deluge does not have, and what to write instead.
const STRANGERS: &[(&str, &str)] = &[
    ("split", "Deluge has no `split`: write `text.toList(\",\")`"),
    (
        "join",
        "Deluge has no `join`: a list joins its elements with commas in `toString()`; for other separators append in a loop",
    ),
    ("push", "Deluge has no `push`: write `list.add(value)`"),
    ("append", "Deluge has no `append`: write `list.add(value)`, or `+` for texts"),
    ("has", "Deluge has no `has`: write `map.containKey(key)` or `list.contains(value)`"),
    ("toint", "Deluge has no `toInt`: write `toLong()` or `toNumber()`"),
    ("tointeger", "Deluge has no `toInteger`: write `toLong()` or `toNumber()`"),
    ("parseint", "Deluge has no `parseInt`: write `toLong()`"),
    ("tojson", "Deluge has no `toJSON`: write `toString()` on a map, `toMap()` on a text"),
    ("count", "write `size()`"),
    ("first", "Deluge has no `first`: write `list.get(0)`"),
    ("last", "Deluge has no `last`: write `list.get(list.size() - 1)`"),
    ("substr", "write `subString(start, end)`"),
    ("slice", "write `subString(start, end)` or `subList(start, end)`"),
    ("replace", "write `replaceAll(search, replacement)`"),
    ("charat", "Deluge has no `charAt`: write `subString(i, i + 1)`"),
    ("isnotempty", "Deluge has no `isNotEmpty`: write `!x.isEmpty()`"),
    ("isnotnull", "Deluge has no `isNotNull`: write `x != null`"),
    ("decodeurl", "write `zoho.encryption.urlDecode(text)`"),
    ("urlencode", "write `encodeUrl(text)` or `zoho.encryption.urlEncode(text)`"),
    ("hexdecode", "write `hexToText(text)`"),
    ("pow", "write `power(exponent)`"),
    ("sha384", "Deluge has sha1, sha256 and sha512 under `zoho.encryption`"),
    ("print", "write `info value;`"),
    ("println", "write `info value;`"),
    ("throw", "Deluge has no `throw`"),
];

/// What to write in place of a function that Deluge does not have.
pub(super) fn stranger(name: &str) -> Option<&'static str> {
    STRANGERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, help)| *help)
}

/// The known name that is most like a word, if one is close enough to be meant.
pub(crate) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_ascii_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let scored = names.map(|name| (distance(&word, &name.to_ascii_lowercase(), limit), name));
    scored.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// The number of single-letter edits between two words; more than `limit` is not told apart.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            let change = diagonal + usize::from(x != *y);
            diagonal = above;
            row[j + 1] = change.min(above + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
