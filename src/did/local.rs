//! Resolution of the DIDs that carry their own document: did:key and did:peer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::peer::KeyNaming;
use super::{DidUrl, Document, key, peer};
use crate::error::{Error, Result};

/// How many documents are remembered: some thousand peers, a few MiB.
const CACHE_CAPACITY: usize = 1024;

/// Resolves DIDs without a network, and remembers what it parsed.
#[derive(Debug, Default)]
pub struct LocalResolver {
    naming: KeyNaming,
    cache: Mutex<HashMap<String, Arc<Document>>>,
}

impl LocalResolver {
    /// A resolver that names the keys of a did:peer:2 as asked.
    pub fn new(naming: KeyNaming) -> Self {
        Self { naming, cache: Mutex::default() }
    }

    /// Whether the DID is of a method that needs no network.
    pub fn knows(did: &str) -> bool {
        did.starts_with("did:key:") || did.starts_with("did:peer:")
    }

    /// The document of the DID, none where its method is another one.
    pub fn resolve(&self, did: &DidUrl) -> Result<Option<Arc<Document>>> {
        if !Self::knows(did.as_str()) {
            return Ok(None);
        }
        if let Some(document) = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(did.did()) {
            return Ok(Some(Arc::clone(document)));
        }
        let malformed = |error: Error| match error {
            Error::Malformed { part, reason } => {
                Error::MalformedDocument { did: did.did().to_owned(), reason: format!("{part}: {reason}") }
            }
            other => other,
        };
        let json = if did.as_str().starts_with("did:key:") {
            key::resolve(did)
        } else {
            peer::resolve(did, self.naming)
        };
        let document = Arc::new(Document::parse(json.map_err(malformed)?)?);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // whoever floods the cache with fresh DIDs costs us a parse, never memory
        if cache.len() >= CACHE_CAPACITY {
            cache.clear();
        }
        cache.insert(did.did().to_owned(), Arc::clone(&document));
        Ok(Some(document))
    }
}
