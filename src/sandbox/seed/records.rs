//! A few hundred records that hang together.

use super::names::{ERRANDS, FIRM, FIRST, LAST, PLACES, PRODUCTS, REMARKS, STREETS, TITLES, TRADE, TROUBLES};
use super::{Planter, day};
use serde_json::{Value, json};

const LEADS: usize = 60;
const ACCOUNTS: usize = 40;
const CONTACTS: usize = 80;
const DEALS: usize = 60;

/// Puts them in.
pub fn plant(planter: &mut Planter) {
    let vendors: Vec<String> = (0..8).map(|at| vendor(planter, at)).collect();
    let products: Vec<String> = (0..PRODUCTS.len()).map(|at| product(planter, at, &vendors)).collect();
    let campaigns: Vec<String> = (0..6).map(|at| campaign(planter, at)).collect();
    let leads: Vec<String> = (0..LEADS).map(|at| lead(planter, at)).collect();
    let accounts: Vec<String> = (0..ACCOUNTS).map(|at| account(planter, at)).collect();
    let contacts: Vec<String> = (0..CONTACTS).map(|at| contact(planter, at, &accounts)).collect();
    let deals: Vec<String> = (0..DEALS).map(|at| deal(planter, at, &accounts, &contacts, &campaigns)).collect();
    orders(planter, &accounts, &contacts, &deals, &products, &vendors);
    activities(planter, &leads, &accounts, &contacts, &deals);
    for at in 0..12 {
        case(planter, at, &accounts, &contacts, &products);
    }
    for (at, trouble) in TROUBLES.iter().enumerate() {
        let answer = format!("Known since spring: {}. Exchange the part and restart.", trouble.to_lowercase());
        let solution = json!({"Solution_Title": format!("When: {trouble}"), "Status": "Reviewed", "Answer": answer});
        planter.add("Solutions", at, solution);
    }
}

fn mail(first: &str, last: &str, domain: &str) -> String {
    format!("{}.{}@{domain}.example.com", first.to_lowercase(), last.to_lowercase())
}

fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "")
}

fn phone(at: usize) -> String {
    // Numbers from 555-0100 to 555-0199 belong to nobody.
    format!("+1 {} 555 01{:02}", 201 + (at * 37) % 780, at % 100)
}

fn vendor(planter: &mut Planter, at: usize) -> String {
    let name = format!("{} Supplies", FIRM[(at * 3 + 1) % FIRM.len()]);
    let place = PLACES[at % PLACES.len()];
    let email = format!("orders@{}.example.net", slug(&name));
    let record = json!({
        "Vendor_Name": name, "Email": email, "Phone": phone(at + 500), "City": place.0, "Country": place.3,
        "Category": "Wholesale",
    });
    planter.add("Vendors", at, record)
}

fn product(planter: &mut Planter, at: usize, vendors: &[String]) -> String {
    let (name, category, unit, price) = PRODUCTS[at];
    let record = json!({
        "Product_Name": name, "Product_Code": format!("QH-{:04}", 1000 + at), "Product_Active": true,
        "Product_Category": category, "Usage_Unit": unit, "Unit_Price": price, "Taxable": true,
        "Vendor_Name": {"id": vendors[at % vendors.len()]}, "Qty_in_Stock": (at * 13) % 90 + 5,
        "Sales_Start_Date": day(-400),
    });
    planter.add("Products", at, record)
}

fn campaign(planter: &mut Planter, at: usize) -> String {
    let kind = planter.option("Campaigns", "Type");
    let start = -90 + at as i64 * 25;
    let record = json!({
        "Campaign_Name": format!("{} campaign {}", kind, 2025 + at % 2), "Type": kind,
        "Status": if start < -30 { "Complete" } else { "Active" }, "Start_Date": day(start), "End_Date": day(start + 30),
        "Budgeted_Cost": 2000 + at * 750, "Expected_Revenue": 12_000 + at * 3000,
    });
    planter.add("Campaigns", at, record)
}

fn lead(planter: &mut Planter, at: usize) -> String {
    let (first, last) = (FIRST[at % FIRST.len()], LAST[(at * 7 + 3) % LAST.len()]);
    let firm = format!("{} {}", FIRM[(at * 3) % FIRM.len()], planter.dice.one_of(TRADE));
    let place = planter.dice.one_of(PLACES);
    let status = planter.option("Leads", "Lead_Status");
    let source = planter.option("Leads", "Lead_Source");
    let industry = planter.option("Leads", "Industry");
    let tags: &[&str] = if at.is_multiple_of(6) { &["5725767000000601001"] } else { &[] };
    let record = json!({
        "First_Name": first, "Last_Name": last, "Company": firm, "Email": mail(first, last, &format!("{}{at}", slug(&firm))),
        "Phone": phone(at), "Designation": planter.dice.one_of(TITLES), "Lead_Status": status, "Lead_Source": source,
        "Industry": industry, "No_of_Employees": 5 + (at * 17) % 400, "Annual_Revenue": 100_000 + (at * 47_000) % 2_000_000,
        "Street": format!("{} {}", at + 1, planter.dice.one_of(STREETS)), "City": place.0, "State": place.1,
        "Zip_Code": place.2, "Country": place.3, "Email_Opt_Out": at % 9 == 4, "$converted": false, "Tag": tags,
        "Website": format!("https://{}.example.com", slug(&firm)),
    });
    planter.add("Leads", at, record)
}

