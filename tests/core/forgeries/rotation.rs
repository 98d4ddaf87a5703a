//! DID rotation: its sender, audience, signer and time.

use pydidcomm::error::{Claim, Error};
use serde_json::{Value, json};

use super::{accepts, assert_malformed, assert_unsupported, assert_untrusted, refusal};
use crate::forge::{anoncrypt, authcrypt, jwt, signed};
use crate::parties::{
    ALICE, ALICE_2, ALICE_2_KEY, ALICE_2_SIGNS, ALICE_ASSERTS, ALICE_KEY, ALICE_SIGNS, BOB, BOB_SORTED,
    MALLORY, MALLORY_KEY, MALLORY_SIGNS, document, key_not_found, no_key_but,
};
use crate::world::{NOW, World, plaintext};

fn header() -> Value {
    json!({"typ": "JWT", "alg": "EdDSA", "kid": ALICE_SIGNS})
}

fn claims() -> Value {
    json!({"iss": ALICE, "sub": ALICE_2, "iat": NOW})
}

/// `value` with this member replaced; null removes it.
fn with(mut value: Value, name: &str, member: impl Into<Value>) -> Value {
    match member.into() {
        Value::Null => drop(value.as_object_mut().unwrap().shift_remove(name)),
        member => value[name] = member,
    }
    value
}

fn announcement(token: impl Into<Value>) -> String {
    plaintext(json!({"from": ALICE_2, "to": [BOB], "from_prior": token.into()}))
}

/// The announcement from Alice's new DID to Bob, in authcrypt.
fn sent(token: impl Into<Value>) -> Value {
    authcrypt(announcement(token), ALICE_2_KEY, &BOB_SORTED).seal()
}

/// A message that ends the relationship.
fn ended(members: Value, token: &str) -> Value {
    let text = plaintext(with(with(members, "to", json!([BOB])), "from_prior", token));
    anoncrypt(text, &BOB_SORTED).seal()
}

// ROT-11, ROT-15
#[test]
fn an_honest_rotation_is_reported_every_time_it_arrives() {
    let token = jwt(&header(), &claims(), ALICE_SIGNS);
    for _ in 0..2 {
        for packed in [sent(token.clone()), anoncrypt(announcement(token.clone()), &BOB_SORTED).seal()] {
            let unpacked = World::new().unpack(packed).unwrap();
            let rotation = unpacked.rotation().unwrap();
            assert_eq!(rotation.issuer_kid().as_str(), ALICE_SIGNS);
            assert_eq!(rotation.jwt(), token);
        }
    }
}

// ROT-01, ROT-19
#[test]
fn a_rotation_that_is_not_encrypted_is_refused() {
    let token = jwt(&header(), &claims(), ALICE_SIGNS);
    let text = announcement(token);
    for packed in [text.clone(), signed(&text, ALICE_2_SIGNS).to_string()] {
        assert_untrusted(&refusal(packed), Claim::RotationEncrypted, None);
    }
    let token = jwt(&header(), &with(claims(), "sub", Value::Null), ALICE_SIGNS);
    let text = plaintext(json!({"to": [BOB], "from_prior": token}));
    assert_untrusted(&refusal(text), Claim::RotationEncrypted, None);
    accepts(
        anoncrypt(
            signed(&announcement(jwt(&header(), &claims(), ALICE_SIGNS)), ALICE_2_SIGNS).to_string(),
            &BOB_SORTED,
        )
        .seal(),
    );
}

// ROT-03
#[test]
fn from_prior_is_a_compact_jwt() {
    for token in [json!({"iss": ALICE}), json!(7), json!([])] {
        assert_malformed(&refusal(sent(token)), "message.from_prior");
    }
    let good = jwt(&header(), &claims(), ALICE_SIGNS);
    let (two, _) = good.rsplit_once('.').unwrap();
    for token in ["", "x", "..", two, &format!("{good}.AA"), &format!("{good}="), &format!(" {good}")] {
        assert!(matches!(refusal(sent(token)), Error::Malformed { .. }), "{token}");
    }
    assert_malformed(&refusal(sent(signed(&claims().to_string(), ALICE_SIGNS))), "message.from_prior");
}

// ROT-04
#[test]
fn claims_of_another_form_are_malformed() {
    for (name, value) in [
        ("iss", Value::Null),
        ("iss", json!(7)),
        ("sub", json!([ALICE_2])),
        ("iat", json!("now")),
        ("exp", json!("never")),
    ] {
        let token = jwt(&header(), &with(claims(), name, value), ALICE_SIGNS);
        assert_malformed(&refusal(sent(token)), &format!("from_prior.{name}"));
    }
    for (name, value) in
        [("iss", "alice"), ("iss", ALICE_SIGNS), ("sub", "alice2"), ("sub", ALICE_2_KEY), ("sub", ALICE)]
    {
        let token = jwt(&header(), &with(claims(), name, value), ALICE_SIGNS);
        assert!(matches!(refusal(sent(token)), Error::Malformed { .. }), "{name} {value}");
    }
}

