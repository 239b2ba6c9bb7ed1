//! A new master key, and the old one gone.

use super::super::support::Installation;
use super::{DAY_MS, again, sweep, write_everywhere};
use serde_json::json;
use virtual_doctor::platform::native::SqliteDatabase;

const OLD: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const NEW: &str = "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// An installation over the database in this file, with these master keys.
fn over(path: &std::path::Path, keys: &str) -> Installation {
    Installation::over(SqliteDatabase::open_file(path).unwrap(), &[("MASTER_KEYS", keys)])
}

#[tokio::test]
async fn once_all_is_wrapped_again_the_old_key_can_go() {
    let path = std::env::temp_dir().join(format!("virtual-doctor-rotation-{}.sqlite", std::process::id()));
    drop(std::fs::remove_file(&path));
    let here = Installation::over(SqliteDatabase::in_file(&path).unwrap(), &[("MASTER_KEYS", OLD)]);
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    write_everywhere(&here, &ann, &dana).await;
    here.post("/api/v1/me/erasure", Some(&ann), json!({})).await.expect(202);
    let bob = here.sign_up("bob@example.org").await;
    let room = here.room(&bob, &dana).await;
    here.clock.advance(14 * DAY_MS);
    sweep(&here).await;
    let named_old = "SELECT (SELECT COUNT(*) FROM users WHERE wrapped_key LIKE 'k1.%') + (SELECT COUNT(*) FROM patients WHERE wrapped_key LIKE 'k1.%')
         + (SELECT COUNT(*) FROM rooms WHERE wrapped_key LIKE 'k1.%') + (SELECT COUNT(*) FROM legal_archive WHERE content_sealed LIKE 'k1.%') AS n";
    assert_eq!(here.count(named_old).await, 7);

    let both = over(&path, &[NEW, OLD].join(","));
    sweep(&both).await;
    assert_eq!(both.count(named_old).await, 0);

    let after = over(&path, NEW);
    let bob = again(&after, "bob@example.org").await;
    assert_eq!(after.get("/api/v1/me", Some(&bob)).await.expect(200)["name"], "Name of bob@example.org");
    assert_eq!(after.get(&format!("/api/v1/rooms/{room}"), Some(&bob)).await.expect(200)["subject"], "a cough");
    assert_eq!(after.count("SELECT COUNT(*) AS n FROM users WHERE wrapped_key LIKE 'erased.%'").await, 1);
    drop((here, both, after));
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn a_rooms_object_opens_by_the_key_as_it_is_wrapped_again() {
    let here = Installation::with(&[("MASTER_KEYS", &[NEW, OLD].join(","))]);
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let room = write_everywhere(&here, &ann, &dana).await;
    // As if it had been opened under the older key.
    let masters = virtual_doctor::encryption::KeyRing::parse(&[OLD, NEW].join(",")).unwrap();
    #[derive(serde::Deserialize)]
    struct Key {
        wrapped_key: String,
    }
    let select = virtual_doctor::platform::Statement::new("SELECT wrapped_key FROM rooms");
    let keys: Vec<Key> = here.rows(select).await;
    let about = format!("rooms.wrapped_key:{room}");
    let plain = masters.open(&about, &keys[0].wrapped_key).unwrap();
    let wrapped_key = masters.seal(here.services.entropy.as_ref(), &about, &plain).unwrap();
    let update = virtual_doctor::platform::Statement::new("UPDATE rooms SET wrapped_key = ?1").bind(wrapped_key);
    here.services.database.query(update).await.unwrap();
    sweep(&here).await;
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM rooms WHERE wrapped_key LIKE 'k2.%'").await, 1);
    here.rooms.evict_all();
    let said = here.get(&format!("/api/v1/rooms/{room}/messages"), Some(&ann)).await.expect(200);
    assert_eq!(said["items"][0]["body"], "MARK-message");
}
