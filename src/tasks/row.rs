//! A row of the task catalogue, read and checked.
//!
//! A row names its parameters (`"page: number = 1"`), the request, and where in the reply the
//! value is. A row whose request depends on its arguments has `[[task.case]]` tables, whose keys stand
//! over those of the row. A row that says `unmapped = true` is a task that is known and refused.

use super::answer::{Answer, Path, is_word};
use super::bind::{Bound, CONNECTION};
use super::kind::ParamKind;
use super::template::{Hole, Line, Node, Table};
use crate::fault::Fault;
use crate::host::Method;
use serde::Deserialize;

/// An integration task.
#[derive(Debug)]
pub struct Task {
    name: String,
    params: Vec<Param>,
    /// One or two sentences for people.
    pub doc: String,
    /// The help page, or `scripts`.
    pub source: String,
    pub confidence: Confidence,
    /// What to call in place of a task that is not mapped.
    instead: Option<String>,
    /// Empty for a task that is known and not mapped.
    pub cases: Vec<Case>,
}

/// How sure the request of a row is. The parameters are better known than the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A help page or the API's own description names the call.
    Documented,
    /// Read off scripts that people have published.
    Seen,
    /// Put together from the service's REST API.
    Inferred,
}

impl Confidence {
    /// The word that rows use.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Documented => "documented",
            Confidence::Seen => "seen",
            Confidence::Inferred => "inferred",
        }
    }
}

/// A parameter: `page: number = 1`.
#[derive(Debug)]
pub struct Param {
    pub name: String,
    pub kinds: Vec<ParamKind>,
    pub optional: bool,
    pub default: Option<String>,
}

/// A request, and the arguments for which it is made.
#[derive(Debug)]
pub struct Case {
    /// The request as the row writes it: `GET {api}/crm/v2/{module}`.
    pub request: String,
    when: Vec<(Node, Test)>,
    pub method: Method,
    pub family: String,
    pub path: Line,
    pub query: Table,
    pub headers: Table,
    pub json: Option<Node>,
    pub form: Option<Table>,
    pub multipart: Option<Table>,
    /// The scopes as the row writes them.
    pub scope: String,
    pub scopes: Vec<Line>,
    pub look_ups: Vec<LookUp>,
    pub answer: Answer,
}

#[derive(Debug)]
enum Test {
    /// `"is text"`, `"is list"` …
    Kind(ParamKind),
    /// Equal to a word, in any case.
    Word(String),
}

/// A value that another request of the service has to give first.
#[derive(Debug)]
pub struct LookUp {
    pub name: String,
    pub method: Method,
    pub family: String,
    pub path: Line,
    pub answer: Path,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: String,
    params: Vec<String>,
    doc: String,
    source: String,
    confidence: Confidence,
    #[serde(default)]
    unmapped: bool,
    instead: Option<String>,
    /// Parameters that the request has no use for.
    #[serde(default)]
    ignored: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    request: String,
    #[serde(default)]
    when: toml::Table,
    #[serde(default)]
    query: toml::Table,
    #[serde(default)]
    headers: toml::Table,
    json: Option<toml::Value>,
    form: Option<toml::Table>,
    multipart: Option<toml::Table>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    lookup: toml::Table,
    answer: Option<String>,
    empty: Option<toml::Value>,
    response: Option<toml::Table>,
}

const HEAD_KEYS: &[&str] = &["name", "params", "doc", "source", "confidence", "unmapped", "instead", "ignored"];

/// Names that holes may use beside the parameters and what look-ups give: the account's, and in `response` the reply.
const ACCOUNT_HOLES: &[&str] = &["owner_email", super::answer::REPLY];

impl Task {
    /// Reads one `[[task]]` table.
    ///
    /// # Errors
    /// What is wrong with the row, for the one who writes it.
    pub fn read(mut row: toml::Table) -> Result<Self, String> {
        let cases = match row.remove("case") {
            Some(toml::Value::Array(cases)) => cases,
            Some(other) => return Err(format!("expected `[[task.case]]`, found {}", other.type_str())),
            None => Vec::new(),
        };
        let (head, base): (toml::Table, toml::Table) =
            row.into_iter().partition(|(key, _)| HEAD_KEYS.contains(&key.as_str()));
        let head: Head = head.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let named = |error: String| format!("{}: {error}", head.name);
        let params = head.params.iter().map(|text| Param::parse(text)).collect::<Result<_, _>>().map_err(named)?;
        let cases = if head.unmapped { Vec::new() } else { read_cases(base, cases).map_err(named)? };
        let Head { name, doc, source, confidence, instead, .. } = head;
        let task = Self { name, params, doc, source, confidence, instead, cases };
        task.check(&head.ignored).map_err(|error| format!("{}: {error}", task.name))?;
        Ok(task)
    }

