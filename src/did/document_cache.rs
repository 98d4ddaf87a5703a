//! Size-bounded cache of resolved documents.

use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use quick_cache::unsync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

use super::Document;

/// Maximum total size of the documents in bytes: little for a process with so many peers.
const MOST_BYTES: usize = 16 << 20;

/// Maximum number of documents. At the maximum each has 4 KiB, the size of a did:peer with two keys and a service.
const MOST_DOCUMENTS: usize = 4096;

/// Share of the cache for documents that were used again, which a flood of new DIDs cannot evict. The other half is
/// for new documents, so that a short form still resolves after many other DIDs.
const HOT_FRACTION: f64 = 0.5;

/// Documents by DID. Documents that were not used again are evicted first.
pub(super) struct DocumentCache {
    documents: Cache<Arc<str>, Remembered, Bytes, DefaultHashBuilder, EvictShortForm>,
    /// The long forms by short form, as long as the document of the long form is cached.
    long_forms: HashMap<Arc<str>, Arc<str>>,
}

struct Remembered {
    document: Arc<Document>,
    bytes: usize,
    /// The short form of the DID, if it has one.
    short: Option<Arc<str>>,
}

impl DocumentCache {
    /// The document of the DID.
    pub(super) fn document(&self, did: &str) -> Option<Arc<Document>> {
        self.documents.get(did).map(|remembered| Arc::clone(&remembered.document))
    }

    /// The long form of the DID.
    pub(super) fn long_form(&self, did: &str) -> Option<Arc<str>> {
        self.long_forms.get(did).cloned()
    }

    /// Evicts the document of the DID, and its short form.
    pub(super) fn forget(&mut self, did: &str) -> bool {
        let Some((_, remembered)) = self.documents.remove(did) else { return false };
        if let Some(short) = remembered.short {
            self.long_forms.remove(&short);
        }
        true
    }

    /// Caches the document of the DID, and the DID as the long form of `short`.
    ///
    /// Returns the cached document: the first one, if two threads resolve the same DID.
    pub(super) fn keep(&mut self, did: &str, short: Option<String>, document: Document) -> Arc<Document> {
        if let Some(known) = self.document(did) {
            return known;
        }
        let did = Arc::<str>::from(did);
        let short = short.map(Arc::<str>::from);
        let document = Arc::new(document);
        let bytes = did.len().saturating_add(document.bytes());
        let entry = Remembered { document: Arc::clone(&document), bytes, short: short.clone() };
        let mut forgotten = Vec::new();
        self.documents.insert_with_lifecycle(Arc::clone(&did), entry, &mut forgotten);
        if let Some(short) = short {
            self.long_forms.insert(short, did);
        }
        // including a document larger than the whole cache
        for short in forgotten {
            self.long_forms.remove(&short);
        }
        document
    }
}

impl Default for DocumentCache {
    #[expect(clippy::expect_used, reason = "the options are constants")]
    fn default() -> Self {
        let room = OptionsBuilder::new()
            .estimated_items_capacity(MOST_DOCUMENTS)
            .weight_capacity(u64::try_from(MOST_BYTES).unwrap_or(u64::MAX))
            .hot_allocation(HOT_FRACTION)
            .build()
            .expect("both capacities are set");
        let documents = Cache::with_options(room, Bytes, DefaultHashBuilder::default(), EvictShortForm);
        Self { documents, long_forms: HashMap::new() }
    }
}

impl Debug for DocumentCache {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentCache").field("documents", &self.documents.len()).finish_non_exhaustive()
    }
}

/// The weight of a document. A small one has the weight of an ordinary one, which bounds their number.
#[derive(Clone)]
struct Bytes;

impl Weighter<Arc<str>, Remembered> for Bytes {
    fn weight(&self, _did: &Arc<str>, remembered: &Remembered) -> u64 {
        remembered.bytes.max(MOST_BYTES / MOST_DOCUMENTS).try_into().unwrap_or(u64::MAX)
    }
}

/// Collects the short forms of evicted documents.
#[derive(Clone)]
struct EvictShortForm;

impl Lifecycle<Arc<str>, Remembered> for EvictShortForm {
    type RequestState = Vec<Arc<str>>;

    fn on_evict(&self, forgotten: &mut Vec<Arc<str>>, _did: Arc<str>, remembered: Remembered) {
        forgotten.extend(remembered.short);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(did: &str, filler: usize) -> Document {
        Document::parse(&json!({"id": did, "filler": "x".repeat(filler)})).unwrap()
    }

    /// Caches a long form with this number, without a lookup.
    fn keep(memory: &mut DocumentCache, number: usize, filler: usize) {
        let did = format!("did:example:{number}:long");
        memory.keep(&did, Some(format!("did:example:{number}")), document(&did, filler));
    }

    fn weight(memory: &DocumentCache) -> usize {
        memory.documents.iter().map(|(_, remembered)| remembered.bytes).sum()
    }

    #[test]
    fn cache_never_exceeds_its_limits() {
        for (filler, most) in [(0, MOST_DOCUMENTS), (100_000, MOST_BYTES / 200_000)] {
            let mut memory = DocumentCache::default();
            for number in 0..most * 2 {
                keep(&mut memory, number, filler);
                assert!(memory.documents.len() <= most && weight(&memory) <= MOST_BYTES);
                assert_eq!(memory.long_forms.len(), memory.documents.len());
            }
            assert!(memory.documents.len() > most / 2);
        }
    }

    #[test]
    fn flood_of_new_dids_does_not_evict_used_documents() {
        let mut memory = DocumentCache::default();
        for number in 0..MOST_DOCUMENTS {
            keep(&mut memory, number, 0);
        }
        let used = ["did:example:a", "did:example:b"];
        for did in used {
            memory.keep(did, None, document(did, 0));
            assert!(memory.document(did).is_some());
        }
        for number in MOST_DOCUMENTS..MOST_DOCUMENTS * 2 {
            keep(&mut memory, number, 0);
            let newest = number - MOST_DOCUMENTS / 2 + 3;
            assert!(memory.long_form(&format!("did:example:{newest}")).is_some(), "{number}");
        }
        assert!(used.iter().all(|did| memory.document(did).is_some()));
    }

    #[test]
    fn long_form_is_evicted_with_its_document() {
        let mut memory = DocumentCache::default();
        for number in 0..MOST_DOCUMENTS * 2 {
            keep(&mut memory, number, 0);
        }
        for number in 0..MOST_DOCUMENTS * 2 {
            let long = format!("did:example:{number}:long");
            let known = memory.document(&long).map(|_| long);
            assert_eq!(memory.long_form(&format!("did:example:{number}")).as_deref(), known.as_deref());
        }
    }

    #[test]
    fn document_larger_than_the_cache_is_returned_and_not_cached() {
        let mut memory = DocumentCache::default();
        keep(&mut memory, 1, 0);
        keep(&mut memory, 2, MOST_BYTES);
        assert_eq!((memory.documents.len(), memory.long_forms.len()), (1, 1));
        assert!(memory.document("did:example:1:long").is_some());
    }

    #[test]
    fn document_resolved_by_two_threads_is_cached_once() {
        let mut memory = DocumentCache::default();
        let first = memory.keep("did:example:a", None, document("did:example:a", 0));
        let second = memory.keep("did:example:a", None, document("did:example:a", 0));
        assert!(Arc::ptr_eq(&first, &second));
    }
}
