//! Deluge to measure with: functions as people write them, repeated with other names, and the example scripts.

use std::fmt::Write;
use std::path::Path;

/// One function of about 1 kB: comments, a loop, conditions, chains, literals, an integration task, a request.
const FUNCTION: &str = r#"// Works through the open deals of account @ and tells its owner.
map automation.followUp@(map account, int limit)
{
	result = Map();
	worked = List();
	total = 0;
	deals = account.get("Deals");
	for each  deal in deals
	{
		stage = ifnull(deal.get("Stage"),"").trim().toLowerCase();
		if(stage == "closed won" || stage == "closed lost")
		{
			continue;
		}
		else if(deal.get("Amount") > limit && stage != "")
		{
			amount = deal.get("Amount").toDecimal() * (100 - @) / 100;
			total = total + amount;
			worked.add({"id":deal.get("id"),"Amount":amount,"Tags":{"open","batch @"}});
		}
		else
		{
			info "small deal: " + deal.get("Deal_Name") + " (" + deal.get("Amount") + ")";
		}
	}
	try
	{
		changed = zoho.crm.updateRecord("Accounts",account.get("id"),{"Open_Total":total});
		reply = invokeurl
		[
			url :"https://hooks.example.test/deals/@"
			type :POST
			parameters:worked.toString()
			headers:{"Content-Type":"application/json"}
		];
		result.put("changed",changed);
		result.put("reply",reply);
	}
	catch (problem)
	{
		info "batch @ failed: " + problem;
	}
	/* What the caller shows. */
	result.put("count",worked.size());
	result.put("last",zoho.currentdate.addDay(@).toString("yyyy-MM-dd"));
	return result;
}
"#;

/// At least this many bytes of functions.
pub fn functions(bytes: usize) -> String {
    let mut source = String::with_capacity(bytes + FUNCTION.len());
    for number in 1.. {
        if source.len() >= bytes {
            break;
        }
        source.push_str(&FUNCTION.replace('@', &number.to_string()));
    }
    source
}

/// The scripts under `scripts/`, one text each; empty when the folder holds none.
pub fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let scripts = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "dg"));
    scripts.filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

/// JSON of about `records` × 290 bytes, as an API answers: `{"data":[{…},…]}`.
pub fn records(records: usize) -> String {
    let mut json = String::from("{\"data\":[");
    for at in 0..records {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(
            json,
            r#"{comma}{{"id":"{}","Last_Name":"Name {at}","Company":"Company {}","Email":"user{at}@example.test","#,
            4_876_876_000_000_000_u64 + at as u64,
            at % 7,
        );
        let _ = write!(
            json,
            r#""Phone":"+1-555-0{}","Annual_Revenue":{},"Rating":{}.25,"Opted_Out":{},"Note":null,"#,
            at % 1000,
            at * 1000 + 500,
            at % 5,
            at % 2 == 0,
        );
        let _ = write!(
            json,
            r#""Owner":{{"name":"Owner {}","id":"9{at}"}},"Tag":["x","y{}"],"Modified_Time":"2026-02-20T16:59:00+05:30"}}"#,
            at % 4,
            at % 3,
        );
    }
    json.push_str("]}");
    json
}
