//! Resolution of DIDs without a network: did:key, did:jwk and did:peer.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::document_cache::DocumentCache;
use super::long_forms::LongForms;
use super::peer::{self, Json, KeyNaming, numalgo1};
use super::{DidUrl, Document, jwk, key};
use crate::did_url::short_form;
use crate::error::{Error, Result};

/// Resolves DIDs without a network, and caches their documents.
#[derive(Debug, Default)]
pub struct LocalResolver {
    naming: KeyNaming,
    memory: RwLock<DocumentCache>,
    /// Long forms and genesis documents by hash, stored with `remember` for the resolver's lifetime.
    remembered_forms: RwLock<HashMap<String, Arc<str>>>,
    /// The long forms of proved senders, and those from the caller's store.
    proved: RwLock<LongForms>,
    /// Whether the caller has a store of long forms.
    has_store: bool,
}

impl LocalResolver {
    /// A resolver with this naming of the keys of a did:peer:0, 2 or 3.
    pub fn new(naming: KeyNaming) -> Self {
        Self { naming, ..Self::default() }
    }

    /// A resolver with a store of long forms in the caller, for those that are unknown here.
    pub fn with_store(naming: KeyNaming) -> Self {
        Self { naming, has_store: true, ..Self::default() }
    }

    /// Whether the caller's store must be queried for the DID's long form or genesis document.
    pub fn needs_store(&self, did: &str) -> bool {
        self.has_store && Self::supports(did) && peer::is_hash(did) && self.find_known(did).is_none()
    }

    /// Whether the DID has a method of this resolver.
    pub fn supports(did: &str) -> bool {
        ["did:key:", "did:jwk:", "did:peer:"].iter().any(|method| did.starts_with(method))
    }

    /// The cached document of the DID.
    pub fn cached_document(&self, did: &str) -> Option<Arc<Document>> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).document(did)
    }

    /// Resolves the DID; `None` if it has another method, or if its long form or genesis document is unknown.
    pub fn resolve(&self, did: &DidUrl) -> Result<Option<Arc<Document>>> {
        if let Some(document) = self.cached_document(did.did()) {
            return Ok(Some(document));
        }
        // a hash, computed once
        let short = short_form(did.did());
        let json = if did.as_str().starts_with("did:key:") {
            key::resolve(did).map(Json::Value)
        } else if did.as_str().starts_with("did:jwk:") {
            jwk::resolve(did).map(Json::Value)
        } else if !Self::supports(did.as_str()) {
            return Ok(None);
        } else if peer::is_hash(did.did()) {
            let Some(known) = self.find_known(did.did()) else { return Ok(None) };
            peer::resolve_short(did, &known, self.naming)
        } else {
            peer::resolve_long(did, short.as_deref(), self.naming)
        };
        let document = json.and_then(Json::read).map_err(|error| document_error(did, error))?;
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(memory.keep(did.did(), short, document)))
    }

    /// Resolves a DID with the stored long form or genesis document, whose hash is checked; and caches it.
    pub fn resolve_stored(&self, did: &DidUrl, known: &str) -> Result<Arc<Document>> {
        let json = peer::resolve_short(did, known, self.naming);
        let document = json.and_then(Json::read).map_err(|error| document_error(did, error))?;
        self.keep(did.did(), known);
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        Ok(memory.keep(did.did(), None, document))
    }

    /// Stores the long form of a proved sender, apart from long forms of unproved messages.
    pub fn keep(&self, did: &str, known: &str) {
        self.proved.write().unwrap_or_else(PoisonError::into_inner).keep(did, known);
    }

    /// Whether the long form of this short form is stored, not merely cached.
    pub fn has_stored(&self, did: &str) -> bool {
        let remembered =
            self.remembered_forms.read().unwrap_or_else(PoisonError::into_inner).contains_key(did);
        remembered || self.proved.read().unwrap_or_else(PoisonError::into_inner).get(did).is_some()
    }

    /// Removes the DID in all its forms; returns whether anything was stored or cached.
    pub fn forget(&self, did: &str) -> bool {
        let short = short_form(did).unwrap_or_else(|| did.to_owned());
        let long = self.find_known(&short);
        let remembered =
            self.remembered_forms.write().unwrap_or_else(PoisonError::into_inner).remove(&short).is_some();
        let proved = self.proved.write().unwrap_or_else(PoisonError::into_inner).forget(&short);
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        let forms = [Some(did), Some(short.as_str()), long.as_deref()];
        let seen = forms.into_iter().flatten().filter(|form| memory.forget(form)).count();
        remembered || proved || seen > 0
    }

    /// The stored long forms and genesis documents, by their short form.
    pub fn long_forms(&self) -> Vec<(String, Arc<str>)> {
        let remembered = self.remembered_forms.read().unwrap_or_else(PoisonError::into_inner);
        let proved = self.proved.read().unwrap_or_else(PoisonError::into_inner);
        proved.iter().chain(remembered.iter().map(|(did, known)| (did.clone(), Arc::clone(known)))).collect()
    }

    /// Stores a did:peer:2 or the long form of a did:peer:4, and returns the short form, which resolves from then on.
    ///
    /// A stored long form is never evicted, unlike a cached one.
    pub fn remember(&self, did: &DidUrl) -> Result<String> {
        let short = short_form(did.did())
            .ok_or_else(|| Error::misuse("`did` must be a did:peer:2 or the long form of a did:peer:4"))?;
        self.resolve(did)?;
        self.store(short.clone(), did.did());
        Ok(short)
    }

    /// Stores the genesis document of a did:peer:1, and returns the DID, which resolves from then on.
    pub fn remember_genesis(&self, document: &str) -> Result<String> {
        let did = numalgo1::create(document)?;
        Document::parse(&peer::resolve_known(&did, document, self.naming)?)?;
        self.store(did.to_string(), document);
        Ok(did.to_string())
    }

    /// The long form or the genesis document of the DID, if it is stored or cached.
    pub fn find_known(&self, did: &str) -> Option<Arc<str>> {
        let remembered =
            self.remembered_forms.read().unwrap_or_else(PoisonError::into_inner).get(did).cloned();
        let proved = || self.proved.read().unwrap_or_else(PoisonError::into_inner).get(did);
        remembered
            .or_else(proved)
            .or_else(|| self.memory.read().unwrap_or_else(PoisonError::into_inner).long_form(did))
    }

    /// The long form of a short form, if it is stored or cached.
    pub(crate) fn long_form(&self, did: &str) -> Option<Arc<str>> {
        self.find_known(did).filter(|known| known.starts_with("did:"))
    }

    fn store(&self, did: String, known: &str) {
        if self.has_store {
            self.keep(&did, known);
            return;
        }
        self.remembered_forms.write().unwrap_or_else(PoisonError::into_inner).insert(did, known.into());
    }
}

fn document_error(did: &DidUrl, error: Error) -> Error {
    match error {
        Error::Malformed { part, reason } => {
            Error::MalformedDocument { did: did.did().to_owned(), reason: format!("{part}: {reason}") }
        }
        other => other,
    }
}
