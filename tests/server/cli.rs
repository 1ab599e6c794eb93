//! `ararat init`, `serve` and `deploy`, as processes.

use super::support::Folder;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A served project; killed at the end if it did not stop.
pub struct Served {
    process: Child,
    pub url: String,
    pub key: String,
}

impl Served {
    /// Stops it as a supervisor would; says whether it ended well.
    #[cfg(unix)]
    pub fn terminate(&mut self) -> bool {
        let id = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        told.success() && self.process.wait().expect("it ends").success()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn ararat(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ararat"));
    command.current_dir(folder).env("ARARAT_HOME", folder.join("home"));
    command
}

fn serve(folder: &Path) -> Served {
    let mut command = ararat(folder);
    command.args(["serve", "--port", "0"]);
    started(command)
}

/// Starts `ararat serve`, and reads where it is.
pub fn started(mut command: Command) -> Served {
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("serve starts");
    let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    let (mut url, mut key) = (String::new(), String::new());
    for line in lines.by_ref() {
        let line = line.expect("a line");
        if let Some(at) = line.find("http://").filter(|_| line.contains("serves")) {
            url = line[at..].trim().to_owned();
        }
        if let Some(at) = line.find("1003.") {
            key = line[at..].trim().to_owned();
        }
        if line.contains("Ctrl-C") {
            break;
        }
    }
    Served { process, url, key }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_project_is_served_and_deployed_to() {
    let folder = Folder::new("project");
    let made = ararat(&folder.0).arg("init").output().expect("init runs");
    assert!(made.status.success(), "{}", text(&made));
    let again = ararat(&folder.0).arg("init").output().expect("init runs");
    assert_eq!(again.status.code(), Some(3), "{}", text(&again));
    let tested = ararat(&folder.0).arg("test").output().expect("test runs");
    assert_eq!(tested.status.code(), Some(0), "{}", text(&tested));

    let served = serve(&folder.0);
    let call = async |query: &str| {
        let path = "crm/v2/functions/hello/actions/execute?auth_type=apikey";
        let url = format!("{}/{path}&zapikey={}&{query}", served.url, served.key);
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::get(url).await.expect("an answer").text().await.expect("a body")
    };
    assert!(call("name=Bo").await.contains("\"output\":\"Hello, Bo!\""));

    let source = folder.0.join("functions/standalone/hello.dg");
    let changed = std::fs::read_to_string(&source).expect("a source").replace("Hello, ", "Bye, ");
    std::fs::write(&source, &changed).expect("written");
    let deploy = |args: &[&str]| {
        let mut command = ararat(&folder.0);
        command.args(["deploy", "--url", &served.url]).args(args).env("ARARAT_KEY", &served.key);
        command.output().expect("deploy runs")
    };
    let shown = deploy(&["--diff", "--dry-run"]);
    assert!(text(&shown).contains("-\treturn \"Hello, \" + name + \"!\";\n+\treturn \"Bye, \""), "{}", text(&shown));
    assert!(text(&shown).contains("standalone.hello: would be updated"), "{}", text(&shown));
    assert!(call("name=Bo").await.contains("Hello, Bo!"), "a dry run changes nothing");
    let done = deploy(&["--note", "politer"]);
    assert!(text(&done).contains("standalone.hello: updated, version 2"), "{}", text(&done));
    assert!(call("name=Bo").await.contains("Bye, Bo!"));
    let back = deploy(&["--rollback", "standalone.hello"]);
    assert!(text(&back).contains("version 3 is in force"), "{}", text(&back));
    assert!(call("name=Bo").await.contains("Hello, Bo!"));

    let project = folder.0.join("ararat.toml");
    let declared = std::fs::read_to_string(&project).expect("a project").replace("\n# ", "\n");
    let schedules = &declared[declared.find("[[schedules]]").expect("an example of schedules")..];
    std::fs::write(&project, schedules).expect("written");
    let planned = deploy(&["--dry-run"]);
    assert!(text(&planned).contains("schedule every morning: would be created"), "{}", text(&planned));
    let done = deploy(&[]);
    assert!(text(&done).contains("schedule every morning: created"), "{}", text(&done));
    std::fs::write(&project, "").expect("written");
    let named = deploy(&["functions/standalone/hello.dg"]);
    assert!(!text(&named).contains("schedule"), "{}", text(&named));
    let gone = deploy(&[]);
    assert!(
        text(&gone).contains("schedule every morning: disabled, as it is not declared any more"),
        "{}",
        text(&gone)
    );

    std::fs::write(&source, "string standalone.hello(String name) { return nome; }").expect("written");
    let refused = deploy(&[]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    assert!(text(&refused).contains("nome"), "{}", text(&refused));
    assert!(!text(&refused).contains(&served.key));
}

/// Nobody reads what the engine prints any more, as when its terminal or its log's reader is gone.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_outlives_the_readers_of_its_output() {
    let folder = Folder::new("unread");
    let mut process = ararat(&folder.0)
        .args(["serve", "--port", "0", "--log-level", "debug"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("serve starts");
    drop(process.stderr.take());
    let mut line = String::new();
    BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let url = line[line.find("http://").expect("an address")..].trim().to_owned();
    let _ = rustls::crypto::ring::default_provider().install_default();
    for _ in 0..3 {
        let answer = reqwest::get(format!("{url}/v1/openapi.json")).await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }
    let id = process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(process.wait().expect("it ends").code(), Some(0));
}

#[test]
fn commands_whose_output_nobody_reads_end_without_a_word() {
    let folder = Folder::new("piped");
    for args in [&["doc", "builtins"][..], &["explain", "--all"], &["services", "list"], &["doc", "tasks"]] {
        let mut process =
            ararat(&folder.0).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(process.stdout.take());
        let ended = process.wait_with_output().expect("it ends");
        assert_eq!((ended.status.code(), text(&ended).as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn an_empty_folder_is_served_and_says_what_to_open() {
    let folder = Folder::new("empty");
    let mut process = ararat(&folder.0)
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("serve starts");
    let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
    let said: Vec<_> = lines.take(5).collect();
    let _ = process.kill();
    let _ = process.wait();
    assert!(said[0].starts_with("Ararat serves functions at http://127.0.0.1:"), "{said:#?}");
    assert!(said[1].contains("1003."), "{said:#?}");
    assert!(said[2].contains("There are no functions yet") && said[2].contains("`ararat init`"), "{said:#?}");
    assert!(said[3].starts_with("Open this to set up the console, once: http://127.0.0.1:"), "{said:#?}");
    assert_eq!(said[4], "Ctrl-C stops it.");
}

/// The arguments are sealed in the engine's database, which `ararat vault` knows nothing of.
#[tokio::test(flavor = "multi_thread")]
async fn an_execution_runs_again_after_the_vault_has_a_new_key() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = Folder::new("rekeyed");
    std::fs::create_dir_all(folder.0.join("functions")).expect("a folder");
    let source = "int standalone.count(String password)\n{\n\treturn password.length();\n}\n";
    std::fs::write(folder.0.join("functions/count.dg"), source).expect("written");
    let mut command = ararat(&folder.0);
    command.args(["serve", "--port", "0"]).env("ARARAT_KEYRING", "off");
    let served = started(command);
    let send = async |method: reqwest::Method, path: &str, body: &str| {
        let request = reqwest::Client::new().request(method, format!("{}{path}", served.url)).bearer_auth(&served.key);
        let answer = request.body(body.to_owned()).send().await.expect("an answer");
        let (status, location) = (answer.status().as_u16(), answer.headers().get("location").cloned());
        let text = answer.text().await.expect("a body");
        assert!(status < 300, "{status} {text}");
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        (json, location.map(|location| location.to_str().expect("a path").to_owned()))
    };
    let body = r#"{"password": "planted-argument"}"#;
    let (first, _) = send(reqwest::Method::POST, "/v1/functions/standalone.count/executions", body).await;
    assert_eq!((first["output"].as_i64(), first["arguments"]["password"].as_str()), (Some(16), Some("***")), "{first}");
    let rerun = format!("/v1/executions/{}/rerun", first["id"].as_str().expect("an id"));
    for turn in 0..2 {
        let file = format!("key{turn}");
        let mut rekey = ararat(&folder.0);
        rekey.args(["vault", "rekey", "--to", "key-file", "--file", &file]).env("ARARAT_KEYRING", "off");
        let rekeyed = rekey.output().expect("rekey runs");
        assert!(rekeyed.status.success(), "{}", text(&rekeyed));
        let (_, location) = send(reqwest::Method::POST, &rerun, "").await;
        let location = location.expect("a place to look");
        let mut again = serde_json::Value::Null;
        while again["ended_at"].is_null() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            again = send(reqwest::Method::GET, &location, "").await.0;
        }
        assert_eq!(again["output"], 16, "{again}");
    }
}
