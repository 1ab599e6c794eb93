//! Every construct that real scripts hold, as small as it can be, and what must not parse.

use ararat::syntax::{ParseOptions, parse};

fn messages(source: &str) -> Vec<String> {
    let (_, diagnostics) = parse(source, ParseOptions::default());
    diagnostics.iter().map(|found| format!("{:?} {} {:?}", found.span, found.message, found.label)).collect()
}

macro_rules! accepts {
    ($($name:ident: $($source:expr),+ $(,)?;)+) => { $(
        #[test]
        fn $name() {
            for source in [$($source),+] {
                assert_eq!(messages(source), Vec::<String>::new(), "{source}");
            }
        }
    )+ };
}

macro_rules! rejects {
    ($($name:ident: $($source:expr),+ $(,)?;)+) => { $(
        #[test]
        fn $name() {
            for source in [$($source),+] {
                assert_eq!(messages(source).len(), 1, "{source}\n{:#?}", messages(source));
            }
        }
    )+ };
}

accepts! {
    nothing: "", " \n\t", "// only a comment", "/* only\n * a comment */", "\u{feff}", ";", ";;";
    blanks: "\u{feff}a = 1;", "a\u{a0}=\u{200b}1;\u{200b}\nb = 2;", "a\r\n=\r\n1\r\n;", "isNull (\"\");", "x = \" \".isBlank () ;";
    comments: "a = /* b */ 1; // c", "if(a) // why\n{ // this\n}\n// that\nelse /* or */ { }", "a // x\n= 1;",
        "for each x in y // each\n{\n}", "x = m // one\n.get(1) // two\n.get(2);", "info \"https://host//x\"; // y", "/* a **/ b = 1;", "/***/ b = 1;";
    hard_words_are_whole_words: "iffy = 1;", "information = 1;", "nullable = inList;", "isOk = notes;", "format = forest;",
        "returned = 1;", "trying = 2;", "catcher = breaker;", "trueish = falsey;", "infos.add(1);", "elsewhere = 1;";
    old_mails: "sendmail\n(\n To : input.Email\n From : zoho.adminuserid\n Subject : \"a\"\n Message : \"b\"\n)",
        "sendmail ( to : a, b  from : c  subject : d  message : e );\ninfo 1;", "sendmail = 1; sendmail.get(1);",
        "and = 1; or = and + 1; not = or;";
    contextual_words_are_names: "response = 1; response.get(\"a\");", "map = list.get(0);", "list = map;", "index = 1;", "url = type;",
        "text = \"a\";", "update = zoho.crm.updateRecord(\"Leads\", 1, m);", "delete = 1; info delete;", "count = count + 1;", "file = 1;",
        "insert = 2;", "info = 1; info info;", "input = Map(); input.put(\"a\", 1);", "from = 1; to = from;", "value = key;", "string = \"a\"; int = 2;",
        "number = time;", "alert = 1;", "info += 1;", "for each index in list { info index; }", "for each number in x { }",
        "for each find in x { }", "success = true;", "message = \"a\";", "cancel = 1;", "show = 1; hide = show;", "clear = 2;",
        "collection = collection(1);", "sort = range;", "date = today;", "row = old;", "info.put(\"a\", 1);", "alert.put(1,2);", "update.get(\"a\");",
        "each = 1;", "index = index + 1;", "like = contains;", "is_new = is;", "asc = desc; by = 1;", "default = size;", "last = 1; x = last + next;";
    case_of_words: "IF(a){ } ELSE IF(b){ } ELSE { }", "For Each X In y { }", "Info 1;", "RETURN TRUE;", "x = NULL; y = False; z = True;",
        "TRY { } CATCH (e) { }", "x = IF(a, b, c);", "x = invokeURL [ URL : a ];", "SendMail [ From : a TO : b ]";
    numbers: "x = 42;", "x = 218.5.round(0);", "x = 24.isNumber ();", "x = -218.4.round(0);", "x = .5;", "x = 1.4+3.6.round(0);",
        "x = 9223372036854775807;", "x = -9223372036854775808;", "x = 007;", "info -5;", "info .5;";
    texts: r#"x = "";"#, r#"x = "say \"yes\"";"#, r#"x = "\\";"#, "sendmail [ from : a message : \"b\nc\" subject : d to : e ];", r#"x = "\d+\.\s";"#, "x = \"a\nb\";", "x = 'it';", r"x = 'it\'s';", "x = '01-Jan-2026';",
        "x = 'say \"yes\"';", "x = \"it's\";", "x = \"é ü 日本 😀\";", "x = \"a\nb\" in list;", "x = \"/* no */ // comment\";";
    lists_and_maps: "x = {1, 2, 3};", "x = [1, 2];", "x = {};", "x = [];", "x = {\"a\": 1};", "x = {\"a\":{\"b\",\"c\"},\"d\":[{\"e\":1}]};",
        "x = {1 : \"a\", \"b\" : 2};", "x = {\"a\"+\"b\":1};", "x = {{\"x\",\"y\"}:\"p\"};", "x = {k : v, k2 : v2.get(\"x\")};", "x = {\"a\"\n\t, \"b\"\n};",
        "x = Collection(\"k\":v);", "x = Collection(1, 2);", "c.insert(\"k\":v);", "x = List({1});", "x = Map({\"a\":1});",
        "x = List:String();", "x = list:Int({1});", "x = Map:String();", "x = {\"list\":List:String()};", "x = {list : 1, map : 2};",
        "x = {\"trigger\":{\"workflow\"}};", "m.put(\"a\", {\"b\":1});", "x = {}.put(1,2);", "x = { a.b : c.d(e) };";
    operators: "x = a + b - c * d / e % f;", "x = a == b;", "x = a = b;", "if(a = 1 && b=true) { }", "x = a != b || c <= d && e >= f;", "x = a < b;",
        "x = !a;", "x = !(a);", "x = !!a;", "x = --a;", "x = a - -b;", "x = a in {1};", "x = a not in {1};", "x = a is b;", "x = a is not null;", "x = a is not b;",
        "x = a IS NOT b;", "if(a NOT IN b) { }", "x = a in b && c in d;", "ok = r.get(\"code\") == 0;", "x += 1; x -= 1; x *= 2; x /= 2; x %= 2;", "x = a == -1;", "x = !a.isNull() && b;",
        "x = a\n+ b\n+ c;", "x =-1;", "x = a*-1;";
    calls_and_chains: "f();", "f(1, 2);", "a.b();", "a.b.c(1).d.e(2);", "x = a\n\t.b()\n\t.c();", "x = (a + b).round(2);", "x = \"a\".length();", "x = {1,2}.size();", "x = '01-Jan-2026'.addDay(1);",
        "thisapp.ns.fn(1);", "x = automation.f(a);", "zoho.crm.updateRecord(\"Leads\", id, {\"a\":1});", "x = zoho.currentdate.toString(\"yyyy\");", "x = if(a, b, c);", "x = if(a > b, if(c, d, e), f).get(\"g\");",
        "if(a, b, c).foo();", "f(if(a,b,c));", "a.if(1);", "a.in();", "f(a = b);", "x;", "a.b;", "x = e.message + e.lineNo;", "x = f(a).c;";
    assignments: "a = 1;", "input.Stage = \"Won\";", "rec.Name.first_name = \"A\";", "row.F += 1;", "_total = 1; math_2 = 2;";
    statements: "if(a) { }", "if(a) { } else if(b) { } else { }", "if(a){}else if (b){}else  if(c){}", "for each x in y { break; continue; }", "for  each  x  in  y\n{\n}", "for each index i in x { }",
        "for each k in m.keys() { }", "for each x in {1, 2} { }", "for each x in [1] { }", "while(a) { }", "try { } catch (e) { }", "try{}catch(e){}", "return;", "return a;", "return {\"a\":1};", "return (a);", "break;", "{ a = 1; }", "{ }",
        "info a;", "info(a);", "info (a) + b;", "info {1,2};", "info [1];", "info \"a\" + b;", "info if(a,b,c);", "info !a;", "if (a) { if (b) { } }", "if(a) { }\n;", "if((a) && (b)) { }", "if(!(input.Accept)) { }", "return\na;";
    functions: "void f() { }", "string standalone.hello(String a) { return a; }", "int f(int a, Map b) { }", "void automation.f(int leadId)\n{\n}\n", "map a.b.c() { }", "void f(Deal_Residences r) { }", "list f(list:String a) { }",
        "void f() // header\n/* more */ { }", "// banner\nvoid f()\n{\n}\n// end", "void f() { } a = 1; string g() { }", "automation.f(int a) { }", "f() { }", "Decimal f(float a, date b, bool c) { }", "void f()\n{\n}\nf();",
        "string button.a(string ids)\n{\n\treturn \"x\";\n}", "File f(file a) { }";
    invokeurl: "r = invokeurl\n[\n\turl :\"https://a\"\n\ttype :POST\n\theaders :h\n\tparameters :m.toString()\n\tconnection :\"c\"\n\tdetailed :true\n];",
        "r = invokeurl [url: a + b type: GET];", "r = invokeurl [ url : a, type : \"GET\", ];", "invokeurl [ url : a ];", "invokeurl [ url : a ]\nb = 1;", "info invokeurl [ url : a ];", "r = invokeurl[url:a];",
        "r = invokeurl [ url : a // here\n /* and */ type : GET ];", "r = invokeurl [ url : a headers : {\"a\":\"b\"} type : GET ];", "r = invokeurl [ url : a content-type : \"x\" response-format : FILE ];",
        "r = invokeurl [ url : a ].get(\"b\");", "r = invokeapi [ service : zohocrm path : \"/x\" ];", "r = zoho.sdp.invokeurl [ url : \"/x\" type : GET ];", "r = invokeurl [];", "r = invokeurl [ url : if(a,b,c) body : \"x\" + y ];",
        "r = invokeurl [ url : a parameters : m - 1 ]";
    sendmail: "sendmail\n[\n\tfrom :zoho.adminuserid\n\tto :\"a\"\n\tsubject :\"s\"\n\tmessage :\"m\"\n]\n", "sendmail [ from : a to : b, c subject : d message : e ];", "sendmail [ from : a, to : b, subject : c, message : d ]",
        "sendmail [ from : a to : b reply to : c content type : Plain Text subject : d message : e Attachments :file:f ]", "sendmail [ from : a to : b subject : c message : d content type : HTML ]",
        "sendmail [ from:a to:b subject:c message:d attachments : file : x, file : y ]", "sendmail [ from:a to:b subject:c message:d attachments : view : R [ID == 1] as PDF ]", "sendmail [ from:a to:b subject:c message:d Attachments : template:Name as PDF ]",
        "sendmail [ from:a to:b subject:c message:d Attachments : template : T : Form input.ID as PDF, file : y ]", "sendsms [ to: +9199 message: \"a\" ];", "if(a) { sendmail [ from:a to:b subject:c message:d ] }",
        "sendmail [ from :a to :b subject :c message :d ]\nsendmail [ from :a to :b subject :c message :d ]";
    records: "a = Employees [ID != 0] sort by Added_Time desc;", "b = E [age == \"25\"] range from 0 to 2;", "c = E [ID != 0] sort by name desc range from 1 to 4;", "d = P [name in {\"A\",\"B\"} && (age > 5 || !retired)];",
        "a = E [ID != 0].name sort by age;", "b = E [t == \"x\"].ID.getall();", "c = E [ID != 0].name sort by age desc.getall();", "c = E [ID != 0].name sort by age.getall();", "x = E[ID == 1].count();", "x = E[a = b];",
        "insert into E [ A = 1 B.c = \"x\" // d\n E = {\"a\"} ]", "id = insert into E [ A = 1 ];", "insert into E [ A = 1, B = 2, ];", "insert into E\n[\n\tA = -1\n\tB = x\n\tIn = 3\n]\nb = 1;", "insert into E [ ]",
        "update r [ A = 1 B = 2 ];", "update E [ID == 1] [ A = 1 ];", "E[ID == 1] [ A = 1 B = 2 ];", "E[ID == 1]\n[\n\tA = 1\n]\nb = 2;", "if(a) { update r [ A = 1 ] }", "E[a = b] [F = v];", "r [ A = 1 B = a && b ];", "delete from E [ID == 1];", "delete from E[DOB <= zoho.currentDate.subYear(65)];",
        "for each e in E { }", "for each e in E [ID != 0] sort by name range from 0 to 2 { }", "for each e in E sort by x { }", "for each e in E[a == 1] { }", "a = T [Due in last 3 months];", "b = T [Due in this week];", "b = T [Due in 2 weeks ago];",
        "c = T [Due == today || Due is yesterday];", "d = T [Name contains \"x\"];", "d = T [Name.contains(\"x\") && Tags not in {\"a\"}];", "e = T [Name is null];";
    forms: "hide Phone;", "show Name.last_name; disable row.cost; enable A.b; focus c; clear d;", "colors:ui.add({\"red\"});", "row.Items:UI.append(\"x\");", "input.F:ui.add(x);", "Games.selectAll;", "Color.select(\"White\");", "reload;",
        "alert \"text\";", "alert(due, \"later\");", "alert(\"a\" + b);", "alert \"a\" + b;", "cancel submit;", "cancel delete;", "success message \"Thanks\";", "row1 = Products.Items(); row1.Q = 1; input.Items.insert(row1);", "openUrl(\"a\", \"same window\");", "Hide A; SHOW b;";
}