    /// The full name: `zoho.crm.getRecords`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// The least and the most arguments that a call may have.
    ///
    /// A trailing connection may always be left out: the account's own connection serves then.
    pub fn arity(&self) -> (usize, usize) {
        if self.has_unknown_params() {
            return (0, usize::MAX);
        }
        let needed = self.params.iter().rposition(|param| !param.optional && param.name != CONNECTION);
        let least = needed.map_or(0, |at| at + 1);
        (least, self.params.len())
    }

    /// The call with its parameters: `zoho.crm.getRecordById(module, id, options?, connection?)`.
    pub fn signature(&self) -> String {
        if self.has_unknown_params() {
            return format!("{}(…)", self.name);
        }
        let shown = self.params.iter().map(|param| {
            let optional = param.optional || param.name == CONNECTION;
            format!("{}{}", param.name, if optional { "?" } else { "" })
        });
        format!("{}({})", self.name, shown.collect::<Vec<_>>().join(", "))
    }

    /// Pages name some tasks without their parameters; such a task takes any, and is refused.
    fn has_unknown_params(&self) -> bool {
        self.params.is_empty() && !self.is_mapped()
    }

    /// Whether a call can be made; if not, it is refused by name.
    pub fn is_mapped(&self) -> bool {
        !self.cases.is_empty()
    }

    /// The request for given arguments, if there is one.
    pub fn case_for(&self, bound: &Bound) -> Result<Option<&Case>, Fault> {
        for case in &self.cases {
            if case.fits(bound)? {
                return Ok(Some(case));
            }
        }
        Ok(None)
    }

    /// The fault of a call that has no request.
    pub fn refusal(&self) -> Fault {
        let which = if self.is_mapped() { " with these arguments" } else { "" };
        let help = match &self.instead {
            Some(name) => format!("write `{name}`"),
            None => "call the service's REST API with `invokeurl` and a connection".to_owned(),
        };
        Fault::other("run.unsupported", format!("`{}`{which} is known, not mapped yet", self.name)).help(help)
    }

    /// Every hole has a parameter, and every parameter a hole.
    fn check(&self, ignored: &[String]) -> Result<(), String> {
        let mut used = Vec::new();
        for case in &self.cases {
            let holes = case.holes();
            for hole in &holes {
                let known = self.params.iter().any(|param| param.name == hole.param)
                    || case.look_ups.iter().any(|look_up| look_up.name == hole.param)
                    || ACCOUNT_HOLES.contains(&hole.param.as_str());
                if !known {
                    return Err(format!("no parameter is called `{}`", hole.param));
                }
            }
            used.extend(holes.into_iter().map(|hole| hole.param.as_str()));
        }
        let is_used = |param: &Param| param.name == CONNECTION || used.contains(&param.name.as_str());
        match self.params.iter().find(|param| !is_used(param) && !ignored.contains(&param.name)) {
            Some(param) if self.is_mapped() => Err(format!("the parameter `{}` is not used", param.name)),
            _ => Ok(()),
        }
    }
}

fn read_cases(base: toml::Table, cases: Vec<toml::Value>) -> Result<Vec<Case>, String> {
    if cases.is_empty() {
        return Ok(vec![Case::read(base)?]);
    }
    let merged = cases.into_iter().map(|case| match case {
        toml::Value::Table(case) => {
            let mut merged = base.clone();
            merged.extend(case);
            Case::read(merged)
        }
        other => Err(format!("expected a table, found {}", other.type_str())),
    });
    merged.collect()
}

