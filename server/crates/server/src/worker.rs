//! Works on runs: does what the run machine says, and stores the run after every step together with what the step told.
//! Any process may die at any moment; another goes on from the last stored step.

use std::time::Duration;

use mezzofy_agent::gate::Intent;
use mezzofy_agent::planner::{Plan, Request};
use mezzofy_agent::run::{Call, End, Next, Run as Machine};
use mezzofy_agent::skills::{SkillRun, SkillRunError};
use mezzofy_agent::tool::{Context, Outcome, Output, ToolError, ToolSpec};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::run::{RunError, RunErrorKind, RunState};
use mezzofy_store::runs::Run;
use mezzofy_store::{StoreError, jobs, ledger, people, runs};
use serde_json::Value;

use crate::app::{App, Parts};

mod mail;
mod step;

use step::Step;

/// How long a worker rests after the queue failed it.
const REST: Duration = Duration::from_secs(1);

/// Why a run could not be moved on.
#[derive(Debug, thiserror::Error)]
enum Stuck {
    /// Another worker has it; this one lets go.
    #[error("another worker has the run")]
    Overtaken,
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
        let worked =
            jobs::work(&app.store, &name, app.limits.runs_at_once, async move { stop.cancelled().await }, move |run| {
                let app = handling.clone();
                async move { move_on(&app, run).await }
            });
        if let Err(error) = worked.await {
            tracing::warn!(error, "the queue failed and is taken up again");
            app.stop.run_until_cancelled(tokio::time::sleep(REST)).await;
        }
    }
}

/// Moves a run on until it ends or waits.
async fn move_on(app: &Parts, id: Id<id::Run>) -> Result<(), jobs::Retry> {
    match carry_out(app, id).await {
        Ok(()) | Err(Stuck::Overtaken) => Ok(()),
        Err(Stuck::Retry(reason)) => {
            tracing::warn!(run = %id, error = reason, "a run could not be moved on and is tried again");
            app.stop.run_until_cancelled(tokio::time::sleep(REST)).await;
            Err(jobs::Retry(reason))
        }
    }
}

async fn carry_out(app: &Parts, id: Id<id::Run>) -> Result<(), Stuck> {
    let mut tx = app.store.begin().await?;
    let Some(run) = runs::load(&mut tx, id).await? else { return Ok(()) };
    let person = people::get(&mut tx, run.person).await?;
    drop(tx);
    let idle = run.state.has_ended() || (run.state == RunState::Waiting && !run.cancel_asked);
    let Some(person) = person.filter(|_| !idle) else { return Ok(()) };
    let mut work = match serde_json::from_value(run.machine.clone()) {
        Ok(machine) => Work { app, run, machine, person },
        Err(error) => {
            // Stored by a version that this one does not understand: it can only be ended.
            let mut work = Work { app, machine: Machine::new(String::new(), &person), run, person };
            let error = work.internal(&error.to_string());
            work.machine.failed(None, error);
            work
        }
    };
    if work.run.state == RunState::Queued {
        let (state, waiting_for) = (RunState::Running, None);
        work.run.state = state;
        work.save(Step::telling([EventBody::RunState { state, waiting_for }])).await?;
    }
    while work.step().await? {}
    Ok(())
}

/// A run in a worker's hands.
struct Work<'a> {
    app: &'a Parts,
    run: Run,
    machine: Machine,
    person: Person,
}

