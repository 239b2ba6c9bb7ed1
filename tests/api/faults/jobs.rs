//! The consumer.

use super::play::{Play, database, rooms};
use super::two;
use crate::api::support::{Installation, PASSWORD};
use serde_json::json;
use virtual_doctor::jobs::consumer;
use virtual_doctor::services::App;

/// A mail goes out before its job is done with; the provider knows its id.
#[tokio::test]
async fn sending_a_mail() {
    let prepare = async |here: &Installation| {
        let body = json!({ "email": "ann@example.org", "password": PASSWORD, "name": "Ann" });
        here.post("/api/v1/auth/register", None, body).await.expect(202);
        Delivered(here.queue.take().remove(0))
    };
    Play { on_the_way: &["mails"], ..Play::default() }.breaks_everywhere(database, prepare, run).await;
}

/// A copy is stored before it is told of; made again it has the same name.
#[tokio::test]
async fn making_a_copy_of_what_is_held() {
    let prepare = async |here: &Installation| {
        let (ann, _) = two(here).await;
        here.work().await;
        here.call("POST", "/api/v1/me/export", Some(&ann), &[], None).await.expect(202);
        Delivered(here.queue.take().remove(0))
    };
    let play = Play { on_the_way: &["files", "exports", "outbox", "mails", "audit"], ..Play::default() };
    play.breaks_everywhere(database, prepare, run).await;
    play.breaks_everywhere(rooms, prepare, run).await;
}

/// The job as the queue delivers it.
struct Delivered(String);

async fn run(here: &Installation, Delivered(job): &Delivered) -> u16 {
    let app = App::outside(here.services.clone(), "test");
    if consumer::run(&app, job).await.is_ok() { 200 } else { 503 }
}
