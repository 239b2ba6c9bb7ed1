//! Whether a condition that was returned is the one that was meant: by its name, or by its code unless the name says that it is
//! another disease.

use std::collections::BTreeSet;
use virtual_doctor::names::fold;

/// Words that tell no disease from another.
const QUALIFIERS: &[&str] = &[
    "acute",
    "a",
    "of",
    "the",
    "and",
    "or",
    "in",
    "by",
    "with",
    "due",
    "to",
    "disease",
    "syndrome",
    "disorder",
    "primary",
    "simple",
    "unspecified",
    "type",
    "infection",
    "nos",
];
/// Words that make two diseases of one name.
const OPPOSITES: &[(&str, &str)] = &[("acute", "chronic"), ("viral", "bacterial"), ("stable", "unstable")];

/// A name by its words, spelt one way.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    all: BTreeSet<String>,
    telling: BTreeSet<String>,
}

impl Name {
    fn new(name: &str) -> Self {
        let folded = fold(name).replace("ae", "e").replace("oe", "e").replace("our", "or");
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let singular =
            |word: &str| if word.len() > 3 { word.trim_end_matches('s').to_owned() } else { word.to_owned() };
        let all: BTreeSet<String> = words.map(singular).collect();
        let telling = all.iter().filter(|word| !QUALIFIERS.contains(&word.as_str())).cloned().collect();
        Self { all, telling }
    }

    fn is_opposite(&self, other: &Self) -> bool {
        let crossed = |a: &str, b: &str| self.all.contains(a) && other.all.contains(b);
        OPPOSITES.iter().any(|(a, b)| crossed(a, b) || crossed(b, a))
    }
}

/// What a case accepts.
#[derive(Debug)]
pub struct Accepted {
    names: Vec<Name>,
    codes: Vec<String>,
}

impl Accepted {
    pub fn new(names: &[String], codes: &[String]) -> Self {
        Self { names: names.iter().map(|name| Name::new(name)).collect(), codes: codes.to_vec() }
    }

    fn has(&self, name: &Name) -> bool {
        let same = |accepted: &Name| accepted.telling == name.telling && !accepted.is_opposite(name);
        !name.telling.is_empty() && self.names.iter().any(same)
    }
}

/// A condition that was returned: its name as a whole, without what is in parentheses, and that alone.
pub struct Returned {
    readings: Vec<Name>,
    code: String,
}

impl Returned {
    pub fn new(name: &str, code: &str) -> Self {
        let mut readings = vec![Name::new(name)];
        if let Some((before, rest)) = name.split_once('(') {
            let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
            readings.extend([Name::new(&[before, after].concat()), Name::new(inside)]);
        }
        Self { readings, code: code.to_owned() }
    }

    /// Whether it is what the case accepts, among what all cases accept.
    pub fn is_hit(&self, accepted: &Accepted, all: &[Accepted]) -> bool {
        let is_named = |accepted: &Accepted| self.readings.iter().any(|name| accepted.has(name));
        if is_named(accepted) {
            return true;
        }
        let whole = &self.readings[0];
        let is_another = all.iter().any(|other| other.names != accepted.names && is_named(other));
        if is_another || accepted.names.iter().all(|name| name.is_opposite(whole)) {
            return false;
        }
        let shares_a_word = accepted.names.iter().any(|name| !name.telling.is_disjoint(&whole.telling));
        let narrower = |accepted: &String| self.code.starts_with(accepted);
        let broader = |accepted: &String| accepted.starts_with(&self.code) && shares_a_word;
        accepted.codes.iter().any(|accepted| narrower(accepted) || broader(accepted))
    }
}
