//! A DID rotation and the end of a relationship, packed and unpacked.

use pydidcomm::did::DidUrl;
use pydidcomm::error::{Error, Result};
use pydidcomm::message::{Audience, FromPrior};
use pydidcomm::message::{FromPriorHeader, Message};
use pydidcomm::pack::{self, EncryptOptions, Packed};
use serde_json::{Value, json};

use super::forge::{decode, decode_json, open};
use super::parties::{
    ALICE, ALICE_2, ALICE_2_KEY, ALICE_ASSERTS, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, MALLORY, MALLORY_SIGNS,
    key_not_found, signing_key,
};
use super::roundtrip::parse;
use super::world::{NOW, World, from, message, misused};

fn claims(sub: Option<&str>) -> FromPrior {
    FromPrior {
        iss: ALICE.to_owned(),
        sub: sub.map(str::to_owned),
        aud: None,
        exp: None,
        nbf: None,
        iat: None,
        jti: None,
    }
}

fn rotating(members: Value, claims: FromPrior) -> Message {
    message(members).with_from_prior(claims)
}

fn announcement(claims: FromPrior) -> Message {
    rotating(json!({"from": ALICE_2, "to": [BOB]}), claims)
}

fn encrypt(message: &Message, options: &EncryptOptions) -> Result<Packed> {
    World::new().encrypt(message, BOB, options)
}

/// The parts of a token: header, claims, and whether the key of `kid` signed it.
fn token(jwt: &Value, kid: &str) -> (Value, Value) {
    let text = jwt.as_str().unwrap();
    let parts: Vec<_> = text.split('.').map(Value::from).collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("{text}") };
    let (input, _) = text.rsplit_once('.').unwrap();
    assert!(signing_key(kid).verify_signature(input.as_bytes(), &decode(signature)));
    (decode_json(header), decode_json(claims))
}

// ROT-02, ROT-03, ROT-04, ROT-05, ROT-06, ROT-11
#[test]
fn a_rotation_is_a_signed_jwt_in_a_message_from_the_new_did() {
    let packed = encrypt(&announcement(claims(Some(ALICE_2))), &from(ALICE_2)).unwrap();
    assert_eq!(packed.from_prior_issuer_kid.as_ref().unwrap().as_str(), ALICE_SIGNS);
    assert_eq!(packed.envelope.from_kid.as_ref().unwrap().as_str(), ALICE_2_KEY);
    let plaintext = parse(&open(&parse(&packed.envelope.text), BOB_1, Some(ALICE_2_KEY)));
    let (header, signed) = token(&plaintext["from_prior"], ALICE_SIGNS);
    assert_eq!(header, json!({"typ": "JWT", "alg": "EdDSA", "kid": ALICE_SIGNS}));
    assert_eq!(signed, json!({"iss": ALICE, "sub": ALICE_2, "iat": NOW}));
    let unpacked = World::new().unpack(&packed.envelope.text).unwrap();
    let rotation = unpacked.rotation().unwrap();
    assert_eq!(rotation.issuer_kid().as_str(), ALICE_SIGNS);
    assert_eq!(rotation.jwt(), plaintext["from_prior"].as_str().unwrap());
    let with_time = FromPrior { iat: Some(NOW), ..claims(Some(ALICE_2)) };
    let verified = FromPriorHeader::Verified(with_time, rotation.jwt().to_owned());
    assert_eq!(unpacked.message().from_prior(), Some(&verified));
}

// ROT-10
#[test]
fn the_time_and_other_claims_of_a_rotation_are_preserved() {
    let full = FromPrior {
        aud: Some(Audience::One(BOB.to_owned())),
        exp: Some(NOW + 60),
        nbf: Some(NOW - 60),
        iat: Some(NOW - 86_400),
        jti: Some("j-1".to_owned()),
        ..claims(Some(ALICE_2))
    };
    for seed in 0..2 {
        let world = World::new().seeded(seed);
        let packed = world.encrypt(&announcement(full.clone()), BOB, &from(ALICE_2)).unwrap();
        let unpacked = world.unpack(&packed.envelope.text).unwrap();
        let Some(FromPriorHeader::Verified(verified, _)) = unpacked.message().from_prior() else { panic!() };
        assert_eq!(*verified, full);
    }
}

