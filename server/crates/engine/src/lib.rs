//! What everything the assistant does goes through: app state, configuration, runs and effects, the worker, the choice of models,
//! schedules, webhooks, push. It knows no route and no tool.

pub mod access;
pub mod app;
pub mod catalogue;
pub mod channels;
pub mod clock;
pub mod config;
pub mod database;
pub mod effects;
pub mod endpoints;
pub mod events;
pub mod failpoint;
pub mod file_sweep;
pub mod kpis;
pub mod library;
pub mod models;
pub mod people;
pub mod poll;
pub mod push;
pub mod reader;
pub mod runs;
pub mod scheduler;
pub mod schedules;
pub mod sealing;
pub mod secret_file;
pub mod secrets;
pub mod service_account;
pub mod turns;
pub mod views;
pub mod wake;
pub mod web;
pub mod webhooks;
pub mod worker;
