//! Forwards of DIDComm v1: the order of the routing keys, and the refusal of payloads that a mediator could read.

use pydidcomm::error::{Error, Result};
use pydidcomm::pack::EncryptOptions;
use pydidcomm::receive::receive_v1_forward;
use pydidcomm::unpack::UnpackOptions;
use pydidcomm::v1::{self, Forwarded, Packed};
use serde_json::{Value, json};

use super::forge::{Party, alice, anoncrypt, bob, carol, mallory};
use super::{pack, run, unpack, verkeys};
use crate::parties::BOB;
use crate::world::{World, from_alice_to_bob};

fn wrap(payload: impl ToString, to: &str, routing_keys: &[&Party]) -> Result<Packed> {
    let (payload, to, keys) = (payload.to_string(), to.to_owned(), verkeys(routing_keys));
    run(&[], |caller| async move { v1::wrap_in_forward(&caller, &payload, &to, &keys).await })
}

fn forwarded(holder: &Party, packed: impl ToString) -> Result<Forwarded> {
    let packed = packed.to_string();
    run(
        &[holder],
        |caller| async move { receive_v1_forward(&caller, &packed, &UnpackOptions::default()).await },
    )
}

#[test]
fn the_last_routing_key_is_outermost_and_each_mediator_learns_the_next() {
    let (bob, near, far) = (bob(), carol(), mallory());
    let packed = pack(b"{}", &[&bob], Some(&alice())).text;
    let wrapped = wrap(&packed, &bob.verkey, &[&near, &far]).unwrap();
    assert_eq!((wrapped.to, wrapped.from), (verkeys(&[&far]), None));
    let outer = forwarded(&far, &wrapped.text).unwrap();
    assert_eq!(outer.forward.to(), near.verkey);
    assert!(outer.unpacked.sender().is_none());
    let inner = forwarded(&near, outer.forward.message()).unwrap();
    assert_eq!((inner.forward.to(), inner.forward.message()), (&*bob.verkey, &*packed));
    assert_eq!(unpack(&bob, inner.forward.message()).unwrap().content(), b"{}");
    let plaintext: Value = serde_json::from_slice(inner.unpacked.content()).unwrap();
    assert_eq!(plaintext["@type"], "https://didcomm.org/routing/1.0/forward");
    assert_eq!(plaintext["@id"].as_str().unwrap().len(), 36);
    assert_eq!(plaintext.as_object().unwrap().len(), 4);
}

#[test]
fn an_envelope_of_v2_is_wrapped_as_well() {
    let packed =
        World::new().encrypt(&from_alice_to_bob(), BOB, &EncryptOptions::default()).unwrap().envelope.text;
    let wrapped = wrap(&packed, BOB, &[&carol()]).unwrap();
    let opened = forwarded(&carol(), wrapped.text).unwrap();
    assert_eq!((opened.forward.to(), opened.forward.message()), (BOB, &*packed));
}

#[test]
fn a_message_readable_by_the_mediator_is_not_wrapped() {
    let bob = bob();
    for payload in [json!({"@type": "t"}), json!([]), json!({"protected": "AA"}), json!("text")] {
        assert!(matches!(
            wrap(payload, &bob.verkey, &[&carol()]),
            Err(Error::Malformed { part: "forward", .. })
        ));
    }
    let packed = anoncrypt(&[&bob], b"{}");
    let header = json!({"protected": packed["protected"]});
    assert!(matches!(wrap(header, &bob.verkey, &[&carol()]), Err(Error::Malformed { .. })));
    let ambiguous = packed.to_string().replacen('{', r#"{"more":1,"more":2,"#, 1);
    assert!(matches!(wrap(ambiguous, &bob.verkey, &[&carol()]), Err(Error::Malformed { .. })));
    for (to, keys) in [(&*bob.verkey, vec![]), ("", vec![carol()]), (&*bob.verkey, mediators(7))] {
        let keys: Vec<_> = keys.iter().collect();
        assert!(matches!(wrap(&packed, to, &keys), Err(Error::Misuse(_))));
    }
    assert!(wrap(&packed, &bob.verkey, &mediators(6).iter().collect::<Vec<_>>()).is_ok());
}

fn mediators(count: u8) -> Vec<Party> {
    (10..10 + count).map(Party::new).collect()
}

#[test]
fn a_forward_is_read_in_every_form_and_no_other() {
    let carol = carol();
    let read = |plaintext: Value| forwarded(&carol, anoncrypt(&[&carol], plaintext.to_string().as_bytes()));
    let forward = |message_type: &str| json!({"@type": message_type, "@id": "1", "to": "did:sov:1234#4", "msg": {"a": 1}});
    for message_type in [
        "https://didcomm.org/routing/1.0/forward",
        "https://didcomm.org/routing/1.1/forward",
        "did:sov:BzCbsNYhMrjHiqZDTUASHg;spec/routing/1.0/forward",
    ] {
        let forwarded = read(forward(message_type)).unwrap().forward;
        assert_eq!((forwarded.to(), forwarded.message()), ("did:sov:1234#4", r#"{"a":1}"#));
    }
    for message_type in [
        "https://didcomm.org/routing/2.0/forward",
        "https://didcomm.org/routing/1./forward",
        "https://didcomm.org/routing/1.x/forward",
        "https://didcomm.org/routing/1.0/backward",
        "https://example.com/routing/1.0/forward",
        "",
    ] {
        assert!(matches!(read(forward(message_type)), Err(Error::Malformed { part: "message.@type", .. })));
    }
    let known = || forward("https://didcomm.org/routing/1.0/forward");
    for (name, value, part) in [
        ("to", json!(""), "message.to"),
        ("to", json!(null), "message.to"),
        ("to", json!(["a"]), "message.to"),
        ("msg", json!("{}"), "message.msg"),
        ("msg", json!([]), "message.msg"),
        ("msg", json!(null), "message.msg"),
    ] {
        let mut changed = known();
        changed[name] = value;
        assert!(matches!(read(changed), Err(Error::Malformed { part: named, .. }) if named == part));
    }
    assert!(matches!(read(json!([])), Err(Error::Malformed { part: "message", .. })));
}
