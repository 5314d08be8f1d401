//! Pages of a list, always in a total order (the id breaks ties).

use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{FieldError, Result};

/// A window of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub page: i64,
    pub size: i64,
}

impl Window {
    pub fn new(page: Option<i64>, page_size: Option<i64>) -> Result<Self> {
        let (page, size) = (page.unwrap_or(1), page_size.unwrap_or(20));
        let mut errors = vec![];
        if !(1..=1_000_000_000).contains(&page) {
            errors.push(FieldError::new("page", "out_of_range", "pages are numbered from 1"));
        }
        if !(1..=100).contains(&size) {
            errors.push(FieldError::new("page_size", "out_of_range", "a page has 1 to 100 rows"));
        }
        if errors.is_empty() { Ok(Self { page, size }) } else { Err(crate::error::Error::Invalid(errors)) }
    }

    pub fn offset(self) -> i64 {
        (self.page - 1) * self.size
    }

    pub fn of<T>(self, items: Vec<T>, total: i64) -> Page<T> {
        Page { items, page: self.page, page_size: self.size, total }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub page: i64,
    pub page_size: i64,
    /// Rows on all pages together.
    pub total: i64,
}

impl<T: Serialize> Page<T> {
    /// The answer, with `Link` headers to the first, previous, next and last page.
    pub fn answer(self, uri: &Uri) -> Response {
        let last = ((self.total + self.page_size - 1) / self.page_size).max(1);
        let pages = [
            ("first", 1),
            ("prev", if self.page > 1 { (self.page - 1).min(last) } else { 0 }),
            ("next", if self.page < last { self.page + 1 } else { 0 }),
            ("last", last),
        ];
        let links: Vec<String> = pages
            .iter()
            .filter(|(_, page)| *page > 0)
            .map(|(relation, page)| format!("<{}>; rel=\"{relation}\"", with_page(uri, *page)))
            .collect();
        let mut response = axum::Json(self).into_response();
        if let Ok(value) = HeaderValue::from_str(&links.join(", ")) {
            response.headers_mut().insert(header::LINK, value);
        }
        response
    }
}

fn with_page(uri: &Uri, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "page" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("page", &page.to_string());
    format!("{}?{}", uri.path(), query.finish())
}

/// A sort order: a field of a closed set, `-` in front for descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort<F> {
    pub field: F,
    pub descending: bool,
}

impl<F: Copy> Sort<F> {
    pub fn parse(text: Option<&str>, fields: &[(&str, F)]) -> Result<Option<Self>> {
        let Some(text) = text else { return Ok(None) };
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        match fields.iter().find(|(field, _)| *field == name) {
            Some((_, field)) => Ok(Some(Self { field: *field, descending })),
            None => {
                let known = fields.iter().map(|(field, _)| *field).collect::<Vec<_>>().join(", ");
                Err(FieldError::new(
                    "sort",
                    "unknown_field",
                    format!("sort by one of {known}; - in front for descending"),
                )
                .into())
            }
        }
    }

    pub fn direction(self) -> &'static str {
        if self.descending { " desc" } else { " asc" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_the_filters() {
        let page = Window::new(Some(2), Some(10)).unwrap().of(vec![1], 35);
        let answer = page.answer(&"/api/v1/courses?q=a%26b&page=2&page_size=10".parse().unwrap());
        insta::assert_snapshot!(answer.headers()["link"].to_str().unwrap(), @r#"</api/v1/courses?q=a%26b&page_size=10&page=1>; rel="first", </api/v1/courses?q=a%26b&page_size=10&page=1>; rel="prev", </api/v1/courses?q=a%26b&page_size=10&page=3>; rel="next", </api/v1/courses?q=a%26b&page_size=10&page=4>; rel="last""#);
    }

    #[test]
    fn impossible_pages_are_refused() {
        for (page, size) in [(0, 20), (-1, 20), (1, 0), (1, 101), (i64::MAX, 20)] {
            assert!(Window::new(Some(page), Some(size)).is_err());
        }
    }
}
