//! Making calls: the gate first, then the tool. Calls that are made at once are stored together.

use std::sync::atomic::Ordering;
use std::time::Instant;

use futures_util::future::join_all;
use mezzofy_agent::defences::Defence;
use mezzofy_agent::model::leave_out_nul;
use mezzofy_agent::own_words::OwnWords;
use mezzofy_agent::run::{Call, CallOutcome, Question};
use mezzofy_agent::sources::Provenance;
use mezzofy_agent::tool::{Change, Context, Outcome, Output, ToolError, ToolSpec, listed};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::Id;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_domain::trust::Trust;
use mezzofy_store::people;
use serde_json::Value;

use super::run_worker::{RunWorker, StepError};
use super::step::Step;

impl RunWorker<'_> {
    /// Makes these calls and stores what came of them; answers whether the run goes on now.
    pub(super) async fn call(&mut self, calls: Vec<Call>) -> Result<bool, StepError> {
        if calls.iter().any(|call| self.is_effect(call)) {
            return self.advance_effects(calls).await;
        }
        let started_at = Instant::now();
        let withheld = self.withhold_for_consent(&calls).await?;
        self.add_gate_time(started_at);
        if !withheld {
            self.make_calls(calls).await?;
        }
        Ok(true)
    }

    /// Makes calls without effect at once.
    async fn make_calls(&mut self, calls: Vec<Call>) -> Result<(), StepError> {
        self.save(Step::with_events(self.started(&calls))).await?;
        self.refresh_person().await?;
        let count = calls.len();
        let making = join_all(calls.iter().map(|call| self.output(call)));
        let Some(outputs) = self.unless_cancelled(making).await? else {
            self.cancel_run().await?;
            return self.save(Step::default()).await;
        };

        self.log_gate_time(count);
        let (mut files, mut events) = (Vec::new(), Vec::new());
        for (call, output) in calls.iter().zip(outputs) {
            let mut output = output?;
            if let Ok(output) = &mut output {
                leave_out_nul(&mut output.result);
            }
            let result = output.as_ref().map(|output| output.result.clone());
            events.push(tool_done(call, result.map_err(|error| error.detail.clone())));
            match output {
                Ok(mut output) => {
                    self.record_source(call, &output);
                    let model_text = self.shorten(call, &mut output).await?;
                    events
                        .extend(output.files.iter().map(|file| EventBody::FileReady { file: file.attachment.clone() }));
                    if !call.is_of_skill() {
                        output.files.iter().for_each(|file| self.machine.add_file(file.attachment.id, &call.input));
                    }
                    let Output { result, keep, files: made, .. } = output;
                    files.extend(made);
                    self.machine.on_result(
                        &self.app.skills,
                        call,
                        CallOutcome { result, model_text, keep, ..CallOutcome::default() },
                    );
                }
                Err(error) => self.machine.fail(Some(call), error),
            }
        }
        self.save(Step::with_files(files, events)).await
    }

    /// Remembers who stands behind a result.
    fn record_source(&mut self, call: &Call, output: &Output) {
        let trust = if self.app.defences.on(Defence::Results) { output.trust } else { Trust::Company };
        let place = output.place.clone().unwrap_or_else(|| Provenance::Tool(call.tool.clone()));
        self.machine.add_source(trust, place, &output.result.to_string());
    }

    /// Lets those calls wait for the person's yes that text from outside may have asked for: what changes our data, and what takes
    /// a value that text from outside may not choose, unless the person said it themselves.
    async fn withhold_for_consent(&mut self, calls: &[Call]) -> Result<bool, StepError> {
        if !self.app.defences.on(Defence::Queries) {
            return Ok(false);
        }
        let language = self.machine.language();
        let places = self.machine.sources().places(&self.app.texts, language);
        let texts = self.machine.own_words();
        let said = OwnWords { texts: &texts, today: self.app.clock.today(self.app.zone) };
        let mut withheld = false;
        for call in calls.iter().filter(|call| call.after_outside && !call.consented) {
            let guarded = match self.guarded(call).await? {
                Ok(guarded) => guarded,
                Err(error) => {
                    self.machine.fail(Some(call), error);
                    withheld = true;
                    continue;
                }
            };
            if guarded.values.iter().all(|value| said.hold(value)) {
                continue;
            }
            let texts = &self.app.texts;
            withheld = true;
            if call.is_of_skill() {
                // Whoever called the skill is told; a step of it can't wait for a yes.
                let detail = texts.not_from_outside.say(language, &[("places", &places)]);
                self.machine.fail(Some(call), RunError { kind: RunErrorKind::NotPossible, detail });
                continue;
            }
            let shown = format!("\n\n```\n{}\n```", guarded.text.replace("```", "ʼʼʼ"));
            let values = [("tool", call.tool.as_str()), ("places", &places), ("value", &shown)];
            let text = texts.may_i.say(language, &values);
            let choices = [&texts.yes, &texts.no].map(|text| text.in_language(language).to_owned()).to_vec();
            self.machine.await_consent(call, Question { text, choices });
        }
        Ok(withheld)
    }

    /// What text from outside may not choose of a call, and how the call is shown to the person who is asked.
    async fn guarded(&self, call: &Call) -> Result<Result<Change, RunError>, StepError> {
        let mut guarded = Change { text: listed(&call.input), values: Vec::new() };
        let Some(tool) = self.app.tools.get(&call.tool) else { return Ok(Ok(guarded)) };
        guarded.values.extend(tool.spec().fixed.iter().filter_map(|name| call.input.get(*name)).cloned());
        if call.is_of_skill() || self.app.tools.check(&call.tool, &call.input).is_err() {
            return Ok(Ok(guarded));
        }
        match tool.change(self.context(call, None), &call.input).await {
            Ok(change) => Ok(Ok(change.unwrap_or(guarded))),
            Err(error) => self.tool_failure(error).map(Err),
        }
    }

    /// What a call is made in.
    fn context<'a>(&'a self, call: &'a Call, facts: Option<&'a [String]>) -> Context<'a> {
        Context {
            person: &self.person,
            run: self.run.id,
            call: &call.id,
            language: self.machine.language(),
            now: self.app.clock.now(),
            kept: self.machine.retained(),
            facts,
            outside: self.machine.sources().any_outside(),
        }
    }

    /// The events that tell of the begin of calls.
    pub(super) fn started(&self, calls: &[Call]) -> Vec<EventBody> {
        let started = calls.iter().flat_map(|call| {
            let progress = EventBody::Progress { text: self.progress(call) };
            [progress, EventBody::ToolStarted { name: call.tool.clone(), inputs: call.input.clone() }]
        });
        started.collect()
    }

    /// Reads the person anew: the role may have changed since the last call.
    pub(super) async fn refresh_person(&mut self) -> Result<(), StepError> {
        let started_at = Instant::now();
        // One statement is a transaction by itself, and the directory is everybody's to read.
        let mut connection = self.app.store.connection().await?;
        self.person = people::get(&mut connection, self.person.id).await?.ok_or(StepError::LostLease)?;
        drop(connection);
        self.add_gate_time(started_at);
        Ok(())
    }

    /// Counts the time since then as spent in the gate.
    pub(super) fn add_gate_time(&self, started_at: Instant) {
        let nanos = u64::try_from(started_at.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.in_gate.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Tells in the log what so many calls have spent in the gate; `make bench` reads it.
    pub(super) fn log_gate_time(&self, calls: usize) {
        let nanos = self.in_gate.swap(0, Ordering::Relaxed);
        tracing::debug!(target: "mezzofy::gate", calls, nanos, "passed");
    }

    fn is_effect(&self, call: &Call) -> bool {
        self.app.tools.spec(&call.tool).is_some_and(|spec| spec.effect)
    }

    fn progress(&self, call: &Call) -> String {
        let text = || {
            let text = self.app.tool_texts.get(&call.tool)?;
            Some(text.progress.in_language(self.machine.language()).to_owned())
        };
        call.progress.clone().or_else(text).unwrap_or_else(|| call.tool.clone())
    }

    async fn output(&self, call: &Call) -> Result<Result<Output, RunError>, StepError> {
        Ok(match self.invoke_tool(call).await? {
            Ok(Outcome::Done(output)) => Ok(output),
            Ok(Outcome::Send(_)) => Err(self.internal(&format!("{} sends though it is no effect", call.tool))),
            Err(error) => Err(error),
        })
    }

    /// Passes the first part of the gate and asks the tool.
    #[tracing::instrument(name = "tool", skip_all, fields(tool = call.tool, call = call.id))]
    pub(super) async fn invoke_tool(&self, call: &Call) -> Result<Result<Outcome, RunError>, StepError> {
        let Some(tool) = self.app.tools.get(&call.tool) else {
            return Ok(Err(self.internal(&format!("there is no tool {}", call.tool))));
        };
        let started_at = Instant::now();
        let admitted = self.authorize_tool(tool.spec()).await?;
        self.add_gate_time(started_at);
        if let Err(refusal) = admitted {
            return Ok(Err(refusal));
        }
        let facts = (!call.is_of_skill()).then(|| self.machine.facts());
        let context = self.context(call, facts.as_deref());
        let called = match self.app.tools.check(&call.tool, &call.input) {
            Ok(()) => tool.call(context, call.input.clone()).await,
            Err(error) => Err(ToolError::Tell(error)),
        };
        match called {
            Ok(outcome) => Ok(Ok(outcome)),
            Err(error) => self.tool_failure(error).map(Err),
        }
    }

    /// What the run is told of a call that gave nothing.
    fn tool_failure(&self, error: ToolError) -> Result<RunError, StepError> {
        match error {
            ToolError::Tell(detail) => Ok(RunError { kind: RunErrorKind::ToolFailed, detail }),
            ToolError::Abort(cause) => Ok(self.internal(&cause)),
            ToolError::Retry(cause) => Err(StepError::Retry(cause)),
            ToolError::Outage(cause) => Err(StepError::Outage(cause)),
        }
    }

    /// Whether the person's role allows a tool now; a refusal is noted.
    pub(super) async fn authorize_tool(&self, tool: &ToolSpec) -> Result<Result<(), RunError>, StepError> {
        let language = self.machine.language();
        let title = self
            .machine
            .skill()
            .and_then(|name| self.app.skills.get(name))
            .map(|skill| skill.title.in_language(language));
        let admitted = self.app.gate().authorize_tool(&self.person, tool, title.unwrap_or(tool.name), language);
        if let Err(refusal) = &admitted {
            self.audit_refused_tool(tool.name, refusal).await?;
        }
        Ok(admitted)
    }

    /// What a model reads instead of a long result, which becomes one of the files that the call made.
    async fn shorten(&self, call: &Call, output: &mut Output) -> Result<Option<String>, StepError> {
        if call.is_of_skill() {
            return Ok(None);
        }
        let text = output.result.to_string();
        let limits = self.app.models.settings().result_preview;
        if text.len() <= limits.above {
            return Ok(None);
        }
        let preview = text.floor_char_boundary(limits.shown);
        let (size, preview) = (text.len(), text[..preview].to_owned());
        let pretty = serde_json::to_vec_pretty(&output.result).map_err(|error| StepError::Retry(error.to_string()))?;
        let (bytes, sha256) = (pretty.len() as u64, self.app.files.put(pretty).await?);
        let now = self.app.clock.now();
        let id = Id::new(now);
        let name = format!("{}-{}.json", call.tool, call.id);
        let media_type = "application/json".to_owned();
        let attachment = Attachment { id, name: name.clone(), media_type, size: bytes, sha256 };
        let (owner, run) = (self.person.id, Some(self.run.id));
        output.files.push(File { attachment, owner, run, trust: output.trust, created_at: now });
        Ok(Some(format!(
            "The result has {size} bytes; all of it is in the file {name} (id {id}): read on with file_search. It begins:\n{preview}"
        )))
    }
}

/// The event that tells what came of a call: its result, or why there is none.
pub(super) fn tool_done(call: &Call, result: Result<Value, String>) -> EventBody {
    let (name, inputs, ok) = (call.tool.clone(), call.input.clone(), result.is_ok());
    let (result, error) = result.map_or_else(|error| (Value::Null, Some(error)), |result| (result, None));
    EventBody::ToolDone { name, inputs, ok, error, result }
}
