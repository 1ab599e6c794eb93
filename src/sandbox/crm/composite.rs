//! `POST /__composite_requests`: up to five calls in one, each answered for itself.

use super::super::exchange::{Answer, Call, Problem};
use super::{Ctx, Outcome, answer as crm, problem};
use axum::body::Bytes;
use axum::http::Method;
use serde_json::{Value, json};

const MOST: usize = 5;

/// Answers the calls in their order.
pub fn answer(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["composite_requests"], "CUSTOM")?;
    let body = ctx.call.json_object()?;
    let name = "__composite_requests";
    let requests = body[name].as_array().ok_or_else(|| problem::mandatory(json!({"api_name": name})))?;
    if requests.len() > MOST {
        return Err(problem::invalid_data(json!({"maximum_length": MOST, "api_name": name})));
    }
    if body["rollback_on_fail"] == true {
        let message = "the sandbox does not take calls back; send `rollback_on_fail` as false";
        return Err(Problem::new(400, "NOT_SUPPORTED", message, json!({"api_name": "rollback_on_fail"})));
    }
    let mut done = Vec::with_capacity(requests.len());
    for request in requests {
        done.push(one(ctx, request)?);
    }
    Ok(Answer::json(200, &json!({name: done})))
}

fn one(ctx: &mut Ctx, request: &Value) -> Result<Value, Problem> {
    let missing = |name: &str| problem::mandatory(json!({"api_name": name}));
    let uri = request["uri"].as_str().ok_or_else(|| missing("uri"))?;
    let method = request["method"].as_str().and_then(|name| name.to_uppercase().parse::<Method>().ok());
    let method = method.ok_or_else(|| missing("method"))?;
    if !uri.starts_with("/crm/") {
        return Err(problem::invalid_data(json!({"api_name": "uri"})));
    }
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let mut parameters = url::form_urlencoded::Serializer::new(query.to_owned());
    for (name, value) in request["params"].as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        parameters.append_pair(name, &text);
    }
    let body = request.get("body").filter(|body| !body.is_null()).map(Value::to_string).unwrap_or_default();
    let call = Call::new(method, path, &parameters.finish(), ctx.call.headers.clone(), Bytes::from(body));
    if call.segments.iter().any(|segment| segment == "__composite_requests") {
        return Err(problem::invalid_data(json!({"api_name": "uri"})));
    }
    let answer = crm(ctx.world, &call);
    let response = json!({
        "status_code": answer.status,
        "headers": {},
        "body": serde_json::from_slice::<Value>(&answer.body).unwrap_or(Value::Null),
    });
    Ok(json!({
        "code": "SUCCESS",
        "details": {"response": response},
        "message": "composite sub request executed successfully",
        "status": "success",
        "sub_request_id": request["sub_request_id"],
    }))
}
