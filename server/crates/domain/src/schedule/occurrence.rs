//! One due moment of a schedule: where it stands, and why it is not like the others.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::coded;
use crate::language::Language;

/// Where an occurrence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum OccurrenceState {
    /// To be run as soon as its moment has come.
    Due,
    /// Its run goes on.
    Running,
    /// Its run ended well.
    Done,
    /// It was not run; the [`OccurrenceReason`] says why.
    Skipped,
    /// Its run ended with an error.
    Failed,
}

coded!(OccurrenceState);

/// Why an occurrence was not run; or, of a manual one, why there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum OccurrenceReason {
    /// Nobody was there at its moment.
    Missed,
    /// Nobody was there, and a newer one is run in its place.
    Superseded,
    /// The schedule was paused.
    Paused,
    /// Its owner can't sign in any more.
    OwnerDisabled,
    /// Its owner may not do any more what it does.
    NotPermitted,
    /// The run before still went on.
    Overlapped,
    /// A person asked for it; it belongs to no moment of the rule.
    Manual,
}

coded!(OccurrenceReason);

impl OccurrenceReason {
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
            Self::OwnerDisabled => "Not run, because its owner's account is disabled.",
            Self::NotPermitted => "Not run, because its owner is no longer permitted to do this.",
            Self::Overlapped => "Not run, because the run before it was still going on.",
            Self::Manual => "Run because a person asked for it.",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Missed => "未运行：当时助手没有在运行。",
            Self::Superseded => "未运行：当时助手没有在运行，已改为运行较新的一次。",
            Self::Paused => "未运行：定时任务已暂停。",
            Self::OwnerDisabled => "未运行：所有者的账号已停用。",
            Self::NotPermitted => "未运行：所有者已没有相应的权限。",
            Self::Overlapped => "未运行：上一次运行尚未结束。",
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
            Self::OwnerDisabled => "Tidak dijalankan kerana akaun pemiliknya dinyahaktifkan.",
            Self::NotPermitted => "Tidak dijalankan kerana pemiliknya tidak lagi dibenarkan melakukannya.",
            Self::Overlapped => "Tidak dijalankan kerana larian sebelumnya belum selesai.",
            Self::Manual => "Dijalankan kerana diminta oleh seseorang.",
        }
    }
}
