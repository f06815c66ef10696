//! TypeScript types of the wire, from the Rust types.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assessments::assessment::{
    ArchivedAssessment, Assessment, CreatedAssessment, CustomField, CustomFieldType,
    CustomFieldValue, Status,
};
use assessments::client::Policy;
use assessments::dashboard::{Environment, Me};
use assessments::field::{Body, CreateAssessmentRequest};
use assessments::header;
use assessments::id::{AnyKind, IdErrorCode};
use assessments::openapi;
use assessments::problem::ProblemCode;
use assessments::route::{Endpoint, Permission};
use assessments::session::{CreateSessionRequest, CreatedSession};
use assessments::shape::{Shape, Spec};
use assessments::validation;
use assessments::workflow::analysis::{Analysis, Finding, NewArtifact};
use assessments::workflow::question::{Question, RunInput};
use assessments::workflow::run::{
    ActionType, Artifact, RunStatus, RunStep, StepStatus, WorkflowRun,
};

/// Types with a name of their own.
const NAMED: [(&str, &Spec, &str); 17] = [
    (
        "AssessmentStatus",
        Status::SPEC,
        "Where an assessment stands.",
    ),
    (
        "CustomFieldType",
        CustomFieldType::SPEC,
        "The type of a custom field.",
    ),
    (
        "CustomFieldValue",
        CustomFieldValue::SPEC,
        "The value of a custom field.",
    ),
    (
        "CustomField",
        CustomField::SPEC,
        "A custom field that has a value.",
    ),
    (
        "CreatedAssessment",
        CreatedAssessment::SPEC,
        "The answer of a create. Times are Unix seconds.",
    ),
    (
        "Assessment",
        Assessment::SPEC,
        "An assessment. Times are Unix seconds.",
    ),
    (
        "ArchivedAssessment",
        ArchivedAssessment::SPEC,
        "The answer of a cancel or archive. Times are Unix seconds.",
    ),
    (
        "WorkflowRunStatus",
        RunStatus::SPEC,
        "Where a workflow run stands.",
    ),
    (
        "WorkflowStepStatus",
        StepStatus::SPEC,
        "How a step of a run ended.",
    ),
    (
        "WorkflowActionType",
        ActionType::SPEC,
        "What a step of a run does.",
    ),
    (
        "WorkflowArtifact",
        Artifact::SPEC,
        "Something that a step made or used. Times are Unix seconds.",
    ),
    ("WorkflowRunStep", RunStep::SPEC, "A step of a run."),
    (
        "WorkflowRun",
        WorkflowRun::SPEC,
        "A workflow run. Times are Unix seconds.",
    ),
    (
        "CreatedSession",
        CreatedSession::SPEC,
        "A session for a browser, and when it ends. Times are Unix seconds.",
    ),
    (
        "Permission",
        Permission::SPEC,
        "What a role may be granted.",
    ),
    (
        "DeploymentEnvironment",
        Environment::SPEC,
        "What a deployment is for.",
    ),
    (
        "Me",
        Me::SPEC,
        "Who calls, and what they may do: the answer of `GET /v1/dashboard/me`.",
    ),
];

