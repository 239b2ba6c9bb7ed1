//! The calls of the REST API about assessments.

use super::assess::assess;
use super::explanation::{Explanation, explain};
use super::model::{Answers, Assess, AssessedPatient, Input};
use super::outcome::{Assessment, AssessmentStatus};
use super::store::{self, Filing, Stored};
use super::vocabulary::{list_conditions, list_findings};
use crate::accounts::store::user_key;
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship, Role};
use crate::encryption::DataKey;
use crate::error::{Result, conflict};
use crate::http::IdInBody;
use crate::http::cursor::{self, Limit};
use crate::http::{Caller, Create, Invalid, Json, JsonBody, Page, PathOf, QueryOf, created, idempotency, with_etag};
use crate::id::Id;
use crate::platform::DatabaseError;
use crate::records::entries::clinical_record::{self, Person};
use crate::records::majority::today;
use crate::records::store::{no_encounter, patient_for, patient_for_reading, require_encounter};
use crate::services::{App, Services};
use axum::Router;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use deserr::Deserr;
use std::sync::Arc;

/// Paths of this domain.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/api/v1/assessments", get(list_assessments).post(create_assessment))
        .route("/api/v1/assessments/{id}", get(read_assessment))
        .route("/api/v1/assessments/{id}/answers", post(answer_questions))
        .route("/api/v1/assessments/{id}/explanation", get(explain_assessment))
        .route("/api/v1/conditions", get(list_conditions))
        .route("/api/v1/findings", get(list_findings))
}

/// Assess symptoms
///
/// From plain words, findings, or both. With `patient_id` it is filed in the record, and what the record says counts too.
#[utoipa::path(post, path = "/api/v1/assessments", tag = "Assessments", security(("bearer" = [])), request_body = Assess,
    params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Assessment)))]
pub async fn create_assessment(
    app: App,
    caller: Caller,
    Create { mut value, key }: Create<Assess>,
) -> Result<Response> {
    if let Some(response) = idempotency::replay(&app, &caller, key.as_ref()).await? {
        return Ok(response);
    }
    let encounter_id = value.encounter_id.map(|id| id.0);
    let (data_key, filing) = match value.patient_id {
        Some(IdInBody(patient_id)) => {
            let file = patient_for(&app, patient_id, caller.user_id).await?;
            caller.require(&file.relationships, Action::Assess)?;
            if let Some(encounter_id) = encounter_id {
                require_encounter(&app, encounter_id, patient_id).await?;
            }
            let record = clinical_record::load(&app, &file, None).await?;
            let known = record.known(&Person::of(&file, app.now()), app.now());
            value.patient = AssessedPatient(known.under(value.patient.0).data);
            let filing = Filing {
                patient_id: Some(patient_id),
                organization_id: file.organization_id,
                encounter_id,
                recorded_by: caller.user_id,
            };
            (file.key, filing)
        }
        None => {
            caller.require(&[Relationship::Anyone], Action::Assess)?;
            if encounter_id.is_some() {
                return Err(no_encounter());
            }
            let filing = Filing { patient_id: None, organization_id: None, encounter_id, recorded_by: caller.user_id };
            (user_key(&app, caller.user_id).await?, filing)
        }
    };
    let input = Input { asked: value, answers: Vec::new(), by_patient: !caller.is(Role::Doctor), on: today(app.now()) };
    let outcome = assess(&input);
    let id = app.new_id()?;
    let entry = Entry {
        patient_id: filing.patient_id,
        actor_id: Some(caller.user_id),
        action: "assessment.made",
        subject_id: Some(id),
    };
    let batch = vec![store::insert(&app, &data_key, id, &filing, &input, &outcome)?, audit::record(&app, entry)?];
    let assessment = Assessment {
        id,
        patient_id: filing.patient_id,
        encounter_id,
        outcome: store::shown(&outcome)?,
        created_at: app.now(),
        version: 1,
    };
    let location = ["/api/v1/assessments/", &id.to_string()].concat();
    idempotency::commit(&app, &caller, key.as_ref(), batch, created(&location, 1, &assessment)).await
}

/// The assessment with the key that opens it, for whom the table allows it.
async fn find(app: &App, caller: &Caller, id: Id, action: Action) -> Result<(Stored, DataKey)> {
    let stored = store::assessment(app, id).await?;
    let own = if stored.recorded_by == caller.user_id { Relationship::Recorder } else { Relationship::None };
    match stored.patient_id {
        Some(patient_id) => {
            let mut file = match action {
                Action::ReadAssessment => {
                    patient_for_reading(app, patient_id, caller.user_id, "assessment.read", id).await?
                }
                _ => patient_for(app, patient_id, caller.user_id).await?,
            };
            // Who has made it loses it with the relationship; who may only read the record by now only reads it.
            if [Relationship::ActsForPatient, Relationship::CareTeam].iter().any(|now| file.relationships.contains(now))
            {
                file.relationships.push(own);
            }
            caller.require(&file.relationships, action)?;
            Ok((stored, file.key))
        }
        None => {
            caller.require(&[own], action)?;
            Ok((stored, user_key(app, caller.user_id).await?))
        }
    }
}

