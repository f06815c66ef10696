use serde_json::{Value, json};

use super::{check, demo_file, sql};
use assessments::workflow::target::Rules;

const DEVELOPMENT: Rules<'_> = Rules {
    development: true,
    ..Rules::DEFAULT
};

fn demo() -> Value {
    serde_json::from_str(&std::fs::read_to_string(demo_file()).unwrap()).unwrap()
}

fn faults(json: &Value) -> Vec<String> {
    match check::read(json, DEVELOPMENT) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_demo_data_has_no_fault() {
    assert_eq!(faults(&demo()), Vec::<String>::new());
}

#[test]
fn every_fault_is_reported_with_its_place() {
    let mut json = demo();
    let org = &mut json["orgs"][0];
    org["api_ip_alowlist"] = json!([]);
    org["api_ip_allowlist"] = json!(["203.0.113.0/24", "nonsense"]);
    org["api_keys"][0]["secret"] = json!("ak_test_mistyped");
    org["users"][0]["membership"] = json!("owner");
    org["users"][1]["id"] = org["users"][0]["id"].clone();
    org["vendors"][0]["services"][0]["id"] = json!("cbvndr_61e37ff4d9e534d6009b8810cbda280a");
    org["vendors"][1]["name"] = json!(" ");
    org["workflows"][1]["name"] = json!("annual-reassessment-flow");
    org["assessments"][0]["status"] = json!("completed");
    org["assessments"][1]["created_at"] = json!(1_760_000_000_000_i64);
    org["assessments"][5]["custom_fields"][3]["value"] = json!("2026-02-30");
    let places: Vec<String> = faults(&json)
        .iter()
        .map(|fault| fault.split(": ").next().unwrap().to_owned())
        .collect();
    for place in [
        "/orgs/0",
        "/orgs/0/api_ip_allowlist/1",
        "/orgs/0/api_keys/0/secret",
        "/orgs/0/users/0/membership",
        "/orgs/0/users/1/id",
        "/orgs/0/vendors/0/services/0/id",
        "/orgs/0/vendors/1/name",
        "/orgs/0/workflows/1/name",
        "/orgs/0/assessments/0/status",
        "/orgs/0/assessments/1/created_at",
        "/orgs/0/assessments/5/custom_fields/3/value",
    ] {
        assert!(
            places.iter().any(|found| found == place),
            "{place} in {places:#?}"
        );
    }
}

#[test]
fn runs_fit_their_workflow_and_their_assessment() {
    let id = |prefix: &str, n: u32| format!("{prefix}_{n:032x}");
    let step = |n: u32, at: i64| json!({"id": id("cbwrs", n), "status": "success", "created_at": at, "updated_at": at + 5});
    let of_run = |change: &dyn Fn(&mut Value)| {
        let mut json = demo();
        let workflow = json["orgs"][0]["workflows"][0]["id"].clone();
        let assessment = &mut json["orgs"][0]["assessments"][1];
        let steps: Vec<Value> = (0..3).map(|n| step(n, 100 + 10 * i64::from(n))).collect();
        assessment["runs"] = json!([{
            "id": id("cbwr", 1), "workflow_id": workflow, "status": "started", "started_at": 100, "steps": steps,
        }]);
        change(assessment);
        let place = "/orgs/0/assessments/1";
        let told = faults(&json).into_iter();
        told.map(|fault| fault.trim_start_matches(place).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_run(&|_| ()), Vec::<String>::new());
    // The third step waits, and may go on.
    let is_open =
        |assessment: &mut Value| assessment["runs"][0]["steps"][2]["status"] = Value::Null;
    assert_eq!(of_run(&is_open), Vec::<String>::new());
    let cases: [(&str, Value, &str); 11] = [
        ("/runs/0/id", json!("cbwd_1"), "/runs/0/id: "),
        (
            "/runs/0/workflow_id",
            json!(id("cbwd", 9)),
            "/runs/0/workflow_id: ",
        ),
        (
            "/runs/0/status",
            json!("completed"),
            "/runs/0: is completed, but has 3 of the workflow's 10 steps",
        ),
        (
            "/runs/0/status",
            json!("failed"),
            "/runs/0: \"completed_at\" is missing",
        ),
        (
            "/runs/0/completed_at",
            json!(200),
            "/runs/0/completed_at: stands at a run that goes on",
        ),
        (
            "/runs/0/completed_at",
            json!(110),
            "/runs/0/completed_at: is before what came before it",
        ),
        (
            "/runs/0/steps/1/status",
            Value::Null,
            "/runs/0/steps/1: \"status\" is missing",
        ),
        (
            "/runs/0/steps/1/created_at",
            json!(104),
            "/runs/0/steps/1/created_at: is before what came before it",
        ),
        (
            "/runs/0/steps/1/artifacts",
            json!([{"id": "a"}]),
            "/runs/0/steps/1/artifacts/0: \"artifact_type\" is missing",
        ),
        (
            "/runs/0/steps/3",
            step(0, 400),
            "/runs/0/steps/3/id: stands in the file twice",
        ),
        (
            "/archived_at",
            json!(1_760_003_599),
            "/archived_at: is before updated_at",
        ),
    ];
    for (pointer, value, told) in cases {
        let found = of_run(&|assessment| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            match assessment.pointer_mut(parent).unwrap() {
                Value::Array(items) if key == "3" => items.push(value.clone()),
                parent => parent.as_object_mut().map_or_else(
                    || panic!(),
                    |members| {
                        members.insert(key.to_owned(), value.clone());
                    },
                ),
            }
        });
        assert!(
            found.iter().any(|fault| fault.starts_with(told)),
            "{told} in {found:#?}"
        );
    }
    let archived = of_run(&|assessment| assessment["archived_at"] = json!(1_760_100_000));
    assert_eq!(
        archived,
        ["/runs/0: is started, but the archive ends every run"]
    );
    let eleven = of_run(&|assessment| {
        assessment["runs"][0]["steps"] =
            (0..11).map(|n| step(n, 100 + 10 * i64::from(n))).collect();
    });
    assert_eq!(
        eleven,
        ["/runs/0/steps/10: the workflow has no such step in the file"]
    );
}

#[test]
fn findings_and_documents_have_their_places() {
    let mut json = demo();
    let assessment = &mut json["orgs"][0]["assessments"][0];
    let finding = "cbtask_00000000000000000000000000000001";
    assessment["findings"] = json!([{"id": finding, "title": " "}, finding, {"title": "a"}]);
    assessment["supporting_document_ids"] = json!(["cbvdoc_6810fc017e21bae16c171268efb85947"]);
    let place = "/orgs/0/assessments/0";
    assert_eq!(
        faults(&json),
        [
            format!(
                "{place}/supporting_document_ids/0: cbvdoc_6810fc017e21bae16c171268efb85947 is not among the vendor's documents"
            ),
            format!("{place}/findings/0/title: must not be blank"),
            format!("{place}/findings/1: stands in the file twice"),
            format!("{place}/findings/2: \"id\" is missing"),
        ]
    );
}

#[test]
fn a_value_of_a_closed_set_is_a_text_and_nothing_else() {
    for pointer in [
        "/orgs/0/users/0/membership",
        "/orgs/0/workflows/0/kind",
        "/orgs/0/custom_fields/0/field_type",
        "/orgs/0/assessments/0/status",
        "/orgs/0/assessments/0/portal",
    ] {
        let mut json = demo();
        json["orgs"][0]["assessments"][0]["portal"] = json!("open");
        let value = json.pointer_mut(pointer).unwrap();
        // What serde would take for the same.
        *value = json!({ value.as_str().unwrap(): null });
        let told = format!("{pointer}: must be a string");
        assert!(faults(&json).contains(&told), "{told}");
    }
}

#[test]
fn no_message_repeats_a_secret() {
    let mut json = demo();
    json["orgs"][0]["api_keys"][0]["secret"] = json!("ak_test_hush");
    assert!(faults(&json).iter().all(|fault| !fault.contains("hush")));
}

#[test]
fn a_key_may_be_stated_by_what_is_kept_of_it() {
    let secret = demo()["orgs"][0]["api_keys"][0]["secret"].clone();
    let hash = assessments::digest::sha256(secret.as_str().unwrap().as_bytes());
    let load = |key: Value| {
        let mut json = demo();
        json["orgs"][0]["api_keys"] = json!([key]);
        let file = check::read(&json, DEVELOPMENT).map_err(|faults| faults[0].to_string())?;
        Ok::<_, String>(sql::statements(&file).unwrap())
    };
    let in_clear = load(json!({"name": "a", "role": "R", "secret": secret})).unwrap();
    let hashed = json!({"name": "a", "role": "R", "secret_sha256": hash, "last_four": "7mlK"});
    assert_eq!(load(hashed.clone()), Ok(in_clear));
    for (key, value, told) in [
        ("secret", secret, "stands beside a \"secret\""),
        ("last_four", Value::Null, "\"last_four\" is missing"),
        ("last_four", json!("7ml'"), "the last four characters"),
        ("secret_sha256", json!("ABC"), "is not a SHA-256"),
        ("secret_sha256", Value::Null, "\"secret\" is missing"),
    ] {
        let mut faulty = hashed.clone();
        faulty[key] = value;
        let fault = load(faulty).unwrap_err();
        assert!(fault.contains(told), "{fault}");
    }
}

#[test]
fn an_identity_provider_calls_no_two_things_the_same() {
    let mut json = demo();
    json["orgs"][0]["external_id"] = json!("org_1");
    json["orgs"][0]["users"][0]["external_id"] = json!("user_1");
    // Users of another organization may be called the same.
    json["orgs"][1]["users"][0]["external_id"] = json!("user_1");
    json["orgs"][1]["external_id"] = Value::Null;
    assert_eq!(faults(&json), Vec::<String>::new());
    json["orgs"][1]["external_id"] = json!("org_1");
    json["orgs"][0]["users"][1]["external_id"] = json!("user_1");
    assert_eq!(
        faults(&json),
        [
            "/orgs/0/users/1/external_id: stands in the file twice",
            "/orgs/1/external_id: stands in the file twice"
        ]
    );
}

#[test]
fn a_whole_organization_fits_few_statements_within_the_limit_of_d1() {
    let vendors: Vec<Value> = (0..10_000)
        .map(|n| json!({"id": format!("cbvndr_{n:032x}"), "name": format!("Vendor {n} 'quoted'")}))
        .collect();
    let json = json!({"orgs": [{
        "id": "cborg_00000000000000000000000000000001", "name": "Large", "vendors": vendors,
    }]});
    let statements = sql::statements(&check::read(&json, DEVELOPMENT).unwrap()).unwrap();
    assert!(statements.len() < 60, "{}", statements.len());
    for statement in statements {
        assert!(statement.len() < 100_000 && !statement.contains('\n'));
    }
}

#[test]
fn a_deployments_workflows_call_public_addresses_on_configured_ports_only() {
    let with_url = |url: &str| {
        let mut json = demo();
        let workflow = &mut json["orgs"][0]["workflows"][0];
        workflow["signing_secret"] = json!("a signing secret of the tests, long enough");
        workflow["steps"] = json!([{
            "id": "cbwc_00000000000000000000000000000001", "name": "Ask", "action_type": "call",
            "parameters": { "url": url },
        }]);
        let ports = [9443];
        let rules = Rules {
            ports: &ports,
            ..Rules::DEFAULT
        };
        let faults = check::read(&json, rules).err().unwrap_or_default();
        let here = faults
            .iter()
            .filter(|fault| fault.place == "/orgs/0/workflows/0/steps/0");
        here.map(|fault| fault.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(with_url("https://a.example:9443/"), Vec::<String>::new());
    for (url, told) in [
        ("https://a.example/", "port 443 is none"),
        ("https://10-0-0-1.nip.io:9443/", "is not a public address"),
        ("http://a.example:9443/", "must be https"),
    ] {
        let faults = with_url(url);
        assert!(
            faults.iter().any(|fault| fault.contains(told)),
            "{faults:?}"
        );
    }
}
