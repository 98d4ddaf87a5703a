//! The verification methods of a DID document by id, and the entries of its relationships.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use super::{DidUrl, Relationship, VerificationMethod};

/// An entry of a relationship: the id of a method, or the index of an embedded one.
pub(super) enum Entry {
    Reference(DidUrl),
    Embedded(usize),
}

/// All methods of a document, by id.
#[derive(Default)]
pub(super) struct Methods {
    all: Vec<Arc<VerificationMethod>>,
    by_kid: HashMap<DidUrl, usize>,
}

impl Methods {
    /// Adds a method, and returns its index; two different methods with the same id are both unusable.
    pub(super) fn add(&mut self, method: VerificationMethod) -> usize {
        let place = self.all.len();
        match self.by_kid.entry(method.kid().clone()) {
            Vacant(entry) => {
                entry.insert(place);
                self.all.push(Arc::new(method));
                place
            }
            Occupied(entry) => {
                let place = *entry.get();
                if let Some(known) = self.all.get_mut(place)
                    && !known.has_same_encoding(&method)
                {
                    *known = Arc::new(known.without_usable_key("two methods of the document have this id"));
                }
                place
            }
        }
    }

    /// The methods of these entries; a key that is excluded from the relationship becomes unusable.
    pub(super) fn of(
        &self,
        did: &DidUrl,
        entries: &[Entry],
        relationship: Relationship,
    ) -> Vec<Arc<VerificationMethod>> {
        let methods = entries.iter().filter_map(|entry| {
            let place = match entry {
                Entry::Reference(kid) => *self.by_kid.get(kid)?,
                Entry::Embedded(place) => *place,
            };
            // a kid of another DID would be looked up in that DID's document, not in this one
            self.all.get(place).filter(|method| method.kid().did() == did.did())
        });
        let allowed = methods.map(|method| match method.exclusion_from(relationship) {
            Some(reason) => Arc::new(method.without_usable_key(&reason)),
            None => Arc::clone(method),
        });
        allowed.collect()
    }
}
