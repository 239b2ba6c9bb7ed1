//! Makes the copy of what is held on a person, and on the children in their care: JSON, sealed under the person's
//! own key before it is put down, opened only on its way to them.

use super::patient_holdings_store::OF_PATIENT;
use super::user_holdings_store::OF_USER;
use super::{holdings_store as holdings, store};
use crate::accounts::store::user_key;
use crate::audit::{self, Entry};
use crate::authorization::Relationship;
use crate::chat::directory;
use crate::chat::service::{MessageView, RoomCall, RoomReply};
use crate::error::{Error, Result, internal};
use crate::id::Id;
use crate::platform::DatabaseError;
use crate::records::store::patient_for;
use crate::services::App;
use serde_json::{Value, json};

/// Messages that are asked for at once.
const MESSAGES: u64 = 100;
/// Rooms that are asked for at once.
const ROOMS: usize = 100;

/// The file of an export.
#[must_use]
pub fn file_name(user_id: Id, id: Id) -> String {
    [&folder(user_id), &id.to_string()].map(String::as_str).concat()
}

/// Where the exports of a user are.
#[must_use]
pub fn folder(user_id: Id) -> String {
    ["exports/", &user_id.to_string(), "/"].concat()
}

fn about(id: Id) -> String {
    ["exports:", &id.to_string()].concat()
}

/// Makes an export that was asked for, unless it is made already or nobody waits for it any more.
///
/// # Errors
/// When something that it reads or writes is not reachable: it is tried again.
pub async fn make(app: &App, user_id: Id, id: Id) -> Result<()> {
    if !store::is_pending(app, user_id, id).await? {
        return Ok(());
    }
    let key = match user_key(app, user_id).await {
        Ok(key) => key,
        // Erased meanwhile.
        Err(Error::Problem(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut document = json!({ "exported_at": app.now(), "user": holdings::open(app, &key, OF_USER, user_id).await? });
    let (mut patients, mut of_others) = (Vec::new(), Vec::new());
    for patient_id in holdings::patients_of(app, user_id).await? {
        let file = patient_for(app, patient_id, user_id).await?;
        // Nobody is the guardian of somebody who is of age.
        if !file.relationships.contains(&Relationship::ActsForPatient) {
            continue;
        }
        let (actor_id, action) = (Some(user_id), "record.exported");
        let read = Entry { patient_id: Some(patient_id), actor_id, action, subject_id: Some(id) };
        of_others.push(audit::record_read(app, read)?);
        patients.push(Value::Object(holdings::open(app, &file.key, OF_PATIENT, patient_id).await?));
    }
    document["patients"] = patients.into();
    document["rooms"] = rooms(app, user_id).await?.into();
    let plain = document.to_string();
    let sealed = key.seal(app.entropy.as_ref(), &about(id), &plain)?;
    app.files.put(&file_name(user_id, id), sealed.as_bytes()).await?;
    let entry = Entry { actor_id: None, action: "export.made", subject_id: Some(id), patient_id: None };
    let bytes = i64::try_from(plain.len()).unwrap_or(i64::MAX);
    let batch = [store::finish_export(id, bytes), audit::record(app, entry)?].into_iter().chain(of_others);
    match app.batch(batch.collect()).await {
        Ok(_) => Ok(()),
        Err(DatabaseError::Conflict) if store::is_pending(app, user_id, id).await? => Err(internal("an export stays")),
        // Made by a twin; or purged, and then the file goes too.
        Err(DatabaseError::Conflict) => {
            let made = store::exports(app, user_id, "g", 100).await?.iter().any(|export| export.id == id);
            if made { Ok(()) } else { Ok(app.files.delete(&file_name(user_id, id)).await?) }
        }
        Err(error) => Err(error.into()),
    }
}

/// The export as it is given to the person.
///
/// # Errors
/// When it is not there or does not open.
pub async fn open(app: &App, user_id: Id, id: Id) -> Result<String> {
    let key = user_key(app, user_id).await?;
    let bytes = app.files.get(&file_name(user_id, id)).await?.ok_or_else(|| internal("an export has no file"))?;
    Ok(key.open(&about(id), &String::from_utf8(bytes).map_err(internal)?)?)
}

/// Every room that the user is in, with what was said in it; a room that cannot tell says so.
async fn rooms(app: &App, user_id: Id) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut before = "g".to_owned();
    loop {
        let page = directory::rooms(app, user_id, &before, ROOMS).await?;
        for room in page.iter().take(ROOMS) {
            before = room.id.to_string();
            let messages = messages(app, user_id, room.id).await;
            all.push(json!({ "room": room, "messages": messages, "unavailable": messages.is_none() }));
        }
        if page.len() <= ROOMS {
            return Ok(all);
        }
    }
}

async fn messages(app: &App, user_id: Id, room_id: Id) -> Option<Vec<MessageView>> {
    let mut all: Vec<MessageView> = Vec::new();
    loop {
        let after = Some(all.last().map_or(0, |last| last.seq));
        let call = RoomCall::History { user_id: user_id.to_string(), after, before: None, limit: MESSAGES };
        match app.rooms.call(&room_id.to_string(), &call).await {
            Ok(RoomReply::Messages { messages, more }) => {
                let none = messages.is_empty();
                all.extend(messages);
                if !more || none {
                    return Some(all);
                }
            }
            // Nothing was ever said in it, or they are only asked in.
            Ok(_) => return Some(all),
            Err(_) => return None,
        }
    }
}
