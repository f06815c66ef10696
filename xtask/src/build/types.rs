//! TypeScript types of the wire, from the Rust types.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assessments::assessment::{
    ArchivedAssessment, Assessment, CreatedAssessment, CustomField, CustomFieldType,
    CustomFieldValue, Status,
};
use assessments::client::Policy;
use assessments::credential::AuthTest;
use assessments::dashboard::{
    AssessmentDetail, AssessmentPage, AwaitedEvent, ControlSetPage, Environment, LastAssessment,
    ListedAssessment, ListedFinding, ListedRun, ListedUser, ListedVendor, ListedWorkflow, Me,
    Named, NamedKey, NamedOrganization, NamedUser, RiskAnalyst, UserPage, VendorDetail, VendorPage,
    WorkflowPage,
};
use assessments::field::{Body, Content, CreateAssessmentRequest, Descriptor};
use assessments::header;
use assessments::id::{AnyKind, IdErrorCode};
use assessments::openapi;
use assessments::problem::ProblemCode;
use assessments::route::{Endpoint, Permission};
use assessments::session::{CreateSessionRequest, CreatedSession};
use assessments::shape::{Shape, Spec};
use assessments::validation;
use assessments::workflow::analysis::{Analysis, Finding, NewArtifact};
use assessments::workflow::event::SendWorkflowEventRequest;
use assessments::workflow::question::{Question, RunInput};
use assessments::workflow::run::{
    AcceptedEvent, ActionType, Artifact, RunStatus, RunStep, StepStatus, WorkflowRun,
};

/// Types with a name of their own, and the names of their schemas: those are what
/// the words for readers stand under.
const NAMED: [(&str, &str, &Spec); 39] = [
    ("AssessmentStatus", "Status", Status::SPEC),
    ("CustomFieldType", "CustomFieldType", CustomFieldType::SPEC),
    (
        "CustomFieldValue",
        "CustomFieldValue",
        CustomFieldValue::SPEC,
    ),
    ("CustomField", "CustomField", CustomField::SPEC),
    (
        "CreatedAssessment",
        "CreatedAssessment",
        CreatedAssessment::SPEC,
    ),
    ("Assessment", "Assessment", Assessment::SPEC),
    (
        "ArchivedAssessment",
        "ArchivedAssessment",
        ArchivedAssessment::SPEC,
    ),
    ("WorkflowRunStatus", "RunStatus", RunStatus::SPEC),
    ("WorkflowStepStatus", "StepStatus", StepStatus::SPEC),
    ("WorkflowActionType", "ActionType", ActionType::SPEC),
    ("WorkflowArtifact", "Artifact", Artifact::SPEC),
    ("WorkflowRunStep", "RunStep", RunStep::SPEC),
    ("WorkflowRun", "WorkflowRun", WorkflowRun::SPEC),
    ("AcceptedEvent", "AcceptedEvent", AcceptedEvent::SPEC),
    ("AuthTest", "AuthenticationTest", AuthTest::SPEC),
    ("CreatedSession", "CreatedSession", CreatedSession::SPEC),
    ("Permission", "Permission", Permission::SPEC),
    ("DeploymentEnvironment", "Environment", Environment::SPEC),
    (
        "NamedOrganization",
        "NamedOrganization",
        NamedOrganization::SPEC,
    ),
    ("NamedUser", "NamedUser", NamedUser::SPEC),
    ("NamedKey", "NamedKey", NamedKey::SPEC),
    ("Me", "Me", Me::SPEC),
    ("VendorPage", "VendorPage", VendorPage::SPEC),
    ("ListedVendor", "ListedVendor", ListedVendor::SPEC),
    ("LastAssessment", "LastAssessment", LastAssessment::SPEC),
    ("VendorDetail", "VendorDetail", VendorDetail::SPEC),
    ("Named", "Named", Named::SPEC),
    ("RiskAnalyst", "RiskAnalyst", RiskAnalyst::SPEC),
    ("ControlSetPage", "ControlSetPage", ControlSetPage::SPEC),
    ("UserPage", "UserPage", UserPage::SPEC),
    ("ListedUser", "ListedUser", ListedUser::SPEC),
    ("WorkflowPage", "WorkflowPage", WorkflowPage::SPEC),
    ("ListedWorkflow", "ListedWorkflow", ListedWorkflow::SPEC),
    ("AssessmentPage", "AssessmentPage", AssessmentPage::SPEC),
    (
        "ListedAssessment",
        "ListedAssessment",
        ListedAssessment::SPEC,
    ),
    (
        "AssessmentDetail",
        "AssessmentDetail",
        AssessmentDetail::SPEC,
    ),
    ("ListedFinding", "ListedFinding", ListedFinding::SPEC),
    ("ListedRun", "ListedRun", ListedRun::SPEC),
    ("AwaitedEvent", "AwaitedEvent", AwaitedEvent::SPEC),
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
        let mut text = body(spec, "");
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
         export type Id<Kind extends IdKind> = string & { readonly [kindOfId]: Kind };\n\
         /**\n \
         * What a request takes for an id of that kind: any text, but no id that is known to be of\n \
         * another kind.\n \
         */\n\
         export type IdLike<Kind extends IdKind> = string & { readonly [kindOfId]?: Kind };\n",
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
    for (name, schema, spec) in NAMED {
        out.push('\n');
        comment(&mut out, "", &words(schema, None));
        let _ = match spec {
            Spec::Object(_) => writeln!(out, "export interface {name} {}", body(spec, schema)),
            _ => writeln!(out, "export type {name} = {};", body(spec, schema)),
        };
    }
    request::<CreateAssessmentRequest>(&mut out, "CreateAssessmentRequest");
    request::<CreateSessionRequest>(&mut out, "CreateSessionRequest");
    request::<SendWorkflowEventRequest>(&mut out, "SendWorkflowEventRequest");
    parsed::<CreateAssessmentRequest>(&mut out, "CreateAssessmentRequest");
    closed_sets(&mut out);
    out
}

