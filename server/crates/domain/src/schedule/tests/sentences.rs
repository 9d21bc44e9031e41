use super::*;
use crate::schedule::occurrence::OccurrenceReason;
use chrono_tz::Asia::Singapore;

#[test]
fn rules_are_said_as_people_say_them() {
    for (text, en, zh, ms) in [
        ("0 9 * * 1", "every Monday at 09:00", "每周一 09:00", "setiap Isnin pada 09:00"),
        ("0 8 1 * *", "on the 1st of each month at 08:00", "每月1日 08:00", "pada 1 haribulan setiap bulan, 08:00"),
        ("0 10 * * *", "every day at 10:00", "每天 10:00", "setiap hari pada 10:00"),
        ("30 18 * * 1-5", "every weekday at 18:30", "工作日 18:30", "setiap hari bekerja pada 18:30"),
        ("0 17 * * FRI", "every Friday at 17:00", "每周五 17:00", "setiap Jumaat pada 17:00"),
        (
            "0 9 * * 0,1,3",
            "every Monday, Wednesday and Sunday at 09:00",
            "每周一、周三、周日 09:00",
            "setiap Isnin, Rabu dan Ahad pada 09:00",
        ),
        (
            "0 9 1,15,22 * *",
            "on the 1st, 15th and 22nd of each month at 09:00",
            "每月1日、15日、22日 09:00",
            "pada 1, 15 dan 22 haribulan setiap bulan, 09:00",
        ),
        (
            "0 9 L * ?",
            "on the last day of each month at 09:00",
            "每月最后一天 09:00",
            "pada hari terakhir setiap bulan, 09:00",
        ),
        ("0 9 3 3 *", "on 3 March each year at 09:00", "每年3月3日 09:00", "pada 3 Mac setiap tahun, 09:00"),
        ("0 9,17 * * *", "every day at 09:00 and 17:00", "每天 09:00、17:00", "setiap hari pada 09:00 dan 17:00"),
        ("0 * * * *", "every hour", "每小时", "setiap jam"),
        ("0 */2 * * *", "every 2 hours", "每2小时", "setiap 2 jam"),
        ("*/15 * * * *", "every 15 minutes", "每15分钟", "setiap 15 minit"),
        ("30 * * * *", "every hour from 00:30", "00:30 起每小时", "setiap jam dari 00:30"),
        ("0 * * * 1-5", "every weekday, every hour", "工作日 每小时", "setiap hari bekerja, setiap jam"),
        (
            "*/30 9-17 * * 1-5",
            "every weekday, every 30 minutes from 09:00 to 17:30",
            "工作日 09:00 至 17:30 每30分钟",
            "setiap hari bekerja, setiap 30 minit dari 09:00 hingga 17:30",
        ),
        (
            "0 9 1 * 1",
            "by the cron expression 0 9 1 * 1",
            "按 cron 表达式 0 9 1 * 1",
            "mengikut ungkapan cron 0 9 1 * 1",
        ),
        (
            "0 9 * * 1#1",
            "by the cron expression 0 9 * * 1#1",
            "按 cron 表达式 0 9 * * 1#1",
            "mengikut ungkapan cron 0 9 * * 1#1",
        ),
        (
            "0 */7 * * *",
            "every day, every 7 hours from 00:00 to 21:00",
            "每天 00:00 至 21:00 每7小时",
            "setiap hari, setiap 7 jam dari 00:00 hingga 21:00",
        ),
        (
            "0 9,10,11,15 * * *",
            "by the cron expression 0 9,10,11,15 * * *",
            "按 cron 表达式 0 9,10,11,15 * * *",
            "mengikut ungkapan cron 0 9,10,11,15 * * *",
        ),
        (
            "0 9 LW * *",
            "by the cron expression 0 9 LW * *",
            "按 cron 表达式 0 9 LW * *",
            "mengikut ungkapan cron 0 9 LW * *",
        ),
        (
            "0 9 * 3 *",
            "by the cron expression 0 9 * 3 *",
            "按 cron 表达式 0 9 * 3 *",
            "mengikut ungkapan cron 0 9 * 3 *",
        ),
    ] {
        let rule = cron(text, "Asia/Singapore");
        let said = [Language::En, Language::Zh, Language::Ms].map(|language| say::rule(&rule, language, Singapore));
        assert_eq!(said, [en, zh, ms]);
    }
}

#[test]
fn intervals_and_single_times_are_said_too() {
    let from = at("2026-11-22T00:00:00Z");
    for (minutes, en, zh, ms) in [
        (15, "every 15 minutes", "每15分钟", "setiap 15 minit"),
        (60, "every hour", "每小时", "setiap jam"),
        (90, "every 90 minutes", "每90分钟", "setiap 90 minit"),
        (120, "every 2 hours", "每2小时", "setiap 2 jam"),
        (1440, "every 24 hours", "每24小时", "setiap 24 jam"),
        (10080, "every 7 days", "每7天", "setiap 7 hari"),
    ] {
        let rule = ScheduleRule::every(minutes, from, MIN_INTERVAL_MINUTES).unwrap();
        let said = [Language::En, Language::Zh, Language::Ms].map(|language| say::rule(&rule, language, Singapore));
        assert_eq!(said, [en, zh, ms]);
    }
    let rule = ScheduleRule::once(at("2027-03-03T01:00:00Z")).unwrap();
    let said = [Language::En, Language::Zh, Language::Ms].map(|language| say::rule(&rule, language, Singapore));
    assert_eq!(said, ["on 3 March 2027 at 09:00", "2027年3月3日 09:00", "pada 3 Mac 2027, 09:00"]);
}

