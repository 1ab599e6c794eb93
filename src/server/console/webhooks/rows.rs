//! Rows of a form that can be repeated; those whose first field is empty count as not there.

use crate::server::console::Fields;
use maud::{Markup, html};

/// A column of such rows.
pub struct Column<'a> {
    /// Of the fields, one value per row.
    pub name: &'a str,
    pub label: &'a str,
    /// Values to choose from, with their words; a text to type where there are none.
    pub choices: Vec<(String, String)>,
}

impl<'a> Column<'a> {
    pub fn text(name: &'a str, label: &'a str) -> Self {
        Column { name, label, choices: Vec::new() }
    }

    pub fn choice(name: &'a str, label: &'a str, choices: Vec<(String, String)>) -> Self {
        Column { name, label, choices }
    }
}

/// The rows that are filled in, and one more.
pub fn rows(class: &str, legend: &str, hint: &str, columns: &[Column<'_>], fields: &Fields) -> Markup {
    let filled = columns.first().map_or(0, |first| fields.all(first.name).len());
    html! {
        fieldset {
            legend { (legend) }
            @if !hint.is_empty() { p.hint { (hint) } }
            @for row in 0..=filled {
                div class={ "row " (class) } { @for column in columns { (cell(column, row, fields)) } }
            }
            button.small type="button" data-repeat={ "." (class) } { "One more" }
        }
    }
}

fn cell(column: &Column<'_>, row: usize, fields: &Fields) -> Markup {
    let id = format!("{}-{row}", column.name);
    let value = fields.all(column.name).get(row).copied().unwrap_or_default().to_owned();
    html! {
        div.field {
            label for=(id) { (column.label) }
            @if column.choices.is_empty() {
                input id=(id) name=(column.name) value=(value) autocomplete="off" spellcheck="false";
            } @else {
                select id=(id) name=(column.name) {
                    @for (word, text) in &column.choices { option value=(word) selected[*word == value] { (text) } }
                }
            }
        }
    }
}

/// The rows whose first field is filled in, a value per column.
pub fn read<const N: usize>(names: [&str; N], fields: &Fields) -> Vec<[String; N]> {
    let columns = names.map(|name| fields.all(name));
    let rows = columns.first().map_or(0, Vec::len);
    let row = |at: usize| columns.each_ref().map(|column| column.get(at).copied().unwrap_or_default().to_owned());
    (0..rows).map(row).filter(|row| !row[0].is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_beginning_are_not_there() {
        let fields = Fields::read(b"a=1&b=x&a=&b=y&a=3&b=z");
        assert_eq!(read(["a", "b"], &fields), [["1", "x"], ["3", "z"]]);
        let shown = rows("pair", "Pairs", "", &[Column::text("a", "A"), Column::text("b", "B")], &fields).into_string();
        assert_eq!(shown.matches("class=\"row pair\"").count(), 4);
        assert!(shown.contains("id=\"b-2\" name=\"b\" value=\"z\""), "{shown}");
    }
}
