//! The protected header: algorithms, required members, and members that must not be in other headers.

use pydidcomm::error::{Claim, Error};
use pydidcomm::unpack::UnpackOptions;
use serde_json::{Value, json};

use super::{accepts, anonymous, assert_malformed, assert_unsupported, from_alice, refusal};
use crate::forge::epk;
use crate::world::World;

// ENC-04, ALG-10
#[test]
fn key_agreement_outside_of_the_profile_is_refused() {
    for alg in [
        "ECDH-ES",
        "ECDH-ES+A128KW",
        "ECDH-ES+A192KW",
        "ECDH-1PU",
        "ECDH-1PU+A128KW",
        "RSA-OAEP",
        "RSA-OAEP-256",
        "dir",
        "none",
        "PBES2-HS512+A256KW",
        "ECDH-SS+A256KW",
        "ecdh-es+a256kw",
        "",
    ] {
        for jwe in [from_alice(), anonymous()] {
            assert_unsupported(&refusal(jwe.with("alg", alg).seal()), "key agreement");
        }
    }
}

// ALG-11
#[test]
fn content_encryption_outside_of_the_profile_is_refused() {
    for enc in ["A128GCM", "A192GCM", "A128CBC-HS256", "A192CBC-HS384", "C20P", "a256gcm", "none", ""] {
        for jwe in [from_alice(), anonymous()] {
            assert_unsupported(&refusal(jwe.with("enc", enc).seal()), "content encryption");
        }
    }
}

// ALG-08
#[test]
fn authcrypt_with_a_content_encryption_that_does_not_commit_is_refused() {
    for enc in ["A256GCM", "XC20P"] {
        accepts(anonymous().with("enc", enc).seal());
        let error = refusal(from_alice().with("enc", enc).seal());
        assert_unsupported(&error, "content encryption with ECDH-1PU");
    }
}

// JWE-03
#[test]
fn anoncrypt_without_apv_is_read_on_demand_and_authcrypt_never() {
    let options = UnpackOptions { accept_missing_apv: true, ..UnpackOptions::default() };
    let unpack = |jwe: Value| World::new().unpack_with(jwe, options.clone());
    assert!(unpack(anonymous().with("apv", Value::Null).seal()).unwrap().is_encrypted());
    assert_malformed(
        &unpack(from_alice().with("apv", Value::Null).seal()).err().unwrap(),
        "jwe.protected.apv",
    );
    let untrue = unpack(anonymous().with("apv", "AAAA").seal()).err().unwrap();
    assert!(matches!(untrue, Error::Untrusted { claim: Claim::Recipients, .. }), "{untrue}");
}

// JWE-03
#[test]
fn a_missing_member_of_the_protected_header_is_refused() {
    for name in ["alg", "enc", "epk", "apv", "apu"] {
        let error = refusal(from_alice().with(name, Value::Null).seal());
        assert!(
            matches!(error, Error::Malformed { part, .. } if part.starts_with("jwe.protected")),
            "{name}: {error}"
        );
    }
    for name in ["alg", "enc", "epk", "apv"] {
        let error = refusal(anonymous().with(name, Value::Null).seal());
        assert!(
            matches!(error, Error::Malformed { part, .. } if part.starts_with("jwe.protected")),
            "{name}: {error}"
        );
    }
    for (name, value) in [("alg", json!(1)), ("enc", json!([])), ("apv", json!({})), ("apu", json!(true))] {
        assert_malformed(&refusal(set(from_alice().seal(), name, &value)), "jwe.protected");
    }
}

/// The sealed message with another value in its header; the tag no longer fits.
fn set(mut jwe: Value, name: &str, value: &Value) -> Value {
    let mut header = crate::forge::decode_json(&jwe["protected"]);
    header[name] = value.clone();
    jwe["protected"] = json!(crate::forge::encode(header.to_string()));
    jwe
}

// JWE-03
#[test]
fn authcrypt_with_an_ephemeral_key_for_each_recipient_is_refused() {
    assert_malformed(&refusal(from_alice().with_epk_for_each().seal()), "jwe.protected.epk");
    let mut moved = from_alice().with("epk", Value::Null).seal();
    moved["recipients"][0]["header"]["epk"] = epk("did:example:ephemeral#1");
    assert_malformed(&refusal(moved), "jwe.protected.epk");
}

// JWE-02: no conforming sender writes this, but one peer does, and for ECDH-ES it is harmless
#[test]
fn anoncrypt_with_an_ephemeral_key_for_each_recipient_is_read() {
    let packed = anonymous().with_epk_for_each().seal();
    for kid in crate::parties::BOB_SORTED {
        assert!(World::new().holding(&[kid]).unpack(&packed).is_ok());
    }
    let mut lacking = packed;
    lacking["recipients"][2]["header"].as_object_mut().unwrap().shift_remove("epk");
    assert_malformed(&refusal(lacking), "jwe.protected.epk");
}

