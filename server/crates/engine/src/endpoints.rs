//! Webhooks that go out, in the form of Standard Webhooks: ids and states, signed, to addresses that are not inside. What happens is stored
//! for them where it happens; here it is sent. A sending may come twice where a process dies after it was taken: its `webhook-id` is the
//! same then.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::endpoints::{self, DueSending, SendingOutcome, secrets_of};
use mezzofy_store::{StoreError, commit};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use crate::app::{App, AppState};
use crate::poll;
use crate::webhooks;

/// What endpoints can be told of.
pub const EVENTS: [&str; 5] = ["run.ended", "run.waiting", "approval.requested", "approval.decided", "effect.ended"];
/// What an administrator sends to see whether it arrives.
pub const TEST: &str = "endpoint.test";
/// How often is looked. Any number of processes may look: each sending is taken by one.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Sendings that are taken at a time, and after how long what a process took goes to another: longer than all of them take.
const SENDINGS_PER_POLL: i64 = 20;
const LEASE: TimeDelta = TimeDelta::minutes(10);
/// Seconds before each further try (Standard Webhooks, "Deliverability and reliability"): 75 hours in all.
const RETRY_DELAYS_SECONDS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// The status that says that nothing is wanted any more.
const GONE: u16 = 410;

/// Sends until the server stops.
pub async fn deliver(app: App) {
    poll::every(app, POLL_INTERVAL, "webhooks that are to go out", deliver_due).await;
}

/// Sends what is due, once; answers how many it looked at.
pub async fn deliver_due(app: &AppState) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let due = endpoints::claim(&mut tx, now, now + LEASE, SENDINGS_PER_POLL).await?;
    commit(tx).await?;
    // What one has taken is noted whatever becomes of the others.
    let each = due.iter().map(async |one| note(app, one, send(app, one).await?).await);
    let noted = futures_util::future::join_all(each).await;
    noted.into_iter().collect::<Result<Vec<()>, _>>()?;
    Ok(due.len())
}

/// What came of a try: the status, and in how many seconds it is wanted again; or why there was none.
type SendResult = Result<(u16, Option<u64>), String>;

async fn send(app: &AppState, one: &DueSending) -> Result<SendResult, StoreError> {
    let mut tx = app.store.begin().await?;
    let secrets = webhooks::secrets(app, &mut tx, &secrets_of(one.endpoint)).await?;
    drop(tx);
    let body = json!({
        "type": one.event,
        "timestamp": one.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "data": one.data,
    });
    let body = body.to_string().into_bytes();
    let headers = secrets.and_then(|secrets| headers(one.id, app.clock.now(), &body, &secrets));
    let headers = match headers {
        Ok(headers) => headers,
        Err(reason) => return Ok(Err(reason)),
    };
    Ok(app.web.post(&one.url, headers, body).await.map_err(|unread| unread.to_string()))
}

/// The headers of Standard Webhooks, with a signature for each secret that holds.
fn headers(id: Id<id::Sending>, at: DateTime<Utc>, body: &[u8], secrets: &[String]) -> Result<HeaderMap, String> {
    let (id, at) = (format!("msg_{id}"), at.timestamp());
    let signed: Vec<String> = secrets.iter().filter_map(|secret| webhooks::signature(secret, &id, at, body)).collect();
    if signed.is_empty() {
        return Err("The endpoint has no secret.".to_owned());
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in
        [("webhook-id", id), ("webhook-timestamp", at.to_string()), ("webhook-signature", signed.join(" "))]
    {
        let value = HeaderValue::from_str(&value).map_err(|error| error.to_string())?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// Stores what came of a try.
async fn note(app: &AppState, one: &DueSending, tried: SendResult) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let (status, after, reason) = match tried {
        Ok((status @ 200..=299, _)) => (Some(status), None, None),
        Ok((status, after)) => (Some(status), after, Some(format!("{} answered with status {status}.", one.url))),
        Err(reason) => (None, None, Some(reason)),
    };
    let outcome = match (&reason, status) {
        (None, _) => SendingOutcome::Done,
        (Some(_), Some(GONE)) => SendingOutcome::Failed,
        (Some(_), _) => again(one, after, now),
    };
    if reason.is_some() {
        // Addresses of other systems may be secrets, so they are not logged.
        tracing::warn!(sending = %one.id, tries = one.tries, status, given_up = outcome == SendingOutcome::Failed, "a webhook was not taken");
    }
    endpoints::settle(&mut tx, one.id, &outcome, (status, reason.as_deref()), now).await?;
    if status == Some(GONE) {
        endpoints::pause(&mut tx, one.endpoint, "It answered that it wants nothing any more (410).").await?;
    }
    commit(tx).await
}

/// Another try, unless there have been enough. Those of one moment spread over a tenth of the pause.
fn again(one: &DueSending, after: Option<u64>, now: DateTime<Utc>) -> SendingOutcome {
    let tries = usize::try_from(one.tries).unwrap_or(usize::MAX);
    let Some(pause) = tries.checked_sub(1).and_then(|before| RETRY_DELAYS_SECONDS.get(before)) else {
        return SendingOutcome::Failed;
    };
    let spread = pause * i64::from(one.id.uuid().as_bytes()[15]) / 2_560;
    let asked = after.and_then(|after| i64::try_from(after).ok()).unwrap_or_default().min(86_400);
    SendingOutcome::Again(now + TimeDelta::seconds((pause + spread).max(asked)))
}

#[cfg(test)]
mod tests {
    use standardwebhooks::Webhook;

    use super::*;

    fn due(tries: u32) -> DueSending {
        DueSending {
            id: Id::new(DateTime::UNIX_EPOCH),
            endpoint: Id::new(DateTime::UNIX_EPOCH),
            url: "https://shop.example/hook".to_owned(),
            event: EVENTS[0].to_owned(),
            data: json!({}),
            created_at: DateTime::UNIX_EPOCH,
            tries,
        }
    }

    #[test]
    fn a_sending_is_tried_ten_times_over_three_days_and_as_late_as_it_is_asked() {
        let mut at = DateTime::UNIX_EPOCH;
        for tries in 1..10 {
            let SendingOutcome::Again(next) = again(&due(tries), None, at) else { panic!("{tries}") };
            at = next;
        }
        let hours = (at - DateTime::UNIX_EPOCH).num_hours();
        assert!((75..=84).contains(&hours), "{hours}");
        assert_eq!(again(&due(10), None, at), SendingOutcome::Failed);
        let asked = again(&due(1), Some(60), at);
        assert_eq!(asked, SendingOutcome::Again(at + TimeDelta::seconds(60)));
    }

    #[test]
    fn what_goes_out_is_signed_with_every_secret_that_holds() {
        let id = Id::new(DateTime::UNIX_EPOCH);
        let secrets = [webhooks::new_secret([7; 32]), webhooks::new_secret([8; 32])];
        let headers = headers(id, DateTime::UNIX_EPOCH, b"{}", &secrets).unwrap();
        assert_eq!(headers["webhook-id"], format!("msg_{id}").as_str());
        let signatures = headers["webhook-signature"].to_str().unwrap();
        let sign = |secret: &String| Webhook::new(secret).unwrap().sign(&format!("msg_{id}"), 0, b"{}").unwrap();
        let expected: Vec<String> = secrets.iter().map(sign).collect();
        assert_eq!(signatures, expected.join(" "));
        assert!(super::headers(id, DateTime::UNIX_EPOCH, b"{}", &[]).is_err(), "nothing goes out unsigned");
    }
}
