//! What must hold for the document as a whole.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::idempotency::{self, LIFETIME_SECONDS};
use crate::limits::{MAX_BODY_BYTES, MAX_LIST_ENTRIES, MAX_TEXT_LENGTH};
use crate::schema::MAX_FAULTS;
use crate::session::DEFAULT_LIFETIME_SECONDS;
use crate::workflow::event::MAX_NAME_LENGTH;

fn the_document() -> Value {
    serde_json::from_str(&document().unwrap()).unwrap()
}

/// Every value below `value`, with the way to it.
fn walk<'a>(value: &'a Value, way: &str, look: &mut impl FnMut(&str, &'a Value)) {
    look(way, value);
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                walk(value, &format!("{way}/{}", key.replace('/', "~1")), look);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, &format!("{way}/{index}"), look);
            }
        }
        _ => {}
    }
}

/// Every text that is meant for people, with the way to it.
fn prose(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(document, "", &mut |way, value| {
        let key = way.rsplit('/').next().unwrap_or_default();
        let is_example = way.contains("/value/");
        if let (Some(text), "description" | "summary" | "title", false) =
            (value.as_str(), key, is_example)
        {
            found.push((way.to_owned(), text.to_owned()));
        }
    });
    found
}

#[test]
fn it_describes_exactly_the_routes() {
    let document = the_document();
    let mut described = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let mut routes: Vec<String> = Endpoint::ALL
        .iter()
        .map(|endpoint| format!("{} {}", endpoint.method(), endpoint.template()))
        .collect();
    described.sort();
    routes.sort();
    assert_eq!(described, routes);
    assert_eq!(document["openapi"], "3.1.0");
}

#[test]
fn every_reference_resolves_and_every_schema_is_referred_to() {
    let document = the_document();
    let mut targets = BTreeSet::new();
    walk(&document, "", &mut |way, value| {
        if way.ends_with("/$ref") {
            targets.insert(value.as_str().unwrap().trim_start_matches('#'));
        }
    });
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let defined: Vec<String> = schemas
        .keys()
        .map(|name| format!("/components/schemas/{name}"))
        .collect();
    assert_eq!(targets, defined.iter().map(String::as_str).collect());
}

#[test]
fn every_response_key_is_required() {
    let document = the_document();
    for (schema, keys) in [
        ("CreatedAssessment", 13),
        ("Assessment", 13),
        ("ArchivedAssessment", 4),
    ] {
        let required = &document["components"]["schemas"][schema]["required"];
        assert_eq!(required.as_array().unwrap().len(), keys, "{schema}");
    }
}

#[test]
fn enums_list_the_values_of_the_wire() {
    use crate::assessment::{CustomFieldType, Status};
    use crate::workflow::run::{ActionType, RunStatus, StepStatus};
    fn values<T: Copy>(all: &[T], text: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|&value| text(value)).collect()
    }
    let schemas = &the_document()["components"]["schemas"];
    for (name, expected) in [
        ("Status", values(Status::ALL, Status::as_str)),
        (
            "CustomFieldType",
            values(CustomFieldType::ALL, CustomFieldType::as_str),
        ),
        ("RunStatus", values(RunStatus::ALL, RunStatus::as_str)),
        ("StepStatus", values(StepStatus::ALL, StepStatus::as_str)),
        ("ActionType", values(ActionType::ALL, ActionType::as_str)),
    ] {
        assert_eq!(schemas[name]["enum"], serde_json::json!(expected), "{name}");
    }
}

#[test]
fn every_error_has_the_schema_of_its_kind_and_no_other() {
    let document = the_document();
    for endpoint in Endpoint::ALL {
        let method = endpoint.method().to_lowercase();
        let responses = &document["paths"][endpoint.template()][method]["responses"];
        for (status, response) in responses.as_object().unwrap() {
            let reference = response["content"]["application/json"]["schema"]["$ref"].as_str();
            let schema = document
                .pointer(reference.unwrap().trim_start_matches('#'))
                .unwrap();
            let detail = &schema["properties"]["detail"];
            let place = format!("{endpoint:?} {status}");
            match status.as_str() {
                "200" | "201" | "202" => assert!(detail.is_null(), "{place}"),
                "400" => assert_eq!(detail["required"], json!(["error"]), "{place}"),
                "403" | "404" | "409" => {
                    assert_eq!(detail["required"], json!(["code", "message"]), "{place}");
                    assert!(detail["properties"]["code"]["enum"].is_array(), "{place}");
                }
                "422" => assert_eq!(detail["maxItems"], json!(MAX_FAULTS), "{place}"),
                "401" | "413" | "429" | "500" | "503" => {
                    assert_eq!(detail["type"], "string", "{place}");
                    assert!(detail["enum"].is_array(), "{place}");
                }
                other => assert_eq!(other, "a status whose kind is known", "{place}"),
            }
        }
    }
}

