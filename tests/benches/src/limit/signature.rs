//! Signing and verifying.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    ParsedPublicKey, UnparsedPublicKey,
};
use base64_simd::URL_SAFE_NO_PAD;
use k256::ecdsa::signature::{Signer as _, Verifier as _};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use serde::Deserialize;
use serde_json::Value;

use super::plaintext::Plaintext;
use super::{decoded, encode};
use crate::fixture::{Description, Fixture};
use crate::serve::Task;

/// A key that signs.
pub enum Secret {
    Ed25519(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
    Es256k(SigningKey),
}

impl Secret {
    pub fn new(jwk: &Value) -> Self {
        let bytes = decoded(jwk["d"].as_str().unwrap());
        match jwk["crv"].as_str().unwrap() {
            "Ed25519" => Self::Ed25519(Ed25519KeyPair::from_seed_unchecked(&bytes).unwrap()),
            "P-256" => {
                let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
                Self::Es256(
                    EcdsaKeyPair::from_private_key_and_public_key(algorithm, &bytes, &point(jwk)).unwrap(),
                )
            }
            _ => Self::Es256k(SigningKey::from_slice(&bytes).unwrap()),
        }
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::Es256(_) => "ES256",
            Self::Es256k(_) => "ES256K",
        }
    }

    /// Writes the signature in base64url.
    pub fn sign(&self, data: &[u8], text: &mut String) {
        match self {
            Self::Ed25519(key) => encode(key.sign(data).as_ref(), text),
            Self::Es256(key) => encode(key.sign(&SystemRandom::new(), data).unwrap().as_ref(), text),
            Self::Es256k(key) => {
                let signature: Signature = key.sign(data);
                encode(&signature.to_bytes(), text);
            }
        }
    }
}

/// A key that verifies.
pub enum Public {
    Parsed(ParsedPublicKey),
    Es256k(VerifyingKey),
}

impl Public {
    pub fn new(jwk: &Value) -> Self {
        match jwk["crv"].as_str().unwrap() {
            "Ed25519" => {
                let key = UnparsedPublicKey::new(&ED25519, decoded(jwk["x"].as_str().unwrap()));
                Self::Parsed(key.parse().unwrap())
            }
            "P-256" => {
                Self::Parsed(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point(jwk)).parse().unwrap())
            }
            _ => Self::Es256k(VerifyingKey::from_sec1_bytes(&point(jwk)).unwrap()),
        }
    }

    pub fn verify(&self, data: &[u8], signature: &[u8]) {
        match self {
            Self::Parsed(key) => key.verify_sig(data, signature).unwrap(),
            Self::Es256k(key) => key.verify(data, &Signature::from_slice(signature).unwrap()).unwrap(),
        }
    }
}

fn point(jwk: &Value) -> Vec<u8> {
    let mut point = vec![4];
    point.extend(decoded(jwk["x"].as_str().unwrap()));
    point.extend(decoded(jwk["y"].as_str().unwrap()));
    point
}

/// A message signed.
pub struct Sign {
    message: Plaintext,
    kid: String,
    secret: Secret,
    text: Vec<u8>,
    input: String,
    envelope: String,
}

impl Sign {
    pub fn new(fixture: &Fixture, description: &Description) -> Self {
        let kid = fixture.kids(description.sign_frm.as_deref().unwrap(), "authentication").remove(0);
        Self {
            message: serde_json::from_str(description.message.as_ref().unwrap().get()).unwrap(),
            secret: Secret::new(fixture.secret_jwk(&kid).unwrap()),
            kid,
            text: Vec::new(),
            input: String::new(),
            envelope: String::new(),
        }
    }
}

impl Task for Sign {
    fn run(&mut self) {
        self.text.clear();
        serde_json::to_writer(&mut self.text, &self.message).unwrap();
        let header =
            format!(r#"{{"typ":"application/didcomm-signed+json","alg":"{}"}}"#, self.secret.algorithm());
        self.input.clear();
        encode(header.as_bytes(), &mut self.input);
        let end = self.input.len();
        self.input.push('.');
        encode(&self.text, &mut self.input);
        let (protected, payload) = (&self.input[..end], &self.input[end + 1..]);
        self.envelope.clear();
        for part in ["{\"payload\":\"", payload, "\",\"signatures\":[{\"protected\":\"", protected] {
            self.envelope.push_str(part);
        }
        self.envelope.push_str("\",\"signature\":\"");
        self.secret.sign(self.input.as_bytes(), &mut self.envelope);
        for part in ["\",\"header\":{\"kid\":\"", &self.kid, "\"}}]}"] {
            self.envelope.push_str(part);
        }
    }

    fn result(&self) -> String {
        self.envelope.clone()
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    payload: &'a str,
    #[serde(borrow)]
    signatures: [Signed<'a>; 1],
}

#[derive(Deserialize)]
struct Signed<'a> {
    protected: &'a str,
    signature: &'a str,
}

/// A signed message verified.
pub struct Verify {
    packed: String,
    public: Public,
    input: Vec<u8>,
    text: Vec<u8>,
    message: Option<Plaintext>,
}

impl Verify {
    pub fn new(fixture: &Fixture, description: &Description) -> Self {
        let kid = fixture.kids(description.sign_frm.as_deref().unwrap(), "authentication").remove(0);
        Self {
            packed: description.packed.clone().unwrap(),
            public: Public::new(fixture.public_jwk(&kid)),
            input: Vec::new(),
            text: Vec::new(),
            message: None,
        }
    }
}

impl Task for Verify {
    fn run(&mut self) {
        let Envelope { payload, signatures: [signed] } = serde_json::from_str(&self.packed).unwrap();
        self.input.clear();
        for part in [signed.protected, ".", payload] {
            self.input.extend(part.as_bytes());
        }
        self.public.verify(&self.input, &decoded(signed.signature));
        self.text.clear();
        URL_SAFE_NO_PAD.decode_append(payload, &mut self.text).unwrap();
        self.message = Some(serde_json::from_slice(&self.text).unwrap());
    }

    fn result(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }
}
