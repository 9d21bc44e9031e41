//! The server: HTTP, worker, tools and commands. The only crate that knows all the others.

pub mod app;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod config;
mod crash;
pub mod database;
pub mod demo;
mod demo_site;
pub mod events;
pub mod http;
mod kept;
pub mod kpis;
pub mod library;
pub mod linkedin;
mod local365;
pub mod models;
mod people;
pub mod reader;
pub mod research;
pub mod schedules;
pub mod sealing;
mod secrets;
pub mod serve;
pub mod tools;
pub mod web;
pub mod worker;
