//! Packing: authcrypt, anoncrypt, one around the other, and the forward.

use std::mem::take;

use aws_lc_rs::agreement::{ParsedPublicKey, PrivateKey};
use serde::Serialize;

use super::agreement::{self, Epk, Info};
use super::content::Content;
use super::encode;
use super::plaintext::{Forward, Plaintext};
use crate::fixture::{Description, Fixture};
use crate::serve::Task;

struct Sender {
    kid: String,
    secret: PrivateKey,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: &'static str,
    enc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    skid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apu: Option<String>,
    apv: String,
    epk: Epk<String, String>,
}

/// What one layer of encryption needs, and its buffers.
struct Layer {
    sender: Option<Sender>,
    curve: &'static str,
    kids: Vec<String>,
    keys: Vec<ParsedPublicKey>,
    content: Content,
    header: Vec<u8>,
    protected: String,
}

impl Layer {
    fn new(fixture: &Fixture, to: &str, frm: Option<&str>, enc: &str) -> Self {
        let kids = fixture.kids(to, "keyAgreement");
        let jwks: Vec<_> = kids.iter().map(|kid| fixture.public_jwk(kid)).collect();
        let public = |jwk: &serde_json::Value| {
            agreement::public(agreement::curve(jwk), jwk["x"].as_str().unwrap(), jwk["y"].as_str())
        };
        let sender = frm.map(|frm| {
            let kid = fixture.kids(frm, "keyAgreement").remove(0);
            let secret = agreement::secret(fixture.secret_jwk(&kid).unwrap());
            Sender { kid, secret }
        });
        Self {
            content: if sender.is_some() { Content::A256CbcHs512 } else { Content::from_name(enc) },
            sender,
            curve: agreement::curve(jwks[0]),
            keys: jwks.into_iter().map(public).collect(),
            kids,
            header: Vec::new(),
            protected: String::new(),
        }
    }

    /// Encrypts the text where it lies and writes the envelope.
    fn seal(&mut self, text: &mut Vec<u8>, envelope: &mut String) {
        let ephemeral = agreement::generate(self.curve);
        let apv = agreement::apv(&self.kids);
        let (key_length, iv_length) = self.content.lengths();
        let (mut key, mut iv) = ([0; 64], [0; 24]);
        let (key, iv) = (&mut key[..key_length], &mut iv[..iv_length]);
        getrandom::fill(key).unwrap();
        getrandom::fill(iv).unwrap();
        self.write_header(&ephemeral, &apv);
        let tag = self.content.seal(key, iv, self.protected.as_bytes(), text);
        envelope.clear();
        envelope.push_str("{\"protected\":\"");
        envelope.push_str(&self.protected);
        envelope.push_str("\",\"recipients\":[");
        for (place, (kid, public)) in self.kids.iter().zip(&self.keys).enumerate() {
            envelope.push_str(if place == 0 {
                "{\"header\":{\"kid\":\""
            } else {
                ",{\"header\":{\"kid\":\""
            });
            envelope.push_str(kid);
            envelope.push_str("\"},\"encrypted_key\":\"");
            let kek = match &self.sender {
                Some(Sender { kid, secret }) => {
                    let info = Info { apu: kid.as_bytes(), apv: &apv, tag: Some(&tag) };
                    agreement::wrapping_key(&[(&ephemeral, public), (secret, public)], &info)
                }
                None => {
                    agreement::wrapping_key(&[(&ephemeral, public)], &Info { apu: b"", apv: &apv, tag: None })
                }
            };
            agreement::wrap(kek, key, envelope);
            envelope.push_str("\"}");
        }
        for (name, bytes) in [("],\"iv\":\"", &*iv), ("\",\"ciphertext\":\"", text), ("\",\"tag\":\"", &tag)]
        {
            envelope.push_str(name);
            encode(bytes, envelope);
        }
        envelope.push_str("\"}");
    }

    fn write_header(&mut self, ephemeral: &PrivateKey, apv: &[u8]) {
        let encoded = |bytes: &[u8]| {
            let mut text = String::new();
            encode(bytes, &mut text);
            text
        };
        let sender = self.sender.as_ref();
        let header = Header {
            typ: "application/didcomm-encrypted+json",
            alg: if sender.is_some() { "ECDH-1PU+A256KW" } else { "ECDH-ES+A256KW" },
            enc: self.content.name(),
            skid: sender.map(|sender| sender.kid.as_str()),
            apu: sender.map(|sender| encoded(sender.kid.as_bytes())),
            apv: encoded(apv),
            epk: agreement::coordinates(self.curve, ephemeral),
        };
        self.header.clear();
        serde_json::to_writer(&mut self.header, &header).unwrap();
        self.protected.clear();
        encode(&self.header, &mut self.protected);
    }
}

/// A message packed in one layer or, with the sender protected, in two.
pub(super) struct Pack {
    message: Plaintext,
    layers: Vec<Layer>,
    text: Vec<u8>,
    envelope: String,
}

impl Pack {
    pub(super) fn new(fixture: &Fixture, description: &Description) -> Self {
        let (to, enc) = (description.to.as_deref().unwrap(), description.enc.as_deref().unwrap_or_default());
        let mut layers = vec![Layer::new(fixture, to, description.frm.as_deref(), enc)];
        if description.protect {
            layers.push(Layer::new(fixture, to, None, enc));
        }
        let message = serde_json::from_str(description.message.as_ref().unwrap().get()).unwrap();
        Self { message, layers, text: Vec::new(), envelope: String::new() }
    }
}

impl Task for Pack {
    fn run(&mut self) {
        self.text.clear();
        serde_json::to_writer(&mut self.text, &self.message).unwrap();
        let (first, others) = self.layers.split_first_mut().unwrap();
        first.seal(&mut self.text, &mut self.envelope);
        for layer in others {
            self.text = take(&mut self.envelope).into_bytes();
            layer.seal(&mut self.text, &mut self.envelope);
        }
    }

    fn result(&self) -> String {
        self.envelope.clone()
    }
}

/// An envelope wrapped for a mediator.
pub(super) struct Wrap {
    forward: Forward,
    layer: Layer,
    text: Vec<u8>,
    envelope: String,
}

impl Wrap {
    pub(super) fn new(fixture: &Fixture, description: &Description) -> Self {
        let mediator = description.mediator.as_deref().unwrap();
        let (to, packed) = (description.to.as_deref().unwrap(), description.packed.as_deref().unwrap());
        Self {
            forward: Forward::new(mediator, to, packed),
            layer: Layer::new(fixture, mediator, None, description.enc.as_deref().unwrap()),
            text: Vec::new(),
            envelope: String::new(),
        }
    }
}

impl Task for Wrap {
    fn run(&mut self) {
        self.text.clear();
        serde_json::to_writer(&mut self.text, &self.forward).unwrap();
        self.layer.seal(&mut self.text, &mut self.envelope);
    }

    fn result(&self) -> String {
        self.envelope.clone()
    }
}
