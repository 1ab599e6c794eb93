//! The built-in functions: values in, value out.
//!
//! Each built-in is one entry in the file of its receiver's type. Name, aliases, signature, doc,
//! example, arity and argument errors, did-you-mean and completion derive from that entry; its
//! examples are run as tests. Built-ins know nothing of spans or variables: the evaluator adds the place.

mod args;
mod coerce;
#[macro_use]
mod macros;

pub mod cipher;
pub mod collection;
pub mod collection_order;
pub mod common;
pub mod conversion;
pub mod date;
pub mod date_arithmetic;
pub mod date_business;
pub mod date_difference;
pub mod date_parts;
#[cfg(test)]
mod date_tests;
pub mod date_text;
mod decimal_format;
pub mod encoding;
pub mod encryption;
mod entities;
pub mod file;
pub mod file_archive;
mod fold;
pub mod json;
pub mod list;
pub mod list_order;
pub mod map;
pub mod number;
pub mod number_float;
mod receiver;
mod regex;
mod regex_syntax;
pub mod statistics;
pub mod text;
pub mod text_edit;
pub mod time;
mod words;
mod words_asian;
mod words_european;
pub mod xml;
mod xml_path;

pub use args::{Changed, FromArg, Index, IntoValue, Rest, Use};

use crate::fault::{Fault, FaultKind};
use crate::host::Host;
use crate::value::{Kind, Settings, Value};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Every table of built-ins.
static TABLES: &[&[Builtin]] = &[
    common::COMMON,
    conversion::CONVERSION,
    conversion::TEXT_CONVERSION,
    conversion::NUMBER_CONVERSION,
    text::TEXT,
    text_edit::TEXT_EDIT,
    number::NUMBER,
    number::RANDOM,
    number_float::NUMBER_FLOAT,
    statistics::STATISTICS,
    date::DATE,
    date::EPOCH,
    date_arithmetic::ARITHMETIC,
    date_business::BUSINESS,
    date_difference::DIFFERENCE,
    date_parts::PARTS,
    date_text::WRITTEN,
    date_text::MILLISECONDS,
    time::TIME,
    list::LIST,
    list::LIST_IN_TEXT,
    list::LIST_IN_BRACES,
    list_order::LIST_ORDER,
    map::MAP,
    collection::COLLECTION,
    collection_order::COLLECTION_ORDER,
    file::FILE,
    file::FILE_OF_TEXT,
    file::FILE_TEST,
    file_archive::ARCHIVE_OF_FILE,
    file_archive::ARCHIVE_OF_LIST,
    file_archive::ARCHIVE_OF_MAP,
    json::JSON,
    json::JSON_IN_MAP,
    json::JSON_IN_LIST,
    xml::XML,
    encoding::ENCODING,
    encryption::ENCRYPTION,
    cipher::CIPHER,
];

/// What a built-in is called on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    /// Any value, null included.
    Any,
    /// NUMBER and DECIMAL.
    Number,
    Text,
    Date,
    Time,
    List,
    Map,
    Collection,
    File,
    /// Nothing: a free function such as `randomNumber(1, 6)`, or one of a namespace such as `zoho.encryption.md5(x)`.
    Nothing,
}

/// One built-in function on one kind of receiver.
pub struct Builtin {
    /// The documented name.
    pub name: &'static str,
    /// Other documented names of the same function.
    pub aliases: &'static [&'static str],
    pub on: On,
    /// The doc comment, a line an entry: one sentence, then examples.
    pub doc: &'static [&'static str],
    /// The receiver first, unless `on` is `Nothing`.
    pub params: &'static [Param],
    /// The Rust type of the result, for the printed signature.
    pub returns: &'static str,
    pub used: Use,
    arity: (usize, usize),
    run: fn(&mut Cx<'_>, &[Value]) -> Result<Value, Fault>,
}

