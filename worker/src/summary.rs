//! What is told of a request once it has its answer: its line in the log, and, if its
//! credential was good, its audit record.

use std::net::IpAddr;

use assessments::time::Timestamp;

use crate::audit::outbox;
use crate::caller::address;
use crate::decide::audit::{AnsweredCall, AuditRecord};
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::log::{self, Level};
use crate::platform::request::Request;

/// The methods of HTTP. Any other is text that a caller chose.
const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE",
];

/// What is seen of a request before it is handled, and gone afterwards.
pub(crate) struct Arrival {
    begun: i64,
    called_at: Timestamp,
    method: &'static str,
    path: String,
    query: String,
    client: Option<IpAddr>,
}

impl Arrival {
    pub(crate) fn of(request: &Request) -> Self {
        let method = request.method();
        let begun = clock::milliseconds();
        Self {
            begun,
            called_at: Timestamp::from_seconds(begun.div_euclid(1000)),
            method: METHODS
                .into_iter()
                .find(|known| *known == method)
                .unwrap_or("other"),
            path: request.path().to_owned(),
            query: request.query().to_owned(),
            client: address::client(request),
        }
    }

    /// How long the request has taken, in milliseconds.
    pub(crate) fn elapsed(&self) -> u32 {
        clock::elapsed_since(self.begun)
    }

    /// Tells of the request, which was answered with `status`.
    pub(crate) fn tell(&self, context: &Context, status: u16) {
        self.log(context, status);
        let trace = context.trace();
        let (Some(identity), Some(endpoint)) = (trace.identity(), trace.endpoint()) else {
            return;
        };
        if trace.is_limited() {
            return;
        }
        let call = AnsweredCall {
            identity: &identity,
            called_at: self.called_at,
            request_id: context.id().as_str(),
            method: self.method,
            path: &self.path,
            query: &self.query,
            route: endpoint.template(),
            status,
            duration_ms: self.elapsed(),
            client: self.client,
        };
        outbox::send(context, AuditRecord::of(&call));
    }

    /// A `5xx` is ours to mend. Every other status, `4xx` included, is the API as it
    /// should be.
    fn log(&self, context: &Context, status: u16) {
        let level = if status >= 500 {
            Level::Error
        } else {
            Level::Info
        };
        if !log::wants(level) {
            return;
        }
        let trace = context.trace();
        let identity = trace.identity();
        let identity = identity.as_ref();
        let key = identity.and_then(|identity| identity.key());
        let user = identity.and_then(|identity| identity.user_id());
        let (read, written) = trace.usage().rows();
        log::line(level, "request")
            .field("request_id", context.id().as_str())
            .field("org", identity.map(|identity| identity.org.as_str()))
            .field("key_id", key.map(|(id, _)| id.as_str()))
            .field("user_id", user.map(|id| id.as_str()))
            .field("method", self.method)
            .field("route", trace.endpoint().map(|one| one.template()))
            .field("status", status)
            .field("duration_ms", self.elapsed())
            .field("d1_trips", trace.usage().trips())
            .field("rows_read", read)
            .field("rows_written", written)
            .field("replayed", trace.is_replay())
            .write();
    }

    /// Where the time went, for the development tools of a browser.
    pub(crate) fn server_timing(&self, context: &Context) -> String {
        let usage = context.trace().usage();
        format!(
            "total;dur={}, d1;dur={};desc=\"{} trips\"",
            self.elapsed(),
            usage.milliseconds(),
            usage.trips()
        )
    }
}
