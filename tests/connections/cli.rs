//! `ararat connections`, `services` and `vault`, as a script would run them.

use crate::provider::{Provider, json, text};
use crate::stage::{Folder, database_of};
use serde_json::json;
use std::io::Write;
use std::process::{Command, Output, Stdio};

const SECRET: &str = "planted-cli-secret-4242";

pub struct Cli {
    pub home: Folder,
    pub seen: std::cell::RefCell<String>,
}

impl Cli {
    pub fn new() -> Self {
        Cli { home: Folder::new(), seen: Default::default() }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ararat"));
        command.args(args).env("ARARAT_HOME", &self.home.0);
        command.env("ARARAT_DATABASE_URL", database_of(&self.home.0).unwrap_or_default());
        for name in ["ARARAT_PASSPHRASE", "ARARAT_VAULT_KEY", "ARARAT_KEY_FILE"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Exit code, stdout, stderr.
    pub fn run(&self, args: &[&str], input: &str) -> (i32, String, String) {
        self.finish(self.command(args), input)
    }

    pub fn finish(&self, mut command: Command, input: &str) -> (i32, String, String) {
        let mut child = command.spawn().expect("runs");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
        let Output { status, stdout, stderr } = child.wait_with_output().expect("ends");
        let (out, err) = (String::from_utf8(stdout).expect("text"), String::from_utf8(stderr).expect("text"));
        self.seen.borrow_mut().push_str(&format!("{out}{err}"));
        (status.code().expect("a code"), out, err)
    }
}

impl Drop for Cli {
    fn drop(&mut self) {
        assert!(!self.seen.borrow().contains("planted"), "a secret was printed:\n{}", self.seen.borrow());
    }
}

pub fn service_file(cli: &Cli, url: &str) -> String {
    std::fs::create_dir_all(&cli.home.0).expect("a folder");
    let path = cli.home.0.join("keyed.toml");
    let text = format!(
        "link_name = \"keyed\"\nname = \"Keyed\"\nfamily = \"custom\"\napi_base = \"{url}\"\ntest = \"{url}/me\"\n\
         [[auth.api_key]]\nname = \"X-Key\"\nlabel = \"key\"\nplace = \"header\"\n"
    );
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("text").to_owned()
}

#[test]
fn a_custom_service_from_definition_to_deletion() {
    let provider =
        Provider::start(|seen| if seen.header("x-key") == SECRET { text(200, "{}") } else { text(403, "no") });
    let cli = Cli::new();
    let file = service_file(&cli, &provider.url);
    assert_eq!(cli.run(&["services", "add", &file], "").0, 0);
    assert!(cli.run(&["services", "list"], "").1.starts_with("keyed"));

    let (code, _, err) = cli.run(&["connections", "add", "keyed", "--name", "My Keys"], "");
    assert_eq!(code, 3);
    assert!(err.contains("error: the key is needed") && err.contains("--secrets FILE"), "{err}");
    let (code, _, err) = cli.run(&["connections", "test", "my_keys"], "");
    assert_eq!(code, 1);
    assert!(err.contains("is not connected yet") && err.contains("ararat connections connect my_keys"), "{err}");

    let secrets = json!({"X-Key": SECRET}).to_string();
    let (code, _, err) = cli.run(&["connections", "connect", "my_keys", "--secrets", "-"], &secrets);
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = cli.run(&["connections", "test", "my_keys"], "");
    assert_eq!((code, out.contains("status 200")), (0, true));

    let (_, out, _) = cli.run(&["connections", "show", "my_keys"], "");
    assert!(out.contains("status       connected") && out.contains("connection: \"my_keys\""), "{out}");
    let (_, out, _) = cli.run(&["connections", "list", "--json"], "");
    let listed: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&listed[0]["link_name"], &listed[0]["state"]), (&json!("my_keys"), &json!("connected")));

    let text = std::fs::read_to_string(&file).expect("a file");
    std::fs::write(&file, text.replace("[[auth.api_key]]\n", "[auth.basic]\n[unused]\n")).expect("written");
    assert_eq!(cli.run(&["services", "edit", &file, "--yes"], "").0, 3);
    std::fs::write(&file, text.replace("name = \"Keyed\"", "name = \"Keyed 2\"")).expect("written");
    let (code, _, err) = cli.run(&["services", "edit", &file, "--yes"], "");
    assert_eq!((code, err.contains("`my_keys` is made from it")), (0, true), "{err}");
    let (code, _, err) = cli.run(&["connections", "test", "my_keys"], "");
    assert_eq!((code, err.contains("was revoked")), (1, true), "{err}");

