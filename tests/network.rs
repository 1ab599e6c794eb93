//! What `invokeurl`, `sendmail` and their like send, and whole scripts against a host that records and replays.

mod recorder;

use ararat::fault::Fault;
use ararat::host::Response;
use ararat::tasks;
use ararat::tasks::block::{self, BlockKind, EntryValue};
use ararat::value::{File, Settings, Value};
use recorder::{Recorder, line, response, shown, value};

/// `invokeurl` entries as `key: JSON`, or `key = WORD`.
fn invoke(entries: &[&str], reply: Response) -> (String, Result<Value, Fault>) {
    let entries: Vec<(String, EntryValue)> = entries
        .iter()
        .map(|entry| match entry.split_once(" = ") {
            Some((key, word)) => (key.to_owned(), EntryValue::Word(word.to_owned())),
            None => {
                let (key, text) = entry.split_once(": ").expect("key: value");
                (key.to_owned(), EntryValue::Value(value(text)))
            }
        })
        .collect();
    let mut host = Recorder { replies: vec![reply], ..Recorder::default() };
    let done = block::perform(BlockKind::InvokeUrl, &entries, &Settings::default(), &mut host);
    (host.asked.iter().map(line).collect::<Vec<_>>().join(" ; "), done)
}

#[rustfmt::skip]
const WIRE: &[(&[&str], &str)] = &[
    (&["url: \"https://a.example/x\""], "GET https://a.example/x"),
    (&["url: \"https://a.example/x\"", "parameters: {\"a\":\"1 2\",\"b\":{\"c\":1}}"], "GET https://a.example/x ?a=1 2&b={\"c\":1}"),
    (&["url: \"https://a.example/x?z=1#f\"", "parameters: \"a=1&b=2\""], "GET https://a.example/x?z=1&a=1&b=2#f"),
    (&["url: \"https://a.example/x\"", "type = POST", "parameters: {\"a\":\"1\",\"l\":[1]}"], "POST https://a.example/x form a=1&l=[1]"),
    (&["url: \"https://a.example/x\"", "type: \"put\"", "parameters: \"{}\""], "PUT https://a.example/x text/plain {}"),
    (&["url: \"https://a.example/x\"", "type = DELETE", "parameters: {\"a\":\"1\"}"], "DELETE https://a.example/x form a=1"),
    (&["url: \"https://a.example/x\"", "type = POST", "parameters: FILE"], "POST https://a.example/x application/octet-stream png"),
    (&["url: \"https://a.example/x\"", "type = POST", "content-type: \"multipart/form-data\"", "parameters: {\"a\":1}"],
     "POST https://a.example/x [Content-Type: multipart/form-data] multipart a=1"),
    (&["url: \"https://a.example/x\"", "type = POST", "headers: {\"Content-Type\":\"application/json\",\"X-N\":5}", "parameters: \"[1]\"", "connection: \"acme\""],
     "POST https://a.example/x [Content-Type: application/json] [X-N: 5] text/plain [1] @acme"),
    (&["url: \"https://a.example/x\"", "type = POST", "body: \"hi\""], "POST https://a.example/x text/plain hi"),
    (&["url: \"https://a.example/x\"", "type = POST", "body: {\"parent_id\":\"7\"}"], "POST https://a.example/x multipart parent_id=7"),
    (&["url: \"https://a.example/x\"", "type = POST", "headers: {\"content-type\":\"application/x-www-form-urlencoded\"}", "body: {\"a\":1}"],
     "POST https://a.example/x [content-type: application/x-www-form-urlencoded] form a=1"),
    (&["url: \"https://a.example/x\"", "type = POST", "files: FILE", "parameters: {\"a\":1}"],
     "POST https://a.example/x multipart file(photo.png, image/png)=png a=1"),
    (&["url: \"https://a.example/x\"", "type = POST", "files: [{\"paramName\":\"n\",\"content\":\"t\",\"stringPart\":\"true\"},\"u\"]"],
     "POST https://a.example/x multipart n=t file=u"),
    (&["url: \"https://old.example\"", "url: \"https://a.example/new\""], "GET https://a.example/new"),
];

#[test]
fn invokeurl_puts_parameters_where_the_method_wants_them() {
    for (entries, request) in WIRE {
        let (asked, done) = invoke(entries, response(200, "{}"));
        assert_eq!(asked, *request, "{entries:?} {done:?}");
    }
}

#[test]
fn a_file_part_is_named_by_set_param_name() {
    let file = File::new("a.txt", b"x".as_slice());
    file.borrow_mut().param_name = Some("attachment".to_owned());
    let entries = [
        ("url".to_owned(), EntryValue::Value(Value::text("https://a.example"))),
        ("type".to_owned(), EntryValue::Word("POST".to_owned())),
        ("files".to_owned(), EntryValue::Value(Value::File(file))),
    ];
    let mut host = Recorder::default();
    block::perform(BlockKind::InvokeUrl, &entries, &Settings::default(), &mut host).expect("a value");
    assert_eq!(line(&host.asked[0]), "POST https://a.example multipart attachment(a.txt, text/plain)=x");
}

