//! Records that hang on others: read, made, changed, linked and taken apart.
//!
//! A list is one of three kinds: notes (they point at their parent), records whose lookup points back
//! (contacts of an account, tasks of a deal), and plain links (products of a lead, contact roles).

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Module, Related};
use super::records::{self, Paging};
use super::validate::{self, Place};
use super::{Ctx, Outcome, compare, contact_roles, problem, write};
use serde_json::{Map, Value, json};

/// The list of a deal whose links say what part a contact plays.
const ROLES: &str = "Contact_Roles";

/// The lists of a module, notes and activities included.
pub fn lists(module: &Module) -> Vec<Related> {
    let list = |name: &str, by: Option<&str>| Related {
        name: name.to_owned(),
        module: name.to_owned(),
        by: by.map(str::to_owned),
    };
    let mut all = vec![list("Notes", Some("Parent_Id"))];
    if let Some(by) = module.activities.as_deref() {
        all.extend(["Tasks", "Events", "Calls"].map(|name| list(name, Some(by))));
    }
    all.extend(module.related.iter().cloned());
    all
}

struct Family {
    parent: Module,
    parent_id: String,
    list: Related,
    child: Module,
}

fn family(ctx: &Ctx, parent: &str, id: &str, list: &str) -> Result<Family, Problem> {
    let parent = ctx.module(parent)?;
    let related = lists(&parent).into_iter().find(|known| known.name.eq_ignore_ascii_case(list));
    let list = related.ok_or_else(|| {
        let message = "The relation name given seems to be invalid";
        Problem::new(400, "INVALID_DATA", message, json!({"resource_path_index": 2}))
    })?;
    let child = ctx.world.module(&list.module).cloned().ok_or_else(problem::invalid_module)?;
    if ctx.world.docs.get(&parent.kind(), id).is_none() {
        return Err(problem::invalid_id());
    }
    Ok(Family { parent, parent_id: id.to_owned(), list, child })
}

fn links_kind(family: &Family) -> String {
    format!("links/{}", pair(&family.parent.name, &family.child.name).0)
}

/// Both modules in one order, and whether they were turned: a link is seen from both ends.
fn pair(one: &str, other: &str) -> (String, bool) {
    if one <= other { (format!("{one}-{other}"), false) } else { (format!("{other}-{one}"), true) }
}

fn link_id(family: &Family, child: &str) -> String {
    let (_, turned) = pair(&family.parent.name, &family.child.name);
    if turned { format!("{child} {}", family.parent_id) } else { format!("{} {child}", family.parent_id) }
}

/// The field by which a record points back at the parent. An activity may name a lead in either of
/// two: as its person, or as what it is about.
fn pointer<'f>(family: &'f Family, record: &Value) -> Option<&'f str> {
    let by = family.list.by.as_deref()?;
    let also = (by == "Who_Id").then_some("What_Id");
    [by].into_iter().chain(also).find(|by| record[*by]["id"] == family.parent_id.as_str())
}

fn belongs(world: &World, family: &Family, record: &Value) -> bool {
    match &family.list.by {
        Some(_) => pointer(family, record).is_some(),
        None => {
            let child = record["id"].as_str().unwrap_or("");
            world.docs.get(&links_kind(family), &link_id(family, child)).is_some()
        }
    }
}

/// `/{module}/{id}/{list}`.
pub fn list(ctx: &mut Ctx, method: &str, module: &str, id: &str, list: &str) -> Outcome {
    let family = family(ctx, module, id, list)?;
    match method {
        "GET" => read_list(ctx, &family),
        "POST" if family.list.name == "Notes" => add_notes(ctx, &family),
        "PUT" => {
            let rows = write::rows(ctx)?;
            let done = write::each(ctx, rows, |ctx, row, place| {
                let child = row.get("id").and_then(validate::id_in);
                let child = child.ok_or_else(|| problem::mandatory(place.details("id", &[])))?;
                link(ctx, &family, &child, row, place)
            });
            Ok(write::answer(ctx, 200, done))
        }
        "DELETE" => {
            let ids = ctx.call.query.list("ids");
            if ids.is_empty() {
                return Err(problem::param_missing("ids"));
            }
            let done = ids.iter().map(|child| unlink(ctx, &family, child)).collect();
            Ok(write::answer(ctx, 200, done))
        }
        _ => Err(problem::invalid_method()),
    }
}

/// `/{module}/{id}/{list}/{other}`.
pub fn one(ctx: &mut Ctx, method: &str, module: &str, id: &str, list: &str, child: &str) -> Outcome {
    let family = family(ctx, module, id, list)?;
    match method {
        "GET" => {
            let record = ctx.world.docs.get(&family.child.kind(), child);
            let Some(record) = record.filter(|record| belongs(ctx.world, &family, record)) else {
                return Ok(Answer::empty(204));
            };
            let fields = records::wanted_fields(ctx, false)?;
            let shown = super::render::record(ctx.world, &family.child, record, &fields, ctx.version);
            Ok(Answer::json(200, &json!({"data": [shown]})))
        }
        "PUT" => {
            let rows = write::rows(ctx)?.into_iter().take(1).collect();
            let done = write::each(ctx, rows, |ctx, row, place| link(ctx, &family, child, row, place));
            Ok(write::answer(ctx, 200, done))
        }
        "DELETE" => {
            let done = vec![unlink(ctx, &family, child)];
            Ok(write::answer(ctx, 200, done))
        }
        _ => Err(problem::invalid_method()),
    }
}

