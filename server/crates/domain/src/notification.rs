//! What people are told on their phones, when, and by which of their settings. What is pushed holds no text of theirs: it says
//! that there is something, and its ids say where.

use chrono::TimeDelta;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::coded;
use crate::run::{RunState, WaitingFor};

/// A run of a person's own message that took longer is told of also where a stream of theirs is open: nobody sits and waits so long.
pub const LONG_WAIT: TimeDelta = TimeDelta::minutes(2);
/// How often a push is tried at most.
pub const MAX_PUSH_TRIES: u32 = 8;

/// What there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum NotificationKind {
    /// An approval waits.
    Decision,
    /// A run asks something back.
    Question,
    /// A run has ended well.
    Result,
    /// A run has failed.
    Failure,
    /// A moment of a schedule did not run.
    Skipped,
}

coded!(NotificationKind);

impl NotificationKind {
    /// Whether a run stands still until the person does something.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Decision | Self::Question)
    }
}

/// The setting that decides whether it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// What waits for the person.
    Decisions,
    /// What came of their messages.
    Results,
    /// What came of schedules and webhooks.
    Schedules,
}

/// What a person wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// See [`Topic::Decisions`].
    pub decisions: bool,
    /// See [`Topic::Results`].
    pub results: bool,
    /// See [`Topic::Schedules`].
    pub schedules: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { decisions: true, results: true, schedules: true }
    }
}

impl Wishes {
    /// Whether the topic is on.
    #[must_use]
    pub fn want(self, topic: Topic) -> bool {
        match topic {
            Topic::Decisions => self.decisions,
            Topic::Results => self.results,
            Topic::Schedules => self.schedules,
        }
    }
}

/// Where a run comes from and how long its person waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Background {
    /// A schedule or a webhook began it, so that nobody watches.
    pub unattended: bool,
    /// Whether its schedule tells of ends.
    pub told: bool,
    /// Since the person last said or decided something about it.
    pub waited: TimeDelta,
}

/// News of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notification {
    pub matter: NotificationKind,
    /// The setting that decides.
    pub topic: Topic,
    /// Whether it is kept quiet while the person has a stream open, which shows it already.
    pub unless_watched: bool,
}

/// What is to be told of a run that stands so. An approval always is: it may be the only thing that keeps a run, and it may
/// wait for days. What the person has stopped or rejected is not.
#[must_use]
pub fn of_run(state: RunState, waiting_for: Option<WaitingFor>, of: Background) -> Option<Notification> {
    let quiet = !of.unattended && of.waited < LONG_WAIT;
    let ended = |matter| {
        let topic = if of.unattended { Topic::Schedules } else { Topic::Results };
        of.told.then_some(Notification { matter, topic, unless_watched: quiet })
    };
    match (state, waiting_for) {
        (RunState::Waiting, Some(WaitingFor::Approval)) => {
            Some(Notification { matter: NotificationKind::Decision, topic: Topic::Decisions, unless_watched: false })
        }
        (RunState::Waiting, _) => {
            Some(Notification { matter: NotificationKind::Question, topic: Topic::Decisions, unless_watched: quiet })
        }
        (RunState::Succeeded, _) => ended(NotificationKind::Result),
        (RunState::Failed, _) => ended(NotificationKind::Failure),
        (RunState::Cancelled | RunState::Queued | RunState::Running, _) => None,
    }
}

/// How long is waited after so many tries before the next one; `None` when there have been enough.
#[must_use]
pub fn pause_after(tries: u32) -> Option<TimeDelta> {
    let pause = 5_i64.saturating_mul(4_i64.saturating_pow(tries.saturating_sub(1)));
    (tries < MAX_PUSH_TRIES).then(|| TimeDelta::seconds(pause.min(3600)))
}

/// Whether a text has the form of an Expo push token, such as `ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]`.
#[must_use]
pub fn is_token(text: &str) -> bool {
    let inner = ["ExponentPushToken[", "ExpoPushToken["].into_iter().find_map(|begin| text.strip_prefix(begin));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    inner
        .and_then(|inner| inner.strip_suffix(']'))
        .is_some_and(|inner| !inner.is_empty() && inner.len() <= 200 && inner.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(seconds: i64) -> Background {
        Background { unattended: false, told: true, waited: TimeDelta::seconds(seconds) }
    }

    const ALONE: Background = Background { unattended: true, told: true, waited: TimeDelta::zero() };

    #[test]
    fn what_waits_is_told_and_only_a_question_in_a_watched_conversation_is_not() {
        let decision =
            Some(Notification { matter: NotificationKind::Decision, topic: Topic::Decisions, unless_watched: false });
        for of in [own(1), own(1000), ALONE, Background { told: false, ..ALONE }] {
            assert_eq!(of_run(RunState::Waiting, Some(WaitingFor::Approval), of), decision);
        }
        let quiet = |of| of_run(RunState::Waiting, Some(WaitingFor::Person), of).map(|news| news.unless_watched);
        assert_eq!((quiet(own(1)), quiet(own(120)), quiet(ALONE)), (Some(true), Some(false), Some(false)));
        assert_eq!(quiet(Background { told: false, ..ALONE }), Some(false), "it never hangs silently");
    }

    #[test]
    fn an_end_is_told_by_the_setting_it_belongs_to_and_a_stop_is_not() {
        let told = |state, of| of_run(state, None, of).map(|news| (news.matter, news.topic, news.unless_watched));
        assert_eq!(told(RunState::Succeeded, own(5)), Some((NotificationKind::Result, Topic::Results, true)));
        assert_eq!(told(RunState::Succeeded, own(121)), Some((NotificationKind::Result, Topic::Results, false)));
        assert_eq!(told(RunState::Failed, ALONE), Some((NotificationKind::Failure, Topic::Schedules, false)));
        assert_eq!(told(RunState::Failed, Background { told: false, ..ALONE }), None);
        for state in [RunState::Cancelled, RunState::Running, RunState::Queued] {
            assert_eq!(told(state, ALONE), None);
        }
    }

    #[test]
    fn the_pauses_grow_to_an_hour_and_end() {
        let pauses: Vec<Option<i64>> =
            (1..=8).map(|tries| pause_after(tries).map(|pause| pause.num_seconds())).collect();
        let grow = [Some(5), Some(20), Some(80), Some(320), Some(1280), Some(3600), Some(3600), None];
        assert_eq!(pauses, grow);
    }

    #[test]
    fn a_token_is_one_of_expos() {
        for good in ["ExponentPushToken[abcDEF-12_3]", "ExpoPushToken[x]"] {
            assert!(is_token(good), "{good}");
        }
        for bad in
            ["", "ExponentPushToken[]", "ExponentPushToken[a]]", "abc", "ExponentPushToken[a b]", "xExpoPushToken[a]"]
        {
            assert!(!is_token(bad), "{bad}");
        }
        assert!(!is_token(&format!("ExpoPushToken[{}]", "a".repeat(201))));
    }
}
