//! Webhooks: how a delivery is proved to be its source's, what it says, and what is begun for it. Pure, but for the beginning.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use mezzofy_agent::run::{RunMachine, TriggerEvent};
use mezzofy_agent::skills::{InputKind, Skills};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::invisible;
use mezzofy_store::sealed::{self, SecretKind};
use mezzofy_store::webhooks::{self, DeliveryOutcome};
use mezzofy_store::{StoreError, Tx, people};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::app::AppState;
use crate::config::WebhookSource;
use crate::runs::{self, BeginError};

/// How far a delivery's time may be from ours, before or after.
const MAX_CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// Characters of a key, an event's name or a field at most.
const MAX_FIELD_CHARS: usize = 300;
/// What a secret of ours begins with (Standard Webhooks, "Signature scheme").
const PREFIX: &str = "whsec_";

/// Whether every skill of the configuration is one that takes an event.
pub fn check(sources: &BTreeMap<String, WebhookSource>, skills: &Skills) -> Result<(), String> {
    for (name, source) in sources {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c)) {
            return Err(format!("webhooks: “{name}” is no name of a source: use a-z, 0-9, _ and -"));
        }
        for (event, skill) in &source.events {
            if skills.get(skill).is_none_or(|skill| skill.input(InputKind::Event).is_none()) {
                return Err(format!("webhooks: {name} has {skill} for {event}, which is no skill that takes an event"));
            }
        }
    }
    Ok(())
}

/// The signature of something that goes out, as Standard Webhooks writes it.
#[must_use]
pub fn signature(secret: &str, id: &str, at: i64, body: &[u8]) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(&[id.as_bytes(), b".", at.to_string().as_bytes(), b".", body].concat());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// The secrets that hold now of a source, or of an endpoint, newest first. The inner error says that one can't be opened.
pub async fn secrets(app: &AppState, tx: &mut Tx, of: &str) -> Result<Result<Vec<String>, String>, StoreError> {
    sealed::hold_keys(tx).await?;
    let sealed = webhooks::sealed_secrets(tx, of, app.clock.now()).await?;
    if sealed.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let open = || {
        let keys = app.keyring.keys().map_err(|error| error.to_string())?;
        let opened = sealed.iter().map(|(id, text)| {
            let secret = keys.open(SecretKind::Source, *id, text).map_err(|error| error.to_string())?;
            String::from_utf8(secret).map_err(|error| error.to_string())
        });
        opened.collect()
    };
    Ok(open())
}