#[test]
fn codes_are_those_of_the_route() {
    let document = the_document();
    let codes = |path: &str, method: &str, status: &str| {
        let response = &document["paths"][path][method]["responses"][status];
        let reference = response["content"]["application/json"]["schema"]["$ref"].as_str();
        let schema = document
            .pointer(reference.unwrap().trim_start_matches('#'))
            .unwrap();
        schema["properties"]["detail"]["properties"]["code"]["enum"].clone()
    };
    let assessment = "/v1/assessments/{assessment_id}";
    assert_eq!(
        codes("/v1/assessments", "post", "404"),
        json!(["workflow_not_found"])
    );
    assert_eq!(
        codes("/v1/assessments", "post", "409"),
        json!(["workflow_disabled"])
    );
    assert_eq!(
        codes(assessment, "get", "404"),
        json!(["assessment_not_found"])
    );
    assert_eq!(
        codes(assessment, "delete", "403"),
        json!(["ip_not_allowed"])
    );
}

#[test]
fn everything_is_described_in_sentences() {
    let document = the_document();
    for (way, text) in prose(&document) {
        let is_heading =
            way.ends_with("/title") || way.starts_with("/paths") && way.ends_with("/summary");
        if !is_heading || way.contains("/examples/") {
            assert!(
                text.starts_with(|c: char| c.is_uppercase() || c == '`'),
                "{way}: {text}"
            );
            assert!(text.ends_with('.'), "{way}: {text}");
        }
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        assert!(schema["description"].is_string(), "{name}");
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_described = property["description"].is_string() || key == "detail";
            assert!(is_described, "{name}.{key}");
        }
    }
}

#[test]
fn no_internal_text_is_in_the_document() {
    for (way, text) in prose(&the_document()) {
        for internal in [
            "crate::", "[`", "::", "rust", "Rust", "section", "D1", "serde",
        ] {
            assert!(!text.contains(internal), "{way}: {text}");
        }
        // "(3.2)" is a section of a contract that readers of the document do not have.
        let is_section = text.split('(').skip(1).any(|rest| {
            rest.split_once(')')
                .is_some_and(|(inside, _)| inside.parse::<f64>().is_ok())
        });
        assert!(!is_section, "{way}: {text}");
    }
}

/// Numbers of the document come from the constants that the rules use. With a
/// constant changed, every number here changes with it; a second literal would
/// stay, and be found.
#[test]
fn every_number_is_one_of_the_limits() {
    let document = the_document();
    let limits = [
        MAX_LIST_ENTRIES,
        MAX_TEXT_LENGTH,
        MAX_BODY_BYTES,
        MAX_FAULTS,
        MAX_NAME_LENGTH,
        idempotency::MAX_LENGTH,
        crate::id::DIGITS,
        crate::query::MAX_SEARCH_LENGTH,
        crate::dashboard::MAX_LISTED,
        crate::dashboard::MAX_LISTED_RUNS,
        usize::try_from(LIFETIME_SECONDS / 3_600).unwrap(),
        usize::try_from(DEFAULT_LIFETIME_SECONDS).unwrap(),
    ];
    for (way, text) in prose(&document) {
        for number in text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| part.len() > 1)
        {
            // "56.6 %" is the sample of a score, "128-bit" and the like do not occur.
            let is_limit = limits.contains(&number.parse().unwrap());
            assert!(is_limit || ["56", "566"].contains(&number), "{way}: {text}");
        }
    }
    walk(&document, "", &mut |way, value| {
        let key = way.rsplit('/').next().unwrap_or_default();
        if let ("maxItems" | "maxLength", Some(number)) = (key, value.as_u64()) {
            assert!(limits.contains(&usize::try_from(number).unwrap()), "{way}");
        }
    });
}

