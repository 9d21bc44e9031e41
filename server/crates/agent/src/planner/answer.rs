//! Understands a text that answers an open question.

use mezzofy_domain::meeting::{self, Moment};
use mezzofy_domain::period::Period;
use serde_json::Value;

use super::periods::{self, PeriodMention};
use super::recipients::Reader;
use super::words::{Kind, Sentence, tokens};
use super::{About, Choice, Filling, MissingInput, OpenQuestion, Plan, PlanContext, Planner};
use crate::skills::{InputKind, Skill};

impl Planner {
    /// A text that answers a question; a new request or "never mind" is understood too.
    pub(super) fn answered(&self, asked: PlanContext<'_>, open: &OpenQuestion, text: &str) -> Plan {
        if self.says_only(&self.prompts.stop, &tokens(text)) {
            return Plan::Talk { text: asked.say(&self.prompts.texts.stopped.value, &[]) };
        }
        let chosen = chosen(&open.choices, text);
        match &open.about {
            About::Skill { text: first } => {
                let yes = open
                    .choices
                    .first()
                    .filter(|_| open.choices.len() == 1 && self.says_only(&self.prompts.yes, &tokens(text)));
                match chosen.or(yes).and_then(|choice| asked.skills.get(&choice.value)) {
                    Some(skill) => self.fill(asked, skill, first),
                    None => self.fresh(asked, text),
                }
            }
            About::Input(filling) => {
                let Some(skill) = asked.skills.get(&filling.skill) else { return self.fresh(asked, text) };
                let asks_for_person = matches!(
                    filling.needs.first(),
                    Some(MissingInput::Recipient | MissingInput::KnownRecipient { .. })
                );
                let mut filling = filling.clone();
                if let Some(MissingInput::Value { input }) = filling.needs.first().cloned() {
                    if self.is_new_request(asked, text) {
                        return self.fresh(asked, text);
                    }
                    let of_time = skill.input(InputKind::Moment).is_some_and(|moment| moment.name == input);
                    let value = if of_time {
                        moment_said(&mut filling, skill, &input, text, asked)
                    } else {
                        Some(self.value_said(skill, &input, text))
                    };
                    if let Some(value) = value {
                        filling.inputs.insert(input.clone(), value);
                        filling.needs.remove(0);
                    }
                    return self.next(asked, skill, filling);
                }
                let settled = match chosen {
                    Some(choice) => settle_choice(skill, &mut filling, choice, asked),
                    None if asks_for_person && self.is_new_request(asked, text) => return self.fresh(asked, text),
                    None if asks_for_person => self.settle_person(asked, skill, &mut filling, text),
                    None => settle_period(asked, skill, &mut filling, text),
                };
                if settled {
                    return self.next(asked, skill, filling);
                }
                if self.is_new_request(asked, text) {
                    return self.fresh(asked, text);
                }
                let question = match open.question.rsplit_once('\n') {
                    Some((_, last)) => last,
                    None => &open.question,
                };
                let question = asked.say(&self.prompts.texts.not_understood.value, &[("question", question)]);
                Plan::Ask(OpenQuestion {
                    question,
                    choices: open.choices.clone(),
                    agent: open.agent,
                    about: About::Input(filling),
                })
            }
        }
    }

    /// What a text says that answers the question for an input's value.
    fn value_said(&self, skill: &Skill, input: &str, text: &str) -> Value {
        let sentence = Sentence::read(text);
        let said = Value::from(text.trim());
        let list = |list: &[super::prompts::Named]| {
            (0..sentence.tokens.len())
                .find_map(|at| super::prompts::Named::found_at(list, &sentence.tokens, at))
                .map_or_else(|| said.clone(), |(named, _)| Value::from(named.code.clone()))
        };
        match skill.inputs.iter().find(|one| one.name == input).map(|input| input.kind) {
            Some(InputKind::Industry) => list(&self.prompts.industries),
            Some(InputKind::Location) => list(&self.prompts.places),
            Some(InputKind::Count) => {
                sentence.tokens.iter().find_map(super::words::Token::number).map_or(said, Value::from)
            }
            _ => said,
        }
    }

    fn is_new_request(&self, asked: PlanContext<'_>, text: &str) -> bool {
        self.guesses(asked, text).first().is_some_and(super::recognise::SkillMatch::is_sure)
    }

    fn settle_person(&self, asked: PlanContext<'_>, skill: &Skill, filling: &mut Filling, text: &str) -> bool {
        let required = skill.input(InputKind::Person).is_some_and(|input| input.required);
        if !required && self.says_only(&self.prompts.nobody, &tokens(text)) {
            filling.needs.remove(0);
            return true;
        }
        let mut read = Reader::new(&self.prompts, asked.request.me, asked.request.people).answer(text);
        if let Some(MissingInput::KnownRecipient { candidates, .. }) = filling.needs.first() {
            narrow(&mut read, candidates);
        }
        if read.found.is_empty() && read.unsettled.is_empty() {
            return false;
        }
        filling.needs.remove(0);
        filling
            .recipients
            .extend(read.found.into_iter().filter(|who| !filling.recipients.contains(who)).collect::<Vec<_>>());
        let again = read
            .unsettled
            .into_iter()
            .map(|who| MissingInput::KnownRecipient { named: who.named, candidates: who.candidates });
        filling.needs.splice(0..0, again);
        true
    }
}

