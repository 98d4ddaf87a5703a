//! Envelopes in every form that peers write, and in invalid forms.

use std::collections::HashSet;

use pydidcomm::error::Error;
use pydidcomm::limits::Limits;
use serde_json::{Value, json};

use super::forge::{
    CEK, alice, anoncrypt, anonymous, authcrypt, authentic, bob, carol, content_key, header, header_of,
    mallory, open, seal, seal_text,
};
use super::{pack, refusal, sender, unpack, unpack_within};
use crate::forge::{decode, encode};

const CONTENT: &[u8] = br#"{"@type":"https://didcomm.org/basicmessage/1.0/message","@id":"123456780"}"#;

/// base64url with padding, as in the examples of Aries RFC 0019.
fn padded(text: &str) -> String {
    format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
}

fn set(packed: &Value, pointer: &str, value: Value) -> Value {
    let mut packed = packed.clone();
    *packed.pointer_mut(pointer).unwrap() = value;
    packed
}

#[test]
fn every_recipient_and_a_peer_unpack_a_v1_message() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    for from in [None, Some(&alice)] {
        let packed = pack(CONTENT, &[&bob, &carol], from);
        assert_eq!(
            packed.to.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [&*bob.verkey, &carol.verkey]
        );
        let named = from.map(|party| party.verkey.as_str());
        let json: Value = serde_json::from_str(&packed.text).unwrap();
        for recipient in [&bob, &carol] {
            assert_eq!(open(&json, recipient), (CONTENT.to_vec(), named.map(ToOwned::to_owned)));
            let unpacked = unpack(recipient, &packed.text).unwrap();
            assert_eq!(unpacked.content(), CONTENT);
            assert_eq!(sender(&unpacked), named);
            assert_eq!(unpacked.recipient().as_str(), recipient.verkey);
            assert_eq!(unpacked.encrypted_to(), [bob.verkey.clone(), carol.verkey.clone()]);
        }
    }
}

#[test]
fn an_envelope_is_written_as_aries_rfc_0019_has_it() {
    let (alice, bob) = (alice(), bob());
    for (from, alg, names) in
        [(None, "Anoncrypt", vec!["kid"]), (Some(&alice), "Authcrypt", vec!["kid", "iv", "sender"])]
    {
        let packed: Value = serde_json::from_str(&pack(CONTENT, &[&bob], from).text).unwrap();
        let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(members(&packed), ["protected", "iv", "ciphertext", "tag"]);
        assert_eq!((decode(&packed["iv"]).len(), decode(&packed["tag"]).len()), (12, 16));
        let header = header_of(&packed);
        assert_eq!(members(&header), ["enc", "typ", "alg", "recipients"]);
        assert_eq!((&header["enc"], &header["typ"]), (&json!("xchacha20poly1305_ietf"), &json!("JWM/1.0")));
        assert_eq!(header["alg"], alg);
        let entry = &header["recipients"][0];
        assert_eq!(members(entry), ["encrypted_key", "header"]);
        assert_eq!(members(&entry["header"]), names);
        let written = ["protected", "iv", "ciphertext", "tag"].map(|name| &packed[name]);
        let of_entry = ["iv", "sender"].map(|name| &entry["header"][name]);
        for text in written.into_iter().chain(of_entry).chain([&entry["encrypted_key"]]) {
            // some readers of v1 accept only padded base64url
            assert!(text.as_str().is_none_or(|text| text.len().is_multiple_of(4)), "{text}");
        }
    }
}

#[test]
fn nonces_and_keys_are_not_reused() {
    let (alice, parties) = (alice(), [bob(), carol(), mallory()]);
    let packed: Value =
        serde_json::from_str(&pack(CONTENT, &parties.iter().collect::<Vec<_>>(), Some(&alice)).text).unwrap();
    let header = header_of(&packed);
    let entries = header["recipients"].as_array().unwrap();
    let each = |read: fn(&Value) -> Vec<u8>| entries.iter().map(read).collect::<HashSet<_>>().len();
    assert_eq!(each(|entry| decode(&entry["header"]["iv"])), 3);
    // a sealed box begins with its ephemeral key
    assert_eq!(each(|entry| decode(&entry["header"]["sender"])[..32].to_vec()), 3);
    let zeros = |bytes: Vec<u8>| bytes.iter().all(|byte| *byte == 0);
    assert!(!zeros(decode(&packed["iv"])) && !zeros(decode(&entries[0]["header"]["iv"])));
    for party in &parties {
        assert_ne!(content_key(&packed, party), [0; 32]);
    }
}