#[test]
fn every_limit_stands_where_it_applies() {
    let document = the_document();
    let create = &document["components"]["schemas"]["CreateAssessmentRequest"]["properties"];
    let says = |text: &Value, limit: usize| {
        let text = text.as_str().unwrap();
        assert!(
            text.contains(&format!(" {limit}")),
            "{text} does not say {limit}"
        );
    };
    for list in ["control_set_ids", "service_ids", "supporting_document_ids"] {
        assert_eq!(create[list]["maxItems"], json!(MAX_LIST_ENTRIES), "{list}");
        says(&create[list]["description"], MAX_LIST_ENTRIES);
    }
    for text in ["assessment_name_format", "trigger_workflow"] {
        assert_eq!(create[text]["maxLength"], json!(MAX_TEXT_LENGTH), "{text}");
        says(&create[text]["description"], MAX_TEXT_LENGTH);
    }
    says(&create["name"]["description"], MAX_TEXT_LENGTH);
    let operation = &document["paths"]["/v1/assessments"]["post"];
    says(&operation["requestBody"]["description"], MAX_BODY_BYTES);
    let header = &operation["parameters"][0]["schema"];
    assert_eq!(header["maxLength"], json!(idempotency::MAX_LENGTH));
    let event = &document["components"]["schemas"]["SendWorkflowEventRequest"]["properties"];
    assert_eq!(event["name"]["maxLength"], json!(MAX_NAME_LENGTH));
    says(&event["name"]["description"], MAX_NAME_LENGTH);
}

/// What is promised to strangers is pinned here: who changes a constant changes
/// the API, and must find out.
#[test]
fn the_limits_are_those_of_the_contract() {
    let document = the_document();
    let at = |way: &str| document.pointer(way).unwrap_or(&Value::Null).clone();
    let schema = |rest: &str| at(&format!("/components/schemas/{rest}"));
    let create = |rest: &str| schema(&format!("CreateAssessmentRequest/properties/{rest}"));
    for list in ["control_set_ids", "service_ids", "supporting_document_ids"] {
        assert_eq!(create(&format!("{list}/maxItems")), 100, "{list}");
    }
    assert_eq!(create("assessment_name_format/maxLength"), 255);
    assert_eq!(create("trigger_workflow/maxLength"), 255);
    assert!(
        create("name/description")
            .as_str()
            .unwrap()
            .contains(" 255 ")
    );
    let operation = "/paths/~1v1~1assessments/post";
    let body = at(&format!("{operation}/requestBody/description"));
    assert!(body.as_str().unwrap().contains(" 262144 "));
    assert_eq!(
        at(&format!("{operation}/parameters/0/schema/maxLength")),
        255
    );
    let faults = schema("UnprocessableContentError/properties/detail/maxItems");
    assert_eq!(faults, 1_000);
    assert_eq!(
        schema("SendWorkflowEventRequest/properties/name/maxLength"),
        100
    );
    let lifetime = schema("CreateSessionRequest/properties/expires_in");
    assert_eq!(
        (&lifetime["minimum"], &lifetime["maximum"]),
        (&json!(60), &json!(3_600))
    );
}

#[test]
fn integers_are_integers_of_a_format_that_holds_them() {
    let document = the_document();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Timestamp"]["type"], "integer");
    walk(&document, "", &mut |way, value| {
        // Counts are unsigned 32-bit numbers, which an int32 cannot hold.
        assert!(value != "int32", "{way}");
        if way.ends_with("/headers/retry-after") {
            assert_eq!(value["schema"]["type"], "integer", "{way}");
            assert!(value["example"].is_u64(), "{way}");
        }
    });
}

#[test]
fn every_request_and_every_answer_has_an_example() {
    let document = the_document();
    let mut missing = Vec::new();
    walk(&document["paths"], "", &mut |way, value| {
        let Some(content) = value
            .get("content")
            .and_then(|content| content.get("application/json"))
        else {
            return;
        };
        // The document as an example in itself would have no end.
        let is_itself = way == "/~1openapi.json/get/responses/200";
        let count = content["examples"].as_object().map_or(0, Map::len);
        if count == 0 && !is_itself {
            missing.push(way.to_owned());
        }
    });
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn only_the_open_routes_need_no_credential() {
    let document = the_document();
    assert_eq!(document["security"], json!([{ BEARER: [] }]));
    for endpoint in Endpoint::ALL {
        let method = endpoint.method().to_lowercase();
        let operation = &document["paths"][endpoint.template()][method];
        let is_open = operation.get("security") == Some(&json!([]));
        assert_eq!(is_open, !endpoint.requires_credential(), "{endpoint:?}");
    }
}

#[test]
fn the_create_links_to_what_can_be_done_with_what_it_made() {
    let document = the_document();
    let links = &document["paths"]["/v1/assessments"]["post"]["responses"]["201"]["links"];
    let operations: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let properties = &document["components"]["schemas"]["CreatedAssessment"]["properties"];
    assert_eq!(links.as_object().unwrap().len(), 4);
    for (name, link) in links.as_object().unwrap() {
        assert!(
            operations.contains(&link["operationId"].as_str().unwrap()),
            "{name}"
        );
        for expression in link["parameters"].as_object().unwrap().values() {
            let key = expression
                .as_str()
                .unwrap()
                .strip_prefix("$response.body#/");
            assert!(properties[key.unwrap()].is_object(), "{name}: {expression}");
        }
    }
}
