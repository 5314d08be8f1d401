//! The API's document: checked in, complete, and true to the code.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use serde_json::Value;

use crate::docs::SOURCES;

/// The document as the code says it.
pub fn document() -> Value {
    serde_json::to_value(uems::router::openapi()).unwrap()
}

/// Every operation: method in capitals, path as in the document, description.
pub fn operations() -> Vec<(String, String, Value)> {
    let paths = document()["paths"].as_object().unwrap().clone();
    let of_path = |(path, item): (String, Value)| {
        let methods = item.as_object().unwrap().clone();
        methods.into_iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
    };
    paths
        .into_iter()
        .flat_map(of_path)
        .filter(|(_, _, operation)| operation.get("responses").is_some())
        .collect()
}

/// Whether the document says that an operation may answer with this status.
pub fn is_documented(operation: &Value, status: u16) -> bool {
    let responses = operation["responses"].as_object().unwrap();
    [status.to_string(), format!("{}XX", status / 100)].iter().any(|key| responses.contains_key(key))
}

#[test]
fn the_checked_in_document_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let current = uems::router::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &current).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    let first = checked_in.lines().zip(current.lines()).position(|(old, new)| old != new);
    assert!(
        checked_in == current,
        "backend/openapi.json is stale (first difference in line {:?}); run `make openapi`",
        first.map(|line| line + 1)
    );
}

#[test]
fn every_operation_says_what_it_does_and_how_it_fails() {
    let mut wrong = vec![];
    for (method, path, operation) in operations() {
        let mut require = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{method} {path}: {what}"));
            }
        };
        require(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "no summary");
        require(operation["operationId"].is_string(), "no operationId");
        require(operation["tags"][0].is_string(), "no tag");
        let probe = path.starts_with("/health");
        let told = |status: &str| operation["responses"].get(status).is_some();
        let public =
            operation["security"].as_array().is_some_and(|schemes| schemes.contains(&serde_json::json!({})));
        let takes_nothing =
            public && operation.get("parameters").is_none() && operation.get("requestBody").is_none();
        require(
            probe || (told("503") && (takes_nothing || ["401", "409", "422"].into_iter().any(told))),
            "says not how it fails",
        );
        require(!told("4XX"), "failures without their status");
        let described: Vec<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        for name in path.split(['{', '}']).skip(1).step_by(2) {
            require(described.contains(&name), &format!("{{{name}}} is not described"));
        }
        if method != "GET" && operation.get("requestBody").is_none() {
            require(["DELETE", "POST"].contains(&&*method), "no body");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn references_lead_somewhere_and_ids_of_operations_are_unique() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
    let mut ids: Vec<String> =
        operations().iter().map(|(_, _, operation)| operation["operationId"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), operations().len());
}

/// Types are known to clients by their name alone: of two with one name, the document would describe only one.
#[test]
fn no_two_types_share_a_name() {
    let derived =
        Regex::new(r"#\[derive\([^)]*ToSchema[^)]*\)\]((?:\s*#\[[^\n]*\])*)\s*pub (?:struct|enum) (\w+)")
            .unwrap();
    let renamed = Regex::new(r"schema\(as = (\w+)\)").unwrap();
    let mut names = BTreeMap::<String, Vec<&str>>::new();
    for found in derived.captures_iter(&SOURCES) {
        let name = found.get(2).unwrap().as_str();
        let known_as = renamed.captures(&found[1]).map_or(name.to_owned(), |found| found[1].to_owned());
        names.entry(known_as).or_default().push(name);
    }
    assert!(names.len() > 40, "the types were not found: {names:?}");
    let twice: Vec<_> = names.into_iter().filter(|(_, types)| types.len() > 1).collect();
    assert_eq!(twice, vec![], "name one of them with #[schema(as = …)]");
}

/// What is marked as public is exactly this.
#[test]
fn only_these_operations_are_for_everybody() {
    let public: Vec<String> = operations()
        .into_iter()
        .filter(|(_, _, operation)| {
            operation["security"].as_array().is_some_and(|security| security == &[serde_json::json!({})])
        })
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(
        public,
        [
            "POST /auth/login",
            "POST /auth/refresh",
            "POST /auth/register",
            "GET /calendar/{token}",
            "GET /health",
            "GET /health/live",
            "GET /health/ready",
            "POST /payments/webhook",
            "GET /transcripts/keys",
            "POST /transcripts/verify"
        ]
    );
}
