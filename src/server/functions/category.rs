//! The categories of functions, and what each may use up (`crm/developer/docs/functions/functions-limits`).

use crate::eval::limits::Limits;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Memory of one execution, in bytes. Zoho documents none.
const MEMORY: usize = 256 << 20;

/// What a function is made for. Its namespace says so, as in Zoho CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Standalone,
    Automation,
    Button,
    Schedule,
    RelatedList,
    ValidationRule,
}

/// Everything about one category.
pub struct CategoryRow {
    pub category: Category,
    /// The namespace, and the word in the API.
    pub namespace: &'static str,
    pub title: &'static str,
    /// Wall-clock time of one execution, in seconds.
    pub seconds: u64,
    pub doc: &'static str,
}

pub const CATEGORIES: &[CategoryRow] = &[
    CategoryRow {
        category: Category::Standalone,
        namespace: "standalone",
        title: "Standalone",
        seconds: 10,
        doc: "called over REST and by other functions",
    },
    CategoryRow {
        category: Category::Automation,
        namespace: "automation",
        title: "Automation",
        seconds: 30,
        doc: "called by a workflow, a blueprint or an approval",
    },
    CategoryRow {
        category: Category::Button,
        namespace: "button",
        title: "Button",
        seconds: 10,
        doc: "called by a button; what it returns is shown",
    },
    CategoryRow {
        category: Category::Schedule,
        namespace: "schedule",
        title: "Schedule",
        seconds: 15 * 60,
        doc: "called at a time; takes no arguments",
    },
    CategoryRow {
        category: Category::RelatedList,
        namespace: "related_list",
        title: "Related list",
        seconds: 10,
        doc: "returns the rows of a related list as XML",
    },
    CategoryRow {
        category: Category::ValidationRule,
        namespace: "validation_rule",
        title: "Validation rule",
        seconds: 10,
        doc: "called before a record is saved; returns a map with `status` and `message`",
    },
];

impl Category {
    pub fn row(self) -> &'static CategoryRow {
        // Every category has its row; a test says so.
        CATEGORIES.iter().find(|row| row.category == self).unwrap_or(&CATEGORIES[0])
    }

    /// The category of a namespace, in any case.
    pub fn of_namespace(namespace: &str) -> Option<Category> {
        CATEGORIES.iter().find(|row| row.namespace.eq_ignore_ascii_case(namespace)).map(|row| row.category)
    }

    /// What an execution may use up. Its time is kept by the executor, so that waiting counts.
    pub fn limits(self) -> Limits {
        let crm = Limits::profile("crm").unwrap_or(Limits::NONE);
        Limits { time: None, memory: Some(MEMORY), ..crm }
    }

    pub fn time(self) -> Duration {
        Duration::from_secs(self.row().seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_its_row() {
        let all = [
            Category::Standalone,
            Category::Automation,
            Category::Button,
            Category::Schedule,
            Category::RelatedList,
            Category::ValidationRule,
        ];
        for category in all {
            assert_eq!(category.row().category, category);
            assert_eq!(Category::of_namespace(category.row().namespace), Some(category));
        }
    }
}
