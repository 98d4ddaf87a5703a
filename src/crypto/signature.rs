//! Signatures over bytes.

use super::algorithm::SignatureAlgorithm;
use super::private_key::PrivateKey;
use super::public_key::PublicKey;
use crate::error::{Error, Result};

/// Signs with the algorithm of the key's curve.
pub(crate) fn sign(key: &PrivateKey, data: &[u8]) -> Result<Vec<u8>> {
    let signature = key.scalar().sign(data);
    signature.ok_or_else(|| Error::misuse(format!("a key on {} cannot sign", key.curve().name())))
}

/// Proof that a signature verified. Only [`verify`] makes one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignatureValid(());

/// Verifies a signature; the wrong algorithm for the key is the same error as an invalid signature.
pub(crate) fn verify(
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    data: &[u8],
    signature: &[u8],
) -> Result<SignatureValid> {
    let fits = SignatureAlgorithm::of(key.curve()) == Some(algorithm);
    let point = key.point().filter(|_| fits).ok_or(Error::InvalidSignature)?;
    if point.verify(data, signature) { Ok(SignatureValid(())) } else { Err(Error::InvalidSignature) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::keys::Curve;

    // RFC 8037, appendix A.4
    #[test]
    fn vector_of_rfc_8037() {
        let secret = base64url::decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "d").unwrap();
        let key = PrivateKey::from_bytes(Curve::Ed25519, &secret).unwrap();
        let data = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = sign(&key, data).unwrap();
        assert_eq!(
            base64url::encode(&signature),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
        let public = key.public_key();
        assert!(verify(&public, SignatureAlgorithm::EdDsa, data, &signature).is_ok());
        assert!(verify(&public, SignatureAlgorithm::EdDsa, b"other", &signature).is_err());
        assert!(verify(&public, SignatureAlgorithm::EdDsa, data, &signature[1..]).is_err());
    }

    fn key(jwk: &serde_json::Value) -> PublicKey {
        PublicKey::from_jwk(jwk).unwrap()
    }

    fn bytes(text: &str) -> Vec<u8> {
        base64url::decode(text, "").unwrap()
    }

    // RFC 7515, appendix A.3
    #[test]
    fn the_es256_vector_of_rfc_7515_verifies() {
        let key = key(&serde_json::json!({"kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}));
        let data = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature =
            bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
        assert!(verify(&key, SignatureAlgorithm::Es256, data, &signature).is_ok());
        assert!(verify(&key, SignatureAlgorithm::Es256, b"other", &signature).is_err());
    }

    // RFC 7515, appendix A.4
    #[test]
    fn the_es512_vector_of_rfc_7515_verifies() {
        let key = key(&serde_json::json!({"kty": "EC", "crv": "P-521",
            "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
            "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}));
        let data = b"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA";
        let signature = bytes(
            "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
        );
        assert!(verify(&key, SignatureAlgorithm::Es512, data, &signature).is_ok());
        assert!(verify(&key, SignatureAlgorithm::Es512, b"other", &signature).is_err());
    }

    // SIG-18: both values of s are valid; DER is not
    #[test]
    fn es256k_accepts_both_values_of_s_and_refuses_der() {
        let secret = PrivateKey::from_bytes(Curve::Secp256k1, &[7; 32]).unwrap();
        let public = secret.public_key();
        let signature = sign(&secret, b"data").unwrap();
        assert_eq!(signature.len(), 64);
        let low = k256::ecdsa::Signature::from_slice(&signature).unwrap();
        assert_eq!(low.normalize_s(), low, "a signature of ours has a low s");
        let (r, s) = low.split_scalars();
        let high = k256::ecdsa::Signature::from_scalars(r, -s).unwrap();
        for signature in [low.to_vec(), high.to_vec()] {
            assert!(verify(&public, SignatureAlgorithm::Es256K, b"data", &signature).is_ok());
            assert!(verify(&public, SignatureAlgorithm::Es256K, b"other", &signature).is_err());
        }
        let der = low.to_der();
        assert!(verify(&public, SignatureAlgorithm::Es256K, b"data", der.as_bytes()).is_err());
    }

    // SIG-19
    #[test]
    fn signature_verifies_only_with_the_algorithm_of_its_curve() {
        for curve in [Curve::Ed25519, Curve::P256, Curve::Secp256k1] {
            let secret = PrivateKey::from_bytes(curve, &[7; 32]).unwrap();
            let signature = sign(&secret, b"data").unwrap();
            let public = secret.public_key();
            for algorithm in SignatureAlgorithm::ALL {
                let verified = verify(&public, algorithm, b"data", &signature);
                assert_eq!(verified.is_ok(), Some(algorithm) == SignatureAlgorithm::of(curve));
            }
        }
    }

    // SIG-19
    #[test]
    fn agreement_key_neither_signs_nor_verifies() {
        let key = PrivateKey::from_bytes(Curve::X25519, &[7; 32]).unwrap();
        assert!(sign(&key, b"data").is_err());
        for algorithm in SignatureAlgorithm::ALL {
            let verified = verify(&key.public_key(), algorithm, b"data", &[0; 64]);
            assert_eq!(verified.unwrap_err(), Error::InvalidSignature);
        }
    }
}
