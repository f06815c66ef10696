//! The client without its transport: which request to send, what an answer
//! means, and whether to try again. Whoever has a way to send requests drives
//! it; the npm package does with `fetch`.

mod request;
mod response;
mod retry;

pub use request::Operation;
pub use response::ErrorDetail;
pub use retry::{Decision, Outcome, Policy};
