//! What a model's call stands for, once it has been read and checked.

use mezzofy_domain::people::Department;
use mezzofy_domain::run::RunError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::planner::SkillPlan;

/// What a call of a model's reply stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum ParsedCall {
    /// A tool with an input that fits its schema.
    Tool {
        tool: String,
        input: Value,
        /// Whether it changes something outside our database.
        effect: bool,
    },
    /// A skill with its inputs complete.
    Skill {
        plan: Box<SkillPlan>,
        /// What the gate says of it.
        admitted: Result<(), RunError>,
    },
    /// The person must be asked.
    AskPerson {
        question: Question,
        /// Whose agent serves the request, where that is known now.
        agent: Option<Department>,
    },
    /// It can't or may not be done.
    Decline {
        error: RunError,
        /// The skill that would do it.
        skill: Option<String>,
        /// Whose agent would serve it.
        agent: Option<Department>,
    },
    /// Nothing of a form that can be done; the model is told why, once.
    Malformed(String),
    /// What does not fit the company's data, or must be asked first; the model is told why.
    Rejected(String),
}

/// A question that the person's next text answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What the person is asked.
    pub text: String,
    /// Likely answers, as buttons; any other text is an answer too.
    pub choices: Vec<String>,
}

impl Question {
    /// Whether a text chooses the first of the likely answers, or says yes in other words.
    #[must_use]
    pub fn is_first_choice(&self, text: &str) -> bool {
        const YES: [&str; 12] =
            ["yes", "y", "ok", "okay", "sure", "yes please", "好", "好的", "是", "是的", "可以", "ya"];
        let text = text.trim().trim_end_matches(['.', '!', '。', '！']).to_lowercase();
        self.choices.first().is_some_and(|first| first.to_lowercase() == text) || YES.contains(&text.as_str())
    }
}
