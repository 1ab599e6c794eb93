use super::calendar::{Calendar, DayOf, Unit};
use super::plan::{Plan, Repeat, resolve};
use croner::parser::CronParser;
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use proptest::prelude::*;

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    // Half an hour of daylight saving.
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    // Clocks change at midnight.
    "America/Havana",
    // Left out the whole of 30 December 2011.
    "Pacific/Apia",
    "Africa/Casablanca",
];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn time(text: &str) -> DateTime {
    text.parse().expect("a time")
}

fn moment(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("a moment").as_millisecond()
}

fn calendar(interval: i64, unit: Unit) -> Repeat {
    Repeat::Calendar(Calendar { unit, interval })
}

fn cron(expression: &str) -> Repeat {
    Repeat::Cron(Box::new(CronParser::new().parse(expression).expect("an expression")))
}

fn plan(repeat: Repeat, start: &str, zone_name: &str) -> Plan {
    Plan { repeat, start: time(start), end: None, zone: zone(zone_name) }
}

/// The first runs after a moment, with their offsets.
fn runs(plan: &Plan, after: &str, most: usize) -> Vec<String> {
    let shown = |run: i64| {
        let zoned = Timestamp::from_millisecond(run).expect("in range").to_zoned(plan.zone.clone());
        zoned.strftime("%Y-%m-%dT%H:%M%:z").to_string()
    };
    plan.upcoming(moment(after), most).into_iter().map(shown).collect()
}

#[test]
fn a_time_in_a_gap_is_the_first_moment_after_it() {
    let daily = plan(calendar(1, Unit::Day), "2026-03-01T02:30", "Europe/Berlin");
    assert_eq!(
        runs(&daily, "2026-03-28T00:00:00Z", 3),
        ["2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"]
    );
    let daily = plan(calendar(1, Unit::Day), "2026-03-01T02:15", "America/New_York");
    assert_eq!(runs(&daily, "2026-03-08T05:00:00Z", 2), ["2026-03-08T03:00-04:00", "2026-03-09T02:15-04:00"]);
    // Havana's clocks go from 24:00 to 1:00.
    let daily = plan(calendar(1, Unit::Day), "2026-03-01T00:00", "America/Havana");
    assert_eq!(runs(&daily, "2026-03-08T04:00:00Z", 2), ["2026-03-08T01:00-04:00", "2026-03-09T00:00-04:00"]);
}

#[test]
fn a_time_that_comes_twice_runs_once() {
    let daily = plan(calendar(1, Unit::Day), "2026-10-01T02:30", "Europe/Berlin");
    assert_eq!(runs(&daily, "2026-10-24T12:00:00Z", 2), ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]);
    let daily = plan(calendar(1, Unit::Day), "2026-03-01T01:45", "Australia/Lord_Howe");
    assert_eq!(runs(&daily, "2026-04-04T00:00:00Z", 2), ["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"]);
}

#[test]
fn a_day_that_a_zone_left_out_runs_with_the_next() {
    let daily = plan(calendar(1, Unit::Day), "2011-12-01T10:00", "Pacific/Apia");
    assert_eq!(
        runs(&daily, "2011-12-29T12:00:00Z", 4),
        ["2011-12-29T10:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T10:00+14:00", "2012-01-01T10:00+14:00"]
    );
}

#[test]
fn hours_are_elapsed_time() {
    let hourly = plan(Repeat::Elapsed(3 * 3_600_000), "2026-03-29T00:30", "Europe/Berlin");
    assert_eq!(
        runs(&hourly, "2026-03-28T00:00:00Z", 3),
        ["2026-03-29T00:30+01:00", "2026-03-29T04:30+02:00", "2026-03-29T07:30+02:00"]
    );
    let half = plan(Repeat::Elapsed(30 * 60_000), "2026-10-25T01:30", "Europe/Berlin");
    assert_eq!(
        runs(&half, "2026-10-25T00:00:00Z", 4),
        ["2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00", "2026-10-25T03:00+01:00"]
    );
}

#[test]
fn cron_expressions_follow_the_same_rules() {
    let nightly = plan(cron("30 2 * * *"), "2026-01-01T00:00", "Europe/Berlin");
    assert_eq!(runs(&nightly, "2026-03-28T12:00:00Z", 2), ["2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"]);
    assert_eq!(runs(&nightly, "2026-10-24T12:00:00Z", 2), ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]);
    // An expression with a step goes on through the hour that comes twice.
    let often = plan(cron("*/30 * * * *"), "2026-01-01T00:00", "Europe/Berlin");
    assert_eq!(
        runs(&often, "2026-10-25T00:00:00Z", 4),
        ["2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00", "2026-10-25T03:00+01:00"]
    );
    let weekdays = plan(cron("0 9 * * MON-FRI"), "2026-01-01T00:00", "Asia/Kolkata");
    assert_eq!(runs(&weekdays, "2026-01-02T12:00:00Z", 2), ["2026-01-05T09:00+05:30", "2026-01-06T09:00+05:30"]);
    let last = plan(cron("0 0 L * *"), "2026-01-01T00:00", "UTC");
    assert_eq!(runs(&last, "2028-02-01T00:00:00Z", 2), ["2028-02-29T00:00+00:00", "2028-03-31T00:00+00:00"]);
}

