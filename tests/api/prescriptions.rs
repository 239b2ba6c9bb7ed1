//! Prescriptions: drafted, checked, signed, and read.

mod dispensing;
mod list;
mod overrides;
mod paper;
mod prescribe;
mod renew;
mod safety;
mod sign;
mod stopped;

pub use paper::code_of;

use super::support::{Answer, Installation, Person};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/prescriptions";

/// A patient and the doctor who cares for them.
struct Clinic {
    here: Installation,
    ann: Person,
    dana: Person,
}

impl Clinic {
    async fn new() -> Self {
        let here = Installation::new();
        let (ann, dana) = (here.sign_up("ann@example.org").await, here.doctor("dana@example.org").await);
        here.room(&ann, &dana).await;
        Self { here, ann, dana }
    }

    /// A prescription of these medicines.
    fn body(&self, medicines: &[&str]) -> Value {
        let items: Vec<Value> = medicines.iter().map(|medicine| item(medicine)).collect();
        json!({ "patient_id": self.ann.patient_id, "items": items })
    }

    async fn prescribe(&self, medicines: &[&str]) -> Answer {
        self.here.post(PATH, Some(&self.dana), self.body(medicines)).await
    }

    /// A draft of these medicines, and its path.
    async fn draft(&self, medicines: &[&str]) -> String {
        let draft = self.prescribe(medicines).await.expect(201);
        format!("{PATH}/{}", draft["id"].as_str().unwrap())
    }

    async fn sign(&self, path: &str) -> Answer {
        self.here.call("POST", &format!("{path}/sign"), Some(&self.dana), &[], None).await
    }

    /// A signed prescription of these medicines, and its path.
    async fn signed(&self, medicines: &[&str]) -> String {
        let path = self.draft(medicines).await;
        self.sign(&path).await.expect(200);
        path
    }
}

fn item(medicine: &str) -> Value {
    // What a dose is judged by is tested where it is judged: here it is none that anybody would stop at.
    let dose = match medicine {
        "amoxicillin" | "paracetamol" => 500,
        "ibuprofen" | "clarithromycin" => 200,
        _ => 4,
    };
    json!({
        "medicine_id": medicine, "dose": { "value": dose, "unit": "mg" }, "route": "oral", "duration_days": 7,
        "timing": { "frequency": 3, "period": 1, "period_unit": "d" },
        "quantity": { "value": 21, "unit": "{tablet}" }, "instructions": "With water."
    })
}

/// Alerts of an answer that interrupt, by id.
fn interrupting(document: &Value) -> Vec<String> {
    let alerts = document["alerts"].as_array().unwrap().iter();
    let interrupt = alerts.filter(|alert| alert["severity"] == "contraindicated" || alert["severity"] == "major");
    interrupt.map(|alert| alert["id"].as_str().unwrap().to_owned()).collect()
}

/// Overrides of these alerts.
fn overrides(alerts: &[String]) -> Value {
    let decided = |alert| json!({ "alert": alert, "reason_code": "will_monitor", "reason": "INR every third day." });
    alerts.iter().map(decided).collect()
}
