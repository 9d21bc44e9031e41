//! A skill's inputs as a model gives them: checked, and completed from the company's directory and calendar.

use mezzofy_domain::language::Language;
use mezzofy_domain::meeting::{self, Moment};
use mezzofy_domain::period::Period;
use serde_json::{Map, Value};

use super::super::recipients::{Reader, Recipient, Recipients};
use super::super::words::Sentence;
use super::super::{PlanContext, Planner, Request, SkillPlan, periods};
use super::{Filling, complete, periods::PeriodMention};
use crate::skills::{Input, InputKind, Skill, Skills};

/// Why a model's call of a skill can't be made, in a sentence for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputMismatch {
    /// It is not of the form that the skill takes.
    Form(String),
    /// It names what there is not, or more than one thing.
    Meaning(String),
}

impl Planner {
    /// The plan of a model's call of a skill. People may be named by address, name or title, periods as a person says them.
    /// The error tells the model what is wrong.
    pub fn plan_of_call(
        &self,
        skills: &Skills,
        request: &Request<'_>,
        language: Language,
        skill: &Skill,
        input: &Map<String, Value>,
    ) -> Result<SkillPlan, InputMismatch> {
        let asked = PlanContext { request, skills, language };
        let known = |name: &String| {
            skill.inputs.iter().filter(|input| input.kind != InputKind::Event).any(|input| {
                *name == input.name || (input.kind == InputKind::Person && *name == format!("{}s", input.name))
            })
        };
        if let Some(name) = input.keys().find(|name| !known(name)) {
            return Err(InputMismatch::Form(format!("{} has no input {name}.", skill.name)));
        }
        let mut filling = Filling {
            skill: skill.name.clone(),
            language,
            inputs: Map::new(),
            recipients: Vec::new(),
            needs: Vec::new(),
        };
        for wanted in &skill.inputs {
            let values = values_of(wanted, input).map_err(InputMismatch::Form)?;
            let said = values.first().map(String::as_str);
            let value = match wanted.kind {
                InputKind::Period => match (said, wanted.default.as_deref()) {
                    (Some(said), _) => Some(period(asked, said).map_err(InputMismatch::Meaning)?.to_string()),
                    (None, Some(default)) => Some(asked.calendar().named(default).to_string()),
                    (None, None) => None,
                },
                InputKind::Count | InputKind::Duration => match said.or(wanted.default.as_deref()) {
                    Some(said) => match said.parse::<u32>() {
                        Ok(number) if number > 0 => {
                            filling.inputs.insert(wanted.name.clone(), Value::from(number));
                            continue;
                        }
                        _ => return Err(InputMismatch::Form(format!("{} must be a number above 0.", wanted.name))),
                    },
                    None => None,
                },
                InputKind::Event => continue,
                InputKind::Moment => match said {
                    Some(said) => Some(moment(asked, said).map_err(InputMismatch::Meaning)?),
                    None if filling.asks(wanted) => None,
                    None => continue,
                },
                InputKind::Flag => {
                    if said == Some("true") {
                        filling.inputs.insert(wanted.name.clone(), Value::from(true));
                    }
                    continue;
                }
                InputKind::Industry | InputKind::Location => said
                    .map(|said| {
                        let list = if wanted.kind == InputKind::Industry {
                            &self.prompts.industries
                        } else {
                            &self.prompts.places
                        };
                        let tokens = super::super::words::tokens(said);
                        super::super::prompts::Named::found_at(list, &tokens, 0)
                            .map_or_else(|| said.to_owned(), |(named, _)| named.code.clone())
                    })
                    .or_else(|| wanted.default.clone()),
                InputKind::Company | InputKind::Product | InputKind::Topic => said.map(str::to_owned),
                InputKind::Channel => said.map(|said| said.trim_start_matches('#').to_lowercase()),
                InputKind::Request => said.map(str::to_owned).or_else(|| request.texts.last().cloned()),
                InputKind::Person => {
                    for named in &values {
                        filling.recipients.extend(self.people_named(request, named).map_err(InputMismatch::Meaning)?);
                    }
                    if wanted.required && filling.recipients.is_empty() { None } else { continue }
                }
                InputKind::Format => match said.map(str::to_lowercase).or_else(|| wanted.default.clone()) {
                    Some(format) if wanted.choices.contains(&format) => Some(format),
                    Some(format) => {
                        let able = wanted.choices.join(", ");
                        return Err(InputMismatch::Meaning(format!("{} makes {able}, not {format}.", skill.name)));
                    }
                    None => None,
                },
                InputKind::Language => match said {
                    Some(code @ ("en" | "zh")) => Some(code.to_owned()),
                    Some(code) => {
                        return Err(InputMismatch::Meaning(format!("{} writes en or zh, not {code}.", skill.name)));
                    }
                    None => Some(if language == Language::Zh { "zh" } else { "en" }.to_owned()),
                },
            };
            match value {
                Some(value) => drop(filling.inputs.insert(wanted.name.clone(), Value::from(value))),
                None if filling.asks(wanted) => {
                    return Err(InputMismatch::Form(format!("{} needs {}.", skill.name, wanted.name)));
                }
                None => {}
            }
        }
        Ok(complete(skill, filling))
    }