fn read_list(ctx: &Ctx, family: &Family) -> Outcome {
    let fields = records::wanted_fields(ctx, true)?;
    let world: &World = ctx.world;
    let records = world.docs.all(&family.child.kind()).map(|(_, record)| record);
    let mut found: Vec<&Value> = records.filter(|record| belongs(world, family, record)).collect();
    compare::sort(world, &family.child, &mut found, "id", true);
    let paging = Paging::plain(ctx)?;
    let mut page = records::page(ctx, &family.child, &found, &fields, &paging);
    if family.list.name == ROLES && page.status == 200 {
        add_roles(ctx, family, &mut page);
    }
    Ok(page)
}

/// A deal's contacts are shown with the part that each plays in it.
fn add_roles(ctx: &Ctx, family: &Family, page: &mut Answer) {
    let mut body: Value = serde_json::from_slice(&page.body).unwrap_or(Value::Null);
    for row in body["data"].as_array_mut().into_iter().flatten() {
        let id = link_id(family, row["id"].as_str().unwrap_or(""));
        let role = ctx.world.docs.get(&links_kind(family), &id).map(|link| link["Contact_Role"].clone());
        row["Contact_Role"] = contact_roles::named(ctx, &role.unwrap_or(Value::Null));
    }
    page.body = body.to_string().into_bytes();
}

/// `POST /{module}/{id}/Notes`: the parent is the one in the address.
fn add_notes(ctx: &mut Ctx, family: &Family) -> Outcome {
    let rows = write::rows(ctx)?;
    let user = ctx.access.user.clone();
    let done = write::each(ctx, rows, |ctx, row, place| {
        let mut row: Map<String, Value> = row.clone();
        row.insert("Parent_Id".to_owned(), json!({"id": family.parent_id}));
        row.insert("$se_module".to_owned(), json!(family.parent.name));
        let record = write::insert_record(ctx.world, &user, &family.child, &row, place)?;
        Ok(write::success("record added", write::details(ctx.world, &record)))
    });
    Ok(write::answer(ctx, 201, done))
}

/// Ties a record to the parent; what else the row holds is written to the record, or to the link.
fn link(
    ctx: &mut Ctx,
    family: &Family,
    child: &str,
    row: &Map<String, Value>,
    place: &Place,
) -> Result<Value, Problem> {
    if ctx.world.docs.get(&family.child.kind(), child).is_none() {
        let details = place.details("id", &[("id", json!(child))]);
        return Err(Problem::new(400, "INVALID_DATA", "the related id given seems to be invalid", details));
    }
    match &family.list.by {
        Some(by) => {
            let mut row = row.clone();
            row.insert(by.clone(), json!({"id": family.parent_id}));
            if family.child.field(by).is_some_and(|field| field.module.as_deref() == Some("$se_module")) {
                row.insert("$se_module".to_owned(), json!(family.parent.name));
            }
            let user = ctx.access.user.clone();
            let record = write::update_record(ctx.world, &user, &family.child, child, &row, place)?;
            Ok(write::success("record updated", write::details(ctx.world, &record)))
        }
        None => {
            if family.list.name == ROLES
                && row.get("Contact_Role").is_some_and(|role| !contact_roles::is_known(ctx, role))
            {
                return Err(problem::invalid_data(place.details("Contact_Role", &[])));
            }
            let id = link_id(family, child);
            ctx.world.docs.put(&links_kind(family), &id, Value::Object(row.clone()));
            Ok(write::success("relation added", json!({"id": child})))
        }
    }
}

fn unlink(ctx: &mut Ctx, family: &Family, child: &str) -> Result<Value, Problem> {
    let kind = family.child.kind();
    let known = ctx.world.docs.get(&kind, child).filter(|record| belongs(ctx.world, family, record)).cloned();
    let Some(mut record) = known else {
        let details = json!({"id": child});
        return Err(Problem::new(400, "INVALID_DATA", "the related id given seems to be invalid", details));
    };
    match family.list.by.as_deref() {
        None => {
            let id = link_id(family, child);
            ctx.world.docs.remove(&links_kind(family), &id);
        }
        Some("Parent_Id") => {
            ctx.world.docs.remove(&kind, child);
            return Ok(write::success("record deleted", json!({"id": child})));
        }
        Some(by) => {
            let by = pointer(family, &record).unwrap_or(by);
            record[by] = Value::Null;
            record["Modified_Time"] = json!(ctx.world.now_text());
            ctx.world.docs.put(&kind, child, record);
        }
    }
    Ok(write::success("relation removed", json!({"id": child})))
}
