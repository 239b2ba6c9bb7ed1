//! Finding things by name: exact, by the beginning of a word, or with a slip
//! or two of the keyboard. Names are compared folded: lower case, without accents and
//! punctuation.

use crate::knowledge::tables::Index;

/// How a name was found; better ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The whole name.
    Exact,
    /// The name begins so.
    Prefix,
    /// A later word of the name begins so.
    Word,
    /// One letter is wrong, missing, too many, or two changed places.
    OneTypo,
    /// The same twice, in a long name.
    TwoTypos,
}

/// From so many letters on two slips still leave little doubt.
const LONG: usize = 8;

/// All names of a table's rows.
pub struct NameIndex {
    /// Sorted by name.
    names: Vec<(String, Index)>,
}

impl NameIndex {
    /// Takes each name with the row that it names.
    pub fn new<'a>(names: impl IntoIterator<Item = (&'a str, Index)>) -> Self {
        let mut names: Vec<_> = names.into_iter().map(|(name, row)| (fold(name), row)).collect();
        names.sort_unstable();
        names.dedup();
        Self { names }
    }

    /// Rows that have exactly this name.
    #[must_use]
    pub fn exact(&self, name: &str) -> Vec<Index> {
        let name = fold(name);
        let from = self.names.partition_point(|(known, _)| *known < name);
        let mut rows: Vec<Index> =
            self.names[from..].iter().take_while(|(known, _)| *known == name).map(|(_, row)| *row).collect();
        rows.dedup();
        rows
    }

    /// Rows that are found by `text`, each once with its best match.
    #[must_use]
    pub fn search(&self, text: &str) -> Vec<(Match, Index)> {
        let text = fold(text);
        if text.is_empty() {
            return Vec::new();
        }
        let mut found = self.matching(|name| literal(name, &text));
        if found.is_empty() && text.len() >= 4 {
            found = self.matching(|name| typos(name, &text));
        }
        found
    }

    /// Up to three names of other rows that `text` may have meant, as ids of rows.
    #[must_use]
    pub fn similar(&self, text: &str) -> Vec<Index> {
        let mut rows: Vec<Index> = self.search(text).into_iter().map(|(_, row)| row).collect();
        if rows.is_empty() {
            let start: String = fold(text).chars().take(5).collect();
            if start.chars().count() == 5 {
                rows = self.search(&start).into_iter().map(|(_, row)| row).collect();
            }
        }
        rows.truncate(3);
        rows
    }

    fn matching(&self, test: impl Fn(&str) -> Option<Match>) -> Vec<(Match, Index)> {
        let mut found: Vec<_> = self.names.iter().filter_map(|(name, row)| Some((test(name)?, *row))).collect();
        found.sort_unstable_by_key(|(how, row)| (*row, *how));
        found.dedup_by_key(|(_, row)| *row);
        found.sort_unstable();
        found
    }
}

fn literal(name: &str, text: &str) -> Option<Match> {
    if name == text {
        Some(Match::Exact)
    } else if name.starts_with(text) {
        Some(Match::Prefix)
    } else if name.split(' ').any(|word| word.starts_with(text)) {
        Some(Match::Word)
    } else {
        None
    }
}

/// Lower case, letters without accents, every run of other signs one space.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        let plain = match character {
            'à'..='å' => 'a',
            'ç' => 'c',
            'è'..='ë' => 'e',
            'ì'..='ï' => 'i',
            'ñ' => 'n',
            'ò'..='ö' => 'o',
            'ù'..='ü' => 'u',
            'ý' | 'ÿ' => 'y',
            other if other.is_alphanumeric() => other,
            '\'' | '’' => continue,
            _ => ' ',
        };
        if plain != ' ' || !(folded.is_empty() || folded.ends_with(' ')) {
            folded.push(plain);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Typing slips between a name and a text: insertions, deletions, substitutions and swaps of neighbours.
/// `None` when they are more than so long a text may have.
fn typos(name: &str, text: &str) -> Option<Match> {
    let most = if text.chars().count() >= LONG { 2 } else { 1 };
    if name.len().abs_diff(text.len()) > 2 * most {
        return None;
    }
    match strsim::osa_distance(name, text) {
        0 | 1 => Some(Match::OneTypo),
        2 if most == 2 => Some(Match::TwoTypos),
        _ => None,
    }
}
