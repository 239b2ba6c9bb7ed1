//! The OpenAPI 3.1 document, generated from the handlers' own annotations. Only
//! on the native host: the worker serves the file that a test keeps fresh.

use crate::http::cookies;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Virtual Doctor", version = "2026-11-01", license(name = "MIT", identifier = "MIT"),
        description = "A telehealth backend: accounts, chat, medicine and diagnosis. Errors are problem documents (RFC 9457), each type with a page under /problems."),
    tags(
        (name = "Accounts", description = "Who signs in, how, and for whom they act"),
        (name = "Records", description = "Patients and those who care for them"),
        (name = "Organizations", description = "Who works where, and as what"),
        (name = "Assessments", description = "From what is wrong to what to do about it"),
        (name = "Medicines", description = "The catalogue and the check"),
        (name = "Calculators", description = "Clinical formulas and scores, step by step"),
        (name = "Prescriptions", description = "Drafted, checked, signed"),
        (name = "Visits", description = "From a patient's request through the queue to a signed note"),
        (name = "Chat", description = "Rooms, messages and sockets"),
        (name = "Privacy", description = "Who opened a record, what is held on a person, and its erasure"),
        (name = "Integrations", description = "Keys with which other systems call"),
        (name = "Operations", description = "Health"),
    ),
    modifiers(&Schemes),
    // Answers that a description names beside the usual one.
    components(schemas(crate::accounts::model::SignedIn, crate::accounts::factor_model::MfaRequired)),
    paths(
        crate::accounts::routes::register,
        crate::accounts::routes::verify,
        crate::accounts::mail_routes::request_verification,
        crate::accounts::mail_routes::request_password_reset,
        crate::accounts::mail_routes::confirm_password_reset,
        crate::accounts::session_routes::login,
        crate::accounts::refresh_routes::refresh,
        crate::accounts::session_routes::logout,
        crate::accounts::session_routes::give_factor,
        crate::accounts::step_up::step_up,
        crate::accounts::factor_routes::read_factors,
        crate::accounts::factor_routes::begin_totp,
        crate::accounts::factor_routes::confirm_totp,
        crate::accounts::factor_routes::remove_totp,
        crate::accounts::factor_routes::renew_recovery_codes,
        crate::accounts::credential_routes::list_sessions,
        crate::accounts::credential_routes::end_session,
        crate::accounts::credential_routes::change_password,
        crate::accounts::credential_routes::change_email,
        crate::accounts::credential_routes::confirm_email,
        crate::accounts::routes::read_me,
        crate::accounts::routes::change_me,
        crate::organizations::routes::create_organization,
        crate::organizations::routes::read_organization,
        crate::organizations::invitations::invite_staff,
        crate::organizations::invitations::accept_staff_invitation,
        crate::organizations::routes::list_staff,
        crate::organizations::routes::end_staff,
        crate::organizations::practitioners::verify_licence,
        crate::organizations::practitioners::read_practitioner,
        crate::organizations::practitioners::change_practitioner,
        crate::organizations::practitioners::state_licence,
        crate::organizations::suspension::suspend_user,
        crate::organizations::suspension::reinstate_user,
        crate::records::routes::list_practitioners,
        crate::records::profile::routes::read_patient,
        crate::records::profile::routes::change_patient,
        crate::records::access::routes::add_patient,
        crate::records::access::handover::claim,
        crate::records::access::handover::hand_over,
        crate::records::access::routes::list_access,
        crate::records::access::routes::end_access,
        crate::records::access::routes::list_access_requests,
        crate::records::access::routes::request_access,
        crate::records::access::routes::refuse_access,
        crate::records::access::routes::grant_access,
        crate::records::care::routes::read_care_team,
        crate::records::care::routes::end_care,
        crate::records::care::routes::consent,
        crate::records::care::emergency::break_glass,
        crate::records::entries::routes::list_entries,
        crate::records::entries::routes::create_entry,
        crate::records::entries::routes::read_entry,
        crate::records::entries::routes::correct_entry,
        crate::records::entries::routes::mark_in_error,
        crate::records::entries::routes::list_versions,
        crate::records::entries::statements::read_statements,
        crate::records::entries::statements::put_statements,
        crate::records::entries::overview::read_summary,
        crate::records::entries::overview::read_timeline,
        crate::diagnosis::routes::create_assessment,
        crate::diagnosis::routes::list_assessments,
        crate::diagnosis::routes::read_assessment,
        crate::diagnosis::routes::explain_assessment,
        crate::diagnosis::routes::answer_questions,
        crate::diagnosis::vocabulary::list_conditions,
        crate::diagnosis::vocabulary::list_findings,
        crate::medicine::routes::list_medicines,
        crate::medicine::routes::check_medicines,
        crate::medicine::prescriptions::dispensing::send_prescription,
        crate::medicine::prescriptions::dispensing::cancel_prescription,
        crate::medicine::prescriptions::dispensing::dispense_prescription,
        crate::medicine::prescriptions::dispensing::return_prescription,
        crate::medicine::prescriptions::dispensing::ask_prescriber,
        crate::medicine::prescriptions::paper::print_prescription,
        crate::medicine::prescriptions::paper::verify_prescription,
        crate::medicine::prescriptions::paper::receive_prescription,
        crate::medicine::prescriptions::dispensing::list_received_prescriptions,
        crate::medicine::prescriptions::override_report::report_overrides,
        crate::medicine::routes::list_alternatives,
        crate::medicine::dosing::routes::work_out_dose,
        crate::calculators::routes::list_calculators,
        crate::calculators::routes::read_calculator,
        crate::calculators::routes::run_calculator,
        crate::medicine::routes::read_medicine,
        crate::medicine::prescriptions::drafting::prescribe,
        crate::medicine::prescriptions::drafting::renew_prescription,
        crate::medicine::prescriptions::routes::list_prescriptions,
        crate::medicine::prescriptions::routes::read_prescription,
        crate::medicine::prescriptions::signing::sign_prescription,
        crate::visits::routes::read_consent,
        crate::visits::routes::request_visit,
        crate::visits::routes::list_visits,
        crate::visits::routes::read_visit,
        crate::visits::routes::cancel_visit,
        crate::visits::queue_routes::read_queue,
        crate::visits::queue_routes::read_duty,
        crate::visits::queue_routes::change_duty,
        crate::visits::taking::accept_visit,
        crate::visits::taking::hand_over_visit,
        crate::visits::taking::close_visit,
        crate::visits::note_routes::read_note,
        crate::visits::note_routes::write_note,
        crate::visits::note_routes::sign_note,
        crate::visits::note_routes::amend_note,
        crate::chat::opening::open_room,
        crate::chat::routes::list_rooms,
        crate::chat::routes::read_room,
        crate::chat::routes::accept_invitation,
        crate::chat::routes::list_messages,
        crate::chat::routes::post_message,
        crate::chat::routes::create_ticket,
        crate::chat::routes::connect,
        crate::audit::routes::read_access_log,
        crate::audit::routes::verify_audit,
        crate::privacy::routes::request_export,
        crate::privacy::routes::list_exports,
        crate::privacy::routes::fetch_export,
        crate::privacy::erasure_routes::read_erasure,
        crate::privacy::erasure_routes::request_erasure,
        crate::privacy::erasure_routes::cancel_erasure,
        crate::privacy::consent_routes::list_consents,
        crate::privacy::consent_routes::give_consent,
        crate::jobs::dead_letters::list_dead_letters,
        crate::jobs::dead_letters::replay_dead_letter,
        crate::integrations::routes::create_api_key,
        crate::integrations::routes::list_api_keys,
        crate::integrations::routes::read_api_key,
        crate::integrations::routes::end_api_key,
        crate::operations::routes::health,
        crate::operations::routes::ready,
    )
)]
struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let cookie = "Set by signing in with `cookies: true`; a browser sends it by itself";
        let cookie = ApiKeyValue::with_description(cookies::ACCESS, cookie);
        let token = "The value of the cookie `__Host-csrf`; `Origin` is checked besides";
        let token = ApiKeyValue::with_description("X-CSRF-Token", token);
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        components.add_security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(token)));
    }
}

