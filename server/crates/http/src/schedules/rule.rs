//! A schedule's rule as it is sent, and its check.

use chrono::{DateTime, Utc};
use mezzofy_domain::language::Language;
use mezzofy_domain::schedule::{RuleError, ScheduleRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;

use crate::docs::one_of;
use crate::problem::Problem;
use mezzofy_engine::app::AppState;

/// When. A cron needs `cron`, an interval `minutes`, a single time `at`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleView {
    #[schema(schema_with = kinds)]
    kind: String,
    /// Minute, hour, day of the month, month and weekday, e.g. `0 9 * * 1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    /// IANA name of the cron's time zone; the company's when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Minutes from one time to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
    /// The first time of an interval; now when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<DateTime<Utc>>,
    /// The single time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<DateTime<Utc>>,
}

fn kinds() -> Object {
    one_of(["cron", "interval", "once"])
}

impl RuleView {
    /// The rule that was given, as such or as a cron.
    pub(super) fn from_parts(
        rule: Option<Self>,
        cron: Option<String>,
        time_zone: Option<String>,
    ) -> Result<Option<Self>, Problem> {
        match (rule, cron) {
            (Some(_), Some(_)) => Err(Problem::field("rule", "Give a cron or a rule, not both.")),
            (rule, None) if time_zone.is_none() => Ok(rule),
            (_, None) => Err(Problem::field("time_zone", "A time zone belongs to a cron.")),
            (None, cron) => {
                let kind = "cron".to_owned();
                Ok(Some(Self { kind, cron, zone: time_zone, minutes: None, from: None, at: None }))
            }
        }
    }

    /// The view of a rule.
    pub(super) fn of(rule: &ScheduleRule) -> Self {
        let none = Self { kind: String::new(), cron: None, zone: None, minutes: None, from: None, at: None };
        match rule.clone() {
            ScheduleRule::Cron { cron, zone } => {
                Self { kind: "cron".to_owned(), cron: Some(cron), zone: Some(zone), ..none }
            }
            ScheduleRule::Interval { minutes, from } => {
                Self { kind: "interval".to_owned(), minutes: Some(minutes), from: Some(from), ..none }
            }
            ScheduleRule::Once { at } => Self { kind: "once".to_owned(), at: Some(at), ..none },
        }
    }
}

/// The rule, and when it comes first.
pub(super) fn checked_rule(
    app: &AppState,
    given: RuleView,
    language: Language,
) -> Result<(ScheduleRule, DateTime<Utc>), Problem> {
    let most_often = app.limits.schedules().minutes;
    let now = app.clock.now();
    let refused = |error: RuleError| Problem::field("rule", error.say(language));
    let rule = match given {
        RuleView { kind, cron: Some(cron), zone, minutes: None, from: None, at: None } if kind == "cron" => {
            let zone = zone.unwrap_or_else(|| app.zone.name().to_owned());
            ScheduleRule::cron(&cron, &zone, most_often).map_err(refused)?
        }
        RuleView { kind, minutes: Some(minutes), from, cron: None, zone: None, at: None } if kind == "interval" => {
            ScheduleRule::every(minutes, from.unwrap_or(now), most_often).map_err(refused)?
        }
        RuleView { kind, at: Some(at), cron: None, zone: None, minutes: None, from: None } if kind == "once" => {
            ScheduleRule::once(at).map_err(refused)?
        }
        _ => {
            return Err(Problem::field(
                "rule",
                "A rule is a cron with `cron` and perhaps `zone`, an interval with `minutes` and perhaps `from`, or once with `at`.",
            ));
        }
    };
    let next = rule.first_after(now).map_err(refused)?;
    Ok((rule, next))
}
