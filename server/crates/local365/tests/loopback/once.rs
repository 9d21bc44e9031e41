//! However often the delivery breaks off, the mail goes out once, and what is said of it meanwhile is true.

use std::time::Duration;

use mezzofy_local365::{Fault, Operation};
use mezzofy_microsoft::graph::{GraphError, GraphOutcome};
use mezzofy_microsoft::mail::{DeliveryErrorKind, Journal, JournalError, Mail, MailCheckpoint, MessageState, Outgoing};

use crate::tenant::{ANA, CEO, Tenant, TestJournal, mail};

#[tokio::test]
async fn a_mail_goes_out_with_its_attachment_and_reaches_the_mailbox_of_its_recipient() {
    let tenant = Tenant::new().await;
    let journal = TestJournal::default();
    let id =
        tenant.outgoing().deliver(&mail(&[("statement.pdf", 90_000)]), MailCheckpoint::New, &journal).await.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
    assert_eq!(
        journal.checkpoints(),
        [
            MailCheckpoint::Creating,
            MailCheckpoint::Ready { id: id.clone() },
            MailCheckpoint::Sending { id: id.clone() },
            MailCheckpoint::Sent { id }
        ]
    );
    let received = &tenant.folder(CEO, "inbox")[0].body;
    assert_eq!(received["subject"], "Financial statement 2026-10");
    assert_eq!(received["body"]["content"], "The statement is attached.");
    assert_eq!(received["attachments"][0]["name"], "statement.pdf");
    assert_eq!(received["attachments"][0]["size"], 90_000);
    assert_eq!(received["properties"], serde_json::json!([]));
}

#[tokio::test]
async fn a_draft_whose_answer_was_lost_is_found_again_and_sent_once() {
    let tenant = Tenant::new().await;
    tenant.faults.script(Operation::CreateDraft, Fault::DropAfter);
    let (outgoing, mail, journal) = (tenant.outgoing(), mail(&[("statement.pdf", 10)]), TestJournal::default());
    let stopped = outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    assert!(
        matches!(&stopped.reason, DeliveryErrorKind::Graph(error) if error.outcome() == GraphOutcome::Unknown),
        "{stopped:?}"
    );
    assert_eq!((&stopped.checkpoint, stopped.outcome()), (&MailCheckpoint::Creating, GraphOutcome::NotDone));
    assert_eq!(tenant.count(), (0, 0, 1));

    outgoing.deliver(&mail, journal.last(), &journal).await.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
    assert_eq!(tenant.faults.seen(Operation::CreateDraft), 1);
}

#[tokio::test]
async fn a_worker_that_was_only_slow_leaves_no_draft_of_its_own_and_the_other_goes_on() {
    let tenant = Tenant::new().await;
    let (outgoing, mail) = (tenant.outgoing(), mail(&[]));
    let others = outgoing.create_draft(&mail).await.unwrap();
    let at = MailCheckpoint::Ready { id: others.id.clone() };
    let stopped =
        outgoing.deliver(&mail, MailCheckpoint::New, &TestJournal::overtaken_at(at.clone())).await.unwrap_err();
    assert!(matches!(stopped.reason, DeliveryErrorKind::Journal(JournalError::Contended(_))), "{stopped:?}");
    assert_eq!(tenant.count(), (0, 0, 1));
    assert_eq!(outgoing.state_of(ANA, &others.id).await.unwrap(), MessageState::Draft);
    outgoing.deliver(&mail, at, &TestJournal::default()).await.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
}

#[tokio::test]
async fn the_draft_of_a_slow_worker_stays_when_the_other_has_found_it_and_goes_on_with_it() {
    let tenant = Tenant::new().await;
    let (outgoing, mail) = (tenant.outgoing(), mail(&[]));
    let finder = FindingWorker { outgoing: &outgoing, mail: &mail };
    outgoing.deliver(&mail, MailCheckpoint::New, &finder).await.unwrap_err();
    assert_eq!(tenant.count(), (0, 0, 1));
    outgoing.deliver(&mail, MailCheckpoint::Creating, &TestJournal::default()).await.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
}

#[tokio::test]
async fn a_slow_worker_that_may_not_delete_its_draft_still_says_that_it_was_overtaken() {
    let tenant = Tenant::new().await;
    tenant.faults.script(Operation::DeleteMessage, Fault::RefuseToken);
    tenant.faults.script(Operation::DeleteMessage, Fault::RefuseToken);
    let elsewhere = TestJournal::overtaken_at(MailCheckpoint::Ready { id: "another draft".to_owned() });
    let stopped = tenant.outgoing().deliver(&mail(&[]), MailCheckpoint::New, &elsewhere).await.unwrap_err();
    assert!(matches!(stopped.reason, DeliveryErrorKind::Journal(JournalError::Contended(_))), "{stopped:?}");
    assert_eq!((tenant.faults.seen(Operation::DeleteMessage), tenant.count()), (2, (0, 0, 1)));
}

