use super::*;

mod runs;

/// The tools as the server declares them; a test there keeps the file true.
pub(crate) fn tools() -> Vec<ToolShape> {
    let (_, all) = include_str!("tests/tools.snap").split_once("\n---\n").unwrap();
    let all: Vec<Value> = serde_json::from_str(all).unwrap();
    let shape = |tool: Value| ToolShape {
        name: tool["name"].as_str().unwrap().to_owned(),
        effect: tool["effect"].as_bool().unwrap(),
        input_schema: tool["input"].clone(),
        output_schema: Some(tool["output"].clone()),
    };
    all.into_iter().map(shape).collect()
}

const MANUAL: &str =
    "---\nname: greeter\ndescription: Greets.\ndepartment: finance\ntools: [outlook_send_email]\n---\nGreet.\n";
const STEPS: &str = "\
title: {en: Greeting, zh: 问候}
summary: {en: greets, zh: 问候}
recognise:
  examples: {en: [greet the CEO], zh: [问候]}
  subjects: [greet]
inputs:
  - name: recipient
    type: person
    ask: {en: Who?, zh: 谁？}
steps:
  - id: mail
    tool: outlook_send_email
    progress: {en: Greeting, zh: 问候}
    when: ${inputs.recipient}
    with:
      to: ${inputs.recipients}
      subject: {en: Hello, zh: 你好}
      body: {en: \"Hello, ${labels.recipient}\", zh: \"你好，${labels.recipient}\"}
answers:
  - text: {en: Done., zh: 完成。}
";

fn load_text(manual: &str, steps: &str) -> Result<Skills, Vec<SkillProblem>> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static FOLDERS: AtomicU32 = AtomicU32::new(0);
    let root =
        std::env::temp_dir().join(format!("skills-{}-{}", std::process::id(), FOLDERS.fetch_add(1, Ordering::Relaxed)));
    let folder = root.join("greeter");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("SKILL.md"), manual).unwrap();
    std::fs::write(folder.join("steps.yaml"), steps).unwrap();
    let loaded = load(&root, &tools());
    std::fs::remove_dir_all(&root).unwrap();
    loaded
}

/// The problems of the steps with one piece replaced, as `line: reason`.
fn problems(from: &str, to: &str) -> Vec<String> {
    assert!(STEPS.contains(from), "{from}");
    let found = load_text(MANUAL, &STEPS.replacen(from, to, 1)).expect_err(to);
    assert!(found.iter().all(|problem| problem.file.ends_with("greeter/steps.yaml")));
    found.into_iter().map(|problem| format!("{}: {}", problem.line, problem.reason)).collect()
}

#[test]
fn the_small_skill_of_these_tests_is_in_order() {
    let skills = load_text(MANUAL, STEPS).unwrap();
    assert_eq!(skills.get("greeter").unwrap().instructions, "Greet.");
}

#[test]
fn each_mistake_in_the_steps_is_refused_with_its_line() {
    let table: &[(&str, &str, &str)] = &[
        ("tool: outlook_send_email", "tool: fax", "12: the tool `fax` is not listed in SKILL.md"),
        (
            "tool: outlook_send_email",
            "tool: finance_statement",
            "12: the tool `finance_statement` is not listed in SKILL.md",
        ),
        (
            "      subject: {en: Hello, zh: 你好}\n",
            "",
            "12: the tool `outlook_send_email` needs the argument `subject`",
        ),
        (
            "      subject:",
            "      attachment: x\n      subject:",
            "17: the tool `outlook_send_email` has no argument `attachment`",
        ),
        (
            "to: ${inputs.recipients}",
            "to: 7",
            "16: the argument `to` of `outlook_send_email` does not fit: 7 is not of type \"array\"",
        ),
        (
            "to: ${inputs.recipients}",
            "to: ${inputs.recipient}",
            "16: the argument `to` of `outlook_send_email` must be array, not string",
        ),
        (
            "to: ${inputs.recipients}",
            "to: [\"${inputs.recipients}\"]",
            "16: the argument `to` of `outlook_send_email` must be string, not array",
        ),
        ("to: ${inputs.recipients}", "to: ${inputs.people}", "16: there is no input `people`"),
        (
            "to: ${inputs.recipients}",
            "to: ${recipients}",
            "16: `${recipients}` names nothing; there are inputs.*, labels.*, steps.*, item.*, person.name, person.email, person.title and today",
        ),
        ("to: ${inputs.recipients}", "to: ${item}", "16: `item` is known only in a step with `for_each`"),
        (
            "when: ${inputs.recipient}",
            "when: ${steps.mail.state}",
            "14: the step `mail` is not done by then; only earlier steps can be referred to",
        ),
        ("when: ${inputs.recipient}", "when: ${steps.pdf.file}", "14: there is no step `pdf`"),
        (
            "when: ${inputs.recipient}",
            "when: recipient",
            "14: “recipient” is not a condition; write `${ref}`, `not ${ref}`, `${ref} = text` or `${ref} != text`",
        ),
        (
            "{en: Done., zh: 完成。}",
            "{en: Done., zh: \"${steps.mail.receipt}\"}",
            "20: the result of `outlook_send_email` has no `receipt`",
        ),
        ("{en: Done., zh: 完成。}", "{en: Done.}", "20: the text for `zh` is missing"),
        (
            "  - text: {en: Done.",
            "  - when: ${inputs.recipient}\n    text: {en: Done.",
            "21: the last of the answers must have no `when`, so that there is always one",
        ),
        ("zh: [问候]}", "zh: []}", "4: there is no example for `zh`"),
        ("    ask: {en: Who?, zh: 谁？}\n", "", "7: the input `recipient` has no question in `ask`"),
    ];
    for (from, to, wanted) in table {
        let found = problems(from, to);
        assert!(found.contains(&(*wanted).to_owned()), "{to}: {found:#?}, not {wanted}");
    }
}

#[test]
fn unknown_keys_and_missing_languages_are_refused_with_their_line() {
    let unknown = problems("    when:", "    whenever:");
    assert!(unknown[0].starts_with("14: ") && unknown[0].contains("whenever"), "{unknown:?}");
    let language = problems("summary: {en: greets, zh: 问候}", "summary: {en: greets}");
    assert!(language[0].starts_with("2: ") && language[0].contains("zh"), "{language:?}");
    let kind = problems("type: person", "type: colour");
    assert!(kind[0].starts_with("8: ") && kind[0].contains("colour"), "{kind:?}");
}

#[test]
fn mistakes_in_the_manual_are_refused_with_their_line() {
    let of = |from: &str, to: &str| {
        let found = load_text(&MANUAL.replacen(from, to, 1), STEPS).expect_err(to);
        format!("{}: {}", found[0].line, found[0].reason)
    };
    assert_eq!(of("[outlook_send_email]", "[outlook_send_email, fax]"), "5: there is no tool `fax`");
    assert_eq!(
        of("name: greeter", "name: welcomer"),
        "2: the skill `welcomer` lies in the folder `greeter`; the two names must be the same"
    );
    assert_eq!(of("---\n", ""), "1: the file must begin with its front matter between two lines `---`");
    assert!(of("finance", "kitchen").starts_with("4: "));
    assert!(of("description", "purpose").contains("purpose"));
}
