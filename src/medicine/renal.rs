//! Kidney function, each formula by the paper that gives it.

/// Creatinine: µmol/L in 1 mg/dL (molar mass 113.12 g/mol).
const UMOL_L_PER_MG_DL: f64 = 88.42;

/// Creatinine clearance in mL/min by Cockcroft and Gault (Nephron 1976;16:31-41).
#[must_use]
pub fn cockcroft_gault(age_years: f64, weight_kg: f64, creatinine_umol_l: f64, female: bool) -> f64 {
    let creatinine_mg_dl = creatinine_umol_l / UMOL_L_PER_MG_DL;
    let male = (140.0 - age_years).max(0.0) * weight_kg / (72.0 * creatinine_mg_dl);
    if female { male * 0.85 } else { male }
}

/// Estimated glomerular filtration rate in mL/min/1.73 m² by CKD-EPI 2021
/// without race (Inker et al., N Engl J Med 2021;385:1737-49), for adults.
#[must_use]
pub fn ckd_epi_2021(age_years: f64, creatinine_umol_l: f64, female: bool) -> f64 {
    let creatinine_mg_dl = creatinine_umol_l / UMOL_L_PER_MG_DL;
    let (kappa, alpha, factor) = if female { (0.7, -0.241, 1.012) } else { (0.9, -0.302, 1.0) };
    let ratio = creatinine_mg_dl / kappa;
    142.0 * ratio.min(1.0).powf(alpha) * ratio.max(1.0).powf(-1.200) * 0.9938_f64.powf(age_years) * factor
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 0.5
    }

    #[test]
    fn clearance_of_the_papers_reference_patients() {
        // (140 - 72) × 61 / (72 × 1.583) × 0.85
        assert!(near(cockcroft_gault(72.0, 61.0, 140.0, true), 30.9));
        // (140 - 40) × 72 / (72 × 1.0)
        assert!(near(cockcroft_gault(40.0, 72.0, 88.42, false), 100.0));
        assert!(near(cockcroft_gault(150.0, 72.0, 88.42, false), 0.0));
    }

    #[test]
    fn filtration_rate_of_the_national_kidney_foundations_examples() {
        // 50 years, 1.0 mg/dL: 92 (male), 69 (female).
        assert!(near(ckd_epi_2021(50.0, 88.42, false), 91.7));
        assert!(near(ckd_epi_2021(50.0, 88.42, true), 68.7));
    }
}
