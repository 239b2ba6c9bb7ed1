//! Wraps keys again that an older master key wraps, so that it can go one day: a
//! bounded piece each time, and nothing at all while there is one master key.

use super::erase::archive_keys;
use super::rotation_store::{self as store, Place};
use crate::accounts::store::about;
use crate::chat::service::RoomCall;
use crate::chat::shell;
use crate::encryption::KeyRing;
use crate::error::Result;
use crate::id::Id;
use crate::records::store::key_about;
use crate::services::App;

/// Wraps some keys again. How many it were.
///
/// # Errors
/// When the database fails, or the last one that could not be wrapped again; the others are.
pub async fn rows(app: &App) -> Result<usize> {
    let masters = &app.config.master_keys;
    let old = masters.older();
    if old.is_empty() {
        return Ok(0);
    }
    let (mut batch, mut outcome) = (Vec::new(), Ok(()));
    for row in store::wrapped_by(app, &old).await? {
        let owner = match row.place {
            Place::User => Id::parse(&row.id).map(about::user_key).unwrap_or_default(),
            Place::Patient => Id::parse(&row.id).map(key_about).unwrap_or_default(),
            Place::Room => shell::key_about(&row.id),
            Place::Archive => super::erase_store::archive_about(&row.kind, &row.id),
        };
        let archive = archive_keys(app);
        let keys = if row.place == Place::Archive { &archive } else { masters };
        match again(app, keys, &owner, &row).await {
            Ok(wrapped) => batch.push(store::wrap(&row, &wrapped)),
            Err(error) => outcome = Err(error),
        }
    }
    let count = batch.len();
    if count > 0 {
        app.batch(batch).await?;
    }
    outcome.map(|()| count)
}

async fn again(app: &App, keys: &KeyRing, owner: &str, row: &store::Wrapped) -> Result<String> {
    let plain = keys.open(owner, &row.sealed)?;
    let wrapped = keys.seal(app.entropy.as_ref(), owner, &plain)?;
    if row.place == Place::Room {
        // Its object has the key as well, and goes first: until the directory follows, both open.
        app.rooms.call(&row.id, &RoomCall::Rewrap { wrapped_key: wrapped.clone() }).await?;
    }
    Ok(wrapped)
}
