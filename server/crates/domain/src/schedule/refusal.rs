//! Why a rule is refused, in the languages of the app.

use std::fmt;

use crate::language::Language;

/// Why a rule can't be a schedule's. As a text it is the English sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleError {
    /// No zone has that name.
    UnknownZone {
        /// What was written.
        zone: String,
    },
    /// A cron has five fields.
    NotFiveFields {
        /// How many were written.
        found: usize,
    },
    /// A field of the cron can't be understood.
    Unreadable {
        field: Field,
        /// What was written there.
        text: String,
    },
    /// There is no such day.
    Never { cron: String },
    /// Its moments are too near to each other.
    TooOften {
        /// The fewest minutes between two of them.
        minutes: i64,
        /// The fewest minutes that there must be.
        most_often: u32,
    },
    /// An interval of more than a year.
    TooSeldom,
    /// A moment before 2000 or after 2100.
    OutOfRange,
    /// Nothing of it is still ahead.
    Over,
}

/// A field of a cron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31, `L` for the last.
    Day,
    /// 1 to 12 or `JAN` to `DEC`.
    Month,
    /// 0 to 7 or `SUN` to `SAT`; 0 and 7 are Sunday.
    Weekday,
}

impl Field {
    /// The fields in their order.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Weekday];

    fn say(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Minute, Language::En) => "the minute",
            (Self::Minute, Language::Zh) => "分钟",
            (Self::Minute, Language::Ms) => "minit",
            (Self::Hour, Language::En) => "the hour",
            (Self::Hour, Language::Zh) => "小时",
            (Self::Hour, Language::Ms) => "jam",
            (Self::Day, Language::En) => "the day of the month",
            (Self::Day, Language::Zh) => "日期",
            (Self::Day, Language::Ms) => "hari dalam bulan",
            (Self::Month, Language::En) => "the month",
            (Self::Month, Language::Zh) => "月份",
            (Self::Month, Language::Ms) => "bulan",
            (Self::Weekday, Language::En) => "the weekday",
            (Self::Weekday, Language::Zh) => "星期",
            (Self::Weekday, Language::Ms) => "hari dalam minggu",
        }
    }

    fn range(self) -> (&'static str, &'static str) {
        match self {
            Self::Minute => ("0", "59"),
            Self::Hour => ("0", "23"),
            Self::Day => ("1", "31"),
            Self::Month => ("1", "12"),
            Self::Weekday => ("0", "7"),
        }
    }
}

impl RuleError {
    /// What is wrong and what to do.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::Zh => self.chinese(),
            Language::Ms => self.malay(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::UnknownZone { zone } => {
                format!("“{zone}” is not a time zone. Write it as continent and city, e.g. Asia/Singapore.")
            }
            Self::NotFiveFields { found } => format!(
                "A cron expression has five fields (minute, hour, day of the month, month, weekday), this one has {found}. \
                 Write e.g. “0 9 * * 1” for every Monday at 09:00."
            ),
            Self::Unreadable { field, text } => {
                let (low, high) = field.range();
                format!(
                    "“{text}” can't be {} of a cron expression. Write {low} to {high}, a list such as 1,3, a range such as \
                     1-5, a step such as */2, or * for every one.",
                    field.say(Language::En)
                )
            }
            Self::Never { cron } => {
                format!("“{cron}” never comes, because no year has such a day. Choose another day.")
            }
            Self::TooOften { minutes, most_often } => format!(
                "This would come every {}; a schedule may come every {} at most. Leave more time between.",
                english_minutes(*minutes),
                english_minutes((*most_often).into())
            ),
            Self::TooSeldom => "An interval may be one year long at most. Choose a shorter one.".to_owned(),
            Self::OutOfRange => "The moment must be between the years 2000 and 2100. Choose another.".to_owned(),
            Self::Over => {
                "This moment is over, so the schedule would never come. Choose one that is still ahead.".to_owned()
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::UnknownZone { zone } => format!("“{zone}”不是时区。请按“洲/城市”填写，例如 Asia/Singapore。"),
            Self::NotFiveFields { found } => format!(
                "cron 表达式有五个字段（分钟、小时、日期、月份、星期），这里有 {found} 个。例如每周一 09:00 写作“0 9 * * 1”。"
            ),
            Self::Unreadable { field, text } => {
                let (low, high) = field.range();
                format!(
                    "“{text}”不能作为 cron 表达式的{}。请填写 {low} 到 {high} 的数字、列表（如 1,3）、范围（如 1-5）、步长（如 */2），或用 * 表示全部。",
                    field.say(Language::Zh)
                )
            }
            Self::Never { cron } => format!("“{cron}”永远不会到来，因为没有这样的日期。请选择其他日期。"),
            Self::TooOften { minutes, most_often } => {
                format!("这样每 {minutes} 分钟就会运行一次，而定时任务最多每 {most_often} 分钟运行一次。请加大间隔。")
            }
            Self::TooSeldom => "间隔最长为一年。请选择更短的间隔。".to_owned(),
            Self::OutOfRange => "时间必须在 2000 年到 2100 年之间。请重新选择。".to_owned(),
            Self::Over => "该时间已过，定时任务不会再运行。请选择将来的时间。".to_owned(),
        }
    }

    fn malay(&self) -> String {
        match self {
            Self::UnknownZone { zone } => {
                format!("“{zone}” bukan zon waktu. Tulis sebagai benua dan bandar, contohnya Asia/Singapore.")
            }
            Self::NotFiveFields { found } => format!(
                "Ungkapan cron mempunyai lima medan (minit, jam, hari dalam bulan, bulan, hari dalam minggu); yang ini ada \
                 {found}. Tulis contohnya “0 9 * * 1” untuk setiap Isnin pada 09:00."
            ),
            Self::Unreadable { field, text } => {
                let (low, high) = field.range();
                format!(
                    "“{text}” tidak boleh menjadi {} dalam ungkapan cron. Tulis {low} hingga {high}, senarai seperti 1,3, \
                     julat seperti 1-5, langkah seperti */2, atau * untuk semua.",
                    field.say(Language::Ms)
                )
            }
            Self::Never { cron } => format!("“{cron}” tidak akan tiba kerana tiada hari seperti itu. Pilih hari lain."),
            Self::TooOften { minutes, most_often } => format!(
                "Ini akan berjalan setiap {minutes} minit; jadual boleh berjalan paling kerap setiap {most_often} minit. \
                 Jarakkan lagi masanya."
            ),
            Self::TooSeldom => "Selang paling panjang ialah satu tahun. Pilih selang yang lebih pendek.".to_owned(),
            Self::OutOfRange => "Masa mesti antara tahun 2000 dan 2100. Pilih masa lain.".to_owned(),
            Self::Over => "Masa ini sudah berlalu, jadi jadual tidak akan berjalan. Pilih masa akan datang.".to_owned(),
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())
    }
}

impl std::error::Error for RuleError {}

fn english_minutes(minutes: i64) -> String {
    if minutes == 1 { "minute".to_owned() } else { format!("{minutes} minutes") }
}
