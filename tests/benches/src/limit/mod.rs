//! The limit: the primitives that an operation cannot do without, one after the other, and nothing else.
//!
//! Each comes from the fastest well-kept implementation. Keys are parsed before, buffers are used again, no
//! document is looked up and nothing is checked but tags and signatures. What is written is an envelope that
//! anybody can unpack, so that nothing is left out.

pub mod agreement;
pub mod content;
mod decrypt;
mod encrypt;
mod peer;
mod plaintext;
pub mod signature;

use base64_simd::URL_SAFE_NO_PAD;

use crate::fixture::{Description, Fixture, Kind};
use crate::serve::Task;

/// The limit of an operation.
pub fn prepare(fixture: &Fixture, description: &Description) -> Option<Box<dyn Task>> {
    Some(match description.kind {
        Kind::Pack => Box::new(encrypt::Pack::new(fixture, description)),
        Kind::Wrap => Box::new(encrypt::Wrap::new(fixture, description)),
        Kind::Unpack => Box::new(decrypt::Unpack::new(fixture, description)),
        Kind::Sign => Box::new(signature::Sign::new(fixture, description)),
        Kind::Verify => Box::new(signature::Verify::new(fixture, description)),
        Kind::Create => Box::new(peer::Create::default()),
        Kind::Resolve => Box::new(peer::Resolve::new(description)),
    })
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode_to_vec(text).unwrap()
}

fn encode(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}
