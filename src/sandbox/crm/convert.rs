//! `POST /Leads/{id}/actions/convert`: a lead becomes a contact, an account and perhaps a deal.

use super::super::exchange::{Answer, Problem};
use super::module::Module;
use super::validate::{self, Place};
use super::{Ctx, Outcome, problem, render, write};
use serde_json::{Map, Value, json};

/// Which field of a lead becomes which of a contact and of an account.
const TO_CONTACT: &[(&str, &str)] = &[
    ("First_Name", "First_Name"),
    ("Last_Name", "Last_Name"),
    ("Salutation", "Salutation"),
    ("Designation", "Title"),
    ("Email", "Email"),
    ("Secondary_Email", "Secondary_Email"),
    ("Email_Opt_Out", "Email_Opt_Out"),
    ("Phone", "Phone"),
    ("Mobile", "Mobile"),
    ("Fax", "Fax"),
    ("Lead_Source", "Lead_Source"),
    ("Street", "Mailing_Street"),
    ("City", "Mailing_City"),
    ("State", "Mailing_State"),
    ("Zip_Code", "Mailing_Zip"),
    ("Country", "Mailing_Country"),
    ("Description", "Description"),
];
const TO_ACCOUNT: &[(&str, &str)] = &[
    ("Company", "Account_Name"),
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("Website", "Website"),
    ("Industry", "Industry"),
    ("Annual_Revenue", "Annual_Revenue"),
    ("No_of_Employees", "Employees"),
    ("Street", "Billing_Street"),
    ("City", "Billing_City"),
    ("State", "Billing_State"),
    ("Zip_Code", "Billing_Code"),
    ("Country", "Billing_Country"),
];

/// What became of a lead.
struct Converted {
    contact: String,
    account: Option<String>,
    deal: Option<String>,
}

/// Converts one lead.
pub fn answer(ctx: &mut Ctx, id: &str) -> Outcome {
    for module in ["leads", "contacts", "accounts", "deals"] {
        ctx.need(&["modules", module], "CREATE")?;
    }
    let leads = known(ctx, "Leads")?;
    let lead =
        ctx.world.docs.get(&leads.kind(), id).cloned().ok_or_else(|| bad_path("INVALID_DATA", "invalid data"))?;
    if lead["$converted"] == true {
        return Err(bad_path("ID_ALREADY_CONVERTED", "id already converted"));
    }
    let rows = if ctx.call.body.is_empty() { vec![json!({})] } else { write::rows(ctx)? };
    let wanted = rows.first().and_then(Value::as_object).cloned().unwrap_or_default();
    let place = Place::row(ctx.has_paths(), 0);
    let owner = owner(ctx, &wanted, &lead)?;
    check_deal(ctx, &wanted, &place)?;
    let account = account(ctx, &wanted, &lead, &owner, &place)?;
    let contact = contact(ctx, &wanted, &lead, account.as_deref(), &owner, &place)?;
    let deal = deal(ctx, &wanted, &contact, account.as_deref(), &owner, &place)?;
    let converted = Converted { contact, account, deal };
    close(ctx, &leads, id, lead, &converted);
    Ok(shown(ctx, &converted))
}

fn bad_path(code: &'static str, message: &str) -> Problem {
    Problem::new(400, code, message, json!({"resource_path_index": 1}))
}

fn known(ctx: &Ctx, name: &str) -> Result<Module, Problem> {
    ctx.world.module(name).cloned().ok_or_else(problem::invalid_module)
}

/// `assign_to`, or else the lead's owner.
fn owner(ctx: &Ctx, wanted: &Map<String, Value>, lead: &Value) -> Result<Value, Problem> {
    let Some(id) = wanted.get("assign_to").and_then(validate::id_in) else { return Ok(lead["Owner"].clone()) };
    if ctx.world.docs.get("users", &id).is_none() {
        return Err(problem::invalid_data(json!({"api_name": "assign_to", "json_path": "$.data[0].assign_to"})));
    }
    Ok(json!({"id": id}))
}

/// Looks at the deal before anything is made, so that a refusal leaves no traces.
fn check_deal(ctx: &mut Ctx, wanted: &Map<String, Value>, place: &Place) -> Result<(), Problem> {
    let Some(Value::Object(row)) = wanted.get("Deals") else { return Ok(()) };
    let deals = known(ctx, "Deals")?;
    validate::row(ctx.world, &deals, row, None, &inside(place, "Deals")).map(|_| ())
}

fn inside(place: &Place, name: &str) -> Place {
    Place { path: place.path.as_ref().map(|path| format!("{path}.{name}")) }
}

/// The id of an existing record that the caller named, checked.
fn chosen(ctx: &Ctx, wanted: &Map<String, Value>, module: &Module, place: &Place) -> Result<Option<String>, Problem> {
    let Some(id) = wanted.get(&module.name).and_then(validate::id_in).filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    if ctx.world.docs.get(&module.kind(), &id).is_none() {
        return Err(problem::invalid_data(place.details(&module.name, &[])));
    }
    Ok(Some(id))
}

