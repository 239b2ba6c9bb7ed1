//! What speaks against a prescription, and what it takes to go on.

use super::super::support::{PASSWORD, request};
use super::{Clinic, PATH, interrupting, overrides};
use serde_json::{Value, json};

const SIMVASTATIN: &str = "simvastatin_with_clarithromycin:clarithromycin+simvastatin";
const IBUPROFEN: &str = "warfarin_with_ibuprofen:ibuprofen+warfarin";

async fn post(clinic: &Clinic, medicines: &[&str], decided: Value) -> super::Answer {
    let mut body = clinic.body(medicines);
    body["overrides"] = decided;
    clinic.here.post(PATH, Some(&clinic.dana), body).await
}

/// All that interrupts a prescription of these medicines.
async fn open(clinic: &Clinic, medicines: &[&str]) -> Vec<String> {
    interrupting(&clinic.prescribe(medicines).await.problem(409, "unsafe-prescription"))
}

#[tokio::test]
async fn what_the_patient_takes_already_counts() {
    let clinic = Clinic::new().await;
    let mut simvastatin = clinic.body(&["simvastatin"]);
    let found = clinic.here.post(PATH, Some(&clinic.dana), simvastatin.clone()).await;
    if found.status == 409 {
        simvastatin["overrides"] = overrides(&interrupting(&found.json()));
    }
    let draft = clinic.here.post(PATH, Some(&clinic.dana), simvastatin).await.expect(201);
    // A draft is not taken yet.
    let before = clinic.prescribe(&["clarithromycin"]).await;
    assert!(!before.text.contains(SIMVASTATIN), "{}", before.text);
    clinic.sign(&format!("{PATH}/{}", draft["id"].as_str().unwrap())).await.expect(200);

    let problem = clinic.prescribe(&["clarithromycin"]).await.problem(409, "unsafe-prescription");
    let alert = problem["alerts"].as_array().unwrap().iter().find(|alert| alert["id"] == SIMVASTATIN).unwrap();
    assert_eq!((&alert["kind"], &alert["severity"]), (&json!("interaction"), &json!("contraindicated")));
    let mut medicines: Vec<&str> =
        alert["medicines"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    medicines.sort_unstable();
    assert_eq!(medicines, ["clarithromycin", "simvastatin"]);
    for field in ["mechanism", "effect", "management", "evidence", "review"] {
        assert!(!alert[field].as_str().unwrap().is_empty(), "{field}");
    }
    assert!(!alert["sources"].as_array().unwrap().is_empty());
    assert!(problem["not_assessed"].is_array() && problem["unknown"].is_array());
}

#[tokio::test]
async fn overriding_a_contraindication_needs_step_up() {
    let clinic = Clinic::new().await;
    let medicines = ["simvastatin", "clarithromycin"];
    let all = open(&clinic, &medicines).await;
    assert!(all.contains(&SIMVASTATIN.to_owned()), "{all:?}");
    post(&clinic, &medicines, overrides(&all)).await.problem(403, "step-up-required");
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM prescriptions").await, 0);

    let confirm = json!({ "password": PASSWORD });
    clinic.here.post("/api/v1/auth/step-up", Some(&clinic.dana), confirm.clone()).await.expect(200);
    let draft = post(&clinic, &medicines, overrides(&all)).await.expect(201);
    let path = format!("{PATH}/{}", draft["id"].as_str().unwrap());
    clinic.here.clock.advance(5 * 60 * 1000);
    clinic.sign(&path).await.problem(403, "step-up-required");
    clinic.here.post("/api/v1/auth/step-up", Some(&clinic.dana), confirm).await.expect(200);
    clinic.sign(&path).await.expect(200);
    let overridden = "SELECT COUNT(*) AS n FROM audit WHERE action = 'prescription.contraindication_overridden'";
    assert_eq!(clinic.here.count(overridden).await, 2);
}

#[tokio::test]
async fn a_major_alert_is_overridden_with_a_reason() {
    let clinic = Clinic::new().await;
    let medicines = ["warfarin", "ibuprofen"];
    let all = open(&clinic, &medicines).await;
    assert!(all.contains(&IBUPROFEN.to_owned()), "{all:?}");
    let draft = post(&clinic, &medicines, overrides(&all)).await.expect(201);
    assert_eq!(draft["overrides"][0]["reason_code"], "will_monitor");
    assert!(draft["alerts"].as_array().unwrap().iter().any(|alert| alert["id"] == IBUPROFEN));
    let signed = clinic.sign(&format!("{PATH}/{}", draft["id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&signed["status"], &signed["overrides"]), (&json!("signed"), &draft["overrides"]));
}

#[tokio::test]
async fn every_alert_that_interrupts_must_be_decided_about() {
    let clinic = Clinic::new().await;
    let medicines = ["warfarin", "ibuprofen", "clarithromycin"];
    let all = open(&clinic, &medicines).await;
    assert!(all.len() >= 2, "{all:?}");
    let problem = post(&clinic, &medicines, overrides(&all[1..])).await.problem(409, "unsafe-prescription");
    // All of them are told, those decided about among them.
    assert_eq!(interrupting(&problem), all);
    assert!(problem["detail"].as_str().unwrap().starts_with("1 alert"), "{problem}");
}

#[tokio::test]
async fn what_does_not_interrupt_is_told_and_does_not_interrupt() {
    let clinic = Clinic::new().await;
    let draft = clinic.prescribe(&["warfarin", "paracetamol"]).await.expect(201);
    assert!(!draft["alerts"].as_array().unwrap().is_empty());
    assert_eq!(interrupting(&draft), Vec::<String>::new());
    // Silence never means safe.
    assert!(!draft["not_assessed"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_override_of_nothing_is_refused() {
    let clinic = Clinic::new().await;
    let decided = overrides(&[IBUPROFEN.to_owned(), "nothing".to_owned()]);
    assert_eq!(
        post(&clinic, &["paracetamol"], decided.clone()).await.invalid(),
        ["/overrides/0/alert", "/overrides/1/alert"]
    );
    assert_eq!(post(&clinic, &["warfarin", "ibuprofen"], decided).await.invalid(), ["/overrides/1/alert"]);
}

#[tokio::test]
async fn an_alert_is_the_same_in_any_order() {
    let clinic = Clinic::new().await;
    let forwards = open(&clinic, &["warfarin", "ibuprofen"]).await;
    assert_eq!(open(&clinic, &["ibuprofen", "warfarin"]).await, forwards);
}

#[tokio::test]
async fn what_has_no_end_counts_for_good() {
    let clinic = Clinic::new().await;
    let mut body = clinic.body(&["warfarin"]);
    body["items"][0].as_object_mut().unwrap().remove("duration_days");
    let draft = clinic.here.post(PATH, Some(&clinic.dana), body).await.expect(201);
    clinic.sign(&format!("{PATH}/{}", draft["id"].as_str().unwrap())).await.expect(200);
    clinic.here.clock.advance(10 * 365 * 24 * 60 * 60 * 1000);
    let dana = clinic.here.sign_in("dana@example.org", PASSWORD).await;
    let clinic = Clinic { dana, ..clinic };
    assert!(open(&clinic, &["ibuprofen"]).await.contains(&IBUPROFEN.to_owned()));
}

#[tokio::test]
async fn signing_checks_again_what_the_patient_takes_by_then() {
    let clinic = Clinic::new().await;
    let (warfarin, ibuprofen) = (clinic.draft(&["warfarin"]).await, {
        let draft = clinic.prescribe(&["ibuprofen"]).await.expect(201);
        format!("{PATH}/{}", draft["id"].as_str().unwrap())
    });
    clinic.sign(&warfarin).await.expect(200);
    let problem = clinic.sign(&ibuprofen).await.problem(409, "unsafe-prescription");
    assert!(interrupting(&problem).contains(&IBUPROFEN.to_owned()), "{problem}");
    let draft = clinic.here.get(&ibuprofen, Some(&clinic.dana)).await.expect(200);
    assert_eq!((&draft["status"], &draft["signature"]), (&json!("draft"), &Value::Null));
}

#[tokio::test]
async fn of_two_that_are_not_safe_together_one_is_signed_even_at_the_same_moment() {
    let clinic = Clinic::new().await;
    let mut signs = Vec::new();
    for medicine in ["warfarin", "ibuprofen"] {
        let path = format!("{}/sign", clinic.draft(&[medicine]).await);
        signs.push(request("POST", &path, Some(&clinic.dana), &[], None));
    }
    let mut statuses: Vec<u16> = clinic.here.at_once(signs).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(clinic.here.count("SELECT COUNT(*) AS n FROM prescriptions WHERE status = 'signed'").await, 1);
}
