//! Which keys to use, when a DID has several.

use std::sync::Arc;

use crate::caller::Caller;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::signature;
use crate::did::{DidUrl, Document, Relationship, VerificationMethod};
use crate::error::{Error, Result};
use crate::keys::{Curve, PublicKey, SecretKey};

/// The curves for key agreement, the preferred first.
const PREFERENCE: [Curve; 1] = [Curve::X25519];

/// A public key to encrypt to.
pub(super) struct RecipientKey {
    pub(super) kid: DidUrl,
    pub(super) key: PublicKey,
}

/// The keys of one recipient DID, all on one curve and sorted by kid, as the readers of `apv` expect.
pub(super) struct Recipients {
    pub(super) document: Arc<Document>,
    pub(super) curve: Curve,
    pub(super) keys: Vec<RecipientKey>,
}

/// A secret key that its DID document lists under `authentication`.
pub(crate) struct SigningKey(SecretKey);

impl SigningKey {
    pub(crate) fn kid(&self) -> &DidUrl {
        self.0.kid()
    }

    pub(crate) fn algorithm(&self) -> Result<SignatureAlgorithm> {
        SignatureAlgorithm::of(self.0.curve())
            .ok_or_else(|| Error::misuse("a key for agreement does not sign"))
    }

    pub(crate) fn sign(&self, data: &[u8]) -> Result<Vec<u8>> {
        signature::sign(self.0.kind(), data).map(|(_, signature)| signature)
    }
}

/// The first key of the signer that is authorised, usable and held; or the very key that is named.
pub(crate) async fn signing_key(caller: &Caller, signer: &DidUrl) -> Result<SigningKey> {
    let document = caller.resolve(signer.did()).await?;
    let usable = |key: &PublicKey| SignatureAlgorithm::of(key.curve()).is_some();
    let keys = candidates(&document, Relationship::Authentication, signer, usable)?;
    held(caller, &keys).await.map(SigningKey)
}

/// The key agreement keys of the recipient on the curve we prefer; or the very key that is named.
pub(super) async fn recipients(caller: &Caller, to: &DidUrl) -> Result<Recipients> {
    let document = caller.resolve(to.did()).await?;
    for curve in PREFERENCE {
        let usable = |key: &PublicKey| key.curve() == curve;
        let Ok(found) = candidates(&document, Relationship::KeyAgreement, to, usable) else { continue };
        let mut keys: Vec<_> =
            found.into_iter().map(|(kid, key)| RecipientKey { kid: kid.clone(), key: key.clone() }).collect();
        keys.sort_by(|one, other| one.kid.cmp(&other.kid));
        return Ok(Recipients { document, curve, keys });
    }
    // nothing fits: let the last refusal say why
    candidates(&document, Relationship::KeyAgreement, to, |key| PREFERENCE.contains(&key.curve()))?;
    Err(Error::KeyNotFound {
        did: to.did().to_owned(),
        kid: "*".to_owned(),
        relationship: Relationship::KeyAgreement.name(),
    })
}

/// The first key agreement key of the sender on the curve that is held; or the very key that is named.
pub(super) async fn sender_key(caller: &Caller, from: &DidUrl, to: &Recipients) -> Result<SecretKey> {
    let document = caller.resolve(from.did()).await?;
    let usable = |key: &PublicKey| key.curve() == to.curve;
    let keys =
        candidates(&document, Relationship::KeyAgreement, from, usable).map_err(|error| match error {
            Error::Unsupported { .. } => Error::IncompatibleKeys {
                sender: from.did().to_owned(),
                recipient: to.document.did().to_string(),
            },
            other => other,
        })?;
    held(caller, &keys).await
}

type Candidate<'a> = (&'a DidUrl, &'a PublicKey);

fn candidates<'a>(
    document: &'a Document,
    relationship: Relationship,
    who: &DidUrl,
    usable: impl Fn(&PublicKey) -> bool,
) -> Result<Vec<Candidate<'a>>> {
    let listed: Vec<&VerificationMethod> = match who.fragment() {
        Some(_) => vec![document.key(relationship, who)?],
        None => document.keys(relationship).iter().map(AsRef::as_ref).collect(),
    };
    let found: Vec<_> = listed
        .iter()
        .filter_map(|method| method.key().ok().filter(|key| usable(key)).map(|key| (method.kid(), key)))
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    if listed.is_empty() {
        return Err(Error::KeyNotFound {
            did: document.did().to_string(),
            kid: "*".to_owned(),
            relationship: relationship.name(),
        });
    }
    let names: Vec<_> = listed
        .iter()
        .map(|method| {
            method.key().map_or_else(|unusable| unusable.reason.clone(), |key| key.curve().name().to_owned())
        })
        .collect();
    Err(Error::unsupported(relationship.name(), names.join(", ")))
}

/// The first secret that is held, which has to be the secret half of the key that the document shows.
async fn held(caller: &Caller, keys: &[Candidate<'_>]) -> Result<SecretKey> {
    let kids: Vec<_> = keys.iter().map(|(kid, _)| *kid).collect();
    let secret = caller.find_secret(&kids).await?;
    let public = secret.public_key()?;
    if keys.iter().any(|(kid, key)| *kid == secret.kid() && **key == public) {
        Ok(secret)
    } else {
        Err(Error::misuse(format!("the secret {} is not that of the key in the DID document", secret.kid())))
    }
}
