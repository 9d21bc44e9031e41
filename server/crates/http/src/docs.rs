//! `/openapi.json` and `/docs`, a page of our own that shows it: no script from elsewhere.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use utoipa::Modify;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Object, ObjectBuilder, OpenApi, PathItem};

use super::problem::{Kind, Problem};

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

/// Names each operation by its method and path, so that no two have the same name.
pub(super) fn name_operations(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let place = path.replace(['/', '{', '}', '.'], "_");
        for (method, operation) in operations(item) {
            operation.operation_id = Some(format!("{method}{place}").trim_end_matches('_').replace("__", "_"));
        }
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
    Problem::new(Kind::Method, "This address does not take that method.").into_response()
}
