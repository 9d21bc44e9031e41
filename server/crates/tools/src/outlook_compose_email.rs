//! `outlook_compose_email`: a mail for each lead, each from the lead's own data and the catalogue. It sends nothing.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::catalogue::{Catalogue, Product};
use mezzofy_domain::crm::Contact;
use mezzofy_domain::crm::name::{company_name, plain_name};
use mezzofy_domain::language::{Language, Text};
use mezzofy_domain::period::day_label;
use mezzofy_domain::roles::Permission;
use mezzofy_store::leads::{self, LeadFilter, StoredLead};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::crm_query::{LeadSelection, trust_of};
use super::{ToolContext, read, retry};

/// Mails that are written at once.
const MAX_MAILS: usize = 50;

pub(super) struct OutlookComposeEmail {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct OutlookComposeEmailInput {
    /// The `call` of crm_save or crm_query, whose leads are written to
    from: Option<String>,
    /// Instead of `from`: ids of leads
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = MAX_MAILS))]
    leads: Vec<Uuid>,
    /// welcome is for new customers
    purpose: Purpose,
    /// What it is about; else the first product made for the lead's industry
    #[schemars(length(max = 300))]
    product: Option<String>,
    #[schemars(with = "Option<Code<Language>>")]
    language: Option<Language>,
    /// Your own text in place of ours, with {contact}, {company}, {reason}, {offer} and {proof} where each lead's go
    #[schemars(length(max = 5000))]
    text: Option<String>,
    /// Your own subject, with {company} where the name goes
    #[schemars(length(max = 255))]
    subject: Option<String>,
    /// The contact to write to, where the lead has this address
    #[schemars(length(max = 254))]
    to: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Purpose {
    Intro,
    FollowUp,
    Welcome,
}

/// What mails to leads say, `prompts/mails.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailTexts {
    intro: Letter,
    follow_up: Letter,
    welcome: Letter,
    /// `${company}`, `${industry}`, `${location}`.
    because_of_both: Text,
    /// `${company}`, `${industry}`.
    because_of_industry: Text,
    /// `${company}`, `${location}`.
    because_of_location: Text,
    /// `${company}`.
    because: Text,
    /// `${size}`.
    size: Text,
    /// `${company}`.
    signed_up: Text,
    /// `${date}`.
    since_date: Text,
    since: Text,
    /// `${customer}`, `${result}`, `${source}`.
    proof: Text,
    nobody: Text,
    /// `${count}`.
    nameless: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    subject: Text,
    body: Text,
}

impl MailTexts {
    /// Reads the file; a wrong one is refused with its line.
    pub fn load(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        serde_saphyr::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
    }
}

