//! What people ask of the calendar, on one line: what is to be done, when, how long, with whom and what about.

use super::*;

fn outcome(plan: &Plan) -> String {
    match plan {
        Plan::Skill(plan) if plan.skill == "calendar" => {
            let text = |name: &str| plan.inputs.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
            let act = ["free", "view"].into_iter().find(|flag| plan.inputs.contains_key(*flag)).unwrap_or("make");
            let with = plan.inputs.get("attendees").and_then(Value::as_array).into_iter().flatten();
            let with: Vec<&str> =
                with.filter_map(Value::as_str).map(|it| it.trim_end_matches("@mezzofy.example")).collect();
            let with = if with.is_empty() { "-".to_owned() } else { with.join("+") };
            format!("{act} {} {} {with} {}", text("at"), plan.inputs["minutes"], text("topic"))
        }
        Plan::Skill(plan) => plan.skill.clone(),
        Plan::Ask(open) => open.question.clone(),
        other => format!("{other:?}").chars().take(60).collect(),
    }
}

fn assert_outcomes(table: &[(&str, &str)]) {
    assert_each(&Desk::of_everything(), outcome, table);
}

const WHEN: &str = "When should it be? For example “tomorrow at 3pm” or “2 December 10:30 to 11:00”.";

#[test]
fn events_are_asked_for_in_english() {
    assert_outcomes(&[
        ("Schedule a meeting with the CEO tomorrow at 3pm", "make 2026-11-23T15:00 60 ceo -"),
        (
            "Book a 30 minute call with Grace Tan on Friday at 10:30 about the October figures",
            "make 2026-11-27T10:30 30 ceo the October figures",
        ),
        (
            "Set up a meeting with the CEO and 陈美玲 next Tuesday 14:00-15:30 to discuss the Q4 budget",
            "make 2026-11-24T14:00 90 ceo+sales.manager the Q4 budget",
        ),
        ("Meet with jane@abc.example on 2 December at 4pm", "make 2026-12-02T16:00 60 jane@abc.example -"),
        ("Block two hours tomorrow morning at 9am", "make 2026-11-23T09:00 120 - -"),
        (
            "Invite the sales manager and wei.jie@abc.example to a meeting on Monday at 9",
            "make 2026-11-23T09:00 60 sales.manager+wei.jie@abc.example -",
        ),
        ("Put a reminder in my calendar for Monday at 9", "make 2026-11-23T09:00 60 - -"),
        ("Put a reminder in my calendar to call the CEO on Monday at 9", "make 2026-11-23T09:00 60 - -"),
        ("Schedule a meeting with the CEO at 3pm", WHEN),
        ("Schedule a meeting with the CEO", WHEN),
        ("Schedule a meeting with the CEO tomorrow", WHEN),
    ]);
}

#[test]
fn events_are_asked_for_in_chinese_and_malay() {
    assert_outcomes(&[
        ("明天下午三点和CEO开会", "make 2026-11-23T15:00 60 ceo -"),
        ("安排周五上午十点半的会议，邀请陈美玲", "make 2026-11-27T10:30 60 sales.manager -"),
        ("帮我约CEO下周二下午两点开会半小时，讨论十月报表", "make 2026-11-24T14:00 30 ceo 十月报表"),
        ("请安排明天下午三点的会议", "make 2026-11-23T15:00 60 - -"),
        ("和CEO开个会", "什么时候？例如“明天下午三点”或“12月2日10:30到11:00”。"),
    ]);
}

#[test]
fn what_is_on_and_who_is_free_is_asked() {
    assert_outcomes(&[
        ("What's on my calendar this week?", "view 2026-11-16/2026-11-22 60 - -"),
        ("Show my meetings tomorrow", "view 2026-11-23 60 - -"),
        ("Do I have any meetings on Friday?", "view 2026-11-27 60 - -"),
        ("What's on my calendar", "view - 60 - -"),
        ("Find a free slot with the sales manager next week", "free 2026-11-23/2026-11-29 60 sales.manager -"),
        (
            "Find half an hour tomorrow when the CEO and the sales manager are free",
            "free 2026-11-23 30 ceo+sales.manager -",
        ),
        ("Do I have any meetings with ABC Corp tomorrow?", "view 2026-11-23 60 - -"),
        ("我这周有哪些会议", "view 2026-11-16/2026-11-22 60 - -"),
        ("查看我明天的日程", "view 2026-11-23 60 - -"),
        ("下周找一个和陈美玲都有空的时间", "free 2026-11-23/2026-11-29 60 sales.manager -"),
        ("CEO什么时候有空", "free - 60 ceo -"),
        (
            "Find an hour on Friday that suits Grace Tan and 陈美玲, when both are free",
            "free 2026-11-27 60 ceo+sales.manager -",
        ),
    ]);
}

#[test]
fn an_answer_completes_the_time_that_was_asked_for() {
    let desk = Desk::of_everything();
    let first = "Schedule a meeting with the CEO tomorrow";
    let Plan::Ask(open) = desk.ask(first) else { panic!() };
    for (answer, wanted) in [
        ("3pm", "make 2026-11-23T15:00 60 ceo -"),
        ("at 10:30 for 30 minutes", "make 2026-11-23T10:30 30 ceo -"),
        ("4", "make 2026-11-23T16:00 60 ceo -"),
        ("Friday at 11", "make 2026-11-27T11:00 60 ceo -"),
        ("soon", WHEN),
    ] {
        assert_eq!(outcome(&desk.reply(&[first, answer], Some(&open))), wanted, "{answer}");
    }
}

#[test]
fn what_only_speaks_of_meetings_is_other_work() {
    let desk = Desk::of_everything();
    for text in [
        "Prepare a sales deck for a client meeting",
        "Draft the agenda for the leadership meeting",
        "Prepare the board meeting slides",
        "Create a content calendar",
        "Summarise the meeting notes",
        "Get me a meeting with their procurement people",
        "Show the cash reserves",
        "本月续约的客户有哪些",
    ] {
        let plan = desk.ask(text);
        assert!(!matches!(&plan, Plan::Skill(plan) if plan.skill == "calendar"), "{text}");
        assert_ne!(outcome(&plan), WHEN, "{text}");
    }
}
