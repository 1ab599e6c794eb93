//! Schedules: functions that run at times.
//!
//! `calendar` and `plan` say when, as pure calculation; `wish` reads what people write; `declared` finds
//! the schedules of a project; `due` runs what is due, once however many engines share the database;
//! `calls` is what pages and routes call.

pub mod calendar;
pub mod plan;
#[cfg(test)]
mod plan_tests;
pub mod wish;

pub use plan::{Moment, Plan, Repeat};
pub use wish::{Every, Missed, ScheduleWish};
