//! Verification method types that imply a curve.

use super::Curve;

/// The curve of a verification method type; `None` if the JWK or the Multikey determines it.
pub(crate) fn curve_of_suite(suite: &str) -> Option<Curve> {
    Some(match suite {
        "X25519KeyAgreementKey2021" | "X25519KeyAgreementKey2020" | "X25519KeyAgreementKey2019" => {
            Curve::X25519
        }
        "Ed25519VerificationKey2020" | "Ed25519VerificationKey2018" => Curve::Ed25519,
        "EcdsaSecp256k1VerificationKey2019" | "Secp256k1Key2021" => Curve::Secp256k1,
        "EcdsaSecp256r1VerificationKey2019" | "P256Key2021" => Curve::P256,
        "P384Key2021" => Curve::P384,
        "P521Key2021" => Curve::P521,
        _ => return None,
    })
}
