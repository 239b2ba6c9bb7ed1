//! Doubt, subjects and the past.

use super::check;

#[test]
fn reads_doubt() {
    check(
        true,
        &[
            ("maybe a fever", "fever?"),
            ("possible pneumonia, cough", "pneumonia? cough+"),
            ("not sure if I have a fever", "fever?"),
            ("?fever", "fever?"),
            ("might have a fever", "fever?"),
            ("cough ?pneumonia", "cough+ pneumonia?"),
            ("r/o PE, MI", "heart_attack+"),
            ("rule out stroke", "stroke?"),
            ("could be pregnant", "pregnant?"),
            ("pneumonia suspected", "pneumonia?"),
            ("why do I have chest pain?", "chest_pain+"),
        ],
    );
}

#[test]
fn tells_whose_it_is() {
    check(
        true,
        &[
            ("my father had a heart attack", "heart_attack+*"),
            ("Family history of diabetes and stroke", "diabetes+* stroke+*"),
            ("mother has diabetes", "diabetes+*"),
            ("father died of a stroke", "stroke+*"),
            ("my husband has chest pain", "chest_pain+"),
            ("My son is 5 and he has a fever", "fever+"),
            ("I have chest pain. My husband has a cough", "chest_pain+ cough+*"),
            ("I have chest pain and my father had a heart attack", "chest_pain+ heart_attack+*"),
            ("my father had a heart attack. I have chest pain", "heart_attack+* chest_pain+"),
            ("my father had a heart attack and I have chest pain", "heart_attack+* chest_pain+"),
            ("My baby has a rash. She is vomiting.", "rash+ vomiting+"),
            ("my dad is having chest pain right now", "chest_pain+"),
            ("my 70 year old mother suddenly collapsed, not eating", "no_appetite+"),
            ("no family history of stroke", "stroke-*"),
            ("diabetes runs in the family", "diabetes+*"),
            ("my sister has a rash and I have a fever", "rash+* fever+"),
            ("I have a headache and my baby is moving less", "headache+ fetal+"),
            ("I'm a single mother with a headache", "headache+"),
            ("My father had a stroke. He is now short of breath", "stroke+* dyspnoea+"),
        ],
    );
    check(
        false,
        &[
            ("35 yo mother of two with headache", "headache+"),
            ("Came with his wife because of chest pain", "chest_pain+"),
            ("Mother reports fever and cough", "fever+ cough+"),
            ("FH: diabetes, stroke.\nfever", "diabetes+* stroke+* fever+"),
            ("Father had a stroke, he also had diabetes. Presents with cough", "stroke+* diabetes+* cough+"),
            ("Wife has a cough. Patient has a fever.", "cough+* fever+"),
        ],
    );
}

#[test]
fn tells_past_from_present() {
    check(
        true,
        &[
            ("had pneumonia last year", "pneumonia+~"),
            ("history of asthma", "asthma+~"),
            ("h/o asthma, hypertension presents with chest pain", "asthma+~ hypertension+~ chest_pain+"),
            ("previous stroke, chest pain", "stroke+~ chest_pain+"),
            ("asthma as a child, now has a cough", "asthma+~ cough+"),
            ("as a child I had asthma", "asthma+~"),
            ("I used to have headaches", "headache+~"),
            ("had a fever yesterday", "fever+"),
            ("heart attack 5 years ago", "heart_attack+~"),
            ("5 years ago I had a stroke, today I have a headache", "stroke+~ headache+"),
            ("stroke in 2015. cough", "stroke+~ cough+"),
            ("3 day history of cough and fever", "cough+ fever+"),
            ("chest pain started 3 months ago", "chest_pain+"),
            ("vomiting 3 days ago", "vomiting+"),
            ("PMH: asthma, diabetes\nCough", "asthma+~ diabetes+~ cough+"),
            ("no history of stroke", "stroke-~"),
            ("headache for the past year", "headache+"),
            ("cough in the past 3 days", "cough+"),
            ("asthma in the past", "asthma+~"),
            ("headaches started when I was a child", "headache+"),
            ("History: chest pain for 2 days", "chest_pain+"),
            ("Past medical history: asthma. Social history: diabetes", "asthma+~ diabetes+"),
        ],
    );
}
