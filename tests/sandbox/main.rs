//! The sandbox over real HTTP: what a program that talks to Zoho would see.
#![cfg(feature = "sandbox")]
// Tests read files, the clock and the environment themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

mod accounts;
mod bulk;
mod clients;
mod contract;
mod control;
mod coql;
mod desk;
mod kinds;
mod limits;
mod meta;
mod operations;
mod persistence;
mod process;
mod products;
mod records;
mod related;
mod search;
mod settings;
mod write;
