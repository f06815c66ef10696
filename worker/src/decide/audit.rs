//! What is recorded of a call (2.8), and what is counted of records that are lost.
//!
//! Everything here is bounded, whatever a caller sends: a message holds a few kilobytes
//! at most, of the 128 that a queue takes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use assessments::columns::LossReason;
use assessments::credential::without_secrets;
use assessments::id::{ApiKeyId, OrganizationId};
use assessments::route;
use assessments::stored::StoredId;
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::platform::trace::Identity;

/// Longest path, in characters; those of the API's resources have less than a hundred.
const MAX_PATH: usize = 256;
/// Names of query parameters that are kept, and characters of each. The API's routes
/// know a handful.
const MAX_QUERY_NAMES: usize = 20;
const MAX_QUERY_NAME: usize = 64;
/// Longest name of a key, in characters.
const MAX_KEY_NAME: usize = 255;
/// Organizations and reasons that losses are counted under at once, in an isolate.
const MAX_LOSSES: usize = 100;

/// One call, as the queue carries it and the database keeps it. Messages of the version
/// before are delivered to this one: what is added later must be optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditRecord {
    pub(crate) org_id: OrganizationId,
    pub(crate) called_at: Timestamp,
    pub(crate) request_id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) route: String,
    pub(crate) status: u16,
    pub(crate) duration_ms: u32,
    pub(crate) query_names: Vec<String>,
    pub(crate) key_id: Option<ApiKeyId>,
    pub(crate) key_name: Option<String>,
    pub(crate) user_id: Option<StoredId>,
    pub(crate) client_ip: Option<IpAddr>,
}

/// What is known of a call whose credential was good.
pub(crate) struct AnsweredCall<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) called_at: Timestamp,
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a str,
    /// Path and query as they were sent.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    /// The path's template.
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    pub(crate) duration_ms: u32,
    pub(crate) client: Option<IpAddr>,
}

impl AuditRecord {
    pub(crate) fn of(call: &AnsweredCall<'_>) -> Self {
        let key = call.identity.key();
        Self {
            org_id: call.identity.org.clone(),
            called_at: call.called_at,
            request_id: call.request_id.to_owned(),
            method: call.method.to_owned(),
            path: shown_path(call.path),
            route: call.route.to_owned(),
            status: call.status,
            duration_ms: call.duration_ms,
            query_names: query_names(call.query),
            key_id: key.map(|(id, _)| id.clone()),
            key_name: key.map(|(_, name)| cut(name, MAX_KEY_NAME)),
            user_id: call.identity.user_id().cloned(),
            client_ip: call.client,
        }
    }
}

/// A path, without what looks like a secret in it.
fn shown_path(path: &str) -> String {
    let path = route::normalized(path);
    let segments: Vec<_> = path.split('/').map(without_secrets).collect();
    cut(&segments.join("/"), MAX_PATH)
}

/// The names of query parameters, without their values, in the order in which they
/// were sent.
fn query_names(query: &str) -> Vec<String> {
    query
        .split('&')
        .filter_map(|parameter| parameter.split('=').next())
        .filter(|name| !name.is_empty())
        .take(MAX_QUERY_NAMES)
        .map(|name| cut(&without_secrets(&route::normalized(name)), MAX_QUERY_NAME))
        .collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// What the queue carries: a record, and what was lost before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditMessage {
    pub(crate) record: AuditRecord,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) losses: Vec<Loss>,
}

/// Records of an organization that were lost for one reason; an empty text stands for
/// one that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loss {
    pub(crate) org_id: String,
    pub(crate) reason: LossReason,
    pub(crate) lost: u32,
}

