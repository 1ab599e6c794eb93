//! The picture of a record: one per record, downloaded as it was sent.

use super::super::exchange::{Answer, Problem};
use super::{Ctx, Outcome, problem};
use crate::sandbox::multipart;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// `/{module}/{id}/photo`.
pub fn answer(ctx: &mut Ctx, method: &str, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    if ctx.world.docs.get(&module.kind(), id).is_none() {
        return Err(problem::invalid_id());
    }
    match method {
        "GET" => match ctx.world.docs.get("photos", id).and_then(Value::as_str) {
            None => Ok(Answer::empty(204)),
            Some(text) => Ok(Answer::file("photo", STANDARD.decode(text).unwrap_or_default())),
        },
        "POST" => {
            let file = multipart::file(ctx.call, "file").ok_or_else(|| {
                Problem::new(400, "INVALID_DATA", "The image format is invalid.", json!({"api_name": "file"}))
            })?;
            ctx.world.docs.put("photos", id, json!(STANDARD.encode(&file.bytes)));
            Ok(done("photo uploaded successfully"))
        }
        "DELETE" => {
            ctx.world.docs.remove("photos", id);
            Ok(done("Photo deleted"))
        }
        _ => Err(problem::invalid_method()),
    }
}

fn done(message: &str) -> Answer {
    Answer::json(200, &json!({"message": message, "details": {}, "status": "success", "code": "SUCCESS"}))
}
