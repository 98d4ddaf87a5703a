//! Envelopes that were changed after they were packed, unpacked with the keys of their recipients.

use super::honest::{self, ENVELOPES};
use super::mutation::{Mutation, Source};

/// A changed envelope is refused, or unpacks to its facts.
pub(crate) fn holds(data: &[u8]) {
    let mut source = Source::new(data);
    let mut text = source.choose(&ENVELOPES).clone();
    while let Some(mutation) = Mutation::draw(&mut source) {
        text = mutation.apply(text);
    }
    honest::unpack(&text);
}
