//! Interactions by ingredient, by class and by mechanism, each with a pair that is nearly one.

use super::{interrupts, of, pair, well};
use virtual_doctor::knowledge::medicine;
use virtual_doctor::knowledge::tables::AlertKind::Interaction;
use virtual_doctor::knowledge::tables::Severity::{Contraindicated, Major, Minor, Moderate};
use virtual_doctor::medicine::catalogue;

#[test]
fn cyp3a4_by_strength_of_the_inhibitor_and_sensitivity_of_the_substrate() {
    assert_eq!(pair("simvastatin", "clarithromycin"), Some(Contraindicated));
    assert_eq!(pair("simvastatin", "itraconazole"), Some(Contraindicated));
    // A moderate inhibitor, or a substrate that is not sensitive, is less.
    assert!(pair("simvastatin", "diltiazem") < Some(Contraindicated));
    assert!(pair("atorvastatin", "clarithromycin") < Some(Contraindicated));
    // Azithromycin inhibits nothing, pravastatin is no substrate.
    assert!(!interrupts(pair("simvastatin", "azithromycin")));
    assert!(!interrupts(pair("pravastatin", "itraconazole")));
}

#[test]
fn cyp3a4_inducers_take_the_effect_away() {
    assert!(interrupts(pair("rifampicin", "apixaban")));
    assert!(
        interrupts(pair("carbamazepine", "ethinylestradiol")) || pair("carbamazepine", "ethinylestradiol").is_some()
    );
    assert_eq!(pair("rifampicin", "paracetamol").filter(|severity| *severity > Moderate), None);
}

#[test]
fn cyp2d6() {
    assert!(interrupts(pair("paroxetine", "tamoxifen")));
    assert!(pair("paroxetine", "metoprolol") >= Some(Moderate));
    // Sertraline inhibits it weakly, bisoprolol is no substrate.
    assert!(!interrupts(pair("sertraline", "tamoxifen")));
    assert_eq!(pair("paroxetine", "bisoprolol"), None);
}

#[test]
fn cyp2c9() {
    assert!(interrupts(pair("fluconazole", "warfarin")));
    assert!(!interrupts(pair("terbinafine", "warfarin")));
}

#[test]
fn cyp2c19() {
    assert!(pair("omeprazole", "clopidogrel") >= Some(Moderate));
    assert!(pair("pantoprazole", "clopidogrel") < pair("omeprazole", "clopidogrel"));
}

#[test]
fn cyp1a2() {
    assert_eq!(pair("ciprofloxacin", "tizanidine"), Some(Contraindicated));
    assert!(pair("levofloxacin", "tizanidine") < Some(Contraindicated));
    assert!(interrupts(pair("fluvoxamine", "clozapine")));
}

#[test]
fn p_glycoprotein() {
    assert!(pair("verapamil", "digoxin") >= Some(Moderate));
    assert!(interrupts(pair("dronedarone", "dabigatran")));
    assert_eq!(pair("amlodipine", "digoxin"), None);
}

#[test]
fn a_combination_is_judged_by_each_ingredient() {
    let answer = of(&well(), &["ezetimibe_and_simvastatin", "clarithromycin"]);
    assert_eq!(super::worst(&answer, Interaction), Some(Contraindicated));
    let answer = of(&well(), &["lisinopril_and_hydrochlorothiazide", "enalapril"]);
    assert!(answer.alerts.iter().any(|alert| alert.medicines.len() == 2), "two inhibitors of the angiotensin system");
}

#[test]
fn the_same_fact_is_alerted_once() {
    for (a, b) in [("phenelzine", "tranylcypromine"), ("ibuprofen", "naproxen"), ("warfarin", "apixaban")] {
        let answer = of(&well(), &[a, b]);
        let of_pair = answer.alerts.iter().filter(|alert| alert.medicines.len() == 2).count();
        assert_eq!(of_pair, 1, "{a} {b}: {:?}", answer.alerts.iter().map(|alert| &alert.id).collect::<Vec<_>>());
    }
}

#[test]
fn only_contraindicated_and_major_interrupt() {
    let answer = of(&well(), &["simvastatin", "clarithromycin", "warfarin", "sertraline", "ramipril", "furosemide"]);
    for alert in &answer.alerts {
        assert_eq!(alert.interrupts(), matches!(alert.severity, Contraindicated | Major), "{}", alert.id);
        assert_ne!(alert.interrupts(), matches!(alert.severity, Moderate | Minor), "{}", alert.id);
    }
}

#[test]
fn a_source_names_the_medicine_that_its_label_is_of() {
    let answer = of(&well(), &["cobicistat", "carbamazepine"]);
    let told = answer.alerts.iter().find(|alert| alert.id.starts_with("cobicistat_with_carbamazepine")).unwrap();
    assert!(told.sources.iter().any(|source| source.ends_with("cobicistat tablets, 4 Contraindications")), "{told:?}");
    for row in &medicine().medicines {
        let sources = catalogue::summary(row).sources;
        assert!(sources.iter().all(|source| !source.contains('{')), "{sources:?}");
    }
}
