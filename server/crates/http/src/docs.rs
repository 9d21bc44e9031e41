//! `/openapi.json` and `/docs`, a page of our own that shows it: no script from elsewhere.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use utoipa::Modify;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayItems, Components, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Object, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Schema};

use super::problem::{Problem, ProblemKind};

/// A text that is one of these.
pub(super) fn one_of<const N: usize>(values: [&'static str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).build()
}

/// The same, or null.
pub(super) fn nullable(object: Object) -> Object {
    let values = object.enum_values.clone().map(|values| values.into_iter().chain([serde_json::Value::Null]));
    ObjectBuilder::from(object)
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(values)
        .build()
}

/// The operations of a path by method.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The groups of routes, by the first part of their path that says what they are about.
const TAGS: [(&str, &str); 20] = [
    ("admin", "What administrators see and set."),
    ("approvals", "Decisions on effects that wait for one."),
    ("auth", "Signing in and out."),
    ("conversations", "Conversations and their messages."),
    ("devices", "Phones that are told of news."),
    ("files", "What was uploaded and what was made."),
    ("health", "Whether the process lives, and whether it can serve."),
    ("kpis", "Key figures."),
    ("leads", "Companies that may become customers."),
    ("me", "The person who is signed in."),
    ("memories", "What the assistant remembers for the person."),
    ("outbox", "What was sent for the person."),
    ("products", "The products and their features."),
    ("runs", "Pieces of work and their events."),
    ("schedules", "What is asked again and again."),
    ("search", "Finding words in all that the person may see."),
    ("skills", "What the assistant can do."),
    ("standing-approvals", "What a skill may send without asking."),
    ("stream", "Events as they come."),
    ("webhooks", "Events of other systems."),
];

/// Says of each operation what follows from its method, path and statuses: its name, which no other has, its group, and what an answer means.
pub(super) fn complete(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let place = path.replace(['/', '{', '}', '.'], "_");
        let group = match path.trim_start_matches("/v1").split('/').find(|part| !part.is_empty()) {
            Some("healthz" | "readyz") => Some("health"),
            group => group,
        };
        for (method, operation) in operations(item) {
            operation.operation_id = Some(format!("{method}{place}").trim_end_matches('_').replace("__", "_"));
            operation.tags = group.map(|group| vec![group.to_owned()]);
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && response.description.is_empty()
                {
                    meaning(status).clone_into(&mut response.description);
                }
            }
        }
    }
    let tag = |(name, description)| TagBuilder::new().name(name).description(Some(description)).build();
    api.tags = Some(TAGS.map(tag).to_vec());
    if let Some(components) = &mut api.components {
        name_items(components);
    }
}

/// Names the items of each list, which the macro writes out again.
fn name_items(components: &mut Components) {
    for (name, list) in &mut components.schemas {
        if let Some(item) = name.strip_prefix("List_")
            && let RefOr::T(Schema::Object(list)) = list
            && let Some(RefOr::T(Schema::Array(items))) = list.properties.get_mut("items")
        {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
    }
}

/// What a status means where the route does not say it.
fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "What was asked for.",
        "201" => "It is made.",
        "202" => "It is taken, and the work goes on.",
        "204" => "It is done, and there is nothing to show.",
        "206" => "The bytes that were asked for.",
        "303" => "Where to go on.",
        _ => "",
    }
}

static DESCRIPTION: LazyLock<String> = LazyLock::new(|| super::openapi().to_json().unwrap_or_default());

/// What the access token is called in the description; each route says whether it needs one and for which permission.
pub(super) const ACCESS_TOKEN: &str = "access_token";

/// Says what an access token is.
pub(super) struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut OpenApi) {
        let scheme =
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build());
        openapi.components.get_or_insert_default().add_security_scheme(ACCESS_TOKEN, scheme);
    }
}

pub(super) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DESCRIPTION.as_str())
}

pub(super) async fn page() -> Html<&'static str> {
    Html(include_str!("docs/page.html"))
}

pub(super) async fn script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("docs/page.js"))
}

pub(super) async fn method_not_allowed() -> Response {
    Problem::new(ProblemKind::Method, "This address does not take that method.").into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_a_known_group_and_meanings() {
        let mut api = crate::openapi();
        let (mut names, mut groups) = (BTreeSet::new(), BTreeSet::new());
        for (method, operation) in api.paths.paths.values_mut().flat_map(operations) {
            let name = operation.operation_id.clone().unwrap();
            groups.extend(operation.tags.clone().unwrap());
            for (status, response) in &operation.responses.responses {
                let described = match response {
                    RefOr::T(response) => !response.description.is_empty(),
                    RefOr::Ref(_) => true,
                };
                assert!(described, "{method} {name} {status}");
            }
            assert!(names.insert(name.clone()), "{name}");
        }
        assert_eq!(groups, TAGS.map(|(name, _)| name.to_owned()).into());
    }
}