/// Of the people an answer may mean, those the question offered.
fn narrow(read: &mut super::recipients::Recipients, candidates: &[super::recipients::Recipient]) {
    let mut unsettled = Vec::new();
    for mut who in std::mem::take(&mut read.unsettled) {
        let offered: Vec<_> = who.candidates.iter().filter(|one| candidates.contains(one)).cloned().collect();
        match offered.as_slice() {
            [one] => read.found.push(one.clone()),
            [] => unsettled.push(who),
            _ => {
                who.candidates = offered;
                unsettled.push(who);
            }
        }
    }
    read.unsettled = unsettled;
}

fn settle_choice(skill: &Skill, filling: &mut Filling, choice: &Choice, asked: PlanContext<'_>) -> bool {
    match filling.needs.first() {
        Some(MissingInput::KnownRecipient { candidates, .. }) => {
            let Some(who) = candidates.iter().find(|who| who.email == choice.value).cloned() else { return false };
            filling.needs.remove(0);
            if !filling.recipients.contains(&who) {
                filling.recipients.push(who);
            }
            true
        }
        Some(_) => settle_period(asked, skill, filling, &choice.value),
        None => false,
    }
}

/// The moment that an answer completes: the day or the time may have been said before. How long it takes may be said, too.
fn moment_said(filling: &mut Filling, skill: &Skill, input: &str, text: &str, asked: PlanContext<'_>) -> Option<Value> {
    let today = asked.request.today;
    let before = filling.inputs.get(input).and_then(Value::as_str).and_then(|said| said.parse::<Moment>().ok());
    // "3" answers "at what time?".
    let alone = text.trim().parse::<u32>().ok().map(|hour| format!("at {hour}"));
    let said = meeting::read(alone.as_deref().unwrap_or(text), today);
    let days = said.days.or(before.map(|before| (before.first, before.last)))?;
    let moment = Moment { first: days.0, last: days.1, time: said.time.or(before.and_then(|before| before.time)) };
    if let (Some(minutes), Some(duration)) = (said.minutes, skill.input(InputKind::Duration)) {
        filling.inputs.insert(duration.name.clone(), Value::from(minutes));
    }
    let single = moment.first == moment.last;
    filling
        .inputs
        .insert(input.to_owned(), Value::from(Moment { time: moment.time.filter(|_| single), ..moment }.to_string()));
    (single && moment.time.is_some()).then(|| Value::from(moment.to_string()))
}

fn settle_period(asked: PlanContext<'_>, skill: &Skill, filling: &mut Filling, text: &str) -> bool {
    let exact = text.trim().parse::<Period>().ok();
    let said = match periods::find(&mut Sentence::read(text), asked.calendar()) {
        PeriodMention::One(period) | PeriodMention::Latest(period) => Some(period),
        PeriodMention::Nothing | PeriodMention::Several(_) | PeriodMention::Unclear(_) => None,
    };
    let (Some(period), Some(input)) = (exact.or(said), skill.input(InputKind::Period)) else { return false };
    filling.inputs.insert(input.name.clone(), Value::from(period.to_string()));
    filling.needs.remove(0);
    true
}

/// How people count choices.
const PLACES: [&[&str]; 5] = [
    &["1", "first", "1st", "一"],
    &["2", "second", "2nd", "二"],
    &["3", "third", "3rd", "三"],
    &["4", "fourth", "4th", "四"],
    &["5", "fifth", "5th", "五"],
];

/// The choice a text names: by its number, its label or its value.
fn chosen<'a>(choices: &'a [Choice], text: &str) -> Option<&'a Choice> {
    let plain = |text: &str| {
        tokens(text).into_iter().filter(|token| token.kind != Kind::Mark).map(|token| token.stem).collect::<Vec<_>>()
    };
    let said = plain(text);
    if let Some(choice) =
        choices.iter().find(|choice| plain(&choice.label) == said || choice.value.eq_ignore_ascii_case(text.trim()))
    {
        return Some(choice);
    }
    let about = ["the", "number", "no", "on", "option", "choic", "one", "第", "个", "选", "号", "pleas", "person"];
    let place = |word: &String| PLACES.iter().position(|words| words.contains(&word.as_str()));
    let places: Vec<usize> = said.iter().filter_map(place).collect();
    let only = said.iter().all(|word| place(word).is_some() || about.contains(&word.as_str()));
    match places.as_slice() {
        [place] if only => choices.get(*place),
        _ => None,
    }
}
