//! Fills a skill's inputs from a text, and asks for what is missing.

use mezzofy_domain::language::Language;
use mezzofy_domain::meeting::{self, Meeting};
use mezzofy_domain::period::Period;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::periods::{self, PeriodMention};
use super::prompts::Named;
use super::recipients::{Reader, Recipient, Recipients};
use super::words::Sentence;
use super::{About, Choice, OpenQuestion, Plan, PlanContext, Planner, SkillPlan, timeless};
use crate::skills::{Input, InputKind, Skill, Text};
pub use call::InputMismatch;

mod call;
mod labels;

/// A skill with the inputs understood so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Filling {
    pub(super) skill: String,
    pub(super) language: Language,
    pub(super) inputs: Map<String, Value>,
    pub(super) recipients: Vec<Recipient>,
    /// What must still be asked, the next question first.
    pub(super) needs: Vec<MissingInput>,
}

impl Filling {
    /// Whether the person is asked for an input, by the flags that are set.
    pub(super) fn asks(&self, input: &Input) -> bool {
        input.required && !self.is_excused(input)
    }

    /// Whether a flag is set with which an input is not asked for.
    fn is_excused(&self, input: &Input) -> bool {
        input.unless.iter().any(|flag| self.inputs.contains_key(flag))
    }
}

/// Something that must be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum MissingInput {
    /// A period: nothing was said.
    Period,
    /// One of several periods that were named.
    OnePeriod { periods: Vec<Period> },
    /// A period instead of a time that is none.
    ClearPeriod { said: String },
    /// Who should get it: nobody was named.
    Recipient,
    /// A value that the text does not have.
    Value { input: String },
    /// Who is meant; nobody, or several people, are called so.
    KnownRecipient { named: String, candidates: Vec<Recipient> },
}

/// What a text says besides its subject.
pub(super) struct Slots<'a> {
    period: PeriodMention,
    recipients: Recipients,
    formats: Vec<&'a Named>,
    language: Option<&'a Named>,
    elsewhere: Option<&'a Named>,
    /// A channel in Teams that it is to be posted in.
    channel: Option<String>,
    recurring: bool,
}

