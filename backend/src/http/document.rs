//! What the API document says of every operation alike. Which statuses it can be refused with follows from what it
//! takes; its annotation names what only it knows (a 429, say), and `4XX` there stands for the rest. `make fuzz` holds
//! all of it against a running server.

use std::collections::BTreeSet;

use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema};

const PROBLEM: &str = "#/components/schemas/Problem";

/// Status, name among the components, meaning.
const FAILURES: [(u16, &str, &str); 12] = [
    (400, "Malformed", "What was sent cannot be read"),
    (401, "Unauthenticated", "No credentials, or none that count any more"),
    (403, "Forbidden", "This role or person may never do this"),
    (404, "NotFound", "There is no such thing, or none the caller may know of"),
    (409, "Refused", "A rule refuses; the code says which, with the facts beside it"),
    (412, "Stale", "Somebody changed it meanwhile; `current` shows it as it is now"),
    (413, "TooLarge", "The body is too large"),
    (415, "UnsupportedMediaType", "The body is not of the right kind"),
    (
        422,
        "Invalid",
        "Fields are wrong, each named in `errors`; or the Idempotency-Key belongs to another request",
    ),
    (429, "RateLimited", "Too many tries"),
    (500, "Internal", "Our fault, and never an answer to bad input"),
    (503, "Busy", "Too much work, or the time was up"),
];

/// Makes explicit how every operation fails (probes say so themselves), and what headers and bodies look like.
pub fn describe(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for (status, name, meaning) in FAILURES {
        components.responses.insert(name.to_owned(), RefOr::T(response(status, meaning)));
    }
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
            ("PATCH", &mut item.patch),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                for parameter in operation.parameters.iter_mut().flatten() {
                    if let RefOr::T(parameter) = parameter {
                        shape_header(parameter);
                    }
                }
                shape_body(operation);
                let statuses = statuses(operation, method, path);
                name_failures(operation, &statuses);
            }
        }
    }
}

fn statuses(operation: &Operation, method: &str, path: &str) -> BTreeSet<u16> {
    let parameters = || {
        operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
    };
    let takes = |place: ParameterIn| parameters().any(|parameter| parameter.parameter_in == place);
    let versioned = parameters().any(|parameter| parameter.name.eq_ignore_ascii_case("if-match"));
    let nobody = SecurityRequirement::default();
    let public = operation.security.as_ref().is_some_and(|schemes| schemes.contains(&nobody));
    let body = operation.request_body.is_some();
    let api = !path.starts_with("/health");
    let conditions: [(bool, &[u16]); 7] = [
        (api, &[500, 503]),
        (!public, &[401, 403]),
        (path.contains('{') || (body && !public), &[404]),
        (method != "GET", &[409]),
        (versioned, &[412]),
        (body, &[400, 413, 415, 422]),
        (takes(ParameterIn::Query) || takes(ParameterIn::Header), &[400, 422]),
    ];
    conditions.iter().filter(|(applies, _)| *applies).flat_map(|(_, statuses)| *statuses).copied().collect()
}

/// As the extractors of the two headers take them.
fn shape_header(parameter: &mut Parameter) {
    let header = ObjectBuilder::new().schema_type(Type::String);
    let header = match &*parameter.name {
        "Idempotency-Key" => header.min_length(Some(8)).max_length(Some(255)).pattern(Some("^[!-~]+$")),
        "If-Match" => header.pattern(Some("^(\\*|(W/)?\"[0-9]{1,9}\")$")),
        _ => return,
    };
    parameter.schema = Some(RefOr::T(Schema::Object(header.build())));
}

/// A body that may be left out is not one that may be `null`.
fn shape_body(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for content in body.content.values_mut() {
        let RefOr::T(Content { schema: Some(schema), .. }) = content else { continue };
        let RefOr::T(Schema::OneOf(choices)) = &*schema else { continue };
        if let Some(named) = choices.items.iter().find(|choice| matches!(choice, RefOr::Ref(_))) {
            *schema = named.clone();
        }
    }
}

/// Refers to the failures by name, also where the annotation has one of them.
fn name_failures(operation: &mut Operation, statuses: &BTreeSet<u16>) {
    let responses = &mut operation.responses.responses;
    responses.remove("4XX");
    for (status, name, _) in FAILURES {
        let key = status.to_string();
        let annotated = responses.get(&key).is_some_and(is_problem);
        if annotated || (statuses.contains(&status) && !responses.contains_key(&key)) {
            let reference = Ref::new(format!("#/components/responses/{name}"));
            responses.insert(key, RefOr::Ref(reference));
        }
    }
}

fn is_problem(response: &RefOr<Response>) -> bool {
    let RefOr::T(response) = response else { return false };
    response.content.values().any(|content| {
        matches!(content, RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) if schema.ref_location == PROBLEM)
    })
}

fn response(status: u16, meaning: &str) -> Response {
    let content = Content::new(Some(Ref::new(PROBLEM)));
    let response = ResponseBuilder::new().description(meaning).content("application/problem+json", content);
    let (name, kind, meaning) = match status {
        401 => ("WWW-Authenticate", Type::String, "Always `Bearer`"),
        429 | 503 => ("Retry-After", Type::Integer, "Seconds to wait"),
        _ => return response.build(),
    };
    let mut header = Header::new(Schema::Object(ObjectBuilder::new().schema_type(kind).build()));
    header.description = Some(meaning.to_owned());
    response.header(name, header).build()
}
