//! The Assessments API, written down once: the types on the wire and the rules
//! behind them, used by the Worker (`worker/`) and by the npm package (`pkg/`).
//!
//! Everything here is pure: no clock, no randomness, no input or output. The
//! shells around it pass those in. In reading order:
//!
//! - [`id`]: prefixed ids, one type per kind of resource
//! - [`assessment`]: the assessment as the three endpoints show it
//! - [`shape`]: whether a JSON value has the shape of such a type
//! - [`json`]: which bytes are acceptable JSON
//! - [`schema`]: any JSON value to a [`schema::Draft`], or every schema fault (`422`)
//! - [`limits`]: a draft to a [`limits::CreateAssessment`], or every exceeded limit (`400`)
//! - [`name`]: what a new assessment is called
//! - [`stored`]: what an answer shows as it was stored
//! - [`columns`]: closed sets of values that the database holds
//! - [`idempotency`]: the `Idempotency-Key` header as a type
//! - [`credential`]: the `Authorization` header and our own keys
//! - `digest`: what is kept of a key instead of it (feature `digest`)
//! - [`header`]: names of headers
//! - [`problem`]: every error answer there is
//! - [`route`]: the routes and their methods
//! - [`validation`]: all of that at once, for forms and clients
//! - [`workflow`]: what workflows do, and how their runs are shown
//! - [`client`]: the client without its transport
//! - `js`: all of this for JavaScript (feature `js`), the npm package
//! - `openapi`: their machine-readable description (feature `openapi`)
//!
//! Section numbers in the documentation ("4.2") are those of the API contract,
//! which `ARCHITECTURE.md` summarises.
//!
//! Not in scope: storage, HTTP, authorization decisions (the Worker's), and
//! listing, updating or restoring assessments (the API has none of these).

#![deny(unsafe_code)]

pub mod assessment;
pub mod client;
pub mod columns;
pub mod credential;
#[cfg(feature = "digest")]
pub mod digest;
pub mod field;
pub mod header;
pub mod id;
pub mod idempotency;
#[cfg(feature = "js")]
mod js;
pub mod json;
pub mod limits;
pub mod name;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod problem;
pub mod refusal;
pub mod request;
pub mod route;
pub mod schema;
pub mod shape;
pub mod stored;
pub mod time;
pub mod validation;
pub mod workflow;
