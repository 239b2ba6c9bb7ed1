//! Allergies: by substance, by group, by side chain, and by what happened.

use super::{interrupts, of, well_but, worst};
use serde_json::{Value, json};
use virtual_doctor::knowledge::tables::AlertKind::Allergy;
use virtual_doctor::knowledge::tables::Severity::{self, Contraindicated, Major, Minor};

fn given(allergy: Value, medicine: &str) -> Option<Severity> {
    worst(&of(&well_but(json!({ "allergies": [allergy] })), &[medicine]), Allergy)
}

fn to(substance: &str, medicine: &str) -> Option<Severity> {
    given(json!({ "substance": substance, "severity": "severe" }), medicine)
}

fn with(substance: &str, reaction: &str, medicine: &str) -> Option<Severity> {
    given(json!({ "substance": substance, "reaction": reaction }), medicine)
}

#[test]
fn amoxicillin_with_cefalexin_or_cefadroxil_warns() {
    for cephalosporin in ["cefalexin", "cefadroxil"] {
        assert!(interrupts(to("amoxicillin", cephalosporin)), "{cephalosporin}");
    }
}

#[test]
fn penicillin_with_cefazolin_carbapenems_or_aztreonam_does_not_interrupt() {
    for substance in ["penicillin", "amoxicillin", "ampicillin"] {
        for medicine in ["cefazolin", "meropenem", "ertapenem", "imipenem", "aztreonam"] {
            assert!(!interrupts(to(substance, medicine)), "{substance} {medicine}");
        }
    }
    assert!(!interrupts(to("cefalexin", "cefazolin")));
}

#[test]
fn ceftazidime_with_aztreonam_interrupts_and_another_cephalosporin_does_not() {
    assert!(interrupts(to("ceftazidime", "aztreonam")));
    assert!(interrupts(to("aztreonam", "ceftazidime")));
    assert!(!interrupts(to("ceftriaxone", "aztreonam")));
}

#[test]
fn a_severe_delayed_reaction_to_one_stops_all_beta_lactams() {
    let severe =
        ["Stevens-Johnson syndrome", "TEN", "DRESS", "haemolytic anaemia", "hemolysis", "my skin came off in blisters"];
    for reaction in severe {
        for medicine in ["cefazolin", "meropenem", "aztreonam", "amoxicillin"] {
            assert_eq!(with("penicillin", reaction, medicine), Some(Contraindicated), "{reaction} {medicine}");
            assert_eq!(with("cefazolin", reaction, medicine), Some(Contraindicated), "{reaction} {medicine}");
        }
        assert_eq!(with("penicillin", reaction, "doxycycline"), None);
    }
}

#[test]
fn ten_years_ago_is_no_reaction() {
    assert!(!interrupts(with("penicillin", "a rash ten years ago", "cefazolin")));
}

#[test]
fn of_substances_that_cross_react_one_stops_the_others() {
    for (allergy, medicine) in [
        ("cisplatin", "oxaliplatin"),
        ("rocuronium", "suxamethonium"),
        ("bactrim", "trimethoprim"),
        ("phenobarbital", "carbamazepine"),
        ("oxcarbazepine", "eslicarbazepine"),
        ("aztreonam", "cefiderocol"),
        ("Entresto", "lisinopril"),
        ("alpha-gal", "cetuximab"),
        ("pork", "enoxaparin"),
        ("polysorbate 80", "docetaxel"),
        ("cremophor", "paclitaxel"),
        ("baker's yeast", "hepatitis_b_vaccine"),
        ("egg", "clevidipine"),
        ("procaine", "procaine_benzylpenicillin"),
        ("peg", "covid_19_vaccine"),
    ] {
        assert!(interrupts(to(allergy, medicine)), "{allergy}, {medicine}");
    }
    assert!(interrupts(with("cefalexin", "anaphylaxis", "ceftriaxone")));
    assert!(!interrupts(with("cefalexin", "rash", "ceftriaxone")));
}

#[test]
fn sulfonamide_antibiotics_and_others_are_not_cross_reactive() {
    for medicine in ["furosemide", "hydrochlorothiazide", "celecoxib", "glibenclamide", "acetazolamide", "sumatriptan"]
    {
        assert!(!interrupts(to("sulfa", medicine)), "{medicine}");
    }
    assert!(interrupts(to("sulfa", "trimethoprim_and_sulfamethoxazole")));
    assert!(!interrupts(to("furosemide", "sulfamethoxazole")));
}

#[test]
fn nsaid_respiratory_disease_stops_every_cox_1_inhibitor() {
    for medicine in ["ibuprofen", "naproxen", "diclofenac", "ketorolac", "aspirin"] {
        assert_eq!(with("aspirin", "asthma", medicine), Some(Contraindicated), "{medicine}");
    }
    assert!(!interrupts(with("aspirin", "bronchospasm", "celecoxib")));
    assert_eq!(with("aspirin", "asthma", "paracetamol"), None);
}

#[test]
fn a_rash_from_a_single_nsaid_is_apart_from_it() {
    let other = with("ibuprofen", "rash", "naproxen");
    assert!(other.is_some() && !interrupts(other), "{other:?}");
    assert!(interrupts(with("ibuprofen", "anaphylaxis", "naproxen")));
}

#[test]
fn itch_from_an_opioid_is_an_intolerance() {
    for opioid in ["morphine", "codeine", "oxycodone"] {
        assert_eq!(with("morphine", "itching", opioid), Some(Minor).filter(|_| true), "{opioid}");
    }
    // Not when there was more to it.
    assert!(interrupts(with("morphine", "itching and throat swelling", "morphine")));
    assert!(interrupts(with("morphine", "itching, then I was in intensive care", "morphine")));
    let grave = json!({ "substance": "morphine", "reaction": "itching", "severity": "severe" });
    assert!(interrupts(given(grave, "morphine")));
}

#[test]
fn a_side_effect_does_not_interrupt_and_an_unknown_reaction_does() {
    assert!(!interrupts(with("penicillin", "nausea and diarrhoea", "amoxicillin")));
    assert!(!interrupts(with("lisinopril", "cough", "ramipril")));
    assert_eq!(to("lisinopril", "ramipril"), Some(Contraindicated));
    assert!(interrupts(given(json!({ "substance": "penicillin" }), "amoxicillin")));
}

#[test]
fn a_brand_given_as_an_allergy_is_its_ingredients() {
    assert!(interrupts(to("Augmentin", "amoxicillin")));
    assert!(interrupts(to("Bactrim", "trimethoprim_and_sulfamethoxazole")));
    assert!(interrupts(to("Zocor", "simvastatin")));
}

#[test]
fn a_mild_reaction_to_the_medicine_itself_still_interrupts() {
    assert_eq!(given(json!({ "substance": "amoxicillin", "severity": "mild" }), "amoxicillin"), Some(Major));
}
