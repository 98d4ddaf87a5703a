//! The view of an encrypted layer without a key.

use serde::Serialize;

use super::findings::Faults;
use super::lenient_json::{Entries, Object};
use super::sizes::{Serialisation, Sizes, decoded_length};
use crate::base64url;
use crate::crypto::algorithm::{AgreementAlgorithm, ContentEncryption};
use crate::crypto::apv::apv;
use crate::did::DidUrl;
use crate::error::{Claim, Error};
use crate::jose::jwe::{LEFT_OUT, parse_epk};
use crate::jose::wire::is_header_of_version_1;
use crate::json::parse_borrowed;
use crate::limits::Limits;

/// A JWE. Its content and the proof of its sender need unpacking.
#[derive(Clone, Debug, Serialize)]
pub struct EncryptedView {
    /// The serialization.
    pub serialisation: Serialisation,
    /// The version of DIDComm: 1 if the header has the type of v1, else 2.
    pub version: u8,
    /// `authcrypt` or `anoncrypt`, by `alg`.
    pub mode: Option<&'static str>,
    /// The media type.
    pub typ: Option<String>,
    /// The key agreement algorithm.
    pub alg: Option<String>,
    /// The content encryption.
    pub enc: Option<String>,
    /// The sender's key.
    pub claimed_skid: Option<String>,
    /// The sender's key in `apu`, decoded.
    pub claimed_apu: Option<String>,
    /// `apv`, which authenticates the list of recipients, as it arrived.
    pub apv: Option<String>,
    /// Whether `apv` is the hash of the listed kids; `None` without `apv`.
    pub apv_binds_kids: Option<bool>,
    /// The curve of the ephemeral key.
    pub epk_curve: Option<String>,
    /// The claimed recipient keys, up to the limit.
    pub claimed_recipient_kids: Vec<String>,
    /// The number of recipients.
    pub recipient_count: usize,
    /// Its sizes; the content is the ciphertext.
    #[serde(flatten)]
    pub sizes: Sizes,
}

impl EncryptedView {
    pub(super) fn of_json(bytes: usize, object: &Object<'_>, limits: &Limits, faults: &mut Faults) -> Self {
        let protected = object.full_text("protected").unwrap_or_default();
        let mut view = Self::of_header(&protected, limits, faults);
        view.sizes = Sizes {
            bytes,
            content_bytes: object.full_text("ciphertext").map_or(0, |text| decoded_length(text.len())),
            parts: object.sizes(&[
                "protected",
                "unprotected",
                "recipients",
                "header",
                "encrypted_key",
                "iv",
                "ciphertext",
                "tag",
                "aad",
            ]),
        };
        if view.version == 1 {
            return view;
        }
        if let Some(raw) = object.member("recipients") {
            view.name_recipients(Entries::read(raw, limits.recipients));
        } else {
            view.serialisation = Serialisation::Flattened;
            let kid = object.object("header").and_then(|header| header.text("kid"));
            view.claimed_recipient_kids.extend(kid);
            view.recipient_count = 1;
        }
        view.check_recipients(faults);
        view.check_apv(faults);
        view
    }

    pub(super) fn of_compact(protected: &str, sizes: Sizes, limits: &Limits, faults: &mut Faults) -> Self {
        let view = Self::of_header(protected, limits, faults);
        Self { serialisation: Serialisation::Compact, sizes, ..view }
    }

