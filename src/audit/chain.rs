//! What makes a chain of rows: each one's hash covers all its columns, its place
//! and the hash before it, under a key that is not in the database.

use super::model::{Problem, ProblemKind};
use crate::encryption::{KeyRing, hmac_sha256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// Problems that one examination tells of; more would say nothing more.
const MOST_PROBLEMS: usize = 100;
/// Rows for which it is asked whether they stood elsewhere.
const MOST_SUSPECTS: usize = 20;

/// A row of the audit, ids as they are stored.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The chain that it belongs to.
    pub chain: String,
    patient_id: Option<String>,
    actor_id: Option<String>,
    action: String,
    subject_id: Option<String>,
    request_id: String,
    at: i64,
    /// Its place, from 1; none while it is not sealed.
    pub sequence: Option<i64>,
    /// `kid.mac`; none while it is not sealed.
    pub hash: Option<String>,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// The chain.
    pub id: String,
    /// Its last row's place; also how many rows it has.
    pub sequence: i64,
    /// Its last row's hash.
    pub hash: String,
}

/// The hash of a row at this place behind this hash (empty at the beginning).
#[must_use]
pub fn seal(keys: &KeyRing, row: &Row, sequence: i64, previous: &str) -> String {
    signed(keys, &canonical(row, sequence, previous))
}

fn holds(keys: &KeyRing, row: &Row, sequence: i64, previous: &str) -> bool {
    row.hash.as_deref().is_some_and(|hash| is_signed(keys, &canonical(row, sequence, previous), hash))
}

fn canonical(row: &Row, sequence: i64, previous: &str) -> String {
    let purpose = "virtual-doctor/audit/v1";
    let Row { id, chain, patient_id, actor_id, action, subject_id, request_id, at, .. } = row;
    let form = serde_json::json!([
        purpose, chain, sequence, previous, id, patient_id, actor_id, action, subject_id, request_id, at
    ]);
    form.to_string()
}

fn signed(keys: &KeyRing, text: &str) -> String {
    let key = keys.current();
    [key.kid.as_str(), ".", &URL_SAFE_NO_PAD.encode(hmac_sha256(&key.key, text.as_bytes()))].concat()
}

fn is_signed(keys: &KeyRing, text: &str, signature: &str) -> bool {
    let Some((kid, mac)) = signature.split_once('.') else { return false };
    let (Some(key), Ok(mac)) = (keys.get(kid), URL_SAFE_NO_PAD.decode(mac)) else { return false };
    hmac_sha256(&key.key, text.as_bytes()).ct_eq(&mac).into()
}

/// What a chain was at some time, kept where whoever writes to the database cannot reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The chain.
    pub chain: String,
    /// Its last row's place.
    pub sequence: i64,
    /// Its last row's hash.
    pub hash: String,
    /// How many rows it had.
    pub count: i64,
    /// When, in milliseconds.
    pub at: i64,
    mac: String,
}

impl Checkpoint {
    /// Of this head, signed.
    #[must_use]
    pub fn new(keys: &KeyRing, head: Head, at: i64) -> Self {
        let Head { id: chain, sequence, hash } = head;
        let mut checkpoint = Self { chain, sequence, hash, count: sequence, at, mac: String::new() };
        checkpoint.mac = signed(keys, &checkpoint.canonical());
        checkpoint
    }

    /// Whether it was made here and is as it was.
    #[must_use]
    pub fn holds(&self, keys: &KeyRing) -> bool {
        is_signed(keys, &self.canonical(), &self.mac)
    }

    fn canonical(&self) -> String {
        let purpose = "virtual-doctor/audit-checkpoint/v1";
        serde_json::json!([purpose, self.chain, self.sequence, self.hash, self.count, self.at]).to_string()
    }
}

/// Goes along a chain row by row and says what is wrong with it.
pub struct Examination<'a> {
    keys: &'a KeyRing,
    /// Hash by place, from the checkpoints.
    checkpoints: LiteMap<i64, String>,
    expected: i64,
    /// Hash of the row before; `None` behind a gap, where nobody knows it any more.
    previous: Option<String>,
    suspects: Vec<(Row, i64)>,
    hashes: Vec<String>,
    /// Rows seen so far.
    pub checked: u64,
    problems: Vec<Problem>,
}

