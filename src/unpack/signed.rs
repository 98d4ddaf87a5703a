//! Verifying a signed layer.

use askar_crypto::buffer::SecretBytes;

use super::opened::Plaintext;
use crate::caller::Caller;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature::{self, SignatureValid};
use crate::did::{DidUrl, Relationship};
use crate::error::{Error, Result};
use crate::jose::jws::{Jws, Signature};

/// A layer signed with a key that its DID lists under `authentication`. Only this module makes one.
pub(super) struct Signed {
    pub(super) kid: DidUrl,
    pub(super) algorithm: SignatureAlgorithm,
    /// The JWS as it arrived, to be shown to third parties.
    pub(super) jws: String,
    pub(super) proof: SignatureValid,
}

/// Verifies every signature, all of them of one signer: only the sender's have a meaning.
pub(super) async fn verify(caller: &Caller, jws: &Jws<'_>) -> Result<(Signed, Plaintext)> {
    let Jws { signature, others, text, encoded_payload } = jws;
    let proof = prove(caller, signature, encoded_payload).await?;
    for other in others {
        if other.kid.did() != signature.kid.did() {
            return Err(Error::malformed("jws.signatures", "of more than one DID"));
        }
        prove(caller, other, encoded_payload).await?;
    }
    let kid = signature.kid.clone();
    let signed = Signed { kid, algorithm: signature.algorithm, jws: (*text).to_owned(), proof };
    let payload = SecretBytes::from(jws.payload()?);
    Ok((signed, Plaintext::new(payload)?))
}

/// Proves one signature: first that the key may sign, then that it did.
pub(super) async fn prove(
    caller: &Caller,
    signature: &Signature<'_>,
    encoded_payload: &str,
) -> Result<SignatureValid> {
    let document = caller.resolve(signature.kid.did()).await?;
    let method = document.key(Relationship::Authentication, &signature.kid)?;
    let key = method.key().map_err(|unusable| Error::unsupported("signing key", unusable.reason.clone()))?;
    signature::verify(key, signature.algorithm, &signature.signing_input(encoded_payload), &signature.octets)
}
