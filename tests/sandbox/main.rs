//! The sandbox over real HTTP: what a program that talks to Zoho would see.
#![cfg(feature = "sandbox")]
// Tests read files, the clock and the environment themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

mod accounts;
mod clients;
mod contract;
mod control;
mod coql;
mod desk;
mod limits;
mod meta;
mod persistence;
mod records;
mod related;
mod search;
mod write;
