//! What is for who runs the installation, and its health.

use super::super::relationships::Thing;
use super::About::{Own, Public, Thing as Of};
use super::{Operation, row};
use serde_json::json;
use virtual_doctor::authorization::{Action as A, Relationship as R};

const VERIFY: &str = "/api/v1/operations/audit/verify";

pub const OPERATIONS: &[Operation] = &[
    row("health", "/health", Public),
    row("ready", "/ready", Public),
    row("list_dead_letters", "/api/v1/operations/dead-letters", Own(R::Anyone, A::ReadDeadLetters)),
    row("replay_dead_letter", "/api/v1/operations/dead-letters/{letter}/replay", Own(R::Anyone, A::ReplayDeadLetter)),
    row("verify_audit", VERIFY, Own(R::Anyone, A::VerifyAudit)),
    row("verify_audit", VERIFY, Of(Thing::Chain, A::VerifyAudit)).sending(|it| json!({ "patient_id": it["patient"] })),
];
