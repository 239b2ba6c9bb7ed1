//! A quick hash for the tables of the lexicon. Their keys come with the service, never from a caller,
//! so nobody can choose them to collide.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map hashed by [`Quick`].
pub(super) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<Quick>>;

/// FNV-1a over bytes, a multiplication for whole numbers.
#[derive(Debug, Default)]
pub(super) struct Quick(u64);

const PRIME: u64 = 0x0000_0100_0000_01b3;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(value)).wrapping_mul(SPREAD);
    }

    fn finish(&self) -> u64 {
        // The table takes the place from the low bits and a tag from the high ones.
        self.0 ^ self.0 >> 32
    }
}
