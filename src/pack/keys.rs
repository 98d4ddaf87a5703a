//! Key selection for DIDs with several keys.
//!
//! A DID stands for all of its keys, the DID URL of a key for that key only. A sender uses one key. A message is
//! encrypted to all keys of the recipient on one curve, since one envelope has one ephemeral key. The curve is the
//! first of [`Curve::FOR_AGREEMENT`], or of the caller's own order, on which the recipient has a key and, in
//! authcrypt, the sender has an available secret.

use std::sync::Arc;

use crate::caller::{Caller, ResolveOptions};
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::did::{DidUrl, Document, Relationship, VerificationMethod};
use crate::error::{Error, ListedKey, MOST_LISTED, Result};
use crate::keys::{Curve, PublicKey, Secret};
use crate::limits::RECIPIENTS;

/// Maximum number of a mediator's keys: it needs one; a few more allow for a rotation, and for keys that it cannot use.
const MEDIATOR_KEYS: usize = 8;

/// A public key to encrypt to.
#[derive(Clone)]
pub(crate) struct RecipientKey {
    pub(crate) kid: DidUrl,
    pub(crate) key: PublicKey,
}

/// The keys of one recipient DID, by curve in order of preference, each group sorted by kid as `apv` requires.
pub(crate) struct Recipients {
    pub(crate) document: Arc<Document>,
    pub(crate) groups: Vec<Group>,
}

/// Keys on one curve; at least one.
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) curve: Curve,
    pub(crate) keys: Vec<RecipientKey>,
}

/// A secret whose public key is listed under `authentication`.
pub(crate) struct SigningKey {
    secret: Secret,
    public_key: PublicKey,
    algorithm: SignatureAlgorithm,
}

impl SigningKey {
    pub(crate) fn kid(&self) -> &DidUrl {
        self.secret.kid()
    }

    pub(crate) fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    pub(crate) async fn sign(&self, caller: &Caller, data: &[u8]) -> Result<Vec<u8>> {
        caller.sign(&self.secret, &self.public_key, self.algorithm, data).await
    }
}

/// Finds the first key of the signer that is authorised, supported and available; or exactly the key of a DID URL.
pub(crate) async fn signing_key(caller: &Caller, signer: &DidUrl) -> Result<SigningKey> {
    let document = caller.resolve_key(signer, Relationship::Authentication, ResolveOptions::PLAIN).await?;
    let algorithm_of =
        |key: &PublicKey| SignatureAlgorithm::of(key.curve()).filter(|found| found.is_written());
    let keys =
        match_keys(&document, Relationship::Authentication, signer, |key| algorithm_of(key).is_some())?;
    let (secret, public_key) = find_secret(caller, &keys).await?;
    let algorithm = algorithm_of(&public_key).ok_or_else(|| {
        Error::misuse("a key for key agreement cannot sign: pass a key under `authentication`")
    })?;
    Ok(SigningKey { secret, public_key, algorithm })
}

/// Finds the key agreement keys of the recipient on each of the curves; or exactly the key of a DID URL.
pub(crate) async fn recipients(caller: &Caller, to: &DidUrl, curves: &[Curve]) -> Result<Recipients> {
    let document = caller.resolve_key(to, Relationship::KeyAgreement, ResolveOptions::PLAIN).await?;
    let found = match_keys(&document, Relationship::KeyAgreement, to, |key| curves.contains(&key.curve()))?;
    let mut groups = Vec::new();
    for curve in curves {
        let on_curve = found.iter().filter(|(_, key)| key.curve() == *curve);
        let mut keys: Vec<_> =
            on_curve.map(|(kid, key)| RecipientKey { kid: (*kid).clone(), key: (*key).clone() }).collect();
        keys.sort_by(|one, other| one.kid.cmp(&other.kid));
        if keys.len() > RECIPIENTS {
            return Err(Error::misuse(format!(
                "`to` must have at most {RECIPIENTS} keys on one curve, got {} on {curve} of {}: pass one of them",
                keys.len(),
                to.did(),
                curve = curve.name(),
            )));
        }
        if !keys.is_empty() {
            groups.push(Group { curve: *curve, keys });
        }
    }
    Ok(Recipients { document, groups })
}

