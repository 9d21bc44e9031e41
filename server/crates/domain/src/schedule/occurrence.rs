//! One due moment of a schedule: where it stands, and why it is not like the others.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Where an occurrence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To be run as soon as its moment has come.
    Due,
    /// Its run goes on.
    Running,
    /// Its run ended well.
    Done,
    /// It was not run; the [`Reason`] says why.
    Skipped,
    /// Its run ended with an error.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Due, Self::Running, Self::Done, Self::Skipped, Self::Failed];

    /// Whether nothing more will happen.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            Self::Done | Self::Skipped | Self::Failed => true,
            Self::Due | Self::Running => false,
        }
    }

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Running => "running",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }

    /// The state of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why an occurrence was not run; or, of a manual one, why there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody was there at its moment.
    Missed,
    /// Nobody was there, and a newer one is run in its place.
    Superseded,
    /// The schedule was paused.
    Paused,
    /// Its owner had used up what they may use.
    Limit,
    /// Its owner can't sign in any more.
    OwnerDisabled,
    /// Its owner may not do any more what it does.
    NotPermitted,
    /// The run before still went on.
    Overlapped,
    /// The schedule was changed or removed before its moment.
    Ended,
    /// A person asked for it; it belongs to no moment of the rule.
    Manual,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Missed,
        Self::Superseded,
        Self::Paused,
        Self::Limit,
        Self::OwnerDisabled,
        Self::NotPermitted,
        Self::Overlapped,
        Self::Ended,
        Self::Manual,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Superseded => "superseded",
            Self::Paused => "paused",
            Self::Limit => "limit",
            Self::OwnerDisabled => "owner_disabled",
            Self::NotPermitted => "not_permitted",
            Self::Overlapped => "overlapped",
            Self::Ended => "ended",
            Self::Manual => "manual",
        }
    }

    /// The reason of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The reason as a sentence.
    #[must_use]
    pub fn say(self, language: Language) -> &'static str {
        match language {
            Language::En => self.english(),
            Language::Zh => self.chinese(),
            Language::Ms => self.malay(),
        }
    }

    fn english(self) -> &'static str {
        match self {
            Self::Missed => "Not run, because the assistant was not running at that time.",
            Self::Superseded => {
                "Not run, because the assistant was not running at that time; a later one was run instead."
            }
            Self::Paused => "Not run, because the schedule was paused.",
            Self::Limit => "Not run, because its owner's limit was used up.",
            Self::OwnerDisabled => "Not run, because its owner's account is disabled.",
            Self::NotPermitted => "Not run, because its owner is no longer permitted to do this.",
            Self::Overlapped => "Not run, because the run before it was still going on.",
            Self::Ended => "Not run, because the schedule was changed or removed before.",
            Self::Manual => "Run because a person asked for it.",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Missed => "未运行：当时助理没有在运行。",
            Self::Superseded => "未运行：当时助理没有在运行，已改为运行较新的一次。",
            Self::Paused => "未运行：计划已暂停。",
            Self::Limit => "未运行：负责人的额度已用完。",
            Self::OwnerDisabled => "未运行：负责人的账号已停用。",
            Self::NotPermitted => "未运行：负责人已没有相应的权限。",
            Self::Overlapped => "未运行：上一次运行尚未结束。",
            Self::Ended => "未运行：计划在此之前已被更改或删除。",
            Self::Manual => "由人员手动运行。",
        }
    }

    fn malay(self) -> &'static str {
        match self {
            Self::Missed => "Tidak dijalankan kerana pembantu tidak berjalan pada masa itu.",
            Self::Superseded => {
                "Tidak dijalankan kerana pembantu tidak berjalan pada masa itu; yang lebih baharu dijalankan sebagai ganti."
            }
            Self::Paused => "Tidak dijalankan kerana jadual dijeda.",
            Self::Limit => "Tidak dijalankan kerana had pemiliknya telah habis digunakan.",
            Self::OwnerDisabled => "Tidak dijalankan kerana akaun pemiliknya dinyahaktifkan.",
            Self::NotPermitted => "Tidak dijalankan kerana pemiliknya tidak lagi dibenarkan melakukannya.",
            Self::Overlapped => "Tidak dijalankan kerana larian sebelumnya belum selesai.",
            Self::Ended => "Tidak dijalankan kerana jadual telah diubah atau dipadam sebelum itu.",
            Self::Manual => "Dijalankan kerana diminta oleh seseorang.",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
