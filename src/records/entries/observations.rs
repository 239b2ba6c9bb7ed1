//! What can be measured or asked: its LOINC code, its unit (UCUM), and the bounds
//! outside of which it is a slip of the unit or the decimal point.

use crate::error::FieldError;
use crate::http::Reason;
use crate::records::clinical_data::{
    BloodPressure, ChildPugh, Egfr, Glucose, HeartRate, HeightCm, Magnesium, OxygenSaturation, Potassium, Qtc,
    RespiratoryRate, SerumCreatinine, TemperatureC, WeightKg,
};
use serde_json::Value;

/// What values an observation takes.
pub enum Values {
    /// A number in this unit, within bounds.
    Number(&'static str, fn(f64) -> Result<(), Reason>),
    /// One of these words.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Truth,
}

/// A kind of observation.
pub struct Definition {
    /// Slug.
    pub code: &'static str,
    /// LOINC code, where there is one that says the same.
    pub loinc: Option<&'static str>,
    /// Name.
    pub name: &'static str,
    /// What values it takes.
    pub values: Values,
}

macro_rules! number {
    ($code:literal, $loinc:expr, $name:literal, $unit:literal, $type:ident) => {
        Definition {
            code: $code,
            loinc: $loinc,
            name: $name,
            values: Values::Number($unit, |value| $type::new(value).map(|_| ())),
        }
    };
}

/// All of them.
pub const DEFINITIONS: &[Definition] = &[
    number!("weight", Some("29463-7"), "Body weight", "kg", WeightKg),
    number!("height", Some("8302-2"), "Body height", "cm", HeightCm),
    number!("serum_creatinine", Some("14682-9"), "Creatinine in serum or plasma", "umol/L", SerumCreatinine),
    number!("egfr", Some("98979-8"), "Glomerular filtration rate (CKD-EPI 2021)", "mL/min/{1.73_m2}", Egfr),
    number!("potassium", Some("2823-3"), "Potassium in serum or plasma", "mmol/L", Potassium),
    number!("magnesium", Some("2601-3"), "Magnesium in serum or plasma", "mmol/L", Magnesium),
    number!("qtc", Some("8636-3"), "Corrected QT interval", "ms", Qtc),
    number!("systolic_blood_pressure", Some("8480-6"), "Systolic blood pressure", "mm[Hg]", BloodPressure),
    number!("diastolic_blood_pressure", Some("8462-4"), "Diastolic blood pressure", "mm[Hg]", BloodPressure),
    number!("heart_rate", Some("8867-4"), "Heart rate", "/min", HeartRate),
    number!("temperature", Some("8310-5"), "Body temperature", "Cel", TemperatureC),
    number!("respiratory_rate", Some("9279-1"), "Respiratory rate", "/min", RespiratoryRate),
    number!("oxygen_saturation", Some("59408-5"), "Oxygen saturation by pulse oximetry", "%", OxygenSaturation),
    number!("glucose", Some("15074-8"), "Glucose in blood", "mmol/L", Glucose),
    number!("child_pugh", None, "Child-Pugh score", "{score}", ChildPugh),
    Definition {
        code: "pregnancy_status",
        loinc: Some("82810-3"),
        name: "Pregnancy status",
        values: Values::Words(&["pregnant", "not_pregnant", "unknown"]),
    },
    Definition {
        code: "sex_for_clinical_use",
        loinc: Some("99501-9"),
        name: "Sex parameter for clinical use",
        values: Values::Words(&["male", "female", "unknown"]),
    },
    Definition { code: "lactation", loinc: None, name: "Breast-feeding", values: Values::Truth },
];

/// The kind with this code.
#[must_use]
pub fn definition(code: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.code == code)
}

impl Definition {
    /// Its unit, where its value is a number.
    #[must_use]
    pub fn unit(&self) -> Option<&'static str> {
        match self.values {
            Values::Number(unit, _) => Some(unit),
            Values::Words(_) | Values::Truth => None,
        }
    }

    /// What is wrong with a value of it.
    #[must_use]
    pub fn fault(&self, value: &Value) -> Option<FieldError> {
        let wrong_type = |must: &str| FieldError::body("/value", "wrong_type", must);
        match &self.values {
            Values::Number(unit, bounds) => match value.as_f64() {
                Some(number) => {
                    bounds(number).err().map(|reason| FieldError::body("/value", reason.code, reason.message))
                }
                None => Some(wrong_type(&["must be a number, in ", unit].concat())),
            },
            Values::Words(words) => {
                let known = value.as_str().is_some_and(|word| words.contains(&word));
                let must = || ["must be one of: ", &words.join(", ")].concat();
                (!known).then(|| FieldError::body("/value", "unknown_value", must()))
            }
            Values::Truth => (!value.is_boolean()).then(|| wrong_type("must be true or false")),
        }
    }
}
