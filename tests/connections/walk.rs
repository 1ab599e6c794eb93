//! What a new user does with connections, typed as the documentation says, offline.

use crate::cli::Cli;
use crate::provider::{Provider, Seen, json, text};
use crate::stage::{database_of, wait};
use ararat::connections::registry::Settings;
use ararat::connections::{Registry, Use, UseKind};
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

fn file(cli: &Cli, name: &str, content: &str) -> String {
    std::fs::create_dir_all(&cli.home.0).expect("a folder");
    let path: PathBuf = cli.home.0.join(name);
    std::fs::write(&path, content).expect("written");
    path.to_str().expect("text").to_owned()
}

/// Runs a script as a user; its output, or what it complained about.
fn script(cli: &Cli, user: &str, content: &str) -> Result<String, String> {
    let path = file(cli, "script.dg", content);
    let mut command = cli.command(&["run", &path]);
    command.env("ARARAT_USER", user);
    let (code, out, err) = cli.finish(command, "");
    if code == 0 { Ok(out) } else { Err(err) }
}

/// What curl would do: one request, no redirects. Answers with the body and where it leads.
#[cfg(feature = "sandbox")]
fn curl(method: &str, url: &str, body: &str) -> (String, Option<String>) {
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, path.to_owned()));
    let mut stream = TcpStream::connect(host).expect("connects");
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    let location = answer
        .lines()
        .find_map(|line| line.to_lowercase().starts_with("location: ").then(|| line[10..].trim().to_owned()));
    (answer, location)
}

#[cfg(feature = "sandbox")]
#[test]
fn a_crm_connection_is_signed_in_on_the_consent_page() {
    let sandbox = ararat::sandbox::Sandbox::start(Default::default()).expect("a sandbox");
    let cli = Cli::new();
    let (address, client) = (sandbox.api_url(), sandbox.client_id().to_owned());
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port().to_string();
    let mut child = cli
        .command(&[
            "connections",
            "add",
            "zoho_crm",
            "--sandbox",
            &address,
            "--client-id",
            &client,
            "--port",
            &port,
            "--secrets",
            "-",
        ])
        .spawn()
        .expect("runs");
    let secrets = json!({"client_secret": sandbox.client_secret()}).to_string();
    child.stdin.take().expect("a pipe").write_all(secrets.as_bytes()).expect("written");
    let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
    let asks = said.by_ref().find(|line| line.contains(" asks ")).expect("what is asked for");
    assert_eq!(asks, "`zoho_crm` asks Zoho CRM for ZohoCRM.modules.ALL, ZohoCRM.settings.READ, ZohoCRM.users.READ");
    let page = said.by_ref().find(|line| line.starts_with("http://")).expect("a page");
    let (form, _) = curl("GET", &page, "");
    let ticket =
        form.split("name=\"ticket\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a ticket");
    let (_, back) = curl("POST", &format!("{address}/oauth/v2/auth"), &format!("ticket={ticket}&decision=approve"));
    let back = back.expect("a way back");
    assert!(back.starts_with(&format!("http://127.0.0.1:{port}/delugeauth/callback?")), "{back}");
    let (closing, _) = curl("GET", &back, "");
    assert!(closing.starts_with("HTTP/1.1 200"), "{closing}");
    let rest: Vec<String> = said.collect();
    assert!(child.wait().expect("ends").success(), "{rest:?}");

    assert!(cli.run(&["connections", "show", "zoho_crm"], "").1.contains("status       connected"));
    let (code, out, err) = cli.run(&["connections", "test", "zoho_crm"], "");
    assert!(code == 0 && out.contains("signed in as ") && out.contains('@'), "{out}{err}");
    let leads = "info zoho.crm.getRecords(\"Leads\", 1, 2).size();\n\
                 x = invokeurl [ url: \"https://www.zohoapis.com/crm/v8/Leads?fields=Last_Name&per_page=1\" type: GET connection: \"zoho_crm\" ];\n\
                 info x.get(\"data\").size();";
    assert_eq!(script(&cli, "asha", leads).expect("runs"), "2\n1\n");
    sandbox.stop();
}

