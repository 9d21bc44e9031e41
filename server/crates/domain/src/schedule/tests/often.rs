use super::*;

#[test]
fn more_often_than_allowed_is_refused_with_the_shortest_step() {
    for (text, minutes) in [
        ("* * * * *", 1),
        ("*/10 * * * *", 10),
        ("*/14 * * * *", 4),
        ("0,10 9 * * *", 10),
        ("0,50 * * * *", 10),
        ("50 23 * * *", 1440),
        ("5,55 0,23 * * *", 10),
        ("0,10 9 1 1 *", 10),
        ("*/15 * * * *", 15),
        ("*/15 9-17 * * 1-5", 15),
        ("59 8,9 * * *", 60),
        ("0 9 * * 1", 7 * 1440),
        ("0 9 1 * *", 28 * 1440),
        ("0 0 1,2 * 1", 1440),
    ] {
        let expected =
            if minutes < 15 { Err(RuleError::TooOften { minutes, most_often: MIN_INTERVAL_MINUTES }) } else { Ok(()) };
        let rule = ScheduleRule::Cron { cron: text.to_owned(), zone: "Asia/Singapore".to_owned() };
        assert_eq!(rule.check(MIN_INTERVAL_MINUTES), expected, "{text}");
        assert_eq!(rule.check(u32::MAX), Err(RuleError::TooOften { minutes, most_often: u32::MAX }), "{text}");
    }
    assert_eq!(
        ScheduleRule::every(14, at("2026-01-01T00:00:00Z"), 15),
        Err(RuleError::TooOften { minutes: 14, most_often: 15 })
    );
    assert!(ScheduleRule::every(15, at("2026-01-01T00:00:00Z"), 15).is_ok());
    assert!(ScheduleRule::every(MAX_INTERVAL_MINUTES, at("2026-01-01T00:00:00Z"), 15).is_ok());
    assert_eq!(
        ScheduleRule::every(MAX_INTERVAL_MINUTES + 1, at("2026-01-01T00:00:00Z"), 15),
        Err(RuleError::TooSeldom)
    );
}

#[test]
fn times_that_only_the_change_of_the_clock_brings_nearer_are_allowed() {
    assert!(ScheduleRule::cron("50 2,3 * * *", "America/New_York", 60).is_ok());
}

#[test]
fn a_cron_without_a_day_is_refused() {
    for text in ["0 0 31 2 *", "0 0 30 FEB *", "0 0 31 4,6,9,11 *", "* * 31 2 *", "0 0 1 * +7#5", "0 0 * * L"] {
        let refused = ScheduleRule::cron(text, "UTC", MIN_INTERVAL_MINUTES);
        assert_eq!(refused, Err(RuleError::Never { cron: text.to_owned() }), "{text}");
    }
    // 29 February is a Monday every 28 years.
    assert!(ScheduleRule::cron("0 0 29 2 +1", "UTC", MIN_INTERVAL_MINUTES).is_ok());
}

#[test]
fn what_is_no_cron_is_refused_with_its_field() {
    use refusal::Field;

    for (text, field) in [
        ("60 9 * * *", Field::Minute),
        ("MON 9 * * *", Field::Minute),
        (", 9 * * *", Field::Minute),
        ("1,,2 9 * * *", Field::Minute),
        ("*/0 9 * * *", Field::Minute),
        ("5/15 9 * * *", Field::Minute),
        ("-1 9 * * *", Field::Minute),
        ("５ 9 * * *", Field::Minute),
        ("0 24 * * *", Field::Hour),
        ("0 17-9 * * *", Field::Hour),
        ("0 9 0 * *", Field::Day),
        ("0 9 32 * *", Field::Day),
        ("0 9 ſat * *", Field::Day),
        ("0 9 * 13 *", Field::Month),
        ("0 9 * MON *", Field::Month),
        ("0 9 * * 8", Field::Weekday),
        ("0 9 * * MONDAY", Field::Weekday),
        ("0 9 * * 1#6", Field::Weekday),
        ("@ 9 * * *", Field::Minute),
    ] {
        match ScheduleRule::cron(text, "UTC", 1) {
            Err(RuleError::Unreadable { field: found, .. }) => assert_eq!(found, field, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for (text, found) in [("", 0), ("@daily", 1), ("0 9 * *", 4), ("0 0 9 * * 1", 6), ("0 0 9 * * 1 2027", 7)] {
        assert_eq!(ScheduleRule::cron(text, "UTC", 1), Err(RuleError::NotFiveFields { found }), "{text}");
    }
    let long = format!("{} 9 * * *", "1,".repeat(100_000));
    assert!(matches!(ScheduleRule::cron(&long, "UTC", 1), Err(RuleError::Unreadable { text, .. }) if text.len() == 40));
    assert_eq!(cron("  0  9 *\t* 1 ", " UTC "), cron("0 9 * * 1", "UTC"));
}

#[test]
fn only_names_of_the_iana_list_are_zones() {
    for zone in ["", "Singapore time", "GMT+8", "+08:00", "Asia/Singapoor", "asia/singapore"] {
        assert!(matches!(ScheduleRule::cron("0 9 * * *", zone, 15), Err(RuleError::UnknownZone { .. })), "{zone}");
    }
    assert!(ScheduleRule::cron("0 9 * * *", "Asia/Kuala_Lumpur", 15).is_ok());
}

#[test]
fn moments_far_from_now_are_refused() {
    assert_eq!(ScheduleRule::once(at("2101-01-01T00:00:00Z")), Err(RuleError::OutOfRange));
    assert_eq!(ScheduleRule::every(60, at("1999-12-31T23:59:00Z"), 15), Err(RuleError::OutOfRange));
}