/// A type, and what its members mean.
type Documented = (
    &'static str,
    &'static Spec,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Types with a name of their own that only those who are called need.
const OF_WEBHOOK: [Documented; 5] = [
    (
        "AnalyserQuestion",
        Question::SPEC,
        "What an analyser is asked by a step of a workflow run: the same for every attempt.",
        &[
            ("workflow_run_id", "The run that asks."),
            ("workflow_definition_id", "Its definition."),
            (
                "component_id",
                "The component of the definition that the step carries out.",
            ),
            ("component_name", "That component's name."),
            ("input", "What the run was told when it started."),
            (
                "sent_at",
                "When the step began, Unix seconds: the same for every attempt, which may be hours later.",
            ),
        ],
    ),
    (
        "WorkflowRunInput",
        RunInput::SPEC,
        "What a run was told when it started.",
        &[
            ("assessment_id", "The assessment that it started with."),
            ("vendor_id", "The vendor under assessment."),
            ("service_id", "The service in scope, if it is exactly one."),
        ],
    ),
    (
        "Analysis",
        Analysis::SPEC,
        "What an analyser answers. What is left out or `null` stays as it is.",
        &[
            (
                "status",
                "Where the assessment stands now: any status but `canceled`, which is for people to decide.",
            ),
            (
                "score_percent",
                "A fraction, typically 0 to 1: 0.64 is 64 %.",
            ),
            ("findings", "Findings to add, at most 100."),
            ("artifacts", "Artifacts to show with the step, at most 20."),
        ],
    ),
    (
        "AnalysisFinding",
        Finding::SPEC,
        "A finding to add.",
        &[("title", "What was found, in 1 to 255 characters.")],
    ),
    (
        "AnalysisArtifact",
        NewArtifact::SPEC,
        "Something that was made or used. Each text has 1 to 255 characters.",
        &[
            ("artifact_type", "What it is, as in `report`."),
            ("id", "Its id, where it is kept."),
            ("role", "What it is to the step, as in `output`."),
        ],
    ),
];

/// The declarations of `assessments-edge/webhook` that are generated, with the types of
/// the default entry that they use.
pub(super) fn of_webhook() -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    for (name, spec, doc, members) in OF_WEBHOOK {
        let mut text = body(spec);
        for (member, doc) in members {
            for mark in [":", "?:"] {
                let line = format!("\n  {member}{mark} ");
                text = text.replace(&line, &format!("\n  /** {doc} */{line}"));
            }
        }
        let _ = write!(out, "\n/** {doc} */\nexport interface {name} {text}\n");
    }
    let others = AnyKind::ALL.iter().map(|kind| id_type(*kind));
    let others = others.chain(NAMED.map(|(name, ..)| name.to_owned()));
    let used: Vec<_> = others
        .filter(|name| out.contains(&format!(": {name}")))
        .collect();
    format!(
        "import type {{ {} }} from \"./index.js\";\n{out}",
        used.join(", ")
    )
}

/// The declarations of `assessments-edge/testing` that are generated.
pub(super) fn of_testing() -> String {
    let mut out = String::new();
    let mut errors = BTreeMap::new();
    for error in openapi::error_examples() {
        errors.entry(error.name).or_insert(error.sentence);
    }
    let operations: Vec<_> = Endpoint::ALL
        .iter()
        .map(|endpoint| {
            let call = format!("`{} {}`", endpoint.method(), endpoint.template());
            (openapi::operation_id(*endpoint), call)
        })
        .collect();
    // Writing to a string cannot fail.
    out.push_str("\n/** An error of the API, by its name among the examples of `/openapi.json`. */\nexport type ApiErrorName =\n");
    for (name, sentence) in errors {
        let _ = writeln!(out, "  /** {sentence} */\n  | \"{name}\"");
    }
    out.push_str(";\n\n/** An operation of the API, by its id in `/openapi.json`. */\nexport type ApiOperation =\n");
    for (id, call) in operations {
        let _ = writeln!(out, "  /** {call} */\n  | \"{id}\"");
    }
    out.push_str(";\n");
    out
}

/// The declarations.
pub(super) fn declarations() -> String {
    let mut out = String::from(
        "/// <reference lib=\"esnext.disposable\" />\n\n// Without this, a declaration file exports all that it declares.\nexport {};\n\n/** A kind of id. */\nexport type IdKind =\n",
    );
    // Writing to a string cannot fail.
    for kind in AnyKind::ALL {
        let _ = writeln!(out, "  | \"{}\"", kind.name());
    }
    out.push_str(
        ";\n\ndeclare const kindOfId: unique symbol;\n\n\
         /** A text that was found to be an id of that kind. */\n\
         export type Id<Kind extends IdKind> = string & { readonly [kindOfId]: Kind };\n",
    );
    for kind in AnyKind::ALL {
        let _ = writeln!(
            out,
            "/** The id of {}: `{}_` and 32 hexadecimal digits. */\nexport type {} = Id<\"{}\">;",
            kind.noun(),
            kind.prefix(),
            id_type(*kind),
            kind.name()
        );
    }
    for (name, spec, doc) in NAMED {
        let _ = match spec {
            Spec::Object(_) => write!(
                out,
                "\n/** {doc} */\nexport interface {name} {}\n",
                body(spec)
            ),
            _ => write!(
                out,
                "\n/** {doc} */\nexport type {name} = {};\n",
                body(spec)
            ),
        };
    }
    request::<CreateAssessmentRequest>(&mut out, "CreateAssessmentRequest", "A create request.");
    request::<CreateSessionRequest>(&mut out, "CreateSessionRequest", "A request for a session.");
    closed_sets(&mut out);
    out
}

