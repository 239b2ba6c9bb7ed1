//! `POST /api/v1/assessments/{id}/answers`

use super::{PATH, ann, answer, example, says, sound, states};
use serde_json::{Value, json};

#[tokio::test]
async fn an_answer_moves_the_assessment_on() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), says("cough and fever")).await.expect(201);
    let question = &first["next_question"];
    assert_eq!(question["choices"], json!(["present", "absent", "unknown"]));
    let asked = question["finding"].as_str().unwrap();
    assert_eq!(states(&first, asked), [] as [&str; 0]);
    let updated = answer(&here, &ann, &first, &[(asked, "present")]).await;
    assert_eq!(updated.header("etag"), "\"2\"");
    let updated = updated.expect(200);
    sound(&updated);
    assert_eq!((&updated["id"], &updated["created_at"]), (&first["id"], &first["created_at"]));
    assert_eq!(states(&updated, asked), ["present"]);
    assert_ne!(updated["conditions"], first["conditions"]);
    assert_ne!(updated["next_question"]["finding"], asked);
    let read = here.get(&format!("{PATH}/{}", first["id"].as_str().unwrap()), Some(&ann)).await.expect(200);
    assert_eq!(read, updated);
}

#[tokio::test]
async fn no_question_is_asked_twice_and_in_the_end_enough_is_known() {
    let (here, ann) = ann().await;
    let mut assessment = here.post(PATH, Some(&ann), says("cough and fever")).await.expect(201);
    let mut asked = Vec::new();
    while let Some(finding) = assessment["next_question"]["finding"].as_str().map(str::to_owned) {
        assert!(!asked.contains(&finding), "{finding} was asked again");
        let state = ["absent", "unknown", "present"][asked.len() % 3];
        assessment = answer(&here, &ann, &assessment, &[(&finding, state)]).await.expect(200);
        sound(&assessment);
        asked.push(finding);
        assert!(asked.len() <= 20, "{asked:?}");
    }
    assert_eq!(assessment["status"], "complete");
    answer(&here, &ann, &assessment, &[("cough", "present")]).await.problem(409, "conflict");
}

#[tokio::test]
async fn answers_may_be_given_to_findings_that_were_not_asked_for() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    let updated = answer(&here, &ann, &first, &[("fever", "present"), ("smoker", "absent")]).await.expect(200);
    assert_eq!((states(&updated, "fever"), states(&updated, "smoker")), (vec!["present"], vec!["absent"]));
}

#[tokio::test]
async fn an_answer_may_be_corrected() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    answer(&here, &ann, &first, &[("fever", "present")]).await.expect(200);
    let corrected = answer(&here, &ann, &first, &[("fever", "absent")]).await.expect(200);
    assert_eq!(states(&corrected, "fever"), ["absent"]);
}

#[tokio::test]
async fn an_answer_can_raise_the_alarm() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), says("cough and runny nose")).await.expect(201);
    assert_eq!(first["triage"]["level"], "self_care");
    let alarm = [("crushing_chest_pain", "present"), ("sweating", "present")];
    let updated = answer(&here, &ann, &first, &alarm).await.expect(200);
    assert_eq!(updated["triage"]["level"], "emergency");
    assert_eq!(updated["triage"]["actions"][0]["kind"], "call");
}

#[tokio::test]
async fn a_red_flag_cannot_be_answered_away() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), example()).await.expect(201);
    let present: Vec<&str> =
        first["findings"].as_array().unwrap().iter().map(|seen| seen["id"].as_str().unwrap()).collect();
    for state in ["absent", "unknown"] {
        let denials: Vec<(&str, &str)> = present.iter().map(|id| (*id, state)).chain([("chest_pain", state)]).collect();
        let denied = answer(&here, &ann, &first, &denials).await.expect(200);
        assert_eq!(denied["triage"]["level"], "emergency", "{state}");
        assert!(
            denied["triage"]["reasons"]
                .as_array()
                .unwrap()
                .iter()
                .any(|reason| reason["rule"] == "crushing_chest_pain")
        );
    }
}

#[tokio::test]
async fn what_was_not_understood_takes_answers_too() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), says("lorem ipsum")).await.expect(201);
    let updated = answer(&here, &ann, &first, &[("cough", "present")]).await.expect(200);
    assert_eq!(updated["status"], "open");
    assert!(updated["triage"].is_object());
}

#[tokio::test]
async fn bad_answers_are_reported_at_once() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    let path = format!("{PATH}/{}/answers", first["id"].as_str().unwrap());
    let post = async |body: Value| here.post(&path, Some(&ann), body).await.invalid();
    assert_eq!(post(json!({})).await, ["/answers"]);
    assert_eq!(post(json!({ "answers": [] })).await, ["/answers"]);
    assert_eq!(
        post(json!({ "answers": vec![json!({ "finding": "cough", "state": "present" }); 51] })).await,
        ["/answers"]
    );
    let bad = json!({ "answers": [{ "finding": "moonlight", "state": "present" }, { "finding": "cough", "state": "yes" }, {}], "x": 1 });
    assert_eq!(
        post(bad).await,
        ["/answers/0/finding", "/answers/1/state", "/answers/2/finding", "/answers/2/state", "/x"]
    );
    assert_eq!(
        here.get(&format!("{PATH}/{}", first["id"].as_str().unwrap()), Some(&ann)).await.header("etag"),
        "\"1\""
    );
}

#[tokio::test]
async fn only_who_made_it_answers() {
    let (here, ann) = ann().await;
    let eve = here.sign_up("eve@example.org").await;
    let first = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    answer(&here, &eve, &first, &[("fever", "present")]).await.problem(404, "not-found");
    let path = format!("{PATH}/{}/answers", first["id"].as_str().unwrap());
    here.post(&path, None, json!({})).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn of_twins_none_is_lost_in_silence() {
    let (here, ann) = ann().await;
    let first = here.post(PATH, Some(&ann), says("cough")).await.expect(201);
    let path = format!("{PATH}/{}/answers", first["id"].as_str().unwrap());
    let twins = ["fever", "smoker", "runny_nose", "headache"].map(|finding| {
        let body = json!({ "answers": [{ "finding": finding, "state": "present" }] });
        super::super::support::request("POST", &path, Some(&ann), &[], Some(body))
    });
    let answers = here.at_once(twins).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(taken >= 1 && answers.iter().all(|answer| answer.status == 200 || answer.status == 409));
    let read = here.get(&format!("{PATH}/{}", first["id"].as_str().unwrap()), Some(&ann)).await;
    assert_eq!(read.header("etag"), format!("\"{}\"", 1 + taken));
    let findings = read.expect(200)["findings"].as_array().unwrap().len();
    assert_eq!(findings, 1 + taken);
}
