//! Making calls: the gate first, then the tool, then the effect it may want. Calls that are made at once are stored together.

use futures_util::future::join_all;
use mezzofy_agent::calls::Toolbox;
use mezzofy_agent::model::leave_out_nul;
use mezzofy_agent::run::{Call, Called};
use mezzofy_agent::tool::{Context, Outcome, Output, ToolError};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::Id;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_store::people;
use serde_json::Value;

use super::step::Step;
use super::{Stuck, Work, mail};

impl Work<'_> {
    /// Makes these calls at once and stores what came of them.
    pub(super) async fn call(&mut self, calls: Vec<Call>) -> Result<(), Stuck> {
        let started = calls.iter().flat_map(|call| {
            let progress = EventBody::Progress { text: self.progress(call) };
            [progress, EventBody::ToolStarted { name: call.tool.clone(), inputs: call.input.clone() }]
        });
        self.save(Step::telling(started.collect::<Vec<_>>())).await?;

        let mut tx = self.begin().await?;
        // The person's role may have changed since the last call.
        self.person = people::get(&mut tx, self.person.id).await?.ok_or(Stuck::Overtaken)?;
        drop(tx);
        let making = join_all(calls.iter().map(|call| self.output(call)));
        let effect = calls.iter().any(|call| self.is_effect(call));
        let outputs = if effect { Some(making.await) } else { self.unless_stopped(making).await? };
        let Some(outputs) = outputs else {
            self.stop_working();
            return self.save(Step::default()).await;
        };

        let (mut files, mut events) = (Vec::new(), Vec::new());
        for (call, output) in calls.iter().zip(outputs) {
            let mut output = output?;
            if let Ok(output) = &mut output {
                leave_out_nul(&mut output.result);
            }
            events.push(EventBody::ToolDone {
                name: call.tool.clone(),
                inputs: call.input.clone(),
                ok: output.is_ok(),
                error: output.as_ref().err().map(|error| error.detail.clone()),
                result: output.as_ref().map_or(Value::Null, |output| output.result.clone()),
            });
            match output {
                Ok(mut output) => {
                    let shown = self.shorten(call, &mut output).await?;
                    events
                        .extend(output.files.iter().map(|file| EventBody::FileReady { file: file.attachment.clone() }));
                    let effect = self.is_effect(call);
                    let Output { result, keep, files: made } = output;
                    files.extend(made);
                    self.machine.called(&self.app.skills, call, Called { result, shown, keep, effect });
                }
                Err(error) => self.machine.failed(Some(call), error),
            }
        }
        self.save(Step::making(files, events)).await
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

    async fn output(&self, call: &Call) -> Result<Result<Output, RunError>, Stuck> {
        let language = self.machine.language();
        let Some(tool) = self.app.tools.get(&call.tool) else {
            return Ok(Err(self.internal(&format!("there is no tool {}", call.tool))));
        };
        let title = self
            .machine
            .skill()
            .and_then(|name| self.app.skills.get(name))
            .map(|skill| skill.title.in_language(language));
        let title = title.unwrap_or(tool.spec().name);
        if let Err(refusal) = self.app.gate().admit_tool(&self.person, tool.spec(), title, language) {
            self.tool_refused(&call.tool, &refusal).await?;
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
            Err(error) => Err(ToolError::Tell(error)),
        };
        match called {
            Ok(Outcome::Done(output)) => Ok(Ok(output)),
            Ok(Outcome::Send(mail)) => match self.app.gate().admit_mail(&mail, language) {
                Ok(()) => mail::send(self, call, mail).await,
                Err(refusal) => {
                    self.tool_refused(&call.tool, &refusal).await?;
                    Ok(Err(refusal))
                }
            },
            Err(ToolError::Tell(detail)) => Ok(Err(RunError { kind: RunErrorKind::ToolFailed, detail })),
            Err(ToolError::Abort(cause)) => Ok(Err(self.internal(&cause))),
            Err(ToolError::Retry(cause)) => Err(Stuck::Retry(cause)),
        }
    }

    /// What a model reads instead of a long result, which becomes one of the files that the call made.
    async fn shorten(&self, call: &Call, output: &mut Output) -> Result<Option<String>, Stuck> {
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
        let pretty = serde_json::to_vec_pretty(&output.result).map_err(|error| Stuck::Retry(error.to_string()))?;
        let (bytes, sha256) = (pretty.len() as u64, self.app.files.put(pretty).await?);
        let now = self.app.clock.now();
        let id = Id::new(now);
        let name = format!("{}-{}.json", call.tool, call.id);
        let media_type = "application/json".to_owned();
        let attachment = Attachment { id, name: name.clone(), media_type, size: bytes, sha256 };
        output.files.push(File { attachment, owner: self.person.id, run: Some(self.run.id), created_at: now });
        Ok(Some(format!(
            "The result has {size} bytes; all of it is in the file {name} (id {id}): read on with file_search. It begins:\n{preview}"
        )))
    }
}