/// The document as JSON: every operation also answers with problems, and takes
/// the examples that stand beside the schema.
#[must_use]
pub fn document() -> serde_json::Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    document["components"]["schemas"]["Problem"] = problem_schema();
    let operations = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for (method, operation) in operations.flat_map(|path| path.as_object_mut()).flatten() {
        let protected = !operation["security"].is_null();
        if let Some(ways) = operation["security"].as_array_mut() {
            ways.push(match method == "get" {
                true => serde_json::json!({ "cookie": [] }),
                false => serde_json::json!({ "cookie": [], "csrf": [] }),
            });
        }
        let has_input = !operation["requestBody"].is_null() || !operation["parameters"].is_null();
        let mut kinds = vec![("500", "/problems/internal"), ("503", "/problems/unavailable")];
        let limited = operation["tags"][0] != "Operations";
        kinds.extend(limited.then_some(("429", "/problems/too-many-requests")));
        kinds.extend(protected.then_some(("401", "/problems/unauthenticated")));
        kinds.extend((protected && method != "get").then_some(("403", "/problems/csrf-token")));
        kinds.extend(protected.then_some(("404", "/problems/not-found")));
        kinds.extend(has_input.then_some(("422", "/problems/invalid")));
        kinds.extend((!operation["requestBody"].is_null()).then_some(("400", "/problems/malformed-json")));
        for (status, kind) in kinds {
            if operation["responses"][status].is_null() {
                operation["responses"][status] = problem_response(kind);
            }
        }
        if let Some(example) = operation["operationId"].as_str().and_then(example) {
            operation["requestBody"]["content"]["application/json"]["example"] = example;
        }
    }
    document
}

fn problem_response(kind: &str) -> serde_json::Value {
    serde_json::json!({
        "description": kind,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
    })
}

