//! Verifying a signed layer.

use askar_crypto::buffer::SecretBytes;

use super::opened::Plaintext;
use crate::caller::Caller;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature::{self, SignatureValid};
use crate::did::{DidUrl, Relationship};
use crate::error::{Error, Result};
use crate::jose::jws::Jws;

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
    let proof = verify_one(caller, jws).await?;
    for other in &jws.others {
        if other.kid.did() != jws.kid.did() {
            return Err(Error::malformed("jws.signatures", "of more than one DID"));
        }
        verify_one(caller, other).await?;
    }
    let signed = Signed { kid: jws.kid.clone(), algorithm: jws.algorithm, jws: jws.text.to_owned(), proof };
    let payload = SecretBytes::from(jws.payload()?);
    Ok((signed, Plaintext::new(payload)?))
}

/// First that the key may sign, then that it did.
async fn verify_one(caller: &Caller, jws: &Jws<'_>) -> Result<SignatureValid> {
    let document = caller.resolve(jws.kid.did()).await?;
    let method = document.key(Relationship::Authentication, &jws.kid)?;
    let key = method.key().map_err(|unusable| Error::unsupported("signing key", unusable.reason.clone()))?;
    signature::verify(key, jws.algorithm, &jws.signing_input(), &jws.signature)
}
