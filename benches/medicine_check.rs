//! What a check of twelve medicines costs: `cargo bench --bench medicine_check`.

#![expect(clippy::disallowed_methods, reason = "natively, and time is what a bench measures")]

use serde_json::json;
use std::hint::black_box;
use std::time::Instant;
use virtual_doctor::http::Invalid;
use virtual_doctor::medicine::check::check;
use virtual_doctor::medicine::model::NamedMedicine;
use virtual_doctor::records::clinical_data::PatientData;

const TWELVE: &[&str] = &[
    "warfarin",
    "amiodarone",
    "simvastatin",
    "clarithromycin",
    "sertraline",
    "tramadol",
    "ramipril",
    "spironolactone",
    "furosemide",
    "metformin",
    "ibuprofen",
    "levothyroxine",
];
const TIMES: u32 = 2000;

fn main() {
    let patient = json!({
        "age_years": 78, "sex": "female", "weight_kg": 61, "height_cm": 160, "serum_creatinine_umol_l": 140,
        "potassium_mmol_l": 4.9, "allergies": [{ "substance": "penicillin", "reaction": "anaphylaxis" }],
        "conditions": ["heart_failure", "atrial_fibrillation", "type 2 diabetes"]
    });
    let listed: Vec<_> = TWELVE
        .iter()
        .map(|id| {
            json!({ "id": id, "route": "oral", "dose": { "value": 5, "unit": "mg" },
                          "timing": { "frequency": 1, "period": 1, "period_unit": "d" } })
        })
        .collect();
    let (Ok(patient), Ok(medicines)) = (
        deserr::deserialize::<PatientData, _, Invalid>(patient),
        deserr::deserialize::<Vec<NamedMedicine>, _, Invalid>(json!(listed)),
    ) else {
        println!("the patient or the list does not parse");
        return;
    };
    let today = chrono::NaiveDate::default();
    // The tables are unpacked and indexed once; that is not the check's.
    let alerts = check(&patient, &medicines, today).alerts.len();
    let begun = Instant::now();
    for _ in 0..TIMES {
        black_box(check(black_box(&patient), black_box(&medicines), today));
    }
    let each = begun.elapsed() / TIMES;
    println!(
        "a check of {} medicines with {alerts} alerts: {} µs (limit 1,000), no query",
        medicines.len(),
        each.as_micros()
    );
}