    let (code, _, err) = cli.run(&["services", "delete", "keyed"], "");
    assert_eq!(code, 3);
    assert!(err.contains("`my_keys` is made from it and will be revoked"), "{err}");
    assert_eq!(cli.run(&["services", "delete", "keyed", "--yes"], "").0, 0);
    assert_eq!(cli.run(&["connections", "delete", "my_keys", "--yes"], "").0, 0);
    assert_eq!(cli.run(&["connections", "list"], "").1, "");
}

#[test]
fn mistakes_exit_with_3_and_a_help() {
    let cli = Cli::new();
    for (args, error, help) in [
        (&["connections", "show", "nope"][..], "no connection has the link name `nope`", "ararat connections add"),
        (&["connections", "add", "zoho_cmr"], "(there is `zoho_crm`)", "ararat services list"),
        (
            &["connections", "add", "zoho_crm", "--link-name", "A-b"],
            "begins with a lower-case letter",
            "`a_b` would do",
        ),
        (&["connections", "add", "zoho_crm", "--dc", "moon"], "expected a data centre of us, eu", ""),
        (&["connections", "add", "mailchimp"], "needs a value for `dc`", "--param dc=VALUE"),
        (&["services", "show", "nope"], "no service has the link name `nope`", "ararat services list"),
        (&["services", "delete", "zoho_crm", "--yes"], "is a default service", ""),
    ] {
        let (code, out, err) = cli.run(args, "");
        assert_eq!((code, out.as_str()), (3, ""), "{args:?}");
        assert!(err.contains(error) && err.contains(help), "{args:?}: {err}");
    }
}

#[test]
fn a_refresh_token_from_elsewhere_signs_in() {
    let provider = Provider::start(|_| json(json!({"access_token": "planted-access-token-1", "expires_in": 3600})));
    let cli = Cli::new();
    let secrets = json!({"client_secret": SECRET, "refresh_token": "planted-refresh-1"}).to_string();
    let (accounts, api) = (format!("accounts={}", provider.url), format!("api={}", provider.url));
    let args = [
        "connections",
        "add",
        "zoho_crm",
        "--client-id",
        "1000.X",
        "--param",
        &accounts,
        "--param",
        &api,
        "--secrets",
        "-",
    ];
    let (code, _, err) = cli.run(&args, &secrets);
    assert_eq!(code, 0, "{err}");
    assert_eq!(provider.seen()[0].form()["refresh_token"], "planted-refresh-1");
    let (_, out, _) = cli.run(&["connections", "history", "zoho_crm"], "");
    assert!(out.lines().next().is_some_and(|line| line.ends_with("connected")), "{out}");
}

#[test]
fn a_vault_moves_by_export_and_import() {
    let (from, to) = (Cli::new(), Cli::new());
    let provider = Provider::start(|seen| text(if seen.header("x-key") == SECRET { 200 } else { 403 }, ""));
    let file = service_file(&from, &provider.url);
    from.run(&["services", "add", &file], "");
    let secrets = json!({"X-Key": SECRET}).to_string();
    assert_eq!(from.run(&["connections", "add", "keyed", "--secrets", "-"], &secrets).0, 0);
    assert!(from.run(&["vault", "status"], "").1.contains("from the key file"));

    let sealed = from.home.0.join("sealed.json");
    let path = sealed.to_str().expect("text");
    let with = |cli: &Cli, passphrase: &str, verb: &str| {
        let mut command = cli.command(&["vault", verb, path]);
        command.env("ARARAT_EXPORT_PASSPHRASE", passphrase);
        cli.finish(command, "")
    };
    assert_eq!(with(&from, "short", "export").0, 3);
    assert_eq!(with(&from, "a long passphrase", "export").0, 0);
    let written = std::fs::read_to_string(&sealed).expect("a file");
    assert!(!written.contains("planted") && !written.contains("keyed"), "{written}");
    let (code, _, err) = with(&to, "another passphrase", "import");
    assert_eq!((code, err.contains("is not the one")), (3, true), "{err}");
    assert_eq!(with(&to, "a long passphrase", "import").0, 0);
    assert_eq!(to.run(&["connections", "test", "keyed"], "").0, 0);
    assert!(with(&to, "a long passphrase", "import").2.contains("the link name is taken"));
}

