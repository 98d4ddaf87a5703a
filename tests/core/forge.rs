//! An independent writer and reader of envelopes over bare primitives: it also writes what the core never packs.

use askar_crypto::alg::aes::{A256CbcHs512, A256Gcm, A256Kw, AesKey};
use askar_crypto::alg::chacha20::{Chacha20Key, XC20P};
use askar_crypto::encrypt::KeyAeadInPlace;
use askar_crypto::kdf::KeyDerivation;
use askar_crypto::kdf::ecdh_1pu::Ecdh1PU;
use askar_crypto::kdf::ecdh_es::EcdhEs;
use askar_crypto::repr::{KeyPublicBytes, KeySecretBytes};
use base64_simd::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::parties::{agreement_key, signing_key};

/// The kid of the ephemeral key, which no party has.
const EPHEMERAL: &str = "did:example:ephemeral#1";

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

pub(crate) fn decode(text: &Value) -> Vec<u8> {
    // DIDComm v1 uses padding
    URL_SAFE_NO_PAD.decode_to_vec(text.as_str().unwrap().trim_end_matches('=')).unwrap()
}

pub(crate) fn decode_json(text: &Value) -> Value {
    serde_json::from_slice(&decode(text)).unwrap()
}

/// The hash that binds a list of recipients.
pub(crate) fn apv(kids: &[&str]) -> [u8; 32] {
    let mut kids = kids.to_vec();
    kids.sort_unstable();
    Sha256::digest(kids.join(".")).into()
}

/// The public JWK of an ephemeral key.
pub(crate) fn epk(kid: &str) -> Value {
    let x = agreement_key(kid).with_public_bytes(|bytes| encode(bytes));
    json!({"kty": "OKP", "crv": "X25519", "x": x})
}

/// An encrypted message before sealing: valid unless a test changes a part of it.
#[derive(Clone)]
pub(crate) struct Jwe {
    header: Map<String, Value>,
    header_text: Option<String>,
    recipients: Vec<String>,
    plaintext: Vec<u8>,
    sender: Option<String>,
    epk_each: bool,
    epk_point: Option<[u8; 32]>,
    stray_key: bool,
    aad: Option<String>,
}

/// Encrypted without a sender.
pub(crate) fn anoncrypt(plaintext: impl AsRef<[u8]>, to: &[&str]) -> Jwe {
    Jwe::new("ECDH-ES+A256KW", plaintext.as_ref(), to, None)
}

/// Encrypted by the holder of `skid`.
pub(crate) fn authcrypt(plaintext: impl AsRef<[u8]>, skid: &str, to: &[&str]) -> Jwe {
    Jwe::new("ECDH-1PU+A256KW", plaintext.as_ref(), to, Some(skid))
}

impl Jwe {
    fn new(alg: &str, plaintext: &[u8], to: &[&str], skid: Option<&str>) -> Self {
        let mut header = Map::new();
        header.insert("typ".to_owned(), json!("application/didcomm-encrypted+json"));
        header.insert("alg".to_owned(), json!(alg));
        header.insert("enc".to_owned(), json!("A256CBC-HS512"));
        if let Some(skid) = skid {
            header.insert("skid".to_owned(), json!(skid));
            header.insert("apu".to_owned(), json!(encode(skid)));
        }
        header.insert("apv".to_owned(), json!(encode(apv(to))));
        header.insert("epk".to_owned(), epk(EPHEMERAL));
        let recipients = to.iter().map(|kid| (*kid).to_owned()).collect();
        let sender = skid.map(str::to_owned);
        let plaintext = plaintext.to_vec();
        Self {
            header,
            header_text: None,
            recipients,
            plaintext,
            sender,
            epk_each: false,
            epk_point: None,
            stray_key: false,
            aad: None,
        }
    }

