//! Arguments to what a parameter takes, with Deluge's own conversions and Zoho's own messages
//! (`deluge/help/error-messages`).

use super::{Accepts, Cx};
use crate::fault::{Fault, FaultKind};
use crate::value::{Number, Value, convert, date_parse, json_read};

/// Converts a value in place, or says why it cannot be taken.
#[inline]
pub fn coerce(value: &mut Value, accepts: Accepts, index: usize, cx: &Cx<'_>) -> Result<(), Fault> {
    match (accepts, &*value) {
        (Accepts::Any | Accepts::Rest, _)
        | (Accepts::Text, Value::Text(_))
        | (Accepts::Int | Accepts::Index | Accepts::Number, Value::Int(_))
        | (Accepts::Number, Value::Decimal(_) | Value::Wide(_) | Value::Float(_))
        | (Accepts::Bool, Value::Bool(_))
        | (Accepts::Date, Value::Date(_))
        | (Accepts::Time, Value::Time(_))
        | (Accepts::List, Value::List(_))
        | (Accepts::Collection, Value::Collection(_))
        | (Accepts::File, Value::File(_)) => Ok(()),
        (Accepts::Map, Value::Map(map)) if map.became_list().is_none() => Ok(()),
        (_, Value::Null) => Err(cx.null()),
        _ => {
            *value = converted(value, accepts, index, cx)?;
            Ok(())
        }
    }
}

#[cold]
fn converted(value: &Value, accepts: Accepts, index: usize, cx: &Cx<'_>) -> Result<Value, Fault> {
    match accepts {
        Accepts::Any | Accepts::Rest => Ok(value.clone()),
        Accepts::Text => convert::to_text(value, cx.settings).map(Value::Text),
        Accepts::Int => whole(value.number()).ok_or_else(|| cx.cast(value, "BIGINT")),
        Accepts::Index => whole(convert::to_number(value)).ok_or_else(|| cx.cast(value, "BIGINT")),
        Accepts::Number => convert::to_number(value).map(Value::from).ok_or_else(|| cx.cast(value, "DECIMAL, NUMBER")),
        Accepts::Bool => Err(cx.cast(value, "BOOLEAN")),
        Accepts::Date => to_date(value, index, cx),
        Accepts::Time => Err(cx.cast(value, "TIME")),
        Accepts::List => convert::to_list(value).map(Value::List).ok_or_else(|| cx.cast(value, "LIST")),
        Accepts::Map => to_map(value, cx),
        Accepts::Collection => Err(cx.cast(value, "COLLECTION")),
        Accepts::File => Err(cx.cast(value, "FILE")),
    }
}

/// A number without a fraction as a whole one.
fn whole(number: Option<Number>) -> Option<Value> {
    match number? {
        Number::Int(n) => Some(Value::Int(n)),
        Number::Exact(wide) if wide.is_whole() => i64::try_from(wide.trunc()).ok().map(Value::Int),
        Number::Float(x) if x.fract() == 0.0 => Number::Float(x).to_i64().map(Value::Int),
        Number::Exact(_) | Number::Float(_) => None,
    }
}

fn to_date(value: &Value, index: usize, cx: &Cx<'_>) -> Result<Value, Fault> {
    const REQUIRED: &str = "DATE-TIME, DATE";
    match value {
        Value::Text(text) if !cx.settings.dialect.is_creator() => {
            date_parse::parse(text, cx.settings).map(Value::Date).ok_or_else(|| cx.cast(value, REQUIRED))
        }
        Value::Int(_) | Value::Decimal(_) | Value::Wide(_) | Value::Float(_) => {
            Err(FaultKind::Incompatible { index: index + 1, required: REQUIRED, found: value.kind().name() }.into())
        }
        _ => Err(cx.cast(value, REQUIRED)),
    }
}

fn to_map(value: &Value, cx: &Cx<'_>) -> Result<Value, Fault> {
    match value {
        Value::Text(text) => match json_read::read(text) {
            Ok(Value::Map(map)) => Ok(Value::Map(map)),
            Ok(_) | Err(_) => Err(cx.cast(value, "MAP")),
        },
        _ if value.number().is_some() => {
            let shown = convert::to_text(value, cx.settings)?;
            Err(FaultKind::NotAMap(shown.as_str().to_owned()).into())
        }
        _ => Err(cx.cast(value, "MAP")),
    }
}
