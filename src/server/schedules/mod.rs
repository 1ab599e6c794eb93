//! Schedules: functions that run at times.
//!
//! `calendar` and `plan` say when, as pure calculation; `wish` reads what people write; `declared` finds
//! the schedules of a project; `due` runs what is due, once however many engines share the database;
//! `calls` is what pages and routes call.

mod calendar;
mod calls;
pub mod declared;
mod due;
mod plan;
#[cfg(test)]
mod plan_tests;
mod wish;

pub use calls::{Phase, Run, Schedule};
pub use plan::Moment;
pub use wish::{Every, Missed, ScheduleWish};