/// What readers are told of a schema or of one of its properties.
fn words(schema: &str, property: Option<&str>) -> String {
    openapi::words(schema, property).unwrap_or_default()
}

/// Writes a comment that stands before a declaration, in lines that editors need not
/// break.
fn comment(out: &mut String, indent: &str, text: &str) {
    const WIDTH: usize = 96;
    if text.is_empty() {
        return;
    }
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut()
            && (line.is_empty() || line.len() + word.len() < WIDTH)
        {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    let _ = match lines.as_slice() {
        [line] => writeln!(out, "{indent}/** {line} */"),
        lines => {
            let separator = format!("\n{indent} * ");
            writeln!(
                out,
                "{indent}/**{separator}{}\n{indent} */",
                lines.join(&separator)
            )
        }
    };
}

/// The type of a request body, as it is sent.
fn request<B: Body>(out: &mut String, name: &str) {
    out.push('\n');
    comment(out, "", &words(name, None));
    let _ = writeln!(out, "export interface {name} {{");
    for field in B::FIELDS {
        field_comment(out, name, field);
        let is_list = matches!(field.content, Content::Ids(..));
        let readonly = if is_list { "readonly " } else { "" };
        let of = format!("{readonly}{}", field_type(field.content, id_like));
        let _ = match field.is_required {
            true => writeln!(out, "  {}: {of};", field.name),
            false => writeln!(out, "  {}?: {of} | null | undefined;", field.name),
        };
    }
    out.push_str("}\n");
}

/// The type of a request body that was found good.
fn parsed<B: Body>(out: &mut String, name: &str) {
    out.push('\n');
    let text = format!(
        "A {name} that was found good: its known fields, without `null`s and without lists that are \
         empty and could be left out. The ids have the form of their kind; whether they name anything, \
         only the API knows."
    );
    comment(out, "", &text);
    let _ = writeln!(out, "export interface Parsed{name} {{");
    for field in B::FIELDS {
        field_comment(out, name, field);
        let of = field_type(field.content, id_type);
        let mark = if field.is_required { "" } else { "?" };
        let _ = writeln!(out, "  {}{mark}: {of};", field.name);
    }
    out.push_str("}\n");
}

/// What a field of a request means, and how much it may hold.
fn field_comment(out: &mut String, request: &str, field: &Descriptor) {
    let mut text = words(request, Some(field.name));
    // A schema has keywords for this.
    if let Content::Integer(least, most) = field.content {
        let (least, most) = (thousands(&least.to_string()), thousands(&most.to_string()));
        let _ = write!(text, " From {least} to {most}.");
    }
    comment(out, "  ", &text);
}

/// The type of what a field holds, in which ids are of the types that are told.
fn field_type(content: Content, id: fn(AnyKind) -> String) -> String {
    match content {
        Content::Id(kind) => id(kind),
        Content::Ids(kind, _) => format!("{}[]", id(kind)),
        Content::Text(_) | Content::TrimmedText(_) => "string".to_owned(),
        Content::Integer(..) => "number".to_owned(),
        Content::Json => "unknown".to_owned(),
    }
}

fn id_like(kind: AnyKind) -> String {
    format!("IdLike<\"{}\">", kind.name())
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

/// A type where another uses it, whose schema has that name.
fn reference(spec: &'static Spec, schema: &str) -> String {
    NAMED
        .iter()
        .map(|(name, _, named)| (name, named))
        .chain(OF_WEBHOOK.iter().map(|(name, named, ..)| (name, named)))
        .find(|(_, named)| std::ptr::eq(**named, spec))
        .map_or_else(|| body(spec, schema), |(name, _)| (*name).to_owned())
}

/// A type written out; its words stand under the name of that schema.
fn body(spec: &'static Spec, schema: &str) -> String {
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
        Spec::Nullable(inner) => format!("{} | null", reference(inner, schema)),
        Spec::Optional(inner) => reference(inner, schema),
        Spec::List(item) => format!("{}[]", reference(item, schema)),
        Spec::AnyOf(specs) => {
            let types: Vec<String> = specs.iter().map(|spec| reference(spec, schema)).collect();
            types.join(" | ")
        }
        // What a later version adds may be any JSON.
        Spec::IfKnown { then, .. } => format!("{} | object | null", reference(then, schema)),
        Spec::Object(members) => {
            let mut out = String::from("{\n");
            for (key, spec) in *members {
                comment(&mut out, "  ", &member_words(schema, key, spec));
                let mark = if matches!(spec, Spec::Optional(_)) {
                    "?"
                } else {
                    ""
                };
                let _ = writeln!(out, "  {key}{mark}: {};", reference(spec, schema));
            }
            out.push('}');
            out
        }
    }
}

/// What readers are told of a member of an answer, with its unit.
fn member_words(schema: &str, key: &str, spec: &Spec) -> String {
    // Those that are documented where they are declared.
    if schema.is_empty() {
        return String::new();
    }
    let mut text = words(schema, Some(key));
    if matches!(spec, Spec::Time | Spec::Nullable(Spec::Time)) {
        text.push(' ');
        text.push_str(&words("Timestamp", None));
    }
    text
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
