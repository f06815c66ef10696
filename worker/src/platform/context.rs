//! What a request is handled in.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use worker::{Delay, Env};

use super::config::Config;
use super::log::{self, Level};
use super::random::RequestId;
use super::trace::Trace;

/// What the deployment binds, how it is configured, and what goes on after the
/// response.
pub(crate) struct Context {
    env: Env,
    lifetime: worker::Context,
    id: RequestId,
    config: OnceCell<Rc<Config>>,
    trace: Trace,
}

impl Context {
    pub(crate) fn new(env: Env, lifetime: worker::Context, id: RequestId) -> Self {
        Self {
            env,
            lifetime,
            id,
            config: OnceCell::new(),
            trace: Trace::new(log::wants(Level::Info)),
        }
    }

    /// The bindings.
    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    /// The id of the response.
    pub(crate) fn id(&self) -> &RequestId {
        &self.id
    }

    /// The settings, read when first asked for.
    pub(crate) fn config(&self) -> &Config {
        self.config.get_or_init(|| Config::of(&self.env))
    }

    /// What the request is seen to be and to do.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Runs `work` after the response; it can neither delay nor fail it.
    pub(crate) fn after_response(&self, work: impl Future<Output = ()> + 'static) {
        self.lifetime.wait_until(async {
            // Not before the response is under way: what is made in this turn of the
            // event loop goes first.
            Delay::from(Duration::ZERO).await;
            work.await;
        });
    }
}
