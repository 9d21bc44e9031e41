//! The skills a person may use, for suggestions.

use axum::Json;
use axum::extract::State;
use mezzofy_agent::skills::Skill;
use mezzofy_domain::people::Department;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::caller::Caller;
use super::extract::PageView;
use super::permission::route;
use super::problem::{Problem, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list))
}

/// A kind of work that can be asked for.
#[derive(Debug, Serialize, ToSchema)]
struct SkillView {
    name: String,
    /// As people call it, in the caller's language.
    title: String,
    /// What it does, in one sentence.
    description: String,
    /// Whose agent serves it.
    department: String,
    /// How people ask for it.
    examples: Vec<String>,
}

/// Lists the skills the caller's role may use and somebody can ask for, in the caller's language.
#[utoipa::path(get, path = "/v1/skills", responses((status = 200, body = PageView<SkillView>), Problems))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<PageView<SkillView>>, Problem> {
    let language = caller.person.language;
    let may = |skill: &&Skill| !skill.is_for_events() && app.roles.allows_skill(&caller.person.role, &skill.name);
    let mut skills: Vec<&Skill> = app.skills.iter().filter(may).collect();
    // A department's own work goes before what everyone has done.
    skills.sort_by_key(|skill| skill.department == Department::Management);
    let items = skills
        .into_iter()
        .map(|skill| SkillView {
            name: skill.name.clone(),
            title: skill.title.in_language(language).to_owned(),
            description: skill.summary.in_language(language).to_owned(),
            department: skill.department.code().to_owned(),
            examples: skill.examples.in_language(language).to_vec(),
        })
        .collect();
    Ok(Json(PageView { items, next_cursor: None }))
}
