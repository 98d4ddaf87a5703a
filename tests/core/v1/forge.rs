//! Envelopes written member by member with the boxes of askar-crypto: valid and forged ones.

use askar_crypto::alg::chacha20::{C20P, Chacha20Key};
use askar_crypto::alg::ed25519::Ed25519KeyPair;
use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::buffer::SecretBytes;
use askar_crypto::encrypt::KeyAeadInPlace;
use askar_crypto::encrypt::crypto_box::{crypto_box, crypto_box_open, crypto_box_seal, crypto_box_seal_open};
use askar_crypto::repr::KeySecretBytes;
use multibase::Base;
use pydidcomm::keys::{Curve, SecretKey, Verkey};
use serde_json::{Value, json};

use crate::forge::{decode, encode};
use crate::parties::askar_key;

/// The content key of the forged envelopes.
pub(super) const CEK: [u8; 32] = [0x33; 32];
const IV: [u8; 12] = [0x44; 12];
const NONCE: [u8; 24] = [0x55; 24];

/// A party with one key.
pub(super) struct Party {
    seed: [u8; 32],
    pub(super) verkey: String,
}

impl Party {
    pub(super) fn new(byte: u8) -> Self {
        let seed = [byte; 32];
        let kid = pydidcomm::did::DidUrl::parse("did:example:x#1").unwrap();
        let secret = SecretKey::from_bytes(kid, Curve::Ed25519, &seed).unwrap();
        Self { seed, verkey: verkey(&secret.public_key().bytes()) }
    }

    /// The Ed25519 secret.
    pub(super) fn secret(&self) -> SecretKey {
        let kid = Verkey::parse(&self.verkey).unwrap().kid().unwrap();
        SecretKey::from_bytes(kid, Curve::Ed25519, &self.seed).unwrap()
    }

    /// The derived X25519 key.
    pub(super) fn agreement_key(&self) -> X25519KeyPair {
        Ed25519KeyPair::from_secret_bytes(&self.seed).unwrap().to_x25519_keypair()
    }
}

pub(super) fn alice() -> Party {
    Party::new(1)
}

pub(super) fn bob() -> Party {
    Party::new(2)
}

pub(super) fn carol() -> Party {
    Party::new(3)
}

pub(super) fn mallory() -> Party {
    Party::new(4)
}

/// Any bytes in the form of a verkey.
pub(super) fn verkey(bytes: &[u8]) -> String {
    Base::Base58Btc.encode(bytes)
}

/// A box from one key to another one.
pub(super) fn boxed(from: &X25519KeyPair, to: &X25519KeyPair, cek: &[u8]) -> Vec<u8> {
    let mut buffer = SecretBytes::from_slice(cek);
    crypto_box(to, from, &mut buffer, &NONCE).unwrap();
    buffer.as_ref().to_vec()
}

/// An entry of `recipients` in anoncrypt.
pub(super) fn anonymous(to: &Party, cek: &[u8]) -> Value {
    let key = crypto_box_seal(&to.agreement_key(), cek).unwrap();
    json!({"encrypted_key": encode(key.as_ref()), "header": {"kid": to.verkey}})
}

/// An entry of `recipients` in authcrypt; `named`, the claimed sender, may differ from the key `from` of the box.
pub(super) fn authentic(to: &Party, from: &X25519KeyPair, named: &str, cek: &[u8]) -> Value {
    let sealed = crypto_box_seal(&to.agreement_key(), named.as_bytes()).unwrap();
    let header = json!({"kid": to.verkey, "sender": encode(sealed.as_ref()), "iv": encode(NONCE)});
    json!({"encrypted_key": encode(boxed(from, &to.agreement_key(), cek)), "header": header})
}

pub(super) fn header(alg: &str, recipients: Vec<Value>) -> Value {
    json!({"enc": "xchacha20poly1305_ietf", "typ": "JWM/1.0", "alg": alg, "recipients": recipients})
}

/// An envelope under this header, its content encrypted under this key.
pub(super) fn seal(header: &Value, cek: &[u8], content: &[u8]) -> Value {
    seal_text(&encode(header.to_string()), cek, content)
}

/// The same with an encoded header.
pub(super) fn seal_text(protected: &str, cek: &[u8], content: &[u8]) -> Value {
    let key = Chacha20Key::<C20P>::from_secret_bytes(cek).unwrap();
    let mut buffer = content.to_vec();
    let length = key.encrypt_in_place(&mut buffer, &IV, protected.as_bytes()).unwrap();
    let tag = buffer.split_off(length);
    json!({"protected": protected, "iv": encode(IV), "ciphertext": encode(buffer), "tag": encode(tag)})
}

/// A valid authcrypt envelope.
pub(super) fn authcrypt(from: &Party, to: &[&Party], content: &[u8]) -> Value {
    let entry = |to: &&Party| authentic(to, &from.agreement_key(), &from.verkey, &CEK);
    seal(&header("Authcrypt", to.iter().map(entry).collect()), &CEK, content)
}

/// A valid anoncrypt envelope.
pub(super) fn anoncrypt(to: &[&Party], content: &[u8]) -> Value {
    seal(&header("Anoncrypt", to.iter().map(|to| anonymous(to, &CEK)).collect()), &CEK, content)
}

/// The protected header of an envelope.
pub(super) fn header_of(packed: &Value) -> Value {
    serde_json::from_slice(&decode(&packed["protected"])).unwrap()
}

/// Reads an envelope as a peer does: the content and, in authcrypt, the sender.
pub(super) fn open(packed: &Value, own: &Party) -> (Vec<u8>, Option<String>) {
    let (cek, sender) = key_and_sender(packed, own);
    let mut content = [decode(&packed["ciphertext"]), decode(&packed["tag"])].concat();
    let aad = packed["protected"].as_str().unwrap().as_bytes();
    let key = Chacha20Key::<C20P>::from_secret_bytes(cek.as_ref()).unwrap();
    key.decrypt_in_place(&mut content, &decode(&packed["iv"]), aad).unwrap();
    (content, sender)
}

/// The content key of an envelope.
pub(super) fn content_key(packed: &Value, own: &Party) -> Vec<u8> {
    key_and_sender(packed, own).0.as_ref().to_vec()
}

fn key_and_sender(packed: &Value, own: &Party) -> (SecretBytes, Option<String>) {
    let header = header_of(packed);
    let mut entries = header["recipients"].as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["header"]["kid"] == own.verkey.as_str()).unwrap();
    let key = own.agreement_key();
    let encrypted_key = decode(&entry["encrypted_key"]);
    let Some(sealed) = entry["header"].get("sender") else {
        return (crypto_box_seal_open(&key, &encrypted_key).unwrap(), None);
    };
    let named = crypto_box_seal_open(&key, &decode(sealed)).unwrap();
    let named = String::from_utf8(named.as_ref().to_vec()).unwrap();
    let sender = askar_key(Verkey::parse(&named).unwrap().agreement_key());
    let mut cek = SecretBytes::from_slice(&encrypted_key);
    crypto_box_open(&key, &sender, &mut cek, &decode(&entry["header"]["iv"])).unwrap();
    (cek, Some(named))
}
