//! A run in a worker's hands: does what the run machine says, and stores the run after every step together with what the step told.

use std::sync::atomic::AtomicU64;

use chrono::TimeDelta;
use mezzofy_agent::run::{NextAction, RunEnd, RunMachine};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::run::{RunError, RunErrorKind, RunState, WaitingFor};
use mezzofy_store::runs::Run;
use mezzofy_store::{StoreError, Tx, approvals, commit, effects, model_calls, people, runs};

use super::step::Step;
use crate::app::AppState;
use crate::channels::checkpoint::CheckpointError;

/// Why a run could not be moved on.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    /// Another worker has moved it on; this one lets go.
    #[error("another worker has the run")]
    LostLease,
    /// Another worker is at an effect of it. The other may know an older version of the run, and let go when it stores its step.
    #[error("another worker is at an effect of the run")]
    Contended,
    /// The database or the storage is not well, or refuses the step; it is tried again, [`MAX_TRIES`] times in all.
    #[error("{0}")]
    Retry(String),
    /// The server stops, or a disk is full; the job is tried again until that is over.
    #[error("{0}")]
    Outage(String),
}

impl From<CheckpointError> for StepError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Contended => Self::Contended,
            CheckpointError::Retry(cause) => Self::Retry(cause),
        }
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LostLease => Self::LostLease,
            full if full.is_disk_full() => Self::Outage(full.to_string()),
            other => Self::Retry(other.to_string()),
        }
    }
}

/// Tries of one step, over all workers and crashes; then its run ends.
const MAX_TRIES: u32 = 5;

/// After this the other worker at an effect has ended with it, or is dead and taken for it: longer than the queue needs to see that.
const CONTENDED_DELAY: TimeDelta = TimeDelta::seconds(12);

/// Moves a run on until it ends or waits.
pub(super) async fn advance_run(app: &AppState, id: Id<id::Run>) -> Result<(), StepError> {
    let mut tx = app.store.begin().await?;
    let Some(run) = runs::load(&mut tx, id).await? else { return Ok(()) };
    let person = people::get(&mut tx, run.person).await?;
    let Some(person) = person.filter(|_| !run.state.has_ended()) else { return Ok(()) };
    drop(tx);
    if run.state == RunState::Queued && !run.cancel_asked {
        let mut tx = app.store.begin_as(&app.scope(&person)).await?;
        let begun = runs::start(&mut tx, id, person.id, app.limits.runs_a_person, app.clock.now()).await?;
        commit(tx).await?;
        if !begun {
            return Ok(());
        }
    }
    if run.state == RunState::Waiting && !run.cancel_asked && !is_decided(app, &run).await? {
        return Ok(());
    }
    let mut work = match serde_json::from_value(run.machine.clone()) {
        Ok(machine) => RunWorker { app, run, machine, person, streamed_message: None, in_gate: AtomicU64::new(0) },
        Err(error) => {
            // Stored by a version that this one does not understand: it can only be ended.
            let mut work = RunWorker {
                app,
                machine: RunMachine::new(String::new(), &person),
                run,
                person,
                streamed_message: None,
                in_gate: AtomicU64::new(0),
            };
            let error = work.internal(&error.to_string());
            work.machine.fail(None, error);
            work
        }
    };
    work.machine.resume();
    if matches!(work.run.state, RunState::Queued | RunState::Waiting) && !work.run.cancel_asked {
        let (state, waiting_for) = (RunState::Running, None);
        (work.run.state, work.run.waiting_for) = (state, waiting_for);
        work.save(Step::with_events([EventBody::RunState { state, waiting_for }])).await?;
    }
    work.write_off_open_calls().await?;
    work.drive().await
}

/// Ends a run in which the program has failed: it would fail again, and others must go on. An effect that may be on its way is brought to
/// its end first, by another try.
pub(super) async fn fail_run(app: &AppState, id: Id<id::Run>) -> Result<(), StepError> {
    let mut tx = app.store.begin().await?;
    let Some(run) = runs::load(&mut tx, id).await?.filter(|run| !run.state.has_ended()) else { return Ok(()) };
    let acting = effects::any_attempting(&mut tx, id).await?;
    let person = people::get(&mut tx, run.person).await?;
    drop(tx);
    let Some(person) = person else { return Ok(()) };
    if acting {
        return Err(StepError::Retry("the program failed while an effect may be on its way".to_owned()));
    }
    let machine =
        serde_json::from_value(run.machine.clone()).unwrap_or_else(|_| RunMachine::new(String::new(), &person));
    let mut work = RunWorker { app, run, machine, person, streamed_message: None, in_gate: AtomicU64::new(0) };
    work.undo_effects().await?;
    let error = work.internal("the program failed in it");
    work.machine.fail(None, error);
    work.drive().await
}

