//! What a run has read and who stands behind it. Once a model has read what others wrote, what it asks for may be theirs: what
//! the person asked for is still good; all else needs a person.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use mezzofy_domain::approval::{Origin, ValueOrigin};
use mezzofy_domain::effect::{EventTimes, Payload};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::link::{Link, LinkTarget, links};
use mezzofy_domain::meeting;
use mezzofy_domain::people::{Company, Department};
use mezzofy_domain::trust::Trust;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::defences::{Defence, Defences};
use crate::texts::Texts;

/// What a run has read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// Addresses and links that company data named before anything from outside was read.
    known: BTreeSet<String>,
    /// What was read from outside, oldest first.
    outside: Vec<Outside>,
    /// Addresses and links that a model typed into files which it had made after that.
    #[serde(default)]
    typed: BTreeMap<Id<id::File>, BTreeSet<LinkTarget>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Outside {
    place: Provenance,
    names: BTreeSet<String>,
}

/// Where a text was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// A file of this name.
    File(String),
    /// The result of this tool.
    Tool(String),
    /// A webhook of this source.
    Webhook(String),
    /// What was said before in the conversation.
    Conversation,
}

/// What is known about a mail besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct MailContext<'a> {
    /// The person's own words of this run.
    pub own_words: &'a [String],
    /// The addresses and channels that the person asked to send to, as the planner understands those words.
    pub requested: &'a [String],
    /// The addresses of colleagues.
    pub colleagues: &'a [String],
    /// The attached files, as they are stored.
    pub files: &'a [File],
    pub run: Id<id::Run>,
    /// Whether a model asked for it after the run had read text from outside.
    pub after_outside: bool,
    /// Today in the company's time zone.
    pub today: NaiveDate,
    /// Which addresses are inside, and whose the channels are.
    pub company: &'a Company,
    /// The person's department.
    pub department: Department,
    /// How an origin is said.
    pub texts: &'a Texts,
    /// In which language.
    pub language: Language,
    /// What guards.
    pub defences: Defences,
}

impl Sources {
    /// Notes what was read.
    pub fn record(&mut self, trust: Trust, place: Provenance, text: &str) {
        match trust {
            Trust::Outside => match self.outside.iter_mut().find(|outside| outside.place == place) {
                Some(outside) => outside.names.extend(names_in(text)),
                None => self.outside.push(Outside { place, names: names_in(text) }),
            },
            Trust::Person | Trust::Company if self.outside.is_empty() => self.known.extend(names_in(text)),
            Trust::Person | Trust::Company => {}
        }
    }

    /// Notes what a model typed into a file: the input of the call that made it.
    pub fn record_file(&mut self, file: Id<id::File>, typed: &Value) {
        let targets = link_targets(typed);
        if self.any_outside() && !targets.is_empty() {
            self.typed.insert(file, targets);
        }
    }

    /// Whether anything from outside was read.
    #[must_use]
    pub fn any_outside(&self) -> bool {
        !self.outside.is_empty()
    }

    /// What was read from outside, for the reader.
    #[must_use]
    pub fn places(&self, texts: &Texts, language: Language) -> String {
        let names: Vec<String> = self.outside.iter().map(|outside| outside.place.say(texts, language)).collect();
        names.join(if language == Language::Zh { "、" } else { ", " })
    }

    /// Where everything comes from that decides where a mail goes and what it leads to: recipients, attachments, and the links
    /// and addresses in its text.
    #[must_use]
    pub fn origin(&self, payload: &Payload, context: &MailContext<'_>) -> Origin {
        let mut values = Vec::new();
        values.extend(payload.to().into_iter().map(|address| self.recipient("to", address, context)));
        values.extend(payload.cc().iter().map(|address| self.recipient("cc", address, context)));
        values.extend(payload.attachments().iter().zip(context.files).map(|(_, file)| self.attachment(file, context)));
        if let Some(times) = payload.times()
            && context.after_outside
            && context.defences.on(Defence::Recipients)
        {
            values.push(self.time(times, context));
        }
        if self.any_outside() && context.defences.on(Defence::Links) {
            let said = context.own_words.iter().map(String::as_str).chain(payload.recipients());
            let named: BTreeSet<LinkTarget> = said.flat_map(links).map(|link| link.target).collect();
            for (argument, text) in [("subject", payload.subject()), ("body", payload.body())] {
                let unknown = self.unknown_links(text, &named, payload, context.company);
                values.extend(unknown.iter().map(|target| self.link(argument, target, context)));
            }
            let typed = payload.attachments().iter().filter_map(|file| self.typed.get(&file.id)).flatten();
            let unknown = typed.filter(|target| !named.contains(target) && !self.knows(target, context.company));
            values.extend(unknown.map(|target| self.link("attachments", target, context)));
        }
        Origin::of(values)
    }

