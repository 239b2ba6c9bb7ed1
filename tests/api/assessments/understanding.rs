//! What is read out of plain words, as the API shows it.

use super::{assess, says, sound, states};
use serde_json::{Value, json};

#[tokio::test]
async fn a_finding_quotes_the_words_that_it_comes_from() {
    let text = "Since Monday I have a terrible cough and a runny nose.";
    let assessment = assess(says(text)).await;
    for (finding, quote) in [("cough", "cough"), ("runny_nose", "runny nose")] {
        let seen =
            assessment["findings"].as_array().unwrap().iter().find(|seen| seen["id"] == finding).unwrap().clone();
        assert!(seen["quote"].as_str().unwrap().contains(quote), "{seen}");
        assert!(text.contains(seen["quote"].as_str().unwrap()), "{seen}");
    }
}

#[tokio::test]
async fn text_that_gives_no_finding_is_not_understood_and_never_harmless() {
    for text in ["", " ", "lorem ipsum dolor", "asdf qwer", "12345", "🩺🩺", "¿?", "hello doctor"] {
        let assessment = assess(says(text)).await;
        sound(&assessment);
        assert_eq!((&assessment["status"], &assessment["triage"]), (&json!("not_understood"), &Value::Null), "{text}");
        assert_eq!((&assessment["conditions"], &assessment["findings"]), (&json!([]), &json!([])));
        let question = &assessment["next_question"];
        assert!(!question["text"].as_str().unwrap().is_empty(), "{question}");
        assert_eq!((&question["finding"], &question["choices"]), (&Value::Null, &json!([])));
    }
}

#[tokio::test]
async fn what_is_denied_is_absent() {
    for text in ["cough but no chest pain", "I have a cough. I don't have chest pain.", "cough, denies chest pain"] {
        let assessment = assess(says(text)).await;
        assert_eq!(states(&assessment, "chest_pain"), ["absent"], "{text}");
        assert_eq!(states(&assessment, "cough"), ["present"], "{text}");
        assert_ne!(assessment["triage"]["level"], "emergency", "{text}");
    }
}

#[tokio::test]
async fn only_denials_are_understood_as_well() {
    let assessment = assess(says("no chest pain")).await;
    sound(&assessment);
    assert_eq!(states(&assessment, "chest_pain"), ["absent"]);
    assert_ne!(assessment["status"], "not_understood");
}

#[tokio::test]
async fn who_asks_for_their_husband_asks_about_the_patient() {
    let assessment = assess(says("My husband has crushing chest pain and is sweating.")).await;
    assert_eq!(assessment["triage"]["level"], "emergency");
    assert_eq!(assessment["conditions"][0]["id"], "myocardial_infarction");
}

#[tokio::test]
async fn what_a_father_had_is_not_what_the_patient_has() {
    let assessment = assess(says("My father had a heart attack. I have a sore throat.")).await;
    assert_eq!(states(&assessment, "sore_throat"), ["present"]);
    assert_eq!(states(&assessment, "chest_pain"), [] as [&str; 0]);
    assert_ne!(assessment["triage"]["level"], "emergency");
    assert_ne!(assessment["conditions"][0]["id"], "myocardial_infarction");
}

#[tokio::test]
async fn a_slip_of_the_keyboard_is_forgiven() {
    assert_eq!(states(&assess(says("I have diarhea and a headahce")).await, "headache"), ["present"]);
}

#[tokio::test]
async fn vitals_count_in_words_and_in_numbers() {
    let mut body = says("I feel ill and I have a cough");
    body["vitals"] = json!({ "oxygen_saturation_percent": 82 });
    assert_eq!(assess(body).await["triage"]["level"], "emergency");
    let said = assess(says("I have a cough and my oxygen saturation is 82 %")).await;
    assert_eq!(said["triage"]["level"], "emergency");
    let mut body = says("I feel ill and I have a cough");
    body["vitals"] = json!({ "oxygen_saturation_percent": 98 });
    assert_ne!(assess(body).await["triage"]["level"], "emergency");
}

#[tokio::test]
async fn what_makes_no_sense_does_no_harm() {
    for text in [
        "chest pain ".repeat(1500),
        "no ".repeat(6000),
        "((((((((((".repeat(1900),
        "'; DROP TABLE assessments; -- cough".into(),
        "{{emergency_number}} cough".into(),
        "c\u{0}ough \u{202e}hguoc \u{feff}".into(),
    ] {
        sound(&assess(says(&text)).await);
    }
}
