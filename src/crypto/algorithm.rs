//! The algorithms of the specification, with their JOSE names.

use super::curve::Curve;
use crate::error::{Error, Result};

/// The key agreement for wrapping the content key (`alg` of a JWE).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AgreementAlgorithm {
    /// Anoncrypt: `ECDH-ES+A256KW` (RFC 7518 4.6).
    EcdhEs,
    /// Authcrypt: `ECDH-1PU+A256KW` (draft-madden-jose-ecdh-1pu-04).
    Ecdh1Pu,
}

impl AgreementAlgorithm {
    /// The name in `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EcdhEs => "ECDH-ES+A256KW",
            Self::Ecdh1Pu => "ECDH-1PU+A256KW",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self> {
        [Self::EcdhEs, Self::Ecdh1Pu]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| Error::unsupported("key agreement", name))
    }
}

/// The content encryption (`enc` of a JWE).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ContentEncryption {
    /// `A256CBC-HS512` (RFC 7518 5.2.5), which every implementation must support.
    #[default]
    A256CbcHs512,
    /// `A256GCM` (RFC 7518 5.3), for anoncrypt only.
    A256Gcm,
    /// `XC20P` (draft-amringer-jose-chacha-02), for anoncrypt only.
    Xc20P,
}

impl ContentEncryption {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::A256CbcHs512, Self::A256Gcm, Self::Xc20P];

    /// The name in `enc`.
    pub fn name(self) -> &'static str {
        match self {
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A256Gcm => "A256GCM",
            Self::Xc20P => "XC20P",
        }
    }

    /// Finds the algorithm by its name in `enc`.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| Error::unsupported("content encryption", name))
    }
}

/// The signature algorithm (`alg` of a JWS).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignatureAlgorithm {
    /// `EdDSA` with Ed25519 (RFC 8037).
    EdDsa,
    /// `ES256`, ECDSA on P-256 (RFC 7518 3.4).
    Es256,
    /// `ES256K`, ECDSA on secp256k1 (RFC 8812 3.2).
    Es256K,
    /// `ES384`, ECDSA on P-384 (RFC 7518 3.4): verified, never written.
    Es384,
    /// `ES512`, ECDSA on P-521 (RFC 7518 3.4): verified, never written.
    Es512,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::EdDsa, Self::Es256, Self::Es256K, Self::Es384, Self::Es512];

    /// The name in `alg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es256K => "ES256K",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self> {
        // RFC 9864 defines a separate name for EdDSA with Ed25519, which some implementations write
        if name == "Ed25519" {
            return Ok(Self::EdDsa);
        }
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| Error::unsupported("signature algorithm", name))
    }

    /// The signature algorithm of the curve; `None` for curves for key agreement only.
    pub fn of(curve: Curve) -> Option<Self> {
        match curve {
            Curve::X25519 => None,
            Curve::Ed25519 => Some(Self::EdDsa),
            Curve::P256 => Some(Self::Es256),
            Curve::P384 => Some(Self::Es384),
            Curve::P521 => Some(Self::Es512),
            Curve::Secp256k1 => Some(Self::Es256K),
        }
    }

    /// Whether packing uses it: every recipient must support these three, and no others.
    pub fn is_written(self) -> bool {
        matches!(self, Self::EdDsa | Self::Es256 | Self::Es256K)
    }
}