/// Read an assessment
#[utoipa::path(get, path = "/api/v1/assessments/{id}", tag = "Assessments", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Assessment)))]
pub async fn read_assessment(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let (stored, key) = find(&app, &caller, id, Action::ReadAssessment).await?;
    Ok(with_etag(stored.version, &stored.assessment(&key)?))
}

/// Explain an assessment
///
/// Why each condition stands where it does, what would change it most, and whether the same input comes to the same today.
#[utoipa::path(get, path = "/api/v1/assessments/{id}/explanation", tag = "Assessments", security(("bearer" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Explanation)))]
pub async fn explain_assessment(app: App, caller: Caller, PathOf(id): PathOf<Id>) -> Result<Response> {
    let (stored, key) = find(&app, &caller, id, Action::ReadAssessment).await?;
    let explanation = explain(&stored.input(&key)?, &stored.assessment(&key)?.outcome)?;
    Ok(Json(explanation).into_response())
}

/// Answer questions
///
/// Answers may be given to any finding, not only to the one that was asked for.
#[utoipa::path(post, path = "/api/v1/assessments/{id}/answers", tag = "Assessments", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = Answers, responses((status = 200, body = Assessment)))]
pub async fn answer_questions(
    app: App,
    caller: Caller,
    PathOf(id): PathOf<Id>,
    JsonBody(body): JsonBody<Answers>,
) -> Result<Response> {
    let (stored, key) = find(&app, &caller, id, Action::AnswerAssessment).await?;
    if stored.status == AssessmentStatus::Complete {
        return Err(conflict("This assessment is complete. Begin a new one when something has changed."));
    }
    let mut input = stored.input(&key)?;
    input.answers.extend(body.answers.0);
    let outcome = assess(&input);
    let entry = Entry {
        patient_id: stored.patient_id,
        actor_id: Some(caller.user_id),
        action: "assessment.answered",
        subject_id: Some(id),
    };
    let batch = vec![store::update(&app, &key, id, stored.version, &input, &outcome)?, audit::record(&app, entry)?];
    match app.batch(batch).await {
        Ok(_) => {}
        Err(DatabaseError::Conflict) => return Err(conflict("It was answered at the same moment. Read it again.")),
        Err(error) => return Err(error.into()),
    }
    let assessment = stored.with_outcome(store::shown(&outcome)?, stored.version + 1);
    Ok(with_etag(assessment.version, &assessment))
}

/// `GET /assessments`
#[derive(Deserr)]
#[deserr(error = Invalid, deny_unknown_fields)]
pub struct List {
    #[deserr(default)]
    patient_id: Option<IdInBody>,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// List assessments
///
/// Those in a record with `patient_id`, otherwise one's own that are in none.
#[utoipa::path(get, path = "/api/v1/assessments", tag = "Assessments", security(("bearer" = [])),
    params(("patient_id" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Vec<Assessment>)))]
pub async fn list_assessments(app: App, caller: Caller, uri: Uri, QueryOf(query): QueryOf<List>) -> Result<Response> {
    let keys = &app.config.signing_keys;
    let owner = query.patient_id.map_or(caller.user_id, |id| id.0);
    let scope = ["assessments:", &owner.to_string()].concat();
    let before = cursor::open_before(keys, &scope, query.cursor.as_deref())?;
    let rows = query.limit.rows() + 1;
    let (stored, key) = match query.patient_id {
        Some(IdInBody(patient_id)) => {
            let file = patient_for(&app, patient_id, caller.user_id).await?;
            caller.require(&file.relationships, Action::ReadAssessment)?;
            let listed = Entry::about(patient_id, &caller, "assessment.listed");
            (store::filed_assessments(&app, patient_id, &before, rows, listed).await?, file.key)
        }
        None => {
            caller.require(&[Relationship::Anyone], Action::UseOwnAccount)?;
            (store::own_assessments(&app, caller.user_id, &before, rows).await?, user_key(&app, caller.user_id).await?)
        }
    };
    let items = stored.iter().map(|stored| stored.assessment(&key)).collect::<Result<_>>()?;
    let page = Page::new(items, query.limit, |last: &Assessment| cursor::seal(keys, &scope, &last.id.to_string()));
    Ok(page.respond(&uri))
}