fn account(planter: &mut Planter, at: usize) -> String {
    let name = format!("{} {}", FIRM[at % FIRM.len()], TRADE[(at / FIRM.len() * 3 + at) % TRADE.len()]);
    let place = planter.dice.one_of(PLACES);
    let industry = planter.option("Accounts", "Industry");
    let kind = planter.option("Accounts", "Account_Type");
    let record = json!({
        "Account_Name": name, "Account_Number": (1000 + at).to_string(), "Industry": industry, "Account_Type": kind,
        "Phone": phone(at + 100), "Website": format!("https://{}.example.com", slug(&name)),
        "Employees": 10 + (at * 29) % 900, "Annual_Revenue": 250_000 + (at * 83_000) % 5_000_000,
        "Billing_Street": format!("{} {}", at + 3, planter.dice.one_of(STREETS)), "Billing_City": place.0,
        "Billing_State": place.1, "Billing_Code": place.2, "Billing_Country": place.3,
    });
    planter.add("Accounts", at, record)
}

fn contact(planter: &mut Planter, at: usize, accounts: &[String]) -> String {
    let (first, last) = (FIRST[(at * 5 + 2) % FIRST.len()], LAST[(at * 3 + at / FIRST.len()) % LAST.len()]);
    let place = planter.dice.one_of(PLACES);
    let source = planter.option("Contacts", "Lead_Source");
    let tags: &[&str] = if at.is_multiple_of(8) { &["5725767000000601003"] } else { &[] };
    let record = json!({
        "First_Name": first, "Last_Name": last, "Email": mail(first, last, &format!("mail{at}")),
        "Account_Name": {"id": accounts[at % accounts.len()]}, "Title": planter.dice.one_of(TITLES),
        "Phone": phone(at + 200), "Mobile": phone(at + 300), "Lead_Source": source, "Mailing_City": place.0,
        "Mailing_State": place.1, "Mailing_Zip": place.2, "Mailing_Country": place.3, "Tag": tags,
    });
    planter.add("Contacts", at, record)
}

fn deal(planter: &mut Planter, at: usize, accounts: &[String], contacts: &[String], campaigns: &[String]) -> String {
    let stage = planter.option("Deals", "Stage");
    let probability = match stage.as_str() {
        "Closed Won" => 100,
        "Closed Lost" | "Closed Lost to Competition" => 0,
        "Qualification" => 10,
        "Negotiation/Review" => 90,
        _ => 50,
    };
    let product = PRODUCTS[planter.dice.below(PRODUCTS.len())].0;
    let account = at % accounts.len();
    let campaign = at.is_multiple_of(5).then(|| json!({"id": campaigns[at % campaigns.len()]}));
    // What is closed was closed before the seed's day; what is open may still be late.
    let closing = at as i64 * 3 - 60;
    let closing = if stage.starts_with("Closed") && closing > 0 { -closing % 60 - 1 } else { closing };
    let kind = if at.is_multiple_of(3) { "Existing Business" } else { "New Business" };
    let record = json!({
        "Deal_Name": format!("{product} order {}", 100 + at), "Account_Name": {"id": accounts[account]},
        "Contact_Name": {"id": contacts[account]}, "Campaign_Source": campaign, "Stage": stage,
        "Pipeline": "Standard (Standard)", "Amount": 1500 + (at * 1370) % 48_000, "Probability": probability,
        "Closing_Date": day(closing), "Type": kind,
    });
    planter.add("Deals", at, record)
}

fn lines(at: usize, products: &[String]) -> Value {
    let count = at % 3 + 1;
    let rows = (0..count).map(|line| {
        let product = (at * 3 + line * 5) % products.len();
        let quantity = (at * 5 + line * 3) % 9 + 1;
        let id = (super::super::crm::module::ORG_PREFIX + 800_000 + (at * 10 + line) as u64).to_string();
        json!({
            "id": id, "Product_Name": {"id": products[product]}, "Quantity": quantity,
            "List_Price": PRODUCTS[product].3, "Discount": 0, "Tax": 0,
        })
    });
    Value::Array(rows.collect())
}

