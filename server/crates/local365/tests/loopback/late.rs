//! Requests that are carried out after their caller has given up on them, as slow services do.

use std::time::Duration;

use mezzofy_local365::{Fault, Operation};
use mezzofy_microsoft::calendar::{Calendar, NewEvent};
use mezzofy_microsoft::graph::{Graph, GraphOutcome};
use mezzofy_microsoft::mail::{MailCheckpoint, Outgoing};
use mezzofy_microsoft::teams::{Teams, TeamsError};

use crate::teams::{in_sales, send, stored};
use crate::tenant::{ANA, CEO, TEAM, Tenant, TestJournal, mail};

/// Longer than anybody waits for an answer.
const LATE: Duration = Duration::from_secs(45);

/// Mail of a client that does not wait long; it looks once.
fn outgoing(tenant: &Tenant) -> Outgoing {
    Outgoing::new(tenant.impatient(), Vec::new())
}

#[tokio::test]
async fn a_post_whose_caller_gave_up_comes_later_and_is_not_seen_before() {
    let tenant = Tenant::new().await;
    let graph = Graph::of_account(tenant.impatient_settings(), tenant.clock.clone(), tenant.account()).unwrap();
    let teams = Teams::new(graph, TEAM.to_owned());
    tenant.faults.script(Operation::Post, Fault::Late(LATE));
    let lost = send(&teams, &in_sales()).await.unwrap_err();
    assert!(matches!(&lost, TeamsError::Graph(error) if error.outcome() == GraphOutcome::Unknown), "{lost:?}");
    assert_eq!((teams.find(&in_sales()).await.unwrap(), tenant.faults.late()), (None, 1));
    tenant.catch_up(LATE).await;
    assert!(teams.find(&in_sales()).await.unwrap().is_some());
    assert_eq!(stored(&tenant, "team the team").len(), 1);
}

#[tokio::test]
async fn a_mail_whose_sending_comes_late_is_sent_once() {
    let tenant = Tenant::new().await;
    let (outgoing, mail, journal) = (outgoing(&tenant), mail(&[]), TestJournal::default());
    tenant.faults.script(Operation::Send, Fault::Late(LATE));
    let stopped = outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    assert_eq!((stopped.outcome(), tenant.faults.late()), (GraphOutcome::Unknown, 1));
    outgoing.deliver(&mail, journal.last(), &journal).await.unwrap();
    tenant.catch_up(LATE).await;
    assert_eq!(tenant.count(), (1, 1, 0));
}

#[tokio::test]
async fn a_refusal_because_the_request_before_has_sent_it_is_no_failure() {
    let tenant = Tenant::new().await;
    let (outgoing, mail, journal) = (outgoing(&tenant), mail(&[]), TestJournal::default());
    tenant.faults.script(Operation::Send, Fault::Late(LATE));
    outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    // The second is taken in while the first is under way, and its turn comes after it.
    tenant.faults.script(Operation::Send, Fault::Late(2 * LATE));
    let waiting = async {
        tenant.until_late(2).await;
        tenant.pass(LATE);
        tenant.until_late(1).await;
        tenant.pass(LATE);
    };
    let (sent, ()) = tokio::join!(outgoing.deliver(&mail, journal.last(), &journal), waiting);
    sent.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
}

#[tokio::test]
async fn a_no_to_the_second_request_does_not_take_the_doubt_of_the_first_away() {
    let tenant = Tenant::new().await;
    let (outgoing, mail, journal) = (outgoing(&tenant), mail(&[]), TestJournal::default());
    tenant.faults.script(Operation::Send, Fault::Late(LATE));
    outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    tenant.faults.script(Operation::Send, Fault::Throttle(Duration::from_mins(5)));
    let stopped = outgoing.deliver(&mail, journal.last(), &journal).await.unwrap_err();
    assert_eq!(stopped.outcome(), GraphOutcome::Unknown, "{stopped:?}");
    tenant.catch_up(LATE).await;
    assert_eq!(tenant.count(), (1, 1, 0));
}

#[tokio::test]
async fn a_draft_that_comes_late_is_expected_found_and_removed() {
    let tenant = Tenant::new().await;
    let (outgoing, mail, journal) = (outgoing(&tenant), mail(&[("statement.pdf", 10)]), TestJournal::default());
    tenant.faults.script(Operation::CreateDraft, Fault::Late(LATE));
    outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    let sent = outgoing.deliver(&mail, journal.last(), &journal).await.unwrap();
    assert_eq!((tenant.count(), journal.leftovers()), ((1, 1, 0), 1));
    tenant.catch_up(LATE).await;
    assert_eq!(tenant.count(), (1, 1, 1), "a draft that nobody will send");
    assert_eq!(outgoing.remove_leftovers(ANA, &mail.key, Some(&sent)).await.unwrap(), 1);
    assert_eq!(tenant.count(), (1, 1, 0));
    assert_eq!(outgoing.remove_leftovers(ANA, &mail.key, Some(&sent)).await.unwrap(), 0);
}

#[tokio::test]
async fn the_draft_at_which_a_mail_stands_is_no_leftover() {
    let tenant = Tenant::new().await;
    let (outgoing, mail) = (outgoing(&tenant), mail(&[]));
    let standing = outgoing.create_draft(&mail).await.unwrap();
    outgoing.create_draft(&mail).await.unwrap();
    assert_eq!(outgoing.remove_leftovers(ANA, &mail.key, Some(&standing.id)).await.unwrap(), 1);
    outgoing.send(ANA, &standing.id).await.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
}

#[tokio::test]
async fn an_event_that_comes_late_is_the_one_that_was_made_meanwhile() {
    let tenant = Tenant::new().await;
    let calendar = Calendar::new(tenant.impatient());
    let at = |hour| chrono::NaiveDate::from_ymd_opt(2026, 12, 2).unwrap().and_hms_opt(hour, 0, 0).unwrap();
    let event = NewEvent {
        mailbox: ANA.to_owned(),
        key: "an effect".to_owned(),
        subject: "October figures".to_owned(),
        text: String::new(),
        start: at(15),
        end: at(16),
        time_zone: "Asia/Singapore".to_owned(),
        attendees: vec![CEO.to_owned()],
        online: false,
    };
    tenant.faults.script(Operation::CreateEvent, Fault::Late(LATE));
    assert_eq!(calendar.make(&event).await.unwrap_err().outcome(), GraphOutcome::Unknown);
    calendar.make(&event).await.unwrap();
    tenant.catch_up(LATE).await;
    assert_eq!((tenant.folder(ANA, "calendar").len(), tenant.folder(CEO, "calendar").len()), (1, 1));
}
