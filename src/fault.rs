//! What went wrong while a script ran.
//!
//! Wordings that Zoho documents or that scripts are known to read are kept exactly
//! (`deluge/help/error-messages`); a script can catch a fault and read its message.
//! Knows places only as spans. Where the fault left the script is for `eval` to add.

use crate::source::Span;
use std::fmt;

/// A kind and where it happened. One pointer wide, so that `Result<Value, Fault>` stays small.
pub struct Fault(Box<Located>);

struct Located {
    kind: FaultKind,
    help: Option<String>,
    /// Innermost first. The first is the place of the fault, the others the calls that led there.
    trace: Vec<Place>,
}

/// A place in one of the sources of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the source in the program.
    pub source: u32,
    pub span: Span,
    /// Line of the place, from 1: what `e.lineNo` gives.
    pub line: u32,
}

/// Every way in which a running script can fail. The text is the one that `e.message` gives.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultKind {
    #[error("Error in performing the Operation {0} : Divide by zero error")]
    DivideByZero(&'static str),
    #[error("Null value occurred while performing {0} operation")]
    NullOperand(&'static str),
    #[error("On performing mod operation mismatch of data type expressions found")]
    NullModulo,
    #[error("Value is empty and '{0}' function cannot be applied")]
    NullReceiver(String),
    #[error("An error occurred while performing this action")]
    NotComparable,
    #[error("Left expression is of type {left} and right expression is of type {right} and operator {op} is not valid")]
    Operands { left: &'static str, right: &'static str, op: &'static str },
    /// `'TEXT' can not be cast to '[BIGINT]' for the function 'left'`
    #[error("'{found}' can not be cast to '[{expected}]' for the function '{function}'")]
    Cast { found: String, expected: &'static str, function: String },
    #[error("'{0}' can not be cast to 'MAP'.")]
    NotAMap(String),
    #[error("Incompatible types for function at argument index {index} Required : [{required}] Found : {found}")]
    Incompatible { index: usize, required: &'static str, found: &'static str },
    #[error("Given index {0} is greater than the list size")]
    ListIndex(i64),
    #[error("Given string is lesser than the applied boundary, so index out of bounds exception arisen.")]
    TextIndex,
    #[error("Invalid JSON Format String")]
    Json,
    #[error("Invalid XML or Invalid XPath")]
    Xml,
    #[error("UnParsable date")]
    Date,
    #[error("Invalid Operation. Value outside 24 hour range")]
    TimeRange,
    #[error("socket timeout error")]
    SocketTimeout,
    #[error("{message}")]
    Other { kind: &'static str, message: String },
    /// A limit of the profile in force; a script cannot catch it.
    #[error("{message}")]
    Limit { kind: &'static str, message: String },
    /// Stopped from outside (Ctrl-C, time-out of the caller); a script cannot catch it.
    #[error("the script was stopped")]
    Stopped,
}

impl FaultKind {
    /// The name that cases and CI rules match: `run.null`, `limit.statements` …
    pub fn name(&self) -> &'static str {
        use FaultKind::*;
        match self {
            DivideByZero(_) => "run.zero",
            NullOperand(_) | NullModulo | NullReceiver(_) => "run.null",
            NotComparable | Operands { .. } | Cast { .. } | NotAMap(_) | Incompatible { .. } => "run.type",
            ListIndex(_) | TextIndex => "run.index",
            Json | Xml => "run.convert",
            Date | TimeRange => "run.date",
            SocketTimeout => "run.http",
            Other { kind, .. } | Limit { kind, .. } => kind,
            Stopped => "run.stopped",
        }
    }

    /// The stable code of the message, one for each name.
    pub fn code(&self) -> &'static str {
        CODES.iter().find(|(name, _)| *name == self.name()).map_or("DG299", |(_, code)| code)
    }

    /// Limits and stops go past every `catch`.
    pub fn is_catchable(&self) -> bool {
        !matches!(self, FaultKind::Limit { .. } | FaultKind::Stopped)
    }
}

/// Names of run-time faults and limits with their codes.
pub const CODES: &[(&str, &str)] = &[
    ("run.zero", "DG201"),
    ("run.null", "DG202"),
    ("run.type", "DG203"),
    ("run.index", "DG204"),
    ("run.convert", "DG205"),
    ("run.date", "DG206"),
    ("run.http", "DG207"),
    ("run.connection", "DG208"),
    ("run.return", "DG209"),
    ("run.unsupported", "DG210"),
    ("run.value", "DG211"),
    ("run.overflow", "DG212"),
    ("run.function", "DG213"),
    ("run.mail", "DG214"),
    ("run.mandatory", "DG215"),
    ("run.stopped", "DG298"),
    ("limit.statements", "DG301"),
    ("limit.lines", "DG302"),
    ("limit.calls", "DG303"),
    ("limit.time", "DG304"),
    ("limit.size", "DG305"),
    ("limit.depth", "DG306"),
    ("limit.http", "DG307"),
    ("limit.memory", "DG308"),
];

impl Fault {
    #[cold]
    pub fn new(kind: FaultKind) -> Self {
        Fault(Box::new(Located { kind, help: None, trace: Vec::new() }))
    }

    /// A fault with a wording of our own. `kind` is one of [`CODES`].
    #[cold]
    pub fn other(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Other { kind, message: message.into() })
    }

    /// A value that the operation cannot take (`run.value`).
    pub fn value(message: impl Into<String>) -> Self {
        Self::other("run.value", message)
    }

    /// A text that cannot be read as what was asked for (`run.convert`).
    pub fn convert(message: impl Into<String>) -> Self {
        Self::other("run.convert", message)
    }

    /// Something of Deluge that this runtime names and does not do (`run.unsupported`).
    pub fn unsupported(what: impl fmt::Display) -> Self {
        Self::other("run.unsupported", format!("{what} is not supported here yet"))
    }

    #[cold]
    pub fn limit(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Limit { kind, message: message.into() })
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Adds the place of the fault, or of a call that led to it.
    #[cold]
    pub fn at(mut self, place: Place) -> Self {
        self.0.trace.push(place);
        self
    }

    /// Adds the place unless an inner one is known.
    #[cold]
    pub fn or_at(mut self, place: Place) -> Self {
        self.add_place(place);
        self
    }

    /// As [`Fault::or_at`], in place.
    #[cold]
    pub fn add_place(&mut self, place: Place) {
        if self.0.trace.is_empty() {
            self.0.trace.push(place);
        }
    }

    pub fn kind(&self) -> &FaultKind {
        &self.0.kind
    }

    pub fn help_text(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    pub fn trace(&self) -> &[Place] {
        &self.0.trace
    }

    /// What `e.message` gives.
    pub fn message(&self) -> String {
        self.0.kind.to_string()
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({:?} at {:?})", self.0.kind, self.0.trace)
    }
}

impl std::error::Error for Fault {}
