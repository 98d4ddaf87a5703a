//! A verification method of a DID document, and the many ways in which documents write its key.

use std::sync::OnceLock;

use super::DidUrl;
use super::node::Node;
use crate::error::{Error, Result};
use crate::keys::{Curve, Jwk, PublicKey, decode_base58};

/// A key that a DID document lists.
#[derive(Clone, Debug)]
pub struct VerificationMethod {
    kid: DidUrl,
    suite: String,
    material: Material,
    // most keys of a document are never used: a point is read when it is
    key: OnceLock<Result<PublicKey, Unusable>>,
}

/// Why the key of a verification method cannot be used here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unusable {
    /// What to tell the user: the key's curve or type, or what is wrong with it.
    pub reason: String,
}

/// The key as the document writes it.
#[derive(Clone, Debug)]
enum Material {
    Jwk(Jwk),
    Multibase(String),
    Base58(String),
    Missing,
}

impl VerificationMethod {
    /// The absolute id of the key.
    pub fn kid(&self) -> &DidUrl {
        &self.kid
    }

    /// The key, or why it cannot be used.
    pub fn key(&self) -> Result<&PublicKey, &Unusable> {
        let read = || {
            self.read_key().map_err(|error| Unusable {
                reason: match error {
                    Error::Unsupported { algorithm, .. } => algorithm,
                    other => other.to_string(),
                },
            })
        };
        self.key.get_or_init(read).as_ref()
    }

    /// The same key under another DID of its party.
    pub(super) fn in_the_name_of(&self, did: &DidUrl) -> Self {
        Self { kid: did.with_fragment(self.kid.fragment().unwrap_or_default()), ..self.clone() }
    }

    /// Reads a method of the document of `did`; none where it names no key.
    pub(super) fn parse<N: Node>(did: &DidUrl, method: &N) -> Option<Self> {
        let kid = absolute_kid(did, &method.member("id")?.text()?)?;
        let suite = method.member_text("type").unwrap_or_default();
        let material = if let Some(text) = method.member_text("publicKeyMultibase") {
            Material::Multibase(text)
        } else if let Some(jwk) = method.member("publicKeyJwk") {
            Jwk::read(&jwk).map_or(Material::Missing, Material::Jwk)
        } else {
            method.member_text("publicKeyBase58").map_or(Material::Missing, Material::Base58)
        };
        Some(Self { kid, suite, material, key: OnceLock::new() })
    }

    fn read_key(&self) -> Result<PublicKey> {
        let malformed = |reason: &str| Error::malformed("verification method", reason);
        let on_one_curve = match self.suite.as_str() {
            "JsonWebKey2020" | "JsonWebKey" | "Multikey" => None,
            "X25519KeyAgreementKey2020" | "X25519KeyAgreementKey2019" => Some(Curve::X25519),
            "Ed25519VerificationKey2020" | "Ed25519VerificationKey2018" => Some(Curve::Ed25519),
            "EcdsaSecp256k1VerificationKey2019" => Some(Curve::Secp256k1),
            other => return Err(Error::unsupported("verification method type", other)),
        };
        // the 2018 to 2020 suites are found with each other's members
        let key = match (&self.material, on_one_curve) {
            (Material::Jwk(jwk), _) => jwk.only_public_key()?,
            (Material::Multibase(text), Some(curve)) => PublicKey::from_multibase(curve, text)?,
            (Material::Multibase(text), None) => PublicKey::from_multikey(text)?,
            (Material::Base58(text), Some(curve)) => PublicKey::from_octets(curve, &decode_base58(text)?)?,
            (Material::Base58(_) | Material::Missing, _) => return Err(malformed("no public key")),
        };
        match on_one_curve {
            Some(curve) if key.curve() != curve => Err(malformed("the key is not on the curve of its type")),
            _ => Ok(key),
        }
    }
}

/// The absolute form of a key id that may be relative to its document.
pub(super) fn absolute_kid(did: &DidUrl, id: &str) -> Option<DidUrl> {
    match id.strip_prefix('#').or_else(|| id.strip_prefix(did.did())?.strip_prefix('#')) {
        Some(fragment) => did.kid(fragment),
        None => DidUrl::parse_kid(id, "did document").ok(),
    }
}
