//! Durations, measurements, sides, severity and persons.

use super::super::*;
use super::lexicon;

fn read(text: &str) -> Understood {
    understand(text, &lexicon(), true)
}

fn near(found: Option<f64>, expected: Option<f64>) -> bool {
    match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() < 0.01 * expected.abs().max(1.0),
        (None, None) => true,
        _ => false,
    }
}

#[test]
fn reads_durations() {
    let table: &[(&str, Option<f64>)] = &[
        ("chest pain for 3 days", Some(72.0)),
        ("headache since Monday", Some(84.0)),
        ("cough x 2 weeks", Some(336.0)),
        ("cough x3 days", Some(72.0)),
        ("cough 2/52", Some(336.0)),
        ("cough 3/7", Some(72.0)),
        ("chest pain for the past half hour", Some(0.5)),
        ("chest pain 30 minutes", Some(0.5)),
        ("30 minutes of chest pain", Some(0.5)),
        ("vomiting since yesterday", Some(24.0)),
        ("a couple of days of vomiting", Some(48.0)),
        ("cough for a few days", Some(72.0)),
        ("fever for 2-4 days", Some(72.0)),
        ("3-day history of fever", Some(72.0)),
        ("rash for one and a half hours", Some(1.5)),
        ("headache for an hour and a half", Some(1.5)),
        ("headache for half an hour", Some(0.5)),
        ("headache for a fortnight", Some(336.0)),
        ("chest pain. It started 2 hours ago", Some(2.0)),
        ("for the last 3 weeks I have had a cough", Some(504.0)),
        ("fever 3d", Some(72.0)),
        ("vomiting 3 times a day", None),
        ("vomiting every 2 hours", None),
        ("no fever for 3 days", None),
        ("had asthma 5 years ago", None),
        ("3 days", Some(72.0)),
        ("since yesterday", Some(24.0)),
        ("3 month old with cough", None),
        ("chest pain since this morning", Some(6.0)),
        ("headache for twenty four hours", Some(24.0)),
        ("headache for ½ hour", Some(0.5)),
        ("fever for 9999999999999 days", None),
        ("fever", None),
    ];
    for (text, expected) in table {
        let found = read(text);
        assert!(near(found.duration_hours, *expected), "{text:?}: {:?}", found.duration_hours);
    }
    let each = |text: &str| read(text).mentions.iter().map(|m| m.duration_hours).collect::<Vec<_>>();
    assert_eq!(each("fever for 3 days and cough for 1 week"), [Some(72.0), Some(168.0)]);
    assert_eq!(each("fever and cough for 3 days"), [Some(72.0), Some(72.0)]);
    assert_eq!(each("fever for 3 days, rash"), [Some(72.0), None]);
}

#[test]
fn reads_measurements() {
    use VitalKind::*;
    let table: &[(&str, &[(VitalKind, f64)])] = &[
        ("temp 101F", &[(TemperatureC, 38.33)]),
        ("temperature of 38.5", &[(TemperatureC, 38.5)]),
        ("38.5", &[(TemperatureC, 38.5)]),
        ("38,5 °C", &[(TemperatureC, 38.5)]),
        ("fever of 39", &[(TemperatureC, 39.0)]),
        ("fever 102", &[(TemperatureC, 38.89)]),
        ("his temp was 40 degrees", &[(TemperatureC, 40.0)]),
        ("fever for 3 days", &[]),
        ("fever 40 hours", &[]),
        ("38.5 kg, BMI 38.5", &[]),
        ("HR 120, RR 24", &[(HeartRate, 120.0), (RespiratoryRate, 24.0)]),
        ("heart rate is 120 bpm", &[(HeartRate, 120.0)]),
        ("pulse of 48", &[(HeartRate, 48.0)]),
        ("130 beats per minute", &[(HeartRate, 130.0)]),
        ("BP 150/95", &[(Systolic, 150.0), (Diastolic, 95.0)]),
        ("blood pressure is 150 over 95", &[(Systolic, 150.0), (Diastolic, 95.0)]),
        ("BP150/95 HR120", &[(Systolic, 150.0), (Diastolic, 95.0), (HeartRate, 120.0)]),
        ("systolic 88", &[(Systolic, 88.0)]),
        ("sats 91%", &[(OxygenSaturation, 91.0)]),
        ("SpO2 91", &[(OxygenSaturation, 91.0)]),
        ("O2 sat 88-90%", &[(OxygenSaturation, 88.0)]),
        ("91% on room air", &[(OxygenSaturation, 91.0)]),
        ("pulse ox 85", &[(OxygenSaturation, 85.0)]),
        ("on oxygen 2L", &[]),
        ("glucose 540 mg/dL", &[(GlucoseMmolL, 29.97)]),
        ("blood sugar is 2.5", &[(GlucoseMmolL, 2.5)]),
        ("BM 14 mmol/L", &[(GlucoseMmolL, 14.0)]),
        ("sugar 400", &[(GlucoseMmolL, 22.2)]),
        ("8/10 pain", &[(PainScore, 8.0)]),
        ("pain is 7 out of 10", &[(PainScore, 7.0)]),
        ("pain for 3 days", &[]),
        ("pain 3 days", &[]),
        ("T 38.2, P 90, R 22", &[(TemperatureC, 38.2), (HeartRate, 90.0), (RespiratoryRate, 22.0)]),
        ("my father's BP is 150/95", &[]),
        ("BP 999999999999999999999/2", &[]),
    ];
    for (text, expected) in table {
        let found = read(text).vitals;
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(*expected)
                .all(|(m, (kind, value))| m.kind == *kind && near(Some(m.value), Some(*value)));
        assert!(same, "{text:?}: {found:?}");
    }
}

