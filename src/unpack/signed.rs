//! Verify a signed layer.

use std::sync::Arc;

use super::opened::Plaintext;
use crate::caller::{Caller, ResolveOptions};
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature::{self, SignatureValid};
use crate::did::{DidUrl, Document, Relationship};
use crate::error::{Error, Result};
use crate::jose::jws::{Jws, Signature};
use crate::memory::check_room;
use crate::message::shared_text::Source;

/// A layer signed with a key that its DID lists under `authentication`. Only this module makes one.
pub(super) struct Signed {
    pub(super) kid: DidUrl,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) proof: SignatureValid,
    jws: Arc<Source>,
}

impl Signed {
    /// The JWS as it arrived, which third parties can verify.
    pub(super) fn jws(&self) -> &str {
        self.jws.as_str()
    }

    /// The same text, without the rest of the layer.
    pub(super) fn into_jws(self) -> Arc<Source> {
        self.jws
    }
}

/// The proof of a signed layer, without its text.
pub(super) struct Proved {
    kid: DidUrl,
    algorithm: SignatureAlgorithm,
    proof: SignatureValid,
}

impl Proved {
    /// The layer with its text, which third parties can verify.
    pub(super) fn with_source(self, jws: Arc<Source>) -> Signed {
        let Self { kid, algorithm, proof } = self;
        Signed { kid, algorithm, proof, jws }
    }
}

/// Verifies every signature; all must be by one DID, since only the sender's signatures have a meaning.
pub(super) async fn verify(caller: &Caller, jws: Jws<'_>) -> Result<(Proved, Plaintext)> {
    let Jws { signature, others, encoded_payload } = &jws;
    // room for the signing input and the payload
    check_room(encoded_payload.len().saturating_mul(2))?;
    let proof = prove(caller, signature, encoded_payload).await?;
    for other in others {
        if other.kid.did() != signature.kid.did() {
            return Err(Error::malformed("jws.signatures", "must be by one DID, got signatures by several"));
        }
        prove(caller, other, encoded_payload).await?;
    }
    let payload = Plaintext::of(jws.payload()?)?;
    let Signature { kid, algorithm, .. } = jws.signature;
    Ok((Proved { kid, algorithm, proof }, payload))
}

/// Verifies one signature: first that the DID authorises the key to sign, then the signature itself.
pub(super) async fn prove(
    caller: &Caller,
    signature: &Signature<'_>,
    encoded_payload: &str,
) -> Result<SignatureValid> {
    let input = signature.signing_input(encoded_payload);
    let verify = |document: &Document| {
        let method = document.key(Relationship::Authentication, &signature.kid)?;
        let key =
            method.key().map_err(|unusable| Error::unsupported("signing key", unusable.reason.clone()))?;
        signature::verify(key, signature.algorithm, &input, &signature.bytes)
    };
    caller.read_document(signature.kid.did(), ResolveOptions::UNPROVED, verify).await
}
