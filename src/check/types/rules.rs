//! What is certain about types: of literals, operators, built-ins and headers.
//!
//! Pure tables and functions. The operators follow `eval::ops`, the parameters `builtins::coerce`:
//! what is refused here would fail there, whenever it ran.

use crate::builtins::{Accepts, Builtin};
use crate::program::{System, Type};
use crate::syntax::ast::BinaryOp;
use crate::value::Kind;

/// What is known of the type of a value before the script runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// Nothing sets it, as far as has been seen.
    Never,
    /// Always this kind. DECIMAL stands for every number that is not certainly whole.
    Certain(Kind),
    /// Anything.
    Unknown,
}

use Known::{Certain, Never, Unknown};

impl Known {
    /// What is known of a value that may come from either place.
    pub fn or(self, other: Known) -> Known {
        match (self, other) {
            (Never, known) | (known, Never) => known,
            (Certain(a), Certain(b)) if a == b => self,
            (Certain(Kind::Int | Kind::Decimal), Certain(Kind::Int | Kind::Decimal)) => Certain(Kind::Decimal),
            (Certain(_), Certain(_)) | (Unknown, _) | (_, Unknown) => Unknown,
        }
    }

    pub fn kind(self) -> Option<Kind> {
        match self {
            Certain(kind) => Some(kind),
            Never | Unknown => None,
        }
    }
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Decimal)
}

/// The type of `left op right`; the two kinds when the operator does not take them.
pub fn binary(op: BinaryOp, left: Known, right: Known) -> Result<Known, (Kind, Kind)> {
    let (a, b) = match (op, left, right) {
        (BinaryOp::Add, Certain(Kind::Text), _) | (BinaryOp::Add, _, Certain(Kind::Text)) => {
            return Ok(Certain(Kind::Text));
        }
        (BinaryOp::Eq | BinaryOp::Ne | BinaryOp::In | BinaryOp::NotIn, ..) => return Ok(Certain(Kind::Bool)),
        (BinaryOp::Criteria, ..) => return Ok(Unknown),
        (_, Certain(a), Certain(b)) => (a, b),
        (op, ..) => return Ok(without_operands(op, left, right)),
    };
    let both_numbers = is_number(a) && is_number(b);
    let result = match op {
        BinaryOp::Div if both_numbers => Some(Kind::Decimal),
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Rem if both_numbers => {
            Some(if a == b { a } else { Kind::Decimal })
        }
        BinaryOp::Sub if (a, b) == (Kind::Date, Kind::Date) => Some(Kind::Int),
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge if has_order(a) && has_order(b) => Some(Kind::Bool),
        BinaryOp::And | BinaryOp::Or if (a, b) == (Kind::Bool, Kind::Bool) => Some(Kind::Bool),
        _ => None,
    };
    result.map(Certain).ok_or((a, b))
}

/// The type of an operation when one operand's type is open.
fn without_operands(op: BinaryOp, left: Known, right: Known) -> Known {
    match op {
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::And | BinaryOp::Or => Certain(Kind::Bool),
        _ if left == Never || right == Never => Never,
        _ => Unknown,
    }
}

/// Text is in: texts that hold numbers compare.
fn has_order(kind: Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Decimal | Kind::Text | Kind::Date | Kind::Time)
}

/// The operator as scripts write it.
pub fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not in",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
        BinaryOp::Criteria => "criteria",
    }
}

/// What a built-in gives back, read from its Rust result type. What may also be null is open.
pub fn result(row: &Builtin) -> Known {
    let mut name = row.returns;
    loop {
        name = match name.split_once('<') {
            Some(("Result" | "Changed", inner)) => inner,
            _ => break,
        };
    }
    let end = name.find(['>', ',']).filter(|_| !name.starts_with("Vec") && !name.starts_with("Option"));
    match name[..end.unwrap_or(name.len())].trim() {
        "bool" => Certain(Kind::Bool),
        "i64" => Certain(Kind::Int),
        "f64" | "Number" | "Wide" => Certain(Kind::Decimal),
        "String" | "Text" | "&str" => Certain(Kind::Text),
        "DateTime" => Certain(Kind::Date),
        "Time" => Certain(Kind::Time),
        "List" => Certain(Kind::List),
        "Map" => Certain(Kind::Map),
        "Collection" => Certain(Kind::Collection),
        "File" => Certain(Kind::File),
        vector if vector.starts_with("Vec<") => Certain(Kind::List),
        _ => Unknown,
    }
}

