//! Checks a skill against itself and against the tools, and builds it.

use mezzofy_domain::period::Period;
use serde_json::{Value, json};

use super::file::{self, Files};
use super::template::{Condition, Reference, Template};
use super::{Answer, Examples, Input, InputKind, Recognise, Skill, SkillProblem, Step, ToolShape};
use crate::planner::words::tokens;

mod schema;

/// Collects the problems of one skill.
struct Checker<'a> {
    files: &'a Files,
    tools: &'a [ToolShape],
    problems: Vec<SkillProblem>,
}

/// What may be referred to at some place of the steps.
#[derive(Clone, Copy)]
struct StepScope {
    /// How many steps are done by then.
    steps_done: usize,
    /// Inside `for_each`.
    item: bool,
}

/// Builds the skill, or says everything that is wrong with it.
pub(super) fn build(files: Files, tools: &[ToolShape]) -> Result<Skill, Vec<SkillProblem>> {
    let mut checker = Checker { files: &files, tools, problems: Vec::new() };
    checker.head();
    checker.recognise();
    let inputs = checker.inputs();
    let steps = checker.steps();
    let answers = checker.answers();
    let problems = checker.problems;
    if !problems.is_empty() {
        return Err(problems);
    }
    let file::Plan { title, summary, recognise, .. } = files.plan;
    let examples = recognise.examples.value;
    Ok(Skill {
        name: files.head.name.value,
        description: files.head.description.value,
        department: files.head.department,
        tools: files.head.tools.into_iter().map(|tool| tool.value).collect(),
        instructions: files.body,
        title,
        summary,
        examples: Examples { en: examples.en.clone(), zh: examples.zh.clone(), ms: examples.ms.clone() },
        inputs,
        recognise: Recognise {
            examples: examples.en.iter().chain(&examples.zh).chain(&examples.ms).map(|text| tokens(text)).collect(),
            subjects: recognise.subjects,
            hints: recognise.hints,
            against: recognise.against,
            recurring: recognise.recurring,
        },
        steps,
        answers,
    })
}

