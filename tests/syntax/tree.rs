//! The shape of the tree, where it is easy to get wrong.

use ararat::syntax::ast::*;
use ararat::syntax::{ParseOptions, parse};

fn body(source: &str) -> Vec<StmtKind<'_>> {
    let (file, found) = parse(source, ParseOptions::default());
    assert!(found.is_empty(), "{source}\n{found:#?}");
    file.body.into_iter().map(|statement| statement.kind).collect()
}

fn value(source: &str) -> ExprKind<'_> {
    match body(source).remove(0) {
        StmtKind::Assign { value, .. } | StmtKind::Expr(value) => value.kind,
        other => panic!("{other:?}"),
    }
}

/// The expression with all its brackets, so that precedence can be read.
fn shown(source: &str) -> String {
    fn show(expr: &Expr<'_>, source: &str) -> String {
        match &expr.kind {
            ExprKind::Binary { first, rest } => {
                let rest: String =
                    rest.iter().map(|(op, _, right)| format!(" {op:?} {}", show(right, source))).collect();
                format!("({}{rest})", show(first, source))
            }
            ExprKind::Unary { ops, operand } => {
                let ops: String = ops.iter().map(|(op, _)| format!("{op:?} ")).collect();
                format!("[{ops}{}]", show(operand, source))
            }
            _ => source[expr.span.start as usize..expr.span.end as usize].to_owned(),
        }
    }
    let (file, found) = parse(source, ParseOptions::default());
    assert!(found.is_empty(), "{found:#?}");
    match &file.body[0].kind {
        StmtKind::Assign { value, .. } | StmtKind::Expr(value) => show(value, source),
        other => panic!("{other:?}"),
    }
}

#[test]
fn precedence() {
    assert_eq!(shown("x = a + b * c - d;"), "(a Add (b Mul c) Sub d)");
    assert_eq!(shown("x = a - b - c;"), "(a Sub b Sub c)");
    assert_eq!(shown("x = a && b || c && d;"), "((a And b) Or (c And d))");
    assert_eq!(shown("x = a + 1 < b && c == d;"), "(((a Add 1) Lt b) And (c Eq d))");
    assert_eq!(shown("x = !a.b() && -c.d(1) > 2;"), "([Not a.b()] And ([Neg c.d(1)] Gt 2))");
    assert_eq!(shown("x = a = b;"), "(a Eq b)");
    assert_eq!(shown("x = a is not b || c not in d;"), "((a Ne b) Or (c NotIn d))");
    assert_eq!(shown("x = a is !b;"), "(a Eq [Not b])");
    assert_eq!(shown("x = a - (b - c);"), "(a Sub (b Sub c))");
    assert_eq!(shown("x = a * b + c;"), "((a Mul b) Add c)");
}

#[test]
fn braces_are_maps_or_lists() {
    assert_eq!(value("x = {};"), ExprKind::EmptyBraces);
    assert_eq!(value("x = [];"), ExprKind::List(Vec::new()));
    assert!(matches!(value("x = {1, 2};"), ExprKind::List(items) if items.len() == 2));
    assert!(matches!(value("x = {\"a\": 1, b: 2};"), ExprKind::Map(entries) if entries.len() == 2));
}

