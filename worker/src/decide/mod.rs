//! Decisions, pure: from what is known to what is written and answered.

pub(crate) mod ahead;
pub(crate) mod audit;
pub(crate) mod cursor;
pub(crate) mod effect;
pub(crate) mod query;
pub(crate) mod search;