/// Counts a failed try of a step with the run itself, so that no crash forgets it, and ends a run whose step was tried often enough; an effect
/// that may be on its way is brought to its end first. Answers whether there is another try. While the database is away nothing is counted.
pub(super) async fn count_failed_try(app: &AppState, id: Id<id::Run>) -> Result<bool, StepError> {
    let mut tx = app.store.begin().await?;
    let Some(run) = runs::load(&mut tx, id).await?.filter(|run| !run.state.has_ended()) else { return Ok(false) };
    let acting = effects::any_attempting(&mut tx, id).await?;
    let person = people::get(&mut tx, run.person).await?;
    drop(tx);
    let Some(person) = person else { return Ok(false) };
    // One that has not begun has no step, and one that waits keeps the time at which it is woken.
    let machine = serde_json::from_value::<RunMachine>(run.machine.clone());
    let (RunState::Running, Ok(machine)) = (run.state, machine) else { return Ok(true) };
    let mut work = RunWorker { app, run, machine, person, streamed_message: None, in_gate: AtomicU64::new(0) };
    let tries = work.machine.count_failed_try();
    if tries < MAX_TRIES || acting {
        work.save(Step::default()).await?;
        return Ok(true);
    }
    tracing::error!(run = %id, tries, "a run is given up");
    work.undo_effects().await?;
    let values = [("tries", tries.to_string()), ("run", id.to_string())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let detail = app.texts.given_up.say(work.machine.language(), &values);
    work.machine.fail(None, RunError { kind: RunErrorKind::Internal, detail });
    work.drive().await?;
    Ok(false)
}

/// Whether what a run waits for is there: a decision on its approval, or the end of the time for one.
async fn is_decided(app: &AppState, run: &Run) -> Result<bool, StepError> {
    if run.waiting_for != Some(WaitingFor::Approval) {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    let pending = approvals::pending_of_run(&mut tx, run.id).await?;
    Ok(pending.is_none_or(|approval| approval.expires_at <= app.clock.now()))
}

/// A run in a worker's hands.
pub(super) struct RunWorker<'a> {
    pub(super) app: &'a AppState,
    pub(super) run: Run,
    pub(super) machine: RunMachine,
    pub(super) person: Person,
    /// The message that the newest reply's text was streamed as.
    pub(super) streamed_message: Option<Id<id::Message>>,
    /// Nanoseconds that the calls at hand have spent in the gate.
    pub(super) in_gate: AtomicU64,
}

impl RunWorker<'_> {
    /// Goes on until the run ends or waits. Where another worker is at an effect of it, whoever has moved the run on last looks again when
    /// that one must have ended: both would let go otherwise.
    async fn drive(&mut self) -> Result<(), StepError> {
        let stopped = loop {
            match self.step().await {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(stuck) => break stuck,
            }
        };
        if matches!(stopped, StepError::Contended) {
            let mut tx = self.begin().await?;
            runs::requeue_at(&mut tx, &self.run, self.app.clock.now() + CONTENDED_DELAY).await?;
            commit(tx).await?;
        }
        Err(stopped)
    }

    /// Does one step and stores it; answers whether there is another one.
    #[tracing::instrument(name = "step", skip_all, fields(version = self.run.version))]
    async fn step(&mut self) -> Result<bool, StepError> {
        if self.cancellation_requested().await? && !self.machine.state().0.has_ended() && !self.is_acting().await? {
            self.cancel_run().await?;
        }
        match self.machine.next(&self.app.skills) {
            Ok(NextAction::RequestReply) => {
                self.next_turn().await?;
                Ok(true)
            }
            Ok(NextAction::Calls(calls)) => self.call(calls).await,
            Ok(NextAction::Wait(question)) => {
                let step = Step::with_message(question.text.clone(), question.choices.clone());
                self.save(step).await?;
                Ok(false)
            }
            Ok(NextAction::Done(end)) => {
                let text = match end {
                    RunEnd::Answered(text) | RunEnd::Cancelled(text) => text.clone(),
                    RunEnd::Failed(error) => error.detail.clone(),
                };
                self.save(Step::with_message(text, Vec::new())).await?;
                Ok(false)
            }
            Err(error) => {
                let error = self.internal(&error.to_string());
                self.machine.fail(None, error);
                Ok(true)
            }
        }
    }

    /// Begins a transaction that acts as the person the run is for.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        self.app.store.begin_as(&self.app.scope(&self.person)).await
    }

    pub(super) async fn cancellation_requested(&self) -> Result<bool, StepError> {
        let mut tx = self.begin().await?;
        Ok(runs::cancellation_requested(&mut tx, self.run.id).await?)
    }

    /// Whether an effect may be on its way: it is brought to its end before the run is stopped.
    pub(super) async fn is_acting(&self) -> Result<bool, StepError> {
        let mut tx = self.app.store.begin().await?;
        Ok(effects::any_attempting(&mut tx, self.run.id).await?)
    }

    /// Ends the run because the person said so; what has not left does not leave.
    pub(super) async fn cancel_run(&mut self) -> Result<(), StepError> {
        self.undo_effects().await?;
        let text = self.app.texts.cancelled.in_language(self.machine.language()).to_owned();
        self.machine.cancel(text);
        Ok(())
    }

    /// Money that a dead worker reserved counts as spent: the provider may have done the work.
    pub(super) async fn write_off_open_calls(&self) -> Result<(), StepError> {
        if !self.app.models.any() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        model_calls::write_off_open(&mut tx, self.run.id, self.app.clock.now()).await?;
        Ok(commit(tx).await?)
    }

    /// A fault of ours: the cause goes to the log, the person gets the run's number.
    pub(super) fn internal(&self, cause: &str) -> RunError {
        tracing::error!(run = %self.run.id, error = cause, "a run failed");
        let detail = self.app.texts.internal.say(self.machine.language(), &[("run", &self.run.id.to_string())]);
        RunError { kind: RunErrorKind::Internal, detail }
    }
}
