//! Text to tokens: words in lower case without accents or apostrophes, numbers, and the marks that
//! bound a clause. Every token keeps its byte range, so that a finding can be quoted as it was written.

use super::characters::{alone, combining, fraction, is_apostrophe, push_plain};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Word,
    Number(f64),
    Mark(char),
}

impl Kind {
    /// A word or a number, not a mark.
    pub fn is_content(self) -> bool {
        !matches!(self, Self::Mark(_))
    }
}

/// One token with its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    /// The normalised word; empty for numbers and marks.
    pub text: String,
    pub start: usize,
    pub end: usize,
    /// Written in capitals throughout ("HA", "CP", "M").
    pub upper: bool,
    /// No space between this token and the one before it ("101F", "3-4").
    pub glued: bool,
}

/// A text's tokens, with look-ups that answer "nothing" outside the text instead of panicking.
#[derive(Debug, Default)]
pub(super) struct Tokens(pub Vec<Token>);

impl Tokens {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The word at `at`, or the empty string for a number, a mark and beyond the ends.
    pub fn word(&self, at: usize) -> &str {
        self.0.get(at).map_or("", |token| &token.text)
    }

    /// The word `back` tokens before `at`.
    pub fn word_before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.word(at))
    }

    pub fn mark(&self, at: usize) -> Option<char> {
        match self.0.get(at)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    pub fn mark_before(&self, at: usize, back: usize) -> Option<char> {
        at.checked_sub(back).and_then(|at| self.mark(at))
    }

    pub fn number(&self, at: usize) -> Option<f64> {
        match self.0.get(at)?.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }

    pub fn glued(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|token| token.glued)
    }

    pub fn upper(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|token| token.upper)
    }

    /// Whether a sentence or a line ends at `at`; the end of the text counts.
    pub fn ends_sentence(&self, at: usize) -> bool {
        at >= self.len() || matches!(self.mark(at), Some('.' | '!' | '?' | ';' | '\n'))
    }

    /// The byte range of the tokens `first..=last`.
    pub fn span(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        let start = self.0.get(first).map_or(0, |token| token.start);
        start..self.0.get(last).map_or(start, |token| token.end).max(start)
    }
}

/// Cuts `text` into tokens.
pub(super) fn tokenize(text: &str) -> Tokens {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut scanner = Scanner { chars: &chars, at: 0, len: text.len(), out: Vec::new() };
    while scanner.at < scanner.chars.len() {
        scanner.step();
    }
    Tokens(scanner.out)
}

