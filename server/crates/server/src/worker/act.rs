//! Effects, from what a run wants to what was sent: effects that come together are looked at together, so that a person sees
//! all of them in one approval. Nothing is asked of a provider before its row is stored, and nothing is held meanwhile: a run
//! that waits for a decision, or for the end of the time in which a mail can be taken back, lies in the database.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_agent::planner::Request;
use mezzofy_agent::run::{Call, Called};
use mezzofy_agent::sources::Around;
use mezzofy_agent::tool::Outcome;
use mezzofy_domain::approval::{self, ApprovalState, Proposed, WAITS};
use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::effect::{EffectKind, EffectState, Mail};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::file::File;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_store::approvals::{self, Approval, Decision};
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{Tx, audit, commit, events, files, people, standing_approvals};
use serde_json::{Value, json};

use super::calls::done;
use super::step::{Step, deed_of};
use super::{Stuck, Work, mail};
use crate::app::Parts;
use crate::crash;

/// The time in which a person's mails are counted.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// The idempotency key of a call's effect.
pub(crate) fn key(run: Id<id::Run>, call: &str) -> String {
    format!("{run}/{call}")
}

/// When a mail that is stored now may leave: later, if any that goes with it leaves the company.
pub(crate) fn held_until<'m>(
    app: &Parts,
    mails: impl IntoIterator<Item = &'m Mail>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let leaving = !app.gate().leaving(mails).is_empty();
    let seconds = if leaving { app.hold.leaving } else { app.hold.inside };
    (seconds > 0).then(|| now + TimeDelta::seconds(seconds.into()))
}

/// How many mails a person may still send in this hour, and after when one more.
pub(crate) async fn mails_left(
    app: &Parts,
    tx: &mut Tx,
    person: Id<id::Person>,
    wanted: usize,
) -> Result<Result<(), TooMany>, mezzofy_store::StoreError> {
    let limit = usize::try_from(app.limits.mails_an_hour).unwrap_or(usize::MAX);
    let sent = effects::mails_since(tx, person, app.clock.now() - HOUR).await?;
    let over = (sent.len() + wanted).saturating_sub(limit);
    if over == 0 {
        return Ok(Ok(()));
    }
    // So many of the oldest must be an hour old.
    let after = sent.get(over - 1).map_or_else(|| app.clock.now() + HOUR, |at| *at + HOUR);
    Ok(Err(TooMany { limit, sent: sent.len(), after }))
}

/// A person has sent as many mails as an hour allows.
pub(crate) struct TooMany {
    pub(crate) limit: usize,
    pub(crate) sent: usize,
    /// When as many as are wanted may be sent, if so many may be at all.
    pub(crate) after: DateTime<Utc>,
}

/// A call and the mail it wants.
struct Wanted {
    call: Call,
    mail: Mail,
    hash: String,
}

