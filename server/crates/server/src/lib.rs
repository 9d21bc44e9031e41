//! The server: HTTP, worker, tools and commands. The only crate that knows all the others.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
mod crash;
pub mod database;
pub mod demo;
pub mod events;
pub mod http;
mod kept;
mod local365;
pub mod models;
mod people;
pub mod reader;
pub mod sealing;
mod secrets;
pub mod serve;
pub mod tools;
pub mod worker;
