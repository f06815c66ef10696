//! One execution of a run. The engine executes a run again whenever it lost it,
//! answering the steps that it knows; so all that happens between steps depends
//! on their outcomes alone.

use std::time::Duration;

use assessments::id::{OrganizationId, WorkflowDefinitionId, WorkflowRunId};
use assessments::stored::Stored;
use assessments::time::Timestamp;
use assessments::workflow::analysis::{Analysis, AnalysisError};
use assessments::workflow::definition::{Action, Call, Component, Wait, WaitForEvent};
use assessments::workflow::event::EventName;
use assessments::workflow::question::{Question, RunInput};
use assessments::workflow::run::RunStatus;
use serde::{Deserialize, Serialize};
use worker::Env;

use super::call::{self, Inquiry};
use super::failure::CallFailure;
use super::signal::{Params, wake_event};
use crate::decide::ahead::{CALL_DELAY, CALL_TIMEOUT};
use crate::decide::effect::Effect;
use crate::platform::clock;
use crate::platform::engine_binding::{EngineError, Step, StepConfig, StepError, WorkflowEvent};
use crate::platform::log;
use crate::storage::database::{Databases, StorageError};
use crate::storage::runs;
use crate::storage::steps::{self, Beginning, Progress, StepOfRun};
use crate::storage::take_event::{self, EventPoll};

/// Steps that read or write D1, which may be away for a while: tried for about
/// a quarter of an hour.
const STORAGE: StepConfig = StepConfig {
    retries: 9,
    delay: Duration::from_secs(1),
    // Longer than a batch may take, so that no attempt goes on beside the next.
    timeout: Duration::from_secs(30),
};
/// How long a call may take, in seconds, before the sweep looks after the run. To
/// one that goes on with further attempts this does nothing.
const CALL_SECONDS: u32 = 60;
/// Looks for its event that one step may take. It is woken by its own event only,
/// or by the sweep when that has come, so a few are enough.
const MAX_LOOKS: u32 = 20;

#[derive(Deserialize)]
struct Plan {
    definition_id: WorkflowDefinitionId,
    input: Stored<RunInput>,
    components: Vec<Component>,
}

/// Executes a run from where it stands.
///
/// # Errors
/// The engine's, to reject with. The sweep has the run begun anew then.
pub(crate) async fn execute(
    env: Env,
    event: &WorkflowEvent,
    step: &Step,
) -> Result<(), EngineError> {
    let params: Params = decode(&event.payload)?;
    let run = WorkflowRunId::parse(&event.instance_id)
        .map_err(|error| EngineError::from(error.to_string()))?;
    let execution = Execution {
        env,
        org: params.org_id,
        run,
        step,
    };
    execution.go().await
}

struct Execution<'a> {
    env: Env,
    org: OrganizationId,
    run: WorkflowRunId,
    step: &'a Step,
}

