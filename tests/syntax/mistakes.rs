//! Typical mistakes: one message each, at the right place, in the right words.

use ararat::syntax::{ParseOptions, parse};

const IMPROPER: &str =
    "Improper Statement. Error might be due to missing ';' at end of the line or incomplete expression";

/// `«` and `»` mark the place; the rest of the row is kind, message, label, help.
fn check(marked: &str, kind: &str, message: &str, label: &str, help: &str) {
    let start = marked.find('«').expect("a mark");
    let end = marked.find('»').expect("a mark") - '«'.len_utf8();
    let source = marked.replace(['«', '»'], "");
    let (_, found) = parse(&source, ParseOptions::default());
    assert_eq!(found.len(), 1, "{source}\n{found:#?}");
    let found = &found[0];
    let place = (found.span.start as usize, found.span.end as usize);
    assert_eq!(
        (found.kind, found.message.as_str(), found.label.as_deref().unwrap_or(""), found.help.as_deref().unwrap_or("")),
        (kind, message, label, help),
        "{source}"
    );
    assert_eq!(place, (start, end), "{source}");
}

fn improper(marked: &str, label: &str, help: &str) {
    check(marked, "save.statement", IMPROPER, label, help);
}

#[test]
fn missing_semicolons() {
    let label = "`;` is missing here";
    improper("a = 1«»\ninfo a;", label, "");
    improper("a = 1«» // one\ninfo a;", label, "");
    improper("a = 1«» info a;", label, "");
    improper("if(a)\n{\n\tm.put(\"a\", 1)«»\n}", label, "");
    improper("f()«»", label, "");
    improper("return x«»\n}".trim_end_matches("\n}"), label, "");
}

#[test]
fn unclosed_things() {
    check(
        "if(a == 1)\n«{»\n\tinfo a;\n",
        "save.brace",
        "Expecting '}' but found '<EOF>'",
        "this block is not closed",
        "",
    );
    check(
        "void f()\n{\n\tif(a)\n\t«{»\n\t\tinfo a;\n\tinfo b;\n}\n",
        "save.brace",
        "Expecting '}' but found '<EOF>'",
        "this block is not closed",
        "",
    );
    check(
        "a = 1;\n«/*» open\ninfo a;",
        "save.comment",
        "Comment Task is not closed properly",
        "this comment has no `*/`",
        "",
    );
    improper("a = «\"test\\\"»;\ninfo a;", "this text is not closed", "");
    improper("a = «\"hello»;\ninfo \"x\";\nb = \"y\";", "this text is not closed", "");
    improper("f(«\"hello»);\ninfo \"x\";\nb = \"y\";", "this text is not closed", "");
    improper("a = «'hello»;\ninfo b;", "this text is not closed", "");
    improper("x = f«(»1, 2;\ninfo x;", "this `(` is not closed", "");
    improper("m = {\"a\": [1, 2«}»;\ninfo m;", "expected `]` for the `[` before", "");
    improper("x = f(1)«)»;", "this `)` closes nothing", "");
    improper("a = 1;\n«}»\nb = 2;", "this brace closes nothing", "remove it");
}

#[test]
fn signs_of_other_languages() {
    check(
        "b = a == 1 «?» \"x\" : \"y\";",
        "save.token",
        "Unexpected token found '?'",
        "",
        "write `if(condition, a, b)` as the value",
    );
    improper("n«++»;", "there is no `++`", "write `n = n + 1;`");
    improper("n«--»;", "there is no `--`", "write `n = n - 1;`");
    improper("if(a «&» b) { }", "did not expect `&` here", "write `&&`");
    improper("x = a «|» b;", "did not expect `|` here", "write `||`");
    improper(
        "input.URL = «<»a href=\"x\">y</a>;",
        "markup is a text and needs quotes",
        "put it between single quotes, or between double quotes with `\\\"` inside",
    );
}

