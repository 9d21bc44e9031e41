//! `linkedin_scraper`: finds companies in a business network, or in a file from its sales tool, with how to reach them from their
//! own web sites. It saves nothing and gets around nothing.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::crm::file;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::files;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::crm_save::LeadDraft;
use super::{ToolContext, read, retry};
use crate::linkedin::{Company, SearchEnd, contact};

/// Web sites that are read at once.
const MAX_CONCURRENT_SITES: usize = 5;
/// Companies of one call.
const MAX_COMPANIES: usize = 100;

pub(super) struct LinkedinScraper {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkedinScraperInput {
    /// For example F&B
    #[schemars(length(max = 100))]
    industry: Option<String>,
    /// A city or country
    #[schemars(length(max = 100))]
    location: Option<String>,
    /// How many; 20 when left out
    #[schemars(range(min = 1, max = MAX_COMPANIES))]
    count: Option<usize>,
    /// Instead of a search: the id of an uploaded CSV from Sales Navigator
    #[schemars(with = "Option<String>")]
    file: Option<Id<id::File>>,
}

impl LinkedinScraper {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "linkedin_scraper",
            permission: Permission::FindLeads,
            effect: false,
            fixed: &["industry", "location"],
            input_schema: schema::of::<LinkedinScraperInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names these companies for crm_save"},
                    "found": {"type": "integer"},
                    "empty": {"type": "boolean"},
                    "with_email": {"type": "integer", "description": "Of those found, the ones whose web site shows an address"},
                    "told": {"type": "string", "description": "Why there are not more, a sentence, or nothing"},
                    "companies": {"type": "array", "items": {
                        "type": "object", "properties": {"company": text, "industry": text, "location": text, "website": text, "email": text}
                    }}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    async fn search(
        &self,
        context: Context<'_>,
        input: &LinkedinScraperInput,
    ) -> Result<(Vec<LeadDraft>, String), ToolError> {
        let tool_context = &self.tool_context;
        let zh = context.language == Language::Zh;
        if !tool_context.prospecting.is_on() {
            return Err(ToolError::Tell(if zh {
                "没有配置领英数据来源。请上传Sales Navigator导出的CSV文件，或请管理员启用来源。".to_owned()
            } else {
                "No source for LinkedIn is switched on. Upload a CSV from Sales Navigator, or ask an administrator."
                    .to_owned()
            }));
        }
        let wanted = input.count.unwrap_or(20).min(MAX_COMPANIES);
        let (industry, location) =
            (input.industry.clone().unwrap_or_default(), input.location.clone().unwrap_or_default());
        let planner = &tool_context.planner;
        let fits = |company: &Company| {
            let same = |wanted: &str, found: &str, code: &dyn Fn(&str) -> Option<String>| {
                wanted.is_empty()
                    || code(found).is_some_and(|found| code(wanted).as_ref() == Some(&found))
                    || found.to_lowercase().contains(&wanted.to_lowercase())
            };
            same(&industry, &company.industry, &|text| planner.industry_code(text))
                && same(&location, &company.place, &|text| planner.place_code(text))
        };
        let by = (context.person.id, context.now);
        let (companies, ended) = tool_context
            .prospecting
            .find(&tool_context.web, format!("{industry} {location}").trim(), wanted, by, fits)
            .await;
        let drafts = futures_util::stream::iter(companies)
            .map(|company| self.draft(company))
            .buffered(MAX_CONCURRENT_SITES)
            .collect::<Vec<_>>()
            .await;
        let told = match (ended, zh) {
            (None, _) => String::new(),
            (Some(SearchEnd::NoMore), false) => format!("There were no more than these for {wanted} asked."),
            (Some(SearchEnd::NoMore), true) => format!("要求{wanted}家，但没有更多结果。"),
            (Some(SearchEnd::Limit), false) => "That is as many as one person may look up in an hour.".to_owned(),
            (Some(SearchEnd::Limit), true) => "已达到每人每小时的查询上限。".to_owned(),
            (Some(SearchEnd::Wall), false) => {
                "The network asked for a sign-in or refused, so I stopped there.".to_owned()
            }
            (Some(SearchEnd::Wall), true) => "对方要求登录或拒绝访问，因此到此为止。".to_owned(),
        };
        Ok((drafts, told))
    }

    /// A company with how its own web site says it can be reached.
    async fn draft(&self, company: Company) -> LeadDraft {
        let planner = &self.tool_context.planner;
        let (mut email, mut phone) = (None, None);
        if !company.website.is_empty()
            && let Ok(fetched) = self.tool_context.web.get(&company.website).await
        {
            (email, phone) = contact(&String::from_utf8_lossy(&fetched.bytes));
        }
        LeadDraft {
            industry: planner.industry_code(&company.industry).unwrap_or(company.industry),
            location: planner.place_code(&company.place).unwrap_or(company.place),
            company: company.name,
            email: email.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
            website: public_site(&company.website),
            source: "LinkedIn".to_owned(),
            notes: company.facts.join("\n"),
            ..LeadDraft::default()
        }
    }

