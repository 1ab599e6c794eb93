//! The form of a schedule, and what it makes of what was filled in.

use super::list::{when, word};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Field, Tone};
use crate::server::console::{Fields, Visitor};
use crate::server::functions::Category;
use crate::server::schedules::{Every, Missed, Run, ScheduleWish};
use maud::{Markup, html};
use serde_json::{Map, Value};

const RHYTHMS: [Every; 7] =
    [Every::Once, Every::Minute, Every::Hour, Every::Day, Every::Week, Every::Month, Every::Year];
const MISSED: [(Missed, &str, &str); 3] = [
    (Missed::Once, "once", "Run once for all of them"),
    (Missed::Skip, "skip", "Pass them over"),
    (Missed::All, "all", "Run all of them, the last hundred at most"),
];

/// What stands below the form.
pub enum Below {
    Nothing,
    Problem(String),
    Preview(Vec<Run>),
}

/// The page; `base` is the schedule's address, absent for a new one.
pub fn page(app: &App, visitor: &Visitor, base: Option<&str>, fields: &Fields, below: &Below) -> Page {
    let title = if base.is_some() { "Edit schedule" } else { "New schedule" };
    let address = |last: &str| match base {
        Some(base) => format!("{base}/{last}"),
        None => format!("/console/schedules/{}", if last == "edit" { "new" } else { last }),
    };
    let body = html! {
        p.crumbs { a href="/console/schedules" { "Schedules" } }
        (parts::heading(title, "Times are on the clock of the schedule's zone.", html! {}))
        section.card.narrow {
            @if let Below::Problem(problem) = below { (parts::problem(Some(problem), None)) }
            form method="post" action=(address("edit")) {
                (visitor.csrf())
                (Field::text("name", "Name", fields.text("name")).required().max(100))
                (parts::select("function", "Function", "Published ones of the namespaces schedule and standalone.",
                    fields.text("function"), &functions(app)))
                (rhythm(fields))
                (bounds(fields))
                (parts::textarea("arguments", "Arguments", fields.raw("arguments"), "A JSON object, as in {\"dry\": true}.", 3))
                (Field::text("description", "Description", fields.text("description")))
                (parts::switch("enabled", "Switched on", "", fields.is_on("enabled")))
                div.buttons {
                    button.primary type="submit" { "Save" }
                    button type="submit" formaction=(address("preview")) { "Preview times" }
                }
            }
            @if let Below::Preview(runs) = below { (preview(runs)) }
        }
    };
    visitor.page(Section::Schedules, title, body)
}

fn functions(app: &App) -> Vec<(String, String)> {
    let all = app.published().all();
    let fit = all.iter().filter(|one| matches!(one.definition.category, Category::Schedule | Category::Standalone));
    fit.map(|one| (one.definition.name.clone(), one.definition.name.clone())).collect()
}

fn rhythm(fields: &Fields) -> Markup {
    let chosen = fields.given("rhythm").unwrap_or("day");
    html! {
        div.field {
            label for="field-rhythm" { "Repeats" }
            select id="field-rhythm" name="rhythm" data-chooses="rhythm" {
                @for every in RHYTHMS { option value=(word(every)) selected[word(every) == chosen] { @if every == Every::Once { "once" } @else { "every " (word(every)) } } }
                option value="cron" selected[chosen == "cron"] { "cron expression" }
            }
        }
        div data-for="rhythm" data-when="minute hour day week month year" {
            (Field { kind: "number", ..Field::text("interval", "Every so many", fields.text("interval")) }
                .hint("Minutes, hours, days, weeks, months or years; 1 where empty."))
        }
        div data-for="rhythm" data-when="week month year" {
            (Field::text("on", "On", fields.text("on"))
                .hint("Weeks: days as in monday, friday. Months and years: 15, last, or first monday. That of the start where empty."))
        }
        div data-for="rhythm" data-when="cron" {
            (Field::text("cron", "Cron expression", fields.text("cron")).hint("Five fields, as in 30 9 * * MON-FRI."))
        }
    }
}

fn bounds(fields: &Fields) -> Markup {
    let missed = MISSED.map(|(_, word, text)| (word.to_owned(), text.to_owned()));
    html! {
        div.row.level {
            (Field { kind: "datetime-local", ..Field::text("start", "Start", fields.text("start")) })
            (Field { kind: "datetime-local", ..Field::text("end", "End", fields.text("end")) })
        }
        p.hint { "The start is the earliest run and the time of day of all; a cron expression needs none." }
        div.row.level {
            (Field { kind: "number", ..Field::text("times", "Runs at most", fields.text("times")) })
            (Field::text("zone", "Time zone", fields.text("zone")).hint("As in Europe/Berlin; the engine's where empty."))
        }
        (parts::select("missed", "Runs missed while no engine was there", "", fields.given("missed").unwrap_or("once"), &missed))
    }
}

