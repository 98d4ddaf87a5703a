//! Metadata of messages in every form, and the operator's policy.

use pydidcomm::did::DidUrl;
use pydidcomm::error::{Demand, Error};
use pydidcomm::unpack::{Policy, Profile, ToMismatch, UnpackOptions, Unpacked, Warning};
use pydidcomm::{ContentEncryption, SignatureAlgorithm};
use serde_json::{Value, json};

use super::forge::{anoncrypt, authcrypt, signed};
use super::parties::{ALICE, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, CAROL, MALLORY};
use super::world::{NOW, World, plaintext};

/// Every nesting of layers, by name.
fn forms(text: &str) -> [(&'static str, String); 8] {
    let anonymous = |inner: &str| anoncrypt(inner, &[BOB_1]).seal().to_string();
    let from_alice = |inner: &str| authcrypt(inner, ALICE_KEY, &BOB_SORTED).seal().to_string();
    let signature = signed(text, ALICE_SIGNS).to_string();
    [
        ("plain", text.to_owned()),
        ("sign", signature.clone()),
        ("anon", anonymous(text)),
        ("auth", from_alice(text)),
        ("anon(sign)", anonymous(&signature)),
        ("anon(auth)", anonymous(&from_alice(text))),
        ("auth(sign)", from_alice(&signature)),
        ("anon(auth(sign))", anonymous(&from_alice(&signature))),
    ]
}

fn hello() -> String {
    plaintext(json!({"from": ALICE, "to": [BOB]}))
}

fn unpack(packed: &str, policy: Policy) -> Result<Unpacked, Error> {
    World::new().unpack_with(packed, UnpackOptions { policy, ..UnpackOptions::default() })
}

// ENV-07, ENV-11
#[test]
fn metadata_describes_every_form() {
    for (form, packed) in forms(&hello()) {
        let unpacked = World::new().unpack(&packed).unwrap();
        let (anon, auth, sign) = (form.contains("anon"), form.contains("auth"), form.contains("sign"));
        assert_eq!(unpacked.hides_sender(), anon, "{form}");
        assert_eq!(unpacked.is_encrypted(), anon || auth, "{form}");
        assert_eq!(
            unpacked.anoncrypt().map(ContentEncryption::name),
            anon.then_some("A256CBC-HS512"),
            "{form}"
        );
        assert_eq!(
            unpacked.authcrypt().map(ContentEncryption::name),
            auth.then_some("A256CBC-HS512"),
            "{form}"
        );
        assert_eq!(
            unpacked.signature_algorithm().map(SignatureAlgorithm::name),
            sign.then_some("EdDSA"),
            "{form}"
        );
        assert_eq!(unpacked.proved_sender(), (auth || sign).then_some(ALICE), "{form}");
        assert_eq!(unpacked.sender().map(|sender| sender.kid().as_str()), auth.then_some(ALICE_KEY));
        assert_eq!(unpacked.signer().map(|signer| signer.kid().as_str()), sign.then_some(ALICE_SIGNS));
        let jws = unpacked.signed_message().map(|jws| serde_json::from_str::<Value>(jws).unwrap());
        assert_eq!(jws, sign.then(|| signed(&hello(), ALICE_SIGNS)), "{form}");
        // the innermost layer is the addressed one
        let to = unpacked.encrypted_to().map(<[_]>::len);
        assert_eq!(to, if auth { Some(3) } else { anon.then_some(1) }, "{form}");
        assert_eq!(unpacked.recipient_kid().map(DidUrl::as_str), (anon || auth).then_some(BOB_1));
        assert!(!unpacked.was_in_forward());
        let key = unpacked.replay_key();
        assert_eq!(key.sender.as_deref(), unpacked.proved_sender());
        assert_eq!(key.recipient.is_some(), unpacked.is_encrypted(), "{form}");
        assert_eq!(key.id.as_deref(), Some(unpacked.message().id()));
    }
}

fn demands() -> [(Demand, Policy, &'static [&'static str]); 7] {
    let nothing = Policy::default;
    let authenticated: &[&str] =
        &["sign", "auth", "anon(sign)", "anon(auth)", "auth(sign)", "anon(auth(sign))"];
    [
        (
            Demand::Encrypted,
            Policy { encrypted: true, ..nothing() },
            &["anon", "auth", "anon(sign)", "anon(auth)", "auth(sign)", "anon(auth(sign))"],
        ),
        (Demand::Authenticated, Policy { authenticated: true, ..nothing() }, authenticated),
        (
            Demand::Signed,
            Policy { signed: true, ..nothing() },
            &["sign", "anon(sign)", "auth(sign)", "anon(auth(sign))"],
        ),
        (
            Demand::Profile,
            Policy { profile: Some(Profile::DidcommV2), ..nothing() },
            &["anon", "auth", "anon(sign)", "anon(auth)", "auth(sign)"],
        ),
        (
            Demand::Sender,
            Policy { senders: Some([CAROL, ALICE].into_iter().collect()), ..nothing() },
            authenticated,
        ),
        (Demand::Sender, Policy { senders: Some([CAROL, MALLORY].into_iter().collect()), ..nothing() }, &[]),
        (Demand::Unexpired, Policy { unexpired: true, ..nothing() }, &["all"]),
    ]
}

