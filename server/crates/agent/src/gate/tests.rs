use std::path::Path;

use chrono::DateTime;
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
        company: Company { name: "Mezzofy".into(), domain: "mezzofy.example".into() },
        texts: Texts::load(&home.join("prompts")).unwrap(),
    }
}

impl Rules {
    fn gate(&self) -> Gate<'_> {
        Gate { roles: &self.roles, company: &self.company, texts: &self.texts }
    }

    /// What the gate says to a statement for these recipients, asked for by somebody of this role.
    fn statement(&self, role: &str, recipients: &[&str]) -> Result<(), RunErrorKind> {
        let spec = |name, permission| ToolSpec {
            name,
            permission,
            effect: false,
            input_schema: json!({}),
            output_schema: json!({}),
        };
        let ledger = spec("finance_statement", Permission::ReadLedger);
        let mail = spec("outlook_send_email", Permission::SendMail);
        let tools = if recipients.is_empty() { vec![&ledger] } else { vec![&ledger, &mail] };
        let recipients: Vec<String> = recipients.iter().map(|&to| to.to_owned()).collect();
        let intent = Intent {
            skill: "financial_reporting",
            title: "Financial statement",
            tools: &tools,
            recipients: &recipients,
            language: Language::En,
        };
        self.gate().admit(&person(role), intent).map_err(|refusal| refusal.kind)
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
    let inside = ["ceo@mezzofy.example"];
    for (role, alone, mailed) in [
        ("finance_manager", Ok(()), Ok(())),
        ("executive", Ok(()), Ok(())),
        ("admin", Ok(()), Ok(())),
        ("finance_viewer", Ok(()), Err(RunErrorKind::NotPermitted)),
        ("sales_manager", Err(RunErrorKind::NotPermitted), Err(RunErrorKind::NotPermitted)),
        ("support_agent", Err(RunErrorKind::NotPermitted), Err(RunErrorKind::NotPermitted)),
        ("no_such_role", Err(RunErrorKind::NotPermitted), Err(RunErrorKind::NotPermitted)),
    ] {
        assert_eq!((rules.statement(role, &[]), rules.statement(role, &inside)), (alone, mailed), "{role}");
    }
}

#[test]
fn one_recipient_outside_the_company_stops_all() {
    let rules = rules();
    for outside in ["x@elsewhere.example", "ceo@mezzofy.example.evil.example", "ceo@sub.mezzofy.example"] {
        assert_eq!(
            rules.statement("admin", &["ceo@mezzofy.example", outside]),
            Err(RunErrorKind::NotPossible),
            "{outside}"
        );
    }
}

#[test]
fn a_mail_is_checked_again_with_its_copies_before_it_becomes_an_effect() {
    let rules = rules();
    let mail = |to: &str, cc: &str| Mail {
        to: vec![to.to_owned()],
        cc: vec![cc.to_owned()],
        subject: "Statement".to_owned(),
        body: String::new(),
        attachments: Vec::new(),
    };
    assert!(rules.gate().admit_mail(&mail("a@mezzofy.example", "b@mezzofy.example"), Language::En).is_ok());
    let refusal = rules.gate().admit_mail(&mail("a@mezzofy.example", "b@elsewhere.example"), Language::Zh).unwrap_err();
    assert_eq!(refusal.kind, RunErrorKind::NotPossible);
    assert!(refusal.detail.contains("b@elsewhere.example") && refusal.detail.contains("公司"), "{}", refusal.detail);
}

#[test]
fn a_disabled_person_is_refused_whatever_their_role() {
    let rules = rules();
    let spec = ToolSpec {
        effect: true,
        name: "outlook_send_email",
        permission: Permission::SendMail,
        input_schema: json!({}),
        output_schema: json!({}),
    };
    let gone = Person { disabled: true, ..person("admin") };
    assert!(rules.gate().admit_tool(&gone, &spec, "Financial statement", Language::En).is_err());
}
