//! `sendmail` and other messages: through a mail server of the test's own, into a folder, into the sandbox.
#![cfg(feature = "sandbox")]
// Tests read files and start programs themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use base64::Engine;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// A mail server that takes one mail after the other and writes down what it is told.
struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// `refused` is an address that it does not take.
    fn start(refused: &'static str) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let shared = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut out = stream.try_clone().expect("a stream");
                out.write_all(b"220 test ready\r\n").expect("written");
                let mut in_data = false;
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let word = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
                    shared.lock().expect("a list").push(line.clone());
                    let answer = match (in_data, word.as_str()) {
                        (true, _) if line == "." => "250 taken\r\n",
                        (true, _) => continue,
                        (_, "EHLO") => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
                        (_, "AUTH") => "235 welcome\r\n",
                        (_, "RCPT") if !refused.is_empty() && line.contains(refused) => "550 no such person\r\n",
                        (_, "DATA") => "354 go on\r\n",
                        (_, "QUIT") => "221 bye\r\n",
                        _ => "250 fine\r\n",
                    };
                    in_data = word == "DATA" || (in_data && line != ".");
                    out.write_all(answer.as_bytes()).expect("written");
                }
            }
        });
        Receiver { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("a list").clone()
    }
}

fn run(script: &str, options: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ararat"))
        .args(["run", "-"])
        .args(options)
        .env_remove("ARARAT_SMTP_URL")
        .env("ARARAT_USER_EMAIL", "mara@example.com")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("written");
    child.wait_with_output().expect("an end")
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder that is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        Folder(std::env::temp_dir().join(format!("ararat-mail-{}-{:016x}", std::process::id(), rand::random::<u64>())))
    }

    /// The texts of the files with an ending, by name.
    fn texts(&self, ending: &str) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("an outbox").flatten().map(|entry| entry.path());
        let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).expect("a text")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const MAIL: &str = r#"
file = "a;b".toFile("table.csv");
sendmail
[
	from :zoho.adminuserid
	to :"Zoë <zoe@example.com>", "b@example.com"
	cc :"c@example.com"
	bcc :{"hidden@example.com"}
	reply to :"r1@example.com,r2@example.com"
	subject :"Größe"
	message :"<b>hello</b>"
	attachments :file :file
]
info "sent";
"#;

#[test]
fn a_mail_goes_to_its_recipients_through_the_server() {
    let receiver = Receiver::start("");
    let output = run(MAIL, &["--smtp-url", &format!("smtp://127.0.0.1:{}", receiver.port)]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "sent\n", "{}", complaint(&output));
    let heard = receiver.heard();
    let spoken: Vec<&str> = heard.iter().map(String::as_str).filter(|line| line.contains(":<")).collect();
    assert_eq!(
        spoken.iter().map(|line| line.split(" BODY").next().expect("a line")).collect::<Vec<_>>(),
        [
            "MAIL FROM:<mara@example.com>",
            "RCPT TO:<zoe@example.com>",
            "RCPT TO:<b@example.com>",
            "RCPT TO:<c@example.com>",
            "RCPT TO:<hidden@example.com>",
        ]
    );
    let message = heard.join("\n");
    for wanted in [
        "To: =?utf-8?b?Wm/Dqw==?= <zoe@example.com>, b@example.com\n",
        "Cc: c@example.com\n",
        "Reply-To: r1@example.com, r2@example.com\n",
        "Subject: =?utf-8?b?R3LDtsOfZQ==?=\n",
        "Content-Type: text/html; charset=utf-8\n",
        "<b>hello</b>\n",
        "Content-Disposition: attachment; filename=\"table.csv\"\n",
        "Content-Type: text/csv\n",
        "\na;b\n",
    ] {
        assert!(message.contains(wanted), "no {wanted:?} in\n{message}");
    }
    assert!(!message.contains("Bcc:"), "{message}");
}