/// Another worker, which takes over right after the draft was made, finds it and goes on with it.
struct FindingWorker<'a> {
    outgoing: &'a Outgoing,
    mail: &'a Mail,
}

#[async_trait::async_trait]
impl Journal for FindingWorker<'_> {
    async fn record(&self, checkpoint: &MailCheckpoint) -> Result<(), JournalError> {
        if *checkpoint == MailCheckpoint::Creating {
            return Ok(());
        }
        let found = self.outgoing.find_by_key(&self.mail.mailbox, &self.mail.key).await.unwrap().unwrap();
        Err(JournalError::Contended(MailCheckpoint::Drafted { id: found.id }))
    }

    async fn expect_leftover(&self) -> Result<(), JournalError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_send_whose_answer_was_lost_is_not_repeated() {
    let tenant = Tenant::new().await;
    tenant.faults.script(Operation::Send, Fault::DropAfter);
    let (outgoing, mail, journal) = (tenant.outgoing(), mail(&[]), TestJournal::default());
    let stopped = outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    assert_eq!(stopped.outcome(), GraphOutcome::Unknown);
    assert!(stopped.retry_after().is_some());

    outgoing.deliver(&mail, journal.last(), &journal).await.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
    assert_eq!(tenant.faults.seen(Operation::Send), 1);
}

#[tokio::test]
async fn a_send_that_never_arrived_is_done_after_a_look() {
    let tenant = Tenant::new().await;
    tenant.faults.script(Operation::Send, Fault::DropBefore);
    let (outgoing, mail, journal) = (tenant.outgoing(), mail(&[]), TestJournal::default());
    let stopped = outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    assert_eq!((stopped.outcome(), tenant.count()), (GraphOutcome::Unknown, (0, 0, 1)));

    outgoing.deliver(&mail, journal.last(), &journal).await.unwrap();
    assert_eq!(tenant.count(), (1, 1, 0));
    assert_eq!((tenant.faults.seen(Operation::GetMessage), tenant.faults.seen(Operation::Send)), (3, 2));
}

#[tokio::test]
async fn a_process_that_dies_at_any_place_of_the_walk_leaves_one_mail_after_the_next_start() {
    let steps = 5;
    for entry in 0..steps {
        for lost in [None, Some(Operation::CreateDraft), Some(Operation::OpenUpload), Some(Operation::Send)] {
            let tenant = Tenant::new().await;
            if let Some(operation) = lost {
                tenant.faults.script(operation, Fault::DropAfter);
            }
            let mail = mail(&[("statement.pdf", 10), ("large.bin", 3_000_000)]);
            let mut journal = TestJournal::dying_at(entry);
            let mut starts = 0;
            let mut at = MailCheckpoint::New;
            while tenant.outgoing().deliver(&mail, at.clone(), &journal).await.is_err() {
                starts += 1;
                assert!(starts < 5, "died at {entry}, lost {lost:?}");
                at = if journal.checkpoints().is_empty() { at } else { journal.last() };
                journal = TestJournal::default();
            }
            assert_eq!(tenant.count().0, 1, "died at {entry}, lost {lost:?}");
            assert_eq!(tenant.folder(ANA, "sentitems").len(), 1, "died at {entry}, lost {lost:?}");
            let names = tenant.folder(CEO, "inbox")[0].body["attachments"].as_array().unwrap().len();
            assert_eq!(names, 2, "died at {entry}, lost {lost:?}");
        }
    }
}

#[tokio::test]
async fn a_send_that_is_refused_is_certainly_not_done() {
    let tenant = Tenant::with_roles(&["Mail.ReadWrite"]).await;
    let journal = TestJournal::default();
    let stopped = tenant.outgoing().deliver(&mail(&[]), MailCheckpoint::New, &journal).await.unwrap_err();
    assert!(stopped.to_string().starts_with("Microsoft 365 refused it: ErrorAccessDenied (status 403, request "));
    assert_eq!((stopped.outcome(), stopped.retry_after()), (GraphOutcome::NotDone, None));
    assert!(matches!(journal.last(), MailCheckpoint::Ready { .. }));
}

#[tokio::test]
async fn a_draft_that_somebody_deleted_while_its_sending_was_unsure_stays_unknown() {
    let tenant = Tenant::new().await;
    let id = "AAkALgAZIREREiIzdEVVVmZmZ3dw".to_owned();
    let journal = TestJournal::default();
    let stopped = tenant.outgoing().deliver(&mail(&[]), MailCheckpoint::Sending { id }, &journal).await.unwrap_err();
    assert!(matches!(stopped.reason, DeliveryErrorKind::Vanished), "{stopped:?}");
    assert_eq!((stopped.outcome(), stopped.retry_after()), (GraphOutcome::Unknown, None));
}