// ROT-05
#[test]
fn a_rotation_without_a_signature_is_refused() {
    for alg in ["none", "HS256", "RS256", ""] {
        let token = jwt(&with(header(), "alg", alg), &claims(), ALICE_SIGNS);
        assert_unsupported(&refusal(sent(token.clone())), "signature algorithm");
        let (bare, _) = token.rsplit_once('.').unwrap();
        assert_unsupported(&refusal(sent(format!("{bare}."))), "signature algorithm");
    }
    let token = jwt(&with(header(), "crit", json!(["x"])), &claims(), ALICE_SIGNS);
    assert_unsupported(&refusal(sent(token)), "critical header extension");
}

// ROT-06
#[test]
fn the_header_of_a_rotation_has_typ_alg_and_kid() {
    for (name, value) in [("kid", Value::Null), ("alg", Value::Null), ("kid", json!(7))] {
        assert_malformed(
            &refusal(sent(jwt(&with(header(), name, value), &claims(), ALICE_SIGNS))),
            "from_prior.header",
        );
    }
    for kid in [ALICE, "#sign-1", "sign-1", ""] {
        assert_malformed(
            &refusal(sent(jwt(&with(header(), "kid", kid), &claims(), ALICE_SIGNS))),
            "from_prior.header.kid",
        );
    }
    let token = jwt(&with(header(), "typ", "JWM"), &claims(), ALICE_SIGNS);
    assert_malformed(&refusal(sent(token)), "from_prior.header.typ");
    accepts(sent(jwt(&with(header(), "typ", Value::Null), &claims(), ALICE_SIGNS)));
}

// ROT-07
#[test]
fn a_rotation_by_an_unauthorised_key_is_refused() {
    let not_found = |kid: &str| key_not_found(kid, "authentication");
    for kid in [ALICE_ASSERTS, ALICE_KEY, "did:example:alice#nowhere"] {
        assert_eq!(refusal(sent(jwt(&with(header(), "kid", kid), &claims(), kid))), not_found(kid));
    }
    let token = jwt(&header(), &claims(), ALICE_SIGNS);
    let revoked = document(ALICE, &[("keyAgreement", &["agree-1"])]);
    let none = no_key_but(ALICE_SIGNS, "authentication", vec![]);
    assert_eq!(World::new().with_document(revoked).refusal(sent(token.clone())), none);
    let error = World::new().without(ALICE).refusal(sent(token));
    assert_eq!(error, Error::DidNotFound { did: ALICE.into() });
}

// ROT-04, ROT-07
#[test]
fn a_rotation_with_an_invalid_or_foreign_signature_is_refused() {
    assert_eq!(refusal(sent(jwt(&header(), &claims(), MALLORY_SIGNS))), Error::InvalidSignature);
    let good = jwt(&header(), &claims(), ALICE_SIGNS);
    let other = jwt(&header(), &with(claims(), "iat", NOW - 1), ALICE_SIGNS);
    let (signed, _) = good.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    assert_eq!(refusal(sent(format!("{signed}.{signature}"))), Error::InvalidSignature);
    assert_eq!(refusal(sent(format!("{signed}."))), Error::InvalidSignature);
}

// ROT-08
#[test]
fn a_rotation_of_the_did_of_another_party_is_refused() {
    let forged = |claims: &Value| jwt(&with(header(), "kid", MALLORY_SIGNS), claims, MALLORY_SIGNS);
    let text = |token| plaintext(json!({"from": MALLORY, "to": [BOB], "from_prior": token}));
    let token = forged(&json!({"iss": ALICE, "sub": MALLORY, "iat": NOW}));
    let packed = authcrypt(text(token), MALLORY_KEY, &BOB_SORTED).seal();
    let expected = Error::Untrusted {
        claim: Claim::RotationIssuer,
        kid: Some(MALLORY_SIGNS.into()),
        did: Some(ALICE.into()),
    };
    assert_eq!(refusal(packed), expected);
    assert_untrusted(&refusal(sent(forged(&claims()))), Claim::RotationIssuer, Some(MALLORY_SIGNS));
}

// ROT-02, ROT-09
#[test]
fn a_rotation_to_another_did_than_the_sender_is_refused() {
    let token = jwt(&header(), &with(claims(), "sub", "did:example:alice3"), ALICE_SIGNS);
    assert_untrusted(&refusal(sent(token)), Claim::RotationSubject, Some(ALICE_SIGNS));
    // Alice's announcement does not make Mallory her new DID
    let token = jwt(&header(), &claims(), ALICE_SIGNS);
    let stolen = plaintext(json!({"from": MALLORY, "to": [BOB], "from_prior": token}));
    let error = refusal(authcrypt(&stolen, MALLORY_KEY, &BOB_SORTED).seal());
    assert_untrusted(&error, Claim::RotationSubject, Some(ALICE_SIGNS));
    let error = refusal(authcrypt(announcement(token), ALICE_KEY, &BOB_SORTED).seal());
    assert_untrusted(&error, Claim::Sender, Some(ALICE_KEY));
}

