//! What an OpenAI-compatible server's refusal means. There are few codes, so the texts count.

use serde_json::{Value, json};

use crate::model::ModelError;
use crate::model::wire::Refusal;

/// Kimi says all but the last.
const MONEY: [&str; 6] =
    ["exceeded_current_quota", "usage limit", "billing details", "billing cycle", "recharge", "insufficient_quota"];
/// Kimi says the first three, vLLM the fifth, llama-server the two after it.
const TOO_LONG: [&str; 8] = [
    "model token limit",
    "token length too long",
    "total message size",
    "context_length_exceeded",
    "maximum context length",
    "exceed_context_size",
    "available context size",
    "prompt is too long",
];

pub(super) fn meaning(refusal: &Refusal) -> ModelError {
    let detail = refusal.detail();
    match refusal.status {
        402 => ModelError::SpendLimit(detail),
        403 | 429 if is_about_money(refusal) => ModelError::SpendLimit(detail),
        401 | 403 => ModelError::KeyRefused(detail),
        413 => ModelError::TooLarge(detail),
        400 | 404 | 422 | 500 if says(refusal, &TOO_LONG) => ModelError::TooLarge(detail),
        408 | 409 | 429 | 500.. => refusal.busy(),
        _ => ModelError::Rejected(detail),
    }
}

/// Kimi's safety system answers so, where others end a reply with `content_filter`.
pub(super) fn is_by_filter(refusal: &Refusal) -> bool {
    refusal.status == 400 && refusal.kind() == "content_filter"
}

/// An error after the stream began. What has been heard can't be taken back, so then it is no longer a question of trying
/// again.
pub(super) fn in_stream(error: &Value, heard: bool) -> ModelError {
    let body = json!({"error": error}).to_string();
    let mut refusal = Refusal { status: 0, retry_after: None, should_retry: None, body };
    let code = error.get("code").and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    let passing = ["rate_limit", "overload", "server_error"].iter().any(|kind| refusal.kind().contains(kind));
    refusal.status = match code.and_then(|code| u16::try_from(code).ok()) {
        Some(status @ 400..=599) => status,
        Some(_) | None if passing => 503,
        Some(_) | None if is_about_money(&refusal) => 402,
        Some(_) | None => 0,
    };
    if heard || refusal.status == 0 { ModelError::BrokenOff(refusal.detail()) } else { meaning(&refusal) }
}

fn is_about_money(refusal: &Refusal) -> bool {
    let body = refusal.body.to_lowercase();
    let names_balance = || body.split(|c: char| !c.is_alphanumeric()).any(|word| word == "balance");
    !refusal.kind().contains("rate_limit") && (says(refusal, &MONEY) || names_balance())
}

fn says(refusal: &Refusal, texts: &[&str]) -> bool {
    let body = refusal.body.to_lowercase();
    texts.iter().any(|text| body.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, kind: &str, message: &str) -> Refusal {
        let body = json!({"error": {"message": message, "type": kind}}).to_string();
        Refusal { status, retry_after: None, should_retry: None, body }
    }

    fn name(error: &ModelError) -> &'static str {
        match error {
            ModelError::KeyRefused(_) => "key",
            ModelError::SpendLimit(_) => "money",
            ModelError::Busy { .. } => "busy",
            ModelError::Unreachable(_) => "unreachable",
            ModelError::BrokenOff(_) => "broken",
            ModelError::TooLarge(_) => "large",
            ModelError::Rejected(_) => "rejected",
            ModelError::Unsupported(_) => "unsupported",
        }
    }

    #[test]
    fn each_refusal_means_one_thing() {
        let quota = "You exceeded your current quota, please check your plan and billing details";
        let suspended = "Your account is suspended due to insufficient balance, please recharge your account";
        let per_minute = "request reached organization max RPM: 3, please try again after 1 seconds";
        let context = "the request exceeds the available context size";
        let cases = [
            (401, "incorrect_api_key_error", "Incorrect API key provided", "key"),
            (403, "permission_denied_error", "The API you are accessing is not open", "key"),
            (403, "", "Insufficient balance", "money"),
            (402, "", "unable to verify your membership benefits", "money"),
            (429, "exceeded_current_quota_error", "no more", "money"),
            (429, "", quota, "money"),
            (429, "", suspended, "money"),
            (429, "insufficient_quota", "no more", "money"),
            (429, "rate_limit_reached_error", per_minute, "busy"),
            (429, "rate_limit_error", "it rises with a balance; see https://example.com/billing", "busy"),
            (429, "engine_overloaded_error", "The engine is currently overloaded", "busy"),
            (503, "", "no server behind the load balancer", "busy"),
            (429, "", "too many, says the load balancer", "busy"),
            (400, "invalid_request_error", "Your request exceeded model token limit : 262144", "large"),
            (400, "invalid_request_error", "Input token length too long", "large"),
            (400, "", "This model's maximum context length is 4096 tokens", "large"),
            (500, "", context, "large"),
            (413, "", "", "large"),
            (400, "invalid_request_error", "Invalid request: unknown field", "rejected"),
            (404, "resource_not_found_error", "Not found the model", "rejected"),
            (422, "", "no", "rejected"),
            (405, "", "no", "rejected"),
            (301, "", "", "rejected"),
            (408, "", "", "busy"),
            (409, "", "", "busy"),
            (500, "server_error", "", "busy"),
            (529, "", "", "busy"),
        ];
        for (status, kind, message, wanted) in cases {
            let error = meaning(&refused(status, kind, message));
            assert_eq!(name(&error), wanted, "{status} {kind} {message}");
        }
    }

    #[test]
    fn only_the_safety_system_refuses_by_filter() {
        assert!(is_by_filter(&refused(400, "content_filter", "it was considered high risk")));
        assert!(!is_by_filter(&refused(400, "invalid_request_error", "content_filter")));
    }

    #[test]
    fn an_error_inside_a_stream_is_a_refusal_only_while_nothing_was_heard() {
        let cases = [
            (json!({"message": "m", "type": "engine_overloaded_error"}), "busy"),
            (json!({"message": "m", "code": 429}), "busy"),
            (json!({"message": "m", "code": "500"}), "busy"),
            (json!({"message": "m", "code": 400}), "rejected"),
            (json!({"message": "m", "type": "exceeded_current_quota_error"}), "money"),
            (json!({"message": "m", "type": "other"}), "broken"),
            (json!("a sentence"), "broken"),
        ];
        for (error, wanted) in cases {
            assert_eq!(name(&in_stream(&error, false)), wanted, "{error}");
            assert_eq!(name(&in_stream(&error, true)), "broken", "{error}");
        }
        assert_eq!(in_stream(&json!("a sentence"), true).to_string(), "the reply broke off: a sentence");
    }
}
