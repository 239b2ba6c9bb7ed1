//! On paper: what is printed, read as a scanner reads it, and what a pharmacist does with it.

use super::super::support::{Answer, Installation, Person};
use super::{Clinic, PATH};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Pixels of a module: a scanner sees more than one.
const SCALE: usize = 4;

/// The address in the code on the printed page of this prescription, as a scanner reads it.
async fn scanned(here: &Installation, by: &Person, path: &str) -> String {
    let page = here.get(&format!("{path}/print"), Some(by)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let between = |from: &str, to: &str| page.text.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned();
    let size: usize = between("viewBox=\"0 0 ", " ").parse().unwrap();
    let mut dark = vec![false; size * size];
    for module in between("<path d=\"", "\"").split('M').skip(1) {
        let (x, y) = module.trim_end_matches("h1v1h-1z").split_once(' ').unwrap();
        dark[y.parse::<usize>().unwrap() * size + x.parse::<usize>().unwrap()] = true;
    }
    let pixel = |x: usize, y: usize| if dark[y / SCALE * size + x / SCALE] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(size * SCALE, size * SCALE, pixel);
    image.detect_grids()[0].decode().unwrap().1
}

/// The code on the printed page of this prescription.
pub async fn code_of(here: &Installation, by: &Person, path: &str) -> String {
    scanned(here, by, path).await.split_once("code=").unwrap().1.to_owned()
}

async fn verify(clinic: &Clinic, by: &Person, path: &str, code: &str) -> Answer {
    clinic.here.get(&format!("{path}/verify?code={code}"), Some(by)).await
}

#[tokio::test]
async fn the_code_leads_a_pharmacist_to_the_prescription() {
    let clinic = Clinic::new().await;
    let (_, phil) = clinic.here.pharmacy("phil@example.org").await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let address = scanned(&clinic.here, &clinic.ann, &path).await;
    assert!(address.starts_with(&format!("http://localhost:8787{path}/verify?code=")), "{address}");
    let found = clinic.here.get(address.trim_start_matches("http://localhost:8787"), Some(&phil)).await.expect(200);
    assert_eq!((&found["is_authentic"], &found["can_be_dispensed"]), (&json!(true), &json!(true)));
    assert_eq!(found["prescription"]["items"][0]["medicine_id"], "amoxicillin");
    assert!(found["prescription"]["patient"]["name"].is_string(), "{found}");
}

#[tokio::test]
async fn without_the_code_it_is_not_there() {
    let clinic = Clinic::new().await;
    let (_, phil) = clinic.here.pharmacy("phil@example.org").await;
    let (path, other) = (clinic.signed(&["amoxicillin"]).await, clinic.signed(&["paracetamol"]).await);
    let code = code_of(&clinic.here, &clinic.dana, &path).await;
    for wrong in ["x", &code[..code.len() - 1], ""] {
        assert!(verify(&clinic, &phil, &path, wrong).await.status.is_client_error(), "{wrong}");
    }
    verify(&clinic, &phil, &other, &code).await.problem(404, "not-found");
    verify(&clinic, &clinic.ann, &path, &code).await.problem(403, "forbidden");
}

#[tokio::test]
async fn what_a_patient_brings_on_paper_is_dispensed_once() {
    let clinic = Clinic::new().await;
    let (pharmacy, phil) = clinic.here.pharmacy("phil@example.org").await;
    let (elsewhere, pam) = clinic.here.pharmacy("pam@example.org").await;
    let path = clinic.signed(&["amoxicillin"]).await;
    let code = code_of(&clinic.here, &clinic.ann, &path).await;
    let receive = |organization: &str| json!({ "organization_id": organization, "code": code });
    let to = format!("{path}/receive");
    clinic.here.post(&to, Some(&phil), receive(&elsewhere)).await.problem(404, "not-found");
    let received = clinic.here.post(&to, Some(&phil), receive(&pharmacy)).await.expect(200);
    assert_eq!((&received["status"], &received["pharmacy_id"]), (&json!("sent"), &json!(pharmacy)));
    clinic.here.post(&to, Some(&pam), receive(&elsewhere)).await.problem(409, "conflict");
    let item = json!({ "medicine_id": "amoxicillin", "quantity": { "value": 21, "unit": "{tablet}" } });
    clinic.here.post(&format!("{path}/dispense"), Some(&phil), json!({ "items": [item] })).await.expect(200);
    let found = verify(&clinic, &pam, &path, &code).await.expect(200);
    assert_eq!((&found["can_be_dispensed"], &found["prescription"]["status"]), (&json!(false), &json!("dispensed")));
}

#[tokio::test]
async fn only_what_can_still_be_dispensed_is_printed() {
    let clinic = Clinic::new().await;
    let draft = clinic.draft(&["amoxicillin"]).await;
    clinic.here.get(&format!("{draft}/print"), Some(&clinic.dana)).await.problem(409, "conflict");
    clinic.sign(&draft).await.expect(200);
    clinic.here.post(&format!("{draft}/cancel"), Some(&clinic.dana), json!({ "reason": "x" })).await.expect(200);
    clinic.here.get(&format!("{draft}/print"), Some(&clinic.dana)).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_script_in_the_instructions_stays_text_and_nothing_runs() {
    let clinic = Clinic::new().await;
    let mut body = clinic.body(&["amoxicillin"]);
    body["items"][0]["instructions"] = json!("<script>alert(1)</script>");
    let draft = clinic.here.post(PATH, Some(&clinic.dana), body).await.expect(201);
    let path = format!("{PATH}/{}", draft["id"].as_str().unwrap());
    clinic.sign(&path).await.expect(200);
    let page = clinic.here.get(&format!("{path}/print"), Some(&clinic.dana)).await;
    assert!(!page.text.contains("<script>"), "{}", page.text);
    let policy = page.header("content-security-policy");
    // The one style of the page is let through by its hash, and nothing else.
    let style = page.text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = STANDARD.encode(Sha256::digest(style));
    assert!(policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}'; ")), "{policy}");
}
