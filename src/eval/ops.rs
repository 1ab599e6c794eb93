//! Operators on values that are not two whole numbers.

use crate::fault::{Fault, FaultKind};
use crate::program::Arith;
use crate::value::number::Failure;
use crate::value::{Number, Settings, Value, convert};

impl Arith {
    pub fn symbol(self) -> &'static str {
        match self {
            Arith::Add => "+",
            Arith::Sub => "-",
            Arith::Mul => "*",
            Arith::Div => "/",
            Arith::Rem => "%",
        }
    }
}

/// `a op b` for operands of any types.
#[cold]
#[inline(never)]
pub fn arith(op: Arith, a: &Value, b: &Value, settings: &Settings) -> Result<Value, Fault> {
    if let (Some(x), Some(y)) = (a.number(), b.number()) {
        return numbers(op, x, y);
    }
    match (op, a, b) {
        (Arith::Add, Value::Text(_), _) | (Arith::Add, _, Value::Text(_)) => {
            let mut joined = String::new();
            convert::write_text(a, settings, &mut joined)?;
            convert::write_text(b, settings, &mut joined)?;
            Ok(Value::Text(joined.into()))
        }
        (Arith::Rem, Value::Null, _) | (Arith::Rem, _, Value::Null) => Err(FaultKind::NullModulo.into()),
        (_, Value::Null, _) | (_, _, Value::Null) => Err(FaultKind::NullOperand(op.symbol()).into()),
        (Arith::Sub, Value::Date(x), Value::Date(y)) => {
            Ok(Value::Int(x.to_epoch(&settings.zone) - y.to_epoch(&settings.zone)))
        }
        _ => Err(operands(op.symbol(), a, b)),
    }
}

fn numbers(op: Arith, x: Number, y: Number) -> Result<Value, Fault> {
    let result = match op {
        Arith::Add => x.add(y),
        Arith::Sub => x.sub(y),
        Arith::Mul => x.mul(y),
        Arith::Div => x.div(y),
        Arith::Rem => x.rem(y),
    };
    result.map(Value::from).map_err(|failure| match failure {
        Failure::DivideByZero => FaultKind::DivideByZero(op.symbol()).into(),
        Failure::Overflow => {
            Fault::other("run.overflow", format!("the result of {} leaves the range of NUMBER (64 bits)", op.symbol()))
        }
    })
}

/// Zoho's message for operands that an operator does not take.
#[cold]
pub fn operands(op: &'static str, a: &Value, b: &Value) -> Fault {
    FaultKind::Operands { left: a.kind().operand_name(), right: b.kind().operand_name(), op }.into()
}

pub fn negate(value: &Value) -> Result<Value, Fault> {
    match value.number() {
        Some(number) => number
            .neg()
            .map(Value::from)
            .map_err(|_| Fault::other("run.overflow", "the result of - leaves the range of NUMBER (64 bits)")),
        None if value.is_null() => Err(FaultKind::NullOperand("-").into()),
        None => Err(operands("-", &Value::Int(0), value)),
    }
}

/// The truth of a condition: only true and false have one.
#[cold]
pub fn not_a_condition(value: &Value, op: &'static str) -> Fault {
    match value {
        Value::Null => FaultKind::NullOperand(op).into(),
        _ => Fault::other("run.type", format!("expected true or false, found {}", value.kind().name()))
            .help("compare it with something, as in `x == 1` or `x != null`"),
    }
}
