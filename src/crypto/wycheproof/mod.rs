//! Project Wycheproof: attacks and corner cases that broken implementations of these primitives have fallen for.

mod agreement;
mod content;
mod key_wrap;
mod signature;

/// Says which test of a set went wrong.
fn place(set: &str, id: usize, comment: &str) -> String {
    format!("{set}, test {id}: {comment}")
}
