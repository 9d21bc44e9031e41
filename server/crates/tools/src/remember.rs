//! `remember`: keeps a fact that the person asked to be remembered. It is shown in Settings and can be forgotten there.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::memory::{MAX_FACT_CHARS, MAX_FACTS};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::{commit, memories};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};

pub(super) struct Remember {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RememberInput {
    /// In the person's own words
    #[schemars(length(min = 1, max = 5000))]
    fact: String,
}

impl Remember {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "remember",
            permission: Permission::Chat,
            effect: false,
            // What stays for later runs must not come from outside.
            fixed: &["fact"],
            input_schema: schema::of::<RememberInput>(),
            output_schema: json!({"type": "object", "properties": {"fact": text, "new": {"type": "boolean"}}}),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for Remember {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: RememberInput = read(input)?;
        let fact = fact(&input.fact);
        if fact.is_empty() || fact.chars().count() > MAX_FACT_CHARS {
            return Err(ToolError::Tell(format!("A fact has 1 to {MAX_FACT_CHARS} characters.")));
        }
        let mut tx = self.tool_context.begin(context.person).await?;
        let known = memories::list(&mut tx, context.person.id, MAX_FACTS).await.map_err(retry)?.len();
        if i64::try_from(known).is_ok_and(|known| known >= MAX_FACTS) {
            return Err(ToolError::Tell(format!(
                "{MAX_FACTS} facts are remembered already. Forget one in Settings first."
            )));
        }
        let new = memories::add(&mut tx, context.person.id, &fact, context.now).await.map_err(retry)?;
        commit(tx).await.map_err(retry)?;
        Ok(Outcome::Done(Output {
            result: json!({"fact": fact, "new": new}),
            trust: Trust::Person,
            ..Output::default()
        }))
    }
}

/// What is to be remembered, without the words that ask for it.
fn fact(said: &str) -> String {
    const ASKING: [&str; 14] = [
        "please remember that",
        "please remember",
        "remember that",
        "remember:",
        "remember",
        "keep in mind that",
        "note that",
        "don't forget that",
        "请记住",
        "请你记住",
        "帮我记住",
        "记住",
        "记下",
        "tolong ingat bahawa",
    ];
    let said = said.trim();
    let lower = said.to_lowercase();
    let begin = ASKING.iter().filter(|asking| lower.starts_with(*asking)).map(|asking| asking.len()).max().unwrap_or(0);
    let rest = said.get(begin..).unwrap_or(said).trim_start_matches([':', '：', ',', '，', ' ']);
    rest.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_ask_are_no_part_of_the_fact() {
        assert_eq!(fact("Please remember that I prefer short answers."), "I prefer short answers.");
        assert_eq!(fact("请记住：我负责台湾市场"), "我负责台湾市场");
        assert_eq!(fact("I sell to hotels"), "I sell to hotels");
    }
}