    /// Whether a text names a channel in Teams.
    #[must_use]
    pub fn names_channel(&self, text: &str, channel: &str) -> bool {
        self.prompts.names_channel(text, channel)
    }

    /// The addresses that somebody asks in these texts to send something to.
    #[must_use]
    pub fn requested_recipients(&self, request: &Request<'_>) -> Vec<String> {
        let reader = Reader::new(&self.prompts, request.me, request.people);
        let of = |text: &String| reader.find(&mut Sentence::read(text));
        let sent = request.texts.iter().map(of).filter(|read| read.asked);
        sent.flat_map(|read| read.found).map(|who| who.email).collect()
    }

    /// The addresses of people named by address, name, title or office, one or several in a text.
    pub fn addresses(&self, request: &Request<'_>, named: &str) -> Result<Vec<String>, String> {
        Ok(self.people_named(request, named)?.into_iter().map(|who| who.email).collect())
    }

    fn people_named(&self, request: &Request<'_>, named: &str) -> Result<Vec<Recipient>, String> {
        let Recipients { found, unsettled, .. } = Reader::new(&self.prompts, request.me, request.people).answer(named);
        match unsettled.first() {
            Some(who) if who.candidates.is_empty() => {
                Err(format!("The directory has nobody called “{}”. Ask the person who is meant.", who.named))
            }
            Some(who) => {
                let candidates: Vec<&str> = who.candidates.iter().map(|who| who.email.as_str()).collect();
                let candidates = candidates.join(", ");
                Err(format!("“{}” may be any of {candidates}. Ask the person who is meant.", who.named))
            }
            None if found.is_empty() => Err(format!("“{named}” names nobody.")),
            None => Ok(found),
        }
    }
}

fn period(asked: PlanContext<'_>, said: &str) -> Result<Period, String> {
    if said.eq_ignore_ascii_case("latest") {
        return Ok(asked.calendar().latest());
    }
    if let Ok(period) = said.trim().parse() {
        return Ok(period);
    }
    match periods::find(&mut Sentence::read(said), asked.calendar()) {
        PeriodMention::One(period) | PeriodMention::Latest(period) => Ok(period),
        PeriodMention::Nothing | PeriodMention::Several(_) | PeriodMention::Unclear(_) => {
            Err(format!("“{said}” is no period: write 2026-10, 2026-Q3, 2026-H1, 2026, 2026-W47, 2026-YTD or latest."))
        }
    }
}

fn moment(asked: PlanContext<'_>, said: &str) -> Result<String, String> {
    let today = asked.request.today;
    let exact = said.parse::<Moment>();
    let read = exact.clone().ok().or_else(|| meeting::read(said, today).moment());
    read.map(|moment| moment.to_string()).ok_or_else(|| exact.err().map(|error| error.to_string()).unwrap_or_default())
}

/// What was given for an input: a text, or a list of them for people.
fn values_of(wanted: &Input, input: &Map<String, Value>) -> Result<Vec<String>, String> {
    let all = (wanted.kind == InputKind::Person).then(|| input.get(&format!("{}s", wanted.name))).flatten();
    let plain = matches!(wanted.kind, InputKind::Count | InputKind::Duration | InputKind::Flag);
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Null => Ok(String::new()),
        Value::Bool(_) | Value::Number(_) if plain => Ok(value.to_string()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(format!("{} must be text.", wanted.name))
        }
    };
    let given = match (all, input.get(&wanted.name)) {
        (Some(Value::Array(values)), _) | (None, Some(Value::Array(values))) if wanted.kind == InputKind::Person => {
            values.iter().map(text).collect::<Result<Vec<_>, _>>()?
        }
        (Some(value), _) | (None, Some(value)) => vec![text(value)?],
        (None, None) => Vec::new(),
    };
    Ok(given.into_iter().filter(|text| !text.is_empty()).collect())
}