#[test]
fn a_day_that_never_comes_is_found_out_soon() {
    let never = plan(cron("0 0 30 2 *"), "2026-01-01T00:00", "Europe/Berlin");
    assert_eq!(never.next(moment("2026-01-01T00:00:00Z")), None);
}

#[test]
fn nothing_runs_before_the_start_or_after_the_end() {
    let mut weekly = plan(calendar(1, Unit::Week(vec![Weekday::Monday, Weekday::Thursday])), "2026-01-01T09:00", "UTC");
    weekly.end = Some(time("2026-01-08T09:00"));
    let all = ["2026-01-01T09:00+00:00", "2026-01-05T09:00+00:00", "2026-01-08T09:00+00:00"];
    assert_eq!(runs(&weekly, "2020-01-01T00:00:00Z", 10), all);
    let mut cron = plan(cron("0 9 * * *"), "2026-01-01T09:00", "UTC");
    cron.end = Some(time("2026-01-02T23:59"));
    assert_eq!(runs(&cron, "2020-01-01T00:00:00Z", 10), ["2026-01-01T09:00+00:00", "2026-01-02T09:00+00:00"]);
    let once = plan(Repeat::Once, "2026-03-29T02:30", "Europe/Berlin");
    assert_eq!(runs(&once, "2020-01-01T00:00:00Z", 10), ["2026-03-29T03:00+02:00"]);
    assert_eq!(once.next(moment("2026-03-29T01:00:00Z")), None);
}

#[test]
fn years_months_and_leap_days() {
    let yearly = plan(calendar(1, Unit::Year(2, DayOf::Number(29))), "2028-02-29T08:00", "America/Sao_Paulo");
    let found = runs(&yearly, "2028-03-01T00:00:00Z", 4);
    assert_eq!(
        found,
        ["2029-02-28T08:00-03:00", "2030-02-28T08:00-03:00", "2031-02-28T08:00-03:00", "2032-02-29T08:00-03:00"]
    );
    let monthly = plan(calendar(1, Unit::Month(DayOf::Number(31))), "2026-12-31T23:59", "Europe/Berlin");
    assert_eq!(
        runs(&monthly, "2026-12-31T00:00:00Z", 3),
        ["2026-12-31T23:59+01:00", "2027-01-31T23:59+01:00", "2027-02-28T23:59+01:00"]
    );
}

#[test]
fn the_last_runs_are_found_without_counting_all() {
    let minutes = plan(Repeat::Elapsed(60_000), "1990-01-01T00:00", "UTC");
    let until = moment("2026-06-01T00:00:30Z");
    let found = minutes.last_within(moment("1990-01-01T00:00:00Z"), until, 100);
    assert_eq!(found.len(), 100);
    assert_eq!(found.last(), Some(&moment("2026-06-01T00:00:00Z")));
    assert_eq!(found[0], moment("2026-05-31T22:21:00Z"));
    let yearly = plan(calendar(1, Unit::Year(1, DayOf::Number(1))), "1990-01-01T00:00", "UTC");
    let found = yearly.last_within(moment("1990-01-01T00:00:00Z"), until, 2);
    assert_eq!(found, [moment("2025-01-01T00:00:00Z"), moment("2026-01-01T00:00:00Z")]);
    assert_eq!(yearly.last_within(until, until, 5), Vec::<i64>::new());
}

