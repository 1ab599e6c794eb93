//! Settings in `ararat.toml`: which of flag, environment and file counts, and what is refused.
#![cfg(feature = "server")]
// Tests read files themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A project in a folder that goes with the test.
struct Project(PathBuf);

impl Project {
    /// With a test that prints the time.
    fn new(settings: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("settings-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(folder.join("tests")).expect("a folder");
        std::fs::write(folder.join("ararat.toml"), settings).expect("written");
        let test = "info zoho.currenttime.toString(\"yyyy-MM-dd HH:mm\");";
        std::fs::write(folder.join("tests/now.dg"), test).expect("written");
        std::fs::write(folder.join("tests/now.out"), "").expect("written");
        Project(folder)
    }

    /// Exit code and all that is printed.
    fn run(&self, args: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ararat"));
        command.current_dir(&self.0).env("ARARAT_HOME", self.0.join("home"));
        for variable in
            ["ARARAT_TIMEZONE", "ARARAT_SMTP_URL", "ARARAT_DATABASE_URL", "ARARAT_PORT", "ARARAT_KEY", "ARARAT_URL"]
        {
            command.env_remove(variable);
        }
        let output = command.args(args).envs(environment.iter().copied()).output().expect("ararat runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().expect("a code"), text(&output.stdout) + &text(&output.stderr))
    }

    /// What the test prints.
    fn time(&self, args: &[&str], environment: &[(&str, &str)]) -> String {
        let (code, said) = self.run(&[&["test", "--update"], args].concat(), environment);
        assert_eq!(code, 0, "{said}");
        std::fs::read_to_string(self.0.join("tests/now.out")).expect("an output").trim().to_owned()
    }

    /// What is said of the file.
    fn refused(&self, command: &str) -> String {
        let (code, said) = self.run(&[command], &[]);
        assert_eq!(code, 3, "{said}");
        said
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let project = Project::new("[test]\ntimezone = \"Asia/Kolkata\"\nnow = 2026-03-02T20:30:00Z\n");
    assert_eq!(project.time(&[], &[]), "2026-03-03 02:00");
    assert_eq!(project.time(&[], &[("ARARAT_TIMEZONE", "Asia/Tokyo")]), "2026-03-03 05:30");
    assert_eq!(project.time(&["--timezone", "UTC"], &[("ARARAT_TIMEZONE", "Asia/Tokyo")]), "2026-03-02 20:30");
    let elsewhere = Project::new("");
    let path = project.0.display().to_string();
    assert_eq!(elsewhere.run(&["test", "--dir", &path, "--update"], &[]).0, 0, "the project's own file counts");
}

#[test]
fn a_flag_that_contradicts_a_setting_goes_before_it() {
    let project = Project::new("[test]\nlive = true\nsandbox = true\n");
    assert!(project.refused("test").contains("there is no setting `live`"), "actions are no settings");
    let project =
        Project::new("[test]\nsandbox = true\nlimit = [\"statements=1000\", \"requests=3\"]\nstrict = false\n");
    assert_eq!(project.run(&["test", "--update", "--replay"], &[]).0, 0);
    assert_eq!(project.run(&["test", "--update"], &[]).0, 0);
}

#[test]
fn what_is_unknown_is_refused_with_its_place() {
    let said = Project::new("# ours\n[engine]\nport = 0\nmax_runing = 5\n").refused("serve");
    let expected = "error[DG192]: there is no setting `max_runing`\n --> ararat.toml:4:1\n  |\n4 | max_runing = 5\n  | ^^^^^^^^^^\n  |\n  = help: did you mean `max_running`?\n";
    assert!(said.contains(expected), "{said}");
    assert!(Project::new("[engine]\nmax-running = 5\n").refused("serve").contains("did you mean `max_running`?"));
    let said = Project::new("[engin]\nport = 1\n").refused("test");
    assert!(said.contains("there is no section `engin`") && said.contains("did you mean `engine`?"), "{said}");
    let said = Project::new("[engine]\ndir = \"x\"\n").refused("serve");
    assert!(said.contains("there is no setting `dir`") && said.contains("expected one of `port`, "), "{said}");
    let said = Project::new("[deploy]\nrollback = \"standalone.hello\"\n").refused("deploy");
    assert!(said.contains("there is no setting `rollback`"), "{said}");
}

#[test]
fn values_that_do_not_fit_are_refused_with_their_place() {
    for (line, place, message) in [
        ("port = \"many\"", "2:8", "invalid value 'many' for '--port <PORT>'"),
        ("port = 70000", "2:8", "70000 is not in 0..=65535"),
        ("log_json = 1", "2:12", "expected true or false"),
        ("port = [1]", "2:8", "expected one value for `port`, found array"),
        ("log_level = \"loud\"", "2:13", "invalid value 'loud' for '--log-level <LEVEL>'"),
        ("max_running = 1_0_x", "2:", ""),
    ] {
        let said = Project::new(&format!("[engine]\n{line}\n")).refused("serve");
        assert!(said.contains(&format!("ararat.toml:{place}")), "{line}: {said}");
        assert!(said.contains(message), "{line}: {said}");
    }
}

#[test]
fn secrets_are_refused_and_not_shown() {
    for (command, line, variable) in [
        ("serve", "[engine]\ndatabase_url = \"postgres://ada:planted-4711@db/ararat\"\n", "ARARAT_DATABASE_URL"),
        (
            "serve",
            "[engine]\ndatabase_url = \"postgres://ada@db/ararat?password=planted-4711\"\n",
            "ARARAT_DATABASE_URL",
        ),
        ("serve", "[engine]\nsmtp_url = \"smtps://ada:planted-4711@mail\"\n", "ARARAT_SMTP_URL"),
        ("test", "[test]\nsmtp_url = \"smtps://ada:planted-4711@mail\"\n", "ARARAT_SMTP_URL"),
    ] {
        let said = Project::new(line).refused(command);
        assert!(said.contains("a secret does not belong in ararat.toml"), "{said}");
        assert!(said.contains(&format!("set {variable} in the environment")), "{said}");
        assert!(!said.contains("planted"), "{said}");
    }
    let said = Project::new("[deploy]\nkey = \"1003.planted\"\n").refused("deploy");
    assert!(said.contains("there is no setting `key`"), "{said}");
}

#[test]
fn paths_in_the_file_lie_beside_it() {
    let project = Project::new("[test]\nfunctions = \"lib\"\n");
    std::fs::create_dir_all(project.0.join("lib")).expect("a folder");
    std::fs::write(project.0.join("lib/a.dg"), "int standalone.one() { return 1; }").expect("written");
    std::fs::write(project.0.join("tests/now.dg"), "info standalone.one();  // => 1").expect("written");
    std::fs::remove_file(project.0.join("tests/now.out")).expect("removed");
    let elsewhere = Project::new("");
    let (code, said) = elsewhere.run(&["test", "--dir", &project.0.display().to_string()], &[]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn deploy_takes_its_address_from_the_file() {
    let project = Project::new("[deploy]\nurl = \"http://127.0.0.1:1/\"\n");
    std::fs::create_dir_all(project.0.join("functions")).expect("a folder");
    std::fs::write(project.0.join("functions/a.dg"), "int standalone.one() { return 1; }").expect("written");
    let (code, said) = project.run(&["deploy"], &[("ARARAT_KEY", "1003.planted")]);
    assert!(code != 0 && said.contains("127.0.0.1:1"), "{said}");
    let (code, said) = Project::new("").run(&["deploy"], &[("ARARAT_KEY", "1003.planted")]);
    assert!(code == 3 && said.contains("name the engine with --url, or as `url` under `[deploy]`"), "{said}");
}
