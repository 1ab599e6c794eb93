//! The sandbox over real HTTP: what a program that talks to Zoho would see.
#![cfg(feature = "sandbox")]

mod accounts;
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