#[test]
fn an_export_in_clear_is_asked_for_by_name_and_warned_of() {
    let (from, to) = (Cli::new(), Cli::new());
    let provider = Provider::start(|seen| text(if seen.header("x-key") == SECRET { 200 } else { 403 }, ""));
    let file = service_file(&from, &provider.url);
    from.run(&["services", "add", &file], "");
    let secrets = json!({"X-Key": SECRET}).to_string();
    assert_eq!(from.run(&["connections", "add", "keyed", "--secrets", "-"], &secrets).0, 0);

    let copy = from.home.0.join("copy.json");
    let path = copy.to_str().expect("text");
    let (code, _, err) = from.run(&["vault", "export", path], "");
    assert!(code == 3 && err.contains("a passphrase is needed") && !copy.exists(), "{err}");
    let (code, out, err) = from.run(&["vault", "export", path, "--plain"], "");
    assert!(code == 0 && out.is_empty() && err.contains("IN CLEAR"), "{out}{err}");
    assert!(std::fs::read_to_string(&copy).expect("a file").contains(SECRET));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).expect("a file").permissions().mode() & 0o777, 0o600);
        let (code, _, err) = from.run(&["vault", "export", "/dev/stdout", "--plain"], "");
        assert!(code == 3 && err.contains("expected the name of a file"), "{err}");
    }
    assert!(from.run(&["connections", "history"], "").1.contains("in clear"));

    let (code, _, err) = to.run(&["vault", "import", path], "");
    assert!(code == 0 && err.contains("holds secrets in clear; remove it"), "{err}");
    assert_eq!(to.run(&["connections", "test", "keyed"], "").0, 0);
    from.run(&["connections", "role", "ravi", "user"], "");
    let (code, _, err) = from.run(&["vault", "export", path, "--plain", "--as", "ravi"], "");
    assert!(code == 3 && err.contains("may not export connections"), "{err}");
}

#[test]
fn a_passphrase_locks_the_vault() {
    let cli = Cli::new();
    let provider = Provider::start(|seen| text(if seen.header("x-key") == SECRET { 200 } else { 403 }, ""));
    let file = service_file(&cli, &provider.url);
    cli.run(&["services", "add", &file], "");
    let secrets = json!({"X-Key": SECRET}).to_string();
    cli.run(&["connections", "add", "keyed", "--secrets", "-"], &secrets);
    let mut rekey = cli.command(&["vault", "rekey", "--to", "passphrase"]);
    rekey.env("ARARAT_NEW_PASSPHRASE", "planted passphrase");
    assert_eq!(cli.finish(rekey, "").0, 0);
    std::fs::remove_file(cli.home.0.join("vault.key")).expect("the old key is not needed");
    let test = |passphrase: Option<&str>| {
        let mut command = cli.command(&["connections", "test", "keyed"]);
        if let Some(passphrase) = passphrase {
            command.env("ARARAT_PASSPHRASE", passphrase);
        }
        cli.finish(command, "")
    };
    assert_eq!(test(Some("planted passphrase")).0, 0);
    let (code, _, err) = test(None);
    assert!(code == 3 && err.contains("locked with a passphrase") && err.contains("ARARAT_PASSPHRASE"), "{err}");
    let (code, _, err) = test(Some("planted wrong one"));
    assert!(code == 3 && err.contains("is not the one"), "{err}");
}

#[test]
fn connections_that_zoho_exported_await_their_sign_in() {
    let cli = Cli::new();
    std::fs::create_dir_all(&cli.home.0).expect("a folder");
    let file = cli.home.0.join("exported.json");
    let path = file.to_str().expect("text");
    let exported = |service: &str| {
        json!([{"connectionLinkName": "all_zoho", "connectionName": "All Zoho", "serviceName": service, "userAccess": true,
            "isUserDefinedService": false, "sharedBy": 1, "scope": ["ZohoCRM.modules.ALL"]}])
    };
    std::fs::write(&file, exported("zlabs_integration").to_string()).expect("written");
    let (code, _, err) = cli.run(&["connections", "import", path], "");
    assert_eq!((code, err.contains("ararat connections connect all_zoho")), (0, true), "{err}");
    let (_, out, _) = cli.run(&["connections", "list", "--json"], "");
    let listed: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&listed[0]["service"], &listed[0]["state"]), (&json!("zoho_oauth"), &json!("needs_reauth")));
    assert_eq!((&listed[0]["login_user"], &listed[0]["scopes"][0]), (&json!(true), &json!("ZohoCRM.modules.ALL")));
    assert!(cli.run(&["connections", "import", path], "").2.contains("the link name is taken"));
    std::fs::write(&file, exported("own_service").to_string().replace("all_zoho", "other")).expect("written");
    let (code, _, err) = cli.run(&["connections", "import", path], "");
    assert_eq!((code, err.contains("`own_service`, which is not known here")), (3, true), "{err}");
}