impl<'a> Examination<'a> {
    /// Begins at the first row. A checkpoint that does not hold is a problem by itself.
    #[must_use]
    pub fn begin(keys: &'a KeyRing, chain: &str, checkpoints: Vec<(i64, Option<Checkpoint>)>) -> Self {
        let mut examination = Self {
            keys,
            checkpoints: LiteMap::new(),
            expected: 1,
            previous: Some(String::new()),
            suspects: Vec::new(),
            hashes: Vec::new(),
            checked: 0,
            problems: Vec::new(),
        };
        for (sequence, checkpoint) in checkpoints {
            match checkpoint.filter(|found| found.chain == chain && found.sequence == sequence && found.holds(keys)) {
                Some(good) => drop(examination.checkpoints.insert(sequence, good.hash)),
                None => examination.tell(ProblemKind::Changed, Some(sequence)),
            }
        }
        examination
    }

    /// The next row by its place.
    pub fn take(&mut self, row: Row) {
        let Some(sequence) = row.sequence else { return };
        self.checked += 1;
        if sequence < self.expected {
            self.tell(ProblemKind::Reordered, Some(sequence));
            return;
        }
        for missing in self.expected..sequence.min(self.expected + i64::try_from(MOST_PROBLEMS).unwrap_or(100)) {
            self.tell(ProblemKind::Removed, Some(missing));
        }
        if sequence > self.expected {
            self.previous = None;
        }
        if let Some(known) = self.checkpoints.remove(&sequence)
            && row.hash.as_ref() != Some(&known)
        {
            // The chain was cut off before this place and has grown again.
            self.tell(ProblemKind::Truncated, Some(sequence));
        }
        let right = self.previous.as_deref().is_none_or(|previous| holds(self.keys, &row, sequence, previous));
        let hash = row.hash.clone();
        if !right {
            self.hashes.extend(self.previous.take());
            self.hashes.extend(hash.clone());
            self.suspects.push((row, sequence));
        }
        self.previous = hash;
        self.expected = sequence + 1;
    }

    /// At the last row: whether the chain ends where it should, and all problems by place.
    #[must_use]
    pub fn finish(mut self, head: Option<&Head>) -> Vec<Problem> {
        let last = self.expected - 1;
        let longest = self.checkpoints.keys().copied().filter(|sequence| *sequence > last).max();
        let head_is_wrong = match head {
            Some(head) => head.sequence != last || self.previous.as_ref().is_some_and(|hash| *hash != head.hash),
            None => last > 0,
        };
        if longest.is_some() || head_is_wrong {
            self.tell(ProblemKind::Truncated, Some(last + 1));
        }
        self.judge_suspects();
        self.problems.sort_by_key(|problem| (problem.sequence, problem.kind));
        self.problems.dedup();
        self.problems
    }

    /// A row whose hash does not fit: it stood elsewhere, stands behind such a one, or was changed.
    fn judge_suspects(&mut self) {
        let suspects = std::mem::take(&mut self.suspects);
        let places: Vec<i64> = suspects.iter().take(MOST_SUSPECTS).map(|(_, sequence)| *sequence).collect();
        let mut hashes: Vec<String> = self.hashes.iter().take(2 * MOST_SUSPECTS).cloned().collect();
        hashes.push(String::new());
        for (at, (row, sequence)) in suspects.iter().enumerate() {
            let fits = |place: i64| hashes.iter().any(|previous| holds(self.keys, row, place, previous));
            let among = at < MOST_SUSPECTS;
            if among && fits(*sequence) {
                continue;
            }
            let kind = match &row.hash {
                None => ProblemKind::Unsealed,
                Some(_) if among && places.iter().any(|place| fits(*place)) => ProblemKind::Reordered,
                Some(_) => ProblemKind::Changed,
            };
            self.tell(kind, Some(*sequence));
        }
    }

    fn tell(&mut self, kind: ProblemKind, sequence: Option<i64>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem { kind, sequence });
        }
    }
}