    /// Replaces a member of the protected header; null removes it.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => drop(self.header.shift_remove(name)),
            value => drop(self.header.insert(name.to_owned(), value)),
        }
        self
    }

    /// Writes this text as the protected header.
    pub(crate) fn with_header_text(mut self, write: impl FnOnce(&Map<String, Value>) -> String) -> Self {
        self.header_text = Some(write(&self.header));
        self
    }

    /// Encrypts with this key, whatever sender the header claims.
    pub(crate) fn really_from(mut self, kid: &str) -> Self {
        self.sender = Some(kid.to_owned());
        self
    }

    /// Derives the key without a sender, whatever sender the header claims.
    pub(crate) fn really_anonymous(mut self) -> Self {
        self.sender = None;
        self
    }

    /// Uses this point as the ephemeral key: a point of low order needs no private key.
    pub(crate) fn with_epk_point(mut self, point: [u8; 32]) -> Self {
        self.epk_point = Some(point);
        self.with("epk", json!({"kty": "OKP", "crv": "X25519", "x": encode(point)}))
    }

    /// Uses an ephemeral key for each recipient, in the recipient's own header.
    pub(crate) fn with_epk_for_each(mut self) -> Self {
        self.epk_each = true;
        self.with("epk", Value::Null)
    }

    /// Wraps another content key for the last recipient.
    pub(crate) fn with_stray_key(mut self) -> Self {
        self.stray_key = true;
        self
    }

    pub(crate) fn with_aad(mut self, aad: &str) -> Self {
        self.aad = Some(encode(aad));
        self
    }

    /// Encrypts. The inputs of the derivation come from the header, changed or not.
    pub(crate) fn seal(&self) -> Value {
        let text = self.header_text.clone().unwrap_or_else(|| Value::Object(self.header.clone()).to_string());
        let protected = encode(text);
        let aad = self.aad.as_ref().map_or_else(|| protected.clone(), |aad| format!("{protected}.{aad}"));
        let enc = self.header.get("enc").and_then(Value::as_str).unwrap_or_default();
        let (cek, iv) = (cek(enc), iv(enc));
        let mut ciphertext = self.plaintext.clone();
        let length = content_key(enc, &cek).encrypt_in_place(&mut ciphertext, &iv, aad.as_bytes()).unwrap();
        let tag = ciphertext.split_off(length);
        let party = |name: &str| self.header.get(name).map(decode).unwrap_or_default();
        let (apu, apv) = (party("apu"), party("apv"));
        let recipients: Vec<_> = (1..)
            .zip(&self.recipients)
            .map(|(place, kid)| {
                let ephemeral =
                    if self.epk_each { format!("{EPHEMERAL}{place}") } else { EPHEMERAL.to_owned() };
                let kek = self.sending_key(&ephemeral, kid, &apu, &apv, &tag);
                let mut encrypted_key = cek.clone();
                if self.stray_key && place == self.recipients.len() {
                    encrypted_key.fill(8);
                }
                wrapping(&kek).encrypt_in_place(&mut encrypted_key, &[], &[]).unwrap();
                let mut header = json!({"kid": kid});
                if self.epk_each {
                    header["epk"] = epk(&ephemeral);
                }
                json!({"header": header, "encrypted_key": encode(encrypted_key)})
            })
            .collect();
        let mut jwe = json!({"protected": protected, "recipients": recipients, "iv": encode(iv),
                             "ciphertext": encode(ciphertext), "tag": encode(tag)});
        if let Some(aad) = &self.aad {
            jwe["aad"] = json!(aad);
        }
        jwe
    }

    fn sending_key(&self, ephemeral: &str, recipient: &str, apu: &[u8], apv: &[u8], tag: &[u8]) -> [u8; 32] {
        let mut ephemeral = agreement_key(ephemeral);
        // the shared secret of a point of low order is the same for every key: compute it with the recipient's key
        let receive = self.epk_point.is_some();
        if let Some(point) = &self.epk_point {
            ephemeral = KeyPublicBytes::from_public_bytes(point).unwrap();
        }
        let recipient = agreement_key(recipient);
        let mut kek = [0; 32];
        match &self.sender {
            None => EcdhEs::new(&ephemeral, &recipient, b"ECDH-ES+A256KW", apu, apv, receive)
                .derive_key_bytes(&mut kek),
            Some(sender) => {
                let sender = agreement_key(sender);
                Ecdh1PU::new(&ephemeral, &sender, &recipient, b"ECDH-1PU+A256KW", apu, apv, tag, receive)
                    .derive_key_bytes(&mut kek)
            }
        }
        .unwrap();
        kek
    }
}

