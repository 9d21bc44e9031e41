//! What the product does, through its real routes, worker and database.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on has failed")]

#[cfg(not(debug_assertions))]
compile_error!("These tests order the program to die and switch defences off, which only a debug build can do.");

mod admin;
mod app;
mod approvals;
mod audit;
mod bounds;
mod calendar;
mod conversations;
mod crash;
mod crm;
mod database_query;
mod documents;
mod endpoints;
mod events;
mod expo;
mod facts;
mod fair;
mod files_in;
mod full_disk;
mod headers;
mod imports;
mod injection;
mod injection_crm;
mod knowledge;
mod late;
mod late_crash;
mod ledger;
mod models;
mod outside_texts;
mod passwords;
mod payloads;
mod people;
mod permissions;
mod privacy;
mod processes;
mod proof;
mod push;
mod queue;
mod redis;
mod requests;
mod row_security;
mod schedules;
mod second_factor;
mod secrets;
mod sessions;
mod sign_in;
mod statement;
mod teams;
mod tenant;
mod tools;
mod tries;
mod webhooks;
mod workflows;
