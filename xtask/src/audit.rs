//! `cargo xtask audit`: the records of an organization's calls (2.8), newest first.

use anyhow::{Result, bail};
use assessments::id::OrganizationId;
use assessments::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::database::sql::bind;
use crate::database::{Answer, Place, Refusal};
use crate::terminal::{print, printable, table};
use crate::time::{Span, iso, iso_and_relative};

/// Records that are shown at most.
const MAX_RECORDS: i64 = 10_000;
/// Records that are looked at for those that a filter lets pass: a filter that hardly
/// any record passes must not read all there are.
const MAX_LOOKED_AT: i64 = 100_000;
/// Kinds of losses that are told; there are far fewer.
const MAX_LOSSES: i64 = 100;

/// What to show.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The organization's id (cborg_...)
    #[arg(long, value_name = "ID")]
    org: OrganizationId,
    /// No calls from before this long ago, such as 1h
    #[arg(long)]
    since: Option<Span>,
    /// No calls from after this long ago
    #[arg(long)]
    until: Option<Span>,
    /// Only calls with this key: its id, or its name when it called
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Only calls of this user's sessions (cbuser_...)
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Only calls of this route, such as `/v1/assessments` or `POST /v1/assessments`
    #[arg(long)]
    route: Option<String>,
    /// How many to show, at most 10000
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=MAX_RECORDS))]
    limit: i64,
    /// As JSON, one record a line, with times in Unix seconds
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Shows them.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let statements = statements(&arguments);
    let Arguments {
        org,
        place,
        limit,
        json,
        ..
    } = arguments;
    let database = place.database();
    let answer = database
        .run("reading of audit records", &statements)?
        .map_err(Refusal::into_error)?;
    let Read {
        organization,
        mut records,
        losses,
        looked_until,
    } = read(&answer)?;
    let Some(Organization { name, now }) = organization else {
        bail!("there is no organization {org} in {}", database.name());
    };
    let limit = usize::try_from(limit)?;
    let more = records.len() > limit;
    records.truncate(limit);
    if json {
        for record in &records {
            print(&serde_json::to_string(&External::of(record))?)?;
        }
    } else if records.is_empty() {
        eprintln!("{} has no such records", printable(&name));
    } else {
        print(&shown(&records))?;
    }
    if let (true, Some(last)) = (more, records.last()) {
        eprintln!(
            "there are more, from {} and before; --limit, --since and --until choose",
            iso_and_relative(last.called_at, now)
        );
    } else if let Some(until) = looked_until {
        eprintln!(
            "only the newest {MAX_LOOKED_AT} calls were looked at, back to {}; --until looks further back",
            iso_and_relative(until, now)
        );
    }
    for loss in losses {
        let whose = if loss.org_id.is_empty() {
            "of organizations that are not known"
        } else {
            "of this organization"
        };
        eprintln!(
            "{} records {whose} were lost ({}), the last {}",
            loss.lost,
            printable(&loss.reason),
            iso_and_relative(loss.last_at, now)
        );
    }
    Ok(())
}

const ORGANIZATION: &str = "SELECT name, unixepoch() AS now FROM organizations WHERE id = ?1";

/// The records of the organization and the time, newest first.
macro_rules! in_time {
    () => {
        "\
FROM audit_records
WHERE org_id = ?1 AND called_at >= coalesce(unixepoch() - ?2, 0)
    AND called_at <= coalesce(unixepoch() - ?3, 9223372036854775807)
ORDER BY called_at DESC, request_id DESC"
    };
}

