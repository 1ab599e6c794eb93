//! Conditions as bulk jobs write them: JSON instead of the text of a search.

use super::super::super::exchange::Problem;
use super::super::criteria::{self, Criteria};
use super::super::module::Module;
use super::super::problem;
use serde_json::{Value, json};

const DEEPEST: usize = 16;
const MOST: usize = 25;

/// Reads `{"api_name", "comparator", "value"}` or `{"group", "group_operator"}`.
pub fn read(module: &Module, condition: &Value) -> Result<Criteria, Problem> {
    let mut count = 0;
    part(module, condition, 0, &mut count)
}

fn wrong(message: &str, details: Value) -> Problem {
    Problem::new(400, "INVALID_CRITERIA", message.to_owned(), details)
}

fn part(module: &Module, condition: &Value, depth: usize, count: &mut usize) -> Result<Criteria, Problem> {
    if depth > DEEPEST {
        return Err(wrong("the groups are nested too deep", json!({})));
    }
    let Some(group) = condition["group"].as_array() else {
        *count += 1;
        if *count > MOST {
            let message = format!("the criteria has more than {MOST} conditions");
            return Err(Problem::new(400, "CRITERIA_LIMIT_EXCEEDED", message, json!({"limit": MOST})));
        }
        return test(module, condition);
    };
    let all = match condition["group_operator"].as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("and") => true,
        Some("or") => false,
        Some(_) | None => {
            let details = json!({"group_operator": condition["group_operator"]});
            return Err(Problem::new(
                400,
                "GROUP_OPERATOR_NOT_SUPPORTED",
                "the group operator is not supported",
                details,
            ));
        }
    };
    let mut parts =
        group.iter().map(|inner| part(module, inner, depth + 1, count)).collect::<Result<Vec<_>, _>>()?.into_iter();
    let first = parts.next().ok_or_else(|| wrong("the group is empty", json!({})))?;
    Ok(parts.fold(first, |left, right| {
        if all { Criteria::And(Box::new(left), Box::new(right)) } else { Criteria::Or(Box::new(left), Box::new(right)) }
    }))
}

fn test(module: &Module, condition: &Value) -> Result<Criteria, Problem> {
    let name = condition["api_name"].as_str().or(condition["field"]["api_name"].as_str());
    let name =
        name.ok_or_else(|| problem::mandatory(json!({"api_name": "api_name", "json_path": "$.query.criteria"})))?;
    let comparator = condition["comparator"].as_str().unwrap_or("");
    let unsupported = || {
        let details = json!({"api_name": name, "comparator": comparator});
        Problem::new(
            400,
            "FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED",
            "the comparator does not fit the field",
            details,
        )
    };
    let op = criteria::op(comparator).ok_or_else(unsupported)?;
    let values: Vec<String> = match &condition["value"] {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    };
    if name == "id" {
        return criteria::of_id(op, values).ok_or_else(unsupported);
    }
    let field = module.field(name.split('.').next().unwrap_or(name)).ok_or_else(|| {
        let details = json!({"api_name": name, "module": module.name});
        Problem::new(400, "FIELD_IN_CRITERIA_NOT_SUPPORTED", "the field is not available for criteria", details)
    })?;
    criteria::build(field, op, &values)
        .ok_or_else(|| wrong("the value does not fit the field", json!({"api_name": name})))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) => object.get("id").and_then(Value::as_str).unwrap_or("").to_owned(),
        other => other.to_string(),
    }
}
