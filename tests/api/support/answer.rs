//! An answer of the API, read, and what tests ask of it.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The document, once the status was found to be this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem document, once it was found to be one of this kind and whole.
    #[track_caller]
    pub fn problem(self, status: u16, slug: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let document = self.json();
        assert_eq!(document["type"], format!("/problems/{slug}"), "{}", self.text);
        assert_eq!(document["status"], status);
        assert_eq!(document["request_id"], self.header("x-request-id"));
        for member in ["title", "instance"] {
            assert!(document[member].is_string(), "{}", self.text);
        }
        document
    }

    /// The bad fields, sorted, once the answer was found to be 422.
    #[track_caller]
    pub fn invalid(self) -> Vec<String> {
        let pointers = self.pointers();
        self.problem(422, "invalid");
        pointers
    }

    /// Pointers of the bad fields, sorted.
    pub fn pointers(&self) -> Vec<String> {
        let mut all: Vec<String> = self.json()["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["pointer"].as_str().or(error["parameter"].as_str()).map(str::to_owned))
            .collect();
        all.sort();
        all
    }
}

pub async fn read(router: axum::Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}
