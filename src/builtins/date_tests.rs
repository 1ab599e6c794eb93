//! Tests of the date and time built-ins as the evaluator calls them: by name, with converted arguments.

use super::{Cx, find};
use crate::fault::Fault;
use crate::host::{Ask, Host, Reply};
use crate::value::{Dialect, List, Map, Settings, Value, convert, date_parse, zone};

/// A host that nothing is asked of.
struct Deaf;

impl Host for Deaf {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        Err(Fault::unsupported(format!("{ask:?} in these tests")))
    }
}

fn call_under(settings: &Settings, function: &str, args: &[Value]) -> Result<String, String> {
    let mut cx = Cx { settings, host: &mut Deaf, function };
    let mut args = args.to_vec();
    let method = find(function).expect("a built-in");
    let result = method.call(&mut cx, &mut args).and_then(|value| convert::to_text(&value, settings));
    result.map(|text| text.as_str().to_owned()).map_err(|fault| fault.message())
}

/// What a call prints in UTC, or its error.
fn call(function: &str, args: &[Value]) -> String {
    call_under(&Settings::default(), function, args).unwrap_or_else(|message| format!("error: {message}"))
}

fn call_in(zone_name: &str, function: &str, args: &[Value]) -> String {
    let settings = Settings { zone: zone::find(zone_name), ..Settings::default() };
    call_under(&settings, function, args).unwrap_or_else(|message| format!("error: {message}"))
}

