use std::path::Path;

use chrono::DateTime;
use mezzofy_domain::approval::{Origin, ValueOrigin};
use mezzofy_domain::effect::{EffectKind, PayloadFields};
use mezzofy_domain::id::Id;
use mezzofy_domain::people::Department;
use serde_json::json;

use super::*;

struct Rules {
    roles: Roles,
    company: Company,
    texts: Texts,
}

fn rules() -> Rules {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Rules {
        roles: Roles::parse(&std::fs::read_to_string(home.join("config/roles.yaml")).unwrap()).unwrap(),
        company: Company {
            name: "Mezzofy".into(),
            domain: "mezzofy.example".into(),
            channels: [("finance".to_owned(), Department::Finance), ("sales".to_owned(), Department::Sales)].into(),
        },
        texts: Texts::load(&home.join("prompts")).unwrap(),
    }
}

impl Rules {
    fn gate(&self) -> Gate<'_> {
        let defences = Defences::default();
        Gate { roles: &self.roles, company: &self.company, texts: &self.texts, defences }
    }

    /// What the gate says to a statement that somebody of this role asks for.
    fn statement(&self, role: &str, mailed: bool) -> Result<(), RunErrorKind> {
        let spec = |name, permission| ToolSpec {
            name,
            permission,
            effect: false,
            fixed: &[],
            input_schema: json!({}),
            output_schema: json!({}),
        };
        let ledger = spec("finance_statement", Permission::ReadLedger);
        let mail = spec("outlook_send_email", Permission::SendMail);
        let tools = if mailed { vec![&ledger, &mail] } else { vec![&ledger] };
        let intent = PlanRequest {
            channel: None,
            skill: "financial_reporting",
            title: "Financial statement",
            tools: &tools,
            language: Language::En,
        };
        self.gate().authorize_plan(&person(role), intent).map_err(|refusal| refusal.kind)
    }
}

fn person(role: &str) -> Person {
    Person {
        id: Id::new(DateTime::UNIX_EPOCH),
        email: "someone@mezzofy.example".into(),
        name: "Someone".into(),
        title: String::new(),
        role: role.into(),
        department: Department::Finance,
        language: Language::En,
        disabled: false,
    }
}

#[test]
fn a_statement_is_for_finance_and_executives_and_mail_for_those_who_may_send() {
    let rules = rules();
    for (role, alone, mailed) in [
        ("finance_manager", Ok(()), Ok(())),
        ("executive", Ok(()), Ok(())),
        ("admin", Ok(()), Ok(())),
        ("finance_viewer", Ok(()), Err(RunErrorKind::NotPermitted)),
        ("sales_manager", Err(RunErrorKind::NotPermitted), Err(RunErrorKind::NotPermitted)),
        ("support_agent", Err(RunErrorKind::NotPermitted), Err(RunErrorKind::NotPermitted)),
        ("no_such_role", Err(RunErrorKind::NotPermitted), Err(RunErrorKind::NotPermitted)),
    ] {
        assert_eq!((rules.statement(role, false), rules.statement(role, true)), (alone, mailed), "{role}");
    }
}

#[test]
fn a_channel_is_for_its_department_and_every_channel_for_executives() {
    let rules = rules();
    let post = ToolSpec {
        name: "teams_post_message",
        permission: Permission::PostInTeams,
        effect: true,
        fixed: &[],
        input_schema: json!({}),
        output_schema: json!({}),
    };
    let tools = [&post];
    let admitted = |role: &str, channel| {
        let intent = PlanRequest {
            skill: "financial_reporting",
            title: "Financial statement",
            tools: &tools,
            channel: Some(channel),
            language: Language::En,
        };
        rules.gate().authorize_plan(&person(role), intent).is_ok()
    };
    // All of them work in Finance here.
    for (role, finance, sales) in [
        ("finance_manager", true, false),
        ("finance_viewer", false, false),
        ("executive", true, true),
        ("admin", true, true),
    ] {
        assert_eq!((admitted(role, "finance"), admitted(role, "#Sales")), (finance, sales), "{role}");
    }
}

