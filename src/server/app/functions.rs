//! Functions: drafts, publication, versions.

use super::App;
use crate::engine::{NotCompiled, Report};
use crate::server::Error;
use crate::server::functions::folder::ProjectSource;
use crate::server::functions::{Definition, Deployed, Published};
use crate::server::store::{FunctionRow, NewVersion, VersionRow};
use crate::source::Source;
use serde::Serialize;
use std::sync::Arc;

/// A function as lists and pages show it.
#[derive(Debug, Clone, Serialize)]
pub struct FunctionView {
    #[serde(flatten)]
    pub row: FunctionRow,
    /// What the version in force declares; absent before the first publication.
    pub definition: Option<Definition>,
}

/// A function that no longer compiles since another one has changed.
#[derive(Debug, Clone, Serialize)]
pub struct Breaks {
    pub function: String,
    pub message: String,
}

/// What a publication did.
#[derive(Debug, Clone, Serialize)]
pub struct Deployment {
    pub version: VersionRow,
    pub breaks: Vec<Breaks>,
}

impl App {
    /// The published functions as they are now.
    pub fn published(&self) -> Arc<Published> {
        self.inner.published.load_full()
    }

    /// All functions, published or draft, by name.
    pub async fn functions(&self) -> Result<Vec<FunctionView>, Error> {
        let published = self.published();
        let view = |row: FunctionRow| {
            let definition = published.find(&row.name).map(|one| Definition::clone(&one.definition));
            FunctionView { definition: definition.filter(|_| row.version.is_some()), row }
        };
        Ok(self.inner.store.functions().await?.into_iter().map(view).collect())
    }

    /// One function by its full name, in any case, or by its short name where that is unique.
    pub async fn function(&self, name: &str) -> Result<FunctionView, Error> {
        let published = self.published();
        let full = published.find(name).map_or_else(|| name.to_owned(), |one| one.definition.name.clone());
        let row = self.inner.store.function(&full).await?.ok_or_else(|| self.unknown_function(name))?;
        let definition = published.find(&row.name).map(|one| Definition::clone(&one.definition));
        Ok(FunctionView { definition, row })
    }

    pub(super) fn unknown_function(&self, name: &str) -> Error {
        let published = self.published();
        let names: Vec<_> = published.all().iter().map(|one| one.definition.name.clone()).collect();
        let near = crate::connections::link::nearest(name, names.iter().map(String::as_str));
        Error::Unknown { what: "function", name: name.to_owned(), near }
    }

    /// What the checker says about a source: errors and warnings, with places.
    pub async fn check(&self, source: Source) -> Vec<Report> {
        let published = self.published();
        let checked = move || match published.compile(&source) {
            Ok((_, script)) => script.warnings().to_vec(),
            Err(NotCompiled(reports)) => reports,
        };
        // A panic in the checker is a defect; the page stays without messages.
        tokio::task::spawn_blocking(checked).await.unwrap_or_default()
    }

    /// Keeps a draft under a full name, whether it compiles or not.
    ///
    /// # Errors
    /// That the name is none.
    pub async fn save_draft(&self, name: &str, source: &str, by: &str) -> Result<(), Error> {
        check_name(name)?;
        self.inner.store.put_draft(name, source, self.now(), by).await
    }

    pub async fn discard_draft(&self, name: &str) -> Result<(), Error> {
        let function = self.function(name).await?;
        self.inner.store.drop_draft(&function.row.name).await
    }

    /// Publishes the draft of a function.
    ///
    /// # Errors
    /// That it does not compile, or declares another function.
    pub async fn publish_draft(&self, name: &str, note: Option<&str>, by: &str) -> Result<Deployment, Error> {
        let row = self.function(name).await?.row;
        let draft = row.draft.ok_or_else(|| Error::Invalid(format!("`{}` has no draft to publish", row.name)))?;
        let source = Source::new(row.name.clone(), draft);
        let declared = crate::check::declared_names(source.text()).into_iter().next();
        if let Some(other) = declared.filter(|declared| !declared.eq_ignore_ascii_case(&row.name)) {
            return Err(Error::Invalid(format!("the draft of `{}` declares `{other}`", row.name)));
        }
        self.publish(source, note, by).await
    }

