use serde_json::json;

use super::super::limits::{MAX_EVENT_CHARS, MAX_MAIL_CHARS, MAX_MAIL_FILES, MAX_POST_CHARS};
use super::*;

pub(crate) fn message(to: &str, subject: &str) -> PayloadFields {
    PayloadFields {
        to: vec![to.to_owned()],
        cc: vec![],
        subject: subject.to_owned(),
        body: "Hello".to_owned(),
        attachments: vec![],
        when: None,
    }
}

fn mail(to: &[&str], subject: &str) -> PayloadFields {
    PayloadFields {
        to: to.iter().map(|&to| to.to_owned()).collect(),
        cc: vec!["CEO@mezzofy.example".to_owned()],
        subject: subject.to_owned(),
        body: "Hello".to_owned(),
        attachments: vec![],
        when: None,
    }
}

#[test]
fn a_recipient_named_twice_gets_one_mail() {
    let checked = mail(&["ceo@mezzofy.example", " Ceo@Mezzofy.example"], "October").checked(EffectKind::Mail).unwrap();
    assert_eq!(checked.to(), ["ceo@mezzofy.example"]);
    assert!(checked.cc().is_empty());
}

#[test]
fn bad_addresses_and_subjects_are_refused() {
    assert_eq!(mail(&[], "x").checked(EffectKind::Mail), Err(PayloadError::NoRecipient));
    for bad in
        ["ceo", "a b@c.example", "<a@b.example>", "a@b", "a@b..example", "a@b.example,c@d.example", "a@b@c.example"]
    {
        assert!(matches!(mail(&[bad], "x").checked(EffectKind::Mail), Err(PayloadError::BadAddress(_))), "{bad}");
    }
    assert_eq!(mail(&["a@b.example"], "x\nBcc: y@z.example").checked(EffectKind::Mail), Err(PayloadError::BadSubject));
}

#[test]
fn what_is_approved_as_one_kind_can_not_be_sent_as_another() {
    for (to, subject) in [("sales", "New customer"), ("Sales Asia", ""), ("Ceo@mezzofy.example", "")] {
        let checked = message(to, subject).checked(EffectKind::Teams).unwrap();
        assert_eq!(checked.kind(), EffectKind::Teams, "{to}");
        assert!(checked.fields().checked(EffectKind::Mail).is_err(), "{to}");
        assert_eq!(checked.fields().try_into(), Ok(checked), "{to}: what is stored is read as what it was");
    }
    let mail = message("ceo@mezzofy.example", "October").checked(EffectKind::Mail).unwrap();
    assert_eq!(mail.kind(), EffectKind::Mail);
    assert_eq!(mail.fields().checked(EffectKind::Teams), Err(PayloadError::BadTitle));
    for (to, subject) in [("", ""), ("a b@c", ""), ("sales", "two\nlines")] {
        let bad = message(to, subject).checked(EffectKind::Teams);
        assert!(bad.is_err(), "{to:?} {subject:?}");
    }
    let two = PayloadFields { to: vec!["sales".to_owned(), "finance".to_owned()], ..message("sales", "") };
    assert_eq!(two.checked(EffectKind::Teams), Err(PayloadError::NotOnePlace));
    let nothing = PayloadFields { body: " ".to_owned(), ..message("sales", "") };
    assert_eq!(nothing.checked(EffectKind::Teams), Err(PayloadError::NoText));
}

#[test]
fn an_event_has_times_and_is_nothing_else() {
    let at = |hour| chrono::NaiveDate::from_ymd_opt(2026, 12, 2).and_then(|day| day.and_hms_opt(hour, 0, 0)).unwrap();
    let lasting = |start, end| PayloadFields {
        cc: vec![],
        when: Some(EventTimes { start: at(start), end: at(end), time_zone: "Asia/Singapore".to_owned(), online: true }),
        ..mail(&["CEO@mezzofy.example"], "October figures")
    };
    let event = lasting(15, 16).checked(EffectKind::Calendar).unwrap();
    assert_eq!((event.kind(), event.to()), (EffectKind::Calendar, vec!["ceo@mezzofy.example"]));
    assert_eq!(event.fields().checked(EffectKind::Mail), Err(PayloadError::NotAnEvent));
    assert_eq!(event.fields().checked(EffectKind::Teams), Err(PayloadError::NotAnEvent));
    assert_eq!(lasting(15, 15).checked(EffectKind::Calendar), Err(PayloadError::BadTimes));
    let alone = PayloadFields { to: vec![], ..event.fields() };
    assert!(alone.checked(EffectKind::Calendar).is_ok(), "a time of one's own needs nobody else");
    let copied = PayloadFields { cc: vec!["a@b.example".to_owned()], ..event.fields() };
    assert_eq!(copied.checked(EffectKind::Calendar), Err(PayloadError::NotAnEvent));
    assert_eq!(event.times().unwrap().begins().unwrap().to_rfc3339(), "2026-12-02T07:00:00+00:00");
    let timeless = PayloadFields { when: None, ..event.fields() };
    assert_ne!(canonical::hash(&timeless).unwrap(), event.payload_hash().unwrap(), "the hash binds the times");
    let text = serde_json::to_string(&timeless).unwrap();
    assert!(!text.contains("when"), "what is no event keeps the hash that it had: {text}");
}

