//! The platform beneath the rest: what a deployment binds, the clock, the source
//! of randomness, cryptography, the APIs of D1, KV, the engine and queues, the log, what
//! is noted of a request, and what the isolate remembers from one to the next.

pub(crate) mod begin;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod crypto;
pub(crate) mod d1_binding;
pub(crate) mod engine_binding;
pub(crate) mod http;
pub(crate) mod kv;
pub(crate) mod log;
pub(crate) mod per_deployment;
pub(crate) mod queue_binding;
pub(crate) mod random;
pub(crate) mod recent;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod trace;
pub(crate) mod unsent;