#[test]
fn an_error_status_is_a_value_and_detailed_gives_the_code() {
    let (_, done) = invoke(&["url: \"https://a.example\""], response(404, r#"{"code":"NONE"}"#));
    assert_eq!(shown(&done.expect("a value")), r#"{"code":"NONE"}"#);
    let (_, done) = invoke(&["url: \"https://a.example\"", "detailed: true"], response(500, "{\"a\":[1]}"));
    assert_eq!(
        shown(&done.expect("a value")),
        r#"{"responseText":{"a":[1]},"responseHeader":{"content-type":"application/json;charset=UTF-8"},"responseCode":500}"#
    );
}

#[test]
fn response_format_and_decoding_shape_the_value() {
    let url = "url: \"https://a.example/r.json\"";
    let (_, done) = invoke(&[url, "response-format = FILE"], response(200, "{}"));
    assert_eq!(shown(&done.expect("a value")), "x");
    let (_, done) = invoke(&[url, "response-format = STRING"], response(200, "{}"));
    assert_eq!(done.expect("a value").kind().name(), "TEXT");
    let (_, done) = invoke(&[url, "response-format = NONE"], response(200, "{}"));
    assert!(done.expect("a value").is_null());
    let latin = Response { body: b"caf\xe9".to_vec(), ..response(200, "") };
    let (_, done) = invoke(&[url, "response-decoding: \"ISO-8859-1\""], latin);
    assert_eq!(shown(&done.expect("a value")), "café");
}

#[test]
fn invokeurl_says_what_it_cannot_take() {
    let said = |entries: &[&str]| invoke(entries, response(200, "")).1.expect_err("a fault").message();
    assert_eq!(said(&["type = GET"]), "invokeurl needs the key `url`");
    assert_eq!(
        said(&["url: \"a.example\""]),
        "`url` expects an absolute URL such as https://host/path, found `a.example`"
    );
    let url = "url: \"https://a.example\"";
    assert!(said(&[url, "type = FETCH"]).ends_with("found `FETCH`"));
    assert!(said(&[url, "headers: 5"]).starts_with("`headers` expects a map, found NUMBER"));
    assert!(said(&[url, "files: FILE"]).contains("write `type : POST`"));
    assert!(said(&[url, "response-decoding: \"utf-99\""]).contains("found `utf-99`"));
}

#[test]
fn size_limits_depend_on_the_host_and_the_product() {
    let limit = |url: &str, settings: &Settings| {
        let entries = [("url".to_owned(), EntryValue::Value(Value::text(url)))];
        let mut host = Recorder::default();
        block::perform(BlockKind::InvokeUrl, &entries, settings, &mut host).expect("a value");
        host.asked[0].max_response >> 20
    };
    let creator = Settings { dialect: ararat::value::Dialect::Creator, ..Settings::default() };
    assert_eq!(limit("https://www.zohoapis.eu/crm", &Settings::default()), 15);
    assert_eq!(limit("https://zoho.com.evil.example/", &Settings::default()), 5);
    assert_eq!(limit("https://www.zohoapis.eu/crm", &creator), 5);
}

/// Runs a block whose entries are given as values.
fn perform(kind: BlockKind, entries: Vec<(&str, EntryValue)>, host: &mut Recorder) -> Result<Value, String> {
    let entries: Vec<_> = entries.into_iter().map(|(key, entry)| (key.to_owned(), entry)).collect();
    block::perform(kind, &entries, &Settings::default(), host).map_err(|fault| fault.message())
}

fn text(text: &str) -> EntryValue {
    EntryValue::Value(Value::text(text))
}

#[test]
fn invokeapi_calls_a_service_of_the_account() {
    let call = |more: Vec<(&'static str, EntryValue)>| {
        let mut host = Recorder::default();
        let mut entries = vec![("service", EntryValue::Word("zohocrm".into())), ("path", text("crm/v7/Leads"))];
        entries.extend(more);
        perform(BlockKind::InvokeApi, entries, &mut host).map(|_| line(&host.asked[0]))
    };
    assert_eq!(call(vec![]).expect("a line"), "GET api /crm/v7/Leads");
    let query = ("parameters", EntryValue::Value(value(r#"{"page":2}"#)));
    let post = ("type", EntryValue::Word("POST".into()));
    let asked = call(vec![post, query, ("body", text("{}")), ("connection", text("crm"))]);
    assert_eq!(asked.expect("a line"), "POST api /crm/v7/Leads ?page=2 text/plain {} @crm");
    let parts = EntryValue::Value(value(r#"[{"param-name":"a","param-value":"1"}]"#));
    let asked = call(vec![("type", EntryValue::Word("POST".into())), ("body", parts)]);
    assert_eq!(asked.expect("a line"), "POST api /crm/v7/Leads multipart a=1");
    let fault = call(vec![("service", text("zohoflow"))]).expect_err("a fault");
    assert!(fault.starts_with("`service` expects one of zohocrm,") && fault.ends_with("found `zohoflow`"), "{fault}");
}

#[test]
fn sendmail_hands_over_one_checked_message() {
    let mut host = Recorder::default();
    let entries = vec![
        ("from", text("Zylker <user@zylker.com>")),
        ("to", EntryValue::Values(vec![Value::text("a@x.com, b@x.com"), value(r#"["c@x.com"]"#)])),
        ("cc", text("\"Boyle, P\" <p@x.com>")),
        ("reply to", text("r@x.com")),
        ("subject", EntryValue::Value(Value::Int(7))),
        ("message", text("<b>hi</b>")),
        ("content type", EntryValue::Word("Plain Text".into())),
        ("attachments", EntryValue::Attachments(vec![("file".into(), value("FILE"))])),
    ];
    assert!(perform(BlockKind::SendMail, entries, &mut host).expect("sent").is_null());
    let mail = &host.mails[0];
    assert_eq!(mail.to, ["a@x.com", "b@x.com", "c@x.com"]);
    assert_eq!((mail.cc.as_slice(), mail.subject.as_str()), (["\"Boyle, P\" <p@x.com>".to_owned()].as_slice(), "7"));
    assert!(mail.plain_text && mail.attachments[0].file_name.as_deref() == Some("photo.png"));
}

#[test]
fn sendmail_refuses_in_the_documented_words() {
    let refused = |from: EntryValue, to: EntryValue, more: Option<(&'static str, EntryValue)>| {
        let mut host = Recorder::default();
        let mut entries = vec![("from", from), ("to", to), ("subject", text("s")), ("message", text("m"))];
        entries.extend(more);
        let message = perform(BlockKind::SendMail, entries, &mut host).expect_err("a refusal");
        assert!(host.mails.is_empty());
        message
    };
    let own = || text("user@zylker.com");
    assert_eq!(refused(EntryValue::Value(Value::Int(1)), own(), None), "Invalid email address found");
    assert_eq!(refused(own(), EntryValue::Value(Value::Int(1)), None), "Invalid email address found");
    assert_eq!(
        refused(text("someone@else.com"), text("a@x.com"), None),
        "In cases where From: address is not a zoho.adminuserid or zoho.loginuserid, the To: address can only be \
         zoho.adminuserid and the sendmail task cannot have any CC: or BCC: address."
    );
    let admin = || text("admin@zylker.com");
    for (key, word) in [("cc", "CC"), ("bcc", "BCC")] {
        assert_eq!(
            refused(text("someone@else.com"), admin(), Some((key, text("c@x.com")))),
            format!(
                "Invalid {word}: From address is not zoho.adminuserid or zoho.loginuserid so {word} address is not allowed"
            )
        );
    }
    let report = EntryValue::Attachments(vec![("view".into(), Value::text("All"))]);
    assert!(refused(own(), admin(), Some(("attachments", report))).contains("`view` is not supported"));
}

#[test]
fn sendsms_and_other_forms_reach_the_host() {
    let mut host = Recorder::default();
    let entries = vec![
        ("to", EntryValue::Value(Value::Int(919_876_543_210))),
        ("message", text("hi")),
        ("connection", text("tw")),
    ];
    perform(BlockKind::SendSms, entries, &mut host).expect("sent");
    assert_eq!(host.messages[0].to, ["+919876543210"]);
    let refused = perform(
        BlockKind::Sftp,
        vec![("action", text("upload")), ("host", text("h")), ("files", text("f"))],
        &mut host,
    );
    assert_eq!(refused.expect_err("a refusal"), "`sftp` is not supported here yet");
    let settings = Settings::default();
    tasks::open_url(&[value("\"https://a.example\""), value("\"new window\"")], &settings, &mut host).expect("done");
    let push = [value("\"a@x.com\""), Value::text(&"t".repeat(300)), value("\"m\"")];
    let done = tasks::push_notification(&push, &settings, &mut host).expect("done");
    assert_eq!(shown(&done), r#"{"status":"success"}"#);
    assert_eq!(host.effects[0], "open https://a.example in new window None");
    assert_eq!(host.effects[1], format!("push to a@x.com {}: m", "t".repeat(200)));
}

#[test]
fn function_forms_tell_their_arguments_by_kind() {
    type Form = fn(&[Value], &Settings, &mut dyn ararat::host::Host) -> Result<Value, ararat::fault::Fault>;
    let asked = |form: Form, args: &[&str]| {
        let args: Vec<Value> = args.iter().map(|arg| value(arg)).collect();
        let mut host = Recorder::replying(201, r#"{"a":1}"#);
        let done = form(&args, &Settings::default(), &mut host).expect("a value");
        format!("{} -> {}", line(&host.asked[0]), shown(&done))
    };
    let url = "\"https://a.example/x\"";
    assert_eq!(asked(tasks::get_url, &[url]), r#"GET https://a.example/x -> {"a":1}"#);
    assert_eq!(
        asked(tasks::get_url, &[url, r#"{"X-A":"1"}"#, "false"]),
        "GET https://a.example/x [X-A: 1] -> {\"responseText\":{\"a\":1},\"responseHeader\":\
         {\"content-type\":\"application/json;charset=UTF-8\"},\"responseCode\":201}"
    );
    assert_eq!(
        asked(tasks::post_url, &[url, r#"{"k":"v"}"#, "true"]),
        r#"POST https://a.example/x form k=v -> {"a":1}"#
    );
    assert_eq!(
        asked(tasks::invoke_url, &[url, "\"PUT\"", "\"raw\"", r#"{"X-A":"1"}"#]),
        r#"PUT https://a.example/x [X-A: 1] text/plain raw -> {"a":1}"#
    );
}

/// Runs a script; gives what it printed, or how it failed.
fn script(text: &str, replies: Vec<ararat::host::Response>) -> (String, Recorder) {
    let mut host = Recorder { replies, ..Recorder::default() };
    let printed = match ararat::Engine::default().compile(ararat::Source::new("case.dg", text)) {
        Err(not_compiled) => not_compiled.to_string(),
        Ok(script) => match script.run(&mut host, &ararat::Args::new()) {
            Ok(_) => host.printed.clone(),
            Err(failure) => format!("{}{failure}", host.printed),
        },
    };
    (printed, host)
}

#[test]
fn a_script_creates_finds_and_calls() {
    let text = r#"
        made = zoho.crm.createRecord("Leads", {"Last_Name":"Boyle"}, {"trigger":{"workflow"}}, "crm_link");
        info made.get("id");
        for each lead in zoho.crm.searchRecords("Leads", "(Last_Name:equals:Boyle)")
        {
            info lead.get("Last_Name");
        }
        none = zoho.crm.getRecords("Deals");
        info none.size();
        response = invokeurl
        [
            url :"https://api.example.com/items"
            type :POST
            parameters :{"name":"x"}
            headers :{"X-Key":"k"}
            detailed :true
        ];
        info response.get("responseCode") + " " + response.get("responseText").get("ok");
        sendmail
        [
            from :zoho.adminuserid
            to :"a@x.com"
            subject :"done"
            message :"hello"
        ]
    "#;
    let replies = vec![
        response(201, r#"{"data":[{"code":"SUCCESS","details":{"id":"9"},"status":"success"}]}"#),
        response(200, r#"{"data":[{"Last_Name":"Boyle"},{"Last_Name":"Boyle II"}],"info":{}}"#),
        response(204, ""),
        response(200, r#"{"ok":true}"#),
    ];
    let (printed, host) = script(text, replies);
    assert_eq!(printed, "9\nBoyle\nBoyle II\n0\n200 true\n");
    let asked: Vec<String> = host.asked.iter().map(line).collect();
    assert_eq!(
        asked,
        [
            r#"POST api /crm/v2/Leads {"data":[{"Last_Name":"Boyle"}],"trigger":["workflow"]} @crm_link"#,
            "GET api /crm/v2/Leads/search ?criteria=(Last_Name:equals:Boyle)&page=1&per_page=200",
            "GET api /crm/v2/Deals ?page=1&per_page=200",
            "POST https://api.example.com/items [X-Key: k] form name=x",
        ]
    );
    assert_eq!(host.mails[0].from, "admin@zylker.com");
}

#[test]
fn a_script_with_a_wrong_call_is_told_before_it_runs() {
    let said = |text: &str| script(text, vec![]).0;
    assert!(said("x = zoho.crm.getRecord(\"Leads\");").contains("did you mean `zoho.crm.getRecord"));
    assert!(
        said("x = zoho.crm.getRecordById(\"Leads\");")
            .contains("zoho.crm.getRecordById(module, id, query?, connection?)")
    );
    assert!(
        said("sendmail [ to :\"a\" subject :\"s\" message :\"m\" ]")
            .contains("'FROM' message is missing for sendmail task")
    );
    assert!(
        said("x = invokeurl [ url :\"https://a.example\" timeout :5 ];").contains("invokeurl has no key `timeout`")
    );
    assert!(said("x = zoho.ai.translate(\"a\", \"fr\");").contains("`zoho.ai.translate` is known, not mapped yet"));
}