// ROT-16
#[test]
fn a_crv_in_the_header_is_ignored() {
    for crv in [json!("ED25519"), json!("Ed25519"), json!("P-256"), Value::Null] {
        accepts(sent(jwt(&with(header(), "crv", crv), &claims(), ALICE_SIGNS)));
    }
}

// ROT-18
#[test]
fn a_rotation_without_a_new_did_ends_the_relationship() {
    let token = jwt(&header(), &with(claims(), "sub", Value::Null), ALICE_SIGNS);
    let unpacked = World::new().unpack(ended(json!({}), &token)).unwrap();
    assert_eq!(unpacked.rotation().unwrap().issuer_kid().as_str(), ALICE_SIGNS);
    assert!(unpacked.message().from().is_none() && unpacked.sender().is_none());
}

// ROT-19
#[test]
fn an_end_in_a_message_with_a_sender_is_refused() {
    let ending = jwt(&header(), &with(claims(), "sub", Value::Null), ALICE_SIGNS);
    for from in [ALICE, ALICE_2] {
        assert_untrusted(
            &refusal(ended(json!({"from": from}), &ending)),
            Claim::RotationSubject,
            Some(ALICE_SIGNS),
        );
    }
    assert_untrusted(&refusal(sent(ending.clone())), Claim::RotationSubject, Some(ALICE_SIGNS));
    let nameless = plaintext(json!({"to": [BOB], "from_prior": ending}));
    let error = refusal(authcrypt(&nameless, ALICE_KEY, &BOB_SORTED).seal());
    assert_untrusted(&error, Claim::Sender, Some(ALICE_KEY));
    let moving = jwt(&header(), &claims(), ALICE_SIGNS);
    assert_untrusted(&refusal(ended(json!({}), &moving)), Claim::RotationSubject, Some(ALICE_SIGNS));
}

// ROT-05: forms that RFC 7519 allows, and generic JWT libraries write
#[test]
fn dates_with_a_fraction_and_several_audiences_are_read() {
    for (name, value) in [
        ("iat", json!(1_500_000_000.5)),
        ("iat", json!(1_500_000_000.0)),
        ("aud", json!([BOB, MALLORY])),
        ("aud", json!(BOB)),
    ] {
        accepts(sent(jwt(&header(), &with(claims(), name, value), ALICE_SIGNS)));
    }
    for (name, value) in
        [("iat", json!(-1)), ("exp", json!(1e300)), ("nbf", json!("soon")), ("aud", json!(1))]
    {
        let error = refusal(sent(jwt(&header(), &with(claims(), name, value), ALICE_SIGNS)));
        assert_malformed(&error, &format!("from_prior.{name}"));
    }
}

// ROT-20
#[test]
fn a_rotation_outside_its_time_is_refused() {
    let dated = |name: &str, time: u64| sent(jwt(&header(), &with(claims(), name, time), ALICE_SIGNS));
    for (name, time) in [
        ("exp", NOW - 3600),
        ("exp", 0),
        ("nbf", NOW + 3600),
        ("iat", NOW + 3600),
        ("iat", NOW * 1000),
        ("nbf", u64::MAX),
    ] {
        assert_untrusted(&refusal(dated(name, time)), Claim::RotationTime, Some(ALICE_SIGNS));
    }
    for (name, time) in [("exp", NOW + 1), ("exp", u64::MAX), ("nbf", NOW), ("iat", 0), ("iat", NOW + 60)] {
        accepts(dated(name, time));
    }
}

// ROT-23
#[test]
fn a_token_without_iat_is_refused() {
    let undated = with(claims(), "iat", Value::Null);
    let error = refusal(sent(jwt(&header(), &undated, ALICE_SIGNS)));
    assert_malformed(&error, "from_prior.iat");
    let ending = jwt(&header(), &with(undated, "sub", Value::Null), ALICE_SIGNS);
    assert_malformed(&refusal(ended(json!({}), &ending)), "from_prior.iat");
}

// ROT-21
#[test]
fn an_audience_without_the_recipient_is_refused() {
    for audience in [json!(MALLORY), json!([MALLORY, ALICE]), json!([]), json!("")] {
        let error = refusal(sent(jwt(&header(), &with(claims(), "aud", audience), ALICE_SIGNS)));
        assert_untrusted(&error, Claim::RotationAudience, Some(ALICE_SIGNS));
    }
}

// ROT-24
#[test]
fn an_end_that_is_older_than_the_limit_is_refused() {
    let dated = |time: u64| {
        let ending = with(with(claims(), "sub", Value::Null), "iat", time);
        ended(json!({}), &jwt(&header(), &ending, ALICE_SIGNS))
    };
    let month = 30 * 24 * 60 * 60;
    accepts(dated(NOW - month));
    assert_untrusted(&refusal(dated(NOW - month - 301)), Claim::RotationTime, Some(ALICE_SIGNS));
}
