//! Whose request it is: measured on a set of our own, and on the one beside the repository where it is there.

use std::collections::BTreeMap;

use super::*;

#[derive(serde::Deserialize)]
struct Set {
    plain: Vec<(String, String, String)>,
    hard: Vec<(String, String, String)>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Routed {
    department: Option<String>,
    skill: Option<String>,
    /// Whether an agent begins to work without asking.
    acts: bool,
}

fn routed(desk: &Desk, text: &str) -> Routed {
    let code = |department: Department| Some(department.code().to_owned());
    match desk.ask(text) {
        Plan::Skill(plan) => Routed { department: code(plan.agent), skill: Some(plan.skill), acts: true },
        Plan::NotPermitted { skill, agent, .. } => Routed { department: code(agent), skill: Some(skill), acts: true },
        Plan::Ask(open) => {
            let skill = match &open.about {
                About::Skill { .. } => open.choices.first().map(|choice| choice.value.clone()),
                About::Input(filling) => Some(filling.skill.clone()),
            };
            Routed { department: code(open.agent), skill, acts: false }
        }
        Plan::NotPossible { agent, .. } => Routed { department: agent.and_then(code), skill: None, acts: false },
        Plan::Talk { .. } => Routed { department: None, skill: None, acts: false },
    }
}

/// Right and wrong guesses and wrong actions of a list.
fn measured(desk: &Desk, list: &[(String, String, String)], told: &mut Vec<String>) -> (usize, usize) {
    let (mut right, mut wrong_acts) = (0, 0);
    for (text, department, skill) in list {
        let found = routed(desk, text);
        let good = found.department.as_deref() == Some(department.as_str());
        let acts_wrong = found.acts && (!good || (skill != "*" && found.skill.as_deref() != Some(skill.as_str())));
        right += usize::from(good);
        wrong_acts += usize::from(acts_wrong);
        let skill_lost = skill != "*" && skill != "-" && found.skill.as_deref() != Some(skill.as_str());
        if !good || acts_wrong || skill_lost {
            told.push(format!("{text} | wanted {department}/{skill} | {found:?}"));
        }
    }
    (right, wrong_acts)
}

#[test]
fn requests_go_to_the_right_department_and_no_wrong_agent_acts() {
    let desk = Desk::of_everything();
    let set: Set = serde_saphyr::from_str(include_str!("routing.yaml")).unwrap();
    let mut told = Vec::new();
    let (plain, plain_acts) = measured(&desk, &set.plain, &mut told);
    let (hard, hard_acts) = measured(&desk, &set.hard, &mut told);
    let report = told.join("\n");
    assert!(plain * 100 >= set.plain.len() * 95, "{plain} of {} plain requests\n{report}", set.plain.len());
    assert!(hard * 100 >= set.hard.len() * 80, "{hard} of {} hard requests\n{report}", set.hard.len());
    let all = set.plain.len() + set.hard.len();
    assert!((plain_acts + hard_acts) * 100 < all * 2, "{} wrong actions\n{report}", plain_acts + hard_acts);
}

#[test]
fn the_requests_beside_the_repository_go_to_the_right_department() {
    let file = server_file("../../shared/data/routing-60.json");
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let set: serde_json::Value = serde_json::from_str(&text).unwrap();
    let list = |name: &str| -> Vec<(String, String, String)> {
        let all: Vec<(String, String)> = serde_json::from_value(set[name].clone()).unwrap();
        all.into_iter().map(|(text, department)| (text, department.to_lowercase(), "*".to_owned())).collect()
    };
    let desk = Desk::of_everything();
    let mut told = Vec::new();
    let mut found = BTreeMap::new();
    for name in ["easy", "hard"] {
        let list = list(name);
        found.insert(name, (measured(&desk, &list, &mut told), list.len()));
    }
    let ((easy, easy_acts), of_easy) = found["easy"];
    let ((hard, hard_acts), of_hard) = found["hard"];
    let report = told.join("\n");
    assert!(easy * 100 >= of_easy * 95, "{easy} of {of_easy}, {hard} of {of_hard}\n{report}");
    assert!(hard * 100 >= of_hard * 80, "{easy} of {of_easy}, {hard} of {of_hard}\n{report}");
    assert!(
        (easy_acts + hard_acts) * 100 < (of_easy + of_hard) * 2,
        "{} wrong actions\n{report}",
        easy_acts + hard_acts
    );
}
