//! The run of a skill's steps: pure and storable. It says which call comes next and takes the results.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use super::template::{Condition, Piece, Reference, Template, Test};
use super::{InputKind, Skill, Step, Text};
use crate::planner::SkillPlan;

/// One piece of a skill's work: its inputs and the results so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkillRun {
    /// The skill's name.
    pub skill: String,
    /// The language the person is answered in.
    pub language: Language,
    /// The skill's inputs by name.
    pub inputs: Map<String, Value>,
    labels: BTreeMap<String, Text>,
    person: Requester,
    today: NaiveDate,
    results: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Requester {
    name: String,
    email: String,
    title: String,
    #[serde(default)]
    department: String,
}

/// What a skill wants done next.
#[derive(Debug, Clone, PartialEq)]
pub enum NextStep {
    /// Call a tool, then [`SkillRun::record`] its result. There is more than one only for the items of a step whose tool has an
    /// effect: they are one decision for the person.
    Calls(Vec<StepCall>),
    /// All is done.
    Answer {
        /// What the person is told.
        text: String,
    },
    /// A step said that there is nothing more to do.
    Stop {
        /// What the person is told.
        text: String,
    },
}

/// A call of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepCall {
    /// The step; the same one again for each item of a `for_each`.
    pub step_id: String,
    pub tool: String,
    pub input: Value,
    /// What the person sees meanwhile.
    pub progress: String,
}

/// A step whose values are not what the skill expects of a tool's result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SkillRunError {
    /// A text or argument names a value that is not there.
    #[error("the skill `{skill}` needs {needed}, which is not there")]
    Missing {
        skill: String,
        /// The reference.
        needed: String,
    },
    /// A list or object where text is needed.
    #[error("the skill `{skill}` needs {needed} as text, but it is a list or an object")]
    NotText {
        skill: String,
        /// The reference.
        needed: String,
    },
}

/// Where a value is resolved: its language, and the item of a `for_each`.
#[derive(Clone, Copy)]
struct ValueScope<'a> {
    language: Language,
    item: Option<&'a Value>,
}

impl SkillRun {
    /// Begins the work of a plan for a person.
    #[must_use]
    pub fn new(plan: SkillPlan, person: &Person, today: NaiveDate) -> Self {
        Self {
            skill: plan.skill,
            language: plan.language,
            inputs: plan.inputs,
            labels: plan.labels,
            person: Requester {
                name: person.name.clone(),
                email: person.email.clone(),
                title: person.title.clone(),
                department: person.department.code().to_owned(),
            },
            today,
            results: BTreeMap::new(),
        }
    }

    /// What comes next, given the results so far.
    pub fn next(&self, skill: &Skill) -> Result<NextStep, SkillRunError> {
        let answering = ValueScope { language: self.language, item: None };
        for step in &skill.steps {
            let calls = self.calls_of(skill, step)?;
            if !calls.is_empty() {
                return Ok(NextStep::Calls(calls));
            }
            if let Some((condition, text)) = &step.stop
                && self.results.contains_key(&step.id)
                && self.holds(condition, answering)
            {
                return Ok(NextStep::Stop { text: self.text(text, answering)? });
            }
        }
        let answer =
            skill.answers.iter().find(|answer| answer.when.as_ref().is_none_or(|when| self.holds(when, answering)));
        let text = answer.map(|answer| self.text(&answer.text, answering)).transpose()?;
        Ok(NextStep::Answer { text: text.unwrap_or_default() })
    }