/// Opens an envelope with the key of one recipient; `sender` is the sender's key, for authcrypt.
pub(crate) fn open(jwe: &Value, recipient: &str, sender: Option<&str>) -> String {
    let header = decode_json(&jwe["protected"]);
    let party = |name: &str| header.get(name).map(decode).unwrap_or_default();
    let (apu, apv, tag) = (party("apu"), party("apv"), decode(&jwe["tag"]));
    let ephemeral = KeyPublicBytes::from_public_bytes(&decode(&header["epk"]["x"])).unwrap();
    let ours = agreement_key(recipient);
    let mut kek = [0; 32];
    match sender {
        None => {
            EcdhEs::new(&ephemeral, &ours, b"ECDH-ES+A256KW", &apu, &apv, true).derive_key_bytes(&mut kek)
        }
        Some(sender) => {
            let sender = agreement_key(sender);
            Ecdh1PU::new(&ephemeral, &sender, &ours, b"ECDH-1PU+A256KW", &apu, &apv, &tag, true)
                .derive_key_bytes(&mut kek)
        }
    }
    .unwrap();
    let mut cek = encrypted_key(jwe, recipient);
    wrapping(&kek).decrypt_in_place(&mut cek, &[], &[]).unwrap();
    let mut content = decode(&jwe["ciphertext"]);
    content.extend(tag);
    let aad = jwe["protected"].as_str().unwrap().as_bytes();
    let key = content_key(header["enc"].as_str().unwrap(), &cek);
    key.decrypt_in_place(&mut content, &decode(&jwe["iv"]), aad).unwrap();
    String::from_utf8(content).unwrap()
}

fn encrypted_key(jwe: &Value, kid: &str) -> Vec<u8> {
    let recipients = jwe["recipients"].as_array().unwrap();
    decode(&recipients.iter().find(|recipient| recipient["header"]["kid"] == kid).unwrap()["encrypted_key"])
}

fn wrapping(kek: &[u8]) -> AesKey<A256Kw> {
    AesKey::from_secret_bytes(kek).unwrap()
}

fn content_key(enc: &str, cek: &[u8]) -> Box<dyn KeyAeadInPlace> {
    match enc {
        "A256GCM" => Box::new(AesKey::<A256Gcm>::from_secret_bytes(cek).unwrap()),
        "XC20P" => Box::new(Chacha20Key::<XC20P>::from_secret_bytes(cek).unwrap()),
        _ => Box::new(AesKey::<A256CbcHs512>::from_secret_bytes(cek).unwrap()),
    }
}

fn cek(enc: &str) -> Vec<u8> {
    vec![7; if matches!(enc, "A256GCM" | "XC20P") { 32 } else { 64 }]
}

fn iv(enc: &str) -> Vec<u8> {
    let length = match enc {
        "A256GCM" => 12,
        "XC20P" => 24,
        _ => 16,
    };
    vec![9; length]
}

/// A signed message in the general form, with these headers and the key of `signer`.
pub(crate) fn jws(payload: &str, protected: &Value, header: Option<Value>, signer: &str) -> Value {
    let (protected, payload) = (encode(protected.to_string()), encode(payload));
    let signature = signing_key(signer).sign(format!("{protected}.{payload}").as_bytes()).unwrap();
    let mut one = json!({"protected": protected, "signature": encode(signature)});
    if let Some(header) = header {
        one["header"] = header;
    }
    json!({"payload": payload, "signatures": [one]})
}

/// A signed message in the usual form.
pub(crate) fn signed(payload: &str, signer: &str) -> Value {
    let protected = json!({"typ": "application/didcomm-signed+json", "alg": "EdDSA"});
    jws(payload, &protected, Some(json!({"kid": signer})), signer)
}

/// The same in the flattened form.
pub(crate) fn flattened(jws: &Value) -> Value {
    let mut flat = jws["signatures"][0].clone();
    flat["payload"] = jws["payload"].clone();
    flat
}

/// A JWT with any header and any claims.
pub(crate) fn jwt(header: &Value, claims: &Value, signer: &str) -> String {
    let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature = signing_key(signer).sign(input.as_bytes()).unwrap();
    format!("{input}.{}", encode(signature))
}