#[test]
fn reads_persons() {
    use Sex::{Female, Male};
    type Row = (&'static str, Option<f64>, Option<Sex>, Option<f64>);
    let table: &[Row] = &[
        ("54M with chest pain", Some(54.0), Some(Male), None),
        ("34 yo female", Some(34.0), Some(Female), None),
        ("34 y/o F", Some(34.0), Some(Female), None),
        ("3 week old boy", Some(3.0 / 52.18), Some(Male), None),
        ("a 3-month-old girl", Some(0.25), Some(Female), None),
        ("I am 54", Some(54.0), None, None),
        ("I'm a 25 year old woman", Some(25.0), Some(Female), None),
        ("aged 80", Some(80.0), None, None),
        ("Age: 61, male", Some(61.0), Some(Male), None),
        ("My husband is 54 and has chest pain", Some(54.0), Some(Male), None),
        ("My 5 year old son has a fever", Some(5.0), Some(Male), None),
        ("54 year old man, father had MI at age 50", Some(54.0), Some(Male), None),
        ("asthma since age 12", None, None, None),
        ("fever 101F", None, None, None),
        ("34 weeks pregnant", None, Some(Female), Some(34.0)),
        ("I'm 28, pregnant (34+2 weeks)", Some(28.0), Some(Female), Some(34.29)),
        ("5 months pregnant", None, Some(Female), Some(21.74)),
        ("at 30 weeks gestation", None, Some(Female), Some(30.0)),
        ("not pregnant, cough for 3 weeks", None, None, None),
        ("pregnant, 3 weeks of cough", None, None, None),
        ("I am 20 weeks and bleeding", None, Some(Female), Some(20.0)),
        ("fifty four years old", Some(54.0), None, None),
        ("I've had a cough for 20 years", None, None, None),
        ("2000 years old", None, None, None),
        ("contractions at 31 weeks", None, Some(Female), Some(31.0)),
        ("M/45, RR 30", Some(45.0), Some(Male), None),
        ("(25f) rash", Some(25.0), Some(Female), None),
    ];
    for (text, age, sex, weeks) in table {
        let found = read(text);
        let same = near(found.age_years, *age) && found.sex == *sex && near(found.pregnancy_weeks, *weeks);
        assert!(same, "{text:?}: {:?} {:?} {:?}", found.age_years, found.sex, found.pregnancy_weeks);
    }
}

#[test]
fn reads_side_and_severity() {
    use Severity::{Mild, Moderate, Severe};
    let table: &[(&str, Option<Side>, Option<Severity>)] = &[
        ("pain in my left arm", Some(Side::Left), None),
        ("right arm pain", Some(Side::Right), None),
        ("right now chest pain", None, None),
        ("pain in both arms", Some(Side::Both), None),
        ("headache on the right side", Some(Side::Right), None),
        ("bilateral wheeze", Some(Side::Both), None),
        ("R arm pain", Some(Side::Right), None),
        ("left-sided chest pain", Some(Side::Left), None),
        ("excruciating headache", None, Some(Severe)),
        ("10/10 chest pain", None, Some(Severe)),
        ("chest pain, 8/10", None, Some(Severe)),
        ("mild headache", None, Some(Mild)),
        ("headache is really bad", None, Some(Severe)),
        ("headache, not too bad", None, Some(Mild)),
        ("a bad headache", None, Some(Moderate)),
        ("worst headache of my life", None, Some(Severe)),
        ("moderate left arm pain", Some(Side::Left), Some(Moderate)),
        ("low grade fever", None, Some(Mild)),
    ];
    for (text, side, severity) in table {
        let found = read(text);
        let first = found.mentions.first().map(|mention| (mention.side, mention.severity));
        assert_eq!(first, Some((*side, *severity)), "{text:?}");
    }
    let two = read("mild cough and severe headache");
    assert_eq!(two.mentions.iter().map(|m| m.severity).collect::<Vec<_>>(), [Some(Mild), Some(Severe)]);
}
