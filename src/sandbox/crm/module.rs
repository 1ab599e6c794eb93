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
    /// The process that its records go through.
    #[serde(default)]
    pub blueprint: Option<Blueprint>,
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

/// A process: which steps lead from which value of a field to which other.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blueprint {
    /// What it is called.
    pub name: String,
    /// The picklist whose values are its states.
    pub field: String,
    /// The steps.
    pub transitions: Vec<Transition>,
}

/// A step of a process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// What it is called.
    pub name: String,
    /// The state in which it may be taken.
    pub from: String,
    /// The state that it leads to.
    pub to: String,
    /// Fields that the record must have then.
    #[serde(default)]
    pub required: Vec<String>,
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
    /// What a formula works out: `Amount * Probability / 100`.
    #[serde(default)]
    pub formula: Option<String>,
    /// What stands before an automatic number.
    #[serde(default)]
    pub prefix: Option<String>,
    /// What stands after it.
    #[serde(default)]
    pub suffix: Option<String>,
    /// The first automatic number.
    #[serde(default)]
    pub start: Option<u64>,
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
    /// A number that follows from other fields.
    Formula,
    /// Several other records.
    Multiselectlookup,
    /// Several users.
    Multiuserlookup,
    /// Files.
    Fileupload,
    /// Pictures.
    Imageupload,
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
            Kind::Formula => "formula",
            Kind::Multiselectlookup => "multiselectlookup",
            Kind::Multiuserlookup => "multiuserlookup",
            Kind::Fileupload => "fileupload",
            Kind::Imageupload => "imageupload",
        }
    }

    /// The JSON type that Zoho names in metadata.
    pub fn json_type(self) -> &'static str {
        match self {
            Kind::Text | Kind::Textarea | Kind::Email | Kind::Phone | Kind::Website | Kind::Picklist => "string",
            Kind::Date | Kind::Datetime | Kind::Bigint | Kind::Autonumber => "string",
            Kind::Multiselectpicklist | Kind::Subform | Kind::Multiselectlookup | Kind::Multiuserlookup => "jsonarray",
            Kind::Fileupload | Kind::Imageupload => "jsonarray",
            Kind::Integer => "integer",
            Kind::Double | Kind::Percent | Kind::Currency | Kind::Formula => "double",
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
            formula: None,
            prefix: None,
            suffix: None,
            start: None,
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

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    module: Vec<Module>,
    #[serde(default)]
    extend: Vec<Extension>,
    /// Forms of Creator, which its own module reads.
    #[serde(default, rename = "form")]
    _forms: serde::de::IgnoredAny,
}

/// More fields for a module that exists already.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Extension {
    module: String,
    fields: Vec<Field>,
}

/// The built-in modules, then those of the user's text, with its fields for the built-in ones.
pub fn load(custom: Option<&str>) -> Result<Vec<Module>, SandboxError> {
    let mut modules = parse(include_str!("modules.toml"))?.module;
    let custom = custom.map(parse).transpose()?.unwrap_or(File::default());
    for mut module in custom.module {
        module.custom = true;
        if modules.iter().any(|known| known.name == module.name) {
            let name = &module.name;
            return Err(wrong(format!(
                "a module named `{name}` exists already; choose another name, or add fields with `[[extend]]`"
            )));
        }
        modules.push(module);
    }
    for extension in custom.extend {
        extend(&mut modules, extension)?;
    }
    modules.iter_mut().for_each(complete);
    check(&modules)?;
    Ok(modules)
}

fn wrong(reason: String) -> SandboxError {
    SandboxError::Modules { reason }
}

fn extend(modules: &mut [Module], extension: Extension) -> Result<(), SandboxError> {
    let name = extension.module;
    let module = modules.iter_mut().find(|known| known.name == name);
    let module = module.ok_or_else(|| wrong(format!("`[[extend]]` names the unknown module `{name}`")))?;
    for mut field in extension.fields {
        if module.field(&field.name).is_some() {
            return Err(wrong(format!("`{name}` has a field named `{}` already", field.name)));
        }
        field.custom = true;
        module.fields.push(field);
    }
    Ok(())
}

fn parse(text: &str) -> Result<File, SandboxError> {
    toml::from_str::<File>(text).map_err(|error| wrong(error.to_string()))
}

fn check(modules: &[Module]) -> Result<(), SandboxError> {
    for module in modules {
        if module.field(&module.display).is_none() {
            return Err(wrong(format!("`display` of `{}` names no field of it: `{}`", module.name, module.display)));
        }
        for field in module.fields.iter().flat_map(|field| std::iter::once(field).chain(&field.fields)) {
            check_field(modules, module, field)?;
        }
        if let Some(process) = &module.blueprint {
            let steps = process.transitions.iter().flat_map(|step| &step.required);
            if let Some(name) = steps.chain([&process.field]).find(|name| module.field(name).is_none()) {
                return Err(wrong(format!("the blueprint of `{}` names the unknown field `{name}`", module.name)));
            }
        }
    }
    Ok(())
}

fn check_field(modules: &[Module], module: &Module, field: &Field) -> Result<(), SandboxError> {
    let place = format!("{}.{}", module.name, field.name);
    let target = field.module.as_deref().unwrap_or("$se_module");
    let known = target.starts_with('$') || modules.iter().any(|other| other.name == target);
    if matches!(field.kind, Kind::Lookup | Kind::Multiselectlookup) && !known {
        return Err(wrong(format!("`{place}` looks up the unknown module `{target}`")));
    }
    if field.kind == Kind::Formula {
        let text = field.formula.as_deref().unwrap_or("");
        super::formula::check(text, |name| module.field(name).is_some())
            .map_err(|reason| wrong(format!("the formula of `{place}`: {reason}")))?;
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
        if matches!(field.kind, Kind::Formula | Kind::Autonumber) {
            field.read_only = true;
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
