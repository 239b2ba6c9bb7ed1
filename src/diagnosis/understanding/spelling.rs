//! Misspelt words: the one word of the lexicon that a slip of the pen turns into what was written.

/// The words of the lexicon that are long enough to be recognised when misspelt, by their length.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    by_length: Vec<Vec<Candidate>>,
}

#[derive(Debug)]
struct Candidate {
    letters: u32,
    form: Vec<u8>,
    id: u32,
}

/// Texts of pasted data can hold long "words"; no clinical word is longer than this.
const LONGEST: usize = 40;

impl Spelling {
    /// Adds the folded form of a word.
    pub fn add(&mut self, form: &str, id: u32) {
        if form.is_ascii() && (5..=LONGEST).contains(&form.len()) && form.bytes().all(|b| b.is_ascii_lowercase()) {
            let candidate = Candidate { letters: letters(form.as_bytes()), form: form.as_bytes().to_vec(), id };
            if self.by_length.len() <= form.len() {
                self.by_length.resize_with(form.len() + 1, Vec::new);
            }
            self.by_length[form.len()].push(candidate);
        }
    }

    /// The word meant by `word` (folded: `form`), if exactly one is near enough: one slip in six
    /// letters, two in nine. Two words equally near leave it unread: a guess between "hypo…" and "hyper…" may harm.
    pub fn correct(&self, word: &str, form: &str) -> Option<u32> {
        let bytes = form.as_bytes();
        if !word.bytes().all(|b| b.is_ascii_lowercase()) || word.len() < 6 || bytes.len() < 5 || bytes.len() > LONGEST {
            return None;
        }
        let slips: usize = if word.len() >= 9 && bytes.len() >= 8 { 2 } else { 1 };
        let mask = letters(bytes);
        let mut best: Option<(usize, u32)> = None;
        let mut tied = false;
        for candidate in self.by_length.iter().skip(bytes.len() - slips).take(2 * slips + 1).flatten() {
            // A slip changes at most two letters of the set: most candidates are done with here.
            // The first letter is hardly ever the wrong one: "rattled" is no "cattle".
            let near = [candidate.form.first(), candidate.form.get(1)];
            let other_first = !near.contains(&bytes.first()) && bytes.get(1) != candidate.form.first();
            if (candidate.letters ^ mask).count_ones() as usize > 2 * slips
                || other_first
                || opposed(bytes, &candidate.form)
            {
                continue;
            }
            let Some(distance) = distance(bytes, &candidate.form, slips) else { continue };
            // A wrong first letter is rare, and makes the other words of the same ending likelier.
            let cost = 2 * distance + usize::from(bytes.first() != candidate.form.first());
            match best {
                Some((cheapest, _)) if cost > cheapest => {}
                Some((cheapest, _)) if cost == cheapest => tied = true,
                _ => (best, tied) = (Some((cost, candidate.id)), false),
            }
        }
        best.filter(|_| !tied).map(|(_, id)| id)
    }
}

fn letters(word: &[u8]) -> u32 {
    word.iter().filter(|b| b.is_ascii_lowercase()).fold(0, |set, b| set | 1 << (b - b'a'))
}

/// Whether the two differ by a prefix that turns the meaning round, so that neither is a slip for the other.
fn opposed(a: &[u8], b: &[u8]) -> bool {
    for prefix in [&b"hyper"[..], b"hypo"] {
        if a.starts_with(prefix) != b.starts_with(prefix) {
            return true;
        }
    }
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let Some(prefix) = long.strip_suffix(short) else { return false };
    matches!(prefix, b"un" | b"in" | b"im" | b"ir" | b"il" | b"a" | b"an" | b"ab" | b"ad" | b"de" | b"re" | b"en")
}

/// Edit distance with swapped neighbours as one edit, if it is at most `limit`.
fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let width = b.len() + 1;
    let mut before = vec![0usize; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row = vec![0usize; width];
    let mut previous = 0u8;
    for (i, &x) in a.iter().enumerate() {
        let mut least = i + 1;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        let mut other = 0u8;
        for (j, &y) in b.iter().enumerate() {
            let at = |line: &[usize], j: usize| line.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(left + 1);
            if i > 0 && j > 0 && x == other && previous == y {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = cost;
            }
            least = least.min(cost);
            left = cost;
            other = y;
        }
        if least > limit {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
        previous = x;
    }
    last.last().copied().filter(|&cost| cost <= limit)
}
