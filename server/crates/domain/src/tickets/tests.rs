use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::clusters::recurring;
use super::digest::{Digest, median};
use super::*;
use crate::language::Language;
use crate::period::Period;

fn now() -> DateTime<Utc> {
    "2026-11-22T01:00:00Z".parse().unwrap()
}

fn ticket(id: &str, subject: &str, body: &str) -> Ticket {
    Ticket {
        id: id.to_owned(),
        created_at: now() - TimeDelta::hours(30),
        customer: "Harbour Kopi".to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        category: "general".to_owned(),
        priority: "normal".to_owned(),
        status: "open".to_owned(),
        resolved_at: None,
        language: String::new(),
    }
}

/// Of each planted issue the share of its tickets that are together in one cluster, and how pure that cluster is.
fn found(all: &[(Ticket, Option<usize>)]) -> BTreeMap<usize, (f64, f64)> {
    let tickets: Vec<&Ticket> = all.iter().map(|(ticket, _)| ticket).collect();
    let clusters = recurring(&tickets, &[]);
    let mut issues: BTreeMap<usize, usize> = BTreeMap::new();
    for issue in all.iter().filter_map(|(_, issue)| *issue) {
        *issues.entry(issue).or_default() += 1;
    }
    let share =
        |part: usize, all: usize| f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(all).unwrap());
    issues
        .into_iter()
        .filter(|(_, count)| *count >= 3)
        .map(|(issue, count)| {
            let best = clusters
                .iter()
                .map(|cluster| {
                    let mine = cluster.tickets.iter().filter(|at| all[**at].1 == Some(issue)).count();
                    (share(mine, count), share(mine, cluster.tickets.len()))
                })
                .max_by(|one, other| one.0.total_cmp(&other.0))
                .unwrap_or((0.0, 0.0));
            (issue, best)
        })
        .collect()
}

#[test]
fn issues_in_words_that_no_list_of_ours_was_made_from_are_found_too() {
    let said: &[(usize, &str, &str)] = &[
        (0, "Kiosk screen stays blank", "The self-service kiosk at our entrance shows a blank screen after restart."),
        (0, "Blank kiosk", "Kiosk in the lobby is blank since the morning."),
        (0, "Our kiosk shows nothing", "The screen of the kiosk remains blank, guests can't order."),
        (0, "自助机黑屏", "门口的自助机重启以后一直黑屏。"),
        (0, "自助机屏幕不亮", "自助机黑屏，客人没法点单。"),
        (0, "自助机又黑屏了", "大堂的自助机早上开始黑屏。"),
        (1, "Parking vouchers rejected by barrier", "The parking barrier rejects our vouchers, drivers are stuck."),
        (1, "Barrier does not accept parking voucher", "Parking voucher is refused at the barrier of the mall."),
        (1, "Drivers stuck at the parking barrier", "Barrier refuses vouchers for parking since Tuesday."),
        (2, "Cannot reset my password", "The reset link for the password is invalid."),
        (2, "Password reset link invalid", "When I click the link to reset the password it says invalid."),
        (2, "重置密码链接无效", "点击重置密码的链接提示无效。"),
        (2, "密码重置失败", "重置密码时链接已失效，无法设置新密码。"),
        (9, "Please call me", "I would like to talk about a partnership."),
        (9, "Song for our anniversary", "Which music may we play in the video?"),
        (9, "Office hours", "Are you open on Saturday?"),
    ];
    let all: Vec<(Ticket, Option<usize>)> = said
        .iter()
        .enumerate()
        .map(|(at, (issue, subject, body))| (ticket(&at.to_string(), subject, body), Some(*issue).filter(|at| *at < 9)))
        .collect();
    // Words that only one language has can't be joined to the other: half of them must be together.
    for (issue, (recall, precision)) in found(&all) {
        assert!(recall >= 0.5 && precision >= 0.75, "issue {issue}: recall {recall:.2}, precision {precision:.2}");
    }
    assert!(recurring(&[], &[]).is_empty());
}

#[test]
fn a_digest_counts_what_the_tickets_say() {
    let mut all: Vec<Ticket> = (0..4)
        .map(|at| {
            ticket(
                &format!("T-{at}"),
                "QR code cannot be scanned",
                "The scanner does not read the coupon since the update.",
            )
        })
        .collect();
    all.push(ticket("T-9", "Birthday coupons", "Can they be sent a week ahead?"));
    all[0].resolved_at = Some(all[0].created_at + TimeDelta::minutes(90));
    all[0].status = "closed".to_owned();
    all[1].resolved_at = Some(all[1].created_at + TimeDelta::hours(4));
    all[1].status = "resolved".to_owned();
    all[2].priority = "high".to_owned();
    let before = vec![ticket("T-B", "Scanner does not read coupons", "Since the update the QR code is not scanned.")];
    let zone = FixedOffset::east_opt(8 * 3600).unwrap();
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let digest = Digest::of(Period::week(2026, 47).unwrap(), &all, &before, day, now(), Language::En);
    assert_eq!((digest.created, digest.created_before, digest.resolved, digest.open, digest.urgent), (5, 1, 2, 3, 1));
    assert_eq!(digest.median_hours, Some("2.8".parse().unwrap()));
    assert_eq!(digest.days.iter().map(|(_, count)| count).sum::<usize>(), 5);
    assert_eq!(digest.clusters.len(), 1, "{digest:?}");
    let issue = &digest.clusters[0];
    assert_eq!((issue.count, issue.before, issue.open, issue.ticket_ids.len(), issue.examples.len()), (4, 1, 2, 4, 3));
    assert_eq!(median(&[]), None);
}

#[test]
fn a_file_of_tickets_is_read_and_its_mistakes_are_named() {
    let zone = FixedOffset::east_opt(8 * 3600).unwrap();
    let head = file::COLUMNS.join(",");
    let read = |rows: &str| file::parse(format!("{head}\n{rows}\n").as_bytes(), &zone);
    let tickets =
        read("1,2026-11-20 09:30,Kopi,Scan fails,\"Two\nlines\",Technical,High,Closed,2026-11-20T05:00:00Z,en")
            .unwrap();
    assert_eq!(tickets[0].created_at.to_rfc3339(), "2026-11-20T01:30:00+00:00");
    assert_eq!((tickets[0].status.as_str(), tickets[0].priority.as_str()), ("closed", "high"));
    let errors = read(
        "1,yesterday,Kopi,Scan fails,,,,open,,en\n1,2026-11-20,Kopi,,,,,open,,en\n3,2026-11-20,Kopi,S,,,,closed,2026-11-19,en\n4,2026-11-20,Kopi",
    )
    .unwrap_err()
    .to_string();
    for line in [
        "line 2, column created_at: “yesterday” is not a time",
        "line 3, column id: the ticket “1” is on line 2 already",
        "line 3, column subject: the field is empty",
        "line 4, column resolved_at: the ticket is solved before it was reported",
        "line 5: the row has 3 fields and the header 10",
    ] {
        assert!(errors.contains(line), "{line} is not in {errors}");
    }
}