#[test]
fn the_zone_is_said_by_its_place() {
    for (zone, en, zh, ms) in [
        ("Asia/Singapore", "Singapore time", "新加坡时间", "waktu Singapura"),
        ("America/New_York", "New York time", "纽约时间", "waktu New York"),
        ("Pacific/Apia", "Apia time", "Pacific/Apia 时间", "waktu Apia"),
        ("UTC", "UTC time", "UTC 时间", "waktu UTC"),
    ] {
        let said = [Language::En, Language::Zh, Language::Ms].map(|language| say::zone(zone, language));
        assert_eq!(said, [en, zh, ms]);
    }
    let monday = cron("0 9 * * 1", "America/New_York");
    assert_eq!(monday.say(Language::En, Singapore), "every Monday at 09:00, New York time");
    assert_eq!(monday.say(Language::Zh, Singapore), "每周一 09:00（纽约时间）");
    let once = ScheduleRule::once(at("2027-03-03T01:00:00Z")).unwrap();
    assert_eq!(once.say(Language::En, Singapore), "on 3 March 2027 at 09:00, Singapore time");
}

#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    let from = at("2026-11-22T00:00:00Z");
    let none = || ScheduleRule::once(from).unwrap();
    let refused = |rule: Result<ScheduleRule, RuleError>| rule.unwrap_err();
    for (error, en, zh) in [
        (
            refused(ScheduleRule::cron("0 9 * * 1", "Asia/Singapoor", 15)),
            "“Asia/Singapoor” is not a time zone. Write it as continent and city, e.g. Asia/Singapore.",
            "“Asia/Singapoor”不是时区。请按“洲/城市”填写，例如 Asia/Singapore。",
        ),
        (
            refused(ScheduleRule::cron("0 9 *", "UTC", 15)),
            "A cron expression has five fields (minute, hour, day of the month, month, weekday), this one has 3. Write e.g. “0 9 * * 1” for every Monday at 09:00.",
            "cron 表达式有五个字段（分钟、小时、日期、月份、星期），这里有 3 个。例如每周一 09:00 写作“0 9 * * 1”。",
        ),
        (
            refused(ScheduleRule::cron("0 25 * * 1", "UTC", 15)),
            "“25” can't be the hour of a cron expression. Write 0 to 23, a list such as 1,3, a range such as 1-5, a step such as */2, or * for every one.",
            "“25”不能作为 cron 表达式的小时。请填写 0 到 23 的数字、列表（如 1,3）、范围（如 1-5）、步长（如 */2），或用 * 表示全部。",
        ),
        (
            refused(ScheduleRule::cron("0 9 31 2 *", "UTC", 15)),
            "“0 9 31 2 *” never comes, because no year has such a day. Choose another day.",
            "“0 9 31 2 *”永远不会到来，因为没有这样的日期。请选择其他日期。",
        ),
        (
            refused(ScheduleRule::cron("*/10 * * * *", "UTC", 15)),
            "This would come every 10 minutes; a schedule may come every 15 minutes at most. Leave more time between.",
            "这样每 10 分钟就会运行一次，而定时任务最多每 15 分钟运行一次。请加大间隔。",
        ),
        (
            refused(ScheduleRule::every(1, from, 15)),
            "This would come every minute; a schedule may come every 15 minutes at most. Leave more time between.",
            "这样每 1 分钟就会运行一次，而定时任务最多每 15 分钟运行一次。请加大间隔。",
        ),
        (
            refused(ScheduleRule::every(600_000, from, 15)),
            "An interval may be one year long at most. Choose a shorter one.",
            "间隔最长为一年。请选择更短的间隔。",
        ),
        (
            refused(ScheduleRule::once(at("2300-01-01T00:00:00Z"))),
            "The moment must be between the years 2000 and 2100. Choose another.",
            "时间必须在 2000 年到 2100 年之间。请重新选择。",
        ),
        (
            none().first_after(from).unwrap_err(),
            "This moment is over, so the schedule would never come. Choose one that is still ahead.",
            "该时间已过，定时任务不会再运行。请选择将来的时间。",
        ),
    ] {
        assert_eq!(error.say(Language::En), en);
        assert_eq!(error.to_string(), en);
        assert_eq!(error.say(Language::Zh), zh);
        assert!(error.say(Language::Ms).ends_with('.') && error.say(Language::Ms) != en);
    }
}

#[test]
fn every_reason_is_a_sentence_in_each_language() {
    for reason in OccurrenceReason::ALL {
        assert!(reason.say(Language::En).ends_with('.') && reason.say(Language::Ms).ends_with('.'));
        assert!(reason.say(Language::Zh).ends_with('。'));
    }
}
