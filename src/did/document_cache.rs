//! What a resolver remembers of the DIDs that it has resolved: no more than there is room for.

use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use quick_cache::unsync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

use super::Document;

/// The most bytes that the documents take together: little for a process that talks to so many parties.
const MOST_OCTETS: usize = 16 << 20;

/// The most documents. Each has 4 KiB then, which is what a did:peer with two keys and a service takes.
const MOST_DOCUMENTS: usize = 4096;

/// How much of the room is for parties that come back; a flood of strangers has the rest. With half of it for
/// the newest, a short form is still known when as many others have come since its long form.
const HOT_FRACTION: f64 = 0.5;

/// Documents by DID. Where there is no room, those go first that were not asked for again.
pub(super) struct DocumentCache {
    documents: Cache<Arc<str>, Remembered, Bytes, DefaultHashBuilder, EvictShortForm>,
    /// The long forms of short forms, as long as the documents of the long forms are remembered.
    long_forms: HashMap<Arc<str>, Arc<str>>,
}

struct Remembered {
    document: Arc<Document>,
    bytes: usize,
    /// The short form of the DID, where it has one.
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

    /// Forgets the document of the DID, and its short form.
    pub(super) fn forget(&mut self, did: &str) -> bool {
        let Some((_, remembered)) = self.documents.remove(did) else { return false };
        if let Some(short) = remembered.short {
            self.long_forms.remove(&short);
        }
        true
    }

    /// Remembers the document of the DID, and that the DID is the long form of `short`.
    ///
    /// Returns the document that everybody gets: the first one, where two threads read the same DID.
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
        // a document that is larger than all the room there is among them
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
            .weight_capacity(u64::try_from(MOST_OCTETS).unwrap_or(u64::MAX))
            .hot_allocation(HOT_FRACTION)
            .build()
            .expect("both capacities are given");
        let documents = Cache::with_options(room, Bytes, DefaultHashBuilder::default(), EvictShortForm);
        Self { documents, long_forms: HashMap::new() }
    }
}

impl Debug for DocumentCache {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentCache").field("documents", &self.documents.len()).finish_non_exhaustive()
    }
}

/// What a document weighs. A small one weighs as much as an ordinary one, which bounds their number.
#[derive(Clone)]
struct Bytes;

impl Weighter<Arc<str>, Remembered> for Bytes {
    fn weight(&self, _did: &Arc<str>, remembered: &Remembered) -> u64 {
        remembered.bytes.max(MOST_OCTETS / MOST_DOCUMENTS).try_into().unwrap_or(u64::MAX)
    }
}

/// Tells the short forms of the documents that had to go.
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

    /// Keeps a long form of that number, and looks for nothing.
    fn keep(memory: &mut DocumentCache, number: usize, filler: usize) {
        let did = format!("did:example:{number}:long");
        memory.keep(&did, Some(format!("did:example:{number}")), document(&did, filler));
    }

    fn weight(memory: &DocumentCache) -> usize {
        memory.documents.iter().map(|(_, remembered)| remembered.bytes).sum()
    }

    #[test]
    fn there_are_no_more_documents_than_there_is_room_for() {
        for (filler, most) in [(0, MOST_DOCUMENTS), (100_000, MOST_OCTETS / 200_000)] {
            let mut memory = DocumentCache::default();
            for number in 0..most * 2 {
                keep(&mut memory, number, filler);
                assert!(memory.documents.len() <= most && weight(&memory) <= MOST_OCTETS);
                assert_eq!(memory.long_forms.len(), memory.documents.len());
            }
            assert!(memory.documents.len() > most / 2);
        }
    }

    #[test]
    fn a_flood_of_strangers_drives_out_strangers_and_not_those_that_come_back() {
        let mut memory = DocumentCache::default();
        for number in 0..MOST_DOCUMENTS {
            keep(&mut memory, number, 0);
        }
        let friends = ["did:example:a", "did:example:b"];
        for did in friends {
            memory.keep(did, None, document(did, 0));
            assert!(memory.document(did).is_some());
        }
        for number in MOST_DOCUMENTS..MOST_DOCUMENTS * 2 {
            keep(&mut memory, number, 0);
            let newest = number - MOST_DOCUMENTS / 2 + 3;
            assert!(memory.long_form(&format!("did:example:{newest}")).is_some(), "{number}");
        }
        assert!(friends.iter().all(|did| memory.document(did).is_some()));
    }

    #[test]
    fn a_long_form_is_known_as_long_as_its_document() {
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
    fn a_document_larger_than_all_the_room_is_handed_out_and_forgotten() {
        let mut memory = DocumentCache::default();
        keep(&mut memory, 1, 0);
        keep(&mut memory, 2, MOST_OCTETS);
        assert_eq!((memory.documents.len(), memory.long_forms.len()), (1, 1));
        assert!(memory.document("did:example:1:long").is_some());
    }

    #[test]
    fn a_document_that_two_threads_read_is_kept_once() {
        let mut memory = DocumentCache::default();
        let first = memory.keep("did:example:a", None, document("did:example:a", 0));
        let second = memory.keep("did:example:a", None, document("did:example:a", 0));
        assert!(Arc::ptr_eq(&first, &second));
    }
}
