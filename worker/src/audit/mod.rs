//! Audit records on their way (2.8): after the answer each goes to a queue, which
//! delivers them many at a time; one batch writes them. A write per call would take a
//! part of the database's throughput from the calls themselves.
//!
//! - [`outbox`]: sending them, and counting those that the queue does not take
//! - [`inbox`]: writing what is delivered

pub(crate) mod inbox;
pub(crate) mod outbox;