#[test]
fn texts_resolve_their_escapes() {
    let text = |source| match value(source) {
        ExprKind::Text(text) | ExprKind::Quoted(text) => text.into_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(text(r#"x = "a\"b\\c\n\t\r\d\x";"#), "a\"b\\c\n\t\r\\d\\x");
    assert_eq!(text(r"x = 'it\'s \d';"), r"it's \d");
    assert_eq!(text("x = \"\";"), "");
    assert_eq!(text("x = \"é\";"), "é");
}

#[test]
fn numbers() {
    assert_eq!(value("x = 42;"), ExprKind::Int(42));
    assert_eq!(value("x = -9223372036854775808;"), ExprKind::Int(i64::MIN));
    assert_eq!(value("x = 12.50;"), ExprKind::Decimal("12.50"));
    assert_eq!(value("x = .5;"), ExprKind::Decimal(".5"));
    assert_eq!(value("x = TRUE;"), ExprKind::Bool(true));
    assert_eq!(value("x = Null;"), ExprKind::Null);
}

#[test]
fn names_calls_and_chains() {
    assert!(matches!(value("x = size(y);"), ExprKind::Call { name, args } if name.text == "size" && args.len() == 1));
    assert!(matches!(value("x = IF(a, b, c);"), ExprKind::If(args) if args.len() == 3));
    let ExprKind::Chain { base, steps } = value("x = zoho.crm.getRecordById(\"Leads\", 1).get(\"a\");") else {
        panic!("no chain")
    };
    assert_eq!(base.kind, ExprKind::Name("zoho"));
    assert!(matches!(&steps[0], Step::Field(name) if name.text == "crm"));
    assert!(matches!(&steps[1], Step::Call { name, args, .. } if name.text == "getRecordById" && args.len() == 2));
    assert_eq!(steps.len(), 3);
    assert!(matches!(value("x = a.b()[0];"), ExprKind::Chain { steps, .. } if matches!(steps[1], Step::Index { .. })));
    assert!(matches!(value("x = c.insert(\"k\":1);"), ExprKind::Chain { .. }));
}

#[test]
fn fetches_keep_their_tails() {
    let ExprKind::Fetch(fetch) = value("x = E [ID != 0] sort by Name.a desc range from 1 to 4;") else { panic!() };
    let (path, descending) = fetch.tail.sort.expect("a sort key");
    assert_eq!((path.len(), descending), (2, true));
    assert!(fetch.tail.range.is_some());
    let ExprKind::Chain { base, steps } = value("x = E [ID != 0].n sort by a desc.getall();") else { panic!() };
    assert!(matches!(base.kind, ExprKind::Fetch(_)));
    assert!(matches!(&steps[1], Step::Tail(tail) if tail.sort.is_some()));
    assert!(matches!(&steps[2], Step::Call { name, .. } if name.text == "getall"));
    let StmtKind::ForEach { source, .. } = body("for each r in E sort by x { }").remove(0) else { panic!() };
    assert!(matches!(source.kind, ExprKind::Fetch(Fetch { criteria: None, .. })));
}

#[test]
fn tasks_keep_their_entries() {
    let ExprKind::Task(task) = value("x = invokeURL [ URL : a + b\ntype :GET, response-format : FILE reply  to : c ];")
    else {
        panic!()
    };
    assert_eq!(task.kind, TaskKind::InvokeUrl);
    let keys: Vec<&str> = task.entries.iter().map(|entry| entry.key.as_ref()).collect();
    assert_eq!(keys, ["url", "type", "response-format", "reply to"]);
    let ExprKind::Task(mail) =
        value("sendmail [ to : a, b content type : Plain Text Attachments :file:f, template : T : F r as PDF ]")
    else {
        panic!()
    };
    assert!(matches!(&mail.entries[0].value, EntryValue::Exprs(values) if values.len() == 2));
    assert!(matches!(&mail.entries[1].value, EntryValue::Words("Plain Text")));
    let EntryValue::Attachments(files) = &mail.entries[2].value else { panic!() };
    assert_eq!(files[0].kind.text, "file");
    assert_eq!(files[1].format.map(|name| name.text), Some("PDF"));
    assert!(files[1].record.is_some());
    let ExprKind::Task(other) = value("x = zoho.sdp.invokeurl [ url : a ];") else { panic!() };
    assert_eq!((other.kind, other.keyword.text), (TaskKind::Other, "zoho.sdp.invokeurl"));
}

#[test]
fn statements_of_forms() {
    let form = |source| match body(source).remove(0) {
        StmtKind::Form(form) => form,
        other => panic!("{other:?}"),
    };
    assert!(matches!(form("hide A.b;"), FormStmt::Field { path, .. } if path.len() == 2));
    assert!(matches!(form("alert(a, \"b\");"), FormStmt::Alert(args) if args.len() == 2));
    assert!(matches!(form("alert (a) + b;"), FormStmt::Alert(args) if args.len() == 1));
    assert!(matches!(form("row.F:ui.add(1);"), FormStmt::Ui { path, .. } if path.len() == 2));
    assert!(matches!(form("Games.selectAll;"), FormStmt::Select { .. }));
    assert!(matches!(form("reload;"), FormStmt::Reload));
    assert!(
        matches!(form("update r [ A = 1 B = x ];"), FormStmt::Update { criteria: None, fields, .. } if fields.len() == 2)
    );
    assert!(matches!(form("update E [ID == 1] [ A = 1 ];"), FormStmt::Update { criteria: Some(_), .. }));
    assert!(matches!(form("E [ID == 1] [ A = 1 B = 2 ];"), FormStmt::BulkAssign { fields, .. } if fields.len() == 2));
    assert!(matches!(form("delete from E [ID == 1];"), FormStmt::Delete { criteria: Some(_), .. }));
    let ExprKind::Insert { fields, .. } = value("insert into E [ A = -1\nB = x\nC.d = {\"a\"} In = 3 ]") else {
        panic!()
    };
    assert_eq!(fields.len(), 4);
}

#[test]
fn functions_keep_their_headers() {
    let (file, found) = parse("string a.b.f(int x, list:String y) { return x; }\nf();", ParseOptions::default());
    assert!(found.is_empty());
    let function = &file.functions[0];
    let namespace: Vec<&str> = function.namespace.iter().map(|name| name.text).collect();
    assert_eq!(
        (function.returns.text, namespace.as_slice(), function.name.text),
        ("string", ["a", "b"].as_slice(), "f")
    );
    let params: Vec<(&str, &str)> = function.params.iter().map(|param| (param.kind.text, param.name.text)).collect();
    assert_eq!(params, [("int", "x"), ("list:String", "y")]);
    assert_eq!(file.body.len(), 1);
}

#[test]
fn else_if_is_flat() {
    let StmtKind::If { branches, otherwise } = body("if(a){} else if(b){} else if(c){} else {}").remove(0) else {
        panic!()
    };
    assert_eq!((branches.len(), otherwise.is_some()), (3, true));
}

#[test]
fn spans_cover_what_they_name() {
    let source = "x = a.b(1) + (c);";
    let (file, _) = parse(source, ParseOptions::default());
    let StmtKind::Assign { value, .. } = &file.body[0].kind else { panic!() };
    let at = |span: ararat::source::Span| &source[span.start as usize..span.end as usize];
    assert_eq!(at(file.body[0].span), source);
    assert_eq!(at(value.span), "a.b(1) + (c)");
    let ExprKind::Binary { first, rest } = &value.kind else { panic!() };
    assert_eq!((at(first.span), at(rest[0].1), at(rest[0].2.span)), ("a.b(1)", "+", "(c)"));
}
