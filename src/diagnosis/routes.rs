//! d
use crate::services::Services;
use std::sync::Arc;
/// d
pub fn routes() -> axum::Router<Arc<Services>> { axum::Router::new() }