#[test]
fn the_password_is_used_and_never_shown() {
    let receiver = Receiver::start("b@example.com");
    let script = format!("{MAIL}info \"hush%40word hush@word\";");
    let url = format!("smtp://mara:hush%40word@127.0.0.1:{}", receiver.port);
    let folder = Folder::new();
    let outbox = folder.0.to_string_lossy().into_owned();
    let output = run(&script, &["--smtp-url", &url, "--trace", "--outbox", &outbox]);
    let said = complaint(&output) + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("refused the mail: ") && said.contains("no such person"), "{said}");
    assert!(!said.contains("hush"), "{said}");
    let token = base64::engine::general_purpose::STANDARD.encode("\0mara\0hush@word");
    assert!(receiver.heard().contains(&format!("AUTH PLAIN {token}")));
    assert!(!folder.0.exists(), "what was not sent is not in the outbox");
    let output = run("info 1;", &["--smtp-url", "smtp://mara:hush@mail.example.com"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(complaint(&output).contains("the password would travel in clear"), "{}", complaint(&output));
    assert!(!complaint(&output).contains("hush"));
}

#[test]
fn a_server_that_is_not_there_is_a_fault_that_can_be_caught() {
    let script = format!("try {{ {MAIL} }} catch (e) {{ info e.message; }}");
    let output = run(&script, &["--smtp-url", "smtp://127.0.0.1:1"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.starts_with("the mail server 127.0.0.1:1 could not take the mail: "), "{said}{}", complaint(&output));
}

const OTHERS: &str = r#"
sendsms [ to :"+919876543210" message :"hi" connection :"tw" ];
zoho.pushNotification("mara@example.com", "title", "text");
openUrl("https://example.com/?a=1", "new window");
info "done";
"#;

#[test]
fn an_outbox_holds_mail_and_other_messages() {
    let folder = Folder::new();
    let outbox = folder.0.to_string_lossy().into_owned();
    let output = run(&format!("{MAIL}{OTHERS}"), &["--outbox", &outbox, "--dialect", "creator"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "sent\ndone\n", "{}", complaint(&output));
    assert_eq!(complaint(&output), "");
    let mails = folder.texts("eml");
    assert!(
        mails[0].contains("Bcc: hidden@example.com\r\n") && mails[0].contains("filename=\"table.csv\""),
        "{}",
        mails[0]
    );
    assert_eq!(
        folder.texts("json"),
        [
            r#"{"sms":{"from":null,"to":["+919876543210"],"message":"hi","connection":"tw"}}"#,
            r#"{"push":{"to":["mara@example.com"],"title":"title","message":"text"}}"#,
            r#"{"open_url":{"url":"https://example.com/?a=1","window":"new window","option":null}}"#,
        ]
    );
}

#[test]
fn without_a_way_out_messages_are_refused_by_name() {
    let said = |script: &str| complaint(&run(script, &["--dialect", "creator"]));
    let mail = said(MAIL);
    assert!(mail.contains("no mail can be sent") && mail.contains("--smtp-url") && mail.contains("--outbox"), "{mail}");
    assert!(
        said("sendsms [ to :\"+91\" message :\"hi\" ];").contains("sending SMS (`sendsms`) is not supported here yet")
    );
    let push = said("zoho.pushNotification(\"a@example.com\", \"t\", \"m\");");
    assert!(push.contains("push notifications (`zoho.pushNotification`) is not supported here yet"), "{push}");
    let page = run("openUrl(\"https://example.com\", \"same window\"); info 1;", &[]);
    assert_eq!((page.status.code(), String::from_utf8_lossy(&page.stdout).as_ref()), (Some(0), "1\n"));
    assert!(complaint(&page).contains("openUrl"), "{}", complaint(&page));
}

#[test]
fn a_tape_repeats_what_became_of_messages() {
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).expect("a folder");
    let tape = folder.0.join("tape.json").to_string_lossy().into_owned();
    let script = format!("{MAIL}{OTHERS}");
    let live = run(&script, &["--sandbox", "--dialect", "creator", "--record", &tape]);
    let again = run(&script, &["--replay", &tape, "--dialect", "creator"]);
    assert_eq!((live.status.code(), &live.stdout), (again.status.code(), &again.stdout), "{}", complaint(&again));
    let other = script.replace("message :\"hi\"", "message :\"bye\"");
    let wrong = run(&other, &["--replay", &tape, "--dialect", "creator"]);
    assert!(complaint(&wrong).contains("expected the mail"), "{}", complaint(&wrong));
}

#[test]
fn the_sandbox_keeps_what_a_script_would_have_sent() {
    let output = run(&format!("{MAIL}{OTHERS}"), &["--sandbox", "--dialect", "creator"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "sent\ndone\n", "{}", complaint(&output));
    assert_eq!(complaint(&output), "");
}