impl Planner {
    /// Reads everything but the subject, marking what is understood. A skill that mails nothing to people of the directory names none.
    pub(super) fn read_slots<'a>(
        &'a self,
        asked: PlanContext<'_>,
        reader: &Reader<'_>,
        skill: Option<&Skill>,
        sentence: &mut Sentence,
    ) -> Slots<'a> {
        let formats = take(&self.prompts.formats, sentence);
        let languages = take(&self.prompts.languages, sentence);
        let channel = self.prompts.channel(asked.request.me, sentence);
        let elsewhere = take(&self.prompts.elsewhere, sentence);
        reader.protect_names(sentence);
        let period = periods::find(sentence, asked.calendar());
        let recipients = match skill.map(|skill| skill.input(InputKind::Person)) {
            Some(None) => Recipients::default(),
            Some(Some(input)) if !input.words.is_empty() => {
                let flagged = |input: &Input| input.kind == InputKind::Flag && input.words.is_in(&sentence.tokens);
                let asks_only = skill.is_some_and(|skill| skill.inputs.iter().any(flagged));
                reader.find_led(sentence, &input.words, asks_only)
            }
            Some(Some(_)) | None => reader.find(sentence),
        };
        let mut codes: Vec<&str> = languages.iter().map(|language| language.code.as_str()).collect();
        codes.dedup();
        let both = self.prompts.languages.iter().find(|language| language.code == "both").filter(|_| codes.len() > 1);
        Slots {
            period,
            recipients,
            formats,
            language: both.or(languages.first().copied()),
            elsewhere: elsewhere.first().copied(),
            channel,
            recurring: self.prompts.recurring.is_in(&sentence.tokens),
        }
    }

    /// Fills a skill from the text that asks for it.
    pub(super) fn fill(&self, asked: PlanContext<'_>, skill: &Skill, text: &str) -> Plan {
        let of_time = skill.input(InputKind::Moment).is_some();
        let meeting = if of_time { meeting::read(text, asked.request.today) } else { Meeting::default() };
        let mut sentence = self.read(asked.skills, &timeless(text, &meeting));
        let reader = Reader::new(&self.prompts, asked.request.me, asked.request.people);
        let slots = self.read_slots(asked, &reader, Some(skill), &mut sentence);
        if let Some(text) = self.impossible(asked, skill, &slots) {
            return Plan::NotPossible { text, agent: Some(skill.department) };
        }
        let values = self.prompts.values(skill, asked.request.products, &sentence);
        let mut filling = Filling {
            skill: skill.name.clone(),
            language: asked.language,
            inputs: Map::new(),
            recipients: slots.recipients.found,
            needs: Vec::new(),
        };
        for input in &skill.inputs {
            match input.kind {
                InputKind::Period => of_period(&mut filling, input, slots.period.clone(), asked),
                InputKind::Person if filling.is_excused(input) => {}
                InputKind::Person => {
                    let unsettled = slots.recipients.unsettled.iter();
                    filling.needs.extend(unsettled.map(|who| MissingInput::KnownRecipient {
                        named: who.named.clone(),
                        candidates: who.candidates.clone(),
                    }));
                    let nobody = filling.recipients.is_empty() && slots.recipients.unsettled.is_empty();
                    if slots.recipients.nobody_named || (input.required && nobody) {
                        filling.needs.push(MissingInput::Recipient);
                    }
                }
                InputKind::Format => {
                    let named = slots
                        .formats
                        .iter()
                        .find(|format| input.choices.contains(&format.code))
                        .map(|format| format.code.clone());
                    if let Some(format) = named.or_else(|| input.default.clone()) {
                        filling.inputs.insert(input.name.clone(), Value::from(format));
                    }
                }
                InputKind::Language => {
                    let of_request = if asked.language == Language::Zh { Language::Zh } else { Language::En };
                    let code = slots.language.map_or(of_request.code(), |language| language.code.as_str());
                    filling.inputs.insert(input.name.clone(), Value::from(code));
                }
                InputKind::Channel => {
                    if let Some(channel) = &slots.channel {
                        filling.inputs.insert(input.name.clone(), Value::from(channel.clone()));
                    }
                }
                InputKind::Event => {}
                InputKind::Moment | InputKind::Duration | InputKind::Topic => {
                    of_meeting(&mut filling, input, &meeting);
                }
                InputKind::Flag => {
                    if input.words.is_in(&sentence.tokens) {
                        filling.inputs.insert(input.name.clone(), Value::from(true));
                    }
                }
                InputKind::Count
                | InputKind::Industry
                | InputKind::Location
                | InputKind::Company
                | InputKind::Product
                | InputKind::Request => {
                    let value = match input.kind {
                        InputKind::Count => values.count.as_ref().map(|(number, _)| Value::from(*number)),
                        InputKind::Industry => {
                            values.industry.as_ref().map(|(named, _)| Value::from(named.code.clone()))
                        }
                        InputKind::Location => values.place.as_ref().map(|(named, _)| Value::from(named.code.clone())),
                        InputKind::Company => values.company.as_ref().map(|(name, _)| Value::from(name.clone())),
                        InputKind::Product => values.product.as_ref().map(|(name, _)| Value::from(name.clone())),
                        _ => Some(Value::from(text.trim())),
                    };
                    let default = || {
                        let default = input.default.as_ref()?;
                        Some(if input.kind == InputKind::Count {
                            number(default)
                        } else {
                            Value::from(default.clone())
                        })
                    };
                    match value.or_else(default) {
                        Some(value) => drop(filling.inputs.insert(input.name.clone(), value)),
                        None if input.required => filling.needs.push(MissingInput::Value { input: input.name.clone() }),
                        None => {}
                    }
                }
            }
        }
        if skill.recognise.recurring && !self.changes_schedule(skill, text) {
            // What is asked each time may speak of anything: "what changed", 取消的工单.
            let flag =
                |name: &String| skill.inputs.iter().any(|input| input.kind == InputKind::Flag && input.name == *name);
            filling.inputs.retain(|name, _| !flag(name));
        }
        self.next(asked, skill, filling)
    }

    /// Asks for what is still needed, or hands over the complete plan.
    pub(super) fn next(&self, asked: PlanContext<'_>, skill: &Skill, filling: Filling) -> Plan {
        let Some(need) = filling.needs.first() else { return Plan::Skill(complete(skill, filling)) };
        let (question, choices) = self.question(asked, skill, need);
        Plan::Ask(OpenQuestion { question, choices, agent: skill.department, about: About::Input(filling) })
    }

    fn question(&self, asked: PlanContext<'_>, skill: &Skill, need: &MissingInput) -> (String, Vec<Choice>) {
        let texts = &self.prompts.texts;
        let ask = |kind| {
            let question = skill.input(kind).and_then(|input| input.ask.as_ref());
            question.map(|question: &Text| question.in_language(asked.language).to_owned()).unwrap_or_default()
        };
        match need {
            MissingInput::Period => (ask(InputKind::Period), Vec::new()),
            MissingInput::OnePeriod { periods } => {
                let choice =
                    |period: &Period| Choice { label: period.label(asked.language), value: period.to_string() };
                (asked.say(&texts.several_periods.value, &[]), periods.iter().map(choice).collect())
            }
            MissingInput::ClearPeriod { said } => {
                (asked.say(&texts.unclear_period.value, &[("said", said)]), Vec::new())
            }
            MissingInput::Recipient => (ask(InputKind::Person), Vec::new()),
            MissingInput::Value { input } => {
                let question = skill.inputs.iter().find(|one| one.name == *input).and_then(|input| input.ask.as_ref());
                (question.map(|text| text.in_language(asked.language).to_owned()).unwrap_or_default(), Vec::new())
            }
            MissingInput::KnownRecipient { named, candidates } if candidates.is_empty() => {
                (asked.say(&texts.no_person.value, &[("who", named)]), Vec::new())
            }
            MissingInput::KnownRecipient { named, candidates } => {
                let count = candidates.len().to_string();
                let question = asked.say(&texts.several_people.value, &[("who", named), ("count", &count)]);
                (question, candidates.iter().map(|who| labels::choice(who, asked.request.people)).collect())
            }
        }
    }

    /// What the text asks for that the skill can't do.
    fn impossible(&self, asked: PlanContext<'_>, skill: &Skill, slots: &Slots<'_>) -> Option<String> {
        let texts = &self.prompts.texts;
        if skill.recognise.recurring {
            // What is asked each time has been looked at by itself.
            return None;
        }
        let title = skill.title.in_language(asked.language);
        if let Some(input) = skill.input(InputKind::Format)
            && let Some(format) = slots.formats.first()
            && !slots.formats.iter().any(|format| input.choices.contains(&format.code))
        {
            let able = self.prompts.formats.iter().filter(|format| input.choices.contains(&format.code));
            let able: Vec<&str> = able.map(|format| format.name.in_language(asked.language)).collect();
            let wanted = format.name.in_language(asked.language);
            let values = [("format", wanted), ("skill", title), ("formats", &able.join(", "))];
            return Some(asked.say(&texts.format_not_possible.value, &values));
        }
        if let Some(language) = slots.language.filter(|language| !matches!(language.code.as_str(), "en" | "zh")) {
            let name = language.name.in_language(asked.language);
            return Some(asked.say(&texts.language_not_possible.value, &[("language", name), ("skill", title)]));
        }
        // "Schedule a meeting" is no request for other times than its own.
        if slots.recurring && skill.input(InputKind::Moment).is_none() {
            return Some(asked.say(&texts.recurring_not_possible.value, &[]));
        }
        let unserved = slots.channel.as_ref().filter(|_| skill.input(InputKind::Channel).is_none());
        let place = match (slots.elsewhere, unserved) {
            (Some(elsewhere), _) => elsewhere.name.in_language(asked.language),
            (None, Some(_)) => "Teams",
            (None, None) => return None,
        };
        Some(asked.say(&texts.elsewhere_not_possible.value, &[("place", place)]))
    }
}

