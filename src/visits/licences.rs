//! Whether a doctor may see a patient who lives where they live. The licences
//! themselves are entered and verified by an organization's admins.

use super::model::Warning;
use super::queue_store;
use crate::error::{Problem, Result};
use crate::id::Id;
use crate::problem;
use crate::services::App;

/// Lets a doctor with a verified licence for the country pass. To another, or
/// when the country is not known, it is a refusal or a warning, as the settings say.
///
/// # Errors
/// 403 `/problems/licence-does-not-cover`.
pub async fn require_cover(
    app: &App,
    organization_id: Id,
    practitioner_id: Id,
    country: Option<&str>,
) -> Result<Vec<Warning>> {
    let covered = match country {
        Some(country) => queue_store::is_licensed(app, organization_id, practitioner_id, country).await?,
        None => false,
    };
    if covered {
        return Ok(Vec::new());
    }
    if app.config.refuse_unlicensed {
        let meaning = problem::LICENCE_DOES_NOT_COVER.meaning;
        return Err(Problem::new(&problem::LICENCE_DOES_NOT_COVER, meaning).into());
    }
    let text = "No verified licence of the doctor covers the country where the patient lives.";
    Ok(vec![Warning { code: "licence_does_not_cover", text }])
}