/// A new secret: 256 bits, as Standard Webhooks writes them.
#[must_use]
pub fn new_secret(random: [u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// Why a delivery is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookError {
    /// It is not proved to be the source's, or is too old or too new.
    Unproved(&'static str),
    /// It is not of the form that was agreed.
    Broken(&'static str),
}

/// What a delivery says, proved.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookEvent {
    /// The same for the same delivery.
    pub key: String,
    /// What happened.
    pub event: String,
    /// More about it.
    pub data: Map<String, Value>,
}

/// Reads a delivery that one of the secrets has signed: in the way of Standard Webhooks (`webhook-id`, `webhook-timestamp` and
/// `webhook-signature` over `id.timestamp.body`), or with `X-Mezzofy-Signature` over the body. `now` may be given in more than one
/// way where a demo has moved its clock.
pub fn verify(
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[String],
    now: &[DateTime<Utc>],
) -> Result<WebhookEvent, WebhookError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let (signed_at, id) = if let Some(signatures) = header("webhook-signature") {
        let at = header("webhook-timestamp").ok_or(WebhookError::Broken("webhook-timestamp is missing."))?;
        let id = header("webhook-id").filter(|id| !id.is_empty());
        let id = id.ok_or(WebhookError::Unproved("webhook-id is missing."))?;
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", body].concat();
        let given: Vec<Vec<u8>> = signatures
            .split(' ')
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
            .collect();
        if !secrets.iter().flat_map(|secret| standard_keys(secret)).any(|key| signs(&key, &signed, &given)) {
            return Err(WebhookError::Unproved("The signature is not the source's."));
        }
        let seconds = at.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        (Some(seconds.ok_or(WebhookError::Broken("webhook-timestamp is no time in seconds since 1970."))?), Some(id))
    } else {
        let given = header("x-mezzofy-signature").and_then(|value| hex::decode(value.strip_prefix("sha256=")?).ok());
        let given = given.ok_or(WebhookError::Unproved("The signature is missing or malformed."))?;
        if !secrets.iter().any(|secret| signs(secret.as_bytes(), body, std::slice::from_ref(&given))) {
            return Err(WebhookError::Unproved("The signature is not the source's."));
        }
        (None, None)
    };
    let envelope = object(body)?;
    let at = match signed_at {
        Some(at) => at,
        None => {
            envelope.get("timestamp").and_then(time).ok_or(WebhookError::Broken("timestamp is missing or no time."))?
        }
    };
    if !now.iter().any(|now| (*now - at).abs() <= MAX_CLOCK_SKEW) {
        return Err(WebhookError::Unproved("The timestamp is more than five minutes off."));
    }
    let key = match (id, envelope.get("id")) {
        (Some(id), _) => id.to_owned(),
        (None, None | Some(Value::Null)) => sha256_hex(body),
        (None, Some(Value::String(id))) if !id.trim().is_empty() => id.clone(),
        (None, Some(Value::Number(id))) => id.to_string(),
        (None, Some(_)) => return Err(WebhookError::Broken("id is no text.")),
    };
    if key.chars().count() > MAX_FIELD_CHARS || key.chars().any(char::is_control) {
        return Err(WebhookError::Broken("The delivery's id is too long or has characters that can't be seen."));
    }
    parse_object(envelope, key)
}

/// Reads a delivery that was proved and stored before.
pub fn parse(body: &[u8], key: String) -> Result<WebhookEvent, WebhookError> {
    parse_object(object(body)?, key)
}

fn object(body: &[u8]) -> Result<Map<String, Value>, WebhookError> {
    serde_json::from_slice(body).map_err(|_| WebhookError::Broken("The body is no JSON object."))
}

fn parse_object(mut envelope: Map<String, Value>, key: String) -> Result<WebhookEvent, WebhookError> {
    let event =
        envelope.get("event").or_else(|| envelope.get("type")).and_then(Value::as_str).filter(|event| named(event));
    let event = event.ok_or(WebhookError::Broken("event is missing or no name."))?.to_owned();
    let data = match envelope.remove("data") {
        Some(Value::Object(data)) => data,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err(WebhookError::Broken("data is no JSON object.")),
    };
    Ok(WebhookEvent { key, event, data })
}

/// The keys that a secret may stand for in Standard Webhooks: what is written in base64, and plain text of another system.
fn standard_keys(secret: &str) -> Vec<Vec<u8>> {
    let decoded = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok();
    let plain = (!secret.starts_with(PREFIX)).then(|| secret.as_bytes().to_vec());
    // An empty key would be anybody's.
    decoded.into_iter().chain(plain).filter(|key| !key.is_empty()).collect()
}

/// Whether one of the signatures is that of the key; compared in constant time.
fn signs(key: &[u8], signed: &[u8], given: &[Vec<u8>]) -> bool {
    given.iter().any(|given| {
        Hmac::<Sha256>::new_from_slice(key).is_ok_and(|mut mac| {
            mac.update(signed);
            mac.verify_slice(given).is_ok()
        })
    })
}

/// A time: RFC 3339, or seconds since 1970.
fn time(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()),
        Value::Number(seconds) => DateTime::from_timestamp(seconds.as_i64()?, 0),
        _ => None,
    }
}

fn named(event: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-:".contains(c);
    !event.is_empty() && event.len() <= 100 && event.chars().all(plain)
}

/// Begins what a delivery is for, in the transaction that stores it.
pub async fn begin(
    app: &AppState,
    tx: &mut Tx,
    name: &str,
    event: &WebhookEvent,
) -> Result<DeliveryOutcome, BeginError> {
    let Some(source) = app.sources.get(name) else {
        return Ok(DeliveryOutcome::Failed(format!("The source {name} is in the configuration no more.")));
    };
    let Some(skill) = source.events.get(&event.event) else { return Ok(DeliveryOutcome::Ignored) };
    let owner = people::find(tx, &source.owner).await?;
    let Some(owner) = owner.filter(|owner| !owner.disabled) else {
        return Ok(DeliveryOutcome::Failed(format!("Its owner, {}, can't sign in.", source.owner)));
    };
    let needs =
        app.skills.get(skill).and_then(|skill| skill.input(InputKind::Event)).map(|input| input.needs.as_slice());
    let data = match facts(&event.event, &event.data, needs.unwrap_or_default()) {
        Ok(data) => data,
        Err(reason) => return Ok(DeliveryOutcome::Failed(reason)),
    };
    let trigger = TriggerEvent { skill: skill.clone(), source: name.to_owned(), data };
    let text = app.texts.of_webhook.say(owner.language, &[("source", name), ("event", &event.event)]);
    let machine = RunMachine::of_event(text.clone(), &owner, trigger);
    Ok(DeliveryOutcome::Started(runs::begin(app, tx, &owner, (&text, &text), &machine, true).await?.id))
}

