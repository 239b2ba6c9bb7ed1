//! What every handler shares: reading a body or a query with all its errors at
//! once, the caller and how it was found, pages and their cursors, versions of a resource, idempotency,
//! and the pipeline around it all.

pub mod body;
pub mod caller;
pub mod cookies;
pub mod credentials;
pub mod csrf;
pub mod cursor;
pub mod fixed_headers;
pub mod headers;
pub mod idempotency;
pub mod invalid;
pub mod json;
pub mod patch;
pub mod path;
pub mod pipeline;
pub mod problem_pages;

pub use body::{Create, IdInBody, JsonBody, OptionalBody, QueryOf};
pub use caller::Caller;
pub use cursor::{Page, PageQuery};
pub use headers::{IfMatch, created, with_etag};
pub use invalid::{Invalid, Reason};
pub use json::Json;
pub use path::PathOf;
