//! Message layer addressing consistency: `from` and `to` must match the keys of the layers.

use pydidcomm::error::{Claim, Error};
use serde_json::{Value, json};

use super::{assert_malformed, assert_untrusted, from_alice, hello, refusal, wrapped};
use crate::forge::{anoncrypt, authcrypt, signed};
use crate::parties::{
    ALICE, ALICE_2, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, CAROL, CAROL_KEY, MALLORY, MALLORY_KEY,
    MALLORY_SIGNS,
};
use crate::world::{World, plaintext};

fn text(from: impl Into<Value>, to: impl Into<Value>) -> String {
    plaintext(json!({"from": from.into(), "to": to.into()}))
}

// REQ-02, ENV-07
#[test]
fn honest_messages_of_the_forge_are_accepted() {
    let unpacked = World::new().unpack(from_alice().seal()).unwrap();
    assert_eq!(unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
    let unpacked = World::new().unpack(wrapped(from_alice().seal())).unwrap();
    assert_eq!(unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
    for packed in [signed(&hello(), ALICE_SIGNS), wrapped(signed(&hello(), ALICE_SIGNS))] {
        let unpacked = World::new().unpack(packed).unwrap();
        assert_eq!(unpacked.signer().unwrap().kid().as_str(), ALICE_SIGNS);
    }
    let both = authcrypt(signed(&hello(), ALICE_SIGNS).to_string(), ALICE_KEY, &BOB_SORTED).seal();
    for packed in [wrapped(&both), both] {
        let unpacked = World::new().unpack(packed).unwrap();
        assert_eq!(unpacked.sender().unwrap().kid().as_str(), ALICE_KEY);
        assert_eq!(unpacked.signer().unwrap().kid().as_str(), ALICE_SIGNS);
    }
}

// ADR-01, ADR-04
#[test]
fn from_that_is_not_the_did_of_skid_is_refused() {
    let error = refusal(authcrypt(hello(), MALLORY_KEY, &BOB_SORTED).seal());
    let expected =
        Error::Untrusted { claim: Claim::Sender, kid: Some(MALLORY_KEY.into()), did: Some(ALICE.into()) };
    assert_eq!(error, expected);
}

// ADR-05
#[test]
fn from_and_skid_are_compared_by_their_whole_did() {
    for from in [ALICE, "did:example:alice?x=1", "did:example:alice/path"] {
        let packed = authcrypt(text(from, json!([BOB])), ALICE_KEY, &BOB_SORTED).seal();
        assert_eq!(World::new().unpack(packed).unwrap().sender().unwrap().kid().as_str(), ALICE_KEY);
    }
    for from in
        [ALICE_2, "did:example:alic", "did:example:ALICE", "did:example:alice:x", "did:example2:alice"]
    {
        let error = refusal(authcrypt(text(from, json!([BOB])), ALICE_KEY, &BOB_SORTED).seal());
        assert_untrusted(&error, Claim::Sender, Some(ALICE_KEY));
    }
    let error = refusal(authcrypt(text("DID:example:alice", json!([BOB])), ALICE_KEY, &BOB_SORTED).seal());
    assert_malformed(&error, "message.from");
}

// ADR-06, ROT-19
#[test]
fn authcrypt_without_from_is_refused() {
    let error = refusal(authcrypt(text(Value::Null, json!([BOB])), ALICE_KEY, &BOB_SORTED).seal());
    assert_eq!(error, Error::Untrusted { claim: Claim::Sender, kid: Some(ALICE_KEY.into()), did: None });
}

// ADR-02, ADR-05, MSG-09
#[test]
fn to_that_does_not_name_the_recipient_is_refused() {
    let misdirected = [json!([CAROL]), json!([]), json!(["did:example:bobby", "did:example:bo"])];
    for to in misdirected {
        for packed in [
            authcrypt(text(ALICE, to.clone()), ALICE_KEY, &BOB_SORTED).seal(),
            anoncrypt(text(ALICE, to.clone()), &BOB_SORTED).seal(),
        ] {
            let error = refusal(packed);
            let expected =
                Error::Untrusted { claim: Claim::Recipient, kid: Some(BOB_1.into()), did: Some(BOB.into()) };
            assert_eq!(error, expected);
        }
    }
}

// ADR-02, ADR-05, ADR-09
#[test]
fn to_may_name_others_too_or_be_absent() {
    for to in [json!([CAROL, BOB]), json!(["did:example:bob?x=1"]), Value::Null] {
        super::accepts(authcrypt(text(ALICE, to.clone()), ALICE_KEY, &BOB_SORTED).seal());
        super::accepts(anoncrypt(text(Value::Null, to), &BOB_SORTED).seal());
    }
}

// MSG-10
#[test]
fn an_unencrypted_message_may_be_addressed_to_others() {
    super::accepts(text(ALICE, json!([CAROL])));
    super::accepts(signed(&text(ALICE, json!([CAROL])), ALICE_SIGNS));
}

// ADR-03, ADR-05
#[test]
fn from_that_is_not_the_signer_is_refused_bare_and_encrypted() {
    let forged = signed(&hello(), MALLORY_SIGNS);
    for packed in [wrapped(&forged), forged] {
        assert_untrusted(&refusal(packed), Claim::Signer, Some(MALLORY_SIGNS));
    }
    let forged = signed(&text(ALICE_2, json!([BOB])), ALICE_SIGNS);
    assert_untrusted(&refusal(forged), Claim::Signer, Some(ALICE_SIGNS));
}

// ADR-07
#[test]
fn a_signed_message_without_from_is_refused() {
    let forged = signed(&text(Value::Null, json!([BOB])), ALICE_SIGNS);
    for packed in [wrapped(&forged), forged] {
        let error = refusal(packed);
        assert_eq!(
            error,
            Error::Untrusted { claim: Claim::Signer, kid: Some(ALICE_SIGNS.into()), did: None }
        );
    }
}

// ADR-01, ADR-08
#[test]
fn the_sender_is_checked_below_an_anoncrypt_layer() {
    let error = refusal(wrapped(authcrypt(hello(), MALLORY_KEY, &BOB_SORTED).seal()));
    assert_untrusted(&error, Claim::Sender, Some(MALLORY_KEY));
}

// ADR-02, ADR-08
#[test]
fn the_recipient_is_checked_above_a_signature() {
    let error = refusal(wrapped(signed(&text(ALICE, json!([CAROL])), ALICE_SIGNS)));
    assert_untrusted(&error, Claim::Recipient, Some(BOB_1));
}

// ADR-08
#[test]
fn two_encrypted_layers_for_two_recipients_are_refused() {
    let inner = authcrypt(text(ALICE, json!([BOB, CAROL])), ALICE_KEY, &[BOB_1]).seal().to_string();
    super::accepts(anoncrypt(&inner, &[BOB_1]).seal());
    let error = refusal(anoncrypt(&inner, &[CAROL_KEY]).seal());
    assert_untrusted(&error, Claim::Recipient, Some(CAROL_KEY));
}

// ENV-06, ADR-08
#[test]
fn authcrypt_by_one_around_a_signature_by_another_is_refused() {
    for (from, claim, kid) in [(ALICE, Claim::Signer, MALLORY_SIGNS), (MALLORY, Claim::Sender, ALICE_KEY)] {
        let inner = signed(&text(from, json!([BOB])), MALLORY_SIGNS).to_string();
        let layer = authcrypt(inner, ALICE_KEY, &BOB_SORTED).seal();
        for packed in [wrapped(&layer), layer] {
            assert_untrusted(&refusal(packed), claim, Some(kid));
        }
    }
}

// SIG-12
#[test]
fn a_signature_inside_of_encryption_has_to_say_to_whom() {
    let bare = signed(&text(ALICE, Value::Null), ALICE_SIGNS);
    assert!(matches!(&refusal(&bare), Error::Untrusted { claim: Claim::Recipient, kid: None, .. }));
    assert_untrusted(&refusal(wrapped(&bare)), Claim::Recipient, Some(BOB_1));
    let error = refusal(authcrypt(bare.to_string(), ALICE_KEY, &[BOB_1]).seal());
    assert_untrusted(&error, Claim::Recipient, Some(BOB_1));
}

// ENV-09, REQ-02
#[test]
fn from_without_a_proof_is_not_a_sender() {
    for packed in [anoncrypt(hello(), &BOB_SORTED).seal().to_string(), hello()] {
        let unpacked = World::new().unpack(packed).unwrap();
        assert_eq!(unpacked.message().from().unwrap().as_str(), ALICE);
        assert!(unpacked.sender().is_none() && unpacked.signer().is_none());
        assert_eq!(unpacked.proved_sender(), None);
    }
}
