//! The organisation, its users, roles, profiles, variables and tags.

use super::super::docs::Docs;
use super::ADMIN;
use serde_json::{Value, json};

/// Users who own records.
pub const ACTIVE: &[&str] = &[ADMIN, "5725767000000411002", "5725767000000411003"];

/// Puts them into empty documents.
pub fn plant(docs: &mut Docs) {
    docs.put("org", "org", org());
    for (id, name) in [("5725767000000026005", "CEO"), ("5725767000000026008", "Manager")] {
        let above = (name != "CEO").then(|| json!({"name": "CEO", "id": "5725767000000026005"}));
        let role = json!({
            "display_label": name, "name": name, "id": id, "admin_user": name == "CEO",
            "share_with_peers": true, "description": null, "reporting_to": above,
        });
        docs.put("roles", id, role);
    }
    for (id, name) in [("5725767000000026011", "Administrator"), ("5725767000000026014", "Standard")] {
        let profile = json!({
            "display_label": name, "name": name, "id": id, "category": name == "Standard", "custom": false,
            "type": "normal_profile", "description": null, "created_time": null, "modified_time": null,
            "created_by": null, "modified_by": null, "permissions_details": [], "sections": [],
        });
        docs.put("profiles", id, profile);
    }
    let users = [
        (ADMIN, "Mara", "Lindt", "active", true, true),
        ("5725767000000411002", "Jonas", "Okafor", "active", true, false),
        ("5725767000000411003", "Priya", "Raman", "active", true, false),
        ("5725767000000411004", "Teodor", "Brink", "disabled", true, false),
        ("5725767000000411005", "Noor", "Haddad", "active", false, false),
    ];
    for (id, first, last, status, confirmed, admin) in users {
        docs.put("users", id, user(id, first, last, status, confirmed, admin));
    }
    variables(docs);
    tags(docs);
    contact_roles(docs);
    currencies(docs);
}

fn contact_roles(docs: &mut Docs) {
    let names = ["Developer/Evaluator", "Decision Maker", "Economic Decision Maker", "Executive Sponsor", "Purchasing"];
    for (number, name) in (1_u64..).zip(names) {
        let id = (5_725_767_000_000_006_800 + number).to_string();
        docs.put("contact_roles", &id, json!({"id": id, "name": name, "sequence_number": number}));
    }
}

fn currencies(docs: &mut Docs) {
    let made = "2025-01-06T09:00:00+05:30";
    let by = json!({"name": "Mara Lindt", "id": ADMIN});
    let id = "5725767000000701001";
    let dollar = json!({
        "id": id, "iso_code": "USD", "symbol": "$", "name": "US Dollar - USD", "exchange_rate": "1", "is_active": true,
        "is_base": true, "prefix_symbol": true, "created_time": made, "modified_time": made, "created_by": by,
        "modified_by": by,
        "format": {"decimal_separator": "Period", "thousand_separator": "Comma", "decimal_places": "2"},
    });
    docs.put("currencies", id, dollar);
}

fn org() -> Value {
    serde_json::from_str(include_str!("org.json")).expect("the embedded file is JSON, which a test reads")
}

fn user(id: &str, first: &str, last: &str, status: &str, confirmed: bool, admin: bool) -> Value {
    let (role, profile) = if admin {
        (("CEO", "5725767000000026005"), ("Administrator", "5725767000000026011"))
    } else {
        (("Manager", "5725767000000026008"), ("Standard", "5725767000000026014"))
    };
    let mut user = json!({
        "id": id, "first_name": first, "last_name": last, "full_name": format!("{first} {last}"),
        "email": format!("{}.{}@quietharbor.example", first.to_lowercase(), last.to_lowercase()),
        "zuid": format!("90000{}", &id[13..]), "status": status, "confirm": confirmed, "alias": null,
        "role": {"name": role.0, "id": role.1}, "profile": {"name": profile.0, "id": profile.1},
    });
    let more = json!({
        "language": "en_US", "locale": "en_US", "country_locale": "en_US", "country": "India",
        "time_zone": "Asia/Kolkata", "time_format": "HH:mm", "date_format": "MMM d, yyyy", "offset": 19_800_000,
        "created_time": "2025-01-06T09:00:00+05:30", "Modified_Time": "2026-02-02T09:00:00+05:30",
        "created_by": {"name": "Mara Lindt", "id": ADMIN}, "Modified_By": {"name": "Mara Lindt", "id": ADMIN, "first_name": "Mara", "last_name": "Lindt"},
        "phone": null, "mobile": null, "fax": null, "website": null, "street": null, "city": null, "state": null,
        "zip": null, "dob": null, "signature": null, "Isonline": false, "personal_account": false,
        "microsoft": false, "category": "regular_user", "type__s": "Regular User", "Currency": "USD",
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        user[name] = value.clone();
    }
    user
}

fn variables(docs: &mut Docs) {
    let rows = [
        ("5725767000000501001", "Support_Mail", "Support mail", "email", "support@quietharbor.example"),
        ("5725767000000501002", "Discount_Limit", "Discount limit", "integer", "15"),
        ("5725767000000501003", "Greeting", "Greeting", "text", "Good day from Quiet Harbor"),
    ];
    for (id, api_name, name, kind, value) in rows {
        let variable = json!({
            "id": id, "api_name": api_name, "name": name, "description": null, "source": "custom", "type": kind,
            "variable_group": {"api_name": "General", "name": "General", "id": "5725767000000500001"},
            "read_only": false, "value": value,
        });
        docs.put("variables", id, variable);
    }
}

fn tags(docs: &mut Docs) {
    let rows = [
        ("5725767000000601001", "Leads", "Spring fair", "#57B1FD"),
        ("5725767000000601002", "Leads", "Newsletter", "#63C57E"),
        ("5725767000000601003", "Contacts", "Key person", "#F48435"),
        ("5725767000000601004", "Deals", "Urgent", "#F17574"),
    ];
    for (id, module, name, color) in rows {
        let time = "2025-06-02T09:00:00+05:30";
        let tag = json!({
            "id": id, "name": name, "module": module, "color_code": color, "by": {"id": ADMIN},
            "created_time": time, "modified_time": time,
        });
        docs.put("tags", id, tag);
    }
}