impl Param {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').ok_or_else(|| format!("expected `name: kind`, found `{text}`"))?;
        let (kinds, default) = match rest.split_once('=') {
            Some((kinds, default)) => (kinds.trim(), Some(default.trim().to_owned())),
            None => (rest.trim(), None),
        };
        let (kinds, optional) = match kinds.strip_suffix('?') {
            Some(kinds) => (kinds, true),
            None => (kinds, default.is_some()),
        };
        let read = |word: &str| ParamKind::parse(word.trim()).ok_or_else(|| format!("no kind is called `{word}`"));
        let kinds = kinds.split('|').map(read).collect::<Result<_, _>>()?;
        // A connection may be left out wherever the account has one of its own for the service.
        let name = name.trim().to_owned();
        Ok(Self { optional: optional || name == CONNECTION, name, kinds, default })
    }
}

impl Case {
    fn read(table: toml::Table) -> Result<Self, String> {
        let raw: RawCase = table.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let (method, family, path) = read_request(&raw.request)?;
        let when = raw.when.iter().map(|(place, test)| {
            let node = Node::parse(&toml::Value::String(format!("{{{place}}}")))?;
            Ok((node, Test::parse(test)?))
        });
        let look_ups = raw.lookup.iter().map(|(name, text)| LookUp::read(name, text));
        Ok(Self {
            request: raw.request,
            when: when.collect::<Result<_, String>>()?,
            method,
            family,
            path,
            query: Table::parse(&raw.query)?,
            headers: Table::parse(&raw.headers)?,
            json: raw.json.as_ref().map(Node::parse).transpose()?,
            form: raw.form.as_ref().map(Table::parse).transpose()?,
            multipart: raw.multipart.as_ref().map(Table::parse).transpose()?,
            scope: raw.scope.clone(),
            scopes: raw.scope.split_whitespace().map(Line::parse).collect::<Result<_, _>>()?,
            look_ups: look_ups.collect::<Result<_, _>>()?,
            answer: Answer::read(raw.answer.as_deref(), raw.empty, raw.response.as_ref())?,
        })
    }

    fn fits(&self, bound: &Bound) -> Result<bool, Fault> {
        for (node, test) in &self.when {
            let value = node.fill(bound)?;
            let fits = match test {
                Test::Kind(kind) => value.is_some_and(|value| kind.take(&value, bound.settings).is_some()),
                Test::Word(word) => value.is_some_and(|value| is_word(&value, word)),
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Every hole of the case.
    pub fn holes(&self) -> Vec<&Hole> {
        let mut holes = Vec::new();
        self.when.iter().for_each(|(node, _)| node.holes(&mut holes));
        self.path.holes(&mut holes);
        [&self.query, &self.headers].iter().for_each(|table| table.holes(&mut holes));
        [&self.form, &self.multipart].into_iter().flatten().for_each(|table| table.holes(&mut holes));
        self.json.iter().for_each(|node| node.holes(&mut holes));
        self.scopes.iter().for_each(|line| line.holes(&mut holes));
        self.look_ups.iter().for_each(|look_up| look_up.path.holes(&mut holes));
        self.answer.holes(&mut holes);
        holes
    }
}

impl Test {
    fn parse(value: &toml::Value) -> Result<Self, String> {
        let text = value.as_str().ok_or_else(|| format!("expected text in `when`, found {}", value.type_str()))?;
        match text.strip_prefix("is ") {
            Some(word) => ParamKind::parse(word).map(Test::Kind).ok_or_else(|| format!("no kind is called `{word}`")),
            None => Ok(Test::Word(text.to_owned())),
        }
    }
}

impl LookUp {
    /// Reads `GET {mail}/api/accounts data[0].accountId`.
    fn read(name: &str, text: &toml::Value) -> Result<Self, String> {
        let text = text.as_str().ok_or("expected text in `lookup`")?;
        let (request, answer) = text.rsplit_once(' ').ok_or("expected a request and a path in `lookup`")?;
        let (method, family, path) = read_request(request)?;
        Ok(Self { name: name.to_owned(), method, family, path, answer: Path::parse(answer)? })
    }
}

/// Reads `GET {api}/crm/v2/{module}`: the first hole is the host's family.
fn read_request(text: &str) -> Result<(Method, String, Line), String> {
    let wrong = || format!("expected `METHOD {{family}}/path`, found `{text}`");
    let (method, rest) = text.split_once(' ').ok_or_else(wrong)?;
    let method = Method::parse(method).ok_or_else(wrong)?;
    let (family, path) = rest.trim().strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or_else(wrong)?;
    if !path.trim_start_matches('[').starts_with('/') {
        return Err(wrong());
    }
    Ok((method, family.to_owned(), Line::parse(path)?))
}
