use std::path::{Path, PathBuf};

use mezzofy_domain::people::{Company, Department, Person};
use mezzofy_domain::period::Period;
use mezzofy_domain::roles::{Permission, Roles};

use super::*;
use crate::agents::{self, Agents};
use crate::defences::Defences;
use crate::model::{Model, Request, Source};
use crate::planner::tests::{directory, skills};
use crate::run::{CallOutcome, NextAction, ParsedReply, RunEnd, RunMachine};
use crate::texts::Texts;
use scripted::{Scripted, calls, says};

mod scripted;

/// The shipped rules and texts, with two tools.
struct Office {
    skills: Skills,
    agents: Agents,
    planner: Planner,
    roles: Roles,
    company: Company,
    texts: Texts,
    tool_texts: ToolTexts,
    people: Vec<Person>,
    tools: Kit,
}

struct Kit(Vec<ToolSpec>);

impl Toolbox for Kit {
    fn spec(&self, name: &str) -> Option<&ToolSpec> {
        self.0.iter().find(|spec| spec.name == name)
    }

    fn check(&self, name: &str, input: &Value) -> Result<(), String> {
        let spec = self.spec(name).ok_or_else(|| format!("There is no tool {name}."))?;
        let validator = jsonschema::validator_for(&spec.input_schema).unwrap();
        validator.validate(input).map_err(|error| error.to_string())
    }
}

fn server_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn spec(name: &'static str, permission: Permission, effect: bool) -> ToolSpec {
    let input_schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}});
    ToolSpec { name, permission, effect, fixed: &[], input_schema, output_schema: json!({"type": "object"}) }
}

impl Office {
    fn new() -> Self {
        let skills = skills();
        let yaml = "finance_statement: {description: Reads., progress: {en: r, zh: r}}\noutlook_send_email: {description: Sends., progress: {en: s, zh: s}}\npdf_generator: {description: Prints., progress: {en: p, zh: p}}\n";
        Self {
            agents: agents::load(&server_file("agents"), &skills).unwrap(),
            skills,
            planner: Planner::load(&server_file("prompts/planner.yaml")).unwrap(),
            roles: Roles::parse(&std::fs::read_to_string(server_file("config/roles.yaml")).unwrap()).unwrap(),
            company: Company {
                name: "Mezzofy".into(),
                domain: "mezzofy.example".into(),
                channels: [("sales".to_owned(), Department::Sales)].into(),
            },
            texts: Texts::load(&server_file("prompts")).unwrap(),
            tool_texts: serde_saphyr::from_str(yaml).unwrap(),
            people: directory(),
            tools: Kit(vec![
                spec("finance_statement", Permission::ReadLedger, false),
                spec("outlook_send_email", Permission::SendMail, true),
                spec("pdf_generator", Permission::MakeDocuments, false),
            ]),
        }
    }

