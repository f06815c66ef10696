//! The demo data, and what of it is offered to try.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::import;

/// Where the demo's workflow finds its analyser, as the file says.
const ANALYSER: &str = "http://127.0.0.1:8788";

/// The demo data.
pub(super) struct Demo {
    text: String,
    json: Value,
}

impl Demo {
    /// Reads it, with the analyser at another port.
    pub(super) fn read(analyser_port: u16) -> Result<Self> {
        let text = fs::read_to_string(import::demo_file()).context("demo data")?;
        let text = text.replace(ANALYSER, &format!("http://127.0.0.1:{analyser_port}"));
        let json = serde_json::from_str(&text).context("demo data")?;
        Ok(Self { text, json })
    }

    /// The file to import.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn value(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn token(&self) -> &Value {
        self.value("/orgs/0/api_keys/0/secret")
    }

    /// What the analyser checks signatures with.
    pub(super) fn signing_secret(&self) -> &str {
        self.value("/orgs/0/workflows/0/signing_secret")
            .as_str()
            .unwrap_or_default()
    }

    /// A create request, small enough to type.
    fn request(&self) -> Value {
        json!({
            "vendor_id": self.value("/orgs/0/vendors/0/id"),
            "control_set_ids": [self.value("/orgs/0/control_sets/0/id")],
            "trigger_workflow": self.value("/orgs/0/workflows/0/name"),
        })
    }

    /// What the dashboard offers, the Worker's variable `DEMO`.
    pub(super) fn settings(&self) -> Value {
        let mut request = self.request();
        if let Some(fields) = request.as_object_mut() {
            for (name, pointer) in [
                ("service_ids", "/orgs/0/vendors/0/services/0/id"),
                (
                    "supporting_document_ids",
                    "/orgs/0/vendors/0/documents/0/id",
                ),
            ] {
                fields.insert(name.to_owned(), json!([self.value(pointer)]));
            }
        }
        let assessments = self.value("/orgs/0/assessments").as_array();
        let ids: Vec<&Value> = assessments
            .into_iter()
            .flatten()
            .filter_map(|assessment| assessment.get("id"))
            .collect();
        json!({
            "token": self.token(),
            "user_id": self.value("/orgs/0/users/0/id"),
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
            self.token().as_str().unwrap_or_default()
        );
        println!("    -H 'Content-Type: application/json' \\");
        println!("    -H 'Idempotency-Key: demo-1' \\");
        println!("    -d '{}'", self.request());
    }
}