struct Scanner<'a> {
    chars: &'a [(usize, char)],
    at: usize,
    len: usize,
    out: Vec<Token>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).map_or('\0', |&(_, c)| c)
    }

    /// Byte offset of the character at `at`, or the end of the text.
    fn offset(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.len, |&(offset, _)| offset)
    }

    fn push(&mut self, kind: Kind, text: String, first: usize, upper: bool) {
        let (start, end) = (self.offset(first), self.offset(self.at));
        let glued = self.out.last().is_some_and(|last| last.end == start);
        self.out.push(Token { kind, text, start, end, upper, glued });
    }

    fn step(&mut self) {
        let c = self.peek(0);
        if c.is_ascii_digit() {
            self.number();
        } else if fraction(c).is_some() {
            self.fraction(c);
        } else if c.is_alphabetic() {
            self.word();
        } else {
            self.mark(c);
        }
    }

    fn number(&mut self) {
        let first = self.at;
        let mut digits = String::new();
        loop {
            let c = self.peek(0);
            if c.is_ascii_digit() {
                digits.push(c);
            } else if c == '.' && self.peek(1).is_ascii_digit() && !digits.contains('.') {
                digits.push('.');
            } else if c == ',' && self.peek(1).is_ascii_digit() && !digits.contains('.') {
                // "38,5" is a decimal comma, "1,200" a thousands separator; "3,7,12" a list.
                let run = (1..5).take_while(|&ahead| self.peek(ahead).is_ascii_digit()).count();
                match run {
                    1 if self.peek(2) != ',' => digits.push('.'),
                    3 => {}
                    _ => break,
                }
            } else {
                break;
            }
            self.at += 1;
        }
        // The one parser of numbers that the worker needs anyway; the standard library's brings tables of 10 KiB.
        // JSON has no "007".
        let significant = digits.trim_start_matches('0');
        let zero = if significant.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
        let value = serde_json::from_str::<f64>(&[zero, significant].concat()).ok().filter(|value| value.is_finite());
        self.push(Kind::Number(value.unwrap_or(f64::MAX)), String::new(), first, false);
    }

    fn fraction(&mut self, c: char) {
        let (first, part) = (self.at, fraction(c).unwrap_or(0.0));
        self.at += 1;
        let end = self.offset(self.at);
        let start = self.offset(first);
        match self.out.last_mut() {
            Some(Token { kind: Kind::Number(whole), end: last, .. }) if *last == start => {
                *whole += part;
                *last = end;
            }
            _ => self.push(Kind::Number(part), String::new(), first, false),
        }
    }

    fn word(&mut self) {
        let first = self.at;
        let mut text = String::new();
        let (mut upper, mut dotted) = (true, self.dotted());
        if alone(self.peek(0)) {
            text.push(self.peek(0));
            self.at += 1;
            self.push(Kind::Word, text, first, false);
            return;
        }
        loop {
            let c = self.peek(0);
            if c.is_alphabetic() && !alone(c) {
                upper &= !c.is_lowercase();
                push_plain(c, &mut text);
            } else if c.is_ascii_digit() {
                // "BP150/95", "x3" and "HR120" are a name and its number; "spo2" is one word.
                if matches!(text.as_str(), "x" | "bp" | "hr" | "rr" | "temp" | "sats" | "pulse") {
                    break;
                }
                text.push(c);
            } else if combining(c) {
                // An accent as a character of its own: dropped, as with precomposed letters.
            } else if is_apostrophe(c) && self.peek(1).is_alphabetic() {
                if self.ends_with_clitic() {
                    self.at += 2;
                    break;
                }
            } else if c == '.' && dotted {
                // "S.O.B." and "y.o." are read as one word.
                dotted = self.peek(1).is_alphabetic();
                if !dotted {
                    self.at += 1;
                    break;
                }
            } else {
                break;
            }
            self.at += 1;
        }
        let text = match text.as_str() {
            "id" | "ill" if self.after_apostrophe(first) => "i".to_owned(),
            _ => text,
        };
        self.push(Kind::Word, text, first, upper);
    }

    /// Whether single letters with full stops between them start here.
    fn dotted(&self) -> bool {
        let lone = |ahead: usize| self.peek(ahead).is_alphabetic() && self.peek(ahead + 1) == '.';
        lone(0) && self.peek(2).is_alphabetic() && !self.peek(3).is_alphabetic()
    }

    /// Whether what follows is the "'s" of "father's" or "he's", which says nothing here.
    fn ends_with_clitic(&self) -> bool {
        matches!(self.peek(1), 's' | 'S') && !self.peek(2).is_alphanumeric()
    }

    /// Whether the word since `first` was "I'd" or "I'll", not "id" or "ill".
    fn after_apostrophe(&self, first: usize) -> bool {
        self.chars.get(first + 1).is_some_and(|&(_, c)| is_apostrophe(c))
    }

    fn mark(&mut self, c: char) {
        let first = self.at;
        self.at += 1;
        let previous = first.checked_sub(1).and_then(|at| self.chars.get(at)).map_or(' ', |&(_, c)| c);
        let next = self.peek(0);
        let mark = match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' | '•' | '▪' | '●' | '|' | '*' | '\t' => '\n',
            '.' | ',' | ';' | ':' | '!' | '?' | '/' | '(' | ')' | '+' | '%' | '°' | '=' => c,
            '。' | '．' | '।' => '.',
            '，' | '、' | '،' => ',',
            '！' => '!',
            '？' | '؟' | '¿' => '?',
            '；' | '؛' => ';',
            '：' => ':',
            'º' | '˚' => '°',
            '-' | '‐' | '‑' | '–' | '—' | '−' => {
                // A hyphen inside a compound ("3-month-old", "left-sided") only parts its words.
                let inside = previous.is_alphanumeric() && next.is_alphanumeric();
                if inside && !(previous.is_ascii_digit() && next.is_ascii_digit()) {
                    return;
                }
                '-'
            }
            '&' => {
                self.push(Kind::Word, "and".to_owned(), first, false);
                return;
            }
            _ => return,
        };
        if c == '\t' || (mark == '\n' && self.out.last().is_some_and(|t| t.kind == Kind::Mark('\n'))) {
            return;
        }
        self.push(Kind::Mark(mark), String::new(), first, false);
    }
}
