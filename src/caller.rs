//! What the core may ask of the world, and how it asks.
//!
//! An operation that needs a DID document or a secret leaves a [`Question`] and is polled again when the
//! [`Answer`] is there. What can be answered without leaving the core is not asked.

mod own_dids;
pub(crate) mod resolve;

use std::collections::{HashMap, HashSet};
use std::fmt::{Debug, Formatter};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;

use askar_crypto::buffer::SecretBytes;

use crate::crypto::agreement;
use crate::crypto::agreement::agree_and_remember;
use crate::crypto::algorithm::SignatureAlgorithm;
use crate::crypto::shared_secret::SharedSecret;
use crate::crypto::signature;
use crate::did::{DidUrl, Document, MOST_ENTRIES, names_of_key};
use crate::error::{Error, Result};
use crate::keys::{ExternalKey, PublicKey, Secret, SecretKey, SecretStore, Verkey};
use crate::message::random_id;

pub use own_dids::OwnDids;
pub use resolve::ResolveOptions;

/// Something that only the caller knows.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Question {
    /// The DID document of this DID.
    ResolveDid {
        /// The DID.
        did: String,
        /// What the resolver may take into account.
        options: ResolveOptions,
    },
    /// The secrets of these keys that are held.
    FindSecrets {
        /// Key ids, the preferred first.
        kids: Vec<String>,
        /// The public half of each of them where it is known; none for any where it is not.
        public_keys: Vec<PublicKey>,
        /// Whether all that are held are wanted; otherwise the first will do.
        every: bool,
    },
    /// The raw ECDH shared secret of a key that lives elsewhere and this one.
    Agree {
        /// The key that is asked.
        key: ExternalKey,
        /// The other party's key.
        public_key: Box<PublicKey>,
    },
    /// A signature by a key that lives elsewhere.
    Sign {
        /// The key that is asked.
        key: ExternalKey,
        /// The algorithm, which fits the key's curve.
        algorithm: SignatureAlgorithm,
        /// What is signed.
        data: Vec<u8>,
    },
    /// Leave to do work that takes a while, and is done when the operation runs on.
    LongWork,
}

/// What the caller knows.
#[derive(Clone)]
pub enum Answer {
    /// A document, or none where the DID is unknown.
    Document(Option<Arc<Document>>),
    /// The DID is deactivated, whether there is a document or not.
    Deactivated,
    /// The secrets that are held, each under the id by which it was asked for.
    Secrets(Vec<(String, Secret)>),
    /// The x coordinate of the shared point at its full length.
    SharedSecret(SecretBytes),
    /// As Ed25519 makes it; in ECDSA r and s at their full length.
    Signature(Vec<u8>),
    /// The long work may be done.
    Proceed,
}

impl Answer {
    /// Says which kind of answer it is, and nothing of what is in it.
    fn kind(&self) -> &'static str {
        match self {
            Self::Document(_) | Self::Deactivated => "a DID document",
            Self::Secrets(_) => "secrets",
            Self::SharedSecret(_) => "a shared secret",
            Self::Signature(_) => "a signature",
            Self::Proceed => "leave to proceed",
        }
    }
}

impl Debug for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

/// Fills its argument with random bytes.
pub type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// Does the job of every place below a number, on whatever threads there are, and returns when all are done.
pub type Spread = Box<dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Send + Sync>;

/// From how many jobs on they are spread: sixteen keys take half a millisecond or more, a second thread some
/// 50 microseconds to get going.
const MANY: usize = 16;

/// From which length on a DID is read as long work: a document in base58 of that length takes a few hundred
/// microseconds to decode and to parse.
const LONG_DID: usize = 8 * 1024;

/// How long the other names of recipients are together under which secrets are looked for: those of a thousand keys of
/// ordinary did:peer:2 are shorter. A long kid has several names that are as long, so the list would be many times the message.
const MOST_OTHER_NAMES: usize = 4 << 20;

/// A key whose secret is wanted, and its public half where that is known.
type Wanted<'a> = (&'a DidUrl, Option<&'a PublicKey>);

/// The same, and a name under which the secret may be kept.
type Named<'a> = (&'a DidUrl, Option<&'a PublicKey>, String);

/// What an operation is given when it starts: the time, randomness, and what needs no question.
pub struct Context {
    /// Seconds since the epoch.
    pub now: u64,
    /// A cryptographically secure source.
    pub random: Random,
    /// Answers for some DIDs.
    pub dids: Option<OwnDids>,
    /// Answers for every secret.
    pub secrets: Option<Arc<SecretStore>>,
    /// Whether a key in this process remembers what it shares with the keys of its peers.
    pub remember_peers: bool,
    /// Whether the resolver that is asked takes [`ResolveOptions`], by the beginning of the DID; the first
    /// that fits counts.
    pub resolvers: Vec<(String, bool)>,
    /// The most entries of lists that a document may have which a resolver answers with.
    pub most_document_entries: usize,
    /// Does many jobs on several threads; without it they are done one after the other.
    pub spread: Option<Spread>,
}

