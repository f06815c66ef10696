//! Workflows: what a definition tells a run to do, what comes back from outside,
//! and how a run is shown.
//!
//! - [`definition`]: components, the steps of a definition as data, with their limits
//! - [`analysis`]: what an analyser answers or reports
//! - [`event`]: what a run can wait for
//! - [`target`]: which addresses a run may call
//! - [`run`]: a run and its steps as the API shows them

pub mod analysis;
pub mod definition;
pub mod event;
pub mod run;
pub mod target;