/// A mail as it is proposed, all of it the person's own words.
fn mail(to: &str, cc: &[&str], trust: Trust) -> ProposedEffect {
    let value = ValueOrigin { argument: "to".into(), value: to.into(), trust, from: String::new() };
    let fields = PayloadFields {
        to: vec![to.to_owned()],
        cc: cc.iter().map(|&cc| cc.to_owned()).collect(),
        subject: "Statement".to_owned(),
        body: "Hello".to_owned(),
        attachments: Vec::new(),
        when: None,
    };
    ProposedEffect {
        call: "1.0".into(),
        payload: fields.checked(EffectKind::Mail).unwrap(),
        origin: Origin::of(vec![value]),
    }
}

#[test]
fn a_mail_inside_the_company_goes_and_one_recipient_outside_makes_it_wait_for_a_person() {
    let rules = rules();
    let why = |to, cc: &[&str]| {
        rules.gate().approval_reason(&[mail(to, cc, Trust::Person)], Coverage::default(), "", Language::En)
    };
    assert_eq!(why("ceo@mezzofy.example", &["a@mezzofy.example"]), None);
    for outside in ["x@elsewhere.example", "ceo@mezzofy.example.evil.example", "ceo@sub.mezzofy.example"] {
        assert!(why(outside, &[]).unwrap().contains(outside));
        assert!(why("ceo@mezzofy.example", &[outside]).unwrap().contains(outside), "also as a copy");
    }
}

#[test]
fn a_standing_approval_covers_what_leaves_and_never_what_text_from_outside_chose() {
    let rules = rules();
    let why = |to, trust| {
        rules.gate().approval_reason(
            &[mail(to, &[], trust)],
            Coverage { standing: true, reservation: None },
            "the file “a.txt”",
            Language::Zh,
        )
    };
    assert_eq!(why("x@elsewhere.example", Trust::Company), None);
    let held = Coverage { standing: false, reservation: Some("yet") };
    let why_held =
        rules.gate().approval_reason(&[mail("x@elsewhere.example", &[], Trust::Company)], held, "", Language::En);
    assert!(why_held.unwrap().contains("“yet”"), "why no standing approval is used is said");
    assert!(why("x@elsewhere.example", Trust::Outside).unwrap().contains("a.txt"));
    assert!(why("ceo@mezzofy.example", Trust::Outside).is_some(), "also inside the company");
}

#[test]
fn who_asked_decides_and_above_fifty_recipients_a_manager_of_the_department() {
    let rules = rules();
    let (rep, colleague) = (person("sales_rep"), Person { id: Id::new(DateTime::UNIX_EPOCH), ..person("sales_rep") });
    let may = |person: &Person, recipients| {
        let asked = DecisionRequest { person: rep.id, department: Department::Sales, recipients };
        rules.gate().may_decide(person, &asked)
    };
    assert!(may(&rep, 50) && !may(&rep, 51) && !may(&colleague, 50));
    let of = |role: &str, department| Person { department, ..person(role) };
    let manager = of("sales_manager", Department::Sales);
    assert!(may(&manager, 51) && !may(&manager, 50), "a manager does not decide for others what they may themselves");
    assert!(!may(&of("support_manager", Department::Support), 51));
    assert!(may(&of("executive", Department::Management), 51));
    assert!(!may(&Person { disabled: true, ..manager }, 51));
}

#[test]
fn a_disabled_person_is_refused_whatever_their_role() {
    let rules = rules();
    let spec = ToolSpec {
        effect: true,
        fixed: &[],
        name: "outlook_send_email",
        permission: Permission::SendMail,
        input_schema: json!({}),
        output_schema: json!({}),
    };
    let gone = Person { disabled: true, ..person("admin") };
    assert!(rules.gate().authorize_tool(&gone, &spec, "Financial statement", Language::En).is_err());
}
