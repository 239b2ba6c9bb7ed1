//! A database that fails at every call of an act in turn, before the write or
//! after it: what is stored is the old state or the new, and a retry converges.

use super::super::support::{Answer, Person, request};
use super::Clinic;
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use virtual_doctor::accounts::liveness::Liveness;
use virtual_doctor::app::router;
use virtual_doctor::limits::policies::Rates;
use virtual_doctor::platform::{Database, DatabaseError, HostError, Rows, Statement};
use virtual_doctor::services::Services;

/// Fails the call whose turn it is; afterwards it works again.
struct CutAt {
    inner: Arc<dyn Database>,
    left: AtomicI64,
    /// The write is done and only its answer is lost.
    after: bool,
}

#[async_trait]
impl Database for CutAt {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
        let turn = self.left.fetch_sub(1, Ordering::SeqCst) == 0;
        if turn && !self.after {
            return Err(HostError::Unavailable("cut".into()).into());
        }
        let rows = self.inner.batch(statements).await;
        if turn { Err(HostError::Unavailable("the answer was lost".into()).into()) } else { rows }
    }
}

/// One call to the installation whose database fails at its call number `at`; whether that came.
async fn cut(
    clinic: &Clinic,
    at: i64,
    after: bool,
    person: &Person,
    path: &str,
    body: Option<serde_json::Value>,
) -> (Answer, bool) {
    let here = &clinic.here.services;
    let database = Arc::new(CutAt { inner: clinic.here.database.clone(), left: AtomicI64::new(at), after });
    let services = Services {
        config: here.config.clone(),
        database: database.clone(),
        cache: here.cache.clone(),
        queue: here.queue.clone(),
        mailer: here.mailer.clone(),
        rooms: here.rooms.clone(),
        files: here.files.clone(),
        limiter: here.limiter.clone(),
        rates: Rates::default(),
        liveness: Liveness::default(),
        clock: here.clock.clone(),
        entropy: here.entropy.clone(),
        log: here.log.clone(),
    };
    let router = router(Arc::new(services));
    let answer = super::super::support::read(router, request("POST", path, Some(person), &[], body)).await;
    (answer, database.left.load(Ordering::SeqCst) < 0)
}

/// Whether the visit is taken in every table, or in none.
async fn is_taken(clinic: &Clinic) -> bool {
    let counts = [
        clinic.here.count("SELECT COUNT(*) AS n FROM visits WHERE status = 'in_progress'").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM encounters WHERE status = 'in_progress'").await,
        1 - clinic.here.count("SELECT COUNT(*) AS n FROM visit_queue").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM rooms").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM room_members").await / 2,
        clinic.here.count("SELECT COUNT(*) AS n FROM care_relationships").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM outbox WHERE kind = 'align_room'").await,
        clinic.here.count("SELECT COUNT(*) AS n FROM audit WHERE action = 'visit.accepted'").await,
    ];
    assert!(counts.iter().all(|count| *count == counts[0]), "half a state: {counts:?}");
    counts[0] == 1
}

#[tokio::test]
async fn taking_a_visit_is_done_or_not_wherever_the_database_fails() {
    for after in [false, true] {
        let mut points = 0;
        for at in 0.. {
            let clinic = Clinic::on_duty().await;
            let path = clinic.request(&clinic.ann).await;
            let (answer, came) = cut(&clinic, at, after, &clinic.dana, &format!("{path}/accept"), None).await;
            if !came {
                answer.expect(200);
                break;
            }
            points += 1;
            assert!([200, 503].contains(&answer.status.as_u16()), "{}", answer.text);
            let taken = is_taken(&clinic).await;
            assert!(taken || answer.status == 503);
            let visit = clinic.act(&path, "accept", &clinic.dana).await.expect(200);
            assert!(is_taken(&clinic).await);
            clinic.here.clock.advance(120_000);
            clinic.here.sweep().await;
            clinic.here.work().await;
            let messages = format!("/api/v1/rooms/{}/messages", visit["room_id"].as_str().unwrap());
            clinic.here.get(&messages, Some(&clinic.ann)).await.expect(200);
        }
        assert!(points >= 5, "{points} calls");
    }
}

#[tokio::test]
async fn handing_one_over_is_done_or_not_wherever_the_database_fails() {
    for after in [false, true] {
        for at in 0.. {
            let clinic = Clinic::on_duty().await;
            let path = clinic.taken().await;
            let body = serde_json::json!({ "practitioner_id": clinic.dora.user_id });
            let (_, came) = cut(&clinic, at, after, &clinic.dana, &format!("{path}/hand-over"), Some(body)).await;
            let practitioner = clinic.here.get(&path, Some(&clinic.ann)).await.expect(200)["practitioner_id"].clone();
            let done = practitioner == clinic.dora.user_id.as_str();
            assert_eq!(clinic.reads_record(&clinic.dora, &clinic.ann).await, done);
            assert_eq!(clinic.reads_record(&clinic.dana, &clinic.ann).await, !done);
            if !came {
                assert!(done);
                break;
            }
            let again = clinic.hand_over(&path, &clinic.dana, &clinic.dora).await.status.as_u16();
            assert_eq!(again, if done { 403 } else { 200 });
            assert!(clinic.reads_record(&clinic.dora, &clinic.ann).await);
        }
    }
}