    /// What a reply of somebody's model stands for.
    fn with<T>(&self, who: usize, act: impl FnOnce(CallParser<'_>) -> T) -> T {
        let me = &self.people[who];
        let allowed: Vec<String> = self
            .skills
            .iter()
            .map(|skill| skill.name.clone())
            .filter(|name| self.roles.allows_skill(&me.role, name))
            .collect();
        act(CallParser {
            skills: &self.skills,
            tools: &self.tools,
            texts: &self.tool_texts,
            planner: &self.planner,
            request: planner::Request {
                texts: &[],
                open: None,
                me,
                people: &self.people,
                today: chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
                latest_month: Period::month(2026, 10),
                allowed: &allowed,
                products: &crate::planner::NO_PRODUCTS,
            },
            gate: Gate {
                roles: &self.roles,
                company: &self.company,
                texts: &self.texts,
                defences: Defences::default(),
            },
            language: Language::En,
        })
    }

    fn offered(&self, who: usize) -> Vec<ToolDefinition> {
        let agent = self.agents.get(self.people[who].department).unwrap();
        self.with(who, |parser| parser.offered(agent))
    }

    fn read(&self, who: usize, name: &str, input: &Value) -> ParsedCall {
        let offered = self.offered(who);
        self.with(who, |parser| parser.read(&[Block::call("c", name, input)], &offered)).remove(0)
    }
}

/// Carries a run out with a model in the process; the tools answer with their own name.
async fn run_to_end(office: &Office, model: &Scripted, said: &str) -> RunMachine {
    let offered = office.offered(FINANCE_MANAGER);
    let me = &office.people[FINANCE_MANAGER];
    let mut run = RunMachine::new(said.to_owned(), me);
    run.begin(Vec::new(), "Today is Sunday.".to_owned(), Department::Finance);
    loop {
        match run.next(&office.skills).unwrap() {
            NextAction::RequestReply => {
                let history = run.history().to_vec();
                let request =
                    Request { system: "", tools: &offered, history: &history, max_tokens: 100, answer_schema: None };
                let reply = model.stream(&request, &mut |_| {}).await.unwrap();
                let wanted = office.with(FINANCE_MANAGER, |parser| parser.read(&reply.blocks, &offered));
                let source = Source { provider: "scripted".to_owned(), model: "scripted".to_owned() };
                let (text, usage) = (reply.text(), reply.usage);
                let replied = ParsedReply { source, blocks: reply.blocks, text, calls: wanted, usage, paused: false };
                run.on_reply(replied, me, chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
            }
            NextAction::Calls(calls) => {
                for call in calls {
                    let called = CallOutcome { result: json!({"did": call.tool}), ..CallOutcome::default() };
                    run.on_result(&office.skills, &call, called);
                }
            }
            NextAction::Wait(_) | NextAction::Done(_) => return run,
        }
    }
}

const FINANCE_MANAGER: usize = 0;
const SALES_MANAGER: usize = 2;

#[test]
fn a_model_is_offered_what_its_agent_has_and_the_role_allows_sorted_by_name() {
    let office = Office::new();
    let names = |who| office.offered(who).into_iter().map(|tool| tool.name).collect::<Vec<_>>();
    assert_eq!(
        names(FINANCE_MANAGER),
        [
            "ask_person",
            "calendar",
            "decline",
            "finance_statement",
            "financial_reporting",
            "knowledge_lookup",
            "kpi_dashboard",
            "memory",
            "outlook_send_email",
            "pdf_generator",
            "schedule_management",
            "web_research"
        ]
    );
    let of_sales = names(SALES_MANAGER);
    assert!(
        ["linkedin_prospecting", "pitch_deck", "outlook_send_email"]
            .iter()
            .all(|name| of_sales.contains(&(*name).to_owned()))
    );
    assert!(
        !of_sales.contains(&"finance_statement".to_owned()) && !of_sales.contains(&"financial_reporting".to_owned())
    );
}

#[tokio::test]
async fn a_whole_run_goes_through_offers_calls_and_results_without_a_network() {
    let office = Office::new();
    let input = || json!({"a": "x"});
    let model = Scripted::new([
        calls([("finance_statement", input()), ("pdf_generator", input()), ("no_such_tool", json!({}))]),
        calls([("outlook_send_email", input())]),
        says("All done."),
    ]);
    let mut run = run_to_end(&office, &model, "Do it").await;
    assert_eq!(run.next(&office.skills).unwrap(), NextAction::Done(&RunEnd::Answered("All done.".to_owned())));
    assert_eq!(run.called_tools(), ["finance_statement", "pdf_generator", "outlook_send_email"]);
    let asked = model.asked();
    assert_eq!(asked.len(), 3);
    for pair in asked.windows(2) {
        assert_eq!(pair[0], pair[1][..pair[0].len()], "nothing that was said changes later");
    }
}

#[test]
fn a_skill_is_called_with_people_and_periods_as_one_says_them() {
    let office = Office::new();
    let table = [
        (json!({}), "2026-10", json!(null)),
        (json!({"period": "latest", "recipient": "the CEO"}), "2026-10", json!(["ceo@mezzofy.example"])),
        (json!({"period": "2026-Q3", "recipient": "ceo@mezzofy.example"}), "2026-Q3", json!(["ceo@mezzofy.example"])),
        (
            json!({"period": "last year", "recipients": ["Grace Tan", "me"]}),
            "2025",
            json!(["ceo@mezzofy.example", "finance.manager@mezzofy.example"]),
        ),
    ];
    for (input, period, recipients) in table {
        let ParsedCall::Skill { plan, admitted } = office.read(FINANCE_MANAGER, "financial_reporting", &input) else {
            panic!("{input}")
        };
        assert_eq!(admitted, Ok(()));
        assert_eq!((&plan.inputs["period"], plan.agent), (&json!(period), Department::Finance), "{input}");
        assert_eq!(plan.inputs.get("recipients").cloned().unwrap_or_default(), recipients, "{input}");
    }
}

#[test]
fn a_call_that_cannot_be_made_is_told_in_a_sentence() {
    let office = Office::new();
    let table = [
        ("financial_reporting", json!({"period": "someday"}), "is no period"),
        ("financial_reporting", json!({"recipient": "the CFO"}), "nobody called"),
        ("financial_reporting", json!({"recipient": "Wei"}), "may be any of"),
        ("financial_reporting", json!({"format": "xlsx"}), "makes pdf"),
        ("financial_reporting", json!({"colour": "red"}), "no input colour"),
        ("outlook_send_email", json!({"b": 1}), "required"),
        ("crm_delete", json!({}), "There is no tool crm_delete"),
        (ASK_PERSON, json!({"choices": []}), "question must be a text"),
    ];
    for (at, (name, input, said)) in table.into_iter().enumerate() {
        let (wanted, meaning) = (office.read(FINANCE_MANAGER, name, &input), at < 4);
        let told = matches!(&wanted, ParsedCall::Rejected(text) if text.contains(said));
        let broken = matches!(&wanted, ParsedCall::Malformed(text) if text.contains(said));
        assert_eq!((broken, told), (!meaning, meaning), "{name} {input}: {wanted:?}");
    }
    let blocks =
        [Block::of(&json!({"type": "tool_use", "id": "c", "name": "outlook_send_email", "arguments": "{\"a\""}))];
    let offered = office.offered(FINANCE_MANAGER);
    let wanted = office.with(FINANCE_MANAGER, |parser| parser.read(&blocks, &offered));
    assert!(matches!(&wanted[..], [ParsedCall::Malformed(text)] if text.contains("no JSON object")));
}

#[test]
fn what_models_read_of_the_words_of_their_own() {
    let own =
        own_words().map(|tool| json!({"name": tool.name, "description": tool.description, "input": tool.input_schema}));
    insta::assert_snapshot!("own_words", serde_json::to_string_pretty(&own).unwrap());
}

#[test]
fn a_skill_that_was_not_offered_does_not_exist() {
    let office = Office::new();
    let wanted = office.read(SALES_MANAGER, "financial_reporting", &json!({}));
    assert!(matches!(wanted, ParsedCall::Malformed(_)), "{wanted:?}");
}

#[test]
fn a_recipient_outside_is_admitted_as_the_mail_itself_waits_for_a_person() {
    let office = Office::new();
    let input = json!({"recipient": "x@elsewhere.example"});
    let read = office.read(FINANCE_MANAGER, "financial_reporting", &input);
    assert!(matches!(read, ParsedCall::Skill { admitted: Ok(()), .. }));
}

#[test]
fn declining_says_why_and_whose_work_it_would_be() {
    let office = Office::new();
    let input = json!({"kind": "not_permitted", "text": "Your role may not.", "skill": "financial_reporting"});
    let ParsedCall::Decline { error, skill, agent } = office.read(SALES_MANAGER, DECLINE, &input) else { panic!() };
    assert_eq!((error.kind, error.detail.as_str()), (RunErrorKind::NotPermitted, "Your role may not."));
    assert_eq!((skill.as_deref(), agent), (Some("financial_reporting"), Some(Department::Finance)));
}
