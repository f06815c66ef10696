//! Validates create requests, one JSON text a line, as the npm package does:
//! `cargo run --example validate < requests.jsonl`. Answers one JSON text a line,
//! `{"ok":true,"value":...}` or `{"ok":false,"status":...,"issues":[...]}`.

use std::io::{self, BufRead, Write};

use assessments::json::JsonText;
use assessments::problem::BODY_TOO_LARGE;
use assessments::schema::Fault;
use assessments::validation::{self, Invalid, Issue, TOO_LARGE};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", outcome(&line?))?;
    }
    out.flush()
}

fn outcome(text: &str) -> Value {
    let read = JsonText::read(text.as_bytes());
    let is_good = read.is_ok_and(|json| validation::is_good(&json));
    let validated = read
        .map_err(|error| Invalid::Schema(vec![Fault::from(error)]))
        .and_then(validation::validate);
    // The quick way must say what the other says.
    assert_eq!(is_good, validated.is_ok(), "{text}");
    match validated {
        Ok(draft) => json!({ "ok": true, "value": draft }),
        Err(invalid) => json!({
            "ok": false,
            "status": invalid.status(),
            "issues": match &invalid {
                Invalid::Schema(faults) => json!(faults),
                Invalid::Content(issues) => issues.iter().map(entry).collect(),
                Invalid::TooLarge => json!([{
                    "loc": ["body"],
                    "msg": BODY_TOO_LARGE,
                    "type": TOO_LARGE,
                }]),
            },
        }),
    }
}

fn entry(issue: &Issue) -> Value {
    json!({
        "loc": issue.place,
        "msg": issue.kind.to_string(),
        "type": issue.kind.code(),
    })
}
