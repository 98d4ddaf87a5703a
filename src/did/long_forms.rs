//! Long forms of proved senders, apart from those of unproved messages.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use quick_cache::unsync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

/// Maximum total size of the long forms in bytes: those of some 10,000 contacts. An application's store can have more.
const MOST_BYTES: usize = 16 << 20;

/// Minimum weight of a long form, which bounds their number.
const LEAST_BYTES: usize = 512;

/// Share for contacts that were used again: a flood of new contacts, each proved, evicts none of these.
const RETURNING: f64 = 0.9;

/// Size-bounded map of the long forms of proved senders by short form.
pub(super) struct LongForms(Cache<Arc<str>, Arc<str>, Bytes, DefaultHashBuilder>);

impl LongForms {
    pub(super) fn get(&self, short: &str) -> Option<Arc<str>> {
        self.0.get(short).cloned()
    }

    pub(super) fn keep(&mut self, short: &str, long: &str) {
        self.0.insert(short.into(), long.into());
    }

    pub(super) fn forget(&mut self, short: &str) -> bool {
        self.0.remove(short).is_some()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (String, Arc<str>)> {
        self.0.iter().map(|(short, long)| (short.to_string(), Arc::clone(long)))
    }
}

impl Default for LongForms {
    #[expect(clippy::expect_used, reason = "the options are constants")]
    fn default() -> Self {
        let room = OptionsBuilder::new()
            .estimated_items_capacity(MOST_BYTES / LEAST_BYTES)
            .weight_capacity(u64::try_from(MOST_BYTES).unwrap_or(u64::MAX))
            .hot_allocation(RETURNING)
            .build()
            .expect("both capacities are set");
        Self(Cache::with_options(room, Bytes, DefaultHashBuilder::default(), DefaultLifecycle::default()))
    }
}

impl Debug for LongForms {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LongForms").field("entries", &self.0.len()).finish()
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Arc<str>, Arc<str>> for Bytes {
    fn weight(&self, short: &Arc<str>, long: &Arc<str>) -> u64 {
        short.len().saturating_add(long.len()).max(LEAST_BYTES).try_into().unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_contact_is_not_evicted_by_new_contacts() {
        let mut forms = LongForms::default();
        forms.keep("did:example:contact", "did:example:contact:long");
        assert!(forms.get("did:example:contact").is_some());
        let most = MOST_BYTES / LEAST_BYTES;
        for number in 0..most * 2 {
            forms.keep(&format!("did:example:{number}"), &format!("did:example:{number}:long"));
            assert!(forms.0.len() <= most);
        }
        assert_eq!(forms.get("did:example:contact").as_deref(), Some("did:example:contact:long"));
        assert!(forms.forget("did:example:contact") && forms.get("did:example:contact").is_none());
    }
}
