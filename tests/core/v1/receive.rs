//! `receive` for both versions: v1 is recognised, and accepted only on request.

use pydidcomm::did::DidSet;
use pydidcomm::error::{Demand, Error, Result};
use pydidcomm::inspect::{LayerView, inspect};
use pydidcomm::limits::Limits;
use pydidcomm::receive::{Received, receive};
use pydidcomm::unpack::{Policy, Profile, UnpackOptions, unpack};
use serde_json::{Value, json};

use super::forge::{CEK, Party, alice, anoncrypt, authcrypt, bob, carol, header_of, seal_text};
use super::{run, sender};
use crate::forge::{anoncrypt as anoncrypt_v2, encode};
use crate::parties::BOB_1;
use crate::world::{World, from, from_alice_to_bob};

fn received(holder: &Party, packed: impl ToString, options: UnpackOptions) -> Result<Received> {
    let packed = packed.to_string();
    run(&[holder], |caller| async move { receive(&caller, &packed, &options).await })
}

/// The header padded as in Aries RFC 0019.
fn padded(packed: &Value) -> Value {
    let mut header = header_of(packed).to_string();
    // whole groups of three bytes need no padding
    header.push_str(if header.len().is_multiple_of(3) { " " } else { "" });
    let text = encode(header);
    let padding = "=".repeat(4 - text.len() % 4);
    seal_text(&format!("{text}{padding}"), &CEK, b"{}")
}

#[test]
fn version_1_is_refused_by_its_name_where_version_2_is_unpacked() {
    let bob = bob();
    let honest = authcrypt(&alice(), &[&bob], b"{}");
    for packed in [honest.clone(), padded(&honest)] {
        let text = packed.to_string();
        let refused =
            run(&[&bob], |caller| async move { unpack(&caller, &text, &UnpackOptions::default()).await })
                .err();
        assert_eq!(
            refused,
            Some(Error::Unsupported { what: "envelope", algorithm: "DIDComm v1".to_owned() })
        );
        match received(&bob, &packed, UnpackOptions::default()) {
            Ok(Received::V1(unpacked)) => assert_eq!(sender(&unpacked), Some(&*alice().verkey)),
            Ok(Received::V2(_)) => panic!("taken for version 2"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn version_2_is_unchanged_where_version_1_is_accepted() {
    let world = World::new();
    let packed =
        world.encrypt(&from_alice_to_bob(), BOB_1, &from("did:example:alice")).unwrap().envelope.text;
    let unpacked =
        world.run(|caller| async move { receive(&caller, &packed, &UnpackOptions::default()).await });
    assert!(matches!(unpacked, Ok(Received::V2(unpacked)) if unpacked.sender().is_some()));
    for text in ["", "{}", "[]", r#"{"ciphertext":"AA"}"#, r#"{"ciphertext":"AA","protected":"e30"}"#] {
        assert!(
            matches!(received(&bob(), text, UnpackOptions::default()), Err(Error::Malformed { .. })),
            "{text}"
        );
    }
}

#[test]
fn a_type_and_an_id_do_not_turn_an_envelope_of_version_1_into_a_plaintext() {
    let mut packed = authcrypt(&alice(), &[&bob()], b"{}");
    packed["type"] = json!("https://example.com/p/1.0/m");
    packed["id"] = json!("1");
    assert!(matches!(received(&bob(), packed, UnpackOptions::default()), Ok(Received::V1(_))));
}

#[test]
fn version_1_inside_of_version_2_is_refused() {
    let world = World::new();
    let packed = anoncrypt_v2(authcrypt(&alice(), &[&bob()], b"{}").to_string(), &[BOB_1]).seal().to_string();
    let unpacked =
        world.run(|caller| async move { receive(&caller, &packed, &UnpackOptions::default()).await });
    assert!(matches!(unpacked, Err(Error::Unsupported { what: "envelope", .. })));
}

#[test]
fn demands_are_met_only_by_what_version_1_proves() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let senders = |party: &Party| Some(DidSet::from_iter([party.verkey.clone()]));
    let policies = [
        (Policy { encrypted: true, unexpired: true, ..Policy::default() }, [None, None]),
        (Policy { authenticated: true, ..Policy::default() }, [None, Some(Demand::Authenticated)]),
        (Policy { signed: true, ..Policy::default() }, [Some(Demand::Signed); 2]),
        (Policy { profile: Some(Profile::DidcommV2), ..Policy::default() }, [Some(Demand::Profile); 2]),
        (Policy { senders: senders(&alice), ..Policy::default() }, [None, Some(Demand::Sender)]),
        (Policy { senders: senders(&carol), ..Policy::default() }, [Some(Demand::Sender); 2]),
    ];
    for (policy, unmet) in policies {
        for (packed, unmet) in
            [authcrypt(&alice, &[&bob], b"{}"), anoncrypt(&[&bob], b"{}")].iter().zip(unmet)
        {
            let options = UnpackOptions { policy: policy.clone(), ..UnpackOptions::default() };
            let expected = unmet.map(|demand| Error::Policy { demand, did: None });
            assert_eq!(received(&bob, packed, options).err(), expected, "{policy:?}");
        }
    }
}

#[test]
fn limits_apply_to_version_1_in_receive() {
    let packed = anoncrypt(&[&bob()], b"{}").to_string();
    let bytes =
        |bytes| UnpackOptions { limits: Limits { bytes, ..Limits::default() }, ..UnpackOptions::default() };
    assert!(received(&bob(), &packed, bytes(packed.len())).is_ok());
    assert!(matches!(received(&bob(), &packed, bytes(packed.len() - 1)), Err(Error::Malformed { .. })));
}

#[test]
fn one_content_of_one_sender_has_one_replay_key() {
    let (alice, bob) = (alice(), bob());
    let key = |packed: Value| match received(&bob, packed, UnpackOptions::default()).unwrap() {
        Received::V1(unpacked) => {
            let key = unpacked.replay_key();
            (key.sender.clone(), key.digest.clone())
        }
        Received::V2(_) => panic!("taken for version 2"),
    };
    let one = key(authcrypt(&alice, &[&bob], b"{}"));
    assert_eq!(key(authcrypt(&alice, &[&bob], b"{}")), one);
    assert_eq!(one.0.as_deref(), Some(&*alice.verkey));
    for other in
        [authcrypt(&carol(), &[&bob], b"{}"), authcrypt(&alice, &[&bob], b"{ }"), anoncrypt(&[&bob], b"{}")]
    {
        assert_ne!(key(other), one);
    }
}

#[test]
fn inspect_shows_the_claims_of_a_v1_envelope() {
    let (bob, carol) = (bob(), carol());
    for (packed, mode) in [
        (authcrypt(&alice(), &[&bob, &carol], b"{}"), "authcrypt"),
        (anoncrypt(&[&bob, &carol], b"{}"), "anoncrypt"),
    ] {
        for packed in [packed.clone(), padded(&packed)] {
            let view = inspect(&packed.to_string(), &Limits::default()).unwrap();
            let [LayerView::Encrypted(layer)] = view.layers.as_slice() else { panic!("{:?}", view.layers) };
            assert_eq!((layer.version, layer.mode), (1, Some(mode)));
            assert_eq!(layer.claimed_recipient_kids, [bob.verkey.clone(), carol.verkey.clone()]);
            let faults: Vec<_> = view.faults.iter().map(|fault| fault.reason.as_str()).collect();
            assert_eq!(faults, ["unsupported envelope: DIDComm v1"]);
        }
    }
}