impl Work<'_> {
    /// Does one step and stores it; answers whether there is another one.
    async fn step(&mut self) -> Result<bool, Stuck> {
        if self.cancel_asked().await? && !self.machine.state().0.has_ended() {
            let text = self.app.texts.cancelled.in_language(self.machine.language()).to_owned();
            self.machine.cancelled(text);
        }
        match self.machine.next(&self.app.skills) {
            Ok(Next::Plan { texts, open }) => {
                let (texts, open) = (texts.to_vec(), open.cloned());
                let plan = self.plan(&texts, open.as_ref()).await?;
                let admitted = self.admitted(&plan);
                let today = self.app.clock.today(self.app.zone);
                self.machine.planned(plan, &self.person, today, admitted);
                self.save(Step::default()).await?;
                Ok(true)
            }
            Ok(Next::Call(call)) => {
                self.call(call).await?;
                Ok(true)
            }
            Ok(Next::Wait(open)) => {
                let choices = open.choices.iter().map(|choice| choice.label.clone()).collect();
                let step = Step::saying(open.question.clone(), choices);
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
                self.broken(None, &error);
                Ok(true)
            }
        }
    }

    async fn cancel_asked(&self) -> Result<bool, Stuck> {
        let mut tx = self.app.store.begin().await?;
        Ok(runs::cancel_asked(&mut tx, self.run.id).await?)
    }

    async fn plan(&self, texts: &[String], open: Option<&mezzofy_agent::planner::OpenQuestion>) -> Result<Plan, Stuck> {
        let today = self.app.clock.today(self.app.zone);
        let mut tx = self.app.store.begin().await?;
        let people = people::all(&mut tx).await?;
        let latest_month = ledger::latest_month(&mut tx, today).await?;
        drop(tx);
        let may = |name: &&str| self.app.roles.allows_skill(&self.person.role, name);
        let allowed: Vec<String> =
            self.app.skills.iter().map(|skill| skill.name.as_str()).filter(may).map(str::to_owned).collect();
        let request =
            Request { texts, open, me: &self.person, people: &people, today, latest_month, allowed: &allowed };
        Ok(self.app.planner.plan(&self.app.skills, &request))
    }

    /// What the gate says of a plan.
    fn admitted(&self, plan: &Plan) -> Result<(), RunError> {
        let Plan::Skill(plan) = plan else { return Ok(()) };
        let Some(skill) = self.app.skills.get(&plan.skill) else { return Ok(()) };
        let tools = SkillRun::new(plan.clone(), &self.person, self.app.clock.today(self.app.zone)).tools_ahead(skill);
        let specs: Vec<&ToolSpec> =
            tools.iter().filter_map(|name| self.app.tools.get(name)).map(|tool| tool.spec()).collect();
        let intent = Intent {
            skill: &plan.skill,
            title: skill.title.in_language(plan.language),
            tools: &specs,
            recipients: &plan.recipients(skill),
            language: plan.language,
        };
        self.app.gate().admit(&self.person, intent)
    }

    async fn call(&mut self, call: Call) -> Result<(), Stuck> {
        let started = EventBody::ToolStarted { name: call.tool.clone(), inputs: call.input.clone() };
        self.save(Step::telling([EventBody::Progress { text: call.progress.clone() }, started])).await?;
        match self.output(&call).await? {
            Ok(Output { result, keep, files }) => {
                let done = EventBody::ToolDone {
                    name: call.tool.clone(),
                    inputs: call.input.clone(),
                    ok: true,
                    error: None,
                    result: result.clone(),
                };
                let ready = files.iter().map(|file| EventBody::FileReady { file: file.attachment.clone() });
                let events = std::iter::once(done).chain(ready).collect();
                self.machine.called(&self.app.skills, &call, result, keep);
                self.save(Step::making(files, events)).await
            }
            Err(error) => {
                let done = EventBody::ToolDone {
                    name: call.tool.clone(),
                    inputs: call.input.clone(),
                    ok: false,
                    error: Some(error.detail.clone()),
                    result: Value::Null,
                };
                self.machine.failed(Some(&call), error);
                self.save(Step::telling([done])).await
            }
        }
    }

    /// Makes the call: the gate first, then the tool, then the mail it may want sent.
    async fn output(&mut self, call: &Call) -> Result<Result<Output, RunError>, Stuck> {
        let language = self.machine.language();
        let Some(tool) = self.app.tools.get(&call.tool) else {
            return Ok(Err(self.internal(&format!("there is no tool {}", call.tool))));
        };
        let mut tx = self.app.store.begin().await?;
        self.person = people::get(&mut tx, self.person.id).await?.ok_or(Stuck::Overtaken)?;
        drop(tx);
        let title = self
            .machine
            .skill()
            .and_then(|name| self.app.skills.get(name))
            .map(|skill| skill.title.in_language(language));
        if let Err(refusal) = self.app.gate().admit_tool(&self.person, tool.spec(), title.unwrap_or_default(), language)
        {
            return Ok(Err(refusal));
        }
        let context = Context {
            person: &self.person,
            run: self.run.id,
            call: &call.id,
            language,
            now: self.app.clock.now(),
            kept: self.machine.kept(),
        };
        let called = match self.app.tools.check(&call.tool, &call.input) {
            Ok(()) => tool.call(context, call.input.clone()).await,
            Err(error) => Err(error),
        };
        match called {
            Ok(Outcome::Done(output)) => Ok(Ok(output)),
            Ok(Outcome::Send(mail)) => match self.app.gate().admit_mail(&mail, language) {
                Ok(()) => mail::send(self, call, mail).await,
                Err(refusal) => Ok(Err(refusal)),
            },
            Err(ToolError::Tell(detail)) => Ok(Err(RunError { kind: RunErrorKind::ToolFailed, detail })),
            Err(ToolError::Abort(cause)) => Ok(Err(self.internal(&cause))),
            Err(ToolError::Retry(cause)) => Err(Stuck::Retry(cause)),
        }
    }

    /// A fault of ours: the cause goes to the log, the person gets the run's number.
    fn internal(&self, cause: &str) -> RunError {
        tracing::error!(run = %self.run.id, error = cause, "a run failed");
        let detail = self.app.texts.internal.say(self.machine.language(), &[("run", &self.run.id.to_string())]);
        RunError { kind: RunErrorKind::Internal, detail }
    }

    fn broken(&mut self, call: Option<&Call>, error: &SkillRunError) {
        let error = self.internal(&error.to_string());
        self.machine.failed(call, error);
    }
}