// JWE-03, JWE-23
#[test]
fn algorithm_headers_outside_the_protected_header_are_refused() {
    let protected = crate::forge::decode_json(&from_alice().seal()["protected"]);
    for name in ["alg", "enc", "epk", "apv", "apu"] {
        let mut moved = from_alice().with(name, Value::Null).seal();
        moved["unprotected"] = json!({name: protected[name]});
        assert!(protected[name] != Value::Null, "{name}");
        assert!(matches!(refusal(moved), Error::Malformed { .. }), "{name}");
    }
}

// JWE-10
#[test]
fn an_anonymous_sender_with_a_name_is_refused() {
    let named = crate::parties::ALICE_KEY;
    assert_malformed(&refusal(anonymous().with("skid", named).seal()), "jwe.protected");
    assert_malformed(&refusal(anonymous().with("apu", crate::forge::encode(named)).seal()), "jwe.protected");
}

// JWE-23
#[test]
fn a_name_in_two_headers_is_refused() {
    for name in ["alg", "enc", "epk", "apv", "skid", "typ"] {
        let mut twice = from_alice().seal();
        twice["recipients"][1]["header"][name] = json!("ECDH-1PU+A256KW");
        assert_malformed(&refusal(twice), "jwe.recipients.header");
        let mut twice = from_alice().seal();
        twice["unprotected"] = json!({name: "ECDH-1PU+A256KW"});
        assert_malformed(&refusal(twice), "jwe.unprotected");
    }
}

// JWE-23
#[test]
fn a_name_in_the_unprotected_header_and_in_that_of_a_recipient_is_refused() {
    let mut twice = from_alice().seal();
    twice["unprotected"] = json!({"kid": "did:example:bob#agree-1"});
    assert!(matches!(refusal(twice), Error::Malformed { .. }));
}

// JWE-23, JWE-30
#[test]
fn a_name_twice_in_one_header_is_refused() {
    for jwe in [from_alice(), anonymous()] {
        for name in ["alg", "enc", "epk", "apv"] {
            let twice = jwe.clone().with_header_text(|header| {
                let mut text = serde_json::to_string(header).unwrap();
                text.insert_str(1, &format!("\"{name}\":{},", header[name]));
                text
            });
            assert_malformed(&refusal(twice.seal()), "jwe.protected");
        }
    }
}

// JWE-23
#[test]
fn extensions_that_change_the_meaning_are_refused() {
    for jwe in [from_alice(), anonymous()] {
        for crit in [json!(["foo"]), json!(["exp"]), json!([]), json!("foo")] {
            let error = refusal(jwe.clone().with("crit", crit).with("foo", 1).seal());
            assert_unsupported(&error, "critical header extension");
        }
        assert_unsupported(&refusal(jwe.with("zip", "DEF").seal()), "compression");
    }
}

// JWE-24
#[test]
fn unknown_headers_are_ignored() {
    for jwe in [from_alice(), anonymous()] {
        let mut odd = jwe.with("foo", 1).with("cty", "JWM").with("kid", Value::Null).seal();
        odd["recipients"][0]["header"]["bar"] = json!({"x": 1});
        odd["unprotected"] = json!({"baz": []});
        odd["unknown"] = json!(7);
        accepts(odd);
    }
}

// MED-07, MED-08, MED-09, MED-10
#[test]
fn the_typ_of_an_envelope_may_be_short_odd_or_absent() {
    let typs = ["didcomm-encrypted+json", "application/didcomm+encrypted", "JWM"];
    for typ in typs.into_iter().map(Value::from).chain([Value::Null]) {
        accepts(from_alice().with("typ", typ.clone()).seal());
        accepts(anonymous().with("typ", typ).seal());
    }
}

// JWE-17
#[test]
fn the_header_is_authenticated_as_it_was_written() {
    for jwe in [from_alice(), anonymous()] {
        let odd = jwe.with_header_text(|header| {
            let members: Vec<_> =
                header.iter().rev().map(|(name, value)| format!("\t\"{name}\"  :\r\n {value} ")).collect();
            format!("\n {{ {} }}\n", members.join(",")).replace("typ", "\\u0074yp")
        });
        let packed = odd.seal();
        accepts(&packed);
        let text = String::from_utf8(crate::forge::decode(&packed["protected"])).unwrap();
        let tidied: Value = serde_json::from_str(&text).unwrap();
        for other in [tidied.to_string(), text.replacen('\t', " ", 1)] {
            let mut changed = packed.clone();
            changed["protected"] = json!(crate::forge::encode(other));
            assert_eq!(refusal(changed), Error::Decryption);
        }
    }
}