/// The type of a request body.
fn request<B: Body>(out: &mut String, name: &str, doc: &str) {
    let _ = write!(
        out,
        "\n/** {doc} `null` in an optional field is the same as leaving it out. */\nexport interface {name} {{\n"
    );
    for field in B::FIELDS {
        let mark = if field.is_required { "" } else { "?" };
        let of = field.spec().map_or_else(|| "unknown".to_owned(), reference);
        if let Some(description) = B::description(field.name) {
            let _ = writeln!(out, "  /** {description} */");
        }
        let _ = writeln!(out, "  {}{mark}: {of};", field.name);
    }
    out.push_str("}\n");
}

/// Names that Rust knows all of.
fn closed_sets(out: &mut String) {
    let sets: [(&str, &str, Vec<&str>); 4] = [
        (
            "IssueType",
            "The stable names of what can be wrong with a request.",
            validation::issue_types().into_iter().collect(),
        ),
        (
            "IdErrorCode",
            "The stable names of why a text is not an id.",
            IdErrorCode::ALL.iter().map(|code| code.as_str()).collect(),
        ),
        (
            "ApiErrorCode",
            "The stable names that errors of the API have, if they have one.",
            ProblemCode::ALL.iter().map(|code| code.as_str()).collect(),
        ),
        (
            "ApiHeader",
            "The headers of answers that the API itself gives a meaning.",
            header::OF_ANSWERS.to_vec(),
        ),
    ];
    for (name, doc, texts) in sets {
        let _ = write!(out, "\n/** {doc} */\nexport type {name} =\n");
        for text in texts {
            let _ = writeln!(out, "  | \"{text}\"");
        }
        out.push_str(";\n");
    }
}

/// What is written by hand, with the numbers that Rust knows.
pub(super) fn with_defaults(by_hand: &str) -> String {
    let milliseconds =
        |key: &str, value: f64| (format!("{{{{{key}}}}}"), thousands(&value.to_string()));
    let retries = Policy::DEFAULT_MAX_RETRIES.to_string();
    [
        ("{{maxRetries}}".to_owned(), retries),
        milliseconds("timeoutMs", Policy::DEFAULT_TIMEOUT_MS),
        milliseconds("totalTimeoutMs", Policy::DEFAULT_TOTAL_TIMEOUT_MS),
    ]
    .iter()
    .fold(by_hand.to_owned(), |text, (key, value)| {
        text.replace(key, value)
    })
}

/// `60000` as people read it.
fn thousands(digits: &str) -> String {
    match digits
        .len()
        .checked_sub(3)
        .and_then(|at| digits.split_at_checked(at))
    {
        Some((before, after)) if !before.is_empty() => format!("{} {after}", thousands(before)),
        _ => digits.to_owned(),
    }
}

/// A type where another uses it.
fn reference(spec: &'static Spec) -> String {
    NAMED
        .iter()
        .map(|(name, named, _)| (name, named))
        .chain(OF_WEBHOOK.iter().map(|(name, named, ..)| (name, named)))
        .find(|(_, named)| std::ptr::eq(**named, spec))
        .map_or_else(|| body(spec), |(name, _)| (*name).to_owned())
}

/// A type written out.
fn body(spec: &'static Spec) -> String {
    match spec {
        Spec::String => "string".to_owned(),
        Spec::Boolean => "boolean".to_owned(),
        Spec::Number | Spec::Count | Spec::Time => "number".to_owned(),
        Spec::Id(kind) => id_type(*kind),
        Spec::OneOf(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            // Any other text as well, without hiding the known ones from editors.
            format!("{} | (string & {{}})", texts.join(" | "))
        }
        Spec::Nullable(inner) => format!("{} | null", reference(inner)),
        Spec::Optional(inner) => reference(inner),
        Spec::List(item) => format!("{}[]", reference(item)),
        Spec::AnyOf(specs) => {
            let types: Vec<String> = specs.iter().map(reference).collect();
            types.join(" | ")
        }
        // What a later version adds may be any JSON.
        Spec::IfKnown { then, .. } => format!("{} | object | null", reference(then)),
        Spec::Object(members) => {
            let members: String = members
                .iter()
                .map(|(key, spec)| {
                    let mark = if matches!(spec, Spec::Optional(_)) {
                        "?"
                    } else {
                        ""
                    };
                    format!("  {key}{mark}: {};\n", reference(spec))
                })
                .collect();
            format!("{{\n{members}}}")
        }
    }
}

/// `vendor_document` becomes `VendorDocumentId`.
fn id_type(kind: AnyKind) -> String {
    let words = kind.name().split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    });
    words.chain(["Id".to_owned()]).collect()
}
