//! The defences against text from outside, by name, so that tests can show what each one is there for: the attacks of the
//! suite must come through when any one of them is off. They are always on outside of tests.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defence {
    /// The result of a tool keeps who stands behind it.
    Results,
    /// A file keeps who stands behind it, also one that a run made of what it read.
    Files,
    /// A conversation in which something from outside was read stays marked.
    Conversations,
    /// A recipient is the person's word or company data.
    Recipients,
    /// An attachment is the person's word or made by the run.
    Attachments,
    /// A link or an address in a mail is the person's word or company data.
    Links,
    /// A query, a fetch or a change of our data is not asked for by what was read.
    Queries,
    /// What leaves the company waits for a person.
    Leaving,
}

impl Defence {
    /// Every defence.
    pub const ALL: [Self; 8] = [
        Self::Results,
        Self::Files,
        Self::Conversations,
        Self::Recipients,
        Self::Attachments,
        Self::Links,
        Self::Queries,
        Self::Leaving,
    ];
}

/// Which defences are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Defences {
    off: Option<Defence>,
}

impl Defences {
    /// All but one.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn without(defence: Defence) -> Self {
        Self { off: Some(defence) }
    }

    /// Whether this one is on.
    #[must_use]
    pub fn on(self, defence: Defence) -> bool {
        self.off != Some(defence)
    }
}
