//! Verifying a signed layer.

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
    /// The JWS as it arrived, to be shown to third parties.
    pub(super) fn jws(&self) -> &str {
        self.jws.as_str()
    }

    /// The same text, kept without the rest.
    pub(super) fn into_jws(self) -> Arc<Source> {
        self.jws
    }
}

/// What was proved of a layer, whose text is not yet kept.
pub(super) struct Proved {
    kid: DidUrl,
    algorithm: SignatureAlgorithm,
    proof: SignatureValid,
}

impl Proved {
    /// The layer with its text, for third parties to see.
    pub(super) fn shown_by(self, jws: Arc<Source>) -> Signed {
        let Self { kid, algorithm, proof } = self;
        Signed { kid, algorithm, proof, jws }
    }
}

/// Verifies every signature, all of them of one signer: only the sender's have a meaning.
pub(super) async fn verify(caller: &Caller, jws: Jws<'_>) -> Result<(Proved, Plaintext)> {
    let Jws { signature, others, encoded_payload } = &jws;
    // the signing input, and the payload
    check_room(encoded_payload.len().saturating_mul(2))?;
    let proof = prove(caller, signature, encoded_payload).await?;
    for other in others {
        if other.kid.did() != signature.kid.did() {
            return Err(Error::malformed("jws.signatures", "of more than one DID"));
        }
        prove(caller, other, encoded_payload).await?;
    }
    let payload = Plaintext::of(jws.payload()?)?;
    let Signature { kid, algorithm, .. } = jws.signature;
    Ok((Proved { kid, algorithm, proof }, payload))
}

/// Proves one signature: first that the key may sign, then that it did.
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