/// A parameter: what it is called and what it takes.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub accepts: Accepts,
    pub optional: bool,
}

/// What a parameter takes; values are converted where Deluge converts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepts {
    /// Any value, null included.
    Any,
    /// Text; every other value is turned into its text form.
    Text,
    /// A whole number.
    Int,
    /// A whole number, also spelled in text: the index of `get`.
    Index,
    /// A number, also spelled in text.
    Number,
    Bool,
    /// A date, or (outside Creator) a text that holds one.
    Date,
    Time,
    /// A list, a collection's elements, or comma-separated text.
    List,
    /// A map, or a text that holds a JSON object.
    Map,
    Collection,
    File,
    /// All remaining arguments, of any type.
    Rest,
}

/// What a running built-in may reach.
pub struct Cx<'a> {
    pub settings: &'a Settings,
    pub host: &'a mut dyn Host,
    /// The name under which the script called, for messages.
    pub function: &'a str,
}

impl Cx<'_> {
    /// Zoho's message for a value of a type that the function does not take.
    #[cold]
    pub fn cast(&self, found: &Value, expected: &'static str) -> Fault {
        let (found, function) = (found.kind().name().to_owned(), self.function.to_owned());
        FaultKind::Cast { found, expected, function }.into()
    }

    /// Zoho's message for a missing value.
    #[cold]
    pub fn null(&self) -> Fault {
        FaultKind::NullReceiver(self.function.to_owned()).into()
    }
}

/// All built-ins of one name, by the kind of receiver.
pub struct Method {
    pub name: &'static str,
    /// The row that takes a receiver of each kind as it is.
    exact: [Option<&'static Builtin>; Kind::COUNT],
    /// All rows, in the order of the tables.
    pub rows: Vec<&'static Builtin>,
}

impl Method {
    /// The row for a receiver: one for its kind, else one to whose kind Deluge converts it.
    #[inline]
    pub fn row(&self, receiver: Kind) -> &'static Builtin {
        match self.exact[receiver as usize] {
            Some(row) => row,
            None => self.converting(receiver),
        }
    }

    #[cold]
    fn converting(&self, receiver: Kind) -> &'static Builtin {
        let wishes: &[On] = match receiver {
            Kind::Text => &[On::Date, On::List, On::Map, On::Number, On::Collection],
            Kind::Collection => &[On::List, On::Map, On::Text],
            Kind::List => &[On::Collection, On::Text],
            Kind::Map => &[On::Collection, On::Text],
            Kind::Int | Kind::Decimal => &[On::Number, On::Text],
            Kind::Null | Kind::Bool | Kind::Date | Kind::Time | Kind::File | Kind::Error => &[On::Text],
        };
        let by_wish = wishes.iter().find_map(|wish| self.rows.iter().find(|row| row.on == *wish));
        by_wish.copied().unwrap_or(self.rows[0])
    }

    /// Calls with the receiver as the first argument. Arguments are converted in place.
    pub fn call(&self, cx: &mut Cx<'_>, args: &mut [Value]) -> Result<Value, Fault> {
        let row = match args.first() {
            Some(receiver) => self.row(receiver.kind()),
            None => self.rows[0],
        };
        row.call(cx, args)
    }

    /// The fewest and the most arguments, receiver included, over all rows; `usize::MAX` for any number.
    pub fn arity(&self) -> (usize, usize) {
        let arities = self.rows.iter().map(|row| row.arity());
        arities.fold((usize::MAX, 0), |(least, most), (low, high)| (least.min(low), most.max(high)))
    }
}

impl Builtin {
    /// The fewest and the most arguments, receiver included.
    pub fn arity(&self) -> (usize, usize) {
        self.arity
    }

