//! The lines of quotes, orders and invoices as version 2 of the API spells them.
//!
//! Its documents call them `Product_Details`, with names of their own inside; later versions have a subform
//! that each module names itself, such as `Invoiced_Items`. Scripts ask version 2 for the one or the other,
//! as old and newer organisations answer differently, so here version 2 takes both and shows both.

use super::super::world::World;
use super::Version;
use super::module::{Field, Module, records_kind};
use serde_json::{Map, Value, json};

/// What version 2 calls the lines of every module.
pub const NAME: &str = "Product_Details";

/// Names inside a line: of version 2, and of the subform.
const NAMES: &[(&str, &str)] = &[
    ("product", "Product_Name"),
    ("quantity", "Quantity"),
    ("list_price", "List_Price"),
    ("product_description", "Description"),
];

/// The subform that holds a module's lines, where the version has another name for it.
pub fn subform(module: &Module, version: Version) -> Option<&Field> {
    module.fields.iter().find(|field| field.lines && version == 20)
}

/// Puts lines that came under the name of version 2 into the subform.
pub fn read(module: &Module, version: Version, rows: &mut [Value]) {
    let Some(subform) = subform(module, version) else { return };
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        if let Some(mut lines) = row.remove(NAME) {
            lines.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).for_each(rename);
            row.entry(subform.name.clone()).or_insert(lines);
        }
    }
}

fn rename(line: &mut Map<String, Value>) {
    for (old, new) in NAMES {
        if let Some(value) = line.remove(*old) {
            line.insert((*new).to_owned(), value);
        }
    }
}

/// The rows of a subform, as they are shown, in the form of version 2.
pub fn show(world: &World, rows: &Value) -> Value {
    Value::Array(rows.as_array().into_iter().flatten().map(|row| line(world, row)).collect())
}

fn line(world: &World, row: &Value) -> Value {
    let lookup = &row["Product_Name"];
    let product = lookup["id"].as_str().and_then(|id| world.docs.get(&records_kind("Products"), id));
    let of_product = |name: &str| product.and_then(|product| product.get(name)).cloned().unwrap_or(Value::Null);
    let discounted = row["Total"].as_f64().map(|total| total - row["Discount"].as_f64().unwrap_or(0.0));
    let mut shown = json!({
        "product": {"Product_Code": of_product("Product_Code"), "name": lookup["name"], "id": lookup["id"]},
        "unit_price": of_product("Unit_Price"), "quantity_in_stock": of_product("Qty_in_Stock"),
        "Discount": row["Discount"], "Tax": row["Tax"], "total": row["Total"], "total_after_discount": discounted,
        "net_total": row["Net_Total"], "line_tax": [], "book": null, "id": row["id"],
    });
    for (old, new) in NAMES.iter().filter(|(old, _)| *old != "product") {
        shown[*old] = row[*new].clone();
    }
    shown
}
