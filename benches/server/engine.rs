//! Processes that the benchmarks call.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A server; ends when it is dropped.
pub struct Process {
    pub port: u16,
    child: Child,
    /// Kept open: it may have more to say.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// A bare axum server.
    pub fn listening() -> Self {
        let (child, mut lines) = started(Command::new(std::env::current_exe().expect("this program")).arg("listen"));
        let port = lines.next().expect("a line").expect("text").parse().expect("a port");
        Self { port, child, _output: lines }
    }

    /// `ararat serve` on a project; gives an administrator's key as well.
    pub fn engine(project: &Path) -> (Self, String) {
        let serve = ["serve", "--port", "0", "--dir", project.to_str().expect("Unicode")];
        let (child, mut lines) = started(Command::new(env!("CARGO_BIN_EXE_ararat")).args(serve).stderr(Stdio::null()));
        let mut last_word = || lines.next()?.ok()?.rsplit_once([' ', ':']).map(|(_, word)| word.to_owned());
        let (port, key) = (last_word().expect("an address"), last_word().expect("a key"));
        (Self { port: port.parse().expect("a port"), child, _output: lines }, key)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn started(command: &mut Command) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let output = child.stdout.take().expect("a pipe");
    (child, BufReader::new(output).lines())
}
