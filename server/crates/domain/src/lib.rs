//! Types and rules of the assistant. Pure: no async, no SQL, no HTTP; the time and new ids are passed in.

pub mod approval;
pub mod audit;
pub mod canonical;
pub mod device;
pub mod effect;
pub mod event;
pub mod file;
pub mod id;
pub mod language;
pub mod ledger;
pub mod money;
pub mod password;
pub mod people;
pub mod period;
pub mod recovery_code;
pub mod reporting;
pub mod roles;
pub mod run;
pub mod standing;
pub mod totp;
pub mod trust;
pub mod usage;