    fn recipient(&self, argument: &str, address: &str, context: &MailContext<'_>) -> ValueOrigin {
        let texts = context.texts;
        let guarded = context.after_outside && context.defences.on(Defence::Recipients);
        let (trust, from) = if context.requested.iter().any(|requested| requested == address) {
            (Trust::Person, texts.from_person.in_language(context.language).to_owned())
        } else if guarded {
            // That company data names it, too, doesn't say that anybody wants to write there.
            (Trust::Outside, self.blame(address, context))
        } else if self.known.contains(address) {
            (Trust::Company, texts.from_company.in_language(context.language).to_owned())
        } else if context.company.channel(address).is_some_and(|(_, of)| of == context.department) {
            (Trust::Company, texts.from_channel.in_language(context.language).to_owned())
        } else if context.own_words.iter().any(|said| names_in(said).contains(address)) {
            (Trust::Person, texts.from_person.in_language(context.language).to_owned())
        } else if context.colleagues.iter().any(|colleague| colleague == address) {
            (Trust::Company, texts.from_directory.in_language(context.language).to_owned())
        } else {
            (Trust::Company, texts.from_assistant.in_language(context.language).to_owned())
        };
        ValueOrigin { argument: argument.to_owned(), value: address.to_owned(), trust, from }
    }

    /// Who stands behind the time of an event: the person, where they said it.
    fn time(&self, times: &EventTimes, context: &MailContext<'_>) -> ValueOrigin {
        let said = context.own_words.iter().filter_map(|said| meeting::read(said, context.today).moment());
        let theirs =
            said.into_iter().any(|said| (said.first, said.time) == (times.start.date(), Some(times.start.time())));
        let value = times.start.format("%Y-%m-%d %H:%M").to_string();
        let (trust, from) = if theirs {
            (Trust::Person, context.texts.from_person.in_language(context.language).to_owned())
        } else {
            (Trust::Outside, self.blame(&value, context))
        };
        ValueOrigin { argument: "when".to_owned(), value, trust, from }
    }

    fn attachment(&self, file: &File, context: &MailContext<'_>) -> ValueOrigin {
        let (texts, language) = (context.texts, context.language);
        let name = &file.attachment.name;
        let named = || context.own_words.iter().any(|said| said.contains(name.as_str()));
        let guarded = context.after_outside && context.defences.on(Defence::Attachments);
        let (trust, from) = if file.run == Some(context.run) {
            (Trust::Company, texts.from_run.in_language(language).to_owned())
        } else if named() {
            (Trust::Person, texts.from_person.in_language(language).to_owned())
        } else if guarded {
            (Trust::Outside, self.blame(name, context))
        } else {
            (Trust::Company, texts.from_files.in_language(language).to_owned())
        };
        ValueOrigin { argument: "attachments".to_owned(), value: name.clone(), trust, from }
    }

    /// Links and addresses of a text that are not the person's, the company's, a recipient's (`named`), or the name of an
    /// attached file.
    fn unknown_links(
        &self,
        text: &str,
        named: &BTreeSet<LinkTarget>,
        payload: &Payload,
        company: &Company,
    ) -> BTreeSet<LinkTarget> {
        let of_file = |link: &Link, file: &Attachment| {
            let mut written = text.match_indices(file.name.as_str());
            written.any(|(at, name)| at <= link.span.start && link.span.end <= at + name.len())
        };
        let unknown = links(text).into_iter().filter(|link| {
            let known = named.contains(&link.target) || self.knows(&link.target, company);
            !known && !payload.attachments().iter().any(|file| of_file(link, file))
        });
        unknown.map(|link| link.target).collect()
    }

    /// Whether a link leads into the company, or company data named it before anything from outside was read.
    fn knows(&self, target: &LinkTarget, company: &Company) -> bool {
        match target {
            LinkTarget::Web { host, place } => company.is_host(host) || self.known.contains(place),
            LinkTarget::Mail { address } => company.holds(address) || self.known.contains(address),
            LinkTarget::Other { .. } => false,
        }
    }

    fn link(&self, argument: &str, target: &LinkTarget, context: &MailContext<'_>) -> ValueOrigin {
        let (value, from) = (target.name().to_owned(), self.blame(target.name(), context));
        ValueOrigin { argument: argument.to_owned(), value, trust: Trust::Outside, from }
    }

    /// Says where a value was read; where it was not, all that was read may have put it there.
    fn blame(&self, value: &str, context: &MailContext<'_>) -> String {
        let (texts, language) = (context.texts, context.language);
        match self.outside.iter().find(|outside| outside.names.contains(value)) {
            Some(outside) => outside.place.say(texts, language),
            None => texts.from_unknown.say(language, &[("places", &self.places(texts, language))]),
        }
    }
}

impl Provenance {
    fn say(&self, texts: &Texts, language: Language) -> String {
        match self {
            Self::File(name) => texts.from_file.say(language, &[("name", name)]),
            Self::Tool(tool) => texts.from_tool.say(language, &[("tool", tool)]),
            Self::Webhook(source) => texts.from_webhook.say(language, &[("source", source)]),
            Self::Conversation => texts.from_conversation.in_language(language).to_owned(),
        }
    }
}

/// The mail addresses and links of a text, without scheme, as [`LinkTarget::name`] shows them. A bare host counts: mail programs
/// make links of them.
#[must_use]
pub fn names_in(text: &str) -> BTreeSet<String> {
    links(text).into_iter().map(|link| link.target.name().to_owned()).collect()
}

/// What the links in all texts of a value lead to.
fn link_targets(value: &Value) -> BTreeSet<LinkTarget> {
    match value {
        Value::String(text) => links(text).into_iter().map(|link| link.target).collect(),
        Value::Array(values) => values.iter().flat_map(link_targets).collect(),
        Value::Object(fields) => fields.values().flat_map(link_targets).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests;
