//! Cases as patients and doctors write them, in tables.

use super::*;

mod context;
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
    (
        "dyspnoea",
        "shortness of breath;short of breath;cannot breathe;trouble breathing;difficulty breathing;breathless",
    ),
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
    ("syncope", "fainted;blacked out"),
    ("presyncope", "feel faint;faint"),
    ("fetal", "baby is moving less"),
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
pub(super) fn check(by_patient: bool, table: &[(&str, &str)]) {
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
    check(
        true,
        &[
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
            (
                "trouble breathing or swallowing, difficulty breathing and swallowing",
                "dyspnoea+ swallowing+ dyspnoea+ swallowing+",
            ),
            ("I can’t breathe", "dyspnoea+"),
            ("he cannot breathe", "dyspnoea+"),
            ("I couldn't breathe", "dyspnoea+"),
            ("LOC at the scene", "loc+"),
            ("my heart is racing", "palpitations+"),
        ],
    );
}

#[test]
fn folds_spelling_and_inflection() {
    check(
        true,
        &[
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
            ("I fainted", "syncope+"),
            ("I am faint", "presyncope+"),
            ("threw up", "vomiting+"),
        ],
    );
}

#[test]
fn negates_and_ends_the_scope() {
    check(
        true,
        &[
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
            ("I am not having any chest pain or shortness of breath", "chest_pain- dyspnoea-"),
            ("he has not been having fevers or chills", "fever- chills-"),
            ("no signs of fever or rash", "fever- rash-"),
            ("no more vomiting, still has diarrhea", "vomiting- diarrhoea+"),
            ("without any fever or chills she developed a rash", "fever- chills- rash+"),
            ("No: fever, chest pain. Yes: cough", "fever- chest_pain- cough+"),
            ("ROS: negative for fever, chest pain, positive for cough", "fever- chest_pain- cough+"),
            ("chest pain, but not fever", "chest_pain+ fever-"),
            ("rash -ve, fever +ve, cough-, chills+", "rash- fever+ cough- chills+"),
            ("i dont have a fever i dont have a cough i just have a headache", "fever- cough- headache+"),
            ("Denies alcohol or fever, has had chest pain for 6/12", "fever- chest_pain+"),
            ("No hx of diabetes, asthma or stroke", "diabetes-~ asthma-~ stroke-~"),
            ("no PMH p/w chest pain", "chest_pain+"),
            ("No PMH, chest pain", "chest_pain+"),
            ("never smoked, not pregnant, chest pain", "pregnant- chest_pain+"),
            ("not pregnant and vomiting", "pregnant- vomiting+"),
            ("haven't had fever, cough", "fever- cough-"),
            ("no fever, not eating", "fever- no_appetite+"),
            ("no fever, vomited twice, dizzy", "fever- vomiting+ dizziness+"),
            ("afebrile, non-diabetic, coughing", "fever- diabetes- cough+"),
        ],
    );
}

#[test]
fn leaves_alone_what_is_no_negation() {
    check(
        true,
        &[
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
            ("the chest pain has gone but came back", "chest_pain+"),
        ],
    );
}
