//! Functions: drafts, publication, versions.

use super::App;
use crate::engine::{NotCompiled, Report};
use crate::server::Error;
use crate::server::functions::folder::ProjectSource;
use crate::server::functions::{Definition, Published};
use crate::server::store::{FunctionRow, NewVersion, VersionRow};
use crate::source::Source;
use serde::Serialize;
use std::collections::HashSet;
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

/// What a publication does to a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    Unchanged,
}

/// What a publication did, or would do.
#[derive(Debug, Clone, Serialize)]
pub struct Deployment {
    pub name: String,
    pub action: Action,
    /// The version in force afterwards; after a dry run the one before.
    pub version: Option<i64>,
    /// Functions that do not compile any more since this publication.
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

    pub(in crate::server) fn unknown_function(&self, name: &str) -> Error {
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

    /// What a source declares.
    ///
    /// # Errors
    /// That it does not compile.
    pub async fn declared(&self, source: Source) -> Result<Definition, Error> {
        compile(self.published(), source).await.map(|(definition, _)| definition)
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
        let mut deployments = self.deploy(vec![source], note, by, false).await?;
        // One source makes one deployment.
        deployments.pop().ok_or_else(|| Error::System("nothing was published".to_owned()))
    }

    /// Publishes several sources, all of them or none; they may call each other. A dry run only says
    /// what would be done.
    ///
    /// # Errors
    /// That one does not compile, or that two declare the same function.
    pub async fn deploy(
        &self,
        sources: Vec<Source>,
        note: Option<&str>,
        by: &str,
        dry_run: bool,
    ) -> Result<Vec<Deployment>, Error> {
        let _one = self.inner.publishing.lock().await;
        let published = self.published();
        let compiled = compile_all(published.clone(), sources).await?;
        let mut deployments = Vec::with_capacity(compiled.len());
        for (definition, source) in compiled {
            deployments.push(self.deploy_one(&published, definition, &source, note, by, dry_run).await?);
        }
        if !dry_run && deployments.iter().any(|one| one.action != Action::Unchanged) {
            self.reload().await?;
            let breaks = broken(published.clone(), self.published()).await;
            for deployment in &mut deployments {
                deployment.breaks.clone_from(&breaks);
            }
            let changed = deployments.iter().filter(|one| one.action != Action::Unchanged);
            let names: Vec<_> = changed.map(|one| one.name.as_str()).collect();
            self.note_uses(&published.all(), &names).await;
        }
        Ok(deployments)
    }

    async fn deploy_one(
        &self,
        published: &Published,
        definition: Definition,
        source: &Source,
        note: Option<&str>,
        by: &str,
        dry_run: bool,
    ) -> Result<Deployment, Error> {
        let name = definition.name.clone();
        let known = published.find_exact(&name);
        let action = match known {
            None => Action::Create,
            Some(known) if known.source.text() == source.text() => Action::Unchanged,
            Some(_) => Action::Update,
        };
        let mut version = known.map(|known| known.version);
        if !dry_run {
            match action {
                Action::Unchanged => self.inner.store.drop_draft(&name).await?,
                Action::Create | Action::Update => {
                    let new = NewVersion { source: source.text(), definition: &definition, note, at: self.now(), by };
                    version = Some(self.inner.store.add_version(&new).await?.version);
                    self.inner.store.audit(self.now(), by, "publish", &name).await?;
                }
            }
        }
        Ok(Deployment { name, action, version, breaks: Vec::new() })
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

    /// Publishes an earlier version again, as a new one: the given one, or the last that differs from
    /// what is in force.
    ///
    /// # Errors
    /// That there is no such version, or that it no longer compiles.
    pub async fn rollback(&self, name: &str, version: Option<i64>, by: &str) -> Result<Deployment, Error> {
        let version = match version {
            Some(version) => version,
            None => self.version_before(name).await?,
        };
        let old = self.version(name, version).await?;
        let note = format!("back to version {version}");
        self.publish(Source::new(old.definition.name.clone(), old.source), Some(&note), by).await
    }

    async fn version_before(&self, name: &str) -> Result<i64, Error> {
        let versions = self.versions(name).await?;
        let now = versions.first().map(|version| version.source.clone()).unwrap_or_default();
        let before = versions.into_iter().find(|version| version.source != now);
        Ok(before.ok_or_else(|| Error::Invalid(format!("`{name}` has no earlier version")))?.version)
    }

    /// Removes a function with its versions. Its executions stay in the log.
    pub async fn delete_function(&self, name: &str, by: &str) -> Result<(), Error> {
        let _one = self.inner.publishing.lock().await;
        let function = self.function(name).await?;
        self.inner.store.delete_function(&function.row.id).await?;
        self.inner.store.audit(self.now(), by, "delete", &function.row.name).await?;
        let before = self.published().all();
        self.reload().await?;
        self.note_uses(&before, &[function.row.name.as_str()]).await;
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
            let file = one.source.name().to_owned();
            match compile(all.clone(), one.source).await {
                Ok((definition, source)) => {
                    let done = self.deploy_one(&before, definition, &source, None, "project folder", false).await?;
                    tracing::info!(function = done.name, version = done.version, file, "published");
                }
                Err(error) => tracing::error!(file, "not published:\n{error}"),
            }
        }
        self.reload().await
    }
}

fn is_new(published: &Published, one: &ProjectSource) -> bool {
    let known = one.name.as_deref().and_then(|name| published.find_exact(name));
    known.is_none_or(|known| known.source.text() != one.source.text())
}

async fn compile(published: Arc<Published>, source: Source) -> Result<(Definition, Source), Error> {
    let compiled = tokio::task::spawn_blocking(move || {
        let (definition, _) = published.compile(&source)?;
        Ok::<_, NotCompiled>((definition, source))
    });
    Ok(compiled.await.map_err(|error| Error::System(error.to_string()))??)
}

/// Compiles sources that may call each other; reports what is wrong with any of them.
async fn compile_all(published: Arc<Published>, sources: Vec<Source>) -> Result<Vec<(Definition, Source)>, Error> {
    let compile = move || {
        let names = sources.iter().filter_map(|source| {
            let name = crate::check::declared_names(source.text()).into_iter().next()?;
            Some((name, source.clone()))
        });
        let all = published.among(names);
        let (mut compiled, mut wrong) = (Vec::new(), Vec::new());
        for source in sources {
            match all.compile(&source) {
                Ok((definition, _)) => compiled.push((definition, source)),
                Err(NotCompiled(reports)) => wrong.extend(reports),
            }
        }
        if wrong.is_empty() { Ok(compiled) } else { Err(NotCompiled(wrong)) }
    };
    let compiled = tokio::task::spawn_blocking(compile).await.map_err(|error| Error::System(error.to_string()))??;
    let mut seen = HashSet::new();
    for (definition, source) in &compiled {
        if !seen.insert(definition.name.to_ascii_lowercase()) {
            let message = format!("two sources declare `{}`; one of them is {}", definition.name, source.name());
            return Err(Error::Invalid(message));
        }
    }
    Ok(compiled)
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
