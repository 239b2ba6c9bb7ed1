//! Any text at all: no panic, spans on character boundaries, time that grows with the text.

use super::super::*;
use super::lexicon;

fn check(text: &str, lexicon: &Lexicon) {
    for by_patient in [true, false] {
        let found = understand(text, lexicon, by_patient);
        for span in found.mentions.iter().map(|m| &m.span).chain(found.vitals.iter().map(|v| &v.span)) {
            assert!(text.get(span.clone()).is_some_and(|quote| !quote.is_empty()), "{text:?} {span:?}");
        }
        assert!(found.vitals.iter().all(|v| v.value.is_finite()), "{text:?}");
        assert!(found.age_years.is_none_or(|age| (0.0..=125.0).contains(&age)), "{text:?}");
    }
}

/// A small generator: the cases are many, and the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }
}

#[test]
fn survives_any_bytes() {
    let lexicon = lexicon();
    let mut random = Random(7);
    for _ in 0..3000 {
        let bytes: Vec<u8> = (0..random.below(60)).map(|_| u8::try_from(random.below(256)).unwrap_or(0)).collect();
        check(&String::from_utf8_lossy(&bytes), &lexicon);
    }
}

#[test]
fn survives_any_order_of_meaningful_parts() {
    const PARTS: &[&str] = &[
        "no",
        "not",
        "fever",
        "chest",
        "pain",
        "3",
        "days",
        "/",
        "10",
        "-",
        ",",
        ".",
        "since",
        "my",
        "father",
        "had",
        "or",
        "and",
        "54M",
        "?",
        "(",
        ")",
        ":",
        "weeks",
        "pregnant",
        "half",
        "a",
        "an",
        "½",
        "year",
        "old",
        "history of",
        "BP",
        "150/95",
        "%",
        "°",
        "F",
        "temp",
        "38.5",
        "💊",
        "é",
        "’s",
        "can’t",
        "胸痛",
        "ألم",
        "\n",
        "\u{0}",
        "\u{301}",
        "blood in",
        "urine",
        "stool",
        "never",
        "like this",
        "7",
        "52",
        "+",
        "ago",
        "last",
        "in",
        "2015",
        "I",
        "he",
        "denies",
        "w/",
        "n/v",
        "S.O.B.",
        "1,5",
        "1,000",
        "0",
        "and a half",
        "both",
        "left",
        "severe",
        "out of",
        "9999999999999999999999",
        "x",
        "x3",
        "aged",
        "glucose",
        "mg/dl",
        "to",
        "the",
        "ß",
        "ﬁ",
        "İ",
    ];
    let lexicon = lexicon();
    let mut random = Random(11);
    for _ in 0..6000 {
        let mut text = String::new();
        for _ in 0..random.below(25) {
            text.push_str(PARTS[random.below(PARTS.len())]);
            if random.below(4) > 0 {
                text.push(' ');
            }
        }
        check(&text, &lexicon);
    }
}

#[test]
fn survives_odd_texts_and_lexicons() {
    let lexicon = lexicon();
    let odd = [
        "\u{feff}",
        "'''",
        "’",
        "....",
        "½½½",
        "1/2/3/4",
        "1.2.3.4",
        "a.b.c.",
        "☠️ fever ☠️",
        "FEVER!!!",
        "İfever",
        "ﬁts",
        "-",
        "?",
        "(-)",
        "x",
        "٣ أيام",
    ];
    for text in odd {
        check(text, &lexicon);
    }
    for phrase in ["", " ", "the", "a a a a a a a a a a a a a", "💊", "no", "3", "/", "é"] {
        let lexicon = Lexicon::new([(0, phrase), (u16::MAX, phrase), (1, "fever")]);
        for text in ["a a a a a a a a a a a a a a a a a a a a a a a a", "no fever", "💊 3 é the", ""] {
            check(text, &lexicon);
        }
    }
    let empty = Lexicon::new([]);
    assert!(understand("chest pain", &empty, true).mentions.is_empty());
}

#[test]
fn quotes_what_was_written() {
    let lexicon = lexicon();
    let quote = |text: &str| {
        let found = understand(text, &lexicon, true);
        found.mentions.first().map(|m| text[m.span.clone()].to_owned()).unwrap_or_default()
    };
    assert_eq!(quote("😷 I’ve a Pain in my  CHEST!"), "Pain in my  CHEST");
    assert_eq!(quote("é SOB, ok"), "SOB");
    assert_eq!(quote("I do not want to live"), "do not want to live");
    assert_eq!(quote("bad head ache."), "head ache");
}

#[test]
fn tells_unknown_languages() {
    let lexicon = lexicon();
    let known = [
        "",
        "chest pain",
        "I have had a headache since Monday",
        "fever cough vomiting rash",
        "54M c/o crushing CP radiating to L arm, diaphoretic",
        "pt w/ SOB, denies fever",
        "my tummy hurts a lot",
        "Me duele",
    ];
    for text in known {
        assert!(understand(text, &lexicon, true).language_known, "{text:?}");
    }
    let unknown = [
        "Tengo dolor en el pecho y no puedo respirar",
        "J'ai mal à la poitrine depuis ce matin",
        "Ich habe starke Schmerzen in der Brust",
        "عندي ألم شديد في الصدر منذ يومين",
        "我胸口很痛已经三天了",
        "У меня сильно болит грудь",
        "Ho un forte dolore al petto da ieri",
        "Estou com dor no peito e falta de ar",
        "asdf qwer zxcv tyui",
    ];
    for text in unknown {
        assert!(!understand(text, &lexicon, true).language_known, "{text:?}");
    }
}

#[test]
fn reads_long_texts() {
    // No clock here: with a square of the length anywhere, these would take minutes instead of a second or two.
    let lexicon = lexicon();
    let parts = [
        "no fever, cough, chest pain or vomiting, ",
        "my mother ",
        "3 days ",
        "a a a ",
        "chest and ",
        "not ",
        "history of asthma, ",
        "? ",
        "unknwon wrods evrywhere ",
        "1/",
        "past ",
        "never had like this ",
        "pain in ",
        "fever 3 days, ",
        "if ",
        "no ",
        "baby ",
    ];
    for part in parts {
        check(&part.repeat(60_000 / part.len()), &lexicon);
    }
}
