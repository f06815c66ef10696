//! The binding of Cloudflare Workflows, which the `worker` crate does not have
//! yet. This module can go when it does.
//!
//! Methods are called by name and never by class: the platform gives plain
//! objects here and stubs of remote ones there. Of an error only its message
//! survives the way, so that is what errors are told apart by.

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Error as JsError, JSON, Object, Promise, Reflect};
use worker::Env;
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::future_to_promise;

use super::clock::deadline;

/// Longest wait for an answer of the engine, in milliseconds.
const TIMEOUT_MILLISECONDS: u64 = 10_000;

#[wasm_bindgen(wasm_bindgen_futures = ::worker::wasm_bindgen_futures)]
extern "C" {
    /// The binding: the instances of one workflow class.
    #[derive(Debug, Clone)]
    pub(crate) type Workflow;
    #[wasm_bindgen(method, catch, js_name = create)]
    async fn js_create(this: &Workflow, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = get)]
    async fn js_get(this: &Workflow, id: &str) -> Result<JsValue, JsValue>;

    /// One instance.
    #[derive(Debug, Clone)]
    pub(crate) type Instance;
    #[wasm_bindgen(method, catch, js_name = status)]
    async fn js_status(this: &Instance) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = terminate)]
    async fn js_terminate(this: &Instance) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = restart)]
    async fn js_restart(this: &Instance) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = sendEvent)]
    async fn js_send_event(this: &Instance, event: &JsValue) -> Result<JsValue, JsValue>;

    /// What a running instance makes its steps with.
    #[derive(Debug, Clone)]
    pub(crate) type Step;
    #[wasm_bindgen(method, catch, js_name = do)]
    async fn js_do(
        this: &Step,
        name: &str,
        config: &JsValue,
        callback: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = sleep)]
    async fn js_sleep(this: &Step, name: &str, milliseconds: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = waitForEvent)]
    async fn js_wait(this: &Step, name: &str, options: &JsValue) -> Result<JsValue, JsValue>;
}

/// What the engine, or a step in it, failed with.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(crate) struct EngineError {
    pub(crate) message: String,
    raw: JsValue,
}

impl EngineError {
    /// The engine knows no such instance.
    pub(crate) fn is_not_found(&self) -> bool {
        self.message.contains("instance.not_found")
    }

    fn is_already_there(&self) -> bool {
        self.message.contains("instance.already_exists")
    }

    fn is_already_over(&self) -> bool {
        self.message.contains("instance.cannot_terminate")
    }

    fn is_timeout(&self) -> bool {
        self.message.starts_with("Execution timed out after ")
    }

    /// The engine stops this execution, and goes on with the run in another.
    pub(crate) fn is_abort(&self) -> bool {
        self.message.starts_with("Aborting engine")
    }

    /// As it came, to reject with: the engine looks at it.
    pub(crate) fn into_js(self) -> JsValue {
        self.raw
    }
}

impl From<JsValue> for EngineError {
    fn from(raw: JsValue) -> Self {
        let message = raw
            .dyn_ref::<JsError>()
            .map(|error| String::from(error.message()))
            .or_else(|| raw.as_string())
            .unwrap_or_else(|| format!("{raw:?}"));
        Self { message, raw }
    }
}

impl From<String> for EngineError {
    fn from(message: String) -> Self {
        let raw = JsError::new(&message).into();
        Self { message, raw }
    }
}

/// Why an attempt of a step failed.
#[derive(Debug)]
pub(crate) enum StepError {
    /// It may go better next time.
    Retry(String),
    /// It never will.
    Fatal(String),
}

impl From<StepError> for JsValue {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Retry(message) => JsError::new(&message).into(),
            StepError::Fatal(message) => {
                let error = JsError::new(&message);
                // The engine goes by the name.
                error.set_name("NonRetryableError");
                error.into()
            }
        }
    }
}

/// What an instance does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstanceState {
    /// It ended: by itself, with an error, or because it was told to.
    Ended,
    /// It runs or waits, or the engine believes so.
    Going,
}

impl Workflow {
    pub(crate) fn of(env: &Env, binding: &str) -> Result<Self, EngineError> {
        let value = Reflect::get(env, &JsValue::from_str(binding))?;
        if value.is_undefined() {
            return Err(format!("no binding {binding}").into());
        }
        Ok(value.unchecked_into())
    }

    /// Creates an instance, unless there is one of that id.
    pub(crate) async fn create(&self, id: &str, params: &str) -> Result<(), EngineError> {
        let options = object(&[("id", &JsValue::from_str(id)), ("params", &parse(params)?)]);
        match bounded(self.js_create(&options)).await {
            Err(error) if !error.is_already_there() => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) async fn get(&self, id: &str) -> Result<Instance, EngineError> {
        Ok(bounded(self.js_get(id)).await?.unchecked_into())
    }
}

impl Instance {
    pub(crate) async fn state(&self) -> Result<InstanceState, EngineError> {
        let status = bounded(self.js_status()).await?;
        let status = Reflect::get(&status, &JsValue::from_str("status"))?;
        Ok(match status.as_string().unwrap_or_default().as_str() {
            "complete" | "errored" | "terminated" => InstanceState::Ended,
            _ => InstanceState::Going,
        })
    }