/// Fills the period of a skill, or asks for it.
fn of_period(filling: &mut Filling, input: &Input, said: PeriodMention, asked: PlanContext<'_>) {
    let default = input.default.as_deref().map(|default| asked.calendar().named(default));
    match (said, default) {
        (PeriodMention::One(period) | PeriodMention::Latest(period), _) | (PeriodMention::Nothing, Some(period)) => {
            filling.inputs.insert(input.name.clone(), Value::from(period.to_string()));
        }
        (PeriodMention::Several(periods), _) => filling.needs.push(MissingInput::OnePeriod { periods }),
        (PeriodMention::Unclear(said), _) => filling.needs.push(MissingInput::ClearPeriod { said }),
        (PeriodMention::Nothing, None) if input.required => filling.needs.push(MissingInput::Period),
        (PeriodMention::Nothing, None) => {}
    }
}

/// Fills what a text says of an event, or asks for its time.
fn of_meeting(filling: &mut Filling, input: &Input, meeting: &Meeting) {
    let moment = meeting.moment();
    let value = match input.kind {
        InputKind::Moment => moment.map(|moment| Value::from(moment.to_string())),
        InputKind::Duration => meeting.minutes.map(Value::from).or_else(|| input.default.as_deref().map(number)),
        _ => meeting.topic.clone().map(Value::from),
    };
    if let Some(value) = value {
        filling.inputs.insert(input.name.clone(), value);
    }
    let timeless = moment.is_none_or(|moment| moment.time.is_none());
    if input.kind == InputKind::Moment && filling.asks(input) && timeless {
        filling.needs.push(MissingInput::Value { input: input.name.clone() });
    }
}

/// A number in digits.
fn number(text: &str) -> Value {
    text.trim().parse::<u32>().map_or_else(|_| Value::from(text), Value::from)
}

/// The plan of a filling that needs nothing more.
fn complete(skill: &Skill, filling: Filling) -> SkillPlan {
    let mut inputs = filling.inputs;
    if let Some(input) = skill.input(InputKind::Person)
        && let Some(first) = filling.recipients.first()
    {
        let all: Vec<Value> = filling.recipients.iter().map(|who| Value::from(who.email.clone())).collect();
        inputs.insert(input.name.clone(), Value::from(first.email.clone()));
        inputs.insert(format!("{}s", input.name), Value::from(all));
    }
    let labels = labels::labels(skill, &inputs, &filling.recipients);
    SkillPlan { skill: filling.skill, agent: skill.department, language: filling.language, inputs, labels }
}

/// Every entry of a list that a text names, in the order of the text; marks their tokens as used.
fn take<'a>(list: &'a [Named], sentence: &mut Sentence) -> Vec<&'a Named> {
    let mut named = Vec::new();
    let mut at = 0;
    while at < sentence.tokens.len() {
        if let Some((found, len)) = Named::found_at(list, &sentence.tokens, at) {
            sentence.take(at..at + len);
            named.push(found);
            at += len;
        } else {
            at += 1;
        }
    }
    named
}
