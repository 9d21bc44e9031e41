//! Works on runs: does what the run machine says, and stores the run after every step together with what the step told.
//! Any process may die at any moment; another goes on from the last stored step.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use mezzofy_agent::run::{End, Next, Run as Machine};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::run::{RunError, RunErrorKind, RunState, WaitingFor};
use mezzofy_store::runs::Run;
use mezzofy_store::{StoreError, Tx, approvals, commit, effects, jobs, model_calls, people, runs};

use crate::app::{App, Parts};

mod act;
mod approve;
mod ask;
mod attached;
mod audit;
mod calendar;
mod calls;
mod effect;
mod ends;
mod limits;
mod mail;
mod route;
mod schedule;
mod speech;
mod step;
mod teams;
mod wake;

pub(crate) use act::{held_until, key, room_for};
pub use schedule::{begin_due, schedule};
use step::Step;
pub(crate) use step::deed_of;
pub use wake::wake;

/// How long a worker rests after the queue failed it, and the first time that a job can't be done.
const REST: Duration = Duration::from_secs(1);
/// Each time that it can't be done again it is twice as long, so often at most: who waits is served soon after the trouble is over.
const DOUBLED: usize = 3;
/// After this the other worker at an effect has ended with it, or is dead and taken for it: longer than the queue needs to see that.
const ANOTHERS: TimeDelta = TimeDelta::seconds(12);

/// Why a run could not be moved on.
#[derive(Debug, thiserror::Error)]
enum Stuck {
    /// Another worker has moved it on; this one lets go.
    #[error("another worker has the run")]
    Overtaken,
    /// Another worker is at an effect of it. The other may know an older version of the run, and let go when it stores its step.
    #[error("another worker is at an effect of the run")]
    AtAnother,
    /// The database or the storage is not well; the job is tried again.
    #[error("{0}")]
    Retry(String),
}

impl From<StoreError> for Stuck {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overtaken => Self::Overtaken,
            other => Self::Retry(other.to_string()),
        }
    }
}

/// Works on jobs until the server stops; a queue that fails is taken up again.
pub async fn work(app: App) {
    while !app.stop.is_cancelled() {
        let name = format!("worker-{}", uuid::Uuid::new_v4());
        let handling = app.clone();
        let stop = app.stop.clone();
        let worked = jobs::work(
            &app.store,
            &name,
            app.limits.runs_at_once,
            async move { stop.cancelled().await },
            move |run, tries| {
                let app = handling.clone();
                async move { move_on(&app, run, tries).await }
            },
        );
        if let Err(error) = worked.await {
            tracing::warn!(error, "the queue failed and is taken up again");
            app.stop.run_until_cancelled(tokio::time::sleep(REST)).await;
        }
    }
}

/// Moves a run on until it ends or waits. `tries` is how often its job was tried before.
async fn move_on(app: &Parts, id: Id<id::Run>, tries: usize) -> Result<(), jobs::Retry> {
    let moved = match AssertUnwindSafe(carry_out(app, id)).catch_unwind().await {
        Ok(moved) => moved,
        // What is in memory of the run is gone, as after a crash of the process; what is stored is whole.
        Err(_) => give_up(app, id).await,
    };
    match moved {
        Ok(()) | Err(Stuck::Overtaken | Stuck::AtAnother) => Ok(()),
        Err(Stuck::Retry(reason)) => {
            tracing::warn!(run = %id, error = reason, "a run could not be moved on and is tried again");
            let rest = REST * (1 << tries.min(DOUBLED));
            app.stop.run_until_cancelled(tokio::time::sleep(rest)).await;
            Err(jobs::Retry(reason))
        }
    }
}

async fn carry_out(app: &Parts, id: Id<id::Run>) -> Result<(), Stuck> {
    let mut tx = app.store.begin().await?;
    let Some(run) = runs::load(&mut tx, id).await? else { return Ok(()) };
    let person = people::get(&mut tx, run.person).await?;
    let Some(person) = person.filter(|_| !run.state.has_ended()) else { return Ok(()) };
    drop(tx);
    if run.state == RunState::Queued && !run.cancel_asked {
        let mut tx = app.store.begin_as(&app.scope(&person)).await?;
        let begun = runs::begin(&mut tx, id, person.id, app.limits.runs_a_person, app.clock.now()).await?;
        commit(tx).await?;
        if !begun {
            return Ok(());
        }
    }
    if run.state == RunState::Waiting && !run.cancel_asked && !decided(app, &run).await? {
        return Ok(());
    }
    let mut work = match serde_json::from_value(run.machine.clone()) {
        Ok(machine) => Work { app, run, machine, person, spoken: None, in_gate: AtomicU64::new(0) },
        Err(error) => {
            // Stored by a version that this one does not understand: it can only be ended.
            let mut work = Work {
                app,
                machine: Machine::new(String::new(), &person),
                run,
                person,
                spoken: None,
                in_gate: AtomicU64::new(0),
            };
            let error = work.internal(&error.to_string());
            work.machine.failed(None, error);
            work
        }
    };
    work.machine.resumed();
    if matches!(work.run.state, RunState::Queued | RunState::Waiting) && !work.run.cancel_asked {
        let (state, waiting_for) = (RunState::Running, None);
        (work.run.state, work.run.waiting_for) = (state, waiting_for);
        work.save(Step::telling([EventBody::RunState { state, waiting_for }])).await?;
    }
    work.lose_open_calls().await?;
    work.go_on().await
}

