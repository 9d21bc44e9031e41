//! Where something comes from, and so what it may decide.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::coded;

/// Who stands behind a text or a value; the later in this order, the less it may decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Trust {
    /// The person's own words.
    Person,
    /// The company's data.
    Company,
    /// Written by others: mail, web pages, uploads. It can't choose a recipient, address, query or schedule. What nothing is
    /// known of counts as this.
    #[default]
    Outside,
}

coded!(Trust);
