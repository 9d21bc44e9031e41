//! Which agent serves a request. The planner's own recognition decides where it is sure; else it is the person's
//! department, and for those whom any agent may serve a small model is asked.

use mezzofy_agent::model::{Part, Turn};
use mezzofy_agent::planner::{Plan, Request};
use mezzofy_domain::people::Department;
use mezzofy_domain::run::{RunError, RunErrorKind};
use serde_json::{Value, json};

use super::run_worker::RunWorker;
use crate::config::models::Task;
use crate::models::ModelRequest;

/// Where a request goes.
pub(super) enum Route {
    To(Department),
    /// The person may not ask for this.
    Refused {
        error: RunError,
        skill: String,
        agent: Department,
    },
}

impl RunWorker<'_> {
    pub(super) async fn route(&self, request: &Request<'_>) -> Route {
        if !self.app.models.any() {
            return Route::To(self.person.department);
        }
        if let Some(agent) = self.machine.scheduled_request().and_then(|order| order.agent) {
            return Route::To(agent);
        }
        match self.app.planner.plan(&self.app.skills, request) {
            Plan::NotPermitted { skill, agent, text } => {
                Route::Refused { error: RunError { kind: RunErrorKind::NotPermitted, detail: text }, skill, agent }
            }
            Plan::Skill(plan) => Route::To(plan.agent),
            Plan::Ask(open) => Route::To(open.agent),
            Plan::NotPossible { .. } | Plan::Talk { .. } if self.person.department != Department::Management => {
                Route::To(self.person.department)
            }
            Plan::Talk { .. } => Route::To(Department::Management),
            Plan::NotPossible { .. } => Route::To(self.classified().await.unwrap_or(Department::Management)),
        }
    }

    async fn classified(&self) -> Option<Department> {
        let text = self.machine.texts().first()?;
        let codes = Department::ALL.map(Department::code);
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["department"],
            "properties": {"department": {"type": "string", "enum": codes}}
        });
        let request = ModelRequest {
            task: Task::Classify,
            language: self.machine.language(),
            agent: None,
            text,
            person: &self.person,
            run: self.run.id,
            system: &self.app.instructions.classify,
            tools: &[],
            history: &[Turn::Person(vec![Part::Text(text.clone())])],
            answer_schema: Some(&schema),
            stop: &self.app.stop,
        };
        let answer = self.app.models.reply(&request, &mut |_| {}).await.ok()?;
        let answer: Value = serde_json::from_str(&answer.reply.text()).ok()?;
        Department::from_code(answer.get("department")?.as_str()?)
    }
}
