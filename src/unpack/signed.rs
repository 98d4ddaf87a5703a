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

/// Verifies a signature: first that the key may sign, then that it did.
pub(super) async fn verify(caller: &Caller, jws: &Jws<'_>) -> Result<(Signed, Plaintext)> {
    let document = caller.resolve(jws.kid.did()).await?;
    let method = document.key(Relationship::Authentication, &jws.kid)?;
    let key = method.key().map_err(|unusable| Error::unsupported("signing key", unusable.reason.clone()))?;
    let proof = signature::verify(key, jws.algorithm, &jws.signing_input(), &jws.signature)?;
    let signed = Signed { kid: jws.kid.clone(), algorithm: jws.algorithm, jws: jws.text.to_owned(), proof };
    let payload = SecretBytes::from(jws.payload()?);
    Ok((signed, Plaintext::new(payload)?))
}