fn any_repeat() -> impl Strategy<Value = Repeat> {
    let day = prop_oneof![
        (1..=31i8).prop_map(DayOf::Number),
        Just(DayOf::Last),
        (prop_oneof![Just(-1i8), 1..=4i8], 0..7i8)
            .prop_map(|(nth, day)| DayOf::Weekday(nth, Weekday::from_monday_zero_offset(day).expect("a weekday"))),
    ];
    let weekdays = proptest::collection::btree_set(0..7i8, 1..7).prop_map(|days| {
        Unit::Week(days.into_iter().map(|day| Weekday::from_monday_zero_offset(day).expect("a weekday")).collect())
    });
    let unit = prop_oneof![
        Just(Unit::Day),
        weekdays,
        day.clone().prop_map(Unit::Month),
        (1..=12i8, day).prop_map(|(month, day)| Unit::Year(month, day)),
    ];
    let expressions =
        ["*/7 * * * *", "15 2 * * *", "0 0 1 * *", "30 1,2,3 * * *", "0 12 29 2 *", "59 23 L * *", "0 3 * * SUN#2"];
    prop_oneof![
        Just(Repeat::Once),
        (1..2000i64).prop_map(|minutes| Repeat::Elapsed(minutes * 60_000)),
        (1..6i64, unit).prop_map(|(interval, unit)| calendar(interval, unit)),
        proptest::sample::select(expressions.to_vec()).prop_map(cron),
    ]
}

proptest! {
    /// Runs are strictly later one after the other, none is left out between two, and the wall shows the
    /// time of day of the start unless the clock had just changed.
    #[test]
    fn runs_are_in_order_and_complete(
        repeat in any_repeat(),
        zone_name in proptest::sample::select(ZONES.to_vec()),
        start_day in 0..6000i64,
        minute in 0..1440i64,
        later in 0..400i64,
    ) {
        let start = time("2010-01-01T00:00")
            .checked_add(jiff::Span::new().days(start_day).minutes(minute)).expect("in range");
        let plan = Plan { repeat, start, end: None, zone: zone(zone_name) };
        let first = resolve(&plan.zone, start).expect("a moment");
        let after = first + later * 86_400_000;
        let found = plan.upcoming(after, 8);
        let mut last = after;
        for run in &found {
            prop_assert!(*run > last && *run >= first);
            // Asking from just before a run finds it again; nothing lies in between.
            prop_assert_eq!(plan.next(run - 1), Some(*run));
            prop_assert_eq!(plan.next((last + run) / 2).filter(|_| run - last > 1), Some(*run).filter(|_| run - last > 1));
            if let Repeat::Calendar(_) = plan.repeat {
                let wall = Timestamp::from_millisecond(*run).expect("in range").to_zoned(plan.zone.clone()).datetime();
                let on_time = wall.time() == start.time();
                let just_changed = plan.zone.to_offset(Timestamp::from_millisecond(*run).expect("in range"))
                    != plan.zone.to_offset(Timestamp::from_millisecond(run - 1).expect("in range"));
                prop_assert!(on_time || just_changed, "{wall}");
            }
            last = *run;
        }
        if let (Some(first_found), Some(last_found)) = (found.first(), found.last()) {
            prop_assert_eq!(plan.last_within(*first_found, *last_found, 100), found.clone());
        }
    }

    /// Whatever is written is read or refused, and what is read says when it runs next.
    #[test]
    fn nothing_that_people_write_breaks_it(
        cron in proptest::option::of("([0-9*?]{1,2}|[0-9]{1,2}(-|/|,|#)[0-9]{1,2}|\\*/[0-9]{1,3}|L|LW|[0-9]{1,2}[LW]|MON#[1-6]|JAN)( [0-9*/,LW#-]{1,6}){3,5}|.{0,20}"),
        every in proptest::sample::select(vec!["once", "minute", "hour", "day", "week", "month", "year"]),
        interval in proptest::option::of(any::<i64>()),
        on in proptest::collection::vec("(last|first|second|[0-9]{1,2}|)( ?(mon|friday|xyz|[0-9]))?|.{0,8}", 0..3),
        start in proptest::option::of("[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9])?|[-+]?[0-9]{4,6}-12-31T23:59|.{0,12}"),
        end in proptest::option::of("[0-9]{4}-[01][0-9]-[0-3][0-9]"),
        zone in proptest::option::of("Europe/Berlin|America/Havana|GMT[+-][0-9]{1,4}|.{0,10}"),
    ) {
        let every = cron.is_none().then_some(every);
        let wish = serde_json::json!({
            "name": "x", "function": "f", "every": every, "cron": cron, "interval": interval, "on": on,
            "start": start, "end": end, "zone": zone,
        });
        let wish: super::ScheduleWish = serde_json::from_value(wish).expect("a wish");
        if let Ok(plan) = wish.plan(&TimeZone::UTC, jiff::civil::date(2026, 1, 1)) {
            let now = moment("2026-06-01T12:34:56Z");
            for after in [now, i64::MIN, i64::MAX, 0, -62_135_596_800_000, 253_402_300_799_000] {
                prop_assert!(plan.next(after).is_none_or(|next| next > after));
            }
            let last = plan.last_within(now - 100 * 86_400_000, now, 10);
            prop_assert!(last.len() <= 10 && last.is_sorted());
        }
    }
}