    /// Publishes a source under the name that it declares. Where it is what is in force already,
    /// nothing changes.
    ///
    /// # Errors
    /// That it does not compile.
    pub async fn publish(&self, source: Source, note: Option<&str>, by: &str) -> Result<Deployment, Error> {
        let _one = self.inner.publishing.lock().await;
        let published = self.published();
        let (definition, source) = compile(published.clone(), source).await?;
        if let Some(same) = published.find(&definition.name).filter(|one| one.source.text() == source.text()) {
            let version = self.version_of(&same.id, same.version).await?;
            self.inner.store.drop_draft(&definition.name).await?;
            return Ok(Deployment { version, breaks: Vec::new() });
        }
        let new = NewVersion { source: source.text(), definition: &definition, note, at: self.now(), by };
        let version = self.inner.store.add_version(&new).await?;
        self.inner.store.audit(self.now(), by, "publish", &definition.name).await?;
        let named = Source::new(definition.name.clone(), source.text());
        let deployed = Deployed::new(version.function.clone(), version.version, definition, named);
        let next = Arc::new(published.with(deployed));
        self.inner.published.store(next.clone());
        let breaks = broken(published, next).await;
        Ok(Deployment { version, breaks })
    }

    /// The versions of a function, newest first.
    pub async fn versions(&self, name: &str) -> Result<Vec<VersionRow>, Error> {
        let function = self.function(name).await?;
        self.inner.store.versions(&function.row.id).await
    }

    /// One version of a function.
    pub async fn version(&self, name: &str, version: i64) -> Result<VersionRow, Error> {
        let function = self.function(name).await?;
        self.version_of(&function.row.id, version).await
    }

    async fn version_of(&self, id: &str, version: i64) -> Result<VersionRow, Error> {
        let found = self.inner.store.version(id, version).await?;
        found.ok_or_else(|| Error::unknown("version", version.to_string()))
    }

    /// Publishes an earlier version again, as a new one.
    ///
    /// # Errors
    /// That there is no such version, or that it no longer compiles.
    pub async fn rollback(&self, name: &str, version: i64, by: &str) -> Result<Deployment, Error> {
        let old = self.version(name, version).await?;
        let note = format!("back to version {version}");
        self.publish(Source::new(old.definition.name.clone(), old.source), Some(&note), by).await
    }

    /// Removes a function with its versions. Its executions stay in the log.
    pub async fn delete_function(&self, name: &str, by: &str) -> Result<(), Error> {
        let _one = self.inner.publishing.lock().await;
        let function = self.function(name).await?;
        self.inner.store.delete_function(&function.row.id).await?;
        self.inner.store.audit(self.now(), by, "delete", &function.row.name).await?;
        self.inner.published.store(Arc::new(self.published().without(&function.row.name)));
        Ok(())
    }

    /// Publishes the sources of a project that are not what is in force. One that does not compile is
    /// told to the log and left out; functions may call each other in any order.
    pub(super) async fn publish_sources(&self, sources: Vec<ProjectSource>) -> Result<(), Error> {
        let _one = self.inner.publishing.lock().await;
        let before = self.published();
        let changed: Vec<_> = sources.into_iter().filter(|one| is_new(&before, one)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let all = before.among(changed.iter().filter_map(|one| Some((one.name.clone()?, one.source.clone()))));
        for one in changed {
            let shown = one.source.name().to_owned();
            match compile(all.clone(), one.source).await {
                Ok((definition, source)) => {
                    let (at, by) = (self.now(), "project folder");
                    let new = NewVersion { source: source.text(), definition: &definition, note: None, at, by };
                    let version = self.inner.store.add_version(&new).await?;
                    tracing::info!(function = definition.name, version = version.version, file = shown, "published");
                }
                Err(error) => tracing::error!(file = shown, "not published:\n{error}"),
            }
        }
        self.reload().await
    }
}

fn is_new(published: &Published, one: &ProjectSource) -> bool {
    let known = one.name.as_deref().and_then(|name| published.find(name));
    known.is_none_or(|known| known.source.text() != one.source.text())
}

async fn compile(published: Arc<Published>, source: Source) -> Result<(Definition, Source), Error> {
    let compiled = tokio::task::spawn_blocking(move || {
        let (definition, _) = published.compile(&source)?;
        Ok::<_, NotCompiled>((definition, source))
    });
    Ok(compiled.await.map_err(|error| Error::System(error.to_string()))??)
}

/// Functions that compiled before and do not any more.
async fn broken(before: Arc<Published>, after: Arc<Published>) -> Vec<Breaks> {
    let find = move || {
        let mut breaks = Vec::new();
        for function in after.all().iter().filter(|function| !after.is_compiled(function)) {
            if let Err(not_compiled) = after.script(function) {
                let did = before.find(&function.definition.name).is_some_and(|old| before.script(old).is_ok());
                let message = not_compiled.to_string();
                breaks.extend(did.then(|| Breaks { function: function.definition.name.clone(), message }));
            }
        }
        breaks
    };
    tokio::task::spawn_blocking(find).await.unwrap_or_default()
}

/// A full name is a namespace and a word.
fn check_name(name: &str) -> Result<(), Error> {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match name.split_once('.') {
        Some((space, word)) if is_word(space) && is_word(word) => Ok(()),
        _ => Err(Error::Invalid(format!("expected a full name such as `standalone.hello`, found `{name}`"))),
    }
}
