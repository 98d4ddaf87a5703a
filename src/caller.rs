//! Requests of the core to its caller: questions, answers, and the context of an operation.
//!
//! An operation that needs a DID document or a secret leaves a [`Question`] and is polled again with the
//! [`Answer`]. The core requests nothing that it can resolve from its own stores.

mod context;
mod own_dids;
mod question;
pub(crate) mod resolve;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;

use crate::crypto::agreement;
use crate::crypto::agreement::agree_and_remember;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::shared_secret::SharedSecret;
use crate::crypto::signature;
use crate::did::{DidUrl, Document, names_of_key};
use crate::error::{Error, Result};
use crate::keys::{ExternalKey, PublicKey, Secret, SecretKey, SecretStore, Verkey};
use crate::message::random_id;

pub use context::{Context, Random, Spread};
pub use own_dids::OwnDids;
pub use question::{Answer, Question, ResolveOptions};

/// Minimum number of jobs worth running in parallel: sixteen keys take half a millisecond or more, and a second
/// thread takes some 50 microseconds to start.
const MANY: usize = 16;

/// Minimum length of a DID whose decoding counts as CPU-heavy work: a document in base58 of that length takes a few
/// hundred microseconds to decode and to parse.
const LONG_DID: usize = 8 * 1024;

/// Maximum total length of the recipients' alternative kids in a search for secrets: those of a thousand keys of
/// ordinary did:peer:2 are shorter. A long kid has several equally long alternatives, so an unbounded list would be
/// many times as long as the message.
const MOST_OTHER_NAMES: usize = 4 << 20;

/// A requested key, with its public key where that is known.
type RequestedKey<'a> = (&'a DidUrl, Option<&'a PublicKey>);

/// The same, with a name under which the secret may be stored.
type NamedKey<'a> = (&'a DidUrl, Option<&'a PublicKey>, String);

/// The core's side of the interface to its caller.
pub struct Caller {
    now: u64,
    random: Mutex<Random>,
    dids: Option<OwnDids>,
    secrets: Option<Arc<SecretStore>>,
    remember_peers: bool,
    spread: Option<Spread>,
    resolvers: Vec<(String, bool)>,
    // an operation sees one version of each document
    resolved: Mutex<BTreeMap<String, Arc<Document>>>,
    // the DIDs whose document was requested a second time
    refreshed: Mutex<HashSet<String>>,
    slot: Arc<Mutex<Slot>>,
}

