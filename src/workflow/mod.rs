//! Workflows: what a definition tells a run to do, what comes back from outside,
//! and how a run is shown.
//!
//! - `definition`: components, the steps of a definition as data, with their limits (feature `definitions`)
//! - [`analysis`]: what an analyser answers or reports
//! - [`event`]: what a run can wait for
//! - [`question`]: what an analyser is asked
//! - `target`: which addresses a run may call (feature `definitions`)
//! - [`run`]: a run and its steps as the API shows them

pub mod analysis;
#[cfg(feature = "definitions")]
pub mod definition;
pub mod event;
pub mod question;
pub mod run;
#[cfg(feature = "definitions")]
pub mod target;
