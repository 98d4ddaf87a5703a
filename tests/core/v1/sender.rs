//! The sender of v1: only the verkey of the box with the content key is reported; and the limits of this proof.

use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::repr::KeySecretBytes;
use pydidcomm::error::Error;
use pydidcomm::keys::Verkey;

use super::forge::{
    CEK, Party, alice, anonymous, authcrypt, authentic, bob, boxed, carol, header, header_of, mallory, open,
    seal, verkey,
};
use super::{refusal, sender, unpack};
use crate::forge::encode;
use crate::parties::askar_key;
use serde_json::{Value, json};

fn from(boxes: &X25519KeyPair, named: &str, to: &Party) -> Value {
    seal(&header("Authcrypt", vec![authentic(to, boxes, named, &CEK)]), &CEK, b"{}")
}

#[test]
fn a_sender_who_names_another_one_is_refused() {
    let (alice, bob, mallory) = (alice(), bob(), mallory());
    assert_eq!(
        sender(&unpack(&bob, from(&mallory.agreement_key(), &mallory.verkey, &bob)).unwrap()),
        Some(&*mallory.verkey)
    );
    for named in [&alice.verkey, &bob.verkey] {
        assert_eq!(refusal(&bob, from(&mallory.agreement_key(), named, &bob)), Error::Decryption);
    }
}

#[test]
fn a_sender_who_names_no_verkey_is_refused() {
    let (bob, mallory) = (bob(), mallory());
    let key = mallory.agreement_key();
    let padded = format!("1{}", mallory.verkey);
    let did = format!("did:key:{}", mallory.verkey);
    for named in ["", "alice", padded.as_str(), did.as_str(), &mallory.verkey[1..], &"1".repeat(10_000)] {
        assert_eq!(refusal(&bob, from(&key, named, &bob)), Error::Decryption, "{named}");
    }
}

/// The neutral element, and a point of order 4: the shared secret of their X25519 keys with any key is zero.
const LOW: [[u8; 32]; 2] = {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    [neutral, [0; 32]]
};

#[test]
fn a_sender_with_a_publicly_known_key_is_refused() {
    let bob = bob();
    for bytes in LOW {
        let named = verkey(&bytes);
        let low = Verkey::parse(&named).unwrap();
        let low = askar_key(low.agreement_key());
        // a box for the low point equals the box that Bob would open from it
        let anybody = X25519KeyPair::from_secret_bytes(&[9; 32]).unwrap();
        let mut entry = authentic(&bob, &anybody, &named, &CEK);
        entry["encrypted_key"] = json!(encode(boxed(&anybody, &low, &CEK)));
        let packed = seal(&header("Authcrypt", vec![entry]), &CEK, b"{}");
        // the peer accepts the sender as proved
        assert_eq!(open(&packed, &bob), (b"{}".to_vec(), Some(named)));
        assert_eq!(refusal(&bob, packed), Error::Decryption);
    }
}

#[test]
fn a_v1_message_with_its_sender_removed_is_refused() {
    let (alice, bob) = (alice(), bob());
    let mut header = header_of(&authcrypt(&alice, &[&bob], b"{}"));
    let entry = header["recipients"][0]["header"].as_object_mut().unwrap();
    entry.remove("sender");
    entry.remove("iv");
    for alg in ["Authcrypt", "Anoncrypt"] {
        header["alg"] = json!(alg);
        assert!(unpack(&bob, seal(&header, &CEK, b"{}")).is_err(), "{alg}");
    }
}

#[test]
fn anoncrypt_reports_no_sender() {
    let bob = bob();
    let packed = seal(&header("Anoncrypt", vec![anonymous(&bob, &CEK)]), &CEK, b"{}");
    assert_eq!(sender(&unpack(&bob, packed).unwrap()), None);
}

// as documented: in DIDComm v1, any recipient of a message to several can do this
#[test]
fn the_content_key_is_bound_to_the_sender_and_the_content_is_not() {
    let (alice, bob, carol) = (alice(), bob(), carol());
    let honest = authcrypt(&alice, &[&bob, &carol], b"{}");
    let entry = header_of(&honest)["recipients"][0].clone();
    let forged = seal(&header("Authcrypt", vec![entry]), &CEK, b"whatever Carol likes");
    let unpacked = unpack(&bob, forged).unwrap();
    assert_eq!((unpacked.content(), sender(&unpacked)), (&b"whatever Carol likes"[..], Some(&*alice.verkey)));
}
