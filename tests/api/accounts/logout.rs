//! `POST /api/v1/auth/logout`

use super::super::support::{Answer, Installation, PASSWORD};
use serde_json::json;

const PATH: &str = "/api/v1/auth/logout";

async fn refresh(here: &Installation, token: &str) -> Answer {
    here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": token })).await
}

#[tokio::test]
async fn it_ends_this_session_only() {
    let here = Installation::new();
    let desk = here.sign_up("ann@example.org").await;
    let phone = here.sign_in("ann@example.org", PASSWORD).await;
    let answer = here.call("POST", PATH, Some(&desk), &[], None).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    refresh(&here, &desk.refresh).await.problem(401, "session-ended");
    refresh(&here, &phone.refresh).await.expect(200);
}

#[tokio::test]
async fn everywhere_ends_all_sessions_of_the_user_and_no_other() {
    let here = Installation::new();
    let desk = here.sign_up("ann@example.org").await;
    let phone = here.sign_in("ann@example.org", PASSWORD).await;
    let eve = here.sign_up("eve@example.org").await;
    here.post(PATH, Some(&desk), json!({ "everywhere": true })).await.expect(204);
    refresh(&here, &desk.refresh).await.problem(401, "session-ended");
    refresh(&here, &phone.refresh).await.problem(401, "session-ended");
    refresh(&here, &eve.refresh).await.expect(200);
}

#[tokio::test]
async fn twice_there_is_no_session_left_to_end() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.post(PATH, Some(&ann), json!({ "everywhere": false })).await.expect(204);
    here.post(PATH, Some(&ann), json!({})).await.problem(401, "unauthenticated");
    assert_eq!(here.count("SELECT COUNT(*) AS n FROM sessions WHERE end_reason = 'logout'").await, 1);
}

#[tokio::test]
async fn it_needs_a_token_and_a_body_that_is_right_if_there_is_one() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    here.post(PATH, None, json!({})).await.problem(401, "unauthenticated");
    let bad = json!({ "everywhere": "yes", "all": true });
    assert_eq!(here.post(PATH, Some(&ann), bad).await.invalid(), ["/all", "/everywhere"]);
    refresh(&here, &ann.refresh).await.expect(200);
}
