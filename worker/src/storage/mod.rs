//! All SQL. One operation a file; one function per atomic step, each one D1 batch,
//! which is one round trip and one transaction.
//!
//! A statement that touches no row does not stop a batch. What must hold for a
//! write to happen is therefore inserted into the view `guard`, whose trigger
//! fails, and with it the whole batch, unless the value is 1.

pub(crate) mod archive;
pub(crate) mod assessment_detail;
pub(crate) mod assessments;
pub(crate) mod audit;
pub(crate) mod choices;
pub(crate) mod create;
pub(crate) mod database;
pub(crate) mod facts;
pub(crate) mod idempotency;
pub(crate) mod keep_event;
pub(crate) mod me;
pub(crate) mod overdue;
pub(crate) mod retrieve;
pub(crate) mod retrieve_run;
pub(crate) mod runs;
pub(crate) mod session;
pub(crate) mod standing;
pub(crate) mod steps;
pub(crate) mod sweep;
pub(crate) mod take_event;
pub(crate) mod vendor;
