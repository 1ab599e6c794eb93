//! What the imitated CRM knows about its modules and their fields; the data is in `modules.toml`.

use super::super::SandboxError;
use serde::Deserialize;

/// The prefix of every id that the sandbox gives out.
pub const ORG_PREFIX: u64 = 5_725_767_000_000_000_000;

/// A module, such as Leads.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// The API name.
    pub name: String,
    /// One of its records, in words.
    pub singular: String,
    /// Several, in words; the API name with spaces where not given.
    #[serde(default)]
    pub plural: Option<String>,
    /// The field that names a record.
    pub display: String,
    /// What an upsert compares where the caller does not say.
    #[serde(default)]
    pub duplicate: Vec<String>,
    /// The field by which tasks, events and calls point at these records.
    #[serde(default)]
    pub activities: Option<String>,
    /// Whether records become accounts, contacts and deals.
    #[serde(default)]
    pub convertible: bool,
    /// The fields, the system's own included after [`load`].
    pub fields: Vec<Field>,
    /// Lists of related records, beyond notes, attachments and activities.
    #[serde(default)]
    pub related: Vec<Related>,
    /// Whether it comes from the user's file.
    #[serde(skip)]
    pub custom: bool,
}

/// A list of records that hang on another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// The related list's API name.
    pub name: String,
    /// The module of its records.
    pub module: String,
    /// The lookup in that module which points back; a set of links where absent.
    #[serde(default)]
    pub by: Option<String>,
}

/// A field of a module.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The API name.
    pub name: String,
    /// What people see; the API name with spaces where not given.
    #[serde(default)]
    pub label: Option<String>,
    /// The kind of its values.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The greatest number of characters, or of digits.
    #[serde(default)]
    pub length: Option<usize>,
    /// Whether a record must have it.
    #[serde(default)]
    pub required: bool,
    /// Whether callers' values are passed over.
    #[serde(default)]
    pub read_only: bool,
    /// Whether no two records may share a value.
    #[serde(default)]
    pub unique: bool,
    /// Whether a picklist takes its options only.
    #[serde(default)]
    pub strict: bool,
    /// Whether it was added by the organisation.
    #[serde(default)]
    pub custom: bool,
    /// The options of a picklist.
    #[serde(default)]
    pub options: Vec<String>,
    /// The module that a lookup points at; `$se_module` where the record says.
    #[serde(default)]
    pub module: Option<String>,
    /// Further modules that a lookup may point at.
    #[serde(default)]
    pub also: Vec<String>,
    /// The fields of a subform's rows.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Whether a subform holds the lines of an order.
    #[serde(default)]
    pub lines: bool,
}

/// Zoho's `data_type` of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One line.
    Text,
    /// Several lines.
    Textarea,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Website,
    /// One of some options.
    Picklist,
    /// Several of some options.
    Multiselectpicklist,
    /// A whole number of up to nine digits.
    Integer,
    /// A whole number of up to eighteen digits; JSON text on the wire.
    Bigint,
    /// A number.
    Double,
    /// A part of a hundred.
    Percent,
    /// Money.
    Currency,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    Datetime,
    /// Another record.
    Lookup,
    /// The user who owns the record.
    Ownerlookup,
    /// Any user.
    Userlookup,
    /// Rows of their own.
    Subform,
    /// A number that the CRM gives.
    Autonumber,
}

impl Kind {
    /// Zoho's name of this kind.
    pub fn data_type(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Textarea => "textarea",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Website => "website",
            Kind::Picklist => "picklist",
            Kind::Multiselectpicklist => "multiselectpicklist",
            Kind::Integer => "integer",
            Kind::Bigint => "bigint",
            Kind::Double => "double",
            Kind::Percent => "percent",
            Kind::Currency => "currency",
            Kind::Boolean => "boolean",
            Kind::Date => "date",
            Kind::Datetime => "datetime",
            Kind::Lookup => "lookup",
            Kind::Ownerlookup => "ownerlookup",
            Kind::Userlookup => "userlookup",
            Kind::Subform => "subform",
            Kind::Autonumber => "autonumber",
        }
    }

    /// The JSON type that Zoho names in metadata.
    pub fn json_type(self) -> &'static str {
        match self {
            Kind::Text | Kind::Textarea | Kind::Email | Kind::Phone | Kind::Website | Kind::Picklist => "string",
            Kind::Date | Kind::Datetime | Kind::Bigint | Kind::Autonumber => "string",
            Kind::Multiselectpicklist | Kind::Subform => "jsonarray",
            Kind::Integer => "integer",
            Kind::Double | Kind::Percent | Kind::Currency => "double",
            Kind::Boolean => "boolean",
            Kind::Lookup | Kind::Ownerlookup | Kind::Userlookup => "jsonobject",
        }
    }

    /// Whether values point at a user.
    pub fn is_user(self) -> bool {
        matches!(self, Kind::Ownerlookup | Kind::Userlookup)
    }
}

