//! Leads: companies that may become customers, the people to talk to there, and how far the talk has come.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::coded;
use crate::effect::is_address;

pub mod file;
pub mod identity;
mod merge;
pub mod name;

/// How far a lead has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum LeadStatus {
    /// Nobody has talked to it.
    #[default]
    New,
    /// Somebody has written or called.
    Contacted,
    /// It has the need and the means.
    Qualified,
    /// It has an offer.
    Proposal,
    /// The offer is being talked about.
    Negotiation,
    /// It is a customer.
    Won,
    /// It will not become a customer.
    Lost,
}

coded!(LeadStatus);

impl LeadStatus {
    /// The further of the two. Of two records the living one counts.
    #[must_use]
    pub fn further(self, other: Self) -> Self {
        match (self, other) {
            (Self::Lost, status) | (status, Self::Lost) => status,
            (one, other) => one.max(other),
        }
    }
}

/// Someone to talk to at a lead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Their name, may be empty.
    pub name: String,
    /// Their address in lower case as it was given, may be empty or wrong.
    pub email: String,
    /// Their number as it was given, may be empty.
    pub phone: String,
}

impl Contact {
    /// Whether a mail can be sent to the address.
    #[must_use]
    pub fn email_valid(&self) -> bool {
        is_address(&self.email)
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.email.is_empty() && self.phone.is_empty()
    }
}

/// A company that may become a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    pub company: String,
    /// Whom to talk to; the first one is written to.
    pub contacts: Vec<Contact>,
    /// What it does, e.g. `F&B`.
    pub industry: String,
    /// Where it is, e.g. `Singapore`.
    pub location: String,
    /// Its web site as it was given.
    pub website: String,
    /// Where it was found.
    pub source: String,
    /// How far it has come.
    pub status: LeadStatus,
    /// The address of the person who works on it.
    pub assigned_to: Option<String>,
    /// When somebody is to get in touch again.
    pub follow_up_date: Option<NaiveDate>,
    /// When somebody last was in touch.
    pub last_contacted: Option<NaiveDate>,
    /// It does not want to hear from the company. That is final.
    pub opted_out: bool,
    /// What is known besides.
    pub notes: String,
}

impl Lead {
    /// Whom a mail goes to, if it may: the first contact with a good address, unless the lead has opted out.
    #[must_use]
    pub fn reachable(&self) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.email_valid()).filter(|_| !self.opted_out)
    }

    /// Whether it has an address and none of them can be written to.
    #[must_use]
    pub fn has_bad_address(&self) -> bool {
        self.contacts.iter().any(|contact| !contact.email.is_empty()) && !self.contacts.iter().any(Contact::email_valid)
    }
}

#[cfg(test)]
mod tests;
