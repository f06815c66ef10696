//! The Assessments API, written down once: the types on the wire and the rules
//! behind them, used by the Worker (`worker/`) and by the npm package (`pkg/`).
//!
//! Everything here is pure: no clock, no randomness, no input or output. The
//! shells around it pass those in.
//!
//! ```
//! use assessments::name::NameFacts;
//! use assessments::{CreateAssessment, Problem, Timestamp, schema};
//!
//! // A body becomes a request, or every fault of it.
//! let body = br#"{"vendor_id":"cbvndr_1","control_set_ids":[]}"#;
//! let request = schema::read(Some("application/json"), body).map_err(Problem::Schema)?;
//!
//! // A request becomes one within the limits, or every limit that it exceeds.
//! let request = CreateAssessment::new(request).map_err(Problem::OverLimit)?;
//! assert_eq!(request.vendor().id(), None, "no id, so it will not be found");
//!
//! // What it will be called depends on what is looked up for it.
//! let name = request.naming().resolve(NameFacts {
//!     vendor_name: "Northwind",
//!     service_names: &[],
//!     assessed_before: false,
//!     now: Timestamp::from_seconds(1_790_500_000),
//! });
//! assert_eq!(name, "2026 Northwind initial");
//! # Ok::<(), Problem>(())
//! ```
//!
//! In reading order, each using only what stands above it:
//!
//! - [`id`]: prefixed ids, one type per kind of resource
//! - [`time`]: Unix time, and dates
//! - [`json`]: JSON values, wherever they are held, and which bytes are acceptable
//! - [`shape`]: whether a JSON value has the shape of a type
//! - [`assessment`]: the assessment as the three endpoints show it
//! - [`stored`]: what an answer shows as it was stored
//! - [`columns`]: closed sets of values that the database holds
//! - [`field`]: the fields of request bodies, in one table
//! - [`schema`]: any JSON value to a [`CreateAssessmentRequest`], or every schema fault (`422`)
//! - [`limits`]: every limit that a request exceeds (`400`)
//! - [`name`]: what a new assessment is called
//! - [`request`]: a request within the limits, a [`CreateAssessment`]
//! - [`idempotency`]: the `Idempotency-Key` header as a type
//! - [`credential`]: the `Authorization` header and our own keys
//! - [`origin`]: origins of pages
//! - `digest`: what is kept of a key instead of it (feature `digest`)
//! - [`validation`]: all that can be known to be wrong before a request is sent
//! - [`refusal`]: the sentence of a `400`, written and read
//! - [`workflow`]: what workflows do, and how their runs are shown
//! - [`session`]: sessions of a dashboard, and what makes one
//! - [`query`]: the parameters of queries, and what can be wrong with them
//! - [`problem`]: every error answer there is
//! - [`creation`]: what a create stores and answers
//! - [`header`]: names of headers
//! - [`route`]: the routes, their methods, and what roles are granted
//! - [`dashboard`]: what a dashboard asks besides
//! - [`client`]: the client without its transport
//! - `js`: all of this for JavaScript (feature `js`), the npm package
//! - `openapi`: their machine-readable description (feature `openapi`)
//!
//! Section numbers in the documentation ("4.2") are those of the API contract,
//! which `ARCHITECTURE.md` summarises.
//!
//! Not in scope: storage, HTTP, authorization decisions (the Worker's), and
//! updating or restoring assessments (the API has neither).

#![deny(unsafe_code)]

pub mod assessment;
pub mod client;
mod code;
pub mod columns;
pub mod creation;
pub mod credential;
pub mod dashboard;
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
pub mod origin;
pub mod problem;
pub mod query;
pub mod refusal;
pub mod request;
pub mod route;
pub mod schema;
pub mod session;
pub mod shape;
pub mod stored;
pub mod time;
pub mod validation;
pub mod workflow;

pub use assessment::{ArchivedAssessment, Assessment, CreatedAssessment, Status};
pub use credential::{ApiKey, Credential};
pub use field::{CreateAssessmentRequest, Field};
pub use id::{AnyKind, Id, IdError, Kind, Reference};
pub use idempotency::IdempotencyKey;
pub use json::{Json, JsonText};
pub use origin::Origin;
pub use problem::Problem;
pub use refusal::Refusal;
pub use request::CreateAssessment;
pub use time::Timestamp;
pub use validation::{Invalid, Issue};

#[cfg(doctest)]
#[doc = include_str!("README.md")]
struct Readme;
