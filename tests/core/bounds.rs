//! Limits: the last accepted value, and the first refused one.

use pydidcomm::did::DidUrl;
use pydidcomm::error::{Claim, Error, Result};
use pydidcomm::limits::Limits;
use pydidcomm::pack::{self, ForwardOptions};
use pydidcomm::unpack::UnpackOptions;
use serde_json::{Value, json};

use super::forge::{anoncrypt, authcrypt, jwt, signed};
use super::parties::{ALICE, ALICE_2, ALICE_2_KEY, ALICE_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, CAROL};
use super::world::{NOW, World, from, from_alice_to_bob, message, plaintext};

/// Tolerated clock skew, in seconds.
const SKEW: u64 = 300;

fn rotated(name: &str, time: u64) -> Result<()> {
    let mut claims = json!({"iss": ALICE, "sub": ALICE_2, "iat": NOW});
    claims[name] = json!(time);
    let token = jwt(&json!({"typ": "JWT", "alg": "EdDSA", "kid": ALICE_SIGNS}), &claims, ALICE_SIGNS);
    let text = plaintext(json!({"from": ALICE_2, "to": [BOB], "from_prior": token}));
    World::new().unpack(authcrypt(text, ALICE_2_KEY, &BOB_SORTED).seal()).map(|_| ())
}

// ROT-15
#[test]
fn the_times_of_a_rotation_leave_five_minutes_to_the_clock() {
    for name in ["iat", "nbf"] {
        assert_eq!(rotated(name, NOW + SKEW), Ok(()), "{name}");
        let Err(Error::Untrusted { claim, .. }) = rotated(name, NOW + SKEW + 1) else { panic!("{name}") };
        assert_eq!(claim, Claim::RotationTime);
    }
    assert_eq!(rotated("exp", NOW - SKEW + 1), Ok(()));
    assert!(matches!(rotated("exp", NOW - SKEW), Err(Error::Untrusted { claim: Claim::RotationTime, .. })));
}

#[test]
fn as_many_layers_are_opened_as_the_limit_says() {
    let text = from_alice_to_bob().to_json();
    let signature = signed(&text, ALICE_SIGNS).to_string();
    let both = authcrypt(&signature, ALICE_KEY, &BOB_SORTED).seal().to_string();
    let all = anoncrypt(&both, &[BOB_1]).seal().to_string();
    for (layers, packed) in [text, signature, both, all].iter().enumerate() {
        let within = |layers| UnpackOptions {
            limits: Limits { layers, ..Limits::default() },
            ..UnpackOptions::default()
        };
        assert!(World::new().unpack_with(packed, within(layers)).is_ok(), "{layers}");
        if let Some(fewer) = layers.checked_sub(1) {
            let Err(error) = World::new().unpack_with(packed, within(fewer)) else { panic!("{layers}") };
            assert!(matches!(error, Error::Malformed { part: "message", .. }), "{error}");
        }
    }
}

#[test]
fn an_id_has_up_to_256_bytes() {
    assert_eq!(message(json!({"id": "a".repeat(256)})).id().len(), 256);
    for name in ["id", "thid", "pthid"] {
        for length in [0, 257] {
            let mut json: Value = serde_json::from_str(&plaintext(json!({}))).unwrap();
            json[name] = json!("a".repeat(length));
            assert!(pydidcomm::message::Message::parse(&json.to_string()).is_err(), "{name} {length}");
        }
    }
}

#[test]
fn a_message_is_wrapped_for_as_many_routing_keys_as_are_allowed() {
    let world = World::new();
    let payload = world.encrypt(&from_alice_to_bob(), BOB, &from(ALICE)).unwrap().envelope.text;
    let wrapped = |count: usize| {
        let (payload, keys) = (payload.clone(), vec![DidUrl::parse(CAROL).unwrap(); count]);
        world.run(|caller| async move {
            let to = DidUrl::parse(BOB)?;
            pack::wrap_in_forward(&caller, &payload, &to, &keys, &ForwardOptions::default()).await
        })
    };
    assert!(wrapped(6).is_ok());
    for count in [0, 7] {
        assert!(matches!(wrapped(count), Err(Error::Misuse(_))), "{count}");
    }
}

#[test]
fn three_layers_take_both_a_sender_and_a_signer() {
    let did = |text| DidUrl::parse(text).unwrap();
    let all = pack::EncryptOptions { anoncrypt_authcrypt_signed: true, ..from(ALICE) };
    let without_signer = World::new().encrypt(&from_alice_to_bob(), BOB, &all);
    assert!(matches!(without_signer, Err(Error::Misuse(_))));
    let signer = Some(did(ALICE));
    let without_sender = pack::EncryptOptions { from: None, signer: signer.clone(), ..all.clone() };
    assert!(matches!(
        World::new().encrypt(&from_alice_to_bob(), BOB, &without_sender),
        Err(Error::Misuse(_))
    ));
    assert!(World::new().encrypt(&from_alice_to_bob(), BOB, &pack::EncryptOptions { signer, ..all }).is_ok());
}