/// Fields of an event at most.
const MAX_FIELDS: usize = 20;

/// What an event tells, one line each; as `event` what it is, and as `told` all of it for a reader. Of the fields that it `needs` none may be
/// missing or no text.
fn facts(event: &str, data: &Map<String, Value>, needs: &[String]) -> Result<Map<String, Value>, String> {
    let mut facts = Map::new();
    let mut lines = Vec::new();
    let known = |field: &str| CUSTOMER.contains(&field) || needs.iter().any(|need| need == field);
    let others = data.iter().filter(|(field, _)| !known(field)).take(MAX_FIELDS);
    for (field, value) in data.iter().filter(|(field, _)| known(field)).chain(others) {
        let known = known(field);
        let text = match value {
            Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Value::Null => continue,
            _ if known => return Err(format!("data.{field} is no text.")),
            Value::Number(number) => number.to_string(),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => continue,
        };
        let plain = text.chars().count() <= MAX_FIELD_CHARS && !text.chars().any(char::is_control);
        if known && !plain {
            return Err(format!(
                "data.{field} is longer than {MAX_FIELD_CHARS} characters, or has some that can't be seen."
            ));
        }
        let text = if plain { invisible::without(&text) } else { shortened(&text) };
        if !text.is_empty() && named(field) {
            lines.push(format!("{}: {text}", spoken(field)));
            facts.insert(field.clone(), Value::from(text));
        }
    }
    if let Some(missing) = needs.iter().find(|need| !facts.contains_key(*need)) {
        return Err(format!("data.{missing} is missing."));
    }
    facts.insert("event".to_owned(), Value::from(spoken(event)));
    facts.insert("told".to_owned(), Value::from(lines.join("\n")));
    Ok(facts)
}

/// The beginning of a long text, without what can't be seen.
fn shortened(text: &str) -> String {
    let seen: String = invisible::without(text).chars().take(MAX_FIELD_CHARS).collect();
    format!("{seen}…")
}

/// What every event of a customer has, as text.
const CUSTOMER: [&str; 6] = ["company_name", "contact_name", "email", "phone", "country", "plan"];