#[test]
fn several_users_have_roles_and_see_what_is_shared() {
    let cli = Cli::new();
    let run = |user: &str, args: &[&str]| cli.run(&[&["connections", "--as", user], args].concat(), "");
    let add = ["add", "github", "--no-connect", "--login-user"];
    assert_eq!(run("asha", &add).0, 0);
    assert_eq!(run("asha", &["role", "ravi", "user"]).2, "`ravi` is now a user\n");
    assert_eq!(run("ravi", &["users"]).1, "asha  administrator\nravi  user\n");
    assert_eq!(
        run("ravi", &["list"]).1,
        "Shared connections\ngithub  not connected yet  github  GitHub (User OAuth)\n"
    );
    assert!(run("asha", &["list"]).1.starts_with("github  "));
    let (code, _, err) = run("ravi", &["delete", "github", "--yes"]);
    assert_eq!(code, 3);
    assert_eq!(err, "error: `ravi` may not delete connections: that needs an administrator\nhelp: ask `asha`\n");
    let (code, _, err) = run("ravi", &["test", "github"]);
    assert_eq!(code, 1);
    assert!(err.contains("help: run `ararat connections connect github --as ravi`"), "{err}");
    // ARARAT_USER says the same as --as.
    let mut command = cli.command(&["connections", "edit", "github", "--name", "X"]);
    command.env("ARARAT_USER", "ravi");
    assert!(cli.finish(command, "").2.contains("`ravi` may not change connections"));

    let sample = run("asha", &["show", "github", "--sample", "json"]).1;
    let sample: serde_json::Value = serde_json::from_str(&sample).expect("JSON");
    let expected =
        json!({"url": "https://api.github.com/user", "type": "GET", "parameters": {}, "connection": "github"});
    assert_eq!(sample, expected);
    assert!(run("asha", &["show", "github", "--sample", "deluge"]).1.starts_with("response = invokeurl\n["));
}

#[test]
fn each_rule_of_link_names_has_its_message() {
    let cli = Cli::new();
    let long = "a".repeat(51);
    for (name, rule) in [
        ("", "a link name cannot be empty"),
        ("Zoho", "a link name begins with a lower-case letter"),
        ("9a", "a link name begins with a lower-case letter"),
        ("a-b", "a link name has only lower-case letters, digits and `_`, `a-b` has `-`"),
        (long.as_str(), "a link name has at most 50 characters"),
    ] {
        let (code, _, err) = cli.run(&["connections", "add", "github", "--no-connect", "--link-name", name], "");
        assert!(code == 3 && err.contains(rule), "{name}: {err}");
    }
    let add = ["connections", "add", "github", "--no-connect", "--link-name", "mine"];
    assert_eq!(cli.run(&add, "").0, 0);
    let (code, _, err) = cli.run(&add, "");
    assert!(code == 3 && err.contains("the link name `mine` is taken"), "{err}");
}