fn date(text: &str) -> Value {
    Value::Date(date_parse::parse(text, &Settings::default()).expect("a date"))
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn list(items: &[Value]) -> Value {
    Value::List(List::from_vec(items.to_vec()))
}

fn int(number: i64) -> Value {
    Value::Int(number)
}

#[test]
fn steps_keep_the_clock_time_and_the_kind() {
    assert_eq!(call("addDay", &[date("01-Jan-2019 15:00:00"), int(40)]), "10-Feb-2019 15:00:00");
    assert_eq!(call("addDay", &[text("2024-02-28"), int(1)]), "29-Feb-2024 00:00:00");
    assert_eq!(call("addweek", &[date("01-Jan-2019 15:00:00"), int(55)]), "21-Jan-2020 15:00:00");
    assert_eq!(call("addMonth", &[date("31-Mar-2019 10:00:00"), int(-1)]), "28-Feb-2019 10:00:00");
    assert_eq!(call("edate", &[date("01-Jan-2019"), int(11)]), "01-Dec-2019");
    assert_eq!(call("toStartOfWeek", &[date("10-Mar-2019 23:59:59")]), "10-Mar-2019 00:00:00");
    assert_eq!(call("nextWeekDay", &[date("20-Jul-2021"), text("tuesday")]), "27-Jul-2021");
    assert_eq!(call("previousWeekDay", &[date("21-Jul-2021"), text("Wed")]), "14-Jul-2021");
}

#[test]
fn an_hour_is_an_hour_when_clocks_change() {
    let before = date("10-Mar-2019 01:30:00");
    assert_eq!(call_in("America/Los_Angeles", "addHour", &[before.clone(), int(1)]), "10-Mar-2019 03:30:00");
    assert_eq!(call_in("America/Los_Angeles", "addDay", &[before, int(1)]), "11-Mar-2019 01:30:00");
}

#[test]
fn no_step_leaves_the_calendar() {
    let start = date("01-Jan-2019");
    for function in ["addDay", "addWeek", "addMonth", "addYear", "addHour", "addMinutes", "addSeconds", "subDay"] {
        for count in [i64::MAX, i64::MIN, 4_000_000_000_000, -4_000_000_000_000] {
            let result = call(function, &[start.clone(), int(count)]);
            assert!(result.contains("between the years 1 and 9999"), "{function} {count}: {result}");
        }
    }
    assert_eq!(call("toStartOfWeek", &[date("0001-01-07 10:00:00")]), "07-Jan-0001 00:00:00");
}

#[test]
fn wrong_receivers_and_counts_fail_in_zohos_words() {
    let required = "Required : [DATE-TIME, DATE] Found : NUMBER";
    assert!(call("addDay", &[int(7), int(1)]).contains(required));
    assert_eq!(
        call("addDay", &[date("01-Jan-2019"), text("x")]),
        "error: 'TEXT' can not be cast to '[BIGINT]' for the function 'addDay'"
    );
    let cast = "error: 'TEXT' can not be cast to '[DATE-TIME, DATE]' for the function";
    assert_eq!(call("addDay", &[text("hello"), int(1)]), format!("{cast} 'addDay'"));
    assert_eq!(call("getDay", &[text("hello")]), format!("{cast} 'getDay'"));
    assert_eq!(call("getDay", &[Value::Null]), "error: Value is empty and 'getDay' function cannot be applied");
    assert!(call("getDay", &[int(7)]).contains(required));
    let creator = Settings { dialect: Dialect::Creator, ..Settings::default() };
    assert!(call_under(&creator, "getDay", &[text("01-Jan-2019")]).is_err());
}

#[test]
fn parts_of_an_over_long_text_are_null() {
    assert_eq!(call("getDay", &[text("001-Jan-2019")]), "null");
    assert_eq!(call("getHour", &[text("01-Jan-2019 010:00:00")]), "null");
    assert_eq!(call("getMonth", &[text("2019-02-01")]), "2");
    assert_eq!(call("getWeekOfYear", &[date("7-Feb-2021"), text("Monday")]), "6");
}

#[test]
fn business_days_skip_weekends_and_holidays() {
    let friday = date("15-Mar-2019 09:30:00");
    assert_eq!(call("addBusinessDay", &[friday.clone(), int(1)]), "18-Mar-2019 09:30:00");
    assert_eq!(call("addBusinessDay", &[friday.clone(), int(-3)]), "15-Mar-2019 09:30:00");
    assert_eq!(call("subBusinessDay", &[friday.clone(), int(-3)]), "15-Mar-2019");
    let sunday = list(&[text("Sunday")]);
    let holiday = list(&[date("25-May-2020")]);
    assert_eq!(call("workday", &[date("23-May-2020"), int(5), sunday.clone(), holiday]), "30-May-2020");
    let holidays = list(&[text("20-Jul-2021"), text("19-Jul-2021")]);
    assert_eq!(call("subBusinessDay", &[date("21-Jul-2021"), int(5), sunday, holidays]), "13-Jul-2021");
    let none = Value::Map(Map::braces());
    assert_eq!(call("workday", &[friday.clone(), int(1), none, Value::Null]), "18-Mar-2019");
    assert!(call("subBusinessDay", &[friday.clone(), int(366)]).contains("at most 365"));
    assert!(call("addBusinessDay", &[friday.clone(), int(i64::MAX)]).contains("years 1 and 9999"));
    assert!(
        call("addBusinessDay", &[friday.clone(), int(1), list(&[text("Sundy")])]).contains("weekday, found `Sundy`")
    );
    let week = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"].map(text);
    assert!(call("addBusinessDay", &[friday, int(1), list(&week)]).contains("all seven"));
}

#[test]
fn working_days_between_two_dates() {
    let (first, sixth) = (date("1-Jan-2020"), date("6-Jan-2020"));
    let weekends = list(&[text("Saturday"), text("Sunday")]);
    let holidays = list(&[date("2-Jan-2020"), date("3-Jan-2020")]);
    let between = |from: &Value, to: &Value, function| {
        call_in("PST", function, &[from.clone(), to.clone(), weekends.clone(), holidays.clone()])
    };
    assert_eq!(between(&first, &sixth, "workDaysBetween"), "1");
    assert_eq!(between(&sixth, &first, "workDaysBetween"), "-1");
    let shown = "Wed Jan 01 00:00:00 PST 2020,Mon Jan 06 00:00:00 PST 2020";
    assert_eq!(between(&first, &sixth, "workDaysList"), shown);
    assert_eq!(between(&sixth, &first, "workDaysList"), "");
    assert!(call("workDaysList", &[date("0001-01-01"), date("9999-01-01")]).contains("at most 50000"));
}

#[test]
fn business_hours_run_from_opening_to_closing() {
    let weekends = list(&[text("Saturday"), text("Sunday")]);
    let holidays = list(&[date("2-Jan-2020"), date("3-Jan-2020")]);
    let hours = Map::new();
    hours.put_str("start", text("10"));
    hours.put_str("end", text("17"));
    let full = [text("1-Jan-2020 16:00:00"), int(2), weekends.clone(), holidays.clone(), Value::Map(hours.clone())];
    assert_eq!(call("addBusinessHour", &full), "06-Jan-2020 11:00:00");
    let back = [date("6-Jan-2020 11:00:00"), int(-2), weekends, holidays, Value::Map(hours)];
    assert_eq!(call("addBusinessHour", &back), "01-Jan-2020 16:00:00");
    let from = |when: &str, count: Value| call("addBusinessHour", &[date(when), count]);
    assert_eq!(from("1-Jan-2020 16:00:00", int(1)), "01-Jan-2020 17:00:00");
    assert_eq!(from("4-Jan-2020 12:00:00", int(1)), "06-Jan-2020 10:00:00");
    assert_eq!(from("1-Jan-2020 03:00:00", int(1)), "01-Jan-2020 10:00:00");
    assert_eq!(from("1-Jan-2020 22:00:00", int(-1)), "01-Jan-2020 16:00:00");
    assert_eq!(from("1-Jan-2020 10:00:00", text("1.30")), "01-Jan-2020 11:30:00");
    assert_eq!(from("1-Jan-2020 10:00:00", int(0)), "01-Jan-2020 10:00:00");
    assert!(from("1-Jan-2020 10:00:00", int(90_000_000)).contains("years 1 and 9999"));
    assert!(from("1-Jan-2020 10:00:00", int(i64::MAX)).contains("number of business hours"));
}

#[test]
fn differences_are_the_documented_ones() {
    let between = |function, from: &str, to: &str| call(function, &[date(from), date(to)]);
    assert_eq!(between("daysBetween", "31-Dec-2019 10:00:00", "1-Jan-2019 23:00:00"), "-364");
    assert_eq!(between("monthsBetween", "01-Feb-2020", "01-Mar-2020"), "0");
    assert_eq!(between("totalMonths", "01-Feb-2020", "01-Mar-2020"), "1");
    assert_eq!(between("totalMonths", "01-Mar-2020", "02-Feb-2020"), "0");
    assert_eq!(between("totalYears", "02-Jan-2020", "01-Jan-2021"), "0");
    assert_eq!(between("yearsBetween", "02-Jan-2020", "01-Jan-2021"), "1");
    assert_eq!(between("hoursBetween", "18-Dec-2019 08:59:59", "18-Dec-2019 07:00:00"), "-1");
    assert_eq!(between("yearFraction", "03-Apr-2020", "25-May-2035"), "15.150684931506849");
    assert_eq!(between("timeBetween", "6-Jan-2020 10:10:12", "7-Jan-2020 11:20:12"), "25:10");
    assert!(between("timeBetween", "7-Jan-2020", "6-Jan-2020").contains("later than the start"));
    let pacific = [date("24-Jun-1997"), date("24-Mar-2001 10:10:37")];
    assert_eq!(call_in("America/Los_Angeles", "yearFraction", &pacific), "3.7519608384069003");
}

#[test]
fn texts_and_numbers_become_dates() {
    assert_eq!(call("toDate", &[text("01,11,2019 1:30:00 pm"), text("MM,d,yyyy")]), "11-Jan-2019");
    assert_eq!(call("toDateTime", &[text("01-11-2019 13:30:00"), text("MM-d-yy")]), "11-Jan-2019 13:30:00");
    let moscow = [text("01,11,19 1:30:00 pm"), text("MM,d,yyyy hh:mm:ss a"), text("Europe/Moscow")];
    assert!(call_in("Asia/Kolkata", "toTime", &moscow).starts_with("11-Jan-0019 "));
    let moscow = [text("01,11,2019 1:30:00 pm"), text("MM,d,yyyy hh:mm:ss a"), text("Europe/Moscow")];
    assert_eq!(call_in("Asia/Kolkata", "toTime", &moscow), "11-Jan-2019 16:00:00");
    assert_eq!(call_in("America/Los_Angeles", "toDate", &[int(1000)]), "31-Dec-1969");
    assert!(call("toDate", &[int(i64::MAX)]).contains("years 1 to 9999"));
    assert!(call("toDateTimeString", &[int(i64::MIN), text("yyyy")]).contains("years 1 to 9999"));
    assert_eq!(call("toDate", &[text("hello")]), "error: UnParsable date");
    assert_eq!(call("toDate", &[text("31-02-2019"), text("dd-MM-yyyy")]), "error: UnParsable date");
    assert_eq!(call("toDate", &[Value::Null]), "error: Value is empty and 'toDate' function cannot be applied");
    assert_eq!(call("isDate", &[list(&[])]), "null");
    assert_eq!(call("isDate", &[text("hello")]), "error: UnParsable date");
}

#[test]
fn dates_become_numbers_and_texts() {
    assert_eq!(call_in("America/Los_Angeles", "toLong", &[date("31-Dec-1969 15:59:59")]), "-1000");
    let stamp = text("03-Feb-2020 03:48:12");
    let epochs = [
        ("Asia/Calcutta", "1580681892000"),
        ("GMT-8", "1580730492000"),
        ("GMT", "1580701692000"),
        ("GMT+5:30", "1580681892000"),
        ("EST", "1580719692000"),
        ("SST", "1580662092000"),
        ("Hello", "1580701692000"),
    ];
    for (name, epoch) in epochs {
        assert_eq!(call("unixEpoch", &[stamp.clone(), text(name)]), epoch, "{name}");
    }
    assert_eq!(call_in("America/Los_Angeles", "unixEpoch", &[stamp]), "1580730492000");
    assert_eq!(call("unixEpoch", &[text("hello")]), "hello");
    assert!(call("unixEpoch", &[date("03-Feb-2020")]).starts_with("error: 'DATE-TIME' can not be cast to '[TEXT]'"));
    let pattern = text("MMM dd, yy 'at' hh:mm:ss");
    let shown = call_in("Asia/Kolkata", "toString", &[date("01-Jan-2019 10:15:30"), pattern, text("Europe/Moscow")]);
    assert_eq!(shown, "Jan 01, 19 at 07:45:30");
    assert_eq!(call("toString", &[date("01-Jan-2019"), text("dd b")]), "null");
    for (day, ordinal) in [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (13, "13th"), (22, "22nd"), (31, "31st")] {
        assert_eq!(call("getDate", &[date(&format!("{day}-Jan-2018"))]), format!("{ordinal} January 2018"));
    }
    assert_eq!(
        call("getDateTime", &[date("17-Jan-2018 10:10:37"), int(12), Value::Bool(true)]),
        "17th January 2018,10:10:37 AM"
    );
    assert!(call("getTime", &[date("17-Jan-2018"), int(13)]).contains("12 or 24"));
}
