//! Queues: the binding that messages are sent by, and the batches in which they are
//! delivered. The `worker` crate's own panics where the platform refuses, which would
//! break the instance.
//!
//! Messages are texts, so nothing is converted on their way.

use js_sys::{Array, Error as JsError, Object, Reflect};
use worker::Env;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};

use super::clock::deadline;

/// Longest wait for a queue to take a message, in milliseconds.
const TIMEOUT_MILLISECONDS: u64 = 3_000;

#[wasm_bindgen(wasm_bindgen_futures = ::worker::wasm_bindgen_futures)]
extern "C" {
    /// The binding: one queue.
    #[derive(Debug, Clone)]
    pub(crate) type Queue;
    #[wasm_bindgen(method, catch, js_name = send)]
    async fn js_send(this: &Queue, body: &str, options: &JsValue) -> Result<JsValue, JsValue>;

    /// What is delivered at once.
    pub(crate) type Batch;
    #[wasm_bindgen(method, getter, js_name = queue)]
    fn js_queue(this: &Batch) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = messages)]
    fn js_messages(this: &Batch) -> JsValue;

    /// One message of it.
    pub(crate) type Message;
    #[wasm_bindgen(method, getter, js_name = id)]
    fn js_id(this: &Message) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = body)]
    fn js_body(this: &Message) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = attempts)]
    fn js_attempts(this: &Message) -> JsValue;
    #[wasm_bindgen(method, catch, js_name = ack)]
    fn js_ack(this: &Message) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = retry)]
    fn js_retry(this: &Message, options: &JsValue) -> Result<JsValue, JsValue>;
}

/// Why a queue did not take a message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QueueError {
    /// It refused.
    #[error("refused: {0}")]
    Refused(String),
    /// It may have taken it all the same.
    #[error("no answer in {TIMEOUT_MILLISECONDS} ms")]
    TimedOut,
}

impl Queue {
    /// The queue of that binding, if the deployment has one.
    pub(crate) fn of(env: &Env, binding: &str) -> Option<Self> {
        let value = Reflect::get(env, &JsValue::from_str(binding)).ok()?;
        value.is_object().then(|| value.unchecked_into())
    }

    /// Sends a text; once there is an answer, the queue has it.
    pub(crate) async fn send(&self, text: &str) -> Result<(), QueueError> {
        let options = object("contentType", &JsValue::from_str("text"));
        match deadline(TIMEOUT_MILLISECONDS, self.js_send(text, &options)).await {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(QueueError::Refused(message_of(&error))),
            None => Err(QueueError::TimedOut),
        }
    }
}

impl Batch {
    pub(crate) fn of(batch: JsValue) -> Self {
        batch.unchecked_into()
    }

    /// The name of the queue that delivers it.
    pub(crate) fn queue(&self) -> String {
        self.js_queue().as_string().unwrap_or_default()
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        let messages = self.js_messages();
        messages
            .dyn_ref::<Array>()
            .map(|messages| messages.iter().map(JsCast::unchecked_into).collect())
            .unwrap_or_default()
    }
}

impl Message {
    pub(crate) fn id(&self) -> String {
        self.js_id().as_string().unwrap_or_default()
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<String> {
        self.js_body().as_string()
    }

    /// How often it was delivered, this time included.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the platform counts to a hundred, and the cast saturates"
    )]
    pub(crate) fn attempts(&self) -> u32 {
        self.js_attempts().as_f64().map_or(1, |count| count as u32)
    }

    /// It is done with. If the platform does not take that, it comes again.
    pub(crate) fn ack(&self) {
        let _ = self.js_ack();
    }

    /// It is to come again, so many seconds later at the earliest.
    pub(crate) fn retry(&self, seconds: u32) {
        let _ = self.js_retry(&object("delaySeconds", &seconds.into()));
    }
}

fn object(key: &str, value: &JsValue) -> JsValue {
    let object = Object::new();
    // Setting a key of a fresh plain object cannot fail.
    let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    object.into()
}

fn message_of(error: &JsValue) -> String {
    error
        .dyn_ref::<JsError>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