/// The place of a pending question and of its answer.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    pub(crate) question: Option<Question>,
    pub(crate) answer: Option<Answer>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Caller {
    pub(crate) fn new(context: Context, slot: Arc<Mutex<Slot>>) -> Self {
        let Context { now, random, dids, secrets, remember_peers, spread, resolvers, .. } = context;
        Self {
            now,
            random: Mutex::new(random),
            dids,
            secrets,
            remember_peers,
            spread,
            resolvers,
            resolved: Mutex::default(),
            refreshed: Mutex::default(),
            slot,
        }
    }

    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    pub(crate) fn random(&self, buffer: &mut [u8]) {
        (*lock(&self.random))(buffer);
    }

    /// A new random id for a message.
    pub(crate) fn random_id(&self) -> String {
        random_id(|buffer| self.random(buffer))
    }

    /// Finds the first available secret for these kids, and returns it under the requested kid.
    pub(crate) async fn find_secret(&self, kids: &[&DidUrl]) -> Result<Secret> {
        let requested: Vec<_> = kids.iter().map(|kid| (*kid, None)).collect();
        let found = self.find(&requested, false).await?;
        found.into_iter().next().ok_or_else(|| secret_not_found_error(kids))
    }

    /// Finds the first available secret for keys with a known public key.
    pub(crate) async fn find_secret_for(&self, keys: &[(&DidUrl, &PublicKey)]) -> Result<Secret> {
        let requested: Vec<_> = keys.iter().map(|(kid, key)| (*kid, Some(*key))).collect();
        let found = self.find(&requested, false).await?;
        let kids = || keys.iter().map(|(kid, _)| *kid).collect::<Vec<_>>();
        found.into_iter().next().ok_or_else(|| secret_not_found_error(&kids()))
    }

    /// Finds all of these secrets; a missing one is an error.
    pub(crate) async fn find_every_secret(&self, kids: &[&DidUrl]) -> Result<Vec<Secret>> {
        let requested: Vec<_> = kids.iter().map(|kid| (*kid, None)).collect();
        let found = self.find(&requested, true).await?;
        let known: HashSet<_> = found.iter().map(Secret::kid).collect();
        let missing: Vec<_> = kids.iter().filter(|kid| !known.contains(**kid)).copied().collect();
        if missing.is_empty() { Ok(found) } else { Err(secret_not_found_error(&missing)) }
    }

    /// Finds the first of these verkeys with an available secret, and that secret.
    ///
    /// The names of a secret are the verkey, and the kid in the verkey's did:key.
    pub(crate) async fn find_secret_of(&self, verkeys: &[Verkey]) -> Result<(Verkey, Secret)> {
        let kids = verkeys.iter().map(Verkey::kid).collect::<Result<Vec<_>>>()?;
        let names = kids.iter().zip(verkeys).flat_map(|(kid, verkey)| {
            [verkey.to_string(), kid.to_string()].map(|name| (kid, Some(verkey.public_key()), name))
        });
        let found = self.find_by_name(names.collect(), false).await?.into_iter().next();
        let matched = found.and_then(|secret| {
            let place = kids.iter().position(|kid| kid == secret.kid())?;
            Some((verkeys.get(place)?.clone(), secret))
        });
        matched
            .ok_or_else(|| Error::SecretNotFound { kids: verkeys.iter().map(ToString::to_string).collect() })
    }

    /// Computes the ECDH shared secret, with a local or an external key.
    pub(crate) async fn agree(&self, secret: &Secret, public_key: &PublicKey) -> Result<SharedSecret> {
        match secret {
            Secret::Local(key) => agreement::agree(key.kind(), public_key),
            Secret::External(key) => self.agree_externally(key, public_key).await,
        }
    }

    /// Computes the static-static shared secret, which a local key may cache.
    pub(crate) async fn agree_with_peer(&self, secret: &Secret, peer: &PublicKey) -> Result<SharedSecret> {
        match secret {
            Secret::Local(key) => self.agree_locally_with_peer(key, peer),
            Secret::External(key) => self.agree_externally(key, peer).await,
        }
    }

    /// Computes the static-static shared secret with a local key.
    pub(crate) fn agree_locally_with_peer(&self, key: &SecretKey, peer: &PublicKey) -> Result<SharedSecret> {
        if self.remember_peers {
            agree_and_remember(key.kind(), peer)
        } else {
            agreement::agree(key.kind(), peer)
        }
    }

    /// Whether so many jobs run in parallel.
    pub(crate) fn runs_in_parallel(&self, jobs: usize) -> bool {
        self.spread.is_some() && jobs >= MANY
    }

    /// Runs the job on each part; many parts count as CPU-heavy work, and run in parallel.
    pub(crate) async fn run_each<T: Sync, U: Send + Sync>(
        &self,
        parts: &[T],
        job: impl Fn(&T) -> Result<U> + Send + Sync,
    ) -> Result<Vec<U>> {
        let Some(spread) = self.spread.as_ref().filter(|_| self.runs_in_parallel(parts.len())) else {
            return parts.iter().map(job).collect();
        };
        self.request_long_work().await?;
        let results: Vec<OnceLock<Result<U>>> = parts.iter().map(|_| OnceLock::new()).collect();
        spread(parts.len(), &|place| {
            if let (Some(part), Some(result)) = (parts.get(place), results.get(place)) {
                result.get_or_init(|| job(part));
            }
        });
        let not_run = || Err(Error::Answer("a part of the work did not run"));
        results.into_iter().map(|result| result.into_inner().unwrap_or_else(not_run)).collect()
    }

    /// Returns when CPU-heavy work is permitted.
    async fn request_long_work(&self) -> Result<()> {
        match self.ask(Question::LongWork).await? {
            Answer::Proceed => Ok(()),
            _ => Err(Error::Answer("expected permission to proceed as answer")),
        }
    }

    async fn agree_externally(&self, key: &ExternalKey, public_key: &PublicKey) -> Result<SharedSecret> {
        let question = Question::Agree { key: key.clone(), public_key: Box::new(public_key.clone()) };
        match self.ask(question).await? {
            Answer::SharedSecret(bytes) if bytes.len() != public_key.curve().field_length() => {
                let expected = public_key.curve().field_length();
                Err(Error::misuse(format!(
                    "`agree` of the external key {} must return the raw shared secret of {expected} bytes, got {} bytes",
                    key.kid(),
                    bytes.len()
                )))
            }
            Answer::SharedSecret(bytes) => SharedSecret::new(public_key.curve(), bytes),
            _ => Err(Error::Answer("expected a shared secret as answer")),
        }
    }

    /// Signs with a local or an external key; `public_key` is the public key of the secret.
    pub(crate) async fn sign(
        &self,
        secret: &Secret,
        public_key: &PublicKey,
        algorithm: SignatureAlgorithm,
        data: &[u8],
    ) -> Result<Vec<u8>> {
        let key = match secret {
            Secret::Local(key) => return signature::sign(key.kind(), data),
            Secret::External(key) => key.clone(),
        };
        match self.ask(Question::Sign { key, algorithm, data: data.to_vec() }).await? {
            // a signature that does not verify is useless, and the check is cheap
            Answer::Signature(signature) => {
                match signature::verify(public_key, algorithm, data, &signature) {
                    Ok(_) => Ok(signature),
                    Err(_) => Err(explain_unverified(secret.kid(), algorithm, &signature)),
                }
            }
            _ => Err(Error::Answer("expected a signature as answer")),
        }
    }

    async fn find(&self, keys: &[RequestedKey<'_>], every: bool) -> Result<Vec<Secret>> {
        let names = keys.iter().map(|(kid, key)| (*kid, *key, kid.as_str().to_owned()));
        let mut found = self.find_by_name(names.collect(), every).await?;
        if found.is_empty() || (every && found.len() < keys.len()) {
            for (kid, _) in keys {
                self.ask_store(kid.did()).await?;
            }
            // the peer's kid for a did:peer key may differ from the name of the stored secret
            let known: HashSet<_> = found.iter().map(|secret| secret.kid().clone()).collect();
            let mut room = MOST_OTHER_NAMES;
            let others: Vec<_> = keys
                .iter()
                .filter(|(kid, _)| !known.contains(*kid))
                .flat_map(|(kid, key)| self.other_names(kid).into_iter().map(move |name| (*kid, *key, name)))
                .take_while(|(_, _, name)| {
                    let left = room.checked_sub(name.len());
                    room = left.unwrap_or(0);
                    left.is_some()
                })
                .collect();
            if !others.is_empty() {
                found.extend(self.find_by_name(others, every).await?);
            }
        }
        Ok(found)
    }

    /// The long form of a short form, if a message or the caller supplied it.
    pub(crate) fn long_form(&self, did: &str) -> Option<Arc<str>> {
        self.dids.as_ref().and_then(|dids| dids.resolver.long_form(did))
    }

    /// The alternative kids of a key, under its DID and under the DID's other form where that is known.
    fn other_names(&self, kid: &DidUrl) -> Vec<String> {
        let long = self.long_form(kid.did());
        names_of_key(kid, long.as_deref())
    }

    /// Finds secrets by name, and returns each under the kid that goes with the name.
    async fn find_by_name(&self, names: Vec<NamedKey<'_>>, every: bool) -> Result<Vec<Secret>> {
        let rename = |kid: &DidUrl, secret: Secret| {
            if secret.kid() == kid { secret } else { secret.with_kid(kid.clone()) }
        };
        if let Some(store) = &self.secrets {
            let secrets =
                names.iter().filter_map(|(kid, _, name)| store.find(name).map(|key| rename(kid, key.into())));
            return Ok(if every { secrets.collect() } else { secrets.take(1).collect() });
        }
        let kids = names.iter().map(|(_, _, name)| name.clone()).collect();
        let public_keys = names.iter().filter_map(|(_, key, _)| key.cloned()).collect();
        match self.ask(Question::FindSecrets { kids, public_keys, every }).await? {
            Answer::Secrets(secrets) => {
                // the first of two answers for one name counts
                if let [(kid, _, name)] = names.as_slice() {
                    let found = secrets.into_iter().find(|(answered, _)| answered == name);
                    return Ok(found.map(|(_, secret)| rename(kid, secret)).into_iter().collect());
                }
                let by_name: HashMap<_, _> =
                    secrets.iter().rev().map(|(name, secret)| (name, secret)).collect();
                let secrets = names
                    .iter()
                    .filter_map(|(kid, _, name)| Some(rename(kid, Secret::clone(by_name.get(name)?))));
                Ok(secrets.collect())
            }
            _ => Err(Error::Answer("expected secrets as answer")),
        }
    }

    async fn ask(&self, question: Question) -> Result<Answer> {
        lock(&self.slot).question = Some(question);
        poll_fn(|_| match lock(&self.slot).answer.take() {
            Some(answer) => Poll::Ready(Ok(answer)),
            None => Poll::Pending,
        })
        .await
    }
}

/// Length in bytes of every signature algorithm in packed messages.
const SIGNATURE_LENGTH: usize = 64;

/// Returns the error for an external key's signature that does not verify.
fn explain_unverified(kid: &DidUrl, algorithm: SignatureAlgorithm, signature: &[u8]) -> Error {
    let (name, length) = (algorithm.name(), signature.len());
    let is_der = matches!(signature, [0x30, rest, ..] if usize::from(*rest).checked_add(2) == Some(length));
    Error::misuse(if is_der && algorithm != SignatureAlgorithm::EdDsa {
        format!(
            "`sign` of the external key {kid} must return r || s (64 bytes), got a DER signature: convert it"
        )
    } else if length != SIGNATURE_LENGTH {
        format!(
            "`sign` of the external key {kid} must return a {name} signature of 64 bytes, got {length} bytes"
        )
    } else {
        format!("the {name} signature of the external key {kid} does not verify with its public key")
    })
}

fn secret_not_found_error(kids: &[&DidUrl]) -> Error {
    Error::SecretNotFound { kids: kids.iter().map(ToString::to_string).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Curve;

    #[test]
    fn local_key_caches_static_secrets_only_if_allowed() {
        for remember_peers in [true, false] {
            let minimal = Context::new(0, Box::new(|buffer| buffer.fill(7)));
            let context = Context { remember_peers, ..minimal };
            let caller = Caller::new(context, Arc::default());
            let kid = DidUrl::parse("did:example:a#k").unwrap();
            let [own, peer] =
                [1, 2].map(|byte| SecretKey::from_bytes(kid.clone(), Curve::X25519, &[byte; 32]).unwrap());
            caller.agree_locally_with_peer(&own, &peer.public_key()).unwrap();
            assert_eq!(own.kind().remembered_peers(), usize::from(remember_peers));
            agreement::agree(own.kind(), &peer.public_key()).unwrap();
            assert_eq!(own.kind().remembered_peers(), usize::from(remember_peers));
        }
    }
}
