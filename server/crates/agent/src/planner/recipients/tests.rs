use super::*;
use crate::planner::tests::{directory, prompts};

fn read(text: &str) -> (Vec<String>, Vec<(String, usize)>) {
    let (prompts, people) = (prompts(), directory());
    let mut sentence = Sentence::read(text);
    let found = Reader::new(&prompts, &people[0], &people).find(&mut sentence);
    let names = found.found.into_iter().map(|who| who.email.split('@').next().unwrap_or_default().to_owned()).collect();
    (names, found.unsettled.into_iter().map(|who| (who.named, who.candidates.len())).collect())
}

#[test]
fn people_are_found_by_office_title_name_address_and_as_me() {
    let table: &[(&str, &[&str])] = &[
        ("send it to the CEO", &["ceo"]),
        ("send it to our chief executive officer", &["ceo"]),
        ("Send the CEO the October statement", &["ceo"]),
        ("email Grace the statement", &["ceo"]),
        ("forward it to Grace Tan", &["ceo"]),
        ("mail it to Ms Tan please", &["ceo"]),
        ("send it to CEO@Mezzofy.example", &["ceo"]),
        ("send it to x@example.org", &["x"]),
        ("email me the statement", &["finance.manager"]),
        ("send it to my inbox", &["finance.manager"]),
        ("the statement to the CEO please", &["ceo"]),
        ("send it to the CEO and me", &["ceo", "finance.manager"]),
        ("send it to the CEO, the sales manager and x@example.org", &["ceo", "sales.manager", "x"]),
        ("send it to the CEO with a copy to me", &["ceo", "finance.manager"]),
        ("send it to the CEO, cc me", &["ceo", "finance.manager"]),
        ("send it to Grace but not to Wei Ming", &["ceo"]),
        ("share it with our CEO Grace Tan", &["ceo"]),
        ("send Grace and Wei Ming the statement", &["ceo", "finance.manager"]),
        ("prepare it for the CEO and email it to her", &["ceo"]),
        ("send it to the C.E.O.", &["ceo"]),
        ("give me the statement", &[]),
        ("show the statement to me", &[]),
        ("make it but don't send it to the CEO", &[]),
        ("prepare it without emailing anyone", &[]),
        ("do not send it to anyone", &[]),
        ("no need to email it to Grace", &[]),
        ("convert it to PDF", &[]),
        ("发给CEO", &["ceo"]),
        ("发送给首席执行官", &["ceo"]),
        ("把它发给总裁", &["ceo"]),
        ("发CEO", &["ceo"]),
        ("寄给老板和我", &["ceo", "finance.manager"]),
        ("发给我", &["finance.manager"]),
        ("给我发一份", &["finance.manager"]),
        ("发我一份", &["finance.manager"]),
        ("发到我的邮箱", &["finance.manager"]),
        ("给我一份报表", &[]),
        ("帮我生成报表", &[]),
        ("发给Grace Tan", &["ceo"]),
        ("发给陈美玲", &["sales.manager"]),
        ("发给美玲", &["sales.manager"]),
        ("发给CEO，抄送我", &["ceo", "finance.manager"]),
        ("分别发给CEO和我", &["ceo", "finance.manager"]),
        ("发至 ceo@mezzofy.example", &["ceo"]),
        ("能不能发给CEO", &["ceo"]),
        ("寄給執行長", &["ceo"]),
        ("不要发送", &[]),
        ("不要发给CEO", &[]),
        ("先别发", &[]),
        ("發給首席執行官", &["ceo"]),
    ];
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, wanted)| {
            let (found, unsettled) = read(text);
            (found != *wanted || !unsettled.is_empty())
                .then(|| format!("{text}: {found:?} {unsettled:?}, not {wanted:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn who_can_not_be_told_is_named_with_the_people_it_may_be() {
    let table: &[(&str, &str, usize)] = &[
        ("send it to the CFO", "CFO", 0),
        ("send it to Alice Wong as PDF", "Alice Wong", 0),
        ("send it to Wei", "Wei", 2),
        ("email it to the board, please", "board", 0),
        ("send it to sales", "sales", 2),
        ("发给财务总监", "财务总监", 0),
        ("把报表发给董事会", "董事会", 0),
    ];
    for (text, named, candidates) in table {
        assert_eq!(read(text), (Vec::new(), vec![((*named).to_owned(), *candidates)]), "{text}");
    }
}

#[test]
fn a_word_with_at_is_an_address_as_a_whole_or_a_question() {
    for word in [
        "ceo@café-bistro.example",
        "grace.tan@bücher.example",
        "c\u{435}o@mezzofy.example",
        "ceo@mezzofy.ex\u{430}mple",
        "ceo@例子.example",
        "ceo\u{200b}@mezzofy.example",
        "ceo@",
    ] {
        for text in
            [format!("send it to {word}"), format!("email the statement to {word}, please"), format!("发给{word}")]
        {
            assert_eq!(read(&text), (Vec::new(), vec![(word.to_owned(), 0)]), "{text}");
        }
    }
    assert_eq!(read("send it to Grace Tan <grace@elsewhere.example>"), (vec!["grace".to_owned()], vec![]));
    assert_eq!(read("send it to @Grace"), (vec!["ceo".to_owned()], vec![]));
}

#[test]
fn a_disabled_person_is_not_found() {
    assert_eq!(read("send it to Olga").1, [("Olga".to_owned(), 0)]);
}
