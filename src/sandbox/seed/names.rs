//! Names of people, firms and places that do not exist.

/// First names.
pub const FIRST: &[&str] = &[
    "Amara", "Bastian", "Chiara", "Daniyar", "Elin", "Farah", "Goran", "Hanneke", "Ilse", "Jun", "Katalin", "Leandro",
    "Miriam", "Nadim", "Oluchi", "Petra", "Quentin", "Rosalia", "Sanjay", "Tove", "Ugo", "Vesna", "Wanjiru", "Xiomara",
    "Yusuf", "Zofia",
];
/// Last names.
pub const LAST: &[&str] = &[
    "Abara",
    "Brandvold",
    "Castellano",
    "Dubrovnik",
    "Eskildsen",
    "Fairweather",
    "Greenhalgh",
    "Haverkamp",
    "Imanov",
    "Jarosz",
    "Kestrel",
    "Lindqvist",
    "Marlowe",
    "Nakagawa",
    "Oyelaran",
    "Pemberton",
    "Quispe",
    "Rautio",
    "Silverton",
    "Tremblay",
    "Underhill",
    "Vasquez",
    "Whitlock",
    "Yamada",
    "Zielinski",
];
/// Beginnings of firms' names.
pub const FIRM: &[&str] = &[
    "Quiet Harbor",
    "Fernwood",
    "Northlight",
    "Copper Kettle",
    "Blue Heron",
    "Stonebridge",
    "Marigold",
    "Ironleaf",
    "Silver Birch",
    "Tidewater",
    "Paper Lantern",
    "Red Clover",
    "Windmill",
    "Amber Field",
    "Driftwood",
    "Highmeadow",
    "Juniper",
    "Lakeshore",
    "Moonrise",
    "Old Orchard",
];
/// What firms do.
pub const TRADE: &[&str] = &["Foods", "Logistics", "Tools", "Press", "Energy", "Textiles", "Software", "Clinics"];
/// Cities, states, codes and countries.
pub const PLACES: &[(&str, &str, &str, &str)] = &[
    ("Lisbon", "Lisboa", "1100-148", "Portugal"),
    ("Ghent", "East Flanders", "9000", "Belgium"),
    ("Pune", "Maharashtra", "411001", "India"),
    ("Halifax", "Nova Scotia", "B3H 1A1", "Canada"),
    ("Tampere", "Pirkanmaa", "33100", "Finland"),
    ("Portland", "Oregon", "97201", "United States"),
    ("Nairobi", "Nairobi", "00100", "Kenya"),
    ("Mendoza", "Mendoza", "M5500", "Argentina"),
];
/// Streets.
pub const STREETS: &[&str] =
    &["Chandler Row", "Mill Lane", "Foundry Street", "Old Quay", "Station Road", "Garden Walk"];
/// What people do.
pub const TITLES: &[&str] =
    &["Buyer", "Head of Operations", "Founder", "Office Manager", "Chief Engineer", "Purchasing Lead", "Analyst"];
/// Things to sell: name, category, unit and price.
pub const PRODUCTS: &[(&str, &str, &str, f64)] = &[
    ("Tide Gauge", "Hardware", "Each", 349.0),
    ("Harbor Lamp", "Hardware", "Each", 79.5),
    ("Cargo Net", "Hardware", "Pieces", 42.0),
    ("Label Roll", "Hardware", "Box", 12.25),
    ("Route Planner", "Software", "Each", 1200.0),
    ("Stock Ledger", "Software", "Each", 640.0),
    ("Crew Roster", "Software", "Each", 480.0),
    ("Setup Day", "Services", "Hours", 95.0),
    ("Training Half-Day", "Services", "Hours", 110.0),
    ("Field Visit", "Services", "Hours", 130.0),
    ("Signal Horn", "Hardware", "Each", 58.0),
    ("Mooring Rope", "Hardware", "Pieces", 33.0),
    ("Weather Feed", "Software", "Each", 220.0),
    ("Deck Paint", "Hardware", "Carton", 88.0),
    ("Safety Vest", "Hardware", "Dozen", 156.0),
    ("Dock Camera", "Hardware", "Each", 415.0),
    ("Pallet Scale", "Hardware", "Each", 905.0),
    ("Customs Desk", "Software", "Each", 1750.0),
    ("Support Plan", "Services", "Hours", 75.0),
    ("Audit Week", "Services", "Hours", 140.0),
];
/// What tasks are about.
pub const ERRANDS: &[&str] = &[
    "Send the revised offer",
    "Call about the delivery date",
    "Prepare the demonstration",
    "Check the contract",
    "Ask for the purchase order",
    "Book the training room",
];
/// What notes say.
pub const REMARKS: &[&str] = &[
    "Prefers to be called in the morning.",
    "Asked for a discount on larger orders.",
    "Wants the manual in French as well.",
    "Met at the spring fair; follow up in two weeks.",
    "Budget is decided at the end of the quarter.",
];
/// What goes wrong.
pub const TROUBLES: &[&str] = &[
    "Lamp flickers at night",
    "Route planner shows an old map",
    "Wrong quantity delivered",
    "Cannot print labels",
    "Horn arrived without its bracket",
    "Invoice lists the wrong address",
];
