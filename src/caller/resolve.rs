//! DID resolution: from the core's own stores, or by a question; a second time where a cached document may be stale.

use std::sync::Arc;

use super::{Answer, Caller, LONG_DID, Question, ResolveOptions, lock};
use crate::did::local::LocalResolver;
use crate::did::{DidUrl, Document, Relationship, same_party};
use crate::error::{Error, Result};

impl Caller {
    /// Resolves `did` and checks that the document's `id` matches.
    pub(crate) async fn resolve(&self, did: &str, options: ResolveOptions) -> Result<Arc<Document>> {
        if let Some(document) = lock(&self.resolved).get(did) {
            return Ok(Arc::clone(document));
        }
        let document = match self.own_resolver(did) {
            Some(local) => {
                let found = if let Some(document) = local.cached_document(did) {
                    Some(document)
                } else {
                    if did.len() >= LONG_DID {
                        self.request_long_work().await?;
                    }
                    local.resolve(&DidUrl::parse(did)?)?
                };
                match found {
                    None if local.needs_store(did) => self.ask_for_document(did, options).await?,
                    found => document_of(did, Answer::Document(found))?,
                }
            }
            None => self.ask_for_document(did, options).await?,
        };
        lock(&self.resolved).insert(did.to_owned(), Arc::clone(&document));
        Ok(document)
    }

    /// Resolves the DID of `who`, for the key of its fragment or for any key of the relationship.
    ///
    /// A cached document may be older than the key: without a matching key, the DID is resolved a second time.
    pub(crate) async fn resolve_key(
        &self,
        who: &DidUrl,
        relationship: Relationship,
        options: ResolveOptions,
    ) -> Result<Arc<Document>> {
        let document = self.resolve(who.did(), options).await?;
        let is_listed = match who.fragment() {
            Some(_) => !matches!(document.key(relationship, who), Err(Error::KeyNotFound { .. })),
            None => document.list(relationship).is_ok_and(|keys| !keys.is_empty()),
        };
        if is_listed {
            return Ok(document);
        }
        Ok(self.resolve_again(who.did(), options).await?.unwrap_or(document))
    }

    /// Reads from the document of the DID; if a key is missing or a signature does not verify, reads once more from a
    /// fresh document.
    pub(crate) async fn read_document<T>(
        &self,
        did: &str,
        options: ResolveOptions,
        read: impl Fn(&Document) -> Result<T>,
    ) -> Result<T> {
        match read(&*self.resolve(did, options).await?) {
            Err(error @ (Error::KeyNotFound { .. } | Error::InvalidSignature)) => {
                match self.resolve_again(did, options).await? {
                    Some(document) => read(&document),
                    None => Err(error),
                }
            }
            result => result,
        }
    }

    /// Resolves the DID without caches; `None` if the DID's resolver takes no options, or if this operation has done so
    /// before.
    pub(crate) async fn resolve_again(
        &self,
        did: &str,
        options: ResolveOptions,
    ) -> Result<Option<Arc<Document>>> {
        // a forged message must not cause more than one extra resolution
        if !self.takes_options(did) || !lock(&self.refreshed).insert(did.to_owned()) {
            return Ok(None);
        }
        let document = self.ask_for_document(did, ResolveOptions { fresh: true, ..options }).await?;
        lock(&self.resolved).insert(did.to_owned(), Arc::clone(&document));
        Ok(Some(document))
    }

    /// Resolves a deactivated DID as of that time; `None` if the DID's resolver takes no options.
    pub(crate) async fn resolve_at(&self, did: &str, time: u64) -> Result<Option<Arc<Document>>> {
        if !self.takes_options(did) {
            return Ok(None);
        }
        let options = ResolveOptions { version_time: Some(time), ..ResolveOptions::UNPROVED };
        self.ask_for_document(did, options).await.map(Some)
    }

    /// Whether the DID belongs to a resolver of the caller that takes options.
    fn takes_options(&self, did: &str) -> bool {
        let in_charge = || self.resolvers.iter().find(|(prefix, _)| did.starts_with(prefix));
        self.own_resolver(did).is_none() && in_charge().is_some_and(|(_, takes_options)| *takes_options)
    }

    /// The core's resolver, if the DID is one of its DIDs.
    fn own_resolver(&self, did: &str) -> Option<&LocalResolver> {
        self.dids.as_ref().and_then(|dids| dids.resolver_of(did))
    }

    async fn ask_for_document(&self, did: &str, options: ResolveOptions) -> Result<Arc<Document>> {
        let question = Question::ResolveDid { did: did.to_owned(), options };
        document_of(did, self.ask(question).await?)
    }

    /// Requests the long form from the caller's store, for a key whose secret may be stored under the other form.
    pub(super) async fn ask_store(&self, did: &str) -> Result<()> {
        if self.own_resolver(did).is_some_and(|local| local.needs_store(did)) {
            self.ask(Question::ResolveDid { did: did.to_owned(), options: ResolveOptions::UNPROVED }).await?;
        }
        Ok(())
    }
}

/// Extracts the document from the answer: its `id` must be the requested DID, or the other form of that DID.
pub(crate) fn document_of(did: &str, answer: Answer) -> Result<Arc<Document>> {
    let deactivated = || Error::DidDeactivated { did: did.to_owned() };
    let document = match answer {
        Answer::Document(document) => document.ok_or_else(|| Error::DidNotFound { did: did.to_owned() })?,
        Answer::Deactivated => return Err(deactivated()),
        _ => return Err(Error::Answer("expected a DID document as answer")),
    };
    if document.is_deactivated() {
        return Err(deactivated());
    }
    if document.did().as_str() == did {
        return Ok(document);
    }
    if same_party(document.did().as_str(), did) {
        return Ok(Arc::new(document.with_did(&DidUrl::parse(did)?)));
    }
    let reason = format!("the resolver returned the document of {}", document.did());
    Err(Error::MalformedDocument { did: did.to_owned(), reason })
}