rejects! {
    no_statement: "a = ;", "a = 1 +;", "= 1;", "a b c;", "1 2;", "(;", "a..b();", "a = b c;", "\"x\" \"y\";", "x = \u{2264};", "a = b) ;", "] ;", "f(1 2);", "f(,);", "x = {1, 2,};", "x = {\"a\":1, 2};", "x = {1, 2:3};", "x = f(a,);";
    no_end: "a = 1", "a = 1\nb = 2;", "if(a) { return 1 }", "break\n", "info a\n// c\n", "f()";
    reserved_names: "if = 1;", "return = 1;", "true = 5;", "null = 1;", "x = else;", "x = in + 1;", "for each try in x { }";
    targets: "f() = 1;", "\"a\" = 1;", "x[0] = 1;", "a + b = c;", "a.b() = 2;", "1 = 2;";
    blocks: "if(a) { b(); ", "if(a) { } }", "try { }", "try { } catch { }", "try { } catch (Exception e) { }", "else { }", "catch (e) { }", "if a { }", "if() { }";
    tasks: "r = invokeurl [ url ];", "r = invokeurl [ url = a ];", "sendmail [ from a ]\n";
}

#[test]
fn creator_reads_or_before_and() {
    use ararat::syntax::ast::{BinaryOp, ExprKind, StmtKind};
    let top = |options| {
        let (file, found) = parse("a || b && c;", options);
        assert!(found.is_empty());
        match &file.body[0].kind {
            StmtKind::Expr(expr) => match &expr.kind {
                ExprKind::Binary { rest, .. } => rest[0].0,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(top(ParseOptions::default()), BinaryOp::Or);
    assert_eq!(top(ParseOptions { or_binds_tighter: true }), BinaryOp::And);
}
