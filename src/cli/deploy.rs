//! `ararat deploy`: publishes a project's functions to a running engine.

use super::project::SETTINGS;
use super::{Exit, bad_use};
use crate::host::{Body, Method};
use crate::http::{Client, Hop, Options, Outgoing, Received, runtime};
use crate::server::functions::{diff, folder};
use crate::server::schedules::declared;
use crate::source::Source;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;
use zeroize::Zeroizing;

#[derive(Args)]
pub struct Deploy {
    /// Sources to publish; all of the project's where none is named
    files: Vec<PathBuf>,
    /// The project folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// The engine; `url` under `[deploy]` in ararat.toml where absent
    #[arg(long, value_name = "URL", env = "ARARAT_URL", help_heading = SETTINGS)]
    url: Option<Url>,
    /// The key of an administrator
    #[arg(long, value_name = "KEY", env = "ARARAT_KEY", hide_env_values = true)]
    key: Option<String>,
    /// What is remembered with the new versions
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Print what changes, line by line
    #[arg(long)]
    diff: bool,
    /// Publish nothing; say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Publish an earlier version of this function again, instead of the project's
    #[arg(long, value_name = "FUNCTION", conflicts_with_all = ["files", "diff", "dry_run", "note"])]
    rollback: Option<String>,
    /// The version to go back to; the last that differs where absent
    #[arg(long, value_name = "NUMBER", requires = "rollback")]
    version: Option<i64>,
}

/// The engine to talk to.
struct Engine {
    client: Client,
    url: Url,
    key: Zeroizing<String>,
}

impl Deploy {
    pub fn main(self) -> Exit {
        let engine = match self.engine() {
            Ok(engine) => engine,
            Err(message) => return bad_use(message),
        };
        let done = runtime::block_on(async {
            match &self.rollback {
                Some(function) => engine.rollback(function, self.version).await,
                None => self.deploy(&engine).await,
            }
        });
        match done {
            Ok(Ok(())) => Exit::Ok,
            Ok(Err((exit, message))) => {
                errln!("{message}");
                exit
            }
            Err(error) => bad_use(format!("the network is not available: {error}")),
        }
    }

    async fn deploy(&self, engine: &Engine) -> Result<(), (Exit, String)> {
        let sources = self.sources().map_err(wrong)?;
        if sources.is_empty() {
            return Err(wrong(format!("there are no functions in {}", self.dir.join(folder::FUNCTIONS).display())));
        }
        if self.diff {
            for source in &sources {
                engine.print_diff(source).await?;
            }
        }
        let functions: Vec<_> =
            sources.iter().map(|source| json!({ "file": source.name(), "source": source.text() })).collect();
        let mut body = json!({ "functions": functions, "note": self.note, "dry_run": self.dry_run });
        if self.files.is_empty() {
            body["schedules"] = declared::entries(&self.dir).map_err(wrong)?.into();
        }
        let answer = engine.call(Method::Post, "v1/deployments", &body).await?;
        for done in answer["deployments"].as_array().into_iter().flatten() {
            let version = done["version"].as_i64().map_or(String::new(), |version| format!(", version {version}"));
            self.print_done("", done, &version);
        }
        for done in answer["schedules"].as_array().into_iter().flatten() {
            self.print_done("schedule ", done, "");
        }
        warn_of_breaks(&answer);
        Ok(())
    }

    fn print_done(&self, kind: &str, done: &Value, version: &str) {
        let name = done["name"].as_str().unwrap_or_default();
        let what = match done["action"].as_str() {
            Some("create") => "created",
            Some("update") => "updated",
            Some("disable") => "disabled, as it is not declared any more",
            _ => return outln!("{kind}{name}: unchanged{version}"),
        };
        let would = if self.dry_run { "would be " } else { "" };
        outln!("{kind}{name}: {would}{what}{version}");
    }

    fn engine(&self) -> Result<Engine, String> {
        let expected = "name the engine with --url, or as `url` under `[deploy]` in ararat.toml";
        let url = self.url.clone().ok_or(expected)?;
        let key = self.key.clone().ok_or("expected the key of an administrator in ARARAT_KEY or behind --key")?;
        let options = Options::default();
        options.redactor.learn(&key);
        Ok(Engine { client: Client::new(options), url, key: Zeroizing::new(key) })
    }

    fn sources(&self) -> Result<Vec<Source>, String> {
        if self.files.is_empty() {
            let found = folder::sources(&self.dir).map_err(|error| error.to_string())?;
            return Ok(found.into_iter().map(|one| one.source).collect());
        }
        self.files.iter().map(|path| super::options::read_source(path)).collect()
    }
}

impl Engine {
    async fn rollback(&self, function: &str, version: Option<i64>) -> Result<(), (Exit, String)> {
        let path = format!("v1/functions/{function}/rollback");
        let done = self.call(Method::Post, &path, &json!({ "version": version })).await?;
        outln!("{}: version {} is in force", done["name"].as_str().unwrap_or(function), done["version"]);
        warn_of_breaks(&json!({ "deployments": [done] }));
        Ok(())
    }

    /// Prints how a source differs from what is in force.
    async fn print_diff(&self, source: &Source) -> Result<(), (Exit, String)> {
        let Some(name) = crate::check::declared_names(source.text()).into_iter().next() else { return Ok(()) };
        let answer = self.send(Method::Get, &format!("v1/functions/{name}"), None).await?;
        let there = match answer.status {
            404 => json!({}),
            _ => json_of(&answer)?,
        };
        let version = there["row"]["version"].as_i64().or_else(|| there["version"].as_i64());
        let old_name = version.map_or("/dev/null".to_owned(), |version| format!("{name} version {version}"));
        out!("{}", diff(there["source"].as_str().unwrap_or_default(), source.text(), &old_name, source.name()));
        Ok(())
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value, (Exit, String)> {
        json_of(&self.send(method, path, Some(body)).await?)
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Received, (Exit, String)> {
        let url = self.url.join(path).map_err(|error| wrong(error.to_string()))?;
        let headers = vec![("authorization".to_owned(), format!("Bearer {}", self.key.as_str()))];
        let body = body.map_or(Body::Empty, |json| Body::Bytes {
            content_type: "application/json".to_owned(),
            bytes: json.to_string().into_bytes(),
        });
        let outgoing = Outgoing {
            hop: Hop { method, url, headers, body },
            timeout: Duration::from_secs(60),
            max_response: 64 << 20,
            connection: None,
            follow: false,
        };
        self.client.send(&outgoing, None).await.map_err(|error| wrong(error.to_string()))
    }
}

/// The answer as JSON, or what the engine says against the request.
fn json_of(answer: &Received) -> Result<Value, (Exit, String)> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if (200..300).contains(&answer.status) {
        return Ok(body);
    }
    let message = body["message"].as_str().unwrap_or("the answer is none of an engine");
    match body["code"].as_str() {
        Some("not_compiled") => Err((Exit::NotCompiled, message.to_owned())),
        _ => Err(wrong(format!("{message} (status {})", answer.status))),
    }
}

fn warn_of_breaks(answer: &Value) {
    let broken = answer["deployments"][0]["breaks"].as_array();
    for one in broken.into_iter().flatten() {
        let text = |name: &str| one[name].as_str().unwrap_or_default();
        errln!("warning: {} does not compile any more:\n{}", text("function"), text("message"));
    }
}

fn wrong(message: String) -> (Exit, String) {
    (Exit::BadUse, format!("error: {message}"))
}
