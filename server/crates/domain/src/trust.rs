//! Where something comes from, and so what it may decide.

use serde::{Deserialize, Serialize};

/// Who stands behind a text or a value; the later in this order, the less it may decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl Trust {
    /// Every label.
    pub const ALL: [Self; 3] = [Self::Person, Self::Company, Self::Outside];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Company => "company",
            Self::Outside => "outside",
        }
    }

    /// The label of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trust| trust.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reads_back_from_its_code() {
        for trust in Trust::ALL {
            assert_eq!(Trust::from_code(trust.code()), Some(trust));
            assert_eq!(serde_json::to_value(trust).unwrap(), trust.code());
        }
        assert_eq!(Trust::from_code("friend"), None);
    }
}
