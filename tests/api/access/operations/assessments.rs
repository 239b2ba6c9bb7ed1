//! Assessments, and their vocabulary.

use super::super::relationships::Thing;
use super::super::world::Things;
use super::About::{Own, Public, Thing as Of};
use super::{Operation, row};
use serde_json::{Value, json};
use virtual_doctor::authorization::{Action as A, Relationship as R};

const PATH: &str = "/api/v1/assessments";

fn assess(patient_id: Option<&String>) -> Value {
    json!({ "patient": { "age_years": 54, "sex": "male" }, "text": "cough", "patient_id": patient_id })
}

fn answers(_: &Things) -> Value {
    json!({ "answers": [{ "finding": "fever", "state": "absent" }] })
}

pub const OPERATIONS: &[Operation] = &[
    row("list_conditions", "/api/v1/conditions", Public),
    row("list_findings", "/api/v1/findings", Own(R::Anyone, A::UseOwnAccount)),
    row("list_assessments", PATH, Own(R::Anyone, A::UseOwnAccount)),
    row("list_assessments", "/api/v1/assessments?patient_id={patient}", Of(Thing::Patient, A::ReadAssessment)),
    row("create_assessment", PATH, Own(R::Anyone, A::Assess)).sending(|_| assess(None)),
    row("create_assessment", PATH, Of(Thing::Patient, A::Assess)).sending(|it| assess(Some(&it["patient"]))),
    row("explain_assessment", "/api/v1/assessments/{assessment}/explanation", Of(Thing::Assessment, A::ReadAssessment)),
    row("read_assessment", "/api/v1/assessments/{assessment}", Of(Thing::Assessment, A::ReadAssessment)),
    row("answer_questions", "/api/v1/assessments/{assessment}/answers", Of(Thing::Assessment, A::AnswerAssessment))
        .sending(answers),
];
