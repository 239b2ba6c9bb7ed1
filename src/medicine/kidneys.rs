//! Kidney function, by the formulas of the calculators' table.

use crate::calculators::work::result;

const MALE: f64 = 1.0;
const FEMALE: f64 = 0.0;

fn sex(female: bool) -> f64 {
    if female { FEMALE } else { MALE }
}

/// Creatinine clearance in mL/min by Cockcroft and Gault (Nephron 1976;16:31-41), by the weight that fits the
/// build, or by the actual one where no height is given. Creatinine in µmol/L. `None` below 18 years.
#[must_use]
pub fn cockcroft_gault(
    age_years: f64,
    creatinine_umol_l: f64,
    female: bool,
    weight_kg: f64,
    height_cm: Option<f64>,
) -> Option<f64> {
    let mut given = vec![
        ("age_years", age_years),
        ("sex", sex(female)),
        ("weight_kg", weight_kg),
        ("serum_creatinine_umol_l", creatinine_umol_l),
    ];
    match height_cm {
        Some(height) => given.push(("height_cm", height)),
        None => given.push(("weight_rule", 1.0)),
    }
    result("creatinine_clearance", &given)
}

/// Estimated glomerular filtration rate in mL/min/1.73 m² by CKD-EPI 2021 without race (Inker et al.,
/// N Engl J Med 2021;385:1737-49). Creatinine in µmol/L. `None` below 18 years.
#[must_use]
pub fn ckd_epi_2021(age_years: f64, creatinine_umol_l: f64, female: bool) -> Option<f64> {
    let given = [("age_years", age_years), ("sex", sex(female)), ("serum_creatinine_umol_l", creatinine_umol_l)];
    result("egfr_ckd_epi_2021", &given)
}

/// The same for children from 1 year on, by the bedside formula of Schwartz et al. (J Am Soc Nephrol 2009;20:629-37).
#[must_use]
pub fn bedside_schwartz(age_years: f64, height_cm: f64, creatinine_umol_l: f64) -> Option<f64> {
    let given = [("age_years", age_years), ("height_cm", height_cm), ("serum_creatinine_umol_l", creatinine_umol_l)];
    result("egfr_schwartz_bedside", &given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: Option<f64>, expected: f64) -> bool {
        value.is_some_and(|value| (value - expected).abs() < 0.5)
    }

    #[test]
    fn clearance_of_the_papers_reference_patients() {
        // (140 - 72) × 61 / (72 × 1.583) × 0.85
        assert!(near(cockcroft_gault(72.0, 140.0, true, 61.0, None), 30.9));
        // (140 - 40) × 72 / (72 × 1.0)
        assert!(near(cockcroft_gault(40.0, 88.42, false, 72.0, None), 100.0));
        assert!(near(cockcroft_gault(130.0, 88.42, false, 72.0, None), 10.0));
        assert_eq!(cockcroft_gault(17.9, 88.42, false, 72.0, None), None);
    }

    #[test]
    fn the_weight_fits_the_build() {
        // 170 cm, male: ideal 65.9 kg. 50 kg is below it, 70 kg within 120% of it, 100 kg above.
        let of = |weight| cockcroft_gault(40.0, 88.42, false, weight, Some(170.0));
        let by = |weight: f64| 100.0 * weight / 72.0;
        assert!(near(of(50.0), by(50.0)) && near(of(70.0), by(65.9)) && near(of(100.0), by(65.9 + 0.4 * 34.1)));
    }

    #[test]
    fn filtration_rate_of_the_national_kidney_foundations_examples() {
        // 50 years, 1.0 mg/dL: 92 (male), 69 (female).
        assert!(near(ckd_epi_2021(50.0, 88.42, false), 91.7));
        assert!(near(ckd_epi_2021(50.0, 88.42, true), 68.7));
        // 36.5 × 110 / 50
        assert!(near(bedside_schwartz(6.0, 110.0, 50.0), 80.3));
    }
}