#[test]
fn a_demand_is_met_or_names_itself_and_the_proved_sender() {
    for (demand, policy, met_by) in demands() {
        for (form, packed) in forms(&hello()) {
            let is_met = met_by.contains(&form) || met_by == ["all"];
            match unpack(&packed, policy.clone()) {
                Ok(_) => assert!(is_met, "{demand:?} {form}"),
                Err(Error::Policy { demand: named, did }) => {
                    assert_eq!(named, demand);
                    assert!(!is_met, "{demand:?} {form}");
                    let is_proved = form.contains("auth") || form.contains("sign");
                    assert_eq!(did.as_deref(), is_proved.then_some(ALICE), "{form}");
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

// TIM-03, TIM-04
#[test]
fn a_message_has_expired_from_the_second_that_it_names() {
    for (expires, is_expired) in [(NOW + 1, false), (NOW, true), (NOW - 1, true)] {
        let text = plaintext(json!({"from": ALICE, "to": [BOB], "expires_time": expires}));
        for (form, packed) in forms(&text) {
            let unpacked = World::new().unpack(&packed).unwrap();
            assert_eq!(unpacked.is_expired(), is_expired, "{form}");
            assert_eq!(unpacked.warnings().contains(&Warning::Expired), is_expired, "{form}");
            let refused = unpack(&packed, Policy { unexpired: true, ..Policy::default() }).err();
            let demand = refused.map(|error| match error {
                Error::Policy { demand, .. } => demand,
                other => panic!("{other}"),
            });
            assert_eq!(demand, is_expired.then_some(Demand::Unexpired), "{form}");
        }
    }
}

fn warnings_of(packed: &str, options: UnpackOptions) -> Vec<Warning> {
    World::new().unpack_with(packed, options).unwrap().warnings().to_vec()
}

// ENV-08
#[test]
fn nestings_that_are_discouraged_are_read_with_a_warning() {
    for (form, packed) in forms(&hello()) {
        let expected = match form {
            "auth(sign)" => vec![Warning::AuthcryptSigned],
            "anon(auth(sign))" => vec![Warning::AnoncryptAuthcryptSigned],
            "plain" | "anon" => vec![Warning::UnprovedFrom],
            _ => Vec::new(),
        };
        assert_eq!(warnings_of(&packed, UnpackOptions::default()), expected, "{form}");
    }
}

#[test]
fn an_unusual_type_or_id_has_a_warning() {
    let of = |members| warnings_of(&plaintext(members), UnpackOptions::default());
    assert_eq!(of(json!({"id": "a".repeat(64)})), []);
    assert_eq!(of(json!({"id": "a".repeat(65)})), [Warning::LongId]);
    assert_eq!(of(json!({"type": "my-protocol/1.0"})), [Warning::Type]);
}

// MSG-11
#[test]
fn a_plaintext_message_to_another_recipient_has_a_warning() {
    let own = |did: &str| UnpackOptions { own_dids: [did].into_iter().collect(), ..UnpackOptions::default() };
    for (form, packed) in forms(&hello()) {
        let is_open = ["plain", "sign"].contains(&form);
        let is_warned = |did| warnings_of(&packed, own(did)).contains(&Warning::NotToUs);
        assert!(!is_warned(BOB), "{form}");
        assert_eq!(is_warned(CAROL), is_open, "{form}");
    }
    assert_eq!(warnings_of(&plaintext(json!({})), own(BOB)), []);
}

// ADR-02, ADR-08, SIG-11
#[test]
fn a_mismatch_of_to_without_a_signature_is_tolerated_on_demand() {
    let lenient = || UnpackOptions { to_mismatch: ToMismatch::Warn, ..UnpackOptions::default() };
    for (form, packed) in forms(&plaintext(json!({"from": ALICE, "to": [CAROL]}))) {
        let is_open = ["plain", "sign"].contains(&form);
        assert_eq!(World::new().unpack(&packed).is_ok(), is_open, "{form}");
        match World::new().unpack_with(&packed, lenient()) {
            Ok(unpacked) => {
                assert_eq!(unpacked.warnings().contains(&Warning::NotToRecipient), !is_open, "{form}");
            }
            Err(Error::Untrusted { .. }) => assert!(form.contains("sign") && !is_open, "{form}"),
            Err(other) => panic!("{other}"),
        }
    }
}
