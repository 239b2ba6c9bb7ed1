//! What becomes of sockets when the session that opened them ends. This host has none: what is asked of the rooms is
//! seen here, that they close what they should in `chat/room`, and that a socket closes in tests/e2e.

use super::super::support::{Installation, PASSWORD, Person};
use serde_json::json;

const ENTERED: &str = "SELECT COUNT(*) AS n FROM room_sessions";

/// Ann with two rooms, at a desk and on a phone, each with a ticket to each room.
struct Home {
    here: Installation,
    desk: Person,
    phone: Person,
    rooms: [String; 2],
}

impl Home {
    async fn new() -> Self {
        let here = Installation::new();
        let (desk, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
        let phone = here.sign_in("ann@example.org", PASSWORD).await;
        let rooms = [here.room(&desk, &dana).await, here.room(&desk, &dana).await];
        let home = Self { here, desk, phone, rooms };
        home.enter(&home.desk).await;
        home.enter(&home.phone).await;
        home.ticket(&dana, 0).await;
        home
    }

    async fn ticket(&self, person: &Person, room: usize) -> String {
        let path = format!("/api/v1/rooms/{}/tickets", self.rooms[room]);
        let ticket = self.here.call("POST", &path, Some(person), &[], None).await.expect(201);
        ticket["ticket"].as_str().unwrap().to_owned()
    }

    async fn enter(&self, person: &Person) {
        self.ticket(person, 0).await;
        self.here.clock.advance(1);
        self.ticket(person, 1).await;
        self.here.clock.advance(1);
    }

    /// Rooms and sessions in which sockets were closed by now, the room entered last first.
    fn closed(&self, who: &[&Person]) {
        let both = who.iter().flat_map(|person| [1, 0].map(|room| (self.rooms[room].clone(), session(person))));
        assert_eq!(self.here.rooms.take_ended(), both.collect::<Vec<_>>());
    }
}

/// The session of somebody's tokens.
fn session(person: &Person) -> String {
    person.refresh.split('.').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_ticket_names_its_session_and_is_another_text_with_another_one() {
    let home = Home::new().await;
    let ticket = home.ticket(&home.desk, 0).await;
    let (random, whose) = ticket.split_once('.').unwrap();
    assert_eq!((random.len() >= 32, whose), (true, session(&home.desk).as_str()));
    assert_eq!(home.here.count(ENTERED).await, 5, "a room is noted once a session");
}

#[tokio::test]
async fn signing_out_closes_those_of_this_session() {
    let home = Home::new().await;
    home.here.call("POST", "/api/v1/auth/logout", Some(&home.desk), &[], None).await.expect(204);
    home.closed(&[&home.desk]);
    assert_eq!(home.here.count(ENTERED).await, 3);
    // Nothing is left to do for the job.
    home.here.work().await;
    home.here.clock.advance(60_000);
    assert_eq!(home.here.sweep().await, 0);
    home.closed(&[]);
}

#[tokio::test]
async fn signing_out_everywhere_closes_all_of_the_user_and_no_others() {
    let home = Home::new().await;
    home.here.post("/api/v1/auth/logout", Some(&home.desk), json!({ "everywhere": true })).await.expect(204);
    home.closed(&[&home.phone, &home.desk]);
    assert_eq!(home.here.count(ENTERED).await, 1);
}

#[tokio::test]
async fn ending_another_session_closes_that_one() {
    let home = Home::new().await;
    let path = format!("/api/v1/me/sessions/{}", session(&home.phone));
    home.here.call("DELETE", &path, Some(&home.desk), &[], None).await.expect(204);
    home.closed(&[&home.phone]);
}

#[tokio::test]
async fn a_new_password_closes_those_of_all_other_sessions() {
    let home = Home::new().await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
    home.here.post("/api/v1/me/password", Some(&home.desk), body).await.expect(204);
    home.closed(&[&home.phone]);
}

#[tokio::test]
async fn a_password_reset_closes_all() {
    let home = Home::new().await;
    home.here.work().await;
    home.here.post("/api/v1/auth/password-reset", None, json!({ "email": "ann@example.org" })).await.expect(202);
    home.here.work().await;
    let mail = home.here.mailer.mails().pop().unwrap();
    let token = mail.text.split("?reset=").nth(1).unwrap().split_whitespace().next().unwrap();
    let body = json!({ "token": token, "password": "another horse battery" });
    home.here.post("/api/v1/auth/password-reset/confirm", None, body).await.expect(200);
    home.closed(&[&home.phone, &home.desk]);
}

#[tokio::test]
async fn a_stolen_refresh_token_closes_those_of_its_session() {
    let home = Home::new().await;
    let refresh =
        async || home.here.post("/api/v1/auth/refresh", None, json!({ "refresh_token": home.desk.refresh })).await;
    refresh().await.expect(200);
    home.here.clock.advance(10_001);
    refresh().await.problem(401, "session-ended");
    home.closed(&[&home.desk]);
}

#[tokio::test]
async fn wrong_confirmations_that_end_the_session_close_them() {
    let home = Home::new().await;
    for _ in 0..5 {
        home.closed(&[]);
        let wrong = json!({ "password": "wrong wrong wrong" });
        assert_eq!(home.here.post("/api/v1/auth/step-up", Some(&home.desk), wrong).await.status, 401);
    }
    home.closed(&[&home.desk]);
}

#[tokio::test]
async fn whom_an_operator_suspends_has_no_socket_left_and_gets_no_ticket() {
    let home = Home::new().await;
    let olga = home.here.operator("olga@example.org").await;
    let path = format!("/api/v1/users/{}", home.desk.user_id);
    home.here.post(&format!("{path}/suspend"), Some(&olga), json!({ "reason": "x" })).await.expect(204);
    home.closed(&[&home.phone, &home.desk]);
    assert_eq!(home.here.count(ENTERED).await, 1);
    let tickets = format!("/api/v1/rooms/{}/tickets", home.rooms[0]);
    home.here.call("POST", &tickets, Some(&home.desk), &[], None).await.problem(404, "not-found");
    home.here.call("POST", &format!("{path}/reinstate"), Some(&olga), &[], None).await.expect(204);
    home.closed(&[]);
    home.ticket(&home.desk, 0).await;
    home.here.call("POST", "/api/v1/auth/logout", Some(&home.desk), &[], None).await.expect(204);
    assert_eq!(home.here.rooms.take_ended(), [(home.rooms[0].clone(), session(&home.desk))]);
}

#[tokio::test]
async fn a_session_that_ended_elsewhere_a_moment_ago_gets_no_ticket() {
    let home = Home::new().await;
    // Another isolate ends it: this one may not know for 5 seconds.
    home.here.get("/api/v1/me", Some(&home.desk)).await.expect(200);
    home.here.execute("UPDATE sessions SET ended_at = 1").await;
    let tickets = format!("/api/v1/rooms/{}/tickets", home.rooms[0]);
    home.here.call("POST", &tickets, Some(&home.desk), &[], None).await.problem(404, "not-found");
}

#[tokio::test]
async fn the_job_closes_what_could_not_be_reached() {
    let home = Home::new().await;
    home.here.work().await;
    home.here.rooms.set_cut(true);
    home.here.call("POST", "/api/v1/auth/logout", Some(&home.desk), &[], None).await.expect(204);
    assert_eq!(home.here.work().await, [false]);
    home.here.rooms.set_cut(false);
    home.closed(&[]);
    home.here.clock.advance(60_000);
    home.here.sweep().await;
    assert_eq!(home.here.work().await, [true]);
    home.closed(&[&home.desk]);
    assert_eq!(home.here.count(ENTERED).await, 3);
}

#[tokio::test]
async fn the_job_closes_more_rooms_than_a_request_does() {
    let home = Home::new().await;
    let dana = home.here.doctor("doris@example.org").await;
    home.here.work().await;
    for _ in 0..45 {
        let room = home.here.room(&home.desk, &dana).await;
        let path = format!("/api/v1/rooms/{room}/tickets");
        home.here.call("POST", &path, Some(&home.desk), &[], None).await.expect(201);
    }
    home.here.call("POST", "/api/v1/auth/logout", Some(&home.desk), &[], None).await.expect(204);
    assert_eq!(home.here.rooms.take_ended().len(), 20);
    assert_eq!(home.here.work().await, [true]);
    assert_eq!(home.here.rooms.take_ended().len(), 27);
}