// ROT-18, ROT-19
#[test]
fn an_end_has_neither_sub_nor_from_and_is_anoncrypted() {
    let packed = encrypt(&rotating(json!({"to": [BOB]}), claims(None)), &EncryptOptions::default()).unwrap();
    assert_eq!((&packed.envelope.from_kid, &packed.sign_from_kid), (&None, &None));
    let plaintext = parse(&open(&parse(&packed.envelope.text), BOB_1, None));
    assert!(plaintext.get("from").is_none());
    let (_, signed) = token(&plaintext["from_prior"], ALICE_SIGNS);
    assert_eq!(signed, json!({"iss": ALICE, "iat": NOW}));
    let unpacked = World::new().unpack(&packed.envelope.text).unwrap();
    assert_eq!(unpacked.rotation().unwrap().issuer_kid().as_str(), ALICE_SIGNS);
    let Some(FromPriorHeader::Verified(verified, _)) = unpacked.message().from_prior() else { panic!() };
    assert_eq!(*verified, FromPrior { iat: Some(NOW), ..claims(None) });
}

// ROT-01
#[test]
fn a_rotation_is_not_packed_without_encryption() {
    let message = announcement(claims(Some(ALICE_2)));
    misused(pack::pack_plaintext(&message));
    misused(World::new().sign(&message, ALICE_2));
}

// ROT-02, ROT-09, ROT-19, ADR-10
#[test]
fn a_rotation_that_contradicts_its_message_is_not_packed() {
    let to_new = claims(Some(ALICE_2));
    let anonymous = EncryptOptions::default();
    misused(encrypt(&announcement(to_new.clone()), &from(ALICE)));
    misused(encrypt(&rotating(json!({"from": ALICE}), to_new.clone()), &from(ALICE)));
    misused(encrypt(&announcement(claims(Some("did:example:alice3"))), &from(ALICE_2)));
    misused(encrypt(&rotating(json!({}), to_new), &anonymous));
    misused(encrypt(&announcement(claims(None)), &anonymous));
    misused(encrypt(&rotating(json!({}), claims(None)), &from(ALICE_2)));
    misused(encrypt(&rotating(json!({"from": ALICE}), claims(Some(ALICE))), &from(ALICE)));
    let odd = FromPrior { iss: ALICE_KEY.to_owned(), ..claims(Some(ALICE_2)) };
    misused(encrypt(&announcement(odd), &from(ALICE_2)));
    let token = json!({"from": ALICE_2, "from_prior": "a.b.c"});
    misused(encrypt(&message(token), &from(ALICE_2)));
}

// ROT-04, ROT-07, ROT-08
#[test]
fn only_a_key_that_the_prior_did_authorises_signs_its_rotation() {
    let by = |kid: &str| {
        let issuer = Some(DidUrl::parse(kid).unwrap());
        let options = EncryptOptions { from_prior_issuer_kid: issuer, ..from(ALICE_2) };
        encrypt(&announcement(claims(Some(ALICE_2))), &options)
    };
    assert_eq!(by(ALICE_SIGNS).unwrap().from_prior_issuer_kid.unwrap().as_str(), ALICE_SIGNS);
    misused(by(MALLORY_SIGNS));
    for kid in [ALICE_ASSERTS, ALICE_KEY] {
        assert_eq!(by(kid).err(), Some(key_not_found(kid, "authentication")));
    }
    let unheld = FromPrior { iss: MALLORY.to_owned(), ..claims(Some(ALICE_2)) };
    let world = World::new().holding(&[ALICE_2_KEY]);
    let error = world.encrypt(&announcement(unheld), BOB, &from(ALICE_2)).err();
    assert_eq!(error, Some(Error::SecretNotFound { kids: vec![MALLORY_SIGNS.into()] }));
}