    /// The companies of a file that the person has exported from Sales Navigator.
    async fn of_file(&self, context: Context<'_>, file: Id<id::File>) -> Result<(Vec<LeadDraft>, String), ToolError> {
        let mut tx = self.tool_context.begin(context.person).await?;
        let found = files::get(&mut tx, context.person.id, file).await.map_err(retry)?;
        drop(tx);
        let found = found.ok_or_else(|| ToolError::Tell(format!("There is no file {file} of yours.")))?;
        let bytes = self.tool_context.files.get(&found.attachment.sha256).await.map_err(retry)?;
        let drafts = sales_navigator(&bytes)
            .map_err(|reason| ToolError::Tell(format!("{}: {reason}.", found.attachment.name)))?;
        Ok((drafts, String::new()))
    }
}

/// The demo's web sites are no domains of companies, so they are not kept as such.
fn public_site(website: &str) -> String {
    if website.starts_with("http://127.0.0.1") { String::new() } else { website.to_owned() }
}

/// Reads the export of Sales Navigator: columns by any of their names, in any order.
fn sales_navigator(bytes: &[u8]) -> Result<Vec<LeadDraft>, String> {
    const NAMES: [(&str, &[&str]); 8] = [
        ("company", &["company", "company name", "account name", "organization", "current company"]),
        ("first", &["first name"]),
        ("last", &["last name"]),
        ("name", &["name", "full name", "contact name", "lead name"]),
        ("email", &["email", "email address", "work email"]),
        ("phone", &["phone", "phone number", "company phone"]),
        ("industry", &["industry", "company industry"]),
        ("location", &["location", "geography", "headquarters", "company location", "city"]),
    ];
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let place = |wanted: &str| {
        let names = NAMES.iter().find(|(name, _)| *name == wanted).map(|(_, names)| *names).unwrap_or_default();
        header.iter().position(|column| names.contains(&column.trim().to_lowercase().as_str()))
    };
    let website = header.iter().position(|column| {
        ["website", "company website", "website url"].contains(&column.trim().to_lowercase().as_str())
    });
    let company = place("company").ok_or("the file has no column for the company's name")?;
    let mut drafts = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let get = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned();
        let name = get(place("name"));
        let name = if name.is_empty() {
            format!("{} {}", get(place("first")), get(place("last"))).trim().to_owned()
        } else {
            name
        };
        let draft = LeadDraft {
            company: get(Some(company)),
            contact_name: name,
            email: get(place("email")),
            phone: get(place("phone")),
            industry: get(place("industry")),
            location: get(place("location")),
            website: get(website),
            source: "Sales Navigator".to_owned(),
            ..LeadDraft::default()
        };
        if !draft.company.is_empty() && drafts.len() < 1_000 {
            drafts.push(draft);
        }
    }
    Ok(drafts)
}

#[async_trait]
impl Tool for LinkedinScraper {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: LinkedinScraperInput = read(input)?;
        let (drafts, told) = match input.file {
            Some(file) => self.of_file(context, file).await?,
            None => self.search(context, &input).await?,
        };
        let columns = ["company", "email", "phone", "industry", "location", "website", "source"];
        let rows: Vec<Vec<Option<String>>> = drafts
            .iter()
            .map(|draft| {
                let cells = [
                    &draft.company,
                    &draft.email,
                    &draft.phone,
                    &draft.industry,
                    &draft.location,
                    &draft.website,
                    &draft.source,
                ];
                cells.map(|cell| Some(cell.clone())).to_vec()
            })
            .collect();
        debug_assert!(columns.iter().all(|column| file::COLUMNS.contains(column)));
        let companies: Vec<Value> = drafts
            .iter()
            .map(|draft| {
                json!({
                    "company": draft.company, "industry": draft.industry, "location": draft.location, "website": draft.website,
                    "email": draft.email,
                })
            })
            .collect();
        let result = json!({
            "call": context.call, "found": drafts.len(), "empty": drafts.is_empty(), "told": told, "companies": companies,
            "with_email": drafts.iter().filter(|draft| !draft.email.is_empty()).count(),
        });
        let keep = json!({"found": drafts, "columns": columns, "rows": rows});
        Ok(Outcome::Done(Output { result, keep: Some(keep), trust: Trust::Outside, ..Output::default() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_of_the_sales_tool_is_read_by_its_columns_names() {
        let csv = "\u{feff}First Name,Last Name,Account Name,Geography,Email Address\nAna,Tan,ABC Dining,Singapore,ana@abc.example\n,,,,\n";
        let drafts = sales_navigator(csv.as_bytes()).unwrap();
        assert_eq!(drafts.len(), 1);
        assert_eq!(
            (drafts[0].company.as_str(), drafts[0].contact_name.as_str(), drafts[0].location.as_str()),
            ("ABC Dining", "Ana Tan", "Singapore")
        );
        assert!(sales_navigator(b"a,b\n1,2\n").is_err());
    }
}
