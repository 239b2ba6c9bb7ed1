//! Clinical promises: of the tables, and of what is made of them.

mod calculators;
mod diagnosis;
mod medicine;
mod report;

use virtual_doctor::knowledge;

#[test]
fn the_tables_are_whole_and_as_large_as_promised() {
    let (diagnosis, medicine) = (knowledge::diagnosis(), knowledge::medicine());
    println!(
        "{} conditions, {} findings, {} red flags, {} medicines, {} classes, {} interactions, {} cautions, {} allergies",
        diagnosis.conditions.len(),
        diagnosis.findings.len(),
        diagnosis.red_flags.len(),
        medicine.medicines.len(),
        medicine.classes.len(),
        medicine.interactions.len(),
        medicine.cautions.len(),
        medicine.allergies.len(),
    );
    assert!(diagnosis.conditions.len() >= 40 && diagnosis.findings.len() >= 150 && diagnosis.red_flags.len() >= 25);
    assert!(medicine.medicines.len() >= 150 && medicine.interactions.len() >= 200);
    assert!(knowledge::comorbidities().comorbidities.len() >= 50);
}
