//! Running workflows on the platform's engine.
//!
//! D1 is the truth and the engine is what carries it out: a run is written
//! together with its assessment, every step records itself and its effect in
//! one transaction, and the engine is told of starts and cancels afterwards,
//! best effort. What it was not told, or has lost, the sweep finds by the time
//! at which a run should have gone on.
//!
//! - [`signal`]: what the engine is told
//! - [`sweep`]: looking after what it was not told, or has lost
//! - [`run`]: one execution of a run, step by step
//! - [`call`]: asking an analyser
//! - [`failure`]: why that failed, as it is told

mod call;
mod failure;
pub(crate) mod run;
pub(crate) mod signal;
pub(crate) mod sweep;