#[test]
fn what_nobody_sees_is_too_long_or_goes_to_too_many_is_refused_in_every_kind() {
    let long = |count: usize| "x".repeat(count);
    let people = |count| (0..count).map(|n| format!("p{n}@customer.example")).collect::<Vec<_>>();
    let times = EventTimes {
        start: "2026-12-02T15:00:00".parse().unwrap(),
        end: "2026-12-02T16:00:00".parse().unwrap(),
        time_zone: "Asia/Singapore".to_owned(),
        online: false,
    };
    let event = PayloadFields { when: Some(times), ..message("ceo@mezzofy.example", "October") };
    for (kind, good, max_chars) in [
        (EffectKind::Mail, message("ceo@mezzofy.example", "October"), MAX_MAIL_CHARS),
        (EffectKind::Teams, message("sales", "October"), MAX_POST_CHARS),
        (EffectKind::Calendar, event, MAX_EVENT_CHARS),
    ] {
        let with_body = |body: String| PayloadFields { body, ..good.clone() }.checked(kind);
        let with_subject = |subject: String| PayloadFields { subject, ..good.clone() }.checked(kind);
        assert!(with_body(long(max_chars)).is_ok() && with_subject(long(MAX_LINE_CHARS)).is_ok(), "{kind:?}");
        assert_eq!(with_body(long(max_chars + 1)), Err(PayloadError::TooLong(max_chars)), "{kind:?}");
        assert!(with_subject(long(MAX_LINE_CHARS + 1)).is_err(), "{kind:?}");
        for bad in ["\u{0}", "\u{202e}", "\u{2066}", "\u{e0041}"] {
            assert!(
                matches!(with_body(format!("Hello{bad}.")), Err(PayloadError::HiddenCharacter(_))),
                "{kind:?} {bad:?}"
            );
        }
        for bad in ["\u{0}", "\u{202e}", "\u{200b}", "\u{e0041}", "\r\n", "\u{2028}"] {
            assert!(with_subject(format!("Octo{bad}ber")).is_err(), "{kind:?} {bad:?}");
        }
        assert!(
            with_subject("October ❤️ 十月".to_owned()).is_ok() && with_body("👩‍💻\nHello".to_owned()).is_ok(),
            "{kind:?}"
        );
        for bad in [
            "ceo@mezzofy.ex\u{430}mple",
            "c\u{435}o@mezzofy.example",
            "grace@b\u{fc}cher.example",
            "a@b.example\u{200b}",
        ] {
            let to = vec![bad.to_owned()];
            let subject = if kind == EffectKind::Teams { String::new() } else { good.subject.clone() };
            let refused = PayloadFields { to, subject, ..good.clone() }.checked(kind);
            assert_eq!(refused, Err(PayloadError::BadAddress(bad.to_owned())), "{kind:?}");
        }
    }
    let nothing = PayloadFields { body: " \n".to_owned(), ..message("ceo@mezzofy.example", "October") };
    assert_eq!(nothing.checked(EffectKind::Mail), Err(PayloadError::NoText));
    let to = |to, cc| PayloadFields { to, cc, ..message("", "October") }.checked(EffectKind::Mail);
    assert!(to(people(50), vec![]).is_ok());
    assert_eq!(to(people(51), vec![]), Err(PayloadError::TooManyRecipients));
    let copies = (0..51).map(|n| format!("c{n}@customer.example")).collect();
    assert_eq!(to(people(1), copies), Err(PayloadError::TooManyRecipients));
}

#[test]
fn a_file_that_goes_out_has_a_name_that_can_be_seen() {
    let file = |name: &str| Attachment {
        id: crate::id::Id::new(chrono::DateTime::UNIX_EPOCH),
        name: name.to_owned(),
        media_type: "text/plain".to_owned(),
        size: 1,
        sha256: "0".repeat(64),
    };
    let with =
        |attachments| PayloadFields { attachments, ..message("ceo@mezzofy.example", "x") }.checked(EffectKind::Mail);
    assert!(with(vec![file("报表 10.txt"); MAX_MAIL_FILES]).is_ok());
    assert_eq!(with(vec![file("a"); MAX_MAIL_FILES + 1]), Err(PayloadError::TooManyFiles(MAX_MAIL_FILES)));
    assert_eq!(with(vec![file("a\u{202e}fdp.exe")]), Err(PayloadError::HiddenFileName("afdp.exe".to_owned())));
}

#[test]
fn what_was_stored_before_a_rule_is_read_with_its_hash_and_is_not_sent() {
    for (kind, stored) in [
        (
            EffectKind::Mail,
            json!({"to": ["grace@bücher.example"], "cc": [], "subject": "x\u{202e}y", "body": "", "attachments": []}),
        ),
        (EffectKind::Teams, json!({"to": ["sales"], "cc": [], "subject": "", "body": "a\u{202e}b", "attachments": []})),
        (
            EffectKind::Teams,
            json!({"to": ["grace@bücher.example"], "cc": [], "subject": "", "body": "Hi", "attachments": []}),
        ),
    ] {
        let read: Payload = serde_json::from_value(stored.clone()).unwrap();
        let (hash, as_stored) = (read.payload_hash().unwrap(), canonical::hash(&stored).unwrap());
        assert_eq!((read.kind(), hash), (kind, as_stored), "{stored}");
        assert!(read.check().is_err(), "{stored}");
    }
}
