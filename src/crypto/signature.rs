//! Signatures over octets.

use super::algorithm::SignatureAlgorithm;
use crate::error::{Error, Result};
use crate::keys::{PublicKey, SecretKind};

/// Signs with the one algorithm that fits the key.
pub(crate) fn sign(key: &SecretKind, data: &[u8]) -> Result<(SignatureAlgorithm, Vec<u8>)> {
    let unfit = || Error::misuse(format!("a key on {} does not sign", key.curve().name()));
    let algorithm = SignatureAlgorithm::of(key.curve()).ok_or_else(unfit)?;
    match key {
        SecretKind::Ed25519(key) => {
            let signature = key.sign(data).ok_or_else(unfit)?;
            Ok((algorithm, signature.to_vec()))
        }
        SecretKind::X25519(_) => Err(unfit()),
    }
}

/// Proof that a signature verified. Only [`verify`] makes one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignatureValid(());

/// Verifies a signature; an algorithm that does not fit the key is a failure like any other.
pub(crate) fn verify(
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    data: &[u8],
    signature: &[u8],
) -> Result<SignatureValid> {
    match (key, algorithm) {
        (PublicKey::Ed25519(key), SignatureAlgorithm::EdDsa) if key.verify_signature(data, signature) => {
            Ok(SignatureValid(()))
        }
        _ => Err(Error::InvalidSignature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::keys::Curve;

    // RFC 8037, appendix A.4
    #[test]
    fn the_vector_of_rfc_8037_holds() {
        let secret = base64url::decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "d").unwrap();
        let key = SecretKind::from_octets(Curve::Ed25519, &secret).unwrap();
        let data = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let (algorithm, signature) = sign(&key, data).unwrap();
        assert_eq!(
            base64url::encode(&signature),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
        let public = key.public_key().unwrap();
        assert!(verify(&public, algorithm, data, &signature).is_ok());
        assert!(verify(&public, algorithm, b"other", &signature).is_err());
        assert!(verify(&public, algorithm, data, &signature[1..]).is_err());
    }

    // SIG-19
    #[test]
    fn a_key_for_agreement_neither_signs_nor_verifies() {
        let key = SecretKind::from_octets(Curve::X25519, &[7; 32]).unwrap();
        assert!(sign(&key, b"data").is_err());
        let verified = verify(&key.public_key().unwrap(), SignatureAlgorithm::EdDsa, b"data", &[0; 64]);
        assert_eq!(verified.unwrap_err(), Error::InvalidSignature);
    }
}
