//! Cases as patients and doctors write them, in tables.

use super::*;

mod numbers;
mod robustness;

/// Finding names by index, and their phrases.
const FINDINGS: &[(&str, &str)] = &[
    ("chest_pain", "chest pain;pain in my chest;chest hurts;chest tightness"),
    ("fever", "fever;high temperature;febrile"),
    ("cough", "cough"),
    ("vomiting", "vomit;throwing up;being sick"),
    ("diarrhoea", "diarrhoea;loose stools"),
    ("nausea", "nausea"),
    ("dyspnoea", "shortness of breath;short of breath;cannot breathe;trouble breathing;difficulty breathing;breathless"),
    ("headache", "headache;head hurts"),
    ("abdominal_pain", "abdominal pain;stomach pain;tummy ache;stomach ache;belly pain"),
    ("rash", "rash"),
    ("no_appetite", "no appetite;loss of appetite;not eating"),
    ("not_feeding", "not feeding;won't feed"),
    ("suicidal", "don't want to live;want to die;suicidal;kill myself"),
    ("anuria", "no urine;not passing urine"),
    ("heart_attack", "heart attack;myocardial infarction"),
    ("diabetes", "diabetes;diabetic"),
    ("stroke", "stroke"),
    ("asthma", "asthma"),
    ("pneumonia", "pneumonia"),
    ("wheezing", "wheeze"),
    ("arm_pain", "arm pain;pain in arm"),
    ("knee_swelling", "swollen knee;knee swelling"),
    ("haemorrhage", "haemorrhage;bleeding"),
    ("weakness", "weakness;weak"),
    ("palpitations", "palpitations;heart racing"),
    ("uti", "uti"),
    ("loc", "loss of consciousness;passed out"),
    ("blood_in_stool", "blood in stool"),
    ("blood_in_urine", "blood in urine"),
    ("pain_breathing", "pain when i breathe;chest pain when breathing"),
    ("hypertension", "hypertension;high blood pressure"),
    ("crushing", "crushing chest pain"),
    ("period_pain", "period pain"),
    ("no_period", "no period;missed period"),
    ("pregnant", "pregnant"),
    ("hives", "hives"),
    ("hiv", "hiv"),
    ("dizziness", "dizzy;dizziness"),
    ("swallowing", "difficulty swallowing"),
    ("chills", "chills"),
    ("unconscious", "unconscious"),
    ("seizure", "seizure;fits"),
];

pub(super) fn lexicon() -> Lexicon {
    let phrases = (0u16..).zip(FINDINGS).flat_map(|(at, (_, all))| all.split(';').map(move |phrase| (at, phrase)));
    Lexicon::new(phrases)
}