#[test]
fn a_test_says_who_is_signed_in_and_a_person_chooses_the_portal() {
    let several = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = several.clone();
    let provider = Provider::start(move |seen| match seen.path.as_str() {
        "/me" => json(json!({"users": [{"email": "asha@example.com"}]})),
        "/portals" if flag.load(std::sync::atomic::Ordering::SeqCst) => {
            json(json!({"data": [{"id": 7, "name": "Paris"}, {"id": "b8", "name": "Rome"}]}))
        }
        "/portals" => json(json!({"data": [{"id": 7, "name": "Paris"}]})),
        _ => text(if seen.header("x-portal").is_empty() { 400 } else { 200 }, seen.header("x-portal")),
    });
    let cli = Cli::new();
    std::fs::create_dir_all(&cli.home.0).expect("a folder");
    let file = cli.home.0.join("office.toml");
    let url = &provider.url;
    let service = format!(
        "link_name = \"office\"\nname = \"Office\"\nfamily = \"custom\"\napi_base = \"{url}\"\ntest = \"{url}/me\"\n\
         whoami = [\"nothing\", \"users.0.email\"]\n[portals]\nlabel = \"office\"\nurl = \"{url}/portals\"\nlist = \"data\"\n\
         id = \"id\"\nname = \"name\"\nparam = \"office_id\"\n[headers]\nX-Portal = \"{{office_id}}\"\n\
         [[auth.api_key]]\nname = \"X-Key\"\nlabel = \"key\"\n"
    );
    std::fs::write(&file, service).expect("written");
    assert_eq!(cli.run(&["services", "add", file.to_str().expect("text")], "").0, 0);
    let secrets = json!({"X-Key": SECRET}).to_string();
    let add = |link: &str, more: &[&str]| {
        let args = ["connections", "add", "office", "--link-name", link, "--secrets", "-"];
        cli.run(&[&args, more].concat(), &secrets)
    };
    assert_eq!(add("one", &[]).0, 0);
    assert_eq!(cli.run(&["connections", "portal", "one"], "").1, "7  Paris  (chosen)\n", "the only one is taken");
    let (code, out, _) = cli.run(&["connections", "test", "one"], "");
    assert_eq!((code, out), (0, format!("`one` works: status 200 from {url}/me, signed in as asha@example.com\n")));

    several.store(true, std::sync::atomic::Ordering::SeqCst);
    let (code, _, err) = add("two", &[]);
    assert!(code == 0 && err.contains("1  Paris (7)") && err.contains("ararat connections portal two ID"), "{err}");
    let call = |link: &str| cli.run(&["connections", "test", link, "--url", &format!("{url}/call")], "").0;
    assert_eq!(call("two"), 1, "nothing is sent in the portal's place");
    let (code, _, err) = cli.run(&["connections", "portal", "two", "Oslo"], "");
    assert!(code == 3 && err.contains("no office is called `Oslo`") && err.contains("b8 (Rome)"), "{err}");
    assert_eq!(cli.run(&["connections", "portal", "two", "Rome"], "").0, 0);
    assert_eq!(call("two"), 0);
    assert_eq!(provider.seen_at("/call").last().expect("a call").header("x-portal"), "b8");
    assert!(add("three", &["--portal", "7"]).2.contains("`three` uses the office `Paris`"));
    assert!(cli.run(&["connections", "history", "two"], "").1.contains("chosen: office `Rome` (b8)"));
}

#[test]
fn services_of_every_auth_type_are_defined_by_options() {
    let cli = Cli::new();
    let add = |args: &[&str]| cli.run(&[&["services", "add"], args].concat(), "");
    let base = ["--api-base", "https://api.example.com"];
    let urls = ["--authorize-url", "https://example.com/a", "--token-url", "https://example.com/t"];
    let legs = [
        "--request-token-url",
        "https://example.com/r",
        "--authorize-url",
        "https://example.com/a",
        "--access-token-url",
        "https://example.com/t",
        "--signature",
        "RSA-SHA1",
    ];
    let key = ["--key", "X-Key=API key", "--key", "X-Org=Organization", "--place", "query"];
    for (name, auth, more) in [
        ("Keys", "api_key", &key[..]),
        ("Plain", "basic", &[]),
        ("Old", "oauth1", &legs),
        (
            "New",
            "oauth2",
            &[&urls[..], &["--scope", "a,b", "--delimiter", "space", "--place", "query", "--no-pkce"]].concat(),
        ),
        ("Store", "aws_sigv4", &[]),
    ] {
        let args = [&["--name", name, "--auth", auth][..], &base, more].concat();
        let (code, _, err) = add(&args);
        assert_eq!(code, 0, "{err}");
    }
    let shown = |link: &str| -> serde_json::Value {
        serde_json::from_str(&cli.run(&["services", "show", link, "--json"], "").1).expect("JSON")
    };
    let keys = shown("keys");
    assert_eq!(keys["auth"]["api_key"][1], json!({"name": "X-Org", "label": "Organization", "place": "query"}));
    let new = &shown("new")["auth"]["oauth2"];
    assert_eq!(
        (&new["scope_delimiter"], &new["pkce"], &new["parameter"]),
        (&json!(" "), &json!(false), &json!("access_token"))
    );
    assert_eq!(shown("store")["params"], json!(["aws_service", "aws_region"]));
    assert_eq!(shown("old")["auth"]["oauth1"]["signature"], "RSA-SHA1");
    for (args, error, help) in [
        (&[][..], "the name is needed", "--name"),
        (&["--name", "Xx"], "the auth type", "--auth"),
        (&["--name", "Xx", "--auth", "oauth2", base[0], base[1]], "the authorize URL is needed", "--authorize-url"),
        (
            &["--name", "Xx", "--auth", "basic", "--api-base", "http://api.example.com"],
            "expected https in `api_base`",
            "",
        ),
        (&["--name", &"x".repeat(51), "--auth", "basic", base[0], base[1]], "at most 50 characters", ""),
    ] {
        let (code, _, err) = add(args);
        assert!(code == 3 && err.contains(error) && err.contains(help), "{args:?}: {err}");
    }
}

