//! The demo data, and what of it is offered to try: on the command line of its first
//! organization, in the dashboard of the one that has a year of work behind it.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::import;
use crate::process::{root, run_quietly};
use crate::setup;

/// Where the demo's workflows find their analyser, as the files say.
const ANALYSER: &str = "http://127.0.0.1:8788";
/// What makes the organization with a year of work.
pub(super) const YEAR: &str = "worker/demo/year";
/// Assessments of each status that the dashboard offers to open: those that changed last.
const OFFERED: usize = 2;

/// The demo data.
pub(super) struct Demo {
    /// The file to import.
    text: String,
    /// The organization of the command line.
    first: Value,
    /// The one of the dashboard.
    year: Value,
}

impl Demo {
    /// Reads and makes it, with the analyser at another port.
    pub(super) fn read(analyser_port: u16) -> Result<Self> {
        let mut orgs = Vec::new();
        for text in [
            fs::read_to_string(import::demo_file()).context("demo data")?,
            run_quietly(
                setup::node()?.arg(root().join(YEAR).join("main.mjs")),
                "mend what makes the demo data",
            )?,
        ] {
            let text = text.replace(ANALYSER, &format!("http://127.0.0.1:{analyser_port}"));
            let mut json: Value = serde_json::from_str(&text).context("demo data")?;
            let of_file = json.get_mut("orgs").and_then(Value::as_array_mut);
            orgs.append(of_file.context("demo data without organizations")?);
        }
        let first = orgs.first().cloned().unwrap_or_default();
        let year = orgs.last().cloned().unwrap_or_default();
        Ok(Self {
            text: json!({ "orgs": orgs }).to_string(),
            first,
            year,
        })
    }

    /// The file to import. What it says of the year is another thing every day.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What the analyser checks signatures with: a secret of each that calls it.
    pub(super) fn signing_secrets(&self) -> Vec<&str> {
        let mut secrets: Vec<&str> = [&self.first, &self.year]
            .into_iter()
            .filter_map(|org| org.get("workflows").and_then(Value::as_array))
            .flatten()
            .filter_map(|workflow| workflow.get("signing_secret").and_then(Value::as_str))
            .collect();
        secrets.dedup();
        secrets
    }

    /// What the dashboard offers, the Worker's variable `DEMO`.
    pub(super) fn settings(&self) -> Value {
        let mut request = request(&self.year);
        if let Some(fields) = request.as_object_mut() {
            for (name, pointer) in [
                ("service_ids", "/vendors/0/services/0/id"),
                ("supporting_document_ids", "/vendors/0/documents/0/id"),
            ] {
                fields.insert(name.to_owned(), json!([value(&self.year, pointer)]));
            }
        }
        let mut offered: Vec<&Value> = Vec::new();
        let assessments = value(&self.year, "/assessments").as_array();
        for assessment in assessments.into_iter().flatten() {
            let is_alike = |other: &&&Value| other.get("status") == assessment.get("status");
            let is_archived = assessment.get("archived_at").is_some();
            if !is_archived && offered.iter().filter(is_alike).count() < OFFERED {
                offered.push(assessment);
            }
        }
        let ids: Vec<&Value> = offered
            .into_iter()
            .filter_map(|assessment| assessment.get("id"))
            .collect();
        json!({
            "token": token(&self.year),
            "user_id": value(&self.year, "/users/0/id"),
            "request": request,
            "assessment_ids": ids,
        })
    }

    /// Says where the API is and how to try it.
    pub(super) fn announce(&self, port: u16) {
        let base = format!("http://127.0.0.1:{port}");
        println!("ready {base}");
        println!("the dashboard is at {base}/, or create an assessment by hand:");
        println!("  curl -sS {base}/v1/assessments \\");
        println!(
            "    -H 'Authorization: Bearer {}' \\",
            token(&self.first).as_str().unwrap_or_default()
        );
        println!("    -H 'Content-Type: application/json' \\");
        println!("    -H 'Idempotency-Key: demo-1' \\");
        println!("    -d '{}'", request(&self.first));
    }
}

fn value<'v>(org: &'v Value, pointer: &str) -> &'v Value {
    org.pointer(pointer).unwrap_or(&Value::Null)
}

fn token(org: &Value) -> &Value {
    value(org, "/api_keys/0/secret")
}

/// A create request, small enough to type.
fn request(org: &Value) -> Value {
    json!({
        "vendor_id": value(org, "/vendors/0/id"),
        "control_set_ids": [value(org, "/control_sets/0/id")],
        "trigger_workflow": value(org, "/workflows/0/name"),
    })
}
