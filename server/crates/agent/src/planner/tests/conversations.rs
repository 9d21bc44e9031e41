//! Questions and their answers, over several texts of one run.

use super::*;

fn asked(plan: Plan) -> OpenQuestion {
    match plan {
        Plan::Ask(open) => serde_json::from_str(&serde_json::to_string(&open).unwrap()).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn inputs(plan: Plan) -> Map<String, Value> {
    match plan {
        Plan::Skill(plan) => plan.inputs,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_office_is_asked_for_and_a_name_or_an_address_settles_it() {
    let desk = Desk::new();
    let first = "Send the October financial statement to the CFO";
    let open = asked(desk.ask(first));
    assert_eq!(open.question, "I found no CFO in the directory. Who should get it?");
    assert!(open.choices.is_empty());
    for answer in ["Grace Tan", "to Grace", "the CEO", "ceo@mezzofy.example", "send it to the CEO please"] {
        let found = inputs(desk.reply(&[first, answer], Some(&open)));
        assert_eq!(
            (&found["period"], &found["recipient"]),
            (&json!("2026-10"), &json!("ceo@mezzofy.example")),
            "{answer}"
        );
    }
    assert_eq!(inputs(desk.reply(&[first, "me"], Some(&open)))["recipient"], "finance.manager@mezzofy.example");
    assert_eq!(inputs(desk.reply(&[first, "nobody"], Some(&open))).get("recipient"), None);
    assert_eq!(inputs(desk.reply(&[first, "don't send it"], Some(&open))).get("recipient"), None);
    let again = asked(desk.reply(&[first, "the CTO"], Some(&open)));
    assert_eq!(again.question, "I found no CTO in the directory. Who should get it?");
}

#[test]
fn two_people_of_one_name_are_offered_and_chosen_by_label_number_or_full_name() {
    let desk = Desk::new();
    let first = "send the financial statement to Wei and the CEO";
    let open = asked(desk.ask(first));
    assert_eq!(open.question, "I found 2 people for “Wei”. Which one do you mean?");
    assert_eq!(open.choices[1].label, "Wei Jie Ong, Sales Representative (sales.rep@mezzofy.example)");
    for answer in ["2", "the second one", "Wei Jie Ong", "sales.rep@mezzofy.example", open.choices[1].label.as_str()] {
        let found = inputs(desk.reply(&[first, answer], Some(&open)));
        assert_eq!(found["recipients"], json!(["ceo@mezzofy.example", "sales.rep@mezzofy.example"]), "{answer}");
    }
    assert!(matches!(desk.reply(&[first, "Wei"], Some(&open)), Plan::Ask(_)));
}

#[test]
fn two_ceos_are_asked_about_in_the_language_of_the_request() {
    let mut desk = Desk::new();
    desk.people[3].title = "CEO".to_owned();
    let first = "生成最新的财务报表并发给CEO";
    let open = asked(desk.ask(first));
    assert_eq!(open.question, "“CEO”对应2个人。您指的是哪一位？");
    let plan = desk.reply(&[first, "第一个"], Some(&open));
    let Plan::Skill(plan) = plan else { panic!("{plan:?}") };
    assert_eq!((plan.language, &plan.inputs["recipient"]), (Language::Zh, &json!("ceo@mezzofy.example")));
}

#[test]
fn an_unclear_period_is_asked_for() {
    let desk = Desk::new();
    let first = "Send the CEO the financial statement for the last three months";
    let open = asked(desk.ask(first));
    assert_eq!(
        open.question,
        "“last three months” is no period I can make a statement for. Please name a month, a quarter, a half-year or a year."
    );
    let found = inputs(desk.reply(&[first, "then Q3"], Some(&open)));
    assert_eq!((&found["period"], &found["recipient"]), (&json!("2026-Q3"), &json!("ceo@mezzofy.example")));
    let again = asked(desk.reply(&[first, "banana"], Some(&open)));
    assert!(again.question.starts_with("I did not understand that.\n"));

    let first = "financial statements for 2024 and 2025";
    let open = asked(desk.ask(first));
    assert_eq!(open.choices.iter().map(|choice| choice.label.as_str()).collect::<Vec<_>>(), ["2024", "2025"]);
    assert_eq!(inputs(desk.reply(&[first, "2025"], Some(&open)))["period"], "2025");
    assert_eq!(inputs(desk.reply(&[first, "the first one"], Some(&open)))["period"], "2024");
}

#[test]
fn a_doubtful_request_is_confirmed_replaced_or_called_off() {
    let desk = Desk::new();
    let first = "numbers for Q3 to the CEO";
    let open = asked(desk.ask(first));
    assert_eq!(
        open.choices,
        [Choice { label: "Financial statement".to_owned(), value: "financial_reporting".to_owned() }]
    );
    for answer in ["yes", "Financial statement", "1", "Yes, please"] {
        let found = inputs(desk.reply(&[first, answer], Some(&open)));
        assert_eq!(
            (&found["period"], &found["recipient"]),
            (&json!("2026-Q3"), &json!("ceo@mezzofy.example")),
            "{answer}"
        );
    }
    assert_eq!(inputs(desk.reply(&[first, "the balance sheet for 2025"], Some(&open)))["period"], "2025");
    assert!(matches!(desk.reply(&[first, "never mind"], Some(&open)), Plan::Talk { .. }));
    assert!(matches!(desk.reply(&[first, "write a poem"], Some(&open)), Plan::NotPossible { .. }));
}

#[test]
fn who_may_not_use_the_skill_is_told_so_before_anything_is_asked() {
    let mut desk = Desk::new();
    desk.allowed.clear();
    let Plan::NotPermitted { skill, agent, text } = desk.ask("send the financial statement to the CFO") else {
        panic!()
    };
    assert_eq!((skill.as_str(), agent), ("financial_reporting", Department::Finance));
    assert!(text.starts_with("Your role does not allow “Financial statement”"), "{text}");
    let Plan::NotPossible { text, .. } = desk.ask("write a poem") else { panic!() };
    assert!(text.ends_with("Please ask your administrator."), "{text}");
}

#[test]
fn what_can_not_be_done_is_answered_with_what_can() {
    let Plan::NotPossible { text, .. } = Desk::new().ask("写一首诗") else { panic!() };
    assert!(text.contains("财务报表：") || text.contains("财务报表:"), "{text}");
    let Plan::NotPossible { text, .. } = Desk::new().ask("Financial statement as Excel") else { panic!() };
    assert_eq!(text, "I can't make “Financial statement” as Excel, only as PDF. I have made nothing.");
}

#[test]
fn a_schedule_is_changed_in_words_and_other_requests_stay_what_they_are() {
    let desk = Desk::of_everything();
    let flags = |text: &str| match desk.ask(text) {
        Plan::Skill(plan) if plan.skill == "schedule_management" => {
            let set = ["pause", "resume", "remove", "move"].into_iter().filter(|flag| plan.inputs.contains_key(*flag));
            set.collect::<Vec<_>>().join("+")
        }
        Plan::Skill(plan) => plan.skill,
        other => format!("{other:?}").chars().take(40).collect(),
    };
    for (text, wanted) in [
        ("Pause my weekly KPI report", "pause"),
        ("Resume the weekly digest", "resume"),
        ("Cancel my monthly statement", "remove"),
        ("Move my weekly KPI report to every Tuesday at 10", "move"),
        ("暂停每周的关键指标报告", "pause"),
        ("把每周报告改到每周二上午十点", "move"),
        ("Please stop my daily report", "remove"),
        ("Every Monday at 9 send me the KPI report for last week", ""),
        ("Every Monday at 9 send me the KPI report for last week and what changed", ""),
        ("Every Friday at 5pm summarise this week's tickets and remove duplicates", ""),
        ("Schedule a meeting with the CEO tomorrow at 3pm", "calendar"),
        ("Give me the KPI report for last week", "kpi_dashboard"),
    ] {
        assert_eq!(flags(text), wanted, "{text}");
    }
    for text in [
        "Draft an email to merchants who want to cancel the monthly plan",
        "Write an article on how to pause the loyalty programme",
        "Summarise the resume the candidate sent",
    ] {
        let plan = desk.ask(text);
        assert!(!matches!(&plan, Plan::Skill(plan) if plan.skill == "schedule_management"), "{text}");
    }
}