#[test]
fn a_user_is_signed_out_of_everything_at_once_after_a_warning() {
    let provider = Provider::start(|seen| text(if seen.header("x-key") == SECRET { 200 } else { 403 }, ""));
    let cli = Cli::new();
    let file = service_file(&cli, &provider.url);
    let run = |user: &str, args: &[&str], input: &str| cli.run(&[&["connections", "--as", user], args].concat(), input);
    cli.run(&["services", "add", &file, "--as", "asha"], "");
    let secrets = json!({"X-Key": SECRET}).to_string();
    for (name, more) in [("ours", None), ("each", Some("--login-user")), ("idle", Some("--no-connect"))] {
        let mut args = vec!["add", "keyed", "--name", name, "--link-name", name, "--secrets", "-"];
        args.extend(more);
        let (code, _, err) = run("asha", &args, &secrets);
        assert_eq!(code, 0, "{err}");
    }
    assert_eq!(run("ravi", &["connect", "each", "--secrets", "-"], &secrets).0, 0);

    let (code, _, err) = run("ravi", &["revoke", "--all-of", "asha", "--yes"], "");
    assert!(code == 3 && err.contains("`ravi` may not sign others out"), "{err}");
    let (code, _, err) = run("asha", &["revoke", "--all-of", "asha"], "");
    let warning = "`each` will be signed out\n`ours` will be signed out, for everyone whose calls run with it\n";
    assert!(code == 3 && err.starts_with(warning) && err.contains("nobody was signed out"), "{err}");
    assert_eq!(run("asha", &["test", "ours"], "").0, 0);

    assert_eq!(run("asha", &["revoke", "--all-of", "asha", "--yes"], "").0, 0);
    for link in ["ours", "each"] {
        assert!(run("asha", &["test", link], "").2.contains("revoked"), "{link}");
    }
    assert_eq!(run("ravi", &["test", "each"], "").0, 0, "his own sign-in is his");
    assert_eq!(run("asha", &["revoke", "--all-of", "ravi", "--yes"], "").0, 0);
    assert_eq!(run("ravi", &["test", "each"], "").0, 1);
    assert!(run("asha", &["revoke", "--all-of", "ravi"], "").2.contains("is signed in to nothing"));
    let (_, out, _) = run("asha", &["history"], "");
    assert!(out.contains("signed out everywhere") && out.contains("`asha`: each, ours"), "{out}");
}

#[test]
fn a_failing_line_that_holds_a_secret_is_not_shown() {
    let cli = Cli::new();
    std::fs::create_dir_all(&cli.home.0).expect("a folder");
    let file = cli.home.0.join("leak.dg");
    let path = file.to_str().expect("text");
    for (line, code, said) in [
        ("info {\"client_secret\": \"SECRET\"}.size() / 0;", 1, "Divide by zero"),
        ("info {\"client_secret\": \"SECRET\"}.noSuchThing();", 2, "noSuchThing"),
    ] {
        std::fs::write(&file, line.replace("SECRET", SECRET)).expect("written");
        let (exit, _, err) = cli.run(&["run", path], "");
        assert_eq!((exit, err.contains(said), err.contains("client_secret")), (code, true, false), "{err}");
        assert!(err.contains("1 | info {"), "{err}");
    }
}
