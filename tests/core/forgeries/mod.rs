//! Messages that break one rule of trust each, and are refused with the expected error.

mod addressing;
mod envelope;
mod flipped;
mod headers;
mod jws;
mod keys;
mod plaintext;
mod reasons;
mod rotation;

use pydidcomm::error::{Claim, Error};
use serde_json::{Value, json};

use super::forge::{Jwe, anoncrypt, authcrypt};
use super::parties::{ALICE, ALICE_KEY, BOB, BOB_1, BOB_SORTED};
use super::world::{World, plaintext};

/// The plaintext of Alice's message to Bob.
fn hello() -> String {
    plaintext(json!({"from": ALICE, "to": [BOB]}))
}

/// A valid authcrypt from Alice to all keys of Bob, not sealed yet.
fn from_alice() -> Jwe {
    authcrypt(hello(), ALICE_KEY, &BOB_SORTED)
}

/// A valid anoncrypt to all keys of Bob, not sealed yet.
fn anonymous() -> Jwe {
    anoncrypt(hello(), &BOB_SORTED)
}

/// The layer under test, inside anoncrypt to one key of Bob.
fn wrapped(inner: impl ToString) -> Value {
    anoncrypt(inner.to_string(), &[BOB_1]).seal()
}

fn refusal(packed: impl ToString) -> Error {
    World::new().refusal(packed)
}

fn accepts(packed: impl ToString) {
    let packed = packed.to_string();
    if let Err(error) = World::new().unpack(&packed) {
        panic!("{packed} was refused: {error}");
    }
}

#[track_caller]
fn assert_untrusted(error: &Error, expected: Claim, expected_kid: Option<&str>) {
    match error {
        Error::Untrusted { claim, kid, .. } => {
            assert_eq!((*claim, kid.as_deref()), (expected, expected_kid), "{error}");
        }
        other => panic!("{other}"),
    }
}

#[track_caller]
fn assert_malformed(error: &Error, expected: &str) {
    match error {
        Error::Malformed { part, .. } => assert_eq!(*part, expected, "{error}"),
        other => panic!("not malformed but: {other}"),
    }
}

#[track_caller]
fn assert_unsupported(error: &Error, expected: &str) {
    match error {
        Error::Unsupported { what, .. } => assert_eq!(*what, expected, "{error}"),
        other => panic!("not unsupported but: {other}"),
    }
}
