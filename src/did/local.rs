//! Resolution of the DIDs that carry their own document: did:key, did:jwk and did:peer.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::document_cache::DocumentCache;
use super::long_forms::LongForms;
use super::peer::{self, KeyNaming, numalgo1};
use super::{DidUrl, Document, jwk, key};
use crate::did_url::short_form;
use crate::error::{Error, Result};

/// Resolves DIDs without a network, and remembers what it parsed.
#[derive(Debug, Default)]
pub struct LocalResolver {
    naming: KeyNaming,
    memory: RwLock<DocumentCache>,
    /// What a did:peer is the hash of: remembered on demand, until the resolver goes.
    told: RwLock<HashMap<String, Arc<str>>>,
    /// The long forms of senders that were proved, and of what a store outside of the core knows.
    proved: RwLock<LongForms>,
    /// Whether a store outside of the core may know what is not known here.
    has_store: bool,
}

impl LocalResolver {
    /// A resolver that names the keys of a did:peer:0, 2 or 3 as asked.
    pub fn new(naming: KeyNaming) -> Self {
        Self { naming, ..Self::default() }
    }

    /// A resolver whose long forms are in a store outside of the core, which is asked for what is not known here.
    pub fn with_store(naming: KeyNaming) -> Self {
        Self { naming, has_store: true, ..Self::default() }
    }

    /// Whether a store outside of the core has to be asked what the DID is the hash of.
    pub fn asks_store(&self, did: &str) -> bool {
        self.has_store && Self::knows(did) && peer::is_hash(did) && self.known(did).is_none()
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
        let short = short_form(did.did());
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(memory.keep(did.did(), short, document)))
    }

    /// The document of a DID that is the hash of what the store has for it, which is checked, and kept.
    pub fn resolve_stored(&self, did: &DidUrl, known: &str) -> Result<Arc<Document>> {
        let json = peer::resolve_known(did, known, self.naming);
        let document = Document::parse(&json.map_err(|error| malformed(did, error))?)?;
        self.keep(did.did(), known);
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        Ok(memory.keep(did.did(), None, document))
    }

    /// Keeps what the DID of a proved sender is the hash of, apart from what was only seen.
    pub fn keep(&self, did: &str, known: &str) {
        self.proved.write().unwrap_or_else(PoisonError::into_inner).keep(did, known);
    }

    /// Whether the long form of this short form was remembered or kept, not merely seen.
    pub fn keeps(&self, did: &str) -> bool {
        let told = self.told.read().unwrap_or_else(PoisonError::into_inner).contains_key(did);
        told || self.proved.read().unwrap_or_else(PoisonError::into_inner).get(did).is_some()
    }

    /// Forgets the DID in all its forms; whether anything was known of it.
    pub fn forget(&self, did: &str) -> bool {
        let short = short_form(did).unwrap_or_else(|| did.to_owned());
        let long = self.known(&short);
        let told = self.told.write().unwrap_or_else(PoisonError::into_inner).remove(&short).is_some();
        let proved = self.proved.write().unwrap_or_else(PoisonError::into_inner).forget(&short);
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        let forms = [Some(did), Some(short.as_str()), long.as_deref()];
        let seen = forms.into_iter().flatten().filter(|form| memory.forget(form)).count();
        told || proved || seen > 0
    }

    /// What was remembered or kept, by the DID that is its hash.
    pub fn long_forms(&self) -> Vec<(String, Arc<str>)> {
        let told = self.told.read().unwrap_or_else(PoisonError::into_inner);
        let proved = self.proved.read().unwrap_or_else(PoisonError::into_inner);
        proved.iter().chain(told.iter().map(|(did, known)| (did.clone(), Arc::clone(known)))).collect()
    }

    /// Remembers a did:peer:2 or the long form of a did:peer:4, and returns the short form that resolves now.
    ///
    /// What is remembered stays, unlike what was only seen.
    pub fn remember(&self, did: &DidUrl) -> Result<String> {
        let short = short_form(did.did())
            .ok_or_else(|| Error::misuse("neither a did:peer:2 nor the long form of a did:peer:4"))?;
        self.resolve(did)?;
        self.tell(short.clone(), did.did());
        Ok(short)
    }

    /// Remembers the genesis document of a did:peer:1, and returns the DID that resolves now.
    pub fn remember_genesis(&self, document: &str) -> Result<String> {
        let did = numalgo1::create(document)?;
        Document::parse(&peer::resolve_known(&did, document, self.naming)?)?;
        self.tell(did.to_string(), document);
        Ok(did.to_string())
    }

    /// What the DID is the hash of, where it was seen or remembered: the other form of the DID, or the
    /// genesis document.
    pub fn known(&self, did: &str) -> Option<Arc<str>> {
        let told = self.told.read().unwrap_or_else(PoisonError::into_inner).get(did).cloned();
        let proved = || self.proved.read().unwrap_or_else(PoisonError::into_inner).get(did);
        told.or_else(proved)
            .or_else(|| self.memory.read().unwrap_or_else(PoisonError::into_inner).long_form(did))
    }

    /// The long form of a short form, where it was seen or remembered.
    pub(crate) fn long_form(&self, did: &str) -> Option<Arc<str>> {
        self.known(did).filter(|known| known.starts_with("did:"))
    }

    fn tell(&self, did: String, known: &str) {
        if self.has_store {
            self.keep(&did, known);
            return;
        }
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
