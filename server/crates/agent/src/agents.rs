//! Agents: a department's instructions and tools, one file each in `agents/`, read and checked when the server starts.

use std::path::{Path, PathBuf};

use mezzofy_domain::people::Department;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::skills::{SkillProblem, Skills, Text, front_matter, parse, read_text};

/// A department's agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The department; also the agent's name.
    pub department: Department,
    /// Its name, for people.
    pub title: Text,
    /// The tools its runs may call.
    pub tools: Vec<String>,
    /// How it works, for a model.
    pub instructions: String,
}

/// All agents.
#[derive(Debug, Default)]
pub struct Agents(Vec<Agent>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: Spanned<Department>,
    title: Text,
    tools: Spanned<Vec<String>>,
}

impl Agents {
    /// The agent of a department.
    #[must_use]
    pub fn get(&self, department: Department) -> Option<&Agent> {
        self.0.iter().find(|agent| agent.department == department)
    }
}

/// Reads every agent's file in `dir`. Each department must have an agent, and it must list each tool that a skill of its
/// department uses.
pub fn load(dir: &Path, skills: &Skills) -> Result<Agents, Vec<SkillProblem>> {
    let unreadable = |error: std::io::Error| {
        vec![SkillProblem {
            file: dir.to_owned(),
            line: 0,
            reason: format!("the folder of agents can't be read: {error}"),
        }]
    };
    let entries = std::fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.sort();

    let (mut agents, mut problems) = (Vec::new(), Vec::new());
    for file in &files {
        match read(file, skills) {
            Ok(agent) => agents.push(agent),
            Err(problem) => problems.push(problem),
        }
    }
    let agents = Agents(agents);
    if problems.is_empty() {
        let orphans = Department::ALL.into_iter().filter(|department| agents.get(*department).is_none());
        problems.extend(orphans.map(|department| SkillProblem {
            file: dir.join(format!("{department}.md")),
            line: 0,
            reason: "the department has no agent: this file is missing".to_owned(),
        }));
    }
    if problems.is_empty() { Ok(agents) } else { Err(problems) }
}

fn read(file: &Path, skills: &Skills) -> Result<Agent, SkillProblem> {
    let text = read_text(file)?;
    let (yaml, body) = front_matter(file, &text)?;
    let head: Head = parse(file, 1, yaml)?;
    let problem = |line: u64, reason| SkillProblem { file: file.to_owned(), line: line + 1, reason };
    let department = head.name.value;
    if file.file_stem().is_none_or(|stem| stem != department.code()) {
        let reason = format!("the agent `{department}` must lie in the file {department}.md");
        return Err(problem(head.name.referenced.line(), reason));
    }
    for skill in skills.iter().filter(|skill| skill.department == department) {
        if let Some(tool) = skill.tools.iter().find(|tool| !head.tools.value.contains(tool)) {
            let reason = format!("the skill `{}` uses the tool `{tool}`, which the agent does not list", skill.name);
            return Err(problem(head.tools.referenced.line(), reason));
        }
    }
    Ok(Agent { department, title: head.title, tools: head.tools.value, instructions: body.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::tests::tools;

    fn shipped(path: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
    }

    #[test]
    fn the_shipped_agents_list_the_tools_of_the_shipped_skills() {
        let skills = crate::skills::load(&shipped("skills"), &tools()).unwrap();
        let agents = load(&shipped("agents"), &skills).unwrap();
        let finance = agents.get(Department::Finance).unwrap();
        assert!(finance.instructions.starts_with("You serve the finance department"));
        assert!(Department::ALL.into_iter().all(|department| agents.get(department).is_some()));
    }

    #[test]
    fn an_agent_without_a_tool_its_skill_needs_is_refused_with_its_line() {
        let skills = crate::skills::load(&shipped("skills"), &tools()).unwrap();
        let folder = std::env::temp_dir().join(format!("agents-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let missing = load(&folder, &skills).unwrap_err();
        std::fs::write(
            folder.join("finance.md"),
            "---\nname: finance\ntitle: {en: F, zh: 财}\ntools: [pdf_generator]\n---\nWork.\n",
        )
        .unwrap();
        let incomplete = load(&folder, &skills).unwrap_err();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(missing[0].reason.contains("this file is missing"));
        assert_eq!(incomplete[0].line, 4);
        assert!(incomplete[0].reason.contains("`finance_statement`"), "{}", incomplete[0]);
    }
}