/// What is said of each finding: `name` and `+` present, `-` absent, `?` in doubt, then `~` past, `*` somebody else's.
fn said(found: &Understood) -> String {
    let one = |mention: &Mention| {
        let state = match mention.state {
            State::Present => "+",
            State::Absent => "-",
            State::Uncertain => "?",
        };
        let past = if mention.course == Course::Past { "~" } else { "" };
        let other = if mention.subject == Subject::Other { "*" } else { "" };
        format!("{}{state}{past}{other}", FINDINGS[usize::from(mention.finding)].0)
    };
    found.mentions.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Reads every text of a table and compares; all that differ are told at once.
fn check(by_patient: bool, table: &[(&str, &str)]) {
    let lexicon = lexicon();
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, expected)| {
            let got = said(&understand(text, &lexicon, by_patient));
            (got != *expected).then(|| format!("{text:?}\n  expected {expected}\n  got      {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn finds_phrases() {
    check(true, &[
        ("", ""),
        ("chest pain", "chest_pain+"),
        ("I have a pain in my chest", "chest_pain+"),
        ("pain in my very bad chest", "chest_pain+"),
        ("My head really hurts", "headache+"),
        ("crushing chest pain", "crushing+"),
        ("chest pain when breathing", "pain_breathing+"),
        ("It hurts. Chest. Pain.", ""),
        ("SOB and CP since 2 hours", "dyspnoea+ chest_pain+"),
        ("cp ha", ""),
        ("HA x 3 days", "headache+"),
        ("s.o.b.", "dyspnoea+"),
        ("N/V/D", "nausea+ vomiting+ diarrhoea+"),
        ("abd pain, n/v", "abdominal_pain+ nausea+ vomiting+"),
        ("Chief complaint: chest pain, SOB, cough", "chest_pain+ dyspnoea+ cough+"),
        ("c/o UTI w/ fever", "uti+ fever+"),
        ("chest and arm pain", "chest_pain+ arm_pain+"),
        ("blood in my urine and stool", "blood_in_urine+ blood_in_stool+"),
        ("trouble breathing or swallowing, difficulty breathing and swallowing", "dyspnoea+ dyspnoea+ swallowing+"),
        ("I can’t breathe", "dyspnoea+"),
        ("he cannot breathe", "dyspnoea+"),
        ("I couldn't breathe", "dyspnoea+"),
        ("LOC at the scene", "loc+"),
        ("my heart is racing", "palpitations+"),
    ]);
}

#[test]
fn folds_spelling_and_inflection() {
    check(true, &[
        ("diarrhea", "diarrhoea+"),
        ("diarrhoea", "diarrhoea+"),
        ("hemorrhages", "haemorrhage+"),
        ("vomited twice", "vomiting+"),
        ("vommiting", "vomiting+"),
        ("vomitting all night", "vomiting+"),
        ("coughing and wheezing", "cough+ wheezing+"),
        ("I'm feeling weak", "weakness+"),
        ("pnuemonia", "pneumonia+"),
        ("neumonia", "pneumonia+"),
        ("diarreha", "diarrhoea+"),
        ("palpatations", "palpitations+"),
        ("hed ache", ""),
        ("bad head ache", "headache+"),
        ("chestpain", "chest_pain+"),
        ("stomachache", "abdominal_pain+"),
        ("my knees are very swollen", "knee_swelling+"),
        ("swollen left knee", "knee_swelling+"),
        ("hives", "hives+"),
        ("HIV", "hiv+"),
        ("hypotension", ""),
        ("he is conscious", ""),
        ("breeding dogs", ""),
        ("hypertention", "hypertension+"),
        ("fiévre, fèver", "fever+"),
        ("throw up", "vomiting+"),
        ("threw up", "vomiting+"),
    ]);
}

#[test]
fn negates_and_ends_the_scope() {
    check(true, &[
        ("no fever, cough or chest pain", "fever- cough- chest_pain-"),
        ("no fever, cough, chest pain", "fever- cough- chest_pain-"),
        ("denies chest pain", "chest_pain-"),
        ("Denies: fever, chills, cough.", "fever- chills- cough-"),
        ("headache without vomiting", "headache+ vomiting-"),
        ("not had any fever", "fever-"),
        ("I haven't had a fever", "fever-"),
        ("I do not have a cough", "cough-"),
        ("doesn't feel dizzy", "dizziness-"),
        ("negative for fever and cough", "fever- cough-"),
        ("no fever but cough", "fever- cough+"),
        ("no fever, but a cough and headache", "fever- cough+ headache+"),
        ("No cough, fever, he has chest pain", "cough- fever- chest_pain+"),
        ("no fever I have a cough", "fever- cough+"),
        ("no fever and has a cough", "fever- cough+"),
        ("No wheezing, No cough, No fever", "wheezing- cough- fever-"),
        ("No fever. Cough.", "fever- cough+"),
        ("No fever\nCough", "fever- cough+"),
        ("no fever, cough,\nor chest pain", "fever- cough- chest_pain-"),
        ("no fever however vomiting", "fever- vomiting+"),
        ("denies all symptoms except headache", "headache+"),
        ("no fever, severe headache", "fever- headache+"),
        ("no fever, the cough is dry", "fever- cough+"),
        ("no fever, my head hurts", "fever- headache+"),
        ("no fever, cough for 3 days", "fever- cough+"),
        ("Fever: no. Cough: yes. Rash: none", "fever- cough+ rash-"),
        ("Any fever? No. Cough? Yes", "fever- cough+"),
        ("No, I have a fever", "fever+"),
        ("fever (no), cough", "fever- cough+"),
        ("(-) fever (+) cough", "fever- cough+"),
        ("never had a seizure", "seizure-"),
        ("I have no rash nor fever", "rash- fever-"),
        ("w/o fever", "fever-"),
        ("he isn't vomiting", "vomiting-"),
        ("I have a cough. I have a fever but no cough", "cough+ fever+ cough-"),
        ("no medical problems, chest pain and vomiting", "chest_pain+ vomiting+"),
        ("not eating, vomiting, fever", "no_appetite+ vomiting+ fever+"),
        ("did not take my pills, chest pain", "chest_pain+"),
        ("no chest or arm pain", "chest_pain- arm_pain-"),
        ("I don't think I have a fever", "fever-"),
        ("no chest pain when breathing", "pain_breathing-"),
    ]);
}

#[test]
fn leaves_alone_what_is_no_negation() {
    check(true, &[
        ("no relief of the chest pain", "chest_pain+"),
        ("not just chest pain", "chest_pain+"),
        ("not only fever but cough", "fever+ cough+"),
        ("cannot stop coughing", "cough+"),
        ("can't stop vomiting", "vomiting+"),
        ("no improvement in headache", "headache+"),
        ("no change in the rash", "rash+"),
        ("nothing helps the headache", "headache+"),
        ("couldn't sleep because of the chest pain", "chest_pain+"),
        ("I didn't sleep because of the cough", "cough+"),
        ("the rash is not going away", "rash+"),
        ("the bleeding won't stop", "haemorrhage+"),
        ("vomiting hasn't stopped", "vomiting+"),
        ("I've never had a headache like this", "headache+"),
        ("don't know why I have chest pain", "chest_pain+"),
        ("no appetite", "no_appetite+"),
        ("no appetite, fever", "no_appetite+ fever+"),
        ("baby is not feeding", "not_feeding+"),
        ("she isn't feeding", "not_feeding+"),
        ("I don't want to live anymore", "suicidal+"),
        ("I do not want to live", "suicidal+"),
        ("no urine since yesterday", "anuria+"),
        ("no period pain", "period_pain-"),
        ("no period", "no_period+"),
        ("chest pain without warning", "chest_pain+"),
        ("for no reason a headache", "headache+"),
        ("no longer has a fever", "fever-~"),
        ("I no longer have a cough but I have a rash", "cough-~ rash+"),
        ("the fever has gone", "fever-~"),
        ("he stopped vomiting", "vomiting-~"),
    ]);
}

#[test]
fn reads_doubt() {
    check(true, &[
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
    ]);
}

#[test]
fn tells_whose_it_is() {
    check(true, &[
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
    ]);
    check(false, &[
        ("35 yo mother of two with headache", "headache+"),
        ("Came with his wife because of chest pain", "chest_pain+"),
        ("Mother reports fever and cough", "fever+ cough+"),
        ("FH: diabetes, stroke.\nfever", "diabetes+* stroke+* fever+"),
        ("Father had a stroke, he also had diabetes. Presents with cough", "stroke+* diabetes+* cough+"),
        ("Wife has a cough. Patient has a fever.", "cough+* fever+"),
    ]);
}

#[test]
fn tells_past_from_present() {
    check(true, &[
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
    ]);
}