impl Context {
    /// The time and randomness alone: everything is asked, and done one after the other.
    pub fn new(now: u64, random: Random) -> Self {
        Self {
            now,
            random,
            dids: None,
            secrets: None,
            remember_peers: true,
            resolvers: Vec::new(),
            most_document_entries: MOST_ENTRIES,
            spread: None,
        }
    }
}

/// The core's view of the world.
pub struct Caller {
    now: u64,
    random: Mutex<Random>,
    dids: Option<OwnDids>,
    secrets: Option<Arc<SecretStore>>,
    remember_peers: bool,
    spread: Option<Spread>,
    resolvers: Vec<(String, bool)>,
    // an operation sees one version of each document
    resolved: Mutex<HashMap<String, Arc<Document>>>,
    // the DIDs whose document was asked for once more
    refreshed: Mutex<HashSet<String>>,
    slot: Arc<Mutex<Slot>>,
}

/// Where a question waits for its answer.
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

    /// The first of these secrets that is held, under the id by which it was asked for.
    pub(crate) async fn find_secret(&self, kids: &[&DidUrl]) -> Result<Secret> {
        let wanted: Vec<_> = kids.iter().map(|kid| (*kid, None)).collect();
        let found = self.find(&wanted, false).await?;
        found.into_iter().next().ok_or_else(|| none_held(kids))
    }

    /// The same where the public halves are known.
    pub(crate) async fn find_secret_for(&self, keys: &[(&DidUrl, &PublicKey)]) -> Result<Secret> {
        let wanted: Vec<_> = keys.iter().map(|(kid, key)| (*kid, Some(*key))).collect();
        let found = self.find(&wanted, false).await?;
        let kids = || keys.iter().map(|(kid, _)| *kid).collect::<Vec<_>>();
        found.into_iter().next().ok_or_else(|| none_held(&kids()))
    }

    /// All of these secrets; one that is not held is an error.
    pub(crate) async fn find_every_secret(&self, kids: &[&DidUrl]) -> Result<Vec<Secret>> {
        let wanted: Vec<_> = kids.iter().map(|kid| (*kid, None)).collect();
        let found = self.find(&wanted, true).await?;
        let known: HashSet<_> = found.iter().map(Secret::kid).collect();
        let missing: Vec<_> = kids.iter().filter(|kid| !known.contains(**kid)).copied().collect();
        if missing.is_empty() { Ok(found) } else { Err(none_held(&missing)) }
    }

    /// The secret of the first of these verkeys that is held, and the verkey.
    ///
    /// It is asked for by the verkey, and by the id that the did:key of the verkey gives it.
    pub(crate) async fn find_secret_of(&self, verkeys: &[Verkey]) -> Result<(Verkey, Secret)> {
        let kids = verkeys.iter().map(Verkey::kid).collect::<Result<Vec<_>>>()?;
        let names = kids.iter().zip(verkeys).flat_map(|(kid, verkey)| {
            [verkey.to_string(), kid.to_string()].map(|name| (kid, Some(verkey.public_key()), name))
        });
        let found = self.held(names.collect(), false).await?.into_iter().next();
        let held = found.and_then(|secret| {
            let place = kids.iter().position(|kid| kid == secret.kid())?;
            Some((verkeys.get(place)?.clone(), secret))
        });
        held.ok_or_else(|| Error::SecretNotFound { kids: verkeys.iter().map(ToString::to_string).collect() })
    }

    /// What the secret and the public key have in common, computed wherever the secret lives.
    pub(crate) async fn agree(&self, secret: &Secret, public_key: &PublicKey) -> Result<SharedSecret> {
        match secret {
            Secret::Local(key) => agreement::agree(key.kind(), public_key),
            Secret::External(key) => self.agree_externally(key, public_key).await,
        }
    }

    /// The same of two parties' own keys: a key in this process may remember it.
    pub(crate) async fn agree_with_peer(&self, secret: &Secret, peer: &PublicKey) -> Result<SharedSecret> {
        match secret {
            Secret::Local(key) => self.agree_locally_with_peer(key, peer),
            Secret::External(key) => self.agree_externally(key, peer).await,
        }
    }

    /// The same with a key in this process.
    pub(crate) fn agree_locally_with_peer(&self, key: &SecretKey, peer: &PublicKey) -> Result<SharedSecret> {
        if self.remember_peers {
            agree_and_remember(key.kind(), peer)
        } else {
            agreement::agree(key.kind(), peer)
        }
    }

    /// What the job yields for each of the parts; many are long work, and spread over threads.
    pub(crate) async fn each<T: Sync, U: Send + Sync>(
        &self,
        parts: &[T],
        job: impl Fn(&T) -> Result<U> + Send + Sync,
    ) -> Result<Vec<U>> {
        let Some(spread) = self.spread.as_ref().filter(|_| parts.len() >= MANY) else {
            return parts.iter().map(job).collect();
        };
        self.leave().await?;
        let results: Vec<OnceLock<Result<U>>> = parts.iter().map(|_| OnceLock::new()).collect();
        spread(parts.len(), &|place| {
            if let (Some(part), Some(result)) = (parts.get(place), results.get(place)) {
                result.get_or_init(|| job(part));
            }
        });
        let undone = || Err(Error::Answer("a part of the work was not done"));
        results.into_iter().map(|result| result.into_inner().unwrap_or_else(undone)).collect()
    }

    /// Returns when long work may be done.
    async fn leave(&self) -> Result<()> {
        match self.ask(Question::LongWork).await? {
            Answer::Proceed => Ok(()),
            _ => Err(Error::Answer("something else came in place of leave to proceed")),
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
            _ => Err(Error::Answer("something else came in place of a shared secret")),
        }
    }

    /// Signs, wherever the secret lives; `public_key` is its public half.
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
            // nobody would accept it, and it is cheap to know that now
            Answer::Signature(signature) => {
                match signature::verify(public_key, algorithm, data, &signature) {
                    Ok(_) => Ok(signature),
                    Err(_) => Err(unverified(secret.kid(), algorithm, &signature)),
                }
            }
            _ => Err(Error::Answer("something else came in place of a signature")),
        }
    }

    async fn find(&self, keys: &[Wanted<'_>], every: bool) -> Result<Vec<Secret>> {
        let names = keys.iter().map(|(kid, key)| (*kid, *key, kid.to_string()));
        let mut found = self.held(names.collect(), every).await?;
        if found.is_empty() || (every && found.len() < keys.len()) {
            for (kid, _) in keys {
                self.ask_store(kid.did()).await?;
            }
            // a peer may name a key of a did:peer by another name than the one its secret is kept under
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
                found.extend(self.held(others, every).await?);
            }
        }
        Ok(found)
    }

    /// The long form of a short form, where it was seen or remembered.
    pub(crate) fn long_form(&self, did: &str) -> Option<Arc<str>> {
        self.dids.as_ref().and_then(|dids| dids.resolver.long_form(did))
    }

    /// The other names of a key, under its DID and under the other form of it where that is known.
    fn other_names(&self, kid: &DidUrl) -> Vec<String> {
        let long = self.long_form(kid.did());
        names_of_key(kid, long.as_deref())
    }

    /// Looks for secrets by name, and returns each under the id that stands for that name.
    async fn held(&self, names: Vec<Named<'_>>, every: bool) -> Result<Vec<Secret>> {
        let renamed = |kid: &DidUrl, secret: Secret| {
            if secret.kid() == kid { secret } else { secret.renamed(kid.clone()) }
        };
        if let Some(store) = &self.secrets {
            let held = names
                .iter()
                .filter_map(|(kid, _, name)| store.find(name).map(|key| renamed(kid, key.into())));
            return Ok(if every { held.collect() } else { held.take(1).collect() });
        }
        let kids = names.iter().map(|(_, _, name)| name.clone()).collect();
        let public_keys = names.iter().filter_map(|(_, key, _)| key.cloned()).collect();
        match self.ask(Question::FindSecrets { kids, public_keys, every }).await? {
            Answer::Secrets(secrets) => {
                // of two answers for one name the first counts
                let by_name: HashMap<_, _> =
                    secrets.iter().rev().map(|(name, secret)| (name, secret)).collect();
                let held = names
                    .iter()
                    .filter_map(|(kid, _, name)| Some(renamed(kid, Secret::clone(by_name.get(name)?))));
                Ok(held.collect())
            }
            _ => Err(Error::Answer("something else came in place of secrets")),
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

/// The length in bytes of every signature that is written.
const SIGNATURE_LENGTH: usize = 64;

/// Why a signature of an external key was not used.
fn unverified(kid: &DidUrl, algorithm: SignatureAlgorithm, signature: &[u8]) -> Error {
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

fn none_held(kids: &[&DidUrl]) -> Error {
    Error::SecretNotFound { kids: kids.iter().map(ToString::to_string).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Curve;

    #[test]
    fn a_key_remembers_peers_where_it_may() {
        for remember_peers in [true, false] {
            let alone = Context::new(0, Box::new(|buffer| buffer.fill(7)));
            let context = Context { remember_peers, ..alone };
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
