//! `ararat run --record`, `--replay`, `--now` and `--deny-private-network`, over loopback.
#![cfg(feature = "http")]
// Tests read files themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

#[allow(dead_code)]
#[path = "connections/provider.rs"]
mod provider;

use provider::{Answer, Provider, json, text};
use serde_json::json;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes with the test.
struct Desk(PathBuf);

impl Desk {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tape-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Desk(folder)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).expect("a file")
    }

    /// Runs `a.dg`; exit code, stdout, stderr. There is no registry in reach, and none may be made.
    fn run(&self, options: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ararat"));
        command.current_dir(&self.0).args(["run", "a.dg"]).args(options);
        command.env("ARARAT_HOME", self.0.join("home")).env_remove("ARARAT_TIMEZONE").env_remove("ARARAT_SMTP_URL");
        let output = command.output().expect("runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status.code().expect("a code"), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Answers with what it was asked, a new number each time; `/bytes` is no text, `/login` gives a token.
fn server() -> Provider {
    let count = AtomicU32::new(0);
    Provider::start(move |seen| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        match seen.path.as_str() {
            "/bytes" => Answer { status: 200, body: vec![0xff, 0, 0xfe, b'x'], ..Answer::default() },
            "/login" => json(json!({"access_token": "planted-login-token-0815", "code": "SUCCESS"})),
            "/pretty" => text(404, "{\n  \"not\": \"here\"\n}"),
            _ => json(json!({"number": number, "headers": seen.headers, "query": seen.query, "body": seen.body})),
        }
    })
}

/// A script that says its secrets in every place.
fn script(url: &str) -> String {
    format!(
        r#"
info zoho.currenttime.toString("yyyy-MM-dd HH:mm:ss");
login = invokeurl [ url: "{url}/login" type: POST parameters: {{"client_secret": "planted-client-secret", "user": "me"}} ];
token = login.get("access_token");
answer = invokeurl [
    url: "{url}/echo?page=2&apikey=planted-key-4711"
    type: POST
    headers: {{"Authorization": "Bearer planted-bearer-token-1", "X-Plain": "shown", "X-Session": "planted-session-9"}}
    body: {{"note": "hi", "password": "planted-password"}}.toString()
];
info answer.get("number");
info answer.get("query");
info answer.get("headers").get("x-plain");
echoed = invokeurl [ url: "{url}/echo" type: GET headers: {{"Authorization": "Zoho-oauthtoken " + token}} ];
info echoed.get("headers").get("authorization");
info login.get("code");
info invokeurl [ url: "{url}/pretty" ];
file = invokeurl [ url: "{url}/bytes" response-format: FILE ];
info zoho.encryption.base64Encode("x") + echoed.get("number");
try {{ info invokeurl [ url: "http://127.0.0.1:1/closed" ]; }} catch (e) {{ info e.message; }}
info zoho.loginuserid;
"#
    )
}

#[test]
fn a_recorded_run_repeats_without_its_server_and_tells_no_secret() {
    let desk = Desk::new();
    let provider = server();
    desk.write("a.dg", &script(&provider.url));
    let (code, recorded, complaint) = desk.run(&["--record", "t.json"]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{recorded}");
    let made = provider.seen().len();
    assert_eq!(made, 5);
    assert_eq!(provider.seen_at("/echo")[0].header("authorization"), "Bearer planted-bearer-token-1");
    assert_eq!(provider.seen_at("/echo")[1].header("authorization"), "Zoho-oauthtoken planted-login-token-0815");
    let tape = desk.read("t.json");
    assert!(!tape.contains("planted"), "{tape}");
    assert!(
        !tape.to_lowercase().contains("\"authorization\",\"") && tape.contains("[\"X-Plain\",\"shown\"]"),
        "{tape}"
    );
    for line in tape.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("a JSON line");
    }
    assert!(tape.starts_with("{\"ararat_tape\":1,"), "{tape}");
    assert!(tape.contains("\"base64\":\"/wD+eA==\""), "{tape}");

    for options in [&["--replay", "t.json"][..], &["--replay", "t.json", "--replay-match", "relaxed"]] {
        std::thread::sleep(std::time::Duration::from_millis(600));
        let (code, replayed, complaint) = desk.run(options);
        assert_eq!((code, complaint.as_str()), (0, ""));
        assert_eq!(replayed, recorded);
    }
    assert_eq!(provider.seen().len(), made, "a replay asks nobody");
    assert!(!desk.0.join("home").exists(), "a replay opens no registry");
}

/// A tape with two reads and a write.
const TAPE: &str = r#"{"ararat_tape":1}
{"http":{"method":"GET","url":"https://example.com/a?page=1","reply":{"status":200,"body":{"json":{"n":1}}}}}
{"http":{"method":"GET","url":"https://example.com/b","reply":{"status":200,"body":{"text":"two"}}}}
{"http":{"method":"POST","url":"https://example.com/c","body":{"text":"key=***&n=1"},"reply":{"status":201}}}
"#;

fn replay(script: &str, more: &[&str]) -> (i32, String, String) {
    let desk = Desk::new();
    desk.write("a.dg", script);
    desk.write("t.json", TAPE);
    desk.run(&[&["--replay", "t.json"], more].concat())
}

const A: &str = "info invokeurl [ url: \"https://example.com/a?page=1\" ];\n";
const B: &str = "info invokeurl [ url: \"https://example.com/b\" ];\n";
const C: &str = "info invokeurl [ url: \"https://example.com/c\" type: POST body: \"key=anything&n=1\" ];\n";

#[test]
fn a_strict_replay_wants_the_same_requests_in_the_same_order() {
    let (code, out, complaint) = replay(&format!("{A}{B}{C}"), &[]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("{\"n\":1}\ntwo\n"), "{out}");

    let (code, out, complaint) = replay(&format!("{A}try {{ {C} }} catch (e) {{ info \"caught\"; }}"), &[]);
    assert_eq!((code, out.as_str()), (1, "{\"n\":1}\n"), "no script catches a tape that does not fit");
    assert!(complaint.contains("error[DG207]"), "{complaint}");
    let message =
        "expected the request `GET https://example.com/b` (t.json, line 3), found `POST https://example.com/c`";
    assert!(complaint.contains(message), "{complaint}");
    assert!(complaint.contains("--replay-match relaxed"), "{complaint}");

    let (code, _, complaint) = replay(&format!("{A}{B}{}", C.replace("n=1", "n=2")), &[]);
    assert_eq!(code, 1);
    let message =
        "expected `key=***&n=1` as the body of `POST https://example.com/c` (t.json, line 4), found `key=anything&n=2`";
    assert!(complaint.contains(message), "{complaint}");

    let (code, _, complaint) = replay(&format!("{A}{B}{C}{A}"), &[]);
    assert_eq!(code, 1);
    assert!(complaint.contains("expected no request after the 3 on the tape t.json, found `GET "), "{complaint}");

    let (code, _, complaint) = replay(A, &[]);
    assert_eq!(code, 0);
    let note =
        "note: 2 requests were on the tape and not made, the first in line 3 of t.json: GET https://example.com/b";
    assert_eq!(complaint.trim_end(), note);
}

#[test]
fn a_relaxed_replay_takes_any_order_and_gives_replies_again() {
    let (code, out, complaint) = replay(&format!("{B}{A}{B}"), &["--replay-match", "relaxed"]);
    assert_eq!((code, out.as_str(), complaint.as_str()), (0, "two\n{\"n\":1}\ntwo\n", ""));
    let other = A.replace("page=1", "page=2");
    let (code, _, complaint) = replay(&other, &["--replay-match", "relaxed"]);
    assert_eq!(code, 1);
    assert!(
        complaint.contains("found `GET https://example.com/a?page=2`; the next one not used is `GET"),
        "{complaint}"
    );
}

#[test]
fn what_is_no_tape_is_refused_with_its_line() {
    let desk = Desk::new();
    desk.write("a.dg", "info 1;");
    for (tape, message) in [
        ("{}\n", "t.json is no tape: expected a first line such as {\"ararat_tape\":1}"),
        ("{\"ararat_tape\":2}\n", "t.json: expected a tape of version 1, found 2"),
        ("{\"ararat_tape\":1}\n\n{\"http\":{\"method\":1}}\n", "t.json, line 3: expected an entry of a tape, found"),
    ] {
        desk.write("t.json", tape);
        let (code, out, complaint) = desk.run(&["--replay", "t.json"]);
        assert_eq!((code, out.as_str()), (3, ""));
        assert!(complaint.contains(message), "{complaint}");
    }
    assert_eq!(desk.run(&["--replay", "t.json", "--record", "u.json"]).0, 3);
    assert!(desk.run(&["--record", "missing/t.json"]).2.contains("cannot write the tape missing/t.json"));
}

#[test]
fn the_clock_can_be_stopped() {
    let desk = Desk::new();
    desk.write("a.dg", "info zoho.currentdate.toString(\"yyyy-MM-dd\");\ninfo zoho.currenttime.toString(\"HH:mm\");");
    let (code, out, _) = desk.run(&["--now", "2026-03-02T09:00:00Z"]);
    assert_eq!((code, out.as_str()), (0, "2026-03-02\n09:00\n"));
    let (_, out, _) = desk.run(&["--now", "2026-03-02T23:30:00Z", "--timezone", "Asia/Kolkata"]);
    assert_eq!(out, "2026-03-03\n05:00\n");
    let (code, _, complaint) = desk.run(&["--now", "yesterday"]);
    assert_eq!(code, 3);
    assert!(complaint.contains("expected a time with its zone, such as `2026-03-02T09:00:00Z`"), "{complaint}");
}

#[test]
fn private_networks_can_be_denied_but_for_named_hosts() {
    let desk = Desk::new();
    let provider = server();
    desk.write("a.dg", &format!("info invokeurl [ url: \"{}/echo\" ].get(\"number\");", provider.url));
    let (code, _, complaint) = desk.run(&["--deny-private-network"]);
    assert_eq!(code, 1);
    assert!(complaint.contains("is a private address"), "{complaint}");
    assert!(provider.seen().is_empty());
    assert_eq!(desk.run(&["--deny-private-network", "--allow-host", "127.0.0.1"]).1, "0\n");
    assert_eq!(desk.run(&["--allow-host", "127.0.0.1"]).0, 3);
}

#[cfg(feature = "sandbox")]
#[test]
fn a_run_against_the_sandbox_repeats_without_it() {
    let desk = Desk::new();
    let script = "deals = zoho.crm.getRecords(\"Deals\");\ninfo deals.size();\ninfo deals.get(0).get(\"Deal_Name\");\n\
        made = zoho.crm.createRecord(\"Leads\", {\"Last_Name\": \"Boyle\", \"Company\": \"Zylker\"});\ninfo made.get(\"id\");";
    desk.write("a.dg", script);
    let (code, recorded, complaint) = desk.run(&["--sandbox", "--record", "t.json", "--deny-private-network"]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{recorded}");
    assert!(desk.read("t.json").contains("\"url\":\"zoho://api/crm/"), "{}", desk.read("t.json"));
    let (code, replayed, complaint) = desk.run(&["--replay", "t.json"]);
    assert_eq!((code, complaint.as_str()), (0, ""));
    assert_eq!(replayed, recorded);
    assert!(!desk.0.join("home").exists(), "a replay opens no registry");
}
