//! Effects, from what a run wants to what was sent: effects that come together are looked at together, so that a person sees
//! all of them in one approval. Nothing is asked of a provider before its row is stored, and nothing is held meanwhile: a run
//! that waits for a decision, or for the end of the time in which a mail can be taken back, lies in the database.

use std::collections::BTreeMap;
use std::time::Instant;

use mezzofy_agent::gate::Coverage;
use mezzofy_agent::planner::{NO_PRODUCTS, Request};
use mezzofy_agent::run::{Call, CallOutcome, ScheduledRequest};
use mezzofy_agent::sources::MailContext;
use mezzofy_agent::tool::Outcome;
use mezzofy_domain::approval::{ApprovalState, ProposedEffect};
use mezzofy_domain::effect::Payload;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_domain::standing::reservation;
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{Tx, approvals, commit, files, people, standing_approvals};

use super::calls::tool_done;
use super::run_worker::{RunWorker, StepError};
use super::settlement::result_of;
use super::step::Step;
use crate::channels;
use crate::effects::{HourlyLimit, check_hourly_limit, held_until, idempotency_key, new_effect};
use crate::failpoint;

/// A call and what it wants to send.
struct EffectRequest {
    call: Call,
    payload: Payload,
    hash: String,
}

impl RunWorker<'_> {
    /// Moves effects that come together on as far as it goes now; answers whether the run goes on at once.
    pub(super) async fn advance_effects(&mut self, calls: Vec<Call>) -> Result<bool, StepError> {
        self.refresh_person().await?;
        let mut tx = self.begin().await?;
        let approval = match calls.first() {
            Some(first) => approvals::of_call(&mut tx, self.run.id, &first.id).await?,
            None => None,
        };
        let keys: Vec<String> = calls.iter().map(|call| idempotency_key(self.run.id, &call.id)).collect();
        let stored = effects::of_keys(&mut tx, &keys).await?;
        drop(tx);
        let mut stored: BTreeMap<String, Effect> =
            stored.into_iter().map(|effect| (effect.idempotency_key.clone(), effect)).collect();
        let Some(approval) = approval else {
            let of_call = |call: Call| {
                let effect = stored.remove(&idempotency_key(self.run.id, &call.id))?;
                Some((call, Some(effect)))
            };
            let known: Vec<_> = calls.iter().cloned().map_while(of_call).collect();
            return if known.is_empty() { self.propose(calls).await } else { self.settle_effects(known, None).await };
        };
        match approval.state {
            ApprovalState::Approved => {
                let of_approval = |call: &Call| approval.effects.iter().any(|proposed| proposed.call == call.id);
                let with_effect = |call: Call| {
                    let effect = stored.remove(&idempotency_key(self.run.id, &call.id));
                    (call, effect)
                };
                let group = calls.into_iter().filter(of_approval).map(with_effect).collect();
                self.settle_effects(group, Some(&approval)).await
            }
            ApprovalState::Pending => {
                self.decide(&approval, ApprovalState::Expired).await?;
                Ok(true)
            }
            ApprovalState::Expired => {
                let detail = self.app.texts.approval_expired.in_language(self.machine.language()).to_owned();
                self.machine.fail(None, RunError { kind: RunErrorKind::ApprovalExpired, detail });
                Ok(true)
            }
            ApprovalState::Rejected => {
                let reason = approval.reason.as_deref().unwrap_or_default();
                let text = self.app.texts.approval_rejected.say(self.machine.language(), &[("reason", reason)]);
                self.machine.cancel(text.trim().to_owned());
                Ok(true)
            }
        }
    }

    /// Looks at what the calls want, and stores it: as effects that may go, or as an approval that somebody must give.
    async fn propose(&mut self, calls: Vec<Call>) -> Result<bool, StepError> {
        self.save(Step::with_events(self.started(&calls))).await?;
        let Some(requests) = self.effect_requests(calls).await? else { return Ok(true) };
        let started_at = Instant::now();
        let language = self.machine.language();
        let mut tx = self.begin().await?;
        let payloads = requests.iter().map(|request| &request.payload);
        if let Err(over) = check_hourly_limit(self.app, &mut tx, self.person.id, payloads).await? {
            drop(tx);
            let HourlyLimit { kind, limit, sent, wanted: more, after } = over;
            let after = after.with_timezone(&self.app.zone).format("%H:%M").to_string();
            let values = [
                ("limit", limit.to_string()),
                ("sent", sent.to_string()),
                ("wanted", more.to_string()),
                ("after", after),
            ];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            let text = channels::of(kind).texts(&self.app.texts).too_many;
            let detail = text.say(language, &values);
            let events: Vec<_> = requests.iter().map(|request| tool_done(&request.call, Err(detail.clone()))).collect();
            self.machine.fail(None, RunError { kind: RunErrorKind::LimitReached, detail });
            self.save(Step::with_events(events)).await?;
            return Ok(true);
        }
        let external = !self.app.gate().external_recipients(requests.iter().map(|request| &request.payload)).is_empty();
        let standing = if external { self.find_standing_approval(&mut tx, &requests).await? } else { None };
        let reservation = standing.and_then(|_| self.reservation());
        let standing = standing.filter(|_| reservation.is_none());
        // What stays inside goes as the run wants it, as long as the run has read nothing from outside.
        let undecided = if external || self.machine.sources().any_outside() {
            let proposed = self.with_origins(&mut tx, &requests).await?;
            let places = self.machine.sources().places(&self.app.texts, language);
            let covered = Coverage { standing: standing.is_some(), reservation: reservation.as_deref() };
            let why = self.app.gate().approval_reason(&proposed, covered, &places, language);
            why.map(|why| (proposed, why))
        } else {
            None
        };
        self.add_gate_time(started_at);
        self.log_gate_time(requests.len());
        if let Some((proposed, why)) = undecided {
            drop(tx);
            return self.ask_approval(proposed, why).await;
        }
        let now = self.app.clock.now();
        let held_until = held_until(self.app, requests.iter().map(|request| &request.payload), now);
        let mut group = Vec::new();
        for EffectRequest { call, payload, .. } in requests {
            let effect = new_effect(self.app, self.person.id, self.run.id, &call.id, payload)
                .map_err(|error| StepError::Retry(error.to_string()))?;
            let effect = Effect { standing_approval: standing, held_until, ..effect };
            effects::intend(&mut tx, &effect).await?;
            group.push((call, Some(effect)));
        }
        commit(tx).await?;
        failpoint::hit("effect.intended");
        self.settle_effects(group, None).await
    }

    /// What the calls want, as far as it is new: a call whose payload was sent in this run already is answered with that, and
    /// one that wants the very payload of a call before it comes later. `None` when calls were answered or failed instead.
    async fn effect_requests(&mut self, calls: Vec<Call>) -> Result<Option<Vec<EffectRequest>>, StepError> {
        let (mut requests, mut failed): (Vec<EffectRequest>, Vec<(Call, RunError)>) = (Vec::new(), Vec::new());
        for call in calls {
            match self.invoke_tool(&call).await? {
                Ok(Outcome::Send(payload)) => {
                    let hash = payload.payload_hash().map_err(|error| StepError::Retry(error.to_string()))?;
                    requests.push(EffectRequest { call, payload, hash });
                }
                Ok(Outcome::Done(_)) => {
                    let error = self.internal(&format!("{} has an effect and sends nothing", call.tool));
                    failed.push((call, error));
                }
                Err(error) => failed.push((call, error)),
            }
        }
        if !failed.is_empty() {
            let events: Vec<_> =
                failed.iter().map(|(call, error)| tool_done(call, Err(error.detail.clone()))).collect();
            for (call, error) in failed {
                self.machine.fail(Some(&call), error);
            }
            self.save(Step::with_events(events)).await?;
            return Ok(None);
        }
        let mut tx = self.begin().await?;
        let mut new: Vec<EffectRequest> = Vec::new();
        for one in requests {
            // A model that asks for the very same again in one run wants it sent, not sent twice.
            let sent = effects::done_in_run(&mut tx, self.run.id, &one.hash).await?;
            match sent {
                Some(sent) if new.is_empty() => {
                    drop(tx);
                    let result = result_of(&sent);
                    let event = tool_done(&one.call, Ok(result.clone()));
                    self.machine.on_result(
                        &self.app.skills,
                        &one.call,
                        CallOutcome { result, effect: true, ..CallOutcome::default() },
                    );
                    self.save(Step::with_events([event])).await?;
                    return Ok(None);
                }
                Some(_) => break,
                None if new.iter().any(|other| other.hash == one.hash) => break,
                None => new.push(one),
            }
        }
        Ok(Some(new))
    }

    async fn with_origins(&self, tx: &mut Tx, requests: &[EffectRequest]) -> Result<Vec<ProposedEffect>, StepError> {
        let app = self.app;
        let people = people::all(tx).await?;
        let own_words = self.machine.own_words();
        let mut requested = app.planner.requested_recipients(&Request {
            texts: &own_words,
            open: None,
            me: &self.person,
            people: &people,
            today: app.clock.today(app.zone),
            latest_month: None,
            allowed: &[],
            products: &NO_PRODUCTS,
        });
        requested.extend(self.machine.scheduled_request().map(ScheduledRequest::recipients).unwrap_or_default());
        let named = |channel: &&String| own_words.iter().any(|words| app.planner.names_channel(words, channel));
        requested.extend(app.company.channels.keys().filter(named).cloned());
        let colleagues: Vec<String> =
            people.iter().filter(|person| !person.disabled).map(|person| person.email.clone()).collect();
        let mut proposed = Vec::new();
        for EffectRequest { call, payload, .. } in requests {
            let mut attached = Vec::new();
            for attachment in payload.attachments() {
                attached.extend(files::get(tx, self.person.id, attachment.id).await?);
            }
            let context = MailContext {
                own_words: &own_words,
                requested: &requested,
                colleagues: &colleagues,
                files: &attached,
                run: self.run.id,
                after_outside: call.after_outside,
                today: app.clock.today(app.zone),
                company: &app.company,
                department: self.person.department,
                texts: &app.texts,
                language: self.machine.language(),
                defences: app.defences,
            };
            let origin = self.machine.sources().origin(payload, &context);
            proposed.push(ProposedEffect { call: call.id.clone(), payload: payload.clone(), origin });
        }
        Ok(proposed)
    }

    /// What the person is told of mails that left under a standing approval.
    pub(super) async fn standing_note(&self, sent: &[&Effect]) -> Result<Option<String>, StepError> {
        let count = sent.iter().filter(|effect| effect.standing_approval.is_some()).count();
        let Some((skill, id)) = self.machine.skill().zip(sent.iter().find_map(|effect| effect.standing_approval))
        else {
            return Ok(None);
        };
        let mut tx = self.begin().await?;
        let all = standing_approvals::for_skill(&mut tx, self.person.department, skill).await?;
        // One that was ended meanwhile is found no more.
        let Some(approval) = all.into_iter().find(|approval| approval.id == id) else { return Ok(None) };
        let owner = people::get(&mut tx, approval.owner).await?.map(|owner| owner.name).unwrap_or_default();
        let language = self.machine.language();
        let title = self.app.skills.get(skill).map_or(skill, |skill| skill.title.in_language(language));
        let (count, limit) = (count.to_string(), approval.limit_a_day.to_string());
        let values = [("count", count.as_str()), ("owner", &owner), ("skill", title), ("limit", &limit)];
        Ok(Some(self.app.texts.sent_under_standing.say(language, &values)))
    }

    /// The word by which the person holds something back, so that no yes given ahead is theirs. An event and a schedule that names
    /// its skill have no words of a person.
    fn reservation(&self) -> Option<String> {
        let skill_named = self.machine.scheduled_request().is_some_and(|request| request.skill.is_some());
        let spoken = self.machine.event().is_none() && !skill_named;
        self.machine.texts().iter().filter(|_| spoken).find_map(|text| reservation(text))
    }

    /// The standing approval that covers all of these mails and has room for them today.
    async fn find_standing_approval(
        &self,
        tx: &mut Tx,
        requests: &[EffectRequest],
    ) -> Result<Option<Id<id::StandingApproval>>, StepError> {
        let Some(skill) = self.machine.skill() else { return Ok(None) };
        let since = self.app.midnight();
        for approval in standing_approvals::for_skill(tx, self.person.department, skill).await? {
            let covers = |request: &EffectRequest| {
                let planned = !request.call.after_outside;
                planned && request.call.step().is_some_and(|step| approval.covers(step, &request.payload))
            };
            if !requests.iter().all(covers) {
                continue;
            }
            let used = standing_approvals::used_since(tx, approval.id, since).await?;
            let more = u32::try_from(requests.len()).unwrap_or(u32::MAX);
            if used.saturating_add(more) <= approval.limit_a_day {
                return Ok(Some(approval.id));
            }
        }
        Ok(None)
    }
}
