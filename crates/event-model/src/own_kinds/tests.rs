//! Which declarations make a kind, and which are refused.

use serde_json::json;

use super::*;

fn data(value: Value) -> Data {
    match value {
        Value::Object(fields) => Data::from(fields),
        other => panic!("{other} is no object"),
    }
}

fn patent_grant() -> Value {
    json!({
        "name": "patent_grant",
        "about": "A patent is granted",
        "schema": {
            "type": "object",
            "properties": {
                "number": {"type": "string", "pattern": "^[A-Z]{2} [0-9]+$"},
                "claims": {"type": "integer", "minimum": 1},
                "state": {"enum": ["filed", "granted", "lapsed"]},
            },
            "required": ["number"],
            "additionalProperties": false,
        },
        "thread": ["number"],
        "stage_field": "state",
        "stages": ["filed", "granted"],
        "ends": ["lapsed"],
    })
}

#[test]
fn a_declaration_gives_a_kind() {
    let kind = declared(&data(patent_grant())).unwrap();
    assert_eq!(kind.name, "patent_grant");
    assert_eq!(kind.thread_key, [["number"]]);
    assert!(kind.is_end("lapsed") && !kind.is_end("granted"));
    assert!(std::ptr::eq(kind, declared(&data(patent_grant())).unwrap()));
    let mut kinds = Kinds::default();
    assert!(kinds.named("patent_grant").is_none());
    kinds.add(kind);
    assert_eq!(kinds.named("patent_grant"), Some(kind));
    assert_eq!(kinds.named("merger").unwrap().name, "merger");
}

#[test]
fn data_is_checked_by_the_schema() {
    let kind = declared(&data(patent_grant())).unwrap();
    let told = |value| {
        let mut problems = Problems::default();
        kind.schema.unwrap().check(&data(value), &mut problems);
        let paths: Vec<String> = problems.0.into_iter().map(|problem| problem.path).collect();
        paths
    };
    assert_eq!(told(json!({"number": "US 1", "claims": 12})), [""; 0]);
    assert_eq!(told(json!({"number": "us-1"})), ["data.number"]);
    assert_eq!(
        told(json!({"number": "US 1", "claims": 0.5})),
        ["data.claims", "data.claims"]
    );
    assert_eq!(told(json!({"claims": 1})), ["data"]);
    assert_eq!(told(json!({"number": "US 1", "more": 1})), ["data"]);
}

#[test]
fn a_schema_that_is_not_understood_any_more_lets_data_be() {
    let mut value = patent_grant();
    value["name"] = json!("patent_of_old");
    value["schema"]["properties"]["number"]["pattern"] = json!("(?=a)b(");
    assert!(check(&data(value.clone())).is_err());
    let kind = declared(&data(value)).unwrap();
    let mut problems = Problems::default();
    let patent = data(json!({"number": "US 1"}));
    kind.schema.unwrap().check(&patent, &mut problems);
    assert_eq!(problems.0, []);
}

#[test]
fn a_declaration_at_fault_gives_none() {
    let faults = |change: Value| {
        let mut value = patent_grant();
        for (name, part) in change.as_object().unwrap() {
            value[name] = part.clone();
        }
        let problems = check(&data(value)).unwrap_err();
        let paths: Vec<String> = problems.into_iter().map(|problem| problem.path).collect();
        paths
    };
    assert_eq!(faults(json!({"name": "merger"})), ["data.name"]);
    assert_eq!(faults(json!({"name": "Patent"})), ["data.name"]);
    assert_eq!(
        faults(json!({"schema": {"type": "nothing"}})),
        ["data.schema"]
    );
    assert_eq!(
        faults(json!({"schema": {"$ref": "https://example.org/x"}})),
        ["data.schema"]
    );
    assert_eq!(
        faults(json!({"schema": {"properties": {"number": {"pattern": "("}}}})),
        ["data.schema", "data.stages"]
    );
    assert_eq!(faults(json!({"thread": ["numbr"]})), ["data.thread"]);
    assert_eq!(
        faults(json!({"stages": ["filed", "filed"]})),
        ["data.stages"]
    );
    assert_eq!(faults(json!({"stage_field": "stage"})), ["data.stages"]);
}
