//! Bringing effects to their ends, and what the run is told of them.

use chrono::{DateTime, Utc};
use mezzofy_agent::run::{Call, CallOutcome};
use mezzofy_domain::effect::EffectState;
use mezzofy_domain::event::EventBody;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_store::approvals::Approval;
use mezzofy_store::effects::{self, Effect};
use serde_json::{Value, json};

use super::calls::tool_done;
use super::delivery;
use super::run_worker::{RunWorker, StepError};
use super::step::Step;
use crate::channels;
use crate::channels::channel::ChannelTexts;

impl RunWorker<'_> {
    /// Brings effects to their ends, or rests until they may leave. A call without effect was left out of the approval.
    pub(super) async fn settle_effects(
        &mut self,
        mut group: Vec<(Call, Option<Effect>)>,
        approval: Option<&Approval>,
    ) -> Result<bool, StepError> {
        let now = self.app.clock.now();
        let held = group.iter().filter_map(|(_, effect)| effect.as_ref());
        let held: Vec<DateTime<Utc>> = held
            .filter(|effect| effect.state == EffectState::Intended)
            .filter_map(|effect| effect.held_until.filter(|until| *until > now))
            .collect();
        if let Some(until) = held.iter().max() {
            let at = until.with_timezone(&self.app.zone).format("%H:%M:%S").to_string();
            let values = [("until", at.as_str()), ("count", &held.len().to_string())];
            let text = self.app.texts.held.say(self.machine.language(), &values);
            self.save(Step::with_wake_at(vec![EventBody::Progress { text }], *until)).await?;
            // What was taken back meanwhile is not waited for; what is from now on wakes the run.
            let mut tx = self.begin().await?;
            return Ok(!effects::any_held(&mut tx, self.run.id, now).await?);
        }
        if let Some(tool) = group.first().and_then(|(call, _)| self.app.tools.get(&call.tool)) {
            let open = group.iter().any(|(_, effect)| effect.as_ref().is_some_and(|effect| !effect.state.has_ended()));
            if open && let Err(refusal) = self.authorize_tool(tool.spec()).await? {
                // What may be on its way already is still brought to its end.
                self.undo_effects().await?;
                group.retain(|(_, effect)| {
                    effect.as_ref().is_some_and(|effect| effect.state == EffectState::Attempting)
                });
                if self.rests_for(&mut group).await? {
                    return Ok(false);
                }
                self.machine.fail(None, refusal);
                return Ok(true);
            }
        }
        if self.rests_for(&mut group).await? {
            return Ok(false);
        }
        self.record_outcomes(&group, approval).await?;
        Ok(true)
    }

    /// Brings each of them to its end. Where some may be on their way, the run rests until it is time to look again, and holds nobody up.
    async fn rests_for(&mut self, group: &mut [(Call, Option<Effect>)]) -> Result<bool, StepError> {
        let (mut look_at, mut doubted) = (None::<DateTime<Utc>>, Vec::new());
        for effect in group.iter_mut().filter_map(|(_, effect)| effect.as_mut()) {
            let fresh = effect.checkpoint.is_none();
            if let Some(at) = delivery::settle(&self.sender(), effect).await? {
                look_at = Some(look_at.map_or(at, |earlier| earlier.min(at)));
                doubted.extend(fresh.then(|| channels::of(effect.payload.kind()).label(&effect.payload)));
            }
        }
        let Some(look_at) = look_at else { return Ok(false) };
        let (texts, language) = (&self.app.texts, self.machine.language());
        let told = doubted.iter().map(|to| EventBody::Progress { text: texts.awaited.say(language, &[("to", to)]) });
        self.save(Step::with_wake_at(told.collect(), look_at)).await?;
        Ok(true)
    }

    /// Gives the machine what came of each call.
    async fn record_outcomes(
        &mut self,
        group: &[(Call, Option<Effect>)],
        approval: Option<&Approval>,
    ) -> Result<(), StepError> {
        let ended =
            |state| group.iter().filter(|(_, effect)| effect.as_ref().is_some_and(|it| it.state == state)).count();
        let taken_back = group.iter().filter(|(_, effect)| effect.as_ref().is_some_and(|it| it.taken_back)).count();
        let excluded = group.iter().filter(|(_, effect)| effect.is_none()).count();
        let (texts, language) = (&self.app.texts, self.machine.language());
        let mut events = Vec::new();
        let mut failed = Vec::new();
        let mut notes = Vec::new();
        for (count, text) in [(excluded, &texts.approved_fewer), (taken_back, &texts.taken_back_some)] {
            if count > 0 {
                notes.push(text.say(language, &[("count", &count.to_string())]));
            }
        }
        let sent = group.iter().filter_map(|(_, effect)| effect.as_ref());
        let sent: Vec<&Effect> = sent.filter(|effect| effect.state == EffectState::Done).collect();
        notes.extend(self.standing_note(&sent).await?);
        for (call, effect) in group {
            let result = match effect {
                None => json!({"state": "left_out"}),
                Some(effect) if effect.taken_back => json!({"effect": effect.id, "state": "taken_back"}),
                Some(effect) if effect.state == EffectState::Done => {
                    let proposed =
                        approval.and_then(|approval| approval.effects.iter().find(|one| one.call == call.id));
                    if proposed.is_some_and(|proposed| proposed.payload != effect.payload) {
                        let to = effect.payload.recipients().join(", ");
                        let values = [("subject", effect.payload.title()), ("to", &to)];
                        notes.push(texts.approved_edited.say(language, &values));
                    }
                    result_of(effect)
                }
                Some(effect) => {
                    let error = self.why_not_sent(effect, ended(EffectState::Done), group.len());
                    events.push(tool_done(call, Err(error.detail.clone())));
                    failed.push((call, error));
                    continue;
                }
            };
            events.push(tool_done(call, Ok(result.clone())));
            let effect = effect.as_ref().is_some_and(|effect| effect.state == EffectState::Done);
            let note = (!notes.is_empty()).then(|| notes.join("\n\n"));
            notes.clear();
            self.machine.on_result(
                &self.app.skills,
                call,
                CallOutcome { result, effect, note, ..CallOutcome::default() },
            );
        }
        // What can't be known ends the run, so it is said first.
        failed.sort_by_key(|(_, error)| error.kind != RunErrorKind::EffectUnknown);
        for (call, error) in failed {
            self.machine.fail(Some(call), error);
        }
        if taken_back > 0 && taken_back + excluded == group.len() {
            self.machine.cancel(texts.taken_back.in_language(language).to_owned());
        }
        self.save(Step::with_events(events)).await
    }

    fn why_not_sent(&self, effect: &Effect, sent: usize, all: usize) -> RunError {
        let (texts, language) = (&self.app.texts, self.machine.language());
        let channel = channels::of(effect.payload.kind());
        let (to, ChannelTexts { failed, unknown, .. }) = (channel.label(&effect.payload), channel.texts(texts));
        if effect.state == EffectState::Unknown {
            return RunError { kind: RunErrorKind::EffectUnknown, detail: unknown.say(language, &[("to", &to)]) };
        }
        let reason = effect.error.clone().unwrap_or_default();
        let values = [("to", to), ("reason", reason), ("sent", sent.to_string()), ("all", all.to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let text = if all == 1 { failed } else { &texts.mails_failed };
        RunError { kind: RunErrorKind::ToolFailed, detail: text.say(language, &values) }
    }
}

/// What skills and models see of what was sent.
pub(super) fn result_of(effect: &Effect) -> Value {
    json!({"effect": effect.id, "state": effect.state.code(), "to": effect.payload.to().join(", ")})
}