/// Losses on their way into the database.
#[derive(Debug, Default)]
pub(crate) struct Losses(BTreeMap<(String, &'static str), Loss>);

impl Losses {
    /// Counts some. Of too many organizations, those that come last are not told apart.
    pub(crate) fn add(&mut self, loss: Loss) {
        let mut loss = loss;
        let key = |loss: &Loss| (loss.org_id.clone(), loss.reason.as_str());
        if self.0.len() >= MAX_LOSSES && !self.0.contains_key(&key(&loss)) {
            loss.org_id = String::new();
        }
        self.0
            .entry(key(&loss))
            .and_modify(|counted| counted.lost = counted.lost.saturating_add(loss.lost))
            .or_insert(loss);
    }

    /// All that was counted, which begins anew.
    pub(crate) fn take(&mut self) -> Vec<Loss> {
        std::mem::take(&mut self.0).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use assessments::dashboard::NamedKey;

    use super::*;

    fn call<'a>(identity: &'a Identity, path: &'a str, query: &'a str) -> AnsweredCall<'a> {
        AnsweredCall {
            identity,
            called_at: Timestamp::from_seconds(1_790_500_000),
            request_id: "6f1c",
            method: "GET",
            path,
            query,
            route: "/v1/assessments/{assessment_id}",
            status: 404,
            duration_ms: 12,
            client: "203.0.113.9".parse().ok(),
        }
    }

    fn identity() -> Identity {
        Identity {
            org: OrganizationId::from_random(1),
            key: Some(NamedKey {
                id: ApiKeyId::from_random(2),
                name: "k".repeat(1_000),
            }),
            user: None,
        }
    }

    fn loss(org: &str, reason: LossReason, lost: u32) -> Loss {
        Loss {
            org_id: org.to_owned(),
            reason,
            lost,
        }
    }

    #[test]
    fn a_record_has_names_of_parameters_and_no_values() {
        let identity = identity();
        let query = "a=1&b=secret&&=x&c&%61k_live_abc=1&eyJhbGciOi=2";
        let record = AuditRecord::of(&call(&identity, "/v1/%61ssessments/x", query));
        assert_eq!(record.path, "/v1/assessments/x");
        assert_eq!(record.query_names, ["a", "b", "c", "****", "****"]);
        assert_eq!(record.client_ip.unwrap().to_string(), "203.0.113.9");
        assert!(!serde_json::to_string(&record).unwrap().contains("secret"));
    }

    #[test]
    fn a_secret_in_a_path_is_hidden() {
        let identity = identity();
        let record = AuditRecord::of(&call(&identity, "/v1/assessments/%61k_test_abc", ""));
        assert_eq!(record.path, "/v1/assessments/****");
        assert_eq!(record.query_names, [""; 0]);
    }

    #[test]
    fn a_record_is_bounded_whatever_is_sent() {
        let identity = identity();
        let path = format!("/v1/{}", "é".repeat(10_000));
        let query = vec!["\u{1f600}".repeat(500); 500].join("&");
        let message = AuditMessage {
            record: AuditRecord::of(&call(&identity, &path, &query)),
            losses: Vec::new(),
        };
        assert_eq!(message.record.path.chars().count(), MAX_PATH);
        assert_eq!(message.record.query_names.len(), MAX_QUERY_NAMES);
        assert_eq!(message.record.key_name.as_deref().unwrap().len(), 255);
        let text = serde_json::to_string(&message).unwrap();
        assert!(text.len() < 10_000, "{}", text.len());
        assert_eq!(
            serde_json::from_str::<AuditMessage>(&text).unwrap(),
            message
        );
    }

    #[test]
    fn losses_add_up_and_are_taken_once() {
        let mut losses = Losses::default();
        losses.add(loss("a", LossReason::NotSent, 1));
        losses.add(loss("a", LossReason::NotSent, 2));
        losses.add(loss("a", LossReason::GivenUp, 1));
        assert_eq!(
            losses.take(),
            [
                loss("a", LossReason::GivenUp, 1),
                loss("a", LossReason::NotSent, 3),
            ]
        );
        assert_eq!(losses.take(), []);
    }

    #[test]
    fn beyond_a_hundred_organizations_losses_are_still_counted() {
        let mut losses = Losses::default();
        for n in 0..1_000 {
            losses.add(loss(&format!("org-{n}"), LossReason::NotSent, 1));
        }
        let taken = losses.take();
        assert_eq!(taken.len(), MAX_LOSSES + 1);
        assert_eq!(taken.iter().map(|loss| loss.lost).sum::<u32>(), 1_000);
        assert_eq!(taken.first(), Some(&loss("", LossReason::NotSent, 900)));
    }
}
