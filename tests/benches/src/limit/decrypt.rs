//! Unpacking: layer after layer down to the plaintext.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_lc_rs::agreement::{ParsedPublicKey, PrivateKey};
use base64_simd::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::agreement::{self, Info};
use super::content::Content;
use super::decoded;
use super::plaintext::Plaintext;
use crate::fixture::{Description, Fixture};
use crate::serve::Task;

#[derive(Deserialize)]
struct Envelope<'a> {
    protected: &'a str,
    #[serde(borrow)]
    recipients: Vec<Recipient<'a>>,
    iv: &'a str,
    ciphertext: &'a str,
    tag: &'a str,
}

#[derive(Deserialize)]
struct Recipient<'a> {
    #[serde(borrow)]
    header: Named<'a>,
    encrypted_key: &'a str,
}

#[derive(Deserialize)]
struct Named<'a> {
    kid: &'a str,
}

#[derive(Deserialize)]
struct Header<'a> {
    enc: &'a str,
    skid: Option<&'a str>,
    apu: Option<&'a str>,
    apv: &'a str,
    #[serde(borrow)]
    epk: Epk<'a>,
}

#[derive(Deserialize)]
struct Epk<'a> {
    crv: &'a str,
    x: &'a str,
    y: Option<&'a str>,
}

/// An envelope to open, and the keys that open it.
pub(super) struct Unpack {
    packed: String,
    secrets: HashMap<String, PrivateKey>,
    senders: HashMap<String, ParsedPublicKey>,
    text: Vec<u8>,
    message: Option<Plaintext>,
}

impl Unpack {
    pub(super) fn new(fixture: &Fixture, description: &Description) -> Self {
        let kids = |did: &Option<String>| {
            did.iter().flat_map(|did| fixture.kids(did, "keyAgreement")).collect::<Vec<_>>()
        };
        let public = |kid: &str| {
            let jwk = fixture.public_jwk(kid);
            agreement::public(agreement::curve(jwk), jwk["x"].as_str().unwrap(), jwk["y"].as_str())
        };
        let secrets = kids(&description.to).into_iter().map(|kid| {
            let secret = agreement::secret(fixture.secret_jwk(&kid).unwrap());
            (kid, secret)
        });
        let senders = kids(&description.frm).into_iter().map(|kid| {
            let public = public(&kid);
            (kid, public)
        });
        Self {
            packed: description.packed.clone().unwrap(),
            secrets: secrets.collect(),
            senders: senders.collect(),
            text: Vec::new(),
            message: None,
        }
    }

    /// Opens one layer into the buffer; says whether another lies inside.
    fn open(&self, packed: &str, text: &mut Vec<u8>) -> bool {
        let envelope: Envelope<'_> = serde_json::from_str(packed).unwrap();
        let header = decoded(envelope.protected);
        let header: Header<'_> = serde_json::from_slice(&header).unwrap();
        let recipient = &envelope.recipients[0];
        let secret = &self.secrets[recipient.header.kid];
        let ephemeral = agreement::public(header.epk.crv, header.epk.x, header.epk.y);
        let (apv, tag, iv) = (decoded(header.apv), decoded(envelope.tag), decoded(envelope.iv));
        let kek = match header.skid {
            Some(skid) => {
                let apu = decoded(header.apu.unwrap());
                let info = Info { apu: &apu, apv: &apv, tag: Some(&tag) };
                agreement::wrapping_key(&[(secret, &ephemeral), (secret, &self.senders[skid])], &info)
            }
            None => {
                agreement::wrapping_key(&[(secret, &ephemeral)], &Info { apu: b"", apv: &apv, tag: None })
            }
        };
        let key = agreement::unwrap(kek, recipient.encrypted_key);
        text.clear();
        URL_SAFE_NO_PAD.decode_append(envelope.ciphertext, text).unwrap();
        let length =
            Content::from_name(header.enc).open(&key, &iv, envelope.protected.as_bytes(), text, &tag);
        text.truncate(length);
        header.skid.is_none() && !self.senders.is_empty()
    }
}

impl Task for Unpack {
    fn run(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        if self.open(&self.packed, &mut text) {
            let inner = text.clone();
            self.open(str::from_utf8(&inner).unwrap(), &mut text);
        }
        self.message = Some(serde_json::from_slice(&text).unwrap());
        self.text = text;
    }

    fn result(&self) -> String {
        let message: Cow<'_, _> = String::from_utf8_lossy(&self.text);
        message.into_owned()
    }
}
