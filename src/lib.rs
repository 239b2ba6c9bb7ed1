//! x
#![expect(missing_docs)]
pub mod knowledge;