/// A name as people read it: `customer_churned` is Customer churned.
fn spoken(name: &str) -> String {
    let words = name.replace(['_', '.', ':', '-'], " ");
    let mut letters = words.trim().chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use standardwebhooks::Webhook;

    use super::*;

    const SECRET: &str = "a secret of the tests";
    const NOW: &str = "2026-11-22T01:00:00Z";

    fn now() -> DateTime<Utc> {
        NOW.parse().unwrap()
    }

    fn mac(key: &[u8], signed: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(signed);
        mac.finalize().into_bytes().to_vec()
    }

    fn mezzofy(body: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let signature = format!("sha256={}", hex::encode(mac(SECRET.as_bytes(), body.as_bytes())));
        headers.insert("x-mezzofy-signature", signature.parse().unwrap());
        headers
    }

    fn standard(id: &str, at: i64, body: &str, key: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let signature = Webhook::from_bytes(key.to_vec()).unwrap().sign(id, at, body.as_bytes()).unwrap();
        headers.insert("webhook-id", id.parse().unwrap());
        headers.insert("webhook-timestamp", at.into());
        headers.insert("webhook-signature", format!("v1,AAAA {signature}").parse().unwrap());
        headers
    }

    fn taken(headers: &HeaderMap, body: &str) -> Result<WebhookEvent, WebhookError> {
        verify(headers, body.as_bytes(), &["another".to_owned(), SECRET.to_owned()], &[now()])
    }

    #[test]
    fn a_delivery_is_proved_by_either_signature_and_named_by_its_id_or_its_bytes() {
        let body = format!(r#"{{"event":"order_completed","timestamp":"{NOW}","id":"d-1","data":{{"total":"3"}}}}"#);
        let event = taken(&mezzofy(&body), &body).unwrap();
        assert_eq!((event.key.as_str(), event.event.as_str()), ("d-1", "order_completed"));
        assert_eq!(event.data["total"], "3");
        let nameless = format!(r#"{{"event":"order_completed","timestamp":{}}}"#, now().timestamp());
        assert_eq!(taken(&mezzofy(&nameless), &nameless).unwrap().key, sha256_hex(nameless.as_bytes()));

        let at = now().timestamp();
        let event = taken(&standard("msg_1", at, &body, SECRET.as_bytes()), &body).unwrap();
        assert_eq!(event.key, "msg_1", "the header counts before the body");
        let ours = new_secret([7; 32]);
        let headers = standard("msg_2", at, &body, &[7; 32]);
        assert_eq!(verify(&headers, body.as_bytes(), &[ours], &[now()]).unwrap().key, "msg_2");
    }

    #[test]
    fn what_is_not_proved_or_not_of_our_time_is_refused_and_what_is_broken_is_named() {
        let unproved = |result: Result<WebhookEvent, WebhookError>| {
            assert!(matches!(result, Err(WebhookError::Unproved(_))), "{result:?}");
        };
        let broken = |result: Result<WebhookEvent, WebhookError>| {
            assert!(matches!(result, Err(WebhookError::Broken(_))), "{result:?}");
        };
        let body = |at: &str| format!(r#"{{"event":"e","timestamp":{at}}}"#);
        let good = body(&format!("\"{NOW}\""));
        unproved(taken(&HeaderMap::new(), &good));
        unproved(taken(&mezzofy("something else"), &good));
        let mut malformed = HeaderMap::new();
        malformed.insert("x-mezzofy-signature", "sha256=zz".parse().unwrap());
        unproved(taken(&malformed, &good));
        for (at, ok) in [("00:54:59", false), ("00:55:00", true), ("01:05:00", true), ("01:05:01", false)] {
            let body = body(&format!("\"2026-11-22T{at}Z\""));
            let result = taken(&mezzofy(&body), &body);
            if ok { assert!(result.is_ok(), "{at}") } else { unproved(result) }
        }
        for text in ["not json", "[]", r#"{"event":"e"}"#, &body("\"yesterday\""), &body("true")] {
            broken(taken(&mezzofy(text), text));
        }
        for rest in [r#""event":"two words""#, r#""event":7"#, r#""event":"e","data":[]"#, r#""event":"e","id":{}"#] {
            let text = format!(r#"{{"timestamp":"{NOW}",{rest}}}"#);
            broken(taken(&mezzofy(&text), &text));
        }
        let at = now().timestamp();
        unproved(taken(&standard("m", at, &good, b"wrong"), &good));
        let empty = verify(&standard("m", at, &good, b""), good.as_bytes(), &[PREFIX.to_owned()], &[now()]);
        unproved(empty);
        unproved(taken(&standard("m", at, "another body", SECRET.as_bytes()), &good));
        broken(taken(&standard("m", i64::MAX, &good, SECRET.as_bytes()), &good));
        unproved(taken(&standard("m", 1, &good, SECRET.as_bytes()), &good));
        let mut headers = standard("m", at, &good, SECRET.as_bytes());
        headers.remove("webhook-timestamp");
        broken(taken(&headers, &good));
    }

    #[test]
    fn what_an_event_tells_is_read_as_lines_of_text_and_what_its_skill_needs_must_be_there() {
        let needs = ["company_name".to_owned()];
        let data = |json: Value| facts("customer_churned", json.as_object().unwrap(), &needs);
        let read =
            data(serde_json::json!({"company_name": " Kopi \n House ", "plan": null, "seats": 3, "more": {"x": 1}}))
                .unwrap();
        let told = "Company name: Kopi House\nSeats: 3";
        let wanted =
            serde_json::json!({"company_name": "Kopi House", "seats": "3", "event": "Customer churned", "told": told});
        assert_eq!(Value::Object(read), wanted);
        assert!(data(serde_json::json!({"email": "a@b.example"})).unwrap_err().contains("company_name"));
        assert!(data(serde_json::json!({"company_name": "K", "phone": 5})).unwrap_err().contains("phone"));
        assert!(data(serde_json::json!({"company_name": "x".repeat(301)})).is_err());
    }
}
