//! A few boats and bookings.

use super::super::docs::Docs;
use serde_json::json;

const FIRST_ID: u64 = 3888_8330_0000_1140;

/// Puts them into the documents.
pub fn plant(docs: &mut Docs) {
    let boats = [
        ("Heron", "9.5", "Sail", "ines.marlow"),
        ("Kittiwake", "12.0", "Motor", "otto.keller"),
        ("Dabchick", "4.2", "Row", "lena.sato"),
    ];
    let ids: Vec<String> = (FIRST_ID..)
        .zip(boats)
        .map(|(id, (name, length, kind, skipper))| {
            let id = id.to_string();
            let boat = json!({
                "Boat_Name": name, "Length_m": length, "Kind": kind, "Skipper_Email": format!("{skipper}@example.com"),
                "Papers": "", "ID": id,
            });
            docs.put("creator/berth-booking/Boat", &id, boat);
            id
        })
        .collect();
    let bookings = [
        ("Ada Quay", 2, "06-Mar-2026", "true"),
        ("Omar Haddad", 5, "12-Mar-2026", "false"),
        ("Ines Marlow", 1, "03-Mar-2026", "true"),
    ];
    for (at, (guest, nights, arrival, confirmed)) in bookings.iter().enumerate() {
        let id = (FIRST_ID + 100 + at as u64).to_string();
        let booking = json!({
            "Guest": guest, "Boat": ids[at], "Nights": nights.to_string(), "Price": format!("{}.00", nights * 24),
            "Arrival": arrival, "Confirmed": confirmed, "Extras": ["Power"], "Remarks": "", "ID": id,
        });
        docs.put("creator/berth-booking/Booking", &id, booking);
    }
}