    /// Takes the result of a step's call.
    pub fn record(&mut self, skill: &Skill, step_id: &str, result: Value) {
        if skill.step(step_id).is_some_and(|step| step.for_each.is_some()) {
            let results = self.results.entry(step_id.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(results) = results {
                results.push(result);
            }
        } else {
            self.results.insert(step_id.to_owned(), result);
        }
    }

    /// The result of a step that has been called.
    #[must_use]
    pub fn result(&self, step_id: &str) -> Option<&Value> {
        self.results.get(step_id)
    }

    /// The tools the run will call, as far as its inputs tell: what must be allowed before its first step.
    #[must_use]
    pub fn tools_ahead<'s>(&self, skill: &'s Skill) -> Vec<&'s str> {
        let place = ValueScope { language: self.language, item: None };
        let may_come = |step: &&Step| match &step.when {
            Some(when) if !matches!(when.reference, Reference::Step(..)) => self.holds(when, place),
            Some(_) | None => true,
        };
        skill.steps.iter().filter(may_come).map(|step| step.tool.as_str()).collect()
    }

    fn calls_of(&self, skill: &Skill, step: &Step) -> Result<Vec<StepCall>, SkillRunError> {
        let asked = ValueScope { language: self.language, item: None };
        if step.when.as_ref().is_some_and(|when| !self.holds(when, asked)) {
            return Ok(Vec::new());
        }
        let done = self.results.get(&step.id);
        let Some(list) = &step.for_each else {
            return if done.is_some() { Ok(Vec::new()) } else { self.call(skill, step, asked).map(|call| vec![call]) };
        };
        let items = self.value(list, asked)?.unwrap_or_default();
        let done = done.and_then(Value::as_array).map_or(0, Vec::len);
        let left = items.as_array().into_iter().flatten().skip(done);
        let at_once = if step.effect { usize::MAX } else { 1 };
        left.take(at_once).map(|item| self.call(skill, step, ValueScope { item: Some(item), ..asked })).collect()
    }

    fn call(&self, skill: &Skill, step: &Step, asked: ValueScope<'_>) -> Result<StepCall, SkillRunError> {
        let made = ValueScope { language: self.document_language(skill), ..asked };
        let mut input = Map::new();
        for (name, template) in &step.with {
            if let Some(value) = self.value(template, made)? {
                input.insert(name.clone(), value);
            }
        }
        Ok(StepCall {
            step_id: step.id.clone(),
            tool: step.tool.clone(),
            input: Value::Object(input),
            progress: self.text(&step.progress, asked)?,
        })
    }

    /// The language of what is made: the skill's language input, else that of the request.
    fn document_language(&self, skill: &Skill) -> Language {
        let input = skill.input(InputKind::Language).and_then(|input| self.inputs.get(&input.name));
        input.and_then(Value::as_str).and_then(Language::from_code).unwrap_or(self.language)
    }

    /// The value of a template; `None` for a single reference to something that is not there, so that an argument which
    /// may be left out is left out.
    fn value(&self, template: &Template, place: ValueScope<'_>) -> Result<Option<Value>, SkillRunError> {
        match template {
            Template::Literal(value) => Ok(Some(value.clone())),
            Template::Whole(reference) => Ok(self.look_up(reference, place)),
            Template::Text(_) | Template::Languages { .. } => {
                self.text(template, place).map(|text| Some(Value::String(text)))
            }
            Template::List(items) => {
                let values = items.iter().filter_map(|item| self.value(item, place).transpose());
                values.collect::<Result<Vec<_>, _>>().map(|values| Some(Value::Array(values)))
            }
            Template::Object(fields) => {
                let mut object = Map::new();
                for (name, field) in fields {
                    if let Some(value) = self.value(field, place)? {
                        object.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Object(object)))
            }
        }
    }

    fn text(&self, template: &Template, place: ValueScope<'_>) -> Result<String, SkillRunError> {
        match template {
            Template::Languages { en, zh } => self.text(if place.language == Language::Zh { zh } else { en }, place),
            Template::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(piece) => text.push_str(piece),
                        Piece::Value(reference) => text.push_str(&self.as_text(reference, place)?),
                    }
                }
                Ok(text)
            }
            Template::Whole(reference) => self.as_text(reference, place),
            Template::Literal(Value::String(text)) => Ok(text.clone()),
            Template::Literal(other) => Ok(other.to_string()),
            Template::List(_) | Template::Object(_) => {
                Err(SkillRunError::NotText { skill: self.skill.clone(), needed: "a value".to_owned() })
            }
        }
    }

    fn as_text(&self, reference: &Reference, place: ValueScope<'_>) -> Result<String, SkillRunError> {
        match self.look_up(reference, place) {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(Value::Bool(yes)) => Ok(yes.to_string()),
            Some(Value::Null) | None => {
                Err(SkillRunError::Missing { skill: self.skill.clone(), needed: reference.to_string() })
            }
            Some(Value::Array(_) | Value::Object(_)) => {
                Err(SkillRunError::NotText { skill: self.skill.clone(), needed: reference.to_string() })
            }
        }
    }

    fn look_up(&self, reference: &Reference, place: ValueScope<'_>) -> Option<Value> {
        let inside =
            |value: &Value, path: &[String]| path.iter().try_fold(value, |value, name| value.get(name)).cloned();
        let found = match reference {
            Reference::Input(name, path) => self.inputs.get(name).and_then(|value| inside(value, path)),
            Reference::Label(name) => self.labels.get(name).map(|label| Value::from(label.in_language(place.language))),
            Reference::Step(id, path) => self.results.get(id).and_then(|result| inside(result, path)),
            Reference::Item(path) => place.item.and_then(|item| inside(item, path)),
            Reference::Person(field) => Some(Value::from(match field.as_str() {
                "name" => self.person.name.as_str(),
                "email" => self.person.email.as_str(),
                "department" => self.person.department.as_str(),
                _ => self.person.title.as_str(),
            })),
            Reference::Today => Some(Value::from(self.today.to_string())),
        };
        found.filter(|value| !value.is_null())
    }

    fn holds(&self, condition: &Condition, place: ValueScope<'_>) -> bool {
        let value = self.look_up(&condition.reference, place);
        let present = match &value {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Bool(true) | Value::Number(_) | Value::Object(_)) => true,
        };
        let is = |wanted: &str| match &value {
            Some(Value::String(text)) => text == wanted,
            Some(other) => other.to_string().as_str() == wanted,
            None => false,
        };
        let this = match &condition.test {
            Test::Present => present,
            Test::Absent => !present,
            Test::Equals(wanted) => is(wanted),
            Test::Differs(wanted) => !is(wanted),
        };
        this && condition.and.as_ref().is_none_or(|and| self.holds(and, place))
    }
}
