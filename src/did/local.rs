//! Resolution of the DIDs that carry their own document: did:key, did:jwk and did:peer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::peer::{self, KeyNaming, genesis};
use super::{DidUrl, Document, jwk, key};
use crate::error::{Error, Result};

/// How many documents are remembered: some thousand peers, a few MiB.
const CACHE_CAPACITY: usize = 1024;

/// Resolves DIDs without a network, and remembers what it parsed.
#[derive(Debug, Default)]
pub struct LocalResolver {
    naming: KeyNaming,
    memory: Mutex<Memory>,
}

/// What a resolver has seen, and what it was told.
#[derive(Debug, Default)]
struct Memory {
    documents: HashMap<String, Arc<Document>>,
    /// What a did:peer is the hash of: remembered on demand, until the resolver goes.
    told: HashMap<String, Arc<str>>,
    /// The same, of DIDs that were only resolved.
    seen: HashMap<String, Arc<str>>,
}

impl LocalResolver {
    /// A resolver that names the keys of a did:peer:0, 2 or 3 as asked.
    pub fn new(naming: KeyNaming) -> Self {
        Self { naming, memory: Mutex::default() }
    }

    /// Whether the DID is of a method that needs no network.
    pub fn knows(did: &str) -> bool {
        ["did:key:", "did:jwk:", "did:peer:"].iter().any(|method| did.starts_with(method))
    }

    /// The document of the DID; none where its method is another one, or where the DID is the hash of
    /// something that was neither seen nor remembered.
    pub fn resolve(&self, did: &DidUrl) -> Result<Option<Arc<Document>>> {
        if !Self::knows(did.as_str()) {
            return Ok(None);
        }
        if let Some(document) = self.memory(|memory| memory.documents.get(did.did()).cloned()) {
            return Ok(Some(document));
        }
        let json = if did.as_str().starts_with("did:key:") {
            key::resolve(did)
        } else if did.as_str().starts_with("did:jwk:") {
            jwk::resolve(did)
        } else if peer::is_hash(did.did()) {
            let Some(known) = self.known(did.did()) else { return Ok(None) };
            peer::resolve_known(did, &known, self.naming)
        } else {
            peer::resolve(did, self.naming)
        };
        let document = Arc::new(Document::parse(json.map_err(|error| malformed(did, error))?)?);
        let short = peer::short_form(did.did());
        self.memory(|memory| {
            // whoever floods the memory with fresh DIDs costs us a parse, never memory
            if memory.documents.len() >= CACHE_CAPACITY {
                memory.documents.clear();
                memory.seen.clear();
            }
            memory.documents.insert(did.did().to_owned(), Arc::clone(&document));
            if let Some(short) = short {
                memory.seen.insert(short, did.did().into());
            }
        });
        Ok(Some(document))
    }

    /// Remembers a did:peer:2 or the long form of a did:peer:4, and returns the short form that resolves now.
    ///
    /// What is remembered stays, unlike what was only seen.
    pub fn remember(&self, did: &DidUrl) -> Result<String> {
        let short = peer::short_form(did.did())
            .ok_or_else(|| Error::misuse("neither a did:peer:2 nor the long form of a did:peer:4"))?;
        self.resolve(did)?;
        self.memory(|memory| memory.told.insert(short.clone(), did.did().into()));
        Ok(short)
    }

    /// Remembers the genesis document of a did:peer:1, and returns the DID that resolves now.
    pub fn remember_genesis(&self, document: &str) -> Result<String> {
        let did = genesis::create(document)?;
        Document::parse(peer::resolve_known(&did, document, self.naming)?)?;
        self.memory(|memory| memory.told.insert(did.to_string(), document.into()));
        Ok(did.to_string())
    }

    /// What the DID is the hash of, where it was seen or remembered: the other form of the DID, or the
    /// genesis document.
    pub fn known(&self, did: &str) -> Option<Arc<str>> {
        self.memory(|memory| memory.told.get(did).or_else(|| memory.seen.get(did)).cloned())
    }

    /// The long form of a short form, where it was seen or remembered.
    pub(crate) fn long_form(&self, did: &str) -> Option<Arc<str>> {
        self.known(did).filter(|known| known.starts_with("did:"))
    }

    fn memory<T>(&self, act: impl FnOnce(&mut Memory) -> T) -> T {
        act(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn malformed(did: &DidUrl, error: Error) -> Error {
    match error {
        Error::Malformed { part, reason } => {
            Error::MalformedDocument { did: did.did().to_owned(), reason: format!("{part}: {reason}") }
        }
        other => other,
    }
}