/// Ends a run in which the program has failed: it would fail again, and others must go on. An effect that may be on its way is brought to
/// its end first, by another try.
async fn give_up(app: &Parts, id: Id<id::Run>) -> Result<(), Stuck> {
    let mut tx = app.store.begin().await?;
    let Some(run) = runs::load(&mut tx, id).await?.filter(|run| !run.state.has_ended()) else { return Ok(()) };
    let acting = effects::any_attempting(&mut tx, id).await?;
    let person = people::get(&mut tx, run.person).await?;
    drop(tx);
    let Some(person) = person else { return Ok(()) };
    if acting {
        return Err(Stuck::Retry("the program failed while an effect may be on its way".to_owned()));
    }
    let machine = serde_json::from_value(run.machine.clone()).unwrap_or_else(|_| Machine::new(String::new(), &person));
    let mut work = Work { app, run, machine, person, spoken: None, in_gate: AtomicU64::new(0) };
    work.call_off().await?;
    let error = work.internal("the program failed in it");
    work.machine.failed(None, error);
    work.go_on().await
}

/// Whether what a run waits for is there: a decision on its approval, or the end of the time for one.
async fn decided(app: &Parts, run: &Run) -> Result<bool, Stuck> {
    if run.waiting_for != Some(WaitingFor::Approval) {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    let pending = approvals::pending_of_run(&mut tx, run.id).await?;
    Ok(pending.is_none_or(|approval| approval.expires_at <= app.clock.now()))
}

/// A run in a worker's hands.
struct Work<'a> {
    app: &'a Parts,
    run: Run,
    machine: Machine,
    person: Person,
    /// The message that the newest reply's text was streamed as.
    spoken: Option<Id<id::Message>>,
    /// Nanoseconds that the calls at hand have spent in the gate.
    in_gate: AtomicU64,
}

impl Work<'_> {
    /// Goes on until the run ends or waits. Where another worker is at an effect of it, whoever has moved the run on last looks again when
    /// that one must have ended: both would let go otherwise.
    async fn go_on(&mut self) -> Result<(), Stuck> {
        let stopped = loop {
            match self.step().await {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(stuck) => break stuck,
            }
        };
        if matches!(stopped, Stuck::AtAnother) {
            let mut tx = self.begin().await?;
            runs::look_again(&mut tx, &self.run, self.app.clock.now() + ANOTHERS).await?;
            commit(tx).await?;
        }
        Err(stopped)
    }

    /// Does one step and stores it; answers whether there is another one.
    async fn step(&mut self) -> Result<bool, Stuck> {
        if self.cancel_asked().await? && !self.machine.state().0.has_ended() && !self.is_acting().await? {
            self.stop_working().await?;
        }
        match self.machine.next(&self.app.skills) {
            Ok(Next::Ask) => {
                self.ask().await?;
                Ok(true)
            }
            Ok(Next::Calls(calls)) => self.call(calls).await,
            Ok(Next::Wait(question)) => {
                let step = Step::saying(question.text.clone(), question.choices.clone());
                self.save(step).await?;
                Ok(false)
            }
            Ok(Next::Done(end)) => {
                let text = match end {
                    End::Answered(text) | End::Cancelled(text) => text.clone(),
                    End::Failed(error) => error.detail.clone(),
                };
                self.save(Step::saying(text, Vec::new())).await?;
                Ok(false)
            }
            Err(error) => {
                let error = self.internal(&error.to_string());
                self.machine.failed(None, error);
                Ok(true)
            }
        }
    }

    /// Begins a transaction that acts as the person the run is for.
    async fn begin(&self) -> Result<Tx, StoreError> {
        self.app.store.begin_as(&self.app.scope(&self.person)).await
    }

    async fn cancel_asked(&self) -> Result<bool, Stuck> {
        let mut tx = self.begin().await?;
        Ok(runs::cancel_asked(&mut tx, self.run.id).await?)
    }

    /// Whether an effect may be on its way: it is brought to its end before the run is stopped.
    async fn is_acting(&self) -> Result<bool, Stuck> {
        let mut tx = self.app.store.begin().await?;
        Ok(effects::any_attempting(&mut tx, self.run.id).await?)
    }

    /// Ends the run because the person said so; what has not left does not leave.
    async fn stop_working(&mut self) -> Result<(), Stuck> {
        self.call_off().await?;
        let text = self.app.texts.cancelled.in_language(self.machine.language()).to_owned();
        self.machine.cancelled(text);
        Ok(())
    }

    /// Money that a dead worker reserved counts as spent: the provider may have done the work.
    async fn lose_open_calls(&self) -> Result<(), Stuck> {
        if !self.app.models.any() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        model_calls::lose_open(&mut tx, self.run.id, self.app.clock.now()).await?;
        Ok(commit(tx).await?)
    }

    /// A fault of ours: the cause goes to the log, the person gets the run's number.
    fn internal(&self, cause: &str) -> RunError {
        tracing::error!(run = %self.run.id, error = cause, "a run failed");
        let detail = self.app.texts.internal.say(self.machine.language(), &[("run", &self.run.id.to_string())]);
        RunError { kind: RunErrorKind::Internal, detail }
    }
}
