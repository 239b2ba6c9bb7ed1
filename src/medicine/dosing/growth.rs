//! Whether a weight can be that of somebody of this age: a child's dose by a weight
//! that is ten times too large is ten times too large.

use crate::knowledge::dosing;
use crate::records::clinical_data::PatientData;

/// Beyond these multiples of the median a weight is hardly right.
const DOUBTFUL: (f64, f64) = (0.5, 2.5);
/// Beyond these it is a slip of the unit or of the decimal point.
const IMPOSSIBLE: (f64, f64) = (0.25, 4.5);

/// What a weight is for an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plausibility {
    /// It may well be.
    Plausible,
    /// It should be looked at again.
    Doubtful,
    /// It cannot be.
    Impossible,
}

/// Of this patient's weight; plausible where age or weight is not known, or beyond the tables.
#[must_use]
pub fn plausibility(patient: &PatientData) -> Plausibility {
    let (Some(age), Some(weight)) = (patient.age_years, patient.weight_kg) else { return Plausibility::Plausible };
    let Some(median) = median_weight_kg(age.0) else { return Plausibility::Plausible };
    let ratio = weight.0 / median;
    let within = |(least, most): (f64, f64)| (least..=most).contains(&ratio);
    if within(DOUBTFUL) {
        Plausibility::Plausible
    } else if within(IMPOSSIBLE) {
        Plausibility::Doubtful
    } else {
        Plausibility::Impossible
    }
}

/// Median weight at this age, between two rows in proportion; `None` past the last.
#[must_use]
pub fn median_weight_kg(age_years: f64) -> Option<f64> {
    let rows = &dosing().growth;
    let after = rows.iter().position(|row| row.age_years >= age_years)?;
    let upper = rows.get(after)?;
    let Some(lower) = after.checked_sub(1).and_then(|before| rows.get(before)) else { return Some(upper.weight_kg) };
    let share = (age_years - lower.age_years) / (upper.age_years - lower.age_years);
    Some(lower.weight_kg + share * (upper.weight_kg - lower.weight_kg))
}
