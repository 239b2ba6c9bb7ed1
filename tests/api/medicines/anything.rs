//! Nothing that a caller writes is too much: names, units and numbers of every kind.

use super::super::support::Installation;
use serde_json::{Value, json};

/// Numbers that repeat from run to run (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn text(&mut self, most: usize) -> String {
        const SIGNS: &[&str] = &[
            "a", "e", "m", "x", "Z", "0", "9", " ", "-", "/", "%", "\"", "\\", "'", "é", "µ", "ß", "İ", "漢", "💊",
            "\u{0}", "\u{202e}", "\u{200d}", "\n", "warf", "cillin", "mg", "[", "{", ";", "--", "NaN",
        ];
        (0..=self.below(most)).map(|_| SIGNS[self.below(SIGNS.len())]).collect()
    }

    fn number(&mut self) -> Value {
        match self.below(8) {
            0 => json!(-1),
            1 => json!(0),
            2 => json!(1e308),
            3 => json!(5e-324),
            4 => json!(u64::MAX),
            5 => json!(i64::MIN),
            6 => json!(self.text(3)),
            _ => json!(f64::from(u32::try_from(self.next() % 100_000).unwrap()) / 7.0),
        }
    }

    fn medicine(&mut self) -> Value {
        let named = ["name", "name", "name", "id", "rxcui", "atc"][self.below(6)];
        let name = if self.below(4) == 0 { "paracetamol".to_owned() } else { self.text(12) };
        let measure =
            json!({ "value": self.number(), "unit": if self.below(2) == 0 { "mg".into() } else { self.text(4) } });
        let period_unit = ["h", "d", "wk", "mo", "x"][self.below(5)];
        let timing = json!({ "frequency": self.number(), "period": self.number(), "period_unit": period_unit });
        json!({ named: name, "dose": measure, "timing": timing, "route": self.text(4) })
    }
}

#[tokio::test]
async fn ten_thousand_names_units_and_numbers_are_answered_or_refused() {
    let here = Installation::new();
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let (mut answered, mut refused) = (0, 0);
    for round in 0..10_000 / 50 {
        // Half of the lists are of names alone, which are answered; in the others something is mostly wrong.
        let medicines: Vec<Value> = (0..50)
            .map(
                |_| if round % 2 == 0 { json!({ "name": format!("x{}", random.text(12)) }) } else { random.medicine() },
            )
            .collect();
        let patient = match round % 4 {
            1 => json!({ "age_years": random.number(), "weight_kg": random.number(), "sex": random.text(2) }),
            _ => json!({ "allergies": [{ "substance": format!("x{}", random.text(9)), "reaction": random.text(20) }],
                         "conditions": [format!("x{}", random.text(9))] }),
        };
        let answer = here.post(super::CHECK, None, json!({ "patient": patient, "medicines": medicines })).await;
        match answer.status.as_u16() {
            200..300 => answered += 1,
            400..500 => refused += 1,
            _ => unreachable!("{}: {patient} {medicines:?}", answer.text),
        }
    }
    println!("{answered} lists of 50 answered, {refused} refused");
    assert!(answered >= 90 && refused >= 50);
}

#[tokio::test]
async fn calculators_and_doses_take_nothing_amiss() {
    let here = Installation::new();
    let ann = here.sign_up("ann@example.org").await;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for calculator in &virtual_doctor::knowledge::calculators().calculators {
        for _ in 0..10 {
            let given: Value = calculator.inputs.iter().map(|input| (input.id.to_owned(), random.number())).collect();
            let path = format!("/api/v1/calculators/{}", calculator.id);
            let answer = here.post(&path, Some(&ann), given.clone()).await;
            assert!(answer.status.as_u16() < 500, "{} {given}: {}", calculator.id, answer.text);
        }
    }
    for _ in 0..300 {
        let patient =
            json!({ "age_years": random.number(), "weight_kg": random.number(), "height_cm": random.number() });
        let medicine = ["paracetamol", "gentamicin", "paclitaxel"][random.below(3)];
        let asked = json!({ "medicine": medicine, "patient": patient });
        let answer = here.post("/api/v1/medicines/dose", Some(&ann), asked.clone()).await;
        assert!(answer.status.as_u16() < 500, "{asked}: {}", answer.text);
    }
}
