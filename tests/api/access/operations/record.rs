//! The record.

use super::super::relationships::Thing;
use super::About::Thing as Of;
use super::{About, Operation, row};
use serde_json::json;
use virtual_doctor::authorization::Action as A;

const READ: About = Of(Thing::Patient, A::ReadRecord);
const WRITE: About = Of(Thing::Patient, A::WriteRecord);

pub const OPERATIONS: &[Operation] = &[
    row("list_entries", "/api/v1/patients/{patient}/problems", READ),
    row("create_entry", "/api/v1/patients/{patient}/problems", WRITE).sending(|_| json!({ "name": "gout" })),
    row("read_entry", "/api/v1/patients/{patient}/problems/{entry}", READ),
    row("correct_entry", "/api/v1/patients/{patient}/problems/{entry}", WRITE).sending(|_| json!({ "note": "mild" })),
    row("mark_in_error", "/api/v1/patients/{patient}/problems/{entry}", WRITE),
    row("list_versions", "/api/v1/patients/{patient}/problems/{entry}/versions", READ),
    row("read_statements", "/api/v1/patients/{patient}/statements", READ),
    row("put_statements", "/api/v1/patients/{patient}/statements", WRITE)
        .sending(|_| json!({ "no_known_allergies": true })),
    row("read_summary", "/api/v1/patients/{patient}/summary", READ),
    row("read_timeline", "/api/v1/patients/{patient}/timeline", READ),
];
