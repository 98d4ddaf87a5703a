//! Every rule of trust, shown broken and refused for the right reason.

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

/// What Alice has to say to Bob, as text.
fn hello() -> String {
    plaintext(json!({"from": ALICE, "to": [BOB]}))
}

/// Alice's ordinary authcrypt to all keys of Bob, not yet sealed.
fn from_alice() -> Jwe {
    authcrypt(hello(), ALICE_KEY, &BOB_SORTED)
}

/// An ordinary anoncrypt to all keys of Bob, not yet sealed.
fn anonymous() -> Jwe {
    anoncrypt(hello(), &BOB_SORTED)
}

/// The same text anoncrypted to one key of Bob: a layer around what is inspected.
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
