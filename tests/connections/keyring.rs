//! The vault's key in a keyring: the crates' own mock, one that fails, and a real one where there is one.

use crate::cli::Cli;
use crate::provider::{Provider, text};
use crate::stage::{CLIENT_SECRET, Clock, Folder, account, open, server, wait};
use ararat::connections::registry::{Ask, Settings};
use ararat::connections::vault::{Entries, KeySource, Keyring, Stored};
use ararat::connections::{Credential, Error, Registry};
use serde_json::json;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// The keyring crates' mock, which forgets with the process.
fn mock() -> Keyring {
    Keyring::new(Arc::new(Stored(keyring_core::mock::Store::new().expect("a mock"))))
}

/// A keyring that is locked for good.
struct Locked;

impl Entries for Locked {
    fn read(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        Err("it is locked".to_owned())
    }

    fn write(&self, _: &str, _: &[u8]) -> Result<(), String> {
        Err("it is locked".to_owned())
    }

    fn remove(&self, _: &str) -> Result<(), String> {
        Err("it is locked".to_owned())
    }
}

fn with(keyring: &Keyring) -> Settings {
    Settings { keyring: Some(keyring.clone()), ..Clock::new().settings() }
}

fn filled(dir: &Path, settings: Settings) -> Registry {
    let registry = open(dir, settings).expect("a registry");
    wait(registry.add_sandbox(&account("http://127.0.0.1:9"))).expect("a connection");
    registry
}

fn source(registry: &Registry) -> KeySource {
    wait(registry.vault_header()).expect("readable").expect("a header").source
}

fn secret(registry: &Registry) -> Result<String, Error> {
    let connection = wait(registry.connection("zoho_crm"))?;
    match wait(registry.credential(&connection))? {
        Some(Credential::OAuth2(tokens)) => Ok(tokens.client_secret.expect("a secret").expose().to_owned()),
        other => panic!("expected an OAuth 2 credential, found {other:?}"),
    }
}

#[test]
fn a_new_vault_keeps_its_key_in_the_keyring() {
    let (folder, keyring) = (Folder::new(), mock());
    let registry = filled(&folder.0, with(&keyring));
    if server().is_some() {
        // A keyring of one machine is of no use to the others.
        assert!(matches!(source(&registry), KeySource::KeyFile { .. }));
        return;
    }
    assert!(matches!(source(&registry), KeySource::Keyring { .. }));
    assert!(source(&registry).describe().contains("the system's keyring"));
    assert!(!folder.0.join("vault.key").exists(), "no key lies beside the vault");
    wait(registry.close());
    assert_eq!(secret(&open(&folder.0, with(&keyring)).expect("opens")).expect("readable"), CLIENT_SECRET);

    let error = secret(&open(&folder.0, with(&mock())).expect("opens")).expect_err("another keyring");
    assert!(error.to_string().contains("has no entry `vault "), "{error}");
    let locked = Keyring::new(Arc::new(Locked));
    let error = secret(&open(&folder.0, with(&locked)).expect("opens")).expect_err("a locked keyring");
    assert!(error.to_string().contains("cannot be used: it is locked"), "{error}");
    assert!(error.help().expect("help").contains("unlock it"), "{error}");
    assert!(!folder.0.join("vault.key").exists(), "no new key is made for an old vault");
}

#[test]
fn without_a_keyring_a_passphrase_is_asked_for_and_then_a_file_made() {
    let locked = Keyring::new(Arc::new(Locked));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let answering = |answer: &'static str| -> Ask {
        let asked = asked.clone();
        Arc::new(move |question: &str| {
            asked.lock().expect("whole").push(question.to_owned());
            Ok(Zeroizing::new(answer.to_owned()))
        })
    };
    let folder = Folder::new();
    let settings = Settings { ask: Some(answering("correct horse")), ..with(&locked) };
    let registry = filled(&folder.0, settings.clone());
    assert!(matches!(source(&registry), KeySource::Passphrase { .. }));
    assert_eq!(asked.lock().expect("whole").len(), 2, "once, and once more");
    assert!(!folder.0.join("vault.key").exists());
    wait(registry.close());
    assert_eq!(secret(&open(&folder.0, settings).expect("opens")).expect("readable"), CLIENT_SECRET);
    assert_eq!(asked.lock().expect("whole")[2], "passphrase of the vault: ");

    let none = Folder::new();
    let registry = filled(&none.0, Settings { ask: Some(answering("")), ..with(&locked) });
    assert!(matches!(source(&registry), KeySource::KeyFile { .. }));
    let nobody = Folder::new();
    let registry = filled(&nobody.0, with(&locked));
    assert!(matches!(source(&registry), KeySource::KeyFile { .. }));
    assert!(nobody.0.join("vault.key").exists());
}

#[test]
fn a_key_moves_into_the_keyring_and_out_of_it() {
    let (folder, keyring) = (Folder::new(), mock());
    let registry = filled(&folder.0, with(&Keyring::new(Arc::new(Locked))));
    wait(registry.close());
    let registry = open(&folder.0, with(&keyring)).expect("opens");
    let moved = KeySource::new_keyring();
    assert_eq!(wait(registry.rekey(moved.clone(), None)).expect("resealed"), 1);
    std::fs::remove_file(folder.0.join("vault.key")).expect("the old key is not needed");
    assert_eq!(secret(&open(&folder.0, with(&keyring)).expect("opens")).expect("readable"), CLIENT_SECRET);

    let KeySource::Keyring { account } = &moved else { panic!("expected an entry, found {moved:?}") };
    assert!(keyring.get(account).expect("readable").is_some());
    let file = KeySource::KeyFile { path: folder.0.join("second.key") };
    wait(registry.rekey(file, None)).expect("resealed");
    assert!(keyring.get(account).expect("readable").is_none(), "an old key is taken out of the keyring");
    assert_eq!(secret(&open(&folder.0, with(&mock())).expect("opens")).expect("readable"), CLIENT_SECRET);
}

