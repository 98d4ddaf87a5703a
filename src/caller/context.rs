//! The context of an operation: time, randomness, and the stores that need no question.

use std::sync::Arc;

use super::own_dids::OwnDids;
use crate::did::MOST_ENTRIES;
use crate::keys::{ParsedSecrets, SecretStore};

/// Fills its argument with random bytes.
pub type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// Runs `job(i)` for every `i < n` in parallel, and returns when all have finished.
pub type Spread = Box<dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Send + Sync>;

/// The context of an operation: time, randomness, and the stores that need no question.
pub struct Context {
    /// Seconds since the epoch.
    pub now: u64,
    /// A cryptographically secure source of random bytes.
    pub random: Random,
    /// The core's own resolver, for some DIDs.
    pub dids: Option<OwnDids>,
    /// The store of all secrets; without it, secrets are requested from the caller.
    pub secrets: Option<Arc<SecretStore>>,
    /// Whether a local private key caches its static-static secrets with the keys of its peers.
    pub remember_peers: bool,
    /// Whether the caller's resolver takes `ResolveOptions`, by DID prefix; the first matching prefix counts.
    pub resolvers: Vec<(String, bool)>,
    /// Maximum number of list entries in a document from a resolver.
    pub most_document_entries: usize,
    /// The parsed secrets of the caller's store; without them each is parsed for each operation.
    pub parsed_secrets: Option<Arc<ParsedSecrets>>,
    /// Runs jobs in parallel; without it they run one after the other.
    pub spread: Option<Spread>,
}

impl Context {
    /// A context of time and randomness only: everything is requested, and jobs run one after the other.
    pub fn new(now: u64, random: Random) -> Self {
        Self {
            now,
            random,
            dids: None,
            secrets: None,
            remember_peers: true,
            resolvers: Vec::new(),
            most_document_entries: MOST_ENTRIES,
            parsed_secrets: None,
            spread: None,
        }
    }
}
