//! What cases share: the log of wire and output, and a script's run on a real host.

use ararat::connections::outbound::Source;
use ararat::connections::{Registry, SandboxAccount};
use ararat::hosts::{BlockingHost, HostConfig};
use ararat::http::runtime::block_on;
use ararat::{Args, Engine, Failure};
use std::io::Write;
use std::sync::{Arc, Mutex};

/// What happened, in order: lines of the wire and of the script.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<String>>);

impl Log {
    /// Adds a message's text, each line behind a mark.
    pub fn add(&self, mark: &str, text: &str) {
        let mut log = self.0.lock().expect("a log");
        for line in text.trim_end().lines() {
            log.push_str(format!("{mark}{}", line.trim_end()).trim_end());
            log.push('\n');
        }
    }

    pub fn text(&self) -> String {
        self.0.lock().expect("a log").clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a log").push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The rest of each line `// key: …`.
pub fn directive<'t>(text: &'t str, key: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().filter_map(move |line| line.strip_prefix("// ")?.strip_prefix(key)?.strip_prefix(": "))
}

/// A registry whose connection `zoho_crm` is the sandbox's.
pub fn registry(account: &SandboxAccount) -> Registry {
    block_on(async {
        let registry = Registry::in_memory(Default::default()).await.expect("a registry");
        registry.add_sandbox(account).await.expect("a connection");
        registry
    })
    .expect("a runtime")
}

/// Runs a script; what it printed goes to the log, and so does the report of its error, whose kind is given back.
pub fn run(text: &str, log: &Log, registry: Source) -> Option<String> {
    let settings = directive(text, "dialect").next().map(|name| name.parse().expect("a dialect"));
    let mut engine = Engine::default();
    engine.settings.dialect = settings.unwrap_or(engine.settings.dialect);
    let script = match engine.compile(ararat::Source::new("case.dg", text)) {
        Ok(script) => script,
        Err(not_compiled) => {
            log.add("", &not_compiled.to_string());
            return Some("not compiled".to_owned());
        }
    };
    let config = HostConfig { output: Some(Box::new(log.clone())), registry, ..HostConfig::default() };
    let mut host = BlockingHost::new(config);
    let outcome = script.run(&mut host, &Args::new());
    host.flush().expect("written");
    match outcome {
        Ok(_) => None,
        Err(Failure::Script { report, fault, .. }) => {
            log.add("", &report.to_string());
            Some(fault.name().to_owned())
        }
        Err(Failure::Call(message)) => panic!("{message}"),
    }
}