impl Checker<'_> {
    /// A problem in the front matter, whose first line is the second of the file.
    fn in_manual(&mut self, line: u64, reason: String) {
        self.problems.push(SkillProblem { file: self.files.manual.clone(), line: line + 1, reason });
    }

    fn in_steps(&mut self, line: u64, reason: String) {
        self.problems.push(SkillProblem { file: self.files.steps_file.clone(), line, reason });
    }

    fn tool(&self, name: &str) -> Option<&ToolShape> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    fn head(&mut self) {
        let files = self.files;
        let name = &files.head.name;
        if name.value != files.folder {
            let reason = format!(
                "the skill `{}` lies in the folder `{}`; the two names must be the same",
                name.value, files.folder
            );
            self.in_manual(name.referenced.line(), reason);
        }
        if files.head.description.value.trim().is_empty() {
            self.in_manual(files.head.description.referenced.line(), "the description is empty".to_owned());
        }
        for tool in &files.head.tools {
            if self.tool(&tool.value).is_none() {
                self.in_manual(tool.referenced.line(), format!("there is no tool `{}`", tool.value));
            }
        }
    }

    fn recognise(&mut self) {
        let examples = &self.files.plan.recognise.examples;
        for (language, list) in [("en", &examples.value.en), ("zh", &examples.value.zh)] {
            if list.is_empty() {
                self.in_steps(examples.referenced.line(), format!("there is no example for `{language}`"));
            }
        }
        if self.files.plan.recognise.subjects.is_empty() {
            self.in_steps(examples.referenced.line(), "`subjects` names nothing that the work is about".to_owned());
        }
    }

    fn inputs(&mut self) -> Vec<Input> {
        let files = self.files;
        let mut inputs: Vec<Input> = Vec::new();
        for input in &files.plan.inputs {
            let (name, line) = (&input.name.value, input.name.referenced.line());
            let alone = input.kind != InputKind::Flag;
            if inputs.iter().any(|other| other.name == *name || (alone && other.kind == input.kind)) {
                self.in_steps(line, format!("the input `{name}` has the name or the type of another"));
            }
            let asked = matches!(input.kind, InputKind::Period | InputKind::Person)
                || (input.required && input.default.is_none());
            if input.required && input.kind == InputKind::Event {
                self.in_steps(line, format!("the input `{name}` is an event, which nobody can be asked for"));
            }
            if asked && !matches!(input.kind, InputKind::Request | InputKind::Language) && input.ask.is_none() {
                self.in_steps(line, format!("the input `{name}` has no question in `ask`"));
            }
            if input.kind == InputKind::Format && input.choices.is_empty() {
                self.in_steps(line, format!("the input `{name}` names no format in `choices`"));
            }
            let wordy = match input.kind {
                InputKind::Flag => !input.words.is_empty(),
                InputKind::Person => true,
                _ => input.words.is_empty(),
            };
            if !wordy {
                self.in_steps(
                    line,
                    format!("the input `{name}` must name `words` if it is a flag, and may if it is a person"),
                );
            }
            if !input.needs.is_empty() && input.kind != InputKind::Event {
                self.in_steps(line, format!("the input `{name}` has `needs`, which only an event has"));
            }
            for flag in &input.unless {
                if !inputs.iter().any(|other| other.name == flag.value && other.kind == InputKind::Flag) {
                    let reason = format!("`{}` is no flag before the input `{name}`", flag.value);
                    self.in_steps(flag.referenced.line(), reason);
                }
            }
            if let Some(default) = &input.default {
                let fits = match input.kind {
                    InputKind::Period => {
                        ["latest", "month", "week"].contains(&default.value.as_str())
                            || default.value.parse::<Period>().is_ok()
                    }
                    InputKind::Format => input.choices.contains(&default.value),
                    InputKind::Count | InputKind::Duration => default.value.parse::<u32>().is_ok(),
                    InputKind::Industry | InputKind::Location => true,
                    InputKind::Person
                    | InputKind::Channel
                    | InputKind::Language
                    | InputKind::Company
                    | InputKind::Product
                    | InputKind::Flag
                    | InputKind::Moment
                    | InputKind::Topic
                    | InputKind::Event
                    | InputKind::Request => false,
                };
                if !fits {
                    self.in_steps(
                        default.referenced.line(),
                        format!("“{}” can't be the default of the input `{name}`", default.value),
                    );
                }
            }
            inputs.push(Input {
                name: name.clone(),
                kind: input.kind,
                required: input.required,
                default: input.default.as_ref().map(|default| default.value.clone()),
                choices: input.choices.clone(),
                ask: input.ask.clone(),
                words: input.words.clone(),
                needs: input.needs.clone(),
                unless: input.unless.iter().map(|flag| flag.value.clone()).collect(),
            });
        }
        inputs
    }

    fn steps(&mut self) -> Vec<Step> {
        let files = self.files;
        let mut steps = Vec::new();
        for (at, step) in files.plan.steps.iter().enumerate() {
            let before = StepScope { steps_done: at, item: step.for_each.is_some() };
            let after = StepScope { steps_done: at + 1, item: false };
            if files.plan.steps[..at].iter().any(|other| other.id.value == step.id.value) {
                self.in_steps(step.id.referenced.line(), format!("there are two steps `{}`", step.id.value));
            }
            let with = self.arguments(step, before);
            let progress = self.localised(&step.progress, before);
            let when = step.when.as_ref().and_then(|when| self.condition(when, StepScope { item: false, ..before }));
            let for_each =
                step.for_each.as_ref().and_then(|list| self.template(list, StepScope { item: false, ..before }));
            let stop = step
                .stop
                .as_ref()
                .and_then(|stop| self.condition(&stop.when, after).zip(self.localised(&stop.text, after)));
            if let Some(progress) = progress {
                steps.push(Step {
                    id: step.id.value.clone(),
                    tool: step.tool.value.clone(),
                    effect: self.tool(&step.tool.value).is_some_and(|tool| tool.effect),
                    progress,
                    when,
                    for_each,
                    with,
                    stop,
                });
            }
        }
        steps
    }

    fn arguments(&mut self, step: &file::Step, place: StepScope) -> Vec<(String, Template)> {
        let (name, line) = (&step.tool.value, step.tool.referenced.line());
        if !self.files.head.tools.iter().any(|tool| tool.value == *name) {
            self.in_steps(line, format!("the tool `{name}` is not listed in SKILL.md"));
        }
        let shape = self.tool(name).cloned();
        if shape.is_none() {
            self.in_steps(line, format!("there is no tool `{name}`"));
        }
        let mut with = Vec::new();
        for (argument, value) in &step.with {
            let Some(template) = self.template(value, place) else { continue };
            if let Some(shape) = &shape {
                match schema::property(&shape.input_schema, argument) {
                    None => self
                        .in_steps(value.referenced.line(), format!("the tool `{name}` has no argument `{argument}`")),
                    Some(property) => {
                        if let Err(reason) = self.fits(&template, &property, &shape.input_schema) {
                            self.in_steps(
                                value.referenced.line(),
                                format!("the argument `{argument}` of `{name}` {reason}"),
                            );
                        }
                    }
                }
            }
            with.push((argument.clone(), template));
        }
        let required = shape.as_ref().and_then(|shape| shape.input_schema.get("required")).and_then(Value::as_array);
        for argument in required.into_iter().flatten().filter_map(Value::as_str) {
            if !step.with.contains_key(argument) {
                self.in_steps(line, format!("the tool `{name}` needs the argument `{argument}`"));
            }
        }
        with
    }

    /// Whether a value can be what a schema asks for, as far as it is known before the run.
    fn fits(&self, template: &Template, wanted: &Value, root: &Value) -> Result<(), String> {
        if let Some(literal) = template.literal() {
            return schema::accepts(wanted, root, &literal);
        }
        match template {
            Template::Text(_) | Template::Languages { .. } => schema::takes_type(wanted, root, "string"),
            Template::List(items) => {
                schema::takes_type(wanted, root, "array")?;
                let item = schema::items(wanted, root);
                items.iter().try_for_each(|value| self.fits(value, &item, root))
            }
            Template::Object(_) => schema::takes_type(wanted, root, "object"),
            Template::Whole(reference) => match self.type_of(reference) {
                Some(found) => schema::takes_type(wanted, root, &found),
                None => Ok(()),
            },
            Template::Literal(_) => Ok(()),
        }
    }

    /// The JSON type a reference will have, where it is known.
    fn type_of(&self, reference: &Reference) -> Option<String> {
        match reference {
            Reference::Input(_, path) if !path.is_empty() => Some("string".to_owned()),
            Reference::Input(name, _) => {
                let inputs = &self.files.plan.inputs;
                let list = inputs.iter().any(|input| format!("{}s", input.name.value) == *name);
                let kind = inputs.iter().find(|input| input.name.value == *name).map(|input| input.kind);
                let of_kind = match kind {
                    Some(InputKind::Count | InputKind::Duration) => "integer",
                    Some(InputKind::Flag) => "boolean",
                    Some(InputKind::Event) => "object",
                    _ if list => "array",
                    _ => "string",
                };
                Some(of_kind.to_owned())
            }
            Reference::Label(_) | Reference::Person(_) | Reference::Today => Some("string".to_owned()),
            Reference::Step(id, path) => {
                let step = self.files.plan.steps.iter().find(|step| step.id.value == *id)?;
                if step.for_each.is_some() {
                    return path.is_empty().then(|| "array".to_owned());
                }
                let output = self.tool(&step.tool.value)?.output_schema.as_ref()?;
                schema::at(output, path).ok()?.get("type")?.as_str().map(ToOwned::to_owned)
            }
            Reference::Item(_) => None,
        }
    }

    fn answers(&mut self) -> Vec<Answer> {
        let files = self.files;
        let place = StepScope { steps_done: files.plan.steps.len(), item: false };
        let mut answers = Vec::new();
        for answer in &files.plan.answers {
            let when = answer.when.as_ref().and_then(|when| self.condition(when, place));
            if let Some(text) = self.localised(&answer.text, place) {
                answers.push(Answer { when, text });
            }
        }
        if files.plan.answers.last().is_none_or(|last| last.when.is_some()) {
            let line = files.plan.answers.last().map_or(0, |last| last.text.referenced.line());
            self.in_steps(line, "the last of the answers must have no `when`, so that there is always one".to_owned());
        }
        answers
    }

    fn template(&mut self, value: &serde_saphyr::Spanned<Value>, place: StepScope) -> Option<Template> {
        let parsed = Template::parse(&value.value);
        self.referring(parsed, value.referenced.line(), place)
    }

    fn localised(&mut self, value: &serde_saphyr::Spanned<Value>, place: StepScope) -> Option<Template> {
        let parsed = Template::parse_localised(&value.value);
        self.referring(parsed, value.referenced.line(), place)
    }

    fn referring(&mut self, parsed: Result<Template, String>, line: u64, place: StepScope) -> Option<Template> {
        let template = parsed.map_err(|reason| self.in_steps(line, reason)).ok()?;
        for reference in template.references() {
            if let Err(reason) = self.check_reference(reference, place) {
                self.in_steps(line, reason);
            }
        }
        Some(template)
    }

    fn condition(&mut self, text: &serde_saphyr::Spanned<String>, place: StepScope) -> Option<Condition> {
        let line = text.referenced.line();
        let condition = Condition::parse(&text.value).map_err(|reason| self.in_steps(line, reason)).ok()?;
        let mut next = Some(&condition);
        while let Some(condition) = next {
            if let Err(reason) = self.check_reference(&condition.reference, place) {
                self.in_steps(line, reason);
            }
            next = condition.and.as_deref();
        }
        Some(condition)
    }

    /// Whether a reference names something that is there by then.
    fn check_reference(&self, reference: &Reference, place: StepScope) -> Result<(), String> {
        let steps = &self.files.plan;
        match reference {
            Reference::Input(name, path) if !path.is_empty() => {
                let event = |input: &file::Input| input.name.value == *name && input.kind == InputKind::Event;
                if steps.inputs.iter().any(event) { Ok(()) } else { Err(format!("there is no event `{name}`")) }
            }
            Reference::Input(name, _) | Reference::Label(name) => {
                let named = |input: &file::Input| {
                    input.name.value == *name
                        || (input.kind == InputKind::Person && format!("{}s", input.name.value) == *name)
                };
                if steps.inputs.iter().any(named) { Ok(()) } else { Err(format!("there is no input `{name}`")) }
            }
            Reference::Step(id, path) => {
                let at = steps
                    .steps
                    .iter()
                    .position(|step| step.id.value == *id)
                    .ok_or_else(|| format!("there is no step `{id}`"))?;
                if at >= place.steps_done {
                    return Err(format!("the step `{id}` is not done by then; only earlier steps can be referred to"));
                }
                let step = &steps.steps[at];
                let output = self
                    .tool(&step.tool.value)
                    .and_then(|tool| tool.output_schema.clone())
                    .filter(|_| step.for_each.is_none());
                schema::at(&output.unwrap_or(json!({})), path)
                    .map(|_| ())
                    .map_err(|missing| format!("the result of `{}` has no `{missing}`", step.tool.value))
            }
            Reference::Item(_) if !place.item => Err("`item` is known only in a step with `for_each`".to_owned()),
            Reference::Item(_) | Reference::Person(_) | Reference::Today => Ok(()),
        }
    }
}