fn copied(lead: &Value, map: &[(&str, &str)], owner: &Value) -> Map<String, Value> {
    let values = map.iter().map(|(from, to)| ((*to).to_owned(), lead[*from].clone()));
    let mut row: Map<String, Value> = values.filter(|(_, value)| !value.is_null()).collect();
    row.insert("Owner".to_owned(), owner.clone());
    row
}

/// Named by the caller, known by its name, or new; none where the lead has no company.
fn account(
    ctx: &mut Ctx,
    wanted: &Map<String, Value>,
    lead: &Value,
    owner: &Value,
    place: &Place,
) -> Result<Option<String>, Problem> {
    let module = known(ctx, "Accounts")?;
    if let Some(id) = chosen(ctx, wanted, &module, place)? {
        return Ok(Some(id));
    }
    let Some(company) = lead["Company"].as_str() else { return Ok(None) };
    let mut accounts = ctx.world.docs.all(&module.kind());
    let twin = accounts
        .find(|(_, account)| account["Account_Name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(company)));
    if let Some((id, _)) = twin {
        return Ok(Some(id.to_owned()));
    }
    drop(accounts);
    make(ctx, &module, copied(lead, TO_ACCOUNT, owner), place).map(Some)
}

fn contact(
    ctx: &mut Ctx,
    wanted: &Map<String, Value>,
    lead: &Value,
    account: Option<&str>,
    owner: &Value,
    place: &Place,
) -> Result<String, Problem> {
    let module = known(ctx, "Contacts")?;
    if let Some(id) = chosen(ctx, wanted, &module, place)? {
        return Ok(id);
    }
    let mut row = copied(lead, TO_CONTACT, owner);
    if let Some(account) = account {
        row.insert("Account_Name".to_owned(), json!({"id": account}));
    }
    make(ctx, &module, row, place)
}

fn deal(
    ctx: &mut Ctx,
    wanted: &Map<String, Value>,
    contact: &str,
    account: Option<&str>,
    owner: &Value,
    place: &Place,
) -> Result<Option<String>, Problem> {
    let Some(Value::Object(row)) = wanted.get("Deals") else { return Ok(None) };
    let module = known(ctx, "Deals")?;
    let mut row = row.clone();
    row.entry("Owner").or_insert_with(|| owner.clone());
    row.insert("Contact_Name".to_owned(), json!({"id": contact}));
    if let Some(account) = account {
        row.insert("Account_Name".to_owned(), json!({"id": account}));
    }
    make(ctx, &module, row, &inside(place, "Deals")).map(Some)
}

fn make(ctx: &mut Ctx, module: &Module, row: Map<String, Value>, place: &Place) -> Result<String, Problem> {
    let user = ctx.access.user.clone();
    let record = write::insert_record(ctx.world, &user, module, &row, place)?;
    Ok(record["id"].as_str().unwrap_or("").to_owned())
}

/// Marks the lead and moves its notes to the contact.
fn close(ctx: &mut Ctx, leads: &Module, id: &str, mut lead: Value, converted: &Converted) {
    lead["$converted"] = json!(true);
    lead["$converted_detail"] = json!({
        "convert_date": ctx.world.now_text(),
        "contact": converted.contact,
        "account": converted.account,
        "deal": converted.deal,
        "converted_by": ctx.access.user,
    });
    lead["Modified_Time"] = json!(ctx.world.now_text());
    ctx.world.docs.put(&leads.kind(), id, lead);
    let notes: Vec<(String, Value)> = ctx
        .world
        .docs
        .all("records/Notes")
        .filter(|(_, note)| note["Parent_Id"]["id"] == id)
        .map(|(note_id, note)| (note_id.to_owned(), note.clone()))
        .collect();
    for (note_id, mut note) in notes {
        note["Parent_Id"] = json!({"id": converted.contact});
        note["$se_module"] = json!("Contacts");
        ctx.world.docs.put("records/Notes", &note_id, note);
    }
}

/// Version 2 answers with bare ids; later ones with a row that names the records.
fn shown(ctx: &Ctx, converted: &Converted) -> Answer {
    let made = [
        ("Contacts", Some(&converted.contact)),
        ("Deals", converted.deal.as_ref()),
        ("Accounts", converted.account.as_ref()),
    ];
    let mut details = Map::new();
    for (name, id) in made {
        let Some(id) = id else {
            if ctx.version >= 30 {
                details.insert(name.to_owned(), Value::Null);
            }
            continue;
        };
        let module = ctx.world.module(name);
        let title = module.and_then(|module| Some(render::title(module, ctx.world.docs.get(&module.kind(), id)?)));
        details.insert(name.to_owned(), if ctx.version >= 30 { json!({"name": title, "id": id}) } else { json!(id) });
    }
    if ctx.version < 30 {
        return Answer::json(200, &json!({"data": [details]}));
    }
    let row = write::success("The record has been converted successfully", Value::Object(details));
    Answer::json(200, &json!({"data": [row]}))
}
