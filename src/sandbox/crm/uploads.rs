//! Fields that hold files: sent to `/files` first, then named by a record.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Field, Kind};
use super::validate::{Place, id_in};
use super::{Ctx, Outcome, Version, problem};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// How many files a field may hold.
const MOST: usize = 10;

/// The stored form of a field's files: what they are called, and where their content is.
pub fn read(world: &mut World, field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let wrong =
        |expected: &str| problem::invalid_data(place.details(&field.name, &[("expected_data_type", json!(expected))]));
    let files = value.as_array().ok_or_else(|| wrong("jsonarray"))?;
    if files.len() > MOST {
        return Err(problem::invalid_data(place.details(&field.name, &[("maximum_length", json!(MOST))])));
    }
    let mut stored = Vec::with_capacity(files.len());
    for file in files {
        let named =
            ["File_Id__s", "file_id", "Encrypted_Id", "id"].iter().find_map(|name| file.get(name).and_then(id_in));
        let key = named.or_else(|| id_in(file)).ok_or_else(|| wrong("jsonobject"))?;
        let known = world.docs.get("files", &key).ok_or_else(|| wrong("file id"))?;
        let (name, content) = (known["name"].clone(), known["content"].as_str().unwrap_or(""));
        let size = STANDARD.decode(content).map_or(0, |bytes| bytes.len());
        stored.push(json!({"id": world.new_id(), "file": key, "name": name, "size": size}));
    }
    Ok(Value::Array(stored))
}

/// A field's files as the API shows them; version 2 has names of its own.
pub fn shown(field: &Field, record: &Value, files: &Value, version: Version) -> Value {
    let shown = files.as_array().into_iter().flatten().enumerate().map(|(at, file)| {
        let name = file["name"].as_str().unwrap_or("");
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if version < 30 {
            return json!({
                "extn": ending, "is_Preview_Available": false, "download_Url": null, "delete_Url": null,
                "entity_Id": record["id"], "mode": "", "original_Size_Byte": file["size"].to_string(),
                "preview_Url": null, "file_Name": name, "file_Id": file["file"], "attachment_Id": file["id"],
                "file_Size": format!("{} bytes", file["size"]), "creator_Id": record["Created_By"]["id"], "link_Docs": 0,
            });
        }
        let mut shown = json!({
            "File_Name__s": name, "Size__s": file["size"].as_u64(), "File_Id__s": file["file"], "id": file["id"],
            "Preview_Id__s": file["file"], "Extension__s": ending,
        });
        if field.kind == Kind::Imageupload {
            shown["Sequence_Number__s"] = json!(at + 1);
            shown["State__s"] = json!("active");
            shown["Description__s"] = Value::Null;
        }
        shown
    });
    Value::Array(shown.collect())
}

/// `/{module}/{id}/actions/download_fields_attachment?fields_attachment_id=`.
pub fn download(ctx: &mut Ctx, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    let record = ctx.world.docs.get(&module.kind(), id).ok_or_else(problem::invalid_id)?;
    let wanted = ctx.call.query.get("fields_attachment_id");
    let wanted = wanted.ok_or_else(|| problem::param_missing("fields_attachment_id"))?;
    let fields = module.fields.iter().filter(|field| matches!(field.kind, Kind::Fileupload | Kind::Imageupload));
    let files = fields.flat_map(|field| record[&field.name].as_array().into_iter().flatten());
    let Some(file) = files.into_iter().find(|file| file["id"] == wanted) else { return Ok(Answer::empty(204)) };
    let content = ctx.world.docs.get("files", file["file"].as_str().unwrap_or("")).map(|file| &file["content"]);
    let bytes = STANDARD.decode(content.and_then(Value::as_str).unwrap_or("")).unwrap_or_default();
    Ok(Answer::file(file["name"].as_str().unwrap_or("file"), bytes))
}
