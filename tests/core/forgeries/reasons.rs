//! Errors of unreadable messages: they contain the position of the fault, and no content.

use pydidcomm::error::Error;
use serde_json::json;

use super::{from_alice, refusal};
use crate::forge::encode;
use crate::world::World;

/// The malformed part, and the reason.
fn malformed_part(packed: impl ToString) -> (&'static str, String) {
    match refusal(packed) {
        Error::Malformed { part, reason } => (part, reason),
        other => panic!("{other}"),
    }
}

/// An envelope with this text as its protected header.
fn with_header(header: &str) -> String {
    let mut jwe = from_alice().seal();
    jwe["protected"] = json!(encode(header));
    jwe.to_string()
}

#[test]
fn an_error_for_invalid_json_contains_its_position() {
    let (part, reason) = malformed_part("{\"secret\":\n  oops}");
    assert_eq!((part, reason.as_str()), ("message", "not JSON (byte 14)"));
}

#[test]
fn the_compact_serialisation_is_distinguished_from_other_text_with_dots() {
    let compact = "must be a JSON object, got the compact serialization of JOSE";
    let is_compact = |text: &str| malformed_part(text).1 == compact;
    for text in ["e30.e30.AA", "e30..AA", "e30.AA.AA.AA.AA", "a-b_.c.D9"] {
        assert!(is_compact(text), "{text}");
    }
    for text in ["e30", "e30.AA", "a.b.c.d", "a.b.c.d.e.f", "a.b.c ", "a.b.{}", "..é"] {
        assert!(!is_compact(text), "{text}");
    }
}

#[test]
fn an_error_for_a_header_names_the_missing_member_and_no_value() {
    let (part, reason) = malformed_part(with_header("{}"));
    assert_eq!(part, "jwe.protected");
    assert_eq!(reason, "`alg` is missing");
    let (part, reason) = malformed_part(with_header("{\"alg\": 7}"));
    assert_eq!((part, reason.as_str()), ("jwe.protected", "`alg` must be a string, got a number (byte 9)"));
    let secret = "{\"alg\":\"ECDH-1PU+A256KW\",\"enc\":\"A256CBC-HS512\",\"epk\":\"s3cret\"}";
    for text in [secret.to_owned(), "s3cret".to_owned(), secret.replace("epk", "alg")] {
        let error = World::new().refusal(with_header(&text));
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