    /// Stops it for good; one that ended already is fine.
    pub(crate) async fn terminate(&self) -> Result<(), EngineError> {
        match bounded(self.js_terminate()).await {
            Err(error) if !error.is_already_over() => Err(error),
            _ => Ok(()),
        }
    }

    /// Begins it anew, without the results of its steps.
    pub(crate) async fn restart(&self) -> Result<(), EngineError> {
        bounded(self.js_restart()).await?;
        Ok(())
    }

    /// Sends an event without a payload.
    pub(crate) async fn send_event(&self, kind: &str) -> Result<(), EngineError> {
        let event = object(&[
            ("type", &JsValue::from_str(kind)),
            ("payload", &JsValue::NULL),
        ]);
        bounded(self.js_send_event(&event)).await?;
        Ok(())
    }
}

/// How the engine tries a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepConfig {
    /// Attempts after the first.
    pub(crate) retries: u32,
    /// Before the second attempt; twice as long before each further one.
    pub(crate) delay: Duration,
    /// Longest attempt. One that takes longer goes on beside the next.
    pub(crate) timeout: Duration,
}

impl From<StepConfig> for JsValue {
    fn from(config: StepConfig) -> Self {
        let retries = object(&[
            ("limit", &Self::from_f64(config.retries.into())),
            ("delay", &Self::from_f64(milliseconds(config.delay))),
            ("backoff", &Self::from_str("exponential")),
        ]);
        let timeout = Self::from_f64(milliseconds(config.timeout));
        object(&[("retries", &retries), ("timeout", &timeout)])
    }
}

impl Step {
    pub(crate) fn of(step: JsValue) -> Self {
        step.unchecked_into()
    }

    /// Runs `work`, whose outcome the engine keeps: in a later execution of the
    /// same run it is answered without running it again. It may be called
    /// several times, also while an attempt that took too long is still going
    /// on: hence `Fn`, and futures that own what they need.
    pub(crate) async fn run<F, W>(
        &self,
        name: &str,
        config: StepConfig,
        work: F,
    ) -> Result<String, EngineError>
    where
        F: Fn() -> W + 'static,
        W: Future<Output = Result<String, StepError>> + 'static,
    {
        let work = Rc::new(work);
        // Lives in this future until the engine has settled the step, after
        // which it calls no more. An attempt's future belongs to its promise.
        let callback = Closure::<dyn Fn(JsValue) -> Promise>::new(move |_context: JsValue| {
            let attempted = work();
            future_to_promise(async move {
                match attempted.await {
                    Ok(value) => Ok(JsValue::from_str(&value)),
                    Err(error) => Err(error.into()),
                }
            })
        });
        let value = self
            .js_do(name, &config.into(), callback.as_js_value())
            .await?;
        drop(callback);
        value
            .as_string()
            .ok_or_else(|| EngineError::from("a step gave no text".to_owned()))
    }

    pub(crate) async fn sleep(&self, name: &str, time: Duration) -> Result<(), EngineError> {
        self.js_sleep(name, milliseconds(time)).await?;
        Ok(())
    }

    /// Waits for an event, or until time is up.
    pub(crate) async fn wait_for_event(
        &self,
        name: &str,
        kind: &str,
        timeout: Duration,
    ) -> Result<(), EngineError> {
        let options = object(&[
            ("type", &JsValue::from_str(kind)),
            ("timeout", &JsValue::from_f64(milliseconds(timeout))),
        ]);
        match self
            .js_wait(name, &options)
            .await
            .map_err(EngineError::from)
        {
            Err(error) if !error.is_timeout() => Err(error),
            _ => Ok(()),
        }
    }
}

/// What an execution of an instance is told.
#[derive(Debug)]
pub(crate) struct WorkflowEvent {
    pub(crate) instance_id: String,
    /// JSON.
    pub(crate) payload: String,
}

impl WorkflowEvent {
    pub(crate) fn of(event: &JsValue) -> Result<Self, EngineError> {
        let field = |name| Reflect::get(event, &JsValue::from_str(name));
        Ok(Self {
            instance_id: field("instanceId")?.as_string().unwrap_or_default(),
            payload: String::from(JSON::stringify(&field("payload")?)?),
        })
    }
}

/// The engine's answer, if it comes in time.
async fn bounded(
    answer: impl Future<Output = Result<JsValue, JsValue>>,
) -> Result<JsValue, EngineError> {
    match deadline(TIMEOUT_MILLISECONDS, answer).await {
        Some(answer) => answer.map_err(EngineError::from),
        None => Err(format!("no answer in {TIMEOUT_MILLISECONDS} ms").into()),
    }
}

fn object(entries: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a key of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.into()
}

fn parse(json: &str) -> Result<JsValue, EngineError> {
    JSON::parse(json).map_err(EngineError::from)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a year of milliseconds is far below 2^53"
)]
fn milliseconds(time: Duration) -> f64 {
    time.as_millis() as f64
}