fn preview(runs: &[Run]) -> Markup {
    html! {
        h2 { "It would run" }
        @if runs.is_empty() { (parts::callout(Tone::Warning, html! { p { "Never: nothing of it is left to come." } })) }
        ol { @for run in runs { li { code { (run.time) } } } }
    }
}

/// What was filled in, as the engine wants it. Fields that do not go with the rhythm are left out.
///
/// # Errors
/// What cannot be read.
pub fn wish(fields: &Fields) -> Result<ScheduleWish, String> {
    let rhythm = fields.text("rhythm");
    let every = RHYTHMS.into_iter().find(|every| word(*every) == rhythm);
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let has_days = matches!(every, Some(Every::Week | Every::Month | Every::Year));
    let on = text("on").filter(|_| has_days).unwrap_or_default();
    let on = on.split(',').map(|day| day.trim().to_owned()).filter(|day| !day.is_empty()).collect();
    let interval = number(fields, "interval", "Every so many")?.filter(|_| !matches!(every, None | Some(Every::Once)));
    let missed = MISSED.iter().find(|(_, word, _)| *word == fields.text("missed"));
    Ok(ScheduleWish {
        name: fields.text("name").to_owned(),
        function: fields.text("function").to_owned(),
        description: fields.text("description").to_owned(),
        every,
        interval,
        on,
        cron: text("cron").filter(|_| every.is_none()),
        start: text("start"),
        end: text("end"),
        times: number(fields, "times", "Runs at most")?,
        zone: text("zone"),
        missed: missed.map_or(Missed::Once, |(missed, ..)| *missed),
        arguments: object(fields.text("arguments"))?,
        enabled: fields.is_on("enabled"),
    })
}

fn number<T: std::str::FromStr>(fields: &Fields, name: &str, label: &str) -> Result<Option<T>, String> {
    let read = |text: &str| text.parse().map_err(|_| format!("“{label}” is a whole number."));
    fields.given(name).map(read).transpose()
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|error| format!("The arguments are a JSON object: {error}."))
}

/// A schedule as the form shows it.
pub fn fields_of(wish: &ScheduleWish) -> Fields {
    let mut fields = Fields::default();
    let moment = |text: &Option<String>, of_day: &str| match text.as_deref() {
        Some(day) if day.len() == 10 => format!("{day}T{of_day}"),
        Some(time) => time.replace(' ', "T"),
        None => String::new(),
    };
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    fields.put("name", wish.name.as_str());
    fields.put("function", wish.function.as_str());
    fields.put("description", wish.description.as_str());
    fields.put("rhythm", wish.every.map_or("cron", word));
    fields.put("interval", number(wish.interval));
    fields.put("on", wish.on.join(", "));
    fields.put("cron", wish.cron.clone().unwrap_or_default());
    fields.put("start", moment(&wish.start, "00:00"));
    fields.put("end", moment(&wish.end, "23:59:59"));
    fields.put("times", number(wish.times.map(i64::from)));
    fields.put("zone", wish.zone.clone().unwrap_or_default());
    fields.put("missed", MISSED.iter().find(|(missed, ..)| *missed == wish.missed).map_or("once", |(_, word, _)| word));
    if !wish.arguments.is_empty() {
        fields.put("arguments", format!("{:#}", Value::Object(wish.arguments.clone())));
    }
    fields.put("enabled", if wish.enabled { "on" } else { "" });
    fields
}

/// What a schedule does, on one line.
pub fn told(wish: &ScheduleWish) -> String {
    let zone = wish.zone.as_deref().map(|zone| format!(", in {zone}")).unwrap_or_default();
    format!("{}{zone}", when(wish))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schedule_comes_back_from_its_form() {
        for wish in [
            json!({ "name": "a", "function": "schedule.x", "every": "month", "interval": 2, "on": ["last friday"], "start": "2026-03-01T09:30",
                "end": "2026-12-31T23:59:59", "times": 7, "zone": "Europe/Berlin", "missed": "all", "arguments": { "dry": true }, "enabled": false }),
            json!({ "name": "b", "function": "standalone.y", "cron": "30 9 * * MON-FRI", "description": "x" }),
            json!({ "name": "c", "function": "standalone.y", "every": "week", "on": ["monday", "friday"], "start": "2026-03-01T00:00" }),
        ] {
            let wish: ScheduleWish = serde_json::from_value(wish).expect("a wish");
            assert_eq!(super::wish(&fields_of(&wish)), Ok(wish));
        }
    }

    #[test]
    fn says_what_cannot_be_read() {
        let mut fields = Fields::default();
        fields.put("arguments", "[1]");
        assert!(wish(&fields).expect_err("no object").starts_with("The arguments are a JSON object"));
        fields.put("arguments", "");
        fields.put("times", "often");
        assert_eq!(wish(&fields), Err("“Runs at most” is a whole number.".to_owned()));
    }
}