/// Written with libsodium, by `PyNaCl` 1.6.2 and Indicio's didcomm-messaging 0.1.2a3: from the key whose 32 bytes are 1
/// (authcrypt) or without a sender, to the keys whose bytes are 2 and 3.
#[test]
fn envelopes_that_libsodium_made_are_read() {
    let (alice, parties) = (alice(), [bob(), carol()]);
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/v1.json")).unwrap();
    for (name, named) in [("authcrypt", Some(alice.verkey.as_str())), ("anoncrypt", None)] {
        for party in &parties {
            let unpacked = unpack(party, &vectors[name]).unwrap();
            assert_eq!(unpacked.json().unwrap(), vectors["plaintext"].as_str().unwrap());
            assert_eq!(sender(&unpacked), named);
        }
    }
}

#[test]
fn variants_written_by_peers_are_read() {
    let (alice, bob) = (alice(), bob());
    let entry = || authentic(&bob, &alice.agreement_key(), &alice.verkey, &CEK);
    for enc in ["xchacha20poly1305_ietf", "chacha20poly1305_ietf", "xchachapoly1305_ietf"] {
        let mut header = header("authcrypt", vec![entry()]);
        header["enc"] = json!(enc);
        header["more"] = json!({"other": "value"});
        assert_eq!(unpack(&bob, seal(&header, &CEK, CONTENT)).unwrap().content(), CONTENT);
    }
    // base64url with padding in every member
    let mut header = header("Authcrypt", vec![entry()]);
    for pointer in ["/encrypted_key", "/header/sender", "/header/iv"] {
        let member = header["recipients"][0].pointer_mut(pointer).unwrap();
        *member = json!(padded(member.as_str().unwrap()));
    }
    let mut packed = seal_text(&padded(&encode(header.to_string())), &CEK, CONTENT);
    for name in ["iv", "ciphertext", "tag"] {
        packed[name] = json!(padded(packed[name].as_str().unwrap()));
    }
    assert!(packed["tag"].as_str().unwrap().ends_with("=="));
    assert_eq!(sender(&unpack(&bob, packed).unwrap()), Some(&*alice.verkey));
    // the oldest implementation writes absent members as null
    let mut entry = anonymous(&bob, &CEK);
    entry["header"]["sender"] = Value::Null;
    entry["header"]["iv"] = Value::Null;
    let packed = seal(&super::forge::header("Anoncrypt", vec![entry]), &CEK, CONTENT);
    assert_eq!(sender(&unpack(&bob, packed).unwrap()), None);
    // a recipient with a key of another type
    let mut other = anonymous(&alice, &CEK);
    other["header"]["kid"] = json!("a key on another curve");
    let packed = seal(&super::forge::header("Anoncrypt", vec![other, anonymous(&bob, &CEK)]), &CEK, CONTENT);
    assert_eq!(unpack(&bob, packed).unwrap().recipient().as_str(), bob.verkey);
}

