//! Why no model wrote a text, as the person is told it.

use mezzofy_domain::language::Language;

use mezzofy_engine::models::FallbackReason;

/// Why no model wrote a text.
#[derive(Debug)]
pub(super) enum Reason {
    /// None is set up.
    NoModel,
    /// The last one that was asked was passed over.
    Passed { model: String, why: FallbackReason },
    /// It came to no end.
    TooLong { model: String },
    /// Brief and facts are too long.
    TooMuch,
    /// It kept to things that have no source.
    Unfounded { model: String, what: Vec<String> },
}

impl Reason {
    /// That the skill's own text stands in for a model's, and why.
    pub(super) fn note(&self, language: Language) -> String {
        match language {
            Language::Zh => format!("这段文字并非由AI模型撰写，而是技能自带的文本，因为{}。", self.chinese()),
            Language::En | Language::Ms => {
                format!("No AI model wrote this text; it is the skill's own, because {}.", self.english())
            }
        }
    }

    /// That there is no text, and why.
    pub(super) fn refusal(&self, language: Language) -> String {
        match language {
            Language::Zh => format!("无法撰写这段文字，因为{}。", self.chinese()),
            Language::En | Language::Ms => format!("The text could not be written, because {}.", self.english()),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NoModel => "no AI model is set up".to_owned(),
            Self::Passed { model, why } => match why {
                FallbackReason::KeyRefused => format!("the key for {model} was refused"),
                FallbackReason::SpendLimit => format!("{model} has reached the spending limit at its provider"),
                FallbackReason::Busy => format!("{model} is overloaded at the moment"),
                FallbackReason::Unreachable => format!("{model} can't be reached at the moment"),
                FallbackReason::BrokenOff => format!("{model} broke off in the middle of its answer"),
                FallbackReason::Rejected => format!("{model} could not take the request"),
                FallbackReason::Refused => format!("{model} declined to write it"),
                FallbackReason::Budget(_) => {
                    format!("this month's budget for AI models does not allow {model} any more")
                }
            },
            Self::TooLong { model } => format!("{model} did not come to an end within the length a text may have"),
            Self::TooMuch => "the brief and the facts are too long for an AI model".to_owned(),
            Self::Unfounded { model, what } => {
                format!("what {model} wrote has no source in the brief or the facts: {}", what.join(", "))
            }
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::NoModel => "没有配置AI模型".to_owned(),
            Self::Passed { model, why } => match why {
                FallbackReason::KeyRefused => format!("{model}的密钥被拒绝"),
                FallbackReason::SpendLimit => format!("{model}已达到供应商的消费上限"),
                FallbackReason::Busy => format!("{model}目前过于繁忙"),
                FallbackReason::Unreachable => format!("目前无法连接{model}"),
                FallbackReason::BrokenOff => format!("{model}的回答中途中断"),
                FallbackReason::Rejected => format!("{model}无法处理这个请求"),
                FallbackReason::Refused => format!("{model}拒绝撰写"),
                FallbackReason::Budget(_) => format!("本月的AI模型预算已不足以使用{model}"),
            },
            Self::TooLong { model } => format!("{model}未能在允许的长度内写完"),
            Self::TooMuch => "要求和资料过长，AI模型无法处理".to_owned(),
            Self::Unfounded { model, what } => {
                format!("{model}写的内容在要求和资料中没有出处：{}", what.join("、"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_says_who_wrote_and_why_in_the_language_of_the_request() {
        let model = "Claude Sonnet 5.5".to_owned();
        let reason = Reason::Passed { model, why: FallbackReason::KeyRefused };
        assert_eq!(
            reason.note(Language::En),
            "No AI model wrote this text; it is the skill's own, because the key for Claude Sonnet 5.5 was refused."
        );
        assert!(reason.note(Language::Zh).contains("Claude Sonnet 5.5的密钥被拒绝"));
        assert_eq!(Reason::NoModel.refusal(Language::Zh), "无法撰写这段文字，因为没有配置AI模型。");
    }
}