fn problem_schema() -> serde_json::Value {
    serde_json::json!({
        "type": "object",
        "required": ["type", "title", "status", "instance", "request_id"],
        "properties": {
            "type": { "type": "string", "description": "A stable path under /problems/, each with a page" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "instance": { "type": "string" },
            "request_id": { "type": "string" },
            "errors": { "type": "array", "items": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "pointer": { "type": "string", "description": "JSON Pointer (RFC 6901) to the field" },
                    "parameter": { "type": "string", "description": "Name of the query parameter" },
                    "code": { "type": "string" },
                    "message": { "type": "string" }
                }
            } }
        }
    })
}

/// A body that works, for each operation that takes one.
fn example(operation: &str) -> Option<serde_json::Value> {
    let id = "01932c07-5d3a-7a00-8000-3a5a2c9e1b10";
    Some(match operation {
        "register" => {
            serde_json::json!({ "email": "ann@example.org", "password": "correct horse battery", "name": "Ann Example", "birth_date": "1972-04-05", "country": "GB" })
        }
        "verify" => serde_json::json!({ "token": "from the link in the mail" }),
        "request_verification" | "request_password_reset" => serde_json::json!({ "email": "ann@example.org" }),
        "confirm_password_reset" => {
            serde_json::json!({ "token": "from the link in the mail", "password": "a battery that is correct" })
        }
        "login" => serde_json::json!({ "email": "ann@example.org", "password": "correct horse battery" }),
        "give_factor" => {
            serde_json::json!({ "mfa_token": "from the answer to the password", "method": "totp", "code": "123456" })
        }
        "step_up" => serde_json::json!({ "password": "correct horse battery" }),
        "confirm_totp" => serde_json::json!({ "code": "123456" }),
        "change_password" => {
            serde_json::json!({ "current_password": "correct horse battery", "new_password": "battery staple horse" })
        }
        "change_email" => serde_json::json!({ "email": "ann@new.example.org" }),
        "confirm_email" => serde_json::json!({ "token": "from the link in the mail" }),
        "refresh" => serde_json::json!({ "refresh_token": "from the last answer" }),
        "logout" => serde_json::json!({ "everywhere": false }),
        "change_me" => serde_json::json!({ "name": "Ann Other", "country": null }),
        "create_assessment" => serde_json::json!({
            "patient": { "age_years": 54, "sex": "male", "conditions": ["hypertension"], "medicines": ["amlodipine"], "country": "GB" },
            "text": "crushing chest pain for 30 minutes going into my left arm, sweating",
            "findings": [{ "id": "smoker", "state": "present" }],
            "vitals": { "heart_rate_per_min": 104 }
        }),
        "create_entry" => {
            serde_json::json!({ "substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe" })
        }
        "correct_entry" => serde_json::json!({ "certainty": "confirmed" }),
        "put_statements" => serde_json::json!({ "takes_no_medicines": true }),
        "answer_questions" => serde_json::json!({ "answers": [{ "finding": "fever", "state": "absent" }] }),
        "check_medicines" => serde_json::json!({
            "patient": { "age_years": 72, "sex": "female", "weight_kg": 61, "serum_creatinine_umol_l": 140,
                         "allergies": [{ "substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe" }], "conditions": ["asthma"] },
            "medicines": [{ "name": "warfarin" }, { "name": "clarithromycin", "dose": { "value": 500, "unit": "mg" },
                          "timing": { "frequency": 2, "period": 1, "period_unit": "d" }, "route": "oral" }]
        }),
        "prescribe" => serde_json::json!({
            "patient_id": id,
            "items": [{ "medicine_id": "amoxicillin", "dose": { "value": 500, "unit": "mg" },
                        "timing": { "frequency": 3, "period": 1, "period_unit": "d" }, "route": "oral", "duration_days": 5 }],
            "overrides": []
        }),
        "request_visit" => serde_json::json!({
            "patient_id": id, "organization_id": id, "assessment_id": id, "reason": "A cough for two weeks",
            "consent": { "telehealth": true, "version": crate::visits::consent::VERSION }
        }),
        "change_duty" => serde_json::json!({ "on": true }),
        "hand_over_visit" => serde_json::json!({ "practitioner_id": id }),
        "close_visit" => serde_json::json!({ "reason": "no_show" }),
        "write_note" => serde_json::json!({
            "subjective": "Cough for two weeks", "objective": "Chest clear", "assessment": "Acute bronchitis",
            "plan": "Rest, fluids; come back if it gets worse", "diagnoses": [{ "text": "acute bronchitis" }]
        }),
        "amend_note" => serde_json::json!({ "text": "The cough began three weeks ago, not two." }),
        "open_room" => {
            serde_json::json!({ "kind": "consultation", "participants": [id], "subject": "A cough for two weeks" })
        }
        "verify_audit" => serde_json::json!({ "patient_id": id }),
        "request_erasure" => serde_json::json!({ "password": "correct horse battery" }),
        "give_consent" => serde_json::json!({ "purpose": "research", "version": "2026-11-01", "given": true }),
        "create_api_key" => serde_json::json!({
            "name": "Pharmacy system", "scopes": ["medicines:check"], "expires_at": "2027-06-30T00:00:00Z"
        }),
        "post_message" => serde_json::json!({ "client_id": id, "body": "Good morning" }),
        _ => return None,
    })
}
