//! What the Messages API's refusals mean.

use serde::Deserialize;

use crate::model::ModelError;
use crate::model::wire::{Failure, Refusal};

#[derive(Default, Deserialize)]
struct StreamError {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    message: String,
}

pub(super) fn error_of(failure: Failure) -> ModelError {
    let refusal = match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Lost(error) => return error,
    };
    match refusal.status {
        402 => ModelError::SpendLimit(refusal.detail()),
        400 | 403 | 429 if is_about_money(&refusal) => ModelError::SpendLimit(refusal.detail()),
        401 | 403 => ModelError::KeyRefused(refusal.detail()),
        413 => ModelError::TooLarge(refusal.detail()),
        408 | 409 | 429 | 500.. => refusal.busy(),
        _ if is_about_size(&refusal.detail()) => ModelError::TooLarge(refusal.detail()),
        _ => ModelError::Rejected(refusal.detail()),
    }
}

/// An error after the reply began. What was said to a person can't be taken back, so then the reply has broken off.
pub(super) fn error_in_stream(error: &str, anything_heard: bool) -> ModelError {
    let StreamError { kind, message } = serde_json::from_str(error).unwrap_or_default();
    let detail = match (message.as_str(), kind.as_str()) {
        ("", "") => "the provider reports an error and not which".to_owned(),
        ("", kind) => kind.to_owned(),
        (message, _) => message.to_owned(),
    };
    match kind.as_str() {
        _ if kind == "billing_error" || speaks_of_money(&detail) => ModelError::SpendLimit(detail),
        "authentication_error" | "permission_error" => ModelError::KeyRefused(detail),
        "request_too_large" => ModelError::TooLarge(detail),
        "invalid_request_error" if is_about_size(&detail) => ModelError::TooLarge(detail),
        "invalid_request_error" | "not_found_error" => ModelError::Rejected(detail),
        "overloaded_error" | "rate_limit_error" | "api_error" | "timeout_error" if !anything_heard => {
            ModelError::Busy { detail, retry_after: None, again: true }
        }
        _ => ModelError::BrokenOff(detail),
    }
}

fn is_about_money(refusal: &Refusal) -> bool {
    refusal.kind() == "billing_error" || speaks_of_money(&refusal.kind()) || speaks_of_money(&refusal.detail())
}

fn speaks_of_money(text: &str) -> bool {
    let text = text.to_lowercase().replace('_', " ");
    ["spend limit", "spending limit", "credit balance", "billing"].iter().any(|words| text.contains(words))
}

fn is_about_size(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    ["prompt is too long", "exceed context limit"].iter().any(|words| detail.contains(words))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn error(status: u16, kind: &str, message: &str) -> ModelError {
        let body = serde_json::json!({"type": "error", "error": {"type": kind, "message": message}}).to_string();
        let retry_after = Some(Duration::from_secs(7));
        error_of(Failure::Refused(Refusal { status, retry_after, should_retry: None, body }))
    }

    #[test]
    fn each_status_has_its_meaning() {
        let busy = |detail: &str| ModelError::Busy {
            detail: detail.to_owned(),
            retry_after: Some(Duration::from_secs(7)),
            again: true,
        };
        let key = |detail: &str| ModelError::KeyRefused(detail.to_owned());
        let money = |detail: &str| ModelError::SpendLimit(detail.to_owned());
        let large = |detail: &str| ModelError::TooLarge(detail.to_owned());
        let wrong = |detail: &str| ModelError::Rejected(detail.to_owned());
        let low = "Your credit balance is too low to access the API.";
        let long = "prompt is too long: 1000001 tokens > 1000000 maximum";
        let both = "input length and `max_tokens` exceed context limit: 199000 + 20000 > 200000";
        let cases = [
            (400, "invalid_request_error", "tools.0: no", wrong("tools.0: no")),
            (400, "invalid_request_error", low, money(low)),
            (400, "invalid_request_error", long, large(long)),
            (400, "invalid_request_error", both, large(both)),
            (401, "authentication_error", "invalid x-api-key", key("invalid x-api-key")),
            (402, "billing_error", "pay", money("pay")),
            (403, "permission_error", "not this model", key("not this model")),
            (404, "not_found_error", "model: x", wrong("model: x")),
            (408, "timeout_error", "slow", busy("slow")),
            (409, "conflict", "again", busy("again")),
            (413, "request_too_large", "over 32 MB", large("over 32 MB")),
            (422, "invalid_request_error", "no", wrong("no")),
            (429, "rate_limit_error", "30 a minute", busy("30 a minute")),
            (429, "enforced_spend_limit_reached", "stop", money("stop")),
            (500, "api_error", "oops", busy("oops")),
            (504, "timeout_error", "long", busy("long")),
            (529, "overloaded_error", "Overloaded", busy("Overloaded")),
        ];
        for (status, kind, message, wanted) in cases {
            assert_eq!(error(status, kind, message), wanted, "{status} {message}");
        }
    }

    #[test]
    fn a_complaint_about_thinking_is_known_by_its_words() {
        for about in [
            "messages.1.content.0: Invalid `signature` in `thinking` block",
            "messages.1.content.0.thinking.signature: Field required",
            "messages.3: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified",
        ] {
            assert!(error(400, "invalid_request_error", about).is_about_thinking(), "{about}");
        }
        for other in ["tools.0: no", "\"thinking.type.disabled\" is not supported for this model"] {
            assert!(!error(400, "invalid_request_error", other).is_about_thinking(), "{other}");
        }
        assert!(!error(529, "overloaded_error", "thinking").is_about_thinking());
    }

    #[test]
    fn an_error_in_the_stream_can_be_tried_again_only_while_nothing_was_heard() {
        let error = |kind: &str, heard| error_in_stream(&format!(r#"{{"type":"{kind}","message":"m"}}"#), heard);
        let busy = ModelError::Busy { detail: "m".to_owned(), retry_after: None, again: true };
        for kind in ["overloaded_error", "rate_limit_error", "api_error", "timeout_error"] {
            assert_eq!(error(kind, false), busy);
            assert_eq!(error(kind, true), ModelError::BrokenOff("m".to_owned()));
        }
        assert_eq!(error("new_error", false), ModelError::BrokenOff("m".to_owned()));
        assert_eq!(error("invalid_request_error", true), ModelError::Rejected("m".to_owned()));
        assert_eq!(error("authentication_error", false), ModelError::KeyRefused("m".to_owned()));
        assert_eq!(error("billing_error", false), ModelError::SpendLimit("m".to_owned()));
        assert_eq!(error("request_too_large", false), ModelError::TooLarge("m".to_owned()));
        assert_eq!(error_in_stream(r#"{"type":"new_error"}"#, true), ModelError::BrokenOff("new_error".to_owned()));
    }
}