impl OutlookComposeEmail {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let count = json!({"type": "integer"});
        let spec = ToolSpec {
            name: "outlook_compose_email",
            permission: Permission::ReadOwnLeads,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<OutlookComposeEmailInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "mails": {"type": "array", "items": {
                        "type": "object", "properties": {"to": text, "subject": text, "body": text, "lead": text, "company": text, "reason": text}
                    }},
                    "any": {"type": "boolean"},
                    "count": count,
                    "without_address": {"type": "integer", "description": "Leads with no address that a mail can go to"},
                    "opted_out": {"type": "integer", "description": "Leads that do not want to hear from us"},
                    "too_many": {"type": "integer", "description": "Leads beyond what is written at once"},
                    "told": {"type": "string", "description": "Why some were left out, for the person; empty where none was"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// The mail to a lead: `None` where it has no address that a mail can go to, or no name that one can say.
    fn write(
        &self,
        context: Context<'_>,
        input: &OutlookComposeEmailInput,
        stored: &StoredLead,
        catalogue: &Catalogue,
    ) -> Option<Value> {
        let lead = &stored.lead;
        let company = company_name(&lead.company)?;
        let wanted = |contact: &&Contact| input.to.as_deref().is_some_and(|to| contact.email == to.to_lowercase());
        let named = lead.contacts.iter().find(wanted).filter(|contact| !lead.opted_out && contact.email_valid());
        let contact = named.or_else(|| lead.reachable())?;
        let texts = &self.tool_context.mail_texts;
        let language = input.language.unwrap_or(context.language);
        let named = input.product.as_deref().and_then(|name| catalogue.find(name)).map(|found| found.product);
        let product = named.or_else(|| catalogue.for_industry(&lead.industry).first().copied())?;
        let name = product.name.in_language(language);
        let letter = match input.purpose {
            Purpose::Intro => &texts.intro,
            Purpose::FollowUp => &texts.follow_up,
            Purpose::Welcome => &texts.welcome,
        };
        let reason = self.reason(input.purpose, company, stored, language);
        let offer = offer(product, language);
        let proof = proof(texts, product, &lead.industry, language);
        let whom = plain_name(&contact.name);
        let whom = whom.map_or_else(|| texts.nobody.say(language, &[("company", company)]), str::to_owned);
        let values = [
            ("contact", whom.as_str()),
            ("company", company),
            ("reason", reason.as_str()),
            ("offer", offer.as_str()),
            ("proof", proof.as_str()),
            ("product", name),
            ("person", context.person.name.as_str()),
            ("title", context.person.title.as_str()),
            ("sender", self.tool_context.company.name.as_str()),
        ];
        let own = |text: &String| {
            values.iter().fold(text.clone(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
        };
        let subject = input.subject.as_ref().map_or_else(|| letter.subject.say(language, &values), own);
        let body = input.text.as_ref().map_or_else(|| letter.body.say(language, &values), own);
        Some(json!({
            "to": contact.email, "subject": one_line(&subject), "body": spaced(&body), "lead": stored.id, "company": company,
            "reason": reason,
        }))
    }

    /// Why it is written to just this lead, from the lead's own data.
    fn reason(&self, purpose: Purpose, company: &str, stored: &StoredLead, language: Language) -> String {
        let (texts, lead) = (&self.tool_context.mail_texts, &stored.lead);
        if purpose == Purpose::Welcome {
            return texts.signed_up.say(language, &[("company", company)]);
        }
        if purpose == Purpose::FollowUp {
            return match lead.last_contacted {
                Some(day) => texts.since_date.say(language, &[("date", &day_label(day, language))]),
                None => texts.since.in_language(language).to_owned(),
            };
        }
        let [industry, location] = [&lead.industry, &lead.location].map(|text| plain_name(text).unwrap_or_default());
        let values = [("company", company), ("industry", industry), ("location", location)];
        let text = match (industry.is_empty(), location.is_empty()) {
            (false, false) => &texts.because_of_both,
            (false, true) => &texts.because_of_industry,
            (true, false) => &texts.because_of_location,
            (true, true) => &texts.because,
        };
        let reason = text.say(language, &values);
        match size(&lead.notes) {
            Some(size) => {
                let gap = if language == Language::Zh { "" } else { " " };
                format!("{reason}{gap}{}", texts.size.say(language, &[("size", &size)]))
            }
            None => reason,
        }
    }
}

/// How many people work at a lead, where its notes say so in figures.
fn size(notes: &str) -> Option<String> {
    let (_, rest) = notes.split_once("Company size: ")?;
    let size: String = rest.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | '+' | ',')).collect();
    (!size.is_empty() && size.len() <= 15).then_some(size)
}

fn offer(product: &Product, language: Language) -> String {
    let newest = product.features.iter().max_by_key(|feature| feature.since);
    let gains: Vec<&str> = newest
        .map(|feature| feature.gains.iter().take(2).map(|gain| gain.in_language(language)).collect())
        .unwrap_or_default();
    let gap = if language == Language::Zh { "" } else { " " };
    let (name, summary) = (product.name.in_language(language), product.summary.in_language(language));
    let colon = if language == Language::Zh { "：" } else { ": " };
    format!("{name}{colon}{summary}{gap}{}", gains.join(gap))
}

/// What a customer of the same industry measured.
fn proof(texts: &MailTexts, product: &Product, industry: &str, language: Language) -> String {
    let of_industry = product.proof.iter().find(|proof| proof.industry == industry);
    let Some(proof) = of_industry.or_else(|| product.proof.first()) else { return String::new() };
    let values = [
        ("customer", proof.customer.as_str()),
        ("result", proof.result.in_language(language)),
        ("source", proof.source.in_language(language)),
    ];
    texts.proof.say(language, &values)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(255).collect()
}

/// Without the gaps that empty parts leave.
fn spaced(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

#[async_trait]
impl Tool for OutlookComposeEmail {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: OutlookComposeEmailInput = read(input)?;
        let ids = match &input.from {
            Some(call) => LeadSelection::read(context, call)?.leads,
            None => input.leads.clone(),
        };
        let catalogue = self.tool_context.products.current().await.map_err(ToolError::Tell)?;
        if let Some(product) = input.product.as_deref().filter(|name| catalogue.find(name).is_none()) {
            let names = catalogue.names(context.language).join(", ");
            return Err(ToolError::Tell(format!("The catalogue has no “{product}”; it has {names}.")));
        }
        let all = if ids.is_empty() {
            Vec::new()
        } else {
            let mut tx = self.tool_context.begin(context.person).await?;
            leads::find(&mut tx, &LeadFilter { ids, ..LeadFilter::default() }, 1_000).await.map_err(retry)?
        };
        let mut mails: Vec<Value> =
            all.iter().filter_map(|stored| self.write(context, &input, stored, &catalogue)).collect();
        // Nobody gets two, whatever leads share an address.
        let mut written: Vec<String> = Vec::new();
        mails.retain(|mail| {
            let to = mail["to"].as_str().unwrap_or_default().to_owned();
            let new = !written.contains(&to);
            written.push(to);
            new
        });
        let too_many = mails.len().saturating_sub(MAX_MAILS);
        mails.truncate(MAX_MAILS);
        let nameless = |stored: &&StoredLead| company_name(&stored.lead.company).is_none() && !stored.lead.opted_out;
        let nameless = all.iter().filter(nameless).count();
        let told = match nameless {
            0 => String::new(),
            count => {
                let text = &self.tool_context.mail_texts.nameless;
                text.say(input.language.unwrap_or(context.language), &[("count", &count.to_string())])
            }
        };
        let opted_out = all.iter().filter(|stored| stored.lead.opted_out).count();
        let without = all.iter().filter(|stored| !stored.lead.opted_out && stored.lead.reachable().is_none()).count();
        let result = json!({
            "any": !mails.is_empty(), "count": mails.len(), "without_address": without, "opted_out": opted_out,
            "too_many": too_many, "told": told, "mails": mails,
        });
        Ok(Outcome::Done(Output { result, trust: trust_of(&all), ..Output::default() }))
    }
}