/// What a parameter wants, where a kind certainly does not do.
pub fn refused(accepts: Accepts, kind: Kind, creator: bool) -> Option<&'static str> {
    let (takes, name): (&[Kind], _) = match accepts {
        Accepts::Any | Accepts::Rest | Accepts::Text => return None,
        Accepts::Int => (&[Kind::Int, Kind::Decimal], "NUMBER"),
        Accepts::Index => (&[Kind::Int, Kind::Decimal, Kind::Text], "NUMBER"),
        Accepts::Number => (&[Kind::Int, Kind::Decimal, Kind::Text], "NUMBER"),
        Accepts::Bool => (&[Kind::Bool], "BOOLEAN"),
        Accepts::Date if creator => (&[Kind::Date], "DATE-TIME"),
        Accepts::Date => (&[Kind::Date, Kind::Text], "DATE-TIME"),
        Accepts::Time => (&[Kind::Time], "TIME"),
        Accepts::List => (&[Kind::List, Kind::Text, Kind::Collection], "LIST"),
        Accepts::Map => (&[Kind::Map, Kind::Text, Kind::Collection], "MAP"),
        Accepts::Collection => (&[Kind::Collection, Kind::List, Kind::Map], "COLLECTION"),
        Accepts::File => (&[Kind::File], "FILE"),
    };
    (!takes.contains(&kind)).then_some(name)
}

/// What is known of a parameter from its header.
pub fn declared(kind: Type) -> Known {
    match kind {
        Type::String => Certain(Kind::Text),
        Type::Int => Certain(Kind::Int),
        Type::Decimal => Certain(Kind::Decimal),
        Type::Bool => Certain(Kind::Bool),
        Type::Date => Certain(Kind::Date),
        Type::Time => Certain(Kind::Time),
        Type::List => Certain(Kind::List),
        Type::Map => Certain(Kind::Map),
        Type::Collection => Certain(Kind::Collection),
        Type::File => Certain(Kind::File),
        Type::Void | Type::Other => Unknown,
    }
}

/// Whether a value of a kind can be returned where the header names a type.
pub fn can_return(kind: Type, value: Kind) -> bool {
    match (declared(kind), value) {
        (Certain(a), b) if a == b => true,
        (Certain(a), b) if is_number(a) && is_number(b) => true,
        (Certain(Kind::List | Kind::Map), Kind::Collection) => true,
        (Certain(Kind::Collection), Kind::List | Kind::Map) => true,
        (Certain(_), _) => false,
        (Never | Unknown, _) => true,
    }
}

/// Whether an argument of a kind can be given for a parameter; text converts to most types when the call runs.
pub fn can_pass(kind: Type, value: Kind) -> bool {
    value == Kind::Text || kind == Type::String || can_return(kind, value)
}

/// The type of a system variable.
pub fn system(variable: System) -> Known {
    match variable {
        System::CurrentDate | System::CurrentTime => Certain(Kind::Date),
        // Null without a session.
        System::LoginUser
        | System::LoginUserId
        | System::AdminUser
        | System::AdminUserId
        | System::AppName
        | System::AppUri
        | System::IpAddress => Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_off_the_rows() {
        let of = |name: &str, on| {
            let rows = &crate::builtins::find(name).expect("a built-in").rows;
            result(rows.iter().find(|row| row.on == on).expect("a row"))
        };
        use crate::builtins::On;
        assert_eq!(of("subString", On::Text), Certain(Kind::Text));
        assert_eq!(of("size", On::List), Certain(Kind::Int));
        assert_eq!(of("keys", On::Map), Certain(Kind::List));
        assert_eq!(of("addDay", On::Date), Certain(Kind::Date));
        assert_eq!(of("remove", On::Map), Certain(Kind::Map));
        assert_eq!(of("sort", On::List), Unknown);
        assert_eq!(of("get", On::Map), Unknown);
        assert_eq!(of("getPrefix", On::Text), Unknown);
    }

    #[test]
    fn open_types_are_never_refused() {
        for op in [BinaryOp::Mul, BinaryOp::Sub, BinaryOp::Lt, BinaryOp::And] {
            assert!(binary(op, Unknown, Certain(Kind::Text)).is_ok());
            assert!(binary(op, Never, Certain(Kind::Map)).is_ok());
        }
        assert_eq!(binary(BinaryOp::Mul, Certain(Kind::Text), Certain(Kind::Int)), Err((Kind::Text, Kind::Int)));
        assert_eq!(binary(BinaryOp::Sub, Certain(Kind::Date), Certain(Kind::Date)), Ok(Certain(Kind::Int)));
    }
}