impl Field {
    /// What people see.
    pub fn label(&self) -> String {
        self.label.clone().unwrap_or_else(|| self.name.replace('_', " "))
    }

    /// A field with nothing special about it.
    pub fn plain(name: &str, kind: Kind) -> Field {
        Field::system(name, kind, false)
    }

    fn system(name: &str, kind: Kind, read_only: bool) -> Field {
        Field {
            name: name.to_owned(),
            label: None,
            kind,
            length: None,
            required: false,
            read_only,
            unique: false,
            strict: false,
            custom: false,
            options: Vec::new(),
            module: None,
            also: Vec::new(),
            fields: Vec::new(),
            lines: false,
        }
    }
}

impl Module {
    /// The field of this API name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The kind of documents that hold this module's records.
    pub fn kind(&self) -> String {
        records_kind(&self.name)
    }

    /// Several, in words.
    pub fn plural(&self) -> String {
        self.plural.clone().unwrap_or_else(|| self.name.replace('_', " "))
    }

    /// What scopes call this module.
    pub fn scope_name(&self) -> String {
        if self.custom { "custom".to_owned() } else { self.name.replace('_', "").to_ascii_lowercase() }
    }
}

/// The kind of documents that hold a module's records.
pub fn records_kind(module: &str) -> String {
    format!("records/{module}")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    module: Vec<Module>,
}

/// The built-in modules, then those of the user's text.
pub fn load(custom: Option<&str>) -> Result<Vec<Module>, SandboxError> {
    let mut modules = parse(include_str!("modules.toml"))?;
    for mut module in custom.map(parse).transpose()?.unwrap_or_default() {
        module.custom = true;
        if modules.iter().any(|known| known.name == module.name) {
            let reason = format!("a module named `{}` exists already; choose another name", module.name);
            return Err(SandboxError::Modules { reason });
        }
        modules.push(module);
    }
    modules.iter_mut().for_each(complete);
    check(&modules)?;
    Ok(modules)
}

fn parse(text: &str) -> Result<Vec<Module>, SandboxError> {
    toml::from_str::<File>(text)
        .map(|file| file.module)
        .map_err(|error| SandboxError::Modules { reason: error.to_string() })
}

fn check(modules: &[Module]) -> Result<(), SandboxError> {
    for module in modules {
        if module.field(&module.display).is_none() {
            let reason = format!("`display` of `{}` names no field of it: `{}`", module.name, module.display);
            return Err(SandboxError::Modules { reason });
        }
        for field in &module.fields {
            let target = field.module.as_deref().unwrap_or("$se_module");
            let known = target.starts_with('$') || modules.iter().any(|other| other.name == target);
            if field.kind == Kind::Lookup && !known {
                let reason = format!("`{}.{}` looks up the unknown module `{target}`", module.name, field.name);
                return Err(SandboxError::Modules { reason });
            }
        }
    }
    Ok(())
}

/// Adds the fields that every module has.
fn complete(module: &mut Module) {
    let system = [
        ("Owner", Kind::Ownerlookup, false),
        ("Created_By", Kind::Ownerlookup, true),
        ("Modified_By", Kind::Ownerlookup, true),
        ("Created_Time", Kind::Datetime, true),
        ("Modified_Time", Kind::Datetime, true),
    ];
    for (name, kind, read_only) in system {
        if module.field(name).is_none() {
            module.fields.push(Field::system(name, kind, read_only));
        }
    }
    for field in &mut module.fields {
        if field.lines {
            field.fields = line_fields();
        }
    }
}

/// The fields of an order's line.
fn line_fields() -> Vec<Field> {
    let mut product = Field::system("Product_Name", Kind::Lookup, false);
    product.module = Some("Products".to_owned());
    let numbers = ["Quantity", "List_Price", "Discount", "Tax"];
    let mut fields = vec![product];
    fields.extend(numbers.map(|name| Field::system(name, Kind::Double, false)));
    fields.extend(["Total", "Net_Total"].map(|name| Field::system(name, Kind::Double, true)));
    fields.push(Field::system("Description", Kind::Textarea, false));
    fields
}