/// A video-meeting product whose API takes a token in a header, given for the client's own credentials.
fn meetings() -> Provider {
    Provider::start(|seen| match (seen.path.as_str(), seen.form().get("grant_type").map(String::as_str)) {
        ("/oauth/token", Some("client_credentials")) if seen.form()["client_secret"] == "planted-meet-secret" => {
            json(json!({"access_token": "planted-meet-token", "token_type": "bearer", "expires_in": 3600}))
        }
        ("/oauth/token", _) => text(401, r#"{"error":"invalid_client"}"#),
        (_, _) if seen.header("authorization") == "Bearer planted-meet-token" => {
            json(json!({"meetings": [{"topic": "Weekly"}]}))
        }
        (_, _) => text(401, "no token"),
    })
}

#[test]
fn the_worked_example_of_client_credentials() {
    let (provider, cli) = (meetings(), Cli::new());
    let url = &provider.url;
    let token_url = format!("{url}/oauth/token");
    let (code, _, err) = cli.run(
        &[
            "services",
            "add",
            "--name",
            "Meet",
            "--auth",
            "oauth2",
            "--grant",
            "client_credentials",
            "--place",
            "header",
            "--token-url",
            &token_url,
            "--refresh-url",
            &token_url,
            "--delimiter",
            "comma",
            "--scope",
            "meeting:read",
            "--api-base",
            url,
        ],
        "",
    );
    assert_eq!((code, err.contains("ararat connections add meet")), (0, true), "{err}");
    let secrets = json!({"client_secret": "planted-meet-secret"}).to_string();
    let add = ["connections", "add", "meet", "--client-id", "app", "--secrets", "-"];
    let (code, _, err) = cli.run(&add, &secrets);
    assert_eq!(code, 0, "{err}");
    let call = format!(
        "response = invokeurl [ url: \"{url}/v2/users/me/meetings\" type: GET connection: \"meet\" ];\n\
         info response.get(\"meetings\").get(0).get(\"topic\");"
    );
    assert_eq!(script(&cli, "asha", &call).expect("runs"), "Weekly\n");
    assert_eq!(provider.seen_at("/oauth/token").len(), 1);
    let wrong = json!({"client_secret": "planted-wrong"}).to_string();
    let (code, _, err) = cli.run(&["connections", "connect", "meet", "--client-id", "app", "--secrets", "-"], &wrong);
    assert!(code == 1 && err.contains("invalid_client"), "{err}");
}

/// Gives each code its own token, and says whose token a call carries.
fn office() -> Provider {
    Provider::start(|seen: &Seen| match seen.path.as_str() {
        "/token" => json(json!({"access_token": format!("token-of-{}", seen.form()["code"]), "expires_in": 3600})),
        _ => text(200, seen.header("authorization").strip_prefix("Bearer token-of-").unwrap_or("nobody")),
    })
}

struct Office {
    cli: Cli,
    provider: Provider,
}

impl Office {
    fn open(more: &[&str]) -> Office {
        let (provider, cli) = (office(), Cli::new());
        let url = &provider.url;
        let service = format!(
            "link_name = \"meet\"\nname = \"Meet\"\nfamily = \"custom\"\napi_base = \"{url}\"\ntest = \"{url}/me\"\n[auth.oauth2]\n\
             grants = [\"self_client\"]\ntoken_url = \"{url}/token\"\nscopes = [\"a\"]\n"
        );
        let path = file(&cli, "meet.toml", &service);
        let office = Office { cli, provider };
        assert_eq!(office.run("asha", "services", &["add", &path]).0, 0);
        let add = [&["add", "meet", "--client-id", "app", "--secrets", "-"], more].concat();
        assert_eq!(office.sign_in("asha", &add).0, 0);
        office
    }

    fn run(&self, user: &str, what: &str, args: &[&str]) -> (i32, String, String) {
        self.cli.run(&[&[what, "--as", user], args].concat(), "")
    }

    fn sign_in(&self, user: &str, args: &[&str]) -> (i32, String, String) {
        let secrets = json!({"client_secret": "planted-secret", "code": user}).to_string();
        self.cli.run(&[&["connections", "--as", user], args].concat(), &secrets)
    }

    fn call(&self, user: &str) -> Result<String, String> {
        let url = &self.provider.url;
        script(&self.cli, user, &format!("info invokeurl [ url: \"{url}/me\" type: GET connection: \"meet\" ];"))
    }
}

#[test]
fn two_users_share_a_connection_in_both_modes() {
    let shared = Office::open(&[]);
    assert_eq!(shared.call("asha").expect("runs"), "asha\n");
    assert_eq!(shared.call("ravi").expect("runs"), "asha\n", "the owner's credentials serve everyone");

    let own = Office::open(&["--login-user"]);
    assert_eq!(own.call("asha").expect("runs"), "asha\n");
    let error = own.call("ravi").expect_err("not authorised yet");
    assert!(error.contains("`ravi` has not authorised the connection `meet`"), "{error}");
    assert!(error.contains("run `ararat connections connect meet --as ravi`"), "{error}");
    assert_eq!(own.sign_in("ravi", &["connect", "meet", "--secrets", "-"]).0, 0);
    assert_eq!(own.call("ravi").expect("runs"), "ravi\n");
    assert_eq!(own.call("asha").expect("runs"), "asha\n");
    assert!(own.run("ravi", "connections", &["list"]).1.starts_with("Shared connections\nmeet  connected"));

    // Whoever takes something from others is told before.
    let (code, _, err) = own.run("asha", "connections", &["delete", "meet"]);
    assert!(
        code == 3 && err.contains("note: `ravi` has signed in to it too") && err.contains("nothing was deleted"),
        "{err}"
    );
    assert_eq!(shared.run("asha", "connections", &["role", "ravi", "administrator"]).0, 0);
    let (code, _, err) = shared.run("ravi", "connections", &["revoke", "meet"]);
    assert!(code == 0 && err.contains("note: it belongs to `asha`, and everyone's calls run with it"), "{err}");
}

#[test]
fn revoke_edit_reconnect_and_be_refused_a_deletion() {
    let office = Office::open(&[]);
    let run = |args: &[&str]| office.run("asha", "connections", args);
    let (code, _, err) = run(&["edit", "meet", "--scope", "a,b"]);
    assert!(code == 3 && err.contains("cannot be changed while it is connected"), "{err}");
    assert_eq!(run(&["revoke", "meet"]).0, 0);
    assert!(office.call("asha").expect_err("signed out").contains("was revoked"));
    assert_eq!(run(&["edit", "meet", "--scope", "a,b", "--name", "Meet 2"]).0, 0);
    assert_eq!(office.sign_in("asha", &["connect", "meet", "--secrets", "-"]).0, 0);
    assert_eq!(office.call("asha").expect("runs"), "asha\n");
    assert!(run(&["show", "meet"]).1.contains("scopes       a b"));

    // A webhook that uses it is the engine's to record.
    let home = &office.cli.home.0;
    let settings = Settings { user: Some("asha".into()), database_url: database_of(home), ..Settings::default() };
    let registry = wait(Registry::open(home, settings)).expect("a registry");
    let hook = Use::new(UseKind::Webhook, "lead_in");
    wait(registry.add_use("meet", &hook)).expect("recorded");
    let (code, _, err) = run(&["delete", "meet", "--yes"]);
    assert!(code == 3 && err.contains("the connection `meet` is in use by webhook `lead_in`"), "{err}");
    assert!(run(&["show", "meet"]).1.contains("used by      webhook `lead_in`"));
    wait(registry.remove_use("meet", &hook)).expect("removed");
    assert_eq!(run(&["delete", "meet", "--yes"]).0, 0);
    let history = run(&["history", "meet"]).1;
    for event in ["added", "connected", "revoked: by the user", "changed", "in use", "no longer in use", "deleted"] {
        assert!(history.contains(&format!("asha  {event}")), "{event}: {history}");
    }
}

#[test]
fn connections_move_to_another_machine() {
    let office = Office::open(&[]);
    let other = Cli::new();
    let sealed = office.cli.home.0.join("sealed.json");
    let vault = |cli: &Cli, verb: &str| {
        let mut command = cli.command(&["vault", "--as", "asha", verb, sealed.to_str().expect("text")]);
        command.env("ARARAT_EXPORT_PASSPHRASE", "a long planted passphrase");
        cli.finish(command, "")
    };
    assert_eq!(vault(&office.cli, "export").0, 0);
    assert_eq!(vault(&other, "import").0, 0);
    let url = &office.provider.url;
    let call = format!("info invokeurl [ url: \"{url}/me\" type: GET connection: \"meet\" ];");
    assert_eq!(script(&other, "asha", &call).expect("runs"), "asha\n");
}
