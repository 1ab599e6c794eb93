//! Applications of Creator: their forms, the reports over them, and their fields, as data.

use super::super::SandboxError;
use serde::Deserialize;

/// A form with its report.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The link name of the application.
    pub application: String,
    /// The form's link name.
    pub name: String,
    /// The link name of the report that shows its records.
    pub report: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The link name.
    pub name: String,
    /// The kind of its values.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Whether a record must have it.
    #[serde(default)]
    pub required: bool,
    /// Whether no two records may share a value.
    #[serde(default)]
    pub unique: bool,
    /// The options of a picklist.
    #[serde(default)]
    pub options: Vec<String>,
    /// The form that a lookup points at.
    #[serde(default)]
    pub form: Option<String>,
}

/// The kind of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Any text.
    Text,
    /// An e-mail address.
    Email,
    /// A whole number.
    Number,
    /// A number.
    Decimal,
    /// A day.
    Date,
    /// A day and a time.
    Datetime,
    /// Yes or no.
    Checkbox,
    /// One of some options.
    Picklist,
    /// Several of some options.
    Multiselect,
    /// A record of another form.
    Lookup,
    /// A file.
    File,
}

impl Form {
    /// The kind of documents that hold its records.
    pub fn kind(&self) -> String {
        format!("creator/{}/{}", self.application, self.name)
    }

    /// The field of this link name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    form: Vec<Form>,
}

/// The forms of a fresh sandbox, then those of the user's text.
pub fn load(custom: Option<&str>) -> Result<Vec<Form>, SandboxError> {
    let parse =
        |text: &str| toml::from_str::<File>(text).map_err(|error| SandboxError::Modules { reason: error.to_string() });
    let mut forms = parse(include_str!("forms.toml"))?.form;
    for form in custom.map(parse).transpose()?.map(|file| file.form).unwrap_or_default() {
        let twin = |known: &&Form| {
            known.application == form.application && (known.name == form.name || known.report == form.report)
        };
        if let Some(known) = forms.iter().find(twin) {
            let reason = format!(
                "the application `{}` has a form `{}` with the report `{}` already",
                form.application, known.name, known.report
            );
            return Err(SandboxError::Modules { reason });
        }
        forms.push(form);
    }
    for form in &forms {
        let lookups = form.fields.iter().filter(|field| field.kind == Kind::Lookup);
        let known = |name: &str| forms.iter().any(|other| other.application == form.application && other.name == name);
        if let Some(field) = lookups.into_iter().find(|field| !field.form.as_deref().is_some_and(known)) {
            let reason = format!(
                "`{}.{}` looks up an unknown form; name one of `{}` as `form`",
                form.name, field.name, form.application
            );
            return Err(SandboxError::Modules { reason });
        }
    }
    Ok(forms)
}