#[test]
fn statements_of_other_languages() {
    improper("«int» x = 5;", "variables have no declared type", "drop the type: `x = …;`");
    improper("«elseif»(b) { }", "there is no such word", "write `else if`");
    improper("if(a) { } «elseif»(b) { } ", "there is no such word", "write `else if`");
    improper(
        "«switch»(x) { case 1: f(); break; default: g(); }",
        "there is no `switch`",
        "write `if(…) { … } else if(…) { … }`",
    );
    improper("«throw» \"x\";", "there is no `throw`", "leave with `return`, or let the caller check a result");
    improper(
        "for«(i = 0; i < 5; i = i + 1)» { info i; }",
        "Deluge counts no loops",
        "loop over a list: `for each x in list { … }`, `for each index i in list { … }`",
    );
    improper("«for» x in list { }", "a loop begins with `for each`", "write `for each x in list { … }`");
    improper("«foreach» x in list { }", "there is no such word", "write `for each`");
    improper("«var» x = 1;", "variables are not declared", "write `name = value;`");
    improper(
        "«function» f(a) { return a; }",
        "a function begins with the type of its result",
        "write `string f(string a) { … }`",
    );
}

#[test]
fn blocks_without_braces() {
    let help = "put braces around what depends on this condition";
    improper("«if»(a) info b;", "expected `{` behind the condition of this `if`", help);
    improper("if(a)«»\n\tinfo b;", "expected `{` here", help);
    improper("if(a) { } «else» info b;", "expected `{` behind this `else`", help);
    improper("«try» { f(); }", "this `try` has no `catch`", "add `catch (e) { … }` behind the block");
    improper("«else» { }", "this `else` belongs to no `if`", "");
}

#[test]
fn values_and_targets() {
    improper(
        "«x[0]» = 5;",
        "elements are not assigned to",
        "change it with `put()` (a map) or `update`, `add()` (a list)",
    );
    improper("«f(1)» = 5;", "the result of a call cannot be assigned to", "");
    improper("«true» = 5;", "this word is reserved", "");
    improper("x = {1, 2,«»};", "expected another element behind the comma", "remove the comma");
    improper("string f(«a») { }", "a parameter has a type and a name", "write its type first: `string a`");
    improper("x = 1 +«»;".replace("+«»", "«+»").as_str(), "something is missing behind this", "");
    improper("x = a.«.»b;", "did not expect `.` here", "");
    check(
        "x = «9223372036854775808»;",
        "save.number",
        "a number fits into 64 bits: -9223372036854775808 to 9223372036854775807",
        "this one does not",
        "quote it, if it is an identifier rather than a quantity",
    );
}

#[test]
fn each_cause_gives_one_message() {
    let source =
        "a = ;\nif(b c)\n{\n\td = 1\n\te = 2;\n}\nelse\n{\n\tf(;\n}\ninfo g;\nx++;\nm = {\"a\": 1, \"b\" 2};\ny = 1;";
    let (file, found) = parse(source, ParseOptions::default());
    let lines: Vec<usize> =
        found.iter().map(|found| source[..found.span.start as usize].matches('\n').count() + 1).collect();
    assert_eq!(lines, [1, 2, 4, 9, 12, 13], "{found:#?}");
    assert!(file.body.len() >= 6);
}

#[test]
fn nesting_that_is_too_deep_says_so() {
    for open in ["(", "[", "{", "f(", "{\"a\":", "if(a){"] {
        let source = format!("x = {}", open.repeat(100_000));
        let (_, found) = parse(&source, ParseOptions::default());
        assert_eq!(found.len(), 1, "{open}");
        assert_eq!((found[0].code, found[0].kind), ("DG110", "save.depth"));
        assert_eq!(found[0].message, "nesting is deeper than 200 levels");
    }
}

#[test]
fn operators_in_words() {
    improper("if(a «and» b) { info 1; }", "there is no operator `and`", "write `&&`");
    improper("x = true «or» false;", "there is no operator `or`", "write `||`");
    improper("if(a == 1 «AND» b == 2 || not c) { }", "there is no operator `AND`", "write `&&`");
    improper("if(«not» a) { }", "there is no operator `not`", "write `!`");
}

#[test]
fn records_are_changed_through_a_variable() {
    let help = "write `records = Form[criteria];` before, then `records.Field = …;`";
    improper("«Settings[ID != 0].Name» = 1;", "only the records in a variable are changed", help);
}