impl Execution<'_> {
    async fn go(&self) -> Result<(), EngineError> {
        let (org, run) = (self.org.clone(), self.run.clone());
        let plan: Option<String> = self
            .stored("plan", move |databases, _| {
                let (org, run) = (org.clone(), run.clone());
                async move { runs::plan(&databases, &org, &run).await }
            })
            .await?;
        let Some(plan) = plan else {
            return Ok(());
        };
        let plan: Plan = decode(&plan)?;
        for (position, component) in (0..).zip(&plan.components) {
            let step = StepOfRun {
                org: self.org.clone(),
                run: self.run.clone(),
                position,
                component: component.clone(),
            };
            if self.component(&plan, step).await?.run.is_terminal() {
                return Ok(());
            }
        }
        let (org, run) = (self.org.clone(), self.run.clone());
        self.stored("finish", move |databases, now| {
            let (org, run) = (org.clone(), run.clone());
            async move { runs::finish(&databases, &org, &run, RunStatus::Completed, now).await }
        })
        .await
    }

    async fn component(&self, plan: &Plan, step: StepOfRun) -> Result<Progress, EngineError> {
        match &step.component.action {
            Action::BeginAssessment(_) => self.settle(&step, Effect::begin()).await,
            Action::UpdateAssessment(update) => self.settle(&step, Effect::update(update)).await,
            Action::CompleteAssessment(complete) => {
                self.settle(&step, Effect::complete(complete)).await
            }
            Action::FailAssessment(fail) => self.settle(&step, Effect::fail(fail)).await,
            Action::Wait(wait) => self.wait(&step, wait).await,
            Action::WaitForEvent(wait) => self.wait_for_event(&step, wait).await,
            Action::Call(call) => self.call(plan, &step, call).await,
        }
    }

    async fn wait(&self, step: &StepOfRun, wait: &Wait) -> Result<Progress, EngineError> {
        let progress = self.begin(step, wait.seconds, None).await?;
        if is_over(&progress) {
            return Ok(progress);
        }
        let time = seconds(progress.seconds_left);
        self.step.sleep(&name(step, "sleep"), time).await?;
        self.settle(step, Effect::done()).await
    }

    /// Looks for the event in D1, and waits to be woken before looking again.
    async fn wait_for_event(
        &self,
        step: &StepOfRun,
        wait: &WaitForEvent,
    ) -> Result<Progress, EngineError> {
        let event = Some(wait.event.clone());
        let progress = self.begin(step, wait.timeout_seconds, event).await?;
        if is_over(&progress) {
            return Ok(progress);
        }
        for look in 0..MAX_LOOKS {
            let (of_run, event) = (step.clone(), wait.event.clone());
            let poll: EventPoll = self
                .stored(
                    &name(step, &format!("look-{look}")),
                    move |databases, now| {
                        let (step, event, deadline) =
                            (of_run.clone(), event.clone(), progress.deadline);
                        async move { take_event::take(&databases, &step, &event, deadline, now).await }
                    },
                )
                .await?;
            if let Some(payload) = poll.payload {
                let effect = if wait.applies_report {
                    Analysis::read(&payload).map_or_else(
                        |error| self.not_a_report(step, wait, &error),
                        Effect::analysis,
                    )
                } else {
                    Effect::done()
                };
                return self.settle(step, effect).await;
            }
            let time = seconds(poll.seconds_left);
            if time.is_zero() {
                break;
            }
            if look + 2 < MAX_LOOKS {
                let name = name(step, &format!("wait-{look}"));
                let event = wake_event(step.position);
                self.step.wait_for_event(&name, &event, time).await?;
            } else {
                // Woken in vain too often; the last look is at the end.
                let name = name(step, &format!("sleep-{look}"));
                self.step.sleep(&name, time).await?;
            }
        }
        let message = format!(
            "No event '{}' within {} s",
            wait.event.as_str(),
            wait.timeout_seconds
        );
        self.settle(step, Effect::failure(message, wait.on_timeout))
            .await
    }

    /// A report that is none; the log tells what is wrong with it.
    fn not_a_report(&self, step: &StepOfRun, wait: &WaitForEvent, error: &AnalysisError) -> Effect {
        // Not in full: that repeats a part of what was sent, which is no line's.
        log::warn("event_is_no_report")
            .field("run", self.run.as_str())
            .field("step", step.position)
            .cause(error)
            .write();
        Effect::failure(error.to_string(), wait.on_timeout)
    }

    async fn call(
        &self,
        plan: &Plan,
        step: &StepOfRun,
        call: &Call,
    ) -> Result<Progress, EngineError> {
        let progress = self.begin(step, CALL_SECONDS, None).await?;
        if is_over(&progress) {
            return Ok(progress);
        }
        let inquiry = Inquiry {
            question: Question {
                workflow_run_id: self.run.clone(),
                workflow_definition_id: plan.definition_id.clone(),
                component_id: step.component.id.clone(),
                component_name: step.component.name.clone(),
                input: plan.input.clone(),
                sent_at: progress.begun_at,
            },
            url: call.url.clone(),
            org: self.org.clone(),
        };
        let config = StepConfig {
            retries: call.retries,
            delay: CALL_DELAY,
            timeout: CALL_TIMEOUT,
        };
        let env = self.env.clone();
        let answer = self
            .step
            .run(&name(step, "call"), config, move || {
                let (inquiry, env) = (inquiry.clone(), env.clone());
                async move {
                    let analysis = call::ask(&env, &inquiry)
                        .await
                        .map_err(CallFailure::into_step_error)?;
                    encode(&analysis).map_err(StepError::Fatal)
                }
            })
            .await;
        let effect = match answer {
            Ok(analysis) => Effect::analysis(decode(&analysis)?),
            Err(error) if error.is_abort() => return Err(error),
            Err(error) => {
                let of = format!("run {}, step {}", self.run.as_str(), step.position);
                let failure = CallFailure::from_engine(&error.message, &of);
                Effect::failure(failure.to_string(), call.on_failure)
            }
        };
        self.settle(step, effect).await
    }

    async fn begin(
        &self,
        step: &StepOfRun,
        seconds: u32,
        awaits: Option<EventName>,
    ) -> Result<Progress, EngineError> {
        let (of_run, beginning) = (step.clone(), Beginning { seconds, awaits });
        self.stored(&name(step, "begin"), move |databases, now| {
            let (step, beginning) = (of_run.clone(), beginning.clone());
            async move { steps::begin(&databases, &step, &beginning, now).await }
        })
        .await
    }

    async fn settle(&self, step: &StepOfRun, effect: Effect) -> Result<Progress, EngineError> {
        let of_run = step.clone();
        self.stored(&name(step, "settle"), move |databases, now| {
            let (step, effect) = (of_run.clone(), effect.clone());
            async move { steps::settle(&databases, &step, &effect, now).await }
        })
        .await
    }

    /// A step of the engine that reads or writes D1.
    async fn stored<T, F, W>(&self, name: &str, work: F) -> Result<T, EngineError>
    where
        T: Serialize + for<'de> Deserialize<'de>,
        F: Fn(Databases, Timestamp) -> W + 'static,
        W: Future<Output = Result<T, StorageError>> + 'static,
    {
        let databases = Databases::new(&self.env);
        let outcome = self
            .step
            .run(name, STORAGE, move || {
                let pending = work(databases.clone(), clock::now());
                async move {
                    let outcome = pending
                        .await
                        .map_err(|error| StepError::Retry(error.to_string()))?;
                    encode(&outcome).map_err(StepError::Fatal)
                }
            })
            .await?;
        decode(&outcome)
    }
}

/// A time that was found by a step, so that it is the same in every execution:
/// the engine knows a sleep by its name and its length.
fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

/// Whether there is nothing left to do for a step that was begun.
fn is_over(progress: &Progress) -> bool {
    progress.run.is_terminal() || progress.step.is_some()
}

/// The name of a step of the engine: the same in every execution.
fn name(step: &StepOfRun, part: &str) -> String {
    format!("{} {part}", step.position)
}

fn encode<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

fn decode<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| EngineError::from(error.to_string()))
}