#[test]
fn a_failed_move_into_a_keyring_changes_nothing() {
    let folder = Folder::new();
    let locked = Keyring::new(Arc::new(Locked));
    let registry = filled(&folder.0, with(&locked));
    let before = source(&registry);
    let error = wait(registry.rekey(KeySource::new_keyring(), None)).expect_err("refused");
    assert!(error.to_string().contains("it is locked"), "{error}");
    assert_eq!(source(&registry), before);
    assert_eq!(secret(&registry).expect("readable"), CLIENT_SECRET);
}

#[test]
fn vaults_that_are_made_at_once_have_one_key() {
    for keyring in [mock(), Keyring::new(Arc::new(Locked))] {
        let folder = Folder::new();
        // The tables first, which one of them would make while the others wait.
        wait(open(&folder.0, with(&keyring)).expect("a registry").close());
        let make = |number: usize| {
            let registry = open(&folder.0, with(&keyring)).expect("a registry");
            let sealed = wait(registry.seal_text("place", &format!("text {number}"))).expect("sealed");
            (number, sealed)
        };
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || make(number))).collect();
            threads.into_iter().map(|thread| thread.join().expect("ends")).collect()
        });
        let registry = open(&folder.0, with(&keyring)).expect("opens");
        for (number, sealed) in all {
            let opened = wait(registry.open_text("place", &sealed)).expect("the same key");
            assert_eq!(*opened, format!("text {number}"));
        }
    }
}

/// The command line on a machine without a desktop, with the switch on.
fn bare(cli: &Cli, args: &[&str]) -> Command {
    let mut command = cli.command(args);
    for name in ["ARARAT_KEYRING", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY"] {
        command.env_remove(name);
    }
    command
}

#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_a_keyring_says_so_at_once() {
    let cli = Cli::new();
    let keyring = |command: Command| {
        let (code, out, err) = cli.finish(command, "");
        assert_eq!(code, 0, "{err}");
        out.lines().find(|line| line.starts_with("keyring")).expect("a line").to_owned()
    };
    let status = ["vault", "status"];
    assert!(keyring(bare(&cli, &status)).ends_with("none: there is no desktop session with a Secret Service"));
    let mut off = bare(&cli, &status);
    off.env("ARARAT_KEYRING", "off");
    assert!(keyring(off).ends_with("none: ARARAT_KEYRING switches it off"));

    let (code, _, err) = cli.finish(bare(&cli, &["vault", "rekey", "--to", "keyring"]), "");
    assert!(code == 3 && err.contains("cannot be used: there is no desktop session"), "{err}");
    let mut json = bare(&cli, &["vault", "status", "--json"]);
    json.env("ARARAT_KEYRING", "off");
    let (_, out, _) = cli.finish(json, "");
    let status: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(status["keyring"]["available"], json!(false));
}

/// Runs a command inside a session with an unlocked GNOME Keyring of its own.
#[cfg(target_os = "linux")]
fn in_session(cli: &Cli, script: &str) -> Option<(i32, String, String)> {
    let there = |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
    if !there("dbus-run-session") || !there("gnome-keyring-daemon") {
        eprintln!(
            "\nSKIPPED: dbus-run-session and gnome-keyring-daemon are not both installed; no real keyring was tried"
        );
        return None;
    }
    let runtime = cli.home.0.join("run");
    std::fs::create_dir_all(&runtime).expect("a folder");
    let mut command = cli.command(&[]);
    let unlocked = "printf planted-login | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
    let script = format!("{unlocked}\n{script}");
    let mut session = Command::new("dbus-run-session");
    session
        .args(["--", "bash", "-ec", &script])
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    session.env("ARARAT", command.get_program()).env("ARARAT_KEYRING", "on").env("XDG_RUNTIME_DIR", &runtime);
    session.env("XDG_DATA_HOME", cli.home.0.join("data")).env("HOME", &cli.home.0);
    for name in ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "ARARAT_PASSPHRASE", "ARARAT_VAULT_KEY", "ARARAT_KEY_FILE"] {
        session.env_remove(name);
    }
    session.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command = session;
    Some(cli.finish(command, "{\"X-Key\": \"planted-key\"}"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_real_keyring_keeps_the_key() {
    if server().is_some() {
        return;
    }
    let cli = Cli::new();
    let provider = Provider::start(|seen| text(if seen.header("x-key") == "planted-key" { 200 } else { 403 }, ""));
    let file = crate::cli::service_file(&cli, &provider.url);
    let script = format!(
        "\"$ARARAT\" services add {file}\n\"$ARARAT\" connections add keyed --secrets -\n\
         \"$ARARAT\" vault status\n\"$ARARAT\" connections test keyed\n\
         \"$ARARAT\" vault rekey --to keyring\n\"$ARARAT\" connections test keyed\n\
         secret=$(command -v secret-tool >/dev/null && secret-tool search --all service ararat 2>&1 | grep -c '^label' || true)\n\
         echo \"entries $secret\""
    );
    let Some((code, out, err)) = in_session(&cli, &script) else { return };
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("from the system's keyring (`vault ") && out.contains("keyring  in use"), "{out}{err}");
    assert!(!cli.home.0.join("vault.key").exists());
    assert!(out.contains("entries 1") || out.contains("entries \n"), "one key is left in the keyring: {out}{err}");
    // Outside the session the vault stays shut.
    let (code, _, err) = cli.finish(bare(&cli, &["connections", "test", "keyed"]), "");
    assert!(code == 3 && err.contains("belongs into the system's keyring"), "{err}");
}
