//! Project Wycheproof: known attacks and corner cases of these primitives.

mod agreement;
mod content;
mod key_wrap;
mod signature;

/// Names a test of a set, for the message of a failure.
fn place(set: &str, id: usize, comment: &str) -> String {
    format!("{set}, test {id}: {comment}")
}
