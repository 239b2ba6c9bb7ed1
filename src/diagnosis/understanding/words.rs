//! Small words: what may stand inside a phrase.

/// Small words that may stand between the words of a phrase ("pain in *my very bad* tooth").
pub(super) fn is_small(word: &str) -> bool {
    is_dropped(word)
        || matches!(
            word,
            "in" | "of"
                | "on"
                | "at"
                | "to"
                | "from"
                | "with"
                | "by"
                | "for"
                | "this"
                | "that"
                | "these"
                | "some"
                | "any"
                | "all"
                | "be"
                | "been"
                | "being"
                | "got"
                | "getting"
                | "very"
                | "really"
                | "so"
                | "quite"
                | "bit"
                | "lot"
                | "too"
                | "just"
                | "kind"
                | "sort"
                | "rather"
                | "pretty"
                | "extremely"
                | "more"
                | "much"
                | "most"
                | "little"
                | "slight"
                | "slightly"
                | "mild"
                | "moderate"
                | "severe"
                | "severely"
                | "bad"
                | "badly"
                | "terrible"
                | "awful"
                | "horrible"
                | "intense"
                | "extreme"
                | "excruciating"
                | "constant"
                | "constantly"
                | "left"
                | "right"
                | "both"
                | "side"
                | "sided"
                | "bilateral"
                | "whole"
                | "entire"
                | "feel"
                | "feels"
                | "feeling"
                | "like"
                | "have"
                | "has"
                | "had"
                | "also"
                | "even"
                | "still"
                | "always"
                | "again"
                | "off"
                | "own"
                | "one"
                | "round"
                | "flat"
                | "small"
                | "tiny"
                | "big"
                | "large"
                | "acute"
                | "sudden"
                | "suddenly"
                | "recent"
        )
}

/// Words a phrase of the lexicon does without: articles, possessives, subjects and "is".
pub(super) fn is_dropped(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "my"
            | "your"
            | "his"
            | "her"
            | "their"
            | "our"
            | "its"
            | "i"
            | "im"
            | "ive"
            | "he"
            | "she"
            | "they"
            | "we"
            | "you"
            | "it"
            | "is"
            | "are"
            | "was"
            | "were"
            | "am"
    )
}

/// Words after which a list shares what stands before: "blood in urine *and stool*".
pub(super) fn shares_head(word: &str) -> bool {
    matches!(
        word,
        "in" | "of"
            | "on"
            | "to"
            | "when"
            | "while"
            | "difficulty"
            | "difficult"
            | "trouble"
            | "problem"
            | "problems"
            | "hard"
            | "unable"
            | "cannot"
            | "cant"
            | "couldnt"
    )
}

/// Parts of the body and what comes out of it, of which more may be said later in the sentence.
pub(super) fn is_body_part(word: &str) -> bool {
    const PARTS: &[&str] = &[
        "abdomen",
        "ankle",
        "ankles",
        "anus",
        "arm",
        "arms",
        "back",
        "belly",
        "bottom",
        "breast",
        "breasts",
        "calf",
        "cheek",
        "chest",
        "chin",
        "ear",
        "ears",
        "elbow",
        "elbows",
        "eye",
        "eyelid",
        "eyelids",
        "eyes",
        "face",
        "feet",
        "finger",
        "fingers",
        "foot",
        "forehead",
        "groin",
        "gum",
        "gums",
        "hand",
        "hands",
        "head",
        "heart",
        "heel",
        "hip",
        "hips",
        "jaw",
        "joint",
        "joints",
        "knee",
        "knees",
        "leg",
        "legs",
        "lip",
        "lips",
        "mouth",
        "nail",
        "nails",
        "neck",
        "nipple",
        "nose",
        "passage",
        "pee",
        "penis",
        "period",
        "periods",
        "poo",
        "poop",
        "rectum",
        "scalp",
        "scrotum",
        "shin",
        "shoulder",
        "shoulders",
        "skin",
        "speech",
        "stomach",
        "stool",
        "stools",
        "teeth",
        "testicle",
        "testicles",
        "thigh",
        "throat",
        "thumb",
        "toe",
        "toes",
        "tongue",
        "tooth",
        "tummy",
        "urine",
        "vagina",
        "vision",
        "vulva",
        "wee",
        "wrist",
        "wrists",
    ];
    PARTS.binary_search(&word).is_ok()
}

/// Words of time, which are said of everything.
pub(super) fn is_time(word: &str) -> bool {
    matches!(
        word,
        "night" | "nights" | "day" | "days" | "morning" | "mornings" | "week" | "weeks" | "month" | "months" | "times"
    )
}