/// Finds the first keys of a mediator on the first of the curves with any, sorted by kid; or exactly the key of a DID
/// URL.
pub(crate) async fn few_keys(caller: &Caller, mediator: &DidUrl, curves: &[Curve]) -> Result<Group> {
    let document = caller.resolve_key(mediator, Relationship::KeyAgreement, ResolveOptions::PLAIN).await?;
    let found =
        match_keys(&document, Relationship::KeyAgreement, mediator, |key| curves.contains(&key.curve()))?;
    let curve = curves.iter().find(|curve| found.iter().any(|(_, key)| key.curve() == **curve));
    let curve = *curve.ok_or_else(|| Error::misuse("`curves` must not be empty"))?;
    let on_curve = found.into_iter().filter(|(_, key)| key.curve() == curve).take(MEDIATOR_KEYS);
    let mut keys: Vec<_> =
        on_curve.map(|(kid, key)| RecipientKey { kid: kid.clone(), key: key.clone() }).collect();
    keys.sort_by(|one, other| one.kid.cmp(&other.kid));
    Ok(Group { curve, keys })
}

/// Finds the sender's key on the first curve of the recipient with an available secret; with `every_curve`, one for
/// each such curve.
pub(crate) async fn sender_keys(
    caller: &Caller,
    from: &DidUrl,
    to: &Recipients,
    every_curve: bool,
) -> Result<Vec<(Curve, Secret)>> {
    let document = caller.resolve_key(from, Relationship::KeyAgreement, ResolveOptions::PLAIN).await?;
    let place = |key: &PublicKey| to.groups.iter().position(|group| group.curve == key.curve());
    let shared = |key: &PublicKey| place(key).is_some();
    let mut keys =
        match_keys(&document, Relationship::KeyAgreement, from, shared).map_err(|error| match error {
            Error::UnsupportedKeys { keys, .. } => Error::IncompatibleKeys {
                sender: from.did().to_owned(),
                recipient: to.document.did().to_string(),
                sender_curves: describe(keys),
                recipient_curves: to.groups.iter().map(|group| group.curve.name().to_owned()).collect(),
            },
            other => other,
        })?;
    keys.sort_by_key(|(_, key)| place(key));
    if !every_curve {
        return find_secret(caller, &keys).await.map(|(secret, key)| vec![(key.curve(), secret)]);
    }
    let mut senders = Vec::new();
    for on_curve in keys.chunk_by(|(_, one), (_, other)| one.curve() == other.curve()) {
        match find_secret(caller, on_curve).await {
            Ok((secret, key)) => senders.push((key.curve(), secret)),
            // the sender's secrets may be available on some of its curves only
            Err(Error::SecretNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    if senders.is_empty() {
        return Err(Error::SecretNotFound { kids: keys.iter().map(|(kid, _)| kid.to_string()).collect() });
    }
    Ok(senders)
}

type Candidate<'a> = (&'a DidUrl, &'a PublicKey);

/// Finds the usable keys, in the document's order; at least one.
fn match_keys<'a>(
    document: &'a Document,
    relationship: Relationship,
    who: &DidUrl,
    usable: impl Fn(&PublicKey) -> bool,
) -> Result<Vec<Candidate<'a>>> {
    let listed: Vec<&VerificationMethod> = match who.fragment() {
        Some(_) => vec![document.key(relationship, who)?],
        None => document.list(relationship)?.iter().map(AsRef::as_ref).collect(),
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
            candidates: Vec::new(),
        });
    }
    let kind = |method: &VerificationMethod| match method.key() {
        Ok(key) => key.curve().name().to_owned(),
        Err(unusable) => unusable.reason.clone(),
    };
    let keys = listed.iter().take(MOST_LISTED);
    let keys = keys.map(|method| ListedKey { kid: method.kid().to_string(), kind: kind(method) }).collect();
    Err(Error::UnsupportedKeys { relationship: relationship.name(), keys })
}

/// The kinds of the keys, without duplicates.
fn describe(keys: Vec<ListedKey>) -> Vec<String> {
    let mut kinds = Vec::new();
    for key in keys {
        if !kinds.contains(&key.kind) {
            kinds.push(key.kind);
        }
    }
    kinds
}

/// Finds the first available secret, and checks it against the public key in the document.
async fn find_secret(caller: &Caller, keys: &[Candidate<'_>]) -> Result<(Secret, PublicKey)> {
    let secret = caller.find_secret_for(keys).await?;
    match keys.iter().find(|(kid, _)| *kid == secret.kid()) {
        Some((_, key)) if secret.may_belong_to(key) => Ok((secret, (*key).clone())),
        _ => Err(Error::misuse(format!(
            "the secret {} does not match the public key in the DID document",
            secret.kid()
        ))),
    }
}
