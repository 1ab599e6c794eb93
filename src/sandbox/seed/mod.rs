//! The fictional organisation that a fresh sandbox starts with: the same records, ids and dates every time.
//!
//! Dates count from one fixed day, so that nothing depends on when the sandbox is started. E-mail
//! addresses end in domains that are kept free for examples.

mod names;
mod people;
mod records;

use super::crm::module::{Module, ORG_PREFIX, records_kind};
use super::docs::Docs;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

/// The administrator, who owns the ready-made tokens.
pub const ADMIN: &str = "5725767000000411001";

/// The day from which all dates count.
const TODAY: Date = date(2026, 3, 2);

/// Puts the organisation and its records into empty documents.
pub fn plant(docs: &mut Docs, modules: &[Module]) {
    people::plant(docs);
    let mut planter = Planter { docs: &mut *docs, modules, dice: Dice(0x5eed) };
    records::plant(&mut planter);
    super::books::plant(docs);
    super::desk::plant(docs);
    super::creator::plant(docs);
    super::cliq::plant(docs);
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        // The constants of the splitmix generator.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

struct Planter<'a> {
    docs: &'a mut Docs,
    modules: &'a [Module],
    dice: Dice,
}

impl Planter<'_> {
    /// Adds a record as the `number`th of its module and hands back its id.
    fn add(&mut self, module: &str, number: usize, mut record: Value) -> String {
        let Some(place) = self.modules.iter().position(|known| known.name == module) else { return String::new() };
        let id = (ORG_PREFIX + 300_000 + place as u64 * 1000 + number as u64 + 1).to_string();
        let owner = people::ACTIVE[number % people::ACTIVE.len()];
        let made = day(-(200 - (number as i64 * 7) % 190));
        let changed = day(-((number as i64 * 3) % 10));
        record["id"] = json!(id);
        record["Owner"] = json!({"id": owner});
        record["Created_By"] = json!({"id": ADMIN});
        record["Modified_By"] = json!({"id": owner});
        record["Created_Time"] = json!(format!("{made}T09:{:02}:00+05:30", number % 60));
        record["Modified_Time"] = json!(format!("{changed}T16:{:02}:00+05:30", number % 60));
        super::crm::derive(&self.modules[place], &mut record);
        self.docs.put(&records_kind(module), &id, record);
        id
    }

    fn option(&mut self, module: &str, field: &str) -> String {
        let known = self.modules.iter().find(|known| known.name == module);
        let options = known.and_then(|known| known.field(field)).map(|field| field.options.as_slice()).unwrap_or(&[]);
        if options.is_empty() { String::new() } else { options[self.dice.below(options.len())].clone() }
    }
}

/// The day so many days after the fixed one.
pub fn day(after: i64) -> String {
    TODAY.checked_add(after.days()).unwrap_or(TODAY).to_string()
}