const RECORDS: &str = concat!(
    "\
SELECT called_at, request_id, method, path, route, status, duration_ms, query_names,
    key_id, key_name, user_id, client_ip
FROM (SELECT * ",
    in_time!(),
    " LIMIT ?4)
WHERE (?5 IS NULL OR ?5 IN (key_id, key_name)) AND (?6 IS NULL OR user_id = ?6)
    AND (?7 IS NULL OR ?7 IN (route, method || ' ' || route))
ORDER BY called_at DESC, request_id DESC LIMIT ?8"
);

const LOSSES: &str = "\
SELECT org_id, reason, lost, last_at FROM audit_losses
WHERE org_id IN (?1, '') ORDER BY last_at DESC LIMIT ?4";

/// The newest record that was not looked at.
const NOT_LOOKED_AT: &str = concat!("SELECT called_at ", in_time!(), " LIMIT 1 OFFSET ?4");

fn statements(arguments: &Arguments) -> Vec<String> {
    let Arguments {
        org,
        since,
        until,
        key,
        user,
        route,
        limit,
        ..
    } = arguments;
    let is_filtered = [key, user, route].into_iter().any(Option::is_some);
    let shown = limit.saturating_add(1);
    let looked_at = if is_filtered { MAX_LOOKED_AT } else { shown };
    let span = |span: &Option<Span>| json!(span.map(Span::seconds));
    let of = |bound: i64| vec![json!(org), span(since), span(until), json!(bound)];
    let filters = [json!(key), json!(user), json!(route), json!(shown)];
    let mut statements = vec![
        bind(ORGANIZATION, &[json!(org)]),
        bind(RECORDS, &[of(looked_at), filters.to_vec()].concat()),
        bind(LOSSES, &of(MAX_LOSSES)),
    ];
    if is_filtered {
        statements.push(bind(NOT_LOOKED_AT, &of(MAX_LOOKED_AT)));
    }
    statements
}

#[derive(Deserialize)]
struct Organization {
    name: String,
    now: Timestamp,
}

#[derive(Debug, Deserialize)]
struct Record {
    called_at: Timestamp,
    request_id: String,
    method: String,
    path: String,
    route: String,
    status: u16,
    duration_ms: i64,
    /// A JSON array of texts.
    query_names: String,
    key_id: Option<String>,
    key_name: Option<String>,
    user_id: Option<String>,
    client_ip: Option<String>,
}

#[derive(Deserialize)]
struct Loss {
    /// Empty if it is not known.
    org_id: String,
    reason: String,
    lost: u64,
    last_at: Timestamp,
}

struct Read {
    organization: Option<Organization>,
    records: Vec<Record>,
    losses: Vec<Loss>,
    /// Where the look ended, if it did before the records did.
    looked_until: Option<Timestamp>,
}

fn read(answer: &Answer) -> Result<Read> {
    #[derive(Deserialize)]
    struct NotLookedAt {
        called_at: Timestamp,
    }
    let not_looked_at = answer.rows::<NotLookedAt>(3)?.into_iter().next();
    Ok(Read {
        organization: answer.rows(0)?.into_iter().next(),
        records: answer.rows(1)?,
        losses: answer.rows(2)?,
        looked_until: not_looked_at.map(|record| record.called_at),
    })
}

/// A record for programs, with the names of 2.8.
#[derive(Serialize)]
struct External<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    target_type: &'static str,
    called_at: Timestamp,
    method: &'a str,
    path: &'a str,
    route: &'a str,
    status: u16,
    duration_ms: i64,
    query_names: Value,
    key_id: Option<&'a str>,
    key_name: Option<&'a str>,
    user_id: Option<&'a str>,
    client_ip: Option<&'a str>,
    /// The request id of the answer.
    correlation_id: &'a str,
}

impl<'a> External<'a> {
    fn of(record: &'a Record) -> Self {
        Self {
            kind: "external_api_call",
            target_type: "external_api_request",
            called_at: record.called_at,
            method: &record.method,
            path: &record.path,
            route: &record.route,
            status: record.status,
            duration_ms: record.duration_ms,
            query_names: names(record).into(),
            key_id: record.key_id.as_deref(),
            key_name: record.key_name.as_deref(),
            user_id: record.user_id.as_deref(),
            client_ip: record.client_ip.as_deref(),
            correlation_id: &record.request_id,
        }
    }
}

/// The names of a call's query parameters; the column holds nothing else.
fn names(record: &Record) -> Vec<String> {
    serde_json::from_str(&record.query_names).unwrap_or_default()
}

/// Records for people.
fn shown(records: &[Record]) -> String {
    table(
        [
            "TIME",
            "METHOD",
            "PATH",
            "QUERY",
            "STATUS",
            "MS",
            "KEY",
            "USER",
            "ADDRESS",
            "REQUEST ID",
        ],
        records.iter().map(|record| {
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            let key = match (&record.key_name, &record.key_id) {
                (Some(name), Some(id)) => format!("{name} ({id})"),
                (name, id) => text(if name.is_some() { name } else { id }),
            };
            [
                iso(record.called_at),
                record.method.clone(),
                record.path.clone(),
                names(record).join(" "),
                record.status.to_string(),
                record.duration_ms.to_string(),
                key,
                text(&record.user_id),
                text(&record.client_ip),
                record.request_id.clone(),
            ]
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            called_at: Timestamp::from_seconds(1_795_767_109),
            request_id: "5c1f6d1e-0c3c-4f6e-9d3f-0b8a52c6a001".to_owned(),
            method: "GET".to_owned(),
            path: "/v1/assessments/cbqsrw_1".to_owned(),
            route: "/v1/assessments/{assessment_id}".to_owned(),
            status: 404,
            duration_ms: 12,
            query_names: r#"["a","b"]"#.to_owned(),
            key_id: Some("cbkey_1".to_owned()),
            key_name: Some("CI".to_owned()),
            user_id: None,
            client_ip: Some("203.0.113.7".to_owned()),
        }
    }

    #[test]
    fn a_record_for_programs_has_the_names_of_the_contract() {
        assert_eq!(
            serde_json::to_value(External::of(&record())).unwrap(),
            json!({
                "type": "external_api_call",
                "target_type": "external_api_request",
                "called_at": 1_795_767_109,
                "method": "GET",
                "path": "/v1/assessments/cbqsrw_1",
                "route": "/v1/assessments/{assessment_id}",
                "status": 404,
                "duration_ms": 12,
                "query_names": ["a", "b"],
                "key_id": "cbkey_1",
                "key_name": "CI",
                "user_id": null,
                "client_ip": "203.0.113.7",
                "correlation_id": "5c1f6d1e-0c3c-4f6e-9d3f-0b8a52c6a001",
            })
        );
    }

    #[test]
    fn a_person_sees_key_and_query_names_in_one_line() {
        let shown = shown(&[record()]);
        let line = shown.lines().nth(1).unwrap();
        for part in ["2026-11-27T08:11:49Z", "CI (cbkey_1)", "a b", "203.0.113.7"] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}