impl Work<'_> {
    /// Moves effects that come together on as far as it goes now; answers whether the run goes on at once.
    pub(super) async fn act(&mut self, calls: Vec<Call>) -> Result<bool, Stuck> {
        self.refresh_person().await?;
        let mut tx = self.begin().await?;
        let asked = match calls.first() {
            Some(first) => approvals::of_call(&mut tx, self.run.id, &first.id).await?,
            None => None,
        };
        let keys: Vec<String> = calls.iter().map(|call| key(self.run.id, &call.id)).collect();
        let stored = effects::of_keys(&mut tx, &keys).await?;
        drop(tx);
        let mut stored: BTreeMap<String, Effect> =
            stored.into_iter().map(|effect| (effect.idempotency_key.clone(), effect)).collect();
        let Some(approval) = asked else {
            let of_call = |call: Call| {
                let effect = stored.remove(&key(self.run.id, &call.id))?;
                Some((call, Some(effect)))
            };
            let begun: Vec<_> = calls.iter().cloned().map_while(of_call).collect();
            return if begun.is_empty() { self.propose(calls).await } else { self.carry_out(begun, None).await };
        };
        match approval.state {
            ApprovalState::Approved => {
                let of_approval = |call: &Call| approval.effects.iter().any(|proposed| proposed.call == call.id);
                let with_effect = |call: Call| {
                    let effect = stored.remove(&key(self.run.id, &call.id));
                    (call, effect)
                };
                let group = calls.into_iter().filter(of_approval).map(with_effect).collect();
                self.carry_out(group, Some(&approval)).await
            }
            ApprovalState::Pending => {
                self.decide(&approval, ApprovalState::Expired).await?;
                Ok(true)
            }
            ApprovalState::Expired => {
                let detail = self.app.texts.approval_expired.in_language(self.machine.language()).to_owned();
                self.machine.failed(None, RunError { kind: RunErrorKind::ApprovalExpired, detail });
                Ok(true)
            }
            ApprovalState::Rejected => {
                let reason = approval.reason.as_deref().unwrap_or_default();
                let text = self.app.texts.approval_rejected.say(self.machine.language(), &[("reason", reason)]);
                self.machine.cancelled(text.trim().to_owned());
                Ok(true)
            }
        }
    }

    /// Looks at what the calls want, and stores it: as effects that may go, or as an approval that somebody must give.
    async fn propose(&mut self, calls: Vec<Call>) -> Result<bool, Stuck> {
        self.save(Step::telling(self.started(&calls))).await?;
        let Some(wanted) = self.wanted(calls).await? else { return Ok(true) };
        let mut tx = self.begin().await?;
        let people = people::all(&mut tx).await?;
        drop(tx);
        let proposed = self.with_origins(&wanted, &people).await?;
        let language = self.machine.language();
        let places = self.machine.sources().places(&self.app.texts, language);

        let mut tx = self.begin().await?;
        let left = mails_left(self.app, &mut tx, self.person.id, wanted.len()).await?;
        if let Err(TooMany { limit, sent, after }) = left {
            drop(tx);
            let after = after.with_timezone(&self.app.zone).format("%H:%M").to_string();
            let values = [
                ("limit", limit.to_string()),
                ("sent", sent.to_string()),
                ("wanted", wanted.len().to_string()),
                ("after", after),
            ];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            let detail = self.app.texts.too_many_mails.say(language, &values);
            let events: Vec<_> = wanted.iter().map(|wanted| done(&wanted.call, Err(detail.clone()))).collect();
            self.machine.failed(None, RunError { kind: RunErrorKind::LimitReached, detail });
            self.save(Step::telling(events)).await?;
            return Ok(true);
        }
        let standing = self.standing(&mut tx, &wanted).await?;
        if let Some(why) = self.app.gate().why_decide(&proposed, standing.is_some(), &places, language) {
            drop(tx);
            return self.ask_approval(proposed, why).await;
        }
        let now = self.app.clock.now();
        let held_until = held_until(self.app, wanted.iter().map(|wanted| &wanted.mail), now);
        let mut group = Vec::new();
        for Wanted { call, mail, hash } in wanted {
            let effect = Effect { standing_approval: standing, held_until, ..self.effect(&call.id, mail, hash, now) };
            effects::intend(&mut tx, &effect).await?;
            group.push((call, Some(effect)));
        }
        commit(tx).await?;
        crash::point("effect.intended");
        self.carry_out(group, None).await
    }

    /// What the calls want, as far as it is new: a call whose mail was sent in this run already is answered with that, and one
    /// that wants the very mail of a call before it comes later. `None` when calls were answered or failed instead.
    async fn wanted(&mut self, calls: Vec<Call>) -> Result<Option<Vec<Wanted>>, Stuck> {
        let (mut wanted, mut failed): (Vec<Wanted>, Vec<(Call, RunError)>) = (Vec::new(), Vec::new());
        for call in calls {
            match self.outcome(&call).await? {
                Ok(Outcome::Send(mail)) => {
                    let hash = mail.payload_hash().map_err(|error| Stuck::Retry(error.to_string()))?;
                    wanted.push(Wanted { call, mail, hash });
                }
                Ok(Outcome::Done(_)) => {
                    let error = self.internal(&format!("{} has an effect and sends nothing", call.tool));
                    failed.push((call, error));
                }
                Err(error) => failed.push((call, error)),
            }
        }
        if !failed.is_empty() {
            let events: Vec<_> = failed.iter().map(|(call, error)| done(call, Err(error.detail.clone()))).collect();
            for (call, error) in failed {
                self.machine.failed(Some(&call), error);
            }
            self.save(Step::telling(events)).await?;
            return Ok(None);
        }
        let mut tx = self.begin().await?;
        let mut new: Vec<Wanted> = Vec::new();
        for one in wanted {
            // A model that asks for the very same mail again in one run wants it sent, not sent twice.
            let sent = effects::done_in_run(&mut tx, self.run.id, &one.hash).await?;
            match sent {
                Some(sent) if new.is_empty() => {
                    drop(tx);
                    let result = result_of(&sent);
                    let event = done(&one.call, Ok(result.clone()));
                    self.machine.called(
                        &self.app.skills,
                        &one.call,
                        Called { result, effect: true, ..Called::default() },
                    );
                    self.save(Step::telling([event])).await?;
                    return Ok(None);
                }
                Some(_) => break,
                None if new.iter().any(|other| other.hash == one.hash) => break,
                None => new.push(one),
            }
        }
        Ok(Some(new))
    }

    async fn with_origins(&self, wanted: &[Wanted], people: &[Person]) -> Result<Vec<Proposed>, Stuck> {
        let app = self.app;
        let asked = app.planner.asked_recipients(&Request {
            texts: self.machine.texts(),
            open: None,
            me: &self.person,
            people,
            today: app.clock.today(app.zone),
            latest_month: None,
            allowed: &[],
        });
        let colleagues: Vec<String> =
            people.iter().filter(|person| !person.disabled).map(|person| person.email.clone()).collect();
        let mut proposed = Vec::new();
        for Wanted { call, mail, .. } in wanted {
            let files = self.attached(mail).await?;
            let around = Around {
                said: self.machine.texts(),
                asked: &asked,
                colleagues: &colleagues,
                files: &files,
                run: self.run.id,
                company: &app.company,
                texts: &app.texts,
                language: self.machine.language(),
                defences: app.defences,
            };
            let origin = self.machine.sources().origin(mail, &around);
            proposed.push(Proposed { call: call.id.clone(), payload: mail.clone(), origin });
        }
        Ok(proposed)
    }

    async fn attached(&self, mail: &Mail) -> Result<Vec<File>, Stuck> {
        let mut tx = self.begin().await?;
        let mut found = Vec::new();
        for attachment in &mail.attachments {
            found.extend(files::get(&mut tx, self.person.id, attachment.id).await?);
        }
        Ok(found)
    }

    /// The standing approval that covers all of these mails and has room for them today.
    async fn standing(&self, tx: &mut Tx, wanted: &[Wanted]) -> Result<Option<Id<id::StandingApproval>>, Stuck> {
        let Some(skill) = self.machine.skill() else { return Ok(None) };
        let since = self.app.midnight();
        for approval in standing_approvals::for_skill(tx, self.person.department, skill).await? {
            let covers = |wanted: &Wanted| wanted.call.step().is_some_and(|step| approval.covers(step, &wanted.mail));
            if !wanted.iter().all(covers) {
                continue;
            }
            let used = standing_approvals::used_since(tx, approval.id, since).await?;
            let more = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
            if used.saturating_add(more) <= approval.limit_a_day {
                return Ok(Some(approval.id));
            }
        }
        Ok(None)
    }

    async fn ask_approval(&mut self, effects: Vec<Proposed>, why: String) -> Result<bool, Stuck> {
        let (texts, language, now) = (&self.app.texts, self.machine.language(), self.app.clock.now());
        let payloads = || effects.iter().map(|proposed| &proposed.payload);
        let recipients = approval::recipients(payloads());
        let payload_hash = approval::payloads_hash(payloads()).map_err(|error| Stuck::Retry(error.to_string()))?;
        let expires_at = now + WAITS;
        let first = effects.first().map(|proposed| &proposed.payload);
        let (subject, to) = first.map_or_else(Default::default, |mail| (mail.subject.clone(), mail.to.join(", ")));
        let until = expires_at.with_timezone(&self.app.zone).format("%Y-%m-%d %H:%M").to_string();
        let (mails, many) = (effects.len().to_string(), recipients.to_string());
        let values = [
            ("subject", subject.as_str()),
            ("to", &to),
            ("why", &why),
            ("until", &until),
            ("mails", &mails),
            ("recipients", &many),
        ];
        let (summary, text) = if effects.len() == 1 {
            (&texts.approval_summary, &texts.approval_of_one)
        } else {
            (&texts.approval_summary_of_several, &texts.approval_of_several)
        };
        let approval = Approval {
            id: self.app.new_id(),
            person: self.person.id,
            department: self.person.department,
            run: self.run.id,
            conversation: self.run.conversation,
            call: effects.first().map(|proposed| proposed.call.clone()).unwrap_or_default(),
            state: ApprovalState::Pending,
            summary: summary.say(language, &values),
            recipients,
            payload_hash,
            approved: None,
            created_at: now,
            expires_at,
            decided_at: None,
            decided_by: None,
            reason: None,
            effects,
            why: why.clone(),
        };
        let text = text.say(language, &values);
        self.machine.park(approval.id);
        self.save(Step::asking(approval, text)).await?;
        Ok(false)
    }

    fn effect(&self, call: &str, mail: Mail, payload_hash: String, now: DateTime<Utc>) -> Effect {
        Effect {
            id: self.app.new_id(),
            person: self.person.id,
            run: self.run.id,
            kind: EffectKind::Mail,
            state: EffectState::Intended,
            idempotency_key: key(self.run.id, call),
            payload_hash,
            mail,
            walk: None,
            error: None,
            approval: None,
            standing_approval: None,
            held_until: None,
            taken_back: false,
            created_at: now,
            done_at: None,
        }
    }

    /// Brings effects to their ends, or rests until they may leave. A call without effect was left out of the approval.
    async fn carry_out(
        &mut self,
        mut group: Vec<(Call, Option<Effect>)>,
        approval: Option<&Approval>,
    ) -> Result<bool, Stuck> {
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
            self.save(Step::resting(vec![EventBody::Progress { text }], *until)).await?;
            return Ok(false);
        }
        if let Some(tool) = group.first().and_then(|(call, _)| self.app.tools.get(&call.tool)) {
            let open = group.iter().any(|(_, effect)| effect.as_ref().is_some_and(|effect| !effect.state.has_ended()));
            if open && let Err(refusal) = self.admit(tool.spec()).await? {
                // What may be on its way already is still brought to its end.
                for effect in group.iter_mut().filter_map(|(_, effect)| effect.as_mut()) {
                    if effect.state == EffectState::Attempting {
                        mail::carry_out(self, effect).await?;
                    }
                }
                self.call_off().await?;
                self.machine.failed(None, refusal);
                return Ok(true);
            }
        }
        for (_, effect) in &mut group {
            if let Some(effect) = effect {
                mail::carry_out(self, effect).await?;
            }
        }
        self.note_ends(&group, approval).await?;
        Ok(true)
    }

    /// Gives the machine what came of each call.
    async fn note_ends(&mut self, group: &[(Call, Option<Effect>)], approval: Option<&Approval>) -> Result<(), Stuck> {
        let ended =
            |state| group.iter().filter(|(_, effect)| effect.as_ref().is_some_and(|it| it.state == state)).count();
        let taken_back = group.iter().filter(|(_, effect)| effect.as_ref().is_some_and(|it| it.taken_back)).count();
        let left_out = group.iter().filter(|(_, effect)| effect.is_none()).count();
        let (texts, language) = (&self.app.texts, self.machine.language());
        let mut events = Vec::new();
        let mut failed = Vec::new();
        let mut notes = Vec::new();
        for (count, text) in [(left_out, &texts.approved_fewer), (taken_back, &texts.taken_back_some)] {
            if count > 0 {
                notes.push(text.say(language, &[("count", &count.to_string())]));
            }
        }
        for (call, effect) in group {
            let result = match effect {
                None => json!({"state": "left_out"}),
                Some(effect) if effect.taken_back => json!({"effect": effect.id, "state": "taken_back"}),
                Some(effect) if effect.state == EffectState::Done => {
                    let proposed =
                        approval.and_then(|approval| approval.effects.iter().find(|one| one.call == call.id));
                    if proposed.is_some_and(|proposed| proposed.payload != effect.mail) {
                        let to = effect.mail.recipients().collect::<Vec<_>>().join(", ");
                        let values = [("subject", effect.mail.subject.as_str()), ("to", &to)];
                        notes.push(texts.approved_edited.say(language, &values));
                    }
                    result_of(effect)
                }
                Some(effect) => {
                    let error = self.why_not_sent(effect, ended(EffectState::Done), group.len());
                    events.push(done(call, Err(error.detail.clone())));
                    failed.push((call, error));
                    continue;
                }
            };
            events.push(done(call, Ok(result.clone())));
            let effect = effect.as_ref().is_some_and(|effect| effect.state == EffectState::Done);
            let note = (!notes.is_empty()).then(|| notes.join("\n\n"));
            notes.clear();
            self.machine.called(&self.app.skills, call, Called { result, effect, note, ..Called::default() });
        }
        // What can't be known ends the run, so it is said first.
        failed.sort_by_key(|(_, error)| error.kind != RunErrorKind::EffectUnknown);
        for (call, error) in failed {
            self.machine.failed(Some(call), error);
        }
        if taken_back > 0 && taken_back + left_out == group.len() {
            self.machine.cancelled(texts.taken_back.in_language(language).to_owned());
        }
        self.save(Step::telling(events)).await
    }

    fn why_not_sent(&self, effect: &Effect, sent: usize, all: usize) -> RunError {
        let (texts, language) = (&self.app.texts, self.machine.language());
        let to = effect.mail.to.join(", ");
        if effect.state == EffectState::Unknown {
            return RunError {
                kind: RunErrorKind::EffectUnknown,
                detail: texts.mail_unknown.say(language, &[("to", &to)]),
            };
        }
        let reason = effect.error.clone().unwrap_or_default();
        let values = [("to", to), ("reason", reason), ("sent", sent.to_string()), ("all", all.to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let text = if all == 1 { &texts.mail_failed } else { &texts.mails_failed };
        RunError { kind: RunErrorKind::ToolFailed, detail: text.say(language, &values) }
    }

    /// Takes back what has not left, and ends the wait for a decision.
    pub(super) async fn call_off(&mut self) -> Result<(), Stuck> {
        let mut tx = self.begin().await?;
        let pending = approvals::pending_of_run(&mut tx, self.run.id).await?;
        let reason = self.app.texts.taken_back_effect.in_language(self.machine.language());
        let who = Who::Person(self.person.id);
        for effect in effects::take_back_all(&mut tx, self.run.id, reason).await? {
            let deed = Deed::EffectTakenBack { effect, run: self.run.id };
            audit::append(&mut tx, self.app.clock.now(), who, &deed).await?;
        }
        commit(tx).await?;
        match pending {
            Some(approval) => self.decide(&approval, ApprovalState::Rejected).await,
            None => Ok(()),
        }
    }

    /// Notes that nobody decided in time, or that the run is over before anybody did.
    async fn decide(&mut self, approval: &Approval, state: ApprovalState) -> Result<(), Stuck> {
        let now = self.app.clock.now();
        let by = (state == ApprovalState::Rejected).then_some(self.person.id);
        let payload_hash = approval.payload_hash.as_str();
        // That nobody decided in time is noted as nobody's doing, which the person's own transaction can't.
        let mut tx = if by.is_some() { self.begin().await? } else { self.app.store.begin().await? };
        let decision = Decision { state, by, reason: None, approved: None, payload_hash, now };
        if approvals::decide(&mut tx, approval.id, &decision).await? {
            let event = EventBody::ApprovalDecided { approval_id: approval.id, state };
            events::append(&mut tx, self.run.person, self.run.id, &[event], now).await?;
            let who = by.map_or(Who::System, Who::Person);
            audit::append(&mut tx, now, who, &deed_of(approval, state)).await?;
        }
        commit(tx).await?;
        Ok(())
    }
}

/// What skills and models see of a mail that was sent.
fn result_of(effect: &Effect) -> Value {
    json!({"effect": effect.id, "state": effect.state.code(), "to": effect.mail.to.join(", ")})
}