    /// Checks and converts the arguments, then runs.
    #[inline]
    pub fn call(&self, cx: &mut Cx<'_>, args: &mut [Value]) -> Result<Value, Fault> {
        let (least, most) = self.arity();
        if args.len() < least || args.len() > most {
            return Err(self.wrong_count(cx));
        }
        for (index, (value, param)) in args.iter_mut().zip(self.params).enumerate() {
            coerce::coerce(value, param.accepts, index, cx)?;
        }
        (self.run)(cx, args)
    }

    #[cold]
    fn wrong_count(&self, cx: &Cx<'_>) -> Fault {
        let message = format!("No. of arguments mismatches for the function {}", cx.function);
        Fault::other("run.function", message).help(format!("it is `{}`", self.signature()))
    }

    /// `text.subString(start, [end])`
    pub fn signature(&self) -> String {
        let shown = |param: &Param| match (param.optional, param.accepts) {
            (_, Accepts::Rest) => format!("{}…", param.name),
            (true, _) => format!("[{}]", param.name),
            (false, _) => param.name.to_owned(),
        };
        match (self.on, self.params) {
            (On::Nothing, params) => {
                format!("{}({})", self.name, params.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            (_, []) => format!("{}()", self.name),
            (_, [receiver, rest @ ..]) => {
                let rest: Vec<_> = rest.iter().map(shown).collect();
                format!("{}.{}({})", receiver.name, self.name, rest.join(", "))
            }
        }
    }
}

/// The fewest and the most arguments of a row, from what each parameter takes and whether it is optional.
const fn arity(params: &[(Accepts, bool)]) -> (usize, usize) {
    let (mut least, mut open, mut at) = (0, false, 0);
    while at < params.len() {
        let (accepts, optional) = params[at];
        open = matches!(accepts, Accepts::Rest);
        least += !(optional || open) as usize;
        at += 1;
    }
    (least, if open { usize::MAX } else { params.len() })
}

/// Finds the built-ins of a name in any case: `getJson`, `getJSON`, `zoho.encryption.md5`.
pub fn find(name: &str) -> Option<&'static Method> {
    let methods = methods();
    methods.get(name).or_else(|| methods.get(name.to_ascii_lowercase().as_str())).map(|method| &**method)
}

/// Every built-in, table by table.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// By lower-case name.
fn methods() -> &'static HashMap<String, Box<Method>, foldhash::fast::FixedState> {
    static METHODS: OnceLock<HashMap<String, Box<Method>, foldhash::fast::FixedState>> = OnceLock::new();
    METHODS.get_or_init(|| {
        let mut methods: HashMap<String, Box<Method>, foldhash::fast::FixedState> = HashMap::default();
        for row in all() {
            for name in std::iter::once(&row.name).chain(row.aliases) {
                let method = methods
                    .entry(name.to_ascii_lowercase())
                    .or_insert_with(|| Box::new(Method { name, exact: [None; Kind::COUNT], rows: Vec::new() }));
                method.rows.push(row);
                for kind in kinds(row.on) {
                    let free = method.exact[*kind as usize].is_none_or(|there| there.on == On::Any);
                    if free {
                        method.exact[*kind as usize] = Some(row);
                    }
                }
            }
        }
        methods
    })
}

/// The kinds of receiver that a row takes as they are.
fn kinds(on: On) -> &'static [Kind] {
    const EVERY: [Kind; Kind::COUNT] = [
        Kind::Null,
        Kind::Bool,
        Kind::Int,
        Kind::Decimal,
        Kind::Text,
        Kind::Date,
        Kind::Time,
        Kind::List,
        Kind::Map,
        Kind::Collection,
        Kind::File,
        Kind::Error,
    ];
    match on {
        On::Any | On::Nothing => &EVERY,
        On::Number => &[Kind::Int, Kind::Decimal],
        On::Text => &[Kind::Text],
        On::Date => &[Kind::Date],
        On::Time => &[Kind::Time],
        On::List => &[Kind::List],
        On::Map => &[Kind::Map],
        On::Collection => &[Kind::Collection],
        On::File => &[Kind::File],
    }
}