#[tokio::test]
async fn throttling_is_waited_out_as_long_as_it_was_told() {
    let tenant = Tenant::new().await;
    tenant.faults.script(Operation::CreateDraft, Fault::Throttle(Duration::from_secs(9)));
    tenant.faults.script(Operation::Send, Fault::Throttle(Duration::from_millis(1500)));
    tenant.outgoing().deliver(&mail(&[]), MailCheckpoint::New, &TestJournal::default()).await.unwrap();
    assert_eq!((tenant.count(), tenant.faults.early()), ((1, 1, 0), 0));
    assert!(tenant.faults.are_used_up());
}

#[tokio::test]
async fn a_long_throttle_is_handed_back_with_its_time() {
    let tenant = Tenant::new().await;
    tenant.faults.script(Operation::Send, Fault::Throttle(Duration::from_mins(5)));
    let (outgoing, journal) = (tenant.outgoing(), TestJournal::default());
    let stopped = outgoing.deliver(&mail(&[]), MailCheckpoint::New, &journal).await.unwrap_err();
    assert_eq!((stopped.outcome(), stopped.retry_after()), (GraphOutcome::NotDone, Some(Duration::from_mins(5))));
    tenant.pass(Duration::from_mins(5));
    outgoing.deliver(&mail(&[]), journal.last(), &journal).await.unwrap();
    assert_eq!((tenant.count(), tenant.faults.early()), ((1, 1, 0), 0));
}

#[tokio::test]
async fn an_unavailable_service_is_asked_again_for_reads_and_left_alone_for_writes() {
    let tenant = Tenant::new().await;
    let outgoing = tenant.outgoing();
    let draft = outgoing.create_draft(&mail(&[])).await.unwrap();
    tenant.faults.script(Operation::GetMessage, Fault::Unavailable);
    tenant.faults.script(Operation::GetMessage, Fault::DropBefore);
    assert_eq!(outgoing.state_of(ANA, &draft.id).await.unwrap(), MessageState::Draft);
    assert_eq!(tenant.faults.seen(Operation::GetMessage), 3);

    tenant.faults.script(Operation::Send, Fault::Unavailable);
    let error = outgoing.send(ANA, &draft.id).await.unwrap_err();
    assert!(matches!(error, GraphError::Busy { status: 503, .. }), "{error:?}");
    assert_eq!((error.outcome(), tenant.faults.seen(Operation::Send)), (GraphOutcome::Unknown, 1));
}

#[tokio::test]
async fn nothing_was_done_where_nothing_listens() {
    let tenant = Tenant::new().await;
    let mut settings = tenant.settings();
    settings.graph_base = "http://127.0.0.1:9".to_owned();
    let graph = mezzofy_microsoft::graph::Graph::new(settings, tenant.clock.clone()).unwrap();
    let outgoing = mezzofy_microsoft::mail::Outgoing::new(graph, Vec::new());
    let error = outgoing.create_draft(&mail(&[])).await.unwrap_err();
    assert!(matches!(error, GraphError::Unreachable(_)), "{error:?}");
    assert_eq!(error.outcome(), GraphOutcome::NotDone);
}

#[tokio::test]
async fn the_key_finds_its_own_message_among_many_and_knows_whether_it_was_sent() {
    let tenant = Tenant::new().await;
    let outgoing = tenant.outgoing();
    for number in 0..13 {
        let other = mezzofy_microsoft::mail::Mail { key: format!("other-{number}"), ..mail(&[]) };
        outgoing.create_draft(&other).await.unwrap();
    }
    assert_eq!(outgoing.find_by_key(ANA, "effect-'1'").await.unwrap(), None);
    let draft = outgoing.create_draft(&mail(&[])).await.unwrap();
    assert!(draft.complete);
    let found = outgoing.find_by_key(ANA, "effect-'1'").await.unwrap().unwrap();
    assert_eq!((&found.id, found.is_draft), (&draft.id, true));
    outgoing.send(ANA, &draft.id).await.unwrap();
    let found = outgoing.find_by_key(ANA, "effect-'1'").await.unwrap().unwrap();
    assert_eq!((&found.id, found.is_draft), (&draft.id, false));
    assert_eq!(outgoing.state_of(ANA, &draft.id).await.unwrap(), MessageState::Sent);
}

#[tokio::test]
async fn all_pages_of_one_key_are_read() {
    let tenant = Tenant::new().await;
    let outgoing = tenant.outgoing();
    for _ in 0..23 {
        outgoing.create_draft(&mail(&[])).await.unwrap();
    }
    assert!(outgoing.find_by_key(ANA, "effect-'1'").await.unwrap().unwrap().is_draft);
    assert_eq!(tenant.faults.seen(Operation::ListMessages), 4);
}
