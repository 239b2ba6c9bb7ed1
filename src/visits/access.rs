//! What a caller is to a visit.

use super::model::{Visit, VisitStatus};
use super::store::{self, Stored};
use crate::audit::{self, Entry};
use crate::authorization::{Action, Relationship};
use crate::error::{Result, internal, not_found};
use crate::http::Caller;
use crate::id::Id;
use crate::records::store::{PatientFile, open_file, select_standing_by_visit};
use crate::services::App;

/// A visit as somebody stands to it.
pub struct Seen {
    /// The visit.
    pub stored: Stored,
    /// Its patient; the relationships are those to the visit.
    pub file: PatientFile,
}

impl Seen {
    /// Whether the caller is this to the visit.
    #[must_use]
    pub fn is(&self, relationship: Relationship) -> bool {
        self.file.relationships.contains(&relationship)
    }

    /// As the API shows it to the caller: to a colleague of the visit's doctor,
    /// the reason only while anyone of them may take it.
    ///
    /// # Errors
    /// When the reason does not open.
    pub fn visit(&self) -> Result<Visit> {
        let concerned = [Relationship::ActsForPatient, Relationship::CareTeam, Relationship::VisitDoctor];
        let told = self.stored.status == VisitStatus::Requested || concerned.into_iter().any(|each| self.is(each));
        self.stored.visit(told.then_some(&self.file.key))
    }

    /// An audit row about it.
    #[must_use]
    pub fn entry(&self, caller: &Caller, action: &'static str) -> Entry {
        Entry {
            patient_id: Some(self.stored.patient_id),
            actor_id: Some(caller.user_id),
            action,
            subject_id: Some(self.stored.id),
        }
    }
}

/// The visit, for whom the table allows this.
///
/// # Errors
/// 404 when there is no such visit or it is nothing to the caller, 403 where the table says no.
pub async fn find(app: &App, caller: &Caller, id: Id, action: Action) -> Result<Seen> {
    let select = store::select_visit(app, id, caller.user_id);
    let rows = app.batch(vec![select, select_standing_by_visit(app, id, caller.user_id)]).await?;
    let [visit, standing] = rows.as_slice() else { return Err(internal("a batch answered short")) };
    let stored: Stored = visit.first()?.ok_or_else(not_found)?;
    let mut file = open_file(app, caller.user_id, standing)?;
    if stored.practises_there() {
        file.relationships.push(Relationship::PractisesThere);
        file.relationships.extend(stored.is_licensed_there().then_some(Relationship::LicensedThere));
        let took_it = stored.practitioner_id == Some(caller.user_id);
        file.relationships.extend(took_it.then_some(Relationship::VisitDoctor));
    }
    caller.require(&file.relationships, action)?;
    Ok(Seen { stored, file })
}

/// The visit as the caller reads it, which is recorded with it.
///
/// # Errors
/// As [`find`].
pub async fn read(app: &App, caller: &Caller, id: Id) -> Result<Visit> {
    let seen = find(app, caller, id, Action::ReadVisit).await?;
    let select = store::select_visit(app, id, caller.user_id);
    let rows = audit::read_of_others(app, select, seen.entry(caller, "visit.read")).await?;
    Seen { stored: rows.first()?.ok_or_else(not_found)?, ..seen }.visit()
}
