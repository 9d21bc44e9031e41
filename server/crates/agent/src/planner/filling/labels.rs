//! Inputs as people read them.

use std::collections::BTreeMap;

use mezzofy_domain::language::Language;
use mezzofy_domain::meeting::Moment;
use mezzofy_domain::people::Person;
use mezzofy_domain::period::Period;
use serde_json::{Map, Value};

use super::super::Choice;
use super::super::recipients::Recipient;
use crate::skills::{InputKind, Skill, Text};

/// The labels of a skill's inputs. A recipient's label is the name, that of the list has the addresses too.
pub(super) fn labels(skill: &Skill, inputs: &Map<String, Value>, recipients: &[Recipient]) -> BTreeMap<String, Text> {
    let mut labels = BTreeMap::new();
    for input in &skill.inputs {
        match (input.kind, inputs.get(&input.name).and_then(Value::as_str)) {
            (InputKind::Period, Some(value)) => {
                let label = |language| {
                    value.parse::<Period>().map_or_else(|_| value.to_owned(), |period| period.label(language))
                };
                labels.insert(input.name.clone(), Text { en: label(Language::En), zh: label(Language::Zh) });
            }
            (InputKind::Person, Some(_)) => {
                labels.insert(
                    input.name.clone(),
                    list(recipients, |who| who.name.clone().unwrap_or_else(|| who.email.clone())),
                );
                labels.insert(format!("{}s", input.name), list(recipients, addressed));
            }
            (InputKind::Format | InputKind::Language, Some(value)) => {
                labels.insert(input.name.clone(), Text { en: value.to_uppercase(), zh: value.to_uppercase() });
            }
            (
                InputKind::Industry
                | InputKind::Location
                | InputKind::Company
                | InputKind::Product
                | InputKind::Channel
                | InputKind::Topic
                | InputKind::Request,
                Some(value),
            ) => {
                labels.insert(input.name.clone(), Text { en: value.to_owned(), zh: value.to_owned() });
            }
            (InputKind::Moment, Some(value)) => {
                let label = |language| {
                    value.parse::<Moment>().map_or_else(|_| value.to_owned(), |moment| moment.label(language))
                };
                labels.insert(input.name.clone(), Text { en: label(Language::En), zh: label(Language::Zh) });
            }
            (InputKind::Count | InputKind::Duration, _) => {
                if let Some(number) = inputs.get(&input.name) {
                    labels.insert(input.name.clone(), Text { en: number.to_string(), zh: number.to_string() });
                }
            }
            (InputKind::Flag | InputKind::Event, _) | (_, None) => {}
        }
    }
    labels
}

/// A person to choose, told apart from others of the same name.
pub(super) fn choice(who: &Recipient, people: &[Person]) -> Choice {
    let title = people.iter().find(|person| person.email == who.email).map(|person| person.title.as_str());
    let label = match (&who.name, title.filter(|title| !title.is_empty())) {
        (Some(name), Some(title)) => format!("{name}, {title} ({})", who.email),
        _ => addressed(who),
    };
    Choice { label, value: who.email.clone() }
}

fn addressed(who: &Recipient) -> String {
    who.name.as_ref().map_or_else(|| who.email.clone(), |name| format!("{name} ({})", who.email))
}

fn list(recipients: &[Recipient], name: impl Fn(&Recipient) -> String) -> Text {
    let names: Vec<String> = recipients.iter().map(name).collect();
    let join = |comma: &str, and: &str| match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{}{and}{last}", others.join(comma)),
        None => String::new(),
    };
    Text { en: join(", ", " and "), zh: join("、", "和") }
}