/// A change of the protected header, and the malformed part; `None` if the error is `Unsupported`.
type Change = (fn(&mut Value), Option<&'static str>);

const HEADER: &str = "envelope.protected";
const RECIPIENTS: &str = "envelope.protected.recipients";

const CHANGES: [Change; 17] = [
    (|header| header["typ"] = json!("JWM/2.0"), None),
    (|header| header["enc"] = json!("A256GCM"), None),
    (|header| header["alg"] = json!("ECDH-ES+A256KW"), None),
    (|header| header["alg"] = json!(""), None),
    (|header| header["typ"] = json!(null), Some(HEADER)),
    (|header| header["alg"] = json!(["Authcrypt"]), Some(HEADER)),
    (|header| drop(header.as_object_mut().unwrap().remove("enc")), Some(HEADER)),
    (|header| drop(header.as_object_mut().unwrap().remove("recipients")), Some(HEADER)),
    (|header| header["recipients"] = json!([]), Some(RECIPIENTS)),
    (|header| header["recipients"] = json!({}), Some(RECIPIENTS)),
    (|header| header["recipients"] = json!([1]), Some(RECIPIENTS)),
    (|header| header["recipients"][0]["header"] = json!(null), Some(RECIPIENTS)),
    (|header| header["recipients"][0]["header"]["kid"] = json!(7), Some(RECIPIENTS)),
    (|header| header["recipients"][0]["encrypted_key"] = json!("A"), Some(RECIPIENTS)),
    (
        |header| {
            let twice = header["recipients"][0].clone();
            header["recipients"] = json!([twice, twice]);
        },
        Some(RECIPIENTS),
    ),
    // each recipient must match the mode in `alg`
    (
        |header| {
            let other = if header["alg"] == "Authcrypt" { "Anoncrypt" } else { "Authcrypt" };
            header["alg"] = json!(other);
        },
        Some(RECIPIENTS),
    ),
    (
        |header| {
            header["recipients"][0]["header"]["iv"] =
                json!(if header["alg"] == "Authcrypt" { None } else { Some("AA") });
        },
        Some(RECIPIENTS),
    ),
];

#[test]
fn a_header_that_breaks_its_specification_is_refused() {
    let (alice, bob) = (alice(), bob());
    for packed in [authcrypt(&alice, &[&bob], CONTENT), anoncrypt(&[&bob], CONTENT)] {
        for (change, part) in CHANGES {
            let mut header = header_of(&packed);
            change(&mut header);
            match (refusal(&bob, seal(&header, &CEK, CONTENT)), part) {
                (Error::Malformed { part, .. }, Some(named)) => {
                    assert!(part.starts_with(named), "{part} for {header}");
                }
                (Error::Unsupported { .. }, None) => {}
                (error, _) => panic!("{error} for {header}"),
            }
        }
    }
}

#[test]
fn members_that_are_missing_foreign_or_of_another_form_are_refused() {
    let (alice, bob) = (alice(), bob());
    let packed = authcrypt(&alice, &[&bob], CONTENT);
    for name in ["protected", "iv", "ciphertext", "tag"] {
        for value in [Value::Null, json!(1), json!("A"), json!("+/=="), json!("AAA==")] {
            let error = refusal(&bob, set(&packed, &format!("/{name}"), value));
            assert!(matches!(error, Error::Malformed { .. }), "{name} {error}");
        }
    }
    // they are not authenticated, so they must be absent
    for name in ["recipients", "header", "encrypted_key", "unprotected", "aad"] {
        let mut changed = packed.clone();
        changed[name] = json!("AA");
        assert!(matches!(refusal(&bob, changed), Error::Malformed { part: "envelope", .. }), "{name}");
    }
    for text in ["", "{", "[]", "null", "{} {}"] {
        assert!(matches!(refusal(&bob, text), Error::Malformed { .. }), "{text}");
    }
    let twice = packed.to_string().replacen('{', r#"{"tag":"AA","#, 1);
    assert!(matches!(refusal(&bob, twice), Error::Malformed { .. }));
    let header = encode(header_of(&packed).to_string().replacen('{', r#"{"alg":"Anoncrypt","#, 1));
    assert!(matches!(refusal(&bob, seal_text(&header, &CEK, CONTENT)), Error::Malformed { .. }));
}

#[test]
fn no_byte_of_an_envelope_can_be_changed() {
    let (alice, bob) = (alice(), bob());
    for packed in [authcrypt(&alice, &[&bob], CONTENT), anoncrypt(&[&bob], CONTENT)] {
        for name in ["iv", "ciphertext", "tag"] {
            let bytes = decode(&packed[name]);
            for place in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[place] ^= 1;
                let changed = set(&packed, &format!("/{name}"), json!(encode(changed)));
                assert_eq!(refusal(&bob, changed), Error::Decryption, "{name}");
            }
            for other in [&bytes[1..], &[&bytes[..], &[0]].concat()] {
                let changed = set(&packed, &format!("/{name}"), json!(encode(other)));
                assert_eq!(refusal(&bob, changed), Error::Decryption, "{name}");
            }
        }
        // the tag covers every byte of the header
        let bytes = decode(&packed["protected"]);
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(unpack(&bob, set(&packed, "/protected", json!(encode(changed)))).is_err());
        }
        let spaced = encode(header_of(&packed).to_string().replacen(':', ": ", 1));
        assert_eq!(refusal(&bob, set(&packed, "/protected", json!(spaced))), Error::Decryption);
    }
}

#[test]
fn a_changed_recipient_is_refused_even_if_the_header_is_sealed_again() {
    let (alice, bob) = (alice(), bob());
    for (packed, pointers) in [
        (authcrypt(&alice, &[&bob], CONTENT), vec!["/encrypted_key", "/header/sender", "/header/iv"]),
        (anoncrypt(&[&bob], CONTENT), vec!["/encrypted_key"]),
    ] {
        for pointer in pointers {
            let pointer = format!("/recipients/0{pointer}");
            let bytes = decode(header_of(&packed).pointer(&pointer).unwrap());
            for place in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[place] ^= 1;
                let header = set(&header_of(&packed), &pointer, json!(encode(changed)));
                assert_eq!(refusal(&bob, seal(&header, &CEK, CONTENT)), Error::Decryption, "{pointer}");
            }
            for length in [0, 16, 31, bytes.len() - 1] {
                let header =
                    set(&header_of(&packed), &pointer, json!(encode(&bytes[..length.min(bytes.len() - 1)])));
                assert_eq!(refusal(&bob, seal(&header, &CEK, CONTENT)), Error::Decryption, "{pointer}");
            }
        }
    }
}

#[test]
fn a_content_key_of_another_length_is_refused() {
    let (alice, bob) = (alice(), bob());
    for cek in [&[0x33; 31][..], &[0x33; 33], &[0x33; 64], &[]] {
        let entry = authentic(&bob, &alice.agreement_key(), &alice.verkey, cek);
        let packed = seal(&header("Authcrypt", vec![entry]), &CEK, CONTENT);
        assert_eq!(refusal(&bob, packed), Error::Decryption);
        let packed = seal(&header("Anoncrypt", vec![anonymous(&bob, cek)]), &CEK, CONTENT);
        assert_eq!(refusal(&bob, packed), Error::Decryption);
    }
}

#[test]
fn an_envelope_for_others_is_refused_with_its_recipients() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let error = refusal(&mallory(), authcrypt(&alice, &[&bob, &carol], CONTENT));
    assert_eq!(error, Error::SecretNotFound { kids: vec![bob.verkey.clone(), carol.verkey] });
    let mut other = anonymous(&bob, &CEK);
    other["header"]["kid"] = json!("a key on another curve");
    let error = refusal(&mallory(), seal(&header("Anoncrypt", vec![other]), &CEK, CONTENT));
    assert_eq!(error, Error::SecretNotFound { kids: vec!["a key on another curve".to_owned()] });
    // our kid with the encrypted key of another recipient
    let mut entry = anonymous(&bob, &CEK);
    entry["header"]["kid"] = json!(mallory().verkey);
    assert_eq!(
        refusal(&mallory(), seal(&header("Anoncrypt", vec![entry]), &CEK, CONTENT)),
        Error::Decryption
    );
}

