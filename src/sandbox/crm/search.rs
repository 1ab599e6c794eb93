//! `GET /{module}/search` by criteria, e-mail, phone or word; and how many records there are.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Kind, Module};
use super::records::{self, Paging};
use super::{Ctx, Outcome, compare, criteria, problem, views};
use serde_json::{Value, json};

/// Answers a search.
pub fn answer(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let query = &ctx.call.query;
    if !["criteria", "email", "phone", "word"].iter().any(|name| query.get(name).is_some()) {
        return Err(missing());
    }
    let mut found = matching(ctx, &module)?;
    found.retain(|record| records::is_visible(&module, record, query.get("converted"), query.get("approved")));
    compare::sort(ctx.world, &module, &mut found, "Modified_Time", true);
    let fields = records::wanted_fields(ctx, false)?;
    let paging = Paging::plain(ctx)?;
    Ok(records::page(ctx, &module, &found, &fields, &paging))
}

fn missing() -> Problem {
    let details = json!({"param_names": ["criteria", "email", "phone", "word"]});
    Problem::new(400, "EXPECTED_PARAM_MISSING", "One of the expected parameter is missing", details)
}

/// `GET /{module}/actions/count`.
pub fn count(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let query = &ctx.call.query;
    let searches = ["criteria", "email", "phone", "word"].iter().any(|name| query.get(name).is_some());
    if query.get("cvid").is_some() && searches {
        let message = "Please use either Cvid or Search Params. Combination of both the params is not allowed";
        return Err(Problem::new(400, "AMBIGUITY_DURING_PROCESSING", message, json!({"ambiguity_due_to": ["cvid"]})));
    }
    let view = views::wanted(ctx, &module)?;
    let mut found = matching(ctx, &module)?;
    found.retain(|record| match &view {
        Some(view) if view.test == views::Test::Converted => views::shows(ctx, view.test, record),
        Some(view) => views::shows(ctx, view.test, record) && records::is_visible(&module, record, None, None),
        None => records::is_visible(&module, record, None, None),
    });
    Ok(Answer::json(200, &json!({"count": found.len()})))
}

/// The records that fit; where several parameters are given, the first in Zoho's order counts.
fn matching<'w>(ctx: &'w Ctx, module: &Module) -> Result<Vec<&'w Value>, Problem> {
    let world: &World = ctx.world;
    let all = world.docs.all(&module.kind()).map(|(_, record)| record);
    let query = &ctx.call.query;
    if let Some(text) = query.get("criteria") {
        let most = if ctx.version >= 80 { 15 } else { 10 };
        let criteria = criteria::read(module, text, most)?;
        return Ok(all.filter(|record| criteria::fits(world, &criteria, record)).collect());
    }
    if let Some(email) = query.get("email") {
        return Ok(all
            .filter(|record| holds(module, record, Kind::Email, |text| text.eq_ignore_ascii_case(email)))
            .collect());
    }
    if let Some(phone) = query.get("phone") {
        let wanted = digits(phone);
        if wanted.is_empty() {
            return Err(problem::invalid_param("phone", "phone"));
        }
        return Ok(all.filter(|record| holds(module, record, Kind::Phone, |text| digits(text) == wanted)).collect());
    }
    if let Some(word) = query.get("word") {
        if word.chars().count() < 2 {
            return Err(problem::invalid_param("word", "string of at least two characters"));
        }
        let word = word.to_lowercase();
        return Ok(all.filter(|record| has_word(module, record, &word)).collect());
    }
    Ok(all.collect())
}

fn holds(module: &Module, record: &Value, kind: Kind, fits: impl Fn(&str) -> bool) -> bool {
    let fields = module.fields.iter().filter(|field| field.kind == kind);
    fields.filter_map(|field| record[&field.name].as_str()).any(fits)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether a word of any text field begins so.
fn has_word(module: &Module, record: &Value, wanted: &str) -> bool {
    module.fields.iter().filter_map(|field| record[&field.name].as_str()).any(|text| {
        let text = text.to_lowercase();
        text.starts_with(wanted)
            || text
                .match_indices(wanted)
                .any(|(at, _)| text[..at].chars().next_back().is_some_and(|before| !before.is_alphanumeric()))
    })
}