fn orders(
    planter: &mut Planter,
    accounts: &[String],
    contacts: &[String],
    deals: &[String],
    products: &[String],
    vendors: &[String],
) {
    for at in 0..10 {
        let stage = planter.option("Quotes", "Quote_Stage");
        let record = json!({
            "Subject": format!("Quote {}", 2001 + at), "Quote_Number": (2001 + at).to_string(), "Quote_Stage": stage,
            "Account_Name": {"id": accounts[at]}, "Contact_Name": {"id": contacts[at]}, "Deal_Name": {"id": deals[at]},
            "Valid_Till": day(20 + at as i64), "Quoted_Items": lines(at, products),
        });
        planter.add("Quotes", at, record);
    }
    let sales: Vec<String> = (0..8)
        .map(|at| {
            let record = json!({
                "Subject": format!("Order {}", 3001 + at), "SO_Number": (3001 + at).to_string(), "Status": "Approved",
                "Account_Name": {"id": accounts[at]}, "Contact_Name": {"id": contacts[at]}, "Deal_Name": {"id": deals[at]},
                "Due_Date": day(15 + at as i64), "Ordered_Items": lines(at, products),
            });
            planter.add("Sales_Orders", at, record)
        })
        .collect();
    for (at, vendor) in vendors.iter().enumerate().take(4) {
        let record = json!({
            "Subject": format!("Purchase {}", 4001 + at), "PO_Number": format!("PO-{}", 4001 + at), "Status": "Created",
            "Vendor_Name": {"id": vendor}, "PO_Date": day(-20 - at as i64),
            "Purchase_Items": lines(at, products),
        });
        planter.add("Purchase_Orders", at, record);
    }
    for at in 0..15 {
        let order = sales.get(at).map(|id| json!({"id": id}));
        let record = json!({
            "Subject": format!("Invoice {}", 5001 + at), "Invoice_Number": (5001 + at).to_string(),
            "Status": if at.is_multiple_of(2) { "Paid" } else { "Sent" }, "Account_Name": {"id": accounts[at]},
            "Contact_Name": {"id": contacts[at]}, "Sales_Order": order, "Invoice_Date": day(-30 + at as i64),
            "Due_Date": day(at as i64), "Invoiced_Items": lines(at, products),
        });
        planter.add("Invoices", at, record);
    }
}

fn activities(planter: &mut Planter, leads: &[String], accounts: &[String], contacts: &[String], deals: &[String]) {
    for at in 0..40 {
        let status = planter.option("Tasks", "Status");
        let priority = planter.option("Tasks", "Priority");
        let record = json!({
            "Subject": ERRANDS[at % ERRANDS.len()], "Due_Date": day(at as i64 - 15), "Status": status,
            "Priority": priority, "Who_Id": {"id": contacts[at]}, "What_Id": {"id": deals[at]}, "$se_module": "Deals",
        });
        planter.add("Tasks", at, record);
    }
    for at in 0..20 {
        let start = day(at as i64 - 5);
        let record = json!({
            "Event_Title": format!("Meeting: {}", ERRANDS[(at + 2) % ERRANDS.len()].to_lowercase()),
            "Start_DateTime": format!("{start}T10:00:00+05:30"), "End_DateTime": format!("{start}T11:00:00+05:30"),
            "Venue": PLACES[at % PLACES.len()].0, "What_Id": {"id": accounts[at]}, "$se_module": "Accounts",
        });
        planter.add("Events", at, record);
        let kind = planter.option("Calls", "Call_Type");
        let record = json!({
            "Subject": format!("Call: {}", ERRANDS[at % ERRANDS.len()].to_lowercase()), "Call_Type": kind,
            "Call_Start_Time": format!("{}T14:30:00+05:30", day(-(at as i64))), "Call_Duration": format!("{:02}:15", at % 20),
            "Who_Id": {"id": leads[at]},
        });
        planter.add("Calls", at, record);
    }
    for at in 0..40 {
        let (module, parent) = match at % 4 {
            0 => ("Leads", &leads[at]),
            1 => ("Contacts", &contacts[at]),
            2 => ("Accounts", &accounts[at]),
            _ => ("Deals", &deals[at]),
        };
        let record = json!({
            "Note_Title": format!("Remark {}", at + 1), "Note_Content": REMARKS[at % REMARKS.len()],
            "Parent_Id": {"id": parent}, "$se_module": module,
        });
        planter.add("Notes", at, record);
    }
}

fn case(planter: &mut Planter, at: usize, accounts: &[String], contacts: &[String], products: &[String]) {
    let status = planter.option("Cases", "Status");
    let origin = planter.option("Cases", "Case_Origin");
    let record = json!({
        "Subject": TROUBLES[at % TROUBLES.len()], "Case_Number": (6001 + at).to_string(), "Status": status,
        "Case_Origin": origin, "Priority": "Medium", "Account_Name": {"id": accounts[at]},
        "Related_To": {"id": contacts[at]}, "Product_Name": {"id": products[at]},
    });
    planter.add("Cases", at, record);
}