#[test]
fn too_large_messages_are_refused() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let packed = authcrypt(&alice, &[&bob, &carol], CONTENT).to_string();
    let limits = |bytes, recipients| Limits { bytes, recipients, ..Limits::default() };
    assert!(unpack_within(&bob, &packed, limits(packed.len(), 2)).is_ok());
    for limits in [limits(packed.len() - 1, 2), limits(packed.len(), 1)] {
        assert!(matches!(unpack_within(&bob, &packed, limits).err(), Some(Error::Malformed { .. })));
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(9), "]".repeat(9));
    let packed = anoncrypt(&[&bob], deep.as_bytes()).to_string();
    for (nesting, is_read) in [(10, true), (9, false)] {
        let limits = Limits { nesting, ..Limits::default() };
        assert_eq!(unpack_within(&bob, &packed, limits).unwrap().json().is_ok(), is_read);
    }
}

#[test]
fn any_bytes_are_packed_and_only_an_object_is_json() {
    let bob = bob();
    for (content, is_json) in [
        (&b"{}"[..], true),
        (b"", false),
        (b"hello world", false),
        (b"[]", false),
        (b"\"text\"", false),
        (b"{\"a\":1,\"a\":2}", false),
        (b"\xff\xfe", false),
    ] {
        let unpacked = unpack(&bob, pack(content, &[&bob], None).text).unwrap();
        assert_eq!(unpacked.content(), content);
        assert_eq!(unpacked.json().is_ok(), is_json);
        assert_eq!(unpacked.text("@type"), None);
    }
    let unpacked = unpack(&bob, pack(br#"{"@type":"t","@id":7}"#, &[&bob], None).text).unwrap();
    assert_eq!((unpacked.text("@type").as_deref(), unpacked.text("@id")), (Some("t"), None));
}
