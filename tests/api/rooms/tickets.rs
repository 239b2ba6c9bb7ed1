//! `POST /api/v1/rooms/{id}/tickets` and `GET /api/v1/rooms/{id}/socket`

use super::super::support::{Installation, Person};

async fn room() -> (Installation, Person, String) {
    let here = Installation::new();
    let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
    let path = format!("/api/v1/rooms/{}", here.room(&ann, &dana).await);
    (here, ann, path)
}

#[tokio::test]
async fn each_ticket_is_another_one_and_lives_for_30_seconds() {
    let (here, ann, path) = room().await;
    let ticket = async || here.call("POST", &format!("{path}/tickets"), Some(&ann), &[], None).await.expect(201);
    let (first, second) = (ticket().await, ticket().await);
    assert_eq!(first["expires_in_s"], 30);
    assert!(first["ticket"].as_str().unwrap().len() >= 32);
    assert_ne!(first["ticket"], second["ticket"]);
}

#[tokio::test]
async fn a_ticket_is_never_stored_for_a_replay() {
    let (here, ann, path) = room().await;
    let path = format!("{path}/tickets");
    let headers = [("idempotency-key", "key")];
    let first = here.call("POST", &path, Some(&ann), &headers, None).await.expect(201);
    let second = here.call("POST", &path, Some(&ann), &headers, None).await.expect(201);
    assert_ne!(first, second);
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM idempotency").await, 0);
}

#[tokio::test]
async fn only_who_is_in_the_room_gets_one() {
    let (here, _, path) = room().await;
    let eve = here.sign_up("eve@example.org").await;
    here.call("POST", &format!("{path}/tickets"), None, &[], None).await.problem(401, "unauthenticated");
    here.call("POST", &format!("{path}/tickets"), Some(&eve), &[], None).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_socket_takes_a_ticket_and_an_upgrade() {
    let (here, _, path) = room().await;
    assert_eq!(here.get(&format!("{path}/socket"), None).await.invalid(), ["ticket"]);
    let answer = here.get(&format!("{path}/socket?ticket=x&after=-1&device=y"), None).await;
    assert_eq!(answer.invalid(), ["after", "device"]);
    here.get(&format!("{path}/socket?ticket=x"), None).await.problem(400, "malformed-request");
    here.get("/api/v1/rooms/x/socket?ticket=x", None).await.problem(404, "not-found");
}