    /// Reads the protected header, which contains the recipients in DIDComm v1.
    fn of_header(protected: &str, limits: &Limits, faults: &mut Faults) -> Self {
        const PART: &str = "jwe.protected";
        let is_of_version_1 = is_header_of_version_1(protected);
        let decode = if is_of_version_1 { base64url::decode_padded } else { base64url::decode };
        let bytes = faults.check(PART, decode(protected, PART)).unwrap_or_default();
        let header = str::from_utf8(&bytes).ok().and_then(Object::read).unwrap_or_default();
        let mut view = Self {
            serialisation: Serialisation::General,
            version: if is_of_version_1 { 1 } else { 2 },
            mode: None,
            typ: header.text("typ"),
            alg: header.text("alg"),
            enc: header.text("enc"),
            claimed_skid: header.text("skid"),
            claimed_apu: None,
            apv: header.text("apv"),
            apv_binds_kids: None,
            epk_curve: header.object("epk").and_then(|epk| epk.text("crv")),
            claimed_recipient_kids: header.text("kid").into_iter().collect(),
            recipient_count: 0,
            sizes: Sizes::default(),
        };
        if view.version == 1 {
            view.mode = match view.alg.as_deref() {
                Some("Authcrypt") => Some("authcrypt"),
                Some("Anoncrypt") => Some("anoncrypt"),
                _ => None,
            };
            let listed = header.member("recipients").and_then(|raw| Entries::read(raw, limits.recipients));
            view.name_recipients(listed);
        } else {
            view.check_header(&header, faults);
        }
        view
    }

    fn name_recipients(&mut self, listed: Option<Entries<'_>>) {
        let Some(entries) = listed else { return };
        let kid = |text| Object::read(text)?.object("header")?.text("kid");
        self.claimed_recipient_kids = entries.first.iter().filter_map(|raw| kid(raw.get())).collect();
        self.recipient_count = entries.count;
    }

    fn check_header(&mut self, header: &Object<'_>, faults: &mut Faults) {
        let encryption = self.enc.as_deref().map(ContentEncryption::from_name);
        faults.check("jwe.protected.enc", encryption.transpose());
        let algorithm = self.alg.as_deref().map(AgreementAlgorithm::from_name);
        let algorithm = faults.check("jwe.protected.alg", algorithm.transpose()).flatten();
        self.mode = algorithm.map(|algorithm| match algorithm {
            AgreementAlgorithm::EcdhEs => "anoncrypt",
            AgreementAlgorithm::Ecdh1Pu => "authcrypt",
        });
        if let Some(apu) = header.full_text("apu") {
            const PART: &str = "jwe.protected.apu";
            let bytes = faults.check(PART, base64url::decode(&apu, PART));
            let named =
                bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| Error::malformed(PART, "not UTF-8")));
            self.claimed_apu = named.and_then(|named| faults.check(PART, named));
        }
        if let Some(skid) = self.claimed_skid.as_deref().or(self.claimed_apu.as_deref()) {
            faults.check("jwe.protected.skid", DidUrl::parse_key_of_did(skid, "jwe.protected.skid"));
        }
        if let Some(epk) = header.member("epk").and_then(|epk| parse_borrowed(epk.get(), "epk").ok()) {
            faults.check("jwe.protected.epk", parse_epk(&epk));
        }
    }

    fn check_recipients(&self, faults: &mut Faults) {
        const PART: &str = "jwe.recipients.header.kid";
        let mut dids = Vec::new();
        for kid in &self.claimed_recipient_kids {
            if let Some(kid) = faults.check(PART, DidUrl::parse_kid(kid, PART)) {
                dids.push(kid.did().to_owned());
            }
        }
        if dids.iter().any(|did| Some(did) != dids.first()) {
            faults.add(
                "jwe.recipients",
                &Error::malformed("jwe.recipients", "must be keys of one DID, got keys of several"),
            );
        }
    }

    fn check_apv(&mut self, faults: &mut Faults) {
        const PART: &str = "jwe.protected.apv";
        let Some(written) = &self.apv else {
            faults.add(PART, &Error::malformed(PART, LEFT_OUT));
            return;
        };
        let Some(named) = faults.check(PART, base64url::decode(written, PART)) else { return };
        let kids = self.claimed_recipient_kids.iter().map(String::as_str);
        let binds = named == apv(kids) && self.claimed_recipient_kids.len() == self.recipient_count;
        self.apv_binds_kids = Some(binds);
        if !binds {
            faults.add(PART, &Error::Untrusted { claim: Claim::Recipients, kid: None, did: None });
        }
    }
}
