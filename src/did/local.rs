//! Resolution of the DIDs that carry their own document: did:key, did:jwk and did:peer.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::memory::Memory;
use super::peer::{self, KeyNaming, genesis};
use super::{DidUrl, Document, jwk, key};
use crate::error::{Error, Result};

/// Resolves DIDs without a network, and remembers what it parsed.
#[derive(Debug, Default)]
pub struct LocalResolver {
    naming: KeyNaming,
    memory: RwLock<Memory>,
    /// What a did:peer is the hash of: remembered on demand, until the resolver goes.
    told: RwLock<HashMap<String, Arc<str>>>,
}

impl LocalResolver {
    /// A resolver that names the keys of a did:peer:0, 2 or 3 as asked.
    pub fn new(naming: KeyNaming) -> Self {
        Self { naming, ..Self::default() }
    }

    /// Whether the DID is of a method that needs no network.
    pub fn knows(did: &str) -> bool {
        ["did:key:", "did:jwk:", "did:peer:"].iter().any(|method| did.starts_with(method))
    }

    /// The document of the DID, if it was resolved not long ago.
    pub fn remembered(&self, did: &str) -> Option<Arc<Document>> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).document(did)
    }

    /// The document of the DID; none where its method is another one, or where the DID is the hash of
    /// something that was neither seen nor remembered.
    pub fn resolve(&self, did: &DidUrl) -> Result<Option<Arc<Document>>> {
        if let Some(document) = self.remembered(did.did()) {
            return Ok(Some(document));
        }
        let json = if did.as_str().starts_with("did:key:") {
            key::resolve(did)
        } else if did.as_str().starts_with("did:jwk:") {
            jwk::resolve(did)
        } else if !Self::knows(did.as_str()) {
            return Ok(None);
        } else if peer::is_hash(did.did()) {
            let Some(known) = self.known(did.did()) else { return Ok(None) };
            peer::resolve_known(did, &known, self.naming)
        } else {
            peer::resolve(did, self.naming)
        };
        let document = Document::parse(&json.map_err(|error| malformed(did, error))?)?;
        let short = peer::short_form(did.did());
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(memory.keep(did.did(), short, document)))
    }

    /// Remembers a did:peer:2 or the long form of a did:peer:4, and returns the short form that resolves now.
    ///
    /// What is remembered stays, unlike what was only seen.
    pub fn remember(&self, did: &DidUrl) -> Result<String> {
        let short = peer::short_form(did.did())
            .ok_or_else(|| Error::misuse("neither a did:peer:2 nor the long form of a did:peer:4"))?;
        self.resolve(did)?;
        self.tell(short.clone(), did.did());
        Ok(short)
    }

    /// Remembers the genesis document of a did:peer:1, and returns the DID that resolves now.
    pub fn remember_genesis(&self, document: &str) -> Result<String> {
        let did = genesis::create(document)?;
        Document::parse(&peer::resolve_known(&did, document, self.naming)?)?;
        self.tell(did.to_string(), document);
        Ok(did.to_string())
    }

    /// What the DID is the hash of, where it was seen or remembered: the other form of the DID, or the
    /// genesis document.
    pub fn known(&self, did: &str) -> Option<Arc<str>> {
        let told = self.told.read().unwrap_or_else(PoisonError::into_inner).get(did).cloned();
        told.or_else(|| self.memory.read().unwrap_or_else(PoisonError::into_inner).long_form(did))
    }

    /// The long form of a short form, where it was seen or remembered.
    pub(crate) fn long_form(&self, did: &str) -> Option<Arc<str>> {
        self.known(did).filter(|known| known.starts_with("did:"))
    }

    fn tell(&self, did: String, known: &str) {
        self.told.write().unwrap_or_else(PoisonError::into_inner).insert(did, known.into());
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
