//! Words that mean one thing to who tells of an illness: "tummy" and "abdomen", "wee" and "urine". Both the text and the
//! phrases of the lexicon are read so, and one phrase serves all ways to say it.

/// The word that stands for it.
pub(super) fn canonical(word: &str) -> &str {
    match word {
        "tummy" | "tum" | "belly" | "abdomen" | "abdominal" | "gut" | "guts" | "abdo" | "tummies" => "stomach",
        "pee" | "wee" | "piss" | "peeing" | "weeing" | "pissing" | "peed" | "weed" | "wees" | "pees" | "urinate"
        | "urinates" | "urinated" | "urinating" | "urination" | "micturition" | "widdle" => "urine",
        "poo" | "poop" | "poos" | "poops" | "pooing" | "pooping" | "pooed" | "faeces" | "feces" | "turd" | "turds"
        | "stools" => "stool",
        "puke" | "puked" | "puking" | "pukes" | "spew" | "spewing" | "spewed" | "chundering" | "barfing" | "barf"
        | "barfed" | "emesis" => "vomit",
        "bum" | "backside" | "butt" | "arse" | "anus" | "botty" => "bottom",
        "testis" | "testes" | "bollock" | "bollocks" | "testicular" => "testicle",
        "ache" | "aches" | "aching" | "ached" | "achy" | "sore" | "soreness" | "hurt" | "hurts" | "hurting"
        | "agony" | "painful" | "pains" | "agonising" | "agonizing" => "pain",
        "puffy" | "puffiness" | "ballooned" => "swell",
        "woozy" | "giddy" | "giddiness" | "wooziness" => "dizzy",
        "exhausted" | "knackered" | "shattered" | "fatigued" | "fatigue" | "drained" | "exhaustion" | "tiredness" => {
            "tired"
        }
        "phlegm" | "flem" => "sputum",
        "temp" => "temperature",
        "pill" | "pills" | "meds" | "tablets" | "medication" | "medications" | "medicines" => "tablet",
        "trouble" | "troubles" | "problem" | "problems" | "struggle" | "struggles" | "struggling" | "struggled"
        | "difficult" | "difficulties" => "difficulty",
        "unable" | "cant" | "couldnt" => "cannot",
        "scalding" | "burns" | "burnt" | "burned" => "burning",
        "specs" => "glasses",
        "privates" => "genital",
        "mucous" => "mucus",
        "boobs" | "boob" | "tit" | "tits" => "breast",
        "gob" => "mouth",
        "bawling" | "wailing" | "screaming" => "crying",
        "nits" => "lice",
        "loo" | "bog" | "lav" | "lavatory" | "bathroom" => "toilet",
        "hubby" => "husband",
        _ => word,
    }
}

/// Several words that are one: how many they are, and what stands for them.
pub(super) fn several(first: &str, second: &str, third: &str) -> Option<(&'static str, usize)> {
    Some(match (first, second, third) {
        ("back", "passage", _) => ("bottom", 2),
        ("passing" | "pass" | "passes" | "passed", "urine" | "water", _) => ("urine", 2),
        (
            "throw" | "throwing" | "threw" | "throws" | "chuck" | "chucking" | "chucked" | "bring" | "bringing"
            | "brought",
            "up",
            then,
        ) if !matches!(
            then,
            "blood" | "bits" | "sputum" | "phlegm" | "green" | "a" | "some" | "yellow" | "his" | "her"
        ) =>
        {
            ("vomit", 2)
        }
        ("pass" | "passed" | "passes" | "passing" | "black" | "blacked" | "keel" | "keeled", "out" | "over", _) => {
            ("fainted", 2)
        }
        ("wiped" | "worn" | "washed", "out", _) => ("tired", 2),
        ("light" | "swimmy", "headed", _) => ("lightheaded", 2),
        ("heart", "attack" | "attacks", _) => ("myocardial infarction", 2),
        ("number", "two" | "twos", _) => ("stool", 2),
        ("blood", "thinner" | "thinners", _) => ("anticoagulant", 2),
        ("not" | "isnt" | "wasnt" | "arent", "able", "to") => ("cannot", 3),
        ("havent" | "hasnt" | "hadnt", "been", "able") => ("cannot", 3),
        ("puffed" | "blown" | "ballooned", "up", _) => ("swell", 2),
        ("tail", "bone", _) => ("coccyx", 2),
        ("private", "parts" | "part" | "bits", _) => ("genital", 2),
        _ => return None,
    })
}
