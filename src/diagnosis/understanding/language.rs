//! Whether a text is in a language that can be read here at all.

use super::lexicon::Reading;
use super::tokens::{Kind, Tokens};
use super::words::{is_english_mark, is_foreign_mark};

/// Shorter texts ("chest pain", "39.5") are taken as they are.
const FEWEST_WORDS: usize = 4;

/// False for a text of some length in which almost nothing is English.
pub(super) fn is_known(tokens: &Tokens, readings: &[Reading]) -> bool {
    let (mut words, mut english, mut foreign) = (0usize, 0usize, 0usize);
    for (token, reading) in tokens.0.iter().zip(readings) {
        if token.kind != Kind::Word {
            continue;
        }
        words += 1;
        // Negations ("no") and the like are shared with other languages and prove nothing.
        if is_foreign_mark(&token.text) {
            foreign += 1;
        } else if is_english_mark(&token.text) || (reading.known && token.text.len() > 3) {
            english += 1;
        }
    }
    words < FEWEST_WORDS || (english * 6 >= words && english > foreign)
}
